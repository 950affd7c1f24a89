use handfast_db::{Cx, Fault, Sql};
use handfast_kit::{NetworkId, OrganisationId};
use serde_json::{Value, json};

use crate::CustomerId;

/// Who keeps a thing, under which reference, and of whom it is.
pub(super) type Led = (OrganisationId, String, CustomerId);

/// References as both engines read them out of JSON.
fn list(kept: &[(OrganisationId, &str)]) -> String {
    let row = |(keeper, reference): &(OrganisationId, &str)| {
        let keeper = keeper.uuid().simple().to_string();
        json!({ "keeper": keeper, "reference": reference })
    };
    Value::from(kept.iter().map(row).collect::<Vec<_>>()).to_string()
}

pub(super) fn cases(
    cx: &mut Cx<'_>,
    network: NetworkId,
    kept: &[(OrganisationId, &str)],
) -> Result<Vec<Led>, Fault> {
    cx.all(
        Sql {
            sqlite: "select keeper_id, case_ref, subject_id
                       from case_ref
                      where network_id = $1
                        and (keeper_id, case_ref) in (
                            select unhex(value ->> 'keeper'), value ->> 'reference'
                              from json_each($2))
                      limit 10000",
            postgres: "select keeper_id, case_ref, subject_id
                         from case_ref
                        where network_id = $1
                          and (keeper_id, case_ref) in (
                              select r.keeper, r.reference
                                from jsonb_to_recordset(cast(cast($2 as text) as jsonb))
                                  r (keeper uuid, reference text))
                        limit 10000",
        },
        (network, list(kept)),
    )
}

pub(super) fn sales(
    cx: &mut Cx<'_>,
    network: NetworkId,
    kept: &[(OrganisationId, &str)],
) -> Result<Vec<Led>, Fault> {
    cx.all(
        Sql {
            sqlite: "select keeper_id, order_ref, customer_id
                       from sale_ref
                      where network_id = $1
                        and (keeper_id, order_ref) in (
                            select unhex(value ->> 'keeper'), value ->> 'reference'
                              from json_each($2))
                      limit 10000",
            postgres: "select keeper_id, order_ref, customer_id
                         from sale_ref
                        where network_id = $1
                          and (keeper_id, order_ref) in (
                              select r.keeper, r.reference
                                from jsonb_to_recordset(cast(cast($2 as text) as jsonb))
                                  r (keeper uuid, reference text))
                        limit 10000",
        },
        (network, list(kept)),
    )
}
