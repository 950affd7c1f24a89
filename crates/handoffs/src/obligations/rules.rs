//! How an obligation goes on. What an organisation says is never taken for what it holds: only a
//! value that was read back makes an obligation verified.

use handfast_kit::{Day, TimeMs, Zone};
use handfast_record::touches::DutyStep;

use super::{
    Error,
    same::is_same,
    types::{DutyState, ReadBack},
    value::Value,
};

/// Working days that an organisation has, where no delivery is planned before.
const WORKING_DAYS: u32 = 3;
/// The hour at which a working day ends.
const DAY_ENDS_MS: i64 = 17 * TimeMs::HOUR;
/// What is left at least, however soon the next delivery is.
const LEAST_MS: i64 = 4 * TimeMs::HOUR;
/// How long before a delivery it is too late to change its label.
const BEFORE_DELIVERY_MS: i64 = TimeMs::DAY;
/// Longest words of a reason or evidence, in characters.
const WORDS_CHARS_MAX: usize = 500;

/// An obligation as the rules see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Duty {
    pub(super) state: DutyState,
    pub(super) version: i64,
    pub(super) due: TimeMs,
    pub(super) is_seen: bool,
    /// When the organisation is reminded; none once it was.
    pub(super) remind: Option<TimeMs>,
    pub(super) is_escalated: bool,
    /// What it held when it was read back last.
    pub(super) held: Option<Value>,
    /// How that was read.
    pub(super) how: Option<ReadBack>,
}

/// What somebody does, or a clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Deed<'a> {
    See,
    Accept,
    Refuse(&'a str),
    Apply(&'a str),
    ReadBack(&'a Value, ReadBack),
    Chase(&'a str),
    Escalate(&'a str),
    Tick,
    Supersede,
    /// It was said not to be its part, and is.
    Return(&'a str),
    /// It is not its part any more.
    Release(&'a str),
}

/// What is to be written down: the step, and its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) step: DutyStep,
    pub(super) words: String,
}

impl Duty {
    pub(super) fn sent(now: TimeMs, due: TimeMs) -> Self {
        Self {
            state: DutyState::Sent,
            version: 1,
            due,
            is_seen: false,
            remind: Some(TimeMs(now.0 + (due.0 - now.0) / 2)),
            is_escalated: false,
            held: None,
            how: None,
        }
    }

    /// When a clock has something to say next.
    pub(super) fn next(&self) -> Option<TimeMs> {
        if !self.state.is_open() {
            return None;
        }
        let escalates = (!self.is_escalated).then_some(self.due);
        self.remind.into_iter().chain(escalates).min()
    }
}

/// The obligation after a deed, and what is written down of it; nothing for what was done already.
pub(super) fn apply(
    duty: &Duty,
    given: &Value,
    deed: &Deed<'_>,
    now: TimeMs,
    zone: &Zone,
) -> Result<(Duty, Option<Made>), Error> {
    use DutyState::{Accepted, Applied, Mismatch, Refused, Released, Sent, Superseded, Verified};
    let said = |state, step, words: &str| {
        let next = Duty { state, is_seen: true, version: duty.version + 1, ..duty.clone() };
        Ok((next, Some(Made { step, words: words.to_owned() })))
    };
    let nothing = || Ok((duty.clone(), None));
    match (deed, duty.state) {
        (Deed::Tick | Deed::Supersede | Deed::Release(_), state) if !state.is_open() => nothing(),
        (Deed::Supersede, _) => said(Superseded, DutyStep::Superseded, ""),
        (Deed::Tick, _) => Ok(tick(duty, now)),
        (Deed::Release(words), _) => said(Released, DutyStep::Released, &optional(words)?),
        // Its clock ran all the while.
        (Deed::Return(words), Refused) => said(Sent, DutyStep::Sent, &optional(words)?),
        (Deed::Return(_), _) => nothing(),
        (_, Superseded | Released) | (Deed::Chase(_) | Deed::Escalate(_), Verified) => {
            Err(Error::Over)
        }
        (Deed::See, _) if duty.is_seen => nothing(),
        (Deed::See, state) => said(state, DutyStep::Seen, ""),
        (Deed::Accept, Sent | Refused) => said(Accepted, DutyStep::Accepted, ""),
        (Deed::Refuse(why), Sent | Accepted) => said(Refused, DutyStep::Refused, &needed(why)?),
        // "They say it is done" is written down as what they say.
        (Deed::Apply(words), Sent | Accepted | Refused | Mismatch) => {
            said(Applied, DutyStep::Applied, &optional(words)?)
        }
        (Deed::Accept | Deed::Apply(_), _) | (Deed::Refuse(_), Refused) => nothing(),
        (Deed::Refuse(_), _) => Err(Error::AppliedAlready),
        (Deed::ReadBack(held, how), _) => read_back(duty, given, (held, *how), now, zone),
        (Deed::Chase(words), _) => {
            let made = Made { step: DutyStep::Chased, words: optional(words)? };
            Ok((Duty { version: duty.version + 1, ..duty.clone() }, Some(made)))
        }
        (Deed::Escalate(words), _) => {
            let made = Made { step: DutyStep::Escalated, words: optional(words)? };
            let next = Duty { is_escalated: true, version: duty.version + 1, ..duty.clone() };
            Ok((next, Some(made)))
        }
    }
}

/// Compares what they hold with what was given. A value that was right may be wrong the next time.
fn read_back(
    duty: &Duty,
    given: &Value,
    (held, how): (&Value, ReadBack),
    now: TimeMs,
    zone: &Zone,
) -> Result<(Duty, Option<Made>), Error> {
    if held.is_too_long() {
        return Err(Error::TooLong);
    }
    let is_same = is_same(given, held);
    let is_known = duty.held.as_ref() == Some(held);
    let state = if is_same { DutyState::Verified } else { DutyState::Mismatch };
    if is_known && state == duty.state {
        return Ok((duty.clone(), None));
    }
    let mut next = Duty {
        state,
        is_seen: true,
        version: duty.version + 1,
        held: Some(held.clone()),
        how: Some(how),
        ..duty.clone()
    };
    let step = if is_same {
        DutyStep::Verified
    } else {
        // Whoever wrote it down wrong late has until the next working day to put it right.
        if duty.due.0 < now.0 + LEAST_MS {
            next.due = working_days_later(now, 1, zone);
            next.is_escalated = false;
        }
        next.remind = Some(TimeMs(now.0 + (next.due.0 - now.0) / 2));
        DutyStep::Mismatch
    };
    let words = if is_same { how.in_words().to_owned() } else { held.line() };
    Ok((next, Some(Made { step, words })))
}

/// What a clock does: one thing at a time, the more serious first.
fn tick(duty: &Duty, now: TimeMs) -> (Duty, Option<Made>) {
    let made = |step| Some(Made { step, words: String::new() });
    let version = duty.version + 1;
    if duty.due <= now && !duty.is_escalated {
        let next = Duty { is_escalated: true, remind: None, version, ..duty.clone() };
        return (next, made(DutyStep::Escalated));
    }
    if duty.remind.is_some_and(|at| at <= now) {
        return (Duty { remind: None, version, ..duty.clone() }, made(DutyStep::Chased));
    }
    (duty.clone(), None)
}

/// By when a change is to be read back: a day before the next planned delivery, if one is known;
/// before it holds, if it begins later than that would be; else after three working days, at 17:00.
pub(crate) fn due(
    now: TimeMs,
    from: Option<TimeMs>,
    next_delivery: Option<TimeMs>,
    zone: &Zone,
) -> TimeMs {
    let usual = working_days_later(now, WORKING_DAYS, zone);
    let due = from.filter(|from| *from > usual).unwrap_or(usual);
    let before = next_delivery.map(|at| at.plus(-BEFORE_DELIVERY_MS));
    let due = before.filter(|before| *before < due).unwrap_or(due);
    due.max(now.plus(LEAST_MS))
}

/// The end of the working day so many working days later: Monday to Friday.
pub(crate) fn working_days_later(now: TimeMs, count: u32, zone: &Zone) -> TimeMs {
    let (mut day, mut left) = (zone.day_of(now), count);
    while left > 0 {
        day = Day(day.0 + 1);
        // Day 0 was a Thursday.
        let weekday = (day.0 + 3).rem_euclid(7);
        if weekday < 5 {
            left -= 1;
        }
    }
    zone.start_of(day).plus(DAY_ENDS_MS)
}

/// Words that must say something.
pub(super) fn needed(words: &str) -> Result<String, Error> {
    let words = optional(words)?;
    if words.chars().count() < 3 { Err(Error::WordsWrong) } else { Ok(words) }
}

pub(super) fn optional(words: &str) -> Result<String, Error> {
    let words = words.trim();
    if words.chars().count() > WORDS_CHARS_MAX {
        return Err(Error::WordsWrong);
    }
    Ok(words.to_owned())
}

#[cfg(test)]
mod tests;
