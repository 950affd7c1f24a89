//! Sales: orders, what was promised with them, how they arrived, and what customers said.
//!
//! An order has a keeper, under whose reference it is known (a shop, or a marketplace for its
//! sellers), and lines that one or more partners sold. Lines may arrive before their order. Every
//! partner of an order gets its own record of the customer and its own touches; the row in `sale`
//! only sums up where the order stands.

mod announce;
pub mod api;
pub mod figures;
mod rules;
mod seen;
mod store;
#[cfg(test)]
mod tests;

use handfast_db::{Fault, Tx};
use handfast_kit::{Day, Id, NetworkId, OrganisationId, TimeMs, Zone};

use announce::{announce, note_move};
pub use seen::of_customer;

use crate::{
    CustomerId, RecordId, SaleId, customers, keys,
    sharing::{Author, Who},
    touches::{self, Body, NewTouch},
};

/// An order to be taken in, in its keeper's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The keeper's reference of the order.
    pub order_ref: String,
    /// The keeper's reference of the customer, whose record must be there.
    pub customer_ref: String,
    /// Where it stands, in the source's word: `delivered`, `shipped`, `canceled`.
    pub status: String,
    /// When it was placed.
    pub ordered: TimeMs,
    /// When the goods went to the carrier.
    pub handed_over: Option<TimeMs>,
    /// When they are to arrive; the whole calendar day keeps the promise.
    pub promised: Option<TimeMs>,
    /// When they arrived.
    pub delivered: Option<TimeMs>,
    /// ISO 4217; may be empty.
    pub currency: String,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The keeper's reference of the order, which may come later.
    pub order_ref: String,
    /// The line's number or reference within the order.
    pub line_ref: String,
    /// Who sold it.
    pub seller: OrganisationId,
    /// The product's reference; may be empty.
    pub product_ref: String,
    /// What it is, in words; may be empty.
    pub title: String,
    /// Its category; may be empty.
    pub category: String,
    /// How many.
    pub quantity: i64,
    /// The price of the line, in minor units.
    pub price_minor: i64,
    /// The freight of the line, in minor units.
    pub freight_minor: i64,
    /// Until when it must be with the carrier.
    pub hand_over_due: Option<TimeMs>,
}

/// A payment for an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// The order, which must be there.
    pub order_ref: String,
    /// The payment's number or reference within the order.
    pub payment_ref: String,
    /// How: `credit_card`, `invoice`.
    pub method: String,
    /// How much, in minor units.
    pub amount_minor: i64,
    /// When; the moment of the order if the source does not say.
    pub at: Option<TimeMs>,
}

/// What a customer said of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// The order, which must be there.
    pub order_ref: String,
    /// The source's reference; one reference may stand on several orders.
    pub review_ref: String,
    /// 1 (worst) to 5.
    pub score: i64,
    /// Its heading; may be empty.
    pub title: String,
    /// What the customer wrote; may be empty.
    pub text: String,
    /// When the customer was asked.
    pub asked: Option<TimeMs>,
    /// When the customer answered.
    pub answered: TimeMs,
}

/// Where an order stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sale {
    /// Its id.
    pub id: SaleId,
    /// Whose it is.
    pub customer: CustomerId,
    /// Who keeps it; nobody (nil) where the name is hidden.
    pub keeper: OrganisationId,
    /// Who has to keep what it promises, as the viewer may know it: the one partner who sold it,
    /// else its keeper.
    pub by: Who,
    /// Whether the viewer sees what it cost.
    pub price: Price,
    /// The keeper's reference; empty where the keeper's name is hidden.
    pub order_ref: String,
    /// The keeper's record of the customer.
    pub record: RecordId,
    /// The one partner who sold it, if it was one.
    pub organisation: Option<OrganisationId>,
    /// How many partners sold it.
    pub partner_count: i64,
    /// The source's word for where it stands.
    pub status: String,
    /// When it was placed.
    pub ordered: TimeMs,
    /// Until when it must be with the carrier.
    pub hand_over_due: Option<TimeMs>,
    /// When it went there.
    pub handed_over: Option<TimeMs>,
    /// When it is to arrive.
    pub promised: Option<TimeMs>,
    /// When it arrived.
    pub delivered: Option<TimeMs>,
    /// The last day that keeps the promise.
    pub promised_day: Option<Day>,
    /// The day it arrived.
    pub delivered_day: Option<Day>,
    /// Its lines together, in minor units; 0 where prices are hidden.
    pub total_minor: i64,
    /// ISO 4217; may be empty.
    pub currency: String,
    /// The postcode it goes to.
    pub postcode: String,
    /// The region it goes to.
    pub region: String,
    /// How many reviews it has.
    pub review_count: i64,
    /// Their scores together.
    pub review_sum: i64,
}

/// Whether a viewer sees what an order cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Price {
    /// It does.
    Shown,
    /// It does not.
    Hidden,
}

impl Sale {
    /// Whether something is still to arrive: promised, not there, and nobody called it off.
    pub fn is_open(&self) -> bool {
        rules::is_open(self)
    }

    /// Days from the promised day to `today`: positive when it is over.
    pub fn days_over(&self, today: Day) -> Option<i32> {
        self.promised_day.map(|promised| today.0 - promised.0)
    }
}

/// What became of something that was taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// It is new, or says something else now.
    Stored,
    /// It was known and says the same.
    Same,
}

/// Why something was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The order names a customer without a record.
    #[error(
        "no customer with the reference {0:?} is known here: take in the customers first, then \
         this row again"
    )]
    UnknownCustomer(String),
    /// The row names an order that is not there.
    #[error(
        "no order with the reference {0:?} is known here: take in the orders first, then this row \
         again"
    )]
    UnknownOrder(String),
    /// A score outside 1 to 5.
    #[error("a score is 1 to 5, not {0}")]
    ScoreWrong(i64),
    /// The rest.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Takes an order in, with the lines that are there for it. Safe to call twice.
///
/// `as_of` is when its source said so, `zone` the network's, whose calendar days count.
pub fn order(
    tx: &mut Tx<'_>,
    author: &Author,
    zone: &Zone,
    (as_of, now): (TimeMs, TimeMs),
    order: &Order,
) -> Result<Applied, Error> {
    let unknown = || Error::UnknownCustomer(order.customer_ref.clone());
    let (customer, record) =
        customers::lock_own_record(tx, author, &order.customer_ref)?.ok_or_else(unknown)?;
    let lines = store::lines(tx, author.network(), author.organisation_id(), &order.order_ref)?;
    let before = by_ref(tx, author, &order.order_ref)?;
    let place = store::place_of_record(tx, author.network(), customer, record)?;
    let sale = rules::sale(author, zone, order, (customer, record), place, &lines, before.as_ref());
    match &before {
        Some(before) if *before == sale => return Ok(Applied::Same),
        Some(_) => store::update(tx, author.network(), &sale)?,
        None => {
            store::insert_ref(tx, author, &sale)?;
            keys::write_order(tx, author.network(), (customer, sale.id), &sale.order_ref)?;
            store::insert(tx, author.network(), &sale)?
        }
    };
    note_move(tx, author, now, &sale)?;
    let sellers = rules::sellers(&lines);
    for seller in &sellers {
        let own: Vec<&Line> = lines.iter().filter(|line| line.seller == *seller).collect();
        let who = author.on_behalf_of(*seller);
        announce(tx, &who, now, &sale, &order.customer_ref, rules::facts(&sale, &own))?;
    }
    if sellers.is_empty() {
        announce(tx, author, now, &sale, &order.customer_ref, rules::facts(&sale, &[]))?;
    }
    if let Some(before) = before
        && rules::tells_status(&before, &sale)
    {
        let fact = (as_of, rules::status_now(&sale));
        announce(tx, author, now, &sale, &order.customer_ref, vec![fact])?;
    }
    Ok(Applied::Stored)
}

/// Takes a line in; it is held until its order comes. Safe to call twice.
pub fn line(tx: &mut Tx<'_>, author: &Author, now: TimeMs, line: &Line) -> Result<Applied, Error> {
    if store::upsert_line(tx, author, line)? == 0 {
        return Ok(Applied::Same);
    }
    let before = match known(tx, author, &line.order_ref) {
        Err(Error::UnknownOrder(_)) => return Ok(Applied::Stored),
        known => known?,
    };
    let lines = store::lines(tx, author.network(), author.organisation_id(), &line.order_ref)?;
    let sale = rules::with_lines(before, &lines);
    store::update(tx, author.network(), &sale)?;
    let customer_ref = store::customer_ref(tx, author.network(), sale.customer, sale.record)?;
    let who = author.on_behalf_of(line.seller);
    announce(tx, &who, now, &sale, &customer_ref, rules::facts(&sale, &[line]))?;
    Ok(Applied::Stored)
}

/// Takes a payment in. Safe to call twice.
pub fn payment(
    tx: &mut Tx<'_>,
    author: &Author,
    now: TimeMs,
    payment: &Payment,
) -> Result<Applied, Error> {
    let sale = known(tx, author, &payment.order_ref)?;
    let body = Body::Payment {
        order_ref: payment.order_ref.clone(),
        method: payment.method.clone(),
        amount_minor: payment.amount_minor,
        currency: sale.currency.clone(),
    };
    let source = format!("{} {}", payment.order_ref, payment.payment_ref);
    let touch = NewTouch::new(sale.customer.as_kind(), payment.at.unwrap_or(sale.ordered), body)
        .on(sale.record)
        .from_source(author, &source);
    let (_, new) = touches::append(tx, author, now, touch)?;
    Ok(if new { Applied::Stored } else { Applied::Same })
}

/// Takes a review in; every partner of the order gets the touch. Safe to call twice.
pub fn review(
    tx: &mut Tx<'_>,
    author: &Author,
    now: TimeMs,
    review: &Review,
) -> Result<Applied, Error> {
    if !(1..=5).contains(&review.score) {
        return Err(Error::ScoreWrong(review.score));
    }
    let sale = known(tx, author, &review.order_ref)?;
    let id = Id::<()>::derived(&[
        author.network().uuid().as_bytes(),
        author.organisation_id().uuid().as_bytes(),
        review.order_ref.as_bytes(),
        review.review_ref.as_bytes(),
    ]);
    let before = store::score(tx, author.network(), sale.customer, id)?;
    store::upsert_review(tx, author.network(), &sale, id, review)?;
    let counted = i64::from(before.is_none());
    let sum = review.score - before.unwrap_or(0);
    store::count_review(tx, author.network(), &sale, counted, sum)?;
    let body = Body::ReviewGiven {
        order_ref: review.order_ref.clone(),
        review_ref: review.review_ref.clone(),
        score: review.score,
        title: review.title.clone(),
        text: review.text.clone(),
    };
    let lines = store::lines(tx, author.network(), sale.keeper, &review.order_ref)?;
    let mut sellers = rules::sellers(&lines);
    if sellers.is_empty() {
        sellers.push(sale.keeper);
    }
    let customer_ref = store::customer_ref(tx, author.network(), sale.customer, sale.record)?;
    for seller in sellers {
        let who = author.on_behalf_of(seller);
        let facts = vec![(review.answered, body.clone())];
        announce(tx, &who, now, &sale, &customer_ref, facts)?;
    }
    Ok(Applied::Stored)
}

/// The order with this reference, its customer locked against merging.
fn known(tx: &mut Tx<'_>, author: &Author, order_ref: &str) -> Result<Sale, Error> {
    let unknown = || Error::UnknownOrder(order_ref.to_owned());
    let (network, keeper) = (author.network(), author.organisation_id());
    // It may be merged, or parted from another, while it is waited for.
    for _ in 0..16 {
        let place = store::place_of_ref(tx, network, keeper, order_ref)?;
        let (customer, _) = place.ok_or_else(unknown)?;
        customers::lock(tx, network, customer)?;
        if let Some(sale) = by_ref(tx, author, order_ref)?
            && sale.customer == customer
        {
            return Ok(sale);
        }
    }
    Err(unknown())
}

fn by_ref(tx: &mut Tx<'_>, author: &Author, order_ref: &str) -> Result<Option<Sale>, Fault> {
    let (network, keeper) = (author.network(), author.organisation_id());
    match store::place_of_ref(tx, network, keeper, order_ref)? {
        Some((customer, sale)) => store::sale(tx, network, customer, sale),
        None => Ok(None),
    }
}

/// Takes a product in: what lines that name only its reference are called, and their category.
pub fn product(
    tx: &mut Tx<'_>,
    network: NetworkId,
    _author: &Author,
    product_ref: &str,
    name: &str,
    category: &str,
) -> Result<Applied, Fault> {
    let changed = store::upsert_product(tx, network, product_ref, name, category)?;
    Ok(if changed == 0 { Applied::Same } else { Applied::Stored })
}
