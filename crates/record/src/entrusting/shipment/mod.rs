//! The way of an order, as the record tells it: for who traces it when it does not arrive.

mod store;

use handfast_db::{Cx, Fault};
use handfast_kit::{OrganisationId, TimeMs};

use crate::{CustomerId, SaleId, sharing::Author};

/// What the record says of an order's way to its customer, for who traces it; ids alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shipment {
    /// Who keeps the order.
    pub keeper: OrganisationId,
    /// The keeper's reference of it.
    pub order_ref: String,
    /// The one partner who sold it, if it was one.
    pub seller: Option<OrganisationId>,
    /// When it was ordered.
    pub ordered: TimeMs,
    /// When it went to the carrier.
    pub handed_over: Option<TimeMs>,
    /// When it was promised to arrive.
    pub promised: Option<TimeMs>,
    /// When it is said to have arrived.
    pub delivered: Option<TimeMs>,
}

/// The way of an order of a customer, who stands here.
pub fn shipment(
    cx: &mut Cx<'_>,
    author: &Author,
    customer: CustomerId,
    sale: SaleId,
) -> Result<Option<Shipment>, Fault> {
    store::shipment(cx, author.network(), customer, sale)
}
