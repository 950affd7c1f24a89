//! Who can see something of a customer, and why: one entry, one class, or all of it.

mod reading;
mod telling;

use askama::Template;
use axum::{
    extract::State,
    http::{Method, Uri},
    response::Response,
};
use handfast_record::{
    CustomerId, TouchId,
    sharing::{self, looks::Occasion},
};
use handfast_web::{
    Access, App, Failure, Frame, Path, Query, Route, Viewer, html, page, see_other,
};
use serde::Deserialize;

use self::telling::Telling;
use super::{sentences::Badge, who::Organisation};

pub(super) fn routes() -> Vec<Route> {
    vec![page(Method::GET, "/customers/{id}/sight", Access::Member, show)]
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Asked {
    touch: Option<TouchId>,
    class: Option<String>,
}

#[derive(Template)]
#[template(path = "customer_sight.html")]
struct SightPage {
    frame: Frame,
    title: String,
    lede: String,
    /// Whoever sees something, or could.
    readers: Vec<ReaderRow>,
    /// For a partner: each class as it sees it.
    classes: Vec<ClassRow>,
    /// For the brand: each class as its partners see it.
    matrix: Option<Matrix>,
    others: String,
    /// Where all kinds of data are told about; none on that page itself.
    whole: Option<String>,
    /// For a partner: where its agreement is.
    agreement: Option<(String, String)>,
}

/// What one organisation sees, and why.
struct ReaderRow {
    organisation: Organisation,
    level: Badge,
    why: String,
    /// What is between it and the customer.
    ties: Vec<String>,
    agreement: Option<(String, String)>,
    ties_href: Option<String>,
}

struct ClassRow {
    name: String,
    level: Badge,
    why: String,
}

struct Matrix {
    partners: Vec<(String, String)>,
    rows: Vec<MatrixRow>,
}

struct MatrixRow {
    name: String,
    href: String,
    cells: Vec<Badge>,
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<CustomerId>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let own = viewer.organisation_name.clone();
    let seen = sharing::read(&app, &viewer, Occasion::of("customer"), move |cx, lens| {
        reading::read(cx, lens, id, &asked, own)
    });
    let seen = seen.await?.ok_or(Failure::NotFound)?;
    if seen.customer != id {
        return Ok(see_other(&format!("/customers/{}/sight", seen.customer)));
    }
    let today = viewer.zone.day_of(app.clock.now());
    html(&Telling { viewer: &viewer, seen: &seen, today }.page(&uri))
}
