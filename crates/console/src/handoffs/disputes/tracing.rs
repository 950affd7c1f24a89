//! “It did not arrive”: the form that traces a delivery.

use askama::Template;
use axum::{extract::State, http::Uri, response::Response};
use handfast_handoffs::{
    Actor,
    disputes::traces::{self, NewTrace},
};
use handfast_record::{
    CustomerId, TraceId, customers, sales,
    sharing::{self, Lens, looks::Occasion},
};
use handfast_web::{App, Failure, Form, Frame, Nav, Path, Query, Viewer, see_other};
use serde::Deserialize;

use super::{TRACED, failure, trace_path};
use crate::{
    customer::who,
    forms::{Refusal, beside, reply},
    words,
};

/// What was typed into the form.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    sale: String,
    words: String,
    by_customer: String,
}

#[derive(Template)]
#[template(path = "trace_new.html")]
struct NewPage {
    frame: Frame,
    path: String,
    back: String,
    name: String,
    /// The orders that are on their way first, then the latest.
    choices: Vec<(String, String)>,
    /// What was traced before: where it is, what it is called, where it stands.
    before: Vec<(String, String, &'static str)>,
    typed: Typed,
    sale_error: Option<String>,
    words_error: Option<String>,
    refusal: Option<Refusal>,
}

pub(super) async fn show(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<CustomerId>,
    Query(mut typed): Query<Typed>,
) -> Result<Response, Failure> {
    if typed.by_customer.is_empty() {
        "yes".clone_into(&mut typed.by_customer);
    }
    new_page(&app, &viewer, &uri, id, (typed, None)).await
}

pub(super) async fn open(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<CustomerId>,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    match opened(&app, &viewer, id, &typed).await {
        Ok(trace) => Ok(see_other(&TRACED.at(&trace_path(trace)))),
        Err(error) => {
            let refusal = Refusal::of("The delivery is not traced yet", error)?;
            new_page(&app, &viewer, &uri, id, (typed, Some(refusal))).await
        }
    }
}

async fn opened(
    app: &App,
    viewer: &Viewer,
    customer: CustomerId,
    typed: &Typed,
) -> Result<TraceId, Failure> {
    let unknown = |_| Failure::field("sale", "Choose the order that is missing.");
    let new = NewTrace {
        customer,
        sale: typed.sale.parse().map_err(unknown)?,
        words: typed.words.clone(),
        by_customer: !typed.by_customer.is_empty(),
    };
    let (now, viewer) = (app.clock.now(), viewer.clone());
    app.write(move |tx| -> Result<_, Failure> {
        let lens = Lens::of(tx, &viewer, now)?;
        let made = traces::open(tx, &lens, &Actor::of(&viewer), now, &new);
        made.map(|made| made.id).map_err(failure)
    })
    .await
}

async fn new_page(
    app: &App,
    viewer: &Viewer,
    uri: &Uri,
    id: CustomerId,
    (typed, refusal): (Typed, Option<Refusal>),
) -> Result<Response, Failure> {
    let found = sharing::read(app, viewer, Occasion::of("customer"), move |cx, lens| {
        let Some(customer) = customers::find(cx, lens, id)? else { return Ok(None) };
        let Some(sight) = customers::look(cx, lens, id)? else { return Ok(None) };
        let sales = sales::of_customer(cx, lens, &sight)?;
        let before = traces::of_customer(cx, lens, &sight)?;
        Ok::<_, handfast_db::Fault>(Some((customer, sales, before)))
    });
    let (customer, mut sales, before) = found.await?.ok_or(Failure::NotFound)?;
    let name = who::short_name(&customer);
    let today = viewer.zone.day_of(app.clock.now());
    sales.sort_by_key(|sale| !sale.is_open());
    let choices = sales.iter().take(50).map(|sale| {
        let ordered = words::date(viewer.zone.day_of(sale.ordered), today);
        let promised = sale.promised_day.map(|day| words::date(day, today));
        let promised = promised.map_or(String::new(), |day| format!(", promised for {day}"));
        let order = if sale.order_ref.is_empty() { "An order" } else { &*sale.order_ref };
        (sale.id.to_string(), format!("{order} of {ordered}{promised}"))
    });
    let before = before.iter().take(20).map(|trace| {
        let since = words::date(viewer.zone.day_of(trace.opened), today);
        let stands = if trace.ended.is_some() { "Traced to its end" } else { "Being traced" };
        let order = if trace.order_ref.is_empty() { "an order" } else { &*trace.order_ref };
        (trace_path(trace.id), format!("{}: {order}, since {since}", trace.reference), stands)
    });
    let frame = Frame::of(viewer, uri, Nav::HandOffs, "Trace a delivery");
    let back = format!("/customers/{id}");
    let reply = reply(refusal.as_ref());
    reply.with(&NewPage {
        frame: frame.below(&name, &back),
        path: format!("{back}/traces"),
        back,
        choices: choices.collect(),
        before: before.collect(),
        name,
        typed,
        sale_error: beside(refusal.as_ref(), "sale"),
        words_error: beside(refusal.as_ref(), "words"),
        refusal,
    })
}
