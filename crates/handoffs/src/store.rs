use handfast_db::{Cx, Fault, FromRow, Row, Sql, Tx};
use handfast_kit::{NetworkId, OrganisationId, TimeMs, Uuid};
use handfast_record::{
    HandOffId, TouchId,
    entrusting::{Kept, Place},
    touches::Handed,
};

use super::{
    State,
    rules::{Hand, Holding, Item},
};

/// A hand-off as it lies in the database; its brief is read apart.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) place: Place,
    pub(super) thing_id: Uuid,
    pub(super) title: String,
    /// Who acts next, and by when, as it was when it was written.
    pub(super) waits: Option<(OrganisationId, TimeMs)>,
    pub(super) hand: Hand,
}

impl FromRow for Stored {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        let unknown = || Fault::other("a hand-off has a word that this program does not know");
        let handed = Handed::named(&row.get::<String>(2)?).ok_or_else(unknown)?;
        let (keeper, reference): (Option<OrganisationId>, String) = (row.get(4)?, row.get(5)?);
        let kept = match (handed, keeper) {
            (Handed::Case, Some(keeper)) => Kept::Case(keeper, reference),
            (Handed::Sale, Some(keeper)) => Kept::Sale(keeper, reference),
            _ => Kept::Here,
        };
        let seen: Option<TimeMs> = row.get(15)?;
        let answered: Option<TimeMs> = row.get(17)?;
        let (seen_by, by, words): (String, String, String) =
            (row.get(16)?, row.get(18)?, row.get(19)?);
        let hand = Hand {
            id: row.get(0)?,
            handed,
            from: row.get(7)?,
            to: row.get(8)?,
            position: row.get(9)?,
            state: State::named(&row.get::<String>(10)?).ok_or_else(unknown)?,
            version: row.get(11)?,
            offered: row.get(12)?,
            accept_by: row.get(13)?,
            remind: row.get(14)?,
            seen: seen.map(|at| (at, seen_by)),
            answered: answered.map(|at| (at, by, words)),
            back: row.get(20)?,
            is_escalated: row.get::<i64>(21)? != 0,
            brief: Vec::new(),
        };
        let (waits, due): (Option<OrganisationId>, Option<TimeMs>) = (row.get(22)?, row.get(23)?);
        Ok(Self {
            place: Place { customer: row.get(1)?, kept },
            thing_id: row.get(3)?,
            title: row.get(6)?,
            waits: waits.zip(due),
            hand,
        })
    }
}

impl FromRow for Item {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        let (asked, due): (Option<TimeMs>, Option<TimeMs>) = (row.get(4)?, row.get(5)?);
        Ok(Self {
            word: row.get(0)?,
            text: row.get(1)?,
            from_record: row.get::<i64>(2)? != 0,
            was_missing: row.get::<i64>(3)? != 0,
            asked: asked.zip(due),
            is_escalated: row.get::<i64>(6)? != 0,
        })
    }
}

impl FromRow for Holding {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            holder: row.get(0)?,
            position: row.get(1)?,
            since: row.get(2)?,
            open: row.get(3)?,
        })
    }
}

/// A step as it lies in the database.
#[derive(Debug, Clone)]
pub(crate) struct StoredStep {
    pub(crate) position: i64,
    pub(crate) step: String,
    pub(crate) at: TimeMs,
    pub(crate) organisation: Option<OrganisationId>,
    pub(crate) by: String,
    pub(crate) words: String,
    pub(crate) touch: TouchId,
}

impl FromRow for StoredStep {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            position: row.get(0)?,
            step: row.get(1)?,
            at: row.get(2)?,
            organisation: row.get(3)?,
            by: row.get(4)?,
            words: row.get(5)?,
            touch: row.get(6)?,
        })
    }
}

pub(super) fn insert(tx: &mut Tx<'_>, network: NetworkId, new: &Stored) -> Result<u64, Fault> {
    let hand = &new.hand;
    let (keeper, reference) = match &new.place.kept {
        Kept::Case(keeper, reference) | Kept::Sale(keeper, reference) => {
            (Some(*keeper), reference.as_str())
        }
        Kept::Here => (None, ""),
    };
    let waits = hand.waits();
    tx.exec(
        "insert into hand_off (network_id, hand_off_id, customer_id, thing, thing_id, keeper_id,
           thing_ref, title, from_id, to_id, custody_position, state, version, offered_ms,
           accept_by_ms, remind_ms, seen_ms, seen_by, answered_ms, answered_by, answer, back_ms,
           is_escalated, waits_id, due_ms, next_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, null, '',
           null, '', '', null, 0, $17, $18, $19)",
        (
            network,
            hand.id,
            new.place.customer,
            hand.handed.word(),
            new.thing_id,
            keeper,
            reference,
            &new.title,
            hand.from,
            hand.to,
            hand.position,
            hand.state.word(),
            hand.version,
            hand.offered,
            hand.accept_by,
            hand.remind,
            waits.map(|(who, _)| who),
            waits.map(|(_, due)| due),
            hand.next(),
        ),
    )
}

pub(super) fn one(
    cx: &mut Cx<'_>,
    network: NetworkId,
    id: HandOffId,
) -> Result<Option<Stored>, Fault> {
    cx.one(
        "select hand_off_id, customer_id, thing, thing_id, keeper_id, thing_ref, title,
                from_id, to_id, custody_position, state, version, offered_ms, accept_by_ms,
                remind_ms, seen_ms, seen_by, answered_ms, answered_by, answer, back_ms,
                is_escalated, waits_id, due_ms
           from hand_off
          where network_id = $1 and hand_off_id = $2",
        (network, id),
    )
}

/// Holds a hand-off until the end of the transaction.
pub(super) fn lock(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: HandOffId,
) -> Result<Option<Stored>, Fault> {
    let held: Option<(HandOffId,)> = tx.one(
        Sql {
            sqlite: "select hand_off_id
                       from hand_off
                      where network_id = $1 and hand_off_id = $2",
            postgres: "select hand_off_id
                         from hand_off
                        where network_id = $1 and hand_off_id = $2
                          for update",
        },
        (network, id),
    )?;
    if held.is_some() { one(tx, network, id) } else { Ok(None) }
}

pub(super) fn update(tx: &mut Tx<'_>, network: NetworkId, hand: &Hand) -> Result<u64, Fault> {
    let (seen, answered, waits) = (hand.seen.as_ref(), hand.answered.as_ref(), hand.waits());
    tx.exec(
        "update hand_off set state = $1, version = $2, remind_ms = $3, seen_ms = $4, seen_by = $5,
           answered_ms = $6, answered_by = $7, answer = $8, back_ms = $9, is_escalated = $10,
           waits_id = $11, due_ms = $12, next_ms = $13
         where network_id = $14 and hand_off_id = $15",
        (
            hand.state.word(),
            hand.version,
            hand.remind,
            seen.map(|(at, _)| *at),
            seen.map_or("", |(_, by)| by),
            answered.map(|(at, _, _)| *at),
            answered.map_or("", |(_, by, _)| by),
            answered.map_or("", |(_, _, words)| words),
            hand.back,
            i64::from(hand.is_escalated),
            waits.map(|(who, _)| who),
            waits.map(|(_, due)| due),
            hand.next(),
            network,
            hand.id,
        ),
    )
}

/// What came back of a thing that is offered again waits for nobody any more.
pub(super) fn settle_returned(
    tx: &mut Tx<'_>,
    network: NetworkId,
    thing: Uuid,
) -> Result<u64, Fault> {
    tx.exec(
        "update hand_off set back_ms = null, waits_id = null, due_ms = null, next_ms = null
          where network_id = $1 and thing_id = $2 and state in ('declined', 'expired')
            and due_ms is not null",
        (network, thing),
    )
}

pub(super) fn items(
    cx: &mut Cx<'_>,
    network: NetworkId,
    id: HandOffId,
) -> Result<Vec<Item>, Fault> {
    cx.all(
        "select item, body, from_record, was_missing, asked_ms, due_ms, is_escalated
           from hand_off_item
          where network_id = $1 and hand_off_id = $2
          order by position
          limit 40",
        (network, id),
    )
}

pub(super) fn upsert_item(
    tx: &mut Tx<'_>,
    network: NetworkId,
    (id, position): (HandOffId, usize),
    item: &Item,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into hand_off_item (network_id, hand_off_id, position, item, body, from_record,
           was_missing, asked_ms, due_ms, is_escalated)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict (network_id, hand_off_id, position)
         do update set body = excluded.body, from_record = excluded.from_record,
           was_missing = excluded.was_missing, asked_ms = excluded.asked_ms,
           due_ms = excluded.due_ms, is_escalated = excluded.is_escalated",
        (
            network,
            id,
            position as i64,
            &item.word,
            item.text.as_deref(),
            i64::from(item.from_record),
            i64::from(item.was_missing),
            item.asked.map(|(at, _)| at),
            item.asked.map(|(_, due)| due),
            i64::from(item.is_escalated),
        ),
    )
}

pub(super) fn insert_step(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: HandOffId,
    step: &StoredStep,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into hand_off_step (network_id, hand_off_id, position, step, at_ms,
           organisation_id, by_name, words, touch_id)
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

pub(super) fn insert_entrusted(
    tx: &mut Tx<'_>,
    network: NetworkId,
    thing: Uuid,
    holder: OrganisationId,
    since: TimeMs,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into entrusted (network_id, thing_id, holder_id, position, since_ms, open_id)
         values ($1, $2, $3, 0, $4, null)
         on conflict (network_id, thing_id) do nothing",
        (network, thing, holder, since),
    )
}

pub(super) fn entrusted(
    cx: &mut Cx<'_>,
    network: NetworkId,
    thing: Uuid,
) -> Result<Option<Holding>, Fault> {
    cx.one(
        "select holder_id, position, since_ms, open_id
           from entrusted
          where network_id = $1 and thing_id = $2",
        (network, thing),
    )
}

pub(super) fn lock_entrusted(
    tx: &mut Tx<'_>,
    network: NetworkId,
    thing: Uuid,
) -> Result<Option<Holding>, Fault> {
    tx.one(
        Sql {
            sqlite: "select holder_id, position, since_ms, open_id
                       from entrusted
                      where network_id = $1 and thing_id = $2",
            postgres: "select holder_id, position, since_ms, open_id
                         from entrusted
                        where network_id = $1 and thing_id = $2
                          for update",
        },
        (network, thing),
    )
}

pub(super) fn update_entrusted(
    tx: &mut Tx<'_>,
    network: NetworkId,
    thing: Uuid,
    holding: &Holding,
) -> Result<u64, Fault> {
    tx.exec(
        "update entrusted set holder_id = $1, position = $2, since_ms = $3, open_id = $4
          where network_id = $5 and thing_id = $6",
        (holding.holder, holding.position, holding.since, holding.open, network, thing),
    )
}

pub(super) fn insert_custody(
    tx: &mut Tx<'_>,
    network: NetworkId,
    thing: Uuid,
    holding: &Holding,
    by: Option<HandOffId>,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into custody (network_id, thing_id, position, organisation_id, from_ms, until_ms,
           hand_off_id)
         values ($1, $2, $3, $4, $5, null, $6)",
        (network, thing, holding.position, holding.holder, holding.since, by),
    )
}

pub(super) fn end_custody(
    tx: &mut Tx<'_>,
    network: NetworkId,
    thing: Uuid,
    position: i64,
    until: TimeMs,
) -> Result<u64, Fault> {
    tx.exec(
        "update custody set until_ms = $1
          where network_id = $2 and thing_id = $3 and position = $4",
        (until, network, thing, position),
    )
}
