//! What is with a partner, kind by kind: each list in the order of its ids, with how many there are
//! from there on.

use handfast_db::{Cx, Fault};
use handfast_kit::Uuid;
use handfast_record::{
    entrusting::{Asked, Found},
    organisations,
};

/// Offers to it or by it that nobody answered, and what else waits for it as their sender. What it
/// offers to the brand is with the things that it holds.
pub(super) fn offers(cx: &mut Cx<'_>, asked: Asked) -> Result<Vec<Found>, Fault> {
    let (network, organisation, after, limit) = asked;
    cx.all(
        "select hand_off_id, customer_id, state, title, due_ms, count(*) over ()
           from hand_off
          where network_id = $1
            and (waits_id = $2
              or state = 'offered' and (from_id = $2 and to_id <> $3 or to_id = $2))
            and hand_off_id > $4
          order by hand_off_id
          limit $5",
        (network, organisation, organisations::brand_id(network), after, limit),
    )
}

/// Legs that it is to prove; the id is the leg's, the word its name.
pub(super) fn legs(cx: &mut Cx<'_>, asked: Asked) -> Result<Vec<Found>, Fault> {
    cx.all(
        "select l.leg_id, t.customer_id, l.leg, t.order_ref, l.waits_due_ms, count(*) over ()
           from trace_leg l
           join trace t on t.network_id = l.network_id and t.trace_id = l.trace_id
          where l.network_id = $1 and l.organisation_id = $2 and l.leg_id > $3
            and l.waits_due_ms is not null
          order by l.leg_id
          limit $4",
        asked,
    )
}

/// The trace of a leg.
pub(super) fn trace_of(
    cx: &mut Cx<'_>,
    network: handfast_kit::NetworkId,
    leg: Uuid,
) -> Result<Option<(Uuid,)>, Fault> {
    cx.one("select trace_id from trace_leg where network_id = $1 and leg_id = $2", (network, leg))
}

/// Disputes in which it is a party and that are not settled.
pub(super) fn disputes(cx: &mut Cx<'_>, asked: Asked) -> Result<Vec<Found>, Fault> {
    cx.all(
        "select dispute_id, customer_id, about, subject, waits_due_ms, count(*) over ()
           from dispute
          where network_id = $1 and state in ('open', 'answered')
            and (claimant_id = $2 or respondent_id = $2) and dispute_id > $3
          order by dispute_id
          limit $4",
        asked,
    )
}

/// What customers are to get from it.
pub(super) fn remedies(cx: &mut Cx<'_>, asked: Asked) -> Result<Vec<Found>, Fault> {
    cx.all(
        "select trace_id, customer_id, remedy, order_ref, remedy_due_ms, count(*) over ()
           from trace
          where network_id = $1 and owner_id = $2 and trace_id > $3 and remedy <> 'done'
          order by trace_id
          limit $4",
        asked,
    )
}

/// Changes that it has not brought into its records, or not rightly.
pub(super) fn obligations(cx: &mut Cx<'_>, asked: Asked) -> Result<Vec<Found>, Fault> {
    cx.all(
        "select obligation_id, customer_id, state, changed, due_ms, count(*) over ()
           from obligation
          where network_id = $1 and organisation_id = $2 and obligation_id > $3
            and state not in ('verified', 'superseded', 'released')
          order by obligation_id
          limit $4",
        asked,
    )
}

/// Things that were handed to it, or that came back to it: their ids, and how many there are.
pub(super) fn held(cx: &mut Cx<'_>, asked: Asked) -> Result<Vec<(Uuid, i64)>, Fault> {
    cx.all(
        "select thing_id, count(*) over ()
           from entrusted
          where network_id = $1 and holder_id = $2 and thing_id > $3
          order by thing_id
          limit $4",
        asked,
    )
}
