#![allow(clippy::unwrap_used)]
//! Stories of cases that went from hand to hand, each on both engines.

use std::ops::Deref;

use handfast_kit::{OrganisationId, TimeMs};

use super::{By, CaseFigures, PartnerCases, cases, list_of, of_partners};
use crate::{
    cases::{End, Event, event},
    customers::{self, Incoming},
    testing::{NOW, World, worlds},
};

/// A world with a help desk in it.
struct Desk(World);

impl Deref for Desk {
    type Target = World;
    fn deref(&self) -> &World {
        &self.0
    }
}

fn desks() -> impl Iterator<Item = Desk> {
    worlds().into_iter().map(Desk)
}

impl Desk {
    /// An organisation tells of a case: a step an hour, in the hands of `owners`, `?` if unknown.
    fn case(&self, organisation: OrganisationId, case_ref: &str, owners: &str) {
        for (hour, owner) in owners.split(' ').enumerate() {
            self.step(organisation, case_ref, (hour as i64, hour as i64), owner);
        }
    }

    fn step(
        &self,
        organisation: OrganisationId,
        case_ref: &str,
        (hour, row): (i64, i64),
        owner: &str,
    ) {
        let known = |text: &str| if text == "?" { String::new() } else { text.to_owned() };
        self.take_in(
            organisation,
            Event {
                case_ref: case_ref.to_owned(),
                at: NOW.plus(hour * TimeMs::HOUR),
                owner: known(owner),
                team: "one team".to_owned(),
                row,
                ..Event::default()
            },
        );
    }

    fn take_in(&self, organisation: OrganisationId, step: Event) {
        let author = self.author(organisation);
        let now = self.clock.now();
        self.db.write(move |tx| event(tx, &author, now, &step)).unwrap();
    }

    fn cases(&self, viewer: OrganisationId, by: By) -> CaseFigures {
        let lens = self.lens(viewer);
        self.db.read(|cx| cases(cx, &lens, by)).unwrap()
    }
}

#[test]
fn a_case_that_comes_back_after_one_other_hand_plays_ping_pong() {
    for (owners, hand_offs, returns, distinct) in [
        ("A B A", 2, 1, 2),
        ("A B A B", 3, 2, 2),
        ("A A B B A A", 2, 1, 2),
        ("A ? A B ? 0 A", 2, 1, 2),
        ("A B C A", 3, 0, 3),
        ("A A", 0, 0, 1),
        ("?", 0, 0, 0),
    ] {
        for world in desks() {
            world.case(world.brand, "case", owners);
            let figures = world.cases(world.brand, By::Organisation);
            let worst = &figures.worst_cases[0];
            assert_eq!((figures.cases, figures.hand_offs), (1, hand_offs), "{owners}");
            assert_eq!((figures.ping_pong_returns, worst.returns), (returns, returns), "{owners}");
            assert_eq!((figures.distinct, worst.distinct), (distinct, distinct), "{owners}");
            assert_eq!(figures.cases_with_2_or_more, i64::from(distinct > 1), "{owners}");
            assert_eq!(figures.events, owners.split(' ').count() as i64, "{owners}");
        }
    }
}

#[test]
fn steps_of_one_moment_are_in_the_order_of_their_source() {
    for world in desks() {
        world.step(world.brand, "case", (1, 7), "A");
        world.step(world.brand, "case", (1, 9), "A");
        world.step(world.brand, "case", (1, 8), "B");
        // A step that is told late belongs to its time.
        world.step(world.brand, "case", (0, 10), "C");
        let figures = world.cases(world.brand, By::Organisation);
        assert_eq!((figures.hand_offs, figures.ping_pong_returns), (3, 1));
        assert_eq!(figures.median_case_hours, Some(1.0));
        let pairs: Vec<_> = figures.busiest_pairs.into_iter().collect();
        assert_eq!((pairs[0].between.join(" "), pairs[0].hand_offs), ("A B".to_owned(), 2));
        assert_eq!((pairs[1].between.join(" "), pairs[1].hand_offs), ("A C".to_owned(), 1));
    }
}

#[test]
fn the_worst_cases_come_by_returns_then_hand_offs_then_name() {
    for world in desks() {
        for (case_ref, owners) in [
            ("f", "A B A"),
            ("e", "A B A"),
            ("d", "A B C D"),
            ("c", "A B A C"),
            ("b", "A B A B"),
            ("a", "A"),
        ] {
            world.case(world.brand, case_ref, owners);
        }
        let figures = world.cases(world.brand, By::Organisation);
        let worst: String = figures.worst_cases.iter().map(|case| case.case.as_str()).collect();
        assert_eq!(worst, "bcefd");
        assert_eq!((figures.cases, figures.cases_with_ping_pong), (6, 4));
        assert_eq!(figures.ping_pong_share, Some(0.6667));
        assert_eq!(figures.median_hours_with_ping_pong, Some(2.5));
        assert_eq!(figures.median_hours_without, Some(1.5));
        let one_team = world.cases(world.brand, By::Team);
        assert_eq!((one_team.distinct, one_team.hand_offs), (1, 0));
        assert_eq!(world.cases(world.brand, By::Country).distinct, 0);
    }
}

#[test]
fn cases_of_one_customer_are_told_apart_by_their_references() {
    for world in desks() {
        let author = world.author(world.spoke);
        let maya = Incoming { external_ref: "maya".to_owned(), ..Incoming::default() };
        world.db.write(move |tx| customers::receive(tx, &author, NOW, NOW, &maya)).unwrap();
        for (hour, (case_ref, owner)) in
            [("one", "A"), ("two", "B"), ("one", "A"), ("two", "B")].into_iter().enumerate()
        {
            world.take_in(
                world.spoke,
                Event {
                    case_ref: case_ref.to_owned(),
                    customer_ref: Some("maya".to_owned()),
                    at: NOW.plus(hour as i64 * TimeMs::HOUR),
                    owner: owner.to_owned(),
                    row: hour as i64,
                    ..Event::default()
                },
            );
        }
        let figures = world.cases(world.brand, By::Organisation);
        assert_eq!((figures.cases, figures.events, figures.hand_offs), (2, 4, 0));
        assert_eq!(figures.median_case_hours, Some(2.0));
    }
}

#[test]
fn a_partner_sees_its_own_cases_only() {
    for world in desks() {
        world.case(world.spoke, "same reference", "A B A");
        world.case(world.harbour, "same reference", "C D");
        assert_eq!(world.cases(world.brand, By::Organisation).cases, 2);
        let harbour = world.cases(world.harbour, By::Organisation);
        assert_eq!((harbour.cases, harbour.hand_offs, harbour.ping_pong_returns), (1, 1, 0));
        let lens = world.lens(world.harbour);
        world
            .db
            .read(|cx| {
                let both = [world.spoke, world.harbour];
                let own = of_partners(cx, &lens, Some(&both))?;
                assert_eq!(own, of_partners(cx, &lens, None)?);
                assert_eq!(own.len(), 1);
                assert!(list_of(cx, &lens, world.spoke, None, 10)?.items.is_empty());
                assert_eq!(list_of(cx, &lens, world.harbour, None, 10)?.items.len(), 1);
                Ok::<_, handfast_db::Fault>(())
            })
            .unwrap();
    }
}

#[test]
fn the_cases_of_a_partner_lead_to_a_list_with_the_latest_first() {
    for world in desks() {
        world.case(world.spoke, "first", "A B");
        world.case(world.spoke, "second", "A B A");
        world.take_in(
            world.spoke,
            Event { case_ref: "third".to_owned(), at: NOW, end: End::Closes, ..Event::default() },
        );
        let lens = world.lens(world.brand);
        let figures = world.db.read(|cx| of_partners(cx, &lens, Some(&[world.spoke]))).unwrap();
        let spoke = PartnerCases { organisation: world.spoke, cases: 3, open: 2, hand_overs: 3 };
        assert_eq!(figures, [spoke]);
        let list = |after| world.db.read(|cx| list_of(cx, &lens, world.spoke, after, 2)).unwrap();
        let page = list(None);
        let refs: Vec<_> = page.items.iter().map(|case| case.case_ref.as_str()).collect();
        assert_eq!(refs, ["second", "first"]);
        let rest = list(page.next.as_ref());
        assert_eq!((rest.items[0].case_ref.as_str(), rest.next), ("third", None));
    }
}
