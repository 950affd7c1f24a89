//! Ties: what is between a customer and an organisation, since when and until when. Events make
//! them (a sale, a case, a delivery), people make them by hand, and each can end.

mod groups;
mod reach;
mod store;

use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{NetworkId, OrganisationId, PersonId, TimeMs};

pub(crate) use groups::{Group, groups};
pub(crate) use reach::{Reach, follow_place, settle};

use super::{Author, Held, Lens, Permitted, Tie, rules, store as sharing_store};
use crate::{CustomerId, SubjectId};

/// The end of a tie that goes on.
pub const OPEN: TimeMs = TimeMs(i64::MAX);

/// How many days a tie made by a case outlives the case: the workshop may be asked about it.
pub const CARE_DAYS: i64 = 30;

/// By what a tie was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MadeBy {
    /// Something that happened.
    Event,
    /// A person of the brand.
    Hand,
    /// The customer's own key, brought to a partner.
    Guest,
    /// A request that was answered with yes.
    Request,
    /// Something that was handed off to the organisation.
    HandOff,
}

impl MadeBy {
    const fn word(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Hand => "hand",
            Self::Guest => "guest",
            Self::Request => "request",
            Self::HandOff => "hand_off",
        }
    }
}

/// A tie to be made, not by an event.
#[derive(Debug, Clone)]
pub struct NewTie {
    /// The organisation.
    pub organisation: OrganisationId,
    /// Which tie.
    pub tie: Tie,
    /// Since when.
    pub from: TimeMs,
    /// Until when; [`OPEN`] while it goes on.
    pub until: TimeMs,
    /// Classes allowed beyond the agreement, a bit each.
    pub extra: i64,
    /// By what.
    pub made_by: MadeBy,
    /// By whom.
    pub person: Option<PersonId>,
    /// Why, in words.
    pub why: String,
}

/// A tie with its story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Story {
    /// The tie.
    pub held: Held,
    /// By what it was made: `event`, `hand`, `guest`, `request`, `hand_off`.
    pub made_by: String,
    /// By whom, if by a person.
    pub person: Option<PersonId>,
    /// Why, in words; empty for an event.
    pub why: String,
}

/// What became of a tie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Made {
    /// The organisation had none of its own with the customer before.
    First,
    /// It had another, or this one.
    Known,
}

/// Makes the tie that an event makes, or leaves it: `at` is when it happened. The author is a
/// partner's. Does nothing where the subject is no customer.
pub(crate) fn by_event(
    tx: &mut Tx<'_>,
    author: &Author,
    subject: SubjectId,
    tie: Tie,
    at: TimeMs,
) -> Result<Made, Fault> {
    let network = author.network();
    let customer: CustomerId = subject.as_kind();
    let held = sharing_store::ties_of(tx, network, customer, author.organisation_id())?;
    let known = held.iter().find(|held| held.tie == tie);
    if let Some(known) = known
        && known.until == OPEN
        && known.from <= at
    {
        return Ok(Made::Known);
    }
    // A tie that ended begins anew; one that goes on reaches back to its first event.
    let from = match known {
        Some(known) if known.until == OPEN || known.until > at => known.from.min(at),
        _ => at,
    };
    let new = NewTie {
        organisation: author.organisation_id(),
        tie,
        from,
        until: OPEN,
        extra: 0,
        made_by: MadeBy::Event,
        person: None,
        why: String::new(),
    };
    if make(tx, network, customer, &new)? == 0 {
        return Ok(Made::Known);
    }
    // Those that everybody or a whole region has do not count: no event makes them.
    let is_own = |held: &Held| !matches!(held.tie, Tie::Territory | Tie::None);
    Ok(if held.iter().any(is_own) { Made::Known } else { Made::First })
}

/// Makes a tie, or changes the one of its kind, as the customer's word permits.
pub(crate) fn make(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
    new: &NewTie,
) -> Result<u64, Fault> {
    let permitted = permitted(tx, network, customer, new.organisation)?;
    store::upsert(tx, network, customer, new, permitted)
}

/// The ties that this organisation has, or had, with the customer.
pub(crate) fn held(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
    organisation: OrganisationId,
) -> Result<Vec<Held>, Fault> {
    sharing_store::ties_of(cx, network, customer, organisation)
}

/// What the customer's word leaves of the grants of this organisation.
pub(crate) fn permitted(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
    organisation: OrganisationId,
) -> Result<Permitted, Fault> {
    let (sayings, frozen) = sharing_store::word_of(cx, network, customer)?;
    let sayings: Vec<_> = sayings.into_iter().map(|(_, saying)| saying).collect();
    Ok(rules::permitted(&sayings, !frozen.is_empty(), organisation))
}

/// Ends a tie at a moment, if it goes on then. Says whether there was one.
pub(crate) fn end(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
    (organisation, tie): (OrganisationId, Tie),
    until: TimeMs,
) -> Result<bool, Fault> {
    Ok(store::end(tx, network, customer, (organisation, tie), until)? > 0)
}

/// Brings all ties of a customer in line with what the customer said. Called in the transaction
/// that changes a saying, or freezes or releases the customer.
pub(crate) fn follow_word(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<(), Fault> {
    let (sayings, frozen) = sharing_store::word_of(tx, network, customer)?;
    let sayings: Vec<_> = sayings.into_iter().map(|(_, saying)| saying).collect();
    for organisation in store::organisations_tied(tx, network, customer)? {
        let permitted = rules::permitted(&sayings, !frozen.is_empty(), organisation);
        store::permit(tx, network, customer, organisation, permitted)?;
    }
    Ok(())
}

/// The organisations that have, or had, a tie with the customer, at most 1,000.
pub(crate) fn organisations_tied(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Vec<OrganisationId>, Fault> {
    store::organisations_tied(cx, network, customer)
}

/// Writes the name by which an organisation's list of customers is in order: for what its agreement
/// may show, and for what it wrote itself, which tells it no name unless it keeps a record.
pub(crate) fn rename(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
    organisation: OrganisationId,
    keys: (&str, &str),
) -> Result<u64, Fault> {
    store::rename(tx, network, customer, organisation, keys)
}

/// All ties of a customer that the lens shows: the brand sees everybody's, a partner its own. Those
/// that ended are there too.
pub(crate) fn of_customer(
    cx: &mut Cx<'_>,
    lens: &Lens,
    customer: CustomerId,
) -> Result<Vec<Story>, Fault> {
    store::stories(cx, lens.network(), customer, lens.own_only())
}
