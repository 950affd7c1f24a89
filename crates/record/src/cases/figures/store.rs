use handfast_db::{Cx, Fault, FromRow, Param, Row};
use handfast_kit::{OrganisationId, TimeMs};

use super::PartnerCases;
use crate::{CaseId, SubjectId, TouchId, cases::CaseState, numbers::ROWS_AT_ONCE, sharing::Lens};

/// One step of a case, as its touch tells it.
pub(super) struct StepRow {
    pub(super) subject: SubjectId,
    pub(super) at: TimeMs,
    pub(super) touch: TouchId,
    pub(super) organisation: OrganisationId,
    pub(super) body: String,
}

impl FromRow for StepRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            subject: row.get(0)?,
            at: row.get(1)?,
            touch: row.get(2)?,
            organisation: row.get(3)?,
            body: row.get(4)?,
        })
    }
}

impl FromRow for PartnerCases {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            organisation: row.get(0)?,
            cases: row.get(1)?,
            open: row.get(2)?,
            hand_overs: row.get(3)?,
        })
    }
}

/// The next subjects with cases after this one.
pub(super) fn subjects(
    cx: &mut Cx<'_>,
    lens: &Lens,
    after: SubjectId,
) -> Result<Vec<(SubjectId,)>, Fault> {
    cx.all(
        "select distinct subject_id
           from case_state
          where network_id = $1 and subject_id > $2
            and organisation_id = coalesce($3, organisation_id)
          order by subject_id
          limit 250",
        (lens.network(), after, lens.own_only()),
    )
}

/// The steps after this place of subjects with cases, up to the subject `last`. Touches lie by
/// subject, so only those of subjects with cases are looked at, however many others there are.
pub(super) fn steps(
    cx: &mut Cx<'_>,
    lens: &Lens,
    (subject, at, touch): &(SubjectId, TimeMs, TouchId),
    last: SubjectId,
) -> Result<Vec<StepRow>, Fault> {
    // "cross join" tells SQLite which table comes first. The place is not compared as one row of
    // three values, or SQLite would read all touches from there for every subject.
    cx.all(
        "select t.subject_id, t.at_ms, t.touch_id, t.organisation_id, t.body
           from (select distinct subject_id
                   from case_state
                  where network_id = $1 and subject_id >= $2 and subject_id <= $3
                    and organisation_id = coalesce($4, organisation_id)) as c
          cross join touch t
          where t.network_id = $1 and t.subject_id = c.subject_id
            and (t.subject_id > $2 or t.at_ms > $5 or (t.at_ms = $5 and t.touch_id > $6))
            and t.kind = 'case_step'
            and (($7 & (1 << cast(t.class as integer))) <> 0 or t.organisation_id = $8)
          order by t.subject_id, t.at_ms, t.touch_id
          limit $9",
        (
            lens.network(),
            subject,
            last,
            lens.own_only(),
            at,
            touch,
            lens.mask(),
            lens.organisation(),
            ROWS_AT_ONCE as i64,
        ),
    )
}

/// How many organisations [`partners_named`] asks for at once.
pub(super) const PARTNERS_AT_ONCE: usize = 20;

pub(super) fn partners(cx: &mut Cx<'_>, lens: &Lens) -> Result<Vec<PartnerCases>, Fault> {
    cx.all(
        "select organisation_id, count(*),
                cast(sum(case when closed_ms is null then 1 else 0 end) as bigint),
                cast(sum(hand_over_count) as bigint)
           from case_state
          where network_id = $1 and organisation_id = coalesce($2, organisation_id)
          group by organisation_id
          order by organisation_id
          limit 100000",
        (lens.network(), lens.own_only()),
    )
}

/// As [`partners`], of at most [`PARTNERS_AT_ONCE`] organisations, which the caller may see.
pub(super) fn partners_named(
    cx: &mut Cx<'_>,
    lens: &Lens,
    organisations: &[OrganisationId],
) -> Result<Vec<PartnerCases>, Fault> {
    let mut params = vec![Param::Uuid(lens.network().uuid())];
    params.extend(organisations.iter().map(|id| Param::Uuid(id.uuid())));
    // What no organisation fills is null, and null is in no list.
    params.resize(1 + PARTNERS_AT_ONCE, Param::Null);
    cx.all(
        "select organisation_id, count(*),
                cast(sum(case when closed_ms is null then 1 else 0 end) as bigint),
                cast(sum(hand_over_count) as bigint)
           from case_state
          where network_id = $1
            and organisation_id in ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
              $16, $17, $18, $19, $20, $21)
          group by organisation_id
          order by organisation_id
          limit 20",
        params,
    )
}

pub(super) fn list_of(
    cx: &mut Cx<'_>,
    lens: &Lens,
    organisation: OrganisationId,
    (last, case): (TimeMs, CaseId),
    limit: usize,
) -> Result<Vec<CaseState>, Fault> {
    cx.all(
        "select case_id, subject_id, organisation_id, case_ref, title, product, status, owner, team,
                country, opened_ms, last_ms, closed_ms, step_count, hand_over_count
           from case_state
          where network_id = $1 and organisation_id = $2 and (last_ms, case_id) < ($3, $4)
          order by last_ms desc, case_id desc
          limit $5",
        (lens.network(), organisation, last, case, limit as i64),
    )
}
