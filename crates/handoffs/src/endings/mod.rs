//! The end of a partnership. What is left with a partner that is to leave is listed, each with its
//! new home: [`rehearse`] before anything is done, [`settle`] as it is done, by the same lists. The
//! partner cannot leave while one is left ([`finish`]).
//!
//! The brand takes everything over, by the same deeds and with the same touches as for any other
//! partner: it withdraws offers, answers for legs and disputes, takes things over by a hand-off
//! that it accepts at once, so that at every instant exactly one organisation is accountable. From
//! there each thing can be handed on to whoever is to have it.

pub mod api;
mod kind;
mod settling;
mod store;
#[cfg(test)]
mod tests;

use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{Cursor, OrganisationId, Page, TimeMs, Uuid};
use handfast_record::{
    CustomerId, agreements, customers,
    entrusting::Found,
    organisations,
    sharing::{Author, Lens},
};
use handfast_web::Side;

pub use self::kind::Kind;
use crate::Actor;

/// How many of each kind a rehearsal shows.
pub const SHOWN_MAX: usize = 50;
/// Most that one call settles.
pub const SETTLED_MAX: usize = 500;
/// One thing that is left with a partner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// What it is.
    pub kind: Kind,
    /// Its own id; of a tie the customer's, of a customer the record's.
    pub id: Uuid,
    /// Whose it is.
    pub customer: CustomerId,
    /// What the customer is called, in a list that is shown.
    pub customer_name: Option<String>,
    /// What it is called: a title, an order, what changes; may be empty.
    pub title: String,
    /// Where it stands, in a word; may be empty.
    pub state: String,
    /// By when somebody is to act, where there is such a moment.
    pub due: Option<TimeMs>,
}

/// What is left with a partner of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Of which kind.
    pub kind: Kind,
    /// How many there are, exactly.
    pub count: i64,
    /// The first of them, at most [`SHOWN_MAX`].
    pub first: Vec<Left>,
    /// Where they go, and why.
    pub home: String,
}

/// What was settled by one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// What has a new home now, in the order in which it went there.
    pub moved: Vec<Left>,
    /// What could not be moved, and why; at most [`SHOWN_MAX`]. It stays where it was.
    pub stuck: Vec<(Left, String)>,
    /// How many are left, exactly.
    pub left_count: i64,
}

/// Why a partnership did not end.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such partner, or it is not the viewer's to end.
    #[error("there is no such partner")]
    NotFound,
    /// Something is left with it; in words.
    #[error("{0} left with this partner; nothing was ended, settle them first")]
    Left(String),
    /// It left already.
    #[error("this partnership has ended already")]
    Over,
    /// It says too little or too much.
    #[error("say why in 3 to 500 characters")]
    WordsWrong,
    /// The rest.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Everything that would be orphaned if a partner left now, kind by kind: those of which there are
/// any. Changes nothing.
pub fn rehearse(
    cx: &mut Cx<'_>,
    lens: &Lens,
    organisation: OrganisationId,
) -> Result<Vec<Part>, Error> {
    may(cx, lens, organisation)?;
    let network = lens.network();
    let brand = organisations::brand(cx, network)?.map(|brand| brand.name).unwrap_or_default();
    let mut parts = Vec::new();
    for kind in Kind::ALL {
        let asked = (network, organisation, Uuid::nil(), SHOWN_MAX as i64);
        let found = kind.found(cx, asked)?;
        let Some(count) = found.first().map(|one| one.count) else { continue };
        let first = named(cx, lens, kind, found)?;
        parts.push(Part { kind, count, first, home: kind.home(&brand) });
    }
    Ok(parts)
}

/// One page of what is left of one kind, in the order of its ids: [`SHOWN_MAX`] at most.
pub fn list(
    cx: &mut Cx<'_>,
    lens: &Lens,
    organisation: OrganisationId,
    kind: Kind,
    after: Option<&Cursor>,
) -> Result<Page<Left>, Error> {
    may(cx, lens, organisation)?;
    let place = after.and_then(|cursor| cursor.values::<1>()).and_then(|[id]| id.parse().ok());
    let from = place.unwrap_or_else(Uuid::nil);
    let found = kind.found(cx, (lens.network(), organisation, from, SHOWN_MAX as i64 + 1))?;
    let page = Page::of(found, SHOWN_MAX, |one: &Found| Cursor::after([one.id.to_string()]));
    Ok(Page { items: named(cx, lens, kind, page.items)?, next: page.next })
}

/// What was found, with its customers' names, as part of one list.
fn named(cx: &mut Cx<'_>, lens: &Lens, kind: Kind, found: Vec<Found>) -> Result<Vec<Left>, Fault> {
    let mut shown = Vec::with_capacity(found.len());
    for found in found {
        let customer_name = customers::name(cx, lens, found.customer)?;
        shown.push(Left { customer_name, ..left(kind, found) });
    }
    Ok(shown)
}

/// Finds a new home for at most `limit` of what is left ([`SETTLED_MAX`] at most), in one
/// transaction. To be called until nothing is left.
pub fn settle(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    (organisation, limit): (OrganisationId, usize),
) -> Result<Settled, Error> {
    let name = may(tx, lens, organisation)?;
    let leaving = settling::Leaving { organisation, words: format!("{name} leaves the network") };
    let limit = limit.clamp(1, SETTLED_MAX);
    let (mut moved, mut stuck) = (Vec::new(), Vec::new());
    for kind in Kind::ALL {
        let mut after = Uuid::nil();
        while moved.len() < limit && stuck.len() < SHOWN_MAX {
            let asked = (lens.network(), organisation, after, (limit - moved.len()) as i64);
            let found = kind.found(tx, asked)?;
            let Some(last) = found.last() else { break };
            after = last.id;
            for found in found {
                let one = left(kind, found);
                match tx.attempt(|tx| settling::settle(tx, lens, actor, now, (&leaving, &one))) {
                    Ok(()) => moved.push(one),
                    Err(settling::Stuck::Fault(fault)) => return Err(fault.into()),
                    Err(settling::Stuck::Why(why)) => stuck.push((one, why)),
                }
            }
        }
    }
    stuck.truncate(SHOWN_MAX);
    let left_count = counts(tx, lens, organisation)?.into_iter().map(|(_, count)| count).sum();
    Ok(Settled { moved, stuck, left_count })
}

/// Ends the partnership for good: its agreement, and all that its people and systems could do.
/// Refused while anything is left. `why` is 3 to 500 characters.
pub fn finish(
    tx: &mut Tx<'_>,
    lens: &Lens,
    actor: &Actor,
    now: TimeMs,
    (organisation, why): (OrganisationId, &str),
) -> Result<(), Error> {
    may(tx, lens, organisation)?;
    let why = why.trim();
    if !(3..=500).contains(&why.chars().count()) {
        return Err(Error::WordsWrong);
    }
    let left = counts(tx, lens, organisation)?;
    if !left.is_empty() {
        let each = left.iter().map(|(kind, count)| format!("{count} {}", kind.counted(*count)));
        let verb = if left.iter().map(|(_, count)| count).sum::<i64>() == 1 { "is" } else { "are" };
        return Err(Error::Left(format!("{} {verb}", each.collect::<Vec<_>>().join(", "))));
    }
    let network = lens.network();
    let author = match actor.person {
        Some(person) => Author::person(network, actor.organisation, person),
        None => Author::organisation(network, actor.organisation),
    };
    match agreements::part(tx, &author, now, organisation, why) {
        Ok(()) => Ok(()),
        Err(agreements::Error::Fault(fault)) => Err(fault.into()),
        Err(_) => Err(Error::NotFound),
    }
}

/// How many of each kind are left, of those of which there are any.
fn counts(
    cx: &mut Cx<'_>,
    lens: &Lens,
    organisation: OrganisationId,
) -> Result<Vec<(Kind, i64)>, Fault> {
    let mut counts = Vec::new();
    for kind in Kind::ALL {
        let first = kind.found(cx, (lens.network(), organisation, Uuid::nil(), 1))?;
        counts.extend(first.first().map(|one| (kind, one.count)));
    }
    Ok(counts)
}

fn left(kind: Kind, found: Found) -> Left {
    Left {
        kind,
        id: found.id,
        customer: found.customer,
        customer_name: None,
        title: found.title,
        state: found.word,
        due: found.at.filter(|_| kind.has_due()),
    }
}

/// The partner's name, if it is the viewer's to end its partnership and it has not left.
fn may(cx: &mut Cx<'_>, lens: &Lens, organisation: OrganisationId) -> Result<String, Error> {
    if !lens.is_whole() {
        return Err(Error::NotFound);
    }
    let found = organisations::find(cx, lens.network(), organisation)?;
    let partner = found.filter(|one| one.side == Side::Partner).ok_or(Error::NotFound)?;
    if crate::reading::has_left(cx, lens.network(), organisation)? {
        return Err(Error::Over);
    }
    Ok(partner.name)
}
