use handfast_db::{Cx, Fault};
use handfast_kit::{NetworkId, OrganisationId, TimeMs};
use handfast_record::{ChangeId, ObligationId};

use crate::{obligations::store::Stored, store::StoredStep};

pub(super) fn steps(
    cx: &mut Cx<'_>,
    network: NetworkId,
    (change, id): (ChangeId, ObligationId),
) -> Result<Vec<StoredStep>, Fault> {
    cx.all(
        "select position, step, at_ms, organisation_id, by_name, words, touch_id
           from obligation_step
          where network_id = $1 and change_id = $2 and obligation_id = $3
          order by position
          limit 200",
        (network, change, id),
    )
}

/// Those that somebody is waited for: one organisation, or anybody; from a place on, the first due
/// first.
pub(super) fn open(
    cx: &mut Cx<'_>,
    network: NetworkId,
    only: Option<OrganisationId>,
    (after, id): (TimeMs, ObligationId),
    (until, limit): (TimeMs, usize),
) -> Result<Vec<Stored>, Fault> {
    match only {
        Some(organisation) => cx.all(
            "select obligation_id, change_id, customer_id, organisation_id, changed, state, version,
                    sent_ms, due_ms, next_delivery_ms, is_seen, remind_ms, held, how, is_escalated,
                    waits_id, waits_due_ms
               from obligation
              where network_id = $1 and waits_id = $2 and waits_due_ms <= $3
                and (waits_due_ms, obligation_id) > ($4, $5)
              order by waits_due_ms, obligation_id
              limit $6",
            (network, organisation, until, after, id, limit as i64),
        ),
        None => cx.all(
            "select obligation_id, change_id, customer_id, organisation_id, changed, state, version,
                    sent_ms, due_ms, next_delivery_ms, is_seen, remind_ms, held, how, is_escalated,
                    waits_id, waits_due_ms
               from obligation
              where network_id = $1 and waits_due_ms <= $2
                and (waits_due_ms, obligation_id) > ($3, $4)
              order by waits_due_ms, obligation_id
              limit $5",
            (network, until, after, id, limit as i64),
        ),
    }
}
