//! Keys that lead to a customer exactly: a mail address, a phone number, an order's reference, as
//! records and sales say them. Whoever is given one by the customer finds that customer with it,
//! and nobody finds more than one by half of one.
//!
//! Only hashes are kept, so what lies here is of no use without the key.

mod rules;
mod store;

use handfast_db::{Cx, Fault, Tx};
use handfast_kit::NetworkId;

use crate::{CustomerId, RecordId, SaleId};

/// What a record says a customer can be reached by; empty text says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Contact<'a> {
    /// The mail address.
    pub(crate) email: &'a str,
    /// The phone number.
    pub(crate) phone: &'a str,
}

/// Keeps the keys that a record says now. Those that it said before and says no more go away; a
/// new record said nothing before.
pub(crate) fn write(
    tx: &mut Tx<'_>,
    network: NetworkId,
    (customer, record): (CustomerId, RecordId),
    before: Contact<'_>,
    now: Contact<'_>,
) -> Result<(), Fault> {
    let (before, now) = (rules::said(network, before), rules::said(network, now));
    for hash in before.iter().filter(|hash| !now.contains(hash)) {
        store::delete(tx, network, hash, customer, record.uuid())?;
    }
    for hash in now.iter().filter(|hash| !before.contains(hash)) {
        store::insert(tx, network, hash, customer, record.uuid())?;
    }
    Ok(())
}

/// Keeps the reference of an order as a key of its customer. Safe to call twice.
pub(crate) fn write_order(
    tx: &mut Tx<'_>,
    network: NetworkId,
    (customer, sale): (CustomerId, SaleId),
    order_ref: &str,
) -> Result<(), Fault> {
    if let Some(hash) = rules::of_order(network, order_ref) {
        store::insert(tx, network, &hash, customer, sale.uuid())?;
    }
    Ok(())
}

/// Lets the keys that a record says lead to another customer, to whom it moves.
pub(crate) fn carry(
    tx: &mut Tx<'_>,
    network: NetworkId,
    (from, to): (CustomerId, CustomerId),
    record: RecordId,
    says: Contact<'_>,
) -> Result<(), Fault> {
    for hash in rules::said(network, says) {
        store::carry(tx, network, &hash, (from, to), record.uuid())?;
    }
    Ok(())
}

/// As [`carry`], for the reference of an order.
pub(crate) fn carry_order(
    tx: &mut Tx<'_>,
    network: NetworkId,
    (from, to): (CustomerId, CustomerId),
    sale: SaleId,
    order_ref: &str,
) -> Result<(), Fault> {
    if let Some(hash) = rules::of_order(network, order_ref) {
        store::carry(tx, network, &hash, (from, to), sale.uuid())?;
    }
    Ok(())
}

/// Whether this text can be a key at all: a mail address, a phone number of at least six digits, or
/// an order's reference of 3 to 200 characters.
pub(crate) fn is_key(text: &str) -> bool {
    rules::is_key(text)
}

/// The customers that this very key leads to, at most ten for each kind of key that it may be. They
/// may have been merged into others since.
pub(crate) fn find(
    cx: &mut Cx<'_>,
    network: NetworkId,
    key: &str,
) -> Result<Vec<CustomerId>, Fault> {
    let mut found = Vec::new();
    for hash in rules::asked(network, key) {
        found.extend(store::customers(cx, network, &hash)?);
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}
