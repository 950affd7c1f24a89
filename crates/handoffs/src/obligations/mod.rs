//! Obligations: a change is told once, and every organisation that needs it applies it.
//!
//! [`enter`] takes a change of an address, a name, a phone number down, once, from the customer or
//! any organisation, and opens one obligation for each organisation with a tie that is shown such
//! data. Each is sent, seen, accepted, applied; but what an organisation says is never taken for
//! what it holds. Only [`read_back`] ends an obligation: what the organisation holds, typed back
//! without seeing ours, answered by its system, read off a label, is compared with what was given,
//! after normalisation ([`is_same`]), and is verified or a mismatch with the difference marked
//! ([`diff`]). Clocks remind, and tell whoever stands above ([`due`]).
//!
//! An obligation concerns its organisation and the brand: to everybody else there is none.

mod acting;
pub mod api;
mod entering;
mod following;
mod passing;
mod reading;
mod rules;
mod same;
mod store;
#[cfg(test)]
mod tests;
mod types;
mod value;

use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{Cursor, NetworkId, OrganisationId, Page, TimeMs};
use handfast_record::{
    ChangeId, ObligationId,
    customers::Incoming,
    sharing::{Author, Lens, Sight},
};

pub(crate) use reading::told_of;
pub use reading::{Panel, Row};
pub(crate) use rules::due as first_due;
pub use same::{DiffPart, diff, is_same};
pub use types::{Change, DutyState, Error, NewChange, NotTold, Obligation, ReadBack, Step, WhyNot};
pub use value::{Address, VALUE_CHARS_MAX, Value};

pub(crate) use passing::{address_at, answered_for, lock, release, waits};
pub(crate) use rules::working_days_later;

use crate::{Actor, Board, Counts, Told, disputes::Claim};

/// Most obligations of one page of a board.
pub const PAGE_ROWS: usize = 50;

/// Takes a change down, and opens an obligation for each organisation that needs it. A change of
/// the same detail before it is overtaken. What the author's own record says changes with it.
pub fn enter(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    new: &NewChange,
) -> Result<Change, Error> {
    entering::enter(tx, lens, actor, now, new)
}

/// The organisation opened it. Whoever else looks leaves no trace.
pub fn see(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    id: ObligationId,
) -> Result<Obligation, Error> {
    acting::act(tx, lens, actor, now, id, &rules::Deed::See)
}

/// The organisation is responsible for applying it. Safe to call twice. Had it said that it is not
/// its part, it takes that back.
pub fn accept(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    id: ObligationId,
) -> Result<Obligation, Error> {
    passing::take_up(tx, lens, actor, now, (id, &rules::Deed::Accept))
}

/// The organisation says that it is not its part, and why: 3 to 500 characters. The brand acts
/// next; the obligation stays open, and a dispute is opened beside it.
pub fn refuse(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    id: ObligationId,
    why: &str,
) -> Result<Obligation, Error> {
    passing::refuse(tx, lens, actor, now, (id, &Claim::of_words(why)))
}

/// As [`refuse`], saying whose part it is: the leg, and its organisation if that is known.
pub fn refuse_naming(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    (id, claim): (ObligationId, &Claim),
) -> Result<Obligation, Error> {
    passing::refuse(tx, lens, actor, now, (id, claim))
}

/// The organisation says that it is done. `evidence` may be empty; nothing is verified by it.
pub fn applied(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    id: ObligationId,
    evidence: &str,
) -> Result<Obligation, Error> {
    passing::take_up(tx, lens, actor, now, (id, &rules::Deed::Apply(evidence)))
}

/// What the organisation holds, found out in some way: it is verified if that is what was given,
/// and a mismatch otherwise.
pub fn read_back(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    id: ObligationId,
    (held, how): (&Value, ReadBack),
) -> Result<Obligation, Error> {
    acting::act(tx, lens, actor, now, id, &rules::Deed::ReadBack(held, how))
}

/// Reminds the organisation. `words` may be empty. For the brand.
pub fn chase(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    id: ObligationId,
    words: &str,
) -> Result<Obligation, Error> {
    acting::act(tx, lens, actor, now, id, &rules::Deed::Chase(words))
}

/// Tells whoever stands above. `words` may be empty. For the brand.
pub fn escalate(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    id: ObligationId,
    words: &str,
) -> Result<Obligation, Error> {
    acting::act(tx, lens, actor, now, id, &rules::Deed::Escalate(words))
}

/// The obligation with this id, if it is the viewer's organisation's, or the viewer the brand's.
pub fn find(cx: &mut Cx<'_>, lens: &Lens, id: ObligationId) -> Result<Option<Obligation>, Fault> {
    reading::find(cx, lens, id)
}

/// The change with this id, if the viewer may know of it: the brand, whoever entered it, and who is
/// obliged by it.
pub fn change(cx: &mut Cx<'_>, lens: &Lens, id: ChangeId) -> Result<Option<Change>, Fault> {
    reading::change(cx, lens, id)
}

/// The changes of a customer that the viewer may know of, the latest first, at most 50.
pub fn of_customer(cx: &mut Cx<'_>, lens: &Lens, sight: &Sight) -> Result<Vec<Change>, Fault> {
    reading::of_customer(cx, lens, sight)
}

/// The latest changes of a customer in a few lines each, those with something left to do first, at
/// most `limit`: for a panel beside others.
pub fn panel(
    cx: &mut Cx<'_>,
    lens: &Lens,
    sight: &Sight,
    limit: usize,
) -> Result<Vec<Panel>, Fault> {
    reading::panel(cx, lens, sight, limit)
}

/// What the customer was told of a change, the first first: that it was taken down, who wrote it
/// down wrong and when that is put right, and that all is right.
pub fn told(cx: &mut Cx<'_>, lens: &Lens, change: &Change) -> Result<Vec<Told>, Fault> {
    reading::told(cx, lens, change)
}

/// As [`board`], with no more of each than a list shows.
pub fn rows(
    cx: &mut Cx<'_>,
    lens: &Lens,
    now: TimeMs,
    board: Board,
    after: Option<&Cursor>,
) -> Result<Page<Row>, Fault> {
    reading::rows(cx, lens, now, board, after)
}

/// How many there are of each: all that wait for the viewer's organisation, that wait for others
/// and that are overdue, exact up to 1,000.
pub fn counts(cx: &mut Cx<'_>, lens: &Lens, now: TimeMs) -> Result<Counts, Fault> {
    reading::counts(cx, lens, now)
}

/// How many wait for an organisation, counted up to `limit`: a number, of nobody by name.
pub fn waiting(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    limit: i64,
) -> Result<i64, Fault> {
    reading::waiting(cx, network, organisation, limit)
}

/// One page of what is open, the first due first; [`PAGE_ROWS`] at most.
pub fn board(
    cx: &mut Cx<'_>,
    lens: &Lens,
    now: TimeMs,
    board: Board,
    after: Option<&Cursor>,
) -> Result<Page<Obligation>, Fault> {
    reading::board(cx, lens, now, board, after)
}

/// The round: reminds, tells whoever stands above, and opens the way back of what was for a time
/// only. At most `limit` of each at once; answers how many. Safe to run twice and by several
/// processes.
pub fn due(tx: &mut Tx<'_>, network: NetworkId, now: TimeMs, limit: usize) -> Result<usize, Fault> {
    acting::due(tx, network, now, limit)
}

/// The other round: what organisations' own records say, in the feed since it was asked last, is
/// read back as lines of their exports. Goes through at most `limit` touches, 1,000 at most;
/// answers how many. Safe to run twice and by several processes.
pub fn follow(
    tx: &mut Tx<'_>,
    network: NetworkId,
    now: TimeMs,
    limit: usize,
) -> Result<usize, Fault> {
    following::follow(tx, network, now, limit)
}

/// Lines of an organisation's own export, as of when its file was written, whether or not they say
/// anything new: each is what the organisation holds of the customers whose changes it was told of.
pub fn hear(
    tx: &mut Tx<'_>,
    author: &Author,
    (as_of, now): (TimeMs, TimeMs),
    lines: &[&Incoming],
) -> Result<(), Fault> {
    following::hear(tx, author, (as_of, now), lines)
}
