//! What was learnt from the records: weights, frequencies, placeholders.

use serde::{Deserialize, Serialize};

use crate::{
    Explanation, Field, Prepared, Record, Schema,
    cluster::Cuts,
    compare::{Habits, Parts, Seen, WHATS_MAX, What, compare},
    explain,
    frequency::Frequencies,
    keys,
    prepare::Preparer,
    prepared::{Shelf, View},
    weights::{Scales, Weights},
};

/// Everything that turns two records into a weight. Readable as JSON or TOML, frozen when used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// The columns it was made for.
    pub schema: Schema,
    /// A blocking key held by more records than this proposes nothing (it is retired).
    pub key_records_max: u32,
    /// Two groups become one from this average weight on, in 1/256 bit.
    pub cut: i32,
    pub(crate) habits: Habits,
    pub(crate) scales: Scales,
    pub(crate) frequencies: Frequencies,
}

/// The default of [`Model::key_records_max`].
const KEY_RECORDS_MAX: u32 = 40;
/// The default of [`Model::cut`], in 1/256 bit.
///
/// Below zero, because the average over all pairs of two groups falls short of what they say
/// together: records with little in them weigh little against any other.
const CUT: i32 = -2 * 256;
/// A pair counts at most so much below the cut: evidence against is often a slip of the pen.
const FLOOR: i32 = 4 * 256;
/// A record that matches a second group at most this much worse than its own is left to a person.
const MARGIN: i32 = 256;
/// Further below the cut, in 1/256 bit, groups are not even doubtful.
const DOUBT: i32 = 4 * 256;

impl Model {
    /// From here on weights are estimated from the records themselves.
    pub const FIT_RECORDS_MIN: usize = 2_000;
    /// More keys than this a record never has.
    pub const KEYS_MAX: usize = keys::KEYS_MAX;

    /// The model for few records (below [`Model::FIT_RECORDS_MIN`]), where estimating from the
    /// data is unreliable: shipped weights and frequencies of common names.
    pub fn built_in(schema: &Schema) -> Self {
        Self {
            schema: schema.clone(),
            key_records_max: KEY_RECORDS_MAX,
            cut: CUT,
            habits: Habits::default(),
            scales: Scales::built_in(&whats(schema)),
            frequencies: Frequencies::usual(),
        }
    }

    /// Normalises a record.
    pub fn prepare(&self, record: &Record<'_>) -> Prepared {
        let mut shelf = Shelf::default();
        Preparer::new(&self.schema, &self.frequencies).shelve(record, &mut shelf);
        Prepared { slots: shelf.slots.into_boxed_slice(), text: shelf.text.into_boxed_slice() }
    }

    /// Appends the blocking keys of a record: ascending, each once, at most [`Model::KEYS_MAX`].
    pub fn keys(&self, record: &Prepared, out: &mut Vec<u64>) {
        keys::keys(record.view(), out);
    }

    /// The weight of a pair in 1/256 bit: log2 of the odds that they are one person. Symmetric.
    pub fn score(&self, a: &Prepared, b: &Prepared) -> i32 {
        self.weigh(a.view(), b.view())
    }

    /// The same weight, taken apart.
    pub fn explain(&self, a: &Prepared, b: &Prepared) -> Explanation {
        explain::explain(self, a.view(), b.view())
    }

    /// Where groups are cut by default.
    ///
    /// Two groups join from the model's cut on, which may lie below even odds: noisy records of one
    /// person pull the average down. But some two of their records must be more likely than not
    /// one person, or nothing joins them.
    pub fn cuts(&self) -> Cuts {
        let cuts = Cuts::new(self.cut - DOUBT, self.cut);
        Cuts { floor: self.cut - FLOOR, bond: self.cut.max(0), margin: MARGIN, ..cuts }
    }

    pub(crate) fn weigh(&self, a: View<'_>, b: View<'_>) -> i32 {
        let mut seen = [Seen::MISSING; WHATS_MAX];
        self.see(a, b, &mut seen);
        self.scales.weight(&seen)
    }

    pub(crate) fn see(&self, a: View<'_>, b: View<'_>, seen: &mut [Seen; WHATS_MAX]) {
        compare(self.scales.whats(), self.habits, &Parts::new(a), &Parts::new(b), seen);
    }

    pub(crate) fn weights(&self) -> &[Weights] {
        self.scales.list()
    }
}

/// What records of a schema can be compared in.
pub(crate) fn whats(schema: &Schema) -> Vec<What> {
    let any = |fields: &[Field]| fields.iter().any(|field| schema.has(*field));
    let mut whats = Vec::new();
    if schema.has(Field::FullName) {
        whats.extend([What::FirstWord, What::SecondWord, What::ThirdWord]);
    } else if any(&[Field::GivenName, Field::MiddleName, Field::FamilyName]) {
        whats.extend([What::Family, What::Given, What::Middle]);
    }
    let simple = [
        (What::BirthDate, &[Field::BirthDate][..]),
        (What::Address, &[Field::Street, Field::City, Field::Postcode][..]),
        (What::Phone, &[Field::Phone][..]),
        (What::Email, &[Field::Email][..]),
        (What::Organisation, &[Field::Organisation][..]),
    ];
    whats.extend(simple.iter().filter(|(_, fields)| any(fields)).map(|(what, _)| *what));
    for (at, column) in schema.columns.iter().enumerate() {
        match column.field {
            Field::Identifier => whats.push(What::Identifier(at as u16)),
            Field::Category => whats.push(What::Category(at as u16)),
            _ => {}
        }
    }
    whats.truncate(WHATS_MAX);
    whats
}
