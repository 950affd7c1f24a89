use handfast_db::{Cx, Fault, FromRow, Row, Sql, Tx};
use handfast_kit::{NetworkId, OrganisationId, TimeMs, Uuid};
use handfast_record::{
    DisputeId, SaleId, TouchId, TraceId,
    entrusting::{Kept, Place},
    touches::Leg,
};

use super::{
    rules::{Good, Part, Trail},
    types::{LegState, RemedyKind, RemedyState},
};

/// A trace as it lies in the database.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) id: TraceId,
    pub(super) place: Place,
    pub(super) sale: SaleId,
    pub(super) keeper: OrganisationId,
    pub(super) order_ref: String,
    pub(super) opened: TimeMs,
    pub(super) organisation: OrganisationId,
    pub(super) by: String,
    pub(super) by_customer: bool,
    pub(super) words: String,
    /// Who acts next for the customer, and by when.
    pub(super) waits: Option<(OrganisationId, TimeMs)>,
    /// Its legs are read apart.
    pub(super) trail: Trail,
    pub(super) legs: Vec<StoredLeg>,
}

/// What of a leg the rules do not see.
#[derive(Debug, Clone)]
pub(super) struct StoredLeg {
    pub(super) id: Uuid,
    pub(super) record_says: String,
    pub(super) dispute: Option<DisputeId>,
}

/// A step as it lies in the database.
#[derive(Debug, Clone)]
pub(super) struct StoredStep {
    pub(super) position: i64,
    pub(super) step: String,
    pub(super) leg: String,
    pub(super) at: TimeMs,
    pub(super) organisation: Option<OrganisationId>,
    pub(super) by: String,
    pub(super) words: String,
    pub(super) touch: TouchId,
}

fn unknown() -> Fault {
    Fault::other("a trace has a word that this program does not know")
}

impl FromRow for Stored {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        let (keeper, order_ref): (OrganisationId, String) = (row.get(3)?, row.get(4)?);
        let good = Good {
            owner: row.get(11)?,
            state: RemedyState::named(&row.get::<String>(12)?).ok_or_else(unknown)?,
            kind: RemedyKind::named(&row.get::<String>(13)?),
            words: row.get(14)?,
            due: row.get(15)?,
            remind: row.get(16)?,
            is_escalated: row.get::<i64>(17)? != 0,
        };
        let (waits, due): (Option<OrganisationId>, Option<TimeMs>) = (row.get(20)?, row.get(21)?);
        let trail = Trail {
            parts: Vec::new(),
            good,
            settled: row.get(18)?,
            version: row.get(10)?,
            ended: row.get(19)?,
        };
        let kept = Kept::Sale(keeper, order_ref.clone());
        Ok(Self {
            id: row.get(0)?,
            place: Place { customer: row.get(1)?, kept },
            sale: row.get(2)?,
            keeper,
            order_ref,
            opened: row.get(5)?,
            organisation: row.get(6)?,
            by: row.get(7)?,
            by_customer: row.get::<i64>(8)? != 0,
            words: row.get(9)?,
            waits: waits.zip(due),
            trail,
            legs: Vec::new(),
        })
    }
}

/// A leg with what of it the rules do not see.
struct Whole(Part, StoredLeg);

impl FromRow for Whole {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        let (answered, by): (Option<TimeMs>, String) = (row.get(10)?, row.get(11)?);
        let part = Part {
            leg: Leg::named(&row.get::<String>(1)?).ok_or_else(unknown)?,
            organisation: row.get(2)?,
            state: LegState::named(&row.get::<String>(3)?).ok_or_else(unknown)?,
            due: row.get(4)?,
            remind: row.get(5)?,
            is_late: row.get::<i64>(6)? != 0,
            words: row.get(8)?,
            reference: row.get(9)?,
            answered: answered.map(|at| (at, by)),
        };
        let leg = StoredLeg { id: row.get(0)?, record_says: row.get(7)?, dispute: row.get(12)? };
        Ok(Self(part, leg))
    }
}

impl FromRow for StoredStep {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            position: row.get(0)?,
            step: row.get(1)?,
            leg: row.get(2)?,
            at: row.get(3)?,
            organisation: row.get(4)?,
            by: row.get(5)?,
            words: row.get(6)?,
            touch: row.get(7)?,
        })
    }
}

pub(super) fn insert(tx: &mut Tx<'_>, network: NetworkId, stored: &Stored) -> Result<(), Fault> {
    let (trail, good) = (&stored.trail, &stored.trail.good);
    let of = |wanted: Leg| trail.parts.iter().find(|part| part.leg == wanted);
    let of = |wanted| of(wanted).map(|part| part.organisation);
    tx.exec(
        "insert into trace (network_id, trace_id, customer_id, sale_id, keeper_id, order_ref,
           opened_ms, organisation_id, by_name, by_customer, words, version, owner_id, remedy,
           remedy_kind, remedy_words, remedy_due_ms, remind_ms, is_escalated, settled_id, ended_ms,
           data_id, fulfilment_id, carrier_id, waits_id, waits_due_ms, next_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, '', '', $15, $16, 0,
           null, null, $17, $18, $19, $20, $21, $22)",
        (
            network,
            stored.id,
            stored.place.customer,
            stored.sale,
            stored.keeper,
            &stored.order_ref,
            stored.opened,
            stored.organisation,
            &stored.by,
            i64::from(stored.by_customer),
            &stored.words,
            trail.version,
            good.owner,
            good.state.word(),
            good.due,
            good.remind,
            of(Leg::Data),
            of(Leg::Fulfilment),
            of(Leg::Carrier),
            stored.waits.map(|(who, _)| who),
            stored.waits.map(|(_, due)| due),
            trail.next(),
        ),
    )?;
    for (position, (part, leg)) in trail.parts.iter().zip(&stored.legs).enumerate() {
        insert_leg(tx, network, (stored.id, position as i64), (part, leg))?;
    }
    Ok(())
}

fn insert_leg(
    tx: &mut Tx<'_>,
    network: NetworkId,
    (id, position): (TraceId, i64),
    (part, leg): (&Part, &StoredLeg),
) -> Result<u64, Fault> {
    tx.exec(
        "insert into trace_leg (network_id, trace_id, position, leg_id, leg, organisation_id, state,
           due_ms, remind_ms, is_late, record_says, words, reference, answered_ms, answered_by,
           dispute_id, waits_due_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10, '', '', null, '', null, $11)",
        (
            network,
            id,
            position,
            leg.id,
            part.leg.word(),
            part.organisation,
            part.state.word(),
            part.due,
            part.remind,
            &leg.record_says,
            part.waits(),
        ),
    )
}

pub(super) fn update(tx: &mut Tx<'_>, network: NetworkId, stored: &Stored) -> Result<(), Fault> {
    let (trail, good) = (&stored.trail, &stored.trail.good);
    tx.exec(
        "update trace
            set version = $1, remedy = $2, remedy_kind = $3, remedy_words = $4, remedy_due_ms = $5,
                remind_ms = $6, is_escalated = $7, settled_id = $8, ended_ms = $9, waits_id = $10,
                waits_due_ms = $11, next_ms = $12, owner_id = $13
          where network_id = $14 and trace_id = $15",
        (
            trail.version,
            good.state.word(),
            good.kind.map_or("", RemedyKind::word),
            &good.words,
            good.due,
            good.remind,
            i64::from(good.is_escalated),
            trail.settled,
            trail.ended,
            stored.waits.map(|(who, _)| who),
            stored.waits.map(|(_, due)| due),
            trail.next(),
            good.owner,
            network,
            stored.id,
        ),
    )?;
    for (position, (part, leg)) in trail.parts.iter().zip(&stored.legs).enumerate() {
        update_leg(tx, network, (stored.id, position as i64), (part, leg))?;
    }
    Ok(())
}

fn update_leg(
    tx: &mut Tx<'_>,
    network: NetworkId,
    (id, position): (TraceId, i64),
    (part, leg): (&Part, &StoredLeg),
) -> Result<u64, Fault> {
    let answered = part.answered.as_ref();
    tx.exec(
        "update trace_leg
            set state = $1, due_ms = $2, remind_ms = $3, is_late = $4, words = $5, reference = $6,
                answered_ms = $7, answered_by = $8, dispute_id = $9, waits_due_ms = $10
          where network_id = $11 and trace_id = $12 and position = $13",
        (
            part.state.word(),
            part.due,
            part.remind,
            i64::from(part.is_late),
            &part.words,
            &part.reference,
            answered.map(|(at, _)| *at),
            answered.map_or("", |(_, by)| by.as_str()),
            leg.dispute,
            part.waits(),
            network,
            id,
            position,
        ),
    )
}

pub(super) fn insert_step(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: TraceId,
    step: &StoredStep,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into trace_step (network_id, trace_id, position, step, leg, at_ms, organisation_id,
           by_name, words, touch_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        (
            network,
            id,
            step.position,
            &step.step,
            &step.leg,
            step.at,
            step.organisation,
            &step.by,
            &step.words,
            step.touch,
        ),
    )
}

pub(super) fn one(
    cx: &mut Cx<'_>,
    network: NetworkId,
    id: TraceId,
) -> Result<Option<Stored>, Fault> {
    let stored: Option<Stored> = cx.one(
        "select trace_id, customer_id, sale_id, keeper_id, order_ref, opened_ms, organisation_id,
                by_name, by_customer, words, version, owner_id, remedy, remedy_kind, remedy_words,
                remedy_due_ms, remind_ms, is_escalated, settled_id, ended_ms, waits_id, waits_due_ms
           from trace
          where network_id = $1 and trace_id = $2",
        (network, id),
    )?;
    let Some(mut stored) = stored else { return Ok(None) };
    let legs: Vec<Whole> = legs(cx, network, id)?;
    (stored.trail.parts, stored.legs) =
        legs.into_iter().map(|Whole(part, leg)| (part, leg)).unzip();
    Ok(Some(stored))
}

fn legs(cx: &mut Cx<'_>, network: NetworkId, id: TraceId) -> Result<Vec<Whole>, Fault> {
    cx.all(
        "select leg_id, leg, organisation_id, state, due_ms, remind_ms, is_late, record_says, words,
                reference, answered_ms, answered_by, dispute_id
           from trace_leg
          where network_id = $1 and trace_id = $2
          order by position
          limit 10",
        (network, id),
    )
}

/// The same, held until the end of the transaction.
pub(super) fn lock(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: TraceId,
) -> Result<Option<Stored>, Fault> {
    let held: Option<(i64,)> = tx.one(
        Sql {
            sqlite: "select version from trace where network_id = $1 and trace_id = $2",
            postgres: "select version from trace
              where network_id = $1 and trace_id = $2 for update",
        },
        (network, id),
    )?;
    if held.is_none() { Ok(None) } else { one(tx, network, id) }
}

/// The trace of an order, held until the end of the transaction: none if it was never traced.
pub(super) fn lock_sale(
    tx: &mut Tx<'_>,
    network: NetworkId,
    sale: SaleId,
) -> Result<Option<TraceId>, Fault> {
    let row: Option<(TraceId,)> = tx.one(
        Sql {
            sqlite: "select trace_id from traced_sale where network_id = $1 and sale_id = $2",
            postgres: "select trace_id from traced_sale
              where network_id = $1 and sale_id = $2 for update",
        },
        (network, sale),
    )?;
    Ok(row.map(|(id,)| id))
}

/// From now on an order has this trace. Zero if it got another meanwhile.
pub(super) fn set_sale(
    tx: &mut Tx<'_>,
    network: NetworkId,
    (sale, before, id): (SaleId, Option<TraceId>, TraceId),
) -> Result<u64, Fault> {
    match before {
        None => tx.exec(
            "insert into traced_sale (network_id, sale_id, trace_id) values ($1, $2, $3)
             on conflict (network_id, sale_id) do nothing",
            (network, sale, id),
        ),
        Some(before) => tx.exec(
            "update traced_sale set trace_id = $1
              where network_id = $2 and sale_id = $3 and trace_id = $4",
            (id, network, sale, before),
        ),
    }
}

/// Those that a clock has something to say about by now, at most `limit`.
pub(super) fn next_by(
    cx: &mut Cx<'_>,
    network: NetworkId,
    now: TimeMs,
    limit: usize,
) -> Result<Vec<TraceId>, Fault> {
    let rows: Vec<(TraceId,)> = cx.all(
        "select trace_id from trace
          where network_id = $1 and next_ms <= $2 and next_ms is not null
          order by next_ms
          limit $3",
        (network, now, limit as i64),
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
