//! The server killed with `kill -9` at random points, while hand-offs are accepted, changes applied
//! and read back, touches sealed and letters sent. What was acknowledged is there afterwards,
//! nothing is half done, and what was not acknowledged can be asked for again and is done once.
//!
//! `HANDFAST_PROVE_TIMES` says how often it is killed on each engine; `bin/prove crash --times N`.
#![allow(clippy::unwrap_used)]

mod after;
#[path = "../sharing/chance.rs"]
#[allow(dead_code, reason = "other tests take more chances")]
mod chance;
mod load;
mod stage;
#[path = "../support/mod.rs"]
mod support;

use std::sync::atomic::{AtomicUsize, Ordering};

use chance::Chance;
use handfast_db::Engine;
use load::Worker;
use stage::Stage;

/// How often the server is killed in a normal run, on each engine.
const TIMES: u64 = 30;
/// How many writes are begun, at most, before it is killed.
const BEGUN_MAX: usize = 100;

fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

#[test]
fn nothing_acknowledged_is_lost_and_nothing_is_half_done_on_sqlite() {
    killed_again_and_again(Engine::Sqlite);
}

#[test]
fn nothing_acknowledged_is_lost_and_nothing_is_half_done_on_postgresql() {
    killed_again_and_again(Engine::Postgres);
}

fn killed_again_and_again(engine: Engine) {
    let times = asked("HANDFAST_PROVE_TIMES").unwrap_or(TIMES);
    let Some(stage) = Stage::on(engine, times) else { return };
    let seed = asked("HANDFAST_PROVE_SEED").unwrap_or(1);
    println!("{engine:?}: seed {seed}, {times} kills");
    let mut chance = Chance::of(seed);
    let mut seen = after::Seen::default();
    let mut server = stage.serve();
    for time in 0..times {
        let workers = stage.workers(usize::try_from(time).unwrap());
        let begun = AtomicUsize::new(0);
        let (limit, turns) = (chance.between(1, BEGUN_MAX), chance.below(400));
        let worked: Vec<Worker> = std::thread::scope(|scope| {
            let (address, begun) = (&server.address, &begun);
            let run = |mut worker: Worker| {
                scope.spawn(move || {
                    worker.work_until_cut(address, begun);
                    worker
                })
            };
            let running: Vec<_> = workers.into_iter().map(run).collect();
            while begun.load(Ordering::SeqCst) < limit {
                std::thread::yield_now();
            }
            for _ in 0..turns {
                std::thread::yield_now();
            }
            server.child.kill().unwrap();
            running.into_iter().map(|one| one.join().unwrap()).collect()
        });
        server.wait(stage::PATIENCE);
        seen.seal(stage.check_at_rest(&worked));
        server = stage.serve();
        for worker in &worked {
            seen.check(&stage, &server.address, worker);
        }
    }
    drop(server);
    let letters = stage.send_what_waits();
    println!("{engine:?}: {seen}, {letters}");
    // Each of the two that send may have been killed between the mail server's yes and ours.
    assert!(letters.again as u64 <= 2 * times, "sent too often: {letters}");
    seen.check_was_worth_it(times);
}
