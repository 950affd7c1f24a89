//! Traces: a delivery that did not arrive is followed leg by leg.
//!
//! [`open`] asks whoever held the address, whoever packed it and whoever brought it to prove their
//! part, each with a clock of its own; the first leg that does not is where it broke, and who does
//! not answer in time is named as not answering. What the customer gets has its own owner and clock
//! from the start: it waits for none of them ([`promise`], [`keep`]).

mod acting;
mod reading;
mod rules;
mod store;
#[cfg(test)]
pub(super) mod tests;
mod types;

use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{NetworkId, OrganisationId, TimeMs, Uuid};
use handfast_record::{
    TraceId,
    sharing::{Lens, Sight},
    touches::Leg,
};

pub use types::{
    Answer, Finding, LegState, LegTold, NewTrace, Remedy, RemedyKind, RemedyState, ShownLeg,
    ShownStep, Trace,
};

use super::types::{Error, Waiting};
use crate::{Actor, acting::Voice};

/// Traces a delivery of an order that the viewer sees. One that is traced already is answered with
/// its trace, if that concerns the viewer.
pub fn open(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    new: &NewTrace,
) -> Result<Trace, Error> {
    acting::open(tx, lens, actor, now, new)
}

/// What an organisation says of its leg, or the brand for it. What was not its part opens a
/// dispute.
pub fn answer(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    (id, leg, answer): (TraceId, Leg, &Answer),
) -> Result<Trace, Error> {
    acting::answer(tx, lens, actor, now, (id, leg, answer))
}

/// What the customer gets, by when: three working days if no moment is said. `words` may be empty.
pub fn promise(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    (id, kind, words, by): (TraceId, RemedyKind, &str, Option<TimeMs>),
) -> Result<Trace, Error> {
    acting::promise(tx, lens, actor, now, (id, kind, words, by))
}

/// The customer has what was promised. `words` may be empty.
pub fn keep(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    (id, words): (TraceId, &str),
) -> Result<Trace, Error> {
    acting::keep(tx, lens, actor, now, (id, words))
}

/// The brand looks after the customer instead of who did. `words` may be empty.
pub(crate) fn take_over(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    whose: (TraceId, &str),
) -> Result<(), Error> {
    acting::take_over(tx, lens, actor, now, whose)
}

/// The trace with this id, if it concerns the viewer: the brand, whoever has a leg, looks after the
/// customer, or opened it.
pub fn find(cx: &mut Cx<'_>, lens: &Lens, id: TraceId) -> Result<Option<Trace>, Fault> {
    reading::find(cx, lens, id)
}

/// The traces of a customer that concern the viewer, the latest first, at most 50.
pub fn of_customer(cx: &mut Cx<'_>, lens: &Lens, sight: &Sight) -> Result<Vec<Trace>, Fault> {
    reading::of_customer(cx, lens, sight)
}

/// Who acts next for the customer, and by when.
pub(super) fn waits(
    cx: &mut Cx<'_>,
    network: NetworkId,
    id: TraceId,
) -> Result<Option<(OrganisationId, TimeMs)>, Fault> {
    reading::waits(cx, network, id)
}

pub(super) fn waiting(
    cx: &mut Cx<'_>,
    lens: &Lens,
    after: (TimeMs, Uuid),
    limit: usize,
) -> Result<Vec<(Uuid, Waiting)>, Fault> {
    reading::waiting(cx, lens, after, limit)
}

/// Holds a trace until the end of the transaction.
pub(super) fn lock(tx: &mut Tx<'_>, network: NetworkId, id: TraceId) -> Result<(), Fault> {
    store::lock(tx, network, id).map(drop)
}

pub(super) fn settle(
    tx: &mut Tx<'_>,
    voice: &Voice<'_>,
    now: TimeMs,
    (id, leg): (TraceId, Leg),
    who: Option<OrganisationId>,
) -> Result<(), Error> {
    acting::settle(tx, voice, now, (id, leg), who)
}

pub(super) fn due(
    tx: &mut Tx<'_>,
    network: NetworkId,
    now: TimeMs,
    limit: usize,
) -> Result<usize, Fault> {
    acting::due(tx, network, now, limit)
}
