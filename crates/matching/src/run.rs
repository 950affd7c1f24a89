//! The whole way, from records to groups.

use crate::{Explanation, Model, Records, Report, Stage, cluster::Decisions, cluster::Grouping};

/// How to run. [`Default`] is what the product uses.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// A fitted model to use as it is; none fits one to the records.
    pub model: Option<Model>,
    /// What persons decided, by index of the record.
    pub decisions: Decisions,
    /// Threads to use; none takes as many as the machine offers. Does not change the result.
    pub threads: Option<usize>,
}

/// What a run came to.
#[derive(Debug)]
pub struct Outcome {
    /// The model that was used.
    pub model: Model,
    /// Groups by index of the record; `group_of[i]` is the index of the record with the smallest
    /// id in the group of record `i`.
    pub grouping: Grouping,
    /// Counts.
    pub report: Report,
}

/// Two records of one group that were linked directly, and why.
#[derive(Clone, Debug)]
pub struct Link {
    /// Index of one record.
    pub a: u32,
    /// Index of the other.
    pub b: u32,
    /// Why.
    pub why: Explanation,
}

/// Fits (unless a model is given), blocks, scores and groups. `progress` is called now and then
/// with the stage, how much of it is done, and how much there is to do; from this thread only.
pub fn run(_records: &Records, _options: &Options, _progress: &dyn Fn(Stage, u64, u64)) -> Outcome {
    todo!("M1 at work")
}

impl Outcome {
    /// Every link inside a group, explained; ordered by records.
    pub fn links(&self) -> impl Iterator<Item = Link> + '_ {
        std::iter::empty()
    }
}
