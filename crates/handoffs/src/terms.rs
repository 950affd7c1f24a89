//! How long things may take, what a brief needs, and how many words are taken.

use handfast_kit::TimeMs;
use handfast_record::touches::Handed;

use super::{BriefEntry, Error};

/// Longest an offer may wait for an answer.
const ACCEPT_WITHIN_MAX_MS: i64 = 30 * TimeMs::DAY;
/// Most items of one brief.
pub(crate) const ITEMS_MAX: usize = 30;

/// What every brief of such a thing needs.
pub(crate) const fn items(handed: Handed) -> &'static [(&'static str, &'static str)] {
    match handed {
        Handed::Case => &[
            ("said", "What the customer says happens"),
            ("when", "When it happens"),
            ("tried", "What was tried"),
            ("product", "Product and serial number"),
            ("promised", "What was promised, and by when"),
            ("reach", "How to reach the customer"),
        ],
        Handed::Sale => &[
            ("ordered", "What was ordered"),
            ("promised", "What was promised, and by when"),
            ("address", "Where it goes"),
            ("reach", "How to reach the customer"),
        ],
        Handed::Customer => &[
            ("expects", "What the customer expects next"),
            ("promised", "What was promised, and by when"),
            ("reach", "How to reach the customer"),
        ],
        Handed::Task => &[
            ("what", "What is to be done"),
            ("promised", "What was promised, and by when"),
            ("reach", "How to reach the customer"),
        ],
    }
}

/// How long the receiver has to answer, and the sender to answer a question.
pub(crate) const fn within_ms(handed: Handed) -> i64 {
    match handed {
        Handed::Case => 4 * TimeMs::HOUR,
        Handed::Sale | Handed::Customer | Handed::Task => TimeMs::DAY,
    }
}

/// By when an offer is to be accepted.
pub(crate) fn accept_by(
    handed: Handed,
    asked: Option<TimeMs>,
    now: TimeMs,
) -> Result<TimeMs, Error> {
    let by = asked.unwrap_or_else(|| now.plus(within_ms(handed)));
    let is_fair = by > now && by <= now.plus(ACCEPT_WITHIN_MAX_MS);
    if is_fair { Ok(by) } else { Err(Error::AcceptByWrong) }
}

/// What an item is, in words.
pub(crate) fn title(handed: Handed, item: &str) -> &str {
    let known = items(handed).iter().find(|(word, _)| *word == item);
    known.map_or(item, |(_, title)| title)
}

/// Words that must be there.
pub(crate) fn needed(text: &str, max: usize) -> Result<String, Error> {
    let text = text.trim();
    if (3..=max).contains(&text.chars().count()) {
        Ok(text.to_owned())
    } else {
        Err(Error::WordsWrong)
    }
}

/// Words that may be left out, up to 500 characters.
pub(crate) fn optional(text: &str) -> Result<String, Error> {
    let text = text.trim();
    if text.chars().count() <= 500 { Ok(text.to_owned()) } else { Err(Error::WordsWrong) }
}

/// An entry without blanks around it, if it is short enough and says something.
pub(crate) fn checked(entry: &BriefEntry) -> Result<BriefEntry, Error> {
    let (item, text) = (entry.item.trim(), entry.text.trim());
    let is_fair =
        (1..=100).contains(&item.chars().count()) && (1..=2_000).contains(&text.chars().count());
    let entry = || BriefEntry { item: item.to_owned(), text: text.to_owned() };
    is_fair.then(entry).ok_or(Error::BriefWrong)
}
