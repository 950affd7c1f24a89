use handfast_db::{Cx, Fault, Tx};
use handfast_kit::NetworkId;

use crate::RecordId;

pub(super) fn insert_key(
    tx: &mut Tx<'_>,
    network: NetworkId,
    key: i64,
    record: RecordId,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into match_key (network_id, match_key, record_id)
         values ($1, $2, $3)
         on conflict do nothing",
        (network, key, record),
    )
}

pub(super) fn delete_key(
    tx: &mut Tx<'_>,
    network: NetworkId,
    key: i64,
    record: RecordId,
) -> Result<u64, Fault> {
    tx.exec(
        "delete from match_key where network_id = $1 and match_key = $2 and record_id = $3",
        (network, key, record),
    )
}

/// The records under a key, at most `limit`.
pub(super) fn block(
    cx: &mut Cx<'_>,
    network: NetworkId,
    key: i64,
    limit: usize,
) -> Result<Vec<RecordId>, Fault> {
    let rows: Vec<(RecordId,)> = cx.all(
        "select record_id
           from match_key
          where network_id = $1 and match_key = $2
          order by record_id
          limit $3",
        (network, key, limit as i64),
    )?;
    Ok(rows.into_iter().map(|(record,)| record).collect())
}

/// Those alike a record, with how much, in 1/256 bit; at most 5,000.
pub(in crate::matching) fn edges(
    cx: &mut Cx<'_>,
    network: NetworkId,
    record: RecordId,
) -> Result<Vec<(RecordId, i32)>, Fault> {
    cx.all(
        "select other_id, weight
           from match_edge
          where network_id = $1 and record_id = $2
          order by other_id
          limit 5000",
        (network, record),
    )
}

/// Writes one of the two rows of a pair.
pub(super) fn put_edge(
    tx: &mut Tx<'_>,
    network: NetworkId,
    (record, other): (RecordId, RecordId),
    weight: i32,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into match_edge (network_id, record_id, other_id, weight)
         values ($1, $2, $3, $4)
         on conflict (network_id, record_id, other_id) do update set weight = excluded.weight",
        (network, record, other, weight),
    )
}

pub(super) fn delete_edge(
    tx: &mut Tx<'_>,
    network: NetworkId,
    (record, other): (RecordId, RecordId),
) -> Result<u64, Fault> {
    tx.exec(
        "delete from match_edge where network_id = $1 and record_id = $2 and other_id = $3",
        (network, record, other),
    )
}

/// Takes keys away, at most `limit`, whatever they say. Answers how many.
pub(in crate::matching) fn clear_keys(
    tx: &mut Tx<'_>,
    network: NetworkId,
    limit: usize,
) -> Result<u64, Fault> {
    tx.exec(
        "delete from match_key
          where network_id = $1 and (match_key, record_id) in (
            select match_key, record_id
              from match_key
             where network_id = $1
             order by match_key, record_id
             limit $2)",
        (network, limit as i64),
    )
}

/// As [`clear_keys`], for edges.
pub(in crate::matching) fn clear_edges(
    tx: &mut Tx<'_>,
    network: NetworkId,
    limit: usize,
) -> Result<u64, Fault> {
    tx.exec(
        "delete from match_edge
          where network_id = $1 and (record_id, other_id) in (
            select record_id, other_id
              from match_edge
             where network_id = $1
             order by record_id, other_id
             limit $2)",
        (network, limit as i64),
    )
}
