//! Real files, where they are.

use std::time::Instant;

use handfast_kit::Zone;
use handfast_record::{
    cases, sales,
    testing::{World, worlds},
};
use serde_json::Value;

use super::{counts, folder, named, shared, take};

fn facts(key: &str) -> Value {
    let facts = std::fs::read_to_string(shared("facts.json").unwrap()).unwrap();
    serde_json::from_str::<Value>(&facts).unwrap()[key].clone()
}

/// Compares a report with the true figures, wherever both speak of the same fact; says how many
/// were compared.
fn assert_agrees(facts: &Value, report: &Value) -> usize {
    let mut compared = 0;
    let mut wrong = Vec::new();
    compare("", facts, report, &mut compared, &mut wrong);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    compared
}

fn compare(path: &str, fact: &Value, said: &Value, compared: &mut usize, wrong: &mut Vec<String>) {
    match (fact, said) {
        (Value::Object(facts), Value::Object(said)) => {
            for (key, fact) in facts {
                if let Some(said) = said.get(key) {
                    compare(&format!("{path}.{key}"), fact, said, compared, wrong);
                }
            }
        }
        (Value::Array(facts), Value::Array(said)) if facts.len() == said.len() => {
            for (at, (fact, said)) in facts.iter().zip(said).enumerate() {
                compare(&format!("{path}[{at}]"), fact, said, compared, wrong);
            }
        }
        _ => {
            *compared += 1;
            let same = match (fact.as_f64(), said.as_f64()) {
                (Some(fact), Some(said)) => (fact - said).abs() < 1e-9,
                _ => fact == said,
            };
            if !same {
                wrong.push(format!("{path}: {said} should be {fact}"));
            }
        }
    }
}

#[test]
fn the_marketplace_is_taken_in_and_a_second_time_stores_nothing() {
    let Some(path) = shared("olist") else { return };
    for mut world in worlds() {
        world.zone = Zone::named("America/Sao_Paulo").unwrap();
        let begun = Instant::now();
        let first = take(&world, world.brand, folder("olist", &path));
        eprintln!("{:?}: {:?} in {:?}", world.engine, first.counts, begun.elapsed());
        let rows = 1_868 + 8_385 + 13_470 + 14_855 + 13_470 + 14_309 + 13_489;
        assert_eq!(counts(&first), [rows, rows, 0, 0]);
        let lens = world.lens(world.brand);
        let report = world.db.read(|cx| sales::figures::delivery(cx, &lens, &world.zone)).unwrap();
        let compared = assert_agrees(&facts("olist"), &serde_json::to_value(&report).unwrap());
        assert!(compared >= 100, "only {compared} figures were compared");
        let again = take(&world, world.brand, folder("olist", &path));
        assert_eq!(counts(&again), [rows, 0, rows, 0]);
    }
}

#[test]
fn the_incidents_are_taken_in_and_a_second_time_stores_nothing() {
    let Some(path) = shared("incidents/bpi2013_incidents.csv.gz") else { return };
    for world in worlds() {
        let begun = Instant::now();
        let first = take(&world, world.brand, named("case-events", "bpi2013", &path));
        eprintln!("{:?}: {:?} in {:?}", world.engine, first.counts, begun.elapsed());
        assert_eq!(counts(&first), [65_533, 65_533, 0, 0]);
        let facts = facts("bpi2013_incidents");
        assert_hands(&world, cases::figures::By::Organisation, &facts, "org_line");
        assert_hands(&world, cases::figures::By::Team, &facts, "support_team");
        assert_hands(&world, cases::figures::By::Country, &facts, "owner_country");
        let again = take(&world, world.brand, named("case-events", "bpi2013", &path));
        assert_eq!(counts(&again), [65_533, 0, 65_533, 0]);
    }
}

#[test]
fn equal_steps_of_the_help_desk_are_two_and_stay_two() {
    let Some(path) = shared("incidents/helpdesk_italy.csv.gz") else { return };
    for world in worlds() {
        let first = take(&world, world.brand, named("case-events", "helpdesk", &path));
        assert_eq!(counts(&first), [21_348, 21_348, 0, 0]);
        let facts = facts("helpdesk_italy");
        assert_hands(&world, cases::figures::By::Organisation, &facts, "resource");
        let again = take(&world, world.brand, named("case-events", "helpdesk", &path));
        assert_eq!(counts(&again), [21_348, 0, 21_348, 0]);
    }
}

fn assert_hands(world: &World, by: cases::figures::By, facts: &Value, key: &str) {
    let lens = world.lens(world.brand);
    let report = world.db.read(|cx| cases::figures::cases(cx, &lens, by)).unwrap();
    let mut expected = facts[key].clone();
    for above in ["cases", "events", "median_case_hours"] {
        expected[above] = facts[above].clone();
    }
    let compared = assert_agrees(&expected, &serde_json::to_value(&report).unwrap());
    assert!(compared >= 30, "only {compared} figures were compared");
}
