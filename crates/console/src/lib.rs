//! The pages of the brand and its partners: what a person reads and does in a browser.
//!
//! Each part has its handlers here and its templates in `pages/`. A handler reads what its page
//! shows in one go, `words` and `charts` turn it into text and shapes, and a template writes
//! one ready struct. Every page works without scripts; htmx swaps parts of the same pages.

mod account;
mod api_page;
mod charts;
mod customer;
mod customers;
mod entry;
mod forms;
mod guests;
mod handoffs;
mod imports;
mod links;
mod matching;
mod partners;
mod people;
mod reasons;
mod requests;
#[cfg(test)]
mod tests;
mod tokens;
mod words;

use handfast_db::{Cx, Fault};
use handfast_handoffs::boards;
use handfast_intake::Uploads;
use handfast_kit::TimeMs;
use handfast_web::{Credential, Route, Via, Viewer};

/// Every page of the console, each with its access class; files that come in wait in `uploads`.
pub fn routes(uploads: &Uploads) -> Vec<Route> {
    [
        entry::routes(),
        account::routes(),
        customers::routes(),
        customer::routes(),
        partners::routes(),
        guests::routes(),
        links::routes(),
        requests::routes(),
        handoffs::routes(),
        matching::routes(),
        imports::routes(uploads),
        people::routes(),
        tokens::routes(),
        api_page::routes(uploads),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Who holds a credential; for a session also how much waits for their organisation, which the
/// navigation of every page says.
pub fn authenticate(
    cx: &mut Cx<'_>,
    credential: &Credential,
    now: TimeMs,
) -> Result<Option<Viewer>, Fault> {
    let viewer = handfast_record::people::authenticate(cx, credential, now)?;
    viewer.map(|viewer| counting(cx, viewer)).transpose()
}

fn counting(cx: &mut Cx<'_>, mut viewer: Viewer) -> Result<Viewer, Fault> {
    if let Via::Session { waiting, .. } = &mut viewer.via {
        *waiting = boards::waiting(cx, viewer.network, viewer.organisation)?;
    }
    Ok(viewer)
}
