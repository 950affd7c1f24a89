//! The grouping around one record, for who keeps records, keys and links in tables.
//!
//! Records that no path of links at or above the high cut, or of "same" decisions, connects have
//! no influence on each other's groups. So after a change it is enough to group the *part* around
//! what changed, and the result is what grouping everything would give. [`crate::index::Index`]
//! does this in memory; over tables it goes like this, in the transaction that stores the record:
//!
//! 1. Prepare the record and make its keys. Write the keys: `(key, record)`. For each key count
//!    its records, the new one included; reading `cap + 2` rows of a key is enough.
//! 2. Count at most the cap: the key is *live*, its other records are candidates. Score each
//!    candidate once and write the links at or above the low cut.
//! 3. Count exactly one above the cap: the key has just *retired*. Of the links among its records
//!    delete those whose two records share no other live key.
//! 4. When a record goes (or changes: only keys that differ count), delete its keys and links. A
//!    key whose count falls back to exactly the cap *lives again*: score every pair of its records
//!    that is not linked, and write the links at or above the low cut.
//! 5. The changed records are the new one, those that a link at or above the high cut or a "same"
//!    decision of the old one led to, and both ends of every link of steps 3 and 4. All records
//!    that links at or above the high cut or "same" decisions connect to them are grouped anew by
//!    [`settle`]. Write what differs.
//!
//! Every step is bounded by the number of keys of a record times the cap, except 5. It takes more
//! than it must, which is never wrong and mostly little, but much where records are noisy. To take
//! less, follow only links that hold ([`holds`]; [`least`] of both records is over *all* their
//! links), and for each record whose links at or above the high cut changed begin also at the two
//! ends of each of its links between its [`least`] before and after. Then [`settle`] each of the
//! [`parts`] by itself: what [`least`] says is known only for whole parts.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
};

pub use super::near::{holds, least};
use super::{Cuts, Decision, Decisions, Doubtful, Edge, Verdict};

/// A link at or above the low cut: two records and their weight in 1/256 bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link<I> {
    /// One record.
    pub a: I,
    /// The other.
    pub b: I,
    /// In 1/256 bit.
    pub weight: i32,
}

/// What a person decided about two records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ruled<I> {
    /// One record.
    pub a: I,
    /// The other.
    pub b: I,
    /// What the person said.
    pub verdict: Verdict,
    /// Later decisions have a greater order.
    pub order: u64,
}

/// Two groups of one part that a person should look at. See [`super::Doubt`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Doubt<I> {
    /// The groups by their smallest ids, ascending.
    pub groups: (I, I),
    /// Why.
    pub why: Doubtful,
    /// Average weight between them, in 1/256 bit.
    pub average: i32,
    /// The strongest link between them.
    pub best: Link<I>,
}

/// A part in groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled<I> {
    /// The groups, each ascending, in the order of their smallest ids.
    pub groups: Vec<Vec<I>>,
    /// Doubts between groups of the part, the strongest first.
    pub doubtful: Vec<Doubt<I>>,
    /// Records that match two groups about equally and were left alone, ascending.
    pub torn: Vec<I>,
}

/// All records to group anew, in parts, each ascending: `changed` and what is connected to them.
///
/// `next` gives for a record the others that a link that holds, or a "same" decision (in force or
/// not), connects it to; what it fails with ends the search.
pub fn parts<I, E>(
    changed: impl IntoIterator<Item = I>,
    mut next: impl FnMut(&I, &mut Vec<I>) -> Result<(), E>,
) -> Result<Vec<Vec<I>>, E>
where
    I: Copy + Ord + Hash,
{
    let (mut parts, mut seen) = (Vec::new(), HashSet::new());
    for first in changed {
        let (mut part, mut waiting) = (Vec::new(), vec![first]);
        while let Some(record) = waiting.pop() {
            if seen.insert(record) {
                part.push(record);
                next(&record, &mut waiting)?;
            }
        }
        if !part.is_empty() {
            part.sort_unstable();
            parts.push(part);
        }
    }
    Ok(parts)
}

/// Groups the records of a part, or of all parts that links at or above the high cut connect, in
/// any order; ids decide what is equal otherwise.
///
/// `links` and `decisions` with a record outside the part are passed over: they say nothing here.
/// `score` weighs any two records of the part in 1/256 bit. The groups are those that
/// [`super::settle`] finds over all records.
pub fn settle<I: Copy + Ord + Hash + Sync>(
    records: &[I],
    links: &[Link<I>],
    score: &(impl Fn(I, I) -> i32 + Sync),
    decisions: &[Ruled<I>],
    cuts: &Cuts,
) -> Settled<I> {
    let mut ids = records.to_vec();
    ids.sort_unstable();
    ids.dedup();
    let places: HashMap<I, u32> = ids.iter().enumerate().map(|(at, &id)| (id, at as u32)).collect();
    let both = |a: &I, b: &I| Some((*places.get(a)?, *places.get(b)?));
    let edges: Vec<Edge> = links
        .iter()
        .filter_map(|link| both(&link.a, &link.b).map(|(a, b)| Edge { a, b, weight: link.weight }))
        .collect();
    let list = decisions.iter().filter_map(|one| {
        let (a, b) = both(&one.a, &one.b)?;
        Some(Decision { a, b, verdict: one.verdict, order: one.order })
    });
    let decisions = Decisions { list: list.collect() };
    let score = |a: u32, b: u32| score(ids[a as usize], ids[b as usize]);
    let grouping = super::settle(ids.len() as u32, &edges, &score, &decisions, cuts);
    let id = |place: u32| ids[place as usize];
    let mut by_group: HashMap<u32, Vec<I>> = HashMap::new();
    for (&record, &group) in ids.iter().zip(&grouping.group_of) {
        by_group.entry(group).or_default().push(record);
    }
    let mut groups: Vec<Vec<I>> = by_group.into_values().collect();
    groups.sort_unstable_by_key(|group| group[0]);
    let doubts = grouping.doubtful.iter().map(|doubt| Doubt {
        groups: (id(doubt.groups.0), id(doubt.groups.1)),
        why: doubt.why,
        average: doubt.average,
        best: Link { a: id(doubt.best.a), b: id(doubt.best.b), weight: doubt.best.weight },
    });
    Settled {
        groups,
        doubtful: doubts.collect(),
        torn: grouping.torn.into_iter().map(id).collect(),
    }
}
