use handfast_db::{Cx, Fault};
use handfast_kit::{NetworkId, TimeMs};
use handfast_record::{ChangeId, ObligationId};

/// The steps of an obligation until a moment, and when each was, at most 200.
pub(super) fn steps_until(
    cx: &mut Cx<'_>,
    network: NetworkId,
    (change, id): (ChangeId, ObligationId),
    at: TimeMs,
) -> Result<Vec<(String, TimeMs)>, Fault> {
    cx.all(
        "select step, at_ms
           from obligation_step
          where network_id = $1 and change_id = $2 and obligation_id = $3 and at_ms <= $4
          order by position
          limit 200",
        (network, change, id, at),
    )
}
