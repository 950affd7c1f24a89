//! Connections that threads borrow: opened when needed, up to a limit, then waited for.

use std::{
    sync::{Condvar, Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::{Fault, Settings};

/// A pool of connections of one kind.
pub(crate) struct Pool<L> {
    count_max: usize,
    wait: Duration,
    state: Mutex<State<L>>,
    given_back: Condvar,
}

struct State<L> {
    /// The last given back is taken first: its pages and statements are warm.
    free: Vec<L>,
    open_count: usize,
}

impl<L> Pool<L> {
    /// A pool that holds `first` already.
    pub(crate) fn new(first: L, count_max: usize, settings: &Settings) -> Self {
        Self {
            count_max: count_max.max(1),
            wait: Duration::from_millis(settings.connection_wait_ms),
            state: Mutex::new(State { free: vec![first], open_count: 1 }),
            given_back: Condvar::new(),
        }
    }

    /// A connection that is free and `usable`, or a new one from `open`, or the next given back.
    pub(crate) fn lend(
        &self,
        usable: impl Fn(&mut L) -> bool,
        open: impl Fn() -> Result<L, Fault>,
    ) -> Result<Lent<'_, L>, Fault> {
        let end = Instant::now() + self.wait;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(link) = state.free.pop() {
                drop(state);
                let mut lent = Lent { pool: self, link: Some(link) };
                if lent.link.as_mut().is_some_and(&usable) {
                    return Ok(lent);
                }
                drop(lent); // closes it, and makes room for another
                state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            if state.open_count < self.count_max {
                // Counted before it is open, and uncounted by `Lent` if it cannot be opened.
                state.open_count += 1;
                drop(state);
                let mut lent = Lent { pool: self, link: None };
                lent.link = Some(open()?);
                return Ok(lent);
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Fault::busy("all connections were in use for too long"));
            }
            let waited = self.given_back.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// A connection in use. Dropped without being given back (a panic, a lost server) it is closed.
pub(crate) struct Lent<'a, L> {
    pool: &'a Pool<L>,
    link: Option<L>,
}

impl<L> Lent<'_, L> {
    pub(crate) fn link(&mut self) -> &mut L {
        self.link.as_mut().expect("it is taken only when it is given back")
    }

    pub(crate) fn give_back(mut self) {
        if let Some(link) = self.link.take() {
            let mut state = self.pool.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.free.push(link);
            // The drop that follows must not count it as closed.
            state.open_count += 1;
        }
    }
}

impl<L> Drop for Lent<'_, L> {
    fn drop(&mut self) {
        drop(self.link.take());
        let mut state = self.pool.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.open_count -= 1;
        drop(state);
        self.pool.given_back.notify_one();
    }
}
