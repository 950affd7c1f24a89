//! Claiming jobs and running their handlers.

use std::{
    collections::HashMap,
    fmt::Display,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use handfast_db::{Db, Fault, Tx};
use handfast_kit::{Clock, TimeMs};
use serde::de::DeserializeOwned;

use crate::{
    JobId, bell,
    rules::{self, LEASE_MS},
    store::{self, Claim, Due},
};

/// How long a worker waits before it looks again for what other processes have pushed.
const POLL: Duration = Duration::from_secs(1);

/// What a handler that succeeded wants next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// Nothing: the job is done and its row is deleted.
    Done,
    /// To run again, from this moment on, with all its tries: the work goes on.
    Again(TimeMs),
}

/// Why a handler failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failed {
    /// It may succeed later.
    #[error("{0}")]
    TryAgain(String),
    /// It will never succeed: no further try.
    #[error("{0}")]
    GiveUp(String),
}

impl Failed {
    /// Worth another try.
    pub fn try_again(why: impl Display) -> Self {
        Self::TryAgain(why.to_string())
    }

    /// Not worth another try.
    pub fn give_up(why: impl Display) -> Self {
        Self::GiveUp(why.to_string())
    }
}

impl From<Fault> for Failed {
    fn from(fault: Fault) -> Self {
        Self::TryAgain(fault.to_string())
    }
}

impl From<LeaseLost> for Failed {
    fn from(lost: LeaseLost) -> Self {
        Self::TryAgain(lost.to_string())
    }
}

/// The lease ran out while the handler worked, and the job may run elsewhere now; stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the lease of this job has run out")]
pub struct LeaseLost;

/// Tells workers and long handlers to stop. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Asks everybody to stop, and wakes those who wait.
    pub fn stop(&self) {
        self.0.store(true, Ordering::SeqCst);
        bell::ring();
    }

    /// Whether somebody asked to stop.
    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

type Handler = Box<dyn Fn(&Running<'_>) -> Result<Then, Failed> + Send + Sync>;

/// Who does which kind of job.
#[derive(Default)]
pub struct Handlers(HashMap<&'static str, Handler>);

impl Handlers {
    /// Nobody yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// With `handler` for the jobs of `kind`. It must be safe to run twice for the same job.
    #[must_use]
    pub fn with(
        mut self,
        kind: &'static str,
        handler: impl Fn(&Running<'_>) -> Result<Then, Failed> + Send + Sync + 'static,
    ) -> Self {
        self.0.insert(kind, Box::new(handler));
        self
    }
}

/// The job that a handler is running.
pub struct Running<'a> {
    db: &'a Db,
    clock: &'a Clock,
    stop: &'a Stop,
    job: &'a Due,
    until_ms: AtomicI64,
}

impl Running<'_> {
    fn claim(&self) -> Claim {
        let until = TimeMs(self.until_ms.load(Ordering::Relaxed));
        Claim { lane: self.job.lane, id: self.job.id, until }
    }

    /// The database that the job lies in.
    pub const fn db(&self) -> &Db {
        self.db
    }

    /// The clock that the worker goes by.
    pub const fn clock(&self) -> &Clock {
        self.clock
    }

    /// Which job.
    pub const fn id(&self) -> JobId {
        self.job.id
    }

    /// Which try this is, from 1.
    pub const fn try_count(&self) -> i64 {
        self.job.try_count
    }

    /// What the job was pushed with. Fails for good when it does not read as a `T`.
    pub fn payload<T: DeserializeOwned>(&self) -> Result<T, Failed> {
        serde_json::from_str(&self.job.payload)
            .map_err(|error| Failed::GiveUp(format!("the payload cannot be read: {error}")))
    }

    /// Whether the worker should stop: a long handler then ends at the next good place and answers
    /// `Then::Again` to go on later.
    pub fn is_stop_asked(&self) -> bool {
        self.stop.is_asked()
    }

    /// Renews the lease when a third of it is used; to be called at least every
    /// [`LEASE_MS`](crate::LEASE_MS) / 2 by whatever takes long. Cheap when there is nothing to do.
    /// Fails with [`LeaseLost`] when somebody else may be running the job already.
    pub fn keep(&self) -> Result<(), LeaseLost> {
        let now = self.clock.now();
        if !rules::is_renewal_due(self.until_ms.load(Ordering::Relaxed), now.0) {
            return Ok(());
        }
        let until = now.plus(LEASE_MS);
        let claim = self.claim();
        match self.db.write(move |tx| store::renew(tx, claim, until)) {
            Ok(true) => {
                self.until_ms.store(until.0, Ordering::Relaxed);
                Ok(())
            }
            // While the lease still runs, a database that is busy is no reason to stop.
            Err::<_, Fault>(_) if now.0 < self.until_ms.load(Ordering::Relaxed) => Ok(()),
            Ok(false) | Err(_) => Err(LeaseLost),
        }
    }
}

/// Runs jobs as they become due, one at a time, until `stop` is asked. Blocks: give it a thread.
/// Several workers, in one process or in many, share the jobs.
pub fn work(db: &Db, clock: &Clock, handlers: &Handlers, stop: &Stop) {
    while !stop.is_asked() {
        let rung_count = bell::rung_count();
        match run_round(db, clock, handlers, stop) {
            Ok(0) => bell::wait(rung_count, POLL),
            Ok(_) => {}
            Err(fault) => {
                tracing::warn!(error = %fault, "could not look for jobs");
                bell::wait(bell::rung_count(), POLL);
            }
        }
    }
}

/// Runs everything that is due at the clock's time, and what becomes due meanwhile; for tests and
/// for one-off work. Answers how many jobs ran. Waits for nothing.
pub fn run_due(db: &Db, clock: &Clock, handlers: &Handlers) -> Result<usize, Fault> {
    let stop = Stop::default();
    let mut ran_count = 0;
    loop {
        match run_round(db, clock, handlers, &stop)? {
            0 => return Ok(ran_count),
            count => ran_count += count,
        }
    }
}

/// Runs one job of each lane in which one is due.
fn run_round(db: &Db, clock: &Clock, handlers: &Handlers, stop: &Stop) -> Result<usize, Fault> {
    let now = clock.now();
    let mut ran_count = 0;
    for lane in db.read(|cx| store::due_lanes(cx, now))? {
        if stop.is_asked() {
            break;
        }
        if let Some((job, claim)) = claim(db, lane, clock.now())? {
            let until_ms = AtomicI64::new(claim.until.0);
            run(handlers, &Running { db, clock, stop, job: &job, until_ms })?;
            ran_count += 1;
        }
    }
    Ok(ran_count)
}

fn claim(db: &Db, lane: i64, now: TimeMs) -> Result<Option<(Due, Claim)>, Fault> {
    db.write(move |tx| {
        let Some(mut job) = store::lock_due(tx, lane, now)? else { return Ok(None) };
        let claim = store::claim(tx, &job, now.plus(LEASE_MS))?;
        if rules::is_given_up(job.try_count) {
            // Its last worker was killed: a job that kills workers must not do so for ever.
            store::bury(tx, claim, "the worker that ran it stopped without an answer")?;
            return Ok(None);
        }
        job.try_count += 1;
        Ok(Some((job, claim)))
    })
}

fn run(handlers: &Handlers, running: &Running<'_>) -> Result<(), Fault> {
    let job = running.job;
    let answer = match handlers.0.get(job.kind.as_str()) {
        Some(handler) => catch_unwind(AssertUnwindSafe(|| handler(running)))
            .unwrap_or_else(|_| Err(Failed::try_again("the handler panicked"))),
        // Another version of the program may know it, so it is worth another try.
        None => Err(Failed::try_again(format!("nobody does jobs of kind {:?}", job.kind))),
    };
    if let Err(failed) = &answer {
        tracing::warn!(job.id = %job.id, job.kind, job.try_count, error = %failed, "a job failed");
    }
    let (job, claim, now) = (job.clone(), running.claim(), running.clock.now());
    running.db.write(move |tx| settle(tx, &job, claim, &answer, now))
}

/// Writes down how the job ended. When the claim is no longer ours, nothing changes.
fn settle(
    tx: &mut Tx<'_>,
    job: &Due,
    claim: Claim,
    answer: &Result<Then, Failed>,
    now: TimeMs,
) -> Result<(), Fault> {
    match answer {
        Ok(Then::Done) => store::delete(tx, claim),
        Ok(Then::Again(at)) => store::release(tx, claim, *at, 0, ""),
        Err(Failed::TryAgain(error)) if !rules::is_given_up(job.try_count) => {
            let run_at = now.plus(rules::wait_after_failure_ms(job.try_count, job.id));
            store::release(tx, claim, run_at, job.try_count, rules::error_to_keep(error))
        }
        Err(Failed::TryAgain(error) | Failed::GiveUp(error)) => {
            store::bury(tx, claim, rules::error_to_keep(error))
        }
    }
}
