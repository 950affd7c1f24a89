use super::*;
use crate::{
    sharing::{Class, Grant, Level, Tie},
    testing::worlds,
};

#[test]
fn an_initial_and_a_phone_number_join_the_shops_record() {
    for world in worlds() {
        let (_, shop) = keep(&world, world.spoke, "1", MAYA);
        settle(&world);
        let (_, workshop) = keep(&world, world.harbour, "a", M_OKAFOR);
        assert!(!are_one(&world, shop, workshop), "it waits for the round");
        settle(&world);
        assert!(are_one(&world, shop, workshop), "{:?}", doubts(&world));
    }
}

#[test]
fn the_surname_first_and_an_address_join_the_shops_record() {
    for world in worlds() {
        let (_, shop) = keep(&world, world.spoke, "1", MAYA);
        let (_, magazine) = keep(&world, world.brand, "z", OKAFOR_MAYA);
        settle(&world);
        assert!(are_one(&world, shop, magazine), "{:?}", doubts(&world));
    }
}

#[test]
fn a_household_stays_apart() {
    for world in worlds() {
        let (_, maya) = keep(&world, world.spoke, "1", MAYA);
        let (_, tobi) = keep(&world, world.spoke, "2", TOBI);
        let (_, again) = keep(&world, world.brand, "3", Told { email: "", ..MAYA });
        settle(&world);
        assert!(!are_one(&world, maya, tobi));
        assert!(are_one(&world, maya, again));
    }
}

#[test]
fn a_record_that_says_something_else_goes_back_to_where_it_came_from() {
    for world in worlds() {
        let (_, shop) = keep(&world, world.spoke, "1", MAYA);
        let (home, workshop) = keep(&world, world.harbour, "a", MAYA);
        settle(&world);
        assert!(are_one(&world, shop, workshop));
        let ben = Told {
            given: "Benedict",
            family: "Adeyemi",
            name: "Benedict Adeyemi",
            phone: "0117 496 0999",
            email: "ben@example.net",
            street: "3 Quay Street",
            postcode: "BS1 2JG",
            city: "Bristol",
        };
        keep(&world, world.harbour, "a", ben);
        settle(&world);
        assert!(!are_one(&world, shop, workshop));
        assert_eq!(stands(&world, workshop), home, "its own customer again");
    }
}

#[test]
fn what_is_said_again_changes_nothing() {
    for world in worlds() {
        keep(&world, world.spoke, "1", MAYA);
        keep(&world, world.brand, "z", OKAFOR_MAYA);
        settle(&world);
        let before = state(&world);
        keep(&world, world.spoke, "1", MAYA);
        settle(&world);
        let (network, now) = (world.network, world.clock.now());
        let idle = world.db.write(move |tx| work(tx, network, now, 20)).unwrap();
        assert_eq!(idle.record_count, 0, "unchanged records do not wait");
        assert_eq!(state(&world), before);
    }
}

/// The brand's whole feed and who stands where.
fn state(world: &World) -> Vec<String> {
    let lens = world.lens(world.brand);
    let list = |cx: &mut handfast_db::Cx<'_>| customers::list(cx, &lens, None, None, 200);
    let rows = world.db.read(list).unwrap().items;
    let mut state = Vec::new();
    for row in rows {
        state.push(format!("{} {}", row.id, row.name));
        let touches = world.timeline(world.brand, row.id);
        state.extend(touches.into_iter().map(|touch| format!("{} {}", touch.id, touch.summary)));
    }
    state
}

#[test]
fn placeholders_glue_nobody_together() {
    for world in worlds() {
        let names = ["Ada Lovelace", "Grace Hopper", "Alan Turing", "Edsger Dijkstra"];
        let records: Vec<RecordId> = names
            .iter()
            .enumerate()
            .map(|(at, name)| {
                let told = Told {
                    name,
                    phone: "0000000000",
                    email: "test@test.com",
                    street: "N/A",
                    postcode: "N/A",
                    city: "N/A",
                    ..Told::default()
                };
                keep(&world, world.spoke, &at.to_string(), told).1
            })
            .collect();
        settle(&world);
        for (at, a) in records.iter().enumerate() {
            for b in &records[at + 1..] {
                assert!(!are_one(&world, *a, *b));
            }
        }
        assert!(doubts(&world).is_empty());
    }
}

/// Maya as somebody wrote down who never saw her: an initial, her phone and her mail address.
const BY_MAIL: Told = Told { email: MAYA.email, ..M_OKAFOR };

#[test]
fn a_merge_that_would_tell_a_competitor_waits_for_the_brand() {
    for world in worlds() {
        // Two records of one shop that nobody could tell to be one by themselves ...
        let (one, by_phone) = keep(&world, world.spoke, "1", BY_MAIL);
        let (other, by_street) = keep(&world, world.spoke, "2", OKAFOR_MAYA);
        settle(&world);
        assert!(!are_one(&world, by_phone, by_street));
        // ... and the brand knows both the phone number and the street.
        let (_, brand) = keep(&world, world.brand, "z", MAYA);
        settle(&world);
        assert!(!are_one(&world, by_phone, by_street), "the shop would learn that they are one");
        assert!(are_one(&world, brand, by_phone) || are_one(&world, brand, by_street));
        let tells = Why::Tells { organisations: vec![world.spoke] };
        let found = doubts(&world);
        assert!(found.iter().any(|pair| pair.why == Some(tells.clone())), "{found:?}");
        let lens = world.lens(world.spoke);
        for customer in [one, other] {
            let seen = world.db.read(|cx| customers::find(cx, &lens, customer)).unwrap();
            assert_eq!(seen.unwrap().id, customer, "the shop knows two customers");
        }
        // A person of the brand may decide so.
        decide(&world, world.brand, (by_phone, by_street), Verdict::Same).unwrap();
        assert!(are_one(&world, by_phone, by_street) && are_one(&world, brand, by_street));
        assert!(doubts(&world).is_empty());
    }
}

#[test]
fn who_is_shown_both_anyway_is_told_nothing_by_a_merge() {
    for world in worlds() {
        let (tie, class, level) = (Tie::None, Class::Identity, Level::Full);
        world.agree(world.spoke, &[Grant { tie, class, level, from_tie: false, purpose: None }]);
        let (_, by_phone) = keep(&world, world.spoke, "1", BY_MAIL);
        let (_, by_street) = keep(&world, world.spoke, "2", OKAFOR_MAYA);
        keep(&world, world.brand, "z", MAYA);
        settle(&world);
        assert!(are_one(&world, by_phone, by_street), "{:?}", doubts(&world));
    }
}
