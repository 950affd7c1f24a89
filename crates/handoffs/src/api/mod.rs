//! JSON of hand-offs.

mod customer;
mod shown;

use axum::{
    extract::State as Held,
    http::{Method, Uri},
    response::{IntoResponse, Response},
};
use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{Cursor, OrganisationId, TimeMs};
use handfast_record::{
    CustomerId, HandOffId,
    sharing::{self, Lens, looks::Occasion},
};
use handfast_web::{
    Access, Answer, App, Failure, JsonBody, Once, Path, Query, Route, Scope, Viewer, api,
    list as listed,
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use self::shown::{Shown, ShownRow};
use super::{Actor, Board, BriefEntry, Error, HandOff, Offer, Thing};

/// The calls of this crate's root, described.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(
    paths(
        list, offer, show, accept, decline, withdraw, see, ask, supply, chase, customer::list,
        customer::accountable
    ),
    tags((name = "hand-offs", description = "Who is accountable, and how that moves"))
)]
pub struct Documentation;

/// The calls of this crate's root.
pub fn routes() -> Vec<Route> {
    const HAND_OFFS: &str = "/api/v1/hand-offs";
    const OF_CUSTOMER: &str = "/api/v1/customers/{id}/hand-offs";
    const ACCOUNTABLE: &str = "/api/v1/customers/{id}/accountable";
    let (member, worker) = (Access::Member, Access::Worker);
    let (read, write) = (Scope::Read, Scope::Write);
    vec![
        api(Method::GET, HAND_OFFS, member, read, list),
        api(Method::POST, HAND_OFFS, worker, write, offer),
        api(Method::GET, "/api/v1/hand-offs/{id}", member, read, show),
        api(Method::POST, "/api/v1/hand-offs/{id}/acceptance", worker, write, accept),
        api(Method::POST, "/api/v1/hand-offs/{id}/decline", worker, write, decline),
        api(Method::POST, "/api/v1/hand-offs/{id}/withdrawal", worker, write, withdraw),
        api(Method::POST, "/api/v1/hand-offs/{id}/seen", worker, write, see),
        api(Method::POST, "/api/v1/hand-offs/{id}/questions", worker, write, ask),
        api(Method::POST, "/api/v1/hand-offs/{id}/answers", worker, write, supply),
        api(Method::POST, "/api/v1/hand-offs/{id}/chase", worker, write, chase),
        api(Method::GET, OF_CUSTOMER, member, read, customer::list),
        api(Method::GET, ACCOUNTABLE, member, read, customer::accountable),
    ]
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let text = error.to_string();
        match error {
            Error::NotFound => Self::NotFound,
            Error::NotACandidate => Self::field("to_id", text),
            Error::AcceptByWrong => Self::field("accept_by", text),
            Error::Incomplete(_) | Error::BriefWrong => Self::field("brief", text),
            Error::WordsWrong => Self::field("words", text),
            Error::NotYours
            | Error::AlreadyOffered
            | Error::Over(_)
            | Error::OthersTurn
            | Error::Ended => Self::Conflict(sentence(&text)),
            Error::Fault(fault) => fault.into(),
        }
    }
}

/// The text as a sentence.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).chain(['.']).collect()
}

/// A page of hand-offs.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what `list` of web writes")]
struct HandOffRows {
    items: Vec<ShownRow>,
    next: Option<String>,
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// `waiting` (for you), `sent` (by you), `overdue` or `open`; waiting if left out.
    board: Option<String>,
    /// The `next` of the page before.
    after: Option<String>,
}

/// Hand-offs on which somebody is to act, the most urgent first
#[utoipa::path(
    get, path = "/api/v1/hand-offs", tag = "hand-offs", params(Wanted),
    responses(
        (status = 200, body = HandOffRows),
        (status = "default", description = "Problem details")
    )
)]
async fn list(
    Held(app): Held<App>,
    viewer: Viewer,
    uri: Uri,
    Query(Wanted { board, after }): Query<Wanted>,
) -> Result<Response, Failure> {
    let unknown = || Failure::field("board", "waiting, sent, overdue or open is expected");
    let board = Board::named(board.as_deref().unwrap_or("waiting")).ok_or_else(unknown)?;
    let after = after.map(|text| text.parse::<Cursor>()).transpose();
    let after = after.map_err(|wrong| Failure::field("after", wrong))?;
    let page = move |cx: &mut Cx<'_>, lens: &Lens| -> Result<_, Fault> {
        super::board(cx, lens, lens.now(), board, after.as_ref())
    };
    let page = sharing::read(&app, &viewer, Occasion::of("hand-offs"), page).await?;
    Ok(listed(&uri, page.map(ShownRow::from)))
}

/// An entry of a brief
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewEntry {
    /// Which item, or words of your own.
    item: String,
    /// What the receiver needs to know.
    text: String,
}

impl From<NewEntry> for BriefEntry {
    fn from(new: NewEntry) -> Self {
        Self { item: new.item, text: new.text }
    }
}

/// What is to be handed off, and to whom
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewHandOff {
    #[schema(value_type = String, format = "uuid")]
    customer_id: CustomerId,
    /// `case:` or `sale:` with an id, `customer`, or `task:` with its words.
    thing: String,
    #[schema(value_type = String, format = "uuid")]
    to_id: OrganisationId,
    /// RFC 3339; four hours for a case and a day for all else, if left out.
    accept_by: Option<String>,
    /// For the receiver; may be empty.
    #[serde(default)]
    words: String,
    /// What the record does not say.
    #[serde(default)]
    brief: Vec<NewEntry>,
    /// Whether it may go out with what is missing named.
    #[serde(default)]
    incomplete_ok: bool,
}

impl NewHandOff {
    fn offer(self) -> Result<Offer, Failure> {
        let accept_by = self.accept_by.map(|text| moment("accept_by", &text)).transpose()?;
        Ok(Offer {
            customer: self.customer_id,
            thing: thing(&self.thing)?,
            to: self.to_id,
            accept_by,
            words: self.words,
            brief: self.brief.into_iter().map(BriefEntry::from).collect(),
            incomplete_ok: self.incomplete_ok,
        })
    }
}

fn moment(field: &'static str, text: &str) -> Result<TimeMs, Failure> {
    let unknown = || Failure::field(field, "a moment like 2026-03-12T17:00:00Z is expected");
    TimeMs::parse_rfc3339(text).ok_or_else(unknown)
}

fn thing(text: &str) -> Result<Thing, Failure> {
    let unknown = "case: or sale: with an id, customer, or task: with words is expected";
    Thing::parse(text).ok_or_else(|| Failure::field("thing", unknown))
}

/// Offer something to another organisation
///
/// In the name of who is accountable for it: your organisation, or any if you are the brand.
#[utoipa::path(
    post, path = "/api/v1/hand-offs", tag = "hand-offs", request_body = NewHandOff,
    responses((status = 201, body = Shown), (status = "default", description = "Problem details"))
)]
async fn offer(
    Held(app): Held<App>,
    viewer: Viewer,
    once: Once,
    JsonBody(new): JsonBody<NewHandOff>,
) -> Result<Answer, Failure> {
    let offer = new.offer()?;
    let (now, asks) = (app.clock.now(), viewer.clone());
    app.write_once(&viewer, once, move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &asks, now)?;
        let made = super::offer(tx, &lens, &Actor::of(&asks), now, &offer)?;
        Ok(Answer::created(format!("/api/v1/hand-offs/{}", made.id), &Shown::from(made)))
    })
    .await
}

/// One hand-off
#[utoipa::path(
    get, path = "/api/v1/hand-offs/{id}", tag = "hand-offs",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Shown), (status = "default", description = "Problem details"))
)]
async fn show(
    Held(app): Held<App>,
    viewer: Viewer,
    Path(id): Path<HandOffId>,
) -> Result<Response, Failure> {
    let found = move |cx: &mut Cx<'_>, lens: &Lens| {
        super::find(cx, lens, lens.now(), id)?.ok_or(Error::NotFound)
    };
    let found = sharing::read(&app, &viewer, Occasion::of("hand-off"), found).await?;
    Ok(axum::Json(Shown::from(found)).into_response())
}

/// Does something about a hand-off, and answers with it.
async fn done(
    app: App,
    viewer: Viewer,
    once: Once,
    deed: impl Fn(&mut Tx<'_>, &Lens, &Actor, TimeMs) -> Result<HandOff, Error> + Send + 'static,
) -> Result<Answer, Failure> {
    let (now, asks) = (app.clock.now(), viewer.clone());
    app.write_once(&viewer, once, move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &asks, now)?;
        Ok(Answer::ok(&Shown::from(deed(tx, &lens, &Actor::of(&asks), now)?)))
    })
    .await
}

/// Take it over: you are accountable from then on
#[utoipa::path(
    post, path = "/api/v1/hand-offs/{id}/acceptance", tag = "hand-offs",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Shown), (status = "default", description = "Problem details"))
)]
async fn accept(
    Held(app): Held<App>,
    viewer: Viewer,
    once: Once,
    Path(id): Path<HandOffId>,
) -> Result<Answer, Failure> {
    done(app, viewer, once, move |tx, lens, actor, now| super::accept(tx, lens, actor, now, id))
        .await
}

/// Say that you opened it
#[utoipa::path(
    post, path = "/api/v1/hand-offs/{id}/seen", tag = "hand-offs",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Shown), (status = "default", description = "Problem details"))
)]
async fn see(
    Held(app): Held<App>,
    viewer: Viewer,
    once: Once,
    Path(id): Path<HandOffId>,
) -> Result<Answer, Failure> {
    done(app, viewer, once, move |tx, lens, actor, now| super::see(tx, lens, actor, now, id)).await
}

/// Words about a hand-off
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Said {
    /// Up to 500 characters; a reason for declining has at least 3.
    #[serde(default)]
    words: String,
}

/// Do not take it over, and say why
#[utoipa::path(
    post, path = "/api/v1/hand-offs/{id}/decline", tag = "hand-offs", request_body = Said,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Shown), (status = "default", description = "Problem details"))
)]
async fn decline(
    Held(app): Held<App>,
    viewer: Viewer,
    once: Once,
    Path(id): Path<HandOffId>,
    JsonBody(Said { words }): JsonBody<Said>,
) -> Result<Answer, Failure> {
    done(app, viewer, once, move |tx, lens, actor, now| {
        super::decline(tx, lens, actor, now, id, &words)
    })
    .await
}

/// Take your offer back; or keep what came back
#[utoipa::path(
    post, path = "/api/v1/hand-offs/{id}/withdrawal", tag = "hand-offs", request_body = Said,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Shown), (status = "default", description = "Problem details"))
)]
async fn withdraw(
    Held(app): Held<App>,
    viewer: Viewer,
    once: Once,
    Path(id): Path<HandOffId>,
    JsonBody(Said { words }): JsonBody<Said>,
) -> Result<Answer, Failure> {
    done(app, viewer, once, move |tx, lens, actor, now| {
        super::withdraw(tx, lens, actor, now, id, &words)
    })
    .await
}

/// Remind whoever acts next
#[utoipa::path(
    post, path = "/api/v1/hand-offs/{id}/chase", tag = "hand-offs", request_body = Said,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Shown), (status = "default", description = "Problem details"))
)]
async fn chase(
    Held(app): Held<App>,
    viewer: Viewer,
    once: Once,
    Path(id): Path<HandOffId>,
    JsonBody(Said { words }): JsonBody<Said>,
) -> Result<Answer, Failure> {
    done(app, viewer, once, move |tx, lens, actor, now| {
        super::chase(tx, lens, actor, now, id, &words)
    })
    .await
}

/// What you need to know
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Question {
    /// An item of the brief, or words of your own: 3 to 100 characters.
    item: String,
}

/// Ask the sender for something
#[utoipa::path(
    post, path = "/api/v1/hand-offs/{id}/questions", tag = "hand-offs", request_body = Question,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Shown), (status = "default", description = "Problem details"))
)]
async fn ask(
    Held(app): Held<App>,
    viewer: Viewer,
    once: Once,
    Path(id): Path<HandOffId>,
    JsonBody(Question { item }): JsonBody<Question>,
) -> Result<Answer, Failure> {
    done(app, viewer, once, move |tx, lens, actor, now| super::ask(tx, lens, actor, now, id, &item))
        .await
}

/// Send what is missing, or was asked for
#[utoipa::path(
    post, path = "/api/v1/hand-offs/{id}/answers", tag = "hand-offs", request_body = NewEntry,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Shown), (status = "default", description = "Problem details"))
)]
async fn supply(
    Held(app): Held<App>,
    viewer: Viewer,
    once: Once,
    Path(id): Path<HandOffId>,
    JsonBody(new): JsonBody<NewEntry>,
) -> Result<Answer, Failure> {
    let entry = BriefEntry::from(new);
    done(app, viewer, once, move |tx, lens, actor, now| {
        super::supply(tx, lens, actor, now, id, &entry)
    })
    .await
}
