//! JSON and CSV of the audit of reads, and the reading that it is about.

mod witness;

use axum::{
    extract::State,
    http::{HeaderMap, Method, Uri, header},
    response::Response,
};
use handfast_db::Fault;
use handfast_kit::{Cursor, OrganisationId, PersonId, TimeMs};
use handfast_web::{
    Access, App, Failure, Path, Query, Route, Scope, Viewer, api, download, list as listed,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub use witness::{read, read_by_link};

use super::{Affected, Look, LookId, Names, Wanted, export};
use crate::{CustomerId, sharing::Lens};

/// The calls of this module, described.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(
    paths(of_customer, of_customer_csv, list, list_csv, customers),
    tags((name = "looks", description = "Who saw what: the audit of reads"))
)]
pub struct Documentation;

/// The calls of this module.
pub fn routes() -> Vec<Route> {
    const OF_CUSTOMER: &str = "/api/v1/customers/{id}/looks";
    const OF_CUSTOMER_CSV: &str = "/api/v1/customers/{id}/looks.csv";
    const LOOKS: &str = "/api/v1/looks";
    const LOOKS_CSV: &str = "/api/v1/looks.csv";
    vec![
        api(Method::GET, OF_CUSTOMER, Access::Member, Scope::Read, of_customer),
        api(Method::GET, OF_CUSTOMER_CSV, Access::Member, Scope::Read, of_customer_csv)
            .takes_its_time(),
        api(Method::GET, "/api/v1/looks/customers", Access::Overseer, Scope::Read, customers),
        api(Method::GET, LOOKS, Access::Overseer, Scope::Read, list),
        api(Method::GET, LOOKS_CSV, Access::Overseer, Scope::Read, list_csv).takes_its_time(),
    ]
}

/// Somebody saw something of a customer
#[derive(Debug, Serialize, ToSchema)]
struct ShownLook {
    #[schema(value_type = String, format = "uuid")]
    id: LookId,
    /// When, RFC 3339.
    at: String,
    /// None for a list, a search or the feed, which name many.
    #[schema(value_type = Option<String>, format = "uuid")]
    customer_id: Option<CustomerId>,
    #[schema(value_type = String, format = "uuid")]
    organisation_id: OrganisationId,
    organisation_name: String,
    #[schema(value_type = Option<String>, format = "uuid")]
    person_id: Option<PersonId>,
    person_name: String,
    /// The partner through whose eyes the brand looked.
    #[schema(value_type = Option<String>, format = "uuid")]
    as_organisation_id: Option<OrganisationId>,
    /// What was opened: `customer`, `timeline`, `list`, `search`, `feed`, `export`.
    what: String,
    /// The classes that were shown.
    classes: Vec<&'static str>,
    /// How many entries were shown.
    row_count: i64,
    /// The ties by which they were shown; none for the brand.
    ties: Vec<&'static str>,
    /// The reason a guest gave.
    why: String,
}

/// A page of looks.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what `list` of web writes")]
struct Looks {
    items: Vec<ShownLook>,
    next: Option<String>,
}

impl ShownLook {
    fn of(look: Look, names: &Names) -> Self {
        Self {
            id: look.id,
            at: look.at.rfc3339(),
            customer_id: look.customer,
            organisation_id: look.organisation,
            organisation_name: names.organisation(look.organisation).to_owned(),
            person_id: look.person,
            person_name: names.person(look.person).to_owned(),
            as_organisation_id: look.eyes_of,
            what: look.what,
            classes: look.classes.iter().map(|class| class.word()).collect(),
            row_count: look.row_count,
            ties: look.ties.iter().map(|tie| tie.word()).collect(),
            why: look.why,
        }
    }
}

/// A customer who was seen
#[derive(Debug, Serialize, ToSchema)]
struct AffectedCustomer {
    #[schema(value_type = String, format = "uuid")]
    customer_id: CustomerId,
    /// The first look, RFC 3339.
    first_at: String,
    /// The last look, RFC 3339.
    last_at: String,
    look_count: i64,
    /// All classes that were shown.
    classes: Vec<&'static str>,
}

impl From<Affected> for AffectedCustomer {
    fn from(affected: Affected) -> Self {
        Self {
            customer_id: affected.customer,
            first_at: affected.first.rfc3339(),
            last_at: affected.last.rfc3339(),
            look_count: affected.look_count,
            classes: affected.classes.iter().map(|class| class.word()).collect(),
        }
    }
}

/// A page of customers who were seen.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what `list` of web writes")]
struct AffectedCustomers {
    items: Vec<AffectedCustomer>,
    next: Option<String>,
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct PageWanted {
    /// The `next` of the page before.
    after: Option<String>,
    /// 1 to 200; 50 if left out.
    limit: Option<usize>,
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct LooksWanted {
    /// Only looks by people of this organisation; a partner is shown only its own, whatever it
    /// asks for.
    #[param(value_type = Option<String>, format = "uuid")]
    organisation_id: Option<OrganisationId>,
    /// Only looks by this person.
    #[param(value_type = Option<String>, format = "uuid")]
    person_id: Option<PersonId>,
    /// Only looks at this moment or later, RFC 3339.
    since: Option<String>,
    /// Only looks before this moment, RFC 3339.
    until: Option<String>,
    /// The `next` of the page before.
    after: Option<String>,
    /// 1 to 200; 50 if left out.
    limit: Option<usize>,
}

impl LooksWanted {
    /// Which looks, from which place on, how many.
    fn parts(self) -> (FileWanted, Option<String>, usize) {
        let Self { organisation_id, person_id, since, until, after, limit } = self;
        let wanted = FileWanted { organisation_id, person_id, since, until };
        (wanted, after, limit.unwrap_or(50))
    }
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct FileWanted {
    /// Only looks by people of this organisation; a partner is shown only its own, whatever it
    /// asks for.
    #[param(value_type = Option<String>, format = "uuid")]
    organisation_id: Option<OrganisationId>,
    /// Only looks by this person.
    #[param(value_type = Option<String>, format = "uuid")]
    person_id: Option<PersonId>,
    /// Only looks at this moment or later, RFC 3339.
    since: Option<String>,
    /// Only looks before this moment, RFC 3339.
    until: Option<String>,
}

impl FileWanted {
    fn checked(&self) -> Result<Wanted, Failure> {
        Ok(Wanted {
            organisation: self.organisation_id,
            person: self.person_id,
            since: moment("since", self.since.as_deref())?,
            until: moment("until", self.until.as_deref())?,
        })
    }
}

fn moment(field: &'static str, text: Option<&str>) -> Result<Option<TimeMs>, Failure> {
    let wrong = || Failure::field(field, "a moment like 2026-03-12T09:40:00Z is expected");
    text.map(|text| TimeMs::parse_rfc3339(text).ok_or_else(wrong)).transpose()
}

fn cursor(after: Option<&str>) -> Result<Option<Cursor>, Failure> {
    after.map(str::parse).transpose().map_err(|wrong| Failure::field("after", wrong))
}

/// Whether CSV is asked for by name.
fn asks_for_csv(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter();
    accepted.filter_map(|value| value.to_str().ok()).any(|value| value.contains("text/csv"))
}

/// Who looked at a customer
///
/// The latest first. The brand is told of everybody, a partner of its own people.
/// `Accept: text/csv` gives the same as a file, from the beginning.
#[utoipa::path(
    get, path = "/api/v1/customers/{id}/looks", tag = "looks",
    params(("id" = String, Path, format = "uuid"), PageWanted),
    responses(
        (status = 200, content((Looks = "application/json"), (String = "text/csv"))),
        (status = "default", description = "Problem details")
    )
)]
async fn of_customer(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    headers: HeaderMap,
    Path(id): Path<CustomerId>,
    Query(wanted): Query<PageWanted>,
) -> Result<Response, Failure> {
    if asks_for_csv(&headers) {
        return of_customer_csv(State(app), viewer, Path(id)).await;
    }
    let after = cursor(wanted.after.as_deref())?;
    let limit = wanted.limit.unwrap_or(50);
    let now = app.clock.now();
    let page = app
        .read(move |cx| -> Result<_, Failure> {
            let lens = Lens::of(cx, &viewer, now)?;
            let page = super::of_customer(cx, &lens, id, after.as_ref(), limit)?;
            let page = page.ok_or(Failure::NotFound)?;
            let names = Names::of(cx, viewer.network, &page.items)?;
            Ok(page.map(|look| ShownLook::of(look, &names)))
        })
        .await?;
    Ok(listed(&uri, page))
}

/// Who looked at a customer, as a file
///
/// At most 100,000 lines; a last line says when there are more.
#[utoipa::path(
    get, path = "/api/v1/customers/{id}/looks.csv", tag = "looks",
    params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, content_type = "text/csv", body = String),
        (status = "default", description = "Problem details")
    )
)]
async fn of_customer_csv(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<CustomerId>,
) -> Result<Response, Failure> {
    let now = app.clock.now();
    let file = app
        .read(move |cx| -> Result<_, Failure> {
            let lens = Lens::of(cx, &viewer, now)?;
            let customer = super::shown(cx, &lens, id)?.ok_or(Failure::NotFound)?;
            Ok(export::of_customer(cx, &lens, customer)?)
        })
        .await?;
    Ok(download(&format!("looks-{id}.csv"), "text/csv; charset=utf-8", file))
}

/// Who looked, and at whom
///
/// The latest first: the brand is told of everybody, a partner of its own people. Lists, searches
/// and the feed are one entry each, without a customer. `Accept: text/csv` gives the same as a
/// file, from the beginning.
#[utoipa::path(
    get, path = "/api/v1/looks", tag = "looks", params(LooksWanted),
    responses(
        (status = 200, content(
            (Looks = "application/json"), (String = "text/csv")
        )),
        (status = "default", description = "Problem details")
    )
)]
async fn list(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    headers: HeaderMap,
    Query(asked): Query<LooksWanted>,
) -> Result<Response, Failure> {
    let (file, after, limit) = asked.parts();
    let (wanted, now) = (file.checked()?, app.clock.now());
    if asks_for_csv(&headers) {
        return list_csv(State(app), viewer, Query(file)).await;
    }
    let after = cursor(after.as_deref())?;
    let page = app
        .read(move |cx| -> Result<_, Fault> {
            let lens = Lens::of(cx, &viewer, now)?;
            let page = super::list(cx, &lens, &wanted, after.as_ref(), limit)?;
            let names = Names::of(cx, viewer.network, &page.items)?;
            Ok(page.map(|look| ShownLook::of(look, &names)))
        })
        .await?;
    Ok(listed(&uri, page))
}

/// Who was seen
///
/// The customers whom the looks that are asked for showed, by id: who is to be told when somebody's
/// credential fell into wrong hands. Customers who only stood in a list are not among them; the
/// lists that were opened are among the looks.
#[utoipa::path(
    get, path = "/api/v1/looks/customers", tag = "looks", params(LooksWanted),
    responses(
        (status = 200, body = AffectedCustomers),
        (status = "default", description = "Problem details")
    )
)]
async fn customers(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Query(asked): Query<LooksWanted>,
) -> Result<Response, Failure> {
    let (file, after, limit) = asked.parts();
    let (wanted, now) = (file.checked()?, app.clock.now());
    let after = cursor(after.as_deref())?.map(|after| {
        let id = after.values().and_then(|[id]| id.parse().ok());
        id.ok_or_else(|| Failure::field("after", "take it from the answer before, unchanged"))
    });
    let after = after.transpose()?;
    let page = app
        .read(move |cx| -> Result<_, Fault> {
            let lens = Lens::of(cx, &viewer, now)?;
            super::affected(cx, &lens, &wanted, after, limit)
        })
        .await?;
    Ok(listed(&uri, page.map(AffectedCustomer::from)))
}

/// Who looked, and at whom, as a file
///
/// At most 100,000 lines; a last line says when there are more.
#[utoipa::path(
    get, path = "/api/v1/looks.csv", tag = "looks", params(FileWanted),
    responses(
        (status = 200, content_type = "text/csv", body = String),
        (status = "default", description = "Problem details")
    )
)]
async fn list_csv(
    State(app): State<App>,
    viewer: Viewer,
    Query(asked): Query<FileWanted>,
) -> Result<Response, Failure> {
    let (wanted, now) = (asked.checked()?, app.clock.now());
    let file = app
        .read(move |cx| -> Result<_, Fault> {
            let lens = Lens::of(cx, &viewer, now)?;
            export::of_wanted(cx, &lens, &wanted)
        })
        .await?;
    Ok(download("looks.csv", "text/csv; charset=utf-8", file))
}
