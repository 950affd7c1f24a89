//! The one table of routes: what the slices and pages bring, and the server's own.

use axum::{Json, http::Method};
use handfast_intake::Uploads;
use handfast_web::{Access, Route, Scope, api, page};

use crate::{health, openapi};

/// Every route with its access class; files that come in wait in `uploads`.
pub fn all(uploads: &Uploads) -> Vec<Route> {
    let mut routes = own();
    routes.extend(handfast_record::routes());
    routes.extend(handfast_handoffs::api::routes());
    routes.extend(handfast_handoffs::obligations::api::routes());
    routes.extend(handfast_handoffs::figures::api::routes());
    routes.extend(handfast_handoffs::endings::api::routes());
    routes.extend(handfast_handoffs::disputes::api::routes());
    routes.extend(handfast_webhooks::api::routes());
    routes.extend(handfast_intake::routes(uploads));
    routes.extend(handfast_console::routes(uploads));
    routes
}

fn own() -> Vec<Route> {
    vec![
        page(Method::GET, "/healthz", Access::Public, health::healthz),
        page(Method::GET, "/readyz", Access::Public, health::readyz),
        api(Method::GET, "/api/v1/openapi.json", Access::Public, Scope::Read, describe),
    ]
}

async fn describe() -> Json<&'static serde_json::Value> {
    Json(openapi::document())
}
