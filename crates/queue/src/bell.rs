//! Wakes the workers of this process when a job was committed: a hint, so that nobody waits for
//! the next poll. It is one bell for the process, because whoever pushes a job has a transaction
//! in hand and no worker. What other processes push is found by polling.

use std::{
    sync::{Condvar, Mutex, PoisonError},
    time::Duration,
};

static RUNG_COUNT: Mutex<u64> = Mutex::new(0);
static RUNG: Condvar = Condvar::new();

/// Wakes everybody who waits.
pub(crate) fn ring() {
    *RUNG_COUNT.lock().unwrap_or_else(PoisonError::into_inner) += 1;
    RUNG.notify_all();
}

/// How often the bell rang so far; to be asked before looking for work.
pub(crate) fn rung_count() -> u64 {
    *RUNG_COUNT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits until the bell rang more often than `seen`, at most for `patience`.
pub(crate) fn wait(seen: u64, patience: Duration) {
    let count = RUNG_COUNT.lock().unwrap_or_else(PoisonError::into_inner);
    // A poisoned lock here means a panic between two integer operations: the count is still good.
    drop(RUNG.wait_timeout_while(count, patience, |count| *count <= seen));
}
