//! JSON of cases: a customer's, and the report on all of them.

use axum::{
    Json,
    extract::State,
    http::{Method, Uri},
    response::{IntoResponse, Response},
};
use handfast_db::Cx;
use handfast_kit::{OrganisationId, Page, TimeMs};
use handfast_web::{Access, App, Failure, Path, Query, Route, Scope, Viewer, api, list as listed};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{CaseState, figures};
use crate::{
    CaseId, CustomerId, SubjectId, customers,
    sharing::{self, Lens, looks::Occasion},
};

/// The calls of this module, described.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(
    paths(list, report),
    tags((name = "cases", description = "Cases, their hand-overs, and the report on them"))
)]
pub struct Documentation;

/// The calls of this module.
pub fn routes() -> Vec<Route> {
    const CASES: &str = "/api/v1/customers/{id}/cases";
    vec![
        api(Method::GET, CASES, Access::Member, Scope::Read, list),
        api(Method::GET, "/api/v1/reports/cases", Access::Brand, Scope::Read, report),
    ]
}

/// Where a case stands
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Case)]
struct Shown {
    #[schema(value_type = String, format = "uuid")]
    id: CaseId,
    #[schema(value_type = String, format = "uuid")]
    subject_id: SubjectId,
    /// Who told of it; none where its name is hidden.
    #[schema(value_type = Option<String>, format = "uuid")]
    organisation_id: Option<OrganisationId>,
    /// In place of a hidden name: what that organisation does.
    organisation_veiled: Option<String>,
    /// That organisation's reference; none where its name is hidden.
    case_ref: Option<String>,
    title: String,
    product: String,
    status: String,
    owner: String,
    team: String,
    opened: String,
    last: String,
    closed: Option<String>,
    step_count: i64,
    hand_over_count: i64,
}

impl From<CaseState> for Shown {
    fn from(case: CaseState) -> Self {
        Self {
            id: case.id,
            subject_id: case.subject,
            organisation_id: case.by.id(),
            organisation_veiled: case.by.veil().map(str::to_owned),
            case_ref: case.by.id().map(|_| case.case_ref),
            title: case.title,
            product: case.product,
            status: case.status,
            owner: case.owner,
            team: case.team,
            opened: case.opened.rfc3339(),
            last: case.last.rfc3339(),
            closed: case.closed.map(TimeMs::rfc3339),
            step_count: case.step_count,
            hand_over_count: case.hand_over_count,
        }
    }
}

/// A customer's cases.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what `list` of web writes")]
struct Cases {
    /// The latest first, at most 200.
    items: Vec<Shown>,
    next: Option<String>,
}

/// A customer's cases, the latest first
#[utoipa::path(
    get, path = "/api/v1/customers/{id}/cases", tag = "cases",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Cases), (status = "default", description = "Problem details"))
)]
async fn list(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<CustomerId>,
) -> Result<Response, Failure> {
    let cases = move |cx: &mut Cx<'_>, lens: &Lens| -> Result<_, customers::Error> {
        let sight = customers::look(cx, lens, id)?.ok_or(customers::Error::NotFound)?;
        Ok(super::of_customer(cx, lens, &sight)?)
    };
    let cases = sharing::read(&app, &viewer, Occasion::of("cases"), cases).await?;
    let items = cases.into_iter().map(Shown::from).collect();
    Ok(listed(&uri, Page { items, next: None }))
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct By {
    /// `organisation`, `team` or `country`; organisation if left out.
    by: Option<String>,
}

/// Cases, their hand-overs and their way back
#[utoipa::path(
    get, path = "/api/v1/reports/cases", tag = "cases", params(By),
    responses((status = 200, body = Object), (status = "default", description = "Problem details"))
)]
async fn report(
    State(app): State<App>,
    viewer: Viewer,
    Query(By { by }): Query<By>,
) -> Result<Response, Failure> {
    let by = by.as_deref().unwrap_or("organisation");
    let by = figures::By::named(by)
        .ok_or_else(|| Failure::field("by", "organisation, team or country is expected"))?;
    let now = app.clock.now();
    let report = app.read(move |cx| {
        let lens = Lens::of(cx, &viewer, now)?;
        figures::cases(cx, &lens, by)
    });
    Ok(Json(report.await?).into_response())
}
