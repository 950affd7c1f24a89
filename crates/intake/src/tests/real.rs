//! Real files, where they are.

use std::time::Instant;

use handfast_db::Engine;
use handfast_kit::Zone;
use handfast_record::{
    cases, customers, sales,
    testing::{World, world_on, worlds},
};
use serde_json::Value;

use super::{counts, folder, named, shared, take};
use crate::source;

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
fn the_marketplace_is_taken_in_and_a_second_time_stores_nothing_on_sqlite() {
    take_the_marketplace_twice(Engine::Sqlite);
}

#[test]
fn the_marketplace_is_taken_in_and_a_second_time_stores_nothing_on_postgresql() {
    take_the_marketplace_twice(Engine::Postgres);
}

fn take_the_marketplace_twice(engine: Engine) {
    let Some((path, mut world)) = shared("olist").zip(world_on(engine)) else { return };
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

#[test]
fn the_incidents_are_taken_in_and_a_second_time_stores_nothing_on_sqlite() {
    take_the_incidents_twice(Engine::Sqlite);
}

#[test]
fn the_incidents_are_taken_in_and_a_second_time_stores_nothing_on_postgresql() {
    take_the_incidents_twice(Engine::Postgres);
}

fn take_the_incidents_twice(engine: Engine) {
    let Some((path, world)) = shared("incidents/bpi2013_incidents.csv.gz").zip(world_on(engine))
    else {
        return;
    };
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

/// What is known of one customer of the brand, by its reference.
fn details(world: &World, reference: &str) -> customers::Details {
    let lens = world.lens(world.brand);
    let found =
        world.db.read(|cx| customers::by_reference(cx, &lens, world.brand, reference)).unwrap();
    let found = found.unwrap_or_else(|| panic!("{reference} was not taken in"));
    let record = found.records.iter().find(|record| record.external_ref == reference);
    record.unwrap().details.clone()
}

#[test]
fn exports_of_other_systems_are_taken_in_whole() {
    let Some(folder) = shared("crm_exports") else { return };
    for world in worlds() {
        for (shape, profile, file, rows) in [
            ("customers", "shopify", "headers/shopify_customers.csv", 1),
            ("orders", "shopify", "headers/shopify_orders.csv", 3),
            ("contacts", "hubspot", "headers/hubspot_contacts.csv", 2),
            ("customers", "hubspot", "headers/hubspot_companies.csv", 2),
            ("orders", "hubspot", "headers/hubspot_deals.csv", 1),
            ("contacts", "salesforce", "headers/salesforce_contacts.csv", 1),
            ("customers", "salesforce", "salesforce_dataloader/accountData.csv", 423),
            ("orders", "salesforce", "salesforce_dataloader/opportunityData.csv", 38),
            ("case-events", "zendesk", "headers/zendesk_tickets.csv", 1),
            ("case-events", "freshdesk", "headers/freshdesk_tickets.csv", 1),
            ("contacts", "odoo", "headers/odoo_res_partner.csv", 2),
        ] {
            let path = folder.join(file);
            let first = take(&world, world.brand, named(shape, profile, &path));
            assert_eq!(counts(&first), [rows, rows, 0, 0], "{file}");
            let again = take(&world, world.brand, named(shape, profile, &path));
            assert_eq!(counts(&again), [rows, 0, rows, 0], "{file}");
        }
        assert_eq!(details(&world, "001x0000002xLCVAA2").city, "FORT COLLINS");
        assert_eq!(details(&world, "7001").phone, "+34600000001");
        assert_eq!(details(&world, "__import__.ruiz").party, customers::Party::Business);
    }
}

#[test]
fn every_card_is_taken_in_with_sensible_values() {
    let Some(folder) = shared("crm_exports/vcard") else { return };
    for world in worlds() {
        for (file, cards, reference, name, phone, city) in [
            ("John_Doe_ANDROID.vcf", 6, "bob@company.com", "Ñ Ñ Ñ Ñ", "123456", ""),
            ("John_Doe_MS_OUTLOOK.vcf", 1, "john.doe@ibm.cm", DOE, "9055551234", "Albaney"),
            ("John_Doe_IPHONE.vcf", 1, "john.doe@ibm.com", DOE, "9055551234", "New York"),
            ("gmail-list.vcf", 3, "dwhite@gmail.com", "Doug White", "", ""),
            ("gmail-single.vcf", 1, "gdartmouth@hotmail.com", "Greg Dartmouth", "5555551111", ""),
            ("gmail-single2.vcf", 1, "email@example.com", "VCard Test", "5555551111", "NY"),
            ("outlook-2003.vcf", 1, "jdoe@hotmail.com", "John Doe III", "BusinessPhone", "Austin"),
            (
                "rfc2426-example.vcf",
                2,
                "howes@netscape.com",
                "Tim Howes",
                "+14159373419",
                "Mountain View",
            ),
            (
                "rfc6350-example.vcf",
                1,
                "simon.perreault@viagenie.ca",
                "Simon Perreault",
                "+14186569254",
                "Quebec",
            ),
        ] {
            let outcome = take(&world, world.brand, named("contacts", "", &folder.join(file)));
            assert_eq!(counts(&outcome), [cards, cards, 0, 0], "{file}");
            let said = details(&world, reference);
            assert_eq!((said.name.as_str(), said.phone.as_str()), (name, phone), "{file}");
            assert_eq!(said.city, city, "{file}");
        }
        // The same person by the same address, in the words of another program.
        let path = folder.join("John_Doe_GMAIL.vcf");
        assert_eq!(counts(&take(&world, world.brand, named("contacts", "", &path))), [1, 1, 0, 0]);
        assert!(details(&world, "john.doe@ibm.com").street.starts_with("Crescent moon drive, 555"));
    }
}

const DOE: &str = "Mr. John Richter James Doe Sr.";

#[test]
fn samples_with_odd_letters_and_separators_are_read() {
    let Some(folder) = shared("crm_exports/salesforce_dataloader") else { return };
    for (file, separator, columns, first) in [
        ("csvEscapedQuotes.csv", None, 2, "\"The Best\" Account"),
        ("csvSeparator.csv", Some(b'!'), 2, "col11,col12"),
        ("csvtext_BOM_UTF8.csv", None, 3, "row1-1"),
        ("csvtext_BOM_UTF16LE.csv", None, 3, "row1-1"),
        ("csvtext_BOM_UTF16BE.csv", None, 3, "row1-1"),
        ("csvtext_BOM_UTF32LE.csv", None, 3, "row1-1"),
    ] {
        let options = source::Options { separator, ..source::Options::default() };
        let mut source = source::Source::open(&folder.join(file), &options).unwrap();
        assert_eq!(source.columns().len(), columns, "{file}");
        let source::Piece::Row(row) = source.next_piece().unwrap() else { panic!("{file}") };
        assert_eq!(row.cell(0), first, "{file}");
    }
}
