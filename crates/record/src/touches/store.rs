use handfast_db::{Cx, Fault, FromRow, Row, Sql, Tx};
use handfast_kit::{NetworkId, OrganisationId, TimeMs};
use rand::Rng;

use super::{Filter, NewTouch, Served, Touch, rules};
use crate::{
    SubjectId, TouchId,
    sharing::{Author, Class, Lens},
};

impl FromRow for Touch {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        let class: i64 = row.get(5)?;
        Ok(Self {
            id: row.get(0)?,
            subject: row.get(1)?,
            record: row.get(2)?,
            organisation: row.get(3)?,
            person: row.get(4)?,
            class: Class::numbered(class)
                .ok_or_else(|| Fault::other("a class has no such number"))?,
            kind: row.get(6)?,
            channel: row.get(7)?,
            at: row.get(8)?,
            recorded: row.get(9)?,
            leaf_index: row.get(10)?,
            summary: row.get(11)?,
            body_json: row.get(12)?,
        })
    }
}

impl FromRow for Served {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            organisation: row.get(0)?,
            touch_count: row.get(1)?,
            first: row.get(2)?,
            last: row.get(3)?,
        })
    }
}

pub(super) fn place(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: TouchId,
    subject: SubjectId,
    at: TimeMs,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into touch_place (network_id, touch_id, subject_id, at_ms)
         values ($1, $2, $3, $4)
         on conflict do nothing",
        (network, id, subject, at),
    )
}

pub(super) fn insert(
    tx: &mut Tx<'_>,
    author: &Author,
    id: TouchId,
    touch: &NewTouch,
    now: TimeMs,
) -> Result<u64, Fault> {
    // The salt hides the body behind its hash in the ledger, where guessing must not help.
    let salt: [u8; 32] = rand::rng().random();
    tx.exec(
        "insert into touch (network_id, subject_id, at_ms, touch_id, record_id, organisation_id,
           person_id, class, kind, channel, audience, summary, body, salt, recorded_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        (
            author.network(),
            touch.subject,
            touch.at,
            id,
            touch.record,
            author.organisation_id(),
            author.person_id(),
            touch.body.class() as i64,
            touch.body.kind(),
            touch.channel.word(),
            touch.audience as i64,
            rules::summary(&touch.body),
            touch.body.json(),
            salt.as_slice(),
            now,
        ),
    )
}

pub(super) fn timeline(
    cx: &mut Cx<'_>,
    lens: &Lens,
    subject: SubjectId,
    wanted: i64,
    (at, id): (TimeMs, TouchId),
    limit: usize,
) -> Result<Vec<Touch>, Fault> {
    cx.all(
        "select touch_id, subject_id, record_id, organisation_id, person_id, class, kind, channel,
                at_ms, recorded_ms, leaf_index, summary, body
           from touch
          where network_id = $1 and subject_id = $2 and (at_ms, touch_id) < ($3, $4)
            and ($5 & (1 << cast(class as integer))) <> 0
            and (($6 & (1 << cast(class as integer))) <> 0 or organisation_id = $7)
          order by at_ms desc, touch_id desc
          limit $8",
        (lens.network(), subject, at, id, wanted, lens.mask(), lens.organisation(), limit as i64),
    )
}

pub(super) fn filtered(
    cx: &mut Cx<'_>,
    lens: &Lens,
    subject: SubjectId,
    filter: &Filter,
    (at, id): (TimeMs, TouchId),
    limit: usize,
) -> Result<Vec<Touch>, Fault> {
    cx.all(
        "select touch_id, subject_id, record_id, organisation_id, person_id, class, kind, channel,
                at_ms, recorded_ms, leaf_index, summary, body
           from touch
          where network_id = $1 and subject_id = $2 and (at_ms, touch_id) < ($3, $4)
            and ($5 & (1 << cast(class as integer))) <> 0
            and (($6 & (1 << cast(class as integer))) <> 0 or organisation_id = $7)
            and (cast($8 as text) = '' or channel = $8)
            and (cast($9 as text) = '' or lower(summary) like $9)
            and organisation_id = coalesce($10, organisation_id)
          order by at_ms desc, touch_id desc
          limit $11",
        (
            lens.network(),
            subject,
            at,
            id,
            rules::mask_of(filter),
            lens.mask(),
            lens.organisation(),
            filter.channel.map_or("", super::Channel::word),
            like(filter),
            filter.organisation,
            limit as i64,
        ),
    )
}

pub(super) fn count(
    cx: &mut Cx<'_>,
    lens: &Lens,
    subject: SubjectId,
    filter: &Filter,
) -> Result<i64, Fault> {
    let row: Option<(i64,)> = cx.one(
        "select count(*) from (
           select 1 as one
             from touch
            where network_id = $1 and subject_id = $2
              and ($3 & (1 << cast(class as integer))) <> 0
              and (($4 & (1 << cast(class as integer))) <> 0 or organisation_id = $5)
              and (cast($6 as text) = '' or channel = $6)
              and (cast($7 as text) = '' or lower(summary) like $7)
              and organisation_id = coalesce($8, organisation_id)
            limit 10000) as seen",
        (
            lens.network(),
            subject,
            rules::mask_of(filter),
            lens.mask(),
            lens.organisation(),
            filter.channel.map_or("", super::Channel::word),
            like(filter),
            filter.organisation,
        ),
    )?;
    Ok(row.map_or(0, |(count,)| count))
}

/// The text as a `like` pattern that means it literally. Without `escape`, the two engines agree
/// only on patterns without a backslash, so signs with a meaning become "any one character".
fn like(filter: &Filter) -> String {
    let text = filter.text.as_deref().unwrap_or_default().trim().to_lowercase();
    if text.is_empty() { text } else { format!("%{}%", text.replace(['%', '\\'], "_")) }
}

pub(super) fn served_by(
    cx: &mut Cx<'_>,
    lens: &Lens,
    subject: SubjectId,
) -> Result<Vec<Served>, Fault> {
    cx.all(
        "select organisation_id, count(*), min(at_ms), max(at_ms)
           from touch
          where network_id = $1 and subject_id = $2
            and (($3 & (1 << cast(class as integer))) <> 0 or organisation_id = $4)
          group by organisation_id
          order by max(at_ms) desc
          limit 100",
        (lens.network(), subject, lens.mask(), lens.organisation()),
    )
}

pub(super) fn place_of(
    cx: &mut Cx<'_>,
    network: NetworkId,
    id: TouchId,
) -> Result<Option<(SubjectId, TimeMs)>, Fault> {
    cx.one(
        "select subject_id, at_ms from touch_place where network_id = $1 and touch_id = $2",
        (network, id),
    )
}

pub(super) fn one(
    cx: &mut Cx<'_>,
    lens: &Lens,
    subject: SubjectId,
    at: TimeMs,
    id: TouchId,
) -> Result<Option<Touch>, Fault> {
    cx.one(
        "select touch_id, subject_id, record_id, organisation_id, person_id, class, kind, channel,
                at_ms, recorded_ms, leaf_index, summary, body
           from touch
          where network_id = $1 and subject_id = $2 and at_ms = $3 and touch_id = $4
            and (($5 & (1 << cast(class as integer))) <> 0 or organisation_id = $6)",
        (lens.network(), subject, at, id, lens.mask(), lens.organisation()),
    )
}

pub(super) fn feed(
    cx: &mut Cx<'_>,
    lens: &Lens,
    after: i64,
    limit: usize,
) -> Result<Vec<Touch>, Fault> {
    cx.all(
        "select touch_id, subject_id, record_id, organisation_id, person_id, class, kind, channel,
                at_ms, recorded_ms, leaf_index, summary, body
           from touch
          where network_id = $1 and leaf_index > $2 and leaf_index is not null
            and (($3 & (1 << cast(class as integer))) <> 0 or organisation_id = $4)
          order by leaf_index
          limit $5",
        (lens.network(), after, lens.mask(), lens.organisation(), limit as i64),
    )
}

pub(super) fn latest_of(
    cx: &mut Cx<'_>,
    lens: &Lens,
    organisation: OrganisationId,
    kinds: &[&str],
    limit: usize,
) -> Result<Vec<Touch>, Fault> {
    // Kinds are this program's own words; commas around them make one pattern of the list.
    let kinds = format!(",{},", kinds.join(","));
    cx.all(
        "select touch_id, subject_id, record_id, organisation_id, person_id, class, kind, channel,
                at_ms, recorded_ms, leaf_index, summary, body
           from touch
          where network_id = $1 and leaf_index is not null and organisation_id = $2
            and $3 like '%,' || kind || ',%'
            and (($4 & (1 << cast(class as integer))) <> 0 or organisation_id = $5)
          order by leaf_index desc
          limit $6",
        (lens.network(), organisation, kinds, lens.mask(), lens.organisation(), limit as i64),
    )
}

pub(super) fn lock_sealer(tx: &mut Tx<'_>, network: NetworkId) -> Result<Option<i64>, Fault> {
    let row: Option<(i64,)> = tx.one(
        Sql {
            sqlite: "select next_leaf_index from sealer where network_id = $1",
            postgres: "select next_leaf_index from sealer where network_id = $1 for update",
        },
        (network,),
    )?;
    Ok(row.map(|(next,)| next))
}

pub(super) fn unsealed(
    tx: &mut Tx<'_>,
    network: NetworkId,
    limit: usize,
) -> Result<Vec<(SubjectId, TimeMs, TouchId)>, Fault> {
    tx.all(
        "select subject_id, at_ms, touch_id
           from touch
          where network_id = $1 and leaf_index is null
          order by recorded_ms, touch_id
          limit $2",
        (network, limit as i64),
    )
}

pub(super) fn number(
    tx: &mut Tx<'_>,
    network: NetworkId,
    (subject, at, id): (SubjectId, TimeMs, TouchId),
    leaf_index: i64,
) -> Result<u64, Fault> {
    tx.exec(
        "update touch set leaf_index = $1
          where network_id = $2 and subject_id = $3 and at_ms = $4 and touch_id = $5",
        (leaf_index, network, subject, at, id),
    )
}

pub(super) fn advance_sealer(tx: &mut Tx<'_>, network: NetworkId, next: i64) -> Result<u64, Fault> {
    tx.exec("update sealer set next_leaf_index = $1 where network_id = $2", (next, network))
}
