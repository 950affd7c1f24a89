use super::*;
use crate::testing::worlds;

#[test]
fn of_few_records_no_model_is_made() {
    for world in worlds() {
        keep(&world, world.spoke, "1", MAYA);
        settle(&world);
        let (network, now) = (world.network, world.clock.now());
        assert!(!world.db.read(|cx| matching::is_due(cx, network)).unwrap());
        assert!(!matching::refit(&world.db, network, now, &|_, _| {}).unwrap());
    }
}

#[test]
fn a_new_model_is_taken_up_step_by_step_and_ends_in_the_same_customers() {
    for world in worlds() {
        let (_, shop) = keep(&world, world.spoke, "1", MAYA);
        let (_, workshop) = keep(&world, world.harbour, "a", M_OKAFOR);
        let (_, tobi) = keep(&world, world.brand, "2", TOBI);
        settle(&world);
        assert!(are_one(&world, shop, workshop));
        let (network, now) = (world.network, world.clock.now());
        let begin = move |tx: &mut handfast_db::Tx<'_>| {
            super::super::store::set_model(tx, network, "", "", 3, now)
        };
        world.db.write(begin).unwrap();
        // While it is taken up nobody is parted, and a decision waits for its end.
        let step = |limit| world.db.write(move |tx| work(tx, network, now, limit)).unwrap();
        while step(1).record_count == 0 {}
        assert!(are_one(&world, shop, workshop), "half an index parts nobody");
        let decided = decide(&world, world.brand, (shop, tobi), Verdict::Same).unwrap();
        assert_eq!(decided.effect, Effect::AfterTheRun);
        assert!(!are_one(&world, shop, tobi));
        settle(&world);
        assert!(are_one(&world, shop, workshop) && are_one(&world, shop, tobi));
    }
}
