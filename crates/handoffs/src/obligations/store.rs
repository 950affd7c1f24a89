use handfast_db::{Cx, Fault, FromRow, Row, Sql, Tx};
use handfast_kit::{NetworkId, OrganisationId, TimeMs};
use handfast_record::{ChangeId, CustomerId, ObligationId, TouchId, touches::Changed};

use super::{
    rules::Duty,
    types::{DutyState, ReadBack},
    value::Value,
};
use crate::store::StoredStep;

/// A change as it lies in the database.
#[derive(Debug, Clone)]
pub(super) struct StoredChange {
    pub(super) id: ChangeId,
    pub(super) customer: CustomerId,
    pub(super) changed: Changed,
    pub(super) before: Value,
    pub(super) given: Value,
    pub(super) from: Option<TimeMs>,
    pub(super) until: Option<TimeMs>,
    pub(super) entered: TimeMs,
    pub(super) organisation: OrganisationId,
    pub(super) by: String,
    pub(super) by_customer: bool,
    pub(super) touch: TouchId,
    /// From when records are to say it; none once they do.
    pub(super) begins: Option<TimeMs>,
    pub(super) back: Option<TimeMs>,
}

impl FromRow for StoredChange {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            id: row.get(0)?,
            customer: row.get(1)?,
            changed: changed(&row.get::<String>(2)?)?,
            before: value(&row.get::<String>(3)?)?,
            given: value(&row.get::<String>(4)?)?,
            from: row.get(5)?,
            until: row.get(6)?,
            entered: row.get(7)?,
            organisation: row.get(8)?,
            by: row.get(9)?,
            by_customer: row.get::<i64>(10)? != 0,
            touch: row.get(11)?,
            begins: row.get(12)?,
            back: row.get(13)?,
        })
    }
}

fn changed(word: &str) -> Result<Changed, Fault> {
    Changed::named(word).ok_or_else(|| Fault::other("what changes has no such word"))
}

fn value(json: &str) -> Result<Value, Fault> {
    serde_json::from_str(json).map_err(|_| Fault::other("a value is not as it was written"))
}

fn json(value: &Value) -> String {
    serde_json::to_string(value).expect("a value has only strings")
}

/// An obligation as it lies in the database.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) id: ObligationId,
    pub(super) change: ChangeId,
    pub(super) customer: CustomerId,
    pub(super) organisation: OrganisationId,
    pub(super) changed: Changed,
    pub(super) sent: TimeMs,
    pub(super) next_delivery: Option<TimeMs>,
    pub(super) waits: Option<(OrganisationId, TimeMs)>,
    pub(super) duty: Duty,
}

impl FromRow for Stored {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        let unknown = || Fault::other("an obligation has no such word");
        let (held, how): (String, String) = (row.get(12)?, row.get(13)?);
        let held = if held.is_empty() { None } else { Some(value(&held)?) };
        let duty = Duty {
            state: DutyState::named(&row.get::<String>(5)?).ok_or_else(unknown)?,
            version: row.get(6)?,
            due: row.get(8)?,
            is_seen: row.get::<i64>(10)? != 0,
            remind: row.get(11)?,
            is_escalated: row.get::<i64>(14)? != 0,
            held,
            how: ReadBack::named(&how),
        };
        let (waits, due): (Option<OrganisationId>, Option<TimeMs>) = (row.get(15)?, row.get(16)?);
        Ok(Self {
            id: row.get(0)?,
            change: row.get(1)?,
            customer: row.get(2)?,
            organisation: row.get(3)?,
            changed: changed(&row.get::<String>(4)?)?,
            sent: row.get(7)?,
            next_delivery: row.get(9)?,
            waits: waits.zip(due),
            duty,
        })
    }
}

pub(super) fn insert_change(
    tx: &mut Tx<'_>,
    network: NetworkId,
    change: &StoredChange,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into customer_change (network_id, change_id, customer_id, changed, before, given,
           from_ms, until_ms, entered_ms, organisation_id, by_name, by_customer, touch_id,
           begins_ms, back_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        (
            network,
            change.id,
            change.customer,
            change.changed.word(),
            json(&change.before),
            json(&change.given),
            change.from,
            change.until,
            change.entered,
            change.organisation,
            &change.by,
            i64::from(change.by_customer),
            change.touch,
            change.begins,
            change.back,
        ),
    )
}

pub(super) fn update(tx: &mut Tx<'_>, network: NetworkId, stored: &Stored) -> Result<u64, Fault> {
    let duty = &stored.duty;
    tx.exec(
        "update obligation
            set state = $1, version = $2, due_ms = $3, is_seen = $4, remind_ms = $5,
                is_escalated = $6, held = $7, how = $8, waits_id = $9, waits_due_ms = $10,
                next_ms = $11
          where network_id = $12 and change_id = $13 and obligation_id = $14",
        (
            duty.state.word(),
            duty.version,
            duty.due,
            i64::from(duty.is_seen),
            duty.remind,
            i64::from(duty.is_escalated),
            duty.held.as_ref().map(json).unwrap_or_default(),
            duty.how.map(ReadBack::word).unwrap_or_default(),
            stored.waits.map(|(who, _)| who),
            stored.waits.map(|(_, due)| due),
            duty.next(),
            network,
            stored.change,
            stored.id,
        ),
    )
}

pub(super) fn insert_step(
    tx: &mut Tx<'_>,
    network: NetworkId,
    (change, id): (ChangeId, ObligationId),
    step: &StoredStep,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into obligation_step (network_id, change_id, obligation_id, position, step, at_ms,
           organisation_id, by_name, words, touch_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        (
            network,
            change,
            id,
            step.position,
            &step.step,
            step.at,
            step.organisation,
            &step.by,
            &step.words,
            step.touch,
        ),
    )
}

pub(super) fn place_of(
    cx: &mut Cx<'_>,
    network: NetworkId,
    id: ObligationId,
) -> Result<Option<ChangeId>, Fault> {
    let row: Option<(ChangeId,)> = cx.one(
        "select change_id from obligation_place where network_id = $1 and obligation_id = $2",
        (network, id),
    )?;
    Ok(row.map(|(change,)| change))
}

pub(super) fn change(
    cx: &mut Cx<'_>,
    network: NetworkId,
    id: ChangeId,
) -> Result<Option<StoredChange>, Fault> {
    cx.one(
        "select change_id, customer_id, changed, before, given, from_ms, until_ms, entered_ms,
                organisation_id, by_name, by_customer, touch_id, begins_ms, back_ms
           from customer_change
          where network_id = $1 and change_id = $2",
        (network, id),
    )
}

/// The same, held until the end of the transaction: whoever acts on an obligation of a change, or
/// overtakes it, holds the change.
pub(super) fn lock(tx: &mut Tx<'_>, network: NetworkId, id: ChangeId) -> Result<bool, Fault> {
    let row: Option<(i64,)> = tx.one(
        Sql {
            sqlite: "select entered_ms from customer_change
              where network_id = $1 and change_id = $2",
            postgres: "select entered_ms from customer_change
              where network_id = $1 and change_id = $2 for update",
        },
        (network, id),
    )?;
    Ok(row.is_some())
}

/// The changes of a customer, the latest first, at most 50.
pub(super) fn changes_of(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Vec<StoredChange>, Fault> {
    cx.all(
        "select change_id, customer_id, changed, before, given, from_ms, until_ms, entered_ms,
                organisation_id, by_name, by_customer, touch_id, begins_ms, back_ms
           from customer_change
          where network_id = $1 and customer_id = $2
          order by entered_ms desc, change_id desc
          limit 50",
        (network, customer),
    )
}

/// Neither begins nor goes back by itself any more.
pub(super) fn settle(tx: &mut Tx<'_>, network: NetworkId, id: ChangeId) -> Result<u64, Fault> {
    tx.exec(
        "update customer_change set begins_ms = null, back_ms = null
          where network_id = $1 and change_id = $2",
        (network, id),
    )
}

pub(super) fn settle_beginning(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: ChangeId,
) -> Result<u64, Fault> {
    tx.exec(
        "update customer_change set begins_ms = null where network_id = $1 and change_id = $2",
        (network, id),
    )
}

/// The obligations of a change: all, or those of one organisation; at most 10,000.
pub(super) fn of_change(
    cx: &mut Cx<'_>,
    network: NetworkId,
    change: ChangeId,
    only: Option<OrganisationId>,
) -> Result<Vec<Stored>, Fault> {
    cx.all(
        "select obligation_id, change_id, customer_id, organisation_id, changed, state, version,
                sent_ms, due_ms, next_delivery_ms, is_seen, remind_ms, held, how, is_escalated,
                waits_id, waits_due_ms
           from obligation
          where network_id = $1 and change_id = $2
            and organisation_id = coalesce($3, organisation_id)
          order by obligation_id
          limit 10000",
        (network, change, only),
    )
}

/// The obligations of a change of which something is still to be done, at most 10,000.
pub(super) fn open_of_change(
    cx: &mut Cx<'_>,
    network: NetworkId,
    change: ChangeId,
) -> Result<Vec<Stored>, Fault> {
    cx.all(
        "select obligation_id, change_id, customer_id, organisation_id, changed, state, version,
                sent_ms, due_ms, next_delivery_ms, is_seen, remind_ms, held, how, is_escalated,
                waits_id, waits_due_ms
           from obligation
          where network_id = $1 and change_id = $2 and waits_due_ms is not null
          order by obligation_id
          limit 10000",
        (network, change),
    )
}

pub(super) fn one(
    cx: &mut Cx<'_>,
    network: NetworkId,
    (change, id): (ChangeId, ObligationId),
) -> Result<Option<Stored>, Fault> {
    cx.one(
        "select obligation_id, change_id, customer_id, organisation_id, changed, state, version,
                sent_ms, due_ms, next_delivery_ms, is_seen, remind_ms, held, how, is_escalated,
                waits_id, waits_due_ms
           from obligation
          where network_id = $1 and change_id = $2 and obligation_id = $3",
        (network, change, id),
    )
}

/// Changes that hold by now, and that records do not say yet, at most `limit`.
pub(super) fn begun_by(
    cx: &mut Cx<'_>,
    network: NetworkId,
    now: TimeMs,
    limit: usize,
) -> Result<Vec<ChangeId>, Fault> {
    let rows: Vec<(ChangeId,)> = cx.all(
        "select change_id from customer_change
          where network_id = $1 and begins_ms <= $2 and begins_ms is not null
          order by begins_ms
          limit $3",
        (network, now, limit as i64),
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Changes that are to be what they were again by now, at most `limit`.
pub(super) fn back_by(
    cx: &mut Cx<'_>,
    network: NetworkId,
    now: TimeMs,
    limit: usize,
) -> Result<Vec<ChangeId>, Fault> {
    let rows: Vec<(ChangeId,)> = cx.all(
        "select change_id from customer_change
          where network_id = $1 and back_ms <= $2 and back_ms is not null
          order by back_ms
          limit $3",
        (network, now, limit as i64),
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The clock looks at it then, and not before.
pub(super) fn put_off(
    tx: &mut Tx<'_>,
    network: NetworkId,
    (change, id): (ChangeId, ObligationId),
    until: TimeMs,
) -> Result<u64, Fault> {
    tx.exec(
        "update obligation set next_ms = $1
          where network_id = $2 and change_id = $3 and obligation_id = $4",
        (until, network, change, id),
    )
}

/// Those that a clock has something to say about by now, at most `limit`.
pub(super) fn next_by(
    cx: &mut Cx<'_>,
    network: NetworkId,
    now: TimeMs,
    limit: usize,
) -> Result<Vec<(ChangeId, ObligationId)>, Fault> {
    cx.all(
        "select change_id, obligation_id from obligation
          where network_id = $1 and next_ms <= $2 and next_ms is not null
          order by next_ms
          limit $3",
        (network, now, limit as i64),
    )
}
