use handfast_db::{Cx, Fault, FromRow, Row, Sql};
use handfast_kit::{NetworkId, OrganisationId, TimeMs, Uuid};

use super::{Group, Lot};
use crate::{
    CustomerId,
    sharing::{PURPOSES_UNSAID, Permitted, ties::reach::Places},
};

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

impl FromRow for Lot {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            ties: row.get(0)?,
            permitted: Permitted { purposes: row.get(1)?, denied: row.get(2)? },
            extra: row.get(3)?,
            customers: row.get(4)?,
            lives_there: row.get::<i64>(5)? != 0,
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

/// Everybody of the network, but those without a tie who said something.
pub(super) fn all(
    cx: &mut Cx<'_>,
    (network, organisation): (NetworkId, OrganisationId),
    places: &Places,
    now: TimeMs,
) -> Result<Vec<Lot>, Fault> {
    cx.all(
        Sql {
            sqlite: "with named (place) as (select value from json_each($1)),
                       coded (postcode) as (select value from json_each($2)),
                       known as (
                       select coalesce(held.ties, 0) as ties,
                              coalesce(held.purposes, $3) as purposes,
                              coalesce(held.denied, 0) as denied,
                              coalesce(held.extra, 0) as extra,
                              case when exists (
                                select 1
                                  from record r
                                 where r.network_id = c.network_id
                                   and r.customer_id = c.customer_id
                                   and (r.country in (select place from named)
                                     or r.region in (select place from named)
                                     or r.city in (select place from named)
                                     or r.postcode in (select postcode from coded)))
                              then 1 else 0 end as lives_there
                         from customer c
                         left join (
                           select customer_id, sum(1 << tie) as ties,
                                  max(purposes) as purposes, max(denied) as denied,
                                  max(extra & 1) | max(extra & 2) | max(extra & 4)
                                    | max(extra & 8) | max(extra & 16) | max(extra & 32)
                                    | max(extra & 64) | max(extra & 128) | max(extra & 256)
                                    | max(extra & 512) | max(extra & 1024) | max(extra & 2048)
                                    | max(extra & 4096) as extra
                             from tie
                            where network_id = $4 and organisation_id = $5 and until_ms > $6
                            group by customer_id) held on held.customer_id = c.customer_id
                        where c.network_id = $4 and c.merged_into is null
                          and (held.customer_id is not null or not (
                            exists (select 1
                                      from saying s
                                     where s.network_id = c.network_id
                                       and s.customer_id = c.customer_id)
                            or exists (select 1
                                         from frozen f
                                        where f.network_id = c.network_id
                                          and f.customer_id = c.customer_id))))
                     select ties, purposes, denied, extra, count(*), lives_there
                       from known
                      group by ties, purposes, denied, extra, lives_there
                      order by ties, purposes, denied, extra, lives_there
                      limit 100000",
            postgres: "with named (place) as (
                         select jsonb_array_elements_text(cast(cast($1 as text) as jsonb))),
                         coded (postcode) as (
                         select jsonb_array_elements_text(cast(cast($2 as text) as jsonb))),
                         known as (
                         select coalesce(held.ties, 0) as ties,
                                coalesce(held.purposes, $3) as purposes,
                                coalesce(held.denied, 0) as denied,
                                coalesce(held.extra, 0) as extra,
                                case when exists (
                                  select 1
                                    from record r
                                   where r.network_id = c.network_id
                                     and r.customer_id = c.customer_id
                                     and (r.country in (select place from named)
                                       or r.region in (select place from named)
                                       or r.city in (select place from named)
                                       or r.postcode in (select postcode from coded)))
                                then 1 else 0 end as lives_there
                           from customer c
                           left join (
                             select customer_id,
                                    cast(sum(cast(1 as bigint) << cast(tie as integer)) as bigint)
                                      as ties,
                                    max(purposes) as purposes, max(denied) as denied,
                                    bit_or(extra) as extra
                               from tie
                              where network_id = $4 and organisation_id = $5 and until_ms > $6
                              group by customer_id) held on held.customer_id = c.customer_id
                          where c.network_id = $4 and c.merged_into is null
                            and (held.customer_id is not null or not (
                              exists (select 1
                                        from saying s
                                       where s.network_id = c.network_id
                                         and s.customer_id = c.customer_id)
                              or exists (select 1
                                           from frozen f
                                          where f.network_id = c.network_id
                                            and f.customer_id = c.customer_id))))
                       select ties, purposes, denied, extra, count(*), lives_there
                         from known
                        group by ties, purposes, denied, extra, lives_there
                        order by ties, purposes, denied, extra, lives_there
                        limit 100000",
        },
        (&places.names, &places.postcodes, PURPOSES_UNSAID, network, organisation, now),
    )
}

/// Up to a thousand customers without a tie who said something, or whose data may only be kept;
/// each with whether it lives at one of these places.
pub(super) fn strangers(
    cx: &mut Cx<'_>,
    (network, organisation): (NetworkId, OrganisationId),
    places: &Places,
    now: TimeMs,
    after: Option<CustomerId>,
) -> Result<Vec<(CustomerId, bool)>, Fault> {
    let rows: Vec<(CustomerId, i64)> = cx.all(
        Sql {
            sqlite: "with named (place) as (select value from json_each($1)),
                       coded (postcode) as (select value from json_each($2))
                     select c.customer_id,
                            case when exists (
                              select 1
                                from record r
                               where r.network_id = c.network_id
                                 and r.customer_id = c.customer_id
                                 and (r.country in (select place from named)
                                   or r.region in (select place from named)
                                   or r.city in (select place from named)
                                   or r.postcode in (select postcode from coded)))
                            then 1 else 0 end
                       from customer c
                      where c.network_id = $3 and c.merged_into is null and c.customer_id > $4
                        and (exists (select 1
                                       from saying s
                                      where s.network_id = c.network_id
                                        and s.customer_id = c.customer_id)
                          or exists (select 1
                                       from frozen f
                                      where f.network_id = c.network_id
                                        and f.customer_id = c.customer_id))
                        and not exists (select 1
                                          from tie t
                                         where t.network_id = c.network_id
                                           and t.customer_id = c.customer_id
                                           and t.organisation_id = $5 and t.until_ms > $6)
                      order by c.customer_id
                      limit 1000",
            postgres: "with named (place) as (
                         select jsonb_array_elements_text(cast(cast($1 as text) as jsonb))),
                         coded (postcode) as (
                         select jsonb_array_elements_text(cast(cast($2 as text) as jsonb)))
                       select c.customer_id,
                              case when exists (
                                select 1
                                  from record r
                                 where r.network_id = c.network_id
                                   and r.customer_id = c.customer_id
                                   and (r.country in (select place from named)
                                     or r.region in (select place from named)
                                     or r.city in (select place from named)
                                     or r.postcode in (select postcode from coded)))
                              then 1 else 0 end
                         from customer c
                        where c.network_id = $3 and c.merged_into is null and c.customer_id > $4
                          and (exists (select 1
                                         from saying s
                                        where s.network_id = c.network_id
                                          and s.customer_id = c.customer_id)
                            or exists (select 1
                                         from frozen f
                                        where f.network_id = c.network_id
                                          and f.customer_id = c.customer_id))
                          and not exists (select 1
                                            from tie t
                                           where t.network_id = c.network_id
                                             and t.customer_id = c.customer_id
                                             and t.organisation_id = $5 and t.until_ms > $6)
                        order by c.customer_id
                        limit 1000",
        },
        (
            &places.names,
            &places.postcodes,
            network,
            after.unwrap_or(CustomerId::from_uuid(Uuid::nil())),
            organisation,
            now,
        ),
    )?;
    Ok(rows.into_iter().map(|(customer, lives_there)| (customer, lives_there != 0)).collect())
}
