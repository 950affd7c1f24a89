//! What people decided of two records: kept for ever, the latest counts, and outranks the model.

mod store;

use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{Id, NetworkId, OrganisationId, PersonId, TimeMs};
use serde::{Deserialize, Serialize};

use crate::{RecordId, sharing::Author};

/// Marks the id of a decision.
#[derive(Debug, Clone, Copy)]
pub enum DecisionMark {}
/// Which decision.
pub type DecisionId = Id<DecisionMark>;

/// What somebody says of two records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// They are one customer.
    Same,
    /// They are two.
    Apart,
    /// Nobody can tell now.
    Skip,
}

impl Verdict {
    /// Its word, as in the API and the database.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Apart => "apart",
            Self::Skip => "skip",
        }
    }

    /// The verdict with this word.
    pub fn named(word: &str) -> Option<Self> {
        [Self::Same, Self::Apart, Self::Skip].into_iter().find(|one| one.word() == word)
    }
}

/// What somebody decided of two records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Its id.
    pub id: DecisionId,
    /// The two records.
    pub records: (RecordId, RecordId),
    /// What was decided.
    pub verdict: Verdict,
    /// Whose word it is. A partner's is heard by the brand, and decides nothing by itself.
    pub organisation: OrganisationId,
    /// Who said so.
    pub person: Option<PersonId>,
    /// Why, in words; may be empty.
    pub why: String,
    /// When.
    pub at: TimeMs,
}

/// Writes a decision down.
pub(super) fn write(
    tx: &mut Tx<'_>,
    author: &Author,
    now: TimeMs,
    records: (RecordId, RecordId),
    verdict: Verdict,
    why: &str,
) -> Result<Decision, Fault> {
    let decision = Decision {
        id: DecisionId::at(now),
        records,
        verdict,
        organisation: author.organisation_id(),
        person: author.person_id(),
        why: why.to_owned(),
        at: now,
    };
    store::insert(tx, author, records, &decision)?;
    store::insert(tx, author, (records.1, records.0), &decision)?;
    Ok(decision)
}

/// What was decided of a record and others, the earliest first.
pub(super) fn of_record(
    cx: &mut Cx<'_>,
    network: NetworkId,
    record: RecordId,
) -> Result<Vec<Decision>, Fault> {
    store::of_record(cx, network, record)
}

/// What was decided of two records, the earliest first.
pub(super) fn of_pair(
    cx: &mut Cx<'_>,
    network: NetworkId,
    records: (RecordId, RecordId),
) -> Result<Vec<Decision>, Fault> {
    store::of_pair(cx, network, records)
}
