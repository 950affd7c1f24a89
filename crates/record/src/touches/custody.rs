//! What hand-offs and obligations are about, and the steps that they come to. The words are stored
//! and sealed: variants are added, never renamed.

use serde::{Deserialize, Serialize};

use super::{Body, Field};
use crate::sharing::Class;

/// An enum of words: its variants, each with its word and what is said of it in a sentence.
macro_rules! words {
    ($(#[$about:meta])* $name:ident {
        $($(#[$doc:meta])* $one:ident = $word:literal, $said:literal;)+
    }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[$doc])* $one,)+
        }

        impl $name {
            /// All of them, in the order in which they come.
            pub const ALL: &[Self] = &[$(Self::$one),+];

            /// Its word, as it is stored and as in the API.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$one => $word),+ }
            }

            /// What is said of it within a sentence.
            pub const fn in_words(self) -> &'static str {
                match self { $(Self::$one => $said),+ }
            }

            /// The one with this word.
            pub fn named(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.word() == word)
            }
        }
    };
}

pub(super) use words;

words! {
    /// What is handed off.
    Handed {
        /// A customer's need or problem.
        Case = "case", "a case";
        /// One order.
        Sale = "sale", "an order";
        /// The customer as a whole.
        Customer = "customer", "the customer";
        /// Something to be done for the customer.
        Task = "task", "a task";
    }
}

words! {
    /// What changes.
    Changed {
        /// The name.
        Name = "name", "the name";
        /// The phone number.
        Phone = "phone", "the phone number";
        /// The mail address.
        Email = "email", "the mail address";
        /// The postal address.
        Address = "address", "the address";
        /// What the customer allows.
        Consent = "consent", "what the customer allows";
        /// Everything: the customer is to be forgotten.
        Erasure = "erasure", "the erasure";
    }
}

words! {
    /// The steps of a hand-off.
    HandOffStep {
        /// Somebody was asked to take it over. The sender stays accountable.
        Offered = "offered", "was offered";
        /// A named person, or a service, opened it.
        Seen = "seen", "was seen";
        /// The receiver is accountable from here on.
        Accepted = "accepted", "was accepted";
        /// The receiver does not take it, and says why.
        Declined = "declined", "was declined";
        /// Nobody answered in time: it is back with the sender.
        Expired = "expired", "was not answered in time";
        /// The sender took it back before it was answered.
        Withdrawn = "withdrawn", "was withdrawn";
        /// The receiver asked for something that the brief lacks.
        Asked = "asked", "lacks something";
        /// The sender sent it.
        Supplied = "supplied", "was completed";
        /// Whoever acts next was reminded.
        Chased = "chased", "was chased";
        /// Whoever stands above was told.
        Escalated = "escalated", "was escalated";
    }
}

words! {
    /// The steps of an obligation.
    DutyStep {
        /// The organisation was told.
        Sent = "sent", "was sent";
        /// A named person, or a service, opened it.
        Seen = "seen", "was seen";
        /// The organisation is responsible for it.
        Accepted = "accepted", "was accepted";
        /// The organisation says that it is not its part.
        Refused = "refused", "was refused";
        /// The organisation says that it is done.
        Applied = "applied", "is said to be applied";
        /// What it holds was read back, and is what was given.
        Verified = "verified", "was read back and matches";
        /// What it holds was read back, and differs.
        Mismatch = "mismatch", "was read back and differs";
        /// Whoever acts next was reminded.
        Chased = "chased", "was chased";
        /// Whoever stands above was told.
        Escalated = "escalated", "was escalated";
        /// A later change took its place.
        Superseded = "superseded", "was overtaken by a later change";
        /// It ended because the organisation no longer holds anything of the customer.
        Released = "released", "no longer concerns the organisation";
    }
}

impl Handed {
    /// The class of data that it is.
    pub const fn class(self) -> Class {
        match self {
            Self::Case => Class::Case,
            Self::Sale => Class::Purchase,
            Self::Customer | Self::Task => Class::Relationship,
        }
    }
}

impl Changed {
    /// The class of data that it is.
    pub const fn class(self) -> Class {
        match self {
            Self::Name => Class::Identity,
            Self::Phone | Self::Email => Class::Contact,
            Self::Address => Class::Address,
            Self::Consent | Self::Erasure => Class::Relationship,
        }
    }

    /// The field of a record that it is, if it is one.
    pub const fn field(self) -> Option<Field> {
        match self {
            Self::Name => Some(Field::Name),
            Self::Phone => Some(Field::Phone),
            Self::Email => Some(Field::Email),
            Self::Address => Some(Field::Address),
            Self::Consent | Self::Erasure => None,
        }
    }
}

/// The sentence; empty for what is no such touch. Partners are not named in it.
pub(super) fn summary(body: &Body) -> String {
    match body {
        Body::ChangeEntered { changed, after, .. } if after.is_empty() => {
            format!("A change of {} was entered", changed.in_words())
        }
        Body::ChangeEntered { changed, after, .. } => {
            format!("A change of {} was entered: {after}", changed.in_words())
        }
        Body::HandOff { thing, title, step, words, .. } => {
            let said = format!("The hand-off of {} {}: {title}", thing.in_words(), step.in_words());
            if words.is_empty() { said } else { format!("{said}. {words}") }
        }
        Body::Obligation { changed, step, words, .. } => {
            let said = format!("The change of {} {}", changed.in_words(), step.in_words());
            if words.is_empty() { said } else { format!("{said}: {words}") }
        }
        other => super::disputed::summary(other),
    }
}
