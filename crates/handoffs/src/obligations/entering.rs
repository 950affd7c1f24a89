//! Entering a change: once, for all who need it.

use handfast_db::{Fault, Tx};
use handfast_kit::{NetworkId, OrganisationId, TimeMs};
use handfast_record::{
    ChangeId, CustomerId, ObligationId, customers,
    entrusting::{self, Kept, Place},
    merging,
    sharing::{Class, Lens, Level},
    touches::{self, Body, Changed, DutyStep, NewTouch},
};

use super::{
    Change, Error, NewChange,
    acting::{go_on, note, records_say, zone},
    reading,
    rules::{self, Deed, Duty, Made},
    store::{self, Stored, StoredChange},
    value::Value,
};
use crate::{Actor, acting::Voice};

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
    store::insert_change(tx, network, &change)?;
    if change.begins.is_none() {
        records_say(tx, now, &voice.author, (customer, &change.given))?;
    }
    for organisation in obliged {
        oblige(tx, voice, now, &change, organisation)?;
    }
    Ok(id)
}

/// Tells one organisation what it has to do.
fn oblige(
    tx: &mut Tx<'_>,
    voice: &Voice<'_>,
    now: TimeMs,
    change: &StoredChange,
    organisation: OrganisationId,
) -> Result<(), Fault> {
    let (network, customer) = (voice.author.network(), change.customer);
    let zone = zone(tx, network)?;
    let next_delivery = entrusting::next_delivery(tx, &voice.author, customer, organisation, now)?;
    let due = rules::due(now, change.from, next_delivery, &zone);
    let stored = Stored {
        id: ObligationId::at(now),
        change: change.id,
        customer,
        organisation,
        changed: change.changed,
        sent: now,
        next_delivery,
        waits: Some((organisation, due)),
        duty: Duty::sent(now, due),
    };
    store::insert(tx, network, &stored)?;
    let made = Made { step: DutyStep::Sent, words: String::new() };
    note(tx, voice, now, (&stored, customer), &made)
}

/// Who needs a change, but for whoever tells it.
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
    let mut needing = Vec::new();
    for organisation in obliged {
        if needs(tx, network, (organisation, customer), changed, now)? {
            needing.push(organisation);
        }
    }
    Ok(needing)
}

/// Whether an organisation with a tie is to be told: of what changes, if it is shown such data; of
/// what the customer no longer allows, and of an erasure, always.
fn needs(
    tx: &mut Tx<'_>,
    network: NetworkId,
    (organisation, customer): (OrganisationId, CustomerId),
    changed: Changed,
    now: TimeMs,
) -> Result<bool, Fault> {
    let class = changed.class();
    if class == Class::Relationship {
        return Ok(true);
    }
    let theirs = Lens::of_partner(tx, network, organisation, now)?;
    let sight = theirs.sight(tx, customer)?;
    Ok(sight.fields().level(class) >= Level::Veiled)
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
        for before in store::changes_of(tx, network, home)? {
            if before.changed != changed || !store::lock(tx, network, before.id)? {
                continue;
            }
            if before.back.is_some() {
                original = Some(before.before.clone());
            }
            store::settle(tx, network, before.id)?;
            for stored in store::of_change(tx, network, before.id, None)? {
                let deed = Deed::Supersede;
                go_on(tx, voice, now, (stored, &before.given, customer), &deed, &zone)?;
            }
        }
    }
    Ok(original)
}
