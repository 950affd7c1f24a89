//! A change that is told once: a panel for each organisation that applies it, what differs where it
//! was read back, and the form that enters one.

mod acting;
mod faces;
mod form;
mod one;
mod plan;
mod proofs;
mod read_back;

use axum::http::Method;
use handfast_handoffs::{
    disputes,
    obligations::{DutyState, Error},
};
use handfast_record::{ChangeId, ObligationId};
use handfast_web::{Access, Failure, Flash, Route, page};

use crate::words;

const ENTERED: Flash = Flash::new(
    "entered",
    "The change is taken down, and everybody who needs it is told. Nobody has to tell them again.",
);
const SEEN: Flash = Flash::new("seen", "The brand sees that you have it before you.");
const ACCEPTED: Flash = Flash::new("accepted", "You are responsible for applying it now.");
const REFUSED: Flash =
    Flash::new("refused", "You said that it is not your part. The brand is told.");
const APPLIED: Flash = Flash::new(
    "applied",
    "It is noted that you say so. Type back what your system shows, and it is verified.",
);
const READ: Flash = Flash::new("read", "What is held was compared with what was given.");
const CHASED: Flash = Flash::new("chased", "They were reminded.");
const ESCALATED: Flash = Flash::new("escalated", "Whoever stands above them is told.");
const KNOWN: &[Flash] = &[ENTERED, SEEN, ACCEPTED, REFUSED, APPLIED, READ, CHASED, ESCALATED];

pub(super) fn routes() -> Vec<Route> {
    vec![
        page(Method::GET, "/customers/{id}/changes/new", Access::Worker, form::show),
        page(Method::POST, "/customers/{id}/changes", Access::Worker, form::enter),
        page(Method::GET, "/changes/{id}", Access::Member, one::show),
        page(Method::GET, "/changes/{id}/read-back", Access::Worker, read_back::show),
        page(Method::GET, "/changes/{id}/receipts", Access::Member, one::download),
        page(Method::POST, "/changes/{id}/steps", Access::Worker, acting::act),
    ]
}

/// Where an organisation's part of a change is shown first.
pub(crate) fn part(change: ChangeId, id: ObligationId) -> String {
    format!("{}?part={id}", path(change))
}

/// What whoever acts next does: after “You”, and after a name.
pub(super) const fn next_deed(state: DutyState) -> (&'static str, &'static str) {
    match state {
        DutyState::Sent => ("accept and apply it", "accepts and applies it"),
        DutyState::Accepted => ("apply it", "applies it"),
        DutyState::Applied => ("say what your system shows", "says what their system shows"),
        DutyState::Mismatch => ("correct it", "corrects it"),
        DutyState::Refused => ("find out whose part it is", "finds out whose part it is"),
        _ => ("act next", "acts next"),
    }
}

pub(crate) fn path(id: ChangeId) -> String {
    format!("/changes/{id}")
}

/// What a refusal is on a page; `field` is the control that took the value or the words.
pub(super) fn failure(error: Error, field: &'static str) -> Failure {
    let text = format!("{}.", words::sentence(&error.to_string()));
    match error {
        Error::NotFound => Failure::NotFound,
        Error::ValueWrong(_)
        | Error::TooLong
        | Error::WordsWrong
        | Error::Claim(disputes::Error::WordsWrong) => Failure::field(field, text),
        Error::TimesWrong | Error::NothingBefore => Failure::field("until", text),
        Error::AppliedAlready | Error::Over | Error::NotYours => {
            Failure::Conflict(format!("{text} Nothing was changed."))
        }
        Error::Claim(error) => error.into(),
        Error::Fault(fault) => fault.into(),
    }
}
