//! Which records of organisations say something new: for who waits for what an organisation holds.
//! Ids alone.

mod store;

use handfast_db::{Cx, Fault};
use handfast_kit::{OrganisationId, TimeMs};
use serde_json::Value;

use crate::{CustomerId, RecordId, sharing::Author, touches::Field};

/// A record that was written or changed by its own organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restated {
    /// Where it lies.
    pub customer: CustomerId,
    /// Which record.
    pub record: RecordId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// As of when it says so.
    pub at: TimeMs,
    /// When that was written down.
    pub recorded: TimeMs,
    /// Of which of its details it was told.
    pub fields: &'static [Field],
}

/// The records that were restated in the next `limit` touches of the feed after number `after`, in
/// the order of the feed, and the number of the last touch that was looked at; `after` itself while
/// there is none.
pub fn restated(
    cx: &mut Cx<'_>,
    author: &Author,
    after: i64,
    limit: usize,
) -> Result<(Vec<Restated>, i64), Fault> {
    let network = author.network();
    let last = store::last_number(cx, network)?;
    let until = last.min(after.saturating_add(limit as i64));
    if until <= after {
        return Ok((Vec::new(), after));
    }
    let rows = store::restated(cx, network, (after, until))?;
    let row = |(customer, record, organisation, kind, at, recorded): store::Row| Restated {
        customer,
        record,
        organisation,
        at,
        recorded,
        fields: fields(&kind),
    };
    Ok((rows.into_iter().map(row).collect(), until))
}

/// What each kind of touch tells of a record.
fn fields(kind: &str) -> &'static [Field] {
    match kind {
        "address_changed" => &[Field::Address],
        "contact_changed" => &[Field::Phone, Field::Email],
        // A record that is new, or of which something else changed.
        _ => &Field::ALL,
    }
}

/// Where the author's own records with these references lie: those that there are, at most 1,000.
pub fn of_refs(
    cx: &mut Cx<'_>,
    author: &Author,
    refs: &[&str],
) -> Result<Vec<(String, CustomerId)>, Fault> {
    let refs = Value::from(refs.iter().copied().map(Value::from).collect::<Vec<_>>());
    store::of_refs(cx, author.network(), author.organisation_id(), &refs.to_string())
}

/// Of these customers, those that others were merged into; at most 1,000.
pub fn with_merged(
    cx: &mut Cx<'_>,
    author: &Author,
    customers: &[CustomerId],
) -> Result<Vec<CustomerId>, Fault> {
    let ids = customers.iter().map(|id| Value::from(id.uuid().simple().to_string()));
    let ids = Value::from(ids.collect::<Vec<_>>()).to_string();
    let rows = store::with_merged(cx, author.network(), &ids)?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
