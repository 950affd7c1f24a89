#![allow(clippy::unwrap_used)]

use handfast_kit::{Day, TimeMs};

use super::{Body, Channel, Filter, NewTouch, append, feed, rules, timeline};
use crate::{
    CustomerId, receipts,
    sharing::{Class, ties},
    testing::{NOW, World, worlds},
};

fn write(
    world: &World,
    of: handfast_kit::OrganisationId,
    customer: CustomerId,
    at: TimeMs,
    body: Body,
) {
    let author = world.author(of);
    let touch = NewTouch::new(customer.as_kind(), at, body);
    world.db.write(move |tx| append(tx, &author, NOW, touch.clone())).unwrap();
}

fn note(text: &str) -> Body {
    Body::Note { text: text.to_owned() }
}

#[test]
fn the_feed_is_gapless_in_the_order_of_recording_and_shows_each_viewer_its_own() {
    for world in worlds() {
        let (maya, _) = world.record(world.spoke, "7", None, "Maya");
        world.clock.advance(1);
        for n in 0..5 {
            write(&world, world.spoke, maya, NOW.plus(-n), note(&format!("note {n}")));
        }
        write(&world, world.brand, maya, NOW, note("ours"));
        let network = world.network;
        let brand = world.lens(world.brand);
        let before = world.db.read(|cx| feed(cx, &brand, None, 50)).unwrap().unwrap();
        assert!(before.is_empty(), "nothing has a number before it is sealed");
        assert_eq!(world.db.write(move |tx| receipts::seal(tx, network, NOW, 4, None)).unwrap(), 4);
        assert_eq!(
            world.db.write(move |tx| receipts::seal(tx, network, NOW, 400, None)).unwrap(),
            3
        );
        assert_eq!(
            world.db.write(move |tx| receipts::seal(tx, network, NOW, 400, None)).unwrap(),
            0
        );
        let all = world.db.read(|cx| feed(cx, &brand, None, 50)).unwrap().unwrap();
        let numbers: Vec<i64> = all.iter().map(|touch| touch.leaf_index.unwrap()).collect();
        assert_eq!(numbers, [0, 1, 2, 3, 4, 5, 6]);
        let rest = world.db.read(|cx| feed(cx, &brand, Some(all[4].id), 50)).unwrap().unwrap();
        assert_eq!(rest.len(), 2);
        let spoke = world.lens(world.spoke);
        let own = world.db.read(|cx| feed(cx, &spoke, None, 50)).unwrap().unwrap();
        assert_eq!(own.len(), 6);
        assert!(own.iter().all(|touch| touch.leaf_index.is_none()), "gaps would tell of others");
        let ours =
            all.iter().find(|touch| touch.organisation.id() == Some(world.brand)).unwrap().id;
        assert!(world.db.read(|cx| feed(cx, &spoke, Some(ours), 50)).unwrap().is_none());
        let harbour = world.lens(world.harbour);
        assert!(world.db.read(|cx| feed(cx, &harbour, None, 50)).unwrap().unwrap().is_empty());
    }
}

#[test]
fn who_keeps_no_record_owns_nothing_by_writing() {
    for world in worlds() {
        let (maya, _) = world.record(world.brand, "7", None, "Maya");
        write(&world, world.harbour, maya, NOW, note("the guest’s finding"));
        let ties = world.seen(world.brand, maya, |cx, lens, _| ties::of_customer(cx, lens, maya));
        assert!(ties.is_empty());
        let own = world.timeline(world.harbour, maya);
        assert_eq!(own.len(), 1, "what it wrote stays its own to read");
    }
}

#[test]
fn a_touch_with_a_derived_id_counts_once() {
    for world in worlds() {
        let (maya, record) = world.record(world.spoke, "7", None, "Maya");
        let author = world.author(world.spoke);
        let body = Body::DeliveryPromised { order_ref: "A-1".into(), day: Day(20_000) };
        let touch = NewTouch::new(maya.as_kind(), NOW, body).on(record).from_source(&author, "A-1");
        let again = touch.clone();
        let first = world.db.write(move |tx| append(tx, &author, NOW, touch.clone())).unwrap();
        let second = world.db.write(move |tx| append(tx, &author, NOW, again.clone())).unwrap();
        assert_eq!((first.0, first.1, second.1), (second.0, true, false));
    }
}

#[test]
fn a_timeline_is_filtered_by_class_organisation_channel_and_text() {
    for world in worlds() {
        let (maya, _) = world.record(world.spoke, "7", None, "Maya");
        write(&world, world.spoke, maya, NOW.plus(1), note("50% off_season"));
        write(&world, world.brand, maya, NOW.plus(2), note("called twice"));
        let call = Body::Call { said: "The motor cuts out".into(), step: None };
        write(&world, world.brand, maya, NOW.plus(3), call);
        let count = |filter: Filter| {
            world.seen(world.brand, maya, |cx, lens, sight| {
                let page = timeline(cx, lens, sight, &filter, None, 50)?;
                let counted = super::count(cx, lens, sight, &filter)?;
                assert_eq!(counted, page.items.len() as i64);
                Ok(page.items.len())
            })
        };
        assert_eq!(count(Filter::default()), 4);
        assert_eq!(count(Filter { classes: vec![Class::Note], ..Filter::default() }), 2);
        let of = Filter { organisation: Some(world.spoke), ..Filter::default() };
        assert_eq!(count(of), 2);
        assert_eq!(count(Filter { channel: Some(Channel::Phone), ..Filter::default() }), 1);
        assert_eq!(count(Filter { text: Some("MOTOR".into()), ..Filter::default() }), 1);
        assert_eq!(count(Filter { text: Some("50%".into()), ..Filter::default() }), 1);
        assert_eq!(count(Filter { text: Some("nobody said this".into()), ..Filter::default() }), 0);
    }
}

#[test]
fn pages_of_a_timeline_meet_without_gap_where_touches_share_a_moment() {
    for world in worlds() {
        let (maya, _) = world.record(world.spoke, "7", None, "Maya");
        for n in 0..6 {
            write(&world, world.spoke, maya, NOW, note(&n.to_string()));
        }
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = world.seen(world.spoke, maya, |cx, lens, sight| {
                timeline(cx, lens, sight, &Filter::default(), after.as_ref(), 2)
            });
            seen.extend(page.items.into_iter().map(|touch| touch.id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let mut newest_first = seen.clone();
        newest_first.sort_unstable_by(|a, b| b.cmp(a));
        newest_first.dedup();
        assert_eq!(seen.len(), 7);
        assert_eq!(seen, newest_first);
    }
}

#[test]
fn every_kind_reads_back_and_says_one_sentence() {
    let order = || "A-1".to_owned();
    let told = [
        (
            Body::Delivered { order_ref: order(), days_late: Some(3) },
            "Delivered order A-1 3 days late",
        ),
        (
            Body::Delivered { order_ref: order(), days_late: Some(-1) },
            "Delivered order A-1 1 day early",
        ),
        (
            Body::Delivered { order_ref: order(), days_late: Some(0) },
            "Delivered order A-1 on the promised day",
        ),
        (
            Body::DeliveryPromised { order_ref: order(), day: Day(0) },
            "Promised order A-1 by 1970-01-01",
        ),
        (
            Body::CaseHandOver {
                case_ref: "3127".into(),
                from: "Torque".into(),
                to: "Harbour".into(),
            },
            "Case 3127 went from Torque to Harbour",
        ),
        (note("line one\n\nline two"), "line one line two"),
    ];
    for (body, sentence) in told {
        assert_eq!(rules::summary(&body), sentence);
        let read: Body = serde_json::from_str(&body.json()).unwrap();
        assert_eq!(read, body);
        assert!(body.json().contains(&format!("\"kind\":\"{}\"", body.kind())));
    }
    assert_eq!(rules::summary(&note(&"x".repeat(500))).chars().count(), 240);
}
