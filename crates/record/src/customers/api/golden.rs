//! JSON of the values that stand for a customer, and of what the customer confirmed.

use axum::extract::State;
use handfast_kit::{OrganisationId, TimeMs};
use handfast_web::{Answer, App, Failure, IfMatch, JsonBody, Once, Path, Viewer};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    CustomerId, RecordId,
    customers::{self, Chosen, Field, Other, Part, Record, Source, Value},
    sharing::{Author, Lens},
};

/// A value that stands for the customer.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChosenValue {
    /// `name`, `email`, `phone`, `address` or `place`.
    field: &'static str,
    #[serde(rename = "value")]
    text: String,
    #[serde(flatten)]
    source: ShownSource,
    /// Why it stands: `alone` (no record that you see says otherwise), `confirmed` (by the
    /// customer), `latest`, `trusted` (of those of one day the brand's, or a partner's with an
    /// agreement), `complete`, `first` (nothing tells them apart), or `fuller` (what was said last
    /// fits it, and says less).
    why: &'static str,
    /// What other records say instead, at most 20 values.
    conflicts: Vec<Conflict>,
}

/// Where a value came from.
#[derive(Debug, Serialize, ToSchema)]
struct ShownSource {
    #[schema(value_type = String, format = "uuid")]
    record_id: RecordId,
    /// Whose record it is; none where its name is hidden.
    #[schema(value_type = Option<String>, format = "uuid")]
    organisation_id: Option<OrganisationId>,
    /// In place of a hidden name: what that organisation does.
    organisation_veiled: Option<String>,
    /// When it was said, RFC 3339.
    said: String,
    /// When the customer confirmed it, RFC 3339.
    confirmed: Option<String>,
}

impl From<Source> for ShownSource {
    fn from(source: Source) -> Self {
        Self {
            record_id: source.record,
            organisation_id: source.by.id(),
            organisation_veiled: source.by.veil().map(str::to_owned),
            said: source.said.rfc3339(),
            confirmed: source.confirmed.map(TimeMs::rfc3339),
        }
    }
}

/// A value that differs from the one that stands.
#[derive(Debug, Serialize, ToSchema)]
struct Conflict {
    #[serde(rename = "value")]
    text: String,
    /// The value in parts, which together are its text.
    parts: Vec<ShownPart>,
    #[serde(flatten)]
    source: ShownSource,
}

impl From<Other> for Conflict {
    fn from(other: Other) -> Self {
        Self {
            text: other.text(),
            parts: other.parts.into_iter().map(ShownPart::from).collect(),
            source: other.source.into(),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
struct ShownPart {
    text: String,
    /// Whether the value that stands does not say so.
    differs: bool,
}

impl From<Part> for ShownPart {
    fn from(Part { text, differs }: Part) -> Self {
        Self { text, differs }
    }
}

/// The values in their order; fields that nobody fills are left out.
pub(super) fn chosen(chosen: Chosen) -> Vec<ChosenValue> {
    let fields = [
        ("name", chosen.name),
        ("email", chosen.email),
        ("phone", chosen.phone),
        ("address", chosen.address),
        ("place", chosen.place),
    ];
    let shown = |(field, value): (&'static str, Option<Value>)| {
        let Value { text, source, why, others } = value?;
        let conflicts = others.into_iter().map(Conflict::from).collect();
        Some(ChosenValue { field, text, source: source.into(), why: why.word(), conflicts })
    };
    fields.into_iter().filter_map(shown).collect()
}

/// When a record said one of its fields.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ShownStatement {
    field: Field,
    /// When it was said, RFC 3339.
    said: String,
    /// When the customer confirmed it, RFC 3339; none if it was changed since.
    confirmed: Option<String>,
}

/// Of the fields that a record fills, so far as they are seen.
pub(super) fn statements(record: &Record) -> Vec<ShownStatement> {
    let shown = |field| {
        let statement = record.statements.of(field);
        let confirmed = statement.confirmed.map(TimeMs::rfc3339);
        ShownStatement { field, said: statement.said.rfc3339(), confirmed }
    };
    let says = |field: &Field| !record.said(*field).is_empty();
    Field::ALL.into_iter().filter(says).map(shown).collect()
}

/// What the customer confirmed
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewConfirmation {
    /// The fields of the record that the customer confirmed, at least one.
    fields: Vec<Field>,
}

/// What is confirmed now
#[derive(Debug, Serialize, ToSchema)]
struct Standing {
    #[schema(value_type = String, format = "uuid")]
    customer_id: CustomerId,
    #[schema(value_type = String, format = "uuid")]
    record_id: RecordId,
    fields: Vec<Field>,
    /// When, RFC 3339.
    confirmed: String,
}

/// Write down that the customer confirmed what a record says
///
/// A confirmed value stands before all others until its record says another. Partners may for
/// their own records, the brand for each. With `If-Match`, only the version of the customer that
/// you read.
#[utoipa::path(
    post, path = "/api/v1/customers/{id}/records/{record_id}/confirmations", tag = "customers",
    params(
        ("id" = String, Path, format = "uuid"),
        ("record_id" = String, Path, format = "uuid"),
        ("If-Match" = Option<String>, Header)
    ),
    request_body = NewConfirmation,
    responses(
        (status = 200, body = Standing),
        (status = "default", description = "Problem details")
    )
)]
pub(super) async fn confirm(
    State(app): State<App>,
    viewer: Viewer,
    once: Once,
    read: IfMatch,
    Path((id, record)): Path<(CustomerId, RecordId)>,
    JsonBody(NewConfirmation { fields }): JsonBody<NewConfirmation>,
) -> Result<Answer, Failure> {
    if fields.is_empty() {
        return Err(Failure::field("fields", "name at least one field"));
    }
    let (now, author) = (app.clock.now(), Author::of(&viewer));
    let asking = viewer.clone();
    app.write_once(&viewer, once, move |tx| -> Result<_, Failure> {
        let lens = Lens::of(tx, &asking, now)?;
        let seen = customers::hold(tx, &lens, id)?.ok_or(Failure::NotFound)?;
        read.check(seen.version())?;
        customers::confirm(tx, &lens, &author, now, (id, record), None, &fields)?;
        let mut fields = fields.clone();
        fields.sort_unstable();
        fields.dedup();
        let confirmed = now.rfc3339();
        Ok(Answer::ok(&Standing { customer_id: seen.id, record_id: record, fields, confirmed }))
    })
    .await
}
