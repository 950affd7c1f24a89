//! Hand-offs as JSON.

use handfast_kit::{OrganisationId, TimeMs};
use handfast_record::{CustomerId, HandOffId, TouchId, sharing::Who};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{BriefItem, HandOff, Row, Step};

/// A hand-off
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HandOff)]
pub(super) struct Shown {
    #[schema(value_type = String, format = "uuid")]
    id: HandOffId,
    /// What people call it.
    reference: String,
    #[schema(value_type = String, format = "uuid")]
    customer_id: CustomerId,
    /// What the customer is called, if you may know it.
    customer_name: Option<String>,
    /// `case:` or `sale:` with an id, `customer`, or `task:` with its words.
    thing: String,
    title: String,
    /// Who is, or was, accountable until it was accepted.
    #[schema(value_type = String, format = "uuid")]
    from_id: OrganisationId,
    #[schema(value_type = String, format = "uuid")]
    to_id: OrganisationId,
    /// `offered`, `accepted`, `declined`, `expired` or `withdrawn`.
    state: &'static str,
    /// Counts its steps, from 1.
    version: i64,
    offered: String,
    accept_by: String,
    /// When the receiver first opened it.
    seen: Option<String>,
    answered: Option<String>,
    /// The words of the answer; may be empty.
    answer: String,
    /// Who acts next.
    #[schema(value_type = Option<String>, format = "uuid")]
    waits_for_id: Option<OrganisationId>,
    /// By when.
    due: Option<String>,
    accountable: Accountable,
    brief: Vec<ShownItem>,
    steps: Vec<ShownStep>,
}

/// Who is accountable
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Accountable {
    #[schema(value_type = Option<String>, format = "uuid")]
    organisation_id: Option<OrganisationId>,
    /// What it does, where its name is hidden from you.
    organisation_veiled: Option<String>,
}

/// What the receiver needs to know
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HandOffItem)]
pub(super) struct ShownItem {
    item: String,
    title: String,
    /// None while it is missing, or where the record says it and you may not see that.
    text: Option<String>,
    /// Whether the record says it.
    from_record: bool,
    /// By when the sender is to send it, if the receiver asked.
    asked_until: Option<String>,
}

/// Something that happened
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HandOffStep)]
pub(super) struct ShownStep {
    step: &'static str,
    at: String,
    /// Who did it, as they are called; empty for a clock.
    by: String,
    words: String,
    #[schema(value_type = String, format = "uuid")]
    touch_id: TouchId,
}

impl From<Who> for Accountable {
    fn from(who: Who) -> Self {
        let organisation_veiled = who.veil().map(str::to_owned);
        Self { organisation_id: who.id(), organisation_veiled }
    }
}

impl From<BriefItem> for ShownItem {
    fn from(item: BriefItem) -> Self {
        Self {
            item: item.item,
            title: item.title,
            text: item.text,
            from_record: item.from_record,
            asked_until: item.asked.map(|(_, due)| due.rfc3339()),
        }
    }
}

impl From<Step> for ShownStep {
    fn from(step: Step) -> Self {
        Self {
            step: step.step.word(),
            at: step.at.rfc3339(),
            by: step.by,
            words: step.words,
            touch_id: step.touch,
        }
    }
}

impl From<HandOff> for Shown {
    fn from(one: HandOff) -> Self {
        let (answered, answer) = match one.answered {
            Some((at, _, words)) => (Some(at.rfc3339()), words),
            None => (None, String::new()),
        };
        Self {
            id: one.id,
            reference: one.reference,
            customer_id: one.customer,
            customer_name: one.customer_name,
            thing: one.thing.to_string(),
            title: one.title,
            from_id: one.from,
            to_id: one.to,
            state: one.state.word(),
            version: one.version,
            offered: one.offered.rfc3339(),
            accept_by: one.accept_by.rfc3339(),
            seen: one.seen.map(|(at, _)| at.rfc3339()),
            answered,
            answer,
            waits_for_id: one.waits_for.map(|(who, _)| who),
            due: one.waits_for.map(|(_, due)| due.rfc3339()),
            accountable: one.accountable.into(),
            brief: one.brief.into_iter().map(ShownItem::from).collect(),
            steps: one.steps.into_iter().map(ShownStep::from).collect(),
        }
    }
}

/// A hand-off in a list
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HandOffRow)]
pub(super) struct ShownRow {
    #[schema(value_type = String, format = "uuid")]
    id: HandOffId,
    reference: String,
    #[schema(value_type = String, format = "uuid")]
    customer_id: CustomerId,
    customer_name: Option<String>,
    /// `case`, `sale`, `customer` or `task`.
    handed: &'static str,
    title: String,
    #[schema(value_type = String, format = "uuid")]
    from_id: OrganisationId,
    #[schema(value_type = String, format = "uuid")]
    to_id: OrganisationId,
    state: &'static str,
    is_seen: bool,
    /// Who acts next.
    #[schema(value_type = String, format = "uuid")]
    waits_for_id: OrganisationId,
    #[serde(serialize_with = "TimeMs::serialize_rfc3339")]
    #[schema(value_type = String)]
    due: TimeMs,
}

impl From<Row> for ShownRow {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            reference: row.reference,
            customer_id: row.customer,
            customer_name: row.customer_name,
            handed: row.handed.word(),
            title: row.title,
            from_id: row.from,
            to_id: row.to,
            state: row.state.word(),
            is_seen: row.is_seen,
            waits_for_id: row.waits_for,
            due: row.due,
        }
    }
}
