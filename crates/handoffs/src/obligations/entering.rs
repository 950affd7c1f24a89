//! Entering a change: once, for all who need it.

mod store;

use std::collections::HashSet;

use handfast_db::{Fault, Tx};
use handfast_kit::{OrganisationId, TimeMs, Zone};
use handfast_record::{
    ChangeId, CustomerId, ObligationId, customers,
    entrusting::{self, Kept, Place},
    merging,
    sharing::{self, Class, Lens, Level, Sight},
    touches::{self, Body, Changed, DutyStep, NewTouch},
};

use super::{
    Change, Error, NewChange,
    acting::{records_say, touch, zone},
    reading,
    rules::{self, Deed, Duty, Made},
    store::{self as stored, Stored, StoredChange},
    value::Value,
};
use crate::{Actor, acting::Voice, links};

/// The furthest that a change may lie ahead.
const AHEAD_MS: i64 = 2 * 366 * TimeMs::DAY;

pub(super) fn enter(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    new: &NewChange,
) -> Result<Change, Error> {
    let network = lens.network();
    check(new, now)?;
    let sight = customers::look(tx, lens, new.customer)?.ok_or(Error::NotFound)?;
    let voice = Voice::of(network, actor);
    let place = Place { customer: sight.customer(), kept: Kept::Here };
    let customer = entrusting::hold(tx, &voice.author, &place)?.ok_or(Error::NotFound)?;
    let before = reading::before(tx, lens, customer, new.changed)?;
    if new.until.is_some() && !before.is_for(new.changed) {
        return Err(Error::NothingBefore);
    }
    let id = open(tx, &voice, now, (customer, before), new)?;
    reading::change(tx, lens, id)?.ok_or(Error::NotFound)
}

fn check(new: &NewChange, now: TimeMs) -> Result<(), Error> {
    if !new.value.is_for(new.changed) {
        return Err(Error::ValueWrong(new.changed));
    }
    if new.value.is_too_long() {
        return Err(Error::TooLong);
    }
    let begins = new.from.unwrap_or(now);
    let ends_before = new.until.is_some_and(|until| until <= begins.max(now));
    let furthest = new.until.unwrap_or(begins).max(begins);
    if ends_before || furthest.0 > now.0 + AHEAD_MS {
        return Err(Error::TimesWrong);
    }
    Ok(())
}

/// Opens a change of a customer who is held, and an obligation for each who needs it.
pub(super) fn open(
    tx: &mut Tx<'_>,
    voice: &Voice<'_>,
    now: TimeMs,
    (customer, before): (CustomerId, Value),
    new: &NewChange,
) -> Result<ChangeId, Error> {
    let network = voice.author.network();
    let id = ChangeId::at(now);
    // After what was for a time only, it goes back to what was before that.
    let before = overtake(tx, voice, now, customer, new.changed)?.unwrap_or(before);
    let obliged = obliged(tx, voice, now, customer, new.changed)?;
    let body = Body::ChangeEntered {
        change: id,
        changed: new.changed,
        before: before.line(),
        after: new.value.line(),
        from: new.from,
        until: new.until,
    };
    let touch = NewTouch::new(customer.as_kind(), now, body).naming(obliged.clone());
    let (touch, _) = touches::append(tx, &voice.author, now, touch)?;
    let change = StoredChange {
        id,
        customer,
        changed: new.changed,
        before,
        given: new.value.clone(),
        from: new.from,
        until: new.until,
        entered: now,
        organisation: voice.author.organisation_id(),
        by: voice.name.to_owned(),
        by_customer: new.by_customer,
        touch,
        begins: new.from.filter(|from| *from > now),
        back: new.until,
    };
    stored::insert_change(tx, network, &change)?;
    if change.begins.is_none() {
        records_say(tx, now, &voice.author, (customer, &change.given))?;
    }
    oblige(tx, voice, now, &change, obliged)?;
    Ok(id)
}

/// Tells each organisation what it has to do.
fn oblige(
    tx: &mut Tx<'_>,
    voice: &Voice<'_>,
    now: TimeMs,
    change: &StoredChange,
    obliged: Vec<OrganisationId>,
) -> Result<(), Fault> {
    let (network, customer) = (voice.author.network(), change.customer);
    if obliged.is_empty() {
        return Ok(());
    }
    let zone = zone(tx, network)?;
    let deliveries = entrusting::next_deliveries(tx, &voice.author, customer, now)?;
    let sent = |organisation| {
        let next_delivery = deliveries.get(&organisation).copied();
        let due = rules::due(now, change.from, next_delivery, &zone);
        Stored {
            id: ObligationId::at(now),
            change: change.id,
            customer,
            organisation,
            changed: change.changed,
            sent: now,
            next_delivery,
            waits: Some((organisation, due)),
            duty: Duty::sent(now, due),
        }
    };
    let sent: Vec<Stored> = obliged.into_iter().map(sent).collect();
    store::insert(tx, network, change.id, &sent)?;
    note_all(tx, voice, now, (&sent, customer), DutyStep::Sent)
}

/// Tells one organisation of its part, by the moment at which that was due with another.
pub(super) fn oblige_instead(
    tx: &mut Tx<'_>,
    voice: &Voice<'_>,
    now: TimeMs,
    (change, customer): (&StoredChange, CustomerId),
    (organisation, due): (OrganisationId, TimeMs),
) -> Result<(), Fault> {
    let network = voice.author.network();
    let sent = [Stored {
        id: ObligationId::at(now),
        change: change.id,
        customer,
        organisation,
        changed: change.changed,
        sent: now,
        next_delivery: None,
        waits: Some((organisation, due)),
        duty: Duty::sent(now, due),
    }];
    store::insert(tx, network, change.id, &sent)?;
    note_all(tx, voice, now, (&sent, customer), DutyStep::Sent)
}

/// As `note` of each, for a step without words that many take at once.
fn note_all(
    tx: &mut Tx<'_>,
    voice: &Voice<'_>,
    now: TimeMs,
    (all, customer): (&[Stored], CustomerId),
    step: DutyStep,
) -> Result<(), Fault> {
    let made = Made { step, words: String::new() };
    let touches = all.iter().map(|stored| touch(voice, now, (stored, customer), &made)).collect();
    let touches = touches::append_all(tx, &voice.author, now, touches)?;
    store::insert_steps(tx, voice, now, step.word(), (all, &touches))?;
    let acts = |stored: &Stored| {
        (stored.id, stored.organisation, stored.waits.map(|(organisation, _)| organisation))
    };
    let duties: Vec<_> = all.iter().map(acts).collect();
    links::follow_duties(tx, voice.author.network(), &duties, step, now)
}

/// Who needs a change, but for whoever tells it: of those with a tie, who is shown such data by its
/// own lens. Of what the customer no longer allows, and of an erasure, all are told.
fn obliged(
    tx: &mut Tx<'_>,
    voice: &Voice<'_>,
    now: TimeMs,
    customer: CustomerId,
    changed: Changed,
) -> Result<Vec<OrganisationId>, Fault> {
    let network = voice.author.network();
    let mut obliged = entrusting::tied(tx, &voice.author, customer, now)?;
    obliged.retain(|organisation| *organisation != voice.author.organisation_id());
    let class = changed.class();
    if class == Class::Relationship {
        return Ok(obliged);
    }
    let sights = sharing::sights(tx, network, customer, now)?;
    let needing = sights.iter().filter(|sight| sight.fields().level(class) >= Level::Veiled);
    let needing: HashSet<OrganisationId> = needing.map(Sight::organisation).collect();
    obliged.retain(|organisation| needing.contains(organisation));
    Ok(obliged)
}

/// A later change of the same detail takes the place of those before it. Answers what was before
/// those that were for a time only.
fn overtake(
    tx: &mut Tx<'_>,
    voice: &Voice<'_>,
    now: TimeMs,
    customer: CustomerId,
    changed: Changed,
) -> Result<Option<Value>, Error> {
    let network = voice.author.network();
    let zone = zone(tx, network)?;
    let mut original = None;
    for home in merging::homes(tx, network, customer)? {
        for before in stored::changes_of(tx, network, home)? {
            if before.changed != changed || !stored::lock(tx, network, before.id)? {
                continue;
            }
            if before.back.is_some() {
                original = Some(before.before.clone());
            }
            stored::settle(tx, network, before.id)?;
            supersede(tx, voice, now, (&before, customer), &zone)?;
        }
    }
    Ok(original)
}

/// What is still to be done of a change is to be done no more.
fn supersede(
    tx: &mut Tx<'_>,
    voice: &Voice<'_>,
    now: TimeMs,
    (before, customer): (&StoredChange, CustomerId),
    zone: &Zone,
) -> Result<(), Error> {
    let network = voice.author.network();
    let mut over = Vec::new();
    for mut stored in stored::open_of_change(tx, network, before.id)? {
        let deed = Deed::Supersede;
        let (duty, made) = rules::apply(&stored.duty, &before.given, &deed, now, zone)?;
        if made.is_some() {
            (stored.duty, stored.waits) = (duty, None);
            stored::update(tx, network, &stored)?;
            over.push(stored);
        }
    }
    Ok(note_all(tx, voice, now, (&over, customer), DutyStep::Superseded)?)
}
