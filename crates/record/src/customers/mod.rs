//! Customers, and the records behind them.
//!
//! A record is one customer as one organisation keeps it. [`receive`] takes one in; two records of
//! a network are one customer when they carry the same verified `person_key`. The customer's own
//! values are chosen from its records, and every one of them says which record it came from and
//! why it stands; [`confirm`] writes down that the customer did.

pub mod api;
mod golden;
mod lists;
mod names;
mod records;
mod rules;
mod seeing;
mod store;
#[cfg(test)]
mod tests;

use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{OrganisationId, TimeMs};
use serde::{Deserialize, Serialize};

use crate::{
    CustomerId, RecordId,
    sharing::{Author, Lens, Sight, Who},
    touches::{self, NewTouch},
};

pub use golden::{Chosen, Other, Part, Source, Statement, Statements, Value, Why};
pub use lists::{count, list, search};
pub use names::{name, name_by};
pub(crate) use names::{names_by, standings};
pub(crate) use records::{choose, keep_also, lock, lock_own_record, lock_to_change};
pub use records::{confirm, own_record, receive, revise};
pub(crate) use store::standing;

use seeing::{projected, seen, seen_each, trusted};

pub use crate::touches::Field;

/// Most customers of one page of a list.
pub const PAGE_MAX: usize = 200;

/// A human or a business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// A human.
    #[default]
    Person,
    /// A business.
    Business,
}

/// What an organisation says of a customer. Empty text means that it says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Details {
    /// A human or a business.
    pub party: Party,
    /// The whole name; made of the two parts when empty.
    pub name: String,
    /// The given name.
    pub given_name: String,
    /// The family name.
    pub family_name: String,
    /// The mail address.
    pub email: String,
    /// The phone number.
    pub phone: String,
    /// Street and house number.
    pub street: String,
    /// The postcode.
    pub postcode: String,
    /// The town.
    pub city: String,
    /// The state or province.
    pub region: String,
    /// The country.
    pub country: String,
    /// The language, as a BCP 47 tag.
    pub language: String,
}

/// A record to be taken in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Incoming {
    /// The organisation's own reference, unique among its records; 1 to 200 characters.
    pub external_ref: String,
    /// A key that the source verified to name one person, if it has one.
    pub person_key: Option<String>,
    /// What it says.
    pub details: Details,
    /// Since when the organisation knows the customer, if it says so.
    pub since: Option<TimeMs>,
}

/// What became of a record that was taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// It is a new record.
    New(CustomerId, RecordId),
    /// It was known and says something else now.
    Changed(CustomerId, RecordId),
    /// It was known and says the same.
    Same(CustomerId, RecordId),
}

impl Received {
    /// The customer and the record, whatever became of them.
    pub const fn ids(self) -> (CustomerId, RecordId) {
        match self {
            Self::New(customer, record)
            | Self::Changed(customer, record)
            | Self::Same(customer, record) => (customer, record),
        }
    }
}

/// Why a record was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No reference, or too long a one.
    #[error("a record needs the organisation's own reference, 1 to 200 characters")]
    ReferenceWrong,
    /// A text is too long.
    #[error("{0} has more than {TEXT_CHARS_MAX} characters")]
    TooLong(&'static str),
    /// There is nothing to confirm.
    #[error("the record does not say {}, so nobody can have confirmed it", .0.in_words())]
    NothingSaid(Field),
    /// Somebody changed the record in the meantime.
    #[error("the record was changed in the meantime: it is at version {0} now")]
    VersionWrong(i64),
    /// There is none, or the viewer may not see it.
    #[error("there is no such customer")]
    NotFound,
    /// The rest.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// The longest text of a record's field, in characters.
pub const TEXT_CHARS_MAX: usize = 500;

/// One record, as its viewer may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its id.
    pub id: RecordId,
    /// The customer behind it, where it stands now: not to be told, see [`Customer::id`].
    pub customer: CustomerId,
    /// Whose record it is; nobody's (nil) where the name is hidden.
    pub organisation: OrganisationId,
    /// Whose record it is, as the viewer may know it.
    pub by: Who,
    /// That organisation's own reference; empty where its name is hidden.
    pub external_ref: String,
    /// What it says, so far as the viewer sees it.
    pub details: Details,
    /// Since when the organisation knows the customer.
    pub since: TimeMs,
    /// When it last said something new, of what the viewer sees.
    pub updated: TimeMs,
    /// Counts its changes, from 1. Of a record that the viewer sees in part: a number of 53 bits
    /// that changes whenever that part does, and with nothing else.
    pub version: i64,
    /// When each field was said, and what the customer confirmed.
    pub statements: Statements,
}

/// One customer, as its viewer may see it.
#[derive(Debug, Clone)]
pub struct Customer {
    /// The id by which the viewer knows it; [`Sight::customer`] is where it stands.
    pub id: CustomerId,
    /// The values chosen from the records below, each with the record it came from.
    pub chosen: Chosen,
    /// The records of which the viewer sees something, the latest said first, at most 200.
    pub records: Vec<Record>,
    /// What the viewer sees of it, and why.
    pub sight: Sight,
}

impl Record {
    /// What it says of this field, on one line; empty where it says nothing, or the viewer does not
    /// see it.
    pub fn said(&self, field: Field) -> String {
        golden::text(field, &self.details)
    }
}

impl Customer {
    /// The name, or the first reference for those whose name nobody gave.
    pub fn name(&self) -> &str {
        match (&self.chosen.name, self.records.first()) {
            (Some(name), _) => &name.text,
            (None, Some(record)) => &record.external_ref,
            (None, None) => "",
        }
    }

    /// The highest version of the records seen: changes whenever one of them does.
    pub fn version(&self) -> i64 {
        self.records.iter().map(|record| record.version).sum()
    }
}

/// A customer in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its id.
    pub id: CustomerId,
    /// Its name, as the viewer may know it.
    pub name: String,
    /// Its town and region, as the viewer may know it.
    pub place: String,
    /// Its latest touch that the viewer sees.
    pub last: Option<TimeMs>,
    pub(crate) sort_key: String,
}

/// What the viewer sees of the customer with this id, which may have been merged into another:
/// [`Sight::customer`] says where it is now. `None` if there is nothing to see.
pub fn look(cx: &mut Cx<'_>, lens: &Lens, id: CustomerId) -> Result<Option<Sight>, Fault> {
    let Some(standing) = store::standing(cx, lens.network(), id)? else { return Ok(None) };
    let sight = lens.sight(cx, standing)?;
    Ok((sight.is_open() && sight.is_known_as(id)).then_some(sight))
}

/// The customer with this id, if the viewer sees anything of it.
pub fn find(cx: &mut Cx<'_>, lens: &Lens, id: CustomerId) -> Result<Option<Customer>, Fault> {
    let found = found(cx, lens, id)?;
    if let Some(customer) = &found {
        lens.saw(&customer.sight, rules::classes(customer), 1);
    }
    Ok(found)
}

fn found(cx: &mut Cx<'_>, lens: &Lens, id: CustomerId) -> Result<Option<Customer>, Fault> {
    match look(cx, lens, id)? {
        Some(sight) => Ok(Some(seen(cx, lens, sight)?)),
        None => Ok(None),
    }
}

/// As [`found`], by an id that the viewer need not know: a record or an entry led to it.
fn found_at(cx: &mut Cx<'_>, lens: &Lens, id: CustomerId) -> Result<Option<Customer>, Fault> {
    let Some(standing) = store::standing(cx, lens.network(), id)? else { return Ok(None) };
    let sight = lens.sight(cx, standing)?;
    if sight.is_open() { Ok(Some(seen(cx, lens, sight)?)) } else { Ok(None) }
}

/// As [`find`], for a change in the same transaction: others who would change the customer wait
/// until its end, so what is read here is what is changed.
pub fn hold(tx: &mut Tx<'_>, lens: &Lens, id: CustomerId) -> Result<Option<Customer>, Fault> {
    for _ in 0..STANDSTILL_TRIES {
        // Whoever does not see the customer holds up nobody.
        let Some(seen) = find(tx, lens, id)? else { return Ok(None) };
        let locked = records::lock_to_change(tx, lens.network(), seen.sight.customer())?;
        // It may have been merged, or parted from another, a moment ago.
        let Some(held) = find(tx, lens, id)? else { return Ok(None) };
        if locked == Some(held.sight.customer()) {
            return Ok(Some(held));
        }
    }
    Err(no_standstill())
}

/// How often a customer is looked for again that was merged or parted while it was waited for.
const STANDSTILL_TRIES: usize = 16;

fn no_standstill() -> Fault {
    Fault::other("a customer was merged and parted faster than it could be held")
}

/// The customer whose record `organisation` keeps under this reference, if the viewer sees that
/// record with its reference.
pub fn by_reference(
    cx: &mut Cx<'_>,
    lens: &Lens,
    organisation: OrganisationId,
    external_ref: &str,
) -> Result<Option<Customer>, Fault> {
    let Some((customer, id)) = store::place_of_ref(cx, lens.network(), organisation, external_ref)?
    else {
        return Ok(None);
    };
    let found = found_at(cx, lens, customer)?;
    if let Some(customer) = &found {
        lens.saw(&customer.sight, rules::classes(customer), 1);
    }
    let is_shown = |record: &Record| record.id == id && record.external_ref == external_ref;
    Ok(found.filter(|customer| customer.records.iter().any(is_shown)))
}

/// Logs a touch on a customer that the viewer sees: a call, a mail, a note. The viewer's own
/// record is named if there is one. Fails with [`Error::NotFound`] for any other customer.
pub fn log(
    tx: &mut Tx<'_>,
    lens: &Lens,
    author: &Author,
    now: TimeMs,
    customer: CustomerId,
    touch: NewTouch,
) -> Result<crate::TouchId, Error> {
    let standing = lock_seen(tx, lens, customer)?.ok_or(Error::NotFound)?;
    let records = store::records(tx, lens.network(), standing)?;
    let own = records.iter().find(|record| record.organisation == author.organisation_id());
    let record = own.map(|record| record.id);
    let touch = NewTouch { subject: standing.as_kind(), record, ..touch };
    let (id, _) = touches::append(tx, author, now, touch)?;
    Ok(id)
}

/// Where a customer that the viewer sees stands, locked against merging.
pub(crate) fn lock_seen(
    tx: &mut Tx<'_>,
    lens: &Lens,
    id: CustomerId,
) -> Result<Option<CustomerId>, Fault> {
    for _ in 0..STANDSTILL_TRIES {
        let Some(seen) = look(tx, lens, id)? else { return Ok(None) };
        let locked = lock(tx, lens.network(), seen.customer())?;
        let Some(again) = look(tx, lens, id)? else { return Ok(None) };
        if locked == Some(again.customer()) {
            return Ok(locked);
        }
    }
    Err(no_standstill())
}
