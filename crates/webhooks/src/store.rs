//! All SQL about webhooks.

use handfast_db::{Cx, Fault, FromRow, Row, Tx};
use handfast_kit::{NetworkId, OrganisationId, TimeMs};
use handfast_record::TouchId;

use crate::{Delivery, EndpointId};

/// An endpoint, as it is kept.
pub(crate) struct Kept {
    pub(crate) organisation: OrganisationId,
    pub(crate) url: String,
    pub(crate) kinds: String,
    pub(crate) secret: Vec<u8>,
    pub(crate) old_secret: Option<Vec<u8>>,
    pub(crate) old_until: Option<TimeMs>,
    pub(crate) state: String,
    pub(crate) after: Option<TouchId>,
    pub(crate) last_error: String,
    pub(crate) created: TimeMs,
}

impl FromRow for Kept {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            organisation: row.get(0)?,
            url: row.get(1)?,
            kinds: row.get(2)?,
            secret: row.get(3)?,
            old_secret: row.get(4)?,
            old_until: row.get(5)?,
            state: row.get(6)?,
            after: row.get(7)?,
            last_error: row.get(8)?,
            created: row.get(9)?,
        })
    }
}

impl FromRow for Delivery {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            touch: row.get(0)?,
            state: row.get(1)?,
            try_count: row.get(2)?,
            last_error: row.get(3)?,
        })
    }
}

pub(crate) fn insert(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: EndpointId,
    new: &Kept,
) -> Result<(), Fault> {
    tx.exec(
        "insert into webhook (network_id, webhook_id, organisation_id, url, kinds, secret, state,
                              made_count, last_error, created_ms)
         values ($1, $2, $3, $4, $5, $6, 'on', 0, '', $7)",
        (network, id, new.organisation, &new.url, &new.kinds, &new.secret, new.created),
    )?;
    Ok(())
}

pub(crate) fn find(
    cx: &mut Cx<'_>,
    network: NetworkId,
    id: EndpointId,
) -> Result<Option<Kept>, Fault> {
    cx.one(
        "select organisation_id, url, kinds, secret, old_secret, old_until_ms, state, after_id,
                last_error, created_ms
           from webhook
          where network_id = $1 and webhook_id = $2",
        (network, id),
    )
}

pub(crate) fn of_organisation(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
) -> Result<Vec<EndpointId>, Fault> {
    let rows: Vec<(EndpointId,)> = cx.all(
        "select webhook_id
           from webhook
          where network_id = $1 and organisation_id = $2
          order by created_ms, webhook_id
          limit 200",
        (network, organisation),
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Those that are on.
pub(crate) fn on(cx: &mut Cx<'_>, network: NetworkId) -> Result<Vec<EndpointId>, Fault> {
    let rows: Vec<(EndpointId,)> = cx.all(
        "select webhook_id
           from webhook
          where network_id = $1 and state = 'on'
          order by webhook_id
          limit 10000",
        (network,),
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

pub(crate) fn remove(tx: &mut Tx<'_>, network: NetworkId, id: EndpointId) -> Result<(), Fault> {
    tx.exec(
        "delete from webhook_delivery where network_id = $1 and webhook_id = $2",
        (network, id),
    )?;
    tx.exec("delete from webhook where network_id = $1 and webhook_id = $2", (network, id))?;
    Ok(())
}

pub(crate) fn renew(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: EndpointId,
    secret: &[u8],
    old_until: TimeMs,
) -> Result<(), Fault> {
    tx.exec(
        "update webhook
            set old_secret = secret, old_until_ms = $1, secret = $2
          where network_id = $3 and webhook_id = $4",
        (old_until, secret, network, id),
    )?;
    Ok(())
}

/// Holds the endpoint until the end of the transaction; answers how many deliveries there were.
pub(crate) fn lock(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: EndpointId,
) -> Result<Option<i64>, Fault> {
    tx.exec(
        "update webhook
            set made_count = made_count
          where network_id = $1 and webhook_id = $2",
        (network, id),
    )?;
    let row: Option<(i64,)> = tx.one(
        "select made_count
           from webhook
          where network_id = $1 and webhook_id = $2",
        (network, id),
    )?;
    Ok(row.map(|(count,)| count))
}

pub(crate) fn deliver(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: EndpointId,
    organisation: OrganisationId,
    touch: TouchId,
    position: i64,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into webhook_delivery (network_id, webhook_id, touch_id, organisation_id, position,
                                       state, try_count, last_error)
         values ($1, $2, $3, $4, $5, 'waiting', 0, '')
         on conflict do nothing",
        (network, id, touch, organisation, position),
    )
}

/// What was looked at of the feed; the next delivery is due at `next`, if none was before.
pub(crate) fn looked(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: EndpointId,
    after: Option<TouchId>,
    made_count: i64,
    next: Option<TimeMs>,
) -> Result<(), Fault> {
    tx.exec(
        "update webhook
            set after_id = $1, made_count = $2, next_ms = coalesce(next_ms, $3)
          where network_id = $4 and webhook_id = $5",
        (after, made_count, next, network, id),
    )?;
    Ok(())
}

/// The endpoint that waits longest for its next delivery.
pub(crate) fn due(
    cx: &mut Cx<'_>,
    network: NetworkId,
    now: TimeMs,
) -> Result<Option<EndpointId>, Fault> {
    let row: Option<(EndpointId,)> = cx.one(
        "select webhook_id
           from webhook
          where network_id = $1 and state = 'on' and next_ms <= $2
            and (sending_until_ms is null or sending_until_ms <= $2)
          order by next_ms, webhook_id
          limit 1",
        (network, now),
    )?;
    Ok(row.map(|(id,)| id))
}

/// Takes the endpoint for oneself until `until`. Answers whether nobody else has it.
pub(crate) fn claim(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: EndpointId,
    now: TimeMs,
    until: TimeMs,
) -> Result<bool, Fault> {
    let count = tx.exec(
        "update webhook
            set sending_until_ms = $1
          where network_id = $2 and webhook_id = $3 and state = 'on' and next_ms <= $4
            and (sending_until_ms is null or sending_until_ms <= $4)",
        (until, network, id, now),
    )?;
    Ok(count > 0)
}

/// The first delivery that waits, and how often it was tried.
pub(crate) fn first(
    cx: &mut Cx<'_>,
    network: NetworkId,
    id: EndpointId,
) -> Result<Option<(TouchId, i64)>, Fault> {
    cx.one(
        "select touch_id, try_count
           from webhook_delivery
          where network_id = $1 and webhook_id = $2 and state = 'waiting'
          order by position
          limit 1",
        (network, id),
    )
}

#[expect(clippy::too_many_arguments, reason = "the columns of one row")]
pub(crate) fn settle(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: EndpointId,
    touch: TouchId,
    state: &str,
    error: &str,
    tried: i64,
    ended: Option<TimeMs>,
) -> Result<(), Fault> {
    tx.exec(
        "update webhook_delivery
            set state = $1, last_error = $2, try_count = try_count + $3, ended_ms = $4
          where network_id = $5 and webhook_id = $6 and touch_id = $7",
        (state, error, tried, ended, network, id, touch),
    )?;
    Ok(())
}

/// Lets go of the endpoint.
pub(crate) fn release(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: EndpointId,
    state: &str,
    error: &str,
    next: Option<TimeMs>,
) -> Result<(), Fault> {
    tx.exec(
        "update webhook
            set state = $1, last_error = $2, next_ms = $3, sending_until_ms = null
          where network_id = $4 and webhook_id = $5",
        (state, error, next, network, id),
    )?;
    Ok(())
}

pub(crate) fn deliveries(
    cx: &mut Cx<'_>,
    network: NetworkId,
    id: EndpointId,
) -> Result<Vec<Delivery>, Fault> {
    cx.all(
        "select touch_id, state, try_count, last_error
           from webhook_delivery
          where network_id = $1 and webhook_id = $2
          order by position desc
          limit 200",
        (network, id),
    )
}

pub(crate) fn revive(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: EndpointId,
    touch: TouchId,
    now: TimeMs,
) -> Result<bool, Fault> {
    let count = tx.exec(
        "update webhook_delivery
            set state = 'waiting', try_count = 0, ended_ms = null
          where network_id = $1 and webhook_id = $2 and touch_id = $3 and state <> 'waiting'",
        (network, id, touch),
    )?;
    tx.exec(
        "update webhook
            set state = 'on', next_ms = coalesce(next_ms, $1)
          where network_id = $2 and webhook_id = $3",
        (now, network, id),
    )?;
    Ok(count > 0)
}

pub(crate) fn sweep(tx: &mut Tx<'_>, before: TimeMs) -> Result<u64, Fault> {
    tx.exec("delete from webhook_delivery where ended_ms < $1", (before,))
}
