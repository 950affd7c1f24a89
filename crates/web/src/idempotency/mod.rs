//! Writes of the API that count once, however often they are sent.
//!
//! A program that does not know whether its request arrived sends it again with the same
//! `Idempotency-Key`. The row that remembers the answer is written in the transaction of the
//! effect, so either both are there or neither; what failed leaves no trace and may be tried again.

mod store;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    body::Body,
    extract::{FromRequestParts, Request},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use futures_util::StreamExt;
use handfast_db::{Fault, Tx};
use handfast_kit::TimeMs;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{App, Failure, Viewer, routes::is_safe};

const KEY_LEN_MAX: usize = 255;
/// How long an answer is kept.
const KEEP_MS: i64 = 7 * TimeMs::DAY;

/// The answer to a write: what the program gets now, and again for the same key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    status: StatusCode,
    /// JSON, or nothing.
    body: String,
    location: String,
    is_replay: bool,
}

impl Answer {
    /// `200 OK` with `body` as JSON.
    pub fn ok(body: &impl Serialize) -> Self {
        Self::with(StatusCode::OK, body)
    }

    /// `201 Created`: `body` as JSON, and where it is from now on.
    pub fn created(location: impl Into<String>, body: &impl Serialize) -> Self {
        Self { location: location.into(), ..Self::with(StatusCode::CREATED, body) }
    }

    /// `202 Accepted`: the work goes on, and `location` tells how far it is.
    pub fn accepted(location: impl Into<String>, body: &impl Serialize) -> Self {
        Self { location: location.into(), ..Self::with(StatusCode::ACCEPTED, body) }
    }

    /// `204 No Content`.
    pub fn nothing() -> Self {
        let (body, location) = (String::new(), String::new());
        Self { status: StatusCode::NO_CONTENT, body, location, is_replay: false }
    }

    /// Another status with `body` as JSON: a refusal that is itself stored.
    pub fn with(status: StatusCode, body: &impl Serialize) -> Self {
        let body = serde_json::to_string(body)
            .expect("answers are structs with text keys, which are always JSON");
        Self { status, body, location: String::new(), is_replay: false }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.body.clone()).into_response();
        let headers = response.headers_mut();
        if self.body.is_empty() {
            headers.remove(header::CONTENT_TYPE);
        } else {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
        }
        if !self.location.is_empty()
            && let Ok(location) = HeaderValue::try_from(self.location)
        {
            headers.insert(header::LOCATION, location);
        }
        if self.is_replay {
            headers.insert("idempotency-replayed", HeaderValue::from_static("true"));
        }
        response
    }
}

const CONTENT_TYPE: &str = "application/json";

/// The `Idempotency-Key` of a request, if it has one, and what it stands for. For
/// [`App::write_once`].
#[derive(Debug, Clone)]
pub struct Once(Option<Keyed>);

#[derive(Debug, Clone)]
struct Keyed {
    key: String,
    /// Method, path and, as it is read, the body.
    request: Arc<Mutex<Sha256>>,
}

impl<S: Sync> FromRequestParts<S> for Once {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        Ok(Self(parts.extensions.get::<Keyed>().cloned()))
    }
}

/// Hashes what goes through to the handler, if the request has a key. The handler may read the body
/// as it likes: by the time it writes, it has read it.
pub(crate) fn watch(request: Request) -> Result<Request, Failure> {
    if is_safe(request.method()) {
        return Ok(request);
    }
    let Some(key) = request.headers().get("idempotency-key") else { return Ok(request) };
    let key = key.to_str().ok().filter(|key| !key.is_empty() && key.len() <= KEY_LEN_MAX);
    let key = key.map(str::to_owned).ok_or_else(|| {
        let text = format!("An Idempotency-Key is 1 to {KEY_LEN_MAX} printable ASCII characters.");
        Failure::Unreadable(text)
    })?;
    let mut hash = Sha256::new();
    let path = request.uri().path_and_query().map_or("", |path| path.as_str());
    hash.update(format!("{} {path}\n", request.method()));
    let hash = Arc::new(Mutex::new(hash));
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(Keyed { key, request: Arc::clone(&hash) });
    let body = body.into_data_stream().map(move |chunk| {
        if let Ok(chunk) = &chunk {
            hash.lock().unwrap_or_else(PoisonError::into_inner).update(chunk);
        }
        chunk
    });
    Ok(Request::from_parts(parts, Body::from_stream(body)))
}

/// What a call answers that makes a secret.
pub struct Secretive {
    /// What is kept for the same `Idempotency-Key`: without the secret, of which nothing but the
    /// hash is ever stored.
    pub kept: Answer,
    /// What whoever asks gets now.
    pub given: Answer,
}

impl App {
    /// Writes once, as [`App::write_once`] does, and gives the secret to the first who asks only.
    pub async fn write_secretive_once<E>(
        &self,
        viewer: &Viewer,
        once: Once,
        mut f: impl FnMut(&mut Tx<'_>) -> Result<Secretive, E> + Send + 'static,
    ) -> Result<Answer, Failure>
    where
        E: From<Fault> + Into<Failure> + Send + 'static,
    {
        let made: Arc<Mutex<Option<Secretive>>> = Arc::default();
        let making = Arc::clone(&made);
        let answer = self
            .write_once(viewer, once, move |tx| -> Result<Answer, E> {
                let secretive = f(tx)?;
                let kept = secretive.kept.clone();
                *making.lock().unwrap_or_else(PoisonError::into_inner) = Some(secretive);
                Ok(kept)
            })
            .await?;
        let made = made.lock().unwrap_or_else(PoisonError::into_inner).take();
        // A run that did not count may have left what it made: only what was kept now is given.
        Ok(match made {
            Some(secretive) if secretive.kept == answer => secretive.given,
            _ => answer,
        })
    }

    /// Writes as [`App::write`] does, but at most once for each `Idempotency-Key`: the same request
    /// gets the answer of the first, another request under the same key is refused. Two at the same
    /// time have one effect. What fails is not remembered.
    pub async fn write_once<E>(
        &self,
        viewer: &Viewer,
        once: Once,
        mut f: impl FnMut(&mut Tx<'_>) -> Result<Answer, E> + Send + 'static,
    ) -> Result<Answer, Failure>
    where
        E: From<Fault> + Into<Failure> + Send + 'static,
    {
        let Once(Some(keyed)) = once else { return self.write(f).await };
        let (viewer, now) = (viewer.clone(), self.clock.now());
        let place = store::Place {
            network: viewer.network,
            organisation: viewer.organisation,
            key: keyed.key,
        };
        let mut hash = keyed.request.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // Nobody gets the answer to a colleague's request: another person, another request.
        hash.update(viewer.person.uuid().as_bytes());
        let request_hash: [u8; 32] = hash.finalize().into();
        self.write(move |tx| {
            // The key is taken before the effect, so that on PostgreSQL the second of two at the
            // same time waits here for the first.
            if store::take(tx, &place, &request_hash, now)? {
                let answer = f(tx).map_err(Refused::Domain)?;
                store::keep(tx, &place, &answer)?;
                return Ok(answer);
            }
            match store::find(tx, &place)? {
                Some(stored) if stored.request_hash == request_hash => Ok(stored.answer),
                Some(_) => Err(Refused::KeyReused),
                None => Err(Refused::Fault(Fault::other("a taken idempotency key has no row"))),
            }
        })
        .await
    }
}

/// Why [`App::write_once`] did not write.
enum Refused<E> {
    Domain(E),
    KeyReused,
    Fault(Fault),
}

impl<E> From<Fault> for Refused<E> {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl<E: Into<Failure>> From<Refused<E>> for Failure {
    fn from(refused: Refused<E>) -> Self {
        match refused {
            Refused::Domain(error) => error.into(),
            Refused::KeyReused => Self::KeyReused,
            Refused::Fault(fault) => fault.into(),
        }
    }
}

/// Forgets answers that are older than seven days; gives how many. For a job.
pub fn forget_old_answers(tx: &mut Tx<'_>, now: TimeMs) -> Result<u64, Fault> {
    store::forget(tx, now.plus(-KEEP_MS))
}
