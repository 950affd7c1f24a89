use handfast_db::{Cx, Fault, FromRow, Row, Tx};
use handfast_kit::{NetworkId, OrganisationId};

use crate::{
    CustomerId, RecordId,
    merging::kept::{FrozenRow, OwnRow, SaidRow, TieRow},
};

impl FromRow for TieRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            organisation: row.get(0)?,
            tie: row.get(1)?,
            from: row.get(2)?,
            until: row.get(3)?,
            purposes: row.get(4)?,
            denied: row.get(5)?,
            extra: row.get(6)?,
            sort_key: row.get(7)?,
            made_by: row.get(8)?,
            person: row.get(9)?,
            why: row.get(10)?,
        })
    }
}

impl FromRow for SaidRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            purpose: row.get(0)?,
            organisation: row.get(1)?,
            class: row.get(2)?,
            allowed: row.get::<i64>(3)? != 0,
            text_version: row.get(4)?,
            channel: row.get(5)?,
            heard_by: row.get(6)?,
            person: row.get(7)?,
            at: row.get(8)?,
        })
    }
}

impl FromRow for FrozenRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self { why: row.get(0)?, person: row.get(1)?, at: row.get(2)? })
    }
}

/// Name, key in lists, place.
pub(super) fn own(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Option<(String, String, String)>, Fault> {
    cx.one(
        "select name, sort_key, place from customer where network_id = $1 and customer_id = $2",
        (network, customer),
    )
}

/// What changes of each record when it says something else, or the customer confirms it.
pub(super) fn states(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Vec<(RecordId, String)>, Fault> {
    type Row = (RecordId, i64, Option<i64>, Option<i64>, Option<i64>, Option<i64>);
    let rows: Vec<Row> = cx.all(
        "select record_id, version, name_confirmed_ms, email_confirmed_ms, phone_confirmed_ms,
                address_confirmed_ms
           from record
          where network_id = $1 and customer_id = $2
          order by record_id
          limit 1000",
        (network, customer),
    )?;
    let state = |(record, version, name, email, phone, address): Row| {
        let confirmed = [name, email, phone, address].map(|at| at.map_or(0, |at| at));
        (record, format!("{version} {confirmed:?}"))
    };
    Ok(rows.into_iter().map(state).collect())
}

pub(super) fn ties(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Vec<TieRow>, Fault> {
    cx.all(
        "select organisation_id, tie, from_ms, until_ms, purposes, denied, extra, sort_key, made_by,
                person_id, why
           from tie
          where network_id = $1 and customer_id = $2
          order by organisation_id, tie
          limit 100000",
        (network, customer),
    )
}

pub(super) fn insert_tie(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
    row: &TieRow,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into tie (network_id, customer_id, organisation_id, tie, from_ms, until_ms,
           purposes, denied, extra, sort_key, made_by, person_id, why)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        (
            network,
            customer,
            row.organisation,
            row.tie,
            row.from,
            row.until,
            row.purposes,
            row.denied,
            row.extra,
            &row.sort_key,
            &row.made_by,
            row.person,
            &row.why,
        ),
    )
}

pub(super) fn delete_ties(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<u64, Fault> {
    tx.exec("delete from tie where network_id = $1 and customer_id = $2", (network, customer))
}

pub(super) fn said(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Vec<SaidRow>, Fault> {
    cx.all(
        "select purpose, organisation_id, class, allowed, text_version, channel, heard_by,
                person_id, at_ms
           from saying
          where network_id = $1 and customer_id = $2
          order by purpose, organisation_id, class
          limit 5000",
        (network, customer),
    )
}

pub(super) fn insert_said(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
    row: &SaidRow,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into saying (network_id, customer_id, purpose, organisation_id, class, allowed,
           text_version, channel, heard_by, person_id, at_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        (
            network,
            customer,
            row.purpose,
            row.organisation,
            row.class,
            row.allowed,
            row.text_version,
            &row.channel,
            row.heard_by,
            row.person,
            row.at,
        ),
    )
}

pub(super) fn delete_said(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<u64, Fault> {
    tx.exec("delete from saying where network_id = $1 and customer_id = $2", (network, customer))
}

pub(super) fn frozen(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Option<FrozenRow>, Fault> {
    cx.one(
        "select why, person_id, at_ms from frozen where network_id = $1 and customer_id = $2",
        (network, customer),
    )
}

pub(super) fn insert_frozen(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
    row: &FrozenRow,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into frozen (network_id, customer_id, why, person_id, at_ms)
         values ($1, $2, $3, $4, $5)",
        (network, customer, &row.why, row.person, row.at),
    )
}

pub(super) fn delete_frozen(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<u64, Fault> {
    tx.exec("delete from frozen where network_id = $1 and customer_id = $2", (network, customer))
}

pub(super) fn known(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Vec<(OrganisationId, CustomerId)>, Fault> {
    cx.all(
        "select organisation_id, known_id
           from known_as
          where network_id = $1 and customer_id = $2
          order by organisation_id, known_id
          limit 100000",
        (network, customer),
    )
}

pub(super) fn authors(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Vec<(OrganisationId,)>, Fault> {
    cx.all(
        "select organisation_id
           from touch
          where network_id = $1 and subject_id = $2
          group by organisation_id
          order by organisation_id
          limit 1000",
        (network, customer),
    )
}

pub(super) fn insert_known(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
    (organisation, known): (OrganisationId, CustomerId),
) -> Result<u64, Fault> {
    tx.exec(
        "insert into known_as (network_id, customer_id, organisation_id, known_id)
         values ($1, $2, $3, $4)",
        (network, customer, organisation, known),
    )
}

pub(super) fn delete_known(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<u64, Fault> {
    tx.exec("delete from known_as where network_id = $1 and customer_id = $2", (network, customer))
}

/// Writes the customer's own row, which stands for itself from now on.
pub(super) fn name(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
    own: &OwnRow,
) -> Result<u64, Fault> {
    tx.exec(
        "update customer set name = $1, sort_key = $2, place = $3, merged_into = null
          where network_id = $4 and customer_id = $5",
        (&own.name, &own.sort_key, &own.place, network, customer),
    )
}

/// Says where a customer went. Behind the second wall everybody may follow it, so nothing else is
/// left on the row.
pub(super) fn mark_merged(
    tx: &mut Tx<'_>,
    network: NetworkId,
    from: CustomerId,
    into: CustomerId,
) -> Result<u64, Fault> {
    tx.exec(
        "update customer set name = '', sort_key = '', place = '', merged_into = $1
          where network_id = $2 and customer_id = $3",
        (into, network, from),
    )
}
