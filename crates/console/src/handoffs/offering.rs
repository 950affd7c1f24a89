//! The form that offers something.

use axum::{extract::State, http::Uri, response::Response};
use handfast_handoffs::{self as handoffs, Actor, BriefEntry, Error, Offer};
use handfast_kit::TimeMs;
use handfast_record::{CustomerId, HandOffId, sharing::Lens};
use handfast_web::{App, Failure, Form, Viewer, see_other};

use super::{OFFERED, failure, offer, path};
use crate::forms::Refusal;

/// What was typed into the form.
#[derive(Debug, Clone, Default)]
pub(super) struct Typed {
    pub(super) customer: Option<CustomerId>,
    pub(super) thing: String,
    pub(super) task: String,
    pub(super) to: String,
    /// In hours.
    pub(super) within: String,
    pub(super) words: String,
    pub(super) brief: Vec<(String, String)>,
    pub(super) incomplete: bool,
}

impl Typed {
    pub(super) fn about(customer: CustomerId, thing: &str, task: &str) -> Self {
        let (thing, task) = (thing.to_owned(), task.to_owned());
        Self { customer: Some(customer), thing, task, ..Self::default() }
    }

    /// The fields of the form; an item of the brief comes as `brief-tried=…`.
    fn of(fields: Vec<(String, String)>) -> Self {
        let mut typed = Self::default();
        for (name, value) in fields {
            match name.as_str() {
                "customer" => typed.customer = value.parse().ok(),
                "thing" => typed.thing = value,
                "task" => typed.task = value,
                "to" => typed.to = value,
                "within" => typed.within = value,
                "words" => typed.words = value,
                "incomplete" => typed.incomplete = true,
                other => {
                    if let Some(item) = other.strip_prefix("brief-") {
                        typed.brief.push((item.to_owned(), value));
                    }
                }
            }
        }
        typed
    }

    fn checked(&self, now: TimeMs) -> Result<Offer, Failure> {
        let customer = self.customer.ok_or(Failure::NotFound)?;
        let thing = offer::thing(&self.thing, &self.task);
        let written = self.brief.iter().filter(|(_, text)| !text.trim().is_empty());
        let hours: Option<i64> = self.within.parse().ok();
        Ok(Offer {
            customer,
            thing: thing.ok_or_else(|| Failure::field("thing", "Choose what you hand off."))?,
            to: self.to.parse().map_err(|_| Failure::field("to", "Choose who is to take it."))?,
            accept_by: hours.map(|hours| now.plus(hours.clamp(0, 10_000) * TimeMs::HOUR)),
            words: self.words.clone(),
            brief: written
                .map(|(item, text)| BriefEntry { item: item.clone(), text: text.clone() })
                .collect(),
            incomplete_ok: self.incomplete,
        })
    }
}

pub(super) async fn offer(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let typed = Typed::of(fields);
    match offered(&app, &viewer, &typed).await {
        Ok(id) => Ok(see_other(&OFFERED.at(&path(id)))),
        Err(error) => {
            let customer = typed.customer.ok_or(Failure::NotFound)?;
            let refusal = Refusal::of("Nothing was handed off", error)?;
            offer::new_page(&app, &viewer, &uri, customer, (typed, Some(refusal))).await
        }
    }
}

async fn offered(app: &App, viewer: &Viewer, typed: &Typed) -> Result<HandOffId, Failure> {
    let now = app.clock.now();
    let (viewer, offer) = (viewer.clone(), typed.checked(now)?);
    app.write(move |tx| -> Result<_, Failure> {
        let lens = Lens::of(tx, &viewer, now)?;
        let made = handoffs::offer(tx, &lens, &Actor::of(&viewer), now, &offer);
        let field = |error: &Error| match error {
            Error::BriefWrong => "brief",
            _ => "words",
        };
        Ok(made
            .map_err(|error| {
                let at = field(&error);
                failure(error, at)
            })?
            .id)
    })
    .await
}
