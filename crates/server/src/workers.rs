//! The threads that do what requests do not wait for.

use std::{
    io,
    sync::Arc,
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use handfast_db::Db;
use handfast_kit::Clock;
use handfast_queue::{Handlers, Stop};
use handfast_webhooks::Calling;

use crate::{ledger_key::Seed, rounds, webhooks::WebhookSettings};

/// Running threads; they end when they are asked to, at the next good place.
pub struct Workers {
    stop: Stop,
    threads: Vec<JoinHandle<()>>,
}

impl Workers {
    /// Starts `count` threads for jobs and one for what comes round, which signs with the key of
    /// `seed`.
    pub fn start(
        db: &Db,
        clock: &Clock,
        seed: Seed,
        handlers: Handlers,
        count: usize,
    ) -> Result<Self> {
        let stop = Stop::default();
        let handlers = Arc::new(handlers);
        let mut threads = Vec::with_capacity(count + 1);
        for number in 1..=count.max(1) {
            let (db, clock, stop) = (db.clone(), clock.clone(), stop.clone());
            let handlers = Arc::clone(&handlers);
            let work = move || handfast_queue::work(&db, &clock, &handlers, &stop);
            threads.push(named(format!("job-{number}"), work).context("no thread for jobs")?);
        }
        let (db, clock, stopped) = (db.clone(), clock.clone(), stop.clone());
        let go = move || rounds::go(&db, &clock, &seed, &stopped);
        threads.push(named("rounds".to_owned(), go).context("no thread for rounds")?);
        Ok(Self { stop, threads })
    }

    /// Starts the threads that call partners' systems too.
    pub fn call(
        &mut self,
        settings: &WebhookSettings,
        calling: &Calling,
        place: (&Db, &Clock),
    ) -> Result<()> {
        self.threads.extend(settings.start(calling, place, &self.stop)?);
        Ok(())
    }

    /// Asks the threads to end at the next good place. Does not wait.
    pub fn ask_to_stop(&self) {
        self.stop.stop();
    }

    /// Asks the threads to end and waits for them, at most for `patience`. A job that has not
    /// ended by then runs again elsewhere when its lease has run out.
    pub fn stop(self, patience: Duration) {
        self.ask_to_stop();
        let asked = Instant::now();
        while asked.elapsed() < patience && self.threads.iter().any(|thread| !thread.is_finished())
        {
            thread::sleep(Duration::from_millis(20));
        }
        let left = self.threads.iter().filter(|thread| !thread.is_finished()).count();
        if left > 0 {
            tracing::warn!(left, "jobs were still running; they will run again");
        }
    }
}

fn named(name: String, work: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    thread::Builder::new().name(name).spawn(work)
}
