//! How failures are told: as problem details to programs, as a page to people, as one line to htmx;
//! and to the log, once, when they are ours.

use askama::Template;
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use handfast_kit::Id;

use crate::{
    Bare, Failure, Frame, Nav, Problems,
    failure::{Problem, Told},
    frame,
    gate::Seen,
    redirects,
    routes::{Face, is_safe},
};

/// The failure behind an answer in plain text that axum or a layer made.
fn of_library(response: &Response) -> Option<Failure> {
    let kind = response.headers().get(header::CONTENT_TYPE);
    let is_plain = kind.is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    let is_empty_of_ours = !is_plain || response.headers().contains_key("x-problem");
    if is_empty_of_ours {
        return None;
    }
    Some(match response.status() {
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => {
            Failure::Unreadable("Compare the request with the description of the API.".to_owned())
        }
        StatusCode::NOT_FOUND => Failure::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => Failure::MethodNotAllowed,
        StatusCode::PAYLOAD_TOO_LARGE => Failure::TooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            Failure::UnsupportedMedia("Compare the Content-Type with the description of the API.")
        }
        status if status.is_server_error() && status != StatusCode::SERVICE_UNAVAILABLE => {
            Failure::Broken(format!("a layer answered {status} without a reason"))
        }
        _ => return None,
    })
}

/// A request, as far as the telling of its failure depends on it.
pub(crate) struct Asked {
    method: Method,
    uri: Uri,
    is_fragment: bool,
}

impl Asked {
    pub(crate) fn of(request: &Request) -> Self {
        Self {
            method: request.method().clone(),
            uri: request.uri().clone(),
            is_fragment: request.headers().contains_key("hx-request"),
        }
    }

    /// Writes a failure that a handler or a gate gave in the form of its face; leaves other answers
    /// as they are.
    pub(crate) fn told(&self, mut response: Response) -> Response {
        let told = response.extensions_mut().remove::<Told>();
        let unmade;
        let failure = match &told {
            Some(Told(failure)) => &**failure,
            None => match of_library(&response) {
                Some(failure) => {
                    unmade = failure;
                    &unmade
                }
                None => return response,
            },
        };
        let seen = response.extensions_mut().remove::<Seen>();
        let mut answer = self.answer(failure, seen);
        // What a layer has said besides (Allow, Cache-Control) still holds.
        for (name, value) in response.headers() {
            if ![header::CONTENT_TYPE, header::CONTENT_LENGTH].contains(name) {
                answer.headers_mut().entry(name).or_insert_with(|| value.clone());
            }
        }
        answer
    }

    fn answer(&self, failure: &Failure, seen: Option<Seen>) -> Response {
        let face = seen.as_ref().map_or_else(|| Face::of_path(self.uri.path()), |seen| seen.face);
        let said = Said::of(failure, &self.log(failure));
        let mut response = match face {
            Face::Api => problem_details(failure, &said),
            Face::Page if self.is_fragment => fragment(failure, &said),
            Face::Page if matches!(failure, Failure::NotSignedIn) => {
                let then = self.uri.path_and_query().filter(|_| is_safe(&self.method));
                redirects::see_other(&redirects::sign_in(then.map_or("/", |then| then.as_str())))
            }
            Face::Page => page(failure, said, seen, &self.uri),
        };
        if let Some(seconds) = failure.retry_after_s() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }

    /// Logs what whoever runs the server must hear of, and gives the number it was logged under.
    fn log(&self, failure: &Failure) -> String {
        let (method, path) = (&self.method, self.uri.path());
        if failure.is_ours() {
            // Eight digits are read out on the telephone without mistakes.
            let number = Id::<()>::random().uuid().as_u128() % 100_000_000;
            let id = format!("{:04}-{:04}", number / 10_000, number % 10_000);
            tracing::error!(fault.id = %id, %method, path, "a request failed: {failure}");
            return id;
        }
        if matches!(failure, Failure::Forbidden(_)) {
            tracing::info!(%method, path, "a request was refused: {failure}");
        }
        String::new()
    }
}

/// What is said of a failure, in every form.
struct Said {
    title: &'static str,
    detail: String,
    fields: Vec<Problem>,
    onward: &'static str,
    onward_label: &'static str,
}

impl Said {
    fn of(failure: &Failure, fault_id: &str) -> Self {
        let fields = match failure {
            Failure::Invalid(Problems { fields, .. }) => fields.clone(),
            _ => Vec::new(),
        };
        let detail = failure.detail(fault_id).into_owned();
        Self {
            title: failure.title(),
            detail,
            fields,
            onward: "/",
            onward_label: "Go to the start",
        }
    }
}

fn problem_details(failure: &Failure, said: &Said) -> Response {
    let status = failure.status();
    let mut problem = serde_json::json!({
        "type": format!("/problems/{}", failure.name()),
        "title": said.title,
        "status": status.as_u16(),
        "detail": said.detail,
    });
    if !said.fields.is_empty() {
        problem["errors"] = serde_json::json!(said.fields);
    }
    let kind = [(header::CONTENT_TYPE, "application/problem+json")];
    let mut response = (status, kind, problem.to_string()).into_response();
    if matches!(failure, Failure::NotSignedIn) {
        let scheme = HeaderValue::from_static("Bearer realm=\"Handfast\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
    }
    response
}

/// For htmx, which keeps the page as it is and shows the line (`scripts/swaps.js`).
fn fragment(failure: &Failure, said: &Said) -> Response {
    let mut headers = HeaderMap::new();
    let line =
        HeaderValue::try_from(said.detail.as_str()).ok().filter(|line| line.to_str().is_ok());
    headers.insert("x-problem", line.unwrap_or(HeaderValue::from_static(said.title)));
    (failure.status(), headers).into_response()
}

#[derive(Template)]
#[template(path = "error.html")]
struct InFrame {
    frame: Frame,
    said: Said,
}

#[derive(Template)]
#[template(path = "error_bare.html")]
struct InBare {
    bare: Bare,
    said: Said,
}

fn page(failure: &Failure, mut said: Said, seen: Option<Seen>, uri: &Uri) -> Response {
    let status = failure.status();
    // The heading has said it.
    if let Some(rest) = said.detail.strip_prefix(&format!("{}. ", said.title)) {
        said.detail = String::from(rest);
    }
    let page = match seen.and_then(|seen| seen.viewer) {
        Some(viewer) => {
            let frame = Frame::of(&viewer, uri, Nav::Elsewhere, said.title);
            frame::html_with(status, &InFrame { frame, said })
        }
        None => frame::html_with(status, &InBare { bare: Bare::titled(said.title), said }),
    };
    page.unwrap_or_else(|_| status.into_response())
}
