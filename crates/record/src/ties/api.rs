//! JSON of the ties of a customer.

use axum::{
    extract::State,
    http::{Method, Uri},
    response::Response,
};
use handfast_kit::{OrganisationId, Page, PersonId, TimeMs};
use handfast_web::{
    Access, Answer, App, Failure, JsonBody, Once, Path, Route, Scope, Viewer, api, list as listed,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ByHand, Error};
use crate::{
    CustomerId,
    sharing::{
        self, Author, Lens, Tie,
        looks::Occasion,
        ties::{OPEN, Story},
    },
};

/// The calls of this module, described.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(
    paths(list, make, end),
    tags((name = "ties", description = "What is between a customer and a partner"))
)]
pub struct Documentation;

/// The calls of this module.
pub fn routes() -> Vec<Route> {
    const TIES: &str = "/api/v1/customers/{id}/ties";
    const TIE: &str = "/api/v1/customers/{id}/ties/{organisation_id}/{tie}";
    vec![
        api(Method::GET, TIES, Access::Member, Scope::Read, list),
        api(Method::POST, TIES, Access::Brand, Scope::Write, make),
        api(Method::DELETE, TIE, Access::Brand, Scope::Write, end),
    ]
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let text = error.to_string();
        match error {
            Error::NotFound => Self::NotFound,
            Error::NotByHand => Self::field("tie", text),
            Error::WhyWrong => Self::field("why", text),
            Error::FromWrong => Self::field("from", text),
            Error::UntilWrong => Self::field("until", text),
            Error::NoSuchPartner => Self::field("organisation_id", text),
            Error::AlreadyTied | Error::NotTied => Self::Conflict(format!("{}.", said(&text))),
            Error::ForTheBrand => Self::Forbidden(format!("{}.", said(&text)).into()),
            Error::Fault(fault) => fault.into(),
        }
    }
}

/// The text with its first letter large.
fn said(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// What is between a customer and a partner
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CustomerTie)]
struct Shown {
    #[schema(value_type = String, format = "uuid")]
    organisation_id: OrganisationId,
    tie: Tie,
    /// RFC 3339.
    from: String,
    /// RFC 3339; none while it goes on.
    until: Option<String>,
    /// `event`, `hand`, `guest` or `request`.
    made_by: String,
    #[schema(value_type = Option<String>, format = "uuid")]
    person_id: Option<PersonId>,
    /// In words; empty for an event.
    why: String,
}

impl From<Story> for Shown {
    fn from(story: Story) -> Self {
        let until = story.held.until;
        Self {
            organisation_id: story.held.organisation,
            tie: story.held.tie,
            from: story.held.from.rfc3339(),
            until: (until != OPEN).then(|| until.rfc3339()),
            made_by: story.made_by,
            person_id: story.person,
            why: story.why,
        }
    }
}

/// The ties of a customer.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what `list` of web writes")]
struct Ties {
    items: Vec<Shown>,
    next: Option<String>,
}

/// The ties of a customer
///
/// For the brand everybody's, for a partner its own; those that ended too.
#[utoipa::path(
    get, path = "/api/v1/customers/{id}/ties", tag = "ties",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Ties), (status = "default", description = "Problem details"))
)]
async fn list(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<CustomerId>,
) -> Result<Response, Failure> {
    let stories = sharing::read(&app, &viewer, Occasion::of("customer"), move |cx, lens| {
        super::of_customer(cx, lens, id)?.ok_or(Error::NotFound)
    });
    let items = stories.await?.into_iter().map(Shown::from).collect();
    Ok(listed(&uri, Page { items, next: None }))
}

/// A partner to be tied to a customer
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewTie {
    /// The partner.
    #[schema(value_type = String, format = "uuid")]
    organisation_id: OrganisationId,
    /// `sold`, `serves`, `delivers`, `insures` or `assigned`.
    tie: Tie,
    /// Since when, RFC 3339; now if left out.
    from: Option<String>,
    /// Until when, RFC 3339; it goes on if left out.
    until: Option<String>,
    /// Why, 5 to 500 characters.
    why: String,
}

/// Tie a partner to a customer
#[utoipa::path(
    post, path = "/api/v1/customers/{id}/ties", tag = "ties", request_body = NewTie,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 201, body = Shown), (status = "default", description = "Problem details"))
)]
async fn make(
    State(app): State<App>,
    viewer: Viewer,
    once: Once,
    Path(id): Path<CustomerId>,
    JsonBody(new): JsonBody<NewTie>,
) -> Result<Answer, Failure> {
    let by_hand = ByHand {
        organisation: new.organisation_id,
        tie: new.tie,
        from: moment("from", new.from.as_deref())?,
        until: moment("until", new.until.as_deref())?,
        why: new.why,
    };
    let (now, asks) = (app.clock.now(), viewer.clone());
    app.write_once(&viewer, once, move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &asks, now)?;
        let made = super::make(tx, &lens, &Author::of(&asks), now, id, &by_hand)?;
        Ok(Answer::created(format!("/api/v1/customers/{id}/ties"), &Shown::from(made)))
    })
    .await
}

fn moment(field: &'static str, text: Option<&str>) -> Result<Option<TimeMs>, Failure> {
    let wrong = || Failure::field(field, "a moment like 2026-03-12T09:40:00Z is expected");
    text.map(|text| TimeMs::parse_rfc3339(text).ok_or_else(wrong)).transpose()
}

/// End a tie now
#[utoipa::path(
    delete, path = "/api/v1/customers/{id}/ties/{organisation_id}/{tie}", tag = "ties",
    params(
        ("id" = String, Path, format = "uuid"),
        ("organisation_id" = String, Path, format = "uuid"),
        ("tie" = String, Path, description = "`sold`, `serves`, `delivers`, `insures`, `assigned`")
    ),
    responses((status = 204), (status = "default", description = "Problem details"))
)]
async fn end(
    State(app): State<App>,
    viewer: Viewer,
    once: Once,
    Path((id, organisation, tie)): Path<(CustomerId, OrganisationId, Tie)>,
) -> Result<Answer, Failure> {
    let (now, asks) = (app.clock.now(), viewer.clone());
    app.write_once(&viewer, once, move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &asks, now)?;
        // To a program the tie is a thing with an address, which is there or is not.
        match super::end(tx, &lens, &Author::of(&asks), now, id, (organisation, tie)) {
            Err(Error::NotTied) => Err(Error::NotFound),
            ended => ended.map(|()| Answer::nothing()),
        }
    })
    .await
}
