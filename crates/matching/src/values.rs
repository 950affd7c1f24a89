//! Single values, normalised: dates, phones, e-mail addresses, streets.

use std::sync::LazyLock;

/// Words that stand for "nothing" in any column.
const NOTHING: [&str; 20] = [
    "",
    "-",
    "--",
    ".",
    "?",
    "/",
    "n/a",
    "na",
    "n.a.",
    "nil",
    "none",
    "null",
    "nan",
    "unknown",
    "not known",
    "not available",
    "not provided",
    "tbc",
    "tbd",
    "xxx",
];

/// Does a folded value say nothing?
pub(crate) fn is_nothing(folded: &str) -> bool {
    folded.len() <= 13 && NOTHING.contains(&folded)
}

/// Titles and small words of whole names.
const TITLES: [&str; 62] = [
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "master",
    "madam",
    "sir",
    "dame",
    "lord",
    "lady",
    "dr",
    "doctor",
    "prof",
    "professor",
    "rev",
    "revd",
    "reverend",
    "rt",
    "hon",
    "honourable",
    "fr",
    "father",
    "sister",
    "brother",
    "saint",
    "st",
    "capt",
    "captain",
    "col",
    "colonel",
    "gen",
    "general",
    "maj",
    "major",
    "lt",
    "sgt",
    "adm",
    "admiral",
    "baron",
    "baroness",
    "baronet",
    "bt",
    "earl",
    "count",
    "countess",
    "viscount",
    "viscountess",
    "duke",
    "duchess",
    "marquess",
    "marquis",
    "prince",
    "princess",
    "king",
    "queen",
    "jr",
    "jnr",
    "sr",
    "snr",
    "of",
    "the",
];

/// Is a folded word of a whole name a title, or a number like "1st" or "iii"?
pub(crate) fn is_title(word: &[u8]) -> bool {
    let digits = word.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let ordinal = digits > 0 && matches!(&word[digits..], b"st" | b"nd" | b"rd" | b"th");
    let roman = word.len() > 1 && word.iter().all(|byte| b"ivx".contains(byte));
    ordinal || roman || TITLES.iter().any(|title| title.as_bytes() == word)
}

/// A day as `yyyymmdd` in one number. Impossible months and days are kept: a slip of the pen in a
/// date leaves most of it right. Zeros where only a year, or a year and a month, are known.
pub(crate) fn date(text: &str) -> Option<u32> {
    let mut groups = [(0_u32, 0_usize); 3];
    let mut count = 0;
    let mut inside = false;
    for byte in text.bytes() {
        if byte.is_ascii_digit() {
            if !inside {
                if count == 3 {
                    break;
                }
                count += 1;
            }
            let group = &mut groups[count - 1];
            if group.1 == 8 {
                return None;
            }
            *group = (group.0 * 10 + u32::from(byte - b'0'), group.1 + 1);
        }
        inside = byte.is_ascii_digit();
        if byte.is_ascii_alphabetic() && count == 3 {
            break;
        }
    }
    let packed = |year: u32, month: u32, day: u32| {
        (year > 0 && month < 100 && day < 100).then_some(year * 10_000 + month * 100 + day)
    };
    match (count, groups) {
        (1, [(all, 8), ..]) => packed(all / 10_000, all / 100 % 100, all % 100),
        (1, [(year, 4), ..]) => packed(year, 0, 0),
        (2, [(year, 4), (month, 1..=2), _]) => packed(year, month, 0),
        (
            3,
            [(year, 4), (month, 1..=2), (day, 1..=2)] | [(day, 1..=2), (month, 1..=2), (year, 4)],
        ) => packed(year, month, day),
        _ => None,
    }
}

/// The digits of a telephone number that name the line: without punctuation, leading zeros, and
/// what comes before the last ten. Nothing below six digits.
pub(crate) fn phone(text: &str, out: &mut Vec<u8>) -> bool {
    let start = out.len();
    let digits = text.bytes().filter(u8::is_ascii_digit).skip_while(|&digit| digit == b'0');
    out.extend(digits);
    let surplus = (out.len() - start).saturating_sub(10);
    out.drain(start..start + surplus);
    let kept = out.len() - start >= 6;
    if !kept {
        out.truncate(start);
    }
    kept
}

/// An address with `@`: what is before it without a `+tag`, and after it. Expects folded text.
pub(crate) fn email(folded: &str) -> Option<(&str, &str)> {
    let (local, domain) = folded.trim_start_matches("mailto:").split_once('@')?;
    let local = local.split('+').next().unwrap_or(local);
    let domain = if domain == "googlemail.com" { "gmail.com" } else { domain };
    (!local.is_empty() && !domain.is_empty() && !domain.contains(' ')).then_some((local, domain))
}

/// Kinds of street, short and long.
const STREET_KINDS: [&str; 62] = [
    "street",
    "st",
    "str",
    "avenue",
    "ave",
    "av",
    "road",
    "rd",
    "drive",
    "dr",
    "drv",
    "lane",
    "ln",
    "court",
    "ct",
    "crt",
    "close",
    "cl",
    "cls",
    "way",
    "wy",
    "place",
    "pl",
    "plc",
    "crescent",
    "cres",
    "cr",
    "circuit",
    "cct",
    "crct",
    "circle",
    "cir",
    "boulevard",
    "blvd",
    "terrace",
    "tce",
    "ter",
    "terr",
    "square",
    "sq",
    "highway",
    "hwy",
    "parade",
    "pde",
    "grove",
    "gr",
    "gve",
    "gardens",
    "gdns",
    "gdn",
    "strasse",
    "rue",
    "via",
    "calle",
    "the",
    "parkway",
    "pkwy",
    "trail",
    "trl",
    "esplanade",
    "esp",
    "loop",
];
/// For each first letter the lengths of kinds of street that begin with it, one bit each.
static STREET_KIND_LENGTHS: LazyLock<[u16; 256]> = LazyLock::new(|| {
    let mut lengths = [0; 256];
    for kind in STREET_KINDS {
        lengths[usize::from(kind.as_bytes()[0])] |= 1 << kind.len();
    }
    lengths
});

fn is_street_kind(word: &str) -> bool {
    let lengths = STREET_KIND_LENGTHS[usize::from(word.as_bytes()[0])];
    word.len() < 16 && lengths >> word.len() & 1 == 1 && STREET_KINDS.contains(&word)
}

/// Words before the number of a flat.
const UNITS: [&str; 10] =
    ["apt", "apartment", "unit", "flat", "suite", "ste", "room", "rm", "no", "nr"];

/// A street line taken apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Street {
    /// The name without its kind, words put together: "oak" of "12 Oak St apt 4".
    pub(crate) name: Vec<u8>,
    /// The first number with its letter: "12", "12b".
    pub(crate) number: Vec<u8>,
}

/// Takes a folded street line apart. `None` when nothing but a flat is left.
pub(crate) fn street(folded: &str) -> Option<Street> {
    let mut street = Street::default();
    let mut whole = Vec::new();
    let mut skip = false;
    for word in folded.split(|letter: char| !letter.is_alphanumeric() && letter != '\'') {
        if word.is_empty() || word == "'" {
            continue;
        }
        if std::mem::take(&mut skip) && word.len() <= 5 {
            continue;
        }
        if word.len() <= 9 && UNITS.contains(&word) {
            skip = true;
        } else if word.as_bytes()[0].is_ascii_digit() && street.number.is_empty() {
            street.number.extend_from_slice(word.as_bytes());
        } else {
            let letters = word.bytes().filter(|&byte| byte != b'\'');
            whole.extend(letters.clone());
            if !is_street_kind(word) {
                street.name.extend(letters);
            }
        }
    }
    if street.name.is_empty() {
        street.name = whole;
    }
    (!street.name.is_empty() || !street.number.is_empty()).then_some(street)
}

/// Letters and digits alone.
pub(crate) fn joined(folded: &str, out: &mut Vec<u8>) {
    if folded.is_ascii() {
        out.extend(folded.bytes().filter(u8::is_ascii_alphanumeric));
        return;
    }
    for letter in folded.chars().filter(|letter| letter.is_alphanumeric()) {
        out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_usual_writings_and_keep_what_is_impossible() {
        assert_eq!(date("1862-09-05"), Some(18_620_905));
        assert_eq!(date("18620905"), Some(18_620_905));
        assert_eq!(date("5/9/1862"), Some(18_620_905));
        assert_eq!(date("1862-09-85"), Some(18_620_985));
        assert_eq!(date("1862-09-05t00:00:00"), Some(18_620_905));
        assert_eq!(date("1862"), Some(18_620_000));
        assert_eq!(date("yesterday"), None);
        assert_eq!(date("123456789012"), None);
    }

    #[test]
    fn one_line_has_one_number_however_it_is_written() {
        let digits = |text: &str| {
            let mut out = Vec::new();
            phone(text, &mut out).then_some(out)
        };
        assert_eq!(digits("+1 519 440 1911"), digits("(519) 440-1911"));
        assert_eq!(digits("0049 30 901820"), digits("+49 30 901820"));
        assert_eq!(digits("000000"), None);
    }

    #[test]
    fn a_street_is_its_name_and_number() {
        let long = street("12 oak street apt 4").unwrap();
        let short = street("12 oak st").unwrap();
        assert_eq!(long, short);
        assert_eq!(short.name, b"oak");
        assert_eq!(street("the avenue").unwrap().name, b"theavenue");
        assert_eq!(street(""), None);
    }

    #[test]
    fn an_address_without_its_tag_is_the_same_mailbox() {
        assert_eq!(email("maya+shop@post.example"), Some(("maya", "post.example")));
        assert_eq!(email("maya"), None);
    }
}
