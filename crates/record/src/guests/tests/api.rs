//! Stories of the JSON calls: what an answer gives away.

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex},
};

use axum::{
    Router,
    http::{Method, Request, header},
};
use handfast_db::{Cx, Fault};
use handfast_kit::{OrganisationId, TimeMs};
use handfast_web::{
    App, Credential, Role, Scope, Secret, Settings, TokenHash, Via, Viewer, router,
};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{MAYA, NOBODY, another, asks, confirmation, mayas, sees};
use crate::{
    agreements::Guests,
    guests::{GuestId, TRIES_MAX, api},
    testing::World,
};

/// Who holds which token, of all worlds: tokens are random.
static TOKENS: LazyLock<Mutex<HashMap<TokenHash, Viewer>>> = LazyLock::new(Mutex::default);

#[expect(clippy::unnecessary_wraps, reason = "this is the form of every Authenticate")]
fn authenticate(_: &mut Cx<'_>, given: &Credential, _: TimeMs) -> Result<Option<Viewer>, Fault> {
    let Credential::Token(hash) = given else { return Ok(None) };
    Ok(TOKENS.lock().unwrap().get(hash).cloned())
}

/// The API, as somebody of an organisation meets it.
struct Api {
    router: Router,
    token: String,
}

impl Api {
    fn of(world: &World, organisation: OrganisationId) -> Self {
        let (db, clock) = (world.db.clone(), world.clock.clone());
        let app = App::new(db, clock, Settings::default(), authenticate);
        let via = Via::Token { scopes: Scope::ALL.to_vec() };
        let viewer = Viewer { via, ..world.viewer(organisation, Role::PartnerStaff) };
        let secret = Secret::random();
        TOKENS.lock().unwrap().insert(secret.hash(), viewer);
        Self { router: router(app, api::routes()), token: secret.token_text() }
    }

    /// The status, the headers and the body, with the ids of this one asking and answer left out.
    async fn post(&self, path: &str, body: Value) -> (String, String) {
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, "application/json")
            .body(axum::body::Body::from(body.to_string()))
            .unwrap();
        let (mut parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let id = serde_json::from_str::<Value>(&text).unwrap()["id"].as_str().map(str::to_owned);
        let id = id.unwrap_or_else(|| "no id".to_owned());
        parts.headers.remove("x-request-id");
        let seen = format!("{} {:?} {text}", parts.status, parts.headers);
        (seen.replace(&id, "ID"), id)
    }
}

#[tokio::test]
async fn found_and_not_found_are_one_answer_to_the_last_byte_of_asking_and_of_wrong_codes() {
    for (world, maya) in mayas(Guests::Asked) {
        let api = Api::of(&world, world.harbour);
        let asked = async |key: &str| {
            api.post("/api/v1/guests", json!({"key": key, "why": "Her brake squeals"})).await
        };
        let (found, maya_id) = asked(MAYA).await;
        let (missing, nobody_id) = asked(NOBODY).await;
        assert!(found.starts_with("201"), "{found}");
        assert!(found.contains("We asked the customer to confirm"), "{found}");
        assert_eq!(found, missing);
        let made = confirmation(&world, maya_id.parse().unwrap()).unwrap();
        let code = json!({"code": another(&made.code)});
        for _ in 0..=TRIES_MAX {
            let of = |id: &str| format!("/api/v1/guests/{id}/code");
            let (found, _) = api.post(&of(&maya_id), code.clone()).await;
            let (missing, _) = api.post(&of(&nobody_id), code.clone()).await;
            assert_eq!(found, missing);
        }
        assert_eq!(sees(&world, world.harbour, maya), None);
    }
}

#[tokio::test]
async fn another_partners_asking_is_answered_as_one_that_never_was() {
    for (world, _) in mayas(Guests::Asked) {
        let guest = asks(&world, world.harbour, MAYA).unwrap();
        let spoke = Api::of(&world, world.spoke);
        for (end, body) in [("code", json!({"code": "123456"})), ("end", json!({}))] {
            let path = |id: GuestId| format!("/api/v1/guests/{id}/{end}");
            let (theirs, _) = spoke.post(&path(guest.id), body.clone()).await;
            let (none, _) = spoke.post(&path(GuestId::random()), body).await;
            let masked = |text: String| text.split("\"instance\"").next().unwrap().to_owned();
            assert!(theirs.starts_with("404"), "{theirs}");
            assert_eq!(masked(theirs), masked(none));
        }
    }
}
