//! JSON of disputes; that of traces lies beside it.

mod shown;
mod traces;

use axum::{
    extract::State as Held,
    http::{Method, Uri},
    response::{IntoResponse, Response},
};
use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{Cursor, OrganisationId, TimeMs};
use handfast_record::{
    DisputeId, HandOffId,
    sharing::{self, Lens, looks::Occasion},
    touches::Leg,
};
use handfast_web::{
    Access, Answer, App, Failure, JsonBody, Once, Path, Query, Route, Scope, Viewer, api,
    list as listed,
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use self::shown::{Shown, ShownWaiting};
use super::{Claim, Dispute, Error};
use crate::Actor;

/// The calls of this module, described.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(
    paths(
        waiting, open, show, answer, settle, withdraw, traces::of_customer, traces::open,
        traces::show, traces::answer, traces::promise, traces::keep
    ),
    tags((name = "disputes", description = "Whose part it was; missing deliveries, leg by leg"))
)]
pub struct Documentation;

/// The calls of this module.
pub fn routes() -> Vec<Route> {
    const OF_HAND_OFF: &str = "/api/v1/hand-offs/{id}/disputes";
    const TRACES: &str = "/api/v1/customers/{id}/traces";
    let (member, worker, brand) = (Access::Member, Access::Worker, Access::Brand);
    let (read, write) = (Scope::Read, Scope::Write);
    vec![
        api(Method::GET, "/api/v1/disputes", member, read, waiting),
        api(Method::POST, OF_HAND_OFF, worker, write, open),
        api(Method::GET, "/api/v1/disputes/{id}", member, read, show),
        api(Method::POST, "/api/v1/disputes/{id}/answer", worker, write, answer),
        api(Method::POST, "/api/v1/disputes/{id}/settlement", brand, write, settle),
        api(Method::POST, "/api/v1/disputes/{id}/withdrawal", worker, write, withdraw),
        api(Method::GET, TRACES, member, read, traces::of_customer),
        api(Method::POST, TRACES, worker, write, traces::open),
        api(Method::GET, "/api/v1/traces/{id}", member, read, traces::show),
        api(Method::POST, "/api/v1/traces/{id}/answers", worker, write, traces::answer),
        api(Method::POST, "/api/v1/traces/{id}/promise", worker, write, traces::promise),
        api(Method::POST, "/api/v1/traces/{id}/kept", worker, write, traces::keep),
    ]
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let text = error.to_string();
        match error {
            Error::NotFound => Self::NotFound,
            Error::WordsWrong => Self::field("words", text),
            Error::ReferenceWrong => Self::field("reference", text),
            Error::NotKnown | Error::Itself => Self::field("organisation_id", text),
            Error::PromiseWrong => Self::field("by", text),
            Error::Over | Error::TracedAlready | Error::NotYours => {
                Self::Conflict(crate::api::sentence(&text))
            }
            Error::Fault(fault) => fault.into(),
        }
    }
}

/// Whose part it is said to be
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(as = Claim)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClaimJson {
    /// `data`, `fulfilment`, `carrier` or `other`; `other` if left out.
    #[serde(default)]
    leg: Option<String>,
    /// Whose leg that is, if you know them at this customer; else the brand finds out.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "uuid")]
    organisation_id: Option<OrganisationId>,
    /// The evidence: 3 to 500 characters.
    #[serde(default)]
    words: String,
    /// Where that can be looked up: a parcel's number, a line of a log.
    #[serde(default)]
    reference: String,
}

impl ClaimJson {
    pub(crate) fn claim(self) -> Result<Claim, Failure> {
        let unknown = || Failure::field("leg", "data, fulfilment, carrier or other is expected");
        let leg = Leg::named(self.leg.as_deref().unwrap_or("other")).ok_or_else(unknown)?;
        let (organisation, words) = (self.organisation_id, self.words);
        Ok(Claim { leg, organisation, words, reference: self.reference })
    }
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// The `next` of the page before.
    after: Option<String>,
}

/// A page of what waits.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what `list` of web writes")]
struct DisputesWaiting {
    items: Vec<ShownWaiting>,
    next: Option<String>,
}

/// Disputes, legs of traces and customers that wait for you, the most urgent first
#[utoipa::path(
    get, path = "/api/v1/disputes", tag = "disputes", params(Wanted),
    responses(
        (status = 200, body = DisputesWaiting),
        (status = "default", description = "Problem details")
    )
)]
async fn waiting(
    Held(app): Held<App>,
    viewer: Viewer,
    uri: Uri,
    Query(Wanted { after }): Query<Wanted>,
) -> Result<Response, Failure> {
    let after = after.map(|text| text.parse::<Cursor>()).transpose();
    let after = after.map_err(|wrong| Failure::field("after", wrong))?;
    let page = move |cx: &mut Cx<'_>, lens: &Lens| -> Result<_, Fault> {
        super::waiting(cx, lens, lens.now(), after.as_ref())
    };
    let page = sharing::read(&app, &viewer, Occasion::of("disputes"), page).await?;
    Ok(listed(&uri, page.map(ShownWaiting::from)))
}

/// Say that a hand-off is not your part, and whose it is
///
/// An obligation is disputed by refusing it, a leg of a trace by its answer.
#[utoipa::path(
    post, path = "/api/v1/hand-offs/{id}/disputes", tag = "disputes", request_body = ClaimJson,
    params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 201, body = Shown),
        (status = "default", description = "Problem details")
    )
)]
async fn open(
    Held(app): Held<App>,
    viewer: Viewer,
    once: Once,
    Path(id): Path<HandOffId>,
    JsonBody(claim): JsonBody<ClaimJson>,
) -> Result<Answer, Failure> {
    let claim = claim.claim()?;
    let (now, asks) = (app.clock.now(), viewer.clone());
    app.write_once(&viewer, once, move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &asks, now)?;
        let made = super::open(tx, &lens, &Actor::of(&asks), now, (id, &claim))?;
        Ok(Answer::created(format!("/api/v1/disputes/{}", made.id), &Shown::from(made)))
    })
    .await
}

/// One dispute, with both sides' evidence
#[utoipa::path(
    get, path = "/api/v1/disputes/{id}", tag = "disputes",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Shown), (status = "default", description = "Problem details"))
)]
async fn show(
    Held(app): Held<App>,
    viewer: Viewer,
    Path(id): Path<DisputeId>,
) -> Result<Response, Failure> {
    let found =
        move |cx: &mut Cx<'_>, lens: &Lens| super::find(cx, lens, id)?.ok_or(Error::NotFound);
    let found = sharing::read(&app, &viewer, Occasion::of("dispute"), found).await?;
    Ok(axum::Json(Shown::from(found)).into_response())
}

/// Does something about a dispute, and answers with it.
async fn done(
    app: App,
    viewer: Viewer,
    once: Once,
    deed: impl Fn(&mut Tx<'_>, &Lens, &Actor, TimeMs) -> Result<Dispute, Error> + Send + 'static,
) -> Result<Answer, Failure> {
    let (now, asks) = (app.clock.now(), viewer.clone());
    app.write_once(&viewer, once, move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &asks, now)?;
        Ok(Answer::ok(&Shown::from(deed(tx, &lens, &Actor::of(&asks), now)?)))
    })
    .await
}

/// What the one that is named says
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DisputeAnswer {
    /// Whether it is your part. That settles it; else the brand decides.
    ours: bool,
    /// The evidence: 3 to 500 characters if it is not.
    #[serde(default)]
    words: String,
    /// Where that can be looked up.
    #[serde(default)]
    reference: String,
}

/// Answer whether it is your part, for the one that is named
#[utoipa::path(
    post, path = "/api/v1/disputes/{id}/answer", tag = "disputes", request_body = DisputeAnswer,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Shown), (status = "default", description = "Problem details"))
)]
async fn answer(
    Held(app): Held<App>,
    viewer: Viewer,
    once: Once,
    Path(id): Path<DisputeId>,
    JsonBody(said): JsonBody<DisputeAnswer>,
) -> Result<Answer, Failure> {
    let deed = move |tx: &mut Tx<'_>, lens: &Lens, actor: &Actor, now: TimeMs| {
        if said.ours {
            super::accept(tx, lens, actor, now, (id, &said.words))
        } else {
            super::reject(tx, lens, actor, now, (id, &said.words, &said.reference))
        }
    };
    done(app, viewer, once, deed).await
}

/// Who answers for it
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Settlement {
    /// Any organisation of the network.
    #[schema(value_type = String, format = "uuid")]
    organisation_id: OrganisationId,
    /// Why: 3 to 500 characters.
    words: String,
}

/// Decide who answers for it, for the brand
#[utoipa::path(
    post, path = "/api/v1/disputes/{id}/settlement", tag = "disputes", request_body = Settlement,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Shown), (status = "default", description = "Problem details"))
)]
async fn settle(
    Held(app): Held<App>,
    viewer: Viewer,
    once: Once,
    Path(id): Path<DisputeId>,
    JsonBody(said): JsonBody<Settlement>,
) -> Result<Answer, Failure> {
    let deed = move |tx: &mut Tx<'_>, lens: &Lens, actor: &Actor, now: TimeMs| {
        super::settle(tx, lens, actor, now, (id, said.organisation_id, &said.words))
    };
    done(app, viewer, once, deed).await
}

/// Words about a dispute
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SaidOfDispute {
    /// Up to 500 characters.
    #[serde(default)]
    words: String,
}

/// Take it back: it is your part after all
#[utoipa::path(
    post, path = "/api/v1/disputes/{id}/withdrawal", tag = "disputes",
    request_body = SaidOfDispute, params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Shown), (status = "default", description = "Problem details"))
)]
async fn withdraw(
    Held(app): Held<App>,
    viewer: Viewer,
    once: Once,
    Path(id): Path<DisputeId>,
    JsonBody(said): JsonBody<SaidOfDispute>,
) -> Result<Answer, Failure> {
    let deed = move |tx: &mut Tx<'_>, lens: &Lens, actor: &Actor, now: TimeMs| {
        super::withdraw(tx, lens, actor, now, (id, &said.words))
    };
    done(app, viewer, once, deed).await
}
