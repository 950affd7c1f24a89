use handfast_db::{Cx, Fault, FromRow, Row, Sql};
use handfast_kit::{NetworkId, OrganisationId};

use crate::{
    CustomerId,
    sharing::{Held, Saying},
};

/// Customers as both engines read them out of JSON: each 32 hexadecimal digits.
pub(super) fn list(customers: &[CustomerId]) -> String {
    let ids = customers.iter().map(|id| id.uuid().simple().to_string());
    serde_json::Value::from(ids.collect::<Vec<_>>()).to_string()
}

struct TieWith(CustomerId, Held);

impl FromRow for TieWith {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self(row.get(5)?, Held::from_row(row)?))
    }
}

struct SayingOf(CustomerId, Saying);

impl FromRow for SayingOf {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self(row.get(4)?, Saying::from_row(row)?))
    }
}

/// The ties of one partner with these customers.
pub(super) fn ties(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    customers: &str,
) -> Result<Vec<(CustomerId, Held)>, Fault> {
    let rows: Vec<TieWith> = cx.all(
        Sql {
            sqlite: "select organisation_id, tie, from_ms, until_ms, extra, customer_id
                       from tie
                      where network_id = $1 and organisation_id = $2
                        and customer_id in (select unhex(value) from json_each($3))
                      order by customer_id, tie
                      limit 20000",
            postgres: "select organisation_id, tie, from_ms, until_ms, extra, customer_id
                         from tie
                        where network_id = $1 and organisation_id = $2
                          and customer_id in (
                              select cast(value as uuid)
                                from jsonb_array_elements_text(cast(cast($3 as text) as jsonb)))
                        order by customer_id, tie
                        limit 20000",
        },
        (network, organisation, customers),
    )?;
    Ok(rows.into_iter().map(|TieWith(customer, held)| (customer, held)).collect())
}

/// The ids by which a partner knew these customers before they were merged with others.
pub(super) fn known_as(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    customers: &str,
) -> Result<Vec<(CustomerId, CustomerId)>, Fault> {
    cx.all(
        Sql {
            sqlite: "select customer_id, known_id
                       from known_as
                      where network_id = $1 and organisation_id = $2
                        and customer_id in (select unhex(value) from json_each($3))
                      order by customer_id, known_id
                      limit 100000",
            postgres: "select customer_id, known_id
                         from known_as
                        where network_id = $1 and organisation_id = $2
                          and customer_id in (
                              select cast(value as uuid)
                                from jsonb_array_elements_text(cast(cast($3 as text) as jsonb)))
                        order by customer_id, known_id
                        limit 100000",
        },
        (network, organisation, customers),
    )
}

/// What these customers said.
pub(super) fn sayings(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customers: &str,
) -> Result<Vec<(CustomerId, Saying)>, Fault> {
    let rows: Vec<SayingOf> = cx.all(
        Sql {
            sqlite: "select purpose, organisation_id, class, allowed, customer_id
                       from saying
                      where network_id = $1
                        and customer_id in (select unhex(value) from json_each($2))
                      order by customer_id, purpose, organisation_id, class
                      limit 1000000",
            postgres: "select purpose, organisation_id, class, allowed, customer_id
                         from saying
                        where network_id = $1
                          and customer_id in (
                              select cast(value as uuid)
                                from jsonb_array_elements_text(cast(cast($2 as text) as jsonb)))
                        order by customer_id, purpose, organisation_id, class
                        limit 1000000",
        },
        (network, customers),
    )?;
    Ok(rows.into_iter().map(|SayingOf(customer, saying)| (customer, saying)).collect())
}

/// Of these customers, those whose data may only be kept.
pub(super) fn frozen(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customers: &str,
) -> Result<Vec<CustomerId>, Fault> {
    let rows: Vec<(CustomerId,)> = cx.all(
        Sql {
            sqlite: "select customer_id
                       from frozen
                      where network_id = $1
                        and customer_id in (select unhex(value) from json_each($2))
                      order by customer_id
                      limit 1000000",
            postgres: "select customer_id
                         from frozen
                        where network_id = $1
                          and customer_id in (
                              select cast(value as uuid)
                                from jsonb_array_elements_text(cast(cast($2 as text) as jsonb)))
                        order by customer_id
                        limit 1000000",
        },
        (network, customers),
    )?;
    Ok(rows.into_iter().map(|(customer,)| customer).collect())
}
