//! One customer's page: what is open, what happened, who the customer is, and adding to it.

mod banner;
mod compose;
mod confirming;
mod consents;
mod deliveries;
mod handed;
mod identity;
mod looks;
mod now;
mod page;
mod preview;
mod seen;
mod sentences;
mod sight;
mod ties;
mod timeline;
pub(crate) mod view_as;
pub(crate) mod who;

use std::collections::HashMap;

use axum::{
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
    response::Response,
};
use handfast_record::{
    CustomerId, customers,
    sharing::{self, Author, Lens, looks::Occasion},
};
use handfast_web::{
    Access, App, Failure, Form, Path, Problems, Query, Route, Viewer, html, html_with, page,
    see_other,
};

use self::{compose::Written, page::Look, seen::Seen, timeline::Asked};

pub(crate) fn routes() -> Vec<Route> {
    let mut routes = vec![
        page(Method::GET, "/customers/{id}", Access::Member, show),
        page(Method::POST, "/customers/{id}/touches", Access::Worker, write),
    ];
    routes.extend(confirming::routes());
    routes.extend(consents::routes());
    routes.extend(looks::routes());
    routes.extend(sight::routes());
    routes.extend(ties::routes());
    routes
}

async fn show(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    headers: HeaderMap,
    Path(id): Path<CustomerId>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Failure> {
    let asked = Asked::of(&query);
    let has_head = headers.contains_key("hx-request");
    if asked.eyes.is_some() {
        return preview::show(&app, &viewer, &uri, id, &asked, has_head).await;
    }
    let seen = seen(&app, &viewer, id, &asked).await?;
    if seen.customer.id != id {
        // It was merged into another since somebody kept this address.
        return Ok(see_other(&format!("/customers/{}", seen.customer.id)));
    }
    let look = Look::own(&viewer, &uri, app.clock.now());
    html(&look.page(&seen, &asked, has_head, &Written::default(), None))
}

async fn seen(app: &App, viewer: &Viewer, id: CustomerId, asked: &Asked) -> Result<Seen, Failure> {
    let asked = asked.clone();
    let occasion = Occasion::of("customer");
    let seen =
        sharing::read(app, viewer, occasion, move |cx, lens| seen::read(cx, lens, id, &asked));
    seen.await?.ok_or(Failure::NotFound)
}

async fn write(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<CustomerId>,
    Form(written): Form<Written>,
) -> Result<Response, Failure> {
    let (body, saved) = match written.checked() {
        Ok(checked) => checked,
        Err(problems) => return refuse(&app, &viewer, id, &written, &problems).await,
    };
    let (author, now) = (Author::of(&viewer), app.clock.now());
    let touch = written.touch(id, body, now);
    app.write(move |tx| {
        let lens = Lens::of(tx, &viewer, now)?;
        customers::log(tx, &lens, &author, now, id, touch.clone()).map_err(|error| match error {
            customers::Error::NotFound => Failure::NotFound,
            customers::Error::Fault(fault) => fault.into(),
            other => Failure::Conflict(other.to_string()),
        })
    })
    .await?;
    Ok(see_other(&saved.at(&format!("/customers/{id}"))))
}

/// The page again, with what was written and what has to be changed.
async fn refuse(
    app: &App,
    viewer: &Viewer,
    id: CustomerId,
    written: &Written,
    problems: &Problems,
) -> Result<Response, Failure> {
    let asked = Asked::default();
    let seen = seen(app, viewer, id, &asked).await?;
    let uri = Uri::try_from(format!("/customers/{id}")).map_err(|_| Failure::NotFound)?;
    let look = Look::own(viewer, &uri, app.clock.now());
    let page = look.page(&seen, &asked, false, written, Some(problems));
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}
