use handfast_db::{Cx, Fault, FromRow, Row, Tx};
use handfast_kit::{NetworkId, TimeMs};

use super::{Open, Why};
use crate::RecordId;

impl FromRow for Open {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        let why: String = row.get(3)?;
        Ok(Self {
            records: (row.get(0)?, row.get(1)?),
            weight: row.get(2)?,
            why: Why::read(&why),
            state: row.get(4)?,
            found: row.get(5)?,
        })
    }
}

/// Doubts after this place, the strongest first.
pub(super) fn list(
    cx: &mut Cx<'_>,
    network: NetworkId,
    state: &str,
    (weight, record, other): (i32, RecordId, RecordId),
    limit: usize,
) -> Result<Vec<Open>, Fault> {
    cx.all(
        "select record_id, other_id, weight, why, state, found_ms
           from match_doubt
          where network_id = $1 and state = $2
            and (weight < $3 or weight = $3 and (record_id, other_id) < ($4, $5))
          order by weight desc, record_id desc, other_id desc
          limit $6",
        (network, state, weight, record, other, limit as i64),
    )
}

pub(super) fn count(cx: &mut Cx<'_>, network: NetworkId, state: &str) -> Result<i64, Fault> {
    let row: Option<(i64,)> = cx.one(
        "select count(*) from match_doubt where network_id = $1 and state = $2",
        (network, state),
    )?;
    Ok(row.map_or(0, |(count,)| count))
}

pub(super) fn one(
    cx: &mut Cx<'_>,
    network: NetworkId,
    (record, other): (RecordId, RecordId),
) -> Result<Option<Open>, Fault> {
    cx.one(
        "select record_id, other_id, weight, why, state, found_ms
           from match_doubt
          where network_id = $1 and record_id = $2 and other_id = $3",
        (network, record, other),
    )
}

/// Doubts of a record that is the smaller of the two; at most 1,000.
pub(super) fn of_smaller(
    cx: &mut Cx<'_>,
    network: NetworkId,
    record: RecordId,
) -> Result<Vec<Open>, Fault> {
    cx.all(
        "select record_id, other_id, weight, why, state, found_ms
           from match_doubt
          where network_id = $1 and record_id = $2
          order by other_id
          limit 1000",
        (network, record),
    )
}

/// Doubts of a record that is the larger of the two; at most 1,000.
pub(super) fn of_larger(
    cx: &mut Cx<'_>,
    network: NetworkId,
    record: RecordId,
) -> Result<Vec<Open>, Fault> {
    cx.all(
        "select record_id, other_id, weight, why, state, found_ms
           from match_doubt
          where network_id = $1 and other_id = $2
          order by record_id
          limit 1000",
        (network, record),
    )
}

pub(super) fn put(
    tx: &mut Tx<'_>,
    network: NetworkId,
    doubt: &Open,
    now: TimeMs,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into match_doubt (network_id, record_id, other_id, weight, why, state, found_ms)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (network_id, record_id, other_id)
           do update set weight = excluded.weight, why = excluded.why, state = excluded.state",
        (
            network,
            doubt.records.0,
            doubt.records.1,
            doubt.weight,
            doubt.why.json(),
            &doubt.state,
            now,
        ),
    )
}

pub(super) fn delete(
    tx: &mut Tx<'_>,
    network: NetworkId,
    (record, other): (RecordId, RecordId),
) -> Result<u64, Fault> {
    tx.exec(
        "delete from match_doubt where network_id = $1 and record_id = $2 and other_id = $3",
        (network, record, other),
    )
}
