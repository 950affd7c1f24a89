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
    /// For each record where its blocks begin in `blocks`; one more at the end.
    firsts: Vec<u32>,
    blocks: Vec<u32>,
    /// One for each of [`KINDS`].
    pub(crate) kinds: Vec<KeyKind>,
}

/// What one part came to.
struct Part {
    members: Vec<u32>,
    sizes: Vec<u32>,
    kinds: Vec<KeyKind>,
}

impl Blocks {
    /// Gathers `keys_of` every record (appended, each once) and keeps keys of 2 to `most` records.
    pub(crate) fn new(
        count: usize,
        most: u32,
        team: &Team,
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
            part(&entries, most)
        });
        drop(chunks);
        Self::assemble(count, parts)
    }

    fn assemble(count: usize, parts: Vec<Part>) -> Self {
        let mut kinds: Vec<KeyKind> =
            KINDS.iter().map(|kind| KeyKind { kind: (*kind).into(), ..KeyKind::default() }).collect();
        let (mut members, mut starts) = (Vec::new(), vec![0_u32]);
        for part in parts {
            members.extend_from_slice(&part.members);
            for size in part.sizes {
                starts.push(starts[starts.len() - 1] + size);
            }
            for (kind, more) in kinds.iter_mut().zip(part.kinds) {
                kind.keys += more.keys;
                kind.retired += more.retired;
                kind.pairs += more.pairs;
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
        let mut blocks = vec![0; members.len()];
        for block in 0..starts.len() - 1 {
            for &member in &members[starts[block] as usize..starts[block + 1] as usize] {
                blocks[next[member as usize] as usize] = block as u32;
                next[member as usize] += 1;
            }
        }
        Self { members, starts, firsts, blocks, kinds }
    }

    /// The records above `record` that share a live key with it, ascending, into `out`.
    pub(crate) fn above(&self, record: u32, out: &mut Vec<u32>) {
        out.clear();
        let range = self.firsts[record as usize]..self.firsts[record as usize + 1];
        for &block in &self.blocks[range.start as usize..range.end as usize] {
            let block = block as usize;
            let members =
                &self.members[self.starts[block] as usize..self.starts[block + 1] as usize];
            out.extend(members.iter().rev().take_while(|member| **member > record));
        }
        out.sort_unstable();
        out.dedup();
    }
}

fn part(entries: &[(u64, u32)], most: u32) -> Part {
    let mut part =
        Part { members: Vec::new(), sizes: Vec::new(), kinds: vec![KeyKind::default(); KINDS.len()] };
    for block in entries.chunk_by(|a, b| a.0 == b.0) {
        let kind = &mut part.kinds[keys::kind(block[0].0)];
        kind.keys += 1;
        if block.len() > most as usize {
            kind.retired += 1;
        } else if block.len() > 1 {
            kind.pairs += (block.len() * (block.len() - 1) / 2) as u64;
            part.sizes.push(block.len() as u32);
            part.members.extend(block.iter().map(|entry| entry.1));
        }
    }
    part
}
