//! Hand-offs and obligations: nothing is lost between organisations.
//!
//! A hand-off moves accountability for a case, a sale, a customer or a task from one organisation
//! to another. The sender stays accountable until the receiver accepts; then, in the same
//! transaction, the receiver is: at every instant exactly one organisation is, see [`accountable`].
//! What is not answered in time goes back to the sender and is escalated ([`due`]); who declined is
//! not asked again. With each offer goes a brief: what the receiver needs, found in the record or
//! written by the sender, and what is missing by name.
//!
//! A hand-off concerns its sender, its receiver and the brand: to everybody else there is none.

mod acting;
pub mod api;
pub mod boards;
mod brief;
pub mod disputes;
pub mod endings;
pub mod figures;
pub mod links;
pub mod obligations;
mod reading;
mod rules;
mod store;
mod terms;
#[cfg(test)]
mod tests;
mod types;

use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{Cursor, NetworkId, Page, TimeMs};
use handfast_record::{
    CustomerId, HandOffId,
    sharing::{Lens, Sight, Who},
    touches::Handed,
};

pub use reading::Glimpse;
pub use types::{
    Actor, Board, BriefEntry, BriefItem, Candidate, Counts, Custody, Error, HandOff, Missing,
    Offer, Plan, Row, State, Step, Thing, Told,
};

/// Most hand-offs of one page of a board.
pub const PAGE_ROWS: usize = 50;

/// The items that every brief of such a thing needs: their words, and what they are.
pub fn items(handed: Handed) -> &'static [(&'static str, &'static str)] {
    terms::items(handed)
}

/// The brief for a thing as far as the record tells it, before anybody offers it: what is found,
/// and what is missing. `None` if the viewer sees no such thing.
pub fn brief(
    cx: &mut Cx<'_>,
    lens: &Lens,
    customer: CustomerId,
    thing: &Thing,
) -> Result<Option<Vec<BriefItem>>, Fault> {
    reading::brief(cx, lens, customer, thing)
}

/// Who may be asked to take a thing over: never who declined it, who has it, or who left. `None` if
/// the viewer sees no such thing.
///
/// The brand may ask everybody, at most 200; a partner the brand, and those whose names it sees at
/// this customer.
pub fn candidates(
    cx: &mut Cx<'_>,
    lens: &Lens,
    customer: CustomerId,
    thing: &Thing,
) -> Result<Option<Vec<Candidate>>, Fault> {
    reading::candidates(cx, lens, customer, thing)
}

/// Offers a thing to another organisation, in the name of who is accountable for it: that
/// organisation itself, or the brand for it.
pub fn offer(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    offer: &Offer,
) -> Result<HandOff, Error> {
    acting::offer(tx, lens, actor, now, offer)
}

/// The receiver opened it. Whoever else looks leaves no trace.
pub fn see(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    id: HandOffId,
) -> Result<HandOff, Error> {
    acting::act(tx, lens, actor, now, id, &rules::Deed::See)
}

/// The receiver takes it over, and is accountable from this transaction on. Safe to call twice.
pub fn accept(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    id: HandOffId,
) -> Result<HandOff, Error> {
    acting::act(tx, lens, actor, now, id, &rules::Deed::Accept)
}

/// The receiver does not take it, and says why: 3 to 500 characters.
pub fn decline(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    id: HandOffId,
    reason: &str,
) -> Result<HandOff, Error> {
    acting::act(tx, lens, actor, now, id, &rules::Deed::Decline(reason))
}

/// The sender takes it back while nobody answered; or, after it was declined or ran out, says that
/// it keeps the thing. `words` may be empty.
pub fn withdraw(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    id: HandOffId,
    words: &str,
) -> Result<HandOff, Error> {
    acting::act(tx, lens, actor, now, id, &rules::Deed::Withdraw(words))
}

/// The receiver asks for something that the brief lacks; the sender has a clock from then on.
pub fn ask(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    id: HandOffId,
    item: &str,
) -> Result<HandOff, Error> {
    acting::act(tx, lens, actor, now, id, &rules::Deed::Ask(item))
}

/// The sender sends what is missing, or was asked for.
pub fn supply(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    id: HandOffId,
    entry: &BriefEntry,
) -> Result<HandOff, Error> {
    acting::act(tx, lens, actor, now, id, &rules::Deed::Supply(entry))
}

/// Reminds whoever acts next. `words` may be empty.
pub fn chase(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    id: HandOffId,
    words: &str,
) -> Result<HandOff, Error> {
    acting::act(tx, lens, actor, now, id, &rules::Deed::Chase(words))
}

/// Tells the brand, who looks after partners, that whoever acts next does not. `words` may be
/// empty.
pub fn escalate(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    id: HandOffId,
    words: &str,
) -> Result<HandOff, Error> {
    acting::act(tx, lens, actor, now, id, &rules::Deed::Escalate(words))
}

/// The hand-off with this id, if it concerns the viewer.
pub fn find(
    cx: &mut Cx<'_>,
    lens: &Lens,
    now: TimeMs,
    id: HandOffId,
) -> Result<Option<HandOff>, Fault> {
    reading::find(cx, lens, now, id)
}

/// One page of a board, whoever should have acted first before others; [`PAGE_ROWS`] at most.
pub fn board(
    cx: &mut Cx<'_>,
    lens: &Lens,
    now: TimeMs,
    board: Board,
    after: Option<&Cursor>,
) -> Result<Page<Row>, Fault> {
    reading::board(cx, lens, now, board, after)
}

/// How many there are on the board.
pub fn counts(cx: &mut Cx<'_>, lens: &Lens, now: TimeMs) -> Result<Counts, Fault> {
    reading::counts(cx, lens, now)
}

/// The hand-offs of a customer that concern the viewer, the latest first, at most 100.
pub fn of_customer(cx: &mut Cx<'_>, lens: &Lens, sight: &Sight) -> Result<Vec<HandOff>, Fault> {
    reading::of_customer(cx, lens, sight)
}

/// As [`of_customer`], with no more of each than a panel shows, those that wait for somebody first,
/// at most `limit`; and how many wait in all.
pub fn panel(
    cx: &mut Cx<'_>,
    lens: &Lens,
    sight: &Sight,
    limit: usize,
) -> Result<(Vec<Glimpse>, usize), Fault> {
    reading::panel(cx, lens, sight, limit)
}

/// Who was accountable for a thing at an instant: exactly one organisation, for every instant since
/// there is such a thing; before that, the first. `None` if the viewer sees no such thing.
pub fn accountable(
    cx: &mut Cx<'_>,
    lens: &Lens,
    customer: CustomerId,
    thing: &Thing,
    at: TimeMs,
) -> Result<Option<Who>, Fault> {
    reading::accountable(cx, lens, customer, thing, at)
}

/// Who was accountable for a thing from when until when: the first begins when the thing did, each
/// next one where the one before ends, and the last goes on. At most 200; `None` if the viewer sees
/// no such thing.
pub fn custody(
    cx: &mut Cx<'_>,
    lens: &Lens,
    customer: CustomerId,
    thing: &Thing,
) -> Result<Option<Vec<Custody>>, Fault> {
    reading::custody(cx, lens, customer, thing)
}

/// What the customer was told of who has them, the latest first: plain sentences, with names and
/// dates. For the brand, who tells it; a partner is given what concerns itself.
pub fn told(cx: &mut Cx<'_>, lens: &Lens, customer: CustomerId) -> Result<Vec<Told>, Fault> {
    reading::told(cx, lens, customer)
}

/// What each sender left out of its briefs since a moment, whoever left out most first, at most
/// 200. A partner is given its own.
pub fn missing_by_sender(
    cx: &mut Cx<'_>,
    lens: &Lens,
    since: TimeMs,
) -> Result<Vec<Missing>, Fault> {
    reading::missing_by_sender(cx, lens, since)
}

/// The round: reminds whoever acts next, gives back what nobody answered in time or whose receiver
/// left, and tells whoever stands above. At most `limit` at once; answers how many. Safe to run
/// twice and by several processes.
pub fn due(tx: &mut Tx<'_>, network: NetworkId, now: TimeMs, limit: usize) -> Result<usize, Fault> {
    acting::due(tx, network, now, limit)
}
