use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{NetworkId, Uuid};

use super::rules::Hash;
use crate::CustomerId;

pub(super) fn insert(
    tx: &mut Tx<'_>,
    network: NetworkId,
    hash: &Hash,
    customer: CustomerId,
    source: Uuid,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into contact_key (network_id, key_hash, customer_id, source_id)
         values ($1, $2, $3, $4)
         on conflict do nothing",
        (network, hash.as_slice(), customer, source),
    )
}

pub(super) fn delete(
    tx: &mut Tx<'_>,
    network: NetworkId,
    hash: &Hash,
    customer: CustomerId,
    source: Uuid,
) -> Result<u64, Fault> {
    tx.exec(
        "delete from contact_key
          where network_id = $1 and key_hash = $2 and customer_id = $3 and source_id = $4",
        (network, hash.as_slice(), customer, source),
    )
}

pub(super) fn carry(
    tx: &mut Tx<'_>,
    network: NetworkId,
    hash: &Hash,
    (from, to): (CustomerId, CustomerId),
    source: Uuid,
) -> Result<u64, Fault> {
    tx.exec(
        "update contact_key set customer_id = $1
          where network_id = $2 and key_hash = $3 and customer_id = $4 and source_id = $5",
        (to, network, hash.as_slice(), from, source),
    )
}

pub(super) fn customers(
    cx: &mut Cx<'_>,
    network: NetworkId,
    hash: &Hash,
) -> Result<Vec<CustomerId>, Fault> {
    let rows: Vec<(CustomerId,)> = cx.all(
        "select customer_id
           from contact_key
          where network_id = $1 and key_hash = $2
          group by customer_id
          order by customer_id
          limit 10",
        (network, hash.as_slice()),
    )?;
    Ok(rows.into_iter().map(|(customer,)| customer).collect())
}
