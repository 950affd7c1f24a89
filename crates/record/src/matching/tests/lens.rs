use super::*;
use crate::testing::worlds;

/// All that a partner is told of its customers and their matching.
fn told(world: &World, whose: OrganisationId) -> Vec<String> {
    let lens = world.lens(whose);
    let rows = world.db.read(|cx| customers::list(cx, &lens, None, None, 200)).unwrap().items;
    let mut told = Vec::new();
    for row in rows {
        let why = world.db.read(|cx| matching::why(cx, &lens, row.id)).unwrap().unwrap();
        told.push(format!(
            "{row:?} {:?} {:?} {:?}",
            why.customer.records, why.links, why.decisions
        ));
        let id = why.customer.sight.customer();
        let touches = world.timeline(whose, id);
        told.extend(touches.into_iter().map(|touch| format!("{} {}", touch.id, touch.summary)));
    }
    let own = world.db.read(|cx| matching::own_duplicates(cx, &lens, 50)).unwrap();
    told.extend(
        own.into_iter()
            .map(|pair| format!("{:?} {:?} {}", pair.records, pair.customers, pair.weight)),
    );
    let queue = world.db.read(|cx| matching::queue(cx, &lens, State::Open, None, 50)).unwrap();
    assert!(queue.items.is_empty());
    assert!(world.db.read(|cx| matching::model(cx, &lens)).unwrap().is_none());
    told
}

#[test]
fn a_match_that_a_partner_may_not_know_of_changes_nothing_for_it() {
    for world in worlds() {
        keep(&world, world.spoke, "1", MAYA);
        keep(&world, world.spoke, "2", M_OKAFOR);
        keep(&world, world.spoke, "3", TOBI);
        settle(&world);
        let before = told(&world, world.spoke);
        // The workshop and the brand know them too.
        keep(&world, world.harbour, "a", MAYA);
        keep(&world, world.brand, "b", OKAFOR_MAYA);
        keep(&world, world.harbour, "c", TOBI);
        settle(&world);
        assert_eq!(told(&world, world.spoke), before);
    }
}

#[test]
fn a_partner_finds_doubles_among_its_own_records_by_them_alone() {
    for world in worlds() {
        keep(&world, world.spoke, "1", MAYA);
        let (_, ada) = keep(
            &world,
            world.spoke,
            "2",
            Told { name: "Ada Quill", city: "Leeds", ..Told::default() },
        );
        keep(
            &world,
            world.harbour,
            "a",
            Told { name: "Ada Quill", city: "Leeds", ..Told::default() },
        );
        settle(&world);
        let lens = world.lens(world.spoke);
        let own = world.db.read(|cx| matching::own_duplicates(cx, &lens, 50)).unwrap();
        assert!(own.iter().all(|pair| pair.records.0.id != ada && pair.records.1.id != ada));
    }
}

#[test]
fn why_records_are_one_is_said_for_each_link() {
    for world in worlds() {
        let (customer, shop) = keep(&world, world.spoke, "1", MAYA);
        let (_, workshop) = keep(&world, world.harbour, "a", M_OKAFOR);
        settle(&world);
        let lens = world.lens(world.brand);
        let why = world.db.read(|cx| matching::why(cx, &lens, customer)).unwrap().unwrap();
        assert_eq!(why.links.len(), 1);
        let link = &why.links[0];
        let (a, b) = link.records;
        assert_eq!((a.min(b), a.max(b)), (shop.min(workshop), shop.max(workshop)));
        assert_eq!(link.weight, link.lines.iter().map(|line| line.weight).sum::<i32>());
        assert!(link.lines.iter().any(|line| line.comparison.contains("phone")), "{link:?}");
    }
}
