//! The end of a partnership. What is left with a partner that is to leave is listed, each with its
//! new home: [`rehearse`] before anything is done, [`settle`] as it is done, by the same lists. The
//! partner cannot leave while one is left ([`finish`]).
//!
//! The brand takes everything over, by the same deeds and with the same touches as for any other
//! partner: it withdraws offers, answers for legs and disputes, takes things over by a hand-off
//! that it accepts at once, so that at every instant exactly one organisation is accountable. From
//! there each thing can be handed on to whoever is to have it.

pub mod api;
mod settling;
mod store;
#[cfg(test)]
mod tests;

use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{Cursor, OrganisationId, Page, TimeMs, Uuid};
use handfast_record::{
    CustomerId, agreements, customers, organisations,
    sharing::{Author, Lens},
};
use handfast_web::Side;

use self::store::{Asked, Found};
use crate::Actor;

/// How many of each kind a rehearsal shows, and most that one call settles.
pub const SHOWN_MAX: usize = 50;
/// Most that one call settles.
pub const SETTLED_MAX: usize = 500;

/// What may be left with a partner, in the order in which it is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// An offer to it or by it that is not over, or a question to it as a sender.
    Offer,
    /// A leg of a delivery that it is to prove.
    Leg,
    /// A dispute in which it is a party.
    Dispute,
    /// What a customer is to get from it.
    Remedy,
    /// A change that it has not brought into its records rightly.
    Obligation,
    /// Something that was handed to it.
    Held,
    /// A case of its own that is open.
    Case,
    /// A delivery of its own that was promised.
    Promise,
    /// A customer of whom nobody else keeps a record.
    Customer,
    /// A customer to whom it is tied.
    Tie,
}

impl Kind {
    /// All of them, in the order in which they are settled.
    pub const ALL: [Self; 10] = [
        Self::Offer,
        Self::Leg,
        Self::Dispute,
        Self::Remedy,
        Self::Obligation,
        Self::Held,
        Self::Case,
        Self::Promise,
        Self::Customer,
        Self::Tie,
    ];

    /// Its word, as in the API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Offer => "hand_off",
            Self::Leg => "leg",
            Self::Dispute => "dispute",
            Self::Remedy => "remedy",
            Self::Obligation => "obligation",
            Self::Held => "accountable",
            Self::Case => "case",
            Self::Promise => "promise",
            Self::Customer => "customer",
            Self::Tie => "tie",
        }
    }

    /// The kind with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Where what is left of it goes, and why; the brand by its name.
    pub fn home(self, brand: &str) -> String {
        match self {
            Self::Offer => "Back to its sender, as nobody is left to answer".to_owned(),
            Self::Leg | Self::Dispute => {
                format!("{brand} answers for it, as whoever has no partner left does")
            }
            Self::Remedy => format!("{brand}, so that the customer gets it by the same day"),
            Self::Obligation => "Nobody: its copy is not used any more".to_owned(),
            Self::Held | Self::Case | Self::Promise => {
                format!("{brand}, until somebody else takes it over")
            }
            Self::Customer => format!("{brand} keeps a record of its own"),
            Self::Tie => "Ended: nobody goes there for this customer any more".to_owned(),
        }
    }

    const fn has_due(self) -> bool {
        !matches!(self, Self::Case | Self::Customer | Self::Tie)
    }

    fn found(self, cx: &mut Cx<'_>, asked: Asked) -> Result<Vec<Found>, Fault> {
        match self {
            Self::Offer => store::offers(cx, asked),
            Self::Leg => store::legs(cx, asked),
            Self::Dispute => store::disputes(cx, asked),
            Self::Remedy => store::remedies(cx, asked),
            Self::Obligation => store::obligations(cx, asked),
            Self::Held => store::held(cx, asked),
            Self::Case => store::cases(cx, asked),
            Self::Promise => store::promises(cx, asked),
            Self::Customer => store::customers(cx, asked),
            Self::Tie => store::ties(cx, asked),
        }
    }
}

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
        let each = left.iter().map(|(kind, count)| format!("{count} {}", in_words(*kind, *count)));
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

const fn in_words(kind: Kind, count: i64) -> &'static str {
    let is_one = count == 1;
    match kind {
        Kind::Offer if is_one => "hand-off",
        Kind::Offer => "hand-offs",
        Kind::Leg if is_one => "leg of a delivery",
        Kind::Leg => "legs of deliveries",
        Kind::Dispute if is_one => "dispute",
        Kind::Dispute => "disputes",
        Kind::Remedy if is_one => "remedy",
        Kind::Remedy => "remedies",
        Kind::Obligation if is_one => "obligation",
        Kind::Obligation => "obligations",
        Kind::Held if is_one => "thing that was handed to it",
        Kind::Held => "things that were handed to it",
        Kind::Case if is_one => "open case",
        Kind::Case => "open cases",
        Kind::Promise if is_one => "promised delivery",
        Kind::Promise => "promised deliveries",
        Kind::Customer if is_one => "customer of whom it alone keeps a record",
        Kind::Customer => "customers of whom it alone keeps a record",
        Kind::Tie if is_one => "customer tied to it",
        Kind::Tie => "customers tied to it",
    }
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
