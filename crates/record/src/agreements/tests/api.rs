//! Stories of the JSON calls.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Method, Request, StatusCode, header},
};
use handfast_kit::{OrganisationId, PersonId};
use handfast_web::{App, Role, Scope, Settings, Via, router};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::{
    agreements::api,
    people::{self, Maker, NewPerson, NewToken, authenticate},
    testing::{World, worlds},
};

struct Server {
    world: World,
    router: Router,
}

impl Server {
    fn each() -> Vec<Self> {
        worlds().into_iter().map(Self::new).collect()
    }

    fn new(world: World) -> Self {
        let app =
            App::new(world.db.clone(), world.clock.clone(), Settings::default(), authenticate);
        Self { router: router(app, api::routes()), world }
    }

    /// A token of somebody with this role.
    fn token(&self, organisation: OrganisationId, role: Role) -> String {
        let (network, now) = (self.world.network, self.world.clock.now());
        let mut viewer = self.world.viewer(organisation, role);
        viewer.via = Via::Token { scopes: Scope::ALL.to_vec() };
        let made = self.world.db.write(move |tx| -> Result<_, people::Error> {
            let email = format!("{}@example.com", PersonId::random());
            let new = NewPerson { name: "Somebody".into(), email };
            viewer.person = people::add_person(tx, &new, now)?;
            people::add_member(tx, network, organisation, viewer.person, role, now)?;
            let scopes = if viewer.is_admin() { Scope::ALL.to_vec() } else { vec![Scope::Read] };
            let new = NewToken { name: "test".into(), scopes, lifetime_ms: None };
            people::create_token(tx, &Maker::of(&viewer), &new, now)
        });
        made.unwrap().1.token_text()
    }

    async fn send(
        &self,
        token: &str,
        method: Method,
        path: &str,
        body: Value,
    ) -> (StatusCode, Value) {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
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

    async fn read(&self, token: &str, path: &str) -> (StatusCode, Value) {
        self.send(token, Method::GET, path, Value::Null).await
    }

    fn agreements(&self) -> String {
        format!("/api/v1/organisations/{}/agreements", self.world.spoke)
    }
}

fn signing(expected_version: i64) -> Value {
    json!({
        "expected_version": expected_version,
        "draft": {
            "signed": "2026-03-12",
            "kinds": ["reseller"],
            "grants": [{"tie": "owner", "class": "identity", "level": "full"}],
        },
    })
}

#[tokio::test]
async fn the_brand_previews_signs_and_ends_and_the_partner_reads_along() {
    for server in Server::each() {
        let (world, agreements) = (&server.world, server.agreements());
        world.record(world.spoke, "7", None, "Maya Okafor");
        let brand = server.token(world.brand, Role::BrandAdmin);
        let partner = server.token(world.spoke, Role::PartnerStaff);
        let draft = signing(0)["draft"].clone();
        let preview = format!("{agreements}/preview");
        let (status, told) = server.send(&brand, Method::POST, &preview, draft).await;
        assert_eq!(status, StatusCode::OK);
        let change = json!({"class": "identity", "extent": "everything", "was": "none",
            "becomes": "full", "customers": 1});
        assert_eq!((&told["changes"], &told["version"]), (&json!([change]), &json!(0)));
        assert_eq!(told["people"][0]["name"], "Somebody");
        let (status, signed) = server.send(&brand, Method::POST, &agreements, signing(0)).await;
        assert_eq!((status, &signed["signed"]), (StatusCode::CREATED, &json!("2026-03-12")));
        let in_force = format!("/api/v1/organisations/{}/agreement", world.spoke);
        let versions = format!("{agreements}/1");
        for token in [&brand, &partner] {
            let (status, read) = server.read(token, &in_force).await;
            assert_eq!((status, &read), (StatusCode::OK, &signed));
            assert_eq!(server.read(token, &versions).await.1, signed);
            assert_eq!(server.read(token, &agreements).await.1["items"], json!([signed]));
            let (status, _) = server.read(token, &format!("{agreements}/2")).await;
            assert_eq!(status, StatusCode::NOT_FOUND);
        }
        let ending = json!({"expected_version": 1});
        let (status, ended) =
            server.send(&brand, Method::POST, &format!("{agreements}/end"), ending).await;
        assert_eq!((status, ended["ended"].is_string()), (StatusCode::OK, true));
        let (status, _) = server.send(&partner, Method::GET, &in_force, Value::Null).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn another_partner_finds_nothing_and_no_partner_writes() {
    for server in Server::each() {
        let (world, agreements) = (&server.world, server.agreements());
        let brand = server.token(world.brand, Role::BrandAdmin);
        server.send(&brand, Method::POST, &agreements, signing(0)).await;
        let other = server.token(world.harbour, Role::PartnerAdmin);
        let none = format!("/api/v1/organisations/{}", OrganisationId::random());
        let own = format!("/api/v1/organisations/{}", world.spoke);
        for path in ["agreement", "agreements", "agreements/1"] {
            let (status, body) =
                server.send(&other, Method::GET, &format!("{own}/{path}"), Value::Null).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
            let (_, missing) =
                server.send(&other, Method::GET, &format!("{none}/{path}"), Value::Null).await;
            assert_eq!(body["detail"], missing["detail"]);
        }
        let spoke = server.token(world.spoke, Role::PartnerAdmin);
        let staff = server.token(world.brand, Role::BrandStaff);
        for token in [spoke, other, staff] {
            let (status, _) = server.send(&token, Method::POST, &agreements, signing(1)).await;
            assert_eq!(status, StatusCode::FORBIDDEN);
        }
    }
}

#[tokio::test]
async fn a_conflict_and_a_wrong_field_say_what_happened() {
    for server in Server::each() {
        let (world, agreements) = (&server.world, server.agreements());
        let brand = server.token(world.brand, Role::BrandAdmin);
        server.send(&brand, Method::POST, &agreements, signing(0)).await;
        let (status, body) = server.send(&brand, Method::POST, &agreements, signing(0)).await;
        assert_eq!(status, StatusCode::CONFLICT);
        assert!(body["detail"].as_str().unwrap().contains("Nothing was saved"), "{body}");
        let mut wrong = signing(1);
        wrong["draft"]["guest_hours"] = json!(999);
        let (status, body) = server.send(&brand, Method::POST, &agreements, wrong).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(body["errors"][0]["field"], "draft.guest_hours", "{body}");
        for (field, value) in [
            ("signed", json!("12 March")),
            ("grants", json!([["owner", "identity", "full"]])),
            ("kinds", json!(["baker"])),
            ("unknown", json!(1)),
        ] {
            let mut wrong = signing(1);
            wrong["draft"][field] = value;
            let (status, _) = server.send(&brand, Method::POST, &agreements, wrong).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        }
    }
}

#[tokio::test]
async fn a_preset_is_a_draft_that_can_be_signed_as_it_is() {
    for server in Server::each() {
        let brand = server.token(server.world.brand, Role::BrandAdmin);
        let path = "/api/v1/agreements/presets?kind=service,reseller";
        let (status, draft) = server.send(&brand, Method::GET, path, Value::Null).await;
        assert_eq!((status, &draft["signed"]), (StatusCode::OK, &json!("2026-03-12")));
        let body = json!({"expected_version": 0, "draft": draft});
        let (status, _) = server.send(&brand, Method::POST, &server.agreements(), body).await;
        assert_eq!(status, StatusCode::CREATED);
        let path = "/api/v1/agreements/presets?kind=baker";
        let (status, _) = server.send(&brand, Method::GET, path, Value::Null).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}
