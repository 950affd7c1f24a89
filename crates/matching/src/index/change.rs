//! Keys that come and go with a record, and the links that come and go with keys.

use std::collections::HashMap;

use super::{Index, Matcher, shelf::Shelf};

/// Where a change has been.
#[derive(Default)]
pub(super) struct Reach {
    /// Records whose parts may have changed.
    slots: Vec<u32>,
    /// For each record whose strong links changed, the weakest near one before.
    least_before: HashMap<u32, i32>,
}

impl Reach {
    /// To be called before a strong link of a record comes or goes.
    fn note<P>(&mut self, shelf: &Shelf<P>, slot: u32) {
        self.least_before.entry(slot).or_insert_with(|| shelf.least(slot));
    }
}

impl<M: Matcher> Index<M> {
    /// Gives the record in `slot` its keys and links; `old` are the keys it was stored with
    /// before. Returns it and the others whose parts may have changed.
    pub(super) fn rekey(&mut self, slot: u32, old: &[u64]) -> Vec<u32> {
        let mut new = Vec::new();
        self.model.keys(self.shelf.prepared(slot), &mut new);
        let mut reach = self.lose_links(slot);
        reach.slots.push(slot);
        let revived = self.drop_keys(slot, old, &new);
        let mut retired = Vec::new();
        for &key in new.iter().filter(|key| old.binary_search(key).is_err()) {
            if self.keys.add(key, slot) == self.cap + 1 {
                retired.push(key);
            }
        }
        for other in self.candidates(slot, &new) {
            self.link_if_alike(slot, other, &mut reach);
        }
        self.retire(slot, &retired, &mut reach);
        self.revive(slot, &revived, &mut reach);
        self.reached(reach)
    }

    /// Takes the keys and links of the record in `slot`, which is about to go.
    pub(super) fn unkey(&mut self, slot: u32, old: &[u64]) -> Vec<u32> {
        let mut reach = self.lose_links(slot);
        let revived = self.drop_keys(slot, old, &[]);
        self.revive(slot, &revived, &mut reach);
        self.reached(reach)
    }

    /// Reaches those that the record held together: of what it leaves, every piece has one.
    fn lose_links(&mut self, slot: u32) -> Reach {
        let mut reach = Reach { slots: self.decided_same(slot).collect(), ..Reach::default() };
        let mine = self.shelf.least(slot);
        for &(other, weight) in self.shelf.links(slot) {
            if weight >= self.cuts.high {
                reach.note(&self.shelf, slot);
                reach.note(&self.shelf, other);
                if self.holds(weight, (mine, self.shelf.least(other))) {
                    reach.slots.push(other);
                }
            }
        }
        self.shelf.unlink_all(slot);
        reach
    }

    /// Adds the ends of every link that may hold now and did not before, or the other way round,
    /// because stronger ones came or went.
    fn reached(&self, reach: Reach) -> Vec<u32> {
        let mut slots = reach.slots;
        for (slot, before) in reach.least_before {
            let now = self.shelf.least(slot);
            let turned = before.min(now).max(self.cuts.high)..before.max(now).min(self.cuts.firm);
            for &(other, weight) in self.shelf.links(slot) {
                if turned.contains(&weight) {
                    slots.extend([slot, other]);
                }
            }
        }
        slots
    }

    /// Takes the keys that are not `kept` and returns those that live again.
    fn drop_keys(&mut self, slot: u32, old: &[u64], kept: &[u64]) -> Vec<u64> {
        let mut revived = Vec::new();
        for &key in old.iter().filter(|key| kept.binary_search(key).is_err()) {
            if self.keys.remove(key, slot) == Some(self.cap) {
                revived.push(key);
            }
        }
        revived
    }

    /// Everyone else who holds a live key of the record's, each once.
    pub(super) fn candidates(&self, slot: u32, keys: &[u64]) -> Vec<u32> {
        let mut others = Vec::new();
        for &key in keys {
            let holders = self.keys.holders(key);
            if holders.len() <= self.cap as usize {
                others.extend(holders.iter().copied().filter(|&other| other != slot));
            }
        }
        others.sort_unstable();
        others.dedup();
        others
    }

    fn link_if_alike(&mut self, a: u32, b: u32, reach: &mut Reach) -> bool {
        let weight = self.model.score(self.shelf.prepared(a), self.shelf.prepared(b));
        let alike = weight >= self.cuts.low;
        if weight >= self.cuts.high {
            reach.note(&self.shelf, a);
            reach.note(&self.shelf, b);
        }
        if alike {
            self.shelf.link(a, b, weight);
        }
        alike
    }

    /// Cuts the links that only the retired keys supported. Those of `slot` are new and were never
    /// made from them.
    fn retire(&mut self, slot: u32, retired: &[u64], reach: &mut Reach) {
        let mut keys_of = HashMap::new();
        for &key in retired {
            let holders: Vec<u32> = self.keys.holders(key).to_vec();
            for &a in holders.iter().filter(|&&a| a != slot) {
                let linked: Vec<u32> = self.shelf.links(a).iter().map(|link| link.0).collect();
                for b in linked.into_iter().filter(|b| a < *b && *b != slot) {
                    if holders.contains(&b) && !self.share_live_key(a, b, &mut keys_of) {
                        reach.note(&self.shelf, a);
                        reach.note(&self.shelf, b);
                        self.shelf.unlink(a, b);
                        reach.slots.extend([a, b]);
                    }
                }
            }
        }
    }

    fn share_live_key(&self, a: u32, b: u32, keys_of: &mut HashMap<u32, Vec<u64>>) -> bool {
        for slot in [a, b] {
            keys_of.entry(slot).or_insert_with(|| {
                let mut keys = Vec::new();
                self.model.keys(self.shelf.prepared(slot), &mut keys);
                keys.retain(|&key| self.keys.count(key) <= self.cap);
                keys
            });
        }
        let theirs = &keys_of[&b];
        keys_of[&a].iter().any(|key| theirs.binary_search(key).is_ok())
    }

    /// Scores the pairs that the revived keys propose again. Those of `slot` are done.
    fn revive(&mut self, slot: u32, revived: &[u64], reach: &mut Reach) {
        for &key in revived {
            let holders: Vec<u32> =
                self.keys.holders(key).iter().copied().filter(|&one| one != slot).collect();
            for (at, &a) in holders.iter().enumerate() {
                for &b in &holders[at + 1..] {
                    if self.shelf.weight(a, b).is_none() && self.link_if_alike(a, b, reach) {
                        reach.slots.extend([a, b]);
                    }
                }
            }
        }
    }
}
