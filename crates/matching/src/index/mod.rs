//! Records in memory, matched as they come: one incoming record against all stored ones.
//!
//! The groups are at every moment those that a run over all stored records with the same model
//! finds, whatever came in, changed or went, in whatever order. That holds because every piece is
//! a function of the set alone:
//!
//! - A key proposes pairs exactly while at most [`Matcher::key_records_max`] records hold it. When
//!   one more comes, the key retires and the links that no other live key supports fall away; when
//!   it goes again, the key lives again and its pairs are scored.
//! - Links are the proposed pairs that weigh at least the low cut.
//! - Groups are formed anew in the part of the records that the change reaches: [`local`].
//!
//! Worst cases, each bounded by the cap: a key that retires costs its records' keys once more, one
//! that lives again its pairs' scores. Only a part is as large as its records are alike; grouping
//! takes about a microsecond for each of its links and each pair that had to be scored.
//!
//! Measured by `examples/online.rs` on two cores, other work beside it: among 980,000 generated
//! customers a record takes 63 microseconds at the median and 1.4 milliseconds at p99 (786 MiB in
//! all); among 22,639 historical records, much noisier, 0.23 and 1.7 milliseconds.

mod build;
mod change;
mod groups;
mod postings;
mod shelf;
#[cfg(test)]
mod tests;

use std::{collections::HashMap, fmt};

use crate::{
    Explanation, Model, Prepared, Record,
    cluster::{Cuts, Doubtful, Verdict, local},
};
use groups::Event;
use postings::Postings;
use shelf::Shelf;

/// What an index needs of a model: pure functions of one record, or two.
pub trait Matcher: Sync {
    /// A record as the model sees it.
    type Prepared: PartialEq + Send + Sync;

    /// Appends the blocking keys of a record: ascending, each once.
    fn keys(&self, record: &Self::Prepared, keys: &mut Vec<u64>);
    /// The weight of a pair in 1/256 bit. Symmetric.
    fn score(&self, a: &Self::Prepared, b: &Self::Prepared) -> i32;
    /// A key that more records hold proposes nothing.
    fn key_records_max(&self) -> u32;
    /// Where groups are cut.
    fn cuts(&self) -> Cuts;
}

impl Matcher for Model {
    type Prepared = Prepared;

    fn keys(&self, record: &Prepared, keys: &mut Vec<u64>) {
        Model::keys(self, record, keys);
    }

    fn score(&self, a: &Prepared, b: &Prepared) -> i32 {
        Model::score(self, a, b)
    }

    fn key_records_max(&self) -> u32 {
        self.key_records_max
    }

    fn cuts(&self) -> Cuts {
        Model::cuts(self)
    }
}

/// Records in groups, kept up to date. See the module.
pub struct Index<M: Matcher = Model> {
    model: M,
    cuts: Cuts,
    cap: u32,
    keys: Postings,
    shelf: Shelf<M::Prepared>,
    /// By the id of either record, stored or not.
    decisions: HashMap<Box<str>, Vec<Decided>>,
}

/// What a person decided about a record and another.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Decided {
    other: Box<str>,
    verdict: Verdict,
    order: u64,
}

/// What became of a record, and of others through it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// The cluster that the record is in, by its smallest id; none if it is gone.
    pub cluster: Option<Box<str>>,
    /// Clusters that did not exist with exactly these records before, by smallest id.
    pub formed: Vec<Cluster>,
    /// Smallest ids of clusters that do not exist any more, or not with exactly those records,
    /// ascending.
    pub dissolved: Vec<Box<str>>,
    /// The record's strongest links, at most [`LINKS_MAX`], the strongest first, to whatever
    /// cluster. [`Index::explain`] takes each apart.
    pub links: Vec<Linked>,
    /// What a person should look at in the record's cluster and in those formed, the strongest
    /// first. For each of these clusters it replaces what was reported before.
    pub doubtful: Vec<Suspicion>,
}

/// Records that are one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// The smallest id.
    pub id: Box<str>,
    /// All ids, ascending.
    pub records: Vec<Box<str>>,
    /// It is one record, left alone because it matches two clusters about equally.
    pub torn: bool,
}

/// A link of the record that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linked {
    /// Id of the other record.
    pub record: Box<str>,
    /// In 1/256 bit.
    pub weight: i32,
    /// They are in one cluster.
    pub together: bool,
}

/// Two clusters that may be one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspicion {
    /// The clusters by their smallest ids, ascending.
    pub clusters: (Box<str>, Box<str>),
    /// Why.
    pub why: Doubtful,
    /// Average weight between them, in 1/256 bit, as [`crate::cluster::Doubt::average`].
    pub average: i32,
    /// The strongest link between them: a record of each, and its weight in 1/256 bit.
    pub best: (Box<str>, Box<str>, i32),
}

/// A change tells at most so many links of its record.
pub const LINKS_MAX: usize = 16;

impl Index<Model> {
    /// Stores a record under its id, in place of what was stored under it, and matches it.
    pub fn insert(&mut self, record: &Record<'_>) -> Change {
        let prepared = self.model.prepare(record);
        self.insert_prepared(record.id, prepared)
    }

    /// Why two stored records weigh what they weigh; none if one is not stored.
    pub fn explain(&self, a: &str, b: &str) -> Option<Explanation> {
        let (a, b) = (self.shelf.find(a)?, self.shelf.find(b)?);
        Some(self.model.explain(self.shelf.prepared(a), self.shelf.prepared(b)))
    }
}

impl<M: Matcher> Index<M> {
    /// An index without records.
    pub fn new(model: M) -> Self {
        let (cuts, cap) = (model.cuts().ordered(), model.key_records_max());
        let (keys, shelf) = (Postings::new(), Shelf::new());
        Self { model, cuts, cap, keys, shelf, decisions: HashMap::new() }
    }

    /// The model in use.
    pub fn model(&self) -> &M {
        &self.model
    }

    /// How many records are stored.
    pub fn len(&self) -> usize {
        self.shelf.len()
    }

    /// None at all?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Stores a record that the model prepared. Storing the same again changes nothing.
    pub fn insert_prepared(&mut self, id: &str, record: M::Prepared) -> Change {
        let (slot, before) = self.shelf.put(id, record);
        if before.as_ref() == Some(self.shelf.prepared(slot)) {
            return self.unchanged(slot);
        }
        let mut old = Vec::new();
        if let Some(before) = &before {
            self.model.keys(before, &mut old);
        }
        let reached = self.rekey(slot, &old);
        let event = if before.is_some() { Event::Changed(slot) } else { Event::Came(slot) };
        self.regroup(reached, event)
    }

    /// Removes a record; none if it is not stored. Decisions about it stay, for when it returns.
    pub fn remove(&mut self, id: &str) -> Option<Change> {
        let slot = self.shelf.find(id)?;
        let mut old = Vec::new();
        self.model.keys(self.shelf.prepared(slot), &mut old);
        let reached = self.unkey(slot, &old);
        let group = self.shelf.group(slot);
        let event = Event::Went { group, id: self.shelf.id(group).into() };
        self.shelf.take(slot);
        Some(self.regroup(reached, event))
    }

    /// Stores what a person decided about two records, stored or not. Later decisions have a
    /// greater `order`; one about the same two with the same order is replaced.
    pub fn decide(&mut self, a: &str, b: &str, verdict: Verdict, order: u64) -> Change {
        for (one, other) in [(a, b), (b, a)] {
            let list = self.decisions.entry(one.into()).or_default();
            list.retain(|known| *known.other != *other || known.order != order);
            list.push(Decided { other: other.into(), verdict, order });
        }
        self.regroup_around(a, b)
    }

    /// Takes back everything that was decided about two records.
    pub fn undecide(&mut self, a: &str, b: &str) -> Change {
        for (one, other) in [(a, b), (b, a)] {
            if let Some(list) = self.decisions.get_mut(one) {
                list.retain(|known| *known.other != *other);
                if list.is_empty() {
                    self.decisions.remove(one);
                }
            }
        }
        self.regroup_around(a, b)
    }

    /// The cluster of a record by its smallest id; none if the record is not stored.
    pub fn cluster_of(&self, id: &str) -> Option<&str> {
        let slot = self.shelf.find(id)?;
        Some(self.shelf.id(self.shelf.group(slot)))
    }

    /// The records in a record's cluster, ascending; empty if it is not stored.
    pub fn members_of(&self, id: &str) -> Vec<&str> {
        let Some(slot) = self.shelf.find(id) else { return Vec::new() };
        let mut members: Vec<&str> =
            self.shelf.members(slot).map(|member| self.shelf.id(member)).collect();
        members.sort_unstable();
        members
    }

    fn regroup_around(&mut self, a: &str, b: &str) -> Change {
        let stored = [a, b].map(|id| self.shelf.find(id));
        let event = stored[0].or(stored[1]).map_or(Event::Nothing, Event::Changed);
        self.regroup(stored.into_iter().flatten().collect(), event)
    }
}

impl<M: Matcher> fmt::Debug for Index<M> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Index").field("records", &self.len()).finish_non_exhaustive()
    }
}
