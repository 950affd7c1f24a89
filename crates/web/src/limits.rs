//! How much is taken at once and per minute: counts in memory, bounded, lost at a restart.

use std::{
    collections::HashMap,
    hash::{BuildHasher, Hash, RandomState},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use handfast_kit::TimeMs;

use crate::{ClientAddress, Failure, TokenHash};

/// Who is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Who {
    Token(TokenHash),
    Address(String),
    /// A secret in an address that is opened without signing in.
    Link(TokenHash),
    /// Where such addresses are opened from.
    Visitor(String),
}

impl From<ClientAddress> for Who {
    fn from(address: ClientAddress) -> Self {
        Self::Address(address.counted())
    }
}

/// How often one address may be opened by its secret in a minute, from wherever.
pub(crate) const LINK_REQUESTS_PER_MIN: u32 = 60;
/// How often such addresses may be opened from one network address in a minute.
pub(crate) const VISITOR_REQUESTS_PER_MIN: u32 = 120;

/// Requests of each one in its present minute, which begins with the first of them.
pub(crate) struct PerMinute {
    shards: Vec<Mutex<HashMap<Who, Minute>>>,
    shard_len_max: usize,
    hasher: RandomState,
}

#[derive(Clone, Copy)]
struct Minute {
    since: TimeMs,
    count: u32,
}

const SHARD_COUNT: usize = 16;

impl PerMinute {
    /// Counts at most `len_max` of them at once.
    pub(crate) fn new(len_max: usize) -> Self {
        Self {
            shards: (0..SHARD_COUNT).map(|_| Mutex::default()).collect(),
            shard_len_max: (len_max / SHARD_COUNT).max(1),
            hasher: RandomState::new(),
        }
    }

    /// Counts one more request of `who`; fails if that is more than `count_max` in its minute.
    pub(crate) fn count(&self, who: Who, count_max: u32, now: TimeMs) -> Result<(), Failure> {
        let at = self.hasher.hash_one(&who) as usize % SHARD_COUNT;
        // A panic while counting leaves counts that are still good.
        let mut shard = self.shards[at].lock().unwrap_or_else(PoisonError::into_inner);
        if shard.len() >= self.shard_len_max && !shard.contains_key(&who) {
            make_room(&mut shard, self.shard_len_max, now);
        }
        let minute = shard.entry(who).or_insert(Minute { since: now, count: 0 });
        if !is_running(minute, now) {
            *minute = Minute { since: now, count: 0 };
        }
        if minute.count >= count_max {
            let left_ms = TimeMs::MINUTE - (now.0 - minute.since.0);
            return Err(Failure::RateLimited { retry_after_s: (left_ms as u32).div_ceil(1000) });
        }
        minute.count += 1;
        Ok(())
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().expect("no test panics here").len()).sum()
    }
}

fn is_running(minute: &Minute, now: TimeMs) -> bool {
    // A clock that was set back does not lock anybody out for longer than a minute.
    (0..TimeMs::MINUTE).contains(&(now.0 - minute.since.0))
}

/// Forgets minutes that are over; if none is, the half that happens to come first: a flood of
/// addresses costs the counts of some, never memory.
fn make_room(shard: &mut HashMap<Who, Minute>, len_max: usize, now: TimeMs) {
    shard.retain(|_, minute| is_running(minute, now));
    if shard.len() >= len_max {
        let mut kept = 0;
        shard.retain(|_, _| {
            kept += 1;
            kept <= len_max / 2
        });
    }
}

/// How many requests are under way.
#[derive(Clone)]
pub(crate) struct InFlight {
    count: Arc<AtomicUsize>,
    max: usize,
}

/// One request under way; ends when dropped.
pub(crate) struct Place(Arc<AtomicUsize>);

impl InFlight {
    pub(crate) fn new(max: usize) -> Self {
        Self { count: Arc::default(), max }
    }

    /// A place for one more request, if there is one.
    pub(crate) fn enter(&self) -> Result<Place, Failure> {
        let place = Place(Arc::clone(&self.count));
        // The place is taken before the count is judged, so that two cannot share the last one.
        if self.count.fetch_add(1, Ordering::Relaxed) >= self.max {
            Err(Failure::Busy)
        } else {
            Ok(place)
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn address(n: usize) -> Who {
        Who::Address(n.to_string())
    }

    #[test]
    fn a_minute_allows_so_many_and_the_next_minute_again() {
        let counts = PerMinute::new(1000);
        let at = |ms| counts.count(address(1), 3, TimeMs(ms));
        for ms in [0, 1, 2] {
            at(ms).unwrap();
        }
        assert!(matches!(at(30_000), Err(Failure::RateLimited { retry_after_s: 30 })));
        counts.count(address(2), 3, TimeMs(30_000)).unwrap();
        at(60_000).unwrap();
    }

    #[test]
    fn eight_threads_together_get_exactly_what_one_would() {
        let counts = PerMinute::new(1000);
        let passed = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let passes = counts.count(address(1), 600, TimeMs(5)).is_ok();
                        passed.fetch_add(usize::from(passes), Ordering::Relaxed);
                    }
                });
            }
        });
        assert_eq!(passed.into_inner(), 600);
    }

    #[test]
    fn a_flood_of_addresses_takes_no_more_memory_than_allowed() {
        let counts = PerMinute::new(1_600);
        for n in 0..100_000 {
            counts.count(address(n), 60, TimeMs(0)).unwrap();
        }
        assert!(counts.len() <= 1_600, "{}", counts.len());
    }

    #[test]
    fn a_place_is_free_again_when_its_request_ends() {
        let in_flight = InFlight::new(1);
        let place = in_flight.enter().unwrap();
        assert!(matches!(in_flight.enter(), Err(Failure::Busy)));
        drop(place);
        in_flight.enter().unwrap();
    }
}
