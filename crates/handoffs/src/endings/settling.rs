//! One thing that is left with a partner goes to its new home.

use handfast_db::{Fault, Tx};
use handfast_kit::{Id, OrganisationId, TimeMs, Uuid};
use handfast_record::{
    CustomerId, DisputeId, HandOffId, TraceId,
    entrusting::{self, Kept, Place},
    organisations,
    sharing::Lens,
    touches::{Handed, Leg},
};

use super::{Kind, Left, store};
use crate::{
    Actor, BriefEntry, Error, Offer, State, Thing,
    acting::Voice,
    disputes::{
        self, Claim,
        traces::{self, Answer},
    },
    obligations, reading,
};

/// Who leaves, and the words that tell why something goes elsewhere.
pub(super) struct Leaving {
    pub(super) organisation: OrganisationId,
    pub(super) words: String,
}

/// Why something stays where it is.
#[derive(Debug)]
pub(super) enum Stuck {
    Why(String),
    Fault(Fault),
}

impl From<Fault> for Stuck {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Error> for Stuck {
    fn from(error: Error) -> Self {
        match error {
            Error::Fault(fault) => Self::Fault(fault),
            other => Self::Why(other.to_string()),
        }
    }
}

impl From<disputes::Error> for Stuck {
    fn from(error: disputes::Error) -> Self {
        match error {
            disputes::Error::Fault(fault) => Self::Fault(fault),
            other => Self::Why(other.to_string()),
        }
    }
}

impl From<obligations::Error> for Stuck {
    fn from(error: obligations::Error) -> Self {
        match error {
            obligations::Error::Fault(fault) => Self::Fault(fault),
            other => Self::Why(other.to_string()),
        }
    }
}

pub(super) fn settle(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    (leaving, left): (&Leaving, &Left),
) -> Result<(), Stuck> {
    let brand = organisations::brand_id(lens.network());
    match left.kind {
        Kind::Offer => offer(tx, lens, actor, now, (leaving, Id::from_uuid(left.id))),
        Kind::Leg => leg(tx, lens, actor, now, (leaving, left)),
        Kind::Dispute => {
            let id = DisputeId::from_uuid(left.id);
            disputes::settle(tx, lens, actor, now, (id, brand, &leaving.words))?;
            Ok(())
        }
        Kind::Remedy => {
            let id = TraceId::from_uuid(left.id);
            Ok(traces::take_over(tx, lens, actor, now, (id, &leaving.words))?)
        }
        Kind::Obligation => {
            let id = Id::from_uuid(left.id);
            Ok(obligations::release(tx, lens, actor, now, (id, &leaving.words))?)
        }
        Kind::Held => {
            let thing = held(tx, lens, left)?;
            take(tx, lens, actor, now, (leaving, thing, left.id))
        }
        Kind::Case => {
            let thing = (left.customer, Thing::Case(Id::from_uuid(left.id)));
            take(tx, lens, actor, now, (leaving, thing, left.id))
        }
        Kind::Promise => {
            let thing = (left.customer, Thing::Sale(Id::from_uuid(left.id)));
            take(tx, lens, actor, now, (leaving, thing, left.id))
        }
        Kind::Customer => customer(tx, lens, actor, now, left),
        Kind::Tie => {
            let voice = Voice::of(lens.network(), actor);
            let place = Place { customer: left.customer, kept: Kept::Here };
            let customer = entrusting::hold(tx, &voice.author, &place)?.ok_or_else(gone)?;
            let whose = (customer, leaving.organisation);
            entrusting::untie(tx, &voice.author, now, whose)?;
            Ok(())
        }
    }
}

fn gone() -> Stuck {
    Stuck::Why("its customer is not there any more".to_owned())
}

/// Offers go back to their sender. What a receiver still asks for the brand answers.
fn offer(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    (leaving, id): (&Leaving, HandOffId),
) -> Result<(), Stuck> {
    let found = crate::find(tx, lens, now, id)?.ok_or(Error::NotFound)?;
    match found.state {
        State::Accepted => {
            for item in found.brief.iter().filter(|item| item.asked.is_some()) {
                let text = format!("{}: nobody there answers any more", leaving.words);
                let entry = BriefEntry { item: item.item.clone(), text };
                crate::supply(tx, lens, actor, now, id, &entry)?;
            }
        }
        _ => {
            crate::withdraw(tx, lens, actor, now, id, &leaving.words)?;
        }
    }
    Ok(())
}

/// The brand says that it is not for the partner to prove any more, and answers for it.
fn leg(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    (leaving, left): (&Leaving, &Left),
) -> Result<(), Stuck> {
    let leg = Leg::named(&left.state).ok_or(disputes::Error::NotFound)?;
    let trace = store::trace_of(tx, lens.network(), left.id)?.ok_or(disputes::Error::NotFound)?;
    let trace = TraceId::from_uuid(trace.0);
    let answer = Answer::NotOurs(Claim::of_words(&leaving.words));
    traces::answer(tx, lens, actor, now, (trace, leg, &answer))?;
    let brand = organisations::brand_id(lens.network());
    for dispute in disputes::about(tx, lens, trace.uuid())? {
        if dispute.claimant.id() == Some(leaving.organisation) && dispute.state.is_open() {
            disputes::settle(tx, lens, actor, now, (dispute.id, brand, &leaving.words))?;
        }
    }
    Ok(())
}

/// What was handed to the partner, and with whom it lies now.
fn held(tx: &mut Tx<'_>, lens: &Lens, left: &Left) -> Result<(CustomerId, Thing), Stuck> {
    let network = lens.network();
    let last = reading::of_thing(tx, network, left.id, None)?.into_iter().next();
    let last = last.ok_or(Error::NotFound)?;
    let customer = entrusting::standing(tx, network, &last.place)?.ok_or_else(gone)?;
    let thing = match last.hand.handed {
        Handed::Case => Thing::Case(Id::from_uuid(left.id)),
        Handed::Sale => Thing::Sale(Id::from_uuid(left.id)),
        Handed::Customer => Thing::Customer,
        Handed::Task => Thing::Task(last.title),
    };
    Ok((customer, thing))
}

/// The brand takes something over: offered in the partner's name, unless the partner did so itself,
/// and accepted at once.
fn take(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    (leaving, (customer, thing), thing_id): (&Leaving, (CustomerId, Thing), Uuid),
) -> Result<(), Stuck> {
    let offer = Offer {
        customer,
        thing,
        to: actor.organisation,
        accept_by: None,
        words: leaving.words.clone(),
        brief: Vec::new(),
        incomplete_ok: true,
    };
    let id = match open_to(tx, actor, (lens, thing_id))? {
        Some(open) => open,
        None => crate::offer(tx, lens, actor, now, &offer)?.id,
    };
    crate::accept(tx, lens, actor, now, id)?;
    Ok(())
}

/// The offer of a thing that waits for the actor's answer.
fn open_to(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (lens, thing): (&Lens, Uuid),
) -> Result<Option<HandOffId>, Fault> {
    let all = reading::of_thing(tx, lens.network(), thing, None)?;
    let mut open = all.into_iter().filter(|one| one.hand.state == State::Offered);
    Ok(open.find(|one| one.hand.to == actor.organisation).map(|one| one.hand.id))
}

/// The brand keeps a record of its own.
fn customer(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    left: &Left,
) -> Result<(), Stuck> {
    let voice = Voice::of(lens.network(), actor);
    let place = Place { customer: left.customer, kept: Kept::Here };
    let customer = entrusting::hold(tx, &voice.author, &place)?.ok_or_else(gone)?;
    entrusting::keep(tx, &voice.author, now, (customer, Id::from_uuid(left.id)))?;
    Ok(())
}
