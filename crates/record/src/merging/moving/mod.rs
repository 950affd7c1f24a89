//! Moving rows from one customer to another: all of them, or those noted beside a merge.

mod noted;
mod refs;
mod rows;

use handfast_db::{Fault, Tx};
use handfast_kit::{NetworkId, Uuid};

use super::MergeId;
use crate::CustomerId;

pub(super) use noted::{note_all, note_since};
pub(super) use refs::lead_guests;

/// What a noted row is, in `moved.what`. Numbers are never used again for something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Record = 1,
    Touch = 2,
    Sale = 3,
    Review = 4,
    Case = 5,
    Request = 6,
    Look = 7,
    /// Of the search; noted only while a merge is undone.
    Entry = 8,
}

/// From where to where rows move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) network: NetworkId,
    pub(super) from: CustomerId,
    pub(super) to: CustomerId,
    /// Whose noted rows move, where not all do.
    pub(super) merge: MergeId,
    pub(super) extent: Extent,
}

/// Which rows move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// All of the customer.
    Whole,
    /// Those noted beside the merge.
    Noted,
}

impl Way {
    /// 1 if all rows move.
    const fn whole(&self) -> i64 {
        match self.extent {
            Extent::Whole => 1,
            Extent::Noted => 0,
        }
    }
}

/// Moves the rows, and what leads to them by other keys.
pub(super) fn go(tx: &mut Tx<'_>, way: &Way) -> Result<(), Fault> {
    refs::lead(tx, way)?;
    rows::shift(tx, way)
}

/// Ids as statements take many: a JSON list of hexadecimal texts.
fn json(ids: &[Uuid]) -> String {
    let texts: Vec<String> = ids.iter().map(|id| id.simple().to_string()).collect();
    serde_json::to_string(&texts).expect("a list of texts is always JSON")
}

/// Most ids that one statement takes.
const BATCH: usize = 1_000;
