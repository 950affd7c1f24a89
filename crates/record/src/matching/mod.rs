//! Which records are one customer: found by a model that explains itself, decided by people.
//!
//! A record that is new or says something new waits. [`work`] indexes it under its keys, weighs it
//! against those it shares a key with, and settles the customers of all that have to do with it:
//! they are merged and parted ([`crate::merging`]) until each is one group of records. What came in
//! which order makes no difference. What is doubtful, or would tell a partner that somebody else
//! knows its customer, waits in a [`queue`] for the brand. What a person says with [`decide`]
//! outranks the model and is kept for ever. [`why`] says what holds a customer's records together.
//!
//! All records take part in matching; what of it is shown follows the lens. The queue and the model
//! are the brand's. A partner sees why records are one as far as it sees the records, weighed by
//! what it sees of them, and finds doubles among its own records by those alone.

pub mod api;
mod decisions;
mod doubts;
mod engine;
mod index;
mod model;
mod own;
mod pairs;
mod runs;
mod settling;
mod store;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{Cursor, Page, TimeMs};

pub use decisions::{Decision, DecisionId, DecisionMark, Verdict};
pub use doubts::Why;
pub use handfast_matching::{Field, Line, Model, Scale, ScaleLevel};
pub use model::{Found, InForce, Keys, Shared, model};
pub use own::own_duplicates;
pub use pairs::{Link, Pair, Together, why};
pub use runs::{JOB_KIND, Worked, ask as ask_for_run, ask_if_due, handler, is_due, refit, work};

use self::{doubts::Open, index::Shelf};
use crate::{
    CustomerId, RecordId, customers,
    merging::{self, MergeId},
    organisations,
    sharing::{Author, Lens},
    touches::{self, Audience, Body, NewTouch},
};

/// Most pairs of one page of the queue.
pub const PAGE_MAX: usize = 50;

/// The longest reason of a decision, in characters.
pub const WHY_CHARS_MAX: usize = 500;

/// Why something was not decided, merged or parted.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is none, or the viewer may not see it.
    #[error("there are no such records")]
    NotFound,
    /// There is no such merge of this customer.
    #[error("there is no such merge of this customer")]
    NoSuchMerge,
    /// The reason is too long.
    #[error("a reason has at most {WHY_CHARS_MAX} characters")]
    WhyWrong,
    /// One record with itself.
    #[error("choose two that are not the same")]
    Itself,
    /// Both were taken in as one customer, under one verified key.
    #[error("the source verified that these two records are one customer, so they stay one")]
    OneHome,
    /// A partner asked.
    #[error("only the brand decides this; ask your contact there")]
    ForTheBrand,
    /// The customers cannot be merged now.
    #[error("the customers were not merged: {0}")]
    Refused(String),
    /// The rest.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Which doubts are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum State {
    /// Those that wait for somebody.
    #[default]
    Open,
    /// Those that somebody skipped.
    Skipped,
    /// Those that somebody of the brand answered.
    Decided,
}

impl State {
    /// All of them, those that wait first.
    pub const ALL: [Self; 3] = [Self::Open, Self::Skipped, Self::Decided];

    /// Its word, as in addresses and the database.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => doubts::OPEN,
            Self::Skipped => doubts::SKIPPED,
            Self::Decided => doubts::DECIDED,
        }
    }

    /// The state with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }
}

/// What became of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// The decision.
    pub decision: Decision,
    /// In force at once, or later.
    pub effect: Effect,
}

/// When a decision takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It has.
    Now,
    /// When the run over all records that goes on now is over.
    AfterTheRun,
    /// When the brand agrees: a partner's word.
    WithTheBrand,
    /// None: nobody can tell.
    None,
}

/// The doubtful pairs in this state, the strongest first, up to `limit` (at most [`PAGE_MAX`])
/// after `after`. They are the brand's: for a partner there are none.
pub fn queue(
    cx: &mut Cx<'_>,
    lens: &Lens,
    state: State,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<Page<Pair>, Fault> {
    if !lens.is_whole() {
        return Ok(Page { items: Vec::new(), next: None });
    }
    let limit = limit.clamp(1, PAGE_MAX);
    let rows = doubts::list(cx, lens.network(), state.word(), pairs::place(after), limit + 1)?;
    let page = Page::of(rows, limit, |Open { records: (a, b), weight, .. }| {
        Cursor::after([weight.to_string(), a.to_string(), b.to_string()])
    });
    let mut items = Vec::with_capacity(page.items.len());
    for doubt in page.items {
        items.extend(pairs::in_doubt(cx, lens, doubt)?);
    }
    Ok(Page { items, next: page.next })
}

/// How many doubtful pairs are in this state; for a partner none.
pub fn queue_len(cx: &mut Cx<'_>, lens: &Lens, state: State) -> Result<i64, Fault> {
    if lens.is_whole() { doubts::count(cx, lens.network(), state.word()) } else { Ok(0) }
}

/// Two records side by side, in doubt or not: for the brand any two, for a partner two of its own.
/// `None` if there are no such records, or the viewer may not see them so.
pub fn pair(
    cx: &mut Cx<'_>,
    lens: &Lens,
    (a, b): (RecordId, RecordId),
) -> Result<Option<Pair>, Fault> {
    pairs::any(cx, lens, (a.min(b), a.max(b)))
}

/// Writes down what the viewer decides of two records, in its words (which may be empty).
///
/// The brand's word takes effect in the same transaction, and outranks the model and whatever was
/// said before. A partner says so of two records of its own only; the brand reads it in its queue.
/// It would not do to follow it at once where nobody else is concerned: that alone would tell the
/// partner whether anybody is.
pub fn decide(
    tx: &mut Tx<'_>,
    lens: &Lens,
    author: &Author,
    now: TimeMs,
    (a, b): (RecordId, RecordId),
    verdict: Verdict,
    why: &str,
) -> Result<Decided, Error> {
    let network = lens.network();
    let why = why.trim();
    if why.chars().count() > WHY_CHARS_MAX {
        return Err(Error::WhyWrong);
    }
    if a == b {
        return Err(Error::Itself);
    }
    let (a, b) = (a.min(b), a.max(b));
    let matcher = store::lock(tx, network)?.ok_or(Error::NotFound)?;
    let one = store::held(tx, network, a)?.ok_or(Error::NotFound)?;
    let other = store::held(tx, network, b)?.ok_or(Error::NotFound)?;
    let is_own = |held: &store::Held| held.organisation == lens.organisation();
    let may_say = lens.is_whole() || is_own(&one) && is_own(&other);
    if !may_say {
        return Err(Error::NotFound);
    }
    if one.home == other.home && verdict == Verdict::Apart {
        return Err(Error::OneHome);
    }
    let were_one =
        index::standing(tx, network, one.home)? == index::standing(tx, network, other.home)?;
    let decision = decisions::write(tx, author, now, (a, b), verdict, why)?;
    note(tx, author, now, (&one, &other), &decision, were_one)?;
    if verdict == Verdict::Skip && lens.is_whole() {
        doubts::close(tx, network, now, (a, b), doubts::SKIPPED)?;
        return Ok(Decided { decision, effect: Effect::None });
    }
    if lens.is_whole() {
        doubts::close(tx, network, now, (a, b), doubts::DECIDED)?;
    }
    let effect = follow(tx, author, now, &matcher, (one, other))?;
    let effect = if lens.is_whole() { effect } else { Effect::WithTheBrand };
    if effect == Effect::Now && verdict == Verdict::Same {
        check_merged(tx, network, (a, b))?;
    }
    Ok(Decided { decision, effect })
}

/// Settles the customers of two records at once, or leaves them for the end of a run.
fn follow(
    tx: &mut Tx<'_>,
    author: &Author,
    now: TimeMs,
    matcher: &store::Matcher,
    (one, other): (store::Held, store::Held),
) -> Result<Effect, Error> {
    let network = author.network();
    if !runs::is_complete(tx, network, matcher)? {
        store::mark_unsettled(tx, network, one.id)?;
        store::mark_unsettled(tx, network, other.id)?;
        return Ok(Effect::AfterTheRun);
    }
    let engine = runs::engine(tx, network, matcher.fit)?;
    let mut shelf = Shelf::new(network, &engine);
    let mut touched = BTreeSet::from([one.id, other.id]);
    let waiting = [one, other].into_iter().filter(|held| held.version != held.indexed).collect();
    touched.extend(index::index(tx, &mut shelf, matcher.fit, waiting)?);
    let brand = Author::organisation(network, organisations::brand_id(network));
    settling::settle(tx, &mut shelf, &brand, now, touched)?;
    Ok(Effect::Now)
}

/// Fails with the reason why two records are still two customers.
fn check_merged(
    cx: &mut Cx<'_>,
    network: handfast_kit::NetworkId,
    (a, b): (RecordId, RecordId),
) -> Result<(), Error> {
    let mut stands = Vec::new();
    for record in [a, b] {
        let held = store::held(cx, network, record)?.ok_or(Error::NotFound)?;
        stands.push(index::standing(cx, network, held.home)?);
    }
    if stands[0] == stands[1] {
        return Ok(());
    }
    let words = match doubts::one(cx, network, (a, b))?.map(|doubt| doubt.why) {
        Some(Why::Refused { words }) => words,
        _ => "too many records are alike here; write to whoever runs the server".to_owned(),
    };
    Err(Error::Refused(words))
}

/// What stands in the touches of a decision. What the model, or the merge that follows, tells by
/// itself is not told twice.
fn note(
    tx: &mut Tx<'_>,
    author: &Author,
    now: TimeMs,
    (one, other): (&store::Held, &store::Held),
    decision: &Decision,
    were_one: bool,
) -> Result<(), Fault> {
    let network = author.network();
    let is_brand = author.organisation_id() == organisations::brand_id(network);
    let is_told = match decision.verdict {
        Verdict::Same => is_brand && !were_one,
        Verdict::Apart => is_brand && were_one,
        Verdict::Skip => false,
    };
    if is_told {
        return Ok(());
    }
    for (here, there) in [(one, other), (other, one)] {
        let standing = index::standing(tx, network, here.home)?;
        let body = match decision.verdict {
            Verdict::Apart => {
                let there = index::standing(tx, network, there.home)?;
                Body::KeptApart { other_id: there, why: decision.why.clone() }
            }
            verdict => Body::RecordsJudged {
                records: [here.id, there.id],
                verdict: verdict.word().to_owned(),
                why: decision.why.clone(),
            },
        };
        let touch =
            NewTouch { audience: Audience::Own, ..NewTouch::new(standing.as_kind(), now, body) };
        touches::append(tx, author, now, touch)?;
    }
    Ok(())
}

/// Makes one customer of two by hand, for the brand: says of their first records that they are one.
pub fn merge(
    tx: &mut Tx<'_>,
    lens: &Lens,
    author: &Author,
    now: TimeMs,
    (a, b): (CustomerId, CustomerId),
    why: &str,
) -> Result<Decided, Error> {
    let (one, other) = (first_record(tx, lens, a)?, first_record(tx, lens, b)?);
    if !lens.is_whole() {
        return Err(Error::ForTheBrand);
    }
    decide(tx, lens, author, now, (one, other), Verdict::Same, why)
}

/// Undoes a merge of this customer by hand, for the brand: says of the first record of what was
/// merged, and the first of what it was merged into, that they are two customers.
pub fn part(
    tx: &mut Tx<'_>,
    lens: &Lens,
    author: &Author,
    now: TimeMs,
    (customer, merge): (CustomerId, MergeId),
    why: &str,
) -> Result<Decided, Error> {
    let seen = customers::look(tx, lens, customer)?.ok_or(Error::NotFound)?;
    if !lens.is_whole() {
        return Err(Error::ForTheBrand);
    }
    let merges = merging::merges(tx, lens, seen.customer()).map_err(|error| match error {
        merging::Error::Fault(fault) => Error::Fault(fault),
        _ => Error::NotFound,
    })?;
    let merge = merges.iter().find(|one| one.id == merge).ok_or(Error::NoSuchMerge)?;
    let mut records = Vec::new();
    for home in [merge.into, merge.from] {
        let first = store::of_home(tx, lens.network(), home)?.first().copied();
        records.push(first.ok_or(Error::NoSuchMerge)?);
    }
    decide(tx, lens, author, now, (records[0], records[1]), Verdict::Apart, why)
}

/// The first record of a customer that the viewer sees.
fn first_record(cx: &mut Cx<'_>, lens: &Lens, customer: CustomerId) -> Result<RecordId, Error> {
    let found = customers::find(cx, lens, customer)?.ok_or(Error::NotFound)?;
    found.records.iter().map(|record| record.id).min().ok_or(Error::NotFound)
}
