#![allow(clippy::unwrap_used)]

use handfast_kit::TimeMs;

use super::{End, Error, Event};
use crate::{
    sharing::{
        self, Tie,
        ties::{CARE_DAYS, OPEN},
    },
    testing::{NOW, World, worlds},
};

fn step(minute: i64, owner: &str, end: End) -> Event {
    Event {
        case_ref: "3127".into(),
        at: NOW.plus(minute * TimeMs::MINUTE),
        status: if end == End::Closes { "Closed".into() } else { "In progress".into() },
        owner: owner.into(),
        title: "Motor cuts out uphill".into(),
        end,
        row: minute,
        ..Event::default()
    }
}

fn take(world: &World, event: Event) -> Result<(), Error> {
    let author = world.author(world.brand);
    world.db.write(move |tx| super::event(tx, &author, NOW, &event))
}

#[test]
fn steps_open_hand_over_and_close_a_case_that_names_nobody() {
    for world in worlds() {
        take(&world, step(0, "Torque", End::GoesOn)).unwrap();
        take(&world, step(1, "", End::GoesOn)).unwrap();
        take(&world, step(2, "Harbour", End::GoesOn)).unwrap();
        take(&world, step(3, "Harbour", End::Closes)).unwrap();
        let lens = world.lens(world.brand);
        let case = world
            .db
            .read(|cx| super::by_reference(cx, &lens, world.brand, "3127"))
            .unwrap()
            .unwrap();
        assert_eq!((case.step_count, case.hand_over_count), (4, 1));
        assert_eq!(case.closed, Some(NOW.plus(3 * TimeMs::MINUTE)));
        assert_eq!(case.subject, case.id.as_kind());
        let told = world.timeline(world.brand, case.subject.as_kind());
        let told: Vec<String> = told.into_iter().map(|touch| touch.kind).collect();
        assert_eq!(told.iter().filter(|kind| *kind == "case_step").count(), 4);
        for kind in ["case_opened", "case_hand_over", "case_closed"] {
            assert_eq!(told.iter().filter(|told| *told == kind).count(), 1, "{kind}");
        }
        let harbour = world.lens(world.harbour);
        let hidden =
            world.db.read(|cx| super::by_reference(cx, &harbour, world.brand, "3127")).unwrap();
        assert!(hidden.is_none());
    }
}

#[test]
fn a_step_that_comes_late_keeps_its_time_and_hands_nothing_over() {
    for world in worlds() {
        take(&world, step(5, "Torque", End::GoesOn)).unwrap();
        take(&world, step(1, "Harbour", End::GoesOn)).unwrap();
        let lens = world.lens(world.brand);
        let case = world
            .db
            .read(|cx| super::by_reference(cx, &lens, world.brand, "3127"))
            .unwrap()
            .unwrap();
        assert_eq!((case.owner.as_str(), case.hand_over_count), ("Torque", 0));
        assert_eq!(case.opened, NOW.plus(TimeMs::MINUTE));
    }
}

#[test]
fn a_case_opens_again_when_work_goes_on() {
    for world in worlds() {
        take(&world, step(0, "Torque", End::Closes)).unwrap();
        take(&world, step(9, "Torque", End::GoesOn)).unwrap();
        let lens = world.lens(world.brand);
        let read = || {
            world
                .db
                .read(|cx| super::by_reference(cx, &lens, world.brand, "3127"))
                .unwrap()
                .unwrap()
        };
        assert_eq!(read().closed, None);
        take(&world, step(10, "Torque", End::Closes)).unwrap();
        assert_eq!(read().closed, Some(NOW.plus(10 * TimeMs::MINUTE)));
    }
}

#[test]
fn a_case_of_a_customer_is_on_the_customers_timeline_and_needs_a_record() {
    for world in worlds() {
        let named = |case_ref: &str, customer: &str| Event {
            case_ref: case_ref.into(),
            customer_ref: Some(customer.into()),
            ..step(0, "Torque", End::GoesOn)
        };
        assert!(matches!(take(&world, named("1", "7")), Err(Error::UnknownCustomer(_))));
        let (maya, _) = world.record(world.brand, "7", None, "Maya Okafor");
        take(&world, named("1", "7")).unwrap();
        let cases = world.seen(world.brand, maya, super::of_customer);
        assert_eq!(cases.len(), 1);
        assert!(world.seen(world.harbour, maya, super::of_customer).is_empty());
    }
}

#[test]
fn whoever_takes_care_of_a_customer_is_tied_to_it_until_a_while_after_the_last_case() {
    for world in worlds() {
        let (maya, _) = world.record(world.harbour, "7", None, "Maya Okafor");
        let author = world.author(world.harbour);
        let take = |case_ref: &str, minute, end| {
            let event = Event {
                case_ref: case_ref.into(),
                customer_ref: Some("7".into()),
                ..step(minute, "Ines", end)
            };
            world.db.write(move |tx| super::event(tx, &author, NOW, &event)).unwrap();
        };
        let until = || {
            let tied = world.seen(world.harbour, maya, |cx, lens, _| {
                sharing::ties::of_customer(cx, lens, maya)
            });
            let serves = tied.into_iter().find(|tie| tie.held.tie == Tie::Serves);
            serves.unwrap().held.until
        };
        let after = |minute| NOW.plus(minute * TimeMs::MINUTE + CARE_DAYS * TimeMs::DAY);
        take("1", 0, End::GoesOn);
        take("2", 1, End::GoesOn);
        take("1", 2, End::Closes);
        assert_eq!(until(), OPEN, "another case goes on");
        take("2", 9, End::Closes);
        assert_eq!(until(), after(9));
        take("2", 5, End::GoesOn);
        assert_eq!(until(), after(9), "what is told late opens nothing again");
        take("2", 12, End::GoesOn);
        assert_eq!(until(), OPEN);
        take("2", 14, End::Closes);
        assert_eq!(until(), after(14));
    }
}
