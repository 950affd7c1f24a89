//! Stories of the numbers on partners' pages.

use handfast_db::Fault;
use handfast_kit::{Day, OrganisationId};

use super::{Shop, at, shops};
use crate::sales::{
    self, Order,
    figures::{PartnerFigures, Which, months, of_partners, sales_of},
};

/// 10 July 2026, when clocks in London are an hour ahead of UTC.
const TODAY: Day = Day(20_644);

impl Shop {
    fn partner(&self, viewer: OrganisationId, of: OrganisationId) -> Option<PartnerFigures> {
        let lens = self.lens(viewer);
        let figures = self.db.read(|cx| of_partners(cx, &lens, Some(&[of]), TODAY)).unwrap();
        let all = self.db.read(|cx| of_partners(cx, &lens, None, TODAY)).unwrap();
        assert_eq!(
            figures,
            all.into_iter().filter(|all| all.organisation == of).collect::<Vec<_>>()
        );
        figures.first().copied()
    }

    fn refs(&self, viewer: OrganisationId, of: OrganisationId, which: Which) -> Vec<String> {
        let lens = self.lens(viewer);
        let mut refs = Vec::new();
        let mut after = None;
        loop {
            let asked = (of, which, TODAY);
            let page = self.db.read(|cx| sales_of(cx, &lens, asked, after.as_ref(), 2)).unwrap();
            refs.extend(page.items.into_iter().map(|sale| sale.order_ref));
            after = page.next;
            if after.is_none() {
                refs.sort();
                return refs;
            }
        }
    }
}

#[test]
fn a_partner_sees_its_own_numbers_and_orders_only() {
    for world in shops() {
        world.customer("maya", "", "LS1", "Leeds");
        let arrived = ("delivered", "2026-07-03", "2026-07-05T10:00:00Z");
        world.order(("s", "maya"), arrived, &[world.spoke]);
        world.order(("h", "maya"), arrived, &[world.harbour]);
        assert_eq!(world.partner(world.spoke, world.harbour), None);
        assert_eq!(world.partner(world.spoke, world.spoke).unwrap().late, 1);
        assert!(world.refs(world.spoke, world.harbour, Which::All).is_empty());
        assert_eq!(world.refs(world.harbour, world.harbour, Which::All), ["h"]);
        let lens = world.lens(world.spoke);
        let others =
            |cx: &mut handfast_db::Cx<'_>| months(cx, &lens, &world.zone, world.harbour, TODAY);
        assert!(world.db.read(others).unwrap().is_empty());
    }
}

#[test]
fn every_number_of_a_partner_leads_to_its_orders() {
    for world in shops() {
        world.customer("maya", "", "LS1", "Leeds");
        for (order_ref, status, promised, delivered) in [
            ("kept", "delivered", "2026-07-03", "2026-07-03T10:00:00Z"),
            ("late", "delivered", "2026-07-03", "2026-07-05T10:00:00Z"),
            ("over", "shipped", "2026-07-09", ""),
            ("today", "Fulfilled", "2026-07-10", ""),
            ("off", "Cancelled", "2026-07-03", ""),
            ("unpromised", "created", "", ""),
        ] {
            world.order((order_ref, "maya"), (status, promised, delivered), &[world.spoke]);
        }
        world.score("late", 2);
        world.score("off", 3);
        let figures = world.partner(world.brand, world.spoke).unwrap();
        assert_eq!((figures.review_count, figures.review_sum), (2, 5));
        assert_eq!(figures.mean_review(), Some(2.5));
        assert_eq!(figures.late_share(), Some(0.5));
        for (which, refs, number) in [
            (Which::All, "kept late off over today unpromised", Some(figures.orders)),
            (Which::Delivered, "kept late", Some(figures.delivered)),
            (Which::Late, "late", Some(figures.late)),
            (Which::Open, "over today", Some(figures.open)),
            (Which::Overdue, "over", Some(figures.overdue)),
            (Which::Reviewed, "late off", None),
            (Which::ReviewedLow, "late", None),
        ] {
            let found = world.refs(world.brand, world.spoke, which);
            assert_eq!(found.join(" "), refs, "{which:?} on {:?}", world.engine);
            assert!(number.is_none_or(|number| number == found.len() as i64), "{which:?}");
            assert_eq!(Which::named(which.word()), Some(which));
        }
    }
}

#[test]
fn what_is_open_to_the_statement_is_open_to_the_rule() {
    for world in shops() {
        world.customer("maya", "", "LS1", "Leeds");
        for (number, status) in [
            "created",
            "shipped",
            "delivered",
            "Delivered",
            "canceled",
            "cancelled",
            "unavailable",
            "refunded",
            "voided",
            "Closed Lost",
            "open",
            "",
        ]
        .into_iter()
        .enumerate()
        {
            world.order((&number.to_string(), "maya"), (status, "2026-07-03", ""), &[world.spoke]);
        }
        let lens = world.lens(world.brand);
        let all = (world.spoke, Which::All, TODAY);
        let page = world.db.read(|cx| sales_of(cx, &lens, all, None, 50)).unwrap();
        let mut open: Vec<String> = page
            .items
            .into_iter()
            .filter(sales::Sale::is_open)
            .map(|sale| sale.order_ref)
            .collect();
        open.sort();
        assert_eq!(world.refs(world.brand, world.spoke, Which::Open), open);
        assert_eq!(open.len(), 4);
    }
}

#[test]
fn months_end_with_the_latest_order_and_leave_out_the_empty_ones() -> Result<(), Fault> {
    for world in shops() {
        world.customer("maya", "", "LS1", "Leeds");
        for (order_ref, ordered) in [
            ("a year and a day before", "2025-06-30T22:59:00Z"),
            ("first", "2025-07-31T22:59:00Z"),
            // Half past midnight of 1 August in London.
            ("second", "2025-07-31T23:30:00Z"),
            ("latest", "2026-06-30T22:59:00Z"),
            ("tomorrow", "2026-07-10T23:00:00Z"),
        ] {
            let order = Order {
                order_ref: order_ref.to_owned(),
                customer_ref: "maya".to_owned(),
                status: "delivered".to_owned(),
                ordered: at(ordered),
                handed_over: None,
                promised: Some(at("2026-07-03T00:00:00Z")),
                delivered: Some(at("2026-07-04T00:00:00Z")),
                currency: String::new(),
            };
            world.take_in(order, &[world.spoke]);
        }
        world.score("latest", 4);
        let lens = world.lens(world.brand);
        let months = world.db.read(|cx| months(cx, &lens, &world.zone, world.spoke, TODAY))?;
        let told: Vec<_> = months
            .iter()
            .map(|month| {
                (month.first_day.to_string(), month.delivered, month.late, month.review_sum)
            })
            .collect();
        assert_eq!(
            told,
            [
                ("2025-07-01".to_owned(), 1, 1, 0),
                ("2025-08-01".to_owned(), 1, 1, 0),
                ("2026-06-01".to_owned(), 1, 1, 4),
            ]
        );
    }
    Ok(())
}
