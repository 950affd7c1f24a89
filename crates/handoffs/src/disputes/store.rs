use handfast_db::{Cx, Fault, FromRow, Row, Sql, Tx};
use handfast_kit::{NetworkId, OrganisationId, TimeMs, Uuid};
use handfast_record::{
    CustomerId, DisputeId, HandOffId, ObligationId, TraceId,
    entrusting::{Kept, Place},
    touches::{Disputed, Leg},
};

use super::{
    rules::Quarrel,
    types::{About, State},
};
use crate::store::StoredStep;

/// A dispute as it lies in the database.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) id: DisputeId,
    pub(super) place: Place,
    pub(super) about: About,
    pub(super) subject: String,
    pub(super) leg: Leg,
    pub(super) words: String,
    pub(super) reference: String,
    pub(super) opened: TimeMs,
    pub(super) answer: (String, String),
    pub(super) waits: Option<(OrganisationId, TimeMs)>,
    pub(super) quarrel: Quarrel,
}

impl FromRow for Stored {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        let unknown = || Fault::other("a dispute has no such word");
        let leg = |word: String| Leg::named(&word).ok_or_else(unknown);
        let id: Uuid = row.get(6)?;
        let about = match Disputed::named(&row.get::<String>(5)?).ok_or_else(unknown)? {
            Disputed::Obligation => About::Obligation(ObligationId::from_uuid(id)),
            Disputed::HandOff => About::HandOff(HandOffId::from_uuid(id)),
            Disputed::Leg => About::Leg(TraceId::from_uuid(id), leg(row.get(7)?)?),
        };
        let (waits, due): (Option<OrganisationId>, Option<TimeMs>) = (row.get(22)?, row.get(23)?);
        let quarrel = Quarrel {
            claimant: row.get(9)?,
            respondent: row.get(10)?,
            state: State::named(&row.get::<String>(14)?).ok_or_else(unknown)?,
            version: row.get(15)?,
            due: row.get(17)?,
            remind: row.get(18)?,
            is_escalated: row.get::<i64>(19)? != 0,
            answers_for: row.get(24)?,
        };
        Ok(Self {
            id: row.get(0)?,
            place: Place {
                customer: row.get(1)?,
                kept: kept(row.get(2)?, row.get(3)?, row.get(4)?),
            },
            about,
            subject: row.get(8)?,
            leg: leg(row.get(11)?)?,
            words: row.get(12)?,
            reference: row.get(13)?,
            opened: row.get(16)?,
            answer: (row.get(20)?, row.get(21)?),
            waits: waits.zip(due),
            quarrel,
        })
    }
}

fn kept(keeper: Option<OrganisationId>, thing: String, reference: String) -> Kept {
    match (keeper, thing.as_str()) {
        (Some(keeper), "case") => Kept::Case(keeper, reference),
        (Some(keeper), "sale") => Kept::Sale(keeper, reference),
        _ => Kept::Here,
    }
}

fn keeper(kept: &Kept) -> (Option<OrganisationId>, &'static str, &str) {
    match kept {
        Kept::Case(keeper, reference) => (Some(*keeper), "case", reference),
        Kept::Sale(keeper, reference) => (Some(*keeper), "sale", reference),
        Kept::Here => (None, "", ""),
    }
}

pub(super) fn about_id(about: About) -> (Uuid, &'static str) {
    match about {
        About::Obligation(id) => (id.uuid(), ""),
        About::HandOff(id) => (id.uuid(), ""),
        About::Leg(id, leg) => (id.uuid(), leg.word()),
    }
}

pub(super) fn insert(tx: &mut Tx<'_>, network: NetworkId, stored: &Stored) -> Result<u64, Fault> {
    let (quarrel, (about_id, about_leg)) = (&stored.quarrel, about_id(stored.about));
    let (keeper, thing, thing_ref) = keeper(&stored.place.kept);
    tx.exec(
        "insert into dispute (network_id, dispute_id, customer_id, keeper_id, thing, thing_ref,
           about, about_id, about_leg, subject, claimant_id, respondent_id, leg, words, reference,
           state, version, opened_ms, due_ms, remind_ms, is_escalated, answer, answer_ref,
           answers_for_id, waits_id, waits_due_ms, next_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
           $19, $20, 0, '', '', null, $21, $22, $23)",
        (
            network,
            stored.id,
            stored.place.customer,
            keeper,
            thing,
            thing_ref,
            stored.about.kind().word(),
            about_id,
            about_leg,
            &stored.subject,
            quarrel.claimant,
            quarrel.respondent,
            stored.leg.word(),
            &stored.words,
            &stored.reference,
            quarrel.state.word(),
            quarrel.version,
            stored.opened,
            quarrel.due,
            quarrel.remind,
            stored.waits.map(|(who, _)| who),
            stored.waits.map(|(_, due)| due),
            quarrel.next(),
        ),
    )
}

pub(super) fn update(tx: &mut Tx<'_>, network: NetworkId, stored: &Stored) -> Result<u64, Fault> {
    let quarrel = &stored.quarrel;
    tx.exec(
        "update dispute
            set state = $1, version = $2, due_ms = $3, remind_ms = $4, is_escalated = $5,
                answer = $6, answer_ref = $7, answers_for_id = $8, waits_id = $9,
                waits_due_ms = $10, next_ms = $11
          where network_id = $12 and dispute_id = $13",
        (
            quarrel.state.word(),
            quarrel.version,
            quarrel.due,
            quarrel.remind,
            i64::from(quarrel.is_escalated),
            &stored.answer.0,
            &stored.answer.1,
            quarrel.answers_for,
            stored.waits.map(|(who, _)| who),
            stored.waits.map(|(_, due)| due),
            quarrel.next(),
            network,
            stored.id,
        ),
    )
}

pub(super) fn insert_step(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: DisputeId,
    step: &StoredStep,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into dispute_step (network_id, dispute_id, position, step, at_ms, organisation_id,
           by_name, words, touch_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        (
            network,
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

pub(super) fn steps(
    cx: &mut Cx<'_>,
    network: NetworkId,
    id: DisputeId,
) -> Result<Vec<StoredStep>, Fault> {
    cx.all(
        "select position, step, at_ms, organisation_id, by_name, words, touch_id
           from dispute_step
          where network_id = $1 and dispute_id = $2
          order by position
          limit 200",
        (network, id),
    )
}

pub(super) fn one(
    cx: &mut Cx<'_>,
    network: NetworkId,
    id: DisputeId,
) -> Result<Option<Stored>, Fault> {
    cx.one(
        "select dispute_id, customer_id, keeper_id, thing, thing_ref, about, about_id, about_leg,
                subject, claimant_id, respondent_id, leg, words, reference, state, version,
                opened_ms, due_ms, remind_ms, is_escalated, answer, answer_ref, waits_id,
                waits_due_ms, answers_for_id
           from dispute
          where network_id = $1 and dispute_id = $2",
        (network, id),
    )
}

/// The same, held until the end of the transaction.
pub(super) fn lock(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: DisputeId,
) -> Result<Option<Stored>, Fault> {
    let held: Option<(i64,)> = tx.one(
        Sql {
            sqlite: "select version from dispute where network_id = $1 and dispute_id = $2",
            postgres: "select version from dispute
              where network_id = $1 and dispute_id = $2 for update",
        },
        (network, id),
    )?;
    if held.is_none() { Ok(None) } else { one(tx, network, id) }
}

/// The disputes about a thing, the latest first, at most 100.
pub(super) fn of_about(
    cx: &mut Cx<'_>,
    network: NetworkId,
    about: Uuid,
) -> Result<Vec<Stored>, Fault> {
    cx.all(
        "select dispute_id, customer_id, keeper_id, thing, thing_ref, about, about_id, about_leg,
                subject, claimant_id, respondent_id, leg, words, reference, state, version,
                opened_ms, due_ms, remind_ms, is_escalated, answer, answer_ref, waits_id,
                waits_due_ms, answers_for_id
           from dispute
          where network_id = $1 and about_id = $2
          order by opened_ms desc, dispute_id desc
          limit 100",
        (network, about),
    )
}

/// The disputes of who was meant to be a customer, the latest first, at most 100.
pub(super) fn of_customer(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Vec<Stored>, Fault> {
    cx.all(
        "select dispute_id, customer_id, keeper_id, thing, thing_ref, about, about_id, about_leg,
                subject, claimant_id, respondent_id, leg, words, reference, state, version,
                opened_ms, due_ms, remind_ms, is_escalated, answer, answer_ref, waits_id,
                waits_due_ms, answers_for_id
           from dispute
          where network_id = $1 and customer_id = $2
          order by opened_ms desc, dispute_id desc
          limit 100",
        (network, customer),
    )
}

/// Those that an organisation is waited for, from a place on, the first due first.
pub(super) fn waiting(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    (due, id): (TimeMs, Uuid),
    limit: usize,
) -> Result<Vec<Stored>, Fault> {
    cx.all(
        "select dispute_id, customer_id, keeper_id, thing, thing_ref, about, about_id, about_leg,
                subject, claimant_id, respondent_id, leg, words, reference, state, version,
                opened_ms, due_ms, remind_ms, is_escalated, answer, answer_ref, waits_id,
                waits_due_ms, answers_for_id
           from dispute
          where network_id = $1 and waits_id = $2 and waits_due_ms is not null
            and (waits_due_ms, dispute_id) > ($3, $4)
          order by waits_due_ms, dispute_id
          limit $5",
        (network, organisation, due, id, limit as i64),
    )
}

/// Those that a clock has something to say about by now, at most `limit`.
pub(super) fn next_by(
    cx: &mut Cx<'_>,
    network: NetworkId,
    now: TimeMs,
    limit: usize,
) -> Result<Vec<DisputeId>, Fault> {
    let rows: Vec<(DisputeId,)> = cx.all(
        "select dispute_id from dispute
          where network_id = $1 and next_ms <= $2 and next_ms is not null
          order by next_ms
          limit $3",
        (network, now, limit as i64),
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
