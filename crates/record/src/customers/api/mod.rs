//! JSON of customers, their records, and what is logged of them.

mod contacts;
mod golden;
mod sight;
#[cfg(test)]
mod tests;

use axum::{
    extract::State,
    http::{Method, Uri},
    response::{IntoResponse, Response},
};
use handfast_db::Cx;
use handfast_kit::{Cursor, OrganisationId, Page, TimeMs};
use handfast_web::{
    Access, Answer, App, Failure, IfMatch, IfNoneMatch, JsonBody, Once, Path, Query, Route, Scope,
    Viewer, api, list as listed, tag,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Customer, Details, Error, Incoming, Received, Record, Row};
use crate::{
    CustomerId, RecordId,
    sharing::{self, Author, Lens, looks::Occasion},
};

/// The calls of this module, described.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(
    paths(
        list, show, receive, revise, golden::confirm, contacts::timeline, contacts::log, sight::show
    ),
    tags((name = "customers", description = "Customers, and the records behind them"))
)]
pub struct Documentation;

/// The calls of this module.
pub fn routes() -> Vec<Route> {
    const CUSTOMERS: &str = "/api/v1/customers";
    const TIMELINE: &str = "/api/v1/customers/{id}/timeline";
    const TOUCHES: &str = "/api/v1/customers/{id}/touches";
    const RECORD: &str = "/api/v1/customers/{id}/records/{record_id}";
    const CONFIRMED: &str = "/api/v1/customers/{id}/records/{record_id}/confirmations";
    vec![
        api(Method::GET, CUSTOMERS, Access::Member, Scope::Read, list),
        api(Method::POST, CUSTOMERS, Access::Worker, Scope::Write, receive),
        api(Method::GET, "/api/v1/customers/{id}", Access::Member, Scope::Read, show),
        api(Method::PATCH, RECORD, Access::Worker, Scope::Write, revise),
        api(Method::POST, CONFIRMED, Access::Worker, Scope::Write, golden::confirm),
        api(Method::GET, TIMELINE, Access::Member, Scope::Read, contacts::timeline),
        api(Method::GET, "/api/v1/customers/{id}/sight", Access::Member, Scope::Read, sight::show),
        api(Method::POST, TOUCHES, Access::Worker, Scope::Write, contacts::log),
    ]
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound => Self::NotFound,
            Error::VersionWrong(_) => Self::PreconditionFailed,
            Error::ReferenceWrong => Self::field("external_ref", error.to_string()),
            Error::NothingSaid(_) => Self::field("fields", error.to_string()),
            Error::TooLong(field) => Self::field(field.replace(' ', "_"), error.to_string()),
            Error::Fault(fault) => fault.into(),
        }
    }
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// Words whose beginnings are found in names, references, addresses and touches. The answer
    /// is one page of at most `limit` then, without a next.
    q: Option<String>,
    /// Only customers of whom this organisation has a record.
    #[param(value_type = Option<String>, format = "uuid")]
    organisation_id: Option<OrganisationId>,
    /// The `next` of the page before.
    after: Option<String>,
    /// 1 to 200; 50 if left out.
    limit: Option<usize>,
}

/// A customer in a list.
#[derive(Debug, Serialize, ToSchema)]
struct ListedCustomer {
    #[schema(value_type = String, format = "uuid")]
    id: CustomerId,
    name: String,
    place: String,
    /// The latest touch, RFC 3339.
    last_touch: Option<String>,
}

impl From<Row> for ListedCustomer {
    fn from(row: Row) -> Self {
        let last_touch = row.last.map(TimeMs::rfc3339);
        Self { id: row.id, name: row.name, place: row.place, last_touch }
    }
}

/// A page of customers.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what `list` of web writes")]
struct Customers {
    items: Vec<ListedCustomer>,
    next: Option<String>,
}

/// A customer with the records that you see
#[derive(Debug, Serialize, ToSchema)]
struct ShownCustomer {
    #[schema(value_type = String, format = "uuid")]
    id: CustomerId,
    name: String,
    /// The values that stand for the customer, each with where it came from, why it stands, and
    /// what others say instead.
    chosen: Vec<golden::ChosenValue>,
    records: Vec<ShownRecord>,
}

#[derive(Debug, Serialize, ToSchema)]
struct ShownRecord {
    #[schema(value_type = String, format = "uuid")]
    id: RecordId,
    /// Whose record it is; none where its name is hidden.
    #[schema(value_type = Option<String>, format = "uuid")]
    organisation_id: Option<OrganisationId>,
    /// In place of a hidden name: what that organisation does.
    organisation_veiled: Option<String>,
    /// That organisation's reference; none where its name is hidden.
    external_ref: Option<String>,
    /// What it says, so far as you may see it.
    #[serde(flatten)]
    details: Details,
    since: String,
    /// When it last said something new, of what you see.
    updated: String,
    /// Counts its changes. Of a record that you see in part: changes with that part.
    version: i64,
    /// When each of its fields was said.
    statements: Vec<golden::ShownStatement>,
}

impl From<Record> for ShownRecord {
    fn from(record: Record) -> Self {
        Self {
            statements: golden::statements(&record),
            id: record.id,
            organisation_id: record.by.id(),
            organisation_veiled: record.by.veil().map(str::to_owned),
            external_ref: record.by.id().map(|_| record.external_ref),
            details: record.details,
            since: record.since.rfc3339(),
            updated: record.updated.rfc3339(),
            version: record.version,
        }
    }
}

impl From<Customer> for ShownCustomer {
    fn from(customer: Customer) -> Self {
        let name = customer.name().to_owned();
        let Customer { id, chosen, records, .. } = customer;
        let chosen = golden::chosen(chosen);
        Self { id, name, chosen, records: records.into_iter().map(Into::into).collect() }
    }
}

/// A record to be taken in as your organisation's own
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRecord {
    /// Your own reference, unique among your records.
    external_ref: String,
    /// A key that you verified to name one person; records that share one are one customer.
    person_key: Option<String>,
    /// What the record says: `party`, `name`, `given_name`, `family_name`, `email`, `phone`,
    /// `street`, `postcode`, `city`, `region`, `country`, `language`.
    #[serde(deserialize_with = "handfast_web::object")]
    details: Details,
    /// Since when you know the customer, RFC 3339.
    since: Option<String>,
}

/// Where a record lies
#[derive(Debug, Serialize, ToSchema)]
struct Taken {
    #[schema(value_type = String, format = "uuid")]
    customer_id: CustomerId,
    #[schema(value_type = String, format = "uuid")]
    record_id: RecordId,
    /// `new`, `changed` or `unchanged`.
    outcome: &'static str,
}

impl Taken {
    /// What became of a record, of the customer by the id that its organisation knows.
    fn of(received: Received, customer_id: CustomerId) -> Self {
        let (_, record_id) = received.ids();
        let outcome = match received {
            Received::New(..) => "new",
            Received::Changed(..) => "changed",
            Received::Same(..) => "unchanged",
        };
        Self { customer_id, record_id, outcome }
    }
}

/// Customers by name, or found by words
#[utoipa::path(
    get, path = "/api/v1/customers", tag = "customers", params(Wanted),
    responses(
        (status = 200, body = Customers),
        (status = "default", description = "Problem details")
    )
)]
async fn list(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let after = cursor(wanted.after.as_deref())?;
    let limit = wanted.limit.unwrap_or(50);
    let question = wanted.q.filter(|q| !q.trim().is_empty());
    let what = if question.is_some() { "search" } else { "list" };
    let listed_for = move |cx: &mut Cx<'_>, lens: &Lens| -> Result<_, Error> {
        Ok(match question {
            Some(q) => Page { items: super::search(cx, lens, q.trim(), limit)?, next: None },
            None => super::list(cx, lens, wanted.organisation_id, after.as_ref(), limit)?,
        })
    };
    let page = sharing::read(&app, &viewer, Occasion::of(what), listed_for).await?;
    Ok(listed(&uri, page.map(ListedCustomer::from)))
}

/// The place in a list that a query names.
fn cursor(after: Option<&str>) -> Result<Option<Cursor>, Failure> {
    after.map(str::parse).transpose().map_err(|wrong| Failure::field("after", wrong))
}

/// One customer
#[utoipa::path(
    get, path = "/api/v1/customers/{id}", tag = "customers",
    params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, body = ShownCustomer, headers(("ETag" = String))),
        (status = 304, description = "Unchanged"),
        (status = "default", description = "Problem details")
    )
)]
async fn show(
    State(app): State<App>,
    viewer: Viewer,
    known: IfNoneMatch,
    Path(id): Path<CustomerId>,
) -> Result<Response, Failure> {
    let found =
        move |cx: &mut Cx<'_>, lens: &Lens| super::find(cx, lens, id)?.ok_or(Error::NotFound);
    let customer = sharing::read(&app, &viewer, Occasion::of("customer"), found).await?;
    let version = customer.version();
    if let Some(unchanged) = known.unchanged(version) {
        return Ok(unchanged);
    }
    Ok(([tag(version)], axum::Json(ShownCustomer::from(customer))).into_response())
}

/// Take a record in
///
/// The same reference again changes the record: what is left empty stays.
#[utoipa::path(
    post, path = "/api/v1/customers", tag = "customers", request_body = NewRecord,
    responses(
        (status = 201, body = Taken),
        (status = "default", description = "Problem details")
    )
)]
async fn receive(
    State(app): State<App>,
    viewer: Viewer,
    once: Once,
    JsonBody(new): JsonBody<NewRecord>,
) -> Result<Answer, Failure> {
    let wrong = || Failure::field("since", "a moment like 2026-03-12T09:40:00Z is expected");
    let since = new.since.as_deref().map(|text| TimeMs::parse_rfc3339(text).ok_or_else(wrong));
    let incoming = Incoming {
        external_ref: new.external_ref,
        person_key: new.person_key,
        details: new.details,
        since: since.transpose()?,
    };
    let (now, author) = (app.clock.now(), Author::of(&viewer));
    let asking = viewer.clone();
    app.write_once(&viewer, once, move |tx| -> Result<_, Error> {
        let received = super::receive(tx, &author, now, now, &incoming)?;
        let (customer, _) = received.ids();
        let known = Lens::of(tx, &asking, now)?.known_as(tx, customer)?;
        Ok(Answer::created(format!("/api/v1/customers/{known}"), &Taken::of(received, known)))
    })
    .await
}

/// Change what your own record says
///
/// Fields left out or empty stay. With `If-Match`, only the version of the customer that you read.
#[utoipa::path(
    patch, path = "/api/v1/customers/{id}/records/{record_id}", tag = "customers",
    params(
        ("id" = String, Path, format = "uuid"),
        ("record_id" = String, Path, format = "uuid"),
        ("If-Match" = Option<String>, Header)
    ),
    request_body(content = Details, description = "The fields to change"),
    responses(
        (status = 200, body = Taken),
        (status = "default", description = "Problem details")
    )
)]
async fn revise(
    State(app): State<App>,
    viewer: Viewer,
    once: Once,
    read: IfMatch,
    Path((id, record)): Path<(CustomerId, RecordId)>,
    JsonBody(details): JsonBody<Details>,
) -> Result<Answer, Failure> {
    let (now, author) = (app.clock.now(), Author::of(&viewer));
    let asking = viewer.clone();
    app.write_once(&viewer, once, move |tx| -> Result<_, Failure> {
        let lens = Lens::of(tx, &asking, now)?;
        let seen = super::hold(tx, &lens, id)?.ok_or(Failure::NotFound)?;
        read.check(seen.version())?;
        let received = super::revise(tx, &lens, &author, now, (id, record), None, &details)?;
        Ok(Answer::ok(&Taken::of(received, seen.id)))
    })
    .await
}
