#![allow(clippy::unwrap_used)]
//! Stories of figures, each on both engines: a few orders of Aurora Cycles, whose partners are
//! Spoke & Chain and Harbour Wheelworks.

mod pages;

use std::ops::Deref;

use handfast_kit::{OrganisationId, TimeMs, Zone};

use super::{Delivery, delivery, partners, reviews};
use crate::{
    customers::{self, Details, Incoming},
    sales::{self, Line, Order, Review},
    testing::{World, worlds},
};

fn at(text: &str) -> TimeMs {
    TimeMs::parse_rfc3339(text).unwrap()
}

fn time(text: &str) -> Option<TimeMs> {
    (!text.is_empty()).then(|| at(text))
}

/// A world with a shop in it.
struct Shop(World);

impl Deref for Shop {
    type Target = World;
    fn deref(&self) -> &World {
        &self.0
    }
}

fn shops() -> impl Iterator<Item = Shop> {
    worlds().into_iter().map(Shop)
}

impl Shop {
    /// The brand takes in a customer: reference, person key, postcode and region.
    fn customer(&self, external_ref: &str, person_key: &str, postcode: &str, region: &str) {
        let author = self.author(self.brand);
        let incoming = Incoming {
            external_ref: external_ref.to_owned(),
            person_key: (!person_key.is_empty()).then(|| person_key.to_owned()),
            details: Details {
                postcode: postcode.to_owned(),
                region: region.to_owned(),
                ..Details::default()
            },
            since: None,
        };
        let now = self.clock.now();
        self.db.write(move |tx| customers::receive(tx, &author, now, now, &incoming)).unwrap();
    }

    /// The brand takes in an order, placed on 1 July: reference, customer, status, promised for the
    /// start of that day, delivered; and who sold a line of it, due at the carrier on 2 July.
    fn order(
        &self,
        (order_ref, customer_ref): (&str, &str),
        (status, promised, delivered): (&str, &str, &str),
        sellers: &[OrganisationId],
    ) {
        let order = Order {
            order_ref: order_ref.to_owned(),
            customer_ref: customer_ref.to_owned(),
            status: status.to_owned(),
            ordered: at("2026-07-01T09:00:00Z"),
            handed_over: None,
            promised: (!promised.is_empty()).then(|| at(&format!("{promised}T00:00:00+01:00"))),
            delivered: time(delivered),
            currency: "GBP".to_owned(),
        };
        self.take_in(order, sellers);
    }

    fn take_in(&self, order: Order, sellers: &[OrganisationId]) {
        let (author, zone) = (self.author(self.brand), self.zone.clone());
        let now = self.clock.now();
        let line = |(number, seller): (usize, &OrganisationId)| Line {
            order_ref: order.order_ref.clone(),
            line_ref: number.to_string(),
            seller: *seller,
            product_ref: String::new(),
            title: "Brake pads".to_owned(),
            category: "brakes".to_owned(),
            quantity: 1,
            price_minor: 1_000,
            freight_minor: 0,
            hand_over_due: Some(at("2026-07-02T12:00:00Z")),
        };
        let lines: Vec<Line> = sellers.iter().enumerate().map(line).collect();
        self.db
            .write(move |tx| {
                for line in &lines {
                    sales::line(tx, &author, now, line)?;
                }
                sales::order(tx, &author, &zone, (now, now), &order)
            })
            .unwrap();
    }

    /// A customer is asked at the first moment of the day `asked`, and answers.
    fn review(
        &self,
        (order_ref, review_ref): (&str, &str),
        score: i64,
        asked: &str,
        answered: &str,
    ) {
        let author = self.author(self.brand);
        let review = Review {
            order_ref: order_ref.to_owned(),
            review_ref: review_ref.to_owned(),
            score,
            title: String::new(),
            text: if score == 1 { "Nothing came".to_owned() } else { " ".to_owned() },
            asked: time(asked),
            answered: at(answered),
        };
        let now = self.clock.now();
        self.db.write(move |tx| sales::review(tx, &author, now, &review)).unwrap();
    }

    fn score(&self, order_ref: &str, score: i64) {
        self.review((order_ref, order_ref), score, "", "2026-07-09T10:00:00Z");
    }

    fn delivery(&self, organisation: OrganisationId) -> Delivery {
        let lens = self.lens(organisation);
        self.db.read(|cx| delivery(cx, &lens, &self.zone)).unwrap()
    }
}

#[test]
fn the_whole_promised_day_in_the_networks_zone_keeps_the_promise() {
    for world in shops() {
        world.customer("maya", "", "LS1", "Leeds");
        // 23:30 in London; then ten past midnight there, which is still the day before in UTC.
        world.order(
            ("kept", "maya"),
            ("delivered", "2026-07-03", "2026-07-03T22:30:00Z"),
            &[world.spoke],
        );
        world.order(
            ("late", "maya"),
            ("delivered", "2026-07-03", "2026-07-03T23:10:00Z"),
            &[world.spoke],
        );
        world.order(
            ("early", "maya"),
            ("delivered", "2026-07-03", "2026-07-01T23:10:00Z"),
            &[world.spoke],
        );
        let promises = world.delivery(world.brand).promises;
        assert_eq!((promises.delivered, promises.late, promises.late_by_timestamp), (3, 1, 2));
        assert_eq!(promises.late_share, Some(0.3333));
        assert_eq!(promises.mean_days_early_when_kept, Some(0.5));
        assert_eq!(promises.mean_days_late_when_broken, Some(1.0));
    }
}

#[test]
fn an_order_without_the_word_or_the_moment_of_delivery_never_arrived() {
    for world in shops() {
        world.customer("maya", "", "LS1", "Leeds");
        world.order(("no-moment", "maya"), ("delivered", "2026-07-03", ""), &[world.spoke]);
        world.order(
            ("no-word", "maya"),
            ("canceled", "2026-07-03", "2026-07-05T10:00:00Z"),
            &[world.spoke],
        );
        world.score("no-moment", 1);
        world.score("no-word", 4);
        let report = world.delivery(world.brand);
        assert_eq!((report.orders, report.promises.delivered), (2, 0));
        assert_eq!(report.promises.late_share, None);
        assert_eq!(report.promises.reviews.mean_review_never_delivered, Some(2.5));
    }
}

#[test]
fn the_review_of_an_order_is_the_mean_of_its_reviews() {
    for world in shops() {
        world.customer("maya", "", "LS1", "Leeds");
        world.order(
            ("late", "maya"),
            ("delivered", "2026-07-03", "2026-07-12T10:00:00Z"),
            &[world.spoke],
        );
        world.order(
            ("kept", "maya"),
            ("delivered", "2026-07-03", "2026-07-03T10:00:00Z"),
            &[world.spoke],
        );
        world.order(
            ("silent", "maya"),
            ("delivered", "2026-07-03", "2026-07-02T10:00:00Z"),
            &[world.spoke],
        );
        world.review(("late", "first"), 1, "", "2026-07-13T10:00:00Z");
        world.review(("late", "again"), 2, "", "2026-07-14T10:00:00Z");
        world.review(("kept", "first"), 5, "", "2026-07-13T10:00:00Z");
        let lens = world.lens(world.brand);
        let report = world.db.read(|cx| reviews(cx, &lens, &world.zone)).unwrap();
        assert_eq!(report.promises.mean_review_broken, Some(1.5));
        assert_eq!(report.promises.share_1_or_2_stars_broken, Some(1.0));
        assert_eq!(report.promises.share_1_or_2_stars_kept, Some(0.0));
        let buckets: Vec<_> =
            report.review_by_lateness.iter().map(|(name, of)| (*name, of.orders)).collect();
        assert_eq!(buckets, [("c: on the day", 1), ("f: 8+ days late", 1)]);
        assert_eq!(report.feedback.mean_score, Some(2.6667));
        assert_eq!(report.feedback.review_ids_on_several_orders, 1);
        assert_eq!((report.feedback.reviews_1_star, report.feedback.reviews_with_text), (1, 1));
    }
}

#[test]
fn an_answer_is_timed_by_the_clocks_on_the_wall_when_summer_time_begins() {
    for world in shops() {
        world.customer("maya", "", "LS1", "Leeds");
        world.order(
            ("o", "maya"),
            ("delivered", "2026-03-28", "2026-03-28T10:00:00Z"),
            &[world.spoke],
        );
        // From midnight on the 29th to 18:00 on the same day, which has 23 hours.
        world.review(("o", "r"), 5, "2026-03-29T00:00:00Z", "2026-03-29T17:00:00Z");
        let hours = world.delivery(world.brand).feedback.median_hours_from_survey_to_answer;
        assert_eq!(hours, Some(18.0));
        // In Brazil the day began at one o'clock, and its midnight was meant all the same.
        world.review(("o", "r"), 5, "2017-10-15T03:00:00Z", "2017-10-15T20:00:00Z");
        let brazil = Zone::named("America/Sao_Paulo").unwrap();
        let lens = world.lens(world.brand);
        let report = world.db.read(|cx| reviews(cx, &lens, &brazil)).unwrap();
        assert_eq!(report.feedback.median_hours_from_survey_to_answer, Some(18.0));
    }
}

#[test]
fn a_split_order_is_no_partners_own_but_looks_so_to_each() {
    for world in shops() {
        world.customer("maya", "", "LS1", "Leeds");
        let both = [world.spoke, world.harbour];
        world.order(("split", "maya"), ("delivered", "2026-07-03", "2026-07-05T10:00:00Z"), &both);
        world.order(
            ("own", "maya"),
            ("delivered", "2026-07-03", "2026-07-02T10:00:00Z"),
            &[world.spoke],
        );
        world.score("split", 2);
        world.score("own", 5);
        let all = world.delivery(world.brand);
        assert_eq!((all.order_items, all.partners), (3, 2));
        let split = &all.orders_split_over_partners;
        assert_eq!((split.orders, split.share_of_orders_with_items), (1, Some(0.5)));
        assert_eq!((split.mean_review, split.mean_review_single_partner), (Some(2.0), Some(5.0)));
        assert_eq!(all.partners_that_cause_half_of_late_orders.of, 1);
        let record = &all.one_customer_record;
        assert_eq!(record.customers_served_by_2_or_more_partners, 1);
        assert_eq!(record.most_partners.as_ref().unwrap().partners, 2);

        let harbour = world.delivery(world.harbour);
        assert_eq!((harbour.orders, harbour.order_items, harbour.partners), (1, 1, 1));
        assert_eq!(harbour.orders_split_over_partners.orders, 0);
        assert_eq!(harbour.one_customer_record.most_partners.unwrap().partners, 1);
        assert_eq!(harbour.reviews, 1);
    }
}

#[test]
fn a_partner_sees_figures_of_its_own_orders_only() {
    for world in shops() {
        world.customer("maya", "key-of-maya", "LS1", "Leeds");
        world.order(
            ("s", "maya"),
            ("delivered", "2026-07-03", "2026-07-05T10:00:00Z"),
            &[world.spoke],
        );
        world.order(
            ("h", "maya"),
            ("delivered", "2026-07-03", "2026-07-02T10:00:00Z"),
            &[world.harbour],
        );
        world.score("h", 5);
        let spoke = world.delivery(world.spoke);
        assert_eq!((spoke.orders, spoke.reviews, spoke.promises.late), (1, 0, 1));
        assert_eq!(spoke.one_customer_record.customers_with_2_or_more_orders, 0);
        // The key names Maya across the network; a partner knows its own reference.
        assert_eq!(spoke.one_customer_record.most_orders.unwrap().customer, "maya");
        let brand = world.delivery(world.brand).one_customer_record.most_orders.unwrap();
        assert_eq!((brand.customer.as_str(), brand.orders), ("key-of-maya", 2));
    }
}

#[test]
fn orders_to_two_postcodes_are_a_move_and_a_missing_postcode_is_none() {
    for world in shops() {
        for (external_ref, key, postcode, region) in [
            ("m1", "maya", "LS1", "Leeds"),
            ("m2", "maya", "YO1", "York"),
            ("t1", "tom", "BS1", "Bristol"),
            ("t2", "tom", "", ""),
        ] {
            world.customer(external_ref, key, postcode, region);
            let one = format!("order-{external_ref}");
            world.order((&one, external_ref), ("shipped", "2026-07-03", ""), &[world.spoke]);
        }
        let record = world.delivery(world.brand).one_customer_record;
        assert_eq!(record.customers_with_2_or_more_orders, 2);
        assert_eq!((record.customers_that_moved, record.moved_to_another_state), (1, 1));
        // Both have two orders: the smaller name is told.
        assert_eq!(record.most_orders.unwrap().customer, "maya");
    }
}

#[test]
fn who_handed_over_late_broke_the_promise() {
    for world in shops() {
        world.customer("maya", "", "LS1", "Leeds");
        let late = "2026-07-05T10:00:00Z";
        for (order_ref, handed_over, delivered, sellers) in [
            ("carrier", "2026-07-02T12:00:00Z", late, vec![world.spoke]),
            ("partner", "2026-07-02T12:00:01Z", late, vec![world.spoke]),
            ("lucky", "2026-07-02T15:00:00Z", "2026-07-03T10:00:00Z", vec![world.harbour]),
            ("nobody knows", "", late, vec![world.spoke]),
            ("both", "2026-07-04T15:00:00Z", late, vec![world.spoke, world.harbour]),
        ] {
            let order = Order {
                order_ref: order_ref.to_owned(),
                customer_ref: "maya".to_owned(),
                status: "delivered".to_owned(),
                ordered: at("2026-07-01T09:00:00Z"),
                handed_over: time(handed_over),
                promised: Some(at("2026-07-03T00:00:00+01:00")),
                delivered: Some(at(delivered)),
                currency: String::new(),
            };
            world.take_in(order, &sellers);
        }
        let lens = world.lens(world.brand);
        let report = world.db.read(|cx| partners(cx, &lens)).unwrap();
        let who = report.who_broke_the_promise;
        assert_eq!((who.late_single_partner_orders, who.partner_missed_hand_over), (2, 1));
        assert_eq!(who.orders_where_partner_missed, 2);
        assert_eq!(who.late_share_when_partner_missed, Some(0.5));
        assert_eq!(who.late_share_when_partner_kept, Some(1.0));
        let half = report.partners_that_cause_half_of_late_orders;
        assert_eq!((half.partners, half.of), (1, 2));
    }
}
