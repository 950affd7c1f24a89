//! JSON of people: oneself, the members of an organisation, invitations, API tokens.

use axum::{
    Json,
    extract::State,
    http::{Method, Uri},
    response::{IntoResponse, Response},
};
use handfast_db::{Cx, Tx};
use handfast_kit::{Cursor, OrganisationId, PersonId, TimeMs};
use handfast_web::{
    Access, Answer, App, Failure, JsonBody, Once, Path, Query, Role, Route, Scope, Secretive,
    Viewer, api, list as listed,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub use super::sign_in::api::note_use;
use super::{
    self as people, Error, LIMITS, NewPerson, SIGN_IN_LINK_PATH, Uses,
    invitations::api as invitations, sign_in::api as me, tokens::api as tokens,
};

/// The calls of this module, described.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(
    paths(
        me::show,
        me::change,
        list,
        show,
        add,
        change,
        invitations::list,
        invitations::send,
        invitations::withdraw,
        tokens::list,
        tokens::make,
        tokens::revoke,
    ),
    tags((name = "people", description = "Who signs in, as what, with which credential"))
)]
pub struct Documentation;

/// The calls of this module.
pub fn routes() -> Vec<Route> {
    use {Access::Admin, Access::Member};
    const PEOPLE: &str = "/api/v1/people";
    const PERSON: &str = "/api/v1/people/{id}";
    const INVITATIONS: &str = "/api/v1/invitations";
    const TOKENS: &str = "/api/v1/tokens";
    vec![
        api(Method::GET, "/api/v1/me", Member, Scope::Read, me::show),
        api(Method::PATCH, "/api/v1/me", Member, Scope::Write, me::change),
        api(Method::GET, PEOPLE, Member, Scope::Read, list),
        api(Method::POST, PEOPLE, Admin, Scope::Admin, add),
        api(Method::GET, PERSON, Member, Scope::Read, show),
        api(Method::PATCH, PERSON, Admin, Scope::Admin, change),
        api(Method::GET, INVITATIONS, Admin, Scope::Admin, invitations::list),
        api(Method::POST, INVITATIONS, Admin, Scope::Admin, invitations::send),
        api(Method::DELETE, "/api/v1/invitations/{id}", Admin, Scope::Admin, invitations::withdraw),
        api(Method::GET, TOKENS, Admin, Scope::Admin, tokens::list),
        api(Method::POST, TOKENS, Admin, Scope::Admin, tokens::make),
        api(Method::DELETE, "/api/v1/tokens/{id}", Admin, Scope::Admin, tokens::revoke),
    ]
}

/// Of which organisation.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Of {
    /// The organisation; one's own if left out. A brand admin may name any of the network.
    #[param(value_type = Option<String>, format = "uuid")]
    pub(super) organisation_id: Option<OrganisationId>,
}

/// Which part of which organisation's list.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct PartOf {
    /// The organisation; one's own if left out. A brand admin may name any of the network.
    #[param(value_type = Option<String>, format = "uuid")]
    organisation_id: Option<OrganisationId>,
    /// Where the page begins: `next` of the page before.
    after: Option<String>,
    /// How many at most, 1 to 200; 50 if left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
}

impl PartOf {
    fn cursor(&self) -> Result<Option<Cursor>, Failure> {
        let cursor = self.after.as_ref().map(|text| text.parse()).transpose();
        cursor.map_err(|wrong: &str| Failure::field("after", wrong))
    }

    fn limit(&self) -> usize {
        self.limit.unwrap_or(50).clamp(1, 200).into()
    }
}

/// A member of an organisation.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct Member {
    /// The person's id.
    #[schema(value_type = String, format = "uuid")]
    id: PersonId,
    name: String,
    email: String,
    #[schema(value_type = String, example = "partner staff")]
    role: Role,
    /// Since when, RFC 3339.
    since: String,
    /// Whether the membership has ended.
    deactivated: bool,
    /// Where the person signs in for the first time, once: given by the call that added the person,
    /// and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    sign_in_link: Option<String>,
}

/// Some members.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what `list` of web writes")]
struct Members {
    items: Vec<Member>,
    /// Where the next page begins; null on the last.
    next: Option<String>,
}

/// A person to be added.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewMember {
    name: String,
    email: String,
    /// `brand admin`, `brand staff`, `partner admin`, `partner staff` or `auditor`.
    #[schema(value_type = String, example = "partner staff")]
    role: Role,
    /// The organisation; one's own if left out.
    #[schema(value_type = Option<String>, format = "uuid")]
    organisation_id: Option<OrganisationId>,
}

/// A change of a member. What is left out stays.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MemberChange {
    #[schema(value_type = Option<String>, example = "partner admin")]
    role: Option<Role>,
    /// True ends the membership: sessions and API tokens there end with the next request. False
    /// makes one who left a member again.
    deactivated: Option<bool>,
    /// The organisation; one's own if left out.
    #[schema(value_type = Option<String>, format = "uuid")]
    organisation_id: Option<OrganisationId>,
}

impl From<people::Member> for Member {
    fn from(member: people::Member) -> Self {
        Self {
            id: member.person,
            name: member.name,
            email: member.email,
            role: member.role,
            since: member.since.rfc3339(),
            deactivated: member.ended.is_some(),
            sign_in_link: None,
        }
    }
}

/// Everybody sees their colleagues; another organisation's people only who looks after them.
fn visible(
    cx: &mut Cx<'_>,
    viewer: &Viewer,
    organisation: Option<OrganisationId>,
) -> Result<OrganisationId, Error> {
    match organisation {
        Some(id) if id != viewer.organisation => Ok(people::look_after(cx, viewer, Some(id))?.id),
        _ => Ok(viewer.organisation),
    }
}

/// The members of an organisation, those who have left too
#[utoipa::path(
    get, path = "/api/v1/people", tag = "people", params(PartOf),
    responses((status = 200, body = Members), (status = "default", description = "Problem details"))
)]
async fn list(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Query(part): Query<PartOf>,
) -> Result<Response, Failure> {
    let (after, limit) = (part.cursor()?, part.limit());
    let page = app
        .read(move |cx| -> Result<_, Error> {
            let organisation = visible(cx, &viewer, part.organisation_id)?;
            Ok(people::members(cx, viewer.network, organisation, after.as_ref(), limit)?)
        })
        .await?;
    Ok(listed(&uri, page.map(Member::from)))
}

/// One member
#[utoipa::path(
    get, path = "/api/v1/people/{id}", tag = "people",
    params(("id" = String, Path, format = "uuid"), Of),
    responses((status = 200, body = Member), (status = "default", description = "Problem details"))
)]
async fn show(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<PersonId>,
    Query(of): Query<Of>,
) -> Result<Response, Failure> {
    let member = app
        .read(move |cx| {
            let organisation = visible(cx, &viewer, of.organisation_id)?;
            let member = people::member(cx, viewer.network, organisation, id)?;
            member.ok_or(Error::NotFound)
        })
        .await?;
    Ok(Json(Member::from(member)).into_response())
}

/// Add a person nobody knows yet
///
/// Answers with a link by which the person signs in for the first time. Somebody who signs in with
/// this address already is invited instead.
#[utoipa::path(
    post, path = "/api/v1/people", tag = "people", request_body = NewMember,
    responses((status = 201, body = Member), (status = "default", description = "Problem details"))
)]
async fn add(
    State(app): State<App>,
    viewer: Viewer,
    once: Once,
    JsonBody(new): JsonBody<NewMember>,
) -> Result<Answer, Failure> {
    let (now, base_url) = (app.clock.now(), app.settings.base_url.clone());
    let asks = viewer.clone();
    app.write_secretive_once(&viewer, once, move |tx| -> Result<_, Error> {
        let (member, link) = add_one(tx, &asks, &new, now)?;
        let location = format!("/api/v1/people/{}", member.id);
        let link = format!("{base_url}{SIGN_IN_LINK_PATH}{link}");
        let given = Member { sign_in_link: Some(link), ..member.clone() };
        Ok(Secretive {
            kept: Answer::created(&*location, &member),
            given: Answer::created(&*location, &given),
        })
    })
    .await
}

fn add_one(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    new: &NewMember,
    now: TimeMs,
) -> Result<(Member, String), Error> {
    let organisation = people::look_after(tx, viewer, new.organisation_id)?.id;
    let person = NewPerson { name: new.name.clone(), email: new.email.clone() };
    let person = people::add_person(tx, &person, now)?;
    people::add_member(tx, viewer.network, organisation, person, new.role, now)?;
    let lifetime_ms = LIMITS.invitation_ms;
    let link = people::issue_sign_in_link(tx, person, lifetime_ms, Uses::Once, now)?;
    let member = people::member(tx, viewer.network, organisation, person)?;
    Ok((member.ok_or(Error::NotFound)?.into(), link.text()))
}

/// Change what a member may do, or end the membership
#[utoipa::path(
    patch, path = "/api/v1/people/{id}", tag = "people",
    params(("id" = String, Path, format = "uuid")), request_body = MemberChange,
    responses((status = 200, body = Member), (status = "default", description = "Problem details"))
)]
async fn change(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<PersonId>,
    once: Once,
    JsonBody(change): JsonBody<MemberChange>,
) -> Result<Answer, Failure> {
    let now = app.clock.now();
    let asks = viewer.clone();
    app.write_once(&viewer, once, move |tx| change_one(tx, &asks, id, change, now)).await
}

fn change_one(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    person: PersonId,
    change: MemberChange,
    now: TimeMs,
) -> Result<Answer, Error> {
    let network = viewer.network;
    let organisation = people::look_after(tx, viewer, change.organisation_id)?.id;
    let member = people::member(tx, network, organisation, person)?.ok_or(Error::NotFound)?;
    match (change.deactivated, member.ended.is_some()) {
        (Some(true), false) => people::end_member(tx, network, organisation, person, now)?,
        (Some(false), true) => {
            let role = change.role.unwrap_or(member.role);
            people::add_member(tx, network, organisation, person, role, now)?;
        }
        (_, false) => {
            if let Some(role) = change.role.filter(|role| *role != member.role) {
                people::change_role(tx, network, organisation, person, role)?;
            }
        }
        // Somebody who has left has no role to change.
        (_, true) => {}
    }
    let member = people::member(tx, network, organisation, person)?.ok_or(Error::NotFound)?;
    Ok(Answer::ok(&Member::from(member)))
}
