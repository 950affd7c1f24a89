//! What follows from the outcome of a call.

use handfast_kit::TimeMs;

use crate::Outcome;

const SECOND_MS: i64 = 1000;

/// How long after each failure the next try comes; after the last there is none.
const RETRY_AFTER_MS: [i64; 7] = [
    5 * SECOND_MS,
    5 * TimeMs::MINUTE,
    30 * TimeMs::MINUTE,
    2 * TimeMs::HOUR,
    5 * TimeMs::HOUR,
    10 * TimeMs::HOUR,
    10 * TimeMs::HOUR,
];
/// The longest wait that a receiver may ask for.
const WAIT_MAX_MS: i64 = 10 * TimeMs::HOUR;

/// What happens next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Next {
    /// It was taken.
    Delivered,
    /// Another try then.
    Again(TimeMs, String),
    /// Given up.
    Dead(String),
    /// The receiver wants no more at all.
    Off(String),
}

/// Judges the outcome of try number `tried`, from 1 on.
pub(crate) fn next(outcome: &Outcome, tried: i64, now: TimeMs) -> Next {
    let (words, asked_ms) = match outcome {
        Outcome::Answered { status: 200..300, .. } => return Next::Delivered,
        Outcome::Answered { status: 410, .. } => return Next::Off("it answered 410".to_owned()),
        Outcome::Answered { status, retry_after_s } => {
            let asked = retry_after_s.filter(|_| matches!(status, 429 | 503));
            let asked = asked.unwrap_or(0).clamp(0, WAIT_MAX_MS / SECOND_MS);
            (format!("it answered {status}"), asked * SECOND_MS)
        }
        Outcome::Failed(words) => ((*words).to_owned(), 0),
        Outcome::Refused(refused) => (refused.to_string(), 0),
    };
    let wait = usize::try_from(tried - 1).ok().and_then(|past| RETRY_AFTER_MS.get(past));
    match wait {
        Some(wait) => Next::Again(now.plus(asked_ms.max(*wait)), words),
        None => Next::Dead(words),
    }
}
