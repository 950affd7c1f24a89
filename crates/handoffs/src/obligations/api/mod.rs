//! JSON of changes and obligations.

mod refusal;
mod shown;

use axum::{
    extract::State as Held,
    http::{Method, Uri},
    response::{IntoResponse, Response},
};
use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{Cursor, Page, TimeMs};
use handfast_record::{
    ChangeId, CustomerId, ObligationId, customers,
    sharing::{self, Lens, looks::Occasion},
    touches::Changed,
};
use handfast_web::{
    Access, Answer, App, Failure, JsonBody, Once, Path, Query, Route, Scope, Viewer, api,
    list as listed,
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use self::shown::{Shown, ShownChange, ValueJson};
use super::{Error, NewChange, Obligation, ReadBack};
use crate::{Actor, Board};

/// The calls of this module, described.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(
    paths(
        enter, of_customer, change, list, show, see, accept, refusal::refuse, applied, read_back,
        chase, escalate
    ),
    tags((name = "obligations", description = "A change told once, applied and read back"))
)]
pub struct Documentation;

/// The calls of this module.
pub fn routes() -> Vec<Route> {
    const CHANGES: &str = "/api/v1/customers/{id}/changes";
    let (member, worker, brand) = (Access::Member, Access::Worker, Access::Brand);
    let (read, write) = (Scope::Read, Scope::Write);
    vec![
        api(Method::GET, CHANGES, member, read, of_customer),
        api(Method::POST, CHANGES, worker, write, enter),
        api(Method::GET, "/api/v1/changes/{id}", member, read, change),
        api(Method::GET, "/api/v1/obligations", member, read, list),
        api(Method::GET, "/api/v1/obligations/{id}", member, read, show),
        api(Method::POST, "/api/v1/obligations/{id}/seen", worker, write, see),
        api(Method::POST, "/api/v1/obligations/{id}/acceptance", worker, write, accept),
        api(Method::POST, "/api/v1/obligations/{id}/refusal", worker, write, refusal::refuse),
        api(Method::POST, "/api/v1/obligations/{id}/applied", worker, write, applied),
        api(Method::POST, "/api/v1/obligations/{id}/read-back", worker, write, read_back),
        api(Method::POST, "/api/v1/obligations/{id}/chase", brand, write, chase),
        api(Method::POST, "/api/v1/obligations/{id}/escalation", brand, write, escalate),
    ]
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let text = error.to_string();
        match error {
            Error::NotFound => Self::NotFound,
            Error::ValueWrong(_) | Error::TooLong => Self::field("value", text),
            Error::TimesWrong | Error::NothingBefore => Self::field("until", text),
            Error::WordsWrong => Self::field("words", text),
            Error::AppliedAlready | Error::Over => Self::Conflict(crate::api::sentence(&text)),
            Error::NotYours => Self::Forbidden(crate::api::sentence(&text).into()),
            Error::Claim(error) => error.into(),
            Error::Fault(fault) => fault.into(),
        }
    }
}

/// A change, told once for everybody.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCustomerChange {
    /// `name`, `phone`, `email`, `address`, `consent` or `erasure`.
    changed: String,
    /// What it is to be; nothing for `consent` and `erasure`.
    #[serde(default)]
    value: ValueJson,
    /// From when on, RFC 3339; at once if left out.
    #[serde(default)]
    from: Option<String>,
    /// Until when, RFC 3339; then it is again what it was. For good if left out.
    #[serde(default)]
    until: Option<String>,
    /// Whether the customer said it.
    #[serde(default)]
    by_customer: bool,
}

impl NewCustomerChange {
    fn of(self, customer: CustomerId) -> Result<NewChange, Failure> {
        let changed = "name, phone, email, address, consent or erasure is expected";
        let changed =
            Changed::named(&self.changed).ok_or_else(|| Failure::field("changed", changed))?;
        Ok(NewChange {
            customer,
            changed,
            value: value(self.value)?,
            from: moment("from", self.from)?,
            until: moment("until", self.until)?,
            by_customer: self.by_customer,
        })
    }
}

fn value(json: ValueJson) -> Result<super::Value, Failure> {
    json.value().ok_or_else(|| Failure::field("value", "one field is expected, not several"))
}

fn moment(field: &'static str, text: Option<String>) -> Result<Option<TimeMs>, Failure> {
    let unknown = || Failure::field(field, "a moment like 2026-03-12T17:00:00Z is expected");
    text.map(|text| TimeMs::parse_rfc3339(&text).ok_or_else(unknown)).transpose()
}

/// Tell a change once, for every organisation that needs it
///
/// Each gets an obligation, which ends when what it holds was read back and is right.
#[utoipa::path(
    post, path = "/api/v1/customers/{id}/changes", tag = "obligations",
    request_body = NewCustomerChange, params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 201, body = ShownChange),
        (status = "default", description = "Problem details")
    )
)]
async fn enter(
    Held(app): Held<App>,
    viewer: Viewer,
    once: Once,
    Path(id): Path<CustomerId>,
    JsonBody(new): JsonBody<NewCustomerChange>,
) -> Result<Answer, Failure> {
    let new = new.of(id)?;
    let (now, asks) = (app.clock.now(), viewer.clone());
    app.write_once(&viewer, once, move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &asks, now)?;
        let made = ShownChange::from(super::enter(tx, &lens, &Actor::of(&asks), now, &new)?);
        Ok(Answer::created(format!("/api/v1/changes/{}", made.id), &made))
    })
    .await
}

/// Changes.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what `list` of web writes")]
struct CustomerChanges {
    /// The latest first, at most 50.
    items: Vec<ShownChange>,
    next: Option<String>,
}

/// A customer's changes that concern you, the latest first
#[utoipa::path(
    get, path = "/api/v1/customers/{id}/changes", tag = "obligations",
    params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = CustomerChanges),
        (status = "default", description = "Problem details")
    )
)]
async fn of_customer(
    Held(app): Held<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<CustomerId>,
) -> Result<Response, Failure> {
    let all = move |cx: &mut Cx<'_>, lens: &Lens| -> Result<_, Error> {
        let sight = customers::look(cx, lens, id)?.ok_or(Error::NotFound)?;
        Ok(super::of_customer(cx, lens, &sight)?)
    };
    let all = sharing::read(&app, &viewer, Occasion::of("changes"), all).await?;
    let items = all.into_iter().map(ShownChange::from).collect();
    Ok(listed(&uri, Page { items, next: None }))
}

/// One change, with its obligations
#[utoipa::path(
    get, path = "/api/v1/changes/{id}", tag = "obligations",
    params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = ShownChange),
        (status = "default", description = "Problem details")
    )
)]
async fn change(
    Held(app): Held<App>,
    viewer: Viewer,
    Path(id): Path<ChangeId>,
) -> Result<Response, Failure> {
    let found =
        move |cx: &mut Cx<'_>, lens: &Lens| super::change(cx, lens, id)?.ok_or(Error::NotFound);
    let found = sharing::read(&app, &viewer, Occasion::of("change"), found).await?;
    Ok(axum::Json(ShownChange::from(found)).into_response())
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

/// A page of obligations.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what `list` of web writes")]
struct Obligations {
    items: Vec<Shown>,
    next: Option<String>,
}

/// Obligations on which somebody is to act, the most urgent first
#[utoipa::path(
    get, path = "/api/v1/obligations", tag = "obligations", params(Wanted),
    responses(
        (status = 200, body = Obligations),
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
    let page = sharing::read(&app, &viewer, Occasion::of("obligations"), page).await?;
    Ok(listed(&uri, page.map(Shown::from)))
}

/// One obligation
#[utoipa::path(
    get, path = "/api/v1/obligations/{id}", tag = "obligations",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Shown), (status = "default", description = "Problem details"))
)]
async fn show(
    Held(app): Held<App>,
    viewer: Viewer,
    Path(id): Path<ObligationId>,
) -> Result<Response, Failure> {
    let found =
        move |cx: &mut Cx<'_>, lens: &Lens| super::find(cx, lens, id)?.ok_or(Error::NotFound);
    let found = sharing::read(&app, &viewer, Occasion::of("obligation"), found).await?;
    Ok(axum::Json(Shown::from(found)).into_response())
}

/// Does something about an obligation, and answers with it.
async fn done(
    app: App,
    viewer: Viewer,
    once: Once,
    deed: impl Fn(&mut Tx<'_>, &Lens, &Actor, TimeMs) -> Result<Obligation, Error> + Send + 'static,
) -> Result<Answer, Failure> {
    let (now, asks) = (app.clock.now(), viewer.clone());
    app.write_once(&viewer, once, move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &asks, now)?;
        Ok(Answer::ok(&Shown::from(deed(tx, &lens, &Actor::of(&asks), now)?)))
    })
    .await
}

/// Words about an obligation
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SaidOfObligation {
    /// Up to 500 characters; a reason for refusing has at least 3.
    #[serde(default)]
    words: String,
}

/// A call about one obligation: its path, what it says of itself, and the deed.
macro_rules! call {
    ($(#[$about:meta])* $name:ident at $path:literal) => {
        $(#[$about])*
        #[utoipa::path(
            post, path = $path, tag = "obligations",
            params(("id" = String, Path, format = "uuid")),
            responses(
                (status = 200, body = Shown),
                (status = "default", description = "Problem details")
            )
        )]
        async fn $name(
            Held(app): Held<App>,
            viewer: Viewer,
            once: Once,
            Path(id): Path<ObligationId>,
        ) -> Result<Answer, Failure> {
            let deed = move |tx: &mut Tx<'_>, lens: &Lens, actor: &Actor, now: TimeMs| {
                super::$name(tx, lens, actor, now, id)
            };
            done(app, viewer, once, deed).await
        }
    };
    ($(#[$about:meta])* $name:ident with words at $path:literal) => {
        $(#[$about])*
        #[utoipa::path(
            post, path = $path, tag = "obligations", request_body = SaidOfObligation,
            params(("id" = String, Path, format = "uuid")),
            responses(
                (status = 200, body = Shown),
                (status = "default", description = "Problem details")
            )
        )]
        async fn $name(
            Held(app): Held<App>,
            viewer: Viewer,
            once: Once,
            Path(id): Path<ObligationId>,
            JsonBody(said): JsonBody<SaidOfObligation>,
        ) -> Result<Answer, Failure> {
            let deed = move |tx: &mut Tx<'_>, lens: &Lens, actor: &Actor, now: TimeMs| {
                super::$name(tx, lens, actor, now, id, &said.words)
            };
            done(app, viewer, once, deed).await
        }
    };
}

call! {
    /// Say that you opened it
    see at "/api/v1/obligations/{id}/seen"
}
call! {
    /// Be responsible for applying it
    accept at "/api/v1/obligations/{id}/acceptance"
}
call! {
    /// Say that it is done; it ends only when what you hold was read back
    applied with words at "/api/v1/obligations/{id}/applied"
}
call! {
    /// Remind the organisation, for the brand
    chase with words at "/api/v1/obligations/{id}/chase"
}
call! {
    /// Tell whoever stands above, for the brand
    escalate with words at "/api/v1/obligations/{id}/escalation"
}

/// What is held now
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct HeldNow {
    /// What your system holds, read from it now; nothing if it holds nothing.
    #[serde(default)]
    value: ValueJson,
    /// `api`, `typed`, `export_line`, `label` or `customer`; `api` if left out.
    #[serde(default)]
    by: Option<String>,
}

/// Read back what you hold: verified if it is what was given, else a mismatch
#[utoipa::path(
    post, path = "/api/v1/obligations/{id}/read-back", tag = "obligations", request_body = HeldNow,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Shown), (status = "default", description = "Problem details"))
)]
async fn read_back(
    Held(app): Held<App>,
    viewer: Viewer,
    once: Once,
    Path(id): Path<ObligationId>,
    JsonBody(HeldNow { value: held, by }): JsonBody<HeldNow>,
) -> Result<Answer, Failure> {
    let held = value(held)?;
    let unknown = || Failure::field("by", "api, typed, export_line, label or customer is expected");
    let how = ReadBack::named(by.as_deref().unwrap_or("api")).ok_or_else(unknown)?;
    let deed = move |tx: &mut Tx<'_>, lens: &Lens, actor: &Actor, now: TimeMs| {
        super::read_back(tx, lens, actor, now, id, (&held, how))
    };
    done(app, viewer, once, deed).await
}
