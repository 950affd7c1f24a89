use std::{
    cmp::{Ordering, Reverse},
    collections::{BTreeMap, HashMap},
};

use handfast_kit::{Day, TimeMs, Zone};

use super::{
    gather::Gathered,
    report::{
        AfterLate, Category, Delivery, Feedback, Half, Lateness, MostOrders, MostPartners,
        OftenLate, OneCustomerRecord, OpenPromises, Promises, ReviewsOfPromises, Split, Territory,
        WhoBroke,
    },
    store::SaleRow,
    sums::{HandOvers, Most, OfPartner, Replies, Sums},
};
use crate::{
    CustomerId,
    numbers::{Mean, median, round4, share},
};

/// Words with which sources say that an order is still on its way.
pub(super) const ON_ITS_WAY: [&str; 5] =
    ["created", "approved", "invoiced", "processing", "shipped"];

/// Longest list of the report.
const WORST: usize = 5;

/// How an order arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Arrival {
    /// Calendar days after the promised one; none if no day was promised.
    pub(super) days_late: Option<i32>,
}

impl Arrival {
    /// The promised day itself keeps the promise.
    pub(super) fn is_late(self) -> bool {
        self.days_late.is_some_and(|days| days > 0)
    }
}

/// How the order arrived; none if it did not. Sources call orders delivered without saying when,
/// and name the day of others that never count as delivered: neither arrived.
pub(super) fn arrival(sale: &SaleRow) -> Option<Arrival> {
    let arrived = sale.status == "delivered" && sale.delivered.is_some();
    let days_late = match (sale.delivered_day, sale.promised_day) {
        (Some(delivered), Some(promised)) => Some(delivered.0 - promised.0),
        _ => None,
    };
    arrived.then_some(Arrival { days_late })
}

/// The mean of the order's reviews.
pub(super) fn score(sale: &SaleRow) -> Option<f64> {
    (sale.review_count > 0).then(|| sale.review_sum as f64 / sale.review_count as f64)
}

/// The place of the order's status in [`ON_ITS_WAY`], if it is there.
pub(super) fn on_its_way(sale: &SaleRow) -> Option<usize> {
    ON_ITS_WAY.iter().position(|status| *status == sale.status)
}

/// How early or late, in words that sort.
pub(super) const fn bucket(days_late: i32) -> &'static str {
    match days_late {
        ..=-15 => "a: 15+ days early",
        -14..=-1 => "b: 1-14 days early",
        0 => "c: on the day",
        1..=3 => "d: 1-3 days late",
        4..=7 => "e: 4-7 days late",
        8.. => "f: 8+ days late",
    }
}

/// The first days and moments of the 12 months that end with the month of `latest`, and the end of
/// the last, which is no later than `end`.
pub(super) fn twelve_months(zone: &Zone, latest: TimeMs, end: TimeMs) -> [(Day, TimeMs); 13] {
    let mut first = zone.day_of(latest).date().first_of_month();
    let after = Day(Day::of_date(first.last_of_month()).0 + 1);
    let mut begins = [(after, zone.start_of(after).min(end)); 13];
    for place in begins[..12].iter_mut().rev() {
        let day = Day::of_date(first);
        *place = (day, zone.start_of(day));
        first = Day(day.0 - 1).date().first_of_month();
    }
    begins
}

/// The whole report.
pub(super) fn delivery(
    gathered: &Gathered,
    partner_names: &[String],
    customer_names: &HashMap<CustomerId, String>,
    replies: Replies,
    zone: &Zone,
) -> Delivery {
    let sums = &gathered.sums;
    Delivery {
        orders: sums.orders,
        unique_customers: sums.customers.count,
        order_items: gathered.line_count,
        reviews: replies.count,
        partners: gathered.sellers.len() as i64,
        status: sums.statuses.clone(),
        promises: promises(sums),
        review_by_lateness: by_lateness(sums),
        who_broke_the_promise: who_broke(&sums.hand_overs),
        worst_partners_after_late_delivery_min_8: worst_after_late(sums, partner_names),
        partners_most_often_late_min_40_delivered: most_often_late(sums, partner_names),
        partners_that_cause_half_of_late_orders: half_of_late(sums),
        territories_most_often_late_min_100: territories(sums),
        one_customer_record: one_customer_record(sums, customer_names),
        orders_split_over_partners: split(gathered),
        open_promises_at_end: open_promises(sums, zone),
        categories_with_worst_review_min_100: worst_categories(gathered),
        feedback: feedback(replies),
    }
}

fn promises(sums: &Sums) -> Promises {
    let days = |days: i64, orders: i64| (orders > 0).then(|| round4(days as f64 / orders as f64));
    Promises {
        delivered: sums.delivered,
        late: sums.broken.orders,
        late_share: share(sums.broken.orders, sums.delivered),
        late_by_timestamp: sums.late_by_timestamp,
        late_by_timestamp_share: share(sums.late_by_timestamp, sums.delivered),
        mean_days_early_when_kept: days(-sums.kept.days, sums.kept.orders),
        mean_days_late_when_broken: days(sums.broken.days, sums.broken.orders),
        reviews: reviews_of_promises(sums),
    }
}

pub(super) fn reviews_of_promises(sums: &Sums) -> ReviewsOfPromises {
    let (kept, broken) = (&sums.kept.scores, &sums.broken.scores);
    ReviewsOfPromises {
        mean_review_kept: kept.mean.rounded(),
        mean_review_broken: broken.mean.rounded(),
        mean_review_never_delivered: sums.never.mean.rounded(),
        share_1_or_2_stars_kept: share(kept.low, kept.mean.count),
        share_1_or_2_stars_broken: share(broken.low, broken.mean.count),
    }
}

pub(super) fn by_lateness(sums: &Sums) -> BTreeMap<&'static str, Lateness> {
    sums.by_lateness
        .iter()
        .map(|(name, mean)| (*name, Lateness { orders: mean.count, mean_review: mean.rounded() }))
        .collect()
}

pub(super) fn who_broke(hand_overs: &HandOvers) -> WhoBroke {
    let late = hand_overs.missed_late + hand_overs.kept_late;
    WhoBroke {
        late_single_partner_orders: late,
        partner_missed_hand_over: hand_overs.missed_late,
        partner_missed_share: share(hand_overs.missed_late, late),
        late_share_when_partner_missed: share(hand_overs.missed_late, hand_overs.missed),
        late_share_when_partner_kept: share(hand_overs.kept_late, hand_overs.kept),
        orders_where_partner_missed: hand_overs.missed,
    }
}

/// The partners with at least so many of what `count` tells, with their names.
fn partners_with<'a>(
    sums: &'a Sums,
    names: &'a [String],
    least: i64,
    count: impl Fn(&OfPartner) -> i64,
) -> Vec<(&'a str, &'a OfPartner)> {
    let name = |number: &u32| names.get(*number as usize).map_or("", String::as_str);
    let enough = sums.partners.iter().filter(|(_, partner)| count(partner) >= least);
    enough.map(|(number, partner)| (name(number), partner)).collect()
}

pub(super) fn worst_after_late(sums: &Sums, names: &[String]) -> Vec<AfterLate> {
    let mut worst = partners_with(sums, names, 8, |partner| partner.late_scores.mean.count);
    worst.sort_by(|(a_name, a), (b_name, b)| {
        let (a, b) = (&a.late_scores.mean, &b.late_scores.mean);
        a.exact().total_cmp(&b.exact()).then(b.count.cmp(&a.count)).then(a_name.cmp(b_name))
    });
    worst.truncate(WORST);
    let row = |(name, of): (&str, &OfPartner)| AfterLate {
        partner: name.to_owned(),
        late_reviewed_orders: of.late_scores.mean.count,
        mean_review_after_late: of.late_scores.mean.rounded(),
        delivered: of.delivered,
        late: of.late,
        late_share: share(of.late, of.delivered),
        mean_review_all: of.scores.mean.rounded(),
    };
    worst.into_iter().map(row).collect()
}

/// Shares as they are, the larger first.
fn by_share((a_part, a_of): (i64, i64), (b_part, b_of): (i64, i64)) -> Ordering {
    let exact = |part: i64, of: i64| part as f64 / of as f64;
    exact(b_part, b_of).total_cmp(&exact(a_part, a_of))
}

pub(super) fn most_often_late(sums: &Sums, names: &[String]) -> Vec<OftenLate> {
    let mut often = partners_with(sums, names, 40, |partner| partner.delivered);
    often.sort_by(|(a_name, a), (b_name, b)| {
        by_share((a.late, a.delivered), (b.late, b.delivered))
            .then(b.delivered.cmp(&a.delivered))
            .then(a_name.cmp(b_name))
    });
    often.truncate(WORST);
    let row = |(name, of): (&str, &OfPartner)| OftenLate {
        partner: name.to_owned(),
        delivered: of.delivered,
        late: of.late,
        late_share: share(of.late, of.delivered),
        mean_review_all: of.scores.mean.rounded(),
    };
    often.into_iter().map(row).collect()
}

pub(super) fn half_of_late(sums: &Sums) -> Half {
    let mut late: Vec<i64> = sums.partners.values().map(|partner| partner.late).collect();
    late.sort_unstable_by_key(|late| Reverse(*late));
    let all: i64 = late.iter().sum();
    let mut half = Half { partners: 0, of: late.len() as i64 };
    let mut together = 0;
    for orders in late {
        half.partners += 1;
        together += orders;
        if together * 2 >= all {
            break;
        }
    }
    half
}

pub(super) fn territories(sums: &Sums) -> Vec<Territory> {
    let mut often: Vec<_> = sums.regions.iter().filter(|(_, of)| of.0 >= 100).collect();
    // They come by name, and the sort is stable.
    often.sort_by(|(_, a), (_, b)| by_share((a.1, a.0), (b.1, b.0)));
    often.truncate(WORST);
    let row = |(name, (delivered, late)): (&String, &(i64, i64))| Territory {
        state: name.clone(),
        delivered: *delivered,
        late: *late,
        late_share: share(*late, *delivered),
    };
    often.into_iter().map(row).collect()
}

fn one_customer_record(sums: &Sums, names: &HashMap<CustomerId, String>) -> OneCustomerRecord {
    let all = &sums.customers;
    let smallest =
        |most: &Most| most.customers.iter().filter_map(|id| names.get(id)).min().cloned();
    OneCustomerRecord {
        customers_with_2_or_more_orders: all.with_several_orders,
        customers_served_by_2_or_more_partners: all.of_several_partners,
        customers_that_moved: all.moved,
        moved_to_another_state: all.moved_region,
        most_orders: smallest(&all.most_orders)
            .map(|customer| MostOrders { customer, orders: all.most_orders.count }),
        most_partners: smallest(&all.most_partners)
            .map(|customer| MostPartners { customer, partners: all.most_partners.count }),
    }
}

pub(super) fn split(gathered: &Gathered) -> Split {
    let sums = &gathered.sums;
    Split {
        orders: sums.split_orders,
        share_of_orders_with_items: share(sums.split_orders, gathered.orders_with_lines),
        mean_review: sums.split.mean.rounded(),
        mean_review_single_partner: sums.single.mean.rounded(),
        share_1_or_2_stars: share(sums.split.low, sums.split.mean.count),
    }
}

fn open_promises(sums: &Sums, zone: &Zone) -> OpenPromises {
    let open = &sums.open;
    OpenPromises {
        as_of: open.as_of.map(|at| zone.format(at, "%Y-%m-%d %H:%M:%S")),
        open_orders: open.orders,
        overdue: open.overdue.values().sum(),
        overdue_by_status: open.overdue.clone(),
        mean_review_overdue: open.scores.mean.rounded(),
    }
}

pub(super) fn worst_categories(gathered: &Gathered) -> Vec<Category> {
    let name = |number: &u32| gathered.categories[*number as usize].as_str();
    let enough = gathered.sums.categories.iter().filter(|(_, mean)| mean.count >= 100);
    let mut worst: Vec<_> = enough.map(|(number, mean)| (name(number), mean)).collect();
    worst.sort_by(|(a_name, a), (b_name, b)| {
        a.exact().total_cmp(&b.exact()).then(a_name.cmp(b_name))
    });
    worst.truncate(WORST);
    let row = |(name, mean): (&str, &Mean)| Category {
        category: name.to_owned(),
        orders: mean.count,
        mean_review: mean.rounded(),
    };
    worst.into_iter().map(row).collect()
}

pub(super) fn feedback(replies: Replies) -> Feedback {
    Feedback {
        median_hours_from_survey_to_answer: median(replies.hours),
        reviews_with_text: replies.with_text,
        reviews_1_star: replies.with_1_star,
        mean_score: replies.mean.rounded(),
        review_ids_on_several_orders: replies.refs_on_several,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::sales::figures::sums::Order;

    /// So many delivered orders of one seller, of which some came late and have this review.
    fn orders(sums: &mut Sums, seller: u32, (all, late): (i64, i64), score: i64) {
        for number in 0..all {
            let is_late = number < late;
            let sale = SaleRow {
                customer: CustomerId::random(),
                id: crate::SaleId::random(),
                keeper: handfast_kit::OrganisationId::random(),
                order_ref: String::new(),
                status: "delivered".to_owned(),
                ordered: TimeMs(0),
                handed_over: None,
                promised: Some(TimeMs(0)),
                delivered: Some(TimeMs(0)),
                promised_day: Some(Day(10)),
                delivered_day: Some(Day(if is_late { 11 } else { 10 })),
                postcode: String::new(),
                region: format!("region {seller}"),
                review_count: i64::from(is_late),
                review_sum: if is_late { score } else { 0 },
            };
            let hand_over_due = None;
            sums.add(&Order { sale: &sale, hand_over_due, sellers: &[seller], categories: &[] });
        }
    }

    #[test]
    fn ties_go_to_the_larger_count_then_to_the_smaller_name() {
        let names = ["d", "c", "b", "a", "few"].map(str::to_owned);
        let mut sums = Sums::default();
        for (seller, all_and_late, score) in [
            (0, (40, 8), 1),
            (1, (80, 16), 1),
            (2, (80, 16), 1),
            (3, (100, 10), 1),
            (4, (39, 39), 5),
        ] {
            orders(&mut sums, seller, all_and_late, score);
        }
        sums.end();
        let often: Vec<_> =
            most_often_late(&sums, &names).into_iter().map(|row| row.partner).collect();
        assert_eq!(often, ["b", "c", "d", "a"]);
        let worst: Vec<_> =
            worst_after_late(&sums, &names).into_iter().map(|row| row.partner).collect();
        assert_eq!(worst, ["b", "c", "a", "d", "few"]);
        let states: Vec<_> = territories(&sums).into_iter().map(|row| row.state).collect();
        assert_eq!(states, ["region 3"]);
        // 39 and 16 of 89 late orders are more than half of them.
        assert_eq!(half_of_late(&sums), Half { partners: 2, of: 5 });
    }

    #[test]
    fn every_number_of_days_has_one_bucket() {
        for (days, name) in [
            (-15, "a: 15+ days early"),
            (-14, "b: 1-14 days early"),
            (-1, "b: 1-14 days early"),
            (0, "c: on the day"),
            (3, "d: 1-3 days late"),
            (4, "e: 4-7 days late"),
            (7, "e: 4-7 days late"),
            (8, "f: 8+ days late"),
        ] {
            assert_eq!(bucket(days), name, "{days}");
        }
    }

    #[test]
    fn twelve_months_end_with_the_month_of_the_latest_order() {
        let zone = Zone::named("Europe/London").unwrap();
        let latest = TimeMs::parse_rfc3339("2026-02-28T23:30:00Z").unwrap();
        let months = twelve_months(&zone, latest, TimeMs(i64::MAX));
        assert_eq!(months[0].0.to_string(), "2025-03-01");
        assert_eq!(months[1].1.rfc3339(), "2025-03-31T23:00:00.000Z");
        assert_eq!(months[12].0.to_string(), "2026-03-01");
        assert_eq!(twelve_months(&zone, latest, latest.plus(1))[12].1, latest.plus(1));
    }
}
