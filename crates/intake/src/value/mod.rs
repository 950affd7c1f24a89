//! One value of a file as what it means: a moment, an amount, a mail address, a phone number.
//!
//! What is ambiguous is never guessed value by value: the order of day and month, the sign before
//! decimals and the time zone are stated once, by the profile or the map.

mod moment;

use std::borrow::Cow;

use handfast_kit::Zone;
use serde::{Deserialize, Serialize};

pub use moment::Moment;

/// Which part of `03/04/2026` is the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DateOrder {
    /// 3 April 2026.
    DayFirst,
    /// March 4, 2026.
    MonthFirst,
}

/// The sign before decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decimal {
    /// 1,234.56
    #[default]
    Point,
    /// 1.234,56
    Comma,
}

/// How the values of one file are to be read.
#[derive(Debug, Clone)]
pub struct Manner {
    /// The zone of moments that name none.
    pub zone: Zone,
    /// Which part of a date with slashes is the day, if the file has such dates.
    pub date_order: Option<DateOrder>,
    /// The sign before decimals.
    pub decimal: Decimal,
}

/// What databases write for nothing, in any field.
pub fn is_nothing(text: &str) -> bool {
    matches!(text, "" | "NULL" | "\\N")
}

/// What people write for nothing where a date, a number or an address is asked for.
pub fn is_nothing_readable(text: &str) -> bool {
    matches!(text, "null" | "None" | "none" | "N/A" | "n/a" | "#N/A" | "-")
}

/// The text without the blanks around it, and without the apostrophe that spreadsheets put before
/// what must not be taken for a number (`'7001`, `'+34600`).
pub fn plain(text: &str) -> &str {
    let text = text.trim();
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit() || "+-=@".contains(c)) => rest,
        _ => text,
    }
}

/// A mail address in lower case.
pub fn email(text: &str) -> Result<String, String> {
    let text = text.strip_prefix("mailto:").unwrap_or(text);
    let good = text
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
    if !good || text.contains(char::is_whitespace) || text.len() > 254 {
        return Err(format!("{} is not a mail address; correct it or leave it empty", quote(text)));
    }
    Ok(text.to_lowercase())
}

/// A phone number: its digits, with the plus of an international one. Text without at least five
/// digits stays as it is.
pub fn phone(text: &str) -> String {
    let text = text.strip_prefix("tel:").unwrap_or(text);
    let lower = text.to_lowercase();
    // An extension is not part of the number that anybody outside can dial.
    let end = ["ext", ";", " x"].iter().filter_map(|mark| lower.find(mark)).min();
    let number = lower.get(..end.unwrap_or(lower.len())).unwrap_or(&lower);
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    if digits.len() < 5 || number.chars().any(|c| c.is_ascii_alphabetic()) {
        return text.trim().to_owned();
    }
    if number.trim_start_matches([' ', '(']).starts_with('+') {
        // +44 (0)20 is written with the zero that only callers inside the country dial.
        let inside = number.contains("(0)");
        let digits: String = if inside {
            number.replacen("(0)", "", 1).chars().filter(char::is_ascii_digit).collect()
        } else {
            digits
        };
        return format!("+{digits}");
    }
    match digits.strip_prefix("00") {
        Some(international) => format!("+{international}"),
        None => digits,
    }
}

/// An amount in minor units of a currency (cents); what is finer is rounded half away from zero.
pub fn amount(text: &str, decimal: Decimal, currency: &str) -> Result<i64, String> {
    let (point, group) = match decimal {
        Decimal::Point => ('.', ','),
        Decimal::Comma => (',', '.'),
    };
    let wrong = || {
        let shape = if decimal == Decimal::Point { "1234.56" } else { "1234,56" };
        format!("{} is not an amount; write it like {shape}", quote(text))
    };
    let number =
        text.trim_matches(|c: char| c.is_whitespace() || c.is_alphabetic() || "€$£¥₹".contains(c));
    let (negative, number) = match number.strip_prefix(['-', '−']) {
        Some(rest) => (true, rest.trim_start_matches(|c: char| "€$£¥₹ ".contains(c))),
        None => (false, number.strip_prefix('+').unwrap_or(number)),
    };
    let (whole, fraction) = number.split_once(point).unwrap_or((number, ""));
    let digits: String = whole
        .chars()
        .filter(|c| *c != group && *c != ' ' && *c != '\u{a0}' && *c != '\'')
        .collect();
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    // 1,50 under a decimal point is no grouped number but the wrong decimal sign.
    let grouped = whole.split(group).skip(1).all(|part| part.len() == 3);
    if digits.len() + fraction.len() == 0
        || !all_digits(&digits)
        || !all_digits(fraction)
        || !grouped
    {
        return Err(wrong());
    }
    let places = minor_digits(currency);
    let mut minor: i64 = if digits.is_empty() { 0 } else { digits.parse().map_err(|_| wrong())? };
    for place in 0..places {
        let digit = fraction.as_bytes().get(place).map_or(0, |byte| i64::from(byte - b'0'));
        minor = minor.checked_mul(10).and_then(|m| m.checked_add(digit)).ok_or_else(wrong)?;
    }
    if fraction.as_bytes().get(places).is_some_and(|byte| *byte >= b'5') {
        minor += 1;
    }
    Ok(if negative { -minor } else { minor })
}

/// Decimals of a currency (ISO 4217); two where nothing is known.
fn minor_digits(currency: &str) -> usize {
    match currency {
        "JPY" | "KRW" | "CLP" | "VND" | "ISK" | "XAF" | "XOF" | "PYG" | "UGX" | "RWF" => 0,
        "KWD" | "BHD" | "TND" | "JOD" | "OMR" | "IQD" | "LYD" => 3,
        _ => 2,
    }
}

/// A whole number; `4`, `4.0`.
pub fn count(text: &str) -> Result<i64, String> {
    let whole = match text.split_once(['.', ',']) {
        Some((whole, zeros)) if zeros.bytes().all(|byte| byte == b'0') => whole,
        _ => text,
    };
    whole.parse().map_err(|_| format!("{} is not a whole number", quote(text)))
}

/// `true` and `yes` and `1`, and their opposites.
pub fn yes(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "y" | "1" => Ok(true),
        "false" | "no" | "n" | "0" => Ok(false),
        _ => Err(format!("{} is neither yes nor no", quote(text))),
    }
}

/// The text in quotation marks, shortened for a message.
pub(crate) fn quote(text: &str) -> String {
    let short: Cow<'_, str> = match text.char_indices().nth(60) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    };
    format!("“{short}”")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn amounts_are_minor_units_whatever_their_sign_before_decimals() {
        for (text, decimal, currency, minor) in [
            ("199.00", Decimal::Point, "BRL", 19_900),
            ("1,234.5", Decimal::Point, "", 123_450),
            ("1.234,56", Decimal::Comma, "EUR", 123_456),
            ("500000.0", Decimal::Point, "", 50_000_000),
            ("€ 12", Decimal::Point, "EUR", 1_200),
            ("12 EUR", Decimal::Point, "EUR", 1_200),
            ("-0.005", Decimal::Point, "", -1),
            (".5", Decimal::Point, "", 50),
            ("1 234,50", Decimal::Comma, "", 123_450),
            ("1500", Decimal::Point, "JPY", 1_500),
            ("1.2345", Decimal::Point, "KWD", 1_235),
        ] {
            assert_eq!(amount(text, decimal, currency), Ok(minor), "{text}");
        }
        for text in ["1,50", "abc", "", "1.2.3", "12-3", "99999999999999999999"] {
            assert!(amount(text, Decimal::Point, "").is_err(), "{text}");
        }
    }

    #[test]
    fn phone_numbers_get_one_form() {
        for (text, form) in [
            ("+34 600 000 001", "+34600000001"),
            ("(905) 555-1234", "9055551234"),
            ("0046 70-000 00 02", "+46700000002"),
            ("+44 (0)20 7946 0000", "+442079460000"),
            ("tel:+1-418-656-9254;ext=102", "+14186569254"),
            ("555 555 1111 x12", "5555551111"),
            ("BusinessPhone", "BusinessPhone"),
            ("112", "112"),
        ] {
            assert_eq!(phone(text), form, "{text}");
        }
    }

    #[test]
    fn mail_addresses_are_lower_case_and_wrong_ones_are_said() {
        assert_eq!(email("Maya@Example.com"), Ok("maya@example.com".to_owned()));
        for text in ["maya", "@x", "a b@x", "a@b@c"] {
            assert!(email(text).unwrap_err().contains("not a mail address"), "{text}");
        }
    }

    #[test]
    fn the_apostrophe_of_spreadsheets_is_taken_off_and_no_other() {
        assert_eq!(plain(" '7001 "), "7001");
        assert_eq!(plain("'+34600"), "+34600");
        assert_eq!(plain("'t Hof"), "'t Hof");
    }

    #[test]
    fn counts_and_answers_are_read() {
        assert_eq!((count("4"), count("4.0")), (Ok(4), Ok(4)));
        assert!(count("4.5").is_err() && count("four").is_err());
        assert_eq!((yes("True"), yes("no")), (Ok(true), Ok(false)));
        assert!(yes("maybe").is_err());
    }
}
