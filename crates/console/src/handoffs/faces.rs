//! How a hand-off looks: its chain, its brief, who acts next.

use std::collections::BTreeSet;

use handfast_db::{Cx, Fault};
use handfast_handoffs::{BriefItem, HandOff, State};
use handfast_kit::{OrganisationId, TimeMs, Zone};
use handfast_record::{
    organisations,
    sharing::Lens,
    touches::{HandOffStep, Handed},
};

use super::time;
use crate::{customer::who::Names, words};

/// The names of organisations that a page of hand-offs mentions.
pub(crate) fn names(
    cx: &mut Cx<'_>,
    lens: &Lens,
    parties: impl IntoIterator<Item = OrganisationId>,
) -> Result<Names, Fault> {
    let mut all: BTreeSet<_> = parties.into_iter().collect();
    all.insert(organisations::brand_id(lens.network()));
    Names::read(cx, lens.network(), String::new(), all, BTreeSet::new())
}

/// What whoever acts next does: after “You”, and after a name.
pub(super) const fn next_deed(state: State, is_sender: bool) -> (&'static str, &'static str) {
    match (state, is_sender) {
        (State::Offered, false) => ("accept or decline it", "accepts or declines it"),
        (State::Offered | State::Accepted, true) => {
            ("send what the brief lacks", "sends what the brief lacks")
        }
        (State::Declined | State::Expired, true) => {
            ("ask somebody else, or keep it", "asks somebody else, or keeps it")
        }
        _ => ("act next", "acts next"),
    }
}

/// What is handed off, at the beginning of a sentence.
pub(super) const fn kind(handed: Handed) -> &'static str {
    match handed {
        Handed::Case => "Case",
        Handed::Sale => "Order",
        Handed::Customer => "Customer",
        Handed::Task => "Task",
    }
}

/// One knot of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Knot {
    /// `done`, `now`, `bad` or `todo`.
    pub(super) state: &'static str,
    /// Its picture; none for what is still to come.
    pub(super) icon: Option<&'static str>,
    pub(super) word: String,
    /// What the state is, for those who hear the page.
    pub(super) said: &'static str,
    pub(super) lines: Vec<String>,
}

impl Knot {
    pub(super) fn of(state: &'static str, word: impl Into<String>, lines: Vec<String>) -> Self {
        let (icon, said) = match state {
            "done" => (Some("check"), "done"),
            "bad" => (Some("x"), "problem"),
            "now" => (None, "waiting"),
            _ => (None, "not yet"),
        };
        let lines = lines.into_iter().filter(|line| !line.is_empty()).collect();
        Self { state, icon, word: word.into(), said, lines }
    }
}

/// The chain of custody: offered, seen, answered, and how complete the brief is.
pub(super) fn chain(one: &HandOff, now: TimeMs, zone: &Zone) -> Vec<Knot> {
    let short = |at| time::short(at, zone);
    let is_open = one.state == State::Offered;
    let by = one.steps.first().map_or(String::new(), |step| step.by.clone());
    let mut chain = vec![Knot::of("done", "Offered", vec![short(one.offered), by])];
    chain.push(match &one.seen {
        Some((at, by)) => Knot::of("done", "Seen", vec![short(*at), by.clone()]),
        None if is_open => Knot::of("now", "Seen", vec!["not opened yet".to_owned()]),
        None => Knot::of("todo", "Seen", vec!["never opened".to_owned()]),
    });
    let answered = one.answered.clone();
    let answer = answered.map(|(at, by, _)| vec![short(at), by]).unwrap_or_default();
    chain.push(match one.state {
        State::Offered => {
            let state = if one.accept_by <= now {
                "bad"
            } else if one.seen.is_some() {
                "now"
            } else {
                "todo"
            };
            let by = format!("by {}", time::moment(one.accept_by, now, zone));
            Knot::of(state, "Accepted", vec![by])
        }
        State::Accepted => Knot::of("done", "Accepted", answer),
        State::Declined => Knot::of("bad", "Declined", answer),
        State::Expired => Knot::of("bad", "Not answered", vec![short(one.accept_by)]),
        State::Withdrawn => Knot::of("todo", "Withdrawn", last(one, HandOffStep::Withdrawn, zone)),
    });
    if matches!(one.state, State::Offered | State::Accepted) {
        chain.push(brief_knot(&one.brief, now, zone));
    }
    chain
}

fn last(one: &HandOff, step: HandOffStep, zone: &Zone) -> Vec<String> {
    let found = one.steps.iter().rev().find(|made| made.step == step);
    found.map(|made| vec![time::short(made.at, zone), made.by.clone()]).unwrap_or_default()
}

fn brief_knot(brief: &[BriefItem], now: TimeMs, zone: &Zone) -> Knot {
    let (have, all) = complete(brief);
    if have == all {
        return Knot::of("done", "Brief complete", vec![format!("{have} of {all}")]);
    }
    let due = brief.iter().filter(|item| is_missing(item)).filter_map(|item| item.asked).min();
    let due = due.map(|(_, due)| format!("by {}", time::moment(due, now, zone)));
    let lines = [Some(format!("{have} of {all}")), due].into_iter().flatten().collect();
    Knot::of("now", "Brief complete", lines)
}

/// Whether an item of a brief is still to come.
pub(super) fn is_missing(item: &BriefItem) -> bool {
    item.text.is_none() && !item.from_record || item.asked.is_some()
}

/// How many items are there, and how many there are to be.
pub(super) fn complete(brief: &[BriefItem]) -> (usize, usize) {
    (brief.iter().filter(|item| !is_missing(item)).count(), brief.len())
}

/// A badge that says where it stands: its tone, picture and words.
pub(super) const fn standing(state: State) -> (&'static str, &'static str, &'static str) {
    match state {
        State::Offered => ("warn", "clock", "Waits for an answer"),
        State::Accepted => ("ok", "check", "Accepted"),
        State::Declined => ("bad", "x", "Declined"),
        State::Expired => ("bad", "alert", "Not answered in time"),
        State::Withdrawn => ("", "undo", "Withdrawn"),
    }
}

/// What a step was, at the beginning of a line of the receipts.
pub(super) fn step(step: HandOffStep) -> String {
    words::sentence(match step {
        HandOffStep::Asked => "asked for more",
        HandOffStep::Supplied => "brief completed",
        HandOffStep::Expired => "not answered in time",
        other => other.in_words().trim_start_matches("was "),
    })
}
