//! The golden record: of all that the records say, the value of each field that stands for the
//! customer, where it came from, why it stands, and what others say instead.
//!
//! Of two values of a field that differ, the one stands
//!
//! 1. that the customer confirmed;
//! 2. that was said on the later day, or confirmed on it;
//! 3. whose source is trusted more: the brand, then partners with an agreement in force, then the
//!    rest. A partner is not told who signed, so to it all partners are alike;
//! 4. that is more complete: a name with given and family name, an address with more of its parts,
//!    a phone number with its country;
//! 5. whose record has the smaller id: any order would do, if it is always the same.
//!
//! Days are UTC's: a choice changes with what is said only, and never with the network's zone.
//!
//! What a record leaves empty it says nothing of. So an address that is no more than the town of
//! another, said later, takes nothing away from it: the whole address stands for both.
//!
//! Only records as the viewer may see them are chosen from: a value that is hidden cannot make
//! another stand, fall or be marked.

mod rules;
mod same;
#[cfg(test)]
mod tests;

use handfast_kit::TimeMs;

use crate::{RecordId, sharing::Who, touches::Field};

pub(super) use rules::{Trusted, choose, text};
pub(super) use same::is_same;

/// Most other values that are told beside one, the next best first.
const OTHERS_MAX: usize = 20;

/// When a record said a field, and whether the customer confirmed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Statement {
    /// When it was said first as it is said now.
    pub said: TimeMs,
    /// When the customer confirmed it, if it was not changed since.
    pub confirmed: Option<TimeMs>,
}

/// The statements of one record, field by field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Statements {
    /// Of the name.
    pub name: Statement,
    /// Of the mail address.
    pub email: Statement,
    /// Of the phone number.
    pub phone: Statement,
    /// Of the postal address.
    pub address: Statement,
}

impl Statements {
    /// Everything said at one moment.
    pub const fn all_at(said: TimeMs) -> Self {
        let one = Statement { said, confirmed: None };
        Self { name: one, email: one, phone: one, address: one }
    }

    /// Of this field.
    pub const fn of(&self, field: Field) -> Statement {
        match field {
            Field::Name => self.name,
            Field::Email => self.email,
            Field::Phone => self.phone,
            Field::Address => self.address,
        }
    }

    /// Of this field, to be changed.
    pub const fn of_mut(&mut self, field: Field) -> &mut Statement {
        match field {
            Field::Name => &mut self.name,
            Field::Email => &mut self.email,
            Field::Phone => &mut self.phone,
            Field::Address => &mut self.address,
        }
    }
}

/// The values that stand for a customer. A field that no record fills is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Chosen {
    /// The name.
    pub name: Option<Value>,
    /// The mail address.
    pub email: Option<Value>,
    /// The phone number.
    pub phone: Option<Value>,
    /// The address on one line.
    pub address: Option<Value>,
    /// Town and region: of the address that stands, unless it has neither.
    pub place: Option<Value>,
}

impl Chosen {
    /// The value of this field.
    pub const fn of(&self, field: Field) -> Option<&Value> {
        match field {
            Field::Name => self.name.as_ref(),
            Field::Email => self.email.as_ref(),
            Field::Phone => self.phone.as_ref(),
            Field::Address => self.address.as_ref(),
        }
    }
}

/// A value that stands for the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// The value.
    pub text: String,
    /// Where it came from.
    pub source: Source,
    /// Why it stands.
    pub why: Why,
    /// What other records say instead, each value once, at most 20. None for the
    /// place, which is a part of the address.
    pub others: Vec<Other>,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The record that says it.
    pub record: RecordId,
    /// Whose record that is, as the viewer may know it.
    pub by: Who,
    /// Whether that is the brand, as the viewer may know it.
    pub is_brand: bool,
    /// When it was said.
    pub said: TimeMs,
    /// When the customer confirmed it.
    pub confirmed: Option<TimeMs>,
}

/// Why a value stands: the last of the steps that it took to tell it from all the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// No record that is seen says otherwise.
    Alone,
    /// The customer confirmed it.
    Confirmed,
    /// It was said last.
    Latest,
    /// Of what was said on one day it is the brand's, or that of a partner with an agreement.
    Trusted,
    /// It is the most complete of those.
    Complete,
    /// Nothing else tells them apart.
    First,
    /// What was said last fits it, and says less.
    Fuller,
}

impl Why {
    /// Its word, as in the API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Alone => "alone",
            Self::Confirmed => "confirmed",
            Self::Latest => "latest",
            Self::Trusted => "trusted",
            Self::Complete => "complete",
            Self::First => "first",
            Self::Fuller => "fuller",
        }
    }
}

/// What another record says instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    /// The value in parts; together they are its text.
    pub parts: Vec<Part>,
    /// Where it came from.
    pub source: Source,
}

impl Other {
    /// The value.
    pub fn text(&self) -> String {
        self.parts.iter().map(|part| part.text.as_str()).collect()
    }
}

/// A part of a value, beside the one that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its text.
    pub text: String,
    /// Whether the value that stands does not say so.
    pub differs: bool,
}
