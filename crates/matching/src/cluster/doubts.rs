//! Groups that may be one person, for a person to decide.

use std::collections::{HashMap, HashSet};

use super::{Edge, agglomerate::World, decisions::Ruling};

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
    let members = Members::of(group_of, &best);
    let mut doubts: Vec<Doubt> = best
        .iter()
        .filter_map(|&(groups, best)| judge(world, groups, best, &members, torn))
        .collect();
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

fn judge<S: Fn(u32, u32) -> i32>(
    world: &World<'_, S>,
    groups: (u32, u32),
    best: Edge,
    members: &Members,
    torn: &[u32],
) -> Option<Doubt> {
    let (mine, theirs) = (members.of_group(groups.0), members.of_group(groups.1));
    let average = average_between(world, mine, theirs);
    let is_torn = |group: &[u32]| group.len() == 1 && torn.binary_search(&group[0]).is_ok();
    let why = if is_torn(mine) || is_torn(theirs) {
        Doubtful::Torn
    } else if average >= world.cuts.low {
        Doubtful::Near
    } else if best.weight >= world.cuts.high {
        Doubtful::Bridged
    } else {
        return None;
    };
    Some(Doubt { groups, why, average, best })
}

fn average_between<S: Fn(u32, u32) -> i32>(
    world: &World<'_, S>,
    mine: &[u32],
    theirs: &[u32],
) -> i32 {
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
            let other = many[j * many.len() / many_taken];
            let (a, b) = (one.min(other), one.max(other));
            let weight = world.pairs.weight(a, b).unwrap_or_else(|| (world.score)(a, b));
            sum += i64::from(world.cuts.temper(weight));
        }
    }
    sum.div_euclid((few_taken * many_taken) as i64) as i32
}

/// The records of the groups in question.
struct Members {
    by_group: HashMap<u32, Vec<u32>>,
}

impl Members {
    fn of(group_of: &[u32], best: &[((u32, u32), Edge)]) -> Self {
        let asked = best.iter().flat_map(|&((a, b), _)| [a, b]);
        let mut by_group: HashMap<u32, Vec<u32>> = asked.map(|group| (group, Vec::new())).collect();
        for (record, group) in group_of.iter().enumerate() {
            if let Some(members) = by_group.get_mut(group) {
                members.push(record as u32);
            }
        }
        Self { by_group }
    }

    fn of_group(&self, group: u32) -> &[u32] {
        &self.by_group[&group]
    }
}
