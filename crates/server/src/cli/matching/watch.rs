//! How far a run is, on a terminal; and how long each stage took.

use std::{cell::RefCell, time::Instant};

use handfast_matching::Stage;
use indicatif::ProgressBar;
use serde::Serialize;

use super::super::say;

/// A bar that names the stage.
pub(super) struct Watcher {
    bar: ProgressBar,
    stages: RefCell<Vec<(&'static str, Instant)>>,
}

/// How long one stage took.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Took {
    pub(super) stage: &'static str,
    pub(super) seconds: f64,
}

impl Watcher {
    pub(super) fn new() -> Self {
        Self { bar: say::steps_bar(1), stages: RefCell::default() }
    }

    /// So much of a stage of the engine is done.
    pub(super) fn at_stage(&self, stage: Stage, done: u64, total: u64) {
        let words = match stage {
            Stage::Counting => "counting values",
            Stage::Preparing => "preparing records",
            Stage::Blocking => "blocking",
            Stage::Fitting => "fitting the model",
            Stage::Scoring => "scoring pairs",
            Stage::Grouping => "forming clusters",
        };
        self.at(words, done, total);
    }

    /// So much of a stage is done.
    pub(super) fn at(&self, stage: &'static str, done: u64, total: u64) {
        let mut stages = self.stages.borrow_mut();
        if stages.last().is_none_or(|(last, _)| *last != stage) {
            stages.push((stage, Instant::now()));
            self.bar.set_message(stage);
        }
        self.bar.set_length(total.max(1));
        self.bar.set_position(done);
    }

    /// Takes the bar away; how long the stages took, in their order.
    pub(super) fn finish(&self) -> Vec<Took> {
        self.bar.finish_and_clear();
        let stages = self.stages.borrow();
        let ends = stages.iter().skip(1).map(|(_, began)| *began).chain([Instant::now()]);
        let mut took: Vec<Took> = Vec::new();
        for ((stage, began), end) in stages.iter().zip(ends) {
            let seconds = (end - *began).as_secs_f64();
            // Stages may alternate: fitting scores some pairs first.
            match took.iter_mut().find(|one| one.stage == *stage) {
                Some(one) => one.seconds += seconds,
                None => took.push(Took { stage, seconds }),
            }
        }
        for one in &mut took {
            one.seconds = (one.seconds * 1_000.0).round() / 1_000.0;
        }
        took
    }
}
