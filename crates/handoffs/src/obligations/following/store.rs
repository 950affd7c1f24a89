use handfast_db::{Cx, Fault, Sql, Tx};
use handfast_kit::{NetworkId, OrganisationId};
use handfast_record::CustomerId;
use serde_json::Value;

/// How far the feed was followed, held until the end of the transaction.
pub(super) fn hold(tx: &mut Tx<'_>, network: NetworkId) -> Result<i64, Fault> {
    tx.exec(
        "insert into followed (network_id, leaf_index) values ($1, -1) on conflict do nothing",
        (network,),
    )?;
    let row: Option<(i64,)> = tx.one(
        Sql {
            sqlite: "select leaf_index from followed where network_id = $1",
            postgres: "select leaf_index from followed where network_id = $1 for update",
        },
        (network,),
    )?;
    Ok(row.map_or(-1, |(after,)| after))
}

pub(super) fn go_to(tx: &mut Tx<'_>, network: NetworkId, until: i64) -> Result<u64, Fault> {
    tx.exec("update followed set leaf_index = $1 where network_id = $2", (until, network))
}

/// Whether the organisation was ever told of a change.
pub(super) fn is_obliged(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
) -> Result<bool, Fault> {
    let row: Option<(i64,)> = cx.one(
        "select sent_ms
           from obligation
          where network_id = $1 and organisation_id = $2
          limit 1",
        (network, organisation),
    )?;
    Ok(row.is_some())
}

/// Of these, of whom the organisation was told a change by these ids.
pub(super) fn obliged_for(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    ids: &[CustomerId],
) -> Result<Vec<CustomerId>, Fault> {
    let ids = ids.iter().map(|id| Value::from(id.uuid().simple().to_string()));
    let ids = Value::from(ids.collect::<Vec<_>>()).to_string();
    let rows: Vec<(CustomerId,)> = cx.all(
        Sql {
            sqlite: "select distinct customer_id
                from obligation
               where network_id = $1 and organisation_id = $2
                 and customer_id in (select unhex(value) from json_each($3))
               limit 1000",
            postgres: "select distinct customer_id
                from obligation
               where network_id = $1 and organisation_id = $2
                 and customer_id in (
                   select cast(one as uuid)
                     from jsonb_array_elements_text(cast(cast($3 as text) as jsonb)) l (one))
               limit 1000",
        },
        (network, organisation, ids),
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
