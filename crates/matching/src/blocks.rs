//! From keys to candidate pairs.

use crate::{
    keys::{self, KINDS},
    report::KeyKind,
    threads::Team,
};

/// Keys are sorted in so many parts.
const PARTS: usize = 256;

/// Live blocks and, for each record, the blocks it is in.
pub(crate) struct Blocks {
    members: Vec<u32>,
    /// Where each block begins in `members`; one more at the end.
    starts: Vec<u32>,
    /// For each record where its blocks begin in `of_records`; one more at the end.
    firsts: Vec<u32>,
    of_records: Vec<u32>,
    /// One for each of [`KINDS`].
    pub(crate) kinds: Vec<KeyKind>,
    /// A key held by more records is retired.
    pub(crate) most: u32,
}

/// What one part came to.
struct Part {
    members: Vec<u32>,
    /// Of each block: how many members, and the kind of its key.
    sizes: Vec<(u32, u8)>,
    /// Distinct keys of each kind, and those of more than the most.
    counts: Vec<(u64, u64)>,
}

/// How many records may hold a key.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Most {
    /// So many: a model says so.
    Given(u32),
    /// So many, or fewer where that proposes more pairs than there is time for.
    Upto(u32),
}

/// Pairs that are always worth the time.
const PAIRS_FREE: u64 = 4_000_000;
/// Further pairs for each record, counted as often as they are proposed.
const PAIRS_PER_RECORD: u64 = 24;
/// No model retires keys of so few records.
const MOST_MIN: u32 = 8;

impl Blocks {
    /// Gathers `keys_of` every record (appended, each once) and keeps keys of 2 to `most` records.
    pub(crate) fn new(
        count: usize,
        most: Most,
        team: Team,
        keys_of: &(impl Fn(usize, &mut Vec<u64>) + Sync),
    ) -> Self {
        let chunks = team.chunks(count, |range| {
            let mut parts: Vec<Vec<(u64, u32)>> = vec![Vec::new(); PARTS];
            let mut keys = Vec::new();
            for index in range {
                keys.clear();
                keys_of(index, &mut keys);
                for &key in &keys {
                    parts[(key >> 56) as usize].push((key, index as u32));
                }
            }
            parts
        });
        let parts = team.each(PARTS, |at| {
            let mut entries: Vec<(u64, u32)> =
                chunks.iter().flat_map(|chunk| chunk[at].iter().copied()).collect();
            entries.sort_unstable();
            let (Most::Given(most) | Most::Upto(most)) = most;
            part(&entries, most)
        });
        drop(chunks);
        let most = match most {
            Most::Given(most) => most,
            Most::Upto(most) => affordable(count, most, &parts),
        };
        Self::assemble(count, most, parts)
    }

    fn assemble(count: usize, most: u32, parts: Vec<Part>) -> Self {
        let mut kinds: Vec<KeyKind> = KINDS
            .iter()
            .map(|kind| KeyKind { kind: (*kind).into(), ..KeyKind::default() })
            .collect();
        let (mut members, mut starts) = (Vec::new(), vec![0_u32]);
        for part in parts {
            for (kind, (keys, retired)) in kinds.iter_mut().zip(part.counts) {
                kind.keys += keys;
                kind.retired += retired;
            }
            let mut from = 0;
            for (size, kind) in part.sizes {
                let block = &part.members[from..from + size as usize];
                from += size as usize;
                let kind = &mut kinds[usize::from(kind)];
                if size > most {
                    kind.retired += 1;
                } else {
                    kind.pairs += pairs(size);
                    members.extend_from_slice(block);
                    starts.push(members.len() as u32);
                }
            }
        }
        let mut firsts = vec![0_u32; count + 1];
        for &member in &members {
            firsts[member as usize + 1] += 1;
        }
        for at in 0..count {
            firsts[at + 1] += firsts[at];
        }
        let mut next = firsts.clone();
        let mut of_records = vec![0; members.len()];
        for block in 0..starts.len() - 1 {
            for &member in &members[starts[block] as usize..starts[block + 1] as usize] {
                of_records[next[member as usize] as usize] = block as u32;
                next[member as usize] += 1;
            }
        }
        Self { members, starts, firsts, of_records, kinds, most }
    }

    /// The records above `record` that share a live key with it, ascending, into `out`.
    pub(crate) fn above(&self, record: u32, out: &mut Vec<u32>) {
        out.clear();
        let range = self.firsts[record as usize]..self.firsts[record as usize + 1];
        for &block in &self.of_records[range.start as usize..range.end as usize] {
            let block = block as usize;
            let members =
                &self.members[self.starts[block] as usize..self.starts[block + 1] as usize];
            out.extend(members.iter().rev().take_while(|member| **member > record));
        }
        out.sort_unstable();
        out.dedup();
    }
}

fn pairs(size: u32) -> u64 {
    u64::from(size) * u64::from(size - 1) / 2
}

/// The greatest cap, one of a coarse ladder, that does not propose too many pairs.
fn affordable(count: usize, most: u32, parts: &[Part]) -> u32 {
    let mut by_size = vec![0_u64; most as usize + 1];
    for (size, _) in parts.iter().flat_map(|part| &part.sizes) {
        by_size[*size as usize] += pairs(*size);
    }
    let budget = PAIRS_FREE + PAIRS_PER_RECORD * count as u64;
    let mut cap = most;
    while cap > MOST_MIN && by_size[..=cap as usize].iter().sum::<u64>() > budget {
        cap -= (cap / 5).max(1);
    }
    cap
}

fn part(entries: &[(u64, u32)], most: u32) -> Part {
    let mut part =
        Part { members: Vec::new(), sizes: Vec::new(), counts: vec![(0, 0); KINDS.len()] };
    for block in entries.chunk_by(|a, b| a.0 == b.0) {
        let kind = keys::kind(block[0].0);
        part.counts[kind].0 += 1;
        if block.len() > most as usize {
            part.counts[kind].1 += 1;
        } else if block.len() > 1 {
            part.sizes.push((block.len() as u32, kind as u8));
            part.members.extend(block.iter().map(|entry| entry.1));
        }
    }
    part
}
