use handfast_db::{Cx, Fault, FromRow, Row, Sql, Tx};
use handfast_kit::{NetworkId, OrganisationId, TimeMs};

use super::engine::Said;
use crate::{
    CustomerId, RecordId,
    customers::{Details, Party},
};

/// The model of a network, and its last run.
#[derive(Debug, Clone)]
pub(super) struct Matcher {
    /// Counts the models.
    pub(super) fit: i64,
    /// Whether keys of the model before are still being taken away.
    pub(super) is_clearing: bool,
    /// JSON of the report of the last run; empty without one.
    pub(super) report: String,
    /// Of how many records the model was made.
    pub(super) record_count: i64,
    /// When it was made; none for the built-in one.
    pub(super) fitted: Option<TimeMs>,
}

impl FromRow for Matcher {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            fit: row.get(0)?,
            is_clearing: row.get(1)?,
            report: row.get(2)?,
            record_count: row.get(3)?,
            fitted: row.get(4)?,
        })
    }
}

/// A record as matching holds it.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) id: RecordId,
    pub(super) organisation: OrganisationId,
    /// The customer it was taken in as.
    pub(super) home: CustomerId,
    /// JSON of what was indexed.
    pub(super) said: String,
    pub(super) version: i64,
    pub(super) indexed: i64,
    pub(super) fit: i64,
}

impl FromRow for Held {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            id: row.get(0)?,
            organisation: row.get(1)?,
            home: row.get(2)?,
            said: row.get(3)?,
            version: row.get(4)?,
            indexed: row.get(5)?,
            fit: row.get(6)?,
        })
    }
}

impl FromRow for Said {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        let party: String = row.get(0)?;
        let details = Details {
            party: if party == "business" { Party::Business } else { Party::Person },
            name: row.get(1)?,
            given_name: row.get(2)?,
            family_name: row.get(3)?,
            email: row.get(4)?,
            phone: row.get(5)?,
            street: row.get(6)?,
            postcode: row.get(7)?,
            city: row.get(8)?,
            region: row.get(9)?,
            country: row.get(10)?,
            language: String::new(),
        };
        Ok(Self::of(&details))
    }
}

/// The matcher, held until the transaction ends: one at a time matches records of a network.
pub(super) fn lock(tx: &mut Tx<'_>, network: NetworkId) -> Result<Option<Matcher>, Fault> {
    tx.one(
        Sql {
            sqlite: "select fit, is_clearing, report, record_count, fitted_ms
                       from matcher where network_id = $1",
            postgres: "select fit, is_clearing, report, record_count, fitted_ms
                         from matcher where network_id = $1 for update",
        },
        (network,),
    )
}

pub(super) fn matcher(cx: &mut Cx<'_>, network: NetworkId) -> Result<Option<Matcher>, Fault> {
    cx.one(
        "select fit, is_clearing, report, record_count, fitted_ms
           from matcher where network_id = $1",
        (network,),
    )
}

/// The model's text: long, and the same for each fit.
pub(super) fn model(cx: &mut Cx<'_>, network: NetworkId) -> Result<Option<(i64, String)>, Fault> {
    cx.one("select fit, model from matcher where network_id = $1", (network,))
}

pub(super) fn set_model(
    tx: &mut Tx<'_>,
    network: NetworkId,
    model: &str,
    report: &str,
    record_count: i64,
    now: TimeMs,
) -> Result<u64, Fault> {
    tx.exec(
        "update matcher set model = $1, report = $2, record_count = $3, fitted_ms = $4,
           fit = fit + 1, is_clearing = 1
          where network_id = $5",
        (model, report, record_count, now, network),
    )
}

pub(super) fn cleared(tx: &mut Tx<'_>, network: NetworkId) -> Result<u64, Fault> {
    tx.exec("update matcher set is_clearing = 0 where network_id = $1", (network,))
}

/// Records that wait, at most `limit`.
pub(super) fn waiting(
    cx: &mut Cx<'_>,
    network: NetworkId,
    limit: usize,
) -> Result<Vec<Held>, Fault> {
    cx.all(
        "select record_id, organisation_id, home_id, said, version, indexed, fit
           from match_record
          where network_id = $1 and version <> indexed
          order by record_id
          limit $2",
        (network, limit as i64),
    )
}

/// Records that were indexed with a model before this one, at most `limit`.
pub(super) fn stale(
    cx: &mut Cx<'_>,
    network: NetworkId,
    fit: i64,
    limit: usize,
) -> Result<Vec<Held>, Fault> {
    cx.all(
        "select record_id, organisation_id, home_id, said, version, indexed, fit
           from match_record
          where network_id = $1 and fit > 0 and fit < $2
          order by fit, record_id
          limit $3",
        (network, fit, limit as i64),
    )
}

/// Records that are indexed and not settled, at most `limit`.
pub(super) fn unsettled(
    cx: &mut Cx<'_>,
    network: NetworkId,
    limit: usize,
) -> Result<Vec<RecordId>, Fault> {
    let rows: Vec<(RecordId,)> = cx.all(
        "select record_id
           from match_record
          where network_id = $1 and is_settled = 0
          order by record_id
          limit $2",
        (network, limit as i64),
    )?;
    Ok(rows.into_iter().map(|(record,)| record).collect())
}

pub(super) fn held(
    cx: &mut Cx<'_>,
    network: NetworkId,
    record: RecordId,
) -> Result<Option<Held>, Fault> {
    cx.one(
        "select record_id, organisation_id, home_id, said, version, indexed, fit
           from match_record
          where network_id = $1 and record_id = $2",
        (network, record),
    )
}

/// As [`held`] for up to [`AT_ONCE`] records; the last id stands in for those that are missing.
pub(super) fn some_held(
    cx: &mut Cx<'_>,
    network: NetworkId,
    records: &[RecordId; AT_ONCE],
) -> Result<Vec<Held>, Fault> {
    let [one, two, three, four, five, six, seven, eight] = *records;
    cx.all(
        "select record_id, organisation_id, home_id, said, version, indexed, fit
           from match_record
          where network_id = $1 and record_id in ($2, $3, $4, $5, $6, $7, $8, $9)
          order by record_id
          limit 8",
        (network, one, two, three, four, five, six, seven, eight),
    )
}

/// How many records one statement asks for.
pub(super) const AT_ONCE: usize = 8;

/// The records that were taken in as this customer, at most 1,000.
pub(super) fn of_home(
    cx: &mut Cx<'_>,
    network: NetworkId,
    home: CustomerId,
) -> Result<Vec<RecordId>, Fault> {
    let rows: Vec<(RecordId,)> = cx.all(
        "select record_id
           from match_record
          where network_id = $1 and home_id = $2
          order by record_id
          limit 1000",
        (network, home),
    )?;
    Ok(rows.into_iter().map(|(record,)| record).collect())
}

/// Records of an organisation after this one, by id.
pub(super) fn of_organisation(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    after: RecordId,
    limit: usize,
) -> Result<Vec<Held>, Fault> {
    cx.all(
        "select record_id, organisation_id, home_id, said, version, indexed, fit
           from match_record
          where network_id = $1 and organisation_id = $2 and record_id > $3
          order by record_id
          limit $4",
        (network, organisation, after, limit as i64),
    )
}

/// Records after this one, by id, to look at all of them page by page.
pub(super) fn after(
    cx: &mut Cx<'_>,
    network: NetworkId,
    after: RecordId,
    limit: usize,
) -> Result<Vec<Held>, Fault> {
    cx.all(
        "select record_id, organisation_id, home_id, said, version, indexed, fit
           from match_record
          where network_id = $1 and record_id > $2
          order by record_id
          limit $3",
        (network, after, limit as i64),
    )
}

/// Keeps what was indexed of a record, as it stood when it was read.
pub(super) fn indexed(
    tx: &mut Tx<'_>,
    network: NetworkId,
    record: &Held,
    said: &str,
    fit: i64,
) -> Result<u64, Fault> {
    tx.exec(
        "update match_record set said = $1, indexed = $2, fit = $3, is_settled = 0
          where network_id = $4 and record_id = $5",
        (said, record.version, fit, network, record.id),
    )
}

pub(super) fn mark_settled(
    tx: &mut Tx<'_>,
    network: NetworkId,
    record: RecordId,
) -> Result<u64, Fault> {
    tx.exec(
        "update match_record set is_settled = 1
          where network_id = $1 and record_id = $2 and is_settled = 0",
        (network, record),
    )
}

pub(super) fn mark_unsettled(
    tx: &mut Tx<'_>,
    network: NetworkId,
    record: RecordId,
) -> Result<u64, Fault> {
    tx.exec(
        "update match_record set is_settled = 0
          where network_id = $1 and record_id = $2 and is_settled = 1",
        (network, record),
    )
}

pub(super) fn count(cx: &mut Cx<'_>, network: NetworkId) -> Result<i64, Fault> {
    let row: Option<(i64,)> =
        cx.one("select count(*) from match_record where network_id = $1", (network,))?;
    Ok(row.map_or(0, |(count,)| count))
}

pub(super) fn waiting_count(cx: &mut Cx<'_>, network: NetworkId) -> Result<i64, Fault> {
    let row: Option<(i64,)> = cx.one(
        "select count(*) from match_record where network_id = $1 and version <> indexed",
        (network,),
    )?;
    Ok(row.map_or(0, |(count,)| count))
}

pub(super) fn stale_count(cx: &mut Cx<'_>, network: NetworkId, fit: i64) -> Result<i64, Fault> {
    let row: Option<(i64,)> = cx.one(
        "select count(*) from match_record where network_id = $1 and fit > 0 and fit < $2",
        (network, fit),
    )?;
    Ok(row.map_or(0, |(count,)| count))
}

pub(super) fn unsettled_count(cx: &mut Cx<'_>, network: NetworkId) -> Result<i64, Fault> {
    let row: Option<(i64,)> = cx.one(
        "select count(*) from match_record where network_id = $1 and is_settled = 0",
        (network,),
    )?;
    Ok(row.map_or(0, |(count,)| count))
}

/// Into which customer this one was merged.
pub(super) fn merged_into(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Option<CustomerId>, Fault> {
    let row: Option<(Option<CustomerId>,)> = cx.one(
        "select merged_into from customer where network_id = $1 and customer_id = $2",
        (network, customer),
    )?;
    Ok(row.and_then(|(merged_into,)| merged_into))
}

/// What a record says now.
pub(super) fn said(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
    record: RecordId,
) -> Result<Option<Said>, Fault> {
    cx.one(
        "select party, name, given_name, family_name, email, phone, street, postcode, city, region,
                country
           from record
          where network_id = $1 and customer_id = $2 and record_id = $3",
        (network, customer, record),
    )
}
