//! A year of a network of twenty partners, of whom some are late, silent, wrong or overloaded, and
//! one leaves: through the server's front door, under a clock that the test sets. Exactly one
//! organisation is accountable whenever that is asked, nothing that differs is ever verified,
//! everybody is named as what they are, and when all do their part at last, all of it settles.
//!
//! The same seed gives the same year: `HANDFAST_PROVE_SEED` or `bin/prove year --seed N`.
#![allow(clippy::unwrap_used)]

#[path = "../sharing/chance.rs"]
#[allow(dead_code, reason = "other tests take more chances")]
mod chance;
#[path = "../walk/client.rs"]
#[allow(dead_code, reason = "the client serves other tests too")]
mod client;
mod deeds;
mod found;
mod town;
mod truth;

use handfast_db::Engine;

use town::Town;

fn year(engine: Engine, seed: u64) -> Option<found::Found> {
    let mut town = Town::on(engine, seed)?;
    for _ in 0..town::DAYS {
        town.day();
    }
    town.check_names();
    town.everybody_does_their_part();
    Some(town.found())
}

fn seed() -> u64 {
    std::env::var("HANDFAST_PROVE_SEED").map_or(1, |text| text.parse().unwrap())
}

fn the_same_year_twice(engine: Engine) {
    let seed = seed();
    println!("{engine:?}: seed {seed}");
    let again = std::thread::spawn(move || year(engine, seed));
    let Some(first) = year(engine, seed) else { return };
    println!("{engine:?}: {first}");
    let second = again.join().unwrap().unwrap();
    assert_eq!(first.lines, second.lines, "seed {seed}: the same year ends otherwise");
    assert_eq!(first.hash(), second.hash());
}

#[test]
fn a_year_with_twenty_partners_settles_the_same_way_twice_on_sqlite() {
    the_same_year_twice(Engine::Sqlite);
}

#[test]
fn a_year_with_twenty_partners_settles_the_same_way_twice_on_postgresql() {
    the_same_year_twice(Engine::Postgres);
}
