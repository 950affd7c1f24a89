//! What somebody does about a dispute or a trace: each is one form, and one step.

use axum::{extract::State, http::Uri, response::Response};
use handfast_handoffs::{
    Actor,
    disputes::{
        self,
        traces::{self, Answer, RemedyKind},
    },
};
use handfast_kit::{Day, OrganisationId, TimeMs, Zone};
use handfast_record::{DisputeId, TraceId, sharing::Lens, touches::Leg};
use handfast_web::{App, Failure, Flash, Form, Path, Viewer, see_other};
use serde::Deserialize;

use super::{
    ANSWERED, Claimed, KEPT, NOT_OURS, OPENED, OURS, PROMISED, SETTLED, WITHDRAWN, failure, one,
    path, trace as one_trace, trace_path,
};
use crate::forms::Refusal;

/// What was typed into a form.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    /// Which step: the button's value.
    step: String,
    /// Of a trace: whose leg it is about.
    pub(super) part: String,
    /// Whose leg it is said to be.
    pub(super) leg: String,
    pub(super) organisation: String,
    pub(super) words: String,
    pub(super) reference: String,
    /// What the customer gets, and by which day.
    pub(super) kind: String,
    pub(super) by: String,
}

impl Typed {
    fn claimed(&self) -> Claimed {
        Claimed {
            leg: self.leg.clone(),
            organisation: self.organisation.clone(),
            words: self.words.clone(),
            reference: self.reference.clone(),
        }
    }
}

fn no_step() -> Failure {
    Failure::Unreadable("There is no such step.".to_owned())
}

pub(super) async fn dispute(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<DisputeId>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    match disputed(&app, &viewer, id, &typed).await {
        Ok(said) => Ok(see_other(&said.at(&path(id)))),
        Err(error) => {
            let refusal = Refusal::of("Nothing was noted", error)?;
            one::one_page(&app, &viewer, &uri, id, (typed, Some(refusal))).await
        }
    }
}

async fn disputed(
    app: &App,
    viewer: &Viewer,
    id: DisputeId,
    typed: &Typed,
) -> Result<Flash, Failure> {
    let (now, viewer, typed) = (app.clock.now(), viewer.clone(), typed.clone());
    app.write(move |tx| -> Result<_, Failure> {
        let lens = Lens::of(tx, &viewer, now)?;
        let (actor, words) = (Actor::of(&viewer), typed.words.trim());
        let (done, said) = match typed.step.as_str() {
            "ours" => (disputes::accept(tx, &lens, &actor, now, (id, words)), OURS),
            "not-ours" => {
                let said = (id, words, typed.reference.trim());
                (disputes::reject(tx, &lens, &actor, now, said), NOT_OURS)
            }
            "settle" => {
                let chosen: Result<OrganisationId, _> = typed.organisation.parse();
                let unknown = |_| Failure::field("organisation", "Choose who answers for it.");
                let who = chosen.map_err(unknown)?;
                (disputes::settle(tx, &lens, &actor, now, (id, who, words)), SETTLED)
            }
            "withdraw" => (disputes::withdraw(tx, &lens, &actor, now, (id, words)), WITHDRAWN),
            _ => return Err(no_step()),
        };
        done.map(|_| said).map_err(failure)
    })
    .await
}

pub(super) async fn trace(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<TraceId>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    match traced(&app, &viewer, id, &typed).await {
        Ok(said) => Ok(see_other(&said.at(&trace_path(id)))),
        Err(error) => {
            let refusal = Refusal::of("Nothing was noted", error)?;
            one_trace::one_page(&app, &viewer, &uri, id, (typed, Some(refusal))).await
        }
    }
}

async fn traced(app: &App, viewer: &Viewer, id: TraceId, typed: &Typed) -> Result<Flash, Failure> {
    let (now, viewer, typed) = (app.clock.now(), viewer.clone(), typed.clone());
    app.write(move |tx| -> Result<_, Failure> {
        let lens = Lens::of(tx, &viewer, now)?;
        let actor = Actor::of(&viewer);
        let words = typed.words.trim().to_owned();
        let answer = match typed.step.as_str() {
            "proved" => Answer::Proved(words, typed.reference.trim().to_owned()),
            "broke" => Answer::Broke(words),
            "not-ours" => Answer::NotOurs(typed.claimed().claim()?),
            "promise" => {
                let kind = RemedyKind::named(&typed.kind);
                let unknown = || Failure::field("kind", "Choose what the customer gets.");
                let kind = kind.ok_or_else(unknown)?;
                let by = end_of(&typed.by, &viewer.zone)?;
                let done = traces::promise(tx, &lens, &actor, now, (id, kind, &words, by));
                return done.map(|_| PROMISED).map_err(failure);
            }
            "keep" => {
                let done = traces::keep(tx, &lens, &actor, now, (id, &words));
                return done.map(|_| KEPT).map_err(failure);
            }
            _ => return Err(no_step()),
        };
        let leg = Leg::named(&typed.part).ok_or(Failure::NotFound)?;
        let said = if matches!(answer, Answer::NotOurs(_)) { OPENED } else { ANSWERED };
        let done = traces::answer(tx, &lens, &actor, now, (id, leg, &answer));
        done.map(|_| said).map_err(failure)
    })
    .await
}

/// The working end of a day that may be left out.
fn end_of(text: &str, zone: &Zone) -> Result<Option<TimeMs>, Failure> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let day = Day::parse(text.trim());
    let day = day.ok_or_else(|| Failure::field("by", "Write the day as 2026-03-31."))?;
    Ok(Some(zone.start_of(day).plus(17 * TimeMs::HOUR)))
}
