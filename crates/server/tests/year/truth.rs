//! What is true in the year, beside what the server says.

use std::collections::BTreeMap;

use handfast_kit::TimeMs;
use serde_json::{Value, json};

/// An organisation by its number; the brand is 0.
pub(crate) type Org = usize;
pub(crate) const BRAND: Org = 0;

/// What a partner is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Character {
    /// Answers within hours, and right.
    Prompt,
    /// Answers when the time is over.
    Late,
    /// Never answers.
    Silent,
    /// Answers in time, and keeps another address at first.
    Wrong,
    /// Declines half, and asks about the rest; says of changes that they are others' part.
    Overloaded,
    /// As prompt, until its partnership ends in the summer.
    Leaving,
}

impl Character {
    /// Of the partner with this number, from 1 on.
    pub(crate) const fn of(org: Org) -> Self {
        match org {
            9..=11 => Self::Late,
            12..=14 => Self::Silent,
            15..=17 => Self::Wrong,
            18 | 19 => Self::Overloaded,
            20 => Self::Leaving,
            _ => Self::Prompt,
        }
    }
}

/// What somebody is going to do.
#[derive(Debug, Clone)]
pub(crate) enum Event {
    /// The brand hands a task off, or something that came back.
    Offer { task: usize },
    /// A partner looks at what it was asked to take over.
    Answer { hand: usize },
    /// The brand sends what was asked for.
    Supply { hand: usize },
    /// A partner that asked accepts.
    Accept { hand: usize },
    /// A customer moves.
    Move { customer: usize },
    /// A partner sees to its part of a change; or for the second time.
    Apply { duty: usize, again: bool },
    /// The brand decides a dispute.
    Settle { duty: usize, dispute: String },
    /// The partnership of who leaves is ended, a bite at a time.
    End { step: usize },
}

/// Something to be done for a customer.
pub(crate) struct Task {
    pub(crate) customer: usize,
    pub(crate) words: String,
    /// Who is accountable for it, as everybody was told.
    pub(crate) holder: Org,
}

/// One hand-off.
pub(crate) struct Hand {
    pub(crate) id: String,
    pub(crate) task: usize,
    pub(crate) to: Org,
}

/// One obligation.
pub(crate) struct Duty {
    pub(crate) id: String,
    pub(crate) change: String,
    pub(crate) of: Org,
    pub(crate) given: Value,
}

/// All that anybody was told, by number.
#[derive(Default)]
pub(crate) struct Truth {
    pub(crate) now: TimeMs,
    pub(crate) events: BTreeMap<(TimeMs, u64), Event>,
    pub(crate) event_count: u64,
    pub(crate) tasks: Vec<Task>,
    pub(crate) hands: Vec<Hand>,
    pub(crate) duties: Vec<Duty>,
    /// The changes in their order.
    pub(crate) changes: Vec<String>,
    pub(crate) disputes: Vec<String>,
    /// When the leaver is gone.
    pub(crate) is_over: bool,
    pub(crate) request_count: usize,
}

impl Truth {
    /// Lets something happen so much later.
    pub(crate) fn after(&mut self, ms: i64, event: Event) {
        self.at(self.now.plus(ms), event);
    }

    pub(crate) fn at(&mut self, at: TimeMs, event: Event) {
        self.event_count += 1;
        self.events.insert((at, self.event_count), event);
    }

    /// What happens next until a moment.
    pub(crate) fn next(&mut self, until: TimeMs) -> Option<(TimeMs, Event)> {
        let first = self.events.first_entry().filter(|first| first.key().0 <= until)?;
        let ((at, _), event) = first.remove_entry();
        Some((at, event))
    }
}

/// The address at this number of the quay.
pub(crate) fn quay(number: usize, street: &str) -> Value {
    let street = format!("Flat {number}, 27 {street}");
    json!({ "address": { "street": street, "city": "Bristol", "postcode": "BS1 6ZZ" } })
}
