//! What opens a customer's page to a partner, and what is kept of a look.

use handfast_kit::Day;

use crate::{
    CustomerId,
    agreements::{self, Draft},
    customers,
    sharing::{
        Class, Grant, Level, Purpose, Reason, Tie,
        ties::{self, MadeBy, NewTie, OPEN},
    },
    testing::{NOW, World, worlds},
    touches,
};

fn sign(world: &World, version: i64, grants: Vec<Grant>) {
    let draft = Draft { grants, ..Draft::signed_on(Day(20_000)) };
    let (brand, harbour) = (world.author(world.brand), world.harbour);
    world.db.write(move |tx| agreements::sign(tx, &brand, NOW, harbour, &draft, version)).unwrap();
}

fn assign(world: &World, customer: CustomerId) {
    let (network, organisation) = (world.network, world.harbour);
    let tie = NewTie {
        organisation,
        tie: Tie::Assigned,
        from: NOW,
        until: OPEN,
        extra: 0,
        made_by: MadeBy::Hand,
        person: None,
        why: String::new(),
    };
    world.db.write(move |tx| ties::make(tx, network, customer, &tie)).unwrap();
}

#[test]
fn a_page_opens_for_whatever_is_shown_of_fields_or_entries_and_for_nothing_else() {
    for world in worlds() {
        let (maya, _) = world.record(world.brand, "7", None, "Maya Okafor");
        assign(&world, maya);
        let looks = || {
            let lens = world.lens(world.harbour);
            world.db.read(|cx| customers::look(cx, &lens, maya)).unwrap().is_some()
        };
        assert!(!looks(), "no agreement, nothing shared");
        let of = |class, level, from_tie| {
            vec![Grant { tie: Tie::Assigned, class, level, from_tie, purpose: None }]
        };
        for (version, (grants, is_open)) in [
            (of(Class::Identity, Level::Veiled, false), true),
            (of(Class::Identity, Level::None, false), false),
            (of(Class::Purchase, Level::Count, false), true),
            (of(Class::Purchase, Level::Full, true), true),
            (Vec::new(), false),
        ]
        .into_iter()
        .enumerate()
        {
            sign(&world, version as i64, grants.clone());
            assert_eq!(looks(), is_open, "{grants:?}");
        }
    }
}

#[test]
fn what_one_request_saw_of_a_customer_is_added_up() {
    for world in worlds() {
        let (maya, _) = world.record(world.harbour, "7", None, "Maya Okafor");
        let lens = world.lens(world.harbour);
        let all = touches::Filter::default();
        world
            .db
            .read(|cx| {
                let seen = customers::find(cx, &lens, maya)?.unwrap();
                touches::timeline(cx, &lens, &seen.sight, &all, None, 50)
            })
            .unwrap();
        let seen = lens.take_seen();
        assert_eq!((seen.len(), seen[0].customer), (1, Some(maya)));
        assert_eq!((seen[0].rows, seen[0].classes), (2, Class::Identity.bit()));
        assert_eq!(seen[0].ties, Tie::Owner.bit());
        assert!(lens.take_seen().is_empty());
    }
}

#[test]
fn of_several_obstacles_the_one_is_named_that_can_be_removed_first() {
    for world in worlds() {
        let (maya, _) = world.record(world.brand, "7", None, "Maya Okafor");
        assign(&world, maya);
        let asks = |purpose, from_tie| Grant {
            tie: Tie::Assigned,
            class: Class::Message,
            level: Level::Full,
            from_tie,
            purpose: Some(purpose),
        };
        sign(
            &world,
            0,
            vec![
                asks(Purpose::Offers, false),
                asks(Purpose::Research, false),
                asks(Purpose::Service, true),
            ],
        );
        let author = world.spoke;
        let entry = crate::sharing::Entry { author, audience: None, at: NOW.plus(-1) };
        let why = world.seen(world.harbour, maya, |_, _, sight| {
            Ok(sight.why(Class::Message, Some(&entry)).reason)
        });
        // Consent can be asked for today; the day of the tie stays what it is.
        assert_eq!(why, Reason::NotConsented(Purpose::Research));
    }
}
