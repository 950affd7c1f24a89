//! Small worlds of persons, households and noisy records, made by hashing, never by chance.

use crate::cluster::{Cuts, Decisions, Edge, Grouping, settle};

/// The cuts that the worlds are made for: 4 and 10 bits.
pub(crate) fn cuts() -> Cuts {
    Cuts::new(4 * 256, 10 * 256)
}

/// The same, nobody is torn, and every link at the high cut holds: as in the books.
pub(crate) fn cuts_by_the_book() -> Cuts {
    Cuts { margin: i32::MIN, firm: cuts().high, ..cuts() }
}

/// A well-mixed number from three.
pub(crate) fn hash(seed: u64, a: u64, b: u64) -> u64 {
    let mut x =
        seed ^ a.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ b.wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
    for _ in 0..3 {
        x = (x ^ (x >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    }
    x ^ (x >> 32)
}

/// Records by identity; the index of a record is its place in `records`.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) records: Vec<Record>,
    /// 2 is rough: a fifth of one person's pairs lies below the high cut, and a fifth of a
    /// household's above. 1 is calm: a twenty-fifth each.
    pub(crate) noise: i32,
}

/// One record of one person.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) identity: u64,
    pub(crate) person: u64,
    household: u64,
}

impl World {
    /// Persons with one to `records_max` records, in households of one to four.
    pub(crate) fn new(seed: u64, persons: u64, records_max: u64) -> Self {
        let mut records = Vec::new();
        for person in 0..persons {
            let household = person - person % (1 + hash(seed, person / 4, 1) % 4);
            for copy in 0..=hash(seed, person, 2) % records_max {
                let identity = person * 1000 + copy;
                records.push(Record { identity, person, household });
            }
        }
        Self { seed, records, noise: 2 }
    }

    /// In 1/256 bit: one person about 18 bits, one household about 2, strangers about -22, each
    /// with a wide spread (a sum of four, so near a bell).
    pub(crate) fn weight(&self, a: u32, b: u32) -> i32 {
        let (a, b) = (&self.records[a as usize], &self.records[b as usize]);
        let (low, high) = (a.identity.min(b.identity), a.identity.max(b.identity));
        let spread: i32 =
            (3..7).map(|turn| (hash(self.seed ^ turn, low, high) % 2048) as i32 - 1024).sum();
        let middle = if a.person == b.person {
            18
        } else if a.household == b.household {
            2
        } else {
            -22
        };
        middle * 256 + spread * self.noise
    }

    /// What blocking proposes: 93 % of one person's pairs, 60 % of a household's, 2 % of the rest.
    pub(crate) fn edges(&self) -> Vec<Edge> {
        let count = self.records.len() as u32;
        let mut edges = Vec::new();
        for a in 0..count {
            for b in a + 1..count {
                let (one, two) = (&self.records[a as usize], &self.records[b as usize]);
                let (low, high) = (one.identity.min(two.identity), one.identity.max(two.identity));
                let percent = if one.person == two.person {
                    93
                } else if one.household == two.household {
                    60
                } else {
                    2
                };
                if hash(self.seed, low, high) % 100 < percent {
                    edges.push(Edge { a, b, weight: self.weight(a, b) });
                }
            }
        }
        edges
    }

    /// All pairs.
    pub(crate) fn every_edge(&self) -> Vec<Edge> {
        let count = self.records.len() as u32;
        let every = |a| (a + 1..count).map(move |b| (a, b));
        let weighed = |(a, b)| Edge { a, b, weight: self.weight(a, b) };
        (0..count).flat_map(every).map(weighed).collect()
    }

    pub(crate) fn settle(&self, decisions: &Decisions, cuts: &Cuts) -> Grouping {
        let score = |a, b| self.weight(a, b);
        settle(self.records.len() as u32, &self.edges(), &score, decisions, cuts)
    }

    /// The same world with one record less.
    pub(crate) fn without(&self, at: usize) -> Self {
        let mut world = self.clone();
        world.records.remove(at);
        world
    }

    /// The groups as sets of identities, in an order of their own.
    pub(crate) fn groups(&self, grouping: &Grouping) -> Vec<Vec<u64>> {
        let mut groups = std::collections::BTreeMap::<u32, Vec<u64>>::new();
        for (record, group) in self.records.iter().zip(&grouping.group_of) {
            groups.entry(*group).or_default().push(record.identity);
        }
        let mut groups: Vec<Vec<u64>> = groups.into_values().collect();
        for group in &mut groups {
            group.sort_unstable();
        }
        groups.sort();
        groups
    }
}

/// Puts the items in another order that only `seed` decides.
pub(crate) fn shuffle<T>(seed: u64, items: &mut [T]) {
    for at in (1..items.len()).rev() {
        items.swap(at, (hash(seed, at as u64, 9) % (at as u64 + 1)) as usize);
    }
}
