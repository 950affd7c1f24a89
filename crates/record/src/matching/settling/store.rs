use handfast_db::{Cx, Fault};
use handfast_kit::{NetworkId, OrganisationId};

use crate::{CustomerId, sharing::Tie};

/// The organisations that have, or had, a tie of their own with a customer: not one that everybody
/// or a whole region has.
pub(super) fn tied_themselves(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Vec<OrganisationId>, Fault> {
    let rows: Vec<(OrganisationId,)> = cx.all(
        "select organisation_id
           from tie
          where network_id = $1 and customer_id = $2 and tie not in ($3, $4)
          group by organisation_id
          order by organisation_id
          limit 1000",
        (network, customer, Tie::Territory as i64, Tie::None as i64),
    )?;
    Ok(rows.into_iter().map(|(organisation,)| organisation).collect())
}
