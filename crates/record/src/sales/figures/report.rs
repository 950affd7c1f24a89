use std::collections::BTreeMap;

use serde::Serialize;

/// Everything that orders tell of promises, partners and customers. Shares and means are rounded to
/// 4 places; lists are sorted from the worst, ties go to the larger count, then the smaller name.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Delivery {
    /// Orders.
    pub orders: i64,
    /// Customers who ordered.
    pub unique_customers: i64,
    /// Lines of orders.
    pub order_items: i64,
    /// Reviews; an order may have several.
    pub reviews: i64,
    /// Partners who sold a line.
    pub partners: i64,
    /// Orders by the source's word for where they stand.
    pub status: BTreeMap<String, i64>,
    /// How promised deliveries were kept.
    pub promises: Promises,
    /// What customers said, by how early or late their order came.
    pub review_by_lateness: BTreeMap<&'static str, Lateness>,
    /// Whether the partner or the carrier made orders late.
    pub who_broke_the_promise: WhoBroke,
    /// The 5 partners with the worst reviews after a late delivery, of those with at least 8.
    pub worst_partners_after_late_delivery_min_8: Vec<AfterLate>,
    /// The 5 partners most often late, of those with at least 40 delivered orders.
    pub partners_most_often_late_min_40_delivered: Vec<OftenLate>,
    /// How few partners it takes to make half of the late orders.
    pub partners_that_cause_half_of_late_orders: Half,
    /// The 5 regions most often waiting too long, of those with at least 100 delivered orders.
    pub territories_most_often_late_min_100: Vec<Territory>,
    /// What only shows when all records of a customer are one.
    pub one_customer_record: OneCustomerRecord,
    /// Orders that more than one partner sold.
    pub orders_split_over_partners: Split,
    /// What had not arrived when the last order came.
    pub open_promises_at_end: OpenPromises,
    /// The 5 categories with the worst reviews, of those with at least 100 reviewed orders.
    pub categories_with_worst_review_min_100: Vec<Category>,
    /// Reviews by themselves.
    pub feedback: Feedback,
}

/// What customers said: the part of [`Delivery`] that is about reviews.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reviews {
    /// Reviews of kept and of broken promises.
    pub promises: ReviewsOfPromises,
    /// As in [`Delivery::review_by_lateness`].
    pub review_by_lateness: BTreeMap<&'static str, Lateness>,
    /// As in [`Delivery::feedback`].
    pub feedback: Feedback,
    /// As in [`Delivery::categories_with_worst_review_min_100`].
    pub categories_with_worst_review_min_100: Vec<Category>,
    /// As in [`Delivery::orders_split_over_partners`].
    pub orders_split_over_partners: Split,
}

/// How partners did: the part of [`Delivery`] that is about them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Partners {
    /// As in [`Delivery::partners`].
    pub partners: i64,
    /// As in [`Delivery::who_broke_the_promise`].
    pub who_broke_the_promise: WhoBroke,
    /// As in [`Delivery::worst_partners_after_late_delivery_min_8`].
    pub worst_partners_after_late_delivery_min_8: Vec<AfterLate>,
    /// As in [`Delivery::partners_most_often_late_min_40_delivered`].
    pub partners_most_often_late_min_40_delivered: Vec<OftenLate>,
    /// As in [`Delivery::partners_that_cause_half_of_late_orders`].
    pub partners_that_cause_half_of_late_orders: Half,
    /// As in [`Delivery::territories_most_often_late_min_100`].
    pub territories_most_often_late_min_100: Vec<Territory>,
}

/// How promised deliveries were kept. The whole promised day keeps the promise.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Promises {
    /// Orders that arrived.
    pub delivered: i64,
    /// Of these, on a later calendar day than promised.
    pub late: i64,
    /// Their share.
    pub late_share: Option<f64>,
    /// After the promised moment, which is usually the first of the promised day.
    pub late_by_timestamp: i64,
    /// Their share.
    pub late_by_timestamp_share: Option<f64>,
    /// Days early, of those not late.
    pub mean_days_early_when_kept: Option<f64>,
    /// Days late, of those late.
    pub mean_days_late_when_broken: Option<f64>,
    /// Reviews and low reviews.
    #[serde(flatten)]
    pub reviews: ReviewsOfPromises,
}

/// What customers said of kept and broken promises. An order's review is the mean of its reviews.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReviewsOfPromises {
    /// Of orders that came in time.
    pub mean_review_kept: Option<f64>,
    /// Of orders that came late.
    pub mean_review_broken: Option<f64>,
    /// Of orders that did not come.
    pub mean_review_never_delivered: Option<f64>,
    /// 2 stars or fewer, of orders that came in time and have a review.
    pub share_1_or_2_stars_kept: Option<f64>,
    /// 2 stars or fewer, of orders that came late and have a review.
    pub share_1_or_2_stars_broken: Option<f64>,
}

/// Reviewed orders that came so early or so late.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Lateness {
    /// How many.
    pub orders: i64,
    /// What customers said of them.
    pub mean_review: Option<f64>,
}

/// Whether the partner or the carrier made orders late: delivered orders of one partner of which
/// the hand-over to the carrier is known, due and done.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WhoBroke {
    /// Late ones.
    pub late_single_partner_orders: i64,
    /// Of these, the partner handed over after the latest due of the lines.
    pub partner_missed_hand_over: i64,
    /// Their share.
    pub partner_missed_share: Option<f64>,
    /// How many came late when the partner handed over late.
    pub late_share_when_partner_missed: Option<f64>,
    /// How many came late though the partner handed over in time.
    pub late_share_when_partner_kept: Option<f64>,
    /// Handed over late, whether the order came late or not.
    pub orders_where_partner_missed: i64,
}

/// A partner, and what customers said after it was late.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AfterLate {
    /// What the brand calls it.
    pub partner: String,
    /// Late orders with a review.
    pub late_reviewed_orders: i64,
    /// What customers said of them.
    pub mean_review_after_late: Option<f64>,
    /// Orders that arrived.
    pub delivered: i64,
    /// Of these, late.
    pub late: i64,
    /// Their share.
    pub late_share: Option<f64>,
    /// What customers said of all that arrived.
    pub mean_review_all: Option<f64>,
}

/// A partner, and how often it was late.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OftenLate {
    /// What the brand calls it.
    pub partner: String,
    /// Orders that arrived.
    pub delivered: i64,
    /// Of these, late.
    pub late: i64,
    /// Their share.
    pub late_share: Option<f64>,
    /// What customers said of all that arrived.
    pub mean_review_all: Option<f64>,
}

/// So many partners make half of the late orders.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Half {
    /// How many it takes.
    pub partners: i64,
    /// Of all those with an order that arrived.
    pub of: i64,
}

/// A region that orders go to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Territory {
    /// The region, as records name it.
    pub state: String,
    /// Orders that arrived.
    pub delivered: i64,
    /// Of these, late.
    pub late: i64,
    /// Their share.
    pub late_share: Option<f64>,
}

/// What only shows when all records of a customer are one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OneCustomerRecord {
    /// Ordered more than once.
    pub customers_with_2_or_more_orders: i64,
    /// Bought from more than one partner.
    pub customers_served_by_2_or_more_partners: i64,
    /// Ordered to more than one postcode.
    pub customers_that_moved: i64,
    /// Ordered to more than one region.
    pub moved_to_another_state: i64,
    /// Who ordered most.
    pub most_orders: Option<MostOrders>,
    /// Who bought from most partners.
    pub most_partners: Option<MostPartners>,
}

/// Who ordered most.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MostOrders {
    /// The customer's verified key, or the reference of its record.
    pub customer: String,
    /// How often.
    pub orders: i64,
}

/// Who bought from most partners.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MostPartners {
    /// The customer's verified key, or the reference of its record.
    pub customer: String,
    /// From how many.
    pub partners: i64,
}

/// Orders that more than one partner sold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Split {
    /// How many.
    pub orders: i64,
    /// Of all orders with lines.
    pub share_of_orders_with_items: Option<f64>,
    /// What customers said of them.
    pub mean_review: Option<f64>,
    /// What customers said of orders of one partner.
    pub mean_review_single_partner: Option<f64>,
    /// 2 stars or fewer, of those with a review.
    pub share_1_or_2_stars: Option<f64>,
}

/// What had not arrived when the last order came.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OpenPromises {
    /// When the last order came, in the network's zone; none without orders.
    pub as_of: Option<String>,
    /// Orders on their way.
    pub open_orders: i64,
    /// Of these, promised for an earlier moment.
    pub overdue: i64,
    /// The overdue by where they stand.
    pub overdue_by_status: BTreeMap<String, i64>,
    /// What customers said of the overdue.
    pub mean_review_overdue: Option<f64>,
}

/// A category of products.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Category {
    /// Its name.
    pub category: String,
    /// Reviewed orders with a line of it.
    pub orders: i64,
    /// What customers said of them.
    pub mean_review: Option<f64>,
}

/// Reviews by themselves.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Feedback {
    /// Hours by the network's clocks from asking the customer to the answer.
    pub median_hours_from_survey_to_answer: Option<f64>,
    /// Where the customer wrote something.
    pub reviews_with_text: i64,
    /// With the worst score.
    pub reviews_1_star: i64,
    /// The mean of all scores.
    pub mean_score: Option<f64>,
    /// References that stand on more than one review.
    pub review_ids_on_several_orders: i64,
}
