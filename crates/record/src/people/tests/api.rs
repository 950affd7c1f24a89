//! Stories of the JSON calls.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Method, Request, StatusCode, header},
    middleware::from_fn_with_state,
};
use handfast_kit::PersonId;
use handfast_web::{App, Scope, Secret, Settings, router};
use serde_json::{Value, json};
use tower::ServiceExt;
use utoipa::OpenApi;

use super::{Town, email, towns};
use crate::people::{self, LIMITS, Maker, NewToken, api, authenticate, create_token};

/// A server over a town.
struct Server {
    town: Town,
    router: Router,
}

struct Answered {
    status: StatusCode,
    body: Value,
}

impl Server {
    fn each() -> Vec<Self> {
        towns().into_iter().map(Self::new).collect()
    }

    fn new(town: Town) -> Self {
        let (db, clock) = (town.world.db.clone(), town.world.clock.clone());
        let app = App::new(db, clock, Settings::default(), authenticate);
        Self { router: router(app, api::routes()), town }
    }

    /// A token with every scope its maker can give.
    fn token(&self, person: PersonId) -> String {
        let viewer = self.town.viewer(person);
        let scopes = if viewer.is_admin() { Scope::ALL.to_vec() } else { vec![Scope::Read] };
        let new = NewToken { name: "test".into(), scopes, lifetime_ms: None };
        let now = self.town.now();
        let made = self.town.write(move |tx| create_token(tx, &Maker::of(&viewer), &new, now));
        made.unwrap().1.token_text()
    }

    async fn send(&self, token: &str, method: Method, path: &str, body: Value) -> Answered {
        self.send_keyed(token, method, path, body, "").await
    }

    async fn send_keyed(
        &self,
        token: &str,
        method: Method,
        path: &str,
        body: Value,
        key: &str,
    ) -> Answered {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {token}"));
        if !key.is_empty() {
            request = request.header("idempotency-key", key);
        }
        let body = if body.is_null() {
            Body::empty()
        } else {
            request = request.header(header::CONTENT_TYPE, "application/json");
            Body::from(body.to_string())
        };
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let status = response.status();
        let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        Answered { status, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
    }

    async fn get(&self, token: &str, path: &str) -> Answered {
        self.send(token, Method::GET, path, Value::Null).await
    }
}

/// The secret at the end of a link.
fn secret_of(link: &Value) -> Secret {
    Secret::parse(link.as_str().unwrap().rsplit('/').next().unwrap()).unwrap()
}

#[tokio::test]
async fn me_says_who_asks_and_what_the_token_may() {
    for server in Server::each() {
        let token = server.token(server.town.sam);
        let me = server.get(&token, "/api/v1/me").await.body;
        assert_eq!(me["name"], "Sam");
        assert_eq!(me["email"], email("Sam"));
        assert_eq!(me["organisation_name"], "Spoke & Chain");
        assert_eq!(me["role"], "partner admin");
        assert_eq!(me["scopes"], json!(["read", "write", "import", "admin"]));

        let dark = json!({ "theme": "dark" });
        let changed = server.send(&token, Method::PATCH, "/api/v1/me", dark).await;
        assert_eq!(changed.status, StatusCode::NO_CONTENT);
        assert_eq!(server.get(&token, "/api/v1/me").await.body["theme"], "dark");
    }
}

#[tokio::test]
async fn colleagues_are_seen_and_others_people_only_by_a_brand_admin() {
    for server in Server::each() {
        let harbour = server.town.world.harbour;
        let (sam, tom, priya) = (server.town.sam, server.town.tom, server.town.priya);
        let names = |answer: Answered| -> Vec<String> {
            let items = answer.body["items"].as_array().unwrap().clone();
            items.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
        };
        let own = server.get(&server.token(tom), "/api/v1/people").await;
        assert_eq!(names(own).len(), 2);
        let path = format!("/api/v1/people?organisation_id={harbour}");
        let theirs = server.get(&server.token(priya), &path).await;
        assert_eq!(names(theirs), ["Grace"]);
        for person in [sam, tom] {
            let hidden = server.get(&server.token(person), &path).await;
            assert_eq!(hidden.status, StatusCode::NOT_FOUND);
        }
        let grace = format!("/api/v1/people/{}", server.town.grace);
        let hidden = server.get(&server.token(sam), &grace).await;
        assert_eq!(hidden.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_person_is_added_changed_and_ended() {
    for server in Server::each() {
        let token = server.token(server.town.sam);
        let new = json!({ "name": "Nina", "email": "nina@example.com", "role": "partner staff" });
        let added = server.send(&token, Method::POST, "/api/v1/people", new.clone()).await;
        assert_eq!(added.status, StatusCode::CREATED, "{}", added.body);
        let (link, now) = (secret_of(&added.body["sign_in_link"]), server.town.now());
        let session = server
            .town
            .write(move |tx| people::use_sign_in_link(tx, &link.hash(), None, now))
            .unwrap();
        assert_eq!(server.town.whose(&session).unwrap().person_name, "Nina");

        let path = format!("/api/v1/people/{}", added.body["id"].as_str().unwrap());
        let change = json!({ "role": "auditor" });
        let changed = server.send(&token, Method::PATCH, &path, change).await;
        assert_eq!((changed.status, &changed.body["role"]), (StatusCode::OK, &json!("auditor")));
        let change = json!({ "deactivated": true });
        server.send(&token, Method::PATCH, &path, change.clone()).await;
        let again = server.send(&token, Method::PATCH, &path, change).await;
        assert_eq!((again.status, &again.body["deactivated"]), (StatusCode::OK, &json!(true)));
        assert!(server.town.whose(&session).is_none());
        let back = json!({ "deactivated": false, "role": "partner staff" });
        let back = server.send(&token, Method::PATCH, &path, back).await;
        assert_eq!(back.body["deactivated"], false);
        assert_eq!(server.get(&token, &path).await.body["role"], "partner staff");

        let twice = server.send(&token, Method::POST, "/api/v1/people", new).await;
        assert_eq!(twice.status, StatusCode::CONFLICT);
        let wrong = json!({ "name": "Bo", "email": "bo", "role": "partner staff" });
        let wrong = server.send(&token, Method::POST, "/api/v1/people", wrong).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.body.to_string().contains("\"email\""), "{}", wrong.body);
    }
}

#[tokio::test]
async fn a_partner_admin_changes_nobody_elsewhere() {
    for server in Server::each() {
        let (token, brand) = (server.token(server.town.sam), server.town.world.brand);
        let path = format!("/api/v1/people/{}", server.town.priya);
        for change in [
            json!({ "deactivated": true }),
            json!({ "deactivated": true, "organisation_id": brand }),
        ] {
            let refused = server.send(&token, Method::PATCH, &path, change).await;
            assert_eq!(refused.status, StatusCode::NOT_FOUND);
        }
        let own = format!("/api/v1/people/{}", server.town.sam);
        for wrong in [json!({ "role": "brand admin" }), json!({ "network_id": "x" })] {
            let refused = server.send(&token, Method::PATCH, &own, wrong).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
    }
}

#[tokio::test]
async fn an_invitation_is_sent_listed_and_withdrawn() {
    for server in Server::each() {
        let token = server.token(server.town.sam);
        let new = json!({ "name": "Nina", "email": "nina@example.com", "role": "partner staff" });
        let sent = server.send(&token, Method::POST, "/api/v1/invitations", new).await;
        assert_eq!(sent.status, StatusCode::CREATED, "{}", sent.body);
        let (hash, now) = (secret_of(&sent.body["link"]).hash(), server.town.now());
        let page = server.town.read(|cx| people::invitation(cx, &hash, now));
        assert_eq!(page.email, "nina@example.com");

        let listed = server.get(&token, "/api/v1/invitations").await.body;
        assert_eq!(listed["items"][0]["id"], sent.body["id"]);
        assert!(listed["items"][0].get("link").is_none());
        let path = format!("/api/v1/invitations/{}", sent.body["id"].as_str().unwrap());
        let other = server.token(server.town.grace);
        let hidden = server.send(&other, Method::DELETE, &path, Value::Null).await;
        assert_eq!(hidden.status, StatusCode::NOT_FOUND);
        let gone = server.send(&token, Method::DELETE, &path, Value::Null).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT);
        let listed = server.get(&token, "/api/v1/invitations").await.body;
        assert_eq!(listed["items"], json!([]));
    }
}

#[tokio::test]
async fn a_token_is_made_used_and_revoked() {
    for server in Server::each() {
        let token = server.token(server.town.sam);
        let new = json!({ "name": "till", "scopes": ["read"], "lifetime_days": 7 });
        let made = server.send(&token, Method::POST, "/api/v1/tokens", new).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        let till = made.body["token"].as_str().unwrap().to_owned();
        assert_eq!(server.get(&till, "/api/v1/people").await.status, StatusCode::OK);
        let refused = server.get(&till, "/api/v1/tokens").await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);

        let path = format!("/api/v1/tokens/{}", made.body["id"].as_str().unwrap());
        let gone = server.send(&token, Method::DELETE, &path, Value::Null).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT);
        let dead = server.get(&till, "/api/v1/people").await;
        assert_eq!(dead.status, StatusCode::UNAUTHORIZED);
        let listed = server.get(&token, "/api/v1/tokens").await.body;
        let revoked = |item: &&Value| !item["revoked"].is_null();
        assert_eq!(listed["items"].as_array().unwrap().iter().filter(revoked).count(), 1);
    }
}

#[tokio::test]
async fn a_secret_is_given_once_and_kept_nowhere() {
    for server in Server::each() {
        let token = server.token(server.town.sam);
        let new = json!({ "name": "till", "scopes": ["read"] });
        let send = || {
            let new = new.clone();
            server.send_keyed(&token, Method::POST, "/api/v1/tokens", new, "k1")
        };
        let (first, second) = (send().await, send().await);
        assert_eq!((first.status, second.status), (StatusCode::CREATED, StatusCode::CREATED));
        assert_eq!(first.body["id"], second.body["id"]);
        assert!(first.body["token"].is_string() && second.body.get("token").is_none());
    }
}

#[tokio::test]
async fn a_session_that_is_used_stays_awake() {
    for server in Server::each() {
        let (session, clock) = (server.town.session(server.town.sam), &server.town.world.clock);
        let app = App::new(
            server.town.world.db.clone(),
            clock.clone(),
            Settings::default(),
            authenticate,
        );
        let router = server.router.clone().layer(from_fn_with_state(app, api::note_use));
        let ask = || {
            let cookie = format!("sid={}", session.text());
            let request =
                Request::get("/api/v1/me").header(header::COOKIE, cookie).body(Body::empty());
            router.clone().oneshot(request.unwrap())
        };
        for _ in 0..4 {
            clock.advance(LIMITS.session_idle_ms - 1);
            assert_eq!(ask().await.unwrap().status(), StatusCode::OK);
        }
        clock.advance(LIMITS.session_idle_ms);
        assert_eq!(ask().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    }
}

#[test]
fn every_call_is_described() {
    let document = serde_json::to_value(api::Documentation::openapi()).unwrap();
    for route in api::routes() {
        let (path, method) = (route.facts().path, route.facts().method.as_str().to_lowercase());
        assert!(document["paths"][path][&method].is_object(), "{method} {path}");
    }
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for name in ["Me", "Member", "NewMember", "Invitation", "NewToken"] {
        assert!(schemas.contains_key(name), "{name}");
    }
}
