#![allow(clippy::unwrap_used)]

use handfast_kit::TimeMs;

use super::{Details, Error, Incoming, Received, find, list, log, receive, revise, search};
use crate::{
    CustomerId,
    testing::{NOW, World, worlds},
    touches::{Body, NewTouch},
};

fn kinds(world: &World, of: handfast_kit::OrganisationId, customer: CustomerId) -> Vec<String> {
    world.timeline(of, customer).into_iter().map(|touch| touch.kind).collect()
}

#[test]
fn two_records_with_one_verified_key_are_one_customer() {
    for world in worlds() {
        let (maya, _) = world.record(world.brand, "AUR-1", Some("maya"), "Maya Okafor");
        let (same, _) = world.record(world.spoke, "7", Some("maya"), "M. Okafor");
        let (other, _) = world.record(world.harbour, "7", None, "Maya Okafor");
        assert_eq!(maya, same);
        assert_ne!(maya, other, "a name alone joins nobody");
    }
}

#[test]
fn a_partner_sees_its_own_record_and_touches_and_not_that_more_exists() {
    for world in worlds() {
        let (maya, _) = world.record(world.brand, "AUR-1", Some("maya"), "Maya Okafor");
        world.record(world.spoke, "7", Some("maya"), "M. Okafor");
        let spoke = world.lens(world.spoke);
        let seen = world.db.read(|cx| find(cx, &spoke, maya)).unwrap().unwrap();
        assert_eq!(seen.name(), "M. Okafor");
        assert_eq!(seen.records.len(), 1);
        assert_eq!(kinds(&world, world.spoke, maya), ["customer_recorded"]);
        assert_eq!(kinds(&world, world.brand, maya).len(), 2);

        let harbour = world.lens(world.harbour);
        assert!(world.db.read(|cx| find(cx, &harbour, maya)).unwrap().is_none());
        assert!(kinds(&world, world.harbour, maya).is_empty());
        let found = world.db.read(|cx| search(cx, &harbour, "okafor", 10)).unwrap();
        assert!(found.is_empty());
        let listed = world.db.read(|cx| list(cx, &harbour, None, None, 10)).unwrap();
        assert!(listed.items.is_empty());
        // Asking for a competitor's list is asking for nothing.
        let asked = world.db.read(|cx| list(cx, &harbour, Some(world.spoke), None, 10)).unwrap();
        assert!(asked.items.is_empty());
    }
}

#[test]
fn an_invisible_customer_cannot_be_written_on_and_nothing_is_left() {
    for world in worlds() {
        let (maya, _) = world.record(world.brand, "AUR-1", None, "Maya Okafor");
        let (lens, author) = (world.lens(world.harbour), world.author(world.harbour));
        let note = NewTouch::new(maya.as_kind(), NOW, Body::Note { text: "I know her".into() });
        for customer in [maya, CustomerId::random()] {
            let note = note.clone();
            let (lens, author) = (lens.clone(), author);
            let refused = world
                .db
                .write(move |tx| log(tx, &lens, &author, NOW, customer, note.clone()))
                .unwrap_err();
            assert!(matches!(refused, Error::NotFound));
        }
        assert_eq!(kinds(&world, world.brand, maya), ["customer_recorded"]);
    }
}

#[test]
fn the_same_record_again_changes_nothing_and_another_address_is_a_touch() {
    for world in worlds() {
        let (maya, record) = world.record(world.spoke, "7", None, "Maya Okafor");
        let author = world.author(world.spoke);
        let details = |city: &str, postcode: &str| Details {
            name: "Maya Okafor".to_owned(),
            city: city.to_owned(),
            postcode: postcode.to_owned(),
            ..Details::default()
        };
        let receive_at = |at: TimeMs, details: Details| {
            let incoming = Incoming { external_ref: "7".into(), details, ..Incoming::default() };
            world.db.write(move |tx| receive(tx, &author, at, at, &incoming)).unwrap()
        };
        let leeds = receive_at(NOW.plus(1), details("Leeds", "LS1"));
        assert_eq!(leeds, Received::Changed(maya, record));
        assert_eq!(receive_at(NOW.plus(2), details("Leeds", "LS1")), Received::Same(maya, record));
        let bristol = receive_at(NOW.plus(3), details("Bristol", "BS1"));
        assert_eq!(bristol, Received::Changed(maya, record));
        let expected = ["address_changed", "address_changed", "customer_recorded"];
        assert_eq!(kinds(&world, world.spoke, maya), expected);
    }
}

#[test]
fn a_customer_is_found_by_the_beginnings_of_words_in_any_order_without_accents() {
    for world in worlds() {
        let (fabio, _) = world.record(world.spoke, "SC-77", None, "Fábio Söder");
        let (maya, _) = world.record(world.spoke, "SC-78", None, "Maya Okafor");
        let lens = world.lens(world.brand);
        let ask = |question: &str| -> Vec<CustomerId> {
            let found = world.db.read(|cx| search(cx, &lens, question, 10)).unwrap();
            found.into_iter().map(|row| row.id).collect()
        };
        assert_eq!(ask("sod fab"), [fabio]);
        assert_eq!(ask("SÖDER"), [fabio]);
        assert_eq!(ask("sc 78"), [maya]);
        assert_eq!(ask("o"), [maya]);
        // Whose name it is comes before those who only bought of it.
        let (okapi, _) = world.record(world.spoke, "maya-2", None, "Zoë Okapi");
        assert_eq!(ask("maya"), [maya, okapi]);
        assert!(ask("\"' & | ! * :").is_empty());
        assert!(ask("n_ o_").is_empty());
    }
}

#[test]
fn a_note_is_found_and_its_author_is_its_organisation() {
    for world in worlds() {
        let (maya, _) = world.record(world.spoke, "7", None, "Maya Okafor");
        let (lens, author) = (world.lens(world.spoke), world.author(world.spoke));
        let note = Body::Note { text: "Carries two crates of apples uphill".into() };
        let touch = NewTouch::new(maya.as_kind(), NOW.plus(1), note);
        world.db.write(move |tx| log(tx, &lens, &author, NOW, maya, touch.clone())).unwrap();
        let brand = world.lens(world.brand);
        let found = world.db.read(|cx| search(cx, &brand, "crates", 10)).unwrap();
        assert_eq!(found[0].id, maya);
        assert_eq!(kinds(&world, world.spoke, maya)[0], "note");
    }
}

#[test]
fn pages_of_the_list_follow_one_another_without_gap_or_repeat() {
    for world in worlds() {
        for n in 0..7 {
            world.record(world.spoke, &n.to_string(), None, &format!("Customer {}", n % 3));
        }
        for viewer in [world.brand, world.spoke] {
            let lens = world.lens(viewer);
            let mut seen = Vec::new();
            let mut after = None;
            loop {
                let page = world.db.read(|cx| list(cx, &lens, None, after.as_ref(), 2)).unwrap();
                seen.extend(page.items.iter().map(|row| row.id));
                assert!(page.items.iter().all(|row| row.last == Some(NOW)));
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            let mut once = seen.clone();
            once.sort_unstable();
            once.dedup();
            assert_eq!((seen.len(), once.len()), (7, 7));
        }
    }
}

#[test]
fn only_the_keeper_of_a_record_revises_it_and_only_the_version_it_read() {
    for world in worlds() {
        let (maya, record) = world.record(world.spoke, "7", Some("maya"), "Maya Okafor");
        let change = Details { phone: "07700 900123".into(), ..Details::default() };
        let attempt = |of, version| {
            let (lens, author) = (world.lens(of), world.author(of));
            let change = change.clone();
            world.db.write(move |tx| {
                revise(tx, &lens, &author, NOW.plus(5), (maya, record), version, &change)
            })
        };
        assert!(matches!(attempt(world.brand, None), Err(Error::NotFound)));
        assert!(matches!(attempt(world.harbour, None), Err(Error::NotFound)));
        assert!(matches!(attempt(world.spoke, Some(9)), Err(Error::VersionWrong(1))));
        assert!(matches!(attempt(world.spoke, Some(1)), Ok(Received::Changed(..))));
        assert_eq!(kinds(&world, world.brand, maya)[0], "contact_changed");
    }
}
