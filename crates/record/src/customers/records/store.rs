use handfast_db::{Fault, Sql, Tx};
use handfast_kit::{NetworkId, TimeMs, fold};

use crate::{
    CustomerId, RecordId,
    customers::{
        Details, Party, Record, Statements, golden, rules,
        store::{place_of_ref, trusted},
    },
    sharing::Author,
};

pub(super) fn by_ref(
    tx: &mut Tx<'_>,
    author: &Author,
    external_ref: &str,
) -> Result<Option<(CustomerId, RecordId)>, Fault> {
    place_of_ref(tx, author.network(), author.organisation_id(), external_ref)
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

/// Where a customer is now.
pub(super) enum Standing {
    /// Here.
    Here,
    /// It was merged into another.
    Merged(CustomerId),
}

pub(super) fn lock(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Option<Standing>, Fault> {
    let row: Option<(Option<CustomerId>,)> = tx.one(
        Sql {
            sqlite: "select merged_into from customer where network_id = $1 and customer_id = $2",
            postgres: "select merged_into from customer
                        where network_id = $1 and customer_id = $2 for share",
        },
        (network, customer),
    )?;
    Ok(row.map(|(merged_into,)| merged_into.map_or(Standing::Here, Standing::Merged)))
}

/// As [`lock`], for who changes the customer's own row afterwards: of two who held it for share,
/// neither could.
pub(super) fn lock_to_change(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Option<Standing>, Fault> {
    let row: Option<(Option<CustomerId>,)> = tx.one(
        Sql {
            sqlite: "select merged_into from customer where network_id = $1 and customer_id = $2",
            postgres: "select merged_into from customer
                        where network_id = $1 and customer_id = $2 for no key update",
        },
        (network, customer),
    )?;
    Ok(row.map(|(merged_into,)| merged_into.map_or(Standing::Here, Standing::Merged)))
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
           region, country, language, since_ms, updated_ms, version, name_said_ms, email_said_ms,
           phone_said_ms, address_said_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
           $19, $20, 1, $20, $20, $20, $20)",
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

/// By which name a record stands in its organisation's list.
pub(super) fn sort_key(details: &Details, external_ref: &str) -> String {
    if details.name.is_empty() { fold(external_ref) } else { fold(&details.name) }
}

pub(super) fn update(
    tx: &mut Tx<'_>,
    network: NetworkId,
    before: &Record,
    details: &Details,
    updated: TimeMs,
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
            sort_key(details, &before.external_ref),
            &details.email,
            &details.phone,
            &details.street,
            &details.postcode,
            &details.city,
            &details.region,
            &details.country,
            &details.language,
            updated,
            before.version + 1,
            network,
            before.customer,
            before.id,
        ),
    )
}

/// Writes when each field of a record was said, and what the customer confirmed of it.
pub(super) fn state(
    tx: &mut Tx<'_>,
    network: NetworkId,
    before: &Record,
    statements: &Statements,
) -> Result<u64, Fault> {
    let Statements { name, email, phone, address } = statements;
    tx.exec(
        "update record set name_said_ms = $1, name_confirmed_ms = $2, email_said_ms = $3,
           email_confirmed_ms = $4, phone_said_ms = $5, phone_confirmed_ms = $6,
           address_said_ms = $7, address_confirmed_ms = $8, version = $9
         where network_id = $10 and customer_id = $11 and record_id = $12",
        (
            name.said,
            name.confirmed,
            email.said,
            email.confirmed,
            phone.said,
            phone.confirmed,
            address.said,
            address.confirmed,
            before.version + 1,
            network,
            before.customer,
            before.id,
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
                since_ms, updated_ms, version, name_said_ms, name_confirmed_ms, email_said_ms,
                email_confirmed_ms, phone_said_ms, phone_confirmed_ms, address_said_ms,
                address_confirmed_ms
           from record
          where network_id = $1 and customer_id = $2 and record_id = $3",
        (network, customer, record),
    )
}

/// Writes the values chosen from all records, for the brand's lists, and says by which name the
/// customer stands in them.
pub(super) fn choose(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
    records: &[Record],
) -> Result<String, Fault> {
    let chosen = golden::choose(records, &trusted(tx, network, records.iter())?);
    let first = records.first().map_or(String::new(), |record| record.external_ref.clone());
    let name = chosen.name.map_or(first, |name| name.text);
    let place = chosen.place.map_or(String::new(), |place| place.text);
    let sort_key = fold(&name);
    tx.exec(
        "update customer set name = $1, sort_key = $2, place = $3
          where network_id = $4 and customer_id = $5",
        (&name, &sort_key, place, network, customer),
    )?;
    Ok(sort_key)
}

/// Lets a new record wait to be matched.
pub(super) fn wait(
    tx: &mut Tx<'_>,
    author: &Author,
    record: RecordId,
    home: CustomerId,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into match_record (network_id, record_id, organisation_id, home_id, said, version,
           indexed, fit, is_settled)
         values ($1, $2, $3, $4, '', 1, 0, 0, 1)",
        (author.network(), record, author.organisation_id(), home),
    )
}

/// Lets a record that says something else wait to be matched again.
pub(super) fn wait_again(
    tx: &mut Tx<'_>,
    network: NetworkId,
    record: RecordId,
) -> Result<u64, Fault> {
    tx.exec(
        "update match_record set version = version + 1
          where network_id = $1 and record_id = $2",
        (network, record),
    )
}

/// The customer that a record was taken in as.
pub(super) fn home(
    tx: &mut Tx<'_>,
    network: NetworkId,
    record: RecordId,
) -> Result<Option<CustomerId>, Fault> {
    let row: Option<(CustomerId,)> = tx.one(
        "select home_id from match_record where network_id = $1 and record_id = $2",
        (network, record),
    )?;
    Ok(row.map(|(home,)| home))
}
