//! JSON of endpoints and of what they were told.

use axum::{
    Extension,
    extract::State,
    http::{Method, Uri},
    response::Response,
};
use handfast_db::Tx;
use handfast_kit::Page;
use handfast_record::TouchId;
use handfast_web::{
    Access, Answer, App, Failure, JsonBody, Once, Path, Route, Scope, Secretive, Viewer, api,
    list as listed,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Calling, Delivery, Endpoint, EndpointId, Error, Owner};

/// The calls of this module, described.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(
    paths(list, register, show, remove, rotate, deliveries, again),
    tags((name = "webhooks", description = "Where your systems are told what happened"))
)]
pub struct Documentation;

/// The calls of this module. The server layers a [`Calling`] over them.
pub fn routes() -> Vec<Route> {
    const ALL: &str = "/api/v1/webhooks";
    const ONE: &str = "/api/v1/webhooks/{id}";
    const DELIVERIES: &str = "/api/v1/webhooks/{id}/deliveries";
    let (access, scope) = (Access::Admin, Scope::Admin);
    vec![
        api(Method::GET, ALL, access, scope, list),
        api(Method::POST, ALL, access, scope, register),
        api(Method::GET, ONE, access, scope, show),
        api(Method::DELETE, ONE, access, scope, remove),
        api(Method::POST, "/api/v1/webhooks/{id}/secret", access, scope, rotate),
        api(Method::GET, DELIVERIES, access, scope, deliveries),
        api(Method::POST, "/api/v1/webhooks/{id}/again", access, scope, again),
    ]
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let text = error.to_string();
        match error {
            Error::NotFound => Self::NotFound,
            Error::Refused(_) => Self::field("url", text),
            Error::NoKinds => Self::field("kinds", text),
            Error::TooMany => Self::Conflict(
                "An organisation has at most 10 endpoints. Nothing was added; remove one first."
                    .to_owned(),
            ),
            Error::Fault(fault) => fault.into(),
        }
    }
}

/// Where a system is told
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Webhook)]
struct Shown {
    #[schema(value_type = String, format = "uuid")]
    id: EndpointId,
    url: String,
    kinds: Vec<String>,
    /// `on`; `off` after it answered 410, until something is told again.
    state: String,
    /// Why the last call was not taken; empty after one that was.
    last_error: String,
    /// What signatures are checked with, after Standard Webhooks: given by the call that made it,
    /// and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl From<Endpoint> for Shown {
    fn from(one: Endpoint) -> Self {
        let Endpoint { id, url, kinds, state, last_error } = one;
        Self { id, url, kinds, state, last_error, secret: None }
    }
}

/// Your endpoints.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what `list` of web writes")]
struct Webhooks {
    /// The oldest first, at most 10.
    items: Vec<Shown>,
    next: Option<String>,
}

/// An endpoint to be added
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(as = NewWebhook)]
#[serde(deny_unknown_fields)]
struct New {
    /// Begins with `https://`; must lead to a public address.
    url: String,
    /// The kinds of touches to be told of, as the feed names them.
    #[schema(example = json!(["hand_off", "obligation"]))]
    kinds: Vec<String>,
}

/// What an endpoint was, or is to be, told
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = WebhookDelivery)]
struct ShownDelivery {
    #[schema(value_type = String, format = "uuid")]
    touch_id: TouchId,
    /// `waiting`, `delivered`, `withdrawn` where you may not see it any more, or `dead` after the
    /// last try.
    state: String,
    try_count: i64,
    /// Why it was not taken.
    last_error: String,
}

impl From<Delivery> for ShownDelivery {
    fn from(one: Delivery) -> Self {
        let Delivery { touch, state, try_count, last_error } = one;
        Self { touch_id: touch, state, try_count, last_error }
    }
}

/// What an endpoint was told.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what `list` of web writes")]
struct WebhookDeliveries {
    /// The latest first, at most 200.
    items: Vec<ShownDelivery>,
    next: Option<String>,
}

/// What to tell again
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = WebhookAgain)]
#[serde(default, deny_unknown_fields)]
struct Wanted {
    /// This touch; all that was given up if left out.
    #[schema(value_type = Option<String>, format = "uuid")]
    touch_id: Option<TouchId>,
}

/// How many are told again
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = WebhookToldAgain)]
struct Count {
    count: i64,
}

fn owner(viewer: &Viewer) -> Owner {
    Owner { network: viewer.network, organisation: viewer.organisation }
}

/// Your organisation's endpoints
#[utoipa::path(
    get, path = "/api/v1/webhooks", tag = "webhooks",
    responses(
        (status = 200, body = Webhooks),
        (status = "default", description = "Problem details")
    )
)]
async fn list(State(app): State<App>, viewer: Viewer, uri: Uri) -> Result<Response, Failure> {
    let found = app.read(move |cx| crate::endpoints(cx, owner(&viewer))).await?;
    let items = found.into_iter().map(Shown::from).collect();
    Ok(listed(&uri, Page { items, next: None }))
}

/// Add an endpoint
///
/// It is told of what happens from now on, as Standard Webhooks has it: signed, at least once, in
/// the order of the feed. A call holds ids and the step, never words: read the rest by the API.
#[utoipa::path(
    post, path = "/api/v1/webhooks", tag = "webhooks", request_body = New,
    responses(
        (status = 201, body = Shown),
        (status = "default", description = "Problem details")
    )
)]
async fn register(
    State(app): State<App>,
    Extension(calling): Extension<Calling>,
    viewer: Viewer,
    once: Once,
    JsonBody(new): JsonBody<New>,
) -> Result<Answer, Failure> {
    let (now, owner) = (app.clock.now(), owner(&viewer));
    let write = move |tx: &mut Tx<'_>| -> Result<_, Error> {
        let how = (&calling.vault, &calling.policy);
        let (id, secret) = crate::register(tx, how, owner, now, (&new.url, &new.kinds))?;
        let kept = Shown::from(crate::find(tx, owner, id)?);
        let given = Shown { secret: Some(secret), ..kept.clone() };
        let location = format!("/api/v1/webhooks/{id}");
        Ok(Secretive {
            kept: Answer::created(&*location, &kept),
            given: Answer::created(&*location, &given),
        })
    };
    app.write_secretive_once(&viewer, once, write).await
}

/// One endpoint
#[utoipa::path(
    get, path = "/api/v1/webhooks/{id}", tag = "webhooks",
    params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = Shown),
        (status = "default", description = "Problem details")
    )
)]
async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<EndpointId>,
) -> Result<Answer, Failure> {
    let found = app.read(move |cx| crate::find(cx, owner(&viewer), id)).await?;
    Ok(Answer::ok(&Shown::from(found)))
}

/// Remove an endpoint, with what it was to be told
#[utoipa::path(
    delete, path = "/api/v1/webhooks/{id}", tag = "webhooks",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 204), (status = "default", description = "Problem details"))
)]
async fn remove(
    State(app): State<App>,
    viewer: Viewer,
    once: Once,
    Path(id): Path<EndpointId>,
) -> Result<Answer, Failure> {
    let owner = owner(&viewer);
    let write = move |tx: &mut Tx<'_>| -> Result<_, Error> {
        crate::remove(tx, owner, id)?;
        Ok(Answer::nothing())
    };
    app.write_once(&viewer, once, write).await
}

/// Give an endpoint a new secret
///
/// The one before signs too for a day, so that nothing is lost while you change it.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{id}/secret", tag = "webhooks",
    params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = Shown),
        (status = "default", description = "Problem details")
    )
)]
async fn rotate(
    State(app): State<App>,
    Extension(calling): Extension<Calling>,
    viewer: Viewer,
    once: Once,
    Path(id): Path<EndpointId>,
) -> Result<Answer, Failure> {
    let (now, owner) = (app.clock.now(), owner(&viewer));
    let write = move |tx: &mut Tx<'_>| -> Result<_, Error> {
        let secret = crate::rotate(tx, &calling.vault, owner, id, now)?;
        let kept = Shown::from(crate::find(tx, owner, id)?);
        let given = Shown { secret: Some(secret), ..kept.clone() };
        Ok(Secretive { kept: Answer::ok(&kept), given: Answer::ok(&given) })
    };
    app.write_secretive_once(&viewer, once, write).await
}

/// What an endpoint was told lately, and what is to come
#[utoipa::path(
    get, path = "/api/v1/webhooks/{id}/deliveries", tag = "webhooks",
    params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = WebhookDeliveries),
        (status = "default", description = "Problem details")
    )
)]
async fn deliveries(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<EndpointId>,
) -> Result<Response, Failure> {
    let found = app.read(move |cx| crate::deliveries(cx, owner(&viewer), id)).await?;
    let items = found.into_iter().map(ShownDelivery::from).collect();
    Ok(listed(&uri, Page { items, next: None }))
}

/// Tell an endpoint again what it did not take
///
/// With all tries anew; an endpoint that is off goes on.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{id}/again", tag = "webhooks",
    params(("id" = String, Path, format = "uuid")), request_body = Wanted,
    responses(
        (status = 200, body = Count),
        (status = "default", description = "Problem details")
    )
)]
async fn again(
    State(app): State<App>,
    viewer: Viewer,
    once: Once,
    Path(id): Path<EndpointId>,
    JsonBody(Wanted { touch_id }): JsonBody<Wanted>,
) -> Result<Answer, Failure> {
    let (now, owner) = (app.clock.now(), owner(&viewer));
    let write = move |tx: &mut Tx<'_>| -> Result<_, Error> {
        let count = match touch_id {
            Some(touch) => crate::again(tx, owner, id, touch, now).map(|()| 1)?,
            None => crate::all_again(tx, owner, id, now)?,
        };
        Ok(Answer::ok(&Count { count }))
    };
    app.write_once(&viewer, once, write).await
}
