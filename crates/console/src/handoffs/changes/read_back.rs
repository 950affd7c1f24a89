//! What an organisation's own system shows, typed on a page that does not show what it should be.

use askama::Template;
use axum::{extract::State, http::Uri, response::Response};
use handfast_handoffs::obligations;
use handfast_record::{
    ChangeId, ObligationId,
    sharing::{self, looks::Occasion},
    touches::Changed,
};
use handfast_web::{App, Failure, Frame, Nav, Path, Viewer, see_other};

use super::{acting::Typed, path};
use crate::forms::{Refusal, beside, reply};

#[derive(Template)]
#[template(path = "change_read_back.html")]
struct ReadBackPage {
    frame: Frame,
    path: String,
    obligation: ObligationId,
    /// What is to be looked up, within a sentence.
    what: &'static str,
    customer: String,
    reference: String,
    is_address: bool,
    typed: Typed,
    error: Option<String>,
    refusal: Option<Refusal>,
}

pub(super) async fn show(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<ChangeId>,
) -> Result<Response, Failure> {
    read_back_page(&app, &viewer, &uri, id, (Typed::default(), None)).await
}

/// The page, with what was typed and why it was refused. Whoever has nothing to read back comes to
/// the change.
pub(super) async fn read_back_page(
    app: &App,
    viewer: &Viewer,
    uri: &Uri,
    id: ChangeId,
    (typed, refusal): (Typed, Option<Refusal>),
) -> Result<Response, Failure> {
    let found = sharing::read(app, viewer, Occasion::of("customer"), move |cx, lens| {
        obligations::change(cx, lens, id)
    });
    let change = found.await?.ok_or(Failure::NotFound)?;
    let own = change
        .obligations
        .iter()
        .find(|duty| duty.organisation == viewer.organisation && duty.state.is_open());
    let Some(own) = own else { return Ok(see_other(&path(id))) };
    let frame = Frame::of(viewer, uri, Nav::HandOffs, "What your system shows");
    let name = change.customer_name.clone().unwrap_or_else(|| "this customer".to_owned());
    let field = if change.changed == Changed::Address { "street" } else { "line" };
    reply(refusal.as_ref()).with(&ReadBackPage {
        frame: frame.below("Hand-offs", "/hand-offs").below(change.reference.clone(), path(id)),
        path: path(id),
        obligation: own.id,
        what: change.changed.in_words(),
        customer: name,
        reference: change.reference.clone(),
        is_address: change.changed == Changed::Address,
        error: beside(refusal.as_ref(), field),
        typed,
        refusal,
    })
}
