//! Who looked at a customer's record, and why. The page names nobody but those who looked: opening
//! it shows none of the customer's data, so it is no look itself.

use askama::Template;
use axum::{
    extract::State,
    http::{Method, Uri},
    response::Response,
};
use handfast_db::Fault;
use handfast_kit::{Cursor, Day};
use handfast_record::{
    CustomerId,
    sharing::{
        Lens,
        looks::{self, Visit},
    },
};
use handfast_web::{
    Access, App, Failure, Frame, Nav, Path, Query, Route, Viewer, html, next_href, page,
};
use serde::Deserialize;

use crate::words;

/// How many looks one page shows.
const PAGE_LEN: usize = 50;

pub(super) fn routes() -> Vec<Route> {
    vec![page(Method::GET, "/customers/{id}/looks", Access::Member, show)]
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Asked {
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "customer_looks.html")]
struct LooksPage {
    frame: Frame,
    lede: String,
    rows: Vec<RowFace>,
    more: Option<String>,
    file: String,
}

struct RowFace {
    who: String,
    what: String,
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<CustomerId>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let after: Option<Cursor> = asked.after.as_deref().and_then(|after| after.parse().ok());
    let (asking, now) = (viewer.clone(), app.clock.now());
    let told = app
        .read(move |cx| -> Result<_, Fault> {
            let lens = Lens::of(cx, &asking, now)?;
            looks::told_of_customer(cx, &lens, id, after.as_ref(), PAGE_LEN)
        })
        .await?;
    let told = told.ok_or(Failure::NotFound)?;
    let today = viewer.zone.day_of(now);
    let frame = Frame::of(&viewer, &uri, Nav::Customers, "Who looked")
        .below("Customers", "/customers")
        .below("The customer", format!("/customers/{id}"));
    let own = &viewer.organisation_name;
    let lede = if viewer.is_brand() {
        "Every look is written down before anything is shown. The customer may ask for this list."
            .to_owned()
    } else {
        format!("The looks of people of {own}. The brand and the customer see everybody's.")
    };
    html(&LooksPage {
        frame,
        lede,
        more: told.next.as_ref().map(|next| next_href(&uri, next)),
        rows: told.items.iter().map(|visit| RowFace::of(visit, &viewer, today)).collect(),
        file: format!("/api/v1/customers/{id}/looks.csv"),
    })
}

impl RowFace {
    /// "Ines Duarte, Harbour Wheelworks", and "Yesterday, 16:05, to deliver. Saw: name, address."
    fn of(visit: &Visit, viewer: &Viewer, today: Day) -> Self {
        let person = if visit.person.is_empty() { "Somebody" } else { &visit.person };
        let day = words::sentence(&words::when(viewer.zone.day_of(visit.at), today));
        let time = words::clock_time(visit.at, &viewer.zone);
        Self {
            who: format!("{person}, {}", visit.organisation),
            what: format!("{day}, {time}, {}. Saw: {}.", visit.purpose, visit.saw),
        }
    }
}
