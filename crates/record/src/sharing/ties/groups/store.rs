use handfast_db::{Cx, Fault, FromRow, Row};
use handfast_kit::{NetworkId, OrganisationId, TimeMs};

use super::{Group, Tied};
use crate::{CustomerId, sharing::Permitted};

impl FromRow for Group {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        let ties = row.get(0)?;
        Ok(Self {
            ties,
            becoming: ties,
            permitted: Permitted { purposes: row.get(1)?, denied: row.get(2)? },
            extra: row.get(3)?,
            customers: row.get(4)?,
        })
    }
}

impl FromRow for Tied {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            customer: row.get(0)?,
            ties: row.get(1)?,
            permitted: Permitted { purposes: row.get(2)?, denied: row.get(3)? },
            extra: row.get(4)?,
        })
    }
}

/// Everybody with whom the organisation has a tie.
pub(super) fn tied(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    now: TimeMs,
) -> Result<Vec<Group>, Fault> {
    // A tie of one kind is there once, so a sum of bits is all of them. What was allowed may stand
    // on several ties: each of its bits is asked for by itself.
    cx.all(
        "select held.ties, held.purposes, held.denied, held.extra, count(*)
           from (select cast(sum(cast(1 as bigint) << cast(tie as integer)) as bigint) as ties,
                        max(purposes) as purposes, max(denied) as denied,
                        max(extra & 1) | max(extra & 2) | max(extra & 4) | max(extra & 8)
                          | max(extra & 16) | max(extra & 32) | max(extra & 64)
                          | max(extra & 128) | max(extra & 256) | max(extra & 512)
                          | max(extra & 1024) | max(extra & 2048) | max(extra & 4096) as extra
                   from tie
                  where network_id = $1 and organisation_id = $2 and until_ms > $3
                  group by customer_id) held
          group by held.ties, held.purposes, held.denied, held.extra
          order by held.ties, held.purposes, held.denied, held.extra
          limit 100000",
        (network, organisation, now),
    )
}

/// Up to ten thousand customers with whom the organisation has a tie, by their ids.
pub(super) fn tied_after(
    cx: &mut Cx<'_>,
    (network, organisation): (NetworkId, OrganisationId),
    now: TimeMs,
    after: CustomerId,
) -> Result<Vec<Tied>, Fault> {
    cx.all(
        "select customer_id,
                cast(sum(cast(1 as bigint) << cast(tie as integer)) as bigint),
                max(purposes), max(denied),
                max(extra & 1) | max(extra & 2) | max(extra & 4) | max(extra & 8)
                  | max(extra & 16) | max(extra & 32) | max(extra & 64)
                  | max(extra & 128) | max(extra & 256) | max(extra & 512)
                  | max(extra & 1024) | max(extra & 2048) | max(extra & 4096)
           from tie
          where network_id = $1 and organisation_id = $2 and until_ms > $3 and customer_id > $4
          group by customer_id
          order by customer_id
          limit 10000",
        (network, organisation, now, after),
    )
}

/// Up to ten thousand customers who said something, or whose data may only be kept, by their ids.
pub(super) fn spoken_after(
    cx: &mut Cx<'_>,
    network: NetworkId,
    after: CustomerId,
) -> Result<Vec<(CustomerId,)>, Fault> {
    cx.all(
        "select customer_id
           from customer
          where network_id = $1 and merged_into is null and customer_id > $2
            and customer_id in (
              select customer_id from saying where network_id = $1
              union
              select customer_id from frozen where network_id = $1)
          order by customer_id
          limit 10000",
        (network, after),
    )
}

pub(super) fn customer_count(cx: &mut Cx<'_>, network: NetworkId) -> Result<i64, Fault> {
    let row: Option<(i64,)> = cx.one(
        "select count(*) from customer where network_id = $1 and merged_into is null",
        (network,),
    )?;
    Ok(row.map_or(0, |(count,)| count))
}
