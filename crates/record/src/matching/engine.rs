//! The engine of `handfast-matching`, as records are compared here: which fields, which model.

use handfast_db::Fault;
use handfast_matching::{Explanation, Field, Model, Prepared, Record, Schema, cluster::Cuts};
use serde::{Deserialize, Serialize};

use crate::customers::{Details, Party};

/// What is compared of a record; stored as it was indexed, empty fields left out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Said {
    /// The whole name of a human.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) given_name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) family_name: String,
    /// The name of a business.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) organisation: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) email: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) phone: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) street: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) postcode: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) city: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) region: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) country: String,
}

/// The columns that models are made for, in the order of [`Said::values`].
const COLUMNS: [(&str, Field); 11] = [
    ("name", Field::FullName),
    ("given name", Field::GivenName),
    ("family name", Field::FamilyName),
    ("business", Field::Organisation),
    ("email", Field::Email),
    ("phone", Field::Phone),
    ("street", Field::Street),
    ("postcode", Field::Postcode),
    ("town", Field::City),
    ("region", Field::Region),
    ("country", Field::Country),
];

/// The columns that models are made for.
pub(super) fn schema() -> Schema {
    Schema::new(COLUMNS)
}

impl Said {
    /// What a record says, so far as it is compared.
    pub(super) fn of(details: &Details) -> Self {
        let said = |text: &String| if says_nothing(text) { String::new() } else { text.clone() };
        let is_business = details.party == Party::Business;
        let name = said(&details.name);
        let (name, organisation) =
            if is_business { (String::new(), name) } else { (name, String::new()) };
        Self {
            name,
            given_name: said(&details.given_name),
            family_name: said(&details.family_name),
            organisation,
            email: said(&details.email),
            phone: said(&details.phone),
            street: said(&details.street),
            postcode: said(&details.postcode),
            city: said(&details.city),
            region: said(&details.region),
            country: said(&details.country),
        }
    }

    /// As it was stored; nothing where nothing was stored yet.
    pub(super) fn read(json: &str) -> Result<Self, Fault> {
        if json.is_empty() {
            return Ok(Self::default());
        }
        serde_json::from_str(json).map_err(broken)
    }

    /// As it is stored.
    pub(super) fn json(&self) -> String {
        serde_json::to_string(self).expect("texts under names of fields are always JSON")
    }

    /// The values in the order of the model's columns.
    pub(super) fn values(&self) -> [&str; COLUMNS.len()] {
        let Self { name, given_name, family_name, organisation, email, phone, .. } = self;
        let Self { street, postcode, city, region, country, .. } = self;
        [
            name,
            given_name,
            family_name,
            organisation,
            email,
            phone,
            street,
            postcode,
            city,
            region,
            country,
        ]
    }
}

/// What people write where a form wants something. A model made of many records finds what else is
/// shared by strangers; the built-in one has seen nobody.
const FILLERS: [&str; 16] = [
    "-",
    ".",
    "0",
    "a@a.com",
    "anonymous",
    "customer",
    "n/a",
    "na",
    "no@email.com",
    "none",
    "none@none.com",
    "null",
    "test",
    "test@test.com",
    "unknown",
    "x",
];

fn says_nothing(text: &str) -> bool {
    let text = text.trim().to_lowercase();
    let mut digits = text.chars().filter(char::is_ascii_digit);
    let first = digits.next();
    // 000 000 000, and no letters with it.
    let is_one_digit = text.len() > 4
        && !text.contains(char::is_alphabetic)
        && first.is_some_and(|first| digits.all(|digit| digit == first));
    is_one_digit || FILLERS.contains(&text.as_str())
}

/// A model at work.
#[derive(Debug)]
pub(super) struct Engine {
    model: Model,
}

impl Engine {
    /// The model as it is stored; the built-in one where none is.
    pub(super) fn read(model: &str) -> Result<Self, Fault> {
        let model = match model {
            "" => Model::built_in(&schema()),
            text => serde_json::from_str(text).map_err(broken)?,
        };
        Ok(Self { model })
    }

    /// What it works with.
    pub(super) const fn model(&self) -> &Model {
        &self.model
    }

    /// A record, ready to be compared.
    pub(super) fn prepare(&self, said: &Said) -> Prepared {
        let values = said.values().into_iter().enumerate();
        let values = values.filter(|(_, value)| !value.is_empty()).collect();
        self.model.prepare(&Record { id: "", values })
    }

    /// The keys under which a record is found as a candidate, ascending. The databases hold them
    /// with a sign, bit by bit the same.
    pub(super) fn keys(&self, prepared: &Prepared) -> Vec<i64> {
        let mut keys = Vec::new();
        self.model.keys(prepared, &mut keys);
        let mut keys: Vec<i64> = keys.into_iter().map(u64::cast_signed).collect();
        keys.sort_unstable();
        keys
    }

    /// How alike two records are, in 1/256 bit.
    pub(super) fn score(&self, a: &Prepared, b: &Prepared) -> i32 {
        self.model.score(a, b)
    }

    /// Why two records weigh what they weigh.
    pub(super) fn explain(&self, a: &Prepared, b: &Prepared) -> Explanation {
        self.model.explain(a, b)
    }

    /// A key with more records than this proposes nothing.
    pub(super) const fn block_max(&self) -> usize {
        self.model.key_records_max as usize
    }

    /// Where groups are cut.
    pub(super) fn cuts(&self) -> Cuts {
        self.model.cuts()
    }
}

pub(super) fn broken(error: serde_json::Error) -> Fault {
    Fault::other(format!("what matching stored cannot be read: {error}"))
}

#[cfg(test)]
mod tests {
    use super::says_nothing;

    #[test]
    fn what_is_written_to_fill_a_form_says_nothing() {
        for filler in ["N/A", " test@test.com ", "000 000 0000", "99999", "Unknown"] {
            assert!(says_nothing(filler), "{filler}");
        }
        for said in ["Na Li", "tess@test.com", "0113 496 0412", "111", "LS1 1AA", "Nullarbor"] {
            assert!(!says_nothing(said), "{said}");
        }
    }
}
