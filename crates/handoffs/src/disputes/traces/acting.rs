//! Acting: each deed is one transaction, in which the trace is held.

use handfast_db::{Fault, Tx};
use handfast_kit::{NetworkId, OrganisationId, TimeMs, Uuid, Zone};
use handfast_record::{
    CustomerId, SaleId, TraceId, customers,
    entrusting::{self, Kept, Place, Shipment},
    organisations::{self, Kind},
    sales,
    sharing::Lens,
    touches::{self, Body, Leg, NewTouch, TraceSaid, TraceStep},
};

use super::{
    super::{
        acting::{self as disputes, Subject, told, zone},
        rules as words,
        types::{About, Error},
    },
    reading,
    rules::{self, Deed, Made, Trail, Turn},
    store::{self, Stored, StoredLeg, StoredStep},
    types::{Answer, NewTrace, RemedyKind, Trace},
};
use crate::{
    Actor,
    acting::Voice,
    links,
    obligations::{self, DutyState},
    reading::{custody_at, has_left},
};

pub(super) fn open(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    new: &NewTrace,
) -> Result<Trace, Error> {
    let network = lens.network();
    let said = words::needed(&new.words)?;
    let sight = customers::look(tx, lens, new.customer)?.ok_or(Error::NotFound)?;
    let mut seen = sales::of_customer(tx, lens, &sight)?.into_iter();
    seen.find(|sale| sale.id == new.sale).ok_or(Error::NotFound)?;
    let voice = Voice::of(network, actor);
    let here = Place { customer: sight.customer(), kept: Kept::Here };
    let customer = entrusting::hold(tx, &voice.author, &here)?.ok_or(Error::NotFound)?;
    let shipment = entrusting::shipment(tx, &voice.author, customer, new.sale)?;
    let shipment = shipment.ok_or(Error::NotFound)?;
    let before = store::lock_sale(tx, network, new.sale)?;
    if let Some(before) = before
        && let Some(open) = store::one(tx, network, before)?
        && open.trail.ended.is_none()
    {
        return reading::find(tx, lens, before)?.ok_or(Error::TracedAlready);
    }
    let (legs, owner) = whose(tx, &voice, now, (customer, new.sale, &shipment))?;
    let zone = zone(tx, network)?;
    let trail = Trail::opened(legs, owner, now, &zone);
    let id = TraceId::at(now);
    if store::set_sale(tx, network, (new.sale, before, id))? == 0 {
        return Err(Error::TracedAlready);
    }
    let mut stored = Stored {
        id,
        place: Place { customer, kept: Kept::Sale(shipment.keeper, shipment.order_ref.clone()) },
        sale: new.sale,
        keeper: shipment.keeper,
        order_ref: shipment.order_ref.clone(),
        opened: now,
        organisation: actor.organisation,
        by: actor.name.clone(),
        by_customer: new.by_customer,
        words: said.clone(),
        waits: trail.waits(organisations::brand_id(network)),
        trail,
        legs: Vec::new(),
    };
    stored.legs = legs_of(tx, network, &stored, (customer, &shipment), &zone)?;
    stored.trail.version = 1 + stored.trail.parts.len() as i64;
    store::insert(tx, network, &stored)?;
    let mut made = vec![Made { step: TraceStep::Opened, leg: None, words: said }];
    let asked = stored.trail.parts.iter();
    made.extend(asked.map(|part| Made {
        step: TraceStep::Asked,
        leg: Some(part.leg),
        words: String::new(),
    }));
    note(tx, &voice, now, (&stored, customer), (1, &made))?;
    reading::find(tx, lens, id)?.ok_or(Error::NotFound)
}

type Legs = [(Leg, OrganisationId); 3];

/// Whose the legs are, and who looks after the customer: as the record tells it.
fn whose(
    tx: &mut Tx<'_>,
    voice: &Voice<'_>,
    now: TimeMs,
    (customer, sale, shipment): (CustomerId, SaleId, &Shipment),
) -> Result<(Legs, OrganisationId), Fault> {
    let network = voice.author.network();
    let seller = shipment.seller.unwrap_or(shipment.keeper);
    // Who took the order over answers for what was to be done of it then.
    let packed = shipment.handed_over.or(shipment.promised).unwrap_or(now).min(now);
    let held = custody_at(tx, network, sale.uuid(), packed)?.map(|(who, _)| who);
    let holder = crate::store::entrusted(tx, network, sale.uuid())?.map(|one| one.holder);
    let (mut fulfilment, mut carrier) = (held, None);
    for tied in entrusting::tied(tx, &voice.author, customer, now)? {
        let Some(one) = organisations::find(tx, network, tied)? else { continue };
        if one.kinds.contains(&Kind::Fulfilment) {
            fulfilment = fulfilment.or(Some(tied));
        }
        if one.kinds.contains(&Kind::Carrier) {
            carrier = carrier.or(Some(tied));
        }
    }
    let fulfilment = fulfilment.unwrap_or(seller);
    // Whoever handed it over chose who brings it, and answers where the record names nobody.
    let carrier = carrier.unwrap_or(fulfilment);
    let owner = holder.unwrap_or(seller);
    let owner =
        if has_left(tx, network, owner)? { organisations::brand_id(network) } else { owner };
    let legs = [(Leg::Data, seller), (Leg::Fulfilment, fulfilment), (Leg::Carrier, carrier)];
    Ok((legs, owner))
}

/// What the record says of each leg.
fn legs_of(
    tx: &mut Tx<'_>,
    network: NetworkId,
    stored: &Stored,
    (customer, shipment): (CustomerId, &Shipment),
    zone: &Zone,
) -> Result<Vec<StoredLeg>, Fault> {
    let day = |at: TimeMs| zone.format(at, "%-d %B %Y");
    let mut legs = Vec::new();
    for part in &stored.trail.parts {
        let record_says = match part.leg {
            Leg::Data => {
                let made = shipment.handed_over.unwrap_or(stored.opened);
                address_says(tx, network, (customer, part.organisation), made, &day)?
            }
            Leg::Fulfilment => match shipment.handed_over {
                Some(at) => format!("Handed to the carrier on {}.", day(at)),
                None => "No hand-over to a carrier is in the record.".to_owned(),
            },
            _ => match shipment.delivered {
                Some(at) => format!("Said to be delivered on {}.", day(at)),
                None => "No delivery is in the record.".to_owned(),
            },
        };
        legs.push(StoredLeg { id: Uuid::new_v4(), record_says, dispute: None });
    }
    Ok(legs)
}

/// Which address the organisation held when the label was made, as far as it was read back.
fn address_says(
    tx: &mut Tx<'_>,
    network: NetworkId,
    whose: (CustomerId, OrganisationId),
    made: TimeMs,
    day: &dyn Fn(TimeMs) -> String,
) -> Result<String, Fault> {
    let Some((state, at)) = obligations::address_at(tx, network, whose, made)? else {
        return Ok("No change of the address was told before the label was made.".to_owned());
    };
    let at = day(at);
    Ok(match state {
        DutyState::Verified => format!("The address was read back and right on {at}."),
        DutyState::Mismatch => format!("The address was read back and wrong on {at}."),
        DutyState::Applied => {
            format!("Said to be applied on {at}; the address was not read back.")
        }
        _ => format!("A change of the address was told, and not applied, by {at}."),
    })
}

pub(super) fn answer(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    (id, leg, answer): (TraceId, Leg, &Answer),
) -> Result<Trace, Error> {
    let deed = match answer {
        Answer::Proved(words, found) => Deed::Prove(leg, words, found),
        Answer::Broke(words) => Deed::Break(leg, words),
        Answer::NotOurs(claim) => Deed::Refuse(leg, &claim.words, &claim.reference),
    };
    let (voice, mut stored, customer) = held(tx, lens, actor, id)?;
    let is_new = go_on(tx, &voice, now, (&mut stored, customer), actor, deed)?;
    if let (true, Answer::NotOurs(claim)) = (is_new, answer) {
        let part = stored.trail.parts.iter().position(|part| part.leg == leg);
        let part = part.ok_or(Error::NotFound)?;
        let subject = Subject {
            about: About::Leg(id, leg),
            place: stored.place.clone(),
            word: leg.word().to_owned(),
            claimant: stored.trail.parts[part].organisation,
        };
        let dispute = disputes::open(tx, lens, actor, now, (customer, subject, claim))?;
        stored.legs[part].dispute = Some(dispute);
        store::update(tx, lens.network(), &stored)?;
    }
    reading::find(tx, lens, id)?.ok_or(Error::NotFound)
}

pub(super) fn promise(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    (id, kind, words, by): (TraceId, RemedyKind, &str, Option<TimeMs>),
) -> Result<Trace, Error> {
    let (voice, mut stored, customer) = held(tx, lens, actor, id)?;
    let deed = Deed::Promise(kind, words, by);
    go_on(tx, &voice, now, (&mut stored, customer), actor, deed)?;
    reading::find(tx, lens, id)?.ok_or(Error::NotFound)
}

pub(super) fn keep(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    (id, words): (TraceId, &str),
) -> Result<Trace, Error> {
    let (voice, mut stored, customer) = held(tx, lens, actor, id)?;
    go_on(tx, &voice, now, (&mut stored, customer), actor, Deed::Keep(words))?;
    reading::find(tx, lens, id)?.ok_or(Error::NotFound)
}

pub(super) fn take_over(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    (id, words): (TraceId, &str),
) -> Result<(), Error> {
    let (voice, mut stored, customer) = held(tx, lens, actor, id)?;
    go_on(tx, &voice, now, (&mut stored, customer), actor, Deed::TakeOver(words)).map(drop)
}

/// A trace that concerns the viewer, held until the end of the transaction.
fn held<'a>(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &'a Actor,
    id: TraceId,
) -> Result<(Voice<'a>, Stored, CustomerId), Error> {
    let network = lens.network();
    let seen = reading::one(tx, lens, id)?.ok_or(Error::NotFound)?;
    let voice = Voice::of(network, actor);
    let customer = entrusting::hold(tx, &voice.author, &seen.place)?.ok_or(Error::NotFound)?;
    let stored = store::lock(tx, network, id)?.ok_or(Error::NotFound)?;
    Ok((voice, stored, customer))
}

/// Writes down what became of a trace by a deed; answers whether anything did.
fn go_on(
    tx: &mut Tx<'_>,
    voice: &Voice<'_>,
    now: TimeMs,
    (stored, customer): (&mut Stored, CustomerId),
    actor: &Actor,
    deed: Deed<'_>,
) -> Result<bool, Error> {
    let network = voice.author.network();
    let (brand, zone) = (organisations::brand_id(network), zone(tx, network)?);
    let turn =
        Turn { organisation: actor.organisation, name: &actor.name, brand, now, zone: &zone };
    let (trail, made) = rules::apply(&stored.trail, deed, &turn)?;
    if made.is_empty() {
        return Ok(false);
    }
    let first = stored.trail.version + 1;
    stored.waits = trail.waits(brand);
    stored.trail = trail;
    store::update(tx, network, stored)?;
    note(tx, voice, now, (stored, customer), (first, &made))?;
    Ok(true)
}

/// What follows for a leg when its dispute ends: this one answers for it, or it was taken back. The
/// trace is held.
pub(super) fn settle(
    tx: &mut Tx<'_>,
    voice: &Voice<'_>,
    now: TimeMs,
    (id, leg): (TraceId, Leg),
    who: Option<OrganisationId>,
) -> Result<(), Error> {
    let network = voice.author.network();
    let Some(mut stored) = store::one(tx, network, id)? else { return Ok(()) };
    let place = stored.place.clone();
    let customer = entrusting::hold(tx, &voice.author, &place)?.ok_or(Error::NotFound)?;
    let deed = who.map_or(Deed::Reopen(leg), |who| Deed::Settle(leg, who));
    let actor = spoken(voice);
    go_on(tx, voice, now, (&mut stored, customer), &actor, deed).map(drop)
}

fn spoken(voice: &Voice<'_>) -> Actor {
    Actor {
        organisation: voice.author.organisation_id(),
        person: voice.author.person_id(),
        name: voice.name.to_owned(),
    }
}

/// Appends the touch of each step, and the step. Each tells only whom it concerns.
fn note(
    tx: &mut Tx<'_>,
    voice: &Voice<'_>,
    now: TimeMs,
    (stored, customer): (&Stored, CustomerId),
    (first, made): (i64, &[Made]),
) -> Result<(), Fault> {
    let network = voice.author.network();
    for (position, made) in (first..).zip(made) {
        let part = stored.trail.parts.iter().find(|part| Some(part.leg) == made.leg);
        let (concerned, due) = match part {
            Some(part) => (part.organisation, part.waits()),
            None => (stored.trail.good.owner, stored.waits.map(|(_, due)| due)),
        };
        let body = Body::Trace(TraceSaid {
            trace: stored.id,
            leg: made.leg,
            step: made.step,
            words: made.words.clone(),
            due,
            by: voice.name.to_owned(),
        });
        let new = NewTouch::new(customer.as_kind(), now, body).naming(vec![concerned]);
        let (touch, _) = touches::append(tx, &voice.author, now, new)?;
        let step = StoredStep {
            position,
            step: made.step.word().to_owned(),
            leg: made.leg.map_or("", Leg::word).to_owned(),
            at: now,
            organisation: voice.organisation,
            by: voice.name.to_owned(),
            words: made.words.clone(),
            touch,
        };
        store::insert_step(tx, network, stored.id, &step)?;
        if made.leg.is_some() {
            links::follow_leg(tx, network, (stored.id, concerned), made.step, now)?;
        }
    }
    Ok(())
}

/// What time alone does, to at most `limit` traces.
pub(super) fn due(
    tx: &mut Tx<'_>,
    network: NetworkId,
    now: TimeMs,
    limit: usize,
) -> Result<usize, Fault> {
    let voice = Voice::clock(network);
    let actor = spoken(&voice);
    let mut count = 0;
    for id in store::next_by(tx, network, now, limit)? {
        let Some(seen) = store::one(tx, network, id)? else { continue };
        let Some(customer) = entrusting::hold(tx, &voice.author, &seen.place)? else { continue };
        let Some(mut stored) = store::lock(tx, network, id)? else { continue };
        let done = go_on(tx, &voice, now, (&mut stored, customer), &actor, Deed::Tick);
        count += usize::from(done.map_err(told)?);
    }
    Ok(count)
}
