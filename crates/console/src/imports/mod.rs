//! Files that are brought in: uploaded, mapped, watched, and what was left out of them.

mod arrival;
mod list;
mod mapping;
mod one;
mod run;
mod words;

use axum::http::Method;
use handfast_intake::Uploads;
use handfast_web::{Access, Route, page};

/// How much larger than its file a form may be.
const FORM_BYTES: usize = 1 << 20;

/// The pages of imports; files wait in `uploads` for a worker.
pub(crate) fn routes(uploads: &Uploads) -> Vec<Route> {
    use Access::{Member, Worker};
    let bytes_max = usize::try_from(uploads.upload_bytes_max).unwrap_or(usize::MAX);
    let (arriving, looking) = (uploads.clone(), uploads.clone());
    let (mapping, cancelling) = (uploads.clone(), uploads.clone());
    let receive =
        move |app, viewer, upload| arrival::receive(arriving.clone(), app, viewer, upload);
    let show =
        move |app, viewer, uri, id, query| one::show(looking.clone(), app, viewer, uri, id, query);
    let decide =
        move |app, viewer, uri, id, form| one::decide(mapping.clone(), app, viewer, uri, id, form);
    let cancel = move |app, viewer, id| one::cancel(cancelling.clone(), app, viewer, id);
    vec![
        page(Method::GET, "/imports", Member, list::show),
        page(Method::POST, "/imports", Worker, receive)
            .upload(bytes_max.saturating_add(FORM_BYTES)),
        page(Method::GET, "/imports/{id}", Member, show),
        page(Method::POST, "/imports/{id}", Worker, decide),
        page(Method::POST, "/imports/{id}/cancellation", Worker, cancel),
        page(Method::GET, "/imports/{id}/rejects.csv", Member, one::rejects).takes_its_time(),
    ]
}
