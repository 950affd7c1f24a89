use handfast_db::{Cx, Fault, FromRow, Row, Tx};
use handfast_kit::NetworkId;

use super::CaseState;
use crate::{
    CaseId, SubjectId,
    sharing::{Author, Who},
};

impl FromRow for CaseState {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            id: row.get(0)?,
            subject: row.get(1)?,
            organisation: row.get(2)?,
            by: Who::Named(row.get(2)?),
            case_ref: row.get(3)?,
            title: row.get(4)?,
            product: row.get(5)?,
            status: row.get(6)?,
            owner: row.get(7)?,
            team: row.get(8)?,
            country: row.get(9)?,
            opened: row.get(10)?,
            last: row.get(11)?,
            closed: row.get(12)?,
            step_count: row.get(13)?,
            hand_over_count: row.get(14)?,
        })
    }
}

pub(super) fn place_of_ref(
    cx: &mut Cx<'_>,
    author: &Author,
    case_ref: &str,
) -> Result<Option<(SubjectId, CaseId)>, Fault> {
    cx.one(
        "select subject_id, case_id
           from case_ref
          where network_id = $1 and keeper_id = $2 and case_ref = $3",
        (author.network(), author.organisation_id(), case_ref),
    )
}

pub(super) fn insert_ref(
    tx: &mut Tx<'_>,
    author: &Author,
    case_ref: &str,
    subject: SubjectId,
    case: CaseId,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into case_ref (network_id, keeper_id, case_ref, subject_id, case_id)
         values ($1, $2, $3, $4, $5)",
        (author.network(), author.organisation_id(), case_ref, subject, case),
    )
}

pub(super) fn state(
    cx: &mut Cx<'_>,
    network: NetworkId,
    subject: SubjectId,
    case: CaseId,
) -> Result<Option<CaseState>, Fault> {
    cx.one(
        "select case_id, subject_id, organisation_id, case_ref, title, product, status, owner, team,
                country, opened_ms, last_ms, closed_ms, step_count, hand_over_count
           from case_state
          where network_id = $1 and subject_id = $2 and case_id = $3",
        (network, subject, case),
    )
}

pub(super) fn of_subject(
    cx: &mut Cx<'_>,
    network: NetworkId,
    subject: SubjectId,
) -> Result<Vec<CaseState>, Fault> {
    cx.all(
        "select case_id, subject_id, organisation_id, case_ref, title, product, status, owner, team,
                country, opened_ms, last_ms, closed_ms, step_count, hand_over_count
           from case_state
          where network_id = $1 and subject_id = $2
          order by last_ms desc, case_id
          limit 200",
        (network, subject),
    )
}

/// Whether the author has a case of the subject that goes on.
pub(super) fn has_open(
    cx: &mut Cx<'_>,
    author: &Author,
    subject: SubjectId,
) -> Result<bool, Fault> {
    let row: Option<(i64,)> = cx.one(
        "select 1
           from case_state
          where network_id = $1 and subject_id = $2 and organisation_id = $3
            and closed_ms is null
          limit 1",
        (author.network(), subject, author.organisation_id()),
    )?;
    Ok(row.is_some())
}

pub(super) fn upsert_state(
    tx: &mut Tx<'_>,
    network: NetworkId,
    state: &CaseState,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into case_state (network_id, subject_id, case_id, organisation_id, case_ref, title,
           product, status, owner, team, country, opened_ms, last_ms, closed_ms, step_count,
           hand_over_count)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
         on conflict (network_id, subject_id, case_id)
         do update set title = excluded.title, product = excluded.product,
           status = excluded.status, owner = excluded.owner, team = excluded.team,
           country = excluded.country, opened_ms = excluded.opened_ms,
           last_ms = excluded.last_ms, closed_ms = excluded.closed_ms,
           step_count = excluded.step_count, hand_over_count = excluded.hand_over_count",
        (
            network,
            state.subject,
            state.id,
            state.organisation,
            &state.case_ref,
            &state.title,
            &state.product,
            &state.status,
            &state.owner,
            &state.team,
            &state.country,
            state.opened,
            state.last,
            state.closed,
            state.step_count,
            state.hand_over_count,
        ),
    )
}
