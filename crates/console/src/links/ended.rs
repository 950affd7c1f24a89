//! What somebody reads whose link is good no more: what happened, that nothing was changed, and
//! what to do.

use askama::Template;
use axum::{http::StatusCode, response::Response};
use handfast_handoffs::{State, disputes, links::Over, obligations::DutyState};
use handfast_kit::Zone;
use handfast_web::{Failure, html, html_with};

/// How it ended, or why it cannot be answered.
#[derive(Template)]
#[template(path = "link_done.html")]
struct DonePage {
    network: String,
    title: &'static str,
    text: String,
}

/// A link that is good no more, and whose it was, where that is known.
pub(super) struct Ended {
    pub(super) over: Over,
    pub(super) home: Option<(String, Zone)>,
}

/// It is done.
pub(super) fn done(
    network: &str,
    (title, text): (&'static str, &str),
) -> Result<Response, Failure> {
    html(&DonePage { network: network.to_owned(), title, text: text.to_owned() })
}

/// It cannot be answered any more.
pub(super) fn gone(ended: &Ended) -> Result<Response, Failure> {
    let (title, text) = words(ended);
    let network = ended.home.as_ref().map_or("Handfast", |(network, _)| network).to_owned();
    html_with(StatusCode::GONE, &DonePage { network, title, text })
}

fn words(ended: &Ended) -> (&'static str, String) {
    let (title, text) = match ended.over {
        Over::Unknown => (
            "This link cannot be used",
            "There is no such link, or what it asked for is none of your organisation’s any \
             more. Nothing was changed. See that the whole address was copied; if you have a \
             newer letter, use its link."
                .to_owned(),
        ),
        Over::Expired(at) => {
            let day = ended.home.as_ref().map(|(_, zone)| zone.format(at, "%A %-d %B"));
            let until = day.map_or(String::new(), |day| format!("It was good until {day}. "));
            (
                "This link has run out",
                format!(
                    "{until}Nothing was changed. If you have a newer letter, use its link; \
                     otherwise ask whoever wrote to you for one, or sign in."
                ),
            )
        }
        Over::Elsewhere => (
            "Letters go to another address now",
            "Your organisation has its letters sent elsewhere, and this link ended with that. \
             Nothing was changed. Whoever reads the letters now has a link of their own; you can \
             also sign in."
                .to_owned(),
        ),
        Over::HandOff(state) => hand_off(state),
        Over::Obligation(state) => obligation(state),
        Over::Dispute(state) => dispute(state),
        Over::Leg => (
            "It was answered",
            "Your part of this delivery was answered, or is another’s. Nothing was changed now. \
             To see how it stands, sign in."
                .to_owned(),
        ),
    };
    (title, text)
}

fn hand_off(state: State) -> (&'static str, String) {
    let (title, text) = match state {
        State::Accepted => (
            "It is yours already",
            "Your organisation has accepted it, and is responsible for it. Nothing was changed \
             now. To go on with it, sign in.",
        ),
        State::Declined => (
            "It was declined",
            "Your organisation has declined it; it stays with whoever asked you. Nothing was \
             changed now. If that was a mistake, tell whoever asked you.",
        ),
        State::Withdrawn => (
            "It was taken back",
            "Whoever asked you needs no answer any more. Nothing was changed, and nothing is left \
             to do.",
        ),
        State::Expired | State::Offered => (
            "It was not answered in time",
            "It went back to whoever asked you, who is responsible for it. Nothing was changed. \
             If you can take it over still, tell them.",
        ),
    };
    (title, text.to_owned())
}

fn obligation(state: DutyState) -> (&'static str, String) {
    let (title, text) = match state {
        DutyState::Superseded => (
            "A later change took its place",
            "What this link asked for is out of date. Nothing was changed. Apply the later change \
             instead; its letter has a link of its own.",
        ),
        DutyState::Released => (
            "It is no longer your part",
            "Somebody else answers for it, or you hold nothing of the customer any more. Nothing \
             was changed, and nothing is left to do.",
        ),
        _ => VERIFIED,
    };
    (title, text.to_owned())
}

fn dispute(state: disputes::State) -> (&'static str, String) {
    let (title, text) = match state {
        disputes::State::Withdrawn => (
            "It was taken back",
            "Whoever said that it was your part says so no more. Nothing was changed, and nothing \
             is left to do.",
        ),
        disputes::State::Settled => (
            "It is settled",
            "It is known who answers for it. Nothing was changed now. To read what was decided, \
             sign in.",
        ),
        disputes::State::Answered | disputes::State::Open => (
            "It was answered",
            "Your organisation has answered, and the brand decides. Nothing was changed now.",
        ),
    };
    (title, text.to_owned())
}

/// What is said when what was read back is right.
pub(super) const VERIFIED: (&str, &str) = (
    "Verified",
    "What your system shows was read back, and is what was given. Nothing is left to do. The \
     step is sealed in the signed ledger.",
);
