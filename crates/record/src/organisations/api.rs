//! JSON of organisations. The list of partners is the brand's; a partner finds itself only.

use axum::{
    extract::State,
    http::{Method, Uri},
    response::Response,
};
use handfast_kit::{OrganisationId, Page};
use handfast_web::{
    Access, Answer, App, Failure, JsonBody, Once, Path, Query, Route, Scope, Side, Viewer, api,
    list as listed,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Error, Kind, NewPartner, Organisation};

/// The calls of this module, described.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(
    paths(list, show, add, put_contact),
    tags((name = "organisations", description = "The brand and its partners"))
)]
pub struct Documentation;

/// The calls of this module.
pub fn routes() -> Vec<Route> {
    const ORGANISATIONS: &str = "/api/v1/organisations";
    const CONTACT: &str = "/api/v1/organisations/{id}/contact";
    vec![
        api(Method::GET, ORGANISATIONS, Access::Member, Scope::Read, list),
        api(Method::POST, ORGANISATIONS, Access::BrandAdmin, Scope::Admin, add),
        api(Method::GET, "/api/v1/organisations/{id}", Access::Member, Scope::Read, show),
        api(Method::PUT, CONTACT, Access::Admin, Scope::Admin, put_contact),
    ]
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::SlugTaken(_) | Error::SlugWrong => Self::field("slug", error.to_string()),
            Error::RefTaken(_) => Self::field("external_ref", error.to_string()),
            Error::NameWrong => Self::field("name", error.to_string()),
            Error::EmailWrong => Self::field("email", error.to_string()),
            Error::NotFound => Self::NotFound,
            Error::Fault(fault) => fault.into(),
        }
    }
}

/// The brand or a partner
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Organisation)]
struct Shown {
    #[schema(value_type = String, format = "uuid")]
    id: OrganisationId,
    /// `brand` or `partner`.
    side: &'static str,
    /// What a partner does.
    #[schema(value_type = Vec<String>)]
    kinds: Vec<Kind>,
    name: String,
    territory: String,
    external_ref: String,
    /// Since when it is in the network, RFC 3339.
    since: String,
}

impl From<Organisation> for Shown {
    fn from(organisation: Organisation) -> Self {
        Self {
            id: organisation.id,
            side: match organisation.side {
                Side::Brand => "brand",
                Side::Partner => "partner",
            },
            kinds: organisation.kinds,
            name: organisation.name,
            territory: organisation.territory,
            external_ref: organisation.external_ref,
            since: organisation.since.rfc3339(),
        }
    }
}

/// A page of organisations.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what `list` of web writes")]
struct Organisations {
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

/// Partners by name; a partner finds itself
#[utoipa::path(
    get, path = "/api/v1/organisations", tag = "organisations", params(Wanted),
    responses(
        (status = 200, body = Organisations),
        (status = "default", description = "Problem details")
    )
)]
async fn list(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let after = wanted.after.as_deref().map(str::parse).transpose();
    let after = after.map_err(|wrong: &str| Failure::field("after", wrong))?;
    let limit = wanted.limit.unwrap_or(50);
    let page = app
        .read(move |cx| -> Result<_, Error> {
            if viewer.is_brand() {
                return Ok(super::partners(cx, viewer.network, after.as_ref(), limit)?);
            }
            let own = super::find(cx, viewer.network, viewer.organisation)?;
            Ok(Page { items: own.into_iter().collect(), next: None })
        })
        .await?;
    Ok(listed(&uri, page.map(Shown::from)))
}

/// One organisation
#[utoipa::path(
    get, path = "/api/v1/organisations/{id}", tag = "organisations",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Shown), (status = "default", description = "Problem details"))
)]
async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<OrganisationId>,
) -> Result<axum::Json<Shown>, Failure> {
    let found = app.read(move |cx| super::find(cx, viewer.network, id)).await?;
    // A partner's row is its own and the brand's; everybody may know the brand.
    let own = |found: &Organisation| {
        viewer.is_brand() || found.side == Side::Brand || found.id == viewer.organisation
    };
    found.filter(own).map(|found| axum::Json(found.into())).ok_or(Failure::NotFound)
}

/// A partner to be taken in
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(as = NewPartner)]
#[serde(deny_unknown_fields)]
struct New {
    name: String,
    /// `reseller`, `distributor`, `franchisee`, `licensee`, `service`, `support`, `fulfilment`,
    /// `carrier`, `insurer`, `associate`, `vendor`.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    kinds: Vec<Kind>,
    #[serde(default)]
    territory: String,
    /// What your files call it; made from the name if left out.
    #[serde(default)]
    external_ref: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AddedPartner)]
struct Added {
    #[schema(value_type = String, format = "uuid")]
    id: OrganisationId,
}

/// Take a partner in
#[utoipa::path(
    post, path = "/api/v1/organisations", tag = "organisations", request_body = New,
    responses((status = 201, body = Added), (status = "default", description = "Problem details"))
)]
async fn add(
    State(app): State<App>,
    viewer: Viewer,
    once: Once,
    JsonBody(new): JsonBody<New>,
) -> Result<Answer, Failure> {
    let (now, network) = (app.clock.now(), viewer.network);
    let new = NewPartner {
        name: new.name,
        kinds: new.kinds,
        territory: new.territory,
        external_ref: new.external_ref,
    };
    app.write_once(&viewer, once, move |tx| -> Result<_, Error> {
        let id = super::add_partner(tx, network, &new, now)?;
        Ok(Answer::created(format!("/api/v1/organisations/{id}"), &Added { id }))
    })
    .await
}

/// Where letters go
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Contact {
    /// A mail address; empty for the organisation's first admin.
    email: String,
}

/// Where an organisation's letters go
///
/// Links of letters that went elsewhere are good no more.
#[utoipa::path(
    put, path = "/api/v1/organisations/{id}/contact", tag = "organisations",
    params(("id" = String, Path, format = "uuid")), request_body = Contact,
    responses((status = 204), (status = "default", description = "Problem details"))
)]
async fn put_contact(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<OrganisationId>,
    once: Once,
    JsonBody(contact): JsonBody<Contact>,
) -> Result<Answer, Failure> {
    if !viewer.is_brand() && viewer.organisation != id {
        return Err(Failure::NotFound);
    }
    let network = viewer.network;
    app.write_once(&viewer, once, move |tx| -> Result<_, Error> {
        super::set_contact_email(tx, network, id, &contact.email)?;
        Ok(Answer::nothing())
    })
    .await
}
