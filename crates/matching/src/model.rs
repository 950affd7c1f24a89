//! What was learnt from the records: weights, frequencies, placeholders.

use serde::{Deserialize, Serialize};

use crate::{Explanation, Prepared, Record, Schema, cluster::Cuts};

/// Everything that turns two records into a weight. Readable as JSON or TOML, frozen when used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// The columns it was made for.
    pub schema: Schema,
    /// A blocking key held by more records than this proposes nothing (it is retired).
    pub key_records_max: u32,
}

impl Model {
    /// The model for few records (below [`Model::FIT_RECORDS_MIN`]), where estimating from the data
    /// is unreliable: shipped weights and frequencies of common names.
    pub fn built_in(schema: &Schema) -> Self {
        Self { schema: schema.clone(), key_records_max: 40 }
    }

    /// From here on weights are estimated from the records themselves.
    pub const FIT_RECORDS_MIN: usize = 2_000;

    /// Normalises a record.
    pub fn prepare(&self, _record: &Record<'_>) -> Prepared {
        todo!("M1 at work")
    }

    /// Appends the blocking keys of a record: ascending, each once, at most [`Model::KEYS_MAX`].
    pub fn keys(&self, _record: &Prepared, _keys: &mut Vec<u64>) {
        todo!("M1 at work")
    }

    /// More keys than this a record never has.
    pub const KEYS_MAX: usize = 64;

    /// The weight of a pair in 1/256 bit: log2 of the odds that they are one person. Symmetric.
    pub fn score(&self, _a: &Prepared, _b: &Prepared) -> i32 {
        todo!("M1 at work")
    }

    /// The same weight, taken apart.
    pub fn explain(&self, _a: &Prepared, _b: &Prepared) -> Explanation {
        todo!("M1 at work")
    }

    /// Where groups are cut by default.
    pub fn cuts(&self) -> Cuts {
        Cuts::new(0, 4 * 256)
    }
}
