use std::collections::BTreeSet;

use handfast_db::{Cx, Fault, FromRow, Row as DbRow, Sql};
use handfast_kit::{NetworkId, OrganisationId, Uuid};

use super::{Details, Party, Record, Row, Statement, Statements, golden::Trusted};
use crate::{
    CustomerId, RecordId, organisations,
    sharing::{Class, Lens, Who},
};

impl FromRow for Record {
    fn from_row(row: &DbRow<'_>) -> Result<Self, Fault> {
        let party: String = row.get(4)?;
        Ok(Self {
            id: row.get(0)?,
            customer: row.get(1)?,
            organisation: row.get(2)?,
            by: Who::Named(row.get(2)?),
            external_ref: row.get(3)?,
            details: Details {
                party: if party == "business" { Party::Business } else { Party::Person },
                name: row.get(5)?,
                given_name: row.get(6)?,
                family_name: row.get(7)?,
                email: row.get(8)?,
                phone: row.get(9)?,
                street: row.get(10)?,
                postcode: row.get(11)?,
                city: row.get(12)?,
                region: row.get(13)?,
                country: row.get(14)?,
                language: row.get(15)?,
            },
            since: row.get(16)?,
            updated: row.get(17)?,
            version: row.get(18)?,
            statements: Statements {
                name: Statement { said: row.get(19)?, confirmed: row.get(20)? },
                email: Statement { said: row.get(21)?, confirmed: row.get(22)? },
                phone: Statement { said: row.get(23)?, confirmed: row.get(24)? },
                address: Statement { said: row.get(25)?, confirmed: row.get(26)? },
            },
        })
    }
}

impl FromRow for Row {
    fn from_row(row: &DbRow<'_>) -> Result<Self, Fault> {
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            place: row.get(2)?,
            sort_key: row.get(3)?,
            last: None,
        })
    }
}

pub(super) fn place_of_ref(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    external_ref: &str,
) -> Result<Option<(CustomerId, RecordId)>, Fault> {
    cx.one(
        "select customer_id, record_id
           from record_ref
          where network_id = $1 and organisation_id = $2 and external_ref = $3",
        (network, organisation, external_ref),
    )
}

/// Where a customer stands now: after merging, with the one it became part of.
pub(crate) fn standing(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Option<CustomerId>, Fault> {
    let row: Option<(CustomerId, Option<CustomerId>)> = cx.one(
        "select customer_id, merged_into from customer
          where network_id = $1 and customer_id = $2",
        (network, customer),
    )?;
    match row {
        Some((_, Some(next))) if next != customer => standing(cx, network, next),
        Some((id, _)) => Ok(Some(id)),
        None => Ok(None),
    }
}

pub(super) fn records(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Vec<Record>, Fault> {
    cx.all(
        "select record_id, customer_id, organisation_id, external_ref, party, name, given_name,
                family_name, email, phone, street, postcode, city, region, country, language,
                since_ms, updated_ms, version, name_said_ms, name_confirmed_ms, email_said_ms,
                email_confirmed_ms, phone_said_ms, phone_confirmed_ms, address_said_ms,
                address_confirmed_ms
           from record
          where network_id = $1 and customer_id = $2
          order by updated_ms desc, record_id
          limit 200",
        (network, customer),
    )
}

/// As [`records`], of each of these customers.
pub(super) fn records_of_each(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customers: &[CustomerId],
) -> Result<Vec<Record>, Fault> {
    cx.all(
        Sql {
            sqlite: "select record_id, customer_id, organisation_id, external_ref, party, name,
                given_name, family_name, email, phone, street, postcode, city, region, country,
                language, since_ms, updated_ms, version, name_said_ms, name_confirmed_ms,
                email_said_ms,
                email_confirmed_ms, phone_said_ms, phone_confirmed_ms, address_said_ms,
                address_confirmed_ms
           from (
              select record_id, customer_id, organisation_id, external_ref, party, name, given_name,
                family_name, email, phone, street, postcode, city, region, country, language,
                since_ms, updated_ms, version, name_said_ms, name_confirmed_ms, email_said_ms,
                email_confirmed_ms, phone_said_ms, phone_confirmed_ms, address_said_ms,
                address_confirmed_ms,
                row_number() over (
                  partition by customer_id order by updated_ms desc, record_id) as place
                from record
               where network_id = $1
                 and customer_id in (select unhex(value) from json_each($2))) r
          where place <= 200
          order by updated_ms desc, record_id
          limit 200000",
            postgres: "select record_id, customer_id, organisation_id, external_ref, party, name,
                given_name, family_name, email, phone, street, postcode, city, region, country,
                language, since_ms, updated_ms, version, name_said_ms, name_confirmed_ms,
                email_said_ms,
                email_confirmed_ms, phone_said_ms, phone_confirmed_ms, address_said_ms,
                address_confirmed_ms
           from (
              select record_id, customer_id, organisation_id, external_ref, party, name, given_name,
                family_name, email, phone, street, postcode, city, region, country, language,
                since_ms, updated_ms, version, name_said_ms, name_confirmed_ms, email_said_ms,
                email_confirmed_ms, phone_said_ms, phone_confirmed_ms, address_said_ms,
                address_confirmed_ms,
                row_number() over (
                  partition by customer_id order by updated_ms desc, record_id) as place
                from record
               where network_id = $1
                 and customer_id in (
                   select cast(value as uuid)
                     from jsonb_array_elements_text(cast(cast($2 as text) as jsonb)))) r
          where place <= 200
          order by updated_ms desc, record_id
          limit 200000",
        },
        (network, list_of_ids(customers.iter().map(|id| id.uuid()))),
    )
}

/// Ids as both engines read them out of JSON: each 32 hexadecimal digits.
fn list_of_ids(ids: impl Iterator<Item = Uuid>) -> String {
    serde_json::Value::from(ids.map(|id| id.simple().to_string()).collect::<Vec<_>>()).to_string()
}

/// Into which customers these were merged; who stands, into itself.
pub(super) fn merged_into(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customers: &[CustomerId],
) -> Result<Vec<(CustomerId, CustomerId)>, Fault> {
    cx.all(
        Sql {
            sqlite: "select customer_id, coalesce(merged_into, customer_id)
                       from customer
                      where network_id = $1
                        and customer_id in (select unhex(value) from json_each($2))
                      limit 200000",
            postgres: "select customer_id, coalesce(merged_into, customer_id)
                         from customer
                        where network_id = $1
                          and customer_id in (
                              select cast(value as uuid)
                                from jsonb_array_elements_text(cast(cast($2 as text) as jsonb)))
                        limit 200000",
        },
        (network, list_of_ids(customers.iter().map(|id| id.uuid()))),
    )
}

/// Whose word counts more, among those who keep these records. Only of several partners it matters
/// who signed.
pub(super) fn trusted<'a>(
    cx: &mut Cx<'_>,
    network: NetworkId,
    records: impl Iterator<Item = &'a Record>,
) -> Result<Trusted, Fault> {
    let brand = organisations::brand_id(network);
    let partners: BTreeSet<OrganisationId> =
        records.map(|record| record.organisation).filter(|one| *one != brand).collect();
    let agreed = if partners.len() > 1 { agreed(cx, network, &partners)? } else { Vec::new() };
    Ok(Trusted { brand: Some(brand), agreed })
}

/// Of these, those with an agreement in force.
fn agreed(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisations: &BTreeSet<OrganisationId>,
) -> Result<Vec<OrganisationId>, Fault> {
    let rows: Vec<(OrganisationId,)> = cx.all(
        Sql {
            sqlite: "select organisation_id
                       from (select organisation_id, ended_ms, row_number() over (
                                      partition by organisation_id order by version desc) as place
                               from agreement
                              where network_id = $1
                                and organisation_id in (select unhex(value) from json_each($2))) a
                      where place = 1 and ended_ms is null
                      limit 10000",
            postgres: "select organisation_id
                         from (select organisation_id, ended_ms, row_number() over (
                                        partition by organisation_id order by version desc) as place
                                 from agreement
                                where network_id = $1
                                  and organisation_id in (
                                      select cast(value as uuid)
                                        from jsonb_array_elements_text(
                                               cast(cast($2 as text) as jsonb)))) a
                        where place = 1 and ended_ms is null
                        limit 10000",
        },
        (network, list_of_ids(organisations.iter().map(|id| id.uuid()))),
    )?;
    Ok(rows.into_iter().map(|(organisation,)| organisation).collect())
}

pub(super) fn list(
    cx: &mut Cx<'_>,
    lens: &Lens,
    after_key: &str,
    after_id: CustomerId,
    limit: usize,
) -> Result<Vec<Row>, Fault> {
    cx.all(
        "select customer_id, name, place, sort_key
           from customer
          where network_id = $1 and (sort_key, customer_id) > ($2, $3) and merged_into is null
          order by sort_key, customer_id
          limit $4",
        (lens.network(), after_key, after_id, limit as i64),
    )
}

pub(super) fn list_of(
    cx: &mut Cx<'_>,
    lens: &Lens,
    organisation: OrganisationId,
    after_key: &str,
    after_id: CustomerId,
    limit: usize,
) -> Result<Vec<Row>, Fault> {
    // An organisation may keep several records of one customer: the list has it once for each name.
    cx.all(
        "select customer_id, min(case when name = '' then external_ref else name end),
                min(city), sort_key
           from record
          where network_id = $1 and organisation_id = $2 and (sort_key, customer_id) > ($3, $4)
          group by sort_key, customer_id
          order by sort_key, customer_id
          limit $5",
        (lens.network(), organisation, after_key, after_id, limit as i64),
    )
}

/// The customers whom a partner has a record of, and those whose name a tie in force
/// shows it. Names and places are left to be filled in.
/// Whom an organisation only wrote on, and whose name it does not see, stands under no name and so
/// before the others: the place in a list must not tell what the list does not.
pub(super) fn list_of_partner(
    cx: &mut Cx<'_>,
    lens: &Lens,
    after_key: &str,
    after_id: CustomerId,
    limit: usize,
) -> Result<Vec<Row>, Fault> {
    let identity = Class::Identity.bit();
    cx.all(
        "select s.customer_id, '', '', s.sort_key
           from tie s
           left join grant_line g
             on g.network_id = s.network_id and g.organisation_id = s.organisation_id
            and g.tie = s.tie and (s.purposes & (1 << cast(g.purpose as integer))) <> 0
          where s.network_id = $1 and s.organisation_id = $2
            and (s.sort_key, s.customer_id) > ($3, $4)
            and s.until_ms > $5
            and (s.tie = 0
              or ((coalesce(g.seen, 0) | (s.extra * (s.purposes & 1) * $6)) & ~s.denied & $7) <> 0)
            and (s.sort_key <> ''
              or not exists (
                select 1
                  from tie n
                  left join grant_line h
                    on h.network_id = n.network_id and h.organisation_id = n.organisation_id
                   and h.tie = n.tie and (n.purposes & (1 << cast(h.purpose as integer))) <> 0
                 where n.network_id = s.network_id and n.customer_id = s.customer_id
                   and n.organisation_id = s.organisation_id and n.until_ms > $5
                   and n.sort_key <> ''
                   and ((coalesce(h.seen, 0) | (n.extra * (n.purposes & 1) * $6)) & ~n.denied & $7)
                     <> 0))
          group by s.sort_key, s.customer_id
          order by s.sort_key, s.customer_id
          limit $8",
        (
            lens.network(),
            lens.organisation(),
            after_key,
            after_id,
            lens.now(),
            i64::from(lens.has_agreement()),
            identity,
            limit as i64,
        ),
    )
}

pub(super) fn count_of_partner(cx: &mut Cx<'_>, lens: &Lens) -> Result<i64, Fault> {
    let identity = Class::Identity.bit();
    let row: Option<(i64,)> = cx.one(
        "select count(distinct s.customer_id)
           from tie s
           left join grant_line g
             on g.network_id = s.network_id and g.organisation_id = s.organisation_id
            and g.tie = s.tie and (s.purposes & (1 << cast(g.purpose as integer))) <> 0
          where s.network_id = $1 and s.organisation_id = $2 and s.until_ms > $3
            and (s.tie = 0
              or ((coalesce(g.seen, 0) | (s.extra * (s.purposes & 1) * $4)) & ~s.denied & $5)
                 <> 0)",
        (
            lens.network(),
            lens.organisation(),
            lens.now(),
            i64::from(lens.has_agreement()),
            identity,
        ),
    )?;
    Ok(row.map_or(0, |(count,)| count))
}

pub(super) fn count(cx: &mut Cx<'_>, network: NetworkId) -> Result<i64, Fault> {
    let row: Option<(i64,)> = cx.one(
        "select count(*) from customer where network_id = $1 and merged_into is null",
        (network,),
    )?;
    Ok(row.map_or(0, |(count,)| count))
}

pub(super) fn count_of(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
) -> Result<i64, Fault> {
    let row: Option<(i64,)> = cx.one(
        "select count(distinct customer_id) from record
          where network_id = $1 and organisation_id = $2",
        (network, organisation),
    )?;
    Ok(row.map_or(0, |(count,)| count))
}
