//! API tokens of an organisation.

use axum::{extract::State, http::Uri, response::Response};
use handfast_kit::{Page, PersonId, TimeMs};
use handfast_web::{
    Answer, App, Failure, JsonBody, Once, Path, Query, Scope, Secretive, Viewer, list as listed,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::people::{self, ApiTokenId, Error, LIMITS, Maker, NewToken, api::Of};

/// An API token.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(in super::super) struct Token {
    #[schema(value_type = String, format = "uuid")]
    id: ApiTokenId,
    name: String,
    /// Any of `read`, `write`, `import`, `admin`.
    #[schema(value_type = Vec<String>, example = json!(["read", "import"]))]
    scopes: Vec<Scope>,
    /// As whom it acts.
    #[schema(value_type = String, format = "uuid")]
    person_id: PersonId,
    person_name: String,
    /// Since when, RFC 3339.
    created: String,
    /// Until when, RFC 3339.
    expires: String,
    /// Since when no longer, if it was revoked.
    revoked: Option<String>,
    /// What to send as `Authorization: Bearer ..`: given by the call that made it, and never again.
    #[serde(rename = "token", skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

/// API tokens.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what `list` of web writes")]
pub(in super::super) struct Tokens {
    /// The newest first, at most 200.
    items: Vec<Token>,
    next: Option<String>,
}

/// A token to be made. It acts as whoever makes it, in their organisation.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(as = NewToken)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ToMake {
    name: String,
    /// Any of `read`, `write`, `import`, `admin`; none that the maker does not have.
    #[schema(value_type = Vec<String>, example = json!(["read"]))]
    scopes: Vec<Scope>,
    /// For how many days, 1 to 400; 90 if left out.
    #[schema(minimum = 1, maximum = 400)]
    lifetime_days: Option<u16>,
}

impl From<people::ApiToken> for Token {
    fn from(token: people::ApiToken) -> Self {
        Self {
            id: token.id,
            name: token.name,
            scopes: token.scopes,
            person_id: token.person,
            person_name: token.person_name,
            created: token.created.rfc3339(),
            expires: token.expires.rfc3339(),
            revoked: token.revoked.map(TimeMs::rfc3339),
            text: None,
        }
    }
}

/// The API tokens of an organisation, those that ended in the last month too
#[utoipa::path(
    get, path = "/api/v1/tokens", tag = "people", params(Of),
    responses((status = 200, body = Tokens), (status = "default", description = "Problem details"))
)]
pub(in super::super) async fn list(
    State(app): State<App>,
    viewer: Viewer,
    uri: Uri,
    Query(of): Query<Of>,
) -> Result<Response, Failure> {
    let tokens = app
        .read(move |cx| -> Result<_, Error> {
            let organisation = people::look_after(cx, &viewer, of.organisation_id)?.id;
            Ok(people::tokens(cx, viewer.network, organisation)?)
        })
        .await?;
    let items = tokens.into_iter().map(Token::from).collect();
    Ok(listed(&uri, Page { items, next: None }))
}

/// Make an API token
#[utoipa::path(
    post, path = "/api/v1/tokens", tag = "people", request_body = ToMake,
    responses((status = 201, body = Token), (status = "default", description = "Problem details"))
)]
pub(in super::super) async fn make(
    State(app): State<App>,
    viewer: Viewer,
    once: Once,
    JsonBody(new): JsonBody<ToMake>,
) -> Result<Answer, Failure> {
    let now = app.clock.now();
    let lifetime_ms = new.lifetime_days.map(|days| i64::from(days) * TimeMs::DAY);
    let new = NewToken { name: new.name, scopes: new.scopes, lifetime_ms };
    let asks = viewer.clone();
    app.write_secretive_once(&viewer, once, move |tx| -> Result<_, Error> {
        let (id, secret) = people::create_token(tx, &Maker::of(&asks), &new, now)?;
        let kept = Token {
            id,
            name: new.name.trim().to_owned(),
            scopes: new.scopes.clone(),
            person_id: asks.person,
            person_name: asks.person_name.clone(),
            created: now.rfc3339(),
            expires: now.plus(new.lifetime_ms.unwrap_or(LIMITS.token_ms)).rfc3339(),
            revoked: None,
            text: None,
        };
        let location = format!("/api/v1/tokens/{id}");
        let given = Token { text: Some(secret.token_text()), ..kept.clone() };
        Ok(Secretive {
            kept: Answer::created(&*location, &kept),
            given: Answer::created(&*location, &given),
        })
    })
    .await
}

/// Revoke an API token
#[utoipa::path(
    delete, path = "/api/v1/tokens/{id}", tag = "people",
    params(("id" = String, Path, format = "uuid"), Of),
    responses((status = 204), (status = "default", description = "Problem details"))
)]
pub(in super::super) async fn revoke(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<ApiTokenId>,
    Query(of): Query<Of>,
    once: Once,
) -> Result<Answer, Failure> {
    let now = app.clock.now();
    let asks = viewer.clone();
    app.write_once(&viewer, once, move |tx| -> Result<_, Error> {
        let organisation = people::look_after(tx, &asks, of.organisation_id)?.id;
        people::revoke_token(tx, asks.network, organisation, id, now)?;
        Ok(Answer::nothing())
    })
    .await
}
