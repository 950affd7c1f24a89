use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::testing::worlds;

/// A few people, each in several records, a household among them, and one that is hard to tell.
fn everybody(world: &World) -> Vec<(OrganisationId, &'static str, Told)> {
    let ben = Told {
        given: "Benedict",
        family: "Adeyemi",
        name: "",
        phone: "0117 496 0999",
        email: "ben@example.net",
        street: "3 Quay Street",
        postcode: "BS1 2JG",
        city: "Bristol",
    };
    vec![
        (world.spoke, "1", MAYA),
        (world.harbour, "2", M_OKAFOR),
        (world.brand, "3", OKAFOR_MAYA),
        (world.harbour, "4", TOBI),
        (world.spoke, "5", Told { email: "", phone: "", ..TOBI }),
        (world.spoke, "6", ben),
        (world.brand, "7", Told { given: "Ben", email: "", ..ben }),
        (world.harbour, "8", Told { given: "", name: "B Adeyemi", family: "", street: "", ..ben }),
        (world.spoke, "9", Told { name: "Okafor", city: "Leeds", ..Told::default() }),
    ]
}

/// Which references are one customer.
fn partition(world: &World, records: &BTreeMap<&str, RecordId>) -> BTreeSet<BTreeSet<String>> {
    let mut groups: BTreeMap<CustomerId, BTreeSet<String>> = BTreeMap::new();
    for (reference, record) in records {
        groups.entry(stands(world, *record)).or_default().insert((*reference).to_owned());
    }
    groups.into_values().collect()
}

/// Numbers from a seed, for shuffling.
fn shuffled<T>(mut items: Vec<T>, seed: u64) -> Vec<T> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    for at in (1..items.len()).rev() {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        items.swap(at, (state >> 33) as usize % (at + 1));
    }
    items
}

/// Takes up a new model that is the same as before: everybody is matched again, by id.
fn match_all_again(world: &World) {
    let (network, now) = (world.network, world.clock.now());
    let begin = move |tx: &mut handfast_db::Tx<'_>| {
        super::super::store::set_model(tx, network, "", "", 0, now)
    };
    world.db.write(begin).unwrap();
    settle(world);
}

#[test]
fn any_order_of_arrival_ends_in_the_same_customers() {
    for seed in 0..6 {
        for world in worlds() {
            let mut records = BTreeMap::new();
            let arriving = shuffled(everybody(&world), seed);
            for (nth, (whose, reference, told)) in arriving.into_iter().enumerate() {
                records.insert(reference, keep(&world, whose, reference, told).1);
                if (seed as usize + nth).is_multiple_of(3) {
                    settle(&world);
                }
            }
            settle(&world);
            let groups = partition(&world, &records);
            assert!(groups.iter().any(|group| group.contains("1") && group.contains("3")));
            assert!(groups.iter().all(|group| !(group.contains("1") && group.contains("6"))));
            // Ids, which settle what is exactly equal, are another world's elsewhere: so the same
            // world is matched again, all at once.
            match_all_again(&world);
            assert_eq!(partition(&world, &records), groups, "seed {seed}");
        }
    }
}

#[test]
fn records_that_change_their_mind_end_where_they_would_have_begun() {
    for world in worlds() {
        let mut records = BTreeMap::new();
        for (nth, (whose, reference, _)) in everybody(&world).into_iter().enumerate() {
            let told = everybody(&world)[(nth + 3) % 9].2;
            records.insert(reference, keep_details(&world, whose, reference, told.details()).1);
        }
        settle(&world);
        // What is left empty stays as it was, so a change says everything.
        let full = |told: Told, reference: &'static str| Details {
            email: if told.email.is_empty() {
                format!("{reference}@example.org")
            } else {
                told.email.to_owned()
            },
            ..told.details()
        };
        for (whose, reference, told) in everybody(&world) {
            keep_details(&world, whose, reference, full(told, reference));
        }
        settle(&world);
        let network = world.network;
        let edges =
            |record| world.db.read(|cx| super::super::index::edges(cx, network, record)).unwrap();
        let groups = partition(&world, &records);
        match_all_again(&world);
        assert_eq!(partition(&world, &records), groups);
        for record in records.values() {
            for (other, weight) in edges(*record) {
                assert!(edges(other).contains(&(*record, weight)), "each pair stands twice");
            }
        }
    }
}

#[test]
fn an_address_that_everybody_shares_neither_glues_nor_slows() {
    let count = if cfg!(debug_assertions) { 150 } else { 10_000 };
    for world in worlds() {
        let mut records = Vec::new();
        for at in 0..count {
            let details = Details {
                name: format!("{} {}", name(at), name(at * 7 + 3)),
                street: "1 Student Hall".to_owned(),
                postcode: "LS2 9JT".to_owned(),
                city: "Leeds".to_owned(),
                ..Details::default()
            };
            records.push(keep_details(&world, world.spoke, &at.to_string(), details).1);
        }
        settle(&world);
        let customers: BTreeSet<CustomerId> =
            records.iter().map(|record| stands(&world, *record)).collect();
        assert_eq!(customers.len(), records.len());
    }
}

/// A name that few share.
fn name(at: usize) -> String {
    let parts =
        ["ba", "ko", "mi", "ru", "ze", "lan", "tor", "vi", "sol", "pe", "dra", "fen", "gul"];
    let part = |n: usize| parts[n % parts.len()];
    format!("{}{}{}", part(at), part(at / 13 + 5), part(at * 5 / 3 + at / 169 + 2))
}
