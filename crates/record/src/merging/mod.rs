//! Two customers who turn out to be one, and two again.
//!
//! A record was taken in as some customer: its *home*. [`merge`] moves everything of one customer
//! to another, so that every page, list and search finds one; the older survives. Nothing is
//! deleted: the one that was merged says where it went, whoever follows an id of it arrives, and
//! what has no id of its own (ties, words, a freeze) is kept as it stood on either side.
//!
//! [`part`] undoes a merge exactly. What was written since goes with the record it was written on;
//! what names none goes with the side on which its organisation knew the customer, else with the
//! one that survived. A word or a freeze of the meantime stays on both; a tie of the meantime goes
//! where its organisation has what made it. Merges are undone last first: those made later are
//! undone with it, and made again.
//!
//! A partner goes on knowing a merged customer by the id it knew, and sees no touch of merging:
//! that somebody else knows the same customer is not its to learn.
//!
//! [`regroup`] brings customers to given groups of homes, by parting and merging.

mod joining;
mod kept;
mod moving;
mod parting;
mod preview;
mod regrouping;
mod rules;
mod sets;
mod store;
#[cfg(test)]
mod tests;
mod tree;

use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{Id, NetworkId, OrganisationId, PersonId, TimeMs};

use crate::{
    CustomerId,
    sharing::{Author, Lens, Saying, Tie},
};

/// Marks the id of a merge.
#[derive(Debug, Clone, Copy)]
pub enum MergeMark {}

/// Which merge.
pub type MergeId = Id<MergeMark>;

/// Most rows (records, touches, sales, ...) that one merge or parting moves.
pub const ROWS_MAX: i64 = 100_000;
/// Most records of one customer: pages read no more.
pub const RECORDS_MAX: i64 = 200;
/// Most words of one customer.
pub const SAYINGS_MAX: usize = 1_000;
/// Most ids by which one organisation knows one customer.
pub const KNOWN_MAX: usize = 100;
/// The longest reason that is kept, in characters.
pub const WHY_CHARS_MAX: usize = 500;

/// Why two customers are one, or two.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Why {
    /// How alike their records are, in 1/256 bit; none when a person says so without the model.
    pub weight: Option<i32>,
    /// In words; what is longer than [`WHY_CHARS_MAX`] is cut.
    pub words: String,
}

/// One customer that was merged into another, and is still.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merge {
    /// Its id.
    pub id: MergeId,
    /// The one that survived.
    pub into: CustomerId,
    /// The one that was merged.
    pub from: CustomerId,
    /// Counts the merges into `into`, from 1.
    pub position: i64,
    /// Why.
    pub why: Why,
    /// The person who decided; none if the model did.
    pub person: Option<PersonId>,
    /// When.
    pub made: TimeMs,
    /// When its rows were moved: later than `made` if it was made again after an earlier one was
    /// undone.
    pub applied: TimeMs,
}

/// What merging two customers would do, before anybody does it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The one that would survive: the older.
    pub into: CustomerId,
    /// The one that would be merged.
    pub from: CustomerId,
    /// What would move.
    pub moves: Counts,
    /// The ties that both have with the same organisation, as they would stand.
    pub ties: Vec<TieTogether>,
    /// The words that would change for one of the two, as they would stand.
    pub words: Vec<WordTogether>,
    /// Whether both would be frozen because one is.
    pub freezes: bool,
    /// Partners with ties of their own with both: they would learn that the two are one.
    pub told: Vec<OrganisationId>,
    /// Why it cannot be done, if it cannot.
    pub refused: Option<Refusal>,
}

/// How much of a customer there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Records.
    pub records: i64,
    /// Touches.
    pub touches: i64,
    /// Sales.
    pub sales: i64,
    /// Reviews.
    pub reviews: i64,
    /// Cases.
    pub cases: i64,
    /// Requests to see more.
    pub requests: i64,
    /// Entries of the audit of looks.
    pub looks: i64,
}

impl Counts {
    const fn sum(self) -> i64 {
        self.records
            + self.touches
            + self.sales
            + self.reviews
            + self.cases
            + self.requests
            + self.looks
    }
}

/// A tie that both customers have with an organisation, as it would stand after merging: from the
/// earlier beginning to the later end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TieTogether {
    /// The organisation.
    pub organisation: OrganisationId,
    /// Which tie.
    pub tie: Tie,
    /// Since when.
    pub from: TimeMs,
    /// Until when.
    pub until: TimeMs,
}

/// A word of a customer's, as it would stand after merging: a no beats a yes, else the later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WordTogether {
    /// What would stand.
    pub stands: Saying,
    /// What the one that survives said of the same.
    pub into_said: Option<bool>,
    /// What the one that is merged said of the same.
    pub from_said: Option<bool>,
}

/// Why two customers are not merged as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// One organisation asks to see more of both.
    #[error(
        "a partner has asked to see more of both customers, and would have asked twice for one: \
         answer one of its requests first"
    )]
    TwoRequests(OrganisationId),
    /// There is too much to move at once.
    #[error("there are {0} entries to move, more than the {ROWS_MAX} that are moved at once")]
    TooManyRows(i64),
    /// They would have too many records to be one.
    #[error(
        "together they have {0} records, more than the {RECORDS_MAX} that one customer can have: \
         look for a value that many records share"
    )]
    TooManyRecords(i64),
    /// They said too much.
    #[error(
        "together they have said {0} things, more than the {SAYINGS_MAX} that are kept of one \
         customer: take some back first"
    )]
    TooManyWords(usize),
    /// An organisation would know the customer by too many ids.
    #[error("a partner would know the customer by more than {KNOWN_MAX} ids")]
    TooManyIds(OrganisationId),
}

/// Why nothing was merged or parted.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such customer, or the viewer may not see it.
    #[error("there is no such customer")]
    NotFound,
    /// They are one already.
    #[error("these are one customer already")]
    Same,
    /// There is no such merge: it was undone.
    #[error("there is no such merge: it was undone already")]
    NoSuchMerge,
    /// It cannot be done as things are.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The rest.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What became of customers that were to be grouped otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Two became one.
    Merged(Merge),
    /// A merge was undone.
    Parted(Merge),
    /// Two that belong together stay apart.
    Refused {
        /// The one that would have survived.
        into: CustomerId,
        /// The one that would have been merged.
        from: CustomerId,
        /// Why.
        refusal: Refusal,
    },
}

/// What merging these two would do. For the brand: to anybody else there are no such customers.
///
/// Fails with [`Error::NotFound`] or [`Error::Same`]; what would be refused is told in the answer.
pub fn preview(
    cx: &mut Cx<'_>,
    lens: &Lens,
    a: CustomerId,
    b: CustomerId,
) -> Result<Preview, Error> {
    if !lens.is_whole() {
        return Err(Error::NotFound);
    }
    preview::of(cx, lens.network(), a, b)
}

/// Makes one customer of two: everything of the younger moves to the older. Either may have been
/// merged before; then where it stands now is meant. Appends `customers_matched`, in the brand's
/// name and for the brand only.
///
/// Fails with [`Error::NotFound`], [`Error::Same`] or [`Error::Refused`], and then leaves no trace.
pub fn merge(
    tx: &mut Tx<'_>,
    author: &Author,
    now: TimeMs,
    a: CustomerId,
    b: CustomerId,
    why: &Why,
) -> Result<Merge, Error> {
    tx.attempt(|tx| joining::merge(tx, author, now, (a, b), why))
}

/// Undoes a merge: two customers again, each with what was its own, and what came since as the top
/// of this module says. Merges made later are undone with it and made again. Appends
/// `customers_parted` to both, in the brand's name and for the brand only.
///
/// Fails with [`Error::NoSuchMerge`] or [`Error::Refused`], and then leaves no trace.
pub fn part(
    tx: &mut Tx<'_>,
    author: &Author,
    now: TimeMs,
    merge: MergeId,
    words: &str,
) -> Result<Merge, Error> {
    tx.attempt(|tx| parting::part(tx, author, now, merge, words))
}

/// The merges by which a customer became what it is, the last first. For the brand: nobody else
/// has any. Fails with [`Error::NotFound`].
pub fn merges(cx: &mut Cx<'_>, lens: &Lens, customer: CustomerId) -> Result<Vec<Merge>, Error> {
    if !lens.is_whole() {
        return Err(Error::NotFound);
    }
    let standing = tree::standing(cx, lens.network(), customer)?.ok_or(Error::NotFound)?;
    let mut merges = tree::Tree::of(cx, lens.network(), standing.id)?.merges;
    merges.sort_by_key(|merge| std::cmp::Reverse((merge.made, merge.position, merge.id)));
    Ok(merges)
}

/// The homes that are one customer now with this one, by id; none if there is no such customer.
pub fn homes(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Vec<CustomerId>, Fault> {
    match tree::standing(cx, network, customer)? {
        Some(standing) => Ok(tree::Tree::of(cx, network, standing.id)?.homes()),
        None => Ok(Vec::new()),
    }
}

/// Brings customers to exactly these groups of homes: merges that put homes of different groups
/// together are undone, the last first, and what belongs together is merged. Homes that are not
/// named stay with the customer they are part of; where that is split, with the home by whose id it
/// stands. A home that is unknown is left out.
///
/// Says what was done and what was refused, in order; nothing where all stands so already.
pub fn regroup(
    tx: &mut Tx<'_>,
    author: &Author,
    now: TimeMs,
    groups: &[Vec<CustomerId>],
    why: &Why,
) -> Result<Vec<Change>, Fault> {
    regrouping::regroup(tx, author, now, groups, why)
}
