//! “Not our part”: the dispute beside an obligation, and what its end means for the obligation. No
//! clock is touched: who answers for it answers by the moment at which it was due.

mod store;

use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{NetworkId, OrganisationId, TimeMs};
use handfast_record::{
    CustomerId, ObligationId, merging, organisations,
    sharing::Lens,
    touches::{Changed, DutyStep},
};

use super::{
    Error, Obligation,
    acting::{self, go_on, zone},
    entering,
    rules::Deed,
    store as stored,
    types::DutyState,
};
use crate::{
    Actor,
    acting::Voice,
    disputes::{self, Claim},
};

pub(super) fn refuse(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    (id, claim): (ObligationId, &Claim),
) -> Result<Obligation, Error> {
    let one = acting::act(tx, lens, actor, now, id, &Deed::Refuse(&claim.words))?;
    if one.state == DutyState::Refused {
        disputes::open_refused(tx, lens, actor, now, (&one, claim))?;
    }
    Ok(one)
}

/// The organisation does what it is obliged to, whatever it said before.
pub(super) fn take_up(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    (id, deed): (ObligationId, &Deed<'_>),
) -> Result<Obligation, Error> {
    let one = acting::act(tx, lens, actor, now, id, deed)?;
    if one.steps.iter().any(|step| step.step == DutyStep::Refused) {
        disputes::moot(tx, lens, actor, now, &one)?;
    }
    Ok(one)
}

/// Holds the change of an obligation until the end of the transaction.
pub(crate) fn lock(tx: &mut Tx<'_>, network: NetworkId, id: ObligationId) -> Result<(), Fault> {
    match stored::place_of(tx, network, id)? {
        Some(change) => stored::lock(tx, network, change).map(drop),
        None => Ok(()),
    }
}

/// Who acts next for the customer about an obligation, and by when.
pub(crate) fn waits(
    cx: &mut Cx<'_>,
    network: NetworkId,
    id: ObligationId,
) -> Result<Option<(OrganisationId, TimeMs)>, Fault> {
    let Some(change) = stored::place_of(cx, network, id)? else { return Ok(None) };
    Ok(stored::one(cx, network, (change, id))?.and_then(|stored| stored.waits))
}

/// It is settled who answers for a refused obligation. If that is who refused it, it is its part
/// again; if it is somebody else, that one is obliged, once, and nothing is left to do here. What
/// the brand answers for stays with the brand, who acts on it already. The change is held.
pub(crate) fn answered_for(
    tx: &mut Tx<'_>,
    voice: &Voice<'_>,
    now: TimeMs,
    (id, who): (ObligationId, OrganisationId),
    words: &str,
) -> Result<(), Fault> {
    let network = voice.author.network();
    let Some(place) = stored::place_of(tx, network, id)? else { return Ok(()) };
    let Some(stored) = stored::one(tx, network, (place, id))? else { return Ok(()) };
    let Some(change) = stored::change(tx, network, place)? else { return Ok(()) };
    if stored.duty.state != DutyState::Refused || who == organisations::brand_id(network) {
        return Ok(());
    }
    let customer = acting::held(tx, voice, stored.customer).map_err(told)?;
    let zone = zone(tx, network)?;
    let is_own = who == stored.organisation;
    let deed = if is_own { Deed::Return(words) } else { Deed::Release(words) };
    if !is_own {
        let others = stored::of_change(tx, network, place, Some(who))?;
        if !others.iter().any(|other| other.duty.state != DutyState::Released) {
            let due = stored.duty.due;
            entering::oblige_instead(tx, voice, now, (&change, customer), (who, due))?;
        }
    }
    let done = go_on(tx, voice, now, (stored, &change.given, customer), &deed, &zone);
    done.map(drop).map_err(told)
}

/// Where an organisation stood with the latest change of a customer's address at a moment, and
/// since when; none if there was no such change.
pub(crate) fn address_at(
    tx: &mut Tx<'_>,
    network: NetworkId,
    (customer, organisation): (CustomerId, OrganisationId),
    at: TimeMs,
) -> Result<Option<(DutyState, TimeMs)>, Fault> {
    let mut changes = Vec::new();
    for home in merging::homes(tx, network, customer)? {
        changes.extend(stored::changes_of(tx, network, home)?);
    }
    changes.retain(|change| change.changed == Changed::Address && change.entered <= at);
    let Some(change) = changes.into_iter().max_by_key(|change| change.entered) else {
        return Ok(None);
    };
    let own = stored::of_change(tx, network, change.id, Some(organisation))?.into_iter().next();
    let Some(own) = own else { return Ok(None) };
    let mut stood = (DutyState::Sent, change.entered);
    for (step, at) in store::steps_until(tx, network, (change.id, own.id), at)? {
        let state = DutyState::named(&step);
        stood = (state.unwrap_or(stood.0), at);
    }
    Ok(Some(stood))
}

/// It is not this organisation's part any more, as the brand says. `words` may be empty.
pub(crate) fn release(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    (id, words): (ObligationId, &str),
) -> Result<(), Error> {
    if !lens.is_whole() {
        return Err(Error::NotYours);
    }
    acting::act(tx, lens, actor, now, id, &Deed::Release(words)).map(drop)
}

fn told(error: Error) -> Fault {
    match error {
        Error::Fault(fault) => fault,
        other => Fault::other(other.to_string()),
    }
}
