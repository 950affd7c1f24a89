//! JSON of sales: a customer's orders, and the reports drawn from all of them.

use axum::{
    Json,
    extract::State,
    http::{Method, Uri},
    response::{IntoResponse, Response},
};
use handfast_db::Cx;
use handfast_kit::{OrganisationId, Page, TimeMs};
use handfast_web::{Access, App, Failure, Path, Route, Scope, Viewer, api, list as listed};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Price, Sale, figures};
use crate::{
    CustomerId, SaleId, customers,
    sharing::{self, Lens, looks::Occasion},
};

/// The calls of this module, described.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(
    paths(list, delivery, reviews, partners),
    tags((name = "sales", description = "Orders, deliveries, reviews, and reports on them"))
)]
pub struct Documentation;

/// The calls of this module.
pub fn routes() -> Vec<Route> {
    use {Access::Brand, Access::Member};
    const SALES: &str = "/api/v1/customers/{id}/sales";
    vec![
        api(Method::GET, SALES, Member, Scope::Read, list),
        api(Method::GET, "/api/v1/reports/delivery", Brand, Scope::Read, delivery),
        api(Method::GET, "/api/v1/reports/reviews", Brand, Scope::Read, reviews),
        api(Method::GET, "/api/v1/reports/partners", Brand, Scope::Read, partners),
    ]
}

/// Where an order stands
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Sale)]
struct Shown {
    #[schema(value_type = String, format = "uuid")]
    id: SaleId,
    /// The keeper's reference; none where its name is hidden.
    order_ref: Option<String>,
    /// The one partner who sold it, if it was one and its name is not hidden.
    #[schema(value_type = Option<String>, format = "uuid")]
    organisation_id: Option<OrganisationId>,
    /// In place of a hidden name: what the seller does.
    organisation_veiled: Option<String>,
    partner_count: i64,
    /// The source's word.
    status: String,
    /// Whether something is still to arrive.
    open: bool,
    ordered: String,
    handed_over: Option<String>,
    /// The last day that keeps the promise, `yyyy-mm-dd` in the network's zone.
    promised_day: Option<String>,
    /// The day it arrived.
    delivered_day: Option<String>,
    delivered: Option<String>,
    /// In minor units of the currency; none where prices are hidden.
    total_minor: Option<i64>,
    currency: String,
}

impl From<Sale> for Shown {
    fn from(sale: Sale) -> Self {
        Self {
            open: sale.is_open(),
            id: sale.id,
            organisation_veiled: sale.by.veil().map(str::to_owned),
            order_ref: sale.by.id().map(|_| sale.order_ref),
            organisation_id: sale.organisation,
            partner_count: sale.partner_count,
            status: sale.status,
            ordered: sale.ordered.rfc3339(),
            handed_over: sale.handed_over.map(TimeMs::rfc3339),
            promised_day: sale.promised_day.map(|day| day.to_string()),
            delivered_day: sale.delivered_day.map(|day| day.to_string()),
            delivered: sale.delivered.map(TimeMs::rfc3339),
            total_minor: (sale.price == Price::Shown).then_some(sale.total_minor),
            currency: sale.currency,
        }
    }
}

/// A customer's orders.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what `list` of web writes")]
struct Sales {
    /// The latest first, at most 200.
    items: Vec<Shown>,
    next: Option<String>,
}

/// A customer's orders, the latest first
#[utoipa::path(
    get, path = "/api/v1/customers/{id}/sales", tag = "sales",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Sales), (status = "default", description = "Problem details"))
)]
async fn list(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<CustomerId>,
) -> Result<Response, Failure> {
    let orders = move |cx: &mut Cx<'_>, lens: &Lens| -> Result<_, customers::Error> {
        let sight = customers::look(cx, lens, id)?.ok_or(customers::Error::NotFound)?;
        Ok(super::of_customer(cx, lens, &sight)?)
    };
    let sales = sharing::read(&app, &viewer, Occasion::of("sales"), orders).await?;
    let items = sales.into_iter().map(Shown::from).collect();
    Ok(listed(&uri, Page { items, next: None }))
}

/// Promises of delivery, kept and broken, and who broke them
#[utoipa::path(
    get, path = "/api/v1/reports/delivery", tag = "sales",
    responses((status = 200, body = Object), (status = "default", description = "Problem details"))
)]
async fn delivery(State(app): State<App>, viewer: Viewer) -> Result<Response, Failure> {
    let now = app.clock.now();
    let report = app.read(move |cx| {
        let lens = Lens::of(cx, &viewer, now)?;
        figures::delivery(cx, &lens, &viewer.zone)
    });
    Ok(Json(report.await?).into_response())
}

/// What customers said, after deliveries kept and late
#[utoipa::path(
    get, path = "/api/v1/reports/reviews", tag = "sales",
    responses((status = 200, body = Object), (status = "default", description = "Problem details"))
)]
async fn reviews(State(app): State<App>, viewer: Viewer) -> Result<Response, Failure> {
    let now = app.clock.now();
    let report = app.read(move |cx| {
        let lens = Lens::of(cx, &viewer, now)?;
        figures::reviews(cx, &lens, &viewer.zone)
    });
    Ok(Json(report.await?).into_response())
}

/// Partners that deliver late, and what customers say after
#[utoipa::path(
    get, path = "/api/v1/reports/partners", tag = "sales",
    responses((status = 200, body = Object), (status = "default", description = "Problem details"))
)]
async fn partners(State(app): State<App>, viewer: Viewer) -> Result<Response, Failure> {
    let now = app.clock.now();
    let report = app.read(move |cx| {
        let lens = Lens::of(cx, &viewer, now)?;
        figures::partners(cx, &lens)
    });
    Ok(Json(report.await?).into_response())
}
