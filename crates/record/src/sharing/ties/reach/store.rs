use std::collections::BTreeSet;

use handfast_db::{Cx, Fault, FromRow, Row, Sql, Tx};
use handfast_kit::{NetworkId, OrganisationId, TimeMs, Uuid};

use super::{
    OPEN,
    rules::{Home, Territory},
};
use crate::{
    CustomerId, RecordId,
    sharing::{PURPOSES_UNSAID, Saying, Tie},
};

/// An organisation whose agreement reaches beyond those whom it met.
pub(super) struct Wish {
    pub(super) organisation: OrganisationId,
    pub(super) everybody: bool,
    pub(super) territory: bool,
}

impl FromRow for Wish {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            organisation: row.get(0)?,
            everybody: row.get::<i64>(1)? == Tie::None as i64,
            territory: row.get::<i64>(2)? == Tie::Territory as i64,
        })
    }
}

impl FromRow for Home {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            customer: row.get(0)?,
            record: row.get(1)?,
            country: row.get(2)?,
            region: row.get(3)?,
            city: row.get(4)?,
            postcode: row.get(5)?,
            since: row.get(6)?,
        })
    }
}

/// What records say within a territory, word for word, as JSON lists: what is equal when folded is
/// compared in one place, in Rust, and statements look for equal words only.
pub(super) struct Places {
    names: String,
    postcodes: String,
}

pub(super) fn places(
    cx: &mut Cx<'_>,
    network: NetworkId,
    territory: &Territory,
) -> Result<Places, Fault> {
    let names = if territory.is_empty() { Vec::new() } else { names(cx, network)? };
    let postcodes = if territory.knows_postcodes() { postcodes(cx, network)? } else { Vec::new() };
    let names: BTreeSet<String> =
        names.into_iter().flat_map(|(country, region, city)| [country, region, city]).collect();
    let postcodes = postcodes.into_iter().map(|(postcode,)| postcode);
    Ok(Places {
        names: json(names.into_iter().filter(|name| territory.names(name)).collect()),
        postcodes: json(postcodes.filter(|postcode| territory.has_postcode(postcode)).collect()),
    })
}

fn json(texts: Vec<String>) -> String {
    serde_json::to_string(&texts).expect("a list of texts is always JSON")
}

fn names(cx: &mut Cx<'_>, network: NetworkId) -> Result<Vec<(String, String, String)>, Fault> {
    cx.all(
        "select country, region, city
           from record
          where network_id = $1
          group by country, region, city
          order by country, region, city
          limit 1000000",
        (network,),
    )
}

fn postcodes(cx: &mut Cx<'_>, network: NetworkId) -> Result<Vec<(String,)>, Fault> {
    cx.all(
        "select postcode
           from record
          where network_id = $1
          group by postcode
          order by postcode
          limit 1000000",
        (network,),
    )
}

pub(super) fn tie_everybody(
    tx: &mut Tx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    from: TimeMs,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into tie (network_id, customer_id, organisation_id, tie, from_ms, until_ms,
           purposes, denied, extra, sort_key, made_by, person_id, why)
         select c.network_id, c.customer_id, $1, $2, $3, $4, $5, 0, 0,
                c.sort_key, 'event', null, ''
           from customer c
          where c.network_id = $6 and c.merged_into is null
         on conflict do nothing",
        (organisation, Tie::None as i64, from, OPEN, PURPOSES_UNSAID, network),
    )
}

pub(super) fn tie_within(
    tx: &mut Tx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    places: &Places,
    from: TimeMs,
) -> Result<u64, Fault> {
    tx.exec(
        Sql {
            sqlite: "with named (place) as (select value from json_each($1)),
                       coded (postcode) as (select value from json_each($2))
                     insert into tie (network_id, customer_id, organisation_id, tie, from_ms,
                       until_ms, purposes, denied, extra, sort_key, made_by, person_id, why)
                     select c.network_id, c.customer_id, $3, $4, $5, $6, $7, 0, 0,
                            c.sort_key, 'event', null, ''
                       from customer c
                      where c.network_id = $8 and c.merged_into is null
                        and c.customer_id in (
                          select r.customer_id
                            from record r
                           where r.network_id = $8
                             and (r.country in (select place from named)
                               or r.region in (select place from named)
                               or r.city in (select place from named)
                               or r.postcode in (select postcode from coded)))
                     on conflict do nothing",
            postgres: "with named (place) as (
                         select jsonb_array_elements_text(cast(cast($1 as text) as jsonb))),
                         coded (postcode) as (
                         select jsonb_array_elements_text(cast(cast($2 as text) as jsonb)))
                       insert into tie (network_id, customer_id, organisation_id, tie, from_ms,
                         until_ms, purposes, denied, extra, sort_key, made_by, person_id, why)
                       select c.network_id, c.customer_id, $3, $4, $5, $6, $7, 0, 0,
                              c.sort_key, 'event', null, ''
                         from customer c
                        where c.network_id = $8 and c.merged_into is null
                          and c.customer_id in (
                            select r.customer_id
                              from record r
                             where r.network_id = $8
                               and (r.country in (select place from named)
                                 or r.region in (select place from named)
                                 or r.city in (select place from named)
                                 or r.postcode in (select postcode from coded)))
                       on conflict do nothing",
        },
        (
            &places.names,
            &places.postcodes,
            organisation,
            Tie::Territory as i64,
            from,
            OPEN,
            PURPOSES_UNSAID,
            network,
        ),
    )
}

/// Gives the ties that an agreement made the name by which the organisation knows the customer, if
/// it has a tie of its own: a customer stands at one place of its list.
pub(super) fn order_by_name(
    tx: &mut Tx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
) -> Result<u64, Fault> {
    tx.exec(
        "update tie
            set sort_key = coalesce((select nullif(max(own.sort_key), '')
                                       from tie own
                                      where own.network_id = tie.network_id
                                        and own.customer_id = tie.customer_id
                                        and own.organisation_id = tie.organisation_id
                                        and own.tie not in ($1, $2)), sort_key)
          where network_id = $3 and organisation_id = $4 and tie in ($1, $2)
            and exists (select 1
                          from tie own
                         where own.network_id = tie.network_id
                           and own.customer_id = tie.customer_id
                           and own.organisation_id = tie.organisation_id
                           and own.tie not in ($1, $2)
                           and own.sort_key not in ('', tie.sort_key))",
        (Tie::Territory as i64, Tie::None as i64, network, organisation),
    )
}

/// Ends the ties of its territory with all who do not live at one of these places.
pub(super) fn forget_outside(
    tx: &mut Tx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    places: &Places,
) -> Result<u64, Fault> {
    tx.exec(
        Sql {
            sqlite: "with named (place) as (select value from json_each($1)),
                       coded (postcode) as (select value from json_each($2))
                     delete from tie
                      where network_id = $3 and organisation_id = $4 and tie = $5
                        and not exists (
                          select 1
                            from record r
                           where r.network_id = tie.network_id and r.customer_id = tie.customer_id
                             and (r.country in (select place from named)
                               or r.region in (select place from named)
                               or r.city in (select place from named)
                               or r.postcode in (select postcode from coded)))",
            postgres: "with named (place) as (
                         select jsonb_array_elements_text(cast(cast($1 as text) as jsonb))),
                         coded (postcode) as (
                         select jsonb_array_elements_text(cast(cast($2 as text) as jsonb)))
                       delete from tie
                        where network_id = $3 and organisation_id = $4 and tie.tie = $5
                          and not exists (
                            select 1
                              from record r
                             where r.network_id = tie.network_id
                               and r.customer_id = tie.customer_id
                               and (r.country in (select place from named)
                                 or r.region in (select place from named)
                                 or r.city in (select place from named)
                                 or r.postcode in (select postcode from coded)))",
        },
        (&places.names, &places.postcodes, network, organisation, Tie::Territory as i64),
    )
}

/// Ends all ties of one kind that an organisation has.
pub(super) fn forget(
    tx: &mut Tx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    tie: Tie,
) -> Result<u64, Fault> {
    tx.exec(
        "delete from tie where network_id = $1 and organisation_id = $2 and tie = $3",
        (network, organisation, tie as i64),
    )
}

pub(super) fn forget_one(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
    organisation: OrganisationId,
    tie: Tie,
) -> Result<u64, Fault> {
    tx.exec(
        "delete from tie
          where network_id = $1 and customer_id = $2 and organisation_id = $3 and tie = $4",
        (network, customer, organisation, tie as i64),
    )
}

/// What up to a thousand customers said that concerns the organisation, by their ids.
pub(super) fn sayings(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    after: Option<CustomerId>,
) -> Result<Vec<(CustomerId, Vec<Saying>)>, Fault> {
    let nobody = CustomerId::from_uuid(Uuid::nil());
    let rows: Vec<Said> = cx.all(
        "select s.purpose, s.organisation_id, s.class, s.allowed, s.customer_id
           from saying s
           join (select customer_id
                   from saying
                  where network_id = $1 and organisation_id in ($2, $3) and customer_id > $4
                  group by customer_id
                  order by customer_id
                  limit 1000) page on page.customer_id = s.customer_id
          where s.network_id = $1 and s.organisation_id in ($2, $3)
          order by s.customer_id, s.purpose, s.organisation_id, s.class
          limit 1000000",
        (network, OrganisationId::from_uuid(Uuid::nil()), organisation, after.unwrap_or(nobody)),
    )?;
    let mut said: Vec<(CustomerId, Vec<Saying>)> = Vec::new();
    for Said(customer, saying) in rows {
        match said.last_mut() {
            Some((last, sayings)) if *last == customer => sayings.push(saying),
            _ => said.push((customer, vec![saying])),
        }
    }
    Ok(said)
}

struct Said(CustomerId, Saying);

impl FromRow for Said {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self(row.get(4)?, FromRow::from_row(row)?))
    }
}

/// Nothing of a frozen customer is shown for any purpose.
pub(super) fn freeze(
    tx: &mut Tx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
) -> Result<u64, Fault> {
    tx.exec(
        "update tie set purposes = 0
          where network_id = $1 and organisation_id = $2
            and customer_id in (select customer_id from frozen where network_id = $1)",
        (network, organisation),
    )
}

pub(super) fn wishes(cx: &mut Cx<'_>, network: NetworkId) -> Result<Vec<Wish>, Fault> {
    cx.all(
        "select organisation_id, max(tie), min(tie)
           from grant_line
          where network_id = $1 and tie in ($2, $3)
          group by organisation_id
          order by organisation_id
          limit 1000",
        (network, Tie::Territory as i64, Tie::None as i64),
    )
}

/// Where the agreement in force says that the organisation works, and since when it is in force.
pub(super) fn territory(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
) -> Result<Option<(Vec<String>, TimeMs)>, Fault> {
    let row: Option<(String, TimeMs)> = cx.one(
        "select territory, created_ms
           from agreement
          where network_id = $1 and organisation_id = $2 and ended_ms is null
          order by version desc
          limit 1",
        (network, organisation),
    )?;
    let terms = |text: String| text.split(',').map(str::to_owned).collect();
    Ok(row.map(|(text, created)| (terms(text), created)))
}

/// Since when the customer is known; `None` where it does not stand.
pub(super) fn customer_since(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Option<TimeMs>, Fault> {
    let row: Option<(TimeMs,)> = cx.one(
        "select created_ms
           from customer
          where network_id = $1 and customer_id = $2 and merged_into is null",
        (network, customer),
    )?;
    Ok(row.map(|(created,)| created))
}

pub(super) fn homes(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Vec<Home>, Fault> {
    cx.all(
        "select customer_id, record_id, country, region, city, postcode, updated_ms
           from record
          where network_id = $1 and customer_id = $2
          order by updated_ms desc, record_id
          limit 200",
        (network, customer),
    )
}

/// Up to ten thousand homes, by their customers and records.
pub(super) fn homes_after(
    cx: &mut Cx<'_>,
    network: NetworkId,
    (customer, record): (CustomerId, RecordId),
) -> Result<Vec<Home>, Fault> {
    cx.all(
        "select r.customer_id, r.record_id, r.country, r.region, r.city, r.postcode, r.updated_ms
           from record r
           join customer c on c.network_id = r.network_id and c.customer_id = r.customer_id
          where r.network_id = $1 and (r.customer_id, r.record_id) > ($2, $3)
            and c.merged_into is null
          order by r.customer_id, r.record_id
          limit 10000",
        (network, customer, record),
    )
}
