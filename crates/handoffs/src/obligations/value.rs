use handfast_record::touches::Changed;
use serde::{Deserialize, Serialize};

/// The longest value, in characters of each of its parts.
pub const VALUE_CHARS_MAX: usize = 200;

/// What a detail is to be, or what somebody holds of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// The whole name.
    Name(String),
    /// A phone number.
    Phone(String),
    /// A mail address.
    Email(String),
    /// A postal address.
    Address(Address),
    /// Nothing: what is left after an erasure, and where no value is held.
    Nothing,
}

/// A postal address in parts; empty for what is not said.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Address {
    /// Street and house number, with the flat.
    pub street: String,
    /// The postcode.
    pub postcode: String,
    /// The town.
    pub city: String,
    /// The state or province.
    pub region: String,
    /// The country.
    pub country: String,
}

impl Value {
    /// The value in one line, as people write it: "Flat 3, 27 Cooper’s Wharf, Bristol BS1 6ZZ".
    pub fn line(&self) -> String {
        match self {
            Self::Name(text) | Self::Phone(text) | Self::Email(text) => text.trim().to_owned(),
            Self::Address(address) => address.line(),
            Self::Nothing => String::new(),
        }
    }

    /// Whether it can be the value of such a change: of its kind, and saying something.
    pub fn is_for(&self, changed: Changed) -> bool {
        match (changed, self) {
            (Changed::Name, Self::Name(_))
            | (Changed::Phone, Self::Phone(_))
            | (Changed::Email, Self::Email(_))
            | (Changed::Address, Self::Address(_)) => !self.line().is_empty(),
            (Changed::Consent | Changed::Erasure, Self::Nothing) => true,
            _ => false,
        }
    }

    /// Whether a part of it is longer than [`VALUE_CHARS_MAX`].
    pub fn is_too_long(&self) -> bool {
        let is_long = |text: &String| text.chars().count() > VALUE_CHARS_MAX;
        match self {
            Self::Name(text) | Self::Phone(text) | Self::Email(text) => is_long(text),
            Self::Address(Address { street, postcode, city, region, country }) => {
                [street, postcode, city, region, country].into_iter().any(is_long)
            }
            Self::Nothing => false,
        }
    }
}

impl Address {
    fn line(&self) -> String {
        let town = [&self.city, &self.region, &self.postcode].map(|part| part.trim());
        let town: Vec<&str> = town.into_iter().filter(|part| !part.is_empty()).collect();
        let parts = [self.street.trim(), &town.join(" "), self.country.trim()];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join(", ")
    }
}
