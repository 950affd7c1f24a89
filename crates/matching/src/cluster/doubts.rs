//! Groups that may be one person, for a person to decide.

use std::{
    collections::{HashMap, HashSet},
    thread,
};

use super::{Cuts, Edge, agglomerate::World, decisions::Ruling};

/// Why two groups are in doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Doubtful {
    /// Their average lies at the low cut or above it, and not at the high one.
    Near,
    /// One of them is a record that matches two groups about equally and was left alone.
    Torn,
    /// Two of their records match strongly, the groups as a whole do not.
    Bridged,
}

/// Two groups that a person should look at side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// The groups by their smallest records, ascending.
    pub groups: (u32, u32),
    /// Why.
    pub why: Doubtful,
    /// Average weight over all pairs between them, in 1/256 bit, rounded down. Tempered like in
    /// the grouping, and estimated from a spread of pairs when there are many.
    pub average: i32,
    /// The strongest proposed pair between them, as it was weighed.
    pub best: Edge,
}

/// Up to this many pairs the average of two groups is exact, above it from a spread of as many.
const PAIRS_EXACT_MAX: usize = 64;
/// Fewer pairs of groups than this are not worth a second thread.
const PER_THREAD_MIN: usize = 4096;

/// The doubts, strongest first. Each is among the strongest `doubts_per_group_max` of both its
/// groups, so no group has more.
pub(super) fn find<S>(
    world: &World<'_, S>,
    group_of: &[u32],
    torn: &[u32],
    ruling: &Ruling,
) -> Vec<Doubt>
where
    S: Fn(u32, u32) -> i32 + Sync,
{
    let limit = world.cuts.doubts_per_group_max as usize;
    if limit == 0 {
        return Vec::new();
    }
    let best = best_between(world, group_of, ruling);
    let members = Members::of(group_of);
    let weight = |a: u32, b: u32| {
        let (a, b) = (a.min(b), a.max(b));
        world.pairs.weight(a, b).unwrap_or_else(|| (world.score)(a, b))
    };
    let is_torn = |record: u32| torn.binary_search(&record).is_ok();
    let judge_all = |best: &[((u32, u32), Edge)]| -> Vec<Doubt> {
        let judged = best.iter().filter_map(|&(groups, best)| {
            let sides = (members.of_group(groups.0), members.of_group(groups.1));
            judge(groups, sides, best, &weight, &is_torn, world.cuts)
        });
        judged.collect()
    };
    let (first, second) =
        best.split_at(if best.len() > PER_THREAD_MIN { best.len() / 2 } else { 0 });
    let mut doubts = thread::scope(|scope| {
        let aside = (!first.is_empty()).then(|| scope.spawn(|| judge_all(first)));
        let mut doubts = judge_all(second);
        if let Some(aside) = aside {
            doubts.extend(aside.join().expect("scoring does not panic"));
        }
        doubts
    });
    doubts.sort_by_key(|doubt| {
        (std::cmp::Reverse((doubt.average, doubt.best.weight)), doubt.groups, doubt.why)
    });
    let mut rank: HashMap<u32, usize> = HashMap::new();
    doubts.retain(|doubt| {
        let mut next = |group| {
            let seen = rank.entry(group).or_default();
            *seen += 1;
            *seen <= limit
        };
        let (first, second) = (next(doubt.groups.0), next(doubt.groups.1));
        first && second
    });
    doubts
}

/// For every two groups with an edge at the low cut the best one, ascending.
fn best_between<S>(
    world: &World<'_, S>,
    group_of: &[u32],
    ruling: &Ruling,
) -> Vec<((u32, u32), Edge)> {
    let between = |a: u32, b: u32| {
        let (a, b) = (group_of[a as usize], group_of[b as usize]);
        (a.min(b), a.max(b))
    };
    let decided: HashSet<(u32, u32)> = ruling.apart.iter().map(|&(a, b)| between(a, b)).collect();
    let mut best = Vec::new();
    for a in 0..world.pairs.record_count() {
        for (b, weight) in world.pairs.above(a).filter(|pair| pair.1 >= world.cuts.low) {
            let groups = between(a, b);
            if groups.0 != groups.1 && !decided.contains(&groups) {
                best.push((groups, Edge { a, b, weight }));
            }
        }
    }
    best.sort_unstable_by_key(|&(groups, edge)| {
        (groups, std::cmp::Reverse(edge.weight), edge.a, edge.b)
    });
    best.dedup_by_key(|one| one.0);
    best
}

/// The doubt about two groups, if there is one. `best` is the best edge between them, `weight`
/// weighs any pair.
pub(crate) fn judge(
    groups: (u32, u32),
    sides: (&[u32], &[u32]),
    best: Edge,
    weight: &impl Fn(u32, u32) -> i32,
    is_torn: &impl Fn(u32) -> bool,
    cuts: &Cuts,
) -> Option<Doubt> {
    let average = average_between(sides, weight, cuts);
    let torn_alone = |side: &[u32]| side.len() == 1 && is_torn(side[0]);
    let why = if torn_alone(sides.0) || torn_alone(sides.1) {
        Doubtful::Torn
    } else if average >= cuts.low {
        Doubtful::Near
    } else if best.weight >= cuts.high {
        Doubtful::Bridged
    } else {
        return None;
    };
    Some(Doubt { groups, why, average, best })
}

fn average_between(sides: (&[u32], &[u32]), weight: &impl Fn(u32, u32) -> i32, cuts: &Cuts) -> i32 {
    let (mine, theirs) = sides;
    let (few, many) = if mine.len() < theirs.len() { (mine, theirs) } else { (theirs, mine) };
    let few_taken = if few.len() * many.len() <= PAIRS_EXACT_MAX {
        few.len()
    } else {
        few.len().min(PAIRS_EXACT_MAX.isqrt())
    };
    let many_taken = many.len().min(PAIRS_EXACT_MAX / few_taken);
    let mut sum = 0;
    for i in 0..few_taken {
        let one = few[i * few.len() / few_taken];
        for j in 0..many_taken {
            sum += i64::from(cuts.temper(weight(one, many[j * many.len() / many_taken])));
        }
    }
    sum.div_euclid((few_taken * many_taken) as i64) as i32
}

/// The records of every group, ascending.
struct Members {
    starts: Vec<u32>,
    records: Vec<u32>,
}

impl Members {
    fn of(group_of: &[u32]) -> Self {
        let mut starts = vec![0_u32; group_of.len() + 2];
        for &group in group_of {
            starts[group as usize + 2] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        // While filling, starts[g + 1] is where the next record of g goes.
        let mut records = vec![0; group_of.len()];
        for (record, &group) in group_of.iter().enumerate() {
            let next = &mut starts[group as usize + 1];
            records[*next as usize] = record as u32;
            *next += 1;
        }
        Self { starts, records }
    }

    fn of_group(&self, group: u32) -> &[u32] {
        let (start, end) = (self.starts[group as usize], self.starts[group as usize + 1]);
        &self.records[start as usize..end as usize]
    }
}
