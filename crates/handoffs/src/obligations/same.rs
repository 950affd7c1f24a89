//! When what somebody holds is what was given, and where it is not.
//!
//! Stricter than the comparison by which records are matched: that one asks whether two values may
//! be of one person, and takes words in any order; here "Flat 3, 27 Mill Row" must not pass for
//! "Flat 27, 3 Mill Row". What differs only in case, accents, spacing, punctuation, the usual short
//! forms of streets, or how a phone number is written, is the same.

use celes::Country;
use handfast_kit::tokens;

use super::value::{Address, Value};

/// A part of a value in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffPart {
    /// The text.
    pub text: String,
    /// Whether the other value has it too.
    pub is_same: bool,
}

/// Short forms of streets and flats, in English and German.
const SHORT_FORMS: [(&str, &str); 28] = [
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
    ("terrace", "ter"),
    ("tce", "ter"),
    ("boulevard", "blvd"),
    ("highway", "hwy"),
    ("crescent", "cres"),
    ("close", "cl"),
    ("parade", "pde"),
    ("gardens", "gdns"),
    ("apartment", "flat"),
    ("apt", "flat"),
    ("unit", "flat"),
    ("number", "no"),
    ("north", "n"),
    ("south", "s"),
    ("east", "e"),
    ("west", "w"),
    ("strasse", "str"),
    ("straße", "str"),
];

/// Endings that German writes onto the name of a street.
const ENDINGS: [(&str, &str); 2] = [("strasse", "str"), ("straße", "str")];

/// How people write the mark in "Cooper’s".
const APOSTROPHES: &str = "’‘'`´";

/// Fewer digits are no phone number, and prove nothing.
const PHONE_DIGITS_MIN: usize = 6;
/// The longest number of a country, in digits.
const COUNTRY_DIGITS_MAX: usize = 3;

/// Whether `held` is what was given. Of values without words only [`Value::Nothing`] is the same.
pub fn is_same(given: &Value, held: &Value) -> bool {
    match (given, held) {
        (Value::Name(given), Value::Name(held)) => {
            let (given, held) = (tokens(given), tokens(held));
            !given.is_empty() && given == held
        }
        (Value::Email(given), Value::Email(held)) => {
            let plain = |text: &str| text.trim().to_lowercase();
            !given.trim().is_empty() && plain(given) == plain(held)
        }
        (Value::Phone(given), Value::Phone(held)) => is_same_number(given, held),
        (Value::Address(given), Value::Address(held)) => is_same_address(given, held),
        (Value::Nothing, Value::Nothing) => true,
        _ => false,
    }
}

/// Street, town and postcode must be the same; a region or a country that one leaves out is taken
/// for the other's, because labels leave them out.
fn is_same_address(given: &Address, held: &Address) -> bool {
    // "Cooper’s" and "Coopers" are one word.
    let plain = |part: &str| -> Vec<String> {
        let part: String = part.chars().filter(|c| !APOSTROPHES.contains(*c)).collect();
        tokens(&part).into_iter().map(short).collect()
    };
    let code = |part: &str| -> String {
        part.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
    };
    let street = plain(&given.street);
    let is_known = !street.is_empty() || !code(&given.postcode).is_empty();
    let is_left_out = |one: &str, other: &str| one.trim().is_empty() || other.trim().is_empty();
    let is_same_or_left_out =
        |one: &str, other: &str| is_left_out(one, other) || plain(one) == plain(other);
    is_known
        && street == plain(&held.street)
        && code(&given.postcode) == code(&held.postcode)
        && plain(&given.city) == plain(&held.city)
        && is_same_or_left_out(&given.region, &held.region)
        && (is_same_or_left_out(&given.country, &held.country)
            || is_same_country(&given.country, &held.country))
}

/// Whether both name one country of ISO 3166-1: "GB", "GBR", "UK" and "United Kingdom" are one.
fn is_same_country(one: &str, other: &str) -> bool {
    let country = |text: &str| -> Option<Country> {
        let text: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
        // The one code that everybody writes and the standard only reserves.
        let text = if text.eq_ignore_ascii_case("uk") { "GB" } else { &text };
        text.parse().ok()
    };
    country(one).is_some_and(|one| country(other).is_some_and(|other| one.value == other.value))
}

/// The short form of a word of an address.
fn short(word: String) -> String {
    if let Some((_, short)) = SHORT_FORMS.iter().find(|(long, _)| *long == word) {
        return (*short).to_owned();
    }
    for (ending, short) in ENDINGS {
        if let Some(name) = word.strip_suffix(ending) {
            return format!("{name}{short}");
        }
    }
    word
}

/// The same digits; or one with the number of its country, the other with a zero in its place.
fn is_same_number(given: &str, held: &str) -> bool {
    let (given, held) = (Number::of(given), Number::of(held));
    if given.digits.len() < PHONE_DIGITS_MIN {
        return false;
    }
    match (given.is_international, held.is_international) {
        (true, false) => given.is_national(&held),
        (false, true) => held.is_national(&given),
        _ => given.digits == held.digits,
    }
}

struct Number {
    digits: String,
    is_international: bool,
}

impl Number {
    fn of(text: &str) -> Self {
        // "+44 (0)7700 ..": the zero is not dialled.
        let text = text.trim().replace("(0)", "");
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        match digits.strip_prefix("00") {
            Some(rest) => Self { digits: rest.to_owned(), is_international: true },
            None => Self { is_international: text.starts_with('+'), digits },
        }
    }

    /// Whether `national` is this number as it is written at home.
    fn is_national(&self, national: &Self) -> bool {
        let Some(rest) = national.digits.strip_prefix('0') else { return false };
        let country = self.digits.strip_suffix(rest);
        rest.len() >= PHONE_DIGITS_MIN
            && country.is_some_and(|country| (1..=COUNTRY_DIGITS_MAX).contains(&country.len()))
    }
}

/// Both values in one line, each in parts that the other has or has not, character by character. A
/// region or country that is no difference, because one leaves it out or says it otherwise, is left
/// out of both.
pub fn diff(given: &Value, held: &Value) -> [Vec<DiffPart>; 2] {
    let (given, held) = match (given, held) {
        (Value::Address(given), Value::Address(held)) => compared(given.clone(), held.clone()),
        _ => (given.clone(), held.clone()),
    };
    let given: Vec<char> = given.line().chars().collect();
    let held: Vec<char> = held.line().chars().collect();
    let common = common(&given, &held);
    [
        parts(&given, common.iter().map(|(at, _)| *at)),
        parts(&held, common.iter().map(|(_, at)| *at)),
    ]
}

/// Both addresses without the region and the country that are no difference between them.
fn compared(mut given: Address, mut held: Address) -> (Value, Value) {
    let is_left_out = |one: &str, other: &str| one.trim().is_empty() || other.trim().is_empty();
    if is_left_out(&given.region, &held.region) {
        given.region.clear();
        held.region.clear();
    }
    let (one, other) = (&given.country, &held.country);
    if is_left_out(one, other) || is_same_country(one, other) {
        given.country.clear();
        held.country.clear();
    }
    (Value::Address(given), Value::Address(held))
}

/// The places of the longest text that both have, with gaps. Values have at most
/// [`super::VALUE_CHARS_MAX`] characters in five parts, so the table stays under a million fields.
fn common(one: &[char], other: &[char]) -> Vec<(usize, usize)> {
    let width = other.len() + 1;
    let mut longest = vec![0u32; (one.len() + 1) * width];
    for at in (0..one.len()).rev() {
        for beside in (0..other.len()).rev() {
            longest[at * width + beside] = if is_alike(one[at], other[beside]) {
                longest[(at + 1) * width + beside + 1] + 1
            } else {
                longest[(at + 1) * width + beside].max(longest[at * width + beside + 1])
            };
        }
    }
    let (mut at, mut beside, mut found) = (0, 0, Vec::new());
    while at < one.len() && beside < other.len() {
        if is_alike(one[at], other[beside]) {
            found.push((at, beside));
            at += 1;
            beside += 1;
        } else if longest[(at + 1) * width + beside] >= longest[at * width + beside + 1] {
            at += 1;
        } else {
            beside += 1;
        }
    }
    found
}

/// Whether two characters differ in no more than their case, or in the form of an apostrophe.
fn is_alike(one: char, other: char) -> bool {
    one == other
        || one.to_lowercase().eq(other.to_lowercase())
        || (APOSTROPHES.contains(one) && APOSTROPHES.contains(other))
}

fn parts(line: &[char], common: impl Iterator<Item = usize>) -> Vec<DiffPart> {
    let mut parts: Vec<DiffPart> = Vec::new();
    let mut common = common.peekable();
    for (at, letter) in line.iter().enumerate() {
        let is_same = common.next_if_eq(&at).is_some();
        match parts.last_mut() {
            Some(last) if last.is_same == is_same => last.text.push(*letter),
            _ => parts.push(DiffPart { text: letter.to_string(), is_same }),
        }
    }
    parts
}

#[cfg(test)]
mod tests;
