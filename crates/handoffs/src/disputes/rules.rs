//! How a dispute goes on. Its clock is its own: nothing here knows the customer's.

use handfast_kit::{OrganisationId, TimeMs, Zone};
use handfast_record::touches::DisputeStep;

use super::types::{Error, State};
use crate::obligations::working_days_later;

/// Working days that the one that is named has to answer.
const ANSWER_WORKING_DAYS: u32 = 3;
/// Working days that the brand has to decide.
const DECIDE_WORKING_DAYS: u32 = 2;
/// Longest evidence or answer, in characters.
const WORDS_CHARS_MAX: usize = 500;
/// Longest reference, in characters.
const REFERENCE_CHARS_MAX: usize = 200;

/// A dispute as the rules see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Quarrel {
    pub(super) claimant: OrganisationId,
    pub(super) respondent: OrganisationId,
    pub(super) state: State,
    pub(super) version: i64,
    /// By when whoever acts next does.
    pub(super) due: TimeMs,
    pub(super) remind: Option<TimeMs>,
    /// Whether the one that was named did not answer in time.
    pub(super) is_escalated: bool,
    pub(super) answers_for: Option<OrganisationId>,
}

/// What somebody does, or a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed<'a> {
    /// It is ours.
    Accept(&'a str),
    /// It is not ours either.
    Reject(&'a str),
    /// This one answers for it.
    Settle(OrganisationId, &'a str),
    Withdraw(&'a str),
    Tick,
}

/// Who does it, when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Turn<'a> {
    pub(super) organisation: OrganisationId,
    pub(super) brand: OrganisationId,
    pub(super) now: TimeMs,
    pub(super) zone: &'a Zone,
}

/// What is to be written down: the step, and its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) step: DisputeStep,
    pub(super) words: String,
}

impl Quarrel {
    pub(super) fn opened(
        (claimant, respondent): (OrganisationId, OrganisationId),
        now: TimeMs,
        zone: &Zone,
    ) -> Self {
        let due = working_days_later(now, ANSWER_WORKING_DAYS, zone);
        Self {
            claimant,
            respondent,
            state: State::Open,
            version: 1,
            due,
            remind: Some(half(now, due)),
            is_escalated: false,
            answers_for: None,
        }
    }

    /// Who acts next in it, and by when.
    pub(super) fn waits(&self, brand: OrganisationId) -> Option<(OrganisationId, TimeMs)> {
        match self.state {
            State::Open if !self.is_escalated => Some((self.respondent, self.due)),
            State::Open | State::Answered => Some((brand, self.due)),
            State::Settled | State::Withdrawn => None,
        }
    }

    /// When a clock has something to say next.
    pub(super) fn next(&self) -> Option<TimeMs> {
        let escalates = (self.state == State::Open && !self.is_escalated).then_some(self.due);
        let next = self.remind.into_iter().chain(escalates).min();
        next.filter(|_| self.state.is_open())
    }
}

fn half(now: TimeMs, due: TimeMs) -> TimeMs {
    now.plus((due.0 - now.0) / 2)
}

/// The dispute after a deed, and what is written down of it; nothing for what was done already.
pub(super) fn apply(
    quarrel: &Quarrel,
    deed: Deed<'_>,
    turn: &Turn<'_>,
) -> Result<(Quarrel, Option<Made>), Error> {
    may(quarrel, deed, turn)?;
    let nothing = || Ok((quarrel.clone(), None));
    match (deed, quarrel.state) {
        (Deed::Tick, _) => Ok(tick(quarrel, turn)),
        // Said twice is said once.
        (Deed::Accept(_), State::Settled) if quarrel.answers_for == Some(quarrel.respondent) => {
            nothing()
        }
        (Deed::Settle(who, _), State::Settled) if quarrel.answers_for == Some(who) => nothing(),
        (Deed::Withdraw(_), State::Withdrawn) | (Deed::Reject(_), State::Answered) => nothing(),
        (_, State::Settled | State::Withdrawn) => Err(Error::Over),
        (Deed::Accept(words), _) => {
            Ok(settled(quarrel, quarrel.respondent, DisputeStep::Accepted, optional(words)?))
        }
        // What the brand denies for itself it decides.
        (Deed::Reject(words), _) if quarrel.respondent == turn.brand => {
            Ok(settled(quarrel, quarrel.claimant, DisputeStep::Settled, needed(words)?))
        }
        (Deed::Reject(words), _) => {
            let due = working_days_later(turn.now, DECIDE_WORKING_DAYS, turn.zone);
            let next = Quarrel {
                state: State::Answered,
                version: quarrel.version + 1,
                due,
                remind: Some(half(turn.now, due)),
                ..quarrel.clone()
            };
            Ok((next, Some(Made { step: DisputeStep::Rejected, words: needed(words)? })))
        }
        (Deed::Settle(who, words), _) => {
            Ok(settled(quarrel, who, DisputeStep::Settled, needed(words)?))
        }
        (Deed::Withdraw(words), _) => {
            let made = Made { step: DisputeStep::Withdrawn, words: optional(words)? };
            Ok((over(quarrel, State::Withdrawn), Some(made)))
        }
    }
}

/// Who may do what: each party speaks for itself, and the brand decides.
fn may(quarrel: &Quarrel, deed: Deed<'_>, turn: &Turn<'_>) -> Result<(), Error> {
    let may = match deed {
        Deed::Accept(_) | Deed::Reject(_) => turn.organisation == quarrel.respondent,
        Deed::Settle(..) => turn.organisation == turn.brand,
        Deed::Withdraw(_) => [quarrel.claimant, turn.brand].contains(&turn.organisation),
        Deed::Tick => true,
    };
    if may { Ok(()) } else { Err(Error::NotYours) }
}

fn over(quarrel: &Quarrel, state: State) -> Quarrel {
    Quarrel { state, version: quarrel.version + 1, remind: None, ..quarrel.clone() }
}

fn settled(
    quarrel: &Quarrel,
    who: OrganisationId,
    step: DisputeStep,
    words: String,
) -> (Quarrel, Option<Made>) {
    let next = Quarrel { answers_for: Some(who), ..over(quarrel, State::Settled) };
    (next, Some(Made { step, words }))
}

/// What a clock does: one thing at a time, the more serious first.
fn tick(quarrel: &Quarrel, turn: &Turn<'_>) -> (Quarrel, Option<Made>) {
    let made = |step| Some(Made { step, words: String::new() });
    let version = quarrel.version + 1;
    if !quarrel.state.is_open() {
        return (quarrel.clone(), None);
    }
    let waits_for_answer = quarrel.state == State::Open && !quarrel.is_escalated;
    if waits_for_answer && quarrel.due <= turn.now {
        let due = working_days_later(turn.now, DECIDE_WORKING_DAYS, turn.zone);
        let remind = Some(half(turn.now, due));
        let next = Quarrel { is_escalated: true, version, due, remind, ..quarrel.clone() };
        return (next, made(DisputeStep::Escalated));
    }
    if quarrel.remind.is_some_and(|at| at <= turn.now) {
        return (Quarrel { remind: None, version, ..quarrel.clone() }, made(DisputeStep::Chased));
    }
    (quarrel.clone(), None)
}

/// Words that must say something.
pub(super) fn needed(words: &str) -> Result<String, Error> {
    let words = optional(words)?;
    if words.chars().count() < 3 { Err(Error::WordsWrong) } else { Ok(words) }
}

pub(super) fn optional(words: &str) -> Result<String, Error> {
    let words = words.trim();
    let is_fair = words.chars().count() <= WORDS_CHARS_MAX;
    if is_fair { Ok(words.to_owned()) } else { Err(Error::WordsWrong) }
}

pub(super) fn reference(text: &str) -> Result<String, Error> {
    let text = text.trim();
    let is_fair = text.chars().count() <= REFERENCE_CHARS_MAX;
    if is_fair { Ok(text.to_owned()) } else { Err(Error::ReferenceWrong) }
}
