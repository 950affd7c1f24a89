//! Weights of levels, and the sum of a pair.
//!
//! Fellegi and Sunter, "A theory for record linkage" (1969): a level weighs log2 of how much more
//! often one person's records come out so than unrelated ones. A third class is ours: *kin*,
//! members of one household or family, who share some values for a reason and others by chance.
//! A pair is weighed against whichever of the two explains it better.

use serde::{Deserialize, Serialize};

use crate::compare::{Level, Seen, WHATS_MAX, What, levels};

/// log2 of the shipped odds that two records are one person: one match for each of 2,000 records.
const PRIOR: f64 = -11.0;
/// log2 of the shipped odds that two records are kin.
const KIN_PRIOR: f64 = -11.0;
/// Quarter-bits either way that the table of kin covers.
const KIN_RANGE: i32 = 160;

/// The weights of one comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Weights {
    pub(crate) what: What,
    /// How often kin share the value itself, of 1.
    pub(crate) kin: f64,
    /// One for each level after "missing".
    pub(crate) levels: Vec<LevelWeights>,
}

/// The two shares of one level, as log2.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct LevelWeights {
    /// In words, for the reader of the file.
    pub(crate) level: String,
    /// Among pairs of one person.
    pub(crate) same: f64,
    /// Among unrelated pairs; where rarity says it, the least it may say (negative), if any.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) chance: Option<f64>,
    /// Is it the rarity of the value that says how often unrelated pairs agree?
    pub(crate) by_rarity: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Stored {
    /// log2 of the odds that any two records are one person.
    prior: f64,
    /// log2 of the odds that any two records are kin.
    kin_prior: f64,
    comparisons: Vec<Weights>,
}

/// All weights, and tables made from them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub(crate) struct Scales {
    stored: Stored,
    whats: Vec<What>,
    prior: i32,
    kin_prior: i32,
    /// For each comparison and level.
    table: Vec<Vec<Cell>>,
    /// For each comparison, by weight in quarter-bits plus [`KIN_RANGE`].
    kin: Vec<Vec<i32>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Cell {
    base: i32,
    /// Each half-octave counts as much, up to this many.
    rare_max: u8,
}

impl From<Scales> for Stored {
    fn from(scales: Scales) -> Self {
        scales.stored
    }
}

impl From<Stored> for Scales {
    fn from(stored: Stored) -> Self {
        Self::new(stored.prior, stored.kin_prior, stored.comparisons)
    }
}

/// The nearest quarter, so that one more record practically never changes a model.
pub(crate) fn quarters(bits: f64) -> f64 {
    (bits * 4.0).round() / 4.0
}

impl Scales {
    pub(crate) fn new(prior: f64, kin_prior: f64, comparisons: Vec<Weights>) -> Self {
        let fixed = |bits: f64| (bits * 256.0).round() as i32;
        let table = comparisons
            .iter()
            .map(|weights| {
                let cells = weights.levels.iter().map(|level| match level.chance {
                    Some(chance) if level.by_rarity => {
                        Cell { base: fixed(level.same), rare_max: (-2.0 * chance).round() as u8 }
                    }
                    None => Cell { base: fixed(level.same), rare_max: u8::MAX },
                    Some(chance) => Cell { base: fixed(level.same - chance), rare_max: 0 },
                });
                std::iter::once(Cell::default()).chain(cells).collect()
            })
            .collect();
        let kin = comparisons
            .iter()
            .map(|weights| {
                (-KIN_RANGE..=KIN_RANGE)
                    .map(|quarter| {
                        let odds = (f64::from(quarter) / 4.0).exp2();
                        fixed(((1.0 - weights.kin) + weights.kin * odds).log2())
                    })
                    .collect()
            })
            .collect();
        Self {
            whats: comparisons.iter().map(|weights| weights.what).collect(),
            prior: fixed(prior),
            kin_prior: fixed(kin_prior),
            table,
            kin,
            stored: Stored { prior, kin_prior, comparisons },
        }
    }

    /// The shipped weights.
    pub(crate) fn built_in(whats: &[What]) -> Self {
        let comparisons = whats.iter().map(|&what| Weights::built_in(what)).collect();
        Self::new(PRIOR, KIN_PRIOR, comparisons)
    }

    pub(crate) fn whats(&self) -> &[What] {
        &self.whats
    }

    pub(crate) fn list(&self) -> &[Weights] {
        &self.stored.comparisons
    }

    pub(crate) fn prior(&self) -> i32 {
        self.prior
    }

    /// What one comparison says for one person against unrelated people, in 1/256 bit.
    pub(crate) fn one(&self, at: usize, seen: Seen) -> i32 {
        let cell = self.table[at][usize::from(seen.level)];
        cell.base + 128 * i32::from(seen.rare.min(cell.rare_max))
    }

    /// What one comparison of this weight says for kin against unrelated people.
    pub(crate) fn one_kin(&self, at: usize, weight: i32) -> i32 {
        let quarter = ((weight + 32) >> 6).clamp(-KIN_RANGE, KIN_RANGE);
        self.kin[at][(quarter + KIN_RANGE) as usize]
    }

    /// For one person against unrelated people, and for kin against unrelated people.
    pub(crate) fn sums(&self, seen: &[Seen; WHATS_MAX]) -> (i32, i32) {
        let (mut person, mut kin) = (self.prior, self.kin_prior);
        for (at, &seen) in seen[..self.table.len()].iter().enumerate() {
            if seen.level != 0 {
                let weight = self.one(at, seen);
                person += weight;
                kin += self.one_kin(at, weight);
            }
        }
        (person, kin)
    }

    /// The weight of a pair.
    pub(crate) fn weight(&self, seen: &[Seen; WHATS_MAX]) -> i32 {
        let (person, kin) = self.sums(seen);
        person - kin.max(0)
    }
}

impl Weights {
    /// The shipped weights of a comparison.
    pub(crate) fn built_in(what: What) -> Self {
        let levels = levels(what)[1..].iter().map(LevelWeights::built_in).collect();
        Self { what, kin: kin_share(what), levels }
    }
}

impl LevelWeights {
    fn built_in(level: &Level) -> Self {
        Self::of(level, f64::from(level.same), f64::from(level.chance))
    }

    /// From shares.
    pub(crate) fn of(level: &Level, same: f64, chance: f64) -> Self {
        let bits = |share: f64| quarters(share.max(1e-6).log2());
        let chance = match (level.by_rarity, level.bounded) {
            (false, _) => Some(bits(chance)),
            (true, true) => Some((bits(chance) - 2.0).max(-100.0)),
            (true, false) => None,
        };
        Self { level: level.words.into(), same: bits(same), chance, by_rarity: level.by_rarity }
    }
}

/// How often two members of a household or family share a value for that reason, before any
/// record is seen.
pub(crate) fn kin_share(what: What) -> f64 {
    match what {
        What::Family | What::FirstWord | What::Address => 0.8,
        What::SecondWord | What::Email => 0.1,
        What::Given | What::Middle | What::ThirdWord => 0.05,
        What::BirthDate | What::Identifier(_) => 0.03,
        What::Phone => 0.4,
        What::Organisation | What::Category(_) => 0.3,
    }
}

/// The most that may be found: kin are other people, so what is personal they share by chance.
pub(crate) fn kin_share_max(what: What) -> f64 {
    match what {
        What::Given | What::Middle | What::ThirdWord => 0.1,
        What::BirthDate | What::Identifier(_) => 0.06,
        What::SecondWord | What::Email => 0.2,
        What::Phone => 0.7,
        _ => 0.98,
    }
}
