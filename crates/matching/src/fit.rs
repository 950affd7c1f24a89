//! Weights from the records themselves, without labels.
//!
//! Expectation and maximisation (Dempster, Laird and Rubin, 1977) over three classes: one person,
//! kin, unrelated. How often unrelated pairs agree is counted on random pairs; all pairs that
//! blocking did not propose are taken as unrelated, so priors are those of all pairs.

use crate::{
    compare::{Level, Seen, WHATS_MAX, What, levels},
    text::mix,
    threads::Team,
    weights::{LevelWeights, Scales, Weights, kin_share, kin_share_max, quarters},
};

/// Rounds of expectation and maximisation.
const ROUNDS: usize = 12;
/// Pairs that the shipped shares count as.
const BELIEF: f64 = 50.0;

/// A pattern of levels.
pub(crate) type Pattern = [Seen; WHATS_MAX];

/// What is fitted to.
pub(crate) struct Evidence<'e> {
    pub(crate) whats: &'e [What],
    /// Random pairs.
    pub(crate) random: &'e [Pattern],
    /// A sample of the proposed pairs, in chunks.
    pub(crate) proposed: &'e [Vec<Pattern>],
    /// The share of proposed pairs that the sample holds.
    pub(crate) share: f64,
    /// All pairs there are.
    pub(crate) pairs: f64,
}

/// Fits the weights.
pub(crate) fn fit(evidence: &Evidence<'_>, records: usize, team: Team) -> Scales {
    let chances: Vec<Vec<f64>> =
        evidence.whats.iter().enumerate().map(|(at, &what)| chance(evidence, at, what)).collect();
    let mut same: Vec<Vec<f64>> = evidence
        .whats
        .iter()
        .map(|&what| levels(what).iter().map(|level| f64::from(level.same)).collect())
        .collect();
    let mut kin: Vec<f64> = evidence.whats.iter().map(|&what| kin_share(what)).collect();
    let start = (records as f64 / evidence.pairs).log2();
    let (mut prior, mut kin_prior) = (start, start - 1.0);
    for _ in 0..ROUNDS {
        let scales = scales(evidence.whats, &same, &chances, &kin, (prior, kin_prior), |bits| bits);
        let sums = expect(evidence, &scales, &kin, team);
        for (at, &what) in evidence.whats.iter().enumerate() {
            same[at] = shares(levels(what), &sums.levels[at]);
            let (shared, of) = sums.kin[at];
            let belief = BELIEF.min(sums.kin_pairs * evidence.share * 0.1 + 1.0);
            kin[at] = ((shared + belief * kin_share(what)) / (of + belief))
                .clamp(0.001, kin_share_max(what));
        }
        let odds = |pairs: f64| (pairs.max(1.0) / evidence.share / evidence.pairs).log2();
        prior = odds(sums.person_pairs);
        kin_prior = odds(sums.kin_pairs);
    }
    let kin: Vec<f64> = kin.iter().map(|share| (share * 100.0).round() / 100.0).collect();
    let priors = (quarters(prior), quarters(kin_prior));
    scales(evidence.whats, &same, &chances, &kin, priors, quarters)
}

fn scales(
    whats: &[What],
    same: &[Vec<f64>],
    chances: &[Vec<f64>],
    kin: &[f64],
    priors: (f64, f64),
    _round: impl Fn(f64) -> f64,
) -> Scales {
    let comparisons = whats.iter().enumerate().map(|(at, &what)| Weights {
        what,
        kin: kin[at],
        levels: levels(what)
            .iter()
            .enumerate()
            .skip(1)
            .map(|(index, level)| LevelWeights::of(level, same[at][index], chances[at][index]))
            .collect(),
    });
    Scales::new(priors.0, priors.1, comparisons.collect())
}

/// How often unrelated pairs come out at each level.
fn chance(evidence: &Evidence<'_>, at: usize, what: What) -> Vec<f64> {
    let levels = levels(what);
    let mut counts = vec![0.0; levels.len()];
    for pattern in evidence.random {
        counts[usize::from(pattern[at].level)] += 1.0;
    }
    let frames = frame_sums(levels, &counts);
    levels
        .iter()
        .zip(&counts)
        .map(|(level, count)| {
            let all: f64 = frames[usize::from(level.frame)];
            (count + 0.5).max(f64::from(level.chance) * 10.0) / (all + 10.0)
        })
        .collect()
}

fn frame_sums(levels: &[Level], counts: &[f64]) -> [f64; 4] {
    let mut sums = [0.0; 4];
    for (level, count) in levels.iter().zip(counts).skip(1) {
        sums[usize::from(level.frame)] += count;
    }
    sums
}

/// Shares within frames, leaning on the shipped ones.
fn shares(levels: &[Level], counts: &[f64]) -> Vec<f64> {
    let frames = frame_sums(levels, counts);
    let shipped: Vec<f64> = levels.iter().map(|level| f64::from(level.same)).collect();
    let shipped_sums = frame_sums(levels, &shipped);
    levels
        .iter()
        .zip(counts)
        .map(|(level, count)| {
            let frame = usize::from(level.frame);
            let belief = f64::from(level.same) / shipped_sums[frame].max(1e-9);
            (count + BELIEF * belief) / (frames[frame] + BELIEF)
        })
        .collect()
}

/// Expected counts.
struct Sums {
    person_pairs: f64,
    kin_pairs: f64,
    levels: Vec<Vec<f64>>,
    /// For each comparison: shared among kin, of so many.
    kin: Vec<(f64, f64)>,
}

impl Sums {
    fn new(whats: &[What]) -> Self {
        Self {
            person_pairs: 0.0,
            kin_pairs: 0.0,
            levels: whats.iter().map(|&what| vec![0.0; levels(what).len()]).collect(),
            kin: vec![(0.0, 0.0); whats.len()],
        }
    }

    fn add(&mut self, more: &Self) {
        self.person_pairs += more.person_pairs;
        self.kin_pairs += more.kin_pairs;
        for (mine, theirs) in self.levels.iter_mut().flatten().zip(more.levels.iter().flatten()) {
            *mine += theirs;
        }
        for (mine, theirs) in self.kin.iter_mut().zip(&more.kin) {
            mine.0 += theirs.0;
            mine.1 += theirs.1;
        }
    }
}

fn expect(evidence: &Evidence<'_>, scales: &Scales, kin: &[f64], team: Team) -> Sums {
    let parts = team.each(evidence.proposed.len(), |chunk| {
        let mut sums = Sums::new(evidence.whats);
        for pattern in &evidence.proposed[chunk] {
            expect_one(&mut sums, pattern, scales, kin);
        }
        sums
    });
    let mut sums = Sums::new(evidence.whats);
    for part in &parts {
        sums.add(part);
    }
    sums
}

fn expect_one(sums: &mut Sums, pattern: &Pattern, scales: &Scales, kin: &[f64]) {
    let (person, kinship) = scales.sums(pattern);
    let odds = |weight: i32| f64::from(weight.clamp(-60 * 256, 60 * 256)) / 256.0;
    let (person, kinship) = (odds(person).exp2(), odds(kinship).exp2());
    let all = person + kinship + 1.0;
    let (person, kinship) = (person / all, kinship / all);
    sums.person_pairs += person;
    sums.kin_pairs += kinship;
    for (at, seen) in pattern[..kin.len()].iter().enumerate().filter(|(_, seen)| seen.level != 0) {
        sums.levels[at][usize::from(seen.level)] += person;
        if kinship > 1e-3 {
            let shared = kin[at] * (f64::from(scales.one(at, *seen)) / 256.0).exp2();
            sums.kin[at].0 += kinship * shared / (shared + 1.0 - kin[at]);
            sums.kin[at].1 += kinship;
        }
    }
}

/// Two different records below `count`, the same for the same `at`.
pub(crate) fn random_pair(at: u64, count: usize) -> (u32, u32) {
    let first = mix(at, 0x51) % count as u64;
    let step = 1 + mix(at, 0x52) % (count as u64 - 1);
    (first as u32, ((first + step) % count as u64) as u32)
}

/// Is this pair in a sample of one in `every`?
pub(crate) fn sampled(a: u32, b: u32, every: u64) -> bool {
    mix(a.into(), b.into()).is_multiple_of(every.max(1))
}
