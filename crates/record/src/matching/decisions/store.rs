use handfast_db::{Cx, Fault, FromRow, Row, Tx};
use handfast_kit::NetworkId;

use super::{Decision, Verdict};
use crate::{RecordId, sharing::Author};

impl FromRow for Decision {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        let verdict: String = row.get(3)?;
        Ok(Self {
            id: row.get(0)?,
            records: (row.get(1)?, row.get(2)?),
            verdict: Verdict::named(&verdict)
                .ok_or_else(|| Fault::other("a decision has no such verdict"))?,
            organisation: row.get(4)?,
            person: row.get(5)?,
            why: row.get(6)?,
            at: row.get(7)?,
        })
    }
}

/// Writes one of the two rows of a decision.
pub(super) fn insert(
    tx: &mut Tx<'_>,
    author: &Author,
    (record, other): (RecordId, RecordId),
    decision: &Decision,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into match_decision (network_id, record_id, other_id, decision_id, verdict,
           organisation_id, person_id, why, at_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        (
            author.network(),
            record,
            other,
            decision.id,
            decision.verdict.word(),
            decision.organisation,
            decision.person,
            &decision.why,
            decision.at,
        ),
    )
}

/// What was decided of a record and any other, the earliest first; at most 2,000.
pub(super) fn of_record(
    cx: &mut Cx<'_>,
    network: NetworkId,
    record: RecordId,
) -> Result<Vec<Decision>, Fault> {
    cx.all(
        "select decision_id, record_id, other_id, verdict, organisation_id, person_id, why, at_ms
           from match_decision
          where network_id = $1 and record_id = $2
          order by at_ms, decision_id
          limit 2000",
        (network, record),
    )
}

/// What was decided of a pair, the earliest first; at most 200.
pub(super) fn of_pair(
    cx: &mut Cx<'_>,
    network: NetworkId,
    (record, other): (RecordId, RecordId),
) -> Result<Vec<Decision>, Fault> {
    cx.all(
        "select decision_id, record_id, other_id, verdict, organisation_id, person_id, why, at_ms
           from match_decision
          where network_id = $1 and record_id = $2 and other_id = $3
          order by at_ms, decision_id
          limit 200",
        (network, record, other),
    )
}
