use handfast_db::{Cx, Fault, FromRow, Row, Tx};
use handfast_kit::{NetworkId, OrganisationId, TimeMs};

use super::{Counts, Merge, MergeId, Why, kept::Sets};
use crate::CustomerId;

impl FromRow for Merge {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            into: row.get(0)?,
            id: row.get(1)?,
            from: row.get(2)?,
            position: row.get(3)?,
            why: Why { weight: row.get(4)?, words: row.get(5)? },
            person: row.get(6)?,
            made: row.get(7)?,
            applied: row.get(8)?,
        })
    }
}

impl FromRow for Counts {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            records: row.get(0)?,
            touches: row.get(1)?,
            sales: row.get(2)?,
            reviews: row.get(3)?,
            cases: row.get(4)?,
            requests: row.get(5)?,
            looks: row.get(6)?,
        })
    }
}

/// Into whom a customer was merged, and when it was made.
pub(super) fn place(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Option<(Option<CustomerId>, TimeMs)>, Fault> {
    cx.one(
        "select merged_into, created_ms from customer where network_id = $1 and customer_id = $2",
        (network, customer),
    )
}

/// The merges into a customer that were not undone, by position.
pub(super) fn merges_into(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Vec<Merge>, Fault> {
    cx.all(
        "select customer_id, merge_id, from_id, position, weight, why, person_id, made_ms,
                applied_ms
           from merge
          where network_id = $1 and customer_id = $2
          order by position, merge_id
          limit 1000",
        (network, customer),
    )
}

pub(super) fn one(
    cx: &mut Cx<'_>,
    network: NetworkId,
    merge: MergeId,
) -> Result<Option<Merge>, Fault> {
    cx.one(
        "select customer_id, merge_id, from_id, position, weight, why, person_id, made_ms,
                applied_ms
           from merge
          where network_id = $1 and merge_id = $2",
        (network, merge),
    )
}

pub(super) fn insert(tx: &mut Tx<'_>, network: NetworkId, merge: &Merge) -> Result<u64, Fault> {
    tx.exec(
        "insert into merge (network_id, customer_id, merge_id, from_id, position, weight,
           person_id, why, made_ms, applied_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        (
            network,
            merge.into,
            merge.id,
            merge.from,
            merge.position,
            merge.why.weight,
            merge.person,
            &merge.why.words,
            merge.made,
            merge.applied,
        ),
    )
}

/// Forgets a merge that was undone, and all that was kept for that.
pub(super) fn delete(tx: &mut Tx<'_>, network: NetworkId, merge: &Merge) -> Result<(), Fault> {
    let key = || (network, merge.into, merge.id);
    tx.exec(
        "delete from moved where network_id = $1 and customer_id = $2 and merge_id = $3",
        key(),
    )?;
    tx.exec(
        "delete from merge_kept where network_id = $1 and customer_id = $2 and merge_id = $3",
        key(),
    )?;
    tx.exec(
        "delete from merge where network_id = $1 and customer_id = $2 and merge_id = $3",
        key(),
    )?;
    Ok(())
}

/// Whose sets are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Of the one that was merged, before.
    From = 0,
    /// Of the one that survived, before.
    Into = 1,
    /// Of both, after.
    After = 2,
}

/// Keeps the sets of one side beside a merge.
pub(super) fn keep(
    tx: &mut Tx<'_>,
    network: NetworkId,
    (into, merge): (CustomerId, MergeId),
    side: Side,
    sets: &Sets,
) -> Result<(), Fault> {
    for (position, (kind, kept)) in sets.rows().into_iter().enumerate() {
        tx.exec(
            "insert into merge_kept (network_id, customer_id, merge_id, side, what, position, kept)
             values ($1, $2, $3, $4, $5, $6, $7)",
            (network, into, merge, side as i64, kind as i64, position as i64, kept),
        )?;
    }
    Ok(())
}

/// The sets of one side as they were kept.
pub(super) fn kept(
    tx: &mut Tx<'_>,
    network: NetworkId,
    merge: &Merge,
    side: Side,
) -> Result<Sets, Fault> {
    let rows: Vec<(i64, String)> = tx.all(
        "select what, kept
           from merge_kept
          where network_id = $1 and customer_id = $2 and merge_id = $3 and side = $4
          order by what, position
          limit 100000",
        (network, merge.into, merge.id, side as i64),
    )?;
    Sets::of_rows(&rows)
}

/// How much of a customer there is.
pub(super) fn counts(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Counts, Fault> {
    let row = cx.one(
        "select (select count(*) from record r
                  where r.network_id = $1 and r.customer_id = $2),
                (select count(*) from touch t
                  where t.network_id = $1 and t.subject_id = $2),
                (select count(*) from sale s
                  where s.network_id = $1 and s.customer_id = $2),
                (select count(*) from review w
                  where w.network_id = $1 and w.customer_id = $2),
                (select count(*) from case_state c
                  where c.network_id = $1 and c.subject_id = $2),
                (select count(*) from access_request q
                  where q.network_id = $1 and q.customer_id = $2),
                (select count(*) from look l
                  where l.network_id = $1 and l.customer_id = $2)",
        (network, customer),
    )?;
    Ok(row.unwrap_or_default())
}

/// The organisations that wait for an answer to what they asked about a customer.
pub(super) fn asking(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Vec<OrganisationId>, Fault> {
    let rows: Vec<(OrganisationId,)> = cx.all(
        "select organisation_id
           from access_request
          where network_id = $1 and customer_id = $2 and state = 'asked'
          order by organisation_id
          limit 1000",
        (network, customer),
    )?;
    Ok(rows.into_iter().map(|(organisation,)| organisation).collect())
}
