//! What each way of being alike weighs, for a page that shows a model.

use crate::{Model, compare::Seen, compare::levels, explain};

/// One comparison, with what each of its outcomes weighs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scale {
    /// What is compared, as explanations name it: "family name".
    pub comparison: String,
    /// Its outcomes, in the order of the model; missing values weigh nothing and are left out.
    pub levels: Vec<ScaleLevel>,
}

/// How a comparison may come out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScaleLevel {
    /// In words, as explanations say it: "one letter apart".
    pub words: String,
    /// With a value that one record in [`COMMON`] has, in 1/256 bit.
    pub common: i32,
    /// With a value that one record in [`RARE`] has, in 1/256 bit; the same as `common` where
    /// rarity makes no difference.
    pub rare: i32,
}

/// One in so many records has a value that is common.
pub const COMMON: u32 = 64;
/// One in so many records has a value that is rare.
pub const RARE: u32 = 16_384;

/// Rarity in half-octaves: log2 counted in halves.
const fn half_octaves(one_in: u32) -> u8 {
    2 * one_in.ilog2() as u8
}

impl Model {
    /// Every comparison with what its outcomes weigh: the weights behind [`Model::explain`].
    pub fn scales(&self) -> Vec<Scale> {
        let comparisons = self.weights().iter().enumerate();
        comparisons
            .map(|(at, weights)| {
                let weight = |level: usize, one_in: u32| {
                    let level = u8::try_from(level).expect("a comparison has few levels");
                    self.scales.one(at, Seen { level, rare: half_octaves(one_in) })
                };
                let shown = |(level, words): (usize, &str)| ScaleLevel {
                    words: words.to_owned(),
                    common: weight(level, COMMON),
                    rare: weight(level, RARE),
                };
                let named = levels(weights.what).iter().enumerate().skip(1);
                let named = named.map(|(level, one)| (level, one.words));
                Scale {
                    comparison: explain::title(self, weights.what),
                    levels: named.map(shown).collect(),
                }
            })
            .collect()
    }

    /// What is known of any two records before they are compared, in 1/256 bit.
    pub fn prior(&self) -> i32 {
        self.scales.prior()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{Field, Record, Schema};

    #[test]
    fn what_is_shown_of_a_model_is_what_it_weighs() {
        let model = Model::built_in(&Schema::new([("email", Field::Email)]));
        let scales = model.scales();
        assert_eq!(scales.len(), 1);
        let prepare = |value| model.prepare(&Record { id: "", values: vec![(0, value)] });
        let differs = [prepare("maya@example.com"), prepare("hartley.b@example.org")];
        let explained = model.explain(&differs[0], &differs[1]);
        assert_eq!(explained.lines[0].weight, model.prior());
        let line = explained.lines.iter().find(|line| line.comparison == scales[0].comparison);
        let line = line.unwrap();
        let level = scales[0].levels.iter().find(|one| one.words == line.level).unwrap();
        assert!((level.common..=level.rare).contains(&line.weight), "{line:?} {level:?}");
    }
}
