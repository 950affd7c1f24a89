//! What orders and reviews add up to, one after the other.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use handfast_kit::{Day, Id, TimeMs, Zone};

use super::{
    rules::{self, Arrival},
    store::{ReviewRow, SaleRow},
};
use crate::{CustomerId, numbers::Mean};

/// One order with what its lines say of it, as far as the viewer sees them.
pub(super) struct Order<'a> {
    pub(super) sale: &'a SaleRow,
    /// The latest moment until which a line must be with the carrier.
    pub(super) hand_over_due: Option<TimeMs>,
    /// Who sold it, as numbers.
    pub(super) sellers: &'a [u32],
    /// What was sold, as numbers of categories.
    pub(super) categories: &'a [u32],
}

/// Reviews of orders, each the mean of the order's reviews.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Scores {
    pub(super) mean: Mean,
    /// 2 stars or fewer.
    pub(super) low: i64,
}

impl Scores {
    fn add(&mut self, score: Option<f64>) {
        if let Some(score) = score {
            self.mean.add(score);
            self.low += i64::from(score <= 2.0);
        }
    }
}

/// Delivered orders of one side of the promise.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) orders: i64,
    /// Days after the promised one, together.
    pub(super) days: i64,
    pub(super) scores: Scores,
}

/// Delivered orders of one partner, by whether it handed over to the carrier in time.
#[derive(Debug, Default)]
pub(super) struct HandOvers {
    pub(super) missed: i64,
    pub(super) missed_late: i64,
    pub(super) kept: i64,
    pub(super) kept_late: i64,
}

/// Delivered orders of one partner.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct OfPartner {
    pub(super) delivered: i64,
    pub(super) late: i64,
    pub(super) scores: Scores,
    pub(super) late_scores: Scores,
}

/// An order on its way when it was read; whether it is overdue shows when all are read.
#[derive(Debug)]
struct OnItsWay {
    promised: Option<TimeMs>,
    /// Its place in [`rules::ON_ITS_WAY`].
    status: usize,
    score: Option<f64>,
}

/// Orders on their way when the last one came.
#[derive(Debug, Default)]
pub(super) struct Open {
    pub(super) as_of: Option<TimeMs>,
    pub(super) orders: i64,
    pub(super) overdue: BTreeMap<String, i64>,
    pub(super) scores: Scores,
}

/// The customers who have most of something; usually one.
#[derive(Debug, Default)]
pub(super) struct Most {
    pub(super) count: i64,
    pub(super) customers: Vec<CustomerId>,
}

impl Most {
    fn add(&mut self, customer: CustomerId, count: i64) {
        if count > self.count || self.customers.is_empty() {
            self.count = count;
            self.customers.clear();
        }
        if count == self.count {
            self.customers.push(customer);
        }
    }
}

/// The customer whose orders are being read: they come one after the other.
#[derive(Debug, Default)]
struct OneCustomer {
    id: Option<CustomerId>,
    orders: i64,
    postcodes: BTreeSet<String>,
    regions: BTreeSet<String>,
    sellers: BTreeSet<u32>,
}

#[derive(Debug, Default)]
pub(super) struct Customers {
    pub(super) count: i64,
    pub(super) with_several_orders: i64,
    pub(super) of_several_partners: i64,
    pub(super) moved: i64,
    pub(super) moved_region: i64,
    pub(super) most_orders: Most,
    pub(super) most_partners: Most,
}

/// What orders add up to.
#[derive(Debug, Default)]
pub(super) struct Sums {
    pub(super) statuses: BTreeMap<String, i64>,
    pub(super) orders: i64,
    pub(super) delivered: i64,
    pub(super) kept: Outcome,
    pub(super) broken: Outcome,
    pub(super) never: Scores,
    pub(super) late_by_timestamp: i64,
    pub(super) by_lateness: BTreeMap<&'static str, Mean>,
    pub(super) hand_overs: HandOvers,
    /// By the seller's number.
    pub(super) partners: HashMap<u32, OfPartner>,
    /// Delivered and late.
    pub(super) regions: BTreeMap<String, (i64, i64)>,
    pub(super) split_orders: i64,
    pub(super) split: Scores,
    pub(super) single: Scores,
    /// By the category's number.
    pub(super) categories: HashMap<u32, Mean>,
    pub(super) customers: Customers,
    pub(super) open: Open,
    on_their_way: Vec<OnItsWay>,
    customer: OneCustomer,
}

impl Sums {
    /// Counts an order. Orders of one customer come one after the other.
    pub(super) fn add(&mut self, order: &Order<'_>) {
        let sale = order.sale;
        let score = rules::score(sale);
        self.orders += 1;
        *self.statuses.entry(sale.status.clone()).or_default() += 1;
        self.open.as_of = self.open.as_of.max(Some(sale.ordered));
        match rules::arrival(sale) {
            Some(arrival) => self.add_delivered(order, arrival, score),
            None => self.never.add(score),
        }
        match order.sellers {
            [] => {}
            [_] => self.single.add(score),
            _ => {
                self.split_orders += 1;
                self.split.add(score);
            }
        }
        if let Some(score) = score {
            for category in order.categories {
                self.categories.entry(*category).or_default().add(score);
            }
        }
        if let Some(status) = rules::on_its_way(sale) {
            self.on_their_way.push(OnItsWay { promised: sale.promised, status, score });
        }
        self.add_to_customer(order);
    }

    fn add_delivered(&mut self, order: &Order<'_>, arrival: Arrival, score: Option<f64>) {
        let late = arrival.is_late();
        self.delivered += 1;
        self.late_by_timestamp += i64::from(order.sale.delivered > order.sale.promised);
        if let Some(days) = arrival.days_late {
            let outcome = if late { &mut self.broken } else { &mut self.kept };
            outcome.orders += 1;
            outcome.days += i64::from(days);
            outcome.scores.add(score);
            if let Some(score) = score {
                self.by_lateness.entry(rules::bucket(days)).or_default().add(score);
            }
        }
        if !order.sale.region.is_empty() {
            let region = self.regions.entry(order.sale.region.clone()).or_default();
            region.0 += 1;
            region.1 += i64::from(late);
        }
        let [seller] = order.sellers else { return };
        let partner = self.partners.entry(*seller).or_default();
        partner.delivered += 1;
        partner.scores.add(score);
        if late {
            partner.late += 1;
            partner.late_scores.add(score);
        }
        if let (Some(done), Some(due)) = (order.sale.handed_over, order.hand_over_due) {
            let hand_overs = &mut self.hand_overs;
            let (count, count_late) = if done > due {
                (&mut hand_overs.missed, &mut hand_overs.missed_late)
            } else {
                (&mut hand_overs.kept, &mut hand_overs.kept_late)
            };
            *count += 1;
            *count_late += i64::from(late);
        }
    }

    fn add_to_customer(&mut self, order: &Order<'_>) {
        let sale = order.sale;
        if self.customer.id != Some(sale.customer) {
            self.end_customer();
            self.customer.id = Some(sale.customer);
        }
        self.customer.orders += 1;
        self.customer.sellers.extend(order.sellers);
        // An address that nobody wrote down is no other address.
        let known = |text: &String| (!text.is_empty()).then(|| text.clone());
        self.customer.postcodes.extend(known(&sale.postcode));
        self.customer.regions.extend(known(&sale.region));
    }

    fn end_customer(&mut self) {
        let customer = std::mem::take(&mut self.customer);
        let Some(id) = customer.id else { return };
        let all = &mut self.customers;
        all.count += 1;
        all.with_several_orders += i64::from(customer.orders > 1);
        all.of_several_partners += i64::from(customer.sellers.len() > 1);
        all.moved += i64::from(customer.postcodes.len() > 1);
        all.moved_region += i64::from(customer.regions.len() > 1);
        all.most_orders.add(id, customer.orders);
        all.most_partners.add(id, customer.sellers.len() as i64);
    }

    /// All orders are read: what depends on the last one can be told.
    pub(super) fn end(&mut self) {
        self.end_customer();
        self.open.orders = self.on_their_way.len() as i64;
        for order in std::mem::take(&mut self.on_their_way) {
            if order.promised.is_some() && order.promised < self.open.as_of {
                let status = rules::ON_ITS_WAY[order.status].to_owned();
                *self.open.overdue.entry(status).or_default() += 1;
                self.open.scores.add(order.score);
            }
        }
    }

    /// Customers whose names the report may need.
    pub(super) fn candidates(&self) -> impl Iterator<Item = CustomerId> {
        let both = [&self.customers.most_orders, &self.customers.most_partners];
        both.into_iter().flat_map(|most| most.customers.iter().copied())
    }
}

/// What reviews add up to by themselves: about 25 bytes of each.
#[derive(Debug, Default)]
pub(super) struct Replies {
    pub(super) count: i64,
    pub(super) with_text: i64,
    pub(super) with_1_star: i64,
    pub(super) mean: Mean,
    /// From asking to the answer.
    pub(super) hours: Vec<f64>,
    pub(super) refs_on_several: i64,
    refs: HashSet<Id<Replies>>,
    repeated: HashSet<Id<Replies>>,
}

impl Replies {
    /// Counts a review. `zone` is the network's.
    pub(super) fn add(&mut self, zone: &Zone, review: &ReviewRow) {
        self.count += 1;
        self.with_text += review.has_text;
        self.with_1_star += i64::from(review.score == 1);
        self.mean.add(review.score as f64);
        if let Some(asked) = review.asked {
            self.hours.push(hours_by_clock(zone, asked, review.answered));
        }
        if !review.review_ref.is_empty() {
            let key = Id::derived(&[review.review_ref.as_bytes()]);
            if !self.refs.insert(key) && self.repeated.insert(key) {
                self.refs_on_several += 1;
            }
        }
    }
}

/// Hours between two moments as clocks on the wall show them: a day has 24, also when summer time
/// begins.
fn hours_by_clock(zone: &Zone, from: TimeMs, to: TimeMs) -> f64 {
    let day = zone.day_of(from);
    // A day that begins at one o'clock because summer time does was meant from its midnight.
    let from = if zone.start_of(day) == from { midnight(day) } else { wall_ms(zone, from) };
    (wall_ms(zone, to) - from) as f64 / TimeMs::HOUR as f64
}

fn midnight(day: Day) -> i64 {
    i64::from(day.0) * TimeMs::DAY
}

fn wall_ms(zone: &Zone, at: TimeMs) -> i64 {
    let local = zone.tz().to_datetime(at.timestamp());
    let minutes = i64::from(local.hour()) * 60 + i64::from(local.minute());
    midnight(Day::of_date(local.date()))
        + minutes * TimeMs::MINUTE
        + i64::from(local.second()) * 1_000
        + i64::from(local.millisecond())
}
