//! JSON of touches: one of them, and the feed. A customer's timeline is with the customers.

use axum::{
    extract::State,
    http::{HeaderValue, Method, header},
    response::{IntoResponse, Response},
};
use handfast_db::{Cx, Fault};
use handfast_kit::{OrganisationId, PersonId, TimeMs};
use handfast_web::{Access, App, Failure, Path, Query, Route, Scope, Viewer, api};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use super::Touch;
use crate::{
    SubjectId, TouchId,
    sharing::{self, Lens, looks::Occasion},
};

/// The calls of this module, described.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(
    paths(show, feed),
    tags((name = "touches", description = "What happened: timelines and the feed"))
)]
pub struct Documentation;

/// The calls of this module.
pub fn routes() -> Vec<Route> {
    vec![
        api(Method::GET, "/api/v1/touches/{id}", Access::Member, Scope::Read, show),
        api(Method::GET, "/api/v1/feed", Access::Member, Scope::Read, feed),
    ]
}

/// What happened
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShownTouch<'a> {
    #[schema(value_type = String, format = "uuid")]
    id: TouchId,
    /// The customer, or the case that names none.
    #[schema(value_type = String, format = "uuid")]
    subject_id: SubjectId,
    /// Its author; none where its name is hidden.
    #[schema(value_type = Option<String>, format = "uuid")]
    organisation_id: Option<OrganisationId>,
    /// In place of a hidden name: what the author does.
    #[serde(skip_serializing_if = "Option::is_none")]
    organisation_veiled: Option<&'a str>,
    #[schema(value_type = Option<String>, format = "uuid")]
    person_id: Option<PersonId>,
    class: &'static str,
    kind: &'a str,
    channel: &'a str,
    /// When it happened, RFC 3339.
    #[schema(value_type = String)]
    #[serde(serialize_with = "TimeMs::serialize_rfc3339")]
    at: TimeMs,
    /// When it was written down, RFC 3339.
    #[schema(value_type = String)]
    #[serde(serialize_with = "TimeMs::serialize_rfc3339")]
    recorded: TimeMs,
    /// Its number in the feed, once it has one; for the brand only.
    index: Option<i64>,
    summary: &'a str,
    /// What is special to its kind; `kind` again names it.
    #[schema(value_type = Object)]
    body: &'a RawValue,
}

impl<'a> TryFrom<&'a Touch> for ShownTouch<'a> {
    type Error = Failure;
    fn try_from(touch: &'a Touch) -> Result<Self, Failure> {
        let body = serde_json::from_str(&touch.body_json)
            .map_err(|_| Fault::other("the body of a touch is not JSON"))?;
        Ok(Self {
            id: touch.id,
            subject_id: touch.subject,
            organisation_id: touch.organisation.id(),
            organisation_veiled: touch.organisation.veil(),
            person_id: touch.person,
            class: touch.class.word(),
            kind: &touch.kind,
            channel: &touch.channel,
            at: touch.at,
            recorded: touch.recorded,
            index: touch.leaf_index,
            summary: &touch.summary,
            body,
        })
    }
}

pub(crate) fn shown(touches: &[Touch]) -> Result<Vec<ShownTouch<'_>>, Failure> {
    let mut shown = Vec::with_capacity(touches.len());
    for touch in touches {
        shown.push(ShownTouch::try_from(touch)?);
    }
    Ok(shown)
}

/// One touch
#[utoipa::path(
    get, path = "/api/v1/touches/{id}", tag = "touches",
    params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = ShownTouch),
        (status = "default", description = "Problem details")
    )
)]
async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<TouchId>,
) -> Result<Response, Failure> {
    let found = move |cx: &mut Cx<'_>, lens: &Lens| super::find(cx, lens, id);
    let touch = sharing::read(&app, &viewer, Occasion::of("touch"), found).await?;
    let touch = touch.ok_or(Failure::NotFound)?;
    Ok(axum::Json(ShownTouch::try_from(&touch)?).into_response())
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct FeedWanted {
    /// The `next` of the answer before: the last touch you have. Leave it out for the beginning.
    #[param(value_type = Option<String>, format = "uuid")]
    after: Option<TouchId>,
    /// 1 to 200; 100 if left out.
    limit: Option<usize>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Feed<'a> {
    items: Vec<ShownTouch<'a>>,
    /// What to send as `after` next time, also when nothing new was there; none while the feed is
    /// empty.
    #[schema(value_type = Option<String>, format = "uuid")]
    next: Option<TouchId>,
}

/// Touches in the order in which they were recorded
///
/// Gapless and never reordered, without what you may not see. Ask again with `next`.
#[utoipa::path(
    get, path = "/api/v1/feed", tag = "touches", params(FeedWanted),
    responses((status = 200, body = Feed), (status = "default", description = "Problem details"))
)]
async fn feed(
    State(app): State<App>,
    viewer: Viewer,
    Query(wanted): Query<FeedWanted>,
) -> Result<Response, Failure> {
    let (after, limit) = (wanted.after, wanted.limit.unwrap_or(100));
    let feed = move |cx: &mut Cx<'_>, lens: &Lens| super::feed(cx, lens, after, limit);
    let touches = sharing::read(&app, &viewer, Occasion::of("feed"), feed).await?;
    let unknown = || Failure::field("after", "the feed has no such touch; send `next` as it came");
    let touches = touches.ok_or_else(unknown)?;
    let next = touches.last().map(|touch| touch.id).or(after);
    let mut response = axum::Json(Feed { items: shown(&touches)?, next }).into_response();
    let link = next.map(|next| format!("</api/v1/feed?after={next}&limit={limit}>; rel=\"next\""));
    if let Some(link) = link.and_then(|link| HeaderValue::try_from(link).ok()) {
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}
