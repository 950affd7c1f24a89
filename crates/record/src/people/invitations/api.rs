//! Invitations into an organisation.

use axum::{extract::State, http::Uri, response::Response};
use handfast_kit::{OrganisationId, Page, PersonId};
use handfast_web::{
    Answer, App, Failure, JsonBody, Once, Path, Query, Role, Secretive, Viewer, list as listed,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::people::{self, Error, INVITATION_PATH, InvitationId, LIMITS, NewInvitation, api::Of};

/// An invitation that can still be accepted.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(in super::super) struct Invitation {
    id: String,
    name: String,
    email: String,
    #[schema(value_type = String, example = "partner staff")]
    role: Role,
    /// Who sent it.
    #[schema(value_type = String, format = "uuid")]
    invited_by: PersonId,
    /// Until when, RFC 3339.
    expires: String,
    /// Where the invited person accepts it: given by the call that made it, and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

/// Invitations that can still be accepted.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what `list` of web writes")]
pub(in super::super) struct Invitations {
    /// The newest first, at most 200.
    items: Vec<Invitation>,
    next: Option<String>,
}

/// Somebody to be invited.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(as = NewInvitation)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ToSend {
    name: String,
    email: String,
    /// `brand admin`, `brand staff`, `partner admin`, `partner staff` or `auditor`.
    #[schema(value_type = String, example = "partner staff")]
    role: Role,
    /// The organisation; one's own if left out.
    #[schema(value_type = Option<String>, format = "uuid")]
    organisation_id: Option<OrganisationId>,
}

impl From<people::Invitation> for Invitation {
    fn from(open: people::Invitation) -> Self {
        Self {
            id: open.id.to_string(),
            name: open.name,
            email: open.email,
            role: open.role,
            invited_by: open.invited_by,
            expires: open.expires.rfc3339(),
            link: None,
        }
    }
}

/// The invitations into an organisation that can still be accepted
#[utoipa::path(
    get, path = "/api/v1/invitations", tag = "people", params(Of),
    responses(
        (status = 200, body = Invitations),
        (status = "default", description = "Problem details")
    )
)]
pub(in super::super) async fn list(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Query(of): Query<Of>,
) -> Result<Response, Failure> {
    let now = app.clock.now();
    let open = app
        .read(move |cx| -> Result<_, Error> {
            let organisation = people::look_after(cx, &viewer, of.organisation_id)?.id;
            Ok(people::invitations(cx, viewer.network, organisation, now)?)
        })
        .await?;
    let items = open.into_iter().map(Invitation::from).collect();
    Ok(listed(&uri, Page { items, next: None }))
}

/// Invite somebody
///
/// The link goes to the invited person. It works once, for 72 hours.
#[utoipa::path(
    post, path = "/api/v1/invitations", tag = "people", request_body = ToSend,
    responses(
        (status = 201, body = Invitation),
        (status = "default", description = "Problem details")
    )
)]
pub(in super::super) async fn send(
    State(app): State<App>,
    viewer: Viewer,
    once: Once,
    JsonBody(new): JsonBody<ToSend>,
) -> Result<Answer, Failure> {
    let (now, base_url) = (app.clock.now(), app.settings.base_url.clone());
    let new = NewInvitation {
        organisation: new.organisation_id,
        email: new.email,
        name: new.name,
        role: new.role,
    };
    let asks = viewer.clone();
    app.write_secretive_once(&viewer, once, move |tx| -> Result<_, Error> {
        let secret = people::invite(tx, &asks, &new, now)?;
        let kept = Invitation {
            id: InvitationId::of(&secret).to_string(),
            name: new.name.trim().to_owned(),
            email: new.email.trim().to_lowercase(),
            role: new.role,
            invited_by: asks.person,
            expires: now.plus(LIMITS.invitation_ms).rfc3339(),
            link: None,
        };
        let link = format!("{base_url}{INVITATION_PATH}{}", secret.text());
        let location = format!("/api/v1/invitations/{}", kept.id);
        let given = Invitation { link: Some(link), ..kept.clone() };
        Ok(Secretive {
            kept: Answer::created(&*location, &kept),
            given: Answer::created(&*location, &given),
        })
    })
    .await
}

/// Make an invitation void
#[utoipa::path(
    delete, path = "/api/v1/invitations/{id}", tag = "people",
    params(("id" = String, Path), Of),
    responses((status = 204), (status = "default", description = "Problem details"))
)]
pub(in super::super) async fn withdraw(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<String>,
    Query(of): Query<Of>,
    once: Once,
) -> Result<Answer, Failure> {
    let id: InvitationId = id.parse()?;
    let asks = viewer.clone();
    app.write_once(&viewer, once, move |tx| -> Result<_, Error> {
        let organisation = people::look_after(tx, &asks, of.organisation_id)?.id;
        people::withdraw_invitation(tx, asks.network, organisation, id)?;
        Ok(Answer::nothing())
    })
    .await
}
