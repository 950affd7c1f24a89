//! The job that sends a letter.

use std::sync::Arc;

use handfast_db::{Fault, Tx};
use handfast_kit::{NetworkId, TimeMs};
use handfast_queue::{Failed, Running, TRY_COUNT_MAX, Then};
use serde::Deserialize;

use crate::{
    Letter, LetterId, State,
    post::{Post, Unsent},
    rules, store,
};

/// How long a try may take before anybody else may try, in milliseconds.
const TRY_MS: i64 = TimeMs::MINUTE;
/// How long a letter waits to be looked at again while there is no mail server.
const WITHOUT_SERVER_MS: i64 = TimeMs::HOUR;

/// What a letter says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its subject, one line.
    pub subject: String,
    /// Its words, plain.
    pub text: String,
}

/// Words a letter in the transaction right before each try, or answers `None` when what it asks for
/// is over: then it is withdrawn.
pub type Writer =
    Arc<dyn Fn(&mut Tx<'_>, &Letter, TimeMs) -> Result<Option<Written>, Fault> + Send + Sync>;

/// Words every letter as it was asked for.
pub fn as_written() -> Writer {
    Arc::new(|_, letter, _| {
        Ok(Some(Written { subject: letter.subject.clone(), text: letter.text.clone() }))
    })
}

#[derive(Deserialize)]
struct Payload {
    network: NetworkId,
    letter: LetterId,
}

/// What the transaction before a try found.
enum Found {
    /// Sent, withdrawn, dead, or never there.
    Over,
    /// Somebody else may be sending it until then.
    Taken(TimeMs),
    Ready(Letter, Written),
}

/// Sends letters by `post`, worded by `writer`; without a post they wait.
pub fn handler(
    post: Option<Post>,
    writer: Writer,
) -> impl Fn(&Running<'_>) -> Result<Then, Failed> + Send + Sync {
    move |running| {
        let at: Payload = running.payload()?;
        let now = running.clock().now();
        let Some(post) = &post else { return Ok(Then::Again(now.plus(WITHOUT_SERVER_MS))) };
        let (network, id, writes) = (at.network, at.letter, Arc::clone(&writer));
        let found = running.db().write(move |tx| take(tx, network, id, &writes, now))?;
        match found {
            Found::Over => Ok(Then::Done),
            Found::Taken(until) => Ok(Then::Again(until)),
            Found::Ready(letter, written) => {
                let answer = post.send(id, &letter, &written, now);
                settle(running, &at, answer)
            }
        }
    }
}

fn take(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: LetterId,
    writer: &Writer,
    now: TimeMs,
) -> Result<Found, Fault> {
    let Some(waiting) = store::lock_waiting(tx, network, id)? else { return Ok(Found::Over) };
    if let Some(until) = waiting.sending_until.filter(|until| *until > now) {
        return Ok(Found::Taken(until));
    }
    let Some(written) = writer(tx, &waiting.letter, now)? else {
        store::end(tx, network, id, State::Withdrawn, now)?;
        return Ok(Found::Over);
    };
    store::claim(tx, network, id, now.plus(TRY_MS))?;
    Ok(Found::Ready(waiting.letter, written))
}

/// Writes down how the try ended. What the server said stays with the letter and is not logged: it
/// likes to quote addresses.
fn settle(running: &Running<'_>, at: &Payload, answer: Result<(), Unsent>) -> Result<Then, Failed> {
    let (network, id, now) = (at.network, at.letter, running.clock().now());
    let Err(unsent) = answer else {
        running.db().write(move |tx| store::end(tx, network, id, State::Sent, now))?;
        return Ok(Then::Done);
    };
    let is_last = unsent.is_for_good || running.try_count() >= TRY_COUNT_MAX;
    let said = rules::error(&unsent.said);
    running.db().write(move |tx| {
        store::fail(tx, network, id, &said)?;
        if is_last { store::bury(tx, network, id, now) } else { Ok(()) }
    })?;
    if is_last {
        // The letter itself is what stays and is looked at, so its job need not.
        return Ok(Then::Done);
    }
    Err(Failed::try_again(format!("letter {id}: {}", unsent.why)))
}
