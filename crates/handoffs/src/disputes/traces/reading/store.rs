use handfast_db::{Cx, Fault};
use handfast_kit::{NetworkId, OrganisationId, TimeMs, Uuid};
use handfast_record::{CustomerId, SaleId, TraceId};

use crate::disputes::traces::store::StoredStep;

pub(super) fn steps(
    cx: &mut Cx<'_>,
    network: NetworkId,
    id: TraceId,
) -> Result<Vec<StoredStep>, Fault> {
    cx.all(
        "select position, step, leg, at_ms, organisation_id, by_name, words, touch_id
           from trace_step
          where network_id = $1 and trace_id = $2
          order by position
          limit 500",
        (network, id),
    )
}

/// Which trace an order has, if it has one.
pub(super) fn of_sale(
    cx: &mut Cx<'_>,
    network: NetworkId,
    sale: SaleId,
) -> Result<Option<TraceId>, Fault> {
    let row: Option<(TraceId,)> = cx.one(
        "select trace_id from traced_sale where network_id = $1 and sale_id = $2",
        (network, sale),
    )?;
    Ok(row.map(|(id,)| id))
}

/// The traces of who was meant to be a customer, the latest first, at most 50.
pub(super) fn of_customer(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Vec<TraceId>, Fault> {
    let rows: Vec<(TraceId,)> = cx.all(
        "select trace_id
           from trace
          where network_id = $1 and customer_id = $2
          order by opened_ms desc, trace_id desc
          limit 50",
        (network, customer),
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The traces whose customer an organisation is waited for, from a place on.
pub(super) fn waiting(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    (due, id): (TimeMs, Uuid),
    limit: usize,
) -> Result<Vec<(TraceId, TimeMs)>, Fault> {
    cx.all(
        "select trace_id, waits_due_ms
           from trace
          where network_id = $1 and waits_id = $2 and waits_due_ms is not null
            and (waits_due_ms, trace_id) > ($3, $4)
          order by waits_due_ms, trace_id
          limit $5",
        (network, organisation, due, id, limit as i64),
    )
}

/// The legs that an organisation is to answer for, from a place on.
pub(super) fn waiting_legs(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    (due, id): (TimeMs, Uuid),
    limit: usize,
) -> Result<Vec<(TraceId, Uuid, TimeMs)>, Fault> {
    cx.all(
        "select trace_id, leg_id, waits_due_ms
           from trace_leg
          where network_id = $1 and organisation_id = $2 and waits_due_ms is not null
            and (waits_due_ms, leg_id) > ($3, $4)
          order by waits_due_ms, leg_id
          limit $5",
        (network, organisation, due, id, limit as i64),
    )
}
