use handfast_db::{Cx, Fault};
use handfast_kit::{NetworkId, OrganisationId, TimeMs};

/// How many disputes an organisation is to answer or decide that are due by a moment, up to a
/// limit.
pub(super) fn disputes(
    cx: &mut Cx<'_>,
    (network, organisation): (NetworkId, OrganisationId),
    until: TimeMs,
    limit: i64,
) -> Result<i64, Fault> {
    let row: Option<(i64,)> = cx.one(
        "select count(waits_due_ms)
           from (select waits_due_ms from dispute
                  where network_id = $1 and waits_id = $2 and waits_due_ms <= $3
                  order by waits_due_ms
                  limit $4) d",
        (network, organisation, until, limit),
    )?;
    Ok(row.map_or(0, |(count,)| count))
}

/// The same of traces whose customer it is to make good.
pub(super) fn traces(
    cx: &mut Cx<'_>,
    (network, organisation): (NetworkId, OrganisationId),
    until: TimeMs,
    limit: i64,
) -> Result<i64, Fault> {
    let row: Option<(i64,)> = cx.one(
        "select count(waits_due_ms)
           from (select waits_due_ms from trace
                  where network_id = $1 and waits_id = $2 and waits_due_ms <= $3
                  order by waits_due_ms
                  limit $4) t",
        (network, organisation, until, limit),
    )?;
    Ok(row.map_or(0, |(count,)| count))
}

/// The same of legs that it is to prove.
pub(super) fn legs(
    cx: &mut Cx<'_>,
    (network, organisation): (NetworkId, OrganisationId),
    until: TimeMs,
    limit: i64,
) -> Result<i64, Fault> {
    let row: Option<(i64,)> = cx.one(
        "select count(waits_due_ms)
           from (select waits_due_ms from trace_leg
                  where network_id = $1 and organisation_id = $2 and waits_due_ms <= $3
                  order by waits_due_ms
                  limit $4) l",
        (network, organisation, until, limit),
    )?;
    Ok(row.map_or(0, |(count,)| count))
}
