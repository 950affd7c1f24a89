//! What the calls answer with.

use std::collections::HashMap;

use handfast_db::{Cx, Fault};
use handfast_kit::{OrganisationId, PersonId, TimeMs};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    CustomerId, RecordId,
    customers::{Details, Record},
    matching::{Decision, DecisionId, InForce, Keys, Line, Link, Pair, Together, Verdict},
    organisations,
    sharing::Lens,
};

/// What one comparison says
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MatchingLine)]
pub(super) struct ShownLine {
    /// What was compared: `family name`.
    comparison: String,
    /// How it came out, in words: `one letter apart`.
    level: String,
    /// What it adds to the weight, in bits: each doubles the odds that they are one.
    bits: f64,
}

impl From<Line> for ShownLine {
    fn from(line: Line) -> Self {
        Self { comparison: line.comparison, level: line.level, bits: bits(line.weight) }
    }
}

fn bits(weight: i32) -> f64 {
    f64::from(weight) / 256.0
}

/// A record beside another
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MatchingSide)]
struct ShownSide {
    #[schema(value_type = String, format = "uuid")]
    record_id: RecordId,
    #[schema(value_type = String, format = "uuid")]
    customer_id: CustomerId,
    customer_name: String,
    #[schema(value_type = String, format = "uuid")]
    organisation_id: OrganisationId,
    external_ref: String,
    details: Details,
}

/// Two records side by side
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MatchingPair)]
pub(super) struct ShownPair {
    one: ShownSide,
    other: ShownSide,
    /// In bits.
    bits: f64,
    lines: Vec<ShownLine>,
    /// `near`, `torn`, `bridged`, `tells`, `said`, `refused`, `crowd`; none where it is not in
    /// doubt.
    why: Option<&'static str>,
    /// The same as a sentence.
    why_sentence: Option<String>,
    /// Since when it has been in doubt, RFC 3339.
    found: Option<String>,
    decisions: Vec<ShownDecision>,
}

/// Pairs with the names of organisations that their doubts name.
pub(super) fn pairs(
    cx: &mut Cx<'_>,
    lens: &Lens,
    pairs: Vec<Pair>,
) -> Result<Vec<ShownPair>, Fault> {
    let named = pairs
        .iter()
        .filter_map(|pair| pair.why.as_ref())
        .flat_map(super::super::Why::organisations);
    let named: Vec<OrganisationId> = named.collect();
    let names = organisations::names(cx, lens.network(), named)?;
    Ok(pairs.into_iter().map(|pair| shown(pair, &names)).collect())
}

fn shown(pair: Pair, names: &HashMap<OrganisationId, String>) -> ShownPair {
    let side = |record: Record, customer_id: CustomerId, customer_name: String| ShownSide {
        record_id: record.id,
        customer_id,
        customer_name,
        organisation_id: record.organisation,
        external_ref: record.external_ref,
        details: record.details,
    };
    ShownPair {
        why: pair.why.as_ref().map(super::super::Why::word),
        why_sentence: pair.why.as_ref().map(|why| why.sentence(names)),
        one: side(pair.records.0, pair.customers.0, pair.names.0),
        other: side(pair.records.1, pair.customers.1, pair.names.1),
        bits: bits(pair.weight),
        lines: pair.lines.into_iter().map(ShownLine::from).collect(),
        found: pair.found.map(TimeMs::rfc3339),
        decisions: pair.decisions.into_iter().map(ShownDecision::from).collect(),
    }
}

/// What somebody said of two records
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MatchingDecision)]
pub(super) struct ShownDecision {
    #[schema(value_type = String, format = "uuid")]
    id: DecisionId,
    #[schema(value_type = String, format = "uuid")]
    record_id: RecordId,
    #[schema(value_type = String, format = "uuid")]
    other_id: RecordId,
    verdict: Verdict,
    #[schema(value_type = String, format = "uuid")]
    organisation_id: OrganisationId,
    #[schema(value_type = Option<String>, format = "uuid")]
    person_id: Option<PersonId>,
    why: String,
    /// RFC 3339.
    at: String,
}

impl From<Decision> for ShownDecision {
    fn from(decision: Decision) -> Self {
        Self {
            id: decision.id,
            record_id: decision.records.0,
            other_id: decision.records.1,
            verdict: decision.verdict,
            organisation_id: decision.organisation,
            person_id: decision.person,
            why: decision.why,
            at: decision.at.rfc3339(),
        }
    }
}

/// A link between two records of a customer
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MatchingLink)]
struct ShownLink {
    #[schema(value_type = String, format = "uuid")]
    record_id: RecordId,
    #[schema(value_type = String, format = "uuid")]
    other_id: RecordId,
    /// In bits.
    bits: f64,
    lines: Vec<ShownLine>,
    /// Whether the source verified that both are one customer.
    is_verified: bool,
}

impl From<Link> for ShownLink {
    fn from(link: Link) -> Self {
        Self {
            record_id: link.records.0,
            other_id: link.records.1,
            bits: bits(link.weight),
            lines: link.lines.into_iter().map(ShownLine::from).collect(),
            is_verified: link.is_verified,
        }
    }
}

/// What holds a customer's records together
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CustomerMatches)]
pub(super) struct ShownTogether {
    /// The strongest first; enough to connect all records.
    links: Vec<ShownLink>,
    /// The earliest first; a partner sees its own.
    decisions: Vec<ShownDecision>,
}

impl From<Together> for ShownTogether {
    fn from(together: Together) -> Self {
        Self {
            links: together.links.into_iter().map(ShownLink::from).collect(),
            decisions: together.decisions.into_iter().map(ShownDecision::from).collect(),
        }
    }
}

/// A value that unrelated records share
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MatchingPlaceholder)]
struct ShownShared {
    /// The kind of value: `phone`, `email`, `birth_date`.
    #[schema(value_type = String)]
    field: crate::matching::Field,
    value: String,
    records: u64,
}

/// What the last run over all records found
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MatchingReport)]
struct ShownReport {
    records: u64,
    groups: u64,
    largest_group: u64,
    candidates: u64,
    edges: u64,
    blocking: Vec<Keys>,
    placeholders: Vec<ShownShared>,
}

/// The model, and how matching stands
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MatchingModel)]
pub(super) struct ShownModel {
    /// Groups are joined from this weight on, in bits.
    cut_bits: f64,
    /// From this weight on they are doubtful, in bits.
    doubt_bits: f64,
    /// A key that more records hold proposes nothing.
    key_records_max: u32,
    /// When it was made of the records, RFC 3339; none for the built-in one.
    fitted: Option<String>,
    fitted_of: i64,
    report: Option<ShownReport>,
    record_count: i64,
    /// To be matched.
    waiting_count: i64,
    /// To be indexed with the new model.
    unindexed_count: i64,
    /// Indexed, their customers to be settled.
    unsettled_count: i64,
    doubt_count: i64,
}

impl From<InForce> for ShownModel {
    fn from(model: InForce) -> Self {
        let cuts = model.model.cuts();
        let report = model.report.map(|found| ShownReport {
            records: found.records,
            groups: found.groups,
            largest_group: found.largest_group,
            candidates: found.candidates,
            edges: found.edges,
            blocking: found.blocking,
            placeholders: found
                .placeholders
                .into_iter()
                .map(|shared| ShownShared {
                    field: shared.field,
                    value: shared.value,
                    records: shared.records,
                })
                .collect(),
        });
        Self {
            cut_bits: bits(cuts.high),
            doubt_bits: bits(cuts.low),
            key_records_max: model.model.key_records_max,
            fitted: model.fitted.map(TimeMs::rfc3339),
            fitted_of: model.fitted_of,
            report,
            record_count: model.record_count,
            waiting_count: model.waiting_count,
            unindexed_count: model.unindexed_count,
            unsettled_count: model.unsettled_count,
            doubt_count: model.doubt_count,
        }
    }
}
