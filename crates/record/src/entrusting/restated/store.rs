use handfast_db::{Cx, Fault, Sql};
use handfast_kit::{NetworkId, OrganisationId, TimeMs};

use crate::{CustomerId, RecordId};

/// Where, which record, whose, the kind of touch, as of when, written down when.
pub(super) type Row = (CustomerId, RecordId, OrganisationId, String, TimeMs, TimeMs);

/// The number of the last touch that has one; -1 before the first.
pub(super) fn last_number(cx: &mut Cx<'_>, network: NetworkId) -> Result<i64, Fault> {
    let row: Option<(i64,)> =
        cx.one("select next_leaf_index from sealer where network_id = $1", (network,))?;
    Ok(row.map_or(-1, |(next,)| next - 1))
}

pub(super) fn restated(
    cx: &mut Cx<'_>,
    network: NetworkId,
    (after, until): (i64, i64),
) -> Result<Vec<Row>, Fault> {
    cx.all(
        "select subject_id, record_id, organisation_id, kind, at_ms, recorded_ms
           from touch
          where network_id = $1 and leaf_index > $2 and leaf_index <= $3
            and leaf_index is not null and record_id is not null
            and kind in ('customer_recorded', 'contact_changed', 'address_changed')
          order by leaf_index
          limit 10000",
        (network, after, until),
    )
}

pub(super) fn of_refs(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    refs: &str,
) -> Result<Vec<(String, CustomerId)>, Fault> {
    cx.all(
        Sql {
            sqlite: "select external_ref, customer_id
                from record_ref
               where network_id = $1 and organisation_id = $2
                 and external_ref in (select value from json_each($3))
               limit 1000",
            postgres: "select external_ref, customer_id
                from record_ref
               where network_id = $1 and organisation_id = $2
                 and external_ref in (
                   select jsonb_array_elements_text(cast(cast($3 as text) as jsonb)))
               limit 1000",
        },
        (network, organisation, refs),
    )
}

pub(super) fn with_merged(
    cx: &mut Cx<'_>,
    network: NetworkId,
    ids: &str,
) -> Result<Vec<(CustomerId,)>, Fault> {
    cx.all(
        Sql {
            sqlite: "select distinct customer_id
                from merge
               where network_id = $1
                 and customer_id in (select unhex(value) from json_each($2))
               limit 1000",
            postgres: "select distinct customer_id
                from merge
               where network_id = $1
                 and customer_id in (
                   select cast(one as uuid)
                     from jsonb_array_elements_text(cast(cast($2 as text) as jsonb)) l (one))
               limit 1000",
        },
        (network, ids),
    )
}
