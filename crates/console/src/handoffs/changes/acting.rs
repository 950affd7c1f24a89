//! What an organisation, or the brand, does about one part of a change.

use axum::{extract::State, http::Uri, response::Response};
use handfast_handoffs::{
    Actor,
    obligations::{self, Address, Error, ReadBack, Value},
};
use handfast_record::{ChangeId, ObligationId, sharing::Lens, touches::Changed};
use handfast_web::{App, Failure, Flash, Form, Path, Viewer, see_other};
use serde::Deserialize;

use super::{
    ACCEPTED, APPLIED, CHASED, ESCALATED, READ, REFUSED, SEEN, failure,
    one::{Asked, one_page},
    path,
    read_back::read_back_page,
};
use crate::forms::Refusal;

/// What was typed into a form.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    step: String,
    /// Whose part it is about.
    pub(super) obligation: String,
    pub(super) words: String,
    /// How what is held was found out, for the brand.
    how: String,
    pub(super) street: String,
    pub(super) postcode: String,
    pub(super) city: String,
    pub(super) region: String,
    pub(super) country: String,
    pub(super) line: String,
}

impl Typed {
    /// What is held, as it was typed back.
    pub(super) fn held(&self, changed: Changed) -> Value {
        let text = self.line.clone();
        match changed {
            Changed::Address => Value::Address(Address {
                street: self.street.clone(),
                postcode: self.postcode.clone(),
                city: self.city.clone(),
                region: self.region.clone(),
                country: self.country.clone(),
            }),
            Changed::Name => Value::Name(text),
            Changed::Phone => Value::Phone(text),
            Changed::Email => Value::Email(text),
            Changed::Consent | Changed::Erasure => Value::Nothing,
        }
    }
}

pub(super) async fn act(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<ChangeId>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    match acted(&app, &viewer, id, &typed).await {
        Ok(said) => Ok(see_other(&said.at(&path(id)))),
        Err(error) => {
            let refusal = Refusal::of("Nothing was noted", error)?;
            if typed.step == "read" && !viewer.is_brand() {
                return read_back_page(&app, &viewer, &uri, id, (typed, Some(refusal))).await;
            }
            one_page(&app, &viewer, &uri, (id, Asked::default()), (typed, Some(refusal))).await
        }
    }
}

async fn acted(app: &App, viewer: &Viewer, id: ChangeId, typed: &Typed) -> Result<Flash, Failure> {
    let (now, viewer, typed) = (app.clock.now(), viewer.clone(), typed.clone());
    app.write(move |tx| -> Result<_, Failure> {
        let lens = Lens::of(tx, &viewer, now)?;
        let one = obligations::change(tx, &lens, id)?.ok_or(Failure::NotFound)?;
        let wanted: Option<ObligationId> = typed.obligation.parse().ok();
        let duty = one.obligations.iter().find(|duty| Some(duty.id) == wanted);
        let duty = duty.ok_or(Failure::NotFound)?;
        let (actor, words) = (Actor::of(&viewer), typed.words.trim());
        let (done, said) = match typed.step.as_str() {
            "see" => (obligations::see(tx, &lens, &actor, now, duty.id), SEEN),
            "accept" => (obligations::accept(tx, &lens, &actor, now, duty.id), ACCEPTED),
            "refuse" => (obligations::refuse(tx, &lens, &actor, now, duty.id, words), REFUSED),
            "apply" => (obligations::applied(tx, &lens, &actor, now, duty.id, words), APPLIED),
            "read" => {
                let how = ReadBack::named(&typed.how).filter(|_| viewer.is_brand());
                let held = (&typed.held(one.changed), how.unwrap_or(ReadBack::Typed));
                (obligations::read_back(tx, &lens, &actor, now, duty.id, held), READ)
            }
            "chase" => (obligations::chase(tx, &lens, &actor, now, duty.id, words), CHASED),
            "escalate" => {
                (obligations::escalate(tx, &lens, &actor, now, duty.id, words), ESCALATED)
            }
            _ => return Err(Failure::Unreadable("There is no such step.".to_owned())),
        };
        done.map_err(|error| {
            let field = match (&error, one.changed) {
                (Error::WordsWrong, _) => "words",
                (_, Changed::Address) => "street",
                _ => "line",
            };
            failure(error, field)
        })?;
        Ok(said)
    })
    .await
}
