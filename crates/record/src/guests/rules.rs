use handfast_kit::TimeMs;
use sha2::{Digest, Sha256};

use super::{
    Ask, DAY_MAX, Error, GuestId, HOUR_MAX, Shows, State,
    store::{LET_IN, Stored, WAITING},
};
use crate::{
    keys,
    sharing::{Class, Level, Line, Masks, Permitted},
};

/// Refuses what cannot be asked with.
pub(super) fn check(ask: &Ask) -> Result<(), Error> {
    if !keys::is_key(&ask.key) {
        return Err(Error::KeyWrong);
    }
    let length = ask.why.trim().chars().count();
    if (5..=500).contains(&length) { Ok(()) } else { Err(Error::WhyWrong) }
}

/// After how many seconds an organisation may ask again that asked at these moments of the last
/// day, the latest first; `None` if it may ask now.
pub(super) fn wait(asked: &[TimeMs], now: TimeMs) -> Option<u32> {
    let free_at = |count_max: usize, span: i64| asked.get(count_max - 1).map(|at| at.plus(span));
    let free = free_at(HOUR_MAX, TimeMs::HOUR).max(free_at(DAY_MAX, TimeMs::DAY))?;
    let ms = free.0 - now.0;
    (ms > 0).then(|| u32::try_from(ms.div_euclid(1_000) + 1).unwrap_or(u32::MAX))
}

/// Where an asking stands. Whatever ends is over at its very millisecond.
pub(super) fn state(guest: &Stored, now: TimeMs) -> State {
    match &*guest.state {
        WAITING if guest.expires > now => State::Waiting,
        WAITING => State::Expired,
        LET_IN if guest.until.is_some_and(|until| until > now) => State::LetIn,
        LET_IN => State::Over,
        _ => State::Refused,
    }
}

/// The six digits of a code, however they are spaced.
pub(super) fn code(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let is_code = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_code.then_some(digits)
}

/// What is kept of a code. A code has few values: what protects it is that it is good for half an
/// hour and five tries, once.
pub(super) fn code_hash(id: GuestId, code: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(id.uuid().as_bytes());
    hash.update(code);
    hash.finalize().into()
}

/// What these grants show to a guest, so far as the customer's word permits it.
pub(super) fn shows(lines: &[Line], permitted: Permitted) -> Vec<Shows> {
    let bit = |line: &Line| line.purpose.map_or(1, |purpose| 1 << (purpose as u8));
    let counts = |line: &&Line| permitted.purposes & bit(line) != 0;
    let (mut always, mut from_then) = (Masks::default(), Masks::default());
    for line in lines.iter().filter(counts) {
        for class in Class::ALL.into_iter().filter(|class| permitted.denied & class.bit() == 0) {
            let masks = if line.from_tie { &mut from_then } else { &mut always };
            masks.show(class, line.masks.level(class));
        }
    }
    let shown = |class: Class| match (always.level(class), from_then.level(class)) {
        (Level::None, Level::None) => None,
        (Level::None, level) => Some(Shows { class, level, from_then: true }),
        (level, _) => Some(Shows { class, level, from_then: false }),
    };
    Class::ALL.into_iter().filter_map(shown).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use handfast_kit::{OrganisationId, PersonId};

    use super::*;

    const NOW: TimeMs = TimeMs(1_773_308_400_000);

    #[test]
    fn an_organisation_asks_twenty_times_an_hour_and_two_hundred_times_a_day() {
        let every = |ms: i64, count: i64| -> Vec<TimeMs> {
            (0..count).map(|n| NOW.plus(-n * ms)).collect()
        };
        assert_eq!(wait(&every(60_000, 19), NOW), None);
        assert_eq!(wait(&every(60_000, 20), NOW), Some(41 * 60 + 1));
        let twenty: Vec<TimeMs> = every(0, 20);
        assert_eq!(wait(&twenty, NOW.plus(TimeMs::HOUR - 1)), Some(1));
        assert_eq!(wait(&twenty, NOW.plus(TimeMs::HOUR)), None);
        let spread = every(6 * 60_000, 200);
        assert_eq!(wait(&spread, NOW.plus(TimeMs::HOUR)), Some(11_161));
        assert_eq!(wait(&spread[..199], NOW.plus(TimeMs::HOUR)), None);
    }

    #[test]
    fn an_asking_and_an_access_are_over_at_their_very_millisecond() {
        let mut guest = Stored {
            id: GuestId::random(),
            organisation: OrganisationId::random(),
            person: PersonId::random(),
            customer: None,
            why: String::new(),
            state: WAITING.to_owned(),
            code_hash: [0; 32],
            link_hash: [0; 32],
            try_count: 0,
            asked: NOW,
            expires: NOW.plus(10),
            until: None,
        };
        assert_eq!(state(&guest, NOW.plus(9)), State::Waiting);
        assert_eq!(state(&guest, NOW.plus(10)), State::Expired);
        guest.state = LET_IN.to_owned();
        guest.until = Some(NOW.plus(20));
        assert_eq!(state(&guest, NOW.plus(19)), State::LetIn);
        assert_eq!(state(&guest, NOW.plus(20)), State::Over);
    }

    #[test]
    fn a_code_is_six_digits_however_they_are_spaced() {
        assert_eq!(code(" 123 456 ").unwrap(), "123456");
        assert_eq!(code("123-456").unwrap(), "123456");
        for wrong in ["", "12345", "1234567", "12345a", "١٢٣٤٥٦"] {
            assert_eq!(code(wrong), None, "{wrong}");
        }
    }
}
