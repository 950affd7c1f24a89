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
    customers::{self, Details, Incoming},
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
    let (status, _, bytes) = raw(world, organisation, path).await;
    (status, serde_json::from_slice(&bytes).unwrap())
}

/// As [`get`], with the tag of what came, and its bytes.
async fn raw(
    world: &World,
    organisation: OrganisationId,
    path: &str,
) -> (StatusCode, String, Vec<u8>) {
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
    let tag = response.headers().get(header::ETAG);
    let tag = tag.map_or(String::new(), |tag| tag.to_str().unwrap().to_owned());
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, tag, bytes.to_vec())
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

/// Says something else of Maya, as the brand, on the next day.
fn brand_says(world: &World, details: Details) {
    world.clock.advance(TimeMs::DAY);
    let (author, now) = (world.author(world.brand), world.clock.now());
    let person_key = Some("maya".to_owned());
    let incoming = Incoming { external_ref: "A-1".to_owned(), person_key, details, since: None };
    world.db.write(move |tx| customers::receive(tx, &author, now, now, &incoming)).unwrap();
}

fn said(street: &str, email: &str) -> Details {
    let (street, email) = (street.to_owned(), email.to_owned());
    Details { name: "Maya Okafor".to_owned(), street, email, ..Details::default() }
}

#[tokio::test]
async fn a_value_comes_with_its_source_its_reason_and_what_contradicts_it() {
    for world in worlds() {
        let (maya, spokes) = world.record(world.spoke, "7", Some("maya"), "Okafor, Mya");
        brand_says(&world, said("2 Mill Row", ""));
        let (_, shown) = get(&world, world.brand, &format!("/api/v1/customers/{maya}")).await;
        let name = &shown["chosen"][0];
        assert_eq!((&name["field"], &name["value"]), (&json!("name"), &json!("Maya Okafor")));
        assert_eq!((&name["why"], &name["confirmed"]), (&json!("latest"), &Value::Null));
        assert_eq!(name["organisation_id"], json!(world.brand));
        assert_eq!(name["said"], json!(world.clock.now().rfc3339()));
        let other = &name["conflicts"][0];
        assert_eq!(other["value"], "Okafor, Mya");
        assert_eq!((&other["record_id"], &other["confirmed"]), (&json!(spokes), &Value::Null));
        let parts =
            json!([{"text": "Okafor, ", "differs": false}, {"text": "Mya", "differs": true}]);
        assert_eq!(other["parts"], parts);
        let address = &shown["chosen"][1];
        assert_eq!((&address["field"], &address["why"]), (&json!("address"), &json!("alone")));
        let statements = shown["records"][0]["statements"].as_array().unwrap();
        let fields: Vec<_> = statements.iter().map(|one| one["field"].clone()).collect();
        assert_eq!(fields, ["name", "address"], "of what a record leaves empty it says nothing");
    }
}

#[tokio::test]
async fn what_is_hidden_changes_no_byte_of_what_a_partner_is_told() {
    for world in worlds() {
        let (maya, _) = world.record(world.harbour, "HW-2", Some("maya"), "Maya Okafor");
        let contact = Grant {
            tie: Tie::Owner,
            class: Class::Contact,
            level: Level::Full,
            from_tie: false,
            purpose: None,
        };
        brand_says(&world, said("2 Mill Row", "maya@example.com"));
        world.agree(world.harbour, &[contact]);
        let path = format!("/api/v1/customers/{maya}");
        let before = raw(&world, world.harbour, &path).await;
        brand_says(&world, said("9 Low Road", "maya@example.com"));
        assert_eq!(raw(&world, world.harbour, &path).await, before, "a hidden address changed");
        brand_says(&world, said("9 Low Road", "okafor@example.com"));
        let after = raw(&world, world.harbour, &path).await;
        assert_ne!((&after.1, &after.2), (&before.1, &before.2), "what is seen has another tag");
    }
}
