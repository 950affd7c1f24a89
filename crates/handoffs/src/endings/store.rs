//! What is with a partner, kind by kind: each list in the order of its ids, with how many there are
//! from there on.

use handfast_db::{Cx, Fault, FromRow, Row};
use handfast_kit::{NetworkId, OrganisationId, TimeMs, Uuid};
use handfast_record::{CustomerId, organisations};

/// One thing that is with a partner.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) id: Uuid,
    pub(super) customer: CustomerId,
    /// What distinguishes it within its kind: a state, a leg, a kind of thing.
    pub(super) word: String,
    pub(super) title: String,
    /// By when somebody is to act; of what has no such moment, since when it is as it is.
    pub(super) at: Option<TimeMs>,
    /// How many there are from this one on.
    pub(super) count: i64,
}

impl FromRow for Found {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            id: row.get(0)?,
            customer: row.get(1)?,
            word: row.get(2)?,
            title: row.get(3)?,
            at: row.get(4)?,
            count: row.get(5)?,
        })
    }
}

/// Whose things, after which id, and how many at most.
pub(super) type Asked = (NetworkId, OrganisationId, Uuid, i64);

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
    network: NetworkId,
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

/// Things that were handed to it, or that came back to it.
pub(super) fn held(cx: &mut Cx<'_>, asked: Asked) -> Result<Vec<Found>, Fault> {
    cx.all(
        "select e.thing_id, h.customer_id, h.thing, h.title, h.due_ms, count(*) over ()
           from entrusted e
           join hand_off h on h.network_id = e.network_id and h.thing_id = e.thing_id
          where e.network_id = $1 and e.holder_id = $2 and e.thing_id > $3
            and h.hand_off_id = (
              select l.hand_off_id from hand_off l
               where l.network_id = e.network_id and l.thing_id = e.thing_id
               order by l.offered_ms desc, l.hand_off_id desc
               limit 1)
          order by e.thing_id
          limit $4",
        asked,
    )
}

/// Its open cases that were never handed off.
pub(super) fn cases(cx: &mut Cx<'_>, asked: Asked) -> Result<Vec<Found>, Fault> {
    cx.all(
        "select c.case_id, c.subject_id, c.status, c.title, c.last_ms, count(*) over ()
           from case_state c
           join customer s on s.network_id = c.network_id and s.customer_id = c.subject_id
          where c.network_id = $1 and c.organisation_id = $2 and c.case_id > $3
            and c.closed_ms is null
            and not exists (
              select 1 from entrusted e
               where e.network_id = c.network_id and e.thing_id = c.case_id)
          order by c.case_id
          limit $4",
        asked,
    )
}

/// Its promised deliveries that have not arrived, of orders that were never handed off.
pub(super) fn promises(cx: &mut Cx<'_>, asked: Asked) -> Result<Vec<Found>, Fault> {
    cx.all(
        "select s.sale_id, s.customer_id, s.status, s.order_ref, s.promised_ms, count(*) over ()
           from sale s
          where s.network_id = $1 and coalesce(s.organisation_id, s.keeper_id) = $2
            and s.sale_id > $3 and s.promised_ms is not null and s.delivered_ms is null
            and s.status not in ('canceled', 'cancelled', 'unavailable')
            and not exists (
              select 1 from entrusted e
               where e.network_id = s.network_id and e.thing_id = s.sale_id)
          order by s.sale_id
          limit $4",
        asked,
    )
}

/// Customers of whom it alone keeps a record, of those who are still there; the id is the record's.
pub(super) fn customers(cx: &mut Cx<'_>, asked: Asked) -> Result<Vec<Found>, Fault> {
    cx.all(
        "select r.record_id, r.customer_id, r.party, r.external_ref, r.since_ms, count(*) over ()
           from record r
          where r.network_id = $1 and r.organisation_id = $2 and r.record_id > $3
            and not exists (
              select 1 from record o
                join organisation g on g.network_id = o.network_id
                                   and g.organisation_id = o.organisation_id
               where o.network_id = r.network_id and o.customer_id = r.customer_id
                 and o.organisation_id <> $2 and g.ended_ms is null)
            and not exists (
              select 1 from record o
               where o.network_id = r.network_id and o.customer_id = r.customer_id
                 and o.organisation_id = $2 and o.record_id < r.record_id)
          order by r.record_id
          limit $4",
        asked,
    )
}

/// Customers to whom it is tied by an event or by somebody; the id is the customer's.
pub(super) fn ties(cx: &mut Cx<'_>, asked: Asked) -> Result<Vec<Found>, Fault> {
    cx.all(
        "select customer_id, customer_id, '', '', min(from_ms), count(*) over ()
           from tie
          where network_id = $1 and organisation_id = $2 and customer_id > $3
            and tie between 1 and 6 and until_ms = 9223372036854775807
          group by customer_id
          order by customer_id
          limit $4",
        asked,
    )
}
