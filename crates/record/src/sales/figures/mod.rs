//! The figures drawn from sales: how promised deliveries were kept, what customers said, how each
//! partner did, and the orders behind every number.
//!
//! [`delivery`] is the whole report, [`reviews`] and [`partners`] are parts of it. They read every
//! order that the viewer sees once, and keep about 150 bytes of each meanwhile. [`of_partners`],
//! [`months`] and [`sales_of`] are for pages: one statement each.
//!
//! A delivered order says so and has the moment of its delivery. It is late when that is on a later
//! calendar day, in the network's zone, than the promised one. Figures of a partner are about the
//! orders that it alone sold. The review of an order is the mean of its reviews.

mod gather;
mod report;
mod rules;
mod store;
mod sums;
#[cfg(test)]
mod tests;

use handfast_db::{Cx, Fault};
use handfast_kit::{Cursor, Day, Id, OrganisationId, Page, TimeMs, Uuid, Zone};

pub use report::{
    AfterLate, Category, Delivery, Feedback, Half, Lateness, MostOrders, MostPartners, OftenLate,
    OneCustomerRecord, OpenPromises, Partners, Promises, Reviews, ReviewsOfPromises, Split,
    Territory, WhoBroke,
};

use super::Sale;
use crate::sharing::Lens;

/// Most orders of one page of [`sales_of`].
pub const PAGE_MAX: usize = 200;

/// How one partner stands: orders that it alone sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartnerFigures {
    /// The partner.
    pub organisation: OrganisationId,
    /// All its orders.
    pub orders: i64,
    /// Those that arrived.
    pub delivered: i64,
    /// Of these, late.
    pub late: i64,
    /// Promised, not there, and nobody called them off.
    pub open: i64,
    /// Of these, promised for an earlier day than today.
    pub overdue: i64,
    /// Reviews of all its orders.
    pub review_count: i64,
    /// Their scores together.
    pub review_sum: i64,
}

impl PartnerFigures {
    /// The share of what arrived that came late, from 0 to 1; none if nothing arrived.
    pub fn late_share(&self) -> Option<f64> {
        (self.delivered > 0).then(|| self.late as f64 / self.delivered as f64)
    }

    /// The mean score of the reviews; none without.
    pub fn mean_review(&self) -> Option<f64> {
        (self.review_count > 0).then(|| self.review_sum as f64 / self.review_count as f64)
    }
}

/// How one partner stood in one month: orders placed in it that the partner alone sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthFigures {
    /// The month's first day.
    pub first_day: Day,
    /// Orders that arrived, whenever they did.
    pub delivered: i64,
    /// Of these, late.
    pub late: i64,
    /// Reviews of orders of the month.
    pub review_count: i64,
    /// Their scores together.
    pub review_sum: i64,
}

/// Which of a partner's orders: the ones behind one of its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Which {
    /// All of them.
    #[default]
    All,
    /// Those that arrived.
    Delivered,
    /// Those that arrived late.
    Late,
    /// Promised, not there, and nobody called them off.
    Open,
    /// Open, and promised for an earlier day than today.
    Overdue,
    /// Those with a review.
    Reviewed,
    /// Those whose reviews have a mean of 2 stars or fewer.
    ReviewedLow,
}

impl Which {
    /// All of them, in the order of a page's filter.
    pub const ALL: [Self; 7] = [
        Self::All,
        Self::Delivered,
        Self::Late,
        Self::Open,
        Self::Overdue,
        Self::Reviewed,
        Self::ReviewedLow,
    ];

    /// Its word, as in addresses of pages.
    pub const fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Delivered => "delivered",
            Self::Late => "late",
            Self::Open => "open",
            Self::Overdue => "overdue",
            Self::Reviewed => "reviewed",
            Self::ReviewedLow => "reviewed-low",
        }
    }

    /// The one with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|which| which.word() == word)
    }
}

/// The report on deliveries: everything that the orders the viewer sees tell. `zone` is the
/// network's.
pub fn delivery(cx: &mut Cx<'_>, lens: &Lens, zone: &Zone) -> Result<Delivery, Fault> {
    let gathered = gather::orders(cx, lens)?;
    let names = gather::partner_names(cx, lens, &gathered)?;
    let customers = gather::customer_names(cx, lens, &gathered)?;
    let replies = gather::reviews(cx, lens, zone, &gathered)?;
    Ok(rules::delivery(&gathered, &names, &customers, replies, zone))
}

/// The report on reviews: the part of [`delivery`] about what customers said.
pub fn reviews(cx: &mut Cx<'_>, lens: &Lens, zone: &Zone) -> Result<Reviews, Fault> {
    let gathered = gather::orders(cx, lens)?;
    let replies = gather::reviews(cx, lens, zone, &gathered)?;
    let sums = &gathered.sums;
    Ok(Reviews {
        promises: rules::reviews_of_promises(sums),
        review_by_lateness: rules::by_lateness(sums),
        feedback: rules::feedback(replies),
        categories_with_worst_review_min_100: rules::worst_categories(&gathered),
        orders_split_over_partners: rules::split(&gathered),
    })
}

/// The report on partners: the part of [`delivery`] about how each did.
pub fn partners(cx: &mut Cx<'_>, lens: &Lens) -> Result<Partners, Fault> {
    let gathered = gather::orders(cx, lens)?;
    let names = gather::partner_names(cx, lens, &gathered)?;
    let sums = &gathered.sums;
    Ok(Partners {
        partners: gathered.sellers.len() as i64,
        who_broke_the_promise: rules::who_broke(&sums.hand_overs),
        worst_partners_after_late_delivery_min_8: rules::worst_after_late(sums, &names),
        partners_most_often_late_min_40_delivered: rules::most_often_late(sums, &names),
        partners_that_cause_half_of_late_orders: rules::half_of_late(sums),
        territories_most_often_late_min_100: rules::territories(sums),
    })
}

/// How partners stand on the day `today`: these, or all that sold something. A partner without
/// orders, or of whom the viewer sees nothing, is left out. In no order.
pub fn of_partners(
    cx: &mut Cx<'_>,
    lens: &Lens,
    organisations: Option<&[OrganisationId]>,
    today: Day,
) -> Result<Vec<PartnerFigures>, Fault> {
    let Some(organisations) = organisations else { return store::partners(cx, lens, today) };
    let seen: Vec<OrganisationId> =
        organisations.iter().copied().filter(|id| lens_shows(lens, *id)).collect();
    let mut figures = Vec::with_capacity(seen.len());
    for some in seen.chunks(store::PARTNERS_AT_ONCE) {
        figures.extend(store::partners_named(cx, lens, some, today)?);
    }
    Ok(figures)
}

/// How a partner stood in the 12 months that end with the one of its latest order, at most up to
/// the day `today`. Months without orders are left out.
pub fn months(
    cx: &mut Cx<'_>,
    lens: &Lens,
    zone: &Zone,
    organisation: OrganisationId,
    today: Day,
) -> Result<Vec<MonthFigures>, Fault> {
    let tomorrow = zone.start_of(Day(today.0 + 1));
    if !lens_shows(lens, organisation) {
        return Ok(Vec::new());
    }
    let Some(latest) = store::latest_order(cx, lens, organisation, tomorrow)? else {
        return Ok(Vec::new());
    };
    store::months(cx, lens, organisation, &rules::twelve_months(zone, latest, tomorrow))
}

/// The orders behind one of a partner's numbers on the day `today`, the latest first, up to `limit`
/// (at most [`PAGE_MAX`]).
pub fn sales_of(
    cx: &mut Cx<'_>,
    lens: &Lens,
    (organisation, which, today): (OrganisationId, Which, Day),
    after: Option<&Cursor>,
    limit: usize,
) -> Result<Page<Sale>, Fault> {
    if !lens_shows(lens, organisation) {
        return Ok(Page { items: Vec::new(), next: None });
    }
    let limit = limit.clamp(1, PAGE_MAX);
    let place = after
        .and_then(Cursor::values::<2>)
        .and_then(|[at, id]| Some((TimeMs(at.parse().ok()?), id.parse().ok()?)));
    let place = place.unwrap_or((TimeMs(i64::MAX), Id::from_uuid(Uuid::max())));
    let mut rows = store::sales_of(cx, lens, (organisation, which, today), place, limit + 1)?;
    for sale in &mut rows {
        sale.customer = lens.known_as(cx, sale.customer)?;
    }
    Ok(Page::of(rows, limit, |sale| {
        Cursor::after([sale.ordered.0.to_string(), sale.id.to_string()])
    }))
}

/// Whether the viewer sees the records of the organisation at all.
fn lens_shows(lens: &Lens, organisation: OrganisationId) -> bool {
    lens.own_only().is_none_or(|own| own == organisation)
}
