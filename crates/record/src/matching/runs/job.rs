//! Making a model anew, as a job.

use std::cell::Cell;

use handfast_db::{Fault, Tx};
use handfast_kit::{NetworkId, TimeMs};
use handfast_queue::{Failed, Job, Running, Then};
use serde::{Deserialize, Serialize};

/// The kind of the jobs that [`handler`] does.
pub const JOB_KIND: &str = "match_model";

/// How many reports of progress go by before the job's lease is held again.
const TOLD_FOR_A_LEASE: u32 = 64;

#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    network_id: NetworkId,
    /// Whether a person asked, and not the rule that says when it is due.
    is_asked: bool,
}

/// Asks for a model to be made anew, in the caller's transaction.
pub fn ask(tx: &mut Tx<'_>, network_id: NetworkId, now: TimeMs) -> Result<(), Fault> {
    push(tx, Payload { network_id, is_asked: true }, now)
}

/// As [`ask`], if a model is due ([`super::is_due`]). Answers whether it is. Asking again before it
/// is made costs nothing: whoever comes later finds it made.
pub fn ask_if_due(tx: &mut Tx<'_>, network_id: NetworkId, now: TimeMs) -> Result<bool, Fault> {
    let is_due = super::is_due(tx, network_id)?;
    if is_due {
        push(tx, Payload { network_id, is_asked: false }, now)?;
    }
    Ok(is_due)
}

fn push(tx: &mut Tx<'_>, payload: Payload, now: TimeMs) -> Result<(), Fault> {
    let payload = serde_json::json!(payload);
    handfast_queue::push(tx, Job { kind: JOB_KIND, payload, run_at: now }, now)?;
    Ok(())
}

/// Makes models anew; for `handfast_queue::Handlers::with(JOB_KIND, ..)`.
pub fn handler() -> impl Fn(&Running<'_>) -> Result<Then, Failed> + Send + Sync + 'static {
    |running| {
        let Payload { network_id, is_asked } = running.payload()?;
        if !is_asked && !running.db().read(|cx| super::is_due(cx, network_id))? {
            return Ok(Then::Done);
        }
        let told = Cell::new(0_u32);
        let progress = |_: u64, _: u64| {
            told.set(told.get() + 1);
            if told.get().is_multiple_of(TOLD_FOR_A_LEASE) && running.keep().is_err() {
                // Somebody else makes one too then; whichever comes last is in force.
                tracing::warn!("the lease of a job that makes a model was lost");
            }
        };
        let is_made = super::refit(running.db(), network_id, running.clock().now(), &progress)?;
        tracing::info!(network.id = %network_id, is_made, "made a model of all records");
        Ok(Then::Done)
    }
}
