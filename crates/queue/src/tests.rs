//! Stories of jobs, on each engine.
#![allow(clippy::unwrap_used)]

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use handfast_db::{Db, Fault, Migration, testing};
use handfast_kit::{Clock, TimeMs};
use serde_json::json;

use crate::{
    Depth, Failed, Handlers, Job, JobId, LEASE_MS, LeaseLost, Stop, TRY_COUNT_MAX, Then, dead,
    depth, push, revive, run_due, work,
};

const MIGRATIONS: &[Migration] = &[Migration {
    name: "0005_intake_and_requests",
    text: include_str!("../../../migrations/0005_intake_and_requests.sql"),
}];

struct World {
    db: Db,
    clock: Clock,
}

/// A fresh world on each engine that is there.
fn worlds() -> Vec<World> {
    testing::databases(MIGRATIONS)
        .into_iter()
        .map(|(_, db)| World { db, clock: Clock::standing_at(TimeMs(1_000_000)) })
        .collect()
}

impl World {
    fn push(&self, payload: serde_json::Value, run_at: TimeMs) -> JobId {
        let now = self.clock.now();
        let job = Job { kind: "note", payload, run_at };
        self.db.write(move |tx| push(tx, job.clone(), now)).unwrap()
    }

    fn run(&self, handlers: &Handlers) -> usize {
        run_due(&self.db, &self.clock, handlers).unwrap()
    }

    fn depth(&self) -> Depth {
        self.db.read(depth).unwrap()
    }
}

/// A handler that writes down what it was given, and its list.
fn listening() -> (Handlers, Arc<Mutex<Vec<i64>>>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let list = Arc::clone(&heard);
    let handlers = Handlers::new().with("note", move |running| {
        list.lock().unwrap().push(running.payload()?);
        Ok(Then::Done)
    });
    (handlers, heard)
}

/// A handler that fails, and how often it was called.
fn failing() -> (Handlers, Arc<AtomicUsize>) {
    let tries = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&tries);
    let handlers = Handlers::new().with("note", move |_| {
        let number = count.fetch_add(1, Ordering::SeqCst) + 1;
        Err(Failed::try_again(format!("the post is shut ({number})")))
    });
    (handlers, tries)
}

#[test]
fn a_job_runs_once_and_is_gone() {
    for world in worlds() {
        let (handlers, heard) = listening();
        world.push(json!(7), world.clock.now());
        assert_eq!(world.run(&handlers), 1);
        assert_eq!(world.run(&handlers), 0);
        assert_eq!(*heard.lock().unwrap(), [7]);
        assert_eq!(world.depth(), Depth::default());
    }
}

#[test]
fn a_job_of_a_transaction_that_fails_was_never_there() {
    for world in worlds() {
        let now = world.clock.now();
        let failed: Result<(), Fault> = world.db.write(move |tx| {
            push(tx, Job { kind: "note", payload: json!(1), run_at: now }, now)?;
            Err(Fault::other("changed my mind"))
        });
        failed.unwrap_err();
        let (handlers, heard) = listening();
        assert_eq!(world.run(&handlers), 0);
        assert!(heard.lock().unwrap().is_empty());
    }
}

#[test]
fn a_job_waits_for_its_moment() {
    for world in worlds() {
        let (handlers, heard) = listening();
        world.push(json!(1), world.clock.now().plus(TimeMs::MINUTE));
        assert_eq!(world.run(&handlers), 0);
        world.clock.advance(TimeMs::MINUTE);
        assert_eq!(world.run(&handlers), 1);
        assert_eq!(*heard.lock().unwrap(), [1]);
    }
}

#[test]
fn a_job_that_fails_is_tried_later_and_at_last_kept_with_its_error() {
    for world in worlds() {
        let (handlers, tries) = failing();
        let id = world.push(json!(1), world.clock.now());
        assert_eq!(world.run(&handlers), 1);
        assert_eq!(world.run(&handlers), 0, "not again at once");
        for _ in 1..TRY_COUNT_MAX {
            world.clock.advance(TimeMs::DAY);
            assert_eq!(world.run(&handlers), 1);
        }
        world.clock.advance(TimeMs::DAY);
        assert_eq!(world.run(&handlers), 0, "dead");
        assert_eq!(tries.load(Ordering::SeqCst), 8);
        let dead = world.db.read(dead).unwrap();
        assert_eq!((dead[0].id, dead[0].try_count), (id, 8));
        assert_eq!(dead[0].last_error, "the post is shut (8)");
        assert_eq!(world.depth().dead_count, 1);
    }
}

#[test]
fn a_dead_job_can_be_given_all_its_tries_again() {
    for world in worlds() {
        let give_up = Handlers::new().with("note", |_| Err(Failed::give_up("no such address")));
        let id = world.push(json!(3), world.clock.now());
        assert_eq!(world.run(&give_up), 1);
        assert_eq!(world.depth().dead_count, 1);
        let now = world.clock.now();
        assert!(world.db.write(move |tx| revive(tx, id, now)).unwrap());
        assert!(!world.db.write(move |tx| revive(tx, id, now)).unwrap(), "it lives already");
        let (handlers, heard) = listening();
        assert_eq!(world.run(&handlers), 1);
        assert_eq!(*heard.lock().unwrap(), [3]);
    }
}

#[test]
fn a_handler_that_panics_has_only_failed() {
    for world in worlds() {
        let panics = Handlers::new().with("note", |_| panic!("a mistake of ours"));
        world.push(json!(1), world.clock.now());
        assert_eq!(world.run(&panics), 1);
        assert_eq!(world.depth().ready_count, 1);
    }
}

#[test]
fn a_job_whose_worker_was_killed_is_ready_again_when_its_lease_has_run_out() {
    for world in worlds() {
        world.push(json!(5), world.clock.now());
        let now = world.clock.now();
        let lane = world.db.read(|cx| crate::store::due_lanes(cx, now)).unwrap()[0];
        // What a worker does before it is killed.
        world
            .db
            .write(move |tx| {
                let due = crate::store::lock_due(tx, lane, now)?.unwrap();
                crate::store::claim(tx, &due, now.plus(LEASE_MS))
            })
            .unwrap();
        let (handlers, heard) = listening();
        assert_eq!(world.run(&handlers), 0, "somebody has it");
        assert_eq!(world.depth().claimed_count, 1);
        world.clock.advance(LEASE_MS);
        assert_eq!(world.run(&handlers), 1);
        assert_eq!(*heard.lock().unwrap(), [5]);
    }
}

#[test]
fn a_long_job_keeps_its_lease_and_one_that_does_not_has_no_say_any_more() {
    for World { db, clock } in worlds() {
        let world = World { db: db.clone(), clock: clock.clone() };
        world.push(json!(1), clock.now());
        let (second, stolen) = listening();
        let lost = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&lost);
        let long = Handlers::new().with("note", move |running| {
            for _ in 0..5 {
                clock.advance(LEASE_MS / 2);
                running.keep()?;
                assert_eq!(run_due(&db, &clock, &second).unwrap(), 0, "it is still ours");
            }
            clock.advance(LEASE_MS);
            assert_eq!(run_due(&db, &clock, &second).unwrap(), 1, "it is anybody's");
            told.lock().unwrap().push(running.keep());
            Err(Failed::give_up("which nobody asks for any more"))
        });
        assert_eq!(world.run(&long), 1);
        assert_eq!(*stolen.lock().unwrap(), [1]);
        assert_eq!(*lost.lock().unwrap(), [Err(LeaseLost)]);
        assert_eq!(world.depth(), Depth::default(), "done by the second, not failed by the first");
    }
}

#[test]
fn a_job_may_go_on_later_with_all_its_tries() {
    for world in worlds() {
        let tries = Arc::new(Mutex::new(Vec::new()));
        let list = Arc::clone(&tries);
        let handlers = Handlers::new().with("note", move |running| {
            let mut list = list.lock().unwrap();
            list.push(running.try_count());
            let later = running.clock().now().plus(TimeMs::HOUR);
            Ok(if list.len() < 3 { Then::Again(later) } else { Then::Done })
        });
        world.push(json!(1), world.clock.now());
        for _ in 0..3 {
            assert_eq!(world.run(&handlers), 1);
            world.clock.advance(TimeMs::HOUR);
        }
        assert_eq!(*tries.lock().unwrap(), [1, 1, 1]);
        assert_eq!(world.depth(), Depth::default());
    }
}

#[test]
fn a_kind_that_nobody_does_is_tried_again_later() {
    for world in worlds() {
        world.push(json!(1), world.clock.now());
        assert_eq!(world.run(&Handlers::new()), 1);
        assert_eq!(world.depth().ready_count, 1, "a newer program may know it");
    }
}

#[test]
fn many_workers_do_every_job_once() {
    for World { db, clock } in worlds() {
        let world = World { db, clock };
        let (handlers, heard) = listening();
        let stop = Stop::default();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| work(&world.db, &world.clock, &handlers, &stop));
            }
            for number in 0..60 {
                world.push(json!(number), world.clock.now());
            }
            while world.depth() != Depth::default() {
                std::thread::yield_now();
            }
            stop.stop();
        });
        let mut heard = heard.lock().unwrap().clone();
        heard.sort_unstable();
        assert_eq!(heard, (0..60).collect::<Vec<i64>>());
    }
}
