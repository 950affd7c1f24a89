//! What is said of each failure: its status, its name, its title and its sentences.

use std::borrow::Cow;

use axum::http::StatusCode;

use super::Failure;

impl Failure {
    /// The HTTP status that says it.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::NotSignedIn => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::Unreadable(_) => StatusCode::BAD_REQUEST,
            Self::Invalid(_) | Self::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::UnsupportedMedia(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::RateLimited { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Busy | Self::NotWrittenDown | Self::TookTooLong => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Full => StatusCode::INSUFFICIENT_STORAGE,
            Self::UnknownOutcome | Self::Fault(_) | Self::Broken(_) => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        }
    }

    /// The last part of its problem type, `/problems/<name>`. Never changed once published.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::NotSignedIn => "not-signed-in",
            Self::Forbidden(_) => "forbidden",
            Self::Unreadable(_) => "unreadable",
            Self::Invalid(_) => "invalid",
            Self::Conflict(_) => "conflict",
            Self::PreconditionFailed => "changed-meanwhile",
            Self::KeyReused => "idempotency-key-reused",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::UnsupportedMedia(_) => "unsupported-media-type",
            Self::RateLimited { .. } => "too-many-requests",
            Self::TooLarge => "too-large",
            Self::Busy => "busy",
            Self::NotWrittenDown => "look-not-written-down",
            Self::TookTooLong => "took-too-long",
            Self::Full => "storage-full",
            Self::UnknownOutcome => "unknown-outcome",
            Self::Fault(_) | Self::Broken(_) => "fault",
        }
    }

    /// What happened, in a few words; the same for every failure of one name.
    pub const fn title(&self) -> &'static str {
        match self {
            Self::NotFound => "There is nothing here",
            Self::NotSignedIn => "Please sign in",
            Self::Forbidden(_) => "You may not do this",
            Self::Unreadable(_) => "The request could not be read",
            Self::Invalid(_) => "Some things need changing",
            Self::Conflict(_) => "This does not fit what is stored",
            Self::PreconditionFailed => "Somebody changed this meanwhile",
            Self::KeyReused => "The key was used for another request",
            Self::MethodNotAllowed => "This cannot be done here",
            Self::UnsupportedMedia(_) => "This kind of content is not taken here",
            Self::RateLimited { .. } => "Too many requests",
            Self::TooLarge => "This is too large",
            Self::Busy => "Too busy at the moment",
            Self::NotWrittenDown => "Nothing was shown",
            Self::TookTooLong => "This took too long",
            Self::Full => "There is no room left",
            Self::UnknownOutcome => "It is not known whether this was saved",
            Self::Fault(_) | Self::Broken(_) => "Something went wrong on our side",
        }
    }

    /// What happened, what was kept, what to do. `fault_id` is the number a fault was logged under.
    pub(crate) fn detail(&self, fault_id: &str) -> Cow<'static, str> {
        let unchanged = |and: &str| Cow::Owned(format!("Nothing was changed. {and}"));
        match self {
            Self::Invalid(problems) => problems.detail.clone(),
            Self::Forbidden(what) => unchanged(what),
            Self::Unreadable(what) | Self::Conflict(what) => unchanged(what),
            Self::UnsupportedMedia(what) => unchanged(what),
            Self::RateLimited { retry_after_s } => {
                unchanged(&format!("Try again in {retry_after_s} seconds."))
            }
            Self::Fault(_) | Self::Broken(_) => Cow::Owned(format!("{OURS} {fault_id}")),
            other => Cow::Borrowed(other.fixed()),
        }
    }

    /// The sentences of a failure that says the same each time.
    const fn fixed(&self) -> &'static str {
        match self {
            Self::NotFound => {
                "It may have been moved or removed, or you may not see it. Check the address, or \
                 start from the list."
            }
            Self::NotSignedIn => {
                "Nothing was changed. Sign in, or send an API token as \
                 \"Authorization: Bearer hft_...\", and try again."
            }
            Self::PreconditionFailed => {
                "Your change was not saved. Read the thing again, and apply your change to what it \
                 says now."
            }
            Self::KeyReused => {
                "Nothing was changed. This Idempotency-Key came with another request before; send \
                 a new key with a new request."
            }
            Self::MethodNotAllowed => {
                "Nothing was changed. The Allow header lists what can be done at this address."
            }
            Self::TooLarge => "Nothing was changed. Send less at once, or send it as an import.",
            Self::Busy => "Nothing was changed. Try again in a few seconds.",
            Self::NotWrittenDown => {
                "Who looks is written down before anything is shown. That failed, and nothing was \
                 shown or changed. Try again in a few seconds; if it stays, tell whoever runs \
                 Handfast."
            }
            Self::TookTooLong => {
                "Nothing was changed. Ask for less at once, or try again in a minute."
            }
            Self::Full => {
                "Nothing was changed. Reading still works. Whoever runs Handfast must make room on \
                 the disk."
            }
            Self::UnknownOutcome => {
                "The answer of the database did not come while your change was being saved. Look \
                 whether it is there before you try again; a program sends the same request with \
                 the same Idempotency-Key, which never counts twice."
            }
            _ => OURS,
        }
    }
}

const OURS: &str = "Something went wrong on our side. Nothing was changed. Try again, and if it \
                    stays, give this number to whoever runs Handfast:";
