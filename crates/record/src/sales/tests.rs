#![allow(clippy::unwrap_used)]

use handfast_kit::{OrganisationId, TimeMs};

use super::{Applied, Error, Line, Order, Payment, Review, Sale};
use crate::{
    CustomerId,
    sharing::Who,
    testing::{NOW, World, worlds},
    touches::Touch,
};

const ORDERED: TimeMs = NOW.plus(-20 * TimeMs::DAY);

fn order() -> Order {
    Order {
        order_ref: "A-1".into(),
        customer_ref: "7".into(),
        status: "delivered".into(),
        ordered: ORDERED,
        handed_over: Some(ORDERED.plus(2 * TimeMs::DAY)),
        promised: Some(ORDERED.plus(10 * TimeMs::DAY)),
        delivered: Some(ORDERED.plus(13 * TimeMs::DAY)),
        currency: "GBP".into(),
    }
}

fn line(line_ref: &str, seller: OrganisationId) -> Line {
    Line {
        order_ref: "A-1".into(),
        line_ref: line_ref.into(),
        seller,
        product_ref: "KET".into(),
        title: "Aurora Trail".into(),
        category: String::new(),
        quantity: 1,
        price_minor: 329_000,
        freight_minor: 1_000,
        hand_over_due: Some(ORDERED.plus(TimeMs::DAY)),
    }
}

fn take_order(world: &World, order: &Order) -> Result<Applied, Error> {
    let (author, zone, order) = (world.author(world.brand), world.zone.clone(), order.clone());
    world.db.write(move |tx| super::order(tx, &author, &zone, (NOW, NOW), &order))
}

fn take_line(world: &World, line: &Line) -> Applied {
    let (author, line) = (world.author(world.brand), line.clone());
    world.db.write(move |tx| super::line(tx, &author, NOW, &line)).unwrap()
}

fn seen_by(world: &World, viewer: OrganisationId, customer: CustomerId) -> Vec<Touch> {
    world.timeline(viewer, customer)
}

fn sales_of(world: &World, viewer: OrganisationId, customer: CustomerId) -> Vec<Sale> {
    world.seen(viewer, customer, super::of_customer)
}

fn kinds(touches: &[Touch]) -> Vec<&str> {
    touches.iter().map(|touch| touch.kind.as_str()).collect()
}

#[test]
fn a_partners_order_becomes_record_sale_promise_shipping_and_delivery() {
    for world in worlds() {
        let (maya, _) = world.record(world.brand, "7", None, "Maya Okafor");
        assert_eq!(take_line(&world, &line("1", world.spoke)), Applied::Stored);
        assert_eq!(take_order(&world, &order()).unwrap(), Applied::Stored);
        let seen = seen_by(&world, world.spoke, maya);
        let expected = ["delivered", "shipped", "delivery_promised", "sale", "customer_recorded"];
        let mut told = kinds(&seen);
        told.sort_unstable();
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(told, expected);
        let delivered = seen.iter().find(|touch| touch.kind == "delivered").unwrap();
        assert_eq!(delivered.summary, "Delivered order A-1 3 days late");
        assert!(seen_by(&world, world.harbour, maya).is_empty());
        let sales = sales_of(&world, world.spoke, maya);
        assert_eq!((sales.len(), sales[0].total_minor), (1, 330_000));
        assert!(!sales[0].is_open());
    }
}

#[test]
fn lines_that_come_after_their_order_end_in_the_same_figures() {
    for world in worlds() {
        let (maya, _) = world.record(world.brand, "7", None, "Maya Okafor");
        take_order(&world, &order()).unwrap();
        take_line(&world, &line("1", world.spoke));
        assert_eq!(take_line(&world, &line("1", world.spoke)), Applied::Same);
        let sale = sales_of(&world, world.brand, maya).remove(0);
        assert_eq!(sale.organisation, Some(world.spoke));
        assert_eq!(sale.hand_over_due, Some(ORDERED.plus(TimeMs::DAY)));
        assert_eq!(seen_by(&world, world.spoke, maya).len(), 5);
    }
}

#[test]
fn each_partner_of_a_split_order_sees_its_own_lines_only() {
    for world in worlds() {
        let (maya, _) = world.record(world.brand, "7", None, "Maya Okafor");
        take_line(&world, &line("1", world.spoke));
        take_line(&world, &Line { price_minor: 500, ..line("2", world.harbour) });
        take_order(&world, &order()).unwrap();
        for (viewer, total) in [(world.spoke, 330_000), (world.harbour, 1_500)] {
            let sales = sales_of(&world, viewer, maya);
            assert_eq!((sales[0].total_minor, sales[0].partner_count), (total, 1));
            let seen = seen_by(&world, viewer, maya);
            assert!(seen.iter().all(|touch| touch.organisation == Who::Named(viewer)));
        }
        let sale = sales_of(&world, world.brand, maya).remove(0);
        assert_eq!((sale.organisation, sale.partner_count), (None, 2));
    }
}

#[test]
fn an_order_again_is_the_same_and_what_is_new_in_it_is_a_new_touch() {
    for world in worlds() {
        let (maya, _) = world.record(world.brand, "7", None, "Maya Okafor");
        take_line(&world, &line("1", world.spoke));
        let shipped = Order { status: "shipped".into(), delivered: None, ..order() };
        take_order(&world, &shipped).unwrap();
        assert_eq!(take_order(&world, &shipped).unwrap(), Applied::Same);
        let before = seen_by(&world, world.brand, maya).len();
        assert_eq!(take_order(&world, &order()).unwrap(), Applied::Stored);
        let after = seen_by(&world, world.brand, maya);
        assert_eq!(after.len(), before + 1);
        assert!(kinds(&after).contains(&"delivered"));
    }
}

#[test]
fn a_delivery_is_open_until_it_arrives_or_is_called_off() {
    for world in worlds() {
        let (maya, _) = world.record(world.brand, "7", None, "Maya Okafor");
        let open = |status: &str| {
            let order = Order { status: status.into(), delivered: None, ..order() };
            take_order(&world, &order).unwrap();
            let sale = sales_of(&world, world.brand, maya).remove(0);
            (sale.is_open(), sale.days_over(world.zone.day_of(NOW)))
        };
        assert_eq!(open("shipped"), (true, Some(10)));
        assert_eq!(open("canceled"), (false, Some(10)));
        let told = seen_by(&world, world.brand, maya);
        assert!(told.iter().any(|touch| touch.summary.ends_with("canceled")));
    }
}

#[test]
fn reviews_and_payments_name_a_known_order_and_count_once() {
    for world in worlds() {
        let (maya, _) = world.record(world.brand, "7", None, "Maya Okafor");
        let review = Review {
            order_ref: "A-1".into(),
            review_ref: "r".into(),
            score: 2,
            title: String::new(),
            text: "Came late".into(),
            asked: None,
            answered: NOW,
        };
        let author = world.author(world.brand);
        let take =
            |review: Review| world.db.write(move |tx| super::review(tx, &author, NOW, &review));
        assert!(matches!(take(review.clone()), Err(Error::UnknownOrder(_))));
        take_line(&world, &line("1", world.spoke));
        take_order(&world, &order()).unwrap();
        assert!(matches!(take(Review { score: 6, ..review.clone() }), Err(Error::ScoreWrong(6))));
        take(review.clone()).unwrap();
        take(Review { score: 4, ..review.clone() }).unwrap();
        let sale = sales_of(&world, world.brand, maya).remove(0);
        assert_eq!((sale.review_count, sale.review_sum), (1, 4));
        let payment = Payment {
            order_ref: "A-1".into(),
            payment_ref: "1".into(),
            method: "credit_card".into(),
            amount_minor: 330_000,
            at: None,
        };
        let pay = || {
            let payment = payment.clone();
            world.db.write(move |tx| super::payment(tx, &author, NOW, &payment)).unwrap()
        };
        assert_eq!((pay(), pay()), (Applied::Stored, Applied::Same));
        assert!(kinds(&seen_by(&world, world.spoke, maya)).contains(&"review_given"));
    }
}

#[test]
fn a_customer_whose_next_order_goes_elsewhere_has_moved() {
    for world in worlds() {
        let author = world.author(world.brand);
        for (external_ref, postcode) in [("7", "LS1"), ("8", "BS1")] {
            let incoming = crate::customers::Incoming {
                external_ref: external_ref.into(),
                person_key: Some("maya".into()),
                details: crate::customers::Details {
                    postcode: postcode.into(),
                    ..crate::customers::Details::default()
                },
                since: None,
            };
            world
                .db
                .write(move |tx| crate::customers::receive(tx, &author, NOW, NOW, &incoming))
                .unwrap();
        }
        take_order(&world, &order()).unwrap();
        let later = Order {
            order_ref: "A-2".into(),
            customer_ref: "8".into(),
            ordered: ORDERED.plus(TimeMs::DAY),
            ..order()
        };
        take_order(&world, &later).unwrap();
        let lens = world.lens(world.brand);
        let maya = world
            .db
            .read(|cx| crate::customers::by_reference(cx, &lens, world.brand, "7"))
            .unwrap()
            .unwrap();
        let told = seen_by(&world, world.brand, maya.id);
        let moved = told.iter().find(|touch| touch.kind == "address_changed").unwrap();
        assert_eq!(moved.summary, "Changed from LS1 to BS1");
        assert_eq!(moved.at, ORDERED.plus(TimeMs::DAY));
    }
}
