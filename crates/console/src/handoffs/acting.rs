//! What somebody does about a hand-off: each is one form, and one step of its chain.

use axum::{extract::State, http::Uri, response::Response};
use handfast_handoffs::{self as handoffs, Actor, BriefEntry};
use handfast_record::{HandOffId, sharing::Lens};
use handfast_web::{App, Failure, Flash, Form, Path, Viewer, see_other};
use serde::Deserialize;

use super::{
    ACCEPTED, ASKED, CHASED, DECLINED, ESCALATED, SEEN, SUPPLIED, WITHDRAWN, failure,
    one::one_page, path,
};
use crate::forms::Refusal;

/// What was typed into a form.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    /// Which step: the button's value.
    step: String,
    /// The reason, or the words of a reminder.
    pub(super) words: String,
    /// Of a brief: which item.
    pub(super) item: String,
    /// Of a brief: an item that is on no list.
    pub(super) other: String,
    /// Of a brief: what is sent.
    pub(super) text: String,
}

impl Typed {
    /// The item that is meant: one of the list, or other words.
    fn item(&self) -> String {
        if self.other.trim().is_empty() { self.item.clone() } else { self.other.clone() }
    }

    /// The control that took the words that count.
    fn field(&self) -> &'static str {
        match self.step.as_str() {
            "ask" => "other",
            "supply" => "text",
            _ => "words",
        }
    }
}

pub(super) async fn act(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<HandOffId>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    match acted(&app, &viewer, id, &typed).await {
        Ok(said) => Ok(see_other(&said.at(&path(id)))),
        Err(error) => {
            let refusal = Refusal::of(title(&typed.step), error)?;
            one_page(&app, &viewer, &uri, id, (typed, Some(refusal))).await
        }
    }
}

async fn acted(app: &App, viewer: &Viewer, id: HandOffId, typed: &Typed) -> Result<Flash, Failure> {
    let (now, viewer, typed) = (app.clock.now(), viewer.clone(), typed.clone());
    app.write(move |tx| -> Result<_, Failure> {
        let lens = Lens::of(tx, &viewer, now)?;
        let actor = Actor::of(&viewer);
        let words = typed.words.trim();
        let (done, said) = match typed.step.as_str() {
            "see" => (handoffs::see(tx, &lens, &actor, now, id), SEEN),
            "accept" => (handoffs::accept(tx, &lens, &actor, now, id), ACCEPTED),
            "decline" => (handoffs::decline(tx, &lens, &actor, now, id, words), DECLINED),
            "withdraw" => (handoffs::withdraw(tx, &lens, &actor, now, id, words), WITHDRAWN),
            "ask" => (handoffs::ask(tx, &lens, &actor, now, id, &typed.item()), ASKED),
            "supply" => {
                let entry = BriefEntry { item: typed.item(), text: typed.text.clone() };
                (handoffs::supply(tx, &lens, &actor, now, id, &entry), SUPPLIED)
            }
            "chase" => (handoffs::chase(tx, &lens, &actor, now, id, words), CHASED),
            "escalate" => (handoffs::escalate(tx, &lens, &actor, now, id, words), ESCALATED),
            _ => return Err(Failure::Unreadable("There is no such step.".to_owned())),
        };
        done.map_err(|error| failure(error, typed.field()))?;
        Ok(said)
    })
    .await
}

/// What did not happen.
fn title(step: &str) -> &'static str {
    match step {
        "accept" => "It was not accepted",
        "decline" => "It was not declined",
        "withdraw" => "The offer stands as it was",
        "ask" => "Nobody was asked",
        "supply" => "Nothing was sent",
        "chase" => "Nobody was reminded",
        _ => "Nobody was told",
    }
}
