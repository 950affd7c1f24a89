//! Letters: asked for inside a transaction, sent after it has committed.
//!
//! A letter is a row, written in the transaction of whatever it tells of, and a job that sends it
//! by SMTP. If the transaction does not commit, there was no letter. A server that does not answer
//! is asked again, later and later; a letter that it refuses, or that was tried for three hours, is
//! dead and stays, with what the server said, until somebody sends it again. A process that is
//! killed between the server's yes and ours sends it twice, under the same Message-ID, by which
//! mail programs know it for one.
//!
//! Before each try the letter is worded anew (see [`Writer`]): what was withdrawn meanwhile is not
//! sent, and what a recipient may no longer see is not in it. Once it is sent or withdrawn, nothing
//! of its words and recipient is kept.
//!
//! Where no mail server is set, letters wait, and go when there is one.

mod post;
mod rules;
mod send;
mod store;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;

use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{Id, NetworkId, OrganisationId, TimeMs};
use handfast_queue::{Job, push};
use serde_json::json;

pub use post::{Post, Security, Server, Wrong};
pub use send::{Writer, Written, as_written, handler};

/// Marks the id of a letter.
#[derive(Debug, Clone, Copy)]
pub enum LetterMark {}

/// Which letter.
pub type LetterId = Id<LetterMark>;

/// What letters of one thread are about: a hand-off, an obligation.
pub type ThreadId = Id<()>;

/// The kind of job that sends a letter.
pub const JOB_KIND: &str = "mail";

/// How long the state of a letter is kept after its end, in milliseconds: 30 days. Of a dead one
/// also its words.
pub const KEPT_MS: i64 = 30 * TimeMs::DAY;

/// A letter to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// In which network.
    pub network: NetworkId,
    /// Whom it is for.
    pub organisation: OrganisationId,
    /// What it is about.
    pub thread: ThreadId,
    /// Which [`Writer`] words it, in one word.
    pub kind: String,
    /// The mail address it goes to, at most 254 bytes.
    pub to: String,
    /// Its subject, one line; empty when it is worded only as it is sent.
    pub subject: String,
    /// Its words, plain, at most 64 KiB; empty when it is worded only as it is sent.
    pub text: String,
}

/// Why a letter was not taken.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address is none that mail can be sent to.
    #[error("{0:?} is not a mail address")]
    NoAddress(String),
    /// There is more of it than anybody reads.
    #[error("a letter has at most 64 KiB")]
    TooLong,
    /// The rest.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// How far a letter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Not sent yet.
    Waiting,
    /// The mail server has taken it.
    Sent,
    /// Not sent, and will not be: what it asks for is over.
    Withdrawn,
    /// Given up.
    Dead,
}

/// A letter, as whoever asked for it may know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Which letter.
    pub id: LetterId,
    /// Whom it is for.
    pub organisation: OrganisationId,
    /// How far it is.
    pub state: State,
    /// How often it was tried.
    pub try_count: i64,
    /// What the mail server, or the way to it, said last.
    pub last_error: String,
    /// When it was asked for.
    pub created: TimeMs,
    /// When it was sent, withdrawn or given up.
    pub ended: Option<TimeMs>,
}

/// Asks for a letter, in the caller's transaction. It is sent after that has committed.
pub fn send(tx: &mut Tx<'_>, now: TimeMs, letter: &Letter) -> Result<LetterId, Error> {
    if !post::is_address(&letter.to) {
        return Err(Error::NoAddress(letter.to.clone()));
    }
    if letter.subject.len() + letter.text.len() > rules::LETTER_BYTES_MAX {
        return Err(Error::TooLong);
    }
    let id = LetterId::at(now);
    store::insert(tx, id, letter, now)?;
    ask(tx, letter.network, id, now)?;
    Ok(id)
}

/// As [`send`] of many letters at once. One whose address is none that mail can be sent to, or that
/// is too long, is left out. Answers how many were taken.
pub fn send_all(tx: &mut Tx<'_>, now: TimeMs, letters: &[Letter]) -> Result<usize, Fault> {
    let is_good = |letter: &&Letter| {
        post::is_address(&letter.to)
            && letter.subject.len() + letter.text.len() <= rules::LETTER_BYTES_MAX
    };
    let good: Vec<_> =
        letters.iter().filter(is_good).map(|letter| (LetterId::at(now), letter)).collect();
    store::insert_all(tx, &good, now)?;
    let payload =
        |(id, letter): &(LetterId, &Letter)| json!({ "network": letter.network, "letter": id });
    let payloads: Vec<_> = good.iter().map(payload).collect();
    handfast_queue::push_all(tx, JOB_KIND, &payloads, now)?;
    Ok(good.len())
}

/// Takes back what was not sent yet of a thread: what it asks for is over. Answers how many.
pub fn withdraw(
    tx: &mut Tx<'_>,
    network: NetworkId,
    thread: ThreadId,
    now: TimeMs,
) -> Result<u64, Fault> {
    store::withdraw(tx, network, thread, now)
}

/// The letters of a thread, the oldest first, at most 200.
pub fn of_thread(
    cx: &mut Cx<'_>,
    network: NetworkId,
    thread: ThreadId,
) -> Result<Vec<Standing>, Fault> {
    store::of_thread(cx, network, thread)
}

/// The dead letters of a network, the oldest first, at most 200.
pub fn dead(cx: &mut Cx<'_>, network: NetworkId) -> Result<Vec<Standing>, Fault> {
    store::in_state(cx, network, State::Dead)
}

/// How many letters of all networks wait, and how many are dead.
pub fn counts(cx: &mut Cx<'_>) -> Result<(i64, i64), Fault> {
    store::counts(cx)
}

/// Gives a dead letter all its tries again, from `now` on. Answers whether there was such a letter.
pub fn revive(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: LetterId,
    now: TimeMs,
) -> Result<bool, Fault> {
    let revived = store::revive(tx, network, id)?;
    if revived {
        ask(tx, network, id, now)?;
    }
    Ok(revived)
}

/// Asks again for letters that wait longer than a try takes: for a start with a mail server that
/// there was not before. At most 500; answers how many. Safe to call at any time.
pub fn wake(tx: &mut Tx<'_>, network: NetworkId, now: TimeMs) -> Result<usize, Fault> {
    let waiting = store::waiting(tx, network, now.plus(-TimeMs::MINUTE))?;
    for id in &waiting {
        ask(tx, network, *id, now)?;
    }
    Ok(waiting.len())
}

/// Forgets letters that ended more than [`KEPT_MS`] ago. Answers how many.
pub fn forget_old(tx: &mut Tx<'_>, now: TimeMs) -> Result<u64, Fault> {
    store::forget_before(tx, now.plus(-KEPT_MS))
}

/// A letter twice asked for is sent once: whoever comes second finds it sent.
fn ask(tx: &mut Tx<'_>, network: NetworkId, id: LetterId, now: TimeMs) -> Result<(), Fault> {
    let payload = json!({ "network": network, "letter": id });
    push(tx, Job { kind: JOB_KIND, payload, run_at: now }, now)?;
    Ok(())
}
