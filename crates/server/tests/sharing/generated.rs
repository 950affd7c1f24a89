//! Generated worlds, both engines, both directions.

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

/// In how many tests the pairs on SQLite are, which run beside one another.
const PARTS: u64 = 4;

#[test]
fn every_organisation_sees_all_that_the_model_shows_it_and_nothing_else_first() {
    prove(Engine::Sqlite, 0, size("PAIRS", 1_000_000) / PARTS);
}

#[test]
fn every_organisation_sees_all_that_the_model_shows_it_and_nothing_else_second() {
    prove(Engine::Sqlite, 1, size("PAIRS", 1_000_000) / PARTS);
}

#[test]
fn every_organisation_sees_all_that_the_model_shows_it_and_nothing_else_third() {
    prove(Engine::Sqlite, 2, size("PAIRS", 1_000_000) / PARTS);
}

#[test]
fn every_organisation_sees_all_that_the_model_shows_it_and_nothing_else_fourth() {
    prove(Engine::Sqlite, 3, size("PAIRS", 1_000_000) / PARTS);
}

#[test]
fn every_organisation_sees_all_that_the_model_shows_it_and_nothing_else_on_postgresql() {
    prove(Engine::Postgres, 0, size("PAIRS", 1_000_000) / 20);
}

/// Compares worlds until there were so many pairs of a viewer and a touch.
fn prove(engine: Engine, part: u64, pairs: u64) {
    if let Some(seed) = one_seed() {
        let came =
            (seed % PARTS == part || engine == Engine::Postgres).then(|| world(engine, seed));
        let wrong = came.flatten().map_or(Vec::new(), |came| came.wrong);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        return;
    }
    let (mut seed, mut world_count, mut all) = (part, 0, Came::default());
    while all.pairs < pairs && all.wrong.is_empty() {
        let Some(came) = world(engine, seed) else { return };
        let wrong = came.wrong.into_iter().take(6);
        all.wrong.extend(wrong.map(|what| format!("HANDFAST_PROVE_SEED={seed}: {what}")));
        all.pairs += came.pairs;
        all.shown += came.shown;
        world_count += 1;
        seed += PARTS;
    }
    let Came { pairs, shown, wrong } = all;
    println!(
        "{engine:?}: {pairs} pairs of a viewer and a touch in {world_count} worlds, {shown} of \
         them shown to others than their author and the brand"
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(shown > pairs / 100, "hardly anything was shared");
}

/// The world of a seed, compared, changed, and compared again. None where there is no engine.
fn world(engine: Engine, seed: u64) -> Option<Came> {
    let shape = if seed.is_multiple_of(4) { Size::WIDE } else { Size::LONG };
    let plan = grow::plan(seed, shape);
    let mut stage = Stage::of(fresh(engine)?, &plan);
    let mut chance = Chance::of(seed.wrapping_mul(31));
    let known = (0..plan.customers.len()).map(|whom| grow::keepers(&plan, whom)).collect();
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
