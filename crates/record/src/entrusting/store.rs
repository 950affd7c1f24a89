use handfast_db::{Cx, Fault};
use handfast_kit::{NetworkId, OrganisationId};

use crate::CustomerId;

pub(super) fn case(
    cx: &mut Cx<'_>,
    network: NetworkId,
    keeper: OrganisationId,
    reference: &str,
) -> Result<Option<CustomerId>, Fault> {
    let row: Option<(CustomerId,)> = cx.one(
        "select subject_id
           from case_ref
          where network_id = $1 and keeper_id = $2 and case_ref = $3",
        (network, keeper, reference),
    )?;
    Ok(row.map(|(customer,)| customer))
}

pub(super) fn sale(
    cx: &mut Cx<'_>,
    network: NetworkId,
    keeper: OrganisationId,
    reference: &str,
) -> Result<Option<CustomerId>, Fault> {
    let row: Option<(CustomerId,)> = cx.one(
        "select customer_id
           from sale_ref
          where network_id = $1 and keeper_id = $2 and order_ref = $3",
        (network, keeper, reference),
    )?;
    Ok(row.map(|(customer,)| customer))
}
