//! Which records hold a key: a map from numbers to short lists, made for tens of millions of keys.
//!
//! Most keys are held by one record, so an entry of 16 bytes is all that it takes. Lists of two
//! and more lie in one pool by powers of two. A thousand shards grow by themselves, so that no
//! insertion waits for more than a thousandth of the map to move.

const SHARDS: usize = 1024;
/// No block of this size is free.
const NONE: u32 = u32::MAX;

/// Keys and the records that hold them.
#[derive(Clone, Debug)]
pub(super) struct Postings {
    shards: Vec<Shard>,
}

#[derive(Clone, Debug)]
struct Shard {
    /// Open addressing with linear probing; a power of two, at most 7/8 full.
    entries: Vec<Entry>,
    used: usize,
    pool: Vec<u32>,
    /// The first free block of each size `1 << n`; each names the next.
    free: [u32; 32],
}

/// An empty one has the count 0.
#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    key: u64,
    /// The record, when the count is one; else where its list begins in the pool.
    head: u32,
    count: u32,
}

/// How many places the list of so many records has.
fn room(count: u32) -> u32 {
    count.next_power_of_two()
}

impl Postings {
    pub(super) fn new() -> Self {
        let shard = Shard {
            entries: vec![Entry::default(); 8],
            used: 0,
            pool: Vec::new(),
            free: [NONE; 32],
        };
        Self { shards: vec![shard; SHARDS] }
    }

    /// Adds a record to a key that it does not hold yet, and returns how many hold it now.
    pub(super) fn add(&mut self, key: u64, record: u32) -> u32 {
        let mixed = mix(key);
        self.shards[shard_of(mixed)].add(mixed, record)
    }

    /// Takes a record from a key and returns how many still hold it; none if it did not.
    pub(super) fn remove(&mut self, key: u64, record: u32) -> Option<u32> {
        let mixed = mix(key);
        self.shards[shard_of(mixed)].remove(mixed, record)
    }

    /// The records that hold a key, in no order that means anything.
    pub(super) fn holders(&self, key: u64) -> &[u32] {
        let mixed = mix(key);
        let shard = &self.shards[shard_of(mixed)];
        shard.find(mixed).map_or(&[], |at| shard.list(&shard.entries[at]))
    }

    /// How many records hold a key.
    pub(super) fn count(&self, key: u64) -> u32 {
        let mixed = mix(key);
        let shard = &self.shards[shard_of(mixed)];
        shard.find(mixed).map_or(0, |at| shard.entries[at].count)
    }

    /// Memory taken, in bytes.
    #[cfg(test)]
    fn bytes(&self) -> usize {
        let one = |shard: &Shard| {
            shard.entries.capacity() * size_of::<Entry>() + shard.pool.capacity() * size_of::<u32>()
        };
        self.shards.iter().map(one).sum::<usize>() + SHARDS * size_of::<Shard>()
    }
}

/// One to one, so that a mixed key stands for the key.
fn mix(key: u64) -> u64 {
    let mixed = (key ^ (key >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 29)
}

fn shard_of(mixed: u64) -> usize {
    (mixed >> 54) as usize
}

impl Shard {
    fn find(&self, key: u64) -> Option<usize> {
        let mask = self.entries.len() - 1;
        let mut at = key as usize & mask;
        loop {
            let entry = &self.entries[at];
            if entry.count == 0 {
                return None;
            }
            if entry.key == key {
                return Some(at);
            }
            at = (at + 1) & mask;
        }
    }

    fn list<'a>(&'a self, entry: &'a Entry) -> &'a [u32] {
        if entry.count == 1 {
            return std::slice::from_ref(&entry.head);
        }
        &self.pool[entry.head as usize..(entry.head + entry.count) as usize]
    }

    fn add(&mut self, key: u64, record: u32) -> u32 {
        let Some(at) = self.find(key) else {
            self.insert(Entry { key, head: record, count: 1 });
            return 1;
        };
        let Entry { head, count, .. } = self.entries[at];
        let (old, new) = (room(count), room(count + 1));
        let begin = if new == old { head } else { self.allocate(new) };
        if count == 1 {
            self.pool[begin as usize] = head;
        } else if begin != head {
            self.pool.copy_within(head as usize..(head + count) as usize, begin as usize);
            self.release(head, old);
        }
        self.pool[(begin + count) as usize] = record;
        self.entries[at] = Entry { key, head: begin, count: count + 1 };
        count + 1
    }

    fn remove(&mut self, key: u64, record: u32) -> Option<u32> {
        let at = self.find(key)?;
        let Entry { head, count, .. } = self.entries[at];
        if count == 1 {
            if head != record {
                return None;
            }
            self.delete(at);
            return Some(0);
        }
        let list = &mut self.pool[head as usize..(head + count) as usize];
        let place = list.iter().position(|&one| one == record)?;
        list.swap(place, count as usize - 1);
        let left = count - 1;
        let (old, new) = (room(count), room(left));
        let begin = if left == 1 {
            self.pool[head as usize]
        } else if new < old {
            self.allocate(new)
        } else {
            head
        };
        if new < old {
            if left > 1 {
                self.pool.copy_within(head as usize..(head + left) as usize, begin as usize);
            }
            self.release(head, old);
        }
        self.entries[at] = Entry { key, head: begin, count: left };
        Some(left)
    }

    fn insert(&mut self, entry: Entry) {
        if (self.used + 1) * 8 > self.entries.len() * 7 {
            let double = vec![Entry::default(); self.entries.len() * 2];
            let before = std::mem::replace(&mut self.entries, double);
            for one in before.into_iter().filter(|one| one.count > 0) {
                self.place(one);
            }
        }
        self.place(entry);
        self.used += 1;
    }

    fn place(&mut self, entry: Entry) {
        let mask = self.entries.len() - 1;
        let mut at = entry.key as usize & mask;
        while self.entries[at].count > 0 {
            at = (at + 1) & mask;
        }
        self.entries[at] = entry;
    }

    /// Empties a place and closes the gap, so that every entry is still found from where it
    /// belongs.
    fn delete(&mut self, mut gap: usize) {
        let mask = self.entries.len() - 1;
        let mut at = gap;
        loop {
            at = (at + 1) & mask;
            if self.entries[at].count == 0 {
                break;
            }
            let home = self.entries[at].key as usize & mask;
            if (at.wrapping_sub(home) & mask) >= (at.wrapping_sub(gap) & mask) {
                self.entries[gap] = self.entries[at];
                gap = at;
            }
        }
        self.entries[gap] = Entry::default();
        self.used -= 1;
    }

    /// A block of `size` places, a power of two.
    fn allocate(&mut self, size: u32) -> u32 {
        let class = size.trailing_zeros() as usize;
        let begin = self.free[class];
        if begin == NONE {
            let begin = self.pool.len();
            self.pool.resize(begin + size as usize, 0);
            return begin as u32;
        }
        self.free[class] = self.pool[begin as usize];
        begin
    }

    fn release(&mut self, begin: u32, size: u32) {
        let class = size.trailing_zeros() as usize;
        self.pool[begin as usize] = self.free[class];
        self.free[class] = begin;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::Postings;

    proptest! {
        #[test]
        fn it_is_a_map_from_keys_to_sets(
            steps in proptest::collection::vec((0_u64..40, 0_u32..70, any::<bool>()), 0..800),
        ) {
            let mut postings = Postings::new();
            let mut plain = BTreeMap::<u64, BTreeSet<u32>>::new();
            for (key, record, adds) in steps {
                let holders = plain.entry(key).or_default();
                if adds && holders.insert(record) {
                    prop_assert_eq!(postings.add(key, record) as usize, holders.len());
                } else if !adds {
                    let left = holders.remove(&record).then_some(holders.len() as u32);
                    prop_assert_eq!(postings.remove(key, record), left);
                }
            }
            for (key, holders) in plain {
                let found: BTreeSet<u32> = postings.holders(key).iter().copied().collect();
                prop_assert_eq!(postings.count(key) as usize, holders.len());
                prop_assert_eq!(found, holders);
            }
        }
    }

    #[test]
    fn what_is_removed_leaves_no_memory_behind() {
        let mut postings = Postings::new();
        for turn in 0..3 {
            for key in 0..20_000 {
                for record in 0..5 {
                    postings.add(key, record);
                }
            }
            for key in 0..20_000 {
                for record in 0..5 {
                    assert_eq!(postings.remove(key, record), Some(4 - record));
                }
            }
            assert!(postings.bytes() < 8 << 20, "turn {turn}: {}", postings.bytes());
        }
    }
}
