//! JSON of agreements: the brand writes them, a partner reads its own.

use axum::{
    Json,
    extract::State,
    http::{Method, Uri},
    response::Response,
};
use handfast_kit::{Cursor, Day, OrganisationId, PersonId, TimeMs};
use handfast_web::{
    Access, Answer, App, Failure, JsonBody, Once, Path, Problems, Query, Route, Scope, Viewer, api,
    list as listed,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Agreement, Change, Difference, Draft, Error, Guests, Reader, Responsibility, terms::write_day,
};
use crate::{
    organisations::Kind,
    sharing::{Author, Grant, Lens},
};

/// The calls of this module, described.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(
    paths(in_force, list, show, sign, preview, end, preset),
    tags((name = "agreements", description = "What each partner and the brand signed"))
)]
pub struct Documentation;

/// The calls of this module.
pub fn routes() -> Vec<Route> {
    use {Access::BrandAdmin, Access::Member};
    const AGREEMENT: &str = "/api/v1/organisations/{id}/agreement";
    const AGREEMENTS: &str = "/api/v1/organisations/{id}/agreements";
    const VERSION: &str = "/api/v1/organisations/{id}/agreements/{version}";
    const PREVIEW: &str = "/api/v1/organisations/{id}/agreements/preview";
    const END: &str = "/api/v1/organisations/{id}/agreements/end";
    vec![
        api(Method::GET, AGREEMENT, Member, Scope::Read, in_force),
        api(Method::GET, AGREEMENTS, Member, Scope::Read, list),
        api(Method::POST, AGREEMENTS, BrandAdmin, Scope::Admin, sign),
        api(Method::GET, VERSION, Member, Scope::Read, show),
        api(Method::POST, PREVIEW, BrandAdmin, Scope::Admin, preview),
        api(Method::POST, END, BrandAdmin, Scope::Admin, end),
        api(Method::GET, "/api/v1/agreements/presets", Access::Brand, Scope::Read, preset),
    ]
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound => Self::NotFound,
            Error::Changed(version) => Self::Conflict(format!(
                "Somebody changed this agreement meanwhile; the last version is {version} now. \
                 Nothing was saved. Read that version, and send yours again if it still holds."
            )),
            Error::Invalid(problems) => Self::Invalid(problems),
            Error::Fault(fault) => fault.into(),
        }
    }
}

/// One version of an agreement
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Agreement)]
struct Shown {
    #[schema(value_type = String, format = "uuid")]
    organisation_id: OrganisationId,
    version: i64,
    #[serde(serialize_with = "write_day")]
    #[schema(value_type = String, format = "date")]
    signed: Day,
    #[schema(value_type = Vec<String>)]
    kinds: Vec<Kind>,
    territory: Vec<String>,
    responsibilities: Vec<Responsibility>,
    grants: Vec<Grant>,
    guests: Guests,
    guest_hours: i64,
    note: String,
    #[schema(value_type = Option<String>, format = "uuid")]
    person_id: Option<PersonId>,
    /// Since when it is, or was, in force, RFC 3339.
    created: String,
    /// When it ended, RFC 3339, if it did.
    ended: Option<String>,
}

impl From<Agreement> for Shown {
    fn from(agreement: Agreement) -> Self {
        Self {
            organisation_id: agreement.organisation,
            version: agreement.version,
            signed: agreement.signed,
            kinds: agreement.kinds,
            territory: agreement.territory,
            responsibilities: agreement.responsibilities,
            grants: agreement.grants,
            guests: agreement.guests,
            guest_hours: agreement.guest_hours,
            note: agreement.note,
            person_id: agreement.person,
            created: agreement.created.rfc3339(),
            ended: agreement.ended.map(TimeMs::rfc3339),
        }
    }
}

/// A page of versions.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what `list` of web writes")]
struct Agreements {
    /// The latest first.
    items: Vec<Shown>,
    next: Option<String>,
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// The `next` of the page before.
    after: Option<String>,
    /// 1 to 200; 50 if left out.
    limit: Option<usize>,
}

/// The agreement in force with a partner
#[utoipa::path(
    get, path = "/api/v1/organisations/{id}/agreement", tag = "agreements",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Shown), (status = "default", description = "Problem details"))
)]
async fn in_force(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<OrganisationId>,
) -> Result<Json<Shown>, Failure> {
    let agreement = app
        .read(move |cx| {
            super::open_to(cx, &viewer, id)?;
            super::in_force(cx, viewer.network, id)?.ok_or(Error::NotFound)
        })
        .await?;
    Ok(Json(agreement.into()))
}

/// All versions of a partner's agreement, the latest first
#[utoipa::path(
    get, path = "/api/v1/organisations/{id}/agreements", tag = "agreements",
    params(("id" = String, Path, format = "uuid"), Wanted),
    responses(
        (status = 200, body = Agreements),
        (status = "default", description = "Problem details")
    )
)]
async fn list(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Path(id): Path<OrganisationId>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let after: Option<Cursor> = wanted
        .after
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(|wrong: &str| Failure::field("after", wrong))?;
    let limit = wanted.limit.unwrap_or(50);
    let page = app
        .read(move |cx| -> Result<_, Error> {
            super::open_to(cx, &viewer, id)?;
            Ok(super::versions(cx, viewer.network, id, after.as_ref(), limit)?)
        })
        .await?;
    Ok(listed(&uri, page.map(Shown::from)))
}

/// One version of a partner's agreement
#[utoipa::path(
    get, path = "/api/v1/organisations/{id}/agreements/{version}", tag = "agreements",
    params(("id" = String, Path, format = "uuid"), ("version" = i64, Path)),
    responses((status = 200, body = Shown), (status = "default", description = "Problem details"))
)]
async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path((id, version)): Path<(OrganisationId, i64)>,
) -> Result<Json<Shown>, Failure> {
    let agreement = app
        .read(move |cx| {
            super::open_to(cx, &viewer, id)?;
            super::version(cx, viewer.network, id, version)?.ok_or(Error::NotFound)
        })
        .await?;
    Ok(Json(agreement.into()))
}

/// What was signed
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Signing {
    /// The last version that you know, 0 if there is none: another one is a conflict.
    expected_version: i64,
    #[serde(deserialize_with = "handfast_web::object")]
    draft: Draft,
}

/// Write down what both signed, as the next version
///
/// It is in force with the next request.
#[utoipa::path(
    post, path = "/api/v1/organisations/{id}/agreements", tag = "agreements",
    params(("id" = String, Path, format = "uuid")), request_body = Signing,
    responses((status = 201, body = Shown), (status = "default", description = "Problem details"))
)]
async fn sign(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<OrganisationId>,
    once: Once,
    JsonBody(signing): JsonBody<Signing>,
) -> Result<Answer, Failure> {
    let (now, author) = (app.clock.now(), Author::of(&viewer));
    app.write_once(&viewer, once, move |tx| -> Result<_, Error> {
        let Signing { expected_version, draft } = &signing;
        let signed = super::sign(tx, &author, now, id, draft, *expected_version);
        let signed = signed.map_err(within_draft)?;
        let location = format!("/api/v1/organisations/{id}/agreements/{}", signed.version);
        Ok(Answer::created(location, &Shown::from(signed)))
    })
    .await
}

/// The same problems, with the names that the fields have in the body of a signing.
fn within_draft(error: Error) -> Error {
    let Error::Invalid(problems) = error else { return error };
    let within = problems.fields.into_iter().fold(Problems::default(), |within, problem| {
        within.and(format!("draft.{}", problem.field), problem.detail)
    });
    Error::Invalid(within)
}

/// What signing a draft would change
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AgreementDifference)]
struct ShownDifference {
    /// The last version there is: what signing names as expected.
    version: i64,
    /// What becomes visible or hidden, by class.
    changes: Vec<Change>,
    /// Customers with whom the partner has a tie then.
    customers: i64,
    /// Those with whom it has its first.
    tied: i64,
    /// Those with whom it has none any more.
    untied: i64,
    /// Who will see it, at most 200.
    people: Vec<Reader>,
    people_count: i64,
}

impl From<Difference> for ShownDifference {
    fn from(difference: Difference) -> Self {
        Self {
            version: difference.version,
            changes: difference.changes,
            customers: difference.customers,
            tied: difference.tied,
            untied: difference.untied,
            people: difference.people,
            people_count: difference.people_count,
        }
    }
}

/// What a draft would show or hide if it were signed now
///
/// Of how many customers, and to whom. Nothing is changed.
#[utoipa::path(
    post, path = "/api/v1/organisations/{id}/agreements/preview", tag = "agreements",
    params(("id" = String, Path, format = "uuid")), request_body = Draft,
    responses(
        (status = 200, body = ShownDifference),
        (status = "default", description = "Problem details")
    )
)]
async fn preview(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<OrganisationId>,
    JsonBody(draft): JsonBody<Draft>,
) -> Result<Json<ShownDifference>, Failure> {
    let now = app.clock.now();
    let difference = app
        .read(move |cx| -> Result<_, Error> {
            let lens = Lens::of(cx, &viewer, now)?;
            super::preview(cx, &lens, id, &draft)
        })
        .await?;
    Ok(Json(difference.into()))
}

/// Which version ends
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Ending {
    /// The version in force, as you know it: another one is a conflict.
    expected_version: i64,
}

/// End the agreement in force
///
/// Nothing is granted any more from the next request on. Versions stay readable.
#[utoipa::path(
    post, path = "/api/v1/organisations/{id}/agreements/end", tag = "agreements",
    params(("id" = String, Path, format = "uuid")), request_body = Ending,
    responses((status = 200, body = Shown), (status = "default", description = "Problem details"))
)]
async fn end(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<OrganisationId>,
    once: Once,
    JsonBody(ending): JsonBody<Ending>,
) -> Result<Answer, Failure> {
    let (now, author) = (app.clock.now(), Author::of(&viewer));
    app.write_once(&viewer, once, move |tx| -> Result<_, Error> {
        let ended = super::end(tx, &author, now, id, ending.expected_version)?;
        Ok(Answer::ok(&Shown::from(ended)))
    })
    .await
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Of {
    /// A kind of partner, or several separated by commas: `service,reseller`. Without one the
    /// draft grants nothing.
    kind: Option<String>,
}

/// A draft with what is usual for partners of some kinds
#[utoipa::path(
    get, path = "/api/v1/agreements/presets", tag = "agreements", params(Of),
    responses((status = 200, body = Draft), (status = "default", description = "Problem details"))
)]
async fn preset(
    State(app): State<App>,
    viewer: Viewer,
    Query(of): Query<Of>,
) -> Result<Json<Draft>, Failure> {
    let words = of.kind.iter().flat_map(|words| words.split(','));
    let kinds: Option<Vec<Kind>> = words.map(Kind::named).collect();
    let wrong = || {
        let words: Vec<&str> = Kind::ALL.iter().map(|kind| kind.word()).collect();
        Failure::field("kind", format!("one or some of {} are expected", words.join(", ")))
    };
    let kinds = kinds.ok_or_else(wrong)?;
    Ok(Json(super::preset(&kinds, viewer.zone.day_of(app.clock.now()))))
}
