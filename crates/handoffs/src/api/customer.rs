//! JSON of one customer's hand-offs.

use axum::{
    extract::State as Held,
    http::Uri,
    response::{IntoResponse, Response},
};
use handfast_db::Cx;
use handfast_kit::Page;
use handfast_record::{
    CustomerId, customers,
    sharing::{self, Lens, looks::Occasion},
};
use handfast_web::{App, Failure, Path, Query, Viewer, list as listed};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{
    moment,
    shown::{Accountable, Shown},
    thing,
};
use crate::Error;

/// Hand-offs.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what `list` of web writes")]
struct HandOffs {
    /// The latest first, at most 100.
    items: Vec<Shown>,
    next: Option<String>,
}

/// A customer's hand-offs that concern you, the latest first
#[utoipa::path(
    get, path = "/api/v1/customers/{id}/hand-offs", tag = "hand-offs",
    params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = HandOffs),
        (status = "default", description = "Problem details")
    )
)]
pub(super) async fn list(
    Held(app): Held<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<CustomerId>,
) -> Result<Response, Failure> {
    let all = move |cx: &mut Cx<'_>, lens: &Lens| -> Result<_, Error> {
        let sight = customers::look(cx, lens, id)?.ok_or(Error::NotFound)?;
        Ok(crate::of_customer(cx, lens, &sight)?)
    };
    let all = sharing::read(&app, &viewer, Occasion::of("hand-offs"), all).await?;
    let items = all.into_iter().map(Shown::from).collect();
    Ok(listed(&uri, Page { items, next: None }))
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Instant {
    /// `case:` or `sale:` with an id, `customer`, or `task:` with its words; customer if left out.
    thing: Option<String>,
    /// RFC 3339; now if left out.
    at: Option<String>,
}

/// Who is, or was, accountable: exactly one organisation at every instant
#[utoipa::path(
    get, path = "/api/v1/customers/{id}/accountable", tag = "hand-offs",
    params(("id" = String, Path, format = "uuid"), Instant),
    responses(
        (status = 200, body = Accountable),
        (status = "default", description = "Problem details")
    )
)]
pub(super) async fn accountable(
    Held(app): Held<App>,
    viewer: Viewer,
    Path(id): Path<CustomerId>,
    Query(asked): Query<Instant>,
) -> Result<Response, Failure> {
    let thing = thing(asked.thing.as_deref().unwrap_or("customer"))?;
    let at = asked.at.map(|text| moment("at", &text)).transpose()?;
    let who = move |cx: &mut Cx<'_>, lens: &Lens| {
        let at = at.unwrap_or_else(|| lens.now());
        crate::accountable(cx, lens, id, &thing, at)?.ok_or(Error::NotFound)
    };
    let who = sharing::read(&app, &viewer, Occasion::of("hand-offs"), who).await?;
    Ok(axum::Json(Accountable::from(who)).into_response())
}
