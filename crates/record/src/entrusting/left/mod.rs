//! What the record holds that is with one organisation: lists in the order of their ids, for who
//! sees to it before that organisation leaves. Ids and titles, for the brand alone.

mod store;

use handfast_db::{Cx, Fault, FromRow, Row};
use handfast_kit::{NetworkId, OrganisationId, TimeMs, Uuid};

use crate::CustomerId;

/// One thing that is with an organisation.
#[derive(Debug, Clone)]
pub struct Found {
    /// Its id.
    pub id: Uuid,
    /// Whose it is.
    pub customer: CustomerId,
    /// What distinguishes it within its kind: a state, a leg, a kind of thing.
    pub word: String,
    /// What it is called; may be empty.
    pub title: String,
    /// By when somebody is to act; of what has no such moment, since when it is as it is.
    pub at: Option<TimeMs>,
    /// How many the list it is of has, from where it was asked on.
    pub count: i64,
}

impl FromRow for Found {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            id: row.get(0)?,
            customer: row.get(1)?,
            word: row.get(2)?,
            title: row.get(3)?,
            at: row.get(4)?,
            count: row.get(5)?,
        })
    }
}

/// Whose things, after which id, and how many at most.
pub type Asked = (NetworkId, OrganisationId, Uuid, i64);

/// The open cases that it keeps, of customers.
pub fn open_cases(cx: &mut Cx<'_>, asked: Asked) -> Result<Vec<Found>, Fault> {
    store::open_cases(cx, asked)
}

/// Deliveries that it promised and that have not arrived.
pub fn open_promises(cx: &mut Cx<'_>, asked: Asked) -> Result<Vec<Found>, Fault> {
    store::open_promises(cx, asked)
}

/// Customers of whom it alone keeps a record, of those who are still there; the id is the record's.
pub fn only_keeper(cx: &mut Cx<'_>, asked: Asked) -> Result<Vec<Found>, Fault> {
    store::only_keeper(cx, asked)
}

/// Customers to whom it is tied by an event or by somebody; the id is the customer's.
pub fn open_ties(cx: &mut Cx<'_>, asked: Asked) -> Result<Vec<Found>, Fault> {
    store::open_ties(cx, asked)
}
