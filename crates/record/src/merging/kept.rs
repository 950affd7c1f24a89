//! What a customer has that has no id of its own, as it is kept beside a merge: its own row, its
//! ties, what it said, whether it is frozen, and by which ids it is known.

use std::collections::{BTreeMap, BTreeSet};

use handfast_db::Fault;
use handfast_kit::{OrganisationId, PersonId, TimeMs};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{CustomerId, RecordId, sharing::Tie};

/// What the table says of one kind of row, in `merge_kept.what`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Own = 0,
    Tie = 1,
    Said = 2,
    Frozen = 3,
    Known = 4,
}

/// A tie is of an organisation, and of one kind.
pub(super) type TieKey = (OrganisationId, i64);
/// A word is about a purpose, an organisation and a class.
pub(super) type SaidKey = (i64, OrganisationId, i64);

/// The customer's own row, and of what its values were chosen.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct OwnRow {
    pub(super) name: String,
    pub(super) sort_key: String,
    pub(super) place: String,
    /// Each record with what changes when it says something else.
    pub(super) records: Vec<(RecordId, String)>,
}

/// A tie as it lies in the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TieRow {
    pub(super) organisation: OrganisationId,
    pub(super) tie: i64,
    pub(super) from: TimeMs,
    pub(super) until: TimeMs,
    pub(super) purposes: i64,
    pub(super) denied: i64,
    pub(super) extra: i64,
    pub(super) sort_key: String,
    pub(super) made_by: String,
    pub(super) person: Option<PersonId>,
    pub(super) why: String,
}

impl TieRow {
    /// Whether something made it: no tie that everybody or a whole region has.
    pub(super) const fn is_own(&self) -> bool {
        self.tie != Tie::Territory as i64 && self.tie != Tie::None as i64
    }

    pub(super) const fn key(&self) -> TieKey {
        (self.organisation, self.tie)
    }

    /// What of it is told apart: the rest follows from records and words.
    pub(super) fn story(&self) -> (TimeMs, TimeMs, i64, &str, Option<PersonId>, &str) {
        (self.from, self.until, self.extra, &self.made_by, self.person, &self.why)
    }
}

/// A word of the customer's as it lies in the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SaidRow {
    pub(super) purpose: i64,
    pub(super) organisation: OrganisationId,
    pub(super) class: i64,
    pub(super) allowed: bool,
    pub(super) text_version: i64,
    pub(super) channel: String,
    pub(super) heard_by: OrganisationId,
    pub(super) person: Option<PersonId>,
    pub(super) at: TimeMs,
}

/// A freeze as it lies in the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FrozenRow {
    pub(super) why: String,
    pub(super) person: Option<PersonId>,
    pub(super) at: TimeMs,
}

/// All of it, of one customer at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Sets {
    pub(super) own: OwnRow,
    pub(super) ties: BTreeMap<TieKey, TieRow>,
    pub(super) said: BTreeMap<SaidKey, SaidRow>,
    pub(super) frozen: Option<FrozenRow>,
    pub(super) known: BTreeSet<(OrganisationId, CustomerId)>,
    /// The partners that wrote of it: read from its touches, and not kept.
    pub(super) wrote: BTreeSet<OrganisationId>,
}

impl Sets {
    /// The rows as they are kept: kind and JSON.
    pub(super) fn rows(&self) -> Vec<(Kind, String)> {
        let mut rows = vec![(Kind::Own, json(&self.own))];
        rows.extend(self.ties.values().map(|row| (Kind::Tie, json(row))));
        rows.extend(self.said.values().map(|row| (Kind::Said, json(row))));
        rows.extend(self.frozen.iter().map(|row| (Kind::Frozen, json(row))));
        rows.extend(self.known.iter().map(|row| (Kind::Known, json(row))));
        rows
    }

    /// What was kept as such rows.
    pub(super) fn of_rows(rows: &[(i64, String)]) -> Result<Self, Fault> {
        let mut sets = Self::default();
        for (what, text) in rows {
            match *what {
                what if what == Kind::Own as i64 => sets.own = read(text)?,
                what if what == Kind::Tie as i64 => sets.add_tie(read(text)?),
                what if what == Kind::Said as i64 => sets.add_said(read(text)?),
                what if what == Kind::Frozen as i64 => sets.frozen = Some(read(text)?),
                what if what == Kind::Known as i64 => {
                    sets.known.insert(read(text)?);
                }
                _ => return Err(Fault::other("a row of no known kind was kept beside a merge")),
            }
        }
        Ok(sets)
    }

    pub(super) fn add_tie(&mut self, row: TieRow) {
        self.ties.insert(row.key(), row);
    }

    pub(super) fn add_said(&mut self, row: SaidRow) {
        self.said.insert((row.purpose, row.organisation, row.class), row);
    }

    /// The organisations that have, or had, a tie of their own, or wrote of it.
    pub(super) fn met(&self) -> BTreeSet<OrganisationId> {
        let tied = self.ties.values().filter(|row| row.is_own()).map(|row| row.organisation);
        tied.chain(self.wrote.iter().copied()).collect()
    }
}

fn json<T: Serialize>(row: &T) -> String {
    serde_json::to_string(row).expect("rows hold only texts, numbers and ids")
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|error| Fault::other(format!("what was kept: {error}")))
}
