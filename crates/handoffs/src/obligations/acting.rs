//! Acting: each deed is one transaction, in which the change is held.

use handfast_db::{Fault, Kind, Tx};
use handfast_kit::{NetworkId, TimeMs, Zone};
use handfast_record::{
    ChangeId, CustomerId, ObligationId,
    customers::{self, Details},
    entrusting::{self, Kept, Place},
    organisations,
    sharing::{Author, Lens, SystemReason},
    touches::{self, Body, NewTouch},
};

use super::{
    Error, NewChange, Obligation, ReadBack, entering, reading,
    rules::{self, Deed, Made},
    store::{self, Stored},
    types::DutyState,
    value::Value,
};
use crate::{Actor, acting::Voice, links, store::StoredStep};

pub(super) fn act(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    id: ObligationId,
    deed: &Deed<'_>,
) -> Result<Obligation, Error> {
    let network = lens.network();
    let change = store::place_of(tx, network, id)?.ok_or(Error::NotFound)?;
    let seen = store::one(tx, network, (change, id))?.ok_or(Error::NotFound)?;
    let is_own = seen.organisation == lens.organisation();
    if !lens.is_whole() && !is_own {
        return Err(Error::NotFound);
    }
    may(deed, is_own, lens.is_whole())?;
    if matches!(deed, Deed::See) && actor.organisation != seen.organisation {
        return reading::find(tx, lens, id)?.ok_or(Error::NotFound);
    }
    let voice = Voice::of(network, actor);
    let customer = held(tx, &voice, seen.customer)?;
    store::lock(tx, network, change)?;
    let stored = store::one(tx, network, (change, id))?.ok_or(Error::NotFound)?;
    let told = store::change(tx, network, change)?.ok_or(Error::NotFound)?;
    let zone = zone(tx, network)?;
    let organisation = stored.organisation;
    let is_new = go_on(tx, &voice, now, (stored, &told.given, customer), deed, &zone)?;
    if let (true, Deed::ReadBack(value, _)) = (is_new, deed)
        && actor.organisation == organisation
        && value.is_for(told.changed)
    {
        // What it says that it holds is what its record says from now on, right or wrong.
        record_says(tx, now, &voice.author, (customer, value))?;
    }
    reading::find(tx, lens, id)?.ok_or(Error::NotFound)
}

/// Who may do what: the organisation speaks for itself, the brand reminds, and writes down what it
/// was told or found out. Only the brand hears the customer.
fn may(deed: &Deed<'_>, is_own: bool, is_brand: bool) -> Result<(), Error> {
    let may = match deed {
        Deed::Chase(_) | Deed::Escalate(_) | Deed::ReadBack(_, ReadBack::Customer) => is_brand,
        _ => is_own || is_brand,
    };
    if may { Ok(()) } else { Err(Error::NotYours) }
}

pub(super) fn held(
    tx: &mut Tx<'_>,
    voice: &Voice<'_>,
    customer: CustomerId,
) -> Result<CustomerId, Error> {
    let place = Place { customer, kept: Kept::Here };
    entrusting::hold(tx, &voice.author, &place)?.ok_or(Error::NotFound)
}

/// Writes down what became of an obligation by a deed; answers whether anything did.
pub(super) fn go_on(
    tx: &mut Tx<'_>,
    voice: &Voice<'_>,
    now: TimeMs,
    (mut stored, given, customer): (Stored, &Value, CustomerId),
    deed: &Deed<'_>,
    zone: &Zone,
) -> Result<bool, Error> {
    let network = voice.author.network();
    let (duty, made) = rules::apply(&stored.duty, given, deed, now, zone)?;
    let Some(made) = made else { return Ok(false) };
    let waits = match duty.state {
        DutyState::Verified | DutyState::Superseded | DutyState::Released => None,
        DutyState::Refused => Some(organisations::brand_id(network)),
        _ => Some(stored.organisation),
    };
    stored.waits = waits.map(|who| (who, duty.due));
    stored.duty = duty;
    store::update(tx, network, &stored)?;
    note(tx, voice, now, (&stored, customer), &made)?;
    Ok(true)
}

/// The touch that tells of a step.
pub(super) fn touch(
    voice: &Voice<'_>,
    now: TimeMs,
    (stored, customer): (&Stored, CustomerId),
    made: &Made,
) -> NewTouch {
    let body = Body::Obligation {
        obligation: stored.id,
        change: stored.change,
        changed: stored.changed,
        organisation: stored.organisation,
        step: made.step,
        words: made.words.clone(),
        due: stored.waits.map(|(_, due)| due),
        by: voice.name.to_owned(),
    };
    NewTouch::new(customer.as_kind(), now, body).naming(vec![stored.organisation])
}

fn note(
    tx: &mut Tx<'_>,
    voice: &Voice<'_>,
    now: TimeMs,
    (stored, customer): (&Stored, CustomerId),
    made: &Made,
) -> Result<(), Fault> {
    let new = touch(voice, now, (stored, customer), made);
    let (touch, _) = touches::append(tx, &voice.author, now, new)?;
    let step = StoredStep {
        position: stored.duty.version,
        step: made.step.word().to_owned(),
        at: now,
        organisation: voice.organisation,
        by: voice.name.to_owned(),
        words: made.words.clone(),
        touch,
    };
    let network = voice.author.network();
    store::insert_step(tx, network, (stored.change, stored.id), &step)?;
    let acts = stored.waits.map(|(who, _)| who);
    links::follow_duties(tx, network, &[(stored.id, stored.organisation, acts)], made.step, now)
}

/// Lets the records of the author and of the brand say a value, where they keep one.
pub(super) fn records_say(
    tx: &mut Tx<'_>,
    now: TimeMs,
    author: &Author,
    (customer, value): (CustomerId, &Value),
) -> Result<(), Error> {
    let network = author.network();
    let brand = organisations::brand_id(network);
    record_says(tx, now, author, (customer, value))?;
    if author.organisation_id() == brand {
        return Ok(());
    }
    record_says(tx, now, &Author::organisation(network, brand), (customer, value))
}

/// Lets the author's own record of a customer, who stands here, say a value, if it keeps one.
fn record_says(
    tx: &mut Tx<'_>,
    now: TimeMs,
    author: &Author,
    (customer, value): (CustomerId, &Value),
) -> Result<(), Error> {
    let Some(details) = details(value) else { return Ok(()) };
    let (network, own) = (author.network(), author.organisation_id());
    let lens = if own == organisations::brand_id(network) {
        Lens::system(network, own, SystemReason::Change)
    } else {
        Lens::of_partner(tx, network, own, now)?
    };
    let known = lens.sight(tx, customer)?.known_as();
    let Some(seen) = customers::find(tx, &lens, known)? else { return Ok(()) };
    let Some(record) = seen.records.iter().find(|one| one.organisation == own) else {
        return Ok(());
    };
    let whose = (known, record.id);
    match customers::revise(tx, &lens, author, now, whose, None, &details) {
        Err(customers::Error::Fault(fault)) => Err(fault.into()),
        // What a record cannot take was checked before; it stays as it is.
        Ok(_) | Err(_) => Ok(()),
    }
}

fn details(value: &Value) -> Option<Details> {
    let nothing = Details::default();
    Some(match value.clone() {
        Value::Name(name) => Details { name, ..nothing },
        Value::Phone(phone) => Details { phone, ..nothing },
        Value::Email(email) => Details { email, ..nothing },
        Value::Address(address) => Details {
            street: address.street,
            postcode: address.postcode,
            city: address.city,
            region: address.region,
            country: address.country,
            ..nothing
        },
        Value::Nothing => return None,
    })
}

pub(super) fn zone(tx: &mut Tx<'_>, network: NetworkId) -> Result<Zone, Fault> {
    let network = organisations::network(tx, network)?;
    network.map(|network| network.zone).ok_or_else(|| Fault::other("the network is not there"))
}

/// What time alone does. What cannot be read is put off, and told of; the rest goes on.
pub(super) fn due(
    tx: &mut Tx<'_>,
    network: NetworkId,
    now: TimeMs,
    limit: usize,
) -> Result<usize, Fault> {
    let limit = limit.clamp(1, 1_000);
    let mut count = 0;
    let voice = Voice::clock(network);
    for (change, id) in store::next_by(tx, network, now, limit)? {
        let ticked = tx.attempt(|tx| tick(tx, &voice, now, (change, id)));
        match read(ticked, change)? {
            Some(is_new) => count += usize::from(is_new),
            None => drop(store::put_off(tx, network, (change, id), now.plus(TimeMs::DAY))?),
        }
    }
    for id in store::begun_by(tx, network, now, limit)? {
        let begun = tx.attempt(|tx| begin(tx, &voice, now, id));
        count += usize::from(read(begun, id)?.is_some());
    }
    for id in store::back_by(tx, network, now, limit)? {
        let back = tx.attempt(|tx| go_back(tx, &voice, now, id));
        count += usize::from(read(back, id)?.is_some());
    }
    Ok(count)
}

/// What was done; none where something could not be read, which is told to who runs the server.
pub(super) fn read<T>(done: Result<T, Error>, change: ChangeId) -> Result<Option<T>, Fault> {
    match done {
        Ok(done) => Ok(Some(done)),
        Err(Error::Fault(fault)) if !matches!(fault.kind(), Kind::Other) => Err(fault),
        Err(error) => {
            tracing::warn!(change.id = %change, %error, "left out: it could not be seen to");
            Ok(None)
        }
    }
}

fn tick(
    tx: &mut Tx<'_>,
    voice: &Voice<'_>,
    now: TimeMs,
    (change, id): (ChangeId, ObligationId),
) -> Result<bool, Error> {
    let network = voice.author.network();
    let Some(seen) = store::one(tx, network, (change, id))? else { return Ok(false) };
    let customer = held(tx, voice, seen.customer)?;
    store::lock(tx, network, change)?;
    let Some(stored) = store::one(tx, network, (change, id))? else { return Ok(false) };
    let Some(told) = store::change(tx, network, change)? else { return Ok(false) };
    let zone = zone(tx, network)?;
    go_on(tx, voice, now, (stored, &told.given, customer), &Deed::Tick, &zone)
}

/// From now on records say it.
fn begin(tx: &mut Tx<'_>, voice: &Voice<'_>, now: TimeMs, id: ChangeId) -> Result<(), Error> {
    let network = voice.author.network();
    let Some(seen) = store::change(tx, network, id)? else { return Ok(()) };
    let customer = held(tx, voice, seen.customer)?;
    store::lock(tx, network, id)?;
    let Some(change) = store::change(tx, network, id)? else { return Ok(()) };
    if change.begins.is_none() {
        return Ok(());
    }
    store::settle_beginning(tx, network, id)?;
    let author = Author::organisation(network, change.organisation);
    records_say(tx, now, &author, (customer, &change.given))
}

/// What was for a time only is again what it was: a change of its own.
fn go_back(tx: &mut Tx<'_>, voice: &Voice<'_>, now: TimeMs, id: ChangeId) -> Result<(), Error> {
    let network = voice.author.network();
    let Some(seen) = store::change(tx, network, id)? else { return Ok(()) };
    let customer = held(tx, voice, seen.customer)?;
    store::lock(tx, network, id)?;
    let Some(change) = store::change(tx, network, id)? else { return Ok(()) };
    if change.back.is_none() {
        return Ok(());
    }
    let new = NewChange {
        customer,
        changed: change.changed,
        value: change.before.clone(),
        from: None,
        until: None,
        by_customer: change.by_customer,
    };
    // It is overtaken by that, as by any other.
    store::settle(tx, network, id)?;
    entering::open(tx, voice, now, (customer, change.given.clone()), &new).map(drop)
}
