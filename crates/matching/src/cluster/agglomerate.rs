//! Average linkage within every part, the parts shared out among threads.

use std::{
    collections::HashMap, num::NonZero, ops::Range, sync::Mutex, thread,
    thread::available_parallelism,
};

use super::{
    Cuts, Verdict,
    decisions::Ruling,
    linkage::Linkage,
    moves,
    pairs::Pairs,
    parts::{Forest, Parts},
    torn,
};

/// Fewer records than this are not worth a second thread.
const RECORDS_PER_THREAD_MIN: usize = 4096;
/// How often records are moved and groups joined again.
const PASSES_MAX: usize = 4;

/// What grouping needs to know.
pub(super) struct World<'a, S> {
    pub(super) pairs: &'a Pairs,
    pub(super) parts: &'a Parts,
    pub(super) score: &'a S,
    pub(super) cuts: &'a Cuts,
}

/// Decisions between records of one part, by their places in it.
#[derive(Default)]
pub(super) struct Ruled {
    pub(super) same: Vec<(u32, u32)>,
    pub(super) apart: Vec<(u32, u32)>,
}

/// The smallest index of each record's group, and the records that were torn, ascending.
pub(super) fn all<S>(world: &World<'_, S>, ruling: &Ruling) -> (Vec<u32>, Vec<u32>)
where
    S: Fn(u32, u32) -> i32 + Sync,
{
    let parts = world.parts;
    let ruled = by_part(parts, ruling);
    let mut names = vec![0_u32; parts.members.len()];
    let torn = Mutex::new(Vec::new());
    let shares = Mutex::new(shares(parts, &mut names));
    let work = || {
        let mut linkage = Linkage::new(world);
        loop {
            let share = shares.lock().expect("no thread panics with the lock").pop();
            let Some((range, names)) = share else { break };
            let found = settle_share(world, &ruled, range, names, &mut linkage);
            torn.lock().expect("no thread panics with the lock").extend(found);
        }
    };
    let worth = parts.members.len() / RECORDS_PER_THREAD_MIN + 1;
    // Asking costs more than a small grouping does.
    let threads = if worth == 1 { 1 } else { available_parallelism().map_or(1, NonZero::get) };
    let threads = threads.min(worth);
    thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
    let mut group_of: Vec<u32> = (0..world.pairs.record_count()).collect();
    for (&record, &name) in parts.members.iter().zip(&names) {
        group_of[record as usize] = name;
    }
    let mut torn = torn.into_inner().expect("no thread panics with the lock");
    torn.sort_unstable();
    (group_of, torn)
}

/// Runs of parts of roughly equal size, each with its stretch of the result.
fn shares<'n>(parts: &Parts, mut names: &'n mut [u32]) -> Vec<(Range<usize>, &'n mut [u32])> {
    let enough = RECORDS_PER_THREAD_MIN.max(names.len() / 64);
    let (mut shares, mut first) = (Vec::new(), 0);
    for part in 1..=parts.count() {
        let size = (parts.starts[part] - parts.starts[first]) as usize;
        if size >= enough || part == parts.count() {
            let (mine, rest) = names.split_at_mut(size);
            shares.push((first..part, mine));
            (names, first) = (rest, part);
        }
    }
    shares
}

/// The decisions that hold, for each part that any speaks of. What speaks of two parts is kept
/// by itself: they never meet.
fn by_part(parts: &Parts, ruling: &Ruling) -> HashMap<usize, Ruled> {
    let mut ruled: HashMap<usize, Ruled> = HashMap::new();
    let part_of = |place: u32| parts.starts.partition_point(|&start| start <= place) - 1;
    let same = ruling.same.iter().map(|&pair| (pair, Verdict::Same));
    let apart = ruling.apart.iter().map(|&pair| (pair, Verdict::Apart));
    for ((a, b), verdict) in same.chain(apart) {
        let (Some(a), Some(b)) = (parts.place_of(a), parts.place_of(b)) else { continue };
        let part = part_of(a);
        if part == part_of(b) {
            let start = parts.starts[part];
            let ruled = ruled.entry(part).or_default();
            let list = if verdict == Verdict::Same { &mut ruled.same } else { &mut ruled.apart };
            list.push((a - start, b - start));
        }
    }
    ruled
}

fn settle_share<'w, S: Fn(u32, u32) -> i32>(
    world: &World<'w, S>,
    ruled: &HashMap<usize, Ruled>,
    range: Range<usize>,
    names: &mut [u32],
    linkage: &mut Linkage<'w, S>,
) -> Vec<u32> {
    let parts = world.parts;
    let (mut torn, undecided) = (Vec::new(), Ruled::default());
    let offset = parts.starts[range.start] as usize;
    for part in range {
        let (start, end) = (parts.starts[part] as usize, parts.starts[part + 1] as usize);
        let members = &parts.members[start..end];
        let names = &mut names[start - offset..end - offset];
        let ruled = ruled.get(&part).unwrap_or(&undecided);
        if members.len() == 2 && ruled.apart.is_empty() {
            // Two records are one part because of an edge at the high cut, or a decision.
            names.fill(members[0]);
            continue;
        }
        linkage.open(members, parts.starts[part]);
        let mut groups = settle_part(linkage, ruled, &[]);
        let aside = torn::find(linkage, ruled);
        if !aside.is_empty() {
            // As if they had never been here, so that little hangs on a record left alone.
            torn.extend(aside.iter().map(|&place| members[place as usize]));
            groups = settle_part(linkage, ruled, &aside);
        }
        for (name, &place) in names.iter_mut().zip(&groups) {
            *name = members[place as usize];
        }
    }
    torn
}

/// Joins groups, moves records that fit elsewhere, and joins again until nothing changes.
fn settle_part<S: Fn(u32, u32) -> i32>(
    linkage: &mut Linkage<'_, S>,
    ruled: &Ruled,
    aside: &[u32],
) -> Vec<u32> {
    linkage.form(&ruled.persons(linkage.record_count()), &ruled.apart, aside);
    linkage.run();
    for _ in 0..PASSES_MAX {
        let Some(moved) = moves::better(linkage, ruled, aside) else { break };
        linkage.form(&moved, &ruled.apart, aside);
        linkage.run();
    }
    linkage.names()
}

impl Ruled {
    /// For each record the first of those decided to be the same person.
    fn persons(&self, record_count: u32) -> Vec<u32> {
        let mut forest = Forest::new(record_count);
        for &(a, b) in &self.same {
            forest.join(a, b);
        }
        (0..record_count).map(|place| forest.root(place)).collect()
    }

    /// Whether a person decided anything about this record.
    pub(super) fn decided(&self, place: u32) -> bool {
        self.same.iter().chain(&self.apart).any(|&(a, b)| a == place || b == place)
    }
}
