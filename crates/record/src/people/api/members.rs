//! The members of an organisation.

use axum::{
    Json,
    extract::State,
    http::Uri,
    response::{IntoResponse, Response},
};
use handfast_db::{Cx, Tx};
use handfast_kit::{OrganisationId, PersonId, TimeMs};
use handfast_web::{
    Answer, App, Failure, JsonBody, Once, Path, Query, Role, Viewer, list as listed,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    super::{self as people, Error, LIMITS, NewPerson, SIGN_IN_LINK_PATH, Uses},
    Of, PartOf, Secretive, write_secretive_once,
};

/// A member of an organisation.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct Member {
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
pub(super) struct Members {
    items: Vec<Member>,
    /// Where the next page begins; null on the last.
    next: Option<String>,
}

/// A person to be added.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewMember {
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
pub(super) struct Change {
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
pub(super) async fn list(
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
pub(super) async fn show(
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
pub(super) async fn add(
    State(app): State<App>,
    viewer: Viewer,
    once: Once,
    JsonBody(new): JsonBody<NewMember>,
) -> Result<Answer, Failure> {
    let (now, base_url) = (app.clock.now(), app.settings.base_url.clone());
    let asks = viewer.clone();
    write_secretive_once(&app, &viewer, once, move |tx| {
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
    params(("id" = String, Path, format = "uuid")), request_body = Change,
    responses((status = 200, body = Member), (status = "default", description = "Problem details"))
)]
pub(super) async fn change(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<PersonId>,
    once: Once,
    JsonBody(change): JsonBody<Change>,
) -> Result<Answer, Failure> {
    let now = app.clock.now();
    let asks = viewer.clone();
    app.write_once(&viewer, once, move |tx| change_one(tx, &asks, id, change, now)).await
}

fn change_one(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    person: PersonId,
    change: Change,
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
