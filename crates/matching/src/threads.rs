//! Work shared between threads, with results in the order of the work.

use std::{
    ops::Range,
    sync::atomic::{AtomicUsize, Ordering},
};

/// How many threads work.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Team {
    pub(crate) threads: usize,
}

/// Items in one chunk; fixed, so that results do not depend on the number of threads.
const CHUNK: usize = 1 << 14;

impl Team {
    pub(crate) fn new(threads: Option<usize>) -> Self {
        let offered = || std::thread::available_parallelism().map_or(1, usize::from);
        Self { threads: threads.unwrap_or_else(offered).clamp(1, 64) }
    }

    /// Cuts `0..count` into chunks, works on them and gives the results in order.
    pub(crate) fn chunks<T: Send>(
        self,
        count: usize,
        work: impl Fn(Range<usize>) -> T + Sync,
    ) -> Vec<T> {
        let chunks = count.div_ceil(CHUNK);
        self.each(chunks, |chunk| work(chunk * CHUNK..count.min((chunk + 1) * CHUNK)))
    }

    /// Works on `0..count` one by one and gives the results in order.
    pub(crate) fn each<T: Send>(self, count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
        let threads = self.threads.min(count);
        if threads <= 1 {
            return (0..count).map(work).collect();
        }
        let next = AtomicUsize::new(0);
        let mine = || {
            let mut done = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                if at >= count {
                    return done;
                }
                done.push((at, work(at)));
            }
        };
        let mut all = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(mine)).collect();
            let joined = workers.into_iter().flat_map(|worker| {
                worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            });
            joined.collect::<Vec<_>>()
        });
        all.sort_by_key(|(at, _)| *at);
        all.into_iter().map(|(_, result)| result).collect()
    }
}
