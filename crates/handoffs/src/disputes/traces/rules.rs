//! How a trace goes on: each leg answers for its part, and what the customer gets has an owner and
//! a clock of its own from the start, which no leg holds up.

use handfast_kit::{OrganisationId, TimeMs, Zone};
use handfast_record::touches::{Leg, TraceStep};

use super::{
    super::{
        rules::{needed, optional, reference},
        types::Error,
    },
    types::{Finding, LegState, RemedyKind, RemedyState},
};
use crate::obligations::working_days_later;

/// Working days that each leg has, and whoever looks after the customer to promise something.
const WORKING_DAYS: u32 = 1;
/// Working days until what was promised is to be there, where no day is said.
const KEEP_WORKING_DAYS: u32 = 3;
/// The furthest day that may be promised.
const AHEAD_MS: i64 = 60 * TimeMs::DAY;

/// A leg as the rules see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) leg: Leg,
    pub(super) organisation: OrganisationId,
    pub(super) state: LegState,
    pub(super) due: TimeMs,
    pub(super) remind: Option<TimeMs>,
    pub(super) is_late: bool,
    pub(super) words: String,
    pub(super) reference: String,
    pub(super) answered: Option<(TimeMs, String)>,
}

/// What the customer gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Good {
    pub(super) owner: OrganisationId,
    pub(super) state: RemedyState,
    pub(super) kind: Option<RemedyKind>,
    pub(super) words: String,
    pub(super) due: TimeMs,
    pub(super) remind: Option<TimeMs>,
    pub(super) is_escalated: bool,
}

/// A trace as the rules see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trail {
    pub(super) parts: Vec<Part>,
    pub(super) good: Good,
    /// Who has no leg, and answers for it.
    pub(super) settled: Option<OrganisationId>,
    pub(super) version: i64,
    pub(super) ended: Option<TimeMs>,
}

/// What somebody does, or a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed<'a> {
    Prove(Leg, &'a str, &'a str),
    Break(Leg, &'a str),
    Refuse(Leg, &'a str, &'a str),
    /// A dispute about this leg was settled: this one answers for it.
    Settle(Leg, OrganisationId),
    /// A dispute about this leg was taken back.
    Reopen(Leg),
    Promise(RemedyKind, &'a str, Option<TimeMs>),
    Keep(&'a str),
    TakeOver(&'a str),
    Tick,
}

/// Who does it, when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Turn<'a> {
    pub(super) organisation: OrganisationId,
    pub(super) name: &'a str,
    pub(super) brand: OrganisationId,
    pub(super) now: TimeMs,
    pub(super) zone: &'a Zone,
}

/// What is to be written down: the step, its leg, its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) step: TraceStep,
    pub(super) leg: Option<Leg>,
    pub(super) words: String,
}

impl Made {
    fn of(step: TraceStep, leg: Option<Leg>, words: impl Into<String>) -> Self {
        Self { step, leg, words: words.into() }
    }
}

fn half(now: TimeMs, due: TimeMs) -> TimeMs {
    now.plus((due.0 - now.0) / 2)
}

impl Part {
    /// By when it is to be answered; none once it was.
    pub(super) fn waits(&self) -> Option<TimeMs> {
        (self.state == LegState::Asked).then_some(self.due)
    }
}

impl Trail {
    pub(super) fn opened(
        legs: [(Leg, OrganisationId); 3],
        owner: OrganisationId,
        now: TimeMs,
        zone: &Zone,
    ) -> Self {
        let due = working_days_later(now, WORKING_DAYS, zone);
        let part = |(leg, organisation)| Part {
            leg,
            organisation,
            state: LegState::Asked,
            due,
            remind: Some(half(now, due)),
            is_late: false,
            words: String::new(),
            reference: String::new(),
            answered: None,
        };
        let good = Good {
            owner,
            state: RemedyState::Open,
            kind: None,
            words: String::new(),
            due,
            remind: Some(half(now, due)),
            is_escalated: false,
        };
        let parts = legs.map(part).into();
        Self { parts, good, settled: None, version: 1, ended: None }
    }

    /// Who acts next for the customer, and by when: always one, until the customer has what was
    /// promised.
    pub(super) fn waits(&self, brand: OrganisationId) -> Option<(OrganisationId, TimeMs)> {
        let who = if self.good.is_escalated { brand } else { self.good.owner };
        (self.good.state != RemedyState::Done).then_some((who, self.good.due))
    }

    /// The first leg that does not prove its part.
    pub(super) fn finding(&self) -> Finding<OrganisationId> {
        let is_proved = |part: &&Part| matches!(part.state, LegState::Proved | LegState::Cleared);
        let Some(part) = self.parts.iter().find(|part| !is_proved(part)) else {
            return self.settled.map_or(Finding::AllProved, Finding::AnswersFor);
        };
        let (leg, who) = (part.leg, part.organisation);
        match part.state {
            LegState::Broke => Finding::BrokeAt(leg, who),
            LegState::Refused => Finding::Disputed(leg, who),
            _ if part.is_late => Finding::Silent(leg, who),
            _ => Finding::Waits(leg, who),
        }
    }

    /// When a clock has something to say next.
    pub(super) fn next(&self) -> Option<TimeMs> {
        let part = |part: &Part| {
            let late = (!part.is_late).then_some(part.due);
            let next = part.remind.into_iter().chain(late).min();
            next.filter(|_| part.state == LegState::Asked)
        };
        let late = (!self.good.is_escalated).then_some(self.good.due);
        let good = self.good.remind.into_iter().chain(late).min();
        let good = good.filter(|_| self.good.state != RemedyState::Done);
        let next = self.parts.iter().filter_map(part).chain(good).min();
        next.filter(|_| self.ended.is_none())
    }

    fn part(&mut self, leg: Leg) -> Result<&mut Part, Error> {
        self.parts.iter_mut().find(|part| part.leg == leg).ok_or(Error::NotFound)
    }
}

/// The trace after a deed, and what is written down of it; nothing for what was done already.
pub(super) fn apply(
    trail: &Trail,
    deed: Deed<'_>,
    turn: &Turn<'_>,
) -> Result<(Trail, Vec<Made>), Error> {
    let (mut next, mut made) = (trail.clone(), Vec::new());
    match deed {
        Deed::Tick if trail.ended.is_some() => {}
        Deed::Tick => made = tick(&mut next, turn),
        // What was settled between organisations stands, however late.
        Deed::Settle(leg, who) => made = settle(&mut next, leg, who)?,
        Deed::Reopen(leg) => made.extend(reopen(&mut next, leg, turn)?),
        Deed::Prove(leg, words, found) => {
            made.extend(answer(&mut next, turn, leg, (LegState::Proved, words, found))?);
        }
        Deed::Break(leg, words) => {
            made.extend(answer(&mut next, turn, leg, (LegState::Broke, words, ""))?);
        }
        Deed::Refuse(leg, words, found) => {
            made.extend(answer(&mut next, turn, leg, (LegState::Refused, words, found))?);
        }
        Deed::Promise(kind, words, by) => {
            made.extend(promise(&mut next, turn, kind, (words, by))?);
        }
        Deed::Keep(words) => made.extend(keep(&mut next, turn, words)?),
        Deed::TakeOver(words) => made.extend(take_over(&mut next, turn, words)?),
    }
    if !made.is_empty() {
        made.extend(end(&mut next, turn.now));
    }
    next.version = trail.version + made.len() as i64;
    Ok((next, made))
}

/// An organisation answers for its leg. What was proved may turn out to be broken; not the other
/// way round.
fn answer(
    trail: &mut Trail,
    turn: &Turn<'_>,
    leg: Leg,
    (state, words, found): (LegState, &str, &str),
) -> Result<Option<Made>, Error> {
    let is_over = trail.ended.is_some();
    let part = trail.part(leg)?;
    if ![part.organisation, turn.brand].contains(&turn.organisation) {
        return Err(Error::NotYours);
    }
    if part.state == state {
        return Ok(None);
    }
    let may = match part.state {
        LegState::Asked => true,
        LegState::Proved => state == LegState::Broke,
        LegState::Refused | LegState::Broke | LegState::Cleared => false,
    };
    if is_over || !may {
        return Err(Error::Over);
    }
    part.words = needed(words)?;
    part.reference = reference(found)?;
    part.state = state;
    part.remind = None;
    part.answered = Some((turn.now, turn.name.to_owned()));
    let step = match state {
        LegState::Broke => TraceStep::Broke,
        LegState::Refused => TraceStep::Refused,
        _ => TraceStep::Proved,
    };
    Ok(Some(Made::of(step, Some(leg), part.words.clone())))
}

/// Who answers for a disputed leg: its own organisation, that of another leg, or somebody else.
fn settle(trail: &mut Trail, leg: Leg, who: OrganisationId) -> Result<Vec<Made>, Error> {
    let part = trail.part(leg)?;
    if part.state != LegState::Refused {
        return Ok(Vec::new());
    }
    if part.organisation == who {
        part.state = LegState::Broke;
        return Ok(vec![Made::of(TraceStep::Broke, Some(leg), "")]);
    }
    part.state = LegState::Cleared;
    let mut made = vec![Made::of(TraceStep::Cleared, Some(leg), "")];
    let theirs = trail.parts.iter_mut().find(|part| part.organisation == who);
    match theirs {
        Some(theirs) if theirs.state == LegState::Broke => {}
        Some(theirs) => {
            theirs.state = LegState::Broke;
            theirs.remind = None;
            made.push(Made::of(TraceStep::Broke, Some(theirs.leg), ""));
        }
        None => trail.settled = Some(who),
    }
    Ok(made)
}

fn reopen(trail: &mut Trail, leg: Leg, turn: &Turn<'_>) -> Result<Option<Made>, Error> {
    let due = working_days_later(turn.now, WORKING_DAYS, turn.zone);
    let is_over = trail.ended.is_some();
    let part = trail.part(leg)?;
    if part.state != LegState::Refused || is_over {
        return Ok(None);
    }
    part.state = LegState::Asked;
    (part.due, part.remind, part.is_late) = (due, Some(half(turn.now, due)), false);
    Ok(Some(Made::of(TraceStep::Asked, Some(leg), "")))
}

fn may_remedy(trail: &Trail, turn: &Turn<'_>) -> Result<(), Error> {
    let may = [trail.good.owner, turn.brand].contains(&turn.organisation);
    if may { Ok(()) } else { Err(Error::NotYours) }
}

fn promise(
    trail: &mut Trail,
    turn: &Turn<'_>,
    kind: RemedyKind,
    (words, by): (&str, Option<TimeMs>),
) -> Result<Option<Made>, Error> {
    may_remedy(trail, turn)?;
    let words = optional(words)?;
    let good = &mut trail.good;
    if good.state == RemedyState::Done {
        return Err(Error::Over);
    }
    if good.state == RemedyState::Promised && good.kind == Some(kind) && good.words == words {
        return Ok(None);
    }
    let by = by.unwrap_or_else(|| working_days_later(turn.now, KEEP_WORKING_DAYS, turn.zone));
    if by <= turn.now || by > turn.now.plus(AHEAD_MS) {
        return Err(Error::PromiseWrong);
    }
    good.state = RemedyState::Promised;
    (good.kind, good.words) = (Some(kind), words);
    (good.due, good.remind, good.is_escalated) = (by, Some(half(turn.now, by)), false);
    Ok(Some(Made::of(TraceStep::Promised, None, said(good))))
}

/// The brand looks after the customer from now on; the clock runs on.
fn take_over(trail: &mut Trail, turn: &Turn<'_>, words: &str) -> Result<Option<Made>, Error> {
    if turn.organisation != turn.brand {
        return Err(Error::NotYours);
    }
    let words = optional(words)?;
    if trail.good.state == RemedyState::Done || trail.good.owner == turn.brand {
        return Ok(None);
    }
    trail.good.owner = turn.brand;
    Ok(Some(Made::of(TraceStep::Escalated, None, words)))
}

/// What the customer gets, in words.
pub(super) fn said(good: &Good) -> String {
    let kind = good.kind.map_or("", RemedyKind::in_words);
    if good.words.is_empty() { kind.to_owned() } else { format!("{kind}. {}", good.words) }
}

fn keep(trail: &mut Trail, turn: &Turn<'_>, words: &str) -> Result<Option<Made>, Error> {
    may_remedy(trail, turn)?;
    let words = optional(words)?;
    let good = &mut trail.good;
    match good.state {
        RemedyState::Done => return Ok(None),
        // Nothing is made good that was not said to be.
        RemedyState::Open => return Err(Error::PromiseWrong),
        RemedyState::Promised => {}
    }
    good.state = RemedyState::Done;
    good.remind = None;
    Ok(Some(Made::of(TraceStep::Kept, None, words)))
}

/// It ends when it is known where it broke, and the customer has what was promised.
fn end(trail: &mut Trail, now: TimeMs) -> Option<Made> {
    let is_over = trail.good.state == RemedyState::Done && trail.finding().is_final();
    if !is_over || trail.ended.is_some() {
        return None;
    }
    trail.ended = Some(now);
    Some(Made::of(TraceStep::Ended, None, ""))
}

/// What a clock does: for each leg and for the remedy one thing, the more serious first.
fn tick(trail: &mut Trail, turn: &Turn<'_>) -> Vec<Made> {
    let mut made = Vec::new();
    for part in trail.parts.iter_mut().filter(|part| part.state == LegState::Asked) {
        if part.due <= turn.now && !part.is_late {
            (part.is_late, part.remind) = (true, None);
            made.push(Made::of(TraceStep::NotAnswered, Some(part.leg), ""));
        } else if part.remind.is_some_and(|at| at <= turn.now) {
            part.remind = None;
            made.push(Made::of(TraceStep::Chased, Some(part.leg), ""));
        }
    }
    let good = &mut trail.good;
    if good.state == RemedyState::Done {
        return made;
    }
    if good.due <= turn.now && !good.is_escalated {
        (good.is_escalated, good.remind) = (true, None);
        made.push(Made::of(TraceStep::Escalated, None, ""));
    } else if good.remind.is_some_and(|at| at <= turn.now) {
        good.remind = None;
        made.push(Made::of(TraceStep::Chased, None, ""));
    }
    made
}
