//! Who one is.

use axum::{Json, extract::State};
use handfast_kit::{NetworkId, OrganisationId, PersonId};
use handfast_web::{Answer, App, Failure, JsonBody, Once, Role, Scope, Side, Theme, Via, Viewer};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::{self as people, Error};

/// Whoever asks.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Me {
    #[schema(value_type = String, format = "uuid")]
    person_id: PersonId,
    name: String,
    email: String,
    #[schema(value_type = String, example = "system")]
    theme: Theme,
    #[serde(flatten)]
    place: Place,
    /// What the API token may be used for; null for a session, which may do whatever the role may.
    #[schema(value_type = Option<Vec<String>>, example = json!(["read", "write"]))]
    scopes: Option<Vec<Scope>>,
    /// Everywhere the person is a member; for a session only, because a token acts for one
    /// organisation.
    memberships: Vec<Place>,
}

/// An organisation a person acts for.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Place {
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
pub(super) struct Change {
    /// How pages look: `system`, `light` or `dark`.
    #[schema(value_type = String, example = "dark")]
    theme: Theme,
}

/// Who whoever asks is
#[utoipa::path(
    get, path = "/api/v1/me", tag = "people",
    responses((status = 200, body = Me), (status = "default", description = "Problem details"))
)]
pub(super) async fn show(State(app): State<App>, viewer: Viewer) -> Result<Json<Me>, Failure> {
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
        place: Place {
            network_id: viewer.network,
            network_name: viewer.network_name,
            organisation_id: viewer.organisation,
            organisation_name: viewer.organisation_name,
            side: viewer.side,
            role: viewer.role,
        },
        scopes,
        memberships: places.into_iter().map(Place::from).collect(),
    }))
}

impl From<people::Membership> for Place {
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
    patch, path = "/api/v1/me", tag = "people", request_body = Change,
    responses((status = 204), (status = "default", description = "Problem details"))
)]
pub(super) async fn change(
    State(app): State<App>,
    viewer: Viewer,
    once: Once,
    JsonBody(change): JsonBody<Change>,
) -> Result<Answer, Failure> {
    let person = viewer.person;
    app.write_once(&viewer, once, move |tx| -> Result<_, Error> {
        people::theme(tx, person, change.theme)?;
        Ok(Answer::nothing())
    })
    .await
}
