//! Connections that read, shared by all threads.

use std::{
    path::Path,
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::Link;
use crate::{Fault, OpenError, Settings};

/// The readers: opened when needed, up to a limit, then waited for.
pub(crate) struct Readers {
    path: Arc<Path>,
    settings: Settings,
    wait: Duration,
    state: Mutex<State>,
    given_back: Condvar,
}

struct State {
    /// The last given back is taken first: its pages and statements are warm.
    free: Vec<Link>,
    open_count: usize,
}

impl Readers {
    pub(super) fn open(path: &Arc<Path>, settings: &Settings) -> Result<Self, OpenError> {
        let first = Link::reading(path, settings)?;
        Ok(Self {
            path: Arc::clone(path),
            settings: settings.clone(),
            wait: Duration::from_millis(settings.connection_wait_ms),
            state: Mutex::new(State { free: vec![first], open_count: 1 }),
            given_back: Condvar::new(),
        })
    }

    /// Runs `f` on one snapshot.
    pub(crate) fn with<T, E: From<Fault>>(
        &self,
        f: impl FnOnce(&Link) -> Result<T, E>,
    ) -> Result<T, E> {
        let lent = self.lend()?;
        let link = lent.link();
        link.control("begin deferred")?;
        let answer = f(link);
        // A statement that ran out of time may have ended the transaction already.
        if !link.is_idle() {
            link.control("commit")?;
        }
        lent.give_back();
        answer
    }

    fn lend(&self) -> Result<Lent<'_>, Fault> {
        let end = Instant::now() + self.wait;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(link) = state.free.pop() {
                return Ok(Lent { readers: self, link: Some(link) });
            }
            if state.open_count < self.settings.reader_count_max.max(1) {
                state.open_count += 1;
                drop(state);
                // Counted before it is open, and uncounted by `Lent` if it cannot be opened.
                let mut lent = Lent { readers: self, link: None };
                let link = Link::reading(&self.path, &self.settings).map_err(|error| {
                    Fault::busy(format!("could not open one more reader: {error}"))
                })?;
                lent.link = Some(link);
                return Ok(lent);
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Fault::busy("all readers were in use for too long"));
            }
            state =
                self.given_back.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// A reader that is in use. Dropped without being given back (a panic, a failed commit) it is closed.
struct Lent<'a> {
    readers: &'a Readers,
    link: Option<Link>,
}

impl Lent<'_> {
    fn link(&self) -> &Link {
        self.link.as_ref().expect("it is taken only when it is given back")
    }

    fn give_back(mut self) {
        if let Some(link) = self.link.take() {
            let mut state = self.readers.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.free.push(link);
            // Whoever drops `self` next must not count it as closed.
            state.open_count += 1;
        }
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let mut state = self.readers.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.open_count -= 1;
        drop(state);
        self.readers.given_back.notify_one();
    }
}
