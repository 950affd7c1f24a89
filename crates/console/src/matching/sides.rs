//! Two records side by side, field by field.

use handfast_record::customers::{Details, Party, Record};

use super::differ::{Likeness, Piece, difference};
use crate::{
    customer::who::{Names, Organisation},
    words,
};

/// Two records, and what they say of each field that one of them fills.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sides {
    pub(crate) left: Head,
    pub(crate) right: Head,
    pub(crate) rows: Vec<Row>,
}

/// Whose record it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) organisation: Organisation,
    pub(crate) reference: String,
    /// For narrow pages, where it stands above each value.
    pub(crate) short: String,
    /// What it calls the customer.
    pub(crate) name: String,
}

/// One field of both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) label: &'static str,
    pub(crate) left: Vec<Piece>,
    pub(crate) right: Vec<Piece>,
    /// How they stand to each other.
    pub(crate) word: String,
    /// A picture for what an eye should find; empty for the others.
    pub(crate) icon: &'static str,
    pub(crate) tone: &'static str,
    /// Whether there is nothing to look at: both say the same.
    pub(crate) is_quiet: bool,
}

/// What is read of a record, under which name.
type Field = (&'static str, fn(&Details) -> String);

const FIELDS: [Field; 11] = [
    ("Name", |details| details.name.clone()),
    ("Given name", |details| details.given_name.clone()),
    ("Family name", |details| details.family_name.clone()),
    ("Kind", |details| match details.party {
        Party::Person => "Person".to_owned(),
        Party::Business => "Business".to_owned(),
    }),
    ("Email", |details| details.email.clone()),
    ("Phone", |details| details.phone.clone()),
    ("Street", |details| details.street.clone()),
    ("Postcode", |details| details.postcode.clone()),
    ("Town", |details| details.city.clone()),
    ("Region", |details| details.region.clone()),
    ("Country", |details| details.country.clone()),
];

/// The two records as the viewer may see them.
pub(crate) fn of(left: &Record, right: &Record, names: &Names) -> Sides {
    let (mut left_head, mut right_head) = (head(left, names), head(right, names));
    if left_head.short == right_head.short {
        // Two records of one organisation are told apart by their references.
        for head in [&mut left_head, &mut right_head] {
            if !head.reference.is_empty() {
                head.short.clone_from(&head.reference);
            }
        }
    }
    Sides { left: left_head, right: right_head, rows: rows(&left.details, &right.details) }
}

/// Whose record it is, and what it calls the customer.
pub(crate) fn head(record: &Record, names: &Names) -> Head {
    let organisation = names.who(&record.by);
    let organisation = Organisation { name: words::sentence(&organisation.name), ..organisation };
    let reference = record.external_ref.clone();
    let name = match record.details.name.as_str() {
        "" if reference.is_empty() => "A customer".to_owned(),
        "" => words::reference(&reference),
        name => name.to_owned(),
    };
    Head { short: organisation.name.clone(), organisation, reference, name }
}

fn rows(left: &Details, right: &Details) -> Vec<Row> {
    let is_one_name = left.name == right.name;
    let is_shown = |label: &str| match label {
        // The whole name says it already.
        "Given name" | "Family name" => !is_one_name,
        "Kind" => left.party != right.party,
        _ => true,
    };
    FIELDS
        .iter()
        .filter(|(label, _)| is_shown(label))
        .filter_map(|(label, value)| row(label, &value(left), &value(right)))
        .collect()
}

fn row(label: &'static str, left: &str, right: &str) -> Option<Row> {
    let found = difference(left, right);
    let (tone, icon) = match found.likeness {
        Likeness::Silent => return None,
        Likeness::Same | Likeness::Written | Likeness::Turned => ("ok", "check"),
        Likeness::Differs(_) => ("warn", "alert"),
        Likeness::Other => ("bad", "x"),
        Likeness::OnlyLeft | Likeness::OnlyRight => ("", ""),
    };
    Some(Row {
        label,
        word: found.words(),
        is_quiet: found.likeness == Likeness::Same,
        left: found.left,
        right: found.right,
        icon,
        tone,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn details(name: &str, given: &str, phone: &str) -> Details {
        Details {
            name: name.to_owned(),
            given_name: given.to_owned(),
            phone: phone.to_owned(),
            ..Details::default()
        }
    }

    #[test]
    fn only_what_one_of_them_says_is_compared() {
        let left = details("Maya Okafor", "Maya", "07700 900123");
        let said = |right: &Details| -> Vec<(&str, String)> {
            rows(&left, right).into_iter().map(|row| (row.label, row.word)).collect()
        };
        let same = ("Name", "The same".to_owned());
        assert_eq!(
            said(&details("Maya Okafor", "Maya", "")),
            [same, ("Phone", "Only the first says it".to_owned())]
        );
        let business = Details { party: Party::Business, ..details("Mya Okafor", "Mya", "") };
        let labels: Vec<&str> = said(&business).into_iter().map(|(label, _)| label).collect();
        assert_eq!(labels, ["Name", "Given name", "Kind", "Phone"]);
    }
}
