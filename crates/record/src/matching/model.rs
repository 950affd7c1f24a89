//! The model as the brand sees it: its weights, what the last run found, how much is to be done.

use handfast_db::{Cx, Fault};
use handfast_kit::TimeMs;
use handfast_matching::{Field, Model};
use serde::{Deserialize, Serialize};

use super::{doubts, engine::Engine, runs, store};
use crate::sharing::Lens;

/// The model in force, and how matching stands.
#[derive(Debug, Clone)]
pub struct InForce {
    /// The weights and where groups are cut.
    pub model: Model,
    /// What the run that made the model found; none for the built-in one.
    pub report: Option<Found>,
    /// When it was made; none for the built-in one.
    pub fitted: Option<TimeMs>,
    /// Of how many records it was made.
    pub fitted_of: i64,
    /// How many records there are.
    pub record_count: i64,
    /// How many wait to be matched.
    pub waiting_count: i64,
    /// How many are still to be indexed with the model in force.
    pub unindexed_count: i64,
    /// How many are still to be settled.
    pub unsettled_count: i64,
    /// How many pairs wait for a person.
    pub doubt_count: i64,
}

/// What a run over all records found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Found {
    /// Records read.
    pub records: u64,
    /// Groups of records, those of one included.
    pub groups: u64,
    /// Records in the largest group.
    pub largest_group: u64,
    /// Pairs that share a live key.
    pub candidates: u64,
    /// Pairs above the low cut.
    pub edges: u64,
    /// A line for each kind of key.
    pub blocking: Vec<Keys>,
    /// Values that say nothing, because unrelated records share them; the most frequent first.
    pub placeholders: Vec<Shared>,
}

/// One kind of key under which records are found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
#[schema(as = MatchingKeys)]
pub struct Keys {
    /// In words: "family and given name".
    pub kind: String,
    /// How many keys.
    pub keys: u64,
    /// How many that too many records hold; they propose nothing.
    pub retired: u64,
    /// Pairs that the others propose.
    pub pairs: u64,
}

/// A value that unrelated records share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shared {
    /// The kind of value.
    pub field: Field,
    /// As it is compared.
    pub value: String,
    /// Records that hold it.
    pub records: u64,
}

/// The model in force. It is the brand's: a partner gets `None`, since the values it names and the
/// weights come from everybody's records.
pub fn model(cx: &mut Cx<'_>, lens: &Lens) -> Result<Option<InForce>, Fault> {
    if !lens.is_whole() {
        return Ok(None);
    }
    let network = lens.network();
    let Some(matcher) = store::matcher(cx, network)? else { return Ok(None) };
    let engine: std::sync::Arc<Engine> = runs::engine(cx, network, matcher.fit)?;
    let report = match matcher.report.as_str() {
        "" => None,
        json => Some(serde_json::from_str(json).map_err(super::engine::broken)?),
    };
    Ok(Some(InForce {
        model: engine.model().clone(),
        report,
        fitted: matcher.fitted,
        fitted_of: matcher.record_count,
        record_count: store::count(cx, network)?,
        waiting_count: store::waiting_count(cx, network)?,
        unindexed_count: store::stale_count(cx, network, matcher.fit)?,
        unsettled_count: store::unsettled_count(cx, network)?,
        doubt_count: doubts::count(cx, network, doubts::OPEN)?,
    }))
}
