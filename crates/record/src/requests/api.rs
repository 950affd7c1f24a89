//! JSON of requests for access.

use axum::{
    extract::State,
    http::{Method, Uri},
    response::{IntoResponse, Response},
};
use handfast_kit::{OrganisationId, Page, PersonId, TimeMs};
use handfast_web::{
    Access, Answer as Reply, App, Failure, JsonBody, Once, Path, Route, Scope, Viewer, api,
    list as listed,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Answer, Error, Request, RequestId, Verdict};
use crate::{
    CustomerId,
    sharing::{Author, Class, Lens},
};

/// The calls of this module, described.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(
    paths(list, ask, show, answer, withdraw, end),
    tags((name = "requests", description = "Asking to see more of a customer"))
)]
pub struct Documentation;

/// The calls of this module.
pub fn routes() -> Vec<Route> {
    const REQUESTS: &str = "/api/v1/requests";
    const ANSWER: &str = "/api/v1/requests/{id}/answer";
    const WITHDRAWAL: &str = "/api/v1/requests/{id}/withdrawal";
    const END: &str = "/api/v1/requests/{id}/end";
    vec![
        api(Method::GET, REQUESTS, Access::Member, Scope::Read, list),
        api(Method::POST, REQUESTS, Access::Worker, Scope::Write, ask),
        api(Method::GET, "/api/v1/requests/{id}", Access::Member, Scope::Read, show),
        api(Method::POST, ANSWER, Access::Brand, Scope::Write, answer),
        api(Method::POST, WITHDRAWAL, Access::Worker, Scope::Write, withdraw),
        api(Method::POST, END, Access::Worker, Scope::Write, end),
    ]
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let text = error.to_string();
        match error {
            Error::NotFound => Self::NotFound,
            Error::WhyWrong => Self::field("why", text),
            Error::NothingNamed | Error::NotAskedFor(_) => Self::field("classes", text),
            Error::DaysWrong => Self::field("days", text),
            Error::TextWrong => Self::field("text", text),
            Error::AlreadyAsked | Error::Closed | Error::Over | Error::ForPartners => {
                Self::Conflict(sentence(&text))
            }
            Error::ForTheBrand => Self::Forbidden(sentence(&text).into()),
            Error::Fault(fault) => fault.into(),
        }
    }
}

/// The text as a sentence.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).chain(['.']).collect()
}

/// A request to see more of a customer
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccessRequest)]
struct Shown {
    #[schema(value_type = String, format = "uuid")]
    id: RequestId,
    #[schema(value_type = String, format = "uuid")]
    customer_id: CustomerId,
    #[schema(value_type = String, format = "uuid")]
    organisation_id: OrganisationId,
    #[schema(value_type = String, format = "uuid")]
    person_id: PersonId,
    /// What is wanted.
    #[schema(value_type = Vec<String>)]
    classes: Vec<Class>,
    why: String,
    /// `asked`, `allowed`, `over`, `refused` or `withdrawn`.
    state: &'static str,
    asked: String,
    /// When an answer is due.
    due: String,
    /// What is shown by it, or was.
    #[schema(value_type = Vec<String>)]
    allowed: Vec<Class>,
    /// Until when.
    until: Option<String>,
    /// The brand's words; empty while there is no answer.
    answer: String,
    #[schema(value_type = Option<String>, format = "uuid")]
    answered_by: Option<PersonId>,
    answered: Option<String>,
}

impl From<Request> for Shown {
    fn from(request: Request) -> Self {
        let allowed = request.state.allowed();
        Self {
            id: request.id,
            customer_id: request.customer,
            organisation_id: request.organisation,
            person_id: request.person,
            classes: request.classes,
            why: request.why,
            state: request.state.word(),
            asked: request.asked.rfc3339(),
            due: request.due.rfc3339(),
            allowed: allowed.map(|(classes, _)| classes.to_vec()).unwrap_or_default(),
            until: allowed.map(|(_, until)| until.rfc3339()),
            answer: request.answer,
            answered_by: request.answered_by,
            answered: request.answered.map(TimeMs::rfc3339),
        }
    }
}

/// Requests.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what `list` of web writes")]
struct Requests {
    /// Those that wait for an answer first; then the latest first. At most 200 of each.
    items: Vec<Shown>,
    next: Option<String>,
}

/// Your organisation's requests; for the brand everybody's
#[utoipa::path(
    get, path = "/api/v1/requests", tag = "requests",
    responses(
        (status = 200, body = Requests),
        (status = "default", description = "Problem details")
    )
)]
async fn list(State(app): State<App>, viewer: Viewer, uri: Uri) -> Result<Response, Failure> {
    let now = app.clock.now();
    let requests = app
        .read(move |cx| {
            let lens = Lens::of(cx, &viewer, now)?;
            super::list(cx, &lens, now)
        })
        .await?;
    let items = requests.into_iter().map(Shown::from).collect();
    Ok(listed(&uri, Page { items, next: None }))
}

/// What your organisation needs to see
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRequest {
    /// A customer of whom you see something.
    #[schema(value_type = String, format = "uuid")]
    customer_id: CustomerId,
    /// Which classes: `purchase`, `case`, `delivery` and so on.
    #[schema(value_type = Vec<String>)]
    classes: Vec<Class>,
    /// Why, 5 to 500 characters. The brand and the customer read it.
    why: String,
}

/// Ask to see more of a customer
#[utoipa::path(
    post, path = "/api/v1/requests", tag = "requests", request_body = NewRequest,
    responses((status = 201, body = Shown), (status = "default", description = "Problem details"))
)]
async fn ask(
    State(app): State<App>,
    viewer: Viewer,
    once: Once,
    JsonBody(new): JsonBody<NewRequest>,
) -> Result<Reply, Failure> {
    let (now, asks) = (app.clock.now(), viewer.clone());
    app.write_once(&viewer, once, move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &asks, now)?;
        let wanted = (&*new.classes, &*new.why);
        let request = super::ask(tx, &lens, &Author::of(&asks), now, new.customer_id, wanted)?;
        Ok(Reply::created(format!("/api/v1/requests/{}", request.id), &Shown::from(request)))
    })
    .await
}

/// One request
#[utoipa::path(
    get, path = "/api/v1/requests/{id}", tag = "requests",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Shown), (status = "default", description = "Problem details"))
)]
async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<RequestId>,
) -> Result<Response, Failure> {
    let now = app.clock.now();
    let request = app
        .read(move |cx| -> Result<_, Error> {
            let lens = Lens::of(cx, &viewer, now)?;
            super::find(cx, &lens, now, id)?.ok_or(Error::NotFound)
        })
        .await?;
    Ok(axum::Json(Shown::from(request)).into_response())
}

/// The brand's answer
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAnswer {
    /// What may be seen: some of what was asked for. Nothing, or left out, is a no.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    classes: Vec<Class>,
    /// For how many days, 1 to 365. Needed with classes.
    days: Option<i64>,
    /// In words, 5 to 500 characters, for who asked.
    text: String,
}

/// Answer a request
///
/// What the customer denied stays hidden, whatever is answered. A yes takes the place of what
/// earlier answers allowed the same organisation of this customer.
#[utoipa::path(
    post, path = "/api/v1/requests/{id}/answer", tag = "requests", request_body = NewAnswer,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Shown), (status = "default", description = "Problem details"))
)]
async fn answer(
    State(app): State<App>,
    viewer: Viewer,
    once: Once,
    Path(id): Path<RequestId>,
    JsonBody(new): JsonBody<NewAnswer>,
) -> Result<Reply, Failure> {
    let verdict = if new.classes.is_empty() {
        Verdict::Refuse
    } else {
        Verdict::Allow { classes: new.classes, days: new.days.unwrap_or(0) }
    };
    let given = Answer { verdict, text: new.text };
    let (now, asks) = (app.clock.now(), viewer.clone());
    app.write_once(&viewer, once, move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &asks, now)?;
        let answered = super::answer(tx, &lens, &Author::of(&asks), now, id, &given)?;
        Ok(Reply::ok(&Shown::from(answered)))
    })
    .await
}

/// Take a request back
#[utoipa::path(
    post, path = "/api/v1/requests/{id}/withdrawal", tag = "requests",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Shown), (status = "default", description = "Problem details"))
)]
async fn withdraw(
    State(app): State<App>,
    viewer: Viewer,
    once: Once,
    Path(id): Path<RequestId>,
) -> Result<Reply, Failure> {
    let (now, asks) = (app.clock.now(), viewer.clone());
    app.write_once(&viewer, once, move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &asks, now)?;
        Ok(Reply::ok(&Shown::from(super::withdraw(tx, &lens, now, id)?)))
    })
    .await
}

/// End what was allowed, before its time
#[utoipa::path(
    post, path = "/api/v1/requests/{id}/end", tag = "requests",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Shown), (status = "default", description = "Problem details"))
)]
async fn end(
    State(app): State<App>,
    viewer: Viewer,
    once: Once,
    Path(id): Path<RequestId>,
) -> Result<Reply, Failure> {
    let (now, asks) = (app.clock.now(), viewer.clone());
    app.write_once(&viewer, once, move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &asks, now)?;
        Ok(Reply::ok(&Shown::from(super::end(tx, &lens, &Author::of(&asks), now, id)?)))
    })
    .await
}
