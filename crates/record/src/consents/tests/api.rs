//! Stories of the JSON calls.

use std::sync::{LazyLock, Mutex};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Method, Request, StatusCode, header},
};
use handfast_db::{Cx, Fault};
use handfast_kit::{OrganisationId, TimeMs};
use handfast_web::{
    App, Credential, Role, Scope, Secret, Settings, TokenHash, Via, Viewer, router,
};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{Town, towns};
use crate::consents::api;

/// Who has which token. Of all towns: tokens are random.
static TOKENS: LazyLock<Mutex<Vec<(TokenHash, Viewer)>>> = LazyLock::new(Mutex::default);

#[expect(clippy::unnecessary_wraps, reason = "this is the form of every Authenticate")]
fn authenticate(_: &mut Cx<'_>, given: &Credential, _: TimeMs) -> Result<Option<Viewer>, Fault> {
    let Credential::Token(hash) = given else { return Ok(None) };
    let tokens = TOKENS.lock().unwrap();
    Ok(tokens.iter().find(|(of, _)| of == hash).map(|(_, viewer)| viewer.clone()))
}

struct Server<'a> {
    town: &'a Town,
    router: Router,
}

impl<'a> Server<'a> {
    fn over(town: &'a Town) -> Self {
        let (db, clock) = (town.world.db.clone(), town.world.clock.clone());
        let app = App::new(db, clock, Settings::default(), authenticate);
        Self { town, router: router(app, api::routes()) }
    }

    fn token(&self, organisation: OrganisationId, role: Role) -> String {
        let secret = Secret::random();
        let viewer = Viewer {
            via: Via::Token { scopes: Scope::ALL.to_vec() },
            ..self.town.world.viewer(organisation, role)
        };
        TOKENS.lock().unwrap().push((secret.hash(), viewer));
        secret.token_text()
    }

    async fn send(&self, token: &str, asked: (Method, &str), body: Value) -> (StatusCode, Value) {
        let mut request = Request::builder()
            .method(asked.0)
            .uri(asked.1)
            .header(header::AUTHORIZATION, format!("Bearer {token}"));
        let body = if body.is_null() {
            Body::empty()
        } else {
            request = request.header(header::CONTENT_TYPE, "application/json");
            Body::from(body.to_string())
        };
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let status = response.status();
        let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }
}

#[tokio::test]
async fn a_word_is_recorded_read_and_removed() {
    for town in towns() {
        let server = Server::over(&town);
        let spoke = town.world.spoke;
        let dev = server.token(spoke, Role::PartnerStaff);
        let consents = format!("/api/v1/customers/{}/consents", town.maya);
        let word = json!({
            "purpose": "offers", "organisation_id": spoke, "allowed": true, "channel": "in_person",
        });
        let recorded = server.send(&dev, (Method::POST, &consents), word.clone()).await;
        assert_eq!(recorded.0, StatusCode::NO_CONTENT, "{}", recorded.1);
        let (_, read) = server.send(&dev, (Method::GET, &consents), Value::Null).await;
        let item = &read["items"][0];
        for (field, expected) in [
            ("purpose", json!("offers")),
            ("organisation_id", json!(spoke)),
            ("allowed", json!(true)),
            ("holds", json!(true)),
            ("text_version", json!(1)),
            ("channel", json!("in_person")),
        ] {
            assert_eq!(item[field], expected, "{field}");
        }
        assert!(item["words"].as_str().unwrap().contains("offers"));
        assert_eq!(read["frozen"], Value::Null);

        let removal = format!("{consents}/removal");
        let about = json!({ "purpose": "offers", "organisation_id": spoke, "channel": "phone" });
        let gone = server.send(&dev, (Method::POST, &removal), about.clone()).await;
        assert_eq!(gone.0, StatusCode::NO_CONTENT);
        let again = server.send(&dev, (Method::POST, &removal), about).await;
        assert_eq!(again.0, StatusCode::CONFLICT);

        let mut others = word;
        others["organisation_id"] = json!(town.world.harbour);
        let refused = server.send(&dev, (Method::POST, &consents), others.clone()).await;
        others["organisation_id"] = json!(OrganisationId::random());
        assert_eq!(server.send(&dev, (Method::POST, &consents), others).await.1, refused.1);
        assert_eq!(refused.1["errors"][0]["field"], "organisation_id", "{}", refused.1);
    }
}

#[tokio::test]
async fn the_brand_freezes_and_releases_and_a_partner_may_not() {
    for town in towns() {
        let server = Server::over(&town);
        let priya = server.token(town.world.brand, Role::BrandStaff);
        let dev = server.token(town.world.spoke, Role::PartnerAdmin);
        let freeze = format!("/api/v1/customers/{}/freeze", town.maya);
        let consents = format!("/api/v1/customers/{}/consents", town.maya);
        let why = json!({ "why": "A dispute." });
        let refused = server.send(&dev, (Method::PUT, &freeze), why.clone()).await;
        assert_eq!(refused.0, StatusCode::FORBIDDEN);
        let frozen = server.send(&priya, (Method::PUT, &freeze), why).await;
        assert_eq!(frozen.0, StatusCode::NO_CONTENT, "{}", frozen.1);
        let (_, seen) = server.send(&priya, (Method::GET, &consents), Value::Null).await;
        assert_eq!(seen["frozen"]["why"], "A dispute.");
        let (_, seen) = server.send(&dev, (Method::GET, &consents), Value::Null).await;
        assert!(seen["frozen"]["since"].is_string() && seen["frozen"]["why"].is_null());
        let released = server.send(&priya, (Method::DELETE, &freeze), Value::Null).await;
        assert_eq!(released.0, StatusCode::NO_CONTENT);
        let again = server.send(&priya, (Method::DELETE, &freeze), Value::Null).await;
        assert_eq!(again.0, StatusCode::CONFLICT);
    }
}

#[tokio::test]
async fn an_admin_of_the_brand_publishes_what_customers_are_asked() {
    for town in towns() {
        let server = Server::over(&town);
        let admin = server.token(town.world.brand, Role::BrandAdmin);
        let staff = server.token(town.world.brand, Role::BrandStaff);
        let texts = "/api/v1/consent-texts";
        let new = json!({ "purpose": "research", "words": "You may ask me how it went." });
        let refused = server.send(&staff, (Method::POST, texts), new.clone()).await;
        assert_eq!(refused.0, StatusCode::FORBIDDEN);
        let (status, made) = server.send(&admin, (Method::POST, texts), new).await;
        assert_eq!((status, &made["version"]), (StatusCode::CREATED, &json!(2)));
        let dev = server.token(town.world.spoke, Role::Auditor);
        let (_, all) = server.send(&dev, (Method::GET, texts), Value::Null).await;
        assert_eq!(all["items"].as_array().unwrap().len(), 5);
        let of_one = format!("{texts}?purpose=research");
        let (_, both) = server.send(&dev, (Method::GET, &of_one), Value::Null).await;
        assert_eq!(both["items"][0]["words"], "You may ask me how it went.");
        assert_eq!(both["items"][1]["version"], 1);
        let unknown = format!("{texts}?purpose=fun");
        let (status, _) = server.send(&dev, (Method::GET, &unknown), Value::Null).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}
