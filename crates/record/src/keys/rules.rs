use handfast_kit::NetworkId;
use sha2::{Digest, Sha256};

use super::Contact;

/// What is kept of a key.
pub(super) type Hash = [u8; 32];

/// Fewer digits are no phone number that leads to one customer.
const PHONE_DIGITS_MIN: usize = 6;
/// And more are none either (E.164 has 15, and people write a zero or two too many).
const PHONE_DIGITS_MAX: usize = 18;

/// The kinds of key. A phone number that is written without its country may be of any; so each is
/// kept in two ways, and asked for in the ways that can mean it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Email,
    /// Country and number.
    PhoneAbroad,
    /// The number of one who gave no country.
    PhoneAtHome,
    /// The number, whatever the country.
    PhoneAnywhere,
    Order,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::PhoneAbroad => "phone abroad",
            Self::PhoneAtHome => "phone at home",
            Self::PhoneAnywhere => "phone anywhere",
            Self::Order => "order",
        }
    }
}

/// The keys under which a record is found.
pub(super) fn said(network: NetworkId, contact: Contact<'_>) -> Vec<Hash> {
    let mut keys = Vec::new();
    keys.extend(email(contact.email).map(|text| (Kind::Email, text)));
    if let Some(Phone { country, number }) = phone(contact.phone) {
        keys.push((Kind::PhoneAnywhere, number.clone()));
        keys.push(match country {
            Some(country) => (Kind::PhoneAbroad, format!("{country} {number}")),
            None => (Kind::PhoneAtHome, number),
        });
    }
    hashes(network, &keys)
}

/// The keys that somebody means who types this.
pub(super) fn asked(network: NetworkId, text: &str) -> Vec<Hash> {
    let mut keys = Vec::new();
    keys.extend(email(text).map(|text| (Kind::Email, text)));
    match phone(text) {
        Some(Phone { country: Some(country), number }) => {
            keys.push((Kind::PhoneAbroad, format!("{country} {number}")));
            keys.push((Kind::PhoneAtHome, number));
        }
        Some(Phone { country: None, number }) => keys.push((Kind::PhoneAnywhere, number)),
        None => {}
    }
    keys.extend(order(text).map(|text| (Kind::Order, text)));
    hashes(network, &keys)
}

/// The key under which the customer of an order is found.
pub(super) fn of_order(network: NetworkId, order_ref: &str) -> Option<Hash> {
    order(order_ref).map(|text| hash(network, Kind::Order, &text))
}

/// Whether this can be a key.
pub(super) fn is_key(text: &str) -> bool {
    email(text).is_some() || phone(text).is_some() || order(text).is_some()
}

fn hashes(network: NetworkId, keys: &[(Kind, String)]) -> Vec<Hash> {
    keys.iter().map(|(kind, text)| hash(network, *kind, text)).collect()
}

fn hash(network: NetworkId, kind: Kind, text: &str) -> Hash {
    let mut hash = Sha256::new();
    hash.update(network.uuid().as_bytes());
    hash.update(kind.word());
    hash.update([0]);
    hash.update(text);
    hash.finalize().into()
}

fn email(text: &str) -> Option<String> {
    let text = text.trim();
    let (name, host) = text.rsplit_once('@')?;
    let is_one = !name.is_empty() && host.contains('.') && !text.contains(char::is_whitespace);
    is_one.then(|| text.to_lowercase())
}

fn order(text: &str) -> Option<String> {
    let text = text.trim();
    (3..=200).contains(&text.chars().count()).then(|| text.to_owned())
}

/// A phone number as one is dialled.
#[derive(Debug, PartialEq, Eq)]
struct Phone {
    /// The country's code, where it was written.
    country: Option<String>,
    /// The rest, without zeros in front of it.
    number: String,
}

fn phone(text: &str) -> Option<Phone> {
    let text = text.trim().replace("(0)", "");
    let is_written = |c: char| c.is_ascii_digit() || " \u{a0}-./()+".contains(c);
    if !text.chars().all(is_written) {
        return None;
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if !(PHONE_DIGITS_MIN..=PHONE_DIGITS_MAX).contains(&digits.len()) {
        return None;
    }
    let abroad = if text.starts_with('+') { Some(&*digits) } else { digits.strip_prefix("00") };
    let (country, number) = match abroad {
        Some(digits) => {
            let (country, number) = digits.split_at_checked(country_len(digits))?;
            (Some(country.to_owned()), number)
        }
        None => (None, &*digits),
    };
    let number = number.trim_start_matches('0').to_owned();
    (number.len() + 1 >= PHONE_DIGITS_MIN).then_some(Phone { country, number })
}

/// How many digits of a number are its country's code, as the ITU gives them out.
fn country_len(digits: &str) -> usize {
    const TWO: [&str; 43] = [
        "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46",
        "47", "48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63",
        "64", "65", "66", "81", "82", "84", "86", "90", "91", "92", "93", "94", "95",
    ];
    if digits.starts_with(['1', '7']) {
        1
    } else if digits.starts_with("98") || TWO.iter().any(|code| digits.starts_with(code)) {
        2
    } else {
        3
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn is_found(said_phone: &str, asked_for: &str) -> bool {
        let network = NetworkId::from_uuid(handfast_kit::Uuid::nil());
        let kept = said(network, Contact { email: "", phone: said_phone });
        asked(network, asked_for).iter().any(|hash| kept.contains(hash))
    }

    #[test]
    fn a_phone_number_is_the_same_however_it_is_written() {
        for (said, asked) in [
            ("+44 7700 900123", "+447700900123"),
            ("+44 7700 900123", "0044 (0)7700-900.123"),
            ("+44 7700 900123", "07700 900123"),
            ("07700 900123", "+44 7700 900123"),
            ("07700/900123", "07700900123"),
            ("+1 555 010 9999", "555 010 9999"),
            ("+39 06 1234567", "06 1234567"),
            ("+351 21 123 4567", "21 123 4567"),
        ] {
            assert!(is_found(said, asked), "{said} by {asked}");
        }
    }

    #[test]
    fn another_number_or_another_country_is_another_key() {
        for (said, asked) in [
            ("+44 7700 900123", "+49 7700 900123"),
            ("+44 7700 900123", "07700 900124"),
            ("+44 7700 900123", "900123"),
            ("+44 7700 900123", "7700 9001"),
            ("12345", "12345"),
            ("", ""),
        ] {
            assert!(!is_found(said, asked), "{said} by {asked}");
        }
    }

    #[test]
    fn a_mail_address_is_one_whatever_its_case_and_half_of_one_is_none() {
        assert_eq!(email(" Maya@Example.COM ").unwrap(), "maya@example.com");
        for wrong in ["maya", "@example.com", "maya@", "maya@example", "m aya@example.com"] {
            assert_eq!(email(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_too_short_for_anything_is_no_key() {
        assert!(is_key("AC-1"));
        assert!(!is_key("12"));
        assert!(!is_key("  a "));
    }

    #[test]
    fn networks_have_keys_of_their_own() {
        let [one, other] = [1, 2].map(|n| NetworkId::from_uuid(handfast_kit::Uuid::from_u128(n)));
        assert_ne!(of_order(one, "AC-1"), of_order(other, "AC-1"));
    }
}
