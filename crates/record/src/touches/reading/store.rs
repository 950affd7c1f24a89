use handfast_db::{Cx, Fault};
use handfast_kit::{OrganisationId, TimeMs};

use super::super::{Body, Channel, Filter, Touch, rules};
use crate::{
    SubjectId, TouchId, organisations,
    sharing::{Class, Lens, Masks, Sight},
};

/// A part of a timeline in which the same is seen.
pub(super) struct Stretch {
    /// Its touches lie before this place.
    pub(super) before: (TimeMs, TouchId),
    /// They happened at this moment or after it.
    pub(super) from: TimeMs,
    /// What is seen of them.
    pub(super) masks: Masks,
}

pub(super) fn timeline(
    cx: &mut Cx<'_>,
    lens: &Lens,
    sight: &Sight,
    wanted: i64,
    stretch: &Stretch,
    limit: usize,
) -> Result<Vec<Touch>, Fault> {
    let subject: SubjectId = sight.customer().as_kind();
    let (at, id) = stretch.before;
    cx.all(
        "select t.touch_id, t.subject_id, t.record_id, t.organisation_id, t.person_id, t.class,
                t.kind, t.channel, t.at_ms, t.recorded_ms, t.leaf_index, t.summary, t.body,
                t.audience
           from touch t
          where t.network_id = $1 and t.subject_id = $2 and (t.at_ms, t.touch_id) < ($3, $4)
            and t.at_ms >= $5 and ($6 & (1 << cast(t.class as integer))) <> 0
            and (t.organisation_id = $7
              or (($8 & (1 << cast(t.class as integer))) <> 0
                and (t.audience <= $9
                  or (t.audience = 2
                    and exists (select 1 from touch_named n
                                 where n.network_id = t.network_id and n.subject_id = t.subject_id
                                   and n.touch_id = t.touch_id and n.organisation_id = $7)))))
          order by t.at_ms desc, t.touch_id desc
          limit $10",
        (
            lens.network(),
            subject,
            at,
            id,
            stretch.from,
            wanted,
            lens.organisation(),
            stretch.masks.seen,
            sight.audience_max(),
            limit as i64,
        ),
    )
}

pub(super) fn filtered(
    cx: &mut Cx<'_>,
    lens: &Lens,
    sight: &Sight,
    filter: &Filter,
    stretch: &Stretch,
    limit: usize,
) -> Result<Vec<Touch>, Fault> {
    let subject: SubjectId = sight.customer().as_kind();
    let (at, id) = stretch.before;
    // What a veil hides can neither be looked for nor chosen: only touches whose author is named
    // are found by who wrote them, and by summaries that may name somebody.
    cx.all(
        "select t.touch_id, t.subject_id, t.record_id, t.organisation_id, t.person_id, t.class,
                t.kind, t.channel, t.at_ms, t.recorded_ms, t.leaf_index, t.summary, t.body,
                t.audience
           from touch t
          where t.network_id = $1 and t.subject_id = $2 and (t.at_ms, t.touch_id) < ($3, $4)
            and t.at_ms >= $5 and ($6 & (1 << cast(t.class as integer))) <> 0
            and (t.organisation_id = $7
              or (($8 & (1 << cast(t.class as integer))) <> 0
                and (t.audience <= $9
                  or (t.audience = 2
                    and exists (select 1 from touch_named n
                                 where n.network_id = t.network_id and n.subject_id = t.subject_id
                                   and n.touch_id = t.touch_id and n.organisation_id = $7)))))
            and (cast($10 as text) = '' or t.channel = $10)
            and t.organisation_id = coalesce($11, t.organisation_id)
            and (cast($12 as text) = '' or lower(t.summary) like $12)
            and (t.organisation_id = $7 or t.organisation_id = $13
              or ($14 & (1 << cast(t.class as integer))) <> 0
              or (cast($15 as text) = ''
                and (cast($12 as text) = '' or $16 like '%,' || t.kind || ',%')))
          order by t.at_ms desc, t.touch_id desc
          limit $17",
        (
            lens.network(),
            subject,
            at,
            id,
            stretch.from,
            rules::mask_of(filter),
            lens.organisation(),
            stretch.masks.seen,
            sight.audience_max(),
            filter.channel.map_or("", Channel::word),
            filter.organisation,
            like(filter),
            organisations::brand_id(lens.network()),
            stretch.masks.named,
            filter.organisation.map_or("", |_| "chosen"),
            Body::PLAIN_KINDS,
            limit as i64,
        ),
    )
}

pub(super) fn count(
    cx: &mut Cx<'_>,
    lens: &Lens,
    sight: &Sight,
    filter: &Filter,
    stretch: &Stretch,
) -> Result<i64, Fault> {
    let subject: SubjectId = sight.customer().as_kind();
    let (at, id) = stretch.before;
    let row: Option<(i64,)> = cx.one(
        "select count(*) from (
           select 1 as one
             from touch t
            where t.network_id = $1 and t.subject_id = $2 and (t.at_ms, t.touch_id) < ($3, $4)
              and t.at_ms >= $5 and ($6 & (1 << cast(t.class as integer))) <> 0
              and (t.organisation_id = $7
                or (($8 & (1 << cast(t.class as integer))) <> 0
                  and (t.audience <= $9
                    or (t.audience = 2
                      and exists (select 1 from touch_named n
                                   where n.network_id = t.network_id
                                     and n.subject_id = t.subject_id
                                     and n.touch_id = t.touch_id and n.organisation_id = $7)))))
              and (cast($10 as text) = '' or t.channel = $10)
              and t.organisation_id = coalesce($11, t.organisation_id)
              and (cast($12 as text) = '' or lower(t.summary) like $12)
              and (t.organisation_id = $7 or t.organisation_id = $13
                or ($14 & (1 << cast(t.class as integer))) <> 0
                or (cast($15 as text) = ''
                  and (cast($12 as text) = '' or $16 like '%,' || t.kind || ',%')))
            limit 10000) as seen",
        (
            lens.network(),
            subject,
            at,
            id,
            stretch.from,
            rules::mask_of(filter),
            lens.organisation(),
            stretch.masks.seen,
            sight.audience_max(),
            filter.channel.map_or("", Channel::word),
            filter.organisation,
            like(filter),
            organisations::brand_id(lens.network()),
            stretch.masks.named,
            filter.organisation.map_or("", |_| "chosen"),
            Body::PLAIN_KINDS,
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

type ServedRow = (OrganisationId, bool, i64, TimeMs, TimeMs);

/// Who did how much: the organisation, whether that was seen with its name, how many, from when to
/// when.
pub(super) fn served_by(
    cx: &mut Cx<'_>,
    lens: &Lens,
    sight: &Sight,
    stretch: &Stretch,
) -> Result<Vec<ServedRow>, Fault> {
    let subject: SubjectId = sight.customer().as_kind();
    let (at, id) = stretch.before;
    let rows: Vec<(OrganisationId, i64, i64, TimeMs, TimeMs)> = cx.all(
        "select organisation_id, named, count(*), min(at_ms), max(at_ms)
           from (select t.organisation_id, t.at_ms,
                        case when ($1 & (1 << cast(t.class as integer))) <> 0 then 1
                             else 0 end as named
                   from touch t
                  where t.network_id = $2 and t.subject_id = $3
                    and (t.at_ms, t.touch_id) < ($4, $5) and t.at_ms >= $6
                    and (t.organisation_id = $7
                      or (($8 & (1 << cast(t.class as integer))) <> 0
                        and (t.audience <= $9
                          or (t.audience = 2
                            and exists (select 1 from touch_named n
                                         where n.network_id = t.network_id
                                           and n.subject_id = t.subject_id
                                           and n.touch_id = t.touch_id
                                           and n.organisation_id = $7)))))) as seen
          group by organisation_id, named
          order by max(at_ms) desc
          limit 200",
        (
            stretch.masks.named,
            lens.network(),
            subject,
            at,
            id,
            stretch.from,
            lens.organisation(),
            stretch.masks.seen,
            sight.audience_max(),
        ),
    )?;
    let row = |(id, named, count, first, last)| (id, named != 0, count, first, last);
    Ok(rows.into_iter().map(row).collect())
}

/// How many touches of each class that is only counted; what is for others than this viewer is not.
pub(super) fn hidden(
    cx: &mut Cx<'_>,
    lens: &Lens,
    sight: &Sight,
    stretch: &Stretch,
) -> Result<Vec<(Class, i64)>, Fault> {
    let subject: SubjectId = sight.customer().as_kind();
    let (at, id) = stretch.before;
    let rows: Vec<(i64, i64)> = cx.all(
        "select t.class, count(*)
           from touch t
          where t.network_id = $1 and t.subject_id = $2 and (t.at_ms, t.touch_id) < ($3, $4)
            and t.at_ms >= $5 and ($6 & (1 << cast(t.class as integer))) <> 0
            and t.organisation_id <> $7
            and (t.audience = 0
              or (t.audience = 2
                and exists (select 1 from touch_named n
                             where n.network_id = t.network_id and n.subject_id = t.subject_id
                               and n.touch_id = t.touch_id and n.organisation_id = $7)))
          group by t.class
          order by t.class
          limit 20",
        (
            lens.network(),
            subject,
            at,
            id,
            stretch.from,
            stretch.masks.counted & !stretch.masks.seen,
            lens.organisation(),
        ),
    )?;
    let row = |(class, count)| Class::numbered(class).map(|class| (class, count));
    Ok(rows.into_iter().filter_map(row).collect())
}

pub(super) fn one(
    cx: &mut Cx<'_>,
    lens: &Lens,
    sight: &Sight,
    at: TimeMs,
    id: TouchId,
) -> Result<Option<Touch>, Fault> {
    let subject: SubjectId = sight.customer().as_kind();
    cx.one(
        "select t.touch_id, t.subject_id, t.record_id, t.organisation_id, t.person_id, t.class,
                t.kind, t.channel, t.at_ms, t.recorded_ms, t.leaf_index, t.summary, t.body,
                t.audience
           from touch t
          where t.network_id = $1 and t.subject_id = $2 and t.at_ms = $3 and t.touch_id = $4
            and (t.organisation_id = $5
              or (($6 & (1 << cast(t.class as integer))) <> 0
                and (t.audience <= $7
                  or (t.audience = 2
                    and exists (select 1 from touch_named n
                                 where n.network_id = t.network_id and n.subject_id = t.subject_id
                                   and n.touch_id = t.touch_id and n.organisation_id = $5)))))",
        (
            lens.network(),
            subject,
            at,
            id,
            lens.organisation(),
            sight.at(at).seen,
            sight.audience_max(),
        ),
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
                at_ms, recorded_ms, leaf_index, summary, body, audience
           from touch
          where network_id = $1 and leaf_index > $2 and leaf_index is not null
            and ($3 & (1 << cast(class as integer))) <> 0
          order by leaf_index
          limit $4",
        (lens.network(), after, lens.mask(), limit as i64),
    )
}

/// What a partner sees of the feed: its own touches, and those that a tie in force shows it, by
/// the agreement or by a request that was answered with yes.
pub(super) fn feed_of_partner(
    cx: &mut Cx<'_>,
    lens: &Lens,
    after: i64,
    limit: usize,
) -> Result<Vec<Touch>, Fault> {
    cx.all(
        "select t.touch_id, t.subject_id, t.record_id, t.organisation_id, t.person_id, t.class,
                t.kind, t.channel, t.at_ms, t.recorded_ms, t.leaf_index, t.summary, t.body,
                t.audience
           from touch t
          where t.network_id = $1 and t.leaf_index > $2 and t.leaf_index is not null
            and (t.organisation_id = $3
              or ((t.audience = 0
                  or (t.audience = 2
                    and exists (select 1 from touch_named n
                                 where n.network_id = t.network_id and n.subject_id = t.subject_id
                                   and n.touch_id = t.touch_id and n.organisation_id = $3)))
                and exists (
                  select 1
                    from tie s
                    left join grant_line g
                      on g.network_id = s.network_id and g.organisation_id = s.organisation_id
                     and g.tie = s.tie and (s.purposes & (1 << cast(g.purpose as integer))) <> 0
                     and (g.from_tie = 0 or t.at_ms >= s.from_ms)
                   where s.network_id = t.network_id and s.customer_id = t.subject_id
                     and s.organisation_id = $3 and s.until_ms > $4
                     and ((coalesce(g.seen, 0) | (s.extra * (s.purposes & 1) * $5)) & ~s.denied
                          & (1 << cast(t.class as integer))) <> 0)))
          order by t.leaf_index
          limit $6",
        (
            lens.network(),
            after,
            lens.organisation(),
            lens.now(),
            i64::from(lens.has_agreement()),
            limit as i64,
        ),
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
                at_ms, recorded_ms, leaf_index, summary, body, audience
           from touch
          where network_id = $1 and leaf_index is not null and organisation_id = $2
            and $3 like '%,' || kind || ',%'
          order by leaf_index desc
          limit $4",
        (lens.network(), organisation, kinds, limit as i64),
    )
}
