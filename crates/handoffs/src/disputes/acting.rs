//! Acting: each deed is one transaction, in which the dispute and what it is about are held.

use handfast_db::{Fault, Tx};
use handfast_kit::{NetworkId, OrganisationId, TimeMs};
use handfast_record::{
    CustomerId, DisputeId, HandOffId, customers,
    entrusting::{self, Kept, Place},
    organisations,
    sharing::{Class, Lens},
    touches::{self, Body, Changed, DisputeSaid, Handed, Leg, NewTouch},
};

use super::{
    reading,
    rules::{self, Deed, Made, Quarrel, Turn},
    store::{self, Stored},
    traces,
    types::{About, Claim, Dispute, Error, State},
};
use crate::{
    Actor,
    acting::Voice,
    links,
    obligations::{self, Obligation},
    reading::names,
    store::StoredStep,
};

/// What a dispute is about, as it is opened.
pub(super) struct Subject {
    pub(super) about: About,
    pub(super) place: Place,
    /// What changes, what is handed off, or which leg: a word.
    pub(super) word: String,
    pub(super) claimant: OrganisationId,
}

/// A claim whose words are neither too few nor too many, and whom it names.
pub(super) fn checked(
    tx: &mut Tx<'_>,
    lens: &Lens,
    (customer, claimant): (CustomerId, OrganisationId),
    claim: &Claim,
) -> Result<(Claim, OrganisationId), Error> {
    let network = lens.network();
    let brand = organisations::brand_id(network);
    let words = rules::needed(&claim.words)?;
    let reference = rules::reference(&claim.reference)?;
    let named = claim.organisation.unwrap_or(brand);
    if named == claimant {
        return Err(Error::Itself);
    }
    if named != brand {
        let sight = lens.sight(tx, customer)?;
        let is_known = lens.is_whole() || names::known(tx, lens, &sight)?.contains(&named);
        if !is_known || organisations::find(tx, network, named)?.is_none() {
            return Err(Error::NotKnown);
        }
    }
    Ok((Claim { words, reference, ..claim.clone() }, named))
}

/// Opens a dispute about what is held by the caller, unless one is open: that one then.
pub(super) fn open(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    (customer, subject, claim): (CustomerId, Subject, &Claim),
) -> Result<DisputeId, Error> {
    let network = lens.network();
    let (about_id, about_leg) = store::about_id(subject.about);
    let open = store::of_about(tx, network, about_id)?
        .into_iter()
        .find(|one| one.quarrel.state.is_open() && store::about_id(one.about).1 == about_leg);
    if let Some(open) = open {
        return Ok(open.id);
    }
    let (claim, respondent) = checked(tx, lens, (customer, subject.claimant), claim)?;
    let zone = zone(tx, network)?;
    let quarrel = Quarrel::opened((subject.claimant, respondent), now, &zone);
    let stored = Stored {
        id: DisputeId::at(now),
        place: subject.place,
        about: subject.about,
        subject: subject.word,
        leg: claim.leg,
        words: claim.words.clone(),
        reference: claim.reference,
        opened: now,
        answer: (String::new(), String::new()),
        waits: quarrel.waits(organisations::brand_id(network)),
        quarrel,
    };
    store::insert(tx, network, &stored)?;
    let voice = Voice::of(network, actor);
    let made = Made { step: handfast_record::touches::DisputeStep::Opened, words: claim.words };
    note(tx, &voice, now, (&stored, customer), &made)?;
    Ok(stored.id)
}

/// Opens the dispute that a refused obligation is. The change is held.
pub(super) fn open_refused(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    (one, claim): (&Obligation, &Claim),
) -> Result<DisputeId, Error> {
    let customer = customers::look(tx, lens, one.customer)?;
    let customer = customer.map_or(one.customer, |sight| sight.customer());
    let subject = Subject {
        about: About::Obligation(one.id),
        place: Place { customer, kept: Kept::Here },
        word: one.changed.word().to_owned(),
        claimant: one.organisation,
    };
    open(tx, lens, actor, now, (customer, subject, claim))
}

/// Opens a dispute about a hand-off, for its sender or receiver.
pub(super) fn open_hand_off(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    (id, claim): (HandOffId, &Claim),
) -> Result<Dispute, Error> {
    let network = lens.network();
    let known = crate::reading::one(tx, lens, id)?.ok_or(Error::NotFound)?;
    if ![known.hand.from, known.hand.to].contains(&actor.organisation) {
        return Err(Error::NotYours);
    }
    let voice = Voice::of(network, actor);
    let customer = entrusting::hold(tx, &voice.author, &known.place)?.ok_or(Error::NotFound)?;
    let held = crate::store::lock(tx, network, id)?.ok_or(Error::NotFound)?;
    let subject = Subject {
        about: About::HandOff(id),
        place: Place { customer, kept: held.place.kept },
        word: held.hand.handed.word().to_owned(),
        claimant: actor.organisation,
    };
    let id = open(tx, lens, actor, now, (customer, subject, claim))?;
    reading::find(tx, lens, id)?.ok_or(Error::NotFound)
}

/// What somebody says in a dispute that concerns them. `found` is where an answer can be looked up.
pub(super) fn act(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    (id, deed, found): (DisputeId, Deed<'_>, &str),
) -> Result<Dispute, Error> {
    let network = lens.network();
    let seen = reading::one(tx, lens, id)?.ok_or(Error::NotFound)?;
    if let Deed::Settle(who, _) = deed
        && organisations::find(tx, network, who)?.is_none()
    {
        return Err(Error::NotKnown);
    }
    let voice = Voice::of(network, actor);
    let customer = hold(tx, &voice, &seen)?.ok_or(Error::NotFound)?;
    let mut stored = store::lock(tx, network, id)?.ok_or(Error::NotFound)?;
    if matches!(deed, Deed::Accept(_) | Deed::Reject(_)) && stored.quarrel.state.is_open() {
        stored.answer.1 = rules::reference(found)?;
    }
    go_on(tx, &voice, now, (stored, customer), deed)?;
    reading::find(tx, lens, id)?.ok_or(Error::NotFound)
}

/// Holds the customer, and what the dispute is about, in the order in which everybody does.
fn hold(tx: &mut Tx<'_>, voice: &Voice<'_>, seen: &Stored) -> Result<Option<CustomerId>, Fault> {
    let network = voice.author.network();
    let Some(customer) = entrusting::hold(tx, &voice.author, &seen.place)? else {
        return Ok(None);
    };
    match seen.about {
        About::Obligation(id) => obligations::lock(tx, network, id)?,
        About::HandOff(id) => drop(crate::store::lock(tx, network, id)?),
        About::Leg(id, _) => drop(traces::lock(tx, network, id)?),
    }
    Ok(Some(customer))
}

/// Writes down what became of a dispute by a deed, and what follows from its end.
fn go_on(
    tx: &mut Tx<'_>,
    voice: &Voice<'_>,
    now: TimeMs,
    (mut stored, customer): (Stored, CustomerId),
    deed: Deed<'_>,
) -> Result<bool, Error> {
    let network = voice.author.network();
    let (brand, zone) = (organisations::brand_id(network), zone(tx, network)?);
    let organisation = voice.author.organisation_id();
    let turn = Turn { organisation, brand, now, zone: &zone };
    let was_open = stored.quarrel.state.is_open();
    let (quarrel, made) = rules::apply(&stored.quarrel, deed, &turn)?;
    let Some(made) = made else { return Ok(false) };
    if matches!(deed, Deed::Accept(_) | Deed::Reject(_)) {
        stored.answer.0.clone_from(&made.words);
    }
    stored.waits = quarrel.waits(brand);
    stored.quarrel = quarrel;
    store::update(tx, network, &stored)?;
    note(tx, voice, now, (&stored, customer), &made)?;
    if was_open {
        follow(tx, voice, now, &stored, &made.words)?;
    }
    Ok(true)
}

/// What follows from the end of a dispute for what it was about. Its clock is never touched.
fn follow(
    tx: &mut Tx<'_>,
    voice: &Voice<'_>,
    now: TimeMs,
    stored: &Stored,
    words: &str,
) -> Result<(), Error> {
    let quarrel = &stored.quarrel;
    match (stored.about, quarrel.state, quarrel.answers_for) {
        (About::Obligation(id), State::Settled, Some(who)) => {
            Ok(obligations::answered_for(tx, voice, now, (id, who), words)?)
        }
        (About::Obligation(id), State::Withdrawn, _) => {
            Ok(obligations::answered_for(tx, voice, now, (id, quarrel.claimant), words)?)
        }
        (About::Leg(id, leg), State::Settled, Some(who)) => {
            traces::settle(tx, voice, now, (id, leg), Some(who))
        }
        (About::Leg(id, leg), State::Withdrawn, _) => {
            traces::settle(tx, voice, now, (id, leg), None)
        }
        _ => Ok(()),
    }
}

/// The organisation takes its refusal back by doing what it is obliged to: what is open about it is
/// withdrawn. The change is held.
pub(super) fn moot(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    one: &Obligation,
) -> Result<(), Error> {
    let network = lens.network();
    let voice = Voice::of(network, actor);
    for seen in store::of_about(tx, network, one.id.uuid())? {
        if !seen.quarrel.state.is_open() {
            continue;
        }
        let customer = entrusting::hold(tx, &voice.author, &seen.place)?.ok_or(Error::NotFound)?;
        let stored = store::lock(tx, network, seen.id)?.ok_or(Error::NotFound)?;
        go_on(tx, &voice, now, (stored, customer), Deed::Withdraw(""))?;
    }
    Ok(())
}

/// The class of data that a dispute tells of.
pub(super) fn class(about: About, word: &str) -> Class {
    match about {
        About::Obligation(_) => Changed::named(word).map_or(Class::Relationship, Changed::class),
        About::HandOff(_) => Handed::named(word).map_or(Class::Relationship, Handed::class),
        About::Leg(..) => Class::Delivery,
    }
}

/// What a dispute is about, within a sentence.
pub(super) fn subject(about: About, word: &str) -> String {
    match about {
        About::Obligation(_) => {
            format!("a change of {}", Changed::named(word).map_or("", Changed::in_words))
        }
        About::HandOff(_) => {
            format!("the hand-off of {}", Handed::named(word).map_or("", Handed::in_words))
        }
        About::Leg(_, leg) => match leg {
            Leg::Data | Leg::Fulfilment | Leg::Carrier => {
                format!("{} of a missing delivery", leg.in_words())
            }
            Leg::Other => "a missing delivery".to_owned(),
        },
    }
}

/// Appends the touch of a step, and the step.
fn note(
    tx: &mut Tx<'_>,
    voice: &Voice<'_>,
    now: TimeMs,
    (stored, customer): (&Stored, CustomerId),
    made: &Made,
) -> Result<(), Fault> {
    let quarrel = &stored.quarrel;
    let body = Body::Dispute(DisputeSaid {
        dispute: stored.id,
        about: stored.about.kind(),
        class: class(stored.about, &stored.subject),
        leg: stored.leg,
        step: made.step,
        words: made.words.clone(),
        due: stored.waits.map(|(_, due)| due),
        by: voice.name.to_owned(),
    });
    let parties = vec![quarrel.claimant, quarrel.respondent];
    let new = NewTouch::new(customer.as_kind(), now, body).naming(parties);
    let (touch, _) = touches::append(tx, &voice.author, now, new)?;
    let step = StoredStep {
        position: quarrel.version,
        step: made.step.word().to_owned(),
        at: now,
        organisation: voice.organisation,
        by: voice.name.to_owned(),
        words: made.words.clone(),
        touch,
    };
    let network = voice.author.network();
    store::insert_step(tx, network, stored.id, &step)?;
    let waits_for = stored.waits.map(|(who, _)| who);
    let asked = (stored.id, quarrel.respondent);
    links::follow_dispute(tx, network, asked, (made.step, waits_for), now)
}

pub(super) fn zone(tx: &mut Tx<'_>, network: NetworkId) -> Result<handfast_kit::Zone, Fault> {
    let network = organisations::network(tx, network)?;
    network.map(|network| network.zone).ok_or_else(|| Fault::other("the network is not there"))
}

/// What time alone does, to at most `limit` disputes and traces each.
pub(super) fn due(
    tx: &mut Tx<'_>,
    network: NetworkId,
    now: TimeMs,
    limit: usize,
) -> Result<usize, Fault> {
    let voice = Voice::clock(network);
    let mut count = 0;
    for id in store::next_by(tx, network, now, limit.clamp(1, 1_000))? {
        let Some(seen) = store::one(tx, network, id)? else { continue };
        let Some(customer) = hold(tx, &voice, &seen)? else { continue };
        let Some(stored) = store::lock(tx, network, id)? else { continue };
        let done = go_on(tx, &voice, now, (stored, customer), Deed::Tick);
        count += usize::from(done.map_err(told)?);
    }
    Ok(count)
}

pub(super) fn told(error: Error) -> Fault {
    match error {
        Error::Fault(fault) => fault,
        other => Fault::other(other.to_string()),
    }
}
