use handfast_db::{Cx, Fault, FromRow, Row, Tx};
use handfast_kit::{NetworkId, OrganisationId, TimeMs};

use super::{NewTie, Story};
use crate::{
    CustomerId,
    sharing::{Permitted, Tie},
};

impl FromRow for Story {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            held: FromRow::from_row(row)?,
            made_by: row.get(5)?,
            person: row.get(6)?,
            why: row.get(7)?,
        })
    }
}

pub(super) fn upsert(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
    new: &NewTie,
    permitted: Permitted,
) -> Result<u64, Fault> {
    // The organisation's own name for the customer orders its list, else the customer's. What it
    // only wrote itself tells it no name, so that tie stands under none.
    tx.exec(
        "insert into tie (network_id, customer_id, organisation_id, tie, from_ms, until_ms,
           purposes, denied, extra, sort_key, made_by, person_id, why)
         select c.network_id, c.customer_id, $1, cast($2 as bigint), $3, $4, $5, $6, $7,
                coalesce((select r.sort_key
                            from record r
                           where r.network_id = c.network_id and r.customer_id = c.customer_id
                             and r.organisation_id = $1
                           order by r.updated_ms desc, r.record_id
                           limit 1),
                         case when cast($2 as bigint) = 0 then '' else c.sort_key end),
                $8, $9, $10
           from customer c
          where c.network_id = $11 and c.customer_id = $12
         on conflict (network_id, customer_id, organisation_id, tie)
         do update set from_ms = excluded.from_ms, until_ms = excluded.until_ms,
           purposes = excluded.purposes, denied = excluded.denied, extra = excluded.extra,
           made_by = excluded.made_by, person_id = excluded.person_id, why = excluded.why",
        (
            new.organisation,
            new.tie as i64,
            new.from,
            new.until,
            permitted.purposes,
            permitted.denied,
            new.extra,
            new.made_by.word(),
            new.person,
            &new.why,
            network,
            customer,
        ),
    )
}

pub(super) fn end(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
    (organisation, tie): (OrganisationId, Tie),
    until: TimeMs,
) -> Result<u64, Fault> {
    tx.exec(
        "update tie set until_ms = $1
          where network_id = $2 and customer_id = $3 and organisation_id = $4 and tie = $5
            and until_ms > $1",
        (until, network, customer, organisation, tie as i64),
    )
}

pub(super) fn permit(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
    organisation: OrganisationId,
    permitted: Permitted,
) -> Result<u64, Fault> {
    tx.exec(
        "update tie set purposes = $1, denied = $2
          where network_id = $3 and customer_id = $4 and organisation_id = $5",
        (permitted.purposes, permitted.denied, network, customer, organisation),
    )
}

pub(super) fn organisations_tied(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Vec<OrganisationId>, Fault> {
    let rows: Vec<(OrganisationId,)> = cx.all(
        "select organisation_id
           from tie
          where network_id = $1 and customer_id = $2
          group by organisation_id
          order by organisation_id
          limit 1000",
        (network, customer),
    )?;
    Ok(rows.into_iter().map(|(organisation,)| organisation).collect())
}

pub(super) fn rename(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
    organisation: OrganisationId,
    (sort_key, owner_key): (&str, &str),
) -> Result<u64, Fault> {
    tx.exec(
        "update tie set sort_key = case when tie = 0 then $1 else $2 end
          where network_id = $3 and customer_id = $4 and organisation_id = $5
            and sort_key <> case when tie = 0 then $1 else $2 end",
        (owner_key, sort_key, network, customer, organisation),
    )
}

pub(super) fn stories(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
    only: Option<OrganisationId>,
) -> Result<Vec<Story>, Fault> {
    cx.all(
        "select organisation_id, tie, from_ms, until_ms, extra, made_by, person_id, why
           from tie
          where network_id = $1 and customer_id = $2
            and organisation_id = coalesce($3, organisation_id)
          order by organisation_id, tie
          limit 1000",
        (network, customer, only),
    )
}
