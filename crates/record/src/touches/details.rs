use serde::{Deserialize, Serialize};

use crate::sharing::Class;

/// A field of a record that has its own moment, and that a customer can confirm.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The name: the whole, and its parts.
    Name,
    /// The mail address.
    Email,
    /// The phone number.
    Phone,
    /// The postal address, all its parts.
    Address,
}

impl Field {
    /// All of them, in the order in which pages list them.
    pub const ALL: [Self; 4] = [Self::Name, Self::Phone, Self::Email, Self::Address];

    /// Its word, as in the API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Address => "address",
        }
    }

    /// The field with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.word() == word)
    }

    /// The class of data that it is.
    pub const fn class(self) -> Class {
        match self {
            Self::Name => Class::Identity,
            Self::Email | Self::Phone => Class::Contact,
            Self::Address => Class::Address,
        }
    }

    /// The field within a sentence: "the mail address".
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Name => "the name",
            Self::Email => "the mail address",
            Self::Phone => "the phone number",
            Self::Address => "the address",
        }
    }
}
