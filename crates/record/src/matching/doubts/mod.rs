//! Pairs of records that a person shall look at.

mod store;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{NetworkId, OrganisationId, TimeMs};
use serde::{Deserialize, Serialize};

use super::decisions::Verdict;
use crate::RecordId;

/// Why the model does not decide alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// They are alike, and not alike enough.
    Near,
    /// One of them matches two customers about equally.
    Torn,
    /// Two of their records match, all of them together do not.
    Bridged,
    /// To merge them would tell these partners that two customers of theirs are one.
    Tells {
        /// Whom it would tell.
        organisations: Vec<OrganisationId>,
    },
    /// A partner said so of its own records.
    Said {
        /// Which partner.
        organisation: OrganisationId,
        /// What it said.
        verdict: Verdict,
        /// Why, in its words.
        words: String,
    },
    /// They could not be merged.
    Refused {
        /// Why not.
        words: String,
    },
    /// So many records are alike that no model should decide.
    Crowd,
}

impl Why {
    fn read(json: &str) -> Self {
        // Written by a newer version, it is a doubt all the same.
        serde_json::from_str(json).unwrap_or(Self::Near)
    }

    fn json(&self) -> String {
        serde_json::to_string(self).expect("ids and texts are always JSON")
    }

    /// Its word, as in the API.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Near => "near",
            Self::Torn => "torn",
            Self::Bridged => "bridged",
            Self::Tells { .. } => "tells",
            Self::Said { .. } => "said",
            Self::Refused { .. } => "refused",
            Self::Crowd => "crowd",
        }
    }

    /// The organisations it names.
    pub fn organisations(&self) -> Vec<OrganisationId> {
        match self {
            Self::Tells { organisations } => organisations.clone(),
            Self::Said { organisation, .. } => vec![*organisation],
            _ => Vec::new(),
        }
    }

    /// As a sentence; `names` are those of the organisations it names.
    pub fn sentence(&self, names: &HashMap<OrganisationId, String>) -> String {
        let name = |id: &OrganisationId| names.get(id).map_or("a partner", String::as_str);
        match self {
            Self::Near => "They are alike, but not enough to be sure.".to_owned(),
            Self::Torn => "One of them matches two customers about equally well.".to_owned(),
            Self::Bridged => {
                "Two of their records match, but all their records together do not.".to_owned()
            }
            Self::Tells { organisations } => {
                let named: Vec<&str> = organisations.iter().map(name).collect();
                let named = named.join(" and ");
                format!("To merge them would tell {named} that two customers it knows are one.")
            }
            Self::Said { organisation, verdict, words } => {
                let said = match verdict {
                    Verdict::Same => "one customer",
                    Verdict::Apart => "two customers",
                    Verdict::Skip => "hard to tell apart",
                };
                let because = if words.is_empty() { String::new() } else { format!(": {words}") };
                format!("{} says that they are {said}{because}.", name(organisation))
            }
            Self::Refused { words } => format!("They match, but were not merged: {words}."),
            Self::Crowd => {
                "So many records are alike here that they are left as they are.".to_owned()
            }
        }
    }
}

/// A pair in doubt, as it is stored; the smaller record first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Open {
    pub(super) records: (RecordId, RecordId),
    /// In 1/256 bit.
    pub(super) weight: i32,
    pub(super) why: Why,
    /// `open`, `decided` or `skipped`.
    pub(super) state: String,
    pub(super) found: TimeMs,
}

pub(super) const OPEN: &str = "open";
pub(super) const SKIPPED: &str = "skipped";
pub(super) const DECIDED: &str = "decided";

/// A doubt that was found.
pub(super) type Found = BTreeMap<(RecordId, RecordId), (i32, Why)>;

/// Writes what is doubtful of these records now. What was doubtful and is so no more goes away;
/// what somebody skipped stays skipped while it weighs the same.
pub(super) fn write(
    tx: &mut Tx<'_>,
    network: NetworkId,
    now: TimeMs,
    records: &BTreeSet<RecordId>,
    mut found: Found,
) -> Result<(), Fault> {
    for &record in records {
        let mut known = store::of_smaller(tx, network, record)?;
        known.extend(store::of_larger(tx, network, record)?);
        for doubt in known {
            match found.get(&doubt.records) {
                Some((weight, why)) if *weight == doubt.weight && *why == doubt.why => {
                    if doubt.state != DECIDED {
                        found.remove(&doubt.records);
                    }
                }
                Some(_) => {}
                None if doubt.state == DECIDED => {}
                None => {
                    store::delete(tx, network, doubt.records)?;
                }
            }
        }
    }
    for (records, (weight, why)) in found {
        let doubt = Open { records, weight, why, state: OPEN.to_owned(), found: now };
        store::put(tx, network, &doubt, now)?;
    }
    Ok(())
}

/// Keeps of a doubt that somebody decided it, or skipped it.
pub(super) fn close(
    tx: &mut Tx<'_>,
    network: NetworkId,
    now: TimeMs,
    pair: (RecordId, RecordId),
    state: &str,
) -> Result<(), Fault> {
    if let Some(doubt) = store::one(tx, network, pair)? {
        store::put(tx, network, &Open { state: state.to_owned(), ..doubt }, now)?;
    }
    Ok(())
}

/// Doubts in this state after a place, the strongest first.
pub(super) fn list(
    cx: &mut Cx<'_>,
    network: NetworkId,
    state: &str,
    after: (i32, RecordId, RecordId),
    limit: usize,
) -> Result<Vec<Open>, Fault> {
    store::list(cx, network, state, after, limit)
}

/// How many are in this state.
pub(super) fn count(cx: &mut Cx<'_>, network: NetworkId, state: &str) -> Result<i64, Fault> {
    store::count(cx, network, state)
}

/// The doubt about a pair, if there is or was one.
pub(super) fn one(
    cx: &mut Cx<'_>,
    network: NetworkId,
    pair: (RecordId, RecordId),
) -> Result<Option<Open>, Fault> {
    store::one(cx, network, pair)
}
