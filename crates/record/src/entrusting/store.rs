use handfast_db::{Cx, Fault};
use handfast_kit::{NetworkId, OrganisationId, TimeMs};

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

/// The partners with a tie in force that an event or a person made, and that have not left.
pub(super) fn tied(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
    now: TimeMs,
) -> Result<Vec<(OrganisationId,)>, Fault> {
    cx.all(
        "select distinct t.organisation_id
           from tie t
           join organisation o on o.network_id = t.network_id
                              and o.organisation_id = t.organisation_id
          where t.network_id = $1 and t.customer_id = $2 and t.from_ms <= $3 and t.until_ms > $3
            and t.tie < 7 and o.ended_ms is null
          order by t.organisation_id
          limit 10000",
        (network, customer, now),
    )
}

/// When something that each organisation sold is promised to arrive next.
pub(super) fn next_deliveries(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
    now: TimeMs,
) -> Result<Vec<(OrganisationId, TimeMs)>, Fault> {
    cx.all(
        "select organisation_id, min(promised_ms)
           from sale
          where network_id = $1 and customer_id = $2 and organisation_id is not null
            and delivered_ms is null and promised_ms > $3
          group by organisation_id
          order by organisation_id
          limit 10000",
        (network, customer, now),
    )
}
