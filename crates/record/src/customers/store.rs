use handfast_db::{Cx, Fault, FromRow, Row as DbRow, Sql, Tx};
use handfast_kit::{NetworkId, OrganisationId, TimeMs, fold};

use super::{Details, Party, Record, Row, rules};
use crate::{
    CustomerId, RecordId, SubjectId,
    sharing::{Author, Lens},
};

impl FromRow for Record {
    fn from_row(row: &DbRow<'_>) -> Result<Self, Fault> {
        let party: String = row.get(4)?;
        Ok(Self {
            id: row.get(0)?,
            customer: row.get(1)?,
            organisation: row.get(2)?,
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

pub(super) fn by_ref(
    tx: &mut Tx<'_>,
    author: &Author,
    external_ref: &str,
) -> Result<Option<(CustomerId, RecordId)>, Fault> {
    place_of_ref(tx, author.network(), author.organisation_id(), external_ref)
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

pub(super) fn insert_ref(
    tx: &mut Tx<'_>,
    author: &Author,
    external_ref: &str,
    customer: CustomerId,
    record: RecordId,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into record_ref (network_id, organisation_id, external_ref, customer_id, record_id)
         values ($1, $2, $3, $4, $5)",
        (author.network(), author.organisation_id(), external_ref, customer, record),
    )
}

pub(super) fn claim_person_key(
    tx: &mut Tx<'_>,
    network: NetworkId,
    key: &str,
    customer: CustomerId,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into person_key (network_id, person_key, customer_id)
         values ($1, $2, $3)
         on conflict do nothing",
        (network, key, customer),
    )
}

pub(super) fn by_person_key(
    tx: &mut Tx<'_>,
    network: NetworkId,
    key: &str,
) -> Result<Option<CustomerId>, Fault> {
    let row: Option<(CustomerId,)> = tx.one(
        "select customer_id from person_key where network_id = $1 and person_key = $2",
        (network, key),
    )?;
    Ok(row.map(|(customer,)| customer))
}

pub(super) fn insert_customer(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
    details: &Details,
    now: TimeMs,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into customer (network_id, customer_id, name, sort_key, place, created_ms)
         values ($1, $2, $3, $4, $5, $6)
         on conflict do nothing",
        (network, customer, &details.name, fold(&details.name), rules::place(details), now),
    )
}

/// `None`: no such customer. `Some(None)`: it stands. `Some(Some(id))`: it was merged into that.
pub(super) fn lock(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Option<Option<CustomerId>>, Fault> {
    let row: Option<(Option<CustomerId>,)> = tx.one(
        Sql {
            sqlite: "select merged_into from customer where network_id = $1 and customer_id = $2",
            postgres: "select merged_into from customer
                        where network_id = $1 and customer_id = $2 for share",
        },
        (network, customer),
    )?;
    Ok(row.map(|(merged_into,)| merged_into))
}

#[expect(clippy::too_many_arguments, reason = "one row, its columns in order")]
pub(super) fn insert(
    tx: &mut Tx<'_>,
    author: &Author,
    customer: CustomerId,
    record: RecordId,
    external_ref: &str,
    details: &Details,
    since: TimeMs,
    updated: TimeMs,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into record (network_id, customer_id, record_id, organisation_id, external_ref,
           party, name, given_name, family_name, sort_key, email, phone, street, postcode, city,
           region, country, language, since_ms, updated_ms, version)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
           $19, $20, 1)",
        (
            author.network(),
            customer,
            record,
            author.organisation_id(),
            external_ref,
            party(details),
            &details.name,
            &details.given_name,
            &details.family_name,
            sort_key(details, external_ref),
            &details.email,
            &details.phone,
            &details.street,
            &details.postcode,
            &details.city,
            &details.region,
            &details.country,
            &details.language,
            since,
            updated,
        ),
    )
}

const fn party(details: &Details) -> &'static str {
    match details.party {
        Party::Person => "person",
        Party::Business => "business",
    }
}

fn sort_key(details: &Details, external_ref: &str) -> String {
    if details.name.is_empty() { fold(external_ref) } else { fold(&details.name) }
}

pub(super) fn update(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
    record: RecordId,
    details: &Details,
    updated: TimeMs,
    version: i64,
) -> Result<u64, Fault> {
    tx.exec(
        "update record set party = $1, name = $2, given_name = $3, family_name = $4, sort_key = $5,
           email = $6, phone = $7, street = $8, postcode = $9, city = $10, region = $11,
           country = $12, language = $13, updated_ms = $14, version = $15
         where network_id = $16 and customer_id = $17 and record_id = $18",
        (
            party(details),
            &details.name,
            &details.given_name,
            &details.family_name,
            fold(&details.name),
            &details.email,
            &details.phone,
            &details.street,
            &details.postcode,
            &details.city,
            &details.region,
            &details.country,
            &details.language,
            updated,
            version + 1,
            network,
            customer,
            record,
        ),
    )
}

pub(super) fn record(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
    record: RecordId,
) -> Result<Option<Record>, Fault> {
    tx.one(
        "select record_id, customer_id, organisation_id, external_ref, party, name, given_name,
                family_name, email, phone, street, postcode, city, region, country, language,
                since_ms, updated_ms, version
           from record
          where network_id = $1 and customer_id = $2 and record_id = $3",
        (network, customer, record),
    )
}

/// Writes the values chosen from all records, for the brand's lists.
pub(super) fn choose(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<u64, Fault> {
    let records: Vec<Record> = tx.all(
        "select record_id, customer_id, organisation_id, external_ref, party, name, given_name,
                family_name, email, phone, street, postcode, city, region, country, language,
                since_ms, updated_ms, version
           from record
          where network_id = $1 and customer_id = $2
          order by updated_ms desc, record_id
          limit 200",
        (network, customer),
    )?;
    let chosen = rules::choose(&records);
    let first = records.first().map_or(String::new(), |record| record.external_ref.clone());
    let name = chosen.name.map_or(first, |(name, _)| name);
    let place = chosen.place.map_or(String::new(), |(place, _)| place);
    tx.exec(
        "update customer set name = $1, sort_key = $2, place = $3
          where network_id = $4 and customer_id = $5",
        (&name, fold(&name), place, network, customer),
    )
}

pub(super) fn standing(
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
    lens: &Lens,
    customer: CustomerId,
) -> Result<Vec<Record>, Fault> {
    cx.all(
        "select record_id, customer_id, organisation_id, external_ref, party, name, given_name,
                family_name, email, phone, street, postcode, city, region, country, language,
                since_ms, updated_ms, version
           from record
          where network_id = $1 and customer_id = $2
            and organisation_id = coalesce($3, organisation_id)
          order by updated_ms desc, record_id
          limit 200",
        (lens.network(), customer, lens.records_of()),
    )
}

pub(super) fn has_record(
    cx: &mut Cx<'_>,
    lens: &Lens,
    customer: CustomerId,
) -> Result<bool, Fault> {
    let row: Option<(i64,)> = cx.one(
        "select 1
           from record
          where network_id = $1 and customer_id = $2
            and organisation_id = coalesce($3, organisation_id)
          limit 1",
        (lens.network(), customer, lens.records_of()),
    )?;
    Ok(row.is_some())
}

/// The viewer's own record to write on, `Some(None)` for a viewer who sees the customer without
/// one, `None` for a customer that the viewer does not see.
pub(super) fn writable(
    tx: &mut Tx<'_>,
    lens: &Lens,
    customer: CustomerId,
) -> Result<Option<Option<RecordId>>, Fault> {
    let rows = records(tx, lens, customer)?;
    let own = rows.iter().find(|record| record.organisation == lens.organisation());
    Ok((!rows.is_empty()).then(|| own.map(|record| record.id)))
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

pub(super) fn last(
    cx: &mut Cx<'_>,
    lens: &Lens,
    customer: CustomerId,
) -> Result<Option<TimeMs>, Fault> {
    let subject: SubjectId = customer.as_kind();
    let row: Option<(TimeMs,)> = cx.one(
        "select at_ms
           from touch
          where network_id = $1 and subject_id = $2
            and (($3 & (1 << cast(class as integer))) <> 0 or organisation_id = $4)
          order by at_ms desc
          limit 1",
        (lens.network(), subject, lens.mask(), lens.organisation()),
    )?;
    Ok(row.map(|(at,)| at))
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
