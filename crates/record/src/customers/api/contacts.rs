//! JSON of a customer's timeline, and of what may be logged there.

use axum::{extract::State, http::Uri, response::Response};
use handfast_db::Cx;
use handfast_kit::{OrganisationId, Page, TimeMs};
use handfast_web::{Answer, App, Failure, JsonBody, Once, Path, Query, Viewer, list as listed};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cursor;
use crate::{
    CustomerId, SubjectId, TouchId,
    customers::{self, Error},
    sharing::{self, Author, Class, Lens, looks::Occasion},
    touches::{
        self, Audience, Body, Channel, Filter, NewTouch, Step,
        api::{ShownTouch, shown},
    },
};

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
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

/// A page of touches.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what `list` of web writes")]
struct Touches<'a> {
    items: Vec<ShownTouch<'a>>,
    next: Option<String>,
}

/// A customer's timeline, newest first
#[utoipa::path(
    get, path = "/api/v1/customers/{id}/timeline", tag = "customers",
    params(("id" = String, Path, format = "uuid"), Wanted),
    responses(
        (status = 200, body = Touches),
        (status = "default", description = "Problem details")
    )
)]
pub(super) async fn timeline(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<CustomerId>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let filter = wanted.filter()?;
    let after = cursor(wanted.after.as_deref())?;
    let limit = wanted.limit.unwrap_or(50);
    let page = move |cx: &mut Cx<'_>, lens: &Lens| -> Result<_, Error> {
        let sight = customers::look(cx, lens, id)?.ok_or(Error::NotFound)?;
        Ok(touches::timeline(cx, lens, &sight, &filter, after.as_ref(), limit)?)
    };
    let page = sharing::read(&app, &viewer, Occasion::of("timeline"), page).await?;
    Ok(listed(&uri, Page { items: shown(&page.items)?, next: page.next }))
}

/// A contact to be logged
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum NewContact {
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
    post, path = "/api/v1/customers/{id}/touches", tag = "customers",
    params(("id" = String, Path, format = "uuid")), request_body = NewContact,
    responses(
        (status = 201, body = Logged),
        (status = "default", description = "Problem details")
    )
)]
pub(super) async fn log(
    State(app): State<App>,
    viewer: Viewer,
    once: Once,
    Path(id): Path<CustomerId>,
    JsonBody(new): JsonBody<NewContact>,
) -> Result<Answer, Failure> {
    let (now, author) = (app.clock.now(), Author::of(&viewer));
    let touch = new.into_touch(id.as_kind(), now)?;
    let asking = viewer.clone();
    app.write_once(&viewer, once, move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &asking, now)?;
        let id = customers::log(tx, &lens, &author, now, id, touch.clone())?;
        Ok(Answer::created(format!("/api/v1/touches/{id}"), &Logged { id }))
    })
    .await
}
