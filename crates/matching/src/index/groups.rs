//! Groups formed anew where a change reached, and what is told about it.

use std::{
    cmp::{Ordering, Reverse},
    collections::{BTreeMap, HashMap},
    convert::Infallible,
};

use super::{Change, Cluster, Index, LINKS_MAX, Linked, Matcher, Suspicion, local};
use crate::cluster::{Decision, Decisions, Edge, Verdict, judge, settle};

/// Of each cluster that is told about, so many neighbours are looked at for doubts.
const NEIGHBOURS_MAX: usize = 16;

/// What happened to the record that a change is about.
#[derive(PartialEq, Eq)]
pub(super) enum Event {
    /// It is new, in this slot.
    Came(u32),
    /// It was stored before: its values or what was decided about it are new.
    Changed(u32),
    /// It is gone, and was in the group of this slot and id.
    Went { group: u32, id: Box<str> },
    /// Neither record is stored.
    Nothing,
}

impl<M: Matcher> Index<M> {
    /// Groups the parts around `reached` after something happened.
    pub(super) fn regroup(&mut self, reached: Vec<u32>, event: Event) -> Change {
        let parts = local::parts(reached, |&slot, next| {
            self.held_with(slot, next);
            Ok::<_, Infallible>(())
        })
        .unwrap_or_else(|never| match never {});
        let (mut groups, mut torn) = (Vec::new(), Vec::new());
        // Each by itself: which links hold is known only of whole parts.
        for mut part in parts.iter().cloned() {
            part.sort_unstable_by(|&a, &b| self.shelf.id(a).cmp(self.shelf.id(b)));
            let (more, more_torn) = self.settle_part(&part);
            groups.extend(more);
            torn.extend(more_torn);
        }
        let part = parts.concat();
        let mut change = self.store(&part, groups, &torn, &event);
        if let Event::Came(slot) | Event::Changed(slot) = event {
            change.cluster = Some(self.shelf.id(self.shelf.group(slot)).into());
            change.links = self.links_of(slot);
        }
        change.doubtful = self.doubts(&change);
        change
    }

    /// What is told when nothing changed.
    pub(super) fn unchanged(&self, slot: u32) -> Change {
        let cluster = Some(self.shelf.id(self.shelf.group(slot)).into());
        let mut change = Change { cluster, links: self.links_of(slot), ..Change::default() };
        change.doubtful = self.doubts(&change);
        change
    }

    /// Appends the records that one is held with in a part.
    fn held_with(&self, slot: u32, next: &mut Vec<u32>) {
        next.extend(self.decided_same(slot));
        let mine = self.shelf.least(slot);
        let strong = self.shelf.links(slot).iter().filter(|link| link.1 >= self.cuts.high);
        for &(other, weight) in strong {
            // Its own side first: the other's takes a walk over all its links.
            if weight >= self.cuts.firm
                || (weight >= mine && self.holds(weight, (mine, self.shelf.least(other))))
            {
                next.push(other);
            }
        }
    }

    pub(super) fn holds(&self, weight: i32, leasts: (i32, i32)) -> bool {
        local::holds(weight, leasts, &self.cuts)
    }

    /// The stored records that a person decided to be the same as this one.
    pub(super) fn decided_same(&self, slot: u32) -> impl Iterator<Item = u32> + '_ {
        let list =
            if self.decisions.is_empty() { None } else { self.decisions.get(self.shelf.id(slot)) };
        let same = list.into_iter().flatten().filter(|one| one.verdict == Verdict::Same);
        same.filter_map(|one| self.shelf.find(&one.other))
    }

    /// The groups of a part, whose records are sorted by id, and its torn records.
    fn settle_part(&self, part: &[u32]) -> (Vec<Vec<u32>>, Vec<u32>) {
        if let [alone] = part {
            return (vec![vec![*alone]], Vec::new());
        }
        let places: HashMap<u32, u32> =
            part.iter().enumerate().map(|(place, &slot)| (slot, place as u32)).collect();
        let (mut edges, mut list) = (Vec::new(), Vec::new());
        for (place, &slot) in part.iter().enumerate() {
            let a = place as u32;
            let links = self.shelf.links(slot).iter();
            edges.extend(links.filter_map(|&(other, weight)| {
                let b = *places.get(&other)?;
                (a < b).then_some(Edge { a, b, weight })
            }));
            if self.decisions.is_empty() {
                continue;
            }
            for one in self.decisions.get(self.shelf.id(slot)).into_iter().flatten() {
                let other = self.shelf.find(&one.other).and_then(|other| places.get(&other));
                if let Some(&b) = other.filter(|&&b| a < b) {
                    list.push(Decision { a, b, verdict: one.verdict, order: one.order });
                }
            }
        }
        let cuts = crate::cluster::Cuts { doubts_per_group_max: 0, ..self.cuts };
        let prepared = |place: u32| self.shelf.prepared(part[place as usize]);
        let score = |a, b| self.model.score(prepared(a), prepared(b));
        let grouping = settle(part.len() as u32, &edges, &score, &Decisions { list }, &cuts);
        let mut groups = BTreeMap::<u32, Vec<u32>>::new();
        for (&slot, &group) in part.iter().zip(&grouping.group_of) {
            groups.entry(group).or_default().push(slot);
        }
        let torn = grouping.torn.iter().map(|&place| part[place as usize]).collect();
        (groups.into_values().collect(), torn)
    }

    /// Stores the groups of a part and tells which are new and which are gone.
    fn store(
        &mut self,
        part: &[u32],
        groups: Vec<Vec<u32>>,
        torn: &[u32],
        event: &Event,
    ) -> Change {
        let mut old = self.old_groups(part, event);
        let mut change = Change::default();
        for members in groups {
            let before = self.shelf.group(members[0]);
            let was_torn = self.shelf.is_torn(members[0]);
            let is_torn = torn.contains(&members[0]);
            let whole = old.get(&before).is_some_and(|(size, _)| *size == members.len())
                && members.iter().all(|&slot| self.shelf.group(slot) == before)
                && *event != Event::Came(members[0]);
            self.shelf.set_group(&members, is_torn);
            if whole && is_torn == was_torn {
                old.remove(&before);
            } else {
                change.formed.push(self.cluster(&members));
            }
        }
        change.dissolved = old.into_values().map(|(_, id)| id).collect();
        change.dissolved.sort_unstable();
        change
    }

    /// How many records the groups of a part had, and what they were called, by the slot that
    /// was their first.
    fn old_groups(&self, part: &[u32], event: &Event) -> HashMap<u32, (usize, Box<str>)> {
        let mut old = HashMap::<u32, (usize, Box<str>)>::new();
        if let Event::Went { group, id } = event {
            old.insert(*group, (1, id.clone()));
        }
        for &slot in part.iter().filter(|&&slot| *event != Event::Came(slot)) {
            let group = self.shelf.group(slot);
            old.entry(group).or_insert_with(|| (0, self.shelf.id(group).into())).0 += 1;
        }
        old
    }

    fn cluster(&self, members: &[u32]) -> Cluster {
        Cluster {
            id: self.shelf.id(members[0]).into(),
            records: members.iter().map(|&slot| self.shelf.id(slot).into()).collect(),
            torn: self.shelf.is_torn(members[0]),
        }
    }

    pub(super) fn links_of(&self, slot: u32) -> Vec<Linked> {
        let mut links: Vec<Linked> = self
            .shelf
            .links(slot)
            .iter()
            .map(|&(other, weight)| Linked {
                record: self.shelf.id(other).into(),
                weight,
                together: self.shelf.group(other) == self.shelf.group(slot),
            })
            .collect();
        links.sort_unstable_by(|one, other| {
            (Reverse(one.weight), &one.record).cmp(&(Reverse(other.weight), &other.record))
        });
        links.truncate(LINKS_MAX);
        links
    }

    /// The doubts about the record's cluster and those formed.
    fn doubts(&self, change: &Change) -> Vec<Suspicion> {
        let limit = self.cuts.doubts_per_group_max as usize;
        let mut clusters: Vec<u32> = change
            .formed
            .iter()
            .map(|cluster| &cluster.id)
            .chain(&change.cluster)
            .filter_map(|id| self.shelf.find(id))
            .collect();
        clusters.sort_unstable();
        clusters.dedup();
        let mut doubts = Vec::new();
        for group in clusters {
            let mut found = self.doubts_about(group);
            found.sort_unstable_by(stronger);
            found.truncate(limit);
            doubts.append(&mut found);
        }
        doubts.sort_unstable_by(stronger);
        doubts.dedup();
        doubts
    }

    fn doubts_about(&self, group: u32) -> Vec<Suspicion> {
        let mine: Vec<u32> = self.shelf.members(group).collect();
        // By neighbour: the best link to it.
        let mut best = HashMap::<u32, (Reverse<i32>, &str, &str)>::new();
        for &member in &mine {
            for &(other, weight) in self.shelf.links(member) {
                let theirs = self.shelf.group(other);
                if theirs != group {
                    let link = (Reverse(weight), self.shelf.id(member), self.shelf.id(other));
                    best.entry(theirs).and_modify(|best| *best = link.min(*best)).or_insert(link);
                }
            }
        }
        let mut nearest: Vec<_> = best.into_iter().map(|(theirs, link)| (link, theirs)).collect();
        nearest.sort_unstable();
        nearest.truncate(NEIGHBOURS_MAX);
        let sorted = |mut members: Vec<u32>| {
            members.sort_unstable_by(|&a, &b| self.shelf.id(a).cmp(self.shelf.id(b)));
            members
        };
        let mine = sorted(mine);
        let doubt = |((Reverse(weight), one, other), theirs): ((Reverse<i32>, &str, &str), u32)| {
            let theirs = sorted(self.shelf.members(theirs).collect());
            self.suspect(&mine, &theirs, (one, other, weight))
        };
        nearest.into_iter().filter_map(doubt).collect()
    }

    /// The doubt about two groups, whose records are sorted by id.
    fn suspect(
        &self,
        mine: &[u32],
        theirs: &[u32],
        (one, other, weight): (&str, &str, i32),
    ) -> Option<Suspicion> {
        let ids = (self.shelf.id(mine[0]), self.shelf.id(theirs[0]));
        let (sides, ids, best) = if ids.0 < ids.1 {
            ((mine, theirs), ids, (one, other))
        } else {
            ((theirs, mine), (ids.1, ids.0), (other, one))
        };
        if self.are_apart(sides.0, sides.1) {
            return None;
        }
        let weigh = |a: u32, b: u32| {
            let score = || self.model.score(self.shelf.prepared(a), self.shelf.prepared(b));
            self.shelf.weight(a, b).unwrap_or_else(score)
        };
        let is_torn = |slot: u32| self.shelf.is_torn(slot);
        let groups = (sides.0[0], sides.1[0]);
        let edge = Edge { a: groups.0, b: groups.1, weight };
        let doubt = judge(groups, sides, edge, &weigh, &is_torn, &self.cuts)?;
        Some(Suspicion {
            clusters: (ids.0.into(), ids.1.into()),
            why: doubt.why,
            average: doubt.average,
            best: (best.0.into(), best.1.into(), weight),
        })
    }

    /// Did a person decide that someone here is not someone there? A decision that was overruled
    /// never speaks of two groups: its records are in one.
    fn are_apart(&self, mine: &[u32], theirs: &[u32]) -> bool {
        if self.decisions.is_empty() {
            return false;
        }
        mine.iter().any(|&slot| {
            let list = self.decisions.get(self.shelf.id(slot)).into_iter().flatten();
            let mut apart = list.filter(|one| one.verdict == Verdict::Apart);
            apart
                .any(|one| self.shelf.find(&one.other).is_some_and(|other| theirs.contains(&other)))
        })
    }
}

/// The stronger first; of equals the one with smaller ids.
fn stronger(one: &Suspicion, other: &Suspicion) -> Ordering {
    let rank = |doubt: &Suspicion| Reverse((doubt.average, doubt.best.2));
    rank(one).cmp(&rank(other)).then_with(|| one.clusters.cmp(&other.clusters))
}
