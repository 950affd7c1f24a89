//! JSON of oneself; and how a session stays awake while it is used.

use axum::{
    Json,
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use handfast_db::Fault;
use handfast_kit::{NetworkId, OrganisationId, PersonId};
use handfast_web::{
    Answer, App, Failure, JsonBody, Once, Role, Scope, Side, Theme, TokenHash, Via, Viewer, cookies,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::people::{self, Error};

/// Whoever asks.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct Me {
    #[schema(value_type = String, format = "uuid")]
    person_id: PersonId,
    name: String,
    email: String,
    #[schema(value_type = String, example = "system")]
    theme: Theme,
    #[serde(flatten)]
    place: MembershipPlace,
    /// What the API token may be used for; null for a session, which may do whatever the role may.
    #[schema(value_type = Option<Vec<String>>, example = json!(["read", "write"]))]
    scopes: Option<Vec<Scope>>,
    /// Everywhere the person is a member; for a session only, because a token acts for one
    /// organisation.
    memberships: Vec<MembershipPlace>,
}

/// An organisation a person acts for.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct MembershipPlace {
    #[schema(value_type = String, format = "uuid")]
    network_id: NetworkId,
    network_name: String,
    #[schema(value_type = String, format = "uuid")]
    organisation_id: OrganisationId,
    organisation_name: String,
    #[schema(value_type = String, example = "partner")]
    side: Side,
    #[schema(value_type = String, example = "partner staff")]
    role: Role,
}

/// A change of oneself.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct MeChange {
    /// How pages look: `system`, `light` or `dark`.
    #[schema(value_type = String, example = "dark")]
    theme: Theme,
}

/// Who whoever asks is
#[utoipa::path(
    get, path = "/api/v1/me", tag = "people",
    responses((status = 200, body = Me), (status = "default", description = "Problem details"))
)]
pub(in super::super) async fn show(
    State(app): State<App>,
    viewer: Viewer,
) -> Result<Json<Me>, Failure> {
    let id = viewer.person;
    let (person, places) = app
        .read(move |cx| -> Result<_, Error> {
            let person = people::person(cx, id)?.ok_or(Error::NotFound)?;
            Ok((person, people::memberships(cx, id)?))
        })
        .await?;
    let (scopes, places) = match viewer.via {
        Via::Session { .. } => (None, places),
        Via::Token { scopes } => (Some(scopes), Vec::new()),
    };
    Ok(Json(Me {
        person_id: person.id,
        name: person.name,
        email: person.email,
        theme: person.theme,
        place: MembershipPlace {
            network_id: viewer.network,
            network_name: viewer.network_name,
            organisation_id: viewer.organisation,
            organisation_name: viewer.organisation_name,
            side: viewer.side,
            role: viewer.role,
        },
        scopes,
        memberships: places.into_iter().map(MembershipPlace::from).collect(),
    }))
}

impl From<people::Membership> for MembershipPlace {
    fn from(membership: people::Membership) -> Self {
        Self {
            network_id: membership.network,
            network_name: membership.network_name,
            organisation_id: membership.organisation,
            organisation_name: membership.organisation_name,
            side: membership.side,
            role: membership.role,
        }
    }
}

/// Change how pages look
#[utoipa::path(
    patch, path = "/api/v1/me", tag = "people", request_body = MeChange,
    responses((status = 204), (status = "default", description = "Problem details"))
)]
pub(in super::super) async fn change(
    State(app): State<App>,
    viewer: Viewer,
    once: Once,
    JsonBody(change): JsonBody<MeChange>,
) -> Result<Answer, Failure> {
    let person = viewer.person;
    app.write_once(&viewer, once, move |tx| -> Result<_, Error> {
        people::theme(tx, person, change.theme)?;
        Ok(Answer::nothing())
    })
    .await
}

/// Notes that the session of a request's cookie is in use. To be laid around the whole router:
/// `router.layer(axum::middleware::from_fn_with_state(app, people::api::note_use))`.
///
/// Most requests cost one read; once a minute it writes. A request is answered even if its use
/// cannot be noted: the disk may be full, and reading goes on.
pub async fn note_use(State(app): State<App>, request: Request, next: Next) -> Response {
    if let Some(secret) = cookies::secret(&app.settings, request.headers())
        && let Err(failure) = note(&app, secret.hash()).await
    {
        tracing::warn!(%failure, "could not note the use of a session");
    }
    next.run(request).await
}

async fn note(app: &App, hash: TokenHash) -> Result<(), Failure> {
    let now = app.clock.now();
    if app.read(move |cx| super::is_unnoted(cx, &hash, now)).await? {
        app.write(move |tx| -> Result<(), Fault> { super::seen(tx, &hash, now) }).await?;
    }
    Ok(())
}
