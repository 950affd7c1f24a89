//! Who a customer is: each value with where it came from and why it stands, and what other records
//! say.

use handfast_kit::{Day, TimeMs, Zone};
use handfast_record::{
    customers::{self, Customer, Field, Party, Record, Why},
    sharing::{Level, Who},
};

use super::{
    confirming::Confirming,
    who::{Names, Organisation},
};
use crate::words;

/// Most records that are listed.
const RECORDS_MAX: usize = 50;

/// The panel of who the customer is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Identity {
    pub(crate) values: Vec<Value>,
    pub(crate) records: Vec<Source>,
    /// `3 records, one customer`.
    pub(crate) records_title: String,
    /// How many values differ between records, in words; empty when none does.
    pub(crate) differ: String,
    /// `tel:+447700900123`.
    pub(crate) call: Option<String>,
    /// `mailto:maya@example.com`.
    pub(crate) mail: Option<String>,
    /// What is hidden: its label, and the word of its class.
    pub(crate) hidden: Vec<(&'static str, &'static str)>,
    /// The form for what the customer confirmed, for who may send it.
    pub(crate) confirming: Option<Confirming>,
}

/// One value, and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Value {
    pub(crate) label: &'static str,
    /// The word of its class.
    pub(crate) class: &'static str,
    pub(crate) text: String,
    pub(crate) from: Origin,
    /// Whether the customer confirmed it.
    pub(crate) is_confirmed: bool,
    /// `2 other values`.
    pub(crate) others_title: String,
    /// What other records say instead.
    pub(crate) others: Vec<Other>,
}

/// What another record says instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Other {
    /// Its parts, and whether each differs from the value that stands.
    pub(crate) parts: Vec<(String, bool)>,
    pub(crate) from: Origin,
}

/// Whose record a value came from, when it was said, and why it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) organisation: Organisation,
    /// `12 March`, `said last, 12 March`, `confirmed by Maya on 3 May`.
    pub(crate) how: String,
}

/// One record behind the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) organisation: Organisation,
    pub(crate) reference: String,
    pub(crate) since: String,
}

/// The field at the beginning of a line.
pub(super) const fn label(field: Field) -> &'static str {
    match field {
        Field::Name => "Name",
        Field::Phone => "Phone",
        Field::Email => "Email",
        Field::Address => "Address",
    }
}

/// A customer as a viewer knows it.
pub(super) struct Known<'a> {
    pub(super) customer: &'a Customer,
    pub(super) names: &'a Names,
    pub(super) zone: &'a Zone,
    pub(super) today: Day,
}

impl Known<'_> {
    pub(super) fn identity(&self) -> Identity {
        let (customer, chosen) = (self.customer, &self.customer.chosen);
        let value = |field: Field| chosen.of(field).map(|value| self.value(field, value));
        let mut values: Vec<Value> = Field::ALL.into_iter().filter_map(value).collect();
        let differ = values.iter().filter(|value| !value.others.is_empty()).count() as i64;
        // What one's own record says is there, whatever others' records may say.
        let is_hidden = |field: &Field| {
            let level = customer.sight.fields().level(field.class());
            level < Level::Veiled && chosen.of(*field).is_none()
        };
        let hidden = Field::ALL.into_iter().filter(is_hidden);
        let hidden = hidden.map(|field| (label(field), field.class().word())).collect();
        // The name stands above the page; here it is worth a line only where records differ.
        values.retain(|value| value.label != "Name" || !value.others.is_empty());
        let sources = customer.records.iter().take(RECORDS_MAX).map(|record| Source {
            organisation: self.begun(&record.by),
            reference: record.external_ref.clone(),
            since: self.day(record.since),
        });
        Identity {
            values,
            records: sources.collect(),
            records_title: records_title(customer),
            differ: match differ {
                0 => String::new(),
                n => words::counted(n, "value differs", "values differ"),
            },
            call: chosen.phone.as_ref().and_then(|phone| telephone(&phone.text)),
            hidden,
            mail: chosen.email.as_ref().map(|email| format!("mailto:{}", email.text)),
            confirming: None,
        }
    }

    fn value(&self, field: Field, value: &customers::Value) -> Value {
        let other = |other: &customers::Other| Other {
            parts: other.parts.iter().map(|part| (part.text.clone(), part.differs)).collect(),
            from: self.origin(&other.source, Why::Alone),
        };
        Value {
            label: label(field),
            class: field.class().word(),
            text: value.text.clone(),
            from: self.origin(&value.source, value.why),
            is_confirmed: value.source.confirmed.is_some(),
            others_title: words::counted(value.others.len() as i64, "other value", "other values"),
            others: value.others.iter().map(other).collect(),
        }
    }

    /// Whose word it is, of when, and why it stands before others'.
    pub(super) fn origin(&self, source: &customers::Source, why: Why) -> Origin {
        let said = match source.confirmed {
            Some(at) => format!("confirmed by {} on {}", self.names.customer, self.day(at)),
            None => self.day(source.said),
        };
        let how = match why {
            Why::Latest if source.confirmed.is_none() => format!("said last, {said}"),
            Why::Latest => format!("{said}, the last to be"),
            Why::Trusted if source.is_brand => {
                format!("{said}, before what partners said that day")
            }
            Why::Trusted => format!("{said}, under an agreement"),
            Why::Complete => format!("{said}, the most complete"),
            Why::Fuller => format!("{said}, and what was said last fits it"),
            Why::Alone | Why::Confirmed | Why::First => said,
        };
        Origin { organisation: self.begun(&source.by), how }
    }

    fn day(&self, at: TimeMs) -> String {
        words::date(self.zone.day_of(at), self.today)
    }

    /// An organisation at the beginning of a line.
    fn begun(&self, who: &Who) -> Organisation {
        let organisation = self.names.who(who);
        Organisation { name: words::sentence(&organisation.name), ..organisation }
    }
}

fn records_title(customer: &Customer) -> String {
    let party = |record: &Record| record.details.party;
    let what = match customer.records.first().map(party) {
        Some(Party::Business) => "one business",
        _ => "one person",
    };
    match customer.records.len() {
        1 => "1 record".to_owned(),
        n => format!("{n} records, {what}"),
    }
}

/// Where a telephone number leads, if it is one.
fn telephone(phone: &str) -> Option<String> {
    let number: String = phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    (number.chars().filter(char::is_ascii_digit).count() >= 5).then(|| format!("tel:{number}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_can_be_called_is_a_link() {
        assert_eq!(telephone("+44 7700 900123").as_deref(), Some("tel:+447700900123"));
        assert_eq!(telephone("ask at the door"), None);
    }
}
