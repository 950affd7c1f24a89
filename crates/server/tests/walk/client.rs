//! Asking the server in its own process, and what it answers.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, header},
};
use handfast_db::Db;
use handfast_kit::Clock;
use handfast_record::people;
use handfast_server::serve;
use handfast_web::{App, Secret, Settings};
use handfast_webhooks::{Calling, Policy, Vault};
use tokio::runtime::Runtime;
use tower::ServiceExt;

/// Answers longer than this are none of ours.
const ANSWER_BYTES_MAX: usize = 32 << 20;

/// The server as a function, with a thread of its own to wait on.
pub(crate) struct Client {
    router: Router,
    runtime: Runtime,
}

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

/// One answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// Everything of the server's HTTP face over `db`, without limits per minute: tests ask much while
/// their clock stands still.
pub(crate) fn app(db: &Db, clock: &Clock) -> App {
    let settings = Settings {
        token_requests_per_min: u32::MAX,
        stranger_requests_per_min: u32::MAX,
        ..Settings::default()
    };
    App::new(db.clone(), clock.clone(), settings, people::authenticate)
}

/// What the server calls webhooks with: nothing goes out in these tests.
pub(crate) fn calling() -> Calling {
    Calling { policy: Policy::default(), vault: Vault::new(&[7; 32]) }
}

impl Client {
    /// A client of a server over `db` with its files in `data`.
    pub(crate) fn new(db: &Db, clock: &Clock, data: &std::path::Path) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        Self { router: serve::router(app(db, clock), data, calling()), runtime }
    }

    /// The same client of another server.
    pub(crate) fn moved(self, db: &Db, clock: &Clock, data: &std::path::Path) -> Self {
        Self { router: serve::router(app(db, clock), data, calling()), ..self }
    }

    pub(crate) fn send(&self, ask: &Ask) -> Answer {
        self.runtime.block_on(answer(self.router.clone(), ask.clone()))
    }

    /// Sends all at once.
    pub(crate) fn send_together(&self, asks: Vec<Ask>) -> Vec<Answer> {
        self.runtime.block_on(async {
            let send = |ask| tokio::spawn(answer(self.router.clone(), ask));
            let sent: Vec<_> = asks.into_iter().map(send).collect();
            let mut answers = Vec::new();
            for one in sent {
                answers.push(one.await.unwrap());
            }
            answers
        })
    }
}

async fn answer(router: Router, ask: Ask) -> Answer {
    let mut request = Request::builder().method(ask.method).uri(&ask.path);
    for (name, value) in &ask.headers {
        request = request.header(*name, value);
    }
    let request = request.body(Body::from(ask.body)).unwrap();
    let response = router.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, ANSWER_BYTES_MAX).await.unwrap().to_vec();
    Answer { status: parts.status.as_u16(), headers: parts.headers, body }
}

impl Ask {
    pub(crate) fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), headers: Vec::new(), body: Vec::new() }
    }

    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path)
    }

    /// With a header.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// With a body of a kind.
    pub(crate) fn body(self, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..self.with("content-type", kind) }
    }

    /// With a body of JSON.
    pub(crate) fn json(self, body: &serde_json::Value) -> Self {
        self.body("application/json", body.to_string())
    }

    /// In a browser that is signed in by this session, from one of our own pages.
    pub(crate) fn signed_in(self, session: &Secret) -> Self {
        let csrf = session.hash().csrf();
        self.with_cookie(session).with("x-csrf-token", csrf)
    }

    /// In a browser that is signed in by this session, from wherever.
    pub(crate) fn with_cookie(self, session: &Secret) -> Self {
        self.with("cookie", format!("sid={}", session.text()))
    }

    /// By a program with this token.
    pub(crate) fn with_token(self, token: &Secret) -> Self {
        self.with("authorization", format!("Bearer {}", token.token_text()))
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {} {}", self.status, self.text()))
    }

    /// Where a redirect leads to.
    pub(crate) fn location(&self) -> &str {
        self.header(header::LOCATION.as_str())
    }

    /// Whether it sends whoever asked to sign in.
    pub(crate) fn asks_to_sign_in(&self) -> bool {
        let to = self.location();
        self.status == 401
            || (self.status == 303 && (to == "/sign-in" || to.starts_with("/sign-in?then=")))
    }

    /// Whether what was asked was done: a form that was taken leads somewhere else.
    pub(crate) fn is_done(&self) -> bool {
        (200..400).contains(&self.status) && !self.asks_to_sign_in()
    }

    /// All that somebody could tell one answer from another by, without what is new each time (the
    /// masked token of forms) and with `said`, which whoever asked has said, as a blank.
    pub(crate) fn trace(&self, said: &[String]) -> String {
        let mut text = format!("{}\n", self.status);
        for (name, value) in &self.headers {
            // The length is the body's, which is compared itself.
            if !matches!(name.as_str(), "date" | "x-request-id" | "content-length") {
                let value = String::from_utf8_lossy(value.as_bytes());
                text.extend([name.as_str(), ": ", &value, "\n"]);
            }
        }
        text.push_str(&without_new_ids(&without_tokens(&self.text())));
        for one in said.iter().filter(|one| !one.is_empty()) {
            text = text.replace(one.as_str(), "-");
        }
        text
    }
}

/// The text with the new id of each form that counts once as a blank.
fn without_new_ids(text: &str) -> String {
    const FIELD: &str = "name=\"once\" value=\"";
    let mut parts = text.split(FIELD);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |plain, part| {
        let rest = part.split_once('"').map_or(part, |(_, rest)| rest);
        format!("{plain}{FIELD}-\"{rest}")
    })
}

/// The text with every masked token of a form as a blank.
fn without_tokens(text: &str) -> String {
    const TOKEN_LEN: usize = 86;
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let mut plain = String::with_capacity(text.len());
    let mut run = String::new();
    for c in text.chars().chain(['\0']) {
        if is_letter(c) {
            run.push(c);
            continue;
        }
        plain.push_str(if run.len() == TOKEN_LEN { "-" } else { &run });
        run.clear();
        if c != '\0' {
            plain.push(c);
        }
    }
    plain
}
