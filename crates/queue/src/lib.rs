//! Work that a transaction asks for and somebody does after it.
//!
//! A job is a row, pushed inside the caller's own transaction: if that commits, the job will run,
//! and if it does not, the job was never there. A worker claims one job at a time under a lease,
//! runs its handler outside of the claiming transaction, and deletes the row when it succeeded. A
//! handler that fails is tried again, later and later, eight times in all; then the job is dead
//! and stays with its last error. A worker that is killed leaves its job claimed until the lease
//! runs out; then anybody may claim it. So a handler may run twice, and must be safe to.
//!
//! Jobs lie in sixteen lanes (DESIGN, law 10): a worker takes the lanes in turn and claims within
//! one, which lets several processes and several databases share the work without waiting.

mod bell;
mod rules;
mod store;
#[cfg(test)]
mod tests;
mod work;

use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{Id, TimeMs};

pub use rules::{LANE_COUNT, LEASE_MS, TRY_COUNT_MAX};
pub use work::{Failed, Handlers, LeaseLost, Running, Stop, Then, run_due, work};

/// Which job.
pub type JobId = Id<Job>;

/// Something to do later.
#[derive(Debug, Clone)]
pub struct Job {
    /// Which handler does it: `import`, for example.
    pub kind: &'static str,
    /// What the handler needs to know, as JSON.
    pub payload: serde_json::Value,
    /// Not before this moment.
    pub run_at: TimeMs,
}

/// Asks for a job, in the caller's transaction. It runs after that has committed, at `job.run_at`
/// or soon after.
pub fn push(tx: &mut Tx<'_>, job: Job, now: TimeMs) -> Result<JobId, Fault> {
    let id = JobId::random();
    store::insert(tx, id, &job, now)?;
    tx.after_commit(bell::ring);
    Ok(id)
}

/// As [`push`] of many jobs at once, all at `now`.
pub fn push_all(
    tx: &mut Tx<'_>,
    kind: &str,
    payloads: &[serde_json::Value],
    now: TimeMs,
) -> Result<(), Fault> {
    if payloads.is_empty() {
        return Ok(());
    }
    let jobs: Vec<_> = payloads.iter().map(|payload| (JobId::random(), payload)).collect();
    store::insert_all(tx, kind, &jobs, now)?;
    tx.after_commit(bell::ring);
    Ok(())
}

/// How many jobs wait, run and are dead.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Depth {
    /// Waiting for their moment or for a worker.
    pub ready_count: i64,
    /// Claimed by a worker.
    pub claimed_count: i64,
    /// Given up after [`TRY_COUNT_MAX`] tries.
    pub dead_count: i64,
}

/// Counts the jobs by state.
pub fn depth(cx: &mut Cx<'_>) -> Result<Depth, Fault> {
    store::depth(cx)
}

/// A job that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dead {
    /// Which job.
    pub id: JobId,
    /// Which handler failed.
    pub kind: String,
    /// How often it was tried.
    pub try_count: i64,
    /// What the last try said.
    pub last_error: String,
    /// When it was asked for.
    pub created: TimeMs,
}

/// The dead jobs, the oldest first, at most 200.
pub fn dead(cx: &mut Cx<'_>) -> Result<Vec<Dead>, Fault> {
    store::dead(cx)
}

/// Gives a dead job all its tries again, from `now` on. Answers whether there was such a job.
pub fn revive(tx: &mut Tx<'_>, id: JobId, now: TimeMs) -> Result<bool, Fault> {
    let revived = store::revive(tx, id, now)?;
    tx.after_commit(bell::ring);
    Ok(revived)
}
