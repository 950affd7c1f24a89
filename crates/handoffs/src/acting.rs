//! Acting: each deed is one transaction, in which the thing and the hand-off are held.

use handfast_db::{Fault, Kind, Tx};
use handfast_kit::{NetworkId, OrganisationId, TimeMs, Uuid};
use handfast_record::{
    CustomerId, HandOffId, customers,
    entrusting::{self, Place},
    organisations,
    sharing::{Author, Lens, Tie, Who},
    touches::{self, Body, HandOffStep, Handed, NewTouch},
};

use super::{
    Actor, BriefEntry, Error, HandOff, Offer, State, Thing, brief, links, reading,
    rules::{self, Deed, Hand, Holding, Made, Outcome, Turn},
    store::{self, Stored, StoredStep},
    terms,
};

/// Who speaks in a touch: somebody, or a clock.
pub(crate) struct Voice<'a> {
    pub(crate) author: Author,
    pub(crate) organisation: Option<OrganisationId>,
    pub(crate) name: &'a str,
}

impl<'a> Voice<'a> {
    pub(crate) fn of(network: NetworkId, actor: &'a Actor) -> Self {
        let organisation = actor.organisation;
        let author = match actor.person {
            Some(person) => Author::person(network, organisation, person),
            None => Author::organisation(network, organisation),
        };
        Self { author, organisation: Some(organisation), name: &actor.name }
    }

    /// The brand's clock.
    pub(crate) fn clock(network: NetworkId) -> Self {
        let author = Author::organisation(network, organisations::brand_id(network));
        Self { author, organisation: None, name: "" }
    }
}

pub(super) fn offer(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    offer: &Offer,
) -> Result<HandOff, Error> {
    let network = lens.network();
    let (words, written) = checked(offer)?;
    let sight = customers::look(tx, lens, offer.customer)?.ok_or(Error::NotFound)?;
    let about = reading::about(tx, lens, &sight, &offer.thing)?.ok_or(Error::NotFound)?;
    let voice = Voice::of(network, actor);
    let customer = entrusting::hold(tx, &voice.author, &about.place)?.ok_or(Error::NotFound)?;
    let holding = held(tx, network, &about, now)?;
    let brand = organisations::brand_id(network);
    if ![holding.holder, brand].contains(&actor.organisation) {
        return Err(Error::NotYours);
    }
    if holding.open.is_some() {
        return Err(Error::AlreadyOffered);
    }
    if !reading::may_take(tx, lens, (&sight, about.id, &holding), offer.to)? {
        return Err(Error::NotACandidate);
    }
    let accept_by = terms::accept_by(about.handed, offer.accept_by, now)?;
    let brief = brief::items(&about, &written);
    let missing = brief.iter().filter(|item| item.is_missing());
    let missing: Vec<String> =
        missing.map(|item| terms::title(about.handed, &item.word).to_owned()).collect();
    if !missing.is_empty() && !offer.incomplete_ok {
        return Err(Error::Incomplete(missing));
    }
    let hand = offered(&holding, (about.handed, offer.to), (now, accept_by), brief);
    let place = Place { customer, kept: about.place.kept };
    let waits = hand.waits();
    let stored = Stored { place, thing_id: about.id, title: about.title, waits, hand };
    store::settle_returned(tx, network, about.id)?;
    store::insert(tx, network, &stored)?;
    for (position, item) in stored.hand.brief.iter().enumerate() {
        store::upsert_item(tx, network, (stored.hand.id, position), item)?;
    }
    let holding = Holding { open: Some(stored.hand.id), ..holding };
    store::update_entrusted(tx, network, about.id, &holding)?;
    let made = Made { step: HandOffStep::Offered, words };
    note(tx, &voice, now, (&stored, &stored.hand, customer), (1, &made))?;
    reading::find(tx, lens, now, stored.hand.id)?.ok_or(Error::NotFound)
}

/// A hand-off that was just offered.
fn offered(
    holding: &Holding,
    (handed, to): (Handed, OrganisationId),
    (now, accept_by): (TimeMs, TimeMs),
    brief: Vec<rules::Item>,
) -> Hand {
    Hand {
        id: HandOffId::at(now),
        handed,
        from: holding.holder,
        to,
        position: holding.position,
        state: State::Offered,
        version: 1,
        offered: now,
        accept_by,
        remind: Some(now.plus((accept_by.0 - now.0) / 2)),
        seen: None,
        answered: None,
        back: None,
        is_escalated: false,
        brief,
    }
}

/// The words and the brief of an offer, if they are neither too few nor too many.
fn checked(offer: &Offer) -> Result<(String, Vec<BriefEntry>), Error> {
    let written = offer.brief.iter().map(terms::checked).collect::<Result<Vec<_>, _>>()?;
    if written.len() > terms::ITEMS_MAX {
        return Err(Error::BriefWrong);
    }
    if let Thing::Task(task) = &offer.thing {
        terms::needed(task, 200)?;
    }
    Ok((terms::optional(&offer.words)?, written))
}

/// Who is accountable for a thing, held until the end of the transaction.
fn held(
    tx: &mut Tx<'_>,
    network: NetworkId,
    about: &brief::About,
    now: TimeMs,
) -> Result<Holding, Error> {
    if store::entrusted(tx, network, about.id)?.is_none() {
        // Whose it was at first is not the viewer's to know, and so not its to hand off.
        let Who::Named(first) = about.first else { return Err(Error::NotYours) };
        let since = about.began.min(now);
        if store::insert_entrusted(tx, network, about.id, first, since)? > 0 {
            let holding = Holding { holder: first, position: 0, since, open: None };
            store::insert_custody(tx, network, about.id, &holding, None)?;
        }
    }
    Ok(locked(tx, network, about.id)?)
}

fn locked(tx: &mut Tx<'_>, network: NetworkId, thing: Uuid) -> Result<Holding, Fault> {
    let gone = || Fault::other("what was handed off has nobody who is accountable for it");
    store::lock_entrusted(tx, network, thing)?.ok_or_else(gone)
}

/// What somebody does about a hand-off that concerns them.
pub(super) fn act(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    id: HandOffId,
    deed: &Deed<'_>,
) -> Result<HandOff, Error> {
    let network = lens.network();
    let known = reading::one(tx, lens, id)?.ok_or(Error::NotFound)?;
    if !reading::concerns(&known.hand, actor.organisation, network) {
        return Err(Error::NotFound);
    }
    let voice = Voice::of(network, actor);
    let (stored, holding, customer) = hold(tx, &voice.author, &known)?;
    let turn = Turn {
        organisation: actor.organisation,
        name: &actor.name,
        brand: organisations::brand_id(network),
        receiver_ended: reading::has_left(tx, network, stored.hand.to)?,
        now,
    };
    let outcome = rules::apply(&stored.hand, &holding, &turn, deed)?;
    keep(tx, &voice, now, (&stored, &holding, customer), &outcome)?;
    reading::find(tx, lens, now, id)?.ok_or(Error::NotFound)
}

/// A hand-off, who is accountable, and where the thing lies, all held until the end of the
/// transaction, in this order for everybody: the customer, the thing, the hand-off.
fn hold(
    tx: &mut Tx<'_>,
    author: &Author,
    known: &Stored,
) -> Result<(Stored, Holding, CustomerId), Error> {
    let network = author.network();
    let customer = entrusting::hold(tx, author, &known.place)?.ok_or(Error::NotFound)?;
    let mut holding = locked(tx, network, known.thing_id)?;
    let mut stored = store::lock(tx, network, known.hand.id)?.ok_or(Error::NotFound)?;
    stored.hand.brief = store::items(tx, network, known.hand.id)?;
    // A customer that was merged meanwhile is another's to hand off.
    if stored.hand.handed == Handed::Customer && customer.uuid() != stored.thing_id {
        holding.position = -1;
    }
    Ok((stored, holding, customer))
}

/// Writes down what became of a hand-off.
fn keep(
    tx: &mut Tx<'_>,
    voice: &Voice<'_>,
    now: TimeMs,
    (stored, before, customer): (&Stored, &Holding, CustomerId),
    outcome: &Outcome,
) -> Result<(), Fault> {
    let (network, hand) = (voice.author.network(), &outcome.hand);
    if outcome.steps.is_empty() {
        return Ok(());
    }
    store::update(tx, network, hand)?;
    for (position, item) in hand.brief.iter().enumerate() {
        if stored.hand.brief.get(position) != Some(item) {
            store::upsert_item(tx, network, (hand.id, position), item)?;
        }
    }
    if outcome.holding != *before {
        let holding = release(tx, network, (stored, before), outcome)?;
        store::update_entrusted(tx, network, stored.thing_id, &holding)?;
    }
    if outcome.holding.holder != before.holder {
        let tie = if hand.handed == Handed::Case { Tie::Serves } else { Tie::Assigned };
        let why = format!("Took over: {}", stored.title);
        let why: String = why.chars().take(500).collect();
        entrusting::tie(tx, &voice.author, now, customer, (hand.to, tie), &why)?;
    }
    let first = hand.version - outcome.steps.len() as i64 + 1;
    for (position, made) in (first..).zip(&outcome.steps) {
        note(tx, voice, now, (stored, hand, customer), (position, made))?;
    }
    Ok(())
}

/// Writes who is accountable from now on, where that changed; answers what is to be kept of it.
fn release(
    tx: &mut Tx<'_>,
    network: NetworkId,
    (stored, before): (&Stored, &Holding),
    outcome: &Outcome,
) -> Result<Holding, Fault> {
    let (thing, holding) = (stored.thing_id, outcome.holding);
    if before.position < 0 {
        // Only the offer ends: whoever is accountable is so still.
        let real = locked(tx, network, thing)?;
        return Ok(Holding { open: holding.open, ..real });
    }
    if holding.position != before.position {
        store::end_custody(tx, network, thing, before.position, holding.since)?;
        store::insert_custody(tx, network, thing, &holding, Some(outcome.hand.id))?;
    }
    Ok(holding)
}

/// Appends the touch of a step, and the step.
fn note(
    tx: &mut Tx<'_>,
    voice: &Voice<'_>,
    now: TimeMs,
    (stored, hand, customer): (&Stored, &Hand, CustomerId),
    (position, made): (i64, &Made),
) -> Result<(), Fault> {
    let body = Body::HandOff {
        hand_off: hand.id,
        thing: hand.handed,
        title: stored.title.clone(),
        from: hand.from,
        to: hand.to,
        step: made.step,
        words: made.words.clone(),
        due: hand.waits().map(|(_, due)| due),
        by: voice.name.to_owned(),
    };
    let new = NewTouch::new(customer.as_kind(), now, body).naming(vec![hand.from, hand.to]);
    let (touch, _) = touches::append(tx, &voice.author, now, new)?;
    let step = StoredStep {
        position,
        step: made.step.word().to_owned(),
        at: now,
        organisation: voice.organisation,
        by: voice.name.to_owned(),
        words: made.words.clone(),
        touch,
    };
    let network = voice.author.network();
    store::insert_step(tx, network, hand.id, &step)?;
    let waits_for = hand.waits().map(|(who, _)| who);
    links::follow(tx, network, (hand.id, hand.to), (made.step, waits_for), now)
}

/// What time alone does, to at most `limit` hand-offs.
pub(super) fn due(
    tx: &mut Tx<'_>,
    network: NetworkId,
    now: TimeMs,
    limit: usize,
) -> Result<usize, Fault> {
    let limit = limit.clamp(1, 1_000);
    let mut ids = reading::due(tx, network, now, limit)?;
    ids.sort_unstable();
    ids.dedup();
    let mut count = 0;
    for id in ids {
        match tx.attempt(|tx| tick(tx, network, now, id)) {
            Ok(is_new) => count += usize::from(is_new),
            // One that cannot be read keeps no other waiting.
            Err(fault) if matches!(fault.kind(), Kind::Other) => {
                tracing::warn!(hand_off.id = %id, error = %fault, "left out: it could not be read");
                reading::put_off(tx, network, id, now.plus(TimeMs::DAY))?;
            }
            Err(fault) => return Err(fault),
        }
    }
    Ok(count)
}

/// Whether time did something to a hand-off.
fn tick(tx: &mut Tx<'_>, network: NetworkId, now: TimeMs, id: HandOffId) -> Result<bool, Fault> {
    let Some(known) = store::one(tx, network, id)? else { return Ok(false) };
    let voice = Voice::clock(network);
    let (stored, holding, customer) = match hold(tx, &voice.author, &known) {
        Ok(held) => held,
        Err(Error::Fault(fault)) => return Err(fault),
        Err(_) => return Ok(false),
    };
    let receiver_ended = reading::has_left(tx, network, stored.hand.to)?;
    let outcome = rules::clock(&stored.hand, &holding, receiver_ended, now);
    keep(tx, &voice, now, (&stored, &holding, customer), &outcome)?;
    Ok(!outcome.steps.is_empty())
}
