use handfast_db::{Cx, Fault, FromRow, Row};
use handfast_kit::{NetworkId, OrganisationId, TimeMs};

use super::rules::{Duty, Fate, Offer, Sent};
use crate::obligations::DutyState;

/// In which network, whose, since when.
type Whose = (NetworkId, OrganisationId, TimeMs);

/// Offers to an organisation with this fate, the latest first.
pub(super) fn offers(
    cx: &mut Cx<'_>,
    (network, organisation, since): Whose,
    fate: Fate,
    limit: usize,
) -> Result<Vec<Offer>, Fault> {
    let rows: Vec<OfferRow> = cx.all(
        "select hand_off_id, offered_ms, accept_by_ms, answered_ms
           from hand_off
          where network_id = $1 and to_id = $2 and state = $3 and offered_ms >= $4
          order by offered_ms desc
          limit $5",
        (network, organisation, fate.word(), since, limit as i64),
    )?;
    Ok(rows.into_iter().map(|OfferRow(row)| Offer { fate, ..row }).collect())
}

struct OfferRow(Offer);

impl FromRow for OfferRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self(Offer {
            id: row.get(0)?,
            fate: Fate::Accepted,
            at: row.get(1)?,
            due: row.get(2)?,
            answered: row.get(3)?,
        }))
    }
}

/// What an organisation offered to others, the latest first, and what each brief lacked.
pub(super) fn sent(
    cx: &mut Cx<'_>,
    (network, organisation, since): Whose,
    limit: usize,
) -> Result<Vec<Sent>, Fault> {
    cx.all(
        "select h.hand_off_id, h.offered_ms,
                (select count(*) from hand_off_item i
                  where i.network_id = h.network_id and i.hand_off_id = h.hand_off_id
                    and i.was_missing = 1)
           from hand_off h
          where h.network_id = $1 and h.from_id = $2 and h.offered_ms >= $3
          order by h.offered_ms desc
          limit $4",
        (network, organisation, since, limit as i64),
    )
}

impl FromRow for Sent {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self { id: row.get(0)?, at: row.get(1)?, missing_count: row.get(2)? })
    }
}

/// What an organisation was obliged to, the latest first, with when it was read back and right.
pub(super) fn duties(
    cx: &mut Cx<'_>,
    (network, organisation, since): Whose,
    limit: usize,
) -> Result<Vec<Duty>, Fault> {
    cx.all(
        "select o.obligation_id, o.change_id, o.state, o.sent_ms, o.due_ms,
                (select min(s.at_ms) from obligation_step s
                  where s.network_id = o.network_id and s.change_id = o.change_id
                    and s.obligation_id = o.obligation_id and s.step = 'verified'),
                (select count(*) from obligation_step s
                  where s.network_id = o.network_id and s.change_id = o.change_id
                    and s.obligation_id = o.obligation_id and s.step = 'mismatch'),
                o.next_delivery_ms,
                (select c.from_ms from customer_change c
                  where c.network_id = o.network_id and c.change_id = o.change_id)
           from obligation o
          where o.network_id = $1 and o.organisation_id = $2 and o.sent_ms >= $3
          order by o.sent_ms desc
          limit $4",
        (network, organisation, since, limit as i64),
    )
}

impl FromRow for Duty {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        let unknown = || Fault::other("an obligation has no such word");
        Ok(Self {
            id: row.get(0)?,
            change: row.get(1)?,
            state: DutyState::named(&row.get::<String>(2)?).ok_or_else(unknown)?,
            at: row.get(3)?,
            due: row.get(4)?,
            verified: row.get(5)?,
            mismatch_count: row.get(6)?,
            next_delivery: row.get(7)?,
            holds_from: row.get(8)?,
        })
    }
}
