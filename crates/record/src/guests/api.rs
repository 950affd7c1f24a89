//! JSON of guests: asking, the code, the end of it.

use axum::{
    extract::State,
    http::{Method, Uri},
    response::{IntoResponse, Response},
};
use handfast_kit::{OrganisationId, Page, PersonId, TimeMs};
use handfast_web::{
    Access, Answer, App, Failure, JsonBody, Once, Path, Route, Scope, Viewer, api, list as listed,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Ask, Error, Guest, GuestId, LET_IN_PATH, State as Standing};
use crate::{
    CustomerId,
    sharing::{Author, Lens},
};

/// The calls of this module, described.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(
    paths(list, ask, show, code, confirmation, end),
    tags((name = "guests", description = "Serving a customer who brings a key"))
)]
pub struct Documentation;

/// The calls of this module.
pub fn routes() -> Vec<Route> {
    const GUESTS: &str = "/api/v1/guests";
    const CODE: &str = "/api/v1/guests/{id}/code";
    const CONFIRMATION: &str = "/api/v1/guests/{id}/confirmation";
    const END: &str = "/api/v1/guests/{id}/end";
    vec![
        api(Method::GET, GUESTS, Access::Member, Scope::Read, list),
        api(Method::POST, GUESTS, Access::Worker, Scope::Write, ask),
        api(Method::GET, "/api/v1/guests/{id}", Access::Member, Scope::Read, show),
        api(Method::POST, CODE, Access::Worker, Scope::Write, code),
        api(Method::POST, CONFIRMATION, Access::Brand, Scope::Write, confirmation),
        api(Method::POST, END, Access::Worker, Scope::Write, end),
    ]
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let text = error.to_string();
        match error {
            Error::NotFound => Self::NotFound,
            Error::KeyWrong => Self::field("key", text),
            Error::WhyWrong => Self::field("why", text),
            Error::CodeWrong => Self::field("code", text),
            Error::NoAgreement(_) => Self::Conflict(format!("{text}. Ask your contact there.")),
            Error::ForPartners | Error::Over | Error::Nobody => Self::Conflict(sentence(&text)),
            Error::TooOften(retry_after_s) => Self::RateLimited { retry_after_s },
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

/// An asking to serve a guest
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GuestAsking)]
struct Shown {
    #[schema(value_type = String, format = "uuid")]
    id: GuestId,
    #[schema(value_type = String, format = "uuid")]
    organisation_id: OrganisationId,
    #[schema(value_type = String, format = "uuid")]
    person_id: PersonId,
    /// The customer, while you are let in.
    #[schema(value_type = Option<String>, format = "uuid")]
    customer_id: Option<CustomerId>,
    why: String,
    /// `waiting`, `let_in`, `refused`, `expired` or `over`.
    state: &'static str,
    /// The same in a sentence, with what to do.
    says: &'static str,
    /// How many codes may still be tried.
    tries_left: i64,
    asked: String,
    /// Until when the customer may confirm.
    expires: String,
    /// Until when you are let in, or were.
    until: Option<String>,
}

impl From<Guest> for Shown {
    fn from(guest: Guest) -> Self {
        Self {
            id: guest.id,
            organisation_id: guest.organisation,
            person_id: guest.person,
            customer_id: guest.customer,
            why: guest.why,
            state: guest.state.word(),
            says: guest.state.says(),
            tries_left: guest.tries_left,
            asked: guest.asked.rfc3339(),
            expires: guest.expires.rfc3339(),
            until: guest.until.map(TimeMs::rfc3339),
        }
    }
}

impl Standing {
    /// The state in a sentence, with what to do: the same whether there is such a customer or not.
    pub const fn says(self) -> &'static str {
        match self {
            Self::Waiting => {
                "We asked the customer to confirm. Send the code that the customer gives you, or \
                 wait until the customer has opened the link."
            }
            Self::LetIn => "You are let in for a time. The brand and the customer know of it.",
            Self::Refused => "You were not let in. Ask again if the customer wants you to.",
            Self::Expired => "Nobody confirmed in time. Ask again while the customer is with you.",
            Self::Over => "You were let in, and that has ended. Ask again if it is needed again.",
        }
    }
}

/// Askings.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what `list` of web writes")]
struct Askings {
    /// The latest first, at most 200.
    items: Vec<Shown>,
    next: Option<String>,
}

/// What your organisation asked, the latest first; for the brand everybody's
#[utoipa::path(
    get, path = "/api/v1/guests", tag = "guests",
    responses((status = 200, body = Askings), (status = "default", description = "Problem details"))
)]
async fn list(State(app): State<App>, viewer: Viewer, uri: Uri) -> Result<Response, Failure> {
    let now = app.clock.now();
    let guests = app
        .read(move |cx| {
            let lens = Lens::of(cx, &viewer, now)?;
            super::list(cx, &lens, now)
        })
        .await?;
    let items = guests.into_iter().map(Shown::from).collect();
    Ok(listed(&uri, Page { items, next: None }))
}

/// A customer who stands before you
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAsking {
    /// The phone number, mail address or order number that the customer gave you, whole.
    key: String,
    /// Why, 5 to 500 characters. The brand and the customer read it.
    why: String,
}

/// Ask to serve a guest
///
/// Where your agreement leaves guests open and the key leads to one customer, you are let in at
/// once. Otherwise the answer is the same whoever the key leads to: the customer confirms.
#[utoipa::path(
    post, path = "/api/v1/guests", tag = "guests", request_body = NewAsking,
    responses((status = 201, body = Shown), (status = "default", description = "Problem details"))
)]
async fn ask(
    State(app): State<App>,
    viewer: Viewer,
    once: Once,
    JsonBody(new): JsonBody<NewAsking>,
) -> Result<Answer, Failure> {
    let ask = Ask { key: new.key, why: new.why };
    let (now, asks) = (app.clock.now(), viewer.clone());
    app.write_once(&viewer, once, move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &asks, now)?;
        let guest = super::ask(tx, &lens, &Author::of(&asks), now, &ask)?;
        Ok(Answer::created(format!("/api/v1/guests/{}", guest.id), &Shown::from(guest)))
    })
    .await
}

/// One asking
#[utoipa::path(
    get, path = "/api/v1/guests/{id}", tag = "guests",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Shown), (status = "default", description = "Problem details"))
)]
async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<GuestId>,
) -> Result<Response, Failure> {
    let now = app.clock.now();
    let guest = app
        .read(move |cx| -> Result<_, Error> {
            let lens = Lens::of(cx, &viewer, now)?;
            super::find(cx, &lens, now, id)?.ok_or(Error::NotFound)
        })
        .await?;
    Ok(axum::Json(Shown::from(guest)).into_response())
}

/// The code that the customer told you
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TypedCode {
    /// Six digits.
    code: String,
}

/// Try the code that the customer told you
///
/// The answer says where the asking stands then: `let_in`, or `waiting` with one try less.
#[utoipa::path(
    post, path = "/api/v1/guests/{id}/code", tag = "guests", request_body = TypedCode,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Shown), (status = "default", description = "Problem details"))
)]
async fn code(
    State(app): State<App>,
    viewer: Viewer,
    once: Once,
    Path(id): Path<GuestId>,
    JsonBody(typed): JsonBody<TypedCode>,
) -> Result<Answer, Failure> {
    let (now, asks) = (app.clock.now(), viewer.clone());
    app.write_once(&viewer, once, move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &asks, now)?;
        Ok(Answer::ok(&Shown::from(super::try_code(tx, &lens, now, id, &typed.code)?)))
    })
    .await
}

/// What the customer confirms with, shown this once
#[derive(Debug, Serialize, ToSchema)]
struct MadeConfirmation {
    /// Six digits, for the customer to tell the partner.
    code: String,
    /// The page that the customer opens, to let the partner in or not.
    link: String,
    /// Until when both are good.
    expires: String,
}

/// Make a code and a link for the customer
///
/// Pass them on to the customer, by a way that you know to be the customer's. They are shown this
/// once, also under an `Idempotency-Key`; made again, the earlier ones are void.
#[utoipa::path(
    post, path = "/api/v1/guests/{id}/confirmation", tag = "guests",
    params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = MadeConfirmation),
        (status = "default", description = "Problem details")
    )
)]
async fn confirmation(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<GuestId>,
) -> Result<Answer, Failure> {
    let (now, base) = (app.clock.now(), app.settings.base_url.clone());
    // Not once for each key: what is kept for a key is kept in the open, and these are secrets.
    app.write(move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &viewer, now)?;
        let made = super::make_confirmation(tx, &lens, &Author::of(&viewer), now, id)?;
        Ok(Answer::ok(&MadeConfirmation {
            code: made.code,
            link: format!("{base}{LET_IN_PATH}{}", made.secret.text()),
            expires: made.expires.rfc3339(),
        }))
    })
    .await
}

/// End access before its time
#[utoipa::path(
    post, path = "/api/v1/guests/{id}/end", tag = "guests",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Shown), (status = "default", description = "Problem details"))
)]
async fn end(
    State(app): State<App>,
    viewer: Viewer,
    once: Once,
    Path(id): Path<GuestId>,
) -> Result<Answer, Failure> {
    let (now, asks) = (app.clock.now(), viewer.clone());
    app.write_once(&viewer, once, move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &asks, now)?;
        Ok(Answer::ok(&Shown::from(super::end(tx, &lens, &Author::of(&asks), now, id)?)))
    })
    .await
}
