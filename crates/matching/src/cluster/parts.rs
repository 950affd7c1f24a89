//! Parts of the records that have nothing to do with each other.

use super::{
    Cuts, Decisions, Edge, Verdict,
    near::{Nearest, holds},
};

/// No part: the record stands alone.
const NOWHERE: u32 = u32::MAX;

/// Records connected by edges that hold (see [`holds`]) or by "same" decisions; two and more.
///
/// Groups form within a part only.
pub(super) struct Parts {
    /// The records of all parts, part after part, ascending within each.
    pub(super) members: Vec<u32>,
    /// Where each part begins in `members`, and its end as the last.
    pub(super) starts: Vec<u32>,
    /// Where each record stands in `members`.
    place_of: Vec<u32>,
}

impl Parts {
    pub(super) fn new(count: u32, edges: &[Edge], decisions: &Decisions, cuts: &Cuts) -> Self {
        let mut forest = Forest::new(count);
        let strong = || edges.iter().filter(|edge| edge.weight >= cuts.high && edge.a != edge.b);
        let mut nearest = vec![Nearest::NONE; count as usize];
        for edge in strong() {
            nearest[edge.a as usize].add(edge.weight);
            nearest[edge.b as usize].add(edge.weight);
        }
        for edge in strong() {
            let least = |record: u32| nearest[record as usize].least();
            if holds(edge.weight, (least(edge.a), least(edge.b)), cuts) {
                forest.join(edge.a, edge.b);
            }
        }
        drop(nearest);
        // Overruled ones too: what overrules them must be seen where they are.
        for one in &decisions.list {
            assert!(one.a < count && one.b < count, "a decision names a record");
            if one.verdict == Verdict::Same {
                forest.join(one.a, one.b);
            }
        }
        Self::gather(forest)
    }

    fn gather(mut forest: Forest) -> Self {
        let count = forest.parent.len();
        let mut size = vec![0_u32; count];
        for record in 0..count as u32 {
            size[forest.root(record) as usize] += 1;
        }
        let mut starts = vec![0];
        let mut next = vec![0_u32; count];
        let mut filled = 0;
        for root in 0..count {
            if size[root] > 1 {
                next[root] = filled;
                filled += size[root];
                starts.push(filled);
            }
        }
        let mut members = vec![0; filled as usize];
        let mut place_of = vec![NOWHERE; count];
        for record in 0..count as u32 {
            let root = forest.root(record) as usize;
            if size[root] > 1 {
                members[next[root] as usize] = record;
                place_of[record as usize] = next[root];
                next[root] += 1;
            }
        }
        Self { members, starts, place_of }
    }

    /// How many parts.
    pub(super) fn count(&self) -> usize {
        self.starts.len() - 1
    }

    /// Where `record` stands among the members of all parts.
    pub(super) fn place_of(&self, record: u32) -> Option<u32> {
        Some(self.place_of[record as usize]).filter(|&place| place != NOWHERE)
    }
}

/// Union-find; the smallest index of a tree is its root.
pub(super) struct Forest {
    parent: Vec<u32>,
}

impl Forest {
    pub(super) fn new(count: u32) -> Self {
        Self { parent: (0..count).collect() }
    }

    pub(super) fn root(&mut self, mut record: u32) -> u32 {
        while self.parent[record as usize] != record {
            let up = self.parent[self.parent[record as usize] as usize];
            self.parent[record as usize] = up;
            record = up;
        }
        record
    }

    pub(super) fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        self.parent[a.max(b) as usize] = a.min(b);
    }
}
