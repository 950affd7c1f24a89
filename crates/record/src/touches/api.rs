//! JSON of touches: a customer's timeline, what may be logged, the feed.

use axum::{
    extract::State,
    http::{HeaderValue, Method, Uri, header},
    response::{IntoResponse, Response},
};
use handfast_db::Fault;
use handfast_kit::{OrganisationId, Page, PersonId, TimeMs};
use handfast_web::{
    Access, Answer, App, Failure, JsonBody, Once, Path, Query, Route, Scope, Viewer, api,
    list as listed,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use super::{Audience, Body, Channel, Filter, NewTouch, Step, Touch};
use crate::{
    CustomerId, SubjectId, TouchId, customers,
    sharing::{Author, Class, Lens},
};

/// The calls of this module, described.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(
    paths(timeline, log, show, feed),
    tags((name = "touches", description = "What happened: timelines and the feed"))
)]
pub struct Documentation;

/// The calls of this module.
pub fn routes() -> Vec<Route> {
    use {Access::Member, Access::Worker};
    const TIMELINE: &str = "/api/v1/customers/{id}/timeline";
    const TOUCHES: &str = "/api/v1/customers/{id}/touches";
    vec![
        api(Method::GET, TIMELINE, Member, Scope::Read, timeline),
        api(Method::POST, TOUCHES, Worker, Scope::Write, log),
        api(Method::GET, "/api/v1/touches/{id}", Member, Scope::Read, show),
        api(Method::GET, "/api/v1/feed", Member, Scope::Read, feed),
    ]
}

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// Only these classes, separated by commas: `purchase,delivery`.
    class: Option<String>,
    /// Only touches of this organisation.
    #[param(value_type = Option<String>, format = "uuid")]
    organisation_id: Option<OrganisationId>,
    /// Only this channel.
    channel: Option<String>,
    /// Only touches whose summary has this text.
    q: Option<String>,
    /// The `next` of the page before.
    after: Option<String>,
    /// 1 to 200; 50 if left out.
    limit: Option<usize>,
}

impl Wanted {
    fn filter(&self) -> Result<Filter, Failure> {
        let words = self.class.iter().flat_map(|words| words.split(','));
        let named = |word| Class::named(word).ok_or_else(|| Failure::field("class", no_such(word)));
        let channel = self.channel.as_deref().map(|word| {
            Channel::named(word).ok_or_else(|| Failure::field("channel", no_such(word)))
        });
        Ok(Filter {
            classes: words.map(named).collect::<Result<_, _>>()?,
            organisation: self.organisation_id,
            channel: channel.transpose()?,
            text: self.q.clone().filter(|text| !text.trim().is_empty()),
        })
    }
}

fn no_such(word: &str) -> String {
    format!("there is none called {word:?}")
}

/// What happened
#[derive(Debug, Serialize, ToSchema)]
struct ShownTouch<'a> {
    #[schema(value_type = String, format = "uuid")]
    id: TouchId,
    /// The customer, or the case that names none.
    #[schema(value_type = String, format = "uuid")]
    subject_id: SubjectId,
    /// Its author.
    #[schema(value_type = String, format = "uuid")]
    organisation_id: OrganisationId,
    #[schema(value_type = Option<String>, format = "uuid")]
    person_id: Option<PersonId>,
    class: &'static str,
    kind: &'a str,
    channel: &'a str,
    /// When it happened, RFC 3339.
    at: String,
    /// When it was written down, RFC 3339.
    recorded: String,
    /// Its number in the feed, once it has one.
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
            organisation_id: touch.organisation,
            person_id: touch.person,
            class: touch.class.word(),
            kind: &touch.kind,
            channel: &touch.channel,
            at: touch.at.rfc3339(),
            recorded: touch.recorded.rfc3339(),
            index: touch.leaf_index,
            summary: &touch.summary,
            body,
        })
    }
}

/// A page of touches.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what `list` of web writes")]
struct Touches<'a> {
    items: Vec<ShownTouch<'a>>,
    next: Option<String>,
}

fn shown(touches: &[Touch]) -> Result<Vec<ShownTouch<'_>>, Failure> {
    touches.iter().map(ShownTouch::try_from).collect()
}

/// A customer's timeline, newest first
#[utoipa::path(
    get, path = "/api/v1/customers/{id}/timeline", tag = "touches",
    params(("id" = String, Path, format = "uuid"), Wanted),
    responses(
        (status = 200, body = Touches),
        (status = "default", description = "Problem details")
    )
)]
async fn timeline(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<CustomerId>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let filter = wanted.filter()?;
    let after = customers::api::cursor(wanted.after.as_deref())?;
    let limit = wanted.limit.unwrap_or(50);
    let page = app
        .read(move |cx| -> Result<_, customers::Error> {
            let lens = Lens::of(&viewer);
            let id = customers::seen(cx, &lens, id)?.ok_or(customers::Error::NotFound)?;
            Ok(super::timeline(cx, &lens, id, &filter, after.as_ref(), limit)?)
        })
        .await?;
    Ok(listed(&uri, Page { items: shown(&page.items)?, next: page.next }))
}

/// A contact to be logged
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum NewContact {
    /// A talk on the phone or in person.
    Call {
        /// What both said, 1 to 20,000 characters.
        said: String,
        /// How it left the customer: `closer`, `same` or `away`.
        #[schema(value_type = Option<String>)]
        step: Option<Step>,
        /// When, RFC 3339; now if left out.
        at: Option<String>,
    },
    /// A mail.
    Mail {
        /// Its subject.
        subject: String,
        /// Its text.
        text: String,
        /// When, RFC 3339; now if left out.
        at: Option<String>,
    },
    /// A note for one's own organisation and the brand.
    Note {
        /// The note, 1 to 20,000 characters.
        text: String,
    },
}

impl NewContact {
    fn into_touch(self, subject: SubjectId, now: TimeMs) -> Result<NewTouch, Failure> {
        let (body, at) = match self {
            Self::Call { said, step, at } => (Body::Call { said: text("said", said)?, step }, at),
            Self::Mail { subject, text: said, at } => {
                (Body::Mail { subject, text: text("text", said)? }, at)
            }
            Self::Note { text: note } => (Body::Note { text: text("text", note)? }, None),
        };
        let wrong = || Failure::field("at", "a moment like 2026-03-12T09:40:00Z is expected");
        let at = at.map(|text| TimeMs::parse_rfc3339(&text).ok_or_else(wrong)).transpose()?;
        if at.is_some_and(|at| at > now.plus(TimeMs::DAY)) {
            return Err(Failure::field("at", "this has not happened yet"));
        }
        let mut touch = NewTouch::new(subject, at.unwrap_or(now), body);
        if matches!(touch.body, Body::Note { .. }) {
            touch.audience = Audience::Own;
        }
        Ok(touch)
    }
}

fn text(field: &'static str, text: String) -> Result<String, Failure> {
    let length = text.trim().chars().count();
    if (1..=20_000).contains(&length) {
        return Ok(text.trim().to_owned());
    }
    Err(Failure::field(field, "1 to 20,000 characters are expected"))
}

/// What was logged
#[derive(Debug, Serialize, ToSchema)]
struct Logged {
    #[schema(value_type = String, format = "uuid")]
    id: TouchId,
}

/// Log a call, a mail or a note
#[utoipa::path(
    post, path = "/api/v1/customers/{id}/touches", tag = "touches",
    params(("id" = String, Path, format = "uuid")), request_body = NewContact,
    responses(
        (status = 201, body = Logged),
        (status = "default", description = "Problem details")
    )
)]
async fn log(
    State(app): State<App>,
    viewer: Viewer,
    once: Once,
    Path(id): Path<CustomerId>,
    JsonBody(new): JsonBody<NewContact>,
) -> Result<Answer, Failure> {
    let (now, author, lens) = (app.clock.now(), Author::of(&viewer), Lens::of(&viewer));
    let touch = new.into_touch(id.as_kind(), now)?;
    app.write_once(&viewer, once, move |tx| -> Result<_, customers::Error> {
        let id = customers::log(tx, &lens, &author, now, id, touch.clone())?;
        Ok(Answer::created(format!("/api/v1/touches/{id}"), &Logged { id }))
    })
    .await
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
    let touch = app.read(move |cx| super::find(cx, &Lens::of(&viewer), id)).await?;
    let touch = touch.ok_or(Failure::NotFound)?;
    Ok(axum::Json(ShownTouch::try_from(&touch)?).into_response())
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct FeedWanted {
    /// The `index` of the last touch you have; leave it out to begin at the beginning.
    after: Option<i64>,
    /// 1 to 200; 100 if left out.
    limit: Option<usize>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Feed<'a> {
    items: Vec<ShownTouch<'a>>,
    /// What to send as `after` next time, also when nothing new was there.
    next: i64,
}

/// Touches in the order in which they were recorded
///
/// Gapless and never reordered; numbers of what you may not see are skipped. Ask again with `next`.
#[utoipa::path(
    get, path = "/api/v1/feed", tag = "touches", params(FeedWanted),
    responses((status = 200, body = Feed), (status = "default", description = "Problem details"))
)]
async fn feed(
    State(app): State<App>,
    viewer: Viewer,
    Query(wanted): Query<FeedWanted>,
) -> Result<Response, Failure> {
    let (after, limit) = (wanted.after.unwrap_or(-1), wanted.limit.unwrap_or(100));
    let touches =
        app.read(move |cx| super::feed(cx, &Lens::of(&viewer), after, limit)).await?;
    let next = touches.last().and_then(|touch| touch.leaf_index).unwrap_or(after);
    let link = format!("</api/v1/feed?after={next}&limit={limit}>; rel=\"next\"");
    let mut response = axum::Json(Feed { items: shown(&touches)?, next }).into_response();
    if let Ok(link) = HeaderValue::try_from(link) {
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}
