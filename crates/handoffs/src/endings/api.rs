//! JSON of the end of a partnership.

use axum::{
    extract::State as Held,
    http::{Method, Uri},
    response::{IntoResponse, Response},
};
use handfast_db::Cx;
use handfast_kit::{Cursor, OrganisationId, TimeMs};
use handfast_record::{
    CustomerId,
    sharing::{self, Lens, looks::Occasion},
};
use handfast_web::{
    Access, Answer, App, Failure, JsonBody, Once, Path, Query, Route, Scope, Viewer, api,
    list as listed,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Error, Kind, Left, Part, SETTLED_MAX};
use crate::{Actor, api::sentence};

/// The calls of this module, described.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(rehearse, items, settle, finish))]
pub struct Documentation;

/// The calls of this module.
pub fn routes() -> Vec<Route> {
    const ENDING: &str = "/api/v1/organisations/{id}/ending";
    const ITEMS: &str = "/api/v1/organisations/{id}/ending/items";
    const SETTLED: &str = "/api/v1/organisations/{id}/ending/settlements";
    let (access, admin) = (Access::BrandAdmin, Scope::Admin);
    vec![
        api(Method::GET, ENDING, access, Scope::Read, rehearse),
        api(Method::GET, ITEMS, access, Scope::Read, items),
        api(Method::POST, SETTLED, access, admin, settle),
        api(Method::POST, ENDING, access, admin, finish),
    ]
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let text = error.to_string();
        match error {
            Error::NotFound => Self::NotFound,
            Error::WordsWrong => Self::field("why", text),
            Error::Left(_) | Error::Over => Self::Conflict(sentence(&text)),
            Error::Fault(fault) => fault.into(),
        }
    }
}

/// One thing that is left with a partner
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EndingItem)]
struct ShownLeft {
    /// `hand_off`, `leg`, `dispute`, `remedy`, `obligation`, `accountable`, `case`, `promise`,
    /// `customer` or `tie`.
    kind: &'static str,
    /// Its own id; of a tie the customer's, of a customer the record's.
    #[schema(format = "uuid")]
    id: String,
    #[schema(value_type = String, format = "uuid")]
    customer_id: CustomerId,
    customer_name: Option<String>,
    title: String,
    state: String,
    /// By when somebody is to act.
    due: Option<String>,
}

impl From<Left> for ShownLeft {
    fn from(left: Left) -> Self {
        Self {
            kind: left.kind.word(),
            id: left.id.to_string(),
            customer_id: left.customer,
            customer_name: left.customer_name,
            title: left.title,
            state: left.state,
            due: left.due.map(TimeMs::rfc3339),
        }
    }
}

/// What is left of one kind
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EndingPart)]
struct ShownPart {
    /// As the kind of its items.
    kind: &'static str,
    /// How many there are, exactly.
    count: i64,
    /// Where they go, and why.
    home: String,
    /// The first 50; the rest by `ending/items`.
    first: Vec<ShownLeft>,
}

impl From<Part> for ShownPart {
    fn from(part: Part) -> Self {
        Self {
            kind: part.kind.word(),
            count: part.count,
            home: part.home,
            first: part.first.into_iter().map(ShownLeft::from).collect(),
        }
    }
}

/// What would be orphaned if a partner left now
#[derive(Debug, Serialize, ToSchema)]
struct Rehearsal {
    /// How many there are of all kinds. The partnership can end when it is 0.
    left: i64,
    parts: Vec<ShownPart>,
}

/// Rehearse the end of a partnership
///
/// Lists every hand-off, leg, dispute, remedy, obligation, case, promise, customer and tie that
/// would be orphaned if this partner left now, and where each goes. Changes nothing.
#[utoipa::path(
    get, path = "/api/v1/organisations/{id}/ending", tag = "organisations",
    params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = Rehearsal),
        (status = "default", description = "Problem details")
    )
)]
async fn rehearse(
    Held(app): Held<App>,
    viewer: Viewer,
    Path(id): Path<OrganisationId>,
) -> Result<Response, Failure> {
    let parts = move |cx: &mut Cx<'_>, lens: &Lens| super::rehearse(cx, lens, id);
    let parts = sharing::read(&app, &viewer, Occasion::of("ending"), parts).await?;
    let left = parts.iter().map(|part| part.count).sum();
    let parts = parts.into_iter().map(ShownPart::from).collect();
    Ok(axum::Json(Rehearsal { left, parts }).into_response())
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// Of which kind; hand-offs if left out.
    kind: Option<String>,
    /// The `next` of the page before.
    after: Option<String>,
}

/// A page of what is left.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what `list` of web writes")]
struct EndingItems {
    items: Vec<ShownLeft>,
    next: Option<String>,
}

/// What is left with a partner, of one kind
#[utoipa::path(
    get, path = "/api/v1/organisations/{id}/ending/items", tag = "organisations",
    params(("id" = String, Path, format = "uuid"), Wanted),
    responses(
        (status = 200, body = EndingItems),
        (status = "default", description = "Problem details")
    )
)]
async fn items(
    Held(app): Held<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<OrganisationId>,
    Query(Wanted { kind, after }): Query<Wanted>,
) -> Result<Response, Failure> {
    let unknown = || {
        let words = Kind::ALL.map(Kind::word).join(", ");
        Failure::field("kind", format!("one of {words} is expected"))
    };
    let kind = kind.map_or(Some(Kind::Offer), |kind| Kind::named(&kind)).ok_or_else(unknown)?;
    let after = after.map(|text| text.parse::<Cursor>()).transpose();
    let after = after.map_err(|wrong| Failure::field("after", wrong))?;
    let page = move |cx: &mut Cx<'_>, lens: &Lens| super::list(cx, lens, id, kind, after.as_ref());
    let page = sharing::read(&app, &viewer, Occasion::of("ending"), page).await?;
    Ok(listed(&uri, page.map(ShownLeft::from)))
}

/// How many to settle
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Settlement {
    /// 1 to 500; 500 if left out.
    limit: Option<usize>,
}

/// Something that stays where it was
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EndingStuck)]
struct ShownStuck {
    #[serde(flatten)]
    item: ShownLeft,
    why: String,
}

/// What was settled
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EndingSettled)]
struct ShownSettled {
    /// What has a new home now, in the order in which it went there.
    moved: Vec<ShownLeft>,
    /// What could not be moved, and why.
    stuck: Vec<ShownStuck>,
    /// How many are left.
    left: i64,
}

/// Find new homes for what is left with a partner
///
/// In one transaction for at most 500; call it again until nothing is left. The brand takes over
/// what somebody has to look after; from there it can be handed off to anybody.
#[utoipa::path(
    post, path = "/api/v1/organisations/{id}/ending/settlements", tag = "organisations",
    params(("id" = String, Path, format = "uuid")), request_body = Settlement,
    responses(
        (status = 200, body = ShownSettled),
        (status = "default", description = "Problem details")
    )
)]
async fn settle(
    Held(app): Held<App>,
    viewer: Viewer,
    Path(id): Path<OrganisationId>,
    once: Once,
    JsonBody(Settlement { limit }): JsonBody<Settlement>,
) -> Result<Answer, Failure> {
    let limit = limit.unwrap_or(SETTLED_MAX);
    if !(1..=SETTLED_MAX).contains(&limit) {
        return Err(Failure::field("limit", "1 to 500 is expected"));
    }
    let (now, asks) = (app.clock.now(), viewer.clone());
    app.write_once(&viewer, once, move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &asks, now)?;
        let settled = super::settle(tx, &lens, &Actor::of(&asks), now, (id, limit))?;
        let stuck = settled.stuck.into_iter();
        let stuck = stuck.map(|(left, why)| ShownStuck { item: left.into(), why }).collect();
        let moved = settled.moved.into_iter().map(ShownLeft::from).collect();
        Ok(Answer::ok(&ShownSettled { moved, stuck, left: settled.left_count }))
    })
    .await
}

/// Why a partnership ends
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Farewell {
    /// 3 to 500 characters.
    why: String,
}

/// What is left after the end: nothing
#[derive(Debug, Serialize, ToSchema)]
struct PartnershipEnded {
    #[schema(value_type = String, format = "uuid")]
    organisation_id: OrganisationId,
    ended: String,
}

/// End a partnership
///
/// Its agreement ends, its people sign in here no more, its tokens are refused. Refused while
/// anything is left with it, by number and kind. Cannot be taken back.
#[utoipa::path(
    post, path = "/api/v1/organisations/{id}/ending", tag = "organisations",
    params(("id" = String, Path, format = "uuid")), request_body = Farewell,
    responses(
        (status = 200, body = PartnershipEnded),
        (status = "default", description = "Problem details")
    )
)]
async fn finish(
    Held(app): Held<App>,
    viewer: Viewer,
    Path(id): Path<OrganisationId>,
    once: Once,
    JsonBody(Farewell { why }): JsonBody<Farewell>,
) -> Result<Answer, Failure> {
    let (now, asks) = (app.clock.now(), viewer.clone());
    app.write_once(&viewer, once, move |tx| -> Result<_, Error> {
        let lens = Lens::of(tx, &asks, now)?;
        super::finish(tx, &lens, &Actor::of(&asks), now, (id, &why))?;
        Ok(Answer::ok(&PartnershipEnded { organisation_id: id, ended: now.rfc3339() }))
    })
    .await
}
