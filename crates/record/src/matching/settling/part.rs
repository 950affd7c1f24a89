//! The records that have to do with one another: those connected by strong edges, by one home, or
//! by what somebody decided; and beside them those they are a little alike.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use handfast_db::{Cx, Fault};

use super::super::{
    decisions::{self, Decision, Verdict},
    index::{self, Kept, Shelf},
    store as records,
};
use crate::RecordId;

/// More records than this are left as they are: no people are so many.
pub(super) const PART_MAX: usize = 500;
/// So many parts beside are looked at for doubts, the most alike first.
const BESIDE_MAX: usize = 20;

/// Records with all that is between them.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// Ascending.
    pub(super) records: BTreeMap<RecordId, Arc<Kept>>,
    /// In 1/256 bit, the smaller record first; edges to records beside are there too.
    pub(super) edges: BTreeMap<(RecordId, RecordId), i32>,
    /// What anybody decided of its records.
    pub(super) decisions: Vec<Decision>,
    /// Whether there are more than [`PART_MAX`].
    pub(super) is_crowd: bool,
}

impl Part {
    /// The part that a record is in.
    pub(super) fn around(
        cx: &mut Cx<'_>,
        shelf: &mut Shelf<'_>,
        seed: RecordId,
    ) -> Result<Self, Fault> {
        let mut part = Self::default();
        let mut homes = BTreeSet::new();
        let mut next = vec![seed];
        while let Some(id) = next.pop() {
            if part.records.contains_key(&id) {
                continue;
            }
            let Some(kept) = shelf.get(cx, id)? else { continue };
            // What is not indexed yet says nothing; it comes when it is.
            if kept.held.indexed == 0 {
                continue;
            }
            if part.records.len() == PART_MAX {
                part.is_crowd = true;
                break;
            }
            if homes.insert(kept.held.home) {
                next.extend(records::of_home(cx, shelf.network(), kept.held.home)?);
            }
            part.records.insert(id, kept);
            part.reach(cx, shelf, id, &mut next)?;
        }
        Ok(part)
    }

    /// Reads the edges and decisions of a record, and names who is in the same part by them.
    fn reach(
        &mut self,
        cx: &mut Cx<'_>,
        shelf: &Shelf<'_>,
        id: RecordId,
        next: &mut Vec<RecordId>,
    ) -> Result<(), Fault> {
        let high = shelf.engine.cuts().high;
        for (other, weight) in index::edges(cx, shelf.network(), id)? {
            self.edges.insert((id.min(other), id.max(other)), weight);
            if weight >= high {
                next.push(other);
            }
        }
        for decision in decisions::of_record(cx, shelf.network(), id)? {
            let other = decision.records.1;
            if decision.verdict == Verdict::Same {
                next.push(other);
            }
            if !self.records.contains_key(&other) || other == id {
                self.decisions.push(decision);
            }
        }
        Ok(())
    }

    /// The records beside it, the most alike first.
    fn beside(&self) -> Vec<RecordId> {
        let out = self.edges.iter().filter_map(|(&(a, b), &weight)| {
            match (self.records.contains_key(&a), self.records.contains_key(&b)) {
                (true, false) => Some((Reverse(weight), b)),
                (false, true) => Some((Reverse(weight), a)),
                _ => None,
            }
        });
        let mut out: Vec<_> = out.collect();
        out.sort_unstable();
        out.into_iter().map(|(_, record)| record).collect()
    }

    /// The same with the parts beside it, to see what is doubtful between them.
    pub(super) fn with_beside(
        &self,
        cx: &mut Cx<'_>,
        shelf: &mut Shelf<'_>,
    ) -> Result<Self, Fault> {
        let mut wide = Self {
            records: self.records.clone(),
            edges: self.edges.clone(),
            decisions: self.decisions.clone(),
            is_crowd: false,
        };
        let mut count = 0;
        for record in self.beside() {
            if wide.records.contains_key(&record) || count == BESIDE_MAX {
                continue;
            }
            let part = Self::around(cx, shelf, record)?;
            count += 1;
            if !part.is_crowd {
                wide.records.extend(part.records);
                wide.edges.extend(part.edges);
                wide.decisions.extend(part.decisions);
            }
        }
        wide.edges.retain(|(a, b), _| wide.records.contains_key(a) && wide.records.contains_key(b));
        wide.decisions.retain(|one| {
            wide.records.contains_key(&one.records.0) && wide.records.contains_key(&one.records.1)
        });
        wide.decisions.sort_by_key(|one| (one.at, one.id));
        wide.decisions.dedup_by_key(|one| one.id);
        Ok(wide)
    }
}
