//! Many records at once, for a start.

use std::{num::NonZero, thread};

use super::{Index, Matcher};
use crate::cluster::{Decisions, Edge, settle};

impl<M: Matcher> Index<M> {
    /// An index over records that the model prepared, with their ids. The same as inserting them
    /// one by one (of two with one id the later stays), in a fraction of the time.
    pub fn build<'r>(model: M, records: impl IntoIterator<Item = (&'r str, M::Prepared)>) -> Self {
        let mut index = Self::new(model);
        for (id, record) in records {
            index.shelf.put(id, record);
        }
        let mut keys = Vec::new();
        for slot in index.shelf.slots() {
            keys.clear();
            index.model.keys(index.shelf.prepared(slot), &mut keys);
            for &key in &keys {
                index.keys.add(key, slot);
            }
        }
        let links = index.all_links();
        for &Edge { a, b, weight } in &links {
            index.shelf.link(a, b, weight);
        }
        index.group_all(links);
        index
    }

    /// Every pair that a live key proposes and that weighs the low cut; from several threads.
    fn all_links(&self) -> Vec<Edge> {
        let count = self.shelf.len() as u32;
        let threads = thread::available_parallelism().map_or(1, NonZero::get) as u32;
        let each = count.div_ceil(threads).max(1);
        let share = |first: u32| {
            let mut links = Vec::new();
            let mut keys = Vec::new();
            for a in first..count.min(first + each) {
                keys.clear();
                self.model.keys(self.shelf.prepared(a), &mut keys);
                for b in self.candidates(a, &keys).into_iter().filter(|&b| a < b) {
                    let weight = self.model.score(self.shelf.prepared(a), self.shelf.prepared(b));
                    if weight >= self.cuts.low {
                        links.push(Edge { a, b, weight });
                    }
                }
            }
            links
        };
        thread::scope(|scope| {
            let shares: Vec<_> =
                (0..threads).map(|at| scope.spawn(move || share(at * each))).collect();
            let done = shares.into_iter().map(|one| one.join().expect("scoring does not panic"));
            done.flatten().collect()
        })
    }

    fn group_all(&mut self, links: Vec<Edge>) {
        let mut ranked: Vec<u32> = self.shelf.slots().collect();
        ranked.sort_unstable_by(|&a, &b| self.shelf.id(a).cmp(self.shelf.id(b)));
        let mut rank_of = vec![0; ranked.len()];
        for (rank, &slot) in ranked.iter().enumerate() {
            rank_of[slot as usize] = rank as u32;
        }
        let edges: Vec<Edge> = links
            .into_iter()
            .map(|link| Edge { a: rank_of[link.a as usize], b: rank_of[link.b as usize], ..link })
            .collect();
        let cuts = crate::cluster::Cuts { doubts_per_group_max: 0, ..self.cuts };
        let prepared = |rank: u32| self.shelf.prepared(ranked[rank as usize]);
        let score = |a, b| self.model.score(prepared(a), prepared(b));
        let grouping = settle(ranked.len() as u32, &edges, &score, &Decisions::none(), &cuts);
        let mut by_group: Vec<(u32, u32)> = grouping.group_of.iter().copied().zip(0..).collect();
        by_group.sort_unstable();
        for group in by_group.chunk_by(|one, next| one.0 == next.0) {
            let members: Vec<u32> = group.iter().map(|&(_, rank)| ranked[rank as usize]).collect();
            let torn = grouping.torn.binary_search(&group[0].1).is_ok();
            self.shelf.set_group(&members, torn);
        }
    }
}
