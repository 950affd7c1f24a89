use super::*;
use crate::testing::worlds;

#[test]
fn a_person_joins_a_household_and_parts_it_again() {
    for world in worlds() {
        let (_, maya) = keep(&world, world.spoke, "1", MAYA);
        let (_, tobi) = keep(&world, world.harbour, "2", TOBI);
        settle(&world);
        assert!(!are_one(&world, maya, tobi));
        let decided = decide(&world, world.brand, (maya, tobi), Verdict::Same).unwrap();
        assert_eq!(decided.effect, Effect::Now);
        assert!(are_one(&world, maya, tobi));
        world.clock.advance(1_000);
        decide(&world, world.brand, (tobi, maya), Verdict::Apart).unwrap();
        assert!(!are_one(&world, maya, tobi), "parted at once");
        settle(&world);
        assert!(!are_one(&world, maya, tobi));
    }
}

#[test]
fn what_was_kept_apart_stays_apart_when_records_are_matched_again() {
    for world in worlds() {
        let (_, one) = keep(&world, world.spoke, "1", MAYA);
        let (_, other) = keep(&world, world.harbour, "2", Told { email: "", ..MAYA });
        settle(&world);
        assert!(are_one(&world, one, other));
        decide(&world, world.brand, (one, other), Verdict::Apart).unwrap();
        assert!(!are_one(&world, one, other));
        keep(&world, world.harbour, "2", Told { email: "maya.okafor@example.com", ..MAYA });
        settle(&world);
        assert!(!are_one(&world, one, other), "the decision outranks the model");
        assert!(doubts(&world).is_empty(), "and is not asked again");
    }
}

#[test]
fn what_was_skipped_leaves_the_queue_and_can_be_found_again() {
    for world in worlds() {
        let (_, one) = keep(&world, world.spoke, "1", MAYA);
        let (_, other) = keep(&world, world.harbour, "2", TOBI);
        settle(&world);
        let found = doubts(&world);
        if found.is_empty() {
            // A model that is sure of households has nothing to ask here.
            continue;
        }
        decide(&world, world.brand, (one, other), Verdict::Skip).unwrap();
        assert!(doubts(&world).is_empty());
        let lens = world.lens(world.brand);
        let skipped = world.db.read(|cx| super::super::queue(cx, &lens, State::Skipped, None, 9));
        assert_eq!(skipped.unwrap().items.len(), 1);
    }
}

#[test]
fn a_partners_word_counts_when_the_brand_agrees() {
    for world in worlds() {
        let (_, one) = keep(&world, world.spoke, "1", M_OKAFOR);
        let (_, other) = keep(&world, world.spoke, "2", OKAFOR_MAYA);
        let (_, foreign) = keep(&world, world.harbour, "x", TOBI);
        settle(&world);
        let said = decide(&world, world.spoke, (one, other), Verdict::Same).unwrap();
        assert_eq!(said.effect, Effect::WithTheBrand);
        assert!(!are_one(&world, one, other));
        let heard = doubts(&world);
        assert!(
            heard.iter().any(|pair| matches!(&pair.why, Some(Why::Said { organisation, .. })
                if *organisation == world.spoke)),
            "{heard:?}"
        );
        let refused = decide(&world, world.spoke, (one, foreign), Verdict::Same);
        assert!(matches!(refused, Err(Error::NotFound)), "of others' records it knows nothing");
        world.clock.advance(1_000);
        decide(&world, world.brand, (one, other), Verdict::Same).unwrap();
        assert!(are_one(&world, one, other));
        assert!(doubts(&world).iter().all(|pair| !matches!(pair.why, Some(Why::Said { .. }))));
    }
}

#[test]
fn records_taken_in_under_one_verified_key_stay_one() {
    for world in worlds() {
        let (_, one) = world.record(world.spoke, "1", Some("key"), "Maya Okafor");
        let (_, other) = world.record(world.harbour, "2", Some("key"), "Tobias Okafor");
        settle(&world);
        let refused = decide(&world, world.brand, (one, other), Verdict::Apart);
        assert!(matches!(refused, Err(Error::OneHome)));
        assert!(are_one(&world, one, other));
    }
}
