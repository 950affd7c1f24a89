//! Disputes and traces: whose part it was, while the customer waits for none of it.
//!
//! Who answers “not our part” names the leg, and its organisation if it knows it, with evidence:
//! that opens a dispute between the two, which has its own clock. The one that is named says that
//! it is its part, or that it is not; the brand decides what is not answered in time or denied
//! ([`settle`]). What it is about goes on meanwhile: no clock of the customer's is touched, and
//! somebody acts for the customer throughout ([`Dispute::meanwhile`]).
//!
//! A delivery that does not arrive is traced leg by leg: see [`traces`].
//!
//! A dispute concerns its two parties and the brand: to everybody else there is none.

mod acting;
pub mod api;
mod reading;
mod rules;
mod store;
#[cfg(test)]
pub(crate) mod tests;
pub mod traces;
mod types;

use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{Cursor, NetworkId, OrganisationId, Page, TimeMs, Uuid};
use handfast_record::{
    DisputeId, HandOffId,
    sharing::{Lens, Sight},
};

pub use types::{About, Awaited, Claim, Dispute, Error, Side, State, Step, Waiting};

use crate::{Actor, obligations::Obligation};

/// Most rows of one page of what waits.
pub const PAGE_ROWS: usize = 50;

/// Opens a dispute about a hand-off, for its sender or its receiver. One that is open is answered
/// as it is. An obligation is disputed by refusing it, a leg of a trace by its answer.
pub fn open(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    (id, claim): (HandOffId, &Claim),
) -> Result<Dispute, Error> {
    acting::open_hand_off(tx, lens, actor, now, (id, claim))
}

/// The one that is named says that it is its part: that settles it. `words` may be empty. Safe to
/// call twice.
pub fn accept(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    (id, words): (DisputeId, &str),
) -> Result<Dispute, Error> {
    acting::act(tx, lens, actor, now, (id, rules::Deed::Accept(words), ""))
}

/// The one that is named says that it is not its part either, with evidence (3 to 500 characters)
/// and where that can be looked up, which may be empty. The brand decides.
pub fn reject(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    (id, words, reference): (DisputeId, &str, &str),
) -> Result<Dispute, Error> {
    acting::act(tx, lens, actor, now, (id, rules::Deed::Reject(words), reference))
}

/// The brand decides who answers for it, and says why: 3 to 500 characters.
pub fn settle(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    (id, who, words): (DisputeId, OrganisationId, &str),
) -> Result<Dispute, Error> {
    acting::act(tx, lens, actor, now, (id, rules::Deed::Settle(who, words), ""))
}

/// Whoever opened it takes it back, or the brand for it: what it is about is its part again.
/// `words` may be empty.
pub fn withdraw(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    (id, words): (DisputeId, &str),
) -> Result<Dispute, Error> {
    acting::act(tx, lens, actor, now, (id, rules::Deed::Withdraw(words), ""))
}

/// The dispute with this id, if it concerns the viewer.
pub fn find(cx: &mut Cx<'_>, lens: &Lens, id: DisputeId) -> Result<Option<Dispute>, Fault> {
    reading::find(cx, lens, id)
}

/// The disputes of a customer that concern the viewer, the latest first, at most 100.
pub fn of_customer(cx: &mut Cx<'_>, lens: &Lens, sight: &Sight) -> Result<Vec<Dispute>, Fault> {
    reading::of_customer(cx, lens, sight)
}

/// The disputes about an obligation, a hand-off or a trace that concern the viewer, the latest
/// first, at most 100.
pub fn about(cx: &mut Cx<'_>, lens: &Lens, id: Uuid) -> Result<Vec<Dispute>, Fault> {
    reading::about(cx, lens, id)
}

/// One page of what waits for the viewer's organisation: disputes to be answered or decided, legs
/// to be proved, customers to be looked after; the first due first, [`PAGE_ROWS`] at most.
pub fn waiting(
    cx: &mut Cx<'_>,
    lens: &Lens,
    _now: TimeMs,
    after: Option<&Cursor>,
) -> Result<Page<Waiting>, Fault> {
    reading::waiting(cx, lens, after)
}

/// The round: reminds whoever acts next, brings to the brand what is not answered in time, and
/// names who does not answer for its leg. At most `limit` of each at once; answers how many. Safe
/// to run twice and by several processes.
pub fn due(tx: &mut Tx<'_>, network: NetworkId, now: TimeMs, limit: usize) -> Result<usize, Fault> {
    Ok(acting::due(tx, network, now, limit)?
        + traces::due(tx, network, now, limit.clamp(1, 1_000))?)
}

/// Opens the dispute that a refused obligation is. The change is held.
pub(crate) fn open_refused(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    (one, claim): (&Obligation, &Claim),
) -> Result<(), Error> {
    acting::open_refused(tx, lens, actor, now, (one, claim)).map(drop)
}

/// Takes back what is open about an obligation that its organisation takes up after all. The change
/// is held.
pub(crate) fn moot(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    one: &Obligation,
) -> Result<(), Error> {
    acting::moot(tx, lens, actor, now, one)
}
