//! When two values say the same: without case, accents and spacing, with the usual short forms of
//! streets, and phone numbers with or without their country.

use std::collections::BTreeSet;

use handfast_kit::tokens;

use super::Part;
use crate::{
    customers::{Details, rules},
    touches::Field,
};

/// Short forms of streets, as addresses have them.
const SHORT_FORMS: [(&str, &str); 20] = [
    ("street", "st"),
    ("saint", "st"),
    ("road", "rd"),
    ("avenue", "ave"),
    ("av", "ave"),
    ("lane", "ln"),
    ("drive", "dr"),
    ("court", "ct"),
    ("place", "pl"),
    ("square", "sq"),
    ("terrace", "tce"),
    ("ter", "tce"),
    ("boulevard", "blvd"),
    ("highway", "hwy"),
    ("crescent", "cres"),
    ("close", "cl"),
    ("parade", "pde"),
    ("gardens", "gdns"),
    ("apartment", "apt"),
    ("number", "no"),
];

/// How many digits at the end tell phone numbers apart: those before are the country's, or a zero.
const PHONE_DIGITS: usize = 9;

/// What a field says, as a set of words to be compared.
pub(super) fn words(field: Field, details: &Details) -> BTreeSet<String> {
    match field {
        Field::Name => tokens(&details.name).into_iter().collect(),
        Field::Email => [details.email.trim().to_lowercase()].into(),
        Field::Phone => [phone(&details.phone)].into(),
        Field::Address => {
            let Details { street, postcode, city, region, country, .. } = details;
            let mut words: BTreeSet<String> = [street, city, region, country]
                .into_iter()
                .flat_map(|part| address_words(part))
                .collect();
            words.insert(compact(postcode));
            words.remove("");
            words
        }
    }
}

/// Whether two records say the same of a field.
pub(in crate::customers) fn is_same(field: Field, one: &Details, other: &Details) -> bool {
    words(field, one) == words(field, other)
}

/// Whether the address of `part` says nothing that `whole` does not: each of its parts is empty or
/// the same.
pub(super) fn is_within(part: &Details, whole: &Details) -> bool {
    let same =
        |one: &str, other: &str| one.is_empty() || address_words(one) == address_words(other);
    let code = compact(&part.postcode);
    (code.is_empty() || code == compact(&whole.postcode))
        && same(&part.street, &whole.street)
        && same(&part.city, &whole.city)
        && same(&part.region, &whole.region)
        && same(&part.country, &whole.country)
}

/// A value in parts, those marked that the one which stands does not say.
pub(super) fn parts(field: Field, other: &Details, standing: &Details) -> Vec<Part> {
    let said = words(field, standing);
    match field {
        Field::Name => {
            marked(&other.name, |word| tokens(word).iter().all(|one| said.contains(one)))
        }
        Field::Email => mail_parts(&other.email, &standing.email),
        Field::Phone => {
            let digits = digits(&standing.phone);
            marked(&other.phone, |word| digits.contains(significant(word).as_str()))
        }
        Field::Address => {
            let code = compact(&standing.postcode);
            marked(&rules::address(other), |word| {
                let compacted = compact(word);
                (!compacted.is_empty() && code.contains(&compacted))
                    || address_words(word).iter().all(|one| said.contains(one))
            })
        }
    }
}

/// The words of a text; neighbours of one kind are one part. The space between two parts is with
/// the one that is not marked.
fn marked(text: &str, is_said: impl Fn(&str) -> bool) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for word in text.split_whitespace() {
        let differs = !is_said(word);
        let mut next = word.to_owned();
        if let Some(last) = parts.last_mut() {
            if last.differs == differs {
                last.text.push(' ');
                last.text.push_str(word);
                continue;
            }
            if differs {
                last.text.push(' ');
            } else {
                next.insert(0, ' ');
            }
        }
        parts.push(Part { text: next, differs });
    }
    unmark_commas(&mut parts);
    parts
}

/// A comma at the end of a marked part is the next part's: it is not what differs.
fn unmark_commas(parts: &mut [Part]) {
    for at in 1..parts.len() {
        if parts[at - 1].differs && parts[at - 1].text.ends_with(',') {
            parts[at - 1].text.pop();
            parts[at].text.insert(0, ',');
        }
    }
}

/// A mail address as its name and its domain.
fn mail_parts(other: &str, standing: &str) -> Vec<Part> {
    let Some((name, domain)) = other.rsplit_once('@') else {
        return vec![Part { text: other.to_owned(), differs: true }];
    };
    let (held_name, held_domain) = standing.rsplit_once('@').unwrap_or((standing, ""));
    let same = |one: &str, held: &str| one.to_lowercase() == held.to_lowercase();
    vec![
        Part { text: name.to_owned(), differs: !same(name, held_name) },
        Part { text: format!("@{domain}"), differs: !same(domain, held_domain) },
    ]
}

fn address_words(text: &str) -> BTreeSet<String> {
    // "Cooper’s" is "Coopers", not two words.
    let plain = text.replace(['\'', '’', '.'], "");
    let short = |word: String| {
        let found = SHORT_FORMS.iter().find(|(long, _)| *long == word);
        found.map_or(word, |(_, short)| (*short).to_owned())
    };
    tokens(&plain).into_iter().map(short).collect()
}

fn compact(text: &str) -> String {
    tokens(text).concat()
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// The digits of a word without leading zeros, which stand in place of a country.
fn significant(word: &str) -> String {
    digits(word).trim_start_matches('0').to_owned()
}

/// The last nine digits of a number; what is no number as its words.
fn phone(text: &str) -> String {
    let digits = digits(text);
    if digits.is_empty() {
        return compact(text);
    }
    digits[digits.len().saturating_sub(PHONE_DIGITS)..].to_owned()
}
