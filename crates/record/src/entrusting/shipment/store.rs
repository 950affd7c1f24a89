use handfast_db::{Cx, Fault, FromRow, Row};
use handfast_kit::NetworkId;

use super::Shipment;
use crate::{CustomerId, SaleId};

pub(super) fn shipment(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
    sale: SaleId,
) -> Result<Option<Shipment>, Fault> {
    cx.one(
        "select keeper_id, order_ref, organisation_id, ordered_ms, handed_over_ms, promised_ms,
                delivered_ms
           from sale
          where network_id = $1 and customer_id = $2 and sale_id = $3",
        (network, customer, sale),
    )
}

impl FromRow for Shipment {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            keeper: row.get(0)?,
            order_ref: row.get(1)?,
            seller: row.get(2)?,
            ordered: row.get(3)?,
            handed_over: row.get(4)?,
            promised: row.get(5)?,
            delivered: row.get(6)?,
        })
    }
}
