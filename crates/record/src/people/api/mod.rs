//! JSON of people: oneself, the members of an organisation, invitations, API tokens.

mod awake;
mod invitations;
mod me;
mod members;
mod tokens;

use std::sync::{Arc, Mutex, PoisonError};

use axum::http::Method;
use handfast_db::Tx;
use handfast_kit::{Cursor, OrganisationId};
use handfast_web::{Access, Answer, App, Failure, Once, Route, Scope, Viewer, api};
use serde::Deserialize;
use utoipa::IntoParams;

pub use awake::note_use;

use super::Error;

/// The calls of this module, described.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(
    paths(
        me::show,
        me::change,
        members::list,
        members::show,
        members::add,
        members::change,
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
        api(Method::GET, PEOPLE, Member, Scope::Read, members::list),
        api(Method::POST, PEOPLE, Admin, Scope::Admin, members::add),
        api(Method::GET, PERSON, Member, Scope::Read, members::show),
        api(Method::PATCH, PERSON, Admin, Scope::Admin, members::change),
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
struct Of {
    /// The organisation; one's own if left out. A brand admin may name any of the network.
    #[param(value_type = Option<String>, format = "uuid")]
    organisation_id: Option<OrganisationId>,
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

/// What a call answers that makes a secret.
struct Secretive {
    /// What is kept for the same `Idempotency-Key`: without the secret, of which nothing but the
    /// hash is ever stored.
    kept: Answer,
    /// What whoever asks gets now.
    given: Answer,
}

/// Writes once, as [`App::write_once`] does, and gives the secret to the first who asks only.
async fn write_secretive_once(
    app: &App,
    viewer: &Viewer,
    once: Once,
    mut f: impl FnMut(&mut Tx<'_>) -> Result<Secretive, Error> + Send + 'static,
) -> Result<Answer, Failure> {
    let made: Arc<Mutex<Option<Secretive>>> = Arc::default();
    let making = Arc::clone(&made);
    let answer = app
        .write_once(viewer, once, move |tx| -> Result<Answer, Error> {
            let secretive = f(tx)?;
            let kept = secretive.kept.clone();
            *making.lock().unwrap_or_else(PoisonError::into_inner) = Some(secretive);
            Ok(kept)
        })
        .await?;
    let made = made.lock().unwrap_or_else(PoisonError::into_inner).take();
    // A run that did not count may have left what it made: only what was kept now is given.
    Ok(match made {
        Some(secretive) if secretive.kept == answer => secretive.given,
        _ => answer,
    })
}
