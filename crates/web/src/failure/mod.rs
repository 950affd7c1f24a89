//! Why a request was not answered as asked, in a form that a person or a program can act on.

mod words;

use std::{borrow::Cow, sync::Arc};

use axum::response::{IntoResponse, Response};
use handfast_db::{Fault, Kind};

/// Why a request was refused or could not be carried out.
///
/// Handlers return it; the router writes it as problem details (RFC 9457) on API routes and as a
/// page on the others, and logs faults once. What is invisible and what is missing are both
/// [`Failure::NotFound`], with one text.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// There is no such thing, or this viewer may not know of it.
    #[error("there is nothing here")]
    NotFound,
    /// Nobody is signed in.
    #[error("nobody is signed in")]
    NotSignedIn,
    /// The viewer may not do this. The sentence names who may.
    #[error("not allowed: {0}")]
    Forbidden(Cow<'static, str>),
    /// The request cannot be read; the sentence says what is wrong with it.
    #[error("not readable: {0}")]
    Unreadable(String),
    /// The request can be read, but some of its fields cannot be taken.
    #[error("not valid: {}", .0.detail)]
    Invalid(Problems),
    /// What is asked does not fit the present state; the sentence says why.
    #[error("conflict: {0}")]
    Conflict(String),
    /// The thing was changed by somebody else since it was read (`If-Match`).
    #[error("changed since it was read")]
    PreconditionFailed,
    /// The same `Idempotency-Key` came with another request before.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// This address knows the method not.
    #[error("the method is not allowed here")]
    MethodNotAllowed,
    /// The body is of a kind that is not taken here; the sentence says which is.
    #[error("the kind of body is not taken: {0}")]
    UnsupportedMedia(&'static str),
    /// Too many requests in a short time.
    #[error("too many requests")]
    RateLimited {
        /// When to try again, in seconds.
        retry_after_s: u32,
    },
    /// The body is larger than this route takes.
    #[error("the body is too large")]
    TooLarge,
    /// The server has more work than it can do now; nothing was begun.
    #[error("too busy")]
    Busy,
    /// Who looks is written down before anything is shown, and that could not be done.
    #[error("a look could not be written down")]
    NotWrittenDown,
    /// Reading took longer than a request may take.
    #[error("took too long")]
    TookTooLong,
    /// There is no room left to store anything.
    #[error("the disk is full")]
    Full,
    /// The change may or may not have been stored.
    #[error("the outcome is unknown")]
    UnknownOutcome,
    /// The database failed in a way nobody here can answer.
    #[error("{0:?}")]
    Fault(Fault),
    /// Our own mistake; the text is for the log only.
    #[error("{0}")]
    Broken(String),
}

impl Failure {
    /// One field that cannot be taken.
    pub fn field(
        field: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::Invalid(Problems::default().and(field, detail))
    }

    /// Whether somebody who runs the server must hear of it.
    pub(crate) const fn is_ours(&self) -> bool {
        matches!(self, Self::Fault(_) | Self::Broken(_) | Self::UnknownOutcome | Self::Full)
    }

    /// After how many seconds trying again makes sense.
    pub(crate) const fn retry_after_s(&self) -> Option<u32> {
        match self {
            Self::RateLimited { retry_after_s } => Some(*retry_after_s),
            Self::Busy | Self::NotWrittenDown | Self::TookTooLong => Some(5),
            _ => None,
        }
    }
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        Self::Invalid(problems)
    }
}

/// Fields that cannot be taken, each with a sentence that says why and what would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems {
    /// What this means as a whole.
    pub detail: Cow<'static, str>,
    /// The fields, in the order of the form.
    pub fields: Vec<Problem>,
}

/// One field that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    /// The field's name; dots lead into a body's parts: `address.lines[0]`.
    pub field: Cow<'static, str>,
    /// Why, and what would be taken.
    pub detail: Cow<'static, str>,
}

impl Default for Problems {
    fn default() -> Self {
        Self {
            detail: "Nothing was saved. The fields named below need changing.".into(),
            fields: Vec::new(),
        }
    }
}

impl Problems {
    /// These and one more.
    #[must_use]
    pub fn and(
        mut self,
        field: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.add(field, detail);
        self
    }

    /// Adds one.
    pub fn add(
        &mut self,
        field: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) {
        self.fields.push(Problem { field: field.into(), detail: detail.into() });
    }

    /// Fails if there is any.
    pub fn check(self) -> Result<(), Failure> {
        if self.fields.is_empty() { Ok(()) } else { Err(Failure::Invalid(self)) }
    }

    /// What is said about `field`, if anything.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.fields.iter().find(|problem| problem.field == field).map(|problem| &*problem.detail)
    }
}

/// Rides with an answer until the router writes it in the face's form.
#[derive(Clone)]
pub(crate) struct Told(pub(crate) Arc<Failure>);

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Told(Arc::new(self)));
        response
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        match fault.kind() {
            Kind::Busy | Kind::Serialization => Self::Busy,
            Kind::DiskFull => Self::Full,
            Kind::UnknownOutcome => Self::UnknownOutcome,
            Kind::Unique { .. } | Kind::ForeignKey | Kind::Other => Self::Fault(fault),
        }
    }
}
