//! Keys that come and go with a record, and the links that come and go with keys.

use std::collections::HashMap;

use super::{Index, Matcher};

impl<M: Matcher> Index<M> {
    /// Gives the record in `slot` its keys and links; `old` are the keys it was stored with
    /// before. Returns the other records whose parts may have changed.
    pub(super) fn rekey(&mut self, slot: u32, old: &[u64]) -> Vec<u32> {
        let mut new = Vec::new();
        self.model.keys(self.shelf.prepared(slot), &mut new);
        let mut reached = self.lose_links(slot);
        let revived = self.drop_keys(slot, old, &new);
        let mut retired = Vec::new();
        for &key in new.iter().filter(|key| old.binary_search(key).is_err()) {
            if self.keys.add(key, slot) == self.cap + 1 {
                retired.push(key);
            }
        }
        for other in self.candidates(slot, &new) {
            self.link_if_alike(slot, other);
        }
        self.retire(slot, &retired, &mut reached);
        self.revive(slot, &revived, &mut reached);
        reached
    }

    /// Takes the keys and links of the record in `slot`, which is about to go.
    pub(super) fn unkey(&mut self, slot: u32, old: &[u64]) -> Vec<u32> {
        let mut reached = self.lose_links(slot);
        let revived = self.drop_keys(slot, old, &[]);
        self.revive(slot, &revived, &mut reached);
        reached
    }

    /// Returns those that the record may have held together: of what it leaves, every piece has
    /// one of them.
    fn lose_links(&mut self, slot: u32) -> Vec<u32> {
        let mut reached: Vec<u32> = self.decided_same(slot).collect();
        let links = self.shelf.unlink_all(slot);
        reached.extend(links.iter().filter(|link| link.1 >= self.cuts.high).map(|link| link.0));
        reached
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

    fn link_if_alike(&mut self, a: u32, b: u32) -> bool {
        let weight = self.model.score(self.shelf.prepared(a), self.shelf.prepared(b));
        let alike = weight >= self.cuts.low;
        if alike {
            self.shelf.link(a, b, weight);
        }
        alike
    }

    /// Cuts the links that only the retired keys supported. Those of `slot` are new and were never
    /// made from them.
    fn retire(&mut self, slot: u32, retired: &[u64], reached: &mut Vec<u32>) {
        let mut keys_of = HashMap::new();
        for &key in retired {
            let holders: Vec<u32> = self.keys.holders(key).to_vec();
            for &a in holders.iter().filter(|&&a| a != slot) {
                let linked: Vec<u32> = self.shelf.links(a).iter().map(|link| link.0).collect();
                for b in linked.into_iter().filter(|b| a < *b && *b != slot) {
                    if holders.contains(&b) && !self.share_live_key(a, b, &mut keys_of) {
                        self.shelf.unlink(a, b);
                        reached.extend([a, b]);
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
    fn revive(&mut self, slot: u32, revived: &[u64], reached: &mut Vec<u32>) {
        for &key in revived {
            let holders: Vec<u32> =
                self.keys.holders(key).iter().copied().filter(|&one| one != slot).collect();
            for (at, &a) in holders.iter().enumerate() {
                for &b in &holders[at + 1..] {
                    if self.shelf.weight(a, b).is_none() && self.link_if_alike(a, b) {
                        reached.extend([a, b]);
                    }
                }
            }
        }
    }
}
