use handfast_db::{Cx, Fault};

use super::{Asked, Found};

/// The open cases that it keeps, of customers.
pub(super) fn open_cases(cx: &mut Cx<'_>, asked: Asked) -> Result<Vec<Found>, Fault> {
    cx.all(
        "select c.case_id, c.subject_id, c.status, c.title, c.last_ms, count(*) over ()
           from case_state c
           join customer s on s.network_id = c.network_id and s.customer_id = c.subject_id
          where c.network_id = $1 and c.organisation_id = $2 and c.case_id > $3
            and c.closed_ms is null
          order by c.case_id
          limit $4",
        asked,
    )
}

/// Its promised deliveries that have not arrived.
pub(super) fn open_promises(cx: &mut Cx<'_>, asked: Asked) -> Result<Vec<Found>, Fault> {
    cx.all(
        "select s.sale_id, s.customer_id, s.status, s.order_ref, s.promised_ms, count(*) over ()
           from sale s
          where s.network_id = $1 and coalesce(s.organisation_id, s.keeper_id) = $2
            and s.sale_id > $3 and s.promised_ms is not null and s.delivered_ms is null
            and s.status not in ('canceled', 'cancelled', 'unavailable')
          order by s.sale_id
          limit $4",
        asked,
    )
}

/// Customers of whom it alone keeps a record, of those who are still there; the id is the record's.
pub(super) fn only_keeper(cx: &mut Cx<'_>, asked: Asked) -> Result<Vec<Found>, Fault> {
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
pub(super) fn open_ties(cx: &mut Cx<'_>, asked: Asked) -> Result<Vec<Found>, Fault> {
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
