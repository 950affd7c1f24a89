use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{NetworkId, OrganisationId, TimeMs, Uuid};
use handfast_record::{CustomerId, HandOffId};

use crate::store::{Stored, StoredStep};

/// A page begins after this moment and this hand-off.
pub(crate) type After = (TimeMs, HandOffId);

/// Who was accountable, by which hand-off, from when and until when.
type Held = (OrganisationId, Option<HandOffId>, TimeMs, Option<TimeMs>);

pub(super) fn steps(
    cx: &mut Cx<'_>,
    network: NetworkId,
    id: HandOffId,
) -> Result<Vec<StoredStep>, Fault> {
    cx.all(
        "select position, step, at_ms, organisation_id, by_name, words, touch_id
           from hand_off_step
          where network_id = $1 and hand_off_id = $2
          order by position
          limit 500",
        (network, id),
    )
}

pub(super) fn waiting(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    (after, id): After,
    (until, limit): (TimeMs, usize),
) -> Result<Vec<Stored>, Fault> {
    cx.all(
        "select hand_off_id, customer_id, thing, thing_id, keeper_id, thing_ref, title,
                from_id, to_id, custody_position, state, version, offered_ms, accept_by_ms,
                remind_ms, seen_ms, seen_by, answered_ms, answered_by, answer, back_ms,
                is_escalated, waits_id, due_ms
           from hand_off
          where network_id = $1 and waits_id = $2 and due_ms is not null
            and (due_ms, hand_off_id) > ($3, $4) and due_ms <= $5
          order by due_ms, hand_off_id
          limit $6",
        (network, organisation, after, id, until, limit as i64),
    )
}

pub(super) fn sent(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    (after, id): After,
    (until, limit): (TimeMs, usize),
) -> Result<Vec<Stored>, Fault> {
    cx.all(
        "select hand_off_id, customer_id, thing, thing_id, keeper_id, thing_ref, title,
                from_id, to_id, custody_position, state, version, offered_ms, accept_by_ms,
                remind_ms, seen_ms, seen_by, answered_ms, answered_by, answer, back_ms,
                is_escalated, waits_id, due_ms
           from hand_off
          where network_id = $1 and from_id = $2 and due_ms is not null
            and (due_ms, hand_off_id) > ($3, $4) and due_ms <= $5
          order by due_ms, hand_off_id
          limit $6",
        (network, organisation, after, id, until, limit as i64),
    )
}

pub(super) fn open(
    cx: &mut Cx<'_>,
    network: NetworkId,
    (after, id): After,
    (until, limit): (TimeMs, usize),
) -> Result<Vec<Stored>, Fault> {
    cx.all(
        "select hand_off_id, customer_id, thing, thing_id, keeper_id, thing_ref, title,
                from_id, to_id, custody_position, state, version, offered_ms, accept_by_ms,
                remind_ms, seen_ms, seen_by, answered_ms, answered_by, answer, back_ms,
                is_escalated, waits_id, due_ms
           from hand_off
          where network_id = $1 and due_ms is not null
            and (due_ms, hand_off_id) > ($2, $3) and due_ms <= $4
          order by due_ms, hand_off_id
          limit $5",
        (network, after, id, until, limit as i64),
    )
}

/// How many wait for an organisation, counted up to a limit.
pub(crate) fn waiting_count(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    limit: i64,
) -> Result<i64, Fault> {
    let row: Option<(i64,)> = cx.one(
        "select count(due_ms)
           from (select due_ms from hand_off
                  where network_id = $1 and waits_id = $2 and due_ms is not null
                  order by due_ms
                  limit $3) h",
        (network, organisation, limit),
    )?;
    Ok(row.map_or(0, |(count,)| count))
}

pub(super) fn sent_count(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
) -> Result<i64, Fault> {
    let row: Option<(i64,)> = cx.one(
        "select count(due_ms)
           from (select due_ms from hand_off
                  where network_id = $1 and from_id = $2 and due_ms is not null
                  order by due_ms
                  limit 1000) h",
        (network, organisation),
    )?;
    Ok(row.map_or(0, |(count,)| count))
}

/// How many should have been acted on: of everybody's, or where this organisation acts or sent it.
pub(super) fn overdue_count(
    cx: &mut Cx<'_>,
    network: NetworkId,
    now: TimeMs,
) -> Result<i64, Fault> {
    let row: Option<(i64,)> = cx.one(
        "select count(due_ms)
           from (select due_ms from hand_off
                  where network_id = $1 and due_ms <= $2
                  order by due_ms
                  limit 1000) h",
        (network, now),
    )?;
    Ok(row.map_or(0, |(count,)| count))
}

pub(super) fn overdue_count_of(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    now: TimeMs,
) -> Result<i64, Fault> {
    let row: Option<(i64,)> = cx.one(
        "select count(due_ms)
           from (select due_ms from hand_off
                  where network_id = $1 and waits_id = $2 and due_ms <= $3
                 union all
                 select due_ms from hand_off
                  where network_id = $1 and from_id = $2 and waits_id <> $2 and due_ms <= $3
                  limit 1000) h",
        (network, organisation, now),
    )?;
    Ok(row.map_or(0, |(count,)| count))
}

pub(super) fn of_customer(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
    only: Option<OrganisationId>,
) -> Result<Vec<Stored>, Fault> {
    cx.all(
        "select hand_off_id, customer_id, thing, thing_id, keeper_id, thing_ref, title,
                from_id, to_id, custody_position, state, version, offered_ms, accept_by_ms,
                remind_ms, seen_ms, seen_by, answered_ms, answered_by, answer, back_ms,
                is_escalated, waits_id, due_ms
           from hand_off
          where network_id = $1 and customer_id = $2
            and (from_id = coalesce($3, from_id) or to_id = coalesce($3, to_id))
          order by offered_ms desc, hand_off_id desc
          limit 100",
        (network, customer, only),
    )
}

pub(crate) fn of_thing(
    cx: &mut Cx<'_>,
    network: NetworkId,
    thing: Uuid,
    only: Option<OrganisationId>,
) -> Result<Vec<Stored>, Fault> {
    cx.all(
        "select hand_off_id, customer_id, thing, thing_id, keeper_id, thing_ref, title,
                from_id, to_id, custody_position, state, version, offered_ms, accept_by_ms,
                remind_ms, seen_ms, seen_by, answered_ms, answered_by, answer, back_ms,
                is_escalated, waits_id, due_ms
           from hand_off
          where network_id = $1 and thing_id = $2
            and (from_id = coalesce($3, from_id) or to_id = coalesce($3, to_id))
          order by offered_ms desc, hand_off_id desc
          limit 100",
        (network, thing, only),
    )
}

/// Who declined a thing while its custody stood there.
pub(crate) fn decliners(
    cx: &mut Cx<'_>,
    network: NetworkId,
    thing: Uuid,
    position: i64,
) -> Result<Vec<OrganisationId>, Fault> {
    let rows: Vec<(OrganisationId,)> = cx.all(
        "select to_id
           from hand_off
          where network_id = $1 and thing_id = $2 and custody_position = $3
            and state = 'declined'
          order by offered_ms, hand_off_id
          limit 1000",
        (network, thing, position),
    )?;
    Ok(rows.into_iter().map(|(organisation,)| organisation).collect())
}

/// Who was accountable at a moment, and since which hand-off.
pub(crate) fn custody_at(
    cx: &mut Cx<'_>,
    network: NetworkId,
    thing: Uuid,
    at: TimeMs,
) -> Result<Option<(OrganisationId, Option<HandOffId>)>, Fault> {
    cx.one(
        "select organisation_id, hand_off_id
           from custody
          where network_id = $1 and thing_id = $2 and (from_ms <= $3 or position = 0)
          order by position desc
          limit 1",
        (network, thing, at),
    )
}

/// Who was accountable, by which hand-off, from when and until when.
pub(super) fn custody(
    cx: &mut Cx<'_>,
    network: NetworkId,
    thing: Uuid,
) -> Result<Vec<Held>, Fault> {
    cx.all(
        "select organisation_id, hand_off_id, from_ms, until_ms
           from custody
          where network_id = $1 and thing_id = $2
          order by position
          limit 200",
        (network, thing),
    )
}

/// Whether an organisation left the network: for good, also by a clock that was set back.
pub(crate) fn has_left(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
) -> Result<bool, Fault> {
    let row: Option<(Option<TimeMs>,)> = cx.one(
        "select ended_ms from organisation where network_id = $1 and organisation_id = $2",
        (network, organisation),
    )?;
    Ok(row.is_some_and(|(ended,)| ended.is_some()))
}

/// Offers to whoever left the network.
pub(crate) fn offered_to_ended(
    cx: &mut Cx<'_>,
    network: NetworkId,
    limit: usize,
) -> Result<Vec<HandOffId>, Fault> {
    let rows: Vec<(HandOffId,)> = cx.all(
        "select h.hand_off_id
           from organisation o
           join hand_off h on h.network_id = o.network_id and h.to_id = o.organisation_id
          where o.network_id = $1 and o.ended_ms is not null and h.state = 'offered'
          order by h.offered_ms, h.hand_off_id
          limit $2",
        (network, limit as i64),
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Those for which the clock has something to do.
pub(crate) fn due(
    cx: &mut Cx<'_>,
    network: NetworkId,
    now: TimeMs,
    limit: usize,
) -> Result<Vec<HandOffId>, Fault> {
    let rows: Vec<(HandOffId,)> = cx.all(
        "select hand_off_id
           from hand_off
          where network_id = $1 and next_ms <= $2
          order by next_ms, hand_off_id
          limit $3",
        (network, now, limit as i64),
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The clock looks at it then, and not before.
pub(crate) fn put_off(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: HandOffId,
    until: TimeMs,
) -> Result<u64, Fault> {
    tx.exec(
        "update hand_off set next_ms = $1 where network_id = $2 and hand_off_id = $3",
        (until, network, id),
    )
}

/// What each sender left out of its briefs.
pub(super) fn missing(
    cx: &mut Cx<'_>,
    network: NetworkId,
    since: TimeMs,
    only: Option<OrganisationId>,
) -> Result<Vec<(OrganisationId, i64, i64)>, Fault> {
    cx.all(
        "select h.from_id, count(distinct h.hand_off_id), count(i.position)
           from hand_off h
           left join hand_off_item i
             on i.network_id = h.network_id and i.hand_off_id = h.hand_off_id
            and i.was_missing = 1
          where h.network_id = $1 and h.offered_ms >= $2 and h.from_id = coalesce($3, h.from_id)
          group by h.from_id
          order by 3 desc, 1
          limit 200",
        (network, since, only),
    )
}
