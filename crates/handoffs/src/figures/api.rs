//! JSON of figures.

use axum::{
    extract::State as Held,
    http::{Method, Uri},
    response::{IntoResponse, Response},
};
use handfast_db::{Cx, Fault};
use handfast_kit::{Cursor, OrganisationId, TimeMs};
use handfast_record::{
    ChangeId, CustomerId, HandOffId, ObligationId, organisations,
    sharing::{self, Lens, looks::Occasion},
};
use handfast_web::{
    Access, App, Failure, Path, Query, Route, Scope, Side, Viewer, api, list as listed,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Figures, Item, Share, Subject, Which};

/// The calls of this module, described.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(show, list))]
pub struct Documentation;

/// The calls of this module.
pub fn routes() -> Vec<Route> {
    const ONE: &str = "/api/v1/organisations/{id}/figures";
    const LIST: &str = "/api/v1/organisations/{id}/figures/items";
    let (member, read) = (Access::Member, Scope::Read);
    vec![api(Method::GET, ONE, member, read, show), api(Method::GET, LIST, member, read, list)]
}

/// So many of so many
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FigureShare)]
struct ShownShare {
    count: i64,
    /// Of how many; nothing can be said of none.
    of: i64,
}

impl From<Share> for ShownShare {
    fn from(share: Share) -> Self {
        Self { count: share.count, of: share.of }
    }
}

/// How an organisation answers, over 90 days
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Figures)]
struct Shown {
    since: String,
    /// Offers accepted in time, of those accepted or left unanswered.
    accepted_in_time: ShownShare,
    declined: i64,
    /// The median time to accept, in milliseconds; nothing before the first.
    accept_median_ms: Option<i64>,
    /// Changes read back and right by when they were due, of those that were due.
    applied_in_time: ShownShare,
    /// Changes written down wrong at least once, of those that were read back.
    mismatches: ShownShare,
    /// Items that its own briefs lacked.
    missing_items: i64,
    /// Hand-offs that it sent whose brief lacked something, of all that it sent.
    lacking: ShownShare,
    /// Whether there was more than a thousand of something: then it is of the latest thousand.
    latest_only: bool,
}

impl From<Figures> for Shown {
    fn from(figures: Figures) -> Self {
        Self {
            since: figures.since.rfc3339(),
            accepted_in_time: figures.accepted.into(),
            declined: figures.declined_count,
            accept_median_ms: figures.accept_median_ms,
            applied_in_time: figures.applied.into(),
            mismatches: figures.mismatches.into(),
            missing_items: figures.lacking.item_count,
            lacking: figures.lacking.hand_offs.into(),
            latest_only: figures.is_latest_only,
        }
    }
}

/// How an organisation answers, over 90 days
///
/// Your own; the brand is told everybody's.
#[utoipa::path(
    get, path = "/api/v1/organisations/{id}/figures", tag = "organisations",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Shown), (status = "default", description = "Problem details"))
)]
async fn show(
    Held(app): Held<App>,
    viewer: Viewer,
    Path(id): Path<OrganisationId>,
) -> Result<Response, Failure> {
    let found = move |cx: &mut Cx<'_>, lens: &Lens| -> Result<_, Fault> {
        if is_partner(cx, lens, id)? { super::of(cx, lens, lens.now(), id) } else { Ok(None) }
    };
    let found = sharing::read(&app, &viewer, Occasion::of("partner"), found).await?;
    Ok(axum::Json(Shown::from(found.ok_or(Failure::NotFound)?)).into_response())
}

/// A page of what makes a figure.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what `list` of web writes")]
struct FigureItems {
    items: Vec<ShownItem>,
    next: Option<String>,
}

/// Figures are of partners: who looks after all of them is no one of them.
fn is_partner(cx: &mut Cx<'_>, lens: &Lens, id: OrganisationId) -> Result<bool, Fault> {
    let found = organisations::find(cx, lens.network(), id)?;
    Ok(found.is_some_and(|one| one.side == Side::Partner))
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// `accepted`, `unanswered`, `declined`, `applied`, `late`, `mismatches`, `read_back` or
    /// `lacking`.
    which: Option<String>,
    /// Where the page before ended.
    after: Option<String>,
}

/// One of those that make a number
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FigureItem)]
struct ShownItem {
    /// The hand-off, if it is one.
    #[schema(value_type = Option<String>, format = "uuid")]
    hand_off_id: Option<HandOffId>,
    /// The change, if it is an organisation's part of one.
    #[schema(value_type = Option<String>, format = "uuid")]
    change_id: Option<ChangeId>,
    #[schema(value_type = Option<String>, format = "uuid")]
    obligation_id: Option<ObligationId>,
    reference: String,
    title: String,
    #[schema(value_type = Option<String>, format = "uuid")]
    customer_id: Option<CustomerId>,
    customer_name: Option<String>,
    /// When it was offered or sent.
    at: String,
    due: Option<String>,
    /// When it was answered, or read back and right.
    done: Option<String>,
    /// How often it was written down wrong, or how much its brief lacked.
    faults: i64,
}

impl From<Item> for ShownItem {
    fn from(item: Item) -> Self {
        let (hand_off_id, change_id, obligation_id) = match item.subject {
            Subject::HandOff(id) => (Some(id), None, None),
            Subject::Obligation(change, id) => (None, Some(change), Some(id)),
        };
        Self {
            hand_off_id,
            change_id,
            obligation_id,
            reference: item.reference,
            title: item.title,
            customer_id: item.customer,
            customer_name: item.customer_name,
            at: item.at.rfc3339(),
            due: item.due.map(TimeMs::rfc3339),
            done: item.done.map(TimeMs::rfc3339),
            faults: item.fault_count,
        }
    }
}

/// What makes one of these figures, the latest first
#[utoipa::path(
    get, path = "/api/v1/organisations/{id}/figures/items", tag = "organisations",
    params(("id" = String, Path, format = "uuid"), Asked),
    responses(
        (status = 200, body = FigureItems),
        (status = "default", description = "Problem details")
    )
)]
async fn list(
    Held(app): Held<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<OrganisationId>,
    Query(Asked { which, after }): Query<Asked>,
) -> Result<Response, Failure> {
    let which = which.as_deref().unwrap_or(Which::Accepted.word());
    let unknown = "accepted, unanswered, declined, applied, late, mismatches, read_back or lacking \
                   is expected";
    let which = Which::named(which).ok_or_else(|| Failure::field("which", unknown))?;
    let after = after.map(|text| text.parse::<Cursor>()).transpose();
    let after = after.map_err(|wrong| Failure::field("after", wrong))?;
    let page = move |cx: &mut Cx<'_>, lens: &Lens| -> Result<_, Fault> {
        if !is_partner(cx, lens, id)? {
            return Ok(None);
        }
        super::list(cx, lens, lens.now(), (id, which), after.as_ref())
    };
    let page = sharing::read(&app, &viewer, Occasion::of("partner"), page).await?;
    Ok(listed(&uri, page.ok_or(Failure::NotFound)?.map(ShownItem::from)))
}
