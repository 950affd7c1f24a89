//! What a customer ordered, and how it came: the figures of one customer.

use handfast_record::sales::{Price, Sale};

use super::now::days_late;
use crate::words;

/// The figures of one customer's orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Deliveries {
    /// `5 of 6`: deliveries that kept their promise.
    pub(crate) kept: String,
    /// The share of them, for a bar: `83%`.
    pub(crate) share: String,
    pub(crate) lines: Vec<(&'static str, String)>,
    /// Whether what some or all of them cost is hidden.
    pub(crate) is_price_hidden: bool,
    /// Whether something is shown of it all the same.
    pub(crate) is_price_part: bool,
}

/// The figures; `None` for a customer without orders.
pub(crate) fn of(sales: &[Sale]) -> Option<Deliveries> {
    if sales.is_empty() {
        return None;
    }
    let days: Vec<i32> = sales.iter().filter_map(days_late).collect();
    let kept = days.iter().filter(|days| **days <= 0).count() as i64;
    let came = days.len() as i64;
    let worst = days.iter().copied().filter(|days| *days > 0).max();
    let mut lines = vec![("Orders", words::number(sales.len() as i64))];
    lines.extend(spent(sales).map(|sum| ("Spent", sum)));
    lines.extend(worst.map(|days| ("Latest", words::lateness(days))));
    let (count, sum) = sales
        .iter()
        .fold((0, 0), |(count, sum), sale| (count + sale.review_count, sum + sale.review_sum));
    if count > 0 {
        let mean = sum as f64 / count as f64;
        let of = words::counted(count, "review", "reviews");
        lines.push(("Rated", format!("{mean:.1} of 5, {of}")));
    }
    Some(Deliveries {
        kept: if came > 0 { format!("{kept} of {came}") } else { String::new() },
        share: format!("{}%", if came > 0 { 100 * kept / came } else { 0 }),
        lines,
        is_price_part: sales.iter().any(|sale| sale.price == Price::Shown),
        is_price_hidden: sales.iter().any(|sale| sale.price == Price::Hidden),
    })
}

/// What all orders whose prices are shown cost together; nothing is said of sums in several
/// currencies.
fn spent(sales: &[Sale]) -> Option<String> {
    let shown = || sales.iter().filter(|sale| sale.price == Price::Shown);
    let currency = &shown().next()?.currency;
    let is_one = shown().all(|sale| sale.currency == *currency);
    let sum: i64 = shown().map(|sale| sale.total_minor).sum();
    (is_one && sum > 0).then(|| words::money(sum, currency))
}
