use std::collections::HashMap;

use handfast_db::{Cx, Fault, FromRow, Row};
use handfast_kit::{NetworkId, OrganisationId, TimeMs};
use handfast_record::{ChangeId, ObligationId};

use crate::{obligations::store::Stored, store::StoredStep};

pub(super) fn steps(
    cx: &mut Cx<'_>,
    network: NetworkId,
    (change, id): (ChangeId, ObligationId),
) -> Result<Vec<StoredStep>, Fault> {
    cx.all(
        "select position, step, at_ms, organisation_id, by_name, words, touch_id
           from obligation_step
          where network_id = $1 and change_id = $2 and obligation_id = $3
          order by position
          limit 200",
        (network, change, id),
    )
}

/// The steps of the obligations of a change, of all or of one, at most 200,000.
pub(super) fn steps_of_change(
    cx: &mut Cx<'_>,
    network: NetworkId,
    change: ChangeId,
    only: Option<ObligationId>,
) -> Result<HashMap<ObligationId, Vec<StoredStep>>, Fault> {
    let mut steps: HashMap<ObligationId, Vec<StoredStep>> = HashMap::new();
    let rows: Vec<StepOf> = cx.all(
        "select position, step, at_ms, organisation_id, by_name, words, touch_id, obligation_id
           from obligation_step
          where network_id = $1 and change_id = $2 and obligation_id = coalesce($3, obligation_id)
          order by obligation_id, position
          limit 200000",
        (network, change, only),
    )?;
    for StepOf(id, step) in rows {
        steps.entry(id).or_default().push(step);
    }
    Ok(steps)
}

struct StepOf(ObligationId, StoredStep);

impl FromRow for StepOf {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self(row.get(7)?, StoredStep::from_row(row)?))
    }
}

/// Those that somebody is waited for: one organisation, or anybody; from a place on, the first due
/// first.
pub(super) fn open(
    cx: &mut Cx<'_>,
    network: NetworkId,
    only: Option<OrganisationId>,
    (after, id): (TimeMs, ObligationId),
    (until, limit): (TimeMs, usize),
) -> Result<Vec<Stored>, Fault> {
    match only {
        Some(organisation) => cx.all(
            "select obligation_id, change_id, customer_id, organisation_id, changed, state, version,
                    sent_ms, due_ms, next_delivery_ms, is_seen, remind_ms, held, how, is_escalated,
                    waits_id, waits_due_ms
               from obligation
              where network_id = $1 and waits_id = $2 and waits_due_ms <= $3
                and (waits_due_ms, obligation_id) > ($4, $5)
              order by waits_due_ms, obligation_id
              limit $6",
            (network, organisation, until, after, id, limit as i64),
        ),
        None => cx.all(
            "select obligation_id, change_id, customer_id, organisation_id, changed, state, version,
                    sent_ms, due_ms, next_delivery_ms, is_seen, remind_ms, held, how, is_escalated,
                    waits_id, waits_due_ms
               from obligation
              where network_id = $1 and waits_due_ms <= $2
                and (waits_due_ms, obligation_id) > ($3, $4)
              order by waits_due_ms, obligation_id
              limit $5",
            (network, until, after, id, limit as i64),
        ),
    }
}

/// Those that anybody but one organisation is waited for.
pub(super) fn open_of_others(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    (after, id): (TimeMs, ObligationId),
    (until, limit): (TimeMs, usize),
) -> Result<Vec<Stored>, Fault> {
    cx.all(
        "select obligation_id, change_id, customer_id, organisation_id, changed, state, version,
                sent_ms, due_ms, next_delivery_ms, is_seen, remind_ms, held, how, is_escalated,
                waits_id, waits_due_ms
           from obligation
          where network_id = $1 and waits_id <> $2 and waits_due_ms <= $3
            and (waits_due_ms, obligation_id) > ($4, $5)
          order by waits_due_ms, obligation_id
          limit $6",
        (network, organisation, until, after, id, limit as i64),
    )
}

/// How many wait for an organisation, counted up to a limit.
pub(super) fn waiting_count(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    limit: i64,
) -> Result<i64, Fault> {
    let row: Option<(i64,)> = cx.one(
        "select count(waits_due_ms)
           from (select waits_due_ms from obligation
                  where network_id = $1 and waits_id = $2 and waits_due_ms is not null
                  order by waits_due_ms
                  limit $3) o",
        (network, organisation, limit),
    )?;
    Ok(row.map_or(0, |(count,)| count))
}

/// How many wait for anybody but one organisation: on either side of it in the index, each counted
/// up to 1,000.
pub(super) fn others_count(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
) -> Result<i64, Fault> {
    let row: Option<(i64,)> = cx.one(
        "select count(waits_due_ms)
           from (select waits_due_ms from (
                   select waits_due_ms from obligation
                    where network_id = $1 and waits_id < $2 and waits_due_ms is not null
                    order by waits_id
                    limit 1000) b
                 union all
                 select waits_due_ms from (
                   select waits_due_ms from obligation
                    where network_id = $1 and waits_id > $2 and waits_due_ms is not null
                    order by waits_id
                    limit 1000) a) o",
        (network, organisation),
    )?;
    Ok(row.map_or(0, |(count,)| count))
}

/// How many should have been acted on, counted up to 1,000.
pub(super) fn overdue_count(
    cx: &mut Cx<'_>,
    network: NetworkId,
    now: TimeMs,
) -> Result<i64, Fault> {
    let row: Option<(i64,)> = cx.one(
        "select count(waits_due_ms)
           from (select waits_due_ms from obligation
                  where network_id = $1 and waits_due_ms <= $2
                  order by waits_due_ms
                  limit 1000) o",
        (network, now),
    )?;
    Ok(row.map_or(0, |(count,)| count))
}

/// The same of one organisation.
pub(super) fn overdue_count_of(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    now: TimeMs,
) -> Result<i64, Fault> {
    let row: Option<(i64,)> = cx.one(
        "select count(waits_due_ms)
           from (select waits_due_ms from obligation
                  where network_id = $1 and waits_id = $2 and waits_due_ms <= $3
                  order by waits_due_ms
                  limit 1000) o",
        (network, organisation, now),
    )?;
    Ok(row.map_or(0, |(count,)| count))
}

/// How many obligations of a change are in each state: of all, or of one organisation.
pub(super) fn states(
    cx: &mut Cx<'_>,
    network: NetworkId,
    change: ChangeId,
    only: Option<OrganisationId>,
) -> Result<Vec<(String, i64)>, Fault> {
    cx.all(
        "select state, count(*)
           from obligation
          where network_id = $1 and change_id = $2
            and organisation_id = coalesce($3, organisation_id)
          group by state
          order by state
          limit 20",
        (network, change, only),
    )
}

/// The obligations of a change in the order in which they matter: what differs, what is open and
/// due first, and what is done.
pub(super) fn first_of(
    cx: &mut Cx<'_>,
    network: NetworkId,
    change: ChangeId,
    (only, limit): (Option<OrganisationId>, usize),
) -> Result<Vec<Stored>, Fault> {
    cx.all(
        "select obligation_id, change_id, customer_id, organisation_id, changed, state, version,
                sent_ms, due_ms, next_delivery_ms, is_seen, remind_ms, held, how, is_escalated,
                waits_id, waits_due_ms
           from obligation
          where network_id = $1 and change_id = $2
            and organisation_id = coalesce($3, organisation_id)
          order by case when state = 'mismatch' then 0 when waits_due_ms is not null then 1
                   else 2 end, waits_due_ms, obligation_id
          limit $4",
        (network, change, only, limit as i64),
    )
}
