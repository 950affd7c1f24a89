//! What a run found out besides the groups.

use serde::Serialize;

use crate::Field;

/// What a run is doing; told to the progress function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Counting values: frequencies and placeholders.
    Counting,
    /// Normalising records.
    Preparing,
    /// Making blocking keys and blocks.
    Blocking,
    /// Estimating the weights.
    Fitting,
    /// Scoring candidate pairs.
    Scoring,
    /// Forming groups.
    Grouping,
}

/// Counts of a run, for a person and for a program.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// Records read.
    pub records: u64,
    /// Groups, those of one record included.
    pub groups: u64,
    /// Records in the largest group.
    pub largest_group: u64,
    /// Pairs that share a live blocking key, each once.
    pub candidates: u64,
    /// Pairs above the low cut.
    pub edges: u64,
    /// Blocking, one line for each kind of key.
    pub blocking: Vec<KeyKind>,
    /// Values that were found to say nothing, the most frequent first.
    pub placeholders: Vec<Placeholder>,
}

/// One kind of blocking key.
#[derive(Clone, Debug, Default, Serialize)]
pub struct KeyKind {
    /// In words: "e-mail", "family and given name".
    pub kind: String,
    /// Distinct keys.
    pub keys: u64,
    /// Keys held by more records than the cap; they propose nothing.
    pub retired: u64,
    /// Pairs that live keys of this kind propose (a pair may be proposed by several kinds).
    pub pairs: u64,
}

/// A value that unrelated records share: a form's default, a dummy, a shop's own number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Placeholder {
    /// The kind of value.
    pub field: Field,
    /// As normalised.
    pub value: String,
    /// Records that hold it.
    pub records: u64,
}
