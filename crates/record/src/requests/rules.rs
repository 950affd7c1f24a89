use handfast_kit::TimeMs;

use super::{
    DAYS_MAX, Error, Request, State,
    store::{ALLOWED, ASKED, REFUSED, Stored},
};
use crate::{CustomerId, sharing::Class};

/// The reason, if it is one.
pub(super) fn why(text: &str) -> Result<String, Error> {
    sentence(text).ok_or(Error::WhyWrong)
}

/// The words of an answer, if they are some.
pub(super) fn text(text: &str) -> Result<String, Error> {
    sentence(text).ok_or(Error::TextWrong)
}

fn sentence(text: &str) -> Option<String> {
    let text = text.trim();
    (5..=500).contains(&text.chars().count()).then(|| text.to_owned())
}

/// A bit for each of the classes.
pub(super) fn mask(classes: &[Class]) -> i64 {
    classes.iter().fold(0, |mask, class| mask | class.bit())
}

/// The classes of a mask.
pub(super) fn classes(mask: i64) -> Vec<Class> {
    Class::ALL.into_iter().filter(|class| mask & class.bit() != 0).collect()
}

/// The mask of what is allowed, which was asked for or is shown already.
pub(super) fn allowed(allowed: &[Class], asked: i64) -> Result<i64, Error> {
    if let Some(other) = allowed.iter().find(|class| asked & class.bit() == 0) {
        return Err(Error::NotAskedFor(other.word()));
    }
    match mask(allowed) {
        0 => Err(Error::NothingNamed),
        mask => Ok(mask),
    }
}

/// When what is allowed for so many days ends.
pub(super) fn until(now: TimeMs, days: i64) -> Result<TimeMs, Error> {
    if (1..=DAYS_MAX).contains(&days) {
        Ok(now.plus(days * TimeMs::DAY))
    } else {
        Err(Error::DaysWrong)
    }
}

/// A request as it stands now, of the customer by the id its viewer knows. What is allowed is over
/// at its very millisecond.
pub(super) fn shown(row: Stored, customer: CustomerId, now: TimeMs) -> Request {
    let state = match (&*row.state, row.until) {
        (ASKED, _) => State::Asked,
        (ALLOWED, Some(until)) if until > now => {
            State::Allowed { classes: classes(row.allowed), until }
        }
        (ALLOWED, until) => {
            State::Over { classes: classes(row.allowed), until: until.unwrap_or(row.asked) }
        }
        (REFUSED, _) => State::Refused,
        _ => State::Withdrawn,
    };
    Request {
        id: row.id,
        customer,
        organisation: row.organisation,
        person: row.person,
        classes: classes(row.classes),
        why: row.why,
        asked: row.asked,
        due: row.due,
        state,
        answer: row.answer,
        answered_by: row.answered_by,
        answered: row.answered,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn nothing_is_allowed_that_nobody_asked_for() {
        let asked = mask(&[Class::Purchase, Class::Case]);
        assert_eq!(allowed(&[Class::Case], asked).unwrap(), Class::Case.bit());
        assert!(matches!(allowed(&[Class::Price], asked), Err(Error::NotAskedFor("price"))));
        assert!(matches!(allowed(&[], asked), Err(Error::NothingNamed)));
        assert_eq!(classes(asked), [Class::Purchase, Class::Case]);
    }

    #[test]
    fn a_yes_is_for_one_day_to_a_year() {
        assert_eq!(until(TimeMs(0), 1).unwrap(), TimeMs(TimeMs::DAY));
        assert_eq!(until(TimeMs(0), 365).unwrap(), TimeMs(365 * TimeMs::DAY));
        for wrong in [i64::MIN, -1, 0, 366, i64::MAX] {
            assert!(until(TimeMs(0), wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn reasons_and_answers_have_five_to_five_hundred_characters() {
        assert_eq!(why("  Repair ").unwrap(), "Repair");
        assert!(why("    no    ").is_err());
        assert!(text(&"é".repeat(500)).is_ok());
        assert!(text(&"é".repeat(501)).is_err());
    }
}
