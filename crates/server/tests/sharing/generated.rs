//! Generated worlds, both engines, both directions.

use std::sync::{
    Mutex,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use handfast_db::Engine;
use handfast_kit::TimeMs;

use crate::{
    causes,
    chance::Chance,
    compare::{self, Came},
    grow::{self, Grower, Size},
    one_seed, size,
    stage::{Stage, fresh},
    truth::Truth,
};

/// How often each world is changed and compared again.
const ROUNDS: usize = 6;

#[test]
fn every_organisation_sees_all_that_the_model_shows_it_and_nothing_else_on_sqlite() {
    prove(Engine::Sqlite, size("PAIRS", 1_000_000));
}

#[test]
fn every_organisation_sees_all_that_the_model_shows_it_and_nothing_else_on_postgresql() {
    prove(Engine::Postgres, size("PAIRS", 1_000_000) / 10);
}

/// Compares worlds until there were so many pairs of a viewer and a touch.
fn prove(engine: Engine, pairs: u64) {
    if let Some(seed) = one_seed() {
        if let Some(came) = world(engine, seed) {
            assert!(came.wrong.is_empty(), "{}", came.wrong.join("\n"));
        }
        return;
    }
    let (next, done, shown) = (AtomicU64::new(1), AtomicU64::new(0), AtomicU64::new(0));
    let wrong = Mutex::new(Vec::new());
    let work = || {
        while done.load(Relaxed) < pairs && wrong.lock().unwrap().len() < 3 {
            let seed = next.fetch_add(1, Relaxed);
            let Some(came) = world(engine, seed) else { return };
            done.fetch_add(came.pairs, Relaxed);
            shown.fetch_add(came.shown, Relaxed);
            if !came.wrong.is_empty() {
                let first: Vec<_> = came.wrong.into_iter().take(6).collect();
                wrong.lock().unwrap().push(format!("seed {seed}: {}", first.join("\n")));
            }
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        scope.spawn(work);
    });
    let (worlds, pairs, shown) = (next.into_inner() - 1, done.into_inner(), shown.into_inner());
    println!("{engine:?}: {pairs} pairs of a viewer and a touch, {shown} shown to others, {worlds} worlds");
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} (HANDFAST_PROVE_SEED runs one again)", wrong.join("\n\n"));
    assert!(pairs == 0 || shown > pairs / 100, "hardly anything was shared");
}

/// The world of a seed, compared, changed, and compared again. None where there is no engine.
fn world(engine: Engine, seed: u64) -> Option<Came> {
    let shape = if seed.is_multiple_of(4) { Size::WIDE } else { Size::LONG };
    let plan = grow::plan(seed, shape);
    let mut stage = Stage::of(fresh(engine)?, &plan);
    let mut chance = Chance::of(seed.wrapping_mul(31));
    let known = (0..plan.customers.len())
        .map(|whom| grow::keepers(&plan, whom))
        .collect();
    let organisations = plan.organisation_count();
    let mut grower = Grower { chance: &mut chance, organisations, known, number: 1_000_000 };
    let mut all = Came::default();
    for round in 0..ROUNDS {
        let truth = Truth::of(&stage);
        let mut came = compare::all(&stage, &truth, seed + round as u64);
        came.wrong.extend(causes::check(&stage, &truth));
        all.pairs += came.pairs;
        all.shown += came.shown;
        if !came.wrong.is_empty() {
            let touch_count = truth.touch_count();
            let told = |what| format!("round {round}, {touch_count} touches: {what}");
            all.wrong.extend(came.wrong.into_iter().map(told));
            break;
        }
        let acts = grow::changes(&mut grower, 8);
        stage.act(&acts);
        // Guests, and what was allowed for a day, have their time.
        stage.clock.advance([0, 1, 1, 2, 22, 3][round % 6] * TimeMs::HOUR);
    }
    Some(all)
}
