//! Who may use which route, and what the others are told.

use axum::http::{Method, StatusCode};

use super::world::{
    Somebody::{self, Ada, Ben, Grace, Otto, Priya, Sam},
    World, ask, sams_token,
};
use crate::{Access, Credential, Route, Scope, Secret, Viewer, api, describe, page};

async fn hello(viewer: Option<Viewer>) -> String {
    viewer.map_or_else(
        || "hello, stranger".to_owned(),
        |viewer| format!("hello, {}", viewer.person_name),
    )
}

fn routes() -> Vec<Route> {
    vec![
        page(Method::GET, "/public", Access::Public, hello),
        page(Method::GET, "/member", Access::Member, hello),
        page(Method::GET, "/worker", Access::Worker, hello),
        page(Method::GET, "/admin", Access::Admin, hello),
        page(Method::GET, "/brand", Access::Brand, hello),
        page(Method::POST, "/brand", Access::Brand, hello),
        page(Method::GET, "/brand-admin", Access::BrandAdmin, hello),
        api(Method::GET, "/api/v1/me", Access::Member, Scope::Read, hello),
        api(Method::POST, "/api/v1/calls", Access::Worker, Scope::Write, hello),
        api(Method::POST, "/api/v1/people", Access::Member, Scope::Admin, hello),
        api(Method::GET, "/api/v1/brand", Access::Brand, Scope::Read, hello),
    ]
}

#[tokio::test]
async fn each_access_class_admits_exactly_its_roles() {
    let world = World::with(routes());
    let table: [(&str, &[Somebody]); 5] = [
        ("/member", &Somebody::ALL),
        ("/worker", &[Priya, Ben, Sam, Grace]),
        ("/admin", &[Ben, Grace]),
        ("/brand", &[Priya, Ben, Ada]),
        ("/brand-admin", &[Ben]),
    ];
    for (path, admitted) in table {
        for somebody in Somebody::ALL {
            let answer = world.send(ask(Method::GET, path).by(somebody)).await;
            let expected =
                if admitted.contains(&somebody) { StatusCode::OK } else { StatusCode::FORBIDDEN };
            assert_eq!(answer.status, expected, "{path} {somebody:?}");
        }
    }
}

#[tokio::test]
async fn an_auditor_of_the_brand_reads_and_does_not_change() {
    let world = World::with(routes());
    for (somebody, status) in [(Ada, StatusCode::FORBIDDEN), (Priya, StatusCode::OK)] {
        let request = ask(Method::POST, "/brand").by(somebody);
        let answer = world.send(request.with("x-csrf-token", &somebody.csrf())).await;
        assert_eq!(answer.status, status, "{somebody:?}");
    }
}

#[tokio::test]
async fn a_stranger_is_led_to_the_sign_in_and_back() {
    let world = World::with(routes());
    let answer = world.get("/member?q=a&after=b").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.header("location"), "/sign-in?then=/member?q=a%26after=b");
    let answer = world.get("/public").await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, "hello, stranger"));
}

#[tokio::test]
async fn a_stranger_at_the_api_is_told_how_to_sign_in() {
    let world = World::with(routes());
    let answer = world.get("/api/v1/me").await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"Handfast\"");
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.json()["type"], "/problems/not-signed-in");
}

#[tokio::test]
async fn whoever_may_not_is_told_who_may() {
    let world = World::with(routes());
    let answer = world.send(ask(Method::GET, "/admin").by(Sam)).await;
    assert!(answer.text.contains("An admin of your organisation may do this"), "{}", answer.text);
    let answer = world.send(ask(Method::GET, "/api/v1/brand").by(Sam)).await;
    assert!(answer.json()["detail"].as_str().is_some_and(|text| text.contains("of the brand")));
}

#[tokio::test]
async fn a_token_does_what_its_scopes_say_and_no_more_than_its_person() {
    let world = World::with(routes());
    let token = sams_token();
    for (method, path, status) in [
        (Method::GET, "/api/v1/me", StatusCode::OK),
        (Method::POST, "/api/v1/calls", StatusCode::OK),
        (Method::POST, "/api/v1/people", StatusCode::FORBIDDEN),
        (Method::GET, "/api/v1/brand", StatusCode::FORBIDDEN),
        (Method::GET, "/member", StatusCode::SEE_OTHER),
    ] {
        let answer = world.send(ask(method, path).by_token(&token)).await;
        assert_eq!(answer.status, status, "{path}");
    }
}

#[tokio::test]
async fn what_is_no_good_token_is_nobody_even_beside_a_good_cookie() {
    let world = World::with(routes());
    let wrong = Secret::random();
    let sams = sams_token();
    let texts = [
        format!("Bearer {}", wrong.token_text()),
        format!("Basic {}", sams.token_text()),
        format!("Bearer {}", sams.text()),
        "Bearer".to_owned(),
        format!("Bearer hft_{}", "A".repeat(9_000)),
    ];
    for text in texts {
        let request = ask(Method::GET, "/api/v1/me").by(Ben).with("authorization", &text);
        assert_eq!(world.send(request).await.status, StatusCode::UNAUTHORIZED, "{text:.20}");
    }
    let request = ask(Method::GET, "/member").with("cookie", &format!("sid={}", wrong.text()));
    assert_eq!(world.send(request).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn refusal_comes_before_the_body_is_read() {
    async fn never(_: axum::body::Bytes) {}
    let world =
        World::with(vec![api(Method::POST, "/api/v1/x", Access::Worker, Scope::Write, never)]);
    let endless = futures_util::stream::pending::<Result<axum::body::Bytes, std::io::Error>>();
    let body = axum::body::Body::from_stream(endless);
    let answer = world.send(ask(Method::POST, "/api/v1/x").body("application/json", body)).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn head_follows_get() {
    let world = World::with(routes());
    let answer = world.send(ask(Method::HEAD, "/member").by(Otto)).await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, ""));
    let answer = world.send(ask(Method::HEAD, "/brand").by(Otto)).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[test]
#[should_panic(expected = "GET /member is in the table twice")]
fn the_same_route_twice_does_not_start() {
    let mut twice = routes();
    twice.push(page(Method::GET, "/member", Access::Public, hello));
    drop(World::with(twice));
}

#[test]
#[should_panic(expected = "asks for scope read only")]
fn a_write_that_needs_only_reading_does_not_start() {
    drop(World::with(vec![api(Method::POST, "/api/v1/x", Access::Member, Scope::Read, hello)]));
}

#[test]
#[should_panic(expected = "are under /api/")]
fn a_call_of_the_api_elsewhere_does_not_start() {
    drop(World::with(vec![api(Method::GET, "/v1/x", Access::Member, Scope::Read, hello)]));
}

#[test]
fn the_table_reads_as_text() {
    let text = describe(&routes());
    let line = text.lines().find(|line| line.contains("/api/v1/people")).unwrap_or_default();
    let words: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(words, ["POST", "/api/v1/people", "Member", "admin"]);
}

#[test]
fn a_credential_does_not_show_in_a_log() {
    let shown = format!("{:?}", Credential::Token(sams_token().hash()));
    assert_eq!(shown, "Token(TokenHash(..))");
}
