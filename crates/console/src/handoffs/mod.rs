//! Hand-offs: who acts next and by when, each with its chain of custody, its brief and its
//! receipts, and the form that offers one; and changes that are told once.

mod acting;
mod board;
mod changes;
mod disputes;
mod faces;
mod offer;
mod offering;
mod one;
mod receipts;
mod time;

use axum::http::Method;
use handfast_handoffs::Error;
use handfast_record::HandOffId;
use handfast_web::{Access, Failure, Flash, Route, page};

pub(crate) use self::{
    changes::{part as change_part, path as change_path},
    faces::names,
    path as hand_off_path,
    time::{clock, span},
};
use crate::words;

const OFFERED: Flash = Flash::new(
    "offered",
    "It is offered. Until they accept it stays with you; the clock says by when they answer.",
);
const SEEN: Flash = Flash::new("seen", "The sender sees that you have it before you.");
const ACCEPTED: Flash = Flash::new("accepted", "It is yours now. The customer is told so.");
const DECLINED: Flash = Flash::new("declined", "It was declined, and is back with its sender.");
const WITHDRAWN: Flash = Flash::new("withdrawn", "The offer was taken back.");
const ASKED: Flash = Flash::new("asked", "They were asked for it, and have a clock from now on.");
const SUPPLIED: Flash = Flash::new("supplied", "The brief holds it now. The receiver sees it.");
const CHASED: Flash = Flash::new("chased", "They were reminded.");
const ESCALATED: Flash = Flash::new("escalated", "The brand was told that nobody acts.");
const KNOWN: &[Flash] =
    &[OFFERED, SEEN, ACCEPTED, DECLINED, WITHDRAWN, ASKED, SUPPLIED, CHASED, ESCALATED];

pub(crate) fn routes() -> Vec<Route> {
    let own = vec![
        page(Method::GET, "/hand-offs", Access::Member, board::show),
        page(Method::POST, "/hand-offs", Access::Worker, offering::offer),
        page(Method::GET, "/hand-offs/new", Access::Worker, offer::show),
        page(Method::GET, "/hand-offs/{id}", Access::Member, one::show),
        page(Method::GET, "/hand-offs/{id}/receipts", Access::Member, receipts::download),
        page(Method::POST, "/hand-offs/{id}/steps", Access::Worker, acting::act),
    ];
    own.into_iter().chain(disputes::routes()).chain(changes::routes()).collect()
}

pub(crate) fn path(id: HandOffId) -> String {
    format!("/hand-offs/{id}")
}

/// What a refusal is on a page; `field` is the control that took the words.
fn failure(error: Error, field: &'static str) -> Failure {
    let text = format!("{}.", words::sentence(&error.to_string()));
    match error {
        Error::NotFound => Failure::NotFound,
        Error::NotACandidate => Failure::field("to", text),
        Error::Incomplete(_) => Failure::field("incomplete", text),
        Error::AcceptByWrong => Failure::field("within", text),
        Error::WordsWrong | Error::BriefWrong => Failure::field(field, text),
        Error::NotYours
        | Error::AlreadyOffered
        | Error::Over(_)
        | Error::OthersTurn
        | Error::Ended => Failure::Conflict(format!("{text} Nothing was changed.")),
        Error::Fault(fault) => fault.into(),
    }
}
