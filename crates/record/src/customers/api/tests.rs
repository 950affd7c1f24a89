//! Stories of the JSON call that says what is seen of a customer.

#![allow(clippy::unwrap_used)]

use std::sync::{LazyLock, Mutex};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use handfast_db::{Cx, Fault};
use handfast_kit::{OrganisationId, TimeMs};
use handfast_web::{
    App, Credential, Role, Scope, Secret, Settings, TokenHash, Via, Viewer, router,
};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::{
    CustomerId,
    sharing::{Class, Grant, Level, Purpose, Tie},
    testing::{World, worlds},
};

/// Who has which token. Of all worlds: tokens are random.
static TOKENS: LazyLock<Mutex<Vec<(TokenHash, Viewer)>>> = LazyLock::new(Mutex::default);

#[expect(clippy::unnecessary_wraps, reason = "this is the form of every Authenticate")]
fn authenticate(_: &mut Cx<'_>, given: &Credential, _: TimeMs) -> Result<Option<Viewer>, Fault> {
    let Credential::Token(hash) = given else { return Ok(None) };
    let tokens = TOKENS.lock().unwrap();
    Ok(tokens.iter().find(|(of, _)| of == hash).map(|(_, viewer)| viewer.clone()))
}

/// Asks, as a reader of this organisation.
async fn get(world: &World, organisation: OrganisationId, path: &str) -> (StatusCode, Value) {
    let (db, clock) = (world.db.clone(), world.clock.clone());
    let app = App::new(db, clock, Settings::default(), authenticate);
    let router: Router = router(app, super::routes());
    let role = if organisation == world.brand { Role::BrandStaff } else { Role::PartnerStaff };
    let secret = Secret::random();
    let via = Via::Token { scopes: vec![Scope::Read] };
    TOKENS
        .lock()
        .unwrap()
        .push((secret.hash(), Viewer { via, ..world.viewer(organisation, role) }));
    let bearer = format!("Bearer {}", secret.token_text());
    let request = Request::get(path).header(header::AUTHORIZATION, bearer);
    let response = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let status = response.status();
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap())
}

/// What is said of one class.
fn class(sight: &Value, class: Class) -> Value {
    let all = sight["classes"].as_array().unwrap();
    all.iter().find(|one| one["class"] == class.word()).unwrap().clone()
}

/// Harbour Wheelworks keeps a record of Maya, and is granted something of those.
fn town(world: &World) -> CustomerId {
    let (customer, _) = world.record(world.harbour, "HW-2", None, "Maya Okafor");
    let grant = |class, level, from_tie, purpose| Grant {
        tie: Tie::Owner,
        class,
        level,
        from_tie,
        purpose,
    };
    let grants = [
        grant(Class::Contact, Level::Full, false, None),
        grant(Class::Case, Level::Veiled, true, None),
        grant(Class::Message, Level::Full, false, Some(Purpose::Offers)),
    ];
    world.agree(world.harbour, &grants);
    customer
}

#[tokio::test]
async fn every_class_is_told_with_its_level_and_reason() {
    for world in worlds() {
        let maya = town(&world);
        let path = format!("/api/v1/customers/{maya}/sight");
        let (status, sight) = get(&world, world.harbour, &path).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(sight["organisation_id"], json!(world.harbour));
        assert_eq!(sight["ties"][0]["tie"], "owner");
        assert_eq!(sight["classes"].as_array().unwrap().len(), Class::ALL.len());
        let contact = class(&sight, Class::Contact);
        assert_eq!((&contact["level"], &contact["reason"]), (&json!("full"), &json!("granted")));
        assert_eq!((&contact["tie"], &contact["since"]), (&json!("owner"), &Value::Null));
        let case = class(&sight, Class::Case);
        assert_eq!((&case["level"], case["since"].is_string()), (&json!("veiled"), true));
        let message = class(&sight, Class::Message);
        assert_eq!(message["reason"], "not_consented");
        assert_eq!((&message["purpose"], &message["level"]), (&json!("offers"), &json!("none")));
        assert_eq!(class(&sight, Class::Price)["reason"], "not_granted");

        let (_, own) = get(&world, world.brand, &path).await;
        assert_eq!(class(&own, Class::Price)["reason"], "brand");
        let asked = format!("{path}?organisation_id={}", world.harbour);
        let (_, theirs) = get(&world, world.brand, &asked).await;
        assert_eq!(theirs, sight, "the brand is told what the partner is told");
        assert_eq!(get(&world, world.harbour, &asked).await.1, sight);
    }
}

#[tokio::test]
async fn nobody_is_told_what_a_competitor_sees() {
    for world in worlds() {
        let maya = town(&world);
        let path = format!("/api/v1/customers/{maya}/sight");
        let hidden = get(&world, world.spoke, &path).await;
        let missing = format!("/api/v1/customers/{}/sight", CustomerId::random());
        let missing = get(&world, world.spoke, &missing).await;
        assert_eq!((hidden.0, missing.0), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
        assert_eq!(hidden.1["detail"], missing.1["detail"]);
        let asked = format!("{path}?organisation_id={}", world.spoke);
        assert_eq!(get(&world, world.harbour, &asked).await.0, StatusCode::NOT_FOUND);
        let nobody = format!("{path}?organisation_id={}", OrganisationId::random());
        assert_eq!(get(&world, world.brand, &nobody).await.0, StatusCode::NOT_FOUND);
    }
}
