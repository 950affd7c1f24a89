use handfast_kit::{OrganisationId, TimeMs};
use handfast_record::{ChangeId, CustomerId, ObligationId, TouchId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::{Address, Change, DiffPart, NotTold, Obligation, Step, Value};

/// A value: the field of what changes, and no other
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = DetailValue)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ValueJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) address: Option<AddressJson>,
}

/// A postal address in parts
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = AddressParts)]
#[serde(default, deny_unknown_fields)]
pub(super) struct AddressJson {
    /// Street and house number, with the flat.
    street: String,
    postcode: String,
    city: String,
    region: String,
    country: String,
}

impl ValueJson {
    /// The value; none where several are said.
    pub(super) fn value(self) -> Option<Value> {
        Some(match (self.name, self.phone, self.email, self.address) {
            (Some(name), None, None, None) => Value::Name(name),
            (None, Some(phone), None, None) => Value::Phone(phone),
            (None, None, Some(email), None) => Value::Email(email),
            (None, None, None, Some(address)) => Value::Address(address.into()),
            (None, None, None, None) => Value::Nothing,
            _ => return None,
        })
    }
}

impl From<AddressJson> for Address {
    fn from(json: AddressJson) -> Self {
        let AddressJson { street, postcode, city, region, country } = json;
        Self { street, postcode, city, region, country }
    }
}

impl From<Value> for ValueJson {
    fn from(value: Value) -> Self {
        let nothing = Self::default();
        match value {
            Value::Name(name) => Self { name: Some(name), ..nothing },
            Value::Phone(phone) => Self { phone: Some(phone), ..nothing },
            Value::Email(email) => Self { email: Some(email), ..nothing },
            Value::Address(address) => {
                let Address { street, postcode, city, region, country } = address;
                let address = AddressJson { street, postcode, city, region, country };
                Self { address: Some(address), ..nothing }
            }
            Value::Nothing => nothing,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ObligationStep)]
struct ShownStep {
    /// `sent`, `seen`, `accepted`, `refused`, `applied` (they say), `verified` or `mismatch` (read
    /// back), `chased`, `escalated`, `superseded`.
    step: &'static str,
    at: String,
    /// None for a clock.
    #[schema(value_type = Option<String>, format = "uuid")]
    organisation_id: Option<OrganisationId>,
    /// Who did it, as they are called.
    by: String,
    words: String,
    /// The touch that tells of it; it has a receipt.
    #[schema(value_type = String, format = "uuid")]
    touch_id: TouchId,
}

impl From<Step> for ShownStep {
    fn from(step: Step) -> Self {
        Self {
            step: step.step.word(),
            at: step.at.rfc3339(),
            organisation_id: step.organisation,
            by: step.by,
            words: step.words,
            touch_id: step.touch,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
struct ShownPart {
    text: String,
    /// Whether the other value has it too.
    same: bool,
}

#[derive(Debug, Serialize, ToSchema)]
struct Difference {
    given: Vec<ShownPart>,
    held: Vec<ShownPart>,
}

impl From<[Vec<DiffPart>; 2]> for Difference {
    fn from([given, held]: [Vec<DiffPart>; 2]) -> Self {
        let shown = |parts: Vec<DiffPart>| {
            parts
                .into_iter()
                .map(|part| ShownPart { text: part.text, same: part.is_same })
                .collect()
        };
        Self { given: shown(given), held: shown(held) }
    }
}

/// One organisation's part of a change
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Obligation)]
pub(super) struct Shown {
    #[schema(value_type = String, format = "uuid")]
    id: ObligationId,
    #[schema(value_type = String, format = "uuid")]
    change_id: ChangeId,
    #[schema(value_type = String, format = "uuid")]
    customer_id: CustomerId,
    #[schema(value_type = String, format = "uuid")]
    organisation_id: OrganisationId,
    /// `name`, `phone`, `email`, `address`, `consent` or `erasure`.
    changed: &'static str,
    /// What it is to be; left out if you may not see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    given: Option<ValueJson>,
    from: Option<String>,
    until: Option<String>,
    /// `sent`, `accepted`, `refused`, `applied`, `verified`, `mismatch`, `superseded`; `released`
    /// where another answers for it. Only `verified` was read back and is right.
    state: &'static str,
    version: i64,
    sent: String,
    due: String,
    /// When something goes out to the customer next, if that is known.
    next_delivery: Option<String>,
    escalated: bool,
    /// What was read back last.
    #[serde(skip_serializing_if = "Option::is_none")]
    held: Option<ValueJson>,
    /// How that was found out.
    read_back_by: Option<&'static str>,
    /// Where both differ, character by character.
    #[serde(skip_serializing_if = "Option::is_none")]
    difference: Option<Difference>,
    /// Who acts next.
    #[schema(value_type = Option<String>, format = "uuid")]
    waits_for: Option<OrganisationId>,
    steps: Vec<ShownStep>,
}

impl From<Obligation> for Shown {
    fn from(one: Obligation) -> Self {
        let read_back_by = one.held.as_ref().map(|(_, how)| how.word());
        Self {
            id: one.id,
            change_id: one.change,
            customer_id: one.customer,
            organisation_id: one.organisation,
            changed: one.changed.word(),
            given: one.given.map(ValueJson::from),
            from: one.from.map(TimeMs::rfc3339),
            until: one.until.map(TimeMs::rfc3339),
            state: one.state.word(),
            version: one.version,
            sent: one.sent.rfc3339(),
            due: one.due.rfc3339(),
            next_delivery: one.next_delivery.map(TimeMs::rfc3339),
            escalated: one.is_escalated,
            held: one.held.map(|(held, _)| held.into()),
            read_back_by,
            difference: one.diff.map(Difference::from),
            waits_for: one.waits_for.map(|(who, _)| who),
            steps: one.steps.into_iter().map(ShownStep::from).collect(),
        }
    }
}

/// What a customer told once
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CustomerChange)]
pub(super) struct ShownChange {
    #[schema(value_type = String, format = "uuid")]
    pub(super) id: ChangeId,
    /// What people call it.
    reference: String,
    #[schema(value_type = String, format = "uuid")]
    customer_id: CustomerId,
    changed: &'static str,
    /// What it was, in one line.
    before: String,
    /// What it is to be; left out if you may not see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<ValueJson>,
    from: Option<String>,
    until: Option<String>,
    entered: String,
    #[schema(value_type = String, format = "uuid")]
    entered_by: OrganisationId,
    by: String,
    by_customer: bool,
    #[schema(value_type = String, format = "uuid")]
    touch_id: TouchId,
    /// All for the brand, for a partner its own.
    obligations: Vec<Shown>,
    /// For the brand: who has to do with the customer, and was not told.
    not_told: Vec<ShownNotTold>,
}

/// Who was not told of a change, and why
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NotTold)]
struct ShownNotTold {
    #[schema(value_type = String, format = "uuid")]
    organisation_id: OrganisationId,
    /// `told_us`, `objected`, `frozen`, `not_shown`, `no_tie`, `no_agreement` or `later`.
    why: &'static str,
}

impl From<NotTold> for ShownNotTold {
    fn from(one: NotTold) -> Self {
        Self { organisation_id: one.organisation, why: one.why.word() }
    }
}

impl From<Change> for ShownChange {
    fn from(change: Change) -> Self {
        Self {
            id: change.id,
            reference: change.reference,
            customer_id: change.customer,
            changed: change.changed.word(),
            before: change.before,
            value: change.value.map(ValueJson::from),
            from: change.from.map(TimeMs::rfc3339),
            until: change.until.map(TimeMs::rfc3339),
            entered: change.entered.rfc3339(),
            entered_by: change.entered_by,
            by: change.by,
            by_customer: change.by_customer,
            touch_id: change.touch,
            obligations: change.obligations.into_iter().map(Shown::from).collect(),
            not_told: change.not_told.into_iter().map(ShownNotTold::from).collect(),
        }
    }
}
