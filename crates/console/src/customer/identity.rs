//! Who a customer is: each value with the record it came from, and what other records say.

use std::collections::BTreeSet;

use handfast_kit::{Day, fold};
use handfast_record::{
    RecordId,
    customers::{Customer, Details, Party, Record},
    sharing::{Class, Level},
};
use handfast_web::Viewer;

use super::who::{Names, Organisation};
use crate::words;

/// Most records that are listed.
const RECORDS_MAX: usize = 50;
/// Most other values that are shown beside one.
const OTHERS_MAX: usize = 3;

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
}

/// One value, and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Value {
    pub(crate) label: &'static str,
    /// The word of its class.
    pub(crate) class: &'static str,
    pub(crate) text: String,
    pub(crate) from: Origin,
    /// What other records say instead.
    pub(crate) others: Vec<(String, Origin)>,
}

/// Whose record a value came from, and when it was last said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) organisation: Organisation,
    pub(crate) day: String,
}

/// One record behind the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) organisation: Organisation,
    pub(crate) reference: String,
    pub(crate) since: String,
}

/// A field of a record that is shown.
struct Field {
    label: &'static str,
    class: Class,
    value: fn(&Details) -> String,
    /// What must be the same for two values to be one.
    key: fn(&str) -> String,
}

const FIELDS: [Field; 4] = [
    Field {
        label: "Name",
        class: Class::Identity,
        value: |details| details.name.clone(),
        key: fold,
    },
    Field {
        label: "Phone",
        class: Class::Contact,
        value: |details| details.phone.clone(),
        key: phone_key,
    },
    Field {
        label: "Email",
        class: Class::Contact,
        value: |details| details.email.clone(),
        key: fold,
    },
    Field { label: "Address", class: Class::Address, value: address, key: fold },
];

/// Who the customer is, for this viewer.
pub(crate) fn of(customer: &Customer, names: &Names, viewer: &Viewer, today: Day) -> Identity {
    let day = |at| words::date(viewer.zone.day_of(at), today);
    let origin =
        |record: &Record| Origin { organisation: named(names, record), day: day(record.updated) };
    let chosen = &customer.chosen;
    let picks = [&chosen.name, &chosen.phone, &chosen.email, &chosen.address];
    let mut values: Vec<Value> = FIELDS
        .iter()
        .zip(picks)
        .filter_map(|(field, pick)| value(customer, field, pick.as_ref()?, &origin))
        .collect();
    let differ = values.iter().filter(|value| !value.others.is_empty()).count() as i64;
    // What one's own record says is there, whatever others' records may say.
    let is_hidden = |field: &&Field| {
        let level = customer.sight.fields().level(field.class);
        level < Level::Veiled && !values.iter().any(|value| value.label == field.label)
    };
    let hidden = FIELDS.iter().filter(is_hidden);
    let hidden = hidden.map(|field| (field.label, field.class.word())).collect();
    // The name stands above the page; here it is worth a line only where records differ.
    values.retain(|value| value.label != "Name" || !value.others.is_empty());
    let sources = customer.records.iter().take(RECORDS_MAX).map(|record| Source {
        organisation: named(names, record),
        reference: record.external_ref.clone(),
        since: day(record.since),
    });
    Identity {
        values,
        records: sources.collect(),
        records_title: records_title(customer),
        differ: match differ {
            0 => String::new(),
            n => words::counted(n, "value differs", "values differ"),
        },
        call: chosen.phone.as_ref().and_then(|(phone, _)| telephone(phone)),
        hidden,
        mail: chosen.email.as_ref().map(|(email, _)| format!("mailto:{email}")),
    }
}

/// Whose record it is, at the beginning of a line.
fn named(names: &Names, record: &Record) -> Organisation {
    let organisation = names.who(&record.by);
    Organisation { name: words::sentence(&organisation.name), ..organisation }
}

fn value(
    customer: &Customer,
    field: &Field,
    (text, from): &(String, RecordId),
    origin: &impl Fn(&Record) -> Origin,
) -> Option<Value> {
    let record = customer.records.iter().find(|record| record.id == *from)?;
    let chosen = (field.key)(text);
    let mut seen = BTreeSet::from([chosen.clone()]);
    let mut others = Vec::new();
    // The latest said come first.
    for record in &customer.records {
        let said = (field.value)(&record.details);
        // A town alone does not contradict a whole address in it.
        let key = (field.key)(&said);
        let is_new = !said.is_empty() && !chosen.contains(&key) && seen.insert(key);
        if is_new && others.len() < OTHERS_MAX {
            others.push((said, origin(record)));
        }
    }
    Some(Value {
        label: field.label,
        class: field.class.word(),
        text: text.clone(),
        from: origin(record),
        others,
    })
}

fn records_title(customer: &Customer) -> String {
    let what = match customer.records.first().map(|record| record.details.party) {
        Some(Party::Business) => "one business",
        _ => "one person",
    };
    match customer.records.len() {
        1 => "1 record".to_owned(),
        n => format!("{n} records, {what}"),
    }
}

/// The address on one line.
fn address(details: &Details) -> String {
    let town = [&details.postcode, &details.city].map(String::as_str);
    let town = town.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    let parts = [&details.street, &town, &details.region, &details.country];
    let parts: Vec<&str> =
        parts.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    parts.join(", ")
}

/// The last nine digits: with and without the country's number, one line is one line.
fn phone_key(phone: &str) -> String {
    let digits: Vec<char> = phone.chars().filter(char::is_ascii_digit).collect();
    digits[digits.len().saturating_sub(9)..].iter().collect()
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
    fn a_number_with_and_without_its_country_is_one_number() {
        assert_eq!(phone_key("+44 7700 900123"), phone_key("07700 900 123"));
        assert_ne!(phone_key("07700 900123"), phone_key("07700 900999"));
        assert_eq!(telephone("+44 7700 900123").as_deref(), Some("tel:+447700900123"));
        assert_eq!(telephone("ask at the door"), None);
    }

    #[test]
    fn an_address_is_one_line_of_what_is_known() {
        let details = Details {
            street: "Flat 3, 27 Cooper’s Wharf".to_owned(),
            postcode: "BS1 6ZZ".to_owned(),
            city: "Bristol".to_owned(),
            ..Details::default()
        };
        assert_eq!(address(&details), "Flat 3, 27 Cooper’s Wharf, BS1 6ZZ Bristol");
        assert_eq!(address(&Details::default()), "");
    }
}
