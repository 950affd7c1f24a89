//! Whose part it was: a dispute with both sides' evidence beside each other, the form that opens
//! one, and the trace of a missing delivery with what the customer gets.

mod acting;
mod claim;
mod handed;
mod one;
mod trace;
mod tracing;

use axum::http::Method;
use handfast_handoffs::disputes::{Dispute, Error, State};
use handfast_kit::OrganisationId;
use handfast_record::{
    DisputeId, TraceId,
    touches::{DisputeStep, Leg, TraceStep},
};
use handfast_web::{Access, Failure, Flash, Route, page};

use crate::words;

const OPENED: Flash = Flash::new(
    "disputed",
    "It is noted whose part you say it is. What the customer waits for goes on meanwhile.",
);
const OURS: Flash = Flash::new("ours", "You answer for it. It is settled.");
const NOT_OURS: Flash = Flash::new("not-ours", "Your evidence is noted. The brand decides.");
const SETTLED: Flash = Flash::new("settled", "It is settled who answers for it.");
const WITHDRAWN: Flash = Flash::new("taken-back", "It was taken back: it is your part.");
const TRACED: Flash = Flash::new(
    "traced",
    "Everybody on the way is asked to prove their part. What the customer gets has its own clock.",
);
const ANSWERED: Flash = Flash::new("answered", "Your answer is noted.");
const PROMISED: Flash = Flash::new("promised", "It is noted what the customer gets, and by when.");
const KEPT: Flash = Flash::new("kept", "It is noted that the customer has it.");
const KNOWN: &[Flash] =
    &[OPENED, OURS, NOT_OURS, SETTLED, WITHDRAWN, TRACED, ANSWERED, PROMISED, KEPT];

pub(super) fn routes() -> Vec<Route> {
    const CLAIM: &str = "/changes/{id}/not-our-part";
    const HANDED: &str = "/hand-offs/{id}/not-our-part";
    vec![
        page(Method::GET, CLAIM, Access::Worker, claim::show),
        page(Method::POST, CLAIM, Access::Worker, claim::open),
        page(Method::GET, HANDED, Access::Worker, handed::show),
        page(Method::POST, HANDED, Access::Worker, handed::open),
        page(Method::GET, "/disputes/{id}", Access::Member, one::show),
        page(Method::GET, "/disputes/{id}/receipts", Access::Member, one::download),
        page(Method::POST, "/disputes/{id}/steps", Access::Worker, acting::dispute),
        page(Method::GET, "/customers/{id}/traces/new", Access::Worker, tracing::show),
        page(Method::POST, "/customers/{id}/traces", Access::Worker, tracing::open),
        page(Method::GET, "/traces/{id}", Access::Member, trace::show),
        page(Method::GET, "/traces/{id}/receipts", Access::Member, trace::download),
        page(Method::POST, "/traces/{id}/steps", Access::Worker, acting::trace),
    ]
}

fn path(id: DisputeId) -> String {
    format!("/disputes/{id}")
}

fn trace_path(id: TraceId) -> String {
    format!("/traces/{id}")
}

/// A dispute in a line: where it leads to, what it is called, how it stands.
pub(super) fn line(one: &Dispute) -> (String, String, &'static str) {
    let standing = match one.state {
        State::Open => "whose part it is is not answered yet.",
        State::Answered => "both deny it, and the brand decides.",
        State::Settled => "it is settled who answers for it.",
        State::Withdrawn => "it was taken back.",
    };
    (path(one.id), one.reference.clone(), standing)
}

/// What a refusal is on a page.
fn failure(error: Error) -> Failure {
    let text = format!("{}.", words::sentence(&error.to_string()));
    match error {
        Error::NotFound => Failure::NotFound,
        Error::WordsWrong => Failure::field("words", text),
        Error::ReferenceWrong => Failure::field("reference", text),
        Error::NotKnown | Error::Itself => Failure::field("organisation", text),
        Error::PromiseWrong => Failure::field("by", text),
        Error::NotYours | Error::Over | Error::TracedAlready => {
            Failure::Conflict(format!("{text} Nothing was changed."))
        }
        Error::Fault(fault) => fault.into(),
    }
}

/// A leg as somebody chooses it.
const LEGS: [(Leg, &str); 4] = [
    (Leg::Data, "Data: who held the address, and gave it on"),
    (Leg::Fulfilment, "Fulfilment: who packed it and handed it over"),
    (Leg::Carrier, "Carrier: who brings it"),
    (Leg::Other, "Another part, or I do not know"),
];

/// What somebody said of whose part it is, as it was typed.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
struct Claimed {
    leg: String,
    organisation: String,
    words: String,
    reference: String,
}

impl Claimed {
    fn claim(&self) -> Result<handfast_handoffs::disputes::Claim, Failure> {
        let text = self.organisation.trim();
        let unknown = || Failure::field("organisation", "Choose one of the list.");
        let organisation: Option<OrganisationId> = match text {
            "" => None,
            id => Some(id.parse().map_err(|_| unknown())?),
        };
        Ok(handfast_handoffs::disputes::Claim {
            leg: Leg::named(&self.leg).unwrap_or(Leg::Other),
            organisation,
            words: self.words.clone(),
            reference: self.reference.clone(),
        })
    }
}

/// What a step of a dispute was, at the beginning of a line of the receipts.
const fn dispute_step(step: DisputeStep) -> &'static str {
    match step {
        DisputeStep::Opened => "Said not to be its part",
        DisputeStep::Accepted => "Answers for it",
        DisputeStep::Rejected => "Says that it is not its part",
        DisputeStep::Settled => "Settled",
        DisputeStep::Withdrawn => "Taken back",
        DisputeStep::Chased => "Reminded",
        DisputeStep::Escalated => "Not answered in time",
    }
}

/// What a step of a trace was.
const fn trace_step(step: TraceStep) -> &'static str {
    match step {
        TraceStep::Opened => "Opened",
        TraceStep::Asked => "Asked",
        TraceStep::Proved => "Proved",
        TraceStep::Broke => "Broke here",
        TraceStep::Refused => "Disputed",
        TraceStep::Cleared => "Cleared",
        TraceStep::NotAnswered => "Not answered in time",
        TraceStep::Chased => "Reminded",
        TraceStep::Escalated => "Told to the brand",
        TraceStep::Promised => "Promised",
        TraceStep::Kept => "Made good",
        TraceStep::Ended => "Ended",
    }
}
