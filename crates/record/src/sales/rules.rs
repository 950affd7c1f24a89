use handfast_kit::{OrganisationId, TimeMs, Uuid, Zone};

use super::{Line, Order, Price, Sale, seen::Part};
use crate::{
    CustomerId, RecordId, SaleId,
    sharing::{Author, Class, Level, Sight, Who},
    touches::{Body, SoldLine},
};

/// Words with which sources say that an order will never arrive.
const CALLED_OFF: [&str; 6] =
    ["canceled", "cancelled", "unavailable", "refunded", "voided", "closed lost"];

pub(super) fn is_open(sale: &Sale) -> bool {
    let status = sale.status.to_lowercase();
    sale.promised.is_some()
        && sale.delivered.is_none()
        && status != "delivered"
        && !CALLED_OFF.contains(&status.as_str())
}

/// Where the order stands now, from what its source says and the lines that are there.
pub(super) fn sale(
    author: &Author,
    zone: &Zone,
    order: &Order,
    (customer, record): (CustomerId, RecordId),
    (postcode, region): (String, String),
    lines: &[Line],
    before: Option<&Sale>,
) -> Sale {
    let fresh = SaleId::derived(&[
        author.network().uuid().as_bytes(),
        author.organisation_id().uuid().as_bytes(),
        order.order_ref.as_bytes(),
    ]);
    let sale = Sale {
        id: before.map_or(fresh, |before| before.id),
        customer,
        keeper: author.organisation_id(),
        by: Who::Named(author.organisation_id()),
        price: Price::Shown,
        order_ref: order.order_ref.clone(),
        record,
        organisation: None,
        partner_count: 0,
        status: order.status.clone(),
        ordered: order.ordered,
        hand_over_due: None,
        handed_over: order.handed_over,
        promised: order.promised,
        delivered: order.delivered,
        promised_day: order.promised.map(|at| zone.day_of(at)),
        delivered_day: order.delivered.map(|at| zone.day_of(at)),
        total_minor: 0,
        currency: order.currency.clone(),
        postcode,
        region,
        review_count: before.map_or(0, |before| before.review_count),
        review_sum: before.map_or(0, |before| before.review_sum),
    };
    with_lines(sale, lines)
}

/// The same order with what its lines say of it.
pub(super) fn with_lines(mut sale: Sale, lines: &[Line]) -> Sale {
    let sellers = sellers(lines);
    sale.partner_count = sellers.len() as i64;
    sale.organisation = match sellers.as_slice() {
        [one] => Some(*one),
        _ => None,
    };
    sale.by = Who::Named(sale.organisation.unwrap_or(sale.keeper));
    sale.hand_over_due = lines.iter().filter_map(|line| line.hand_over_due).max();
    sale.total_minor = total(&lines.iter().collect::<Vec<_>>());
    sale
}

/// The organisations that sold the lines, each once, in the order of their ids.
pub(super) fn sellers(lines: &[Line]) -> Vec<OrganisationId> {
    let mut sellers: Vec<OrganisationId> = lines.iter().map(|line| line.seller).collect();
    sellers.sort_unstable();
    sellers.dedup();
    sellers
}

/// Price and freight of the lines together, in minor units.
pub(super) fn total(lines: &[&Line]) -> i64 {
    lines.iter().map(|line| line.price_minor + line.freight_minor).sum()
}

/// What happened with the order as far as is known, with these lines of one organisation.
pub(super) fn facts(sale: &Sale, lines: &[&Line]) -> Vec<(TimeMs, Body)> {
    let order_ref = || sale.order_ref.clone();
    let mut facts = vec![(
        sale.ordered,
        Body::Sale {
            order_ref: order_ref(),
            status: told_status(sale),
            lines: lines.iter().map(|line| sold(line)).collect(),
            total_minor: Some(total(lines)),
            currency: sale.currency.clone(),
        },
    )];
    if let Some(day) = sale.promised_day {
        facts.push((sale.ordered, Body::DeliveryPromised { order_ref: order_ref(), day }));
    }
    if let Some(at) = sale.handed_over {
        let due_ms = lines.iter().filter_map(|line| line.hand_over_due).max();
        facts.push((at, Body::Shipped { order_ref: order_ref(), due_ms }));
    }
    if let Some(at) = sale.delivered {
        let days_late = match (sale.promised_day, sale.delivered_day) {
            (Some(promised), Some(delivered)) => Some(delivered.0 - promised.0),
            _ => None,
        };
        facts.push((at, Body::Delivered { order_ref: order_ref(), days_late }));
    }
    facts
}

/// The status that the sale's own touch names: only one that is no later event of its own.
fn told_status(sale: &Sale) -> String {
    let status = sale.status.to_lowercase();
    if CALLED_OFF.contains(&status.as_str()) { sale.status.clone() } else { String::new() }
}

fn sold(line: &Line) -> SoldLine {
    let title = [&line.title, &line.category, &line.product_ref]
        .into_iter()
        .find(|text| !text.is_empty())
        .cloned()
        .unwrap_or_default();
    SoldLine { title, quantity: line.quantity, price_minor: Some(line.price_minor) }
}

/// Whether a known order now stands where no other touch tells it.
pub(super) fn tells_status(before: &Sale, after: &Sale) -> bool {
    before.status != after.status && told_status(after).is_empty() != told_status(before).is_empty()
}

/// The touch that tells where a known order stands now.
pub(super) fn status_now(sale: &Sale) -> Body {
    Body::Sale {
        order_ref: sale.order_ref.clone(),
        status: sale.status.clone(),
        lines: Vec::new(),
        total_minor: Some(sale.total_minor),
        currency: sale.currency.clone(),
    }
}

/// An order as somebody else than the brand sees it, and whether with its seller's name. `None` if
/// nothing of it is seen. What is not one's own is seen as the classes allow: that there was an
/// order by purchase, its way by delivery, what it cost by price.
pub(super) fn projected(
    sight: &Sight,
    viewer: OrganisationId,
    mut sale: Sale,
    own: Part,
) -> Option<(Sale, bool)> {
    match own {
        Part::All => return Some((sale, true)),
        Part::Lines { total_minor } => {
            (sale.total_minor, sale.partner_count) = (total_minor, 1);
            sale.by = Who::Named(viewer);
            return Some((sale, true));
        }
        Part::Nothing => {}
    }
    let masks = sight.at(sale.ordered);
    let shown = |class| masks.level(class) >= Level::Veiled;
    if !shown(Class::Purchase) {
        return None;
    }
    if !shown(Class::Price) {
        sale.price = Price::Hidden;
        sale.total_minor = 0;
        sale.currency.clear();
    }
    if !shown(Class::Delivery) {
        (sale.hand_over_due, sale.handed_over) = (None, None);
        (sale.promised, sale.promised_day) = (None, None);
        (sale.delivered, sale.delivered_day) = (None, None);
        // The source's word for where an order stands tells its way too.
        sale.status.clear();
    }
    if !shown(Class::Address) {
        sale.postcode.clear();
        sale.region.clear();
    }
    if !shown(Class::Feedback) {
        (sale.review_count, sale.review_sum) = (0, 0);
    }
    let seller = sale.organisation.unwrap_or(sale.keeper);
    let is_named = sight.names(seller, masks.level(Class::Purchase));
    Some((sale, is_named))
}

/// The same with words in place of who sold it.
pub(super) fn veiled(mut sale: Sale, words: &str) -> Sale {
    sale.by = Who::Veiled(words.to_owned());
    sale.keeper = OrganisationId::from_uuid(Uuid::nil());
    sale.record = RecordId::from_uuid(Uuid::nil());
    sale.organisation = None;
    sale.order_ref.clear();
    sale
}

/// The classes that are seen of these orders.
pub(super) fn classes(sales: &[Sale]) -> i64 {
    let of = |sale: &Sale| {
        let way = sale.promised.or(sale.delivered).or(sale.handed_over);
        let way = way.map_or(0, |_| Class::Delivery.bit());
        let price = if sale.price == Price::Shown { Class::Price.bit() } else { 0 };
        Class::Purchase.bit() | way | price
    };
    sales.iter().fold(0, |classes, sale| classes | of(sale))
}
