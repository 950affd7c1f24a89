//! What a person decided about two records, and which decision holds when two contradict.

use std::collections::{HashMap, HashSet};

/// What a person said about two records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// They are one person, whatever the weights say.
    Same,
    /// They are two persons and are never in one group, directly or through others.
    Apart,
}

/// One decision about two records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Index of one record.
    pub a: u32,
    /// Index of the other; which is which does not matter.
    pub b: u32,
    /// What the person said.
    pub verdict: Verdict,
    /// Later decisions have a greater order. Of two with the same, "apart" holds.
    pub order: u64,
}

/// Everything a person decided, in any order.
#[derive(Clone, Debug, Default)]
pub struct Decisions {
    /// The decisions; their place in the list means nothing.
    pub list: Vec<Decision>,
}

/// Which decisions hold.
pub(super) struct Ruling {
    /// Pairs that are one person, the smaller index first.
    pub(super) same: Vec<(u32, u32)>,
    /// Pairs that are two persons, the smaller index first.
    pub(super) apart: Vec<(u32, u32)>,
    /// Positions of decisions that a later one contradicts, ascending.
    pub(super) overruled: Vec<u32>,
}

impl Decisions {
    /// No decision at all.
    pub fn none() -> Self {
        Self::default()
    }

    /// Takes the decisions from the last to the first and keeps each that contradicts none kept
    /// so far, through any number of others.
    pub(super) fn rule(&self) -> Ruling {
        let mut latest: Vec<usize> = (0..self.list.len()).collect();
        latest.sort_by_key(|&at| {
            let one = &self.list[at];
            let apart = one.verdict == Verdict::Apart;
            (std::cmp::Reverse((one.order, apart)), one.a.min(one.b), one.a.max(one.b))
        });
        let mut persons = Persons::default();
        let mut ruling = Ruling { same: Vec::new(), apart: Vec::new(), overruled: Vec::new() };
        for at in latest {
            let Decision { a, b, verdict, .. } = self.list[at];
            let pair = (a.min(b), a.max(b));
            let held = match verdict {
                Verdict::Same => persons.join(a, b),
                Verdict::Apart => persons.part(a, b),
            };
            match (held, verdict) {
                (false, _) => ruling.overruled.push(at as u32),
                (true, Verdict::Same) => ruling.same.push(pair),
                (true, Verdict::Apart) => ruling.apart.push(pair),
            }
        }
        ruling.overruled.sort_unstable();
        ruling
    }
}

/// Records joined by decision, and which of the joined may never meet.
#[derive(Default)]
struct Persons {
    parent: HashMap<u32, u32>,
    /// By root; kept both ways.
    apart: HashMap<u32, HashSet<u32>>,
}

impl Persons {
    fn root(&self, mut record: u32) -> u32 {
        while let Some(&up) = self.parent.get(&record) {
            record = up;
        }
        record
    }

    fn are_apart(&self, a: u32, b: u32) -> bool {
        self.apart.get(&a).is_some_and(|others| others.contains(&b))
    }

    /// False when they are already known to be two persons.
    fn join(&mut self, a: u32, b: u32) -> bool {
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return true;
        }
        if self.are_apart(a, b) {
            return false;
        }
        // The one with more to carry stays, so a long history costs no more than its logarithm.
        let carried = |root: u32| self.apart.get(&root).map_or(0, HashSet::len);
        let (keep, fold) = if carried(a) < carried(b) { (b, a) } else { (a, b) };
        self.parent.insert(fold, keep);
        for other in self.apart.remove(&fold).unwrap_or_default() {
            if let Some(others) = self.apart.get_mut(&other) {
                others.remove(&fold);
                others.insert(keep);
            }
            self.apart.entry(keep).or_default().insert(other);
        }
        true
    }

    /// False when they are already known to be one person.
    fn part(&mut self, a: u32, b: u32) -> bool {
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return false;
        }
        self.apart.entry(a).or_default().insert(b);
        self.apart.entry(b).or_default().insert(a);
        true
    }
}
