//! The pages behind the `type` of problem details: what a name means, for whoever follows the link.

use askama::Template;
use axum::{extract::Path, http::Method, response::Response};

use crate::{Access, Bare, Failure, Problems, Route, frame, page};

/// Every kind of failure, one of each.
pub(crate) fn each() -> [Failure; 18] {
    [
        Failure::NotFound,
        Failure::NotSignedIn,
        Failure::Forbidden("The sentence names who may do it.".into()),
        Failure::Unreadable("The sentence says what is wrong with the request.".to_owned()),
        Failure::Invalid(Problems::default()),
        Failure::Conflict("The sentence says why.".to_owned()),
        Failure::PreconditionFailed,
        Failure::KeyReused,
        Failure::MethodNotAllowed,
        Failure::UnsupportedMedia("The sentence says what is taken."),
        Failure::RateLimited { retry_after_s: 60 },
        Failure::TooLarge,
        Failure::Busy,
        Failure::NotWrittenDown,
        Failure::TookTooLong,
        Failure::Full,
        Failure::UnknownOutcome,
        Failure::Broken(String::new()),
    ]
}

/// One kind of problem, for the page that lists them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kind {
    /// Its type: `/problems/not-found`.
    pub uri: String,
    /// The HTTP status it comes with.
    pub status: u16,
    /// What happened, in a few words.
    pub title: &'static str,
    /// What was kept and what to do.
    pub detail: String,
}

/// Every kind of problem that an answer of the API may be.
pub fn kinds() -> Vec<Kind> {
    each()
        .iter()
        .map(|failure| Kind {
            uri: format!("/problems/{}", failure.name()),
            status: failure.status().as_u16(),
            title: failure.title(),
            detail: failure.detail("1234-5678").into_owned(),
        })
        .collect()
}

pub(crate) fn route() -> Route {
    page(Method::GET, "/problems/{name}", Access::Public, show).anonymous()
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    bare: Bare,
    kind: Kind,
}

async fn show(Path(name): Path<String>) -> Result<Response, Failure> {
    let uri = format!("/problems/{name}");
    let kind = kinds().into_iter().find(|kind| kind.uri == uri).ok_or(Failure::NotFound)?;
    frame::html(&ProblemPage { bare: Bare::titled(kind.title), kind })
}
