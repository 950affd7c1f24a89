//! How much, how often and how long.

use axum::http::{Method, StatusCode};
use handfast_kit::TimeMs;

use super::world::{
    Somebody::{Priya, Sam},
    World, ask, sams_token,
};
use crate::{Access, JsonBody, Path, Route, Scope, Secret, Settings, api, page};

async fn echo(JsonBody(value): JsonBody<serde_json::Value>) -> String {
    value.to_string()
}

async fn hello() -> &'static str {
    "hello"
}

async fn behind(Path(_): Path<String>) -> &'static str {
    "one request to you"
}

async fn endless() {
    std::future::pending::<()>().await;
}

fn routes() -> Vec<Route> {
    vec![
        page(Method::GET, "/hello", Access::Public, hello),
        page(Method::GET, "/healthz", Access::Public, hello),
        page(Method::GET, "/slow", Access::Member, endless),
        page(Method::GET, "/l/{secret}", Access::Public, behind).by_secret(),
        page(Method::GET, "/feed", Access::Member, endless).takes_its_time(),
        page(Method::POST, "/slow", Access::Member, endless),
        api(Method::GET, "/api/v1/hello", Access::Public, Scope::Read, hello),
        api(Method::GET, "/api/v1/me", Access::Member, Scope::Read, hello),
        api(Method::POST, "/api/v1/echo", Access::Member, Scope::Write, echo).body_bytes_max(100),
    ]
}

#[tokio::test]
async fn a_token_has_its_minute_and_the_next_minute_again() {
    let settings = Settings { token_requests_per_min: 3, ..Settings::default() };
    let world = World::set(settings, routes());
    let me = || ask(Method::GET, "/api/v1/me").by_token(&sams_token());
    for _ in 0..3 {
        assert_eq!(world.send(me()).await.status, StatusCode::OK);
    }
    world.app.clock.advance(15_000);
    let answer = world.send(me()).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.header("retry-after"), "45");
    assert_eq!(answer.json()["type"], "/problems/too-many-requests");
    world.app.clock.advance(TimeMs::MINUTE);
    assert_eq!(world.send(me()).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_link_has_its_minute_and_so_has_whoever_opens_many() {
    let world = World::set(Settings::default(), routes());
    let link = format!("/l/{}", Secret::random().text());
    for _ in 0..60 {
        assert_eq!(world.send(ask(Method::GET, &link)).await.status, StatusCode::OK);
    }
    let refused = world.send(ask(Method::GET, &link)).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.header("retry-after"), "60");
    assert!(refused.text.contains("<h1"), "a page for people: {}", refused.text);
    for _ in 61..120 {
        let guess = format!("/l/{}", Secret::random().text());
        assert_eq!(world.send(ask(Method::GET, &guess)).await.status, StatusCode::OK);
    }
    let guess = world.send(ask(Method::GET, "/l/x")).await;
    assert_eq!(guess.status, StatusCode::TOO_MANY_REQUESTS, "no more guesses from there");
    assert_eq!(world.send(ask(Method::GET, "/hello")).await.status, StatusCode::OK);
    world.app.clock.advance(TimeMs::MINUTE);
    assert_eq!(world.send(ask(Method::GET, &link)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn strangers_share_the_minute_of_their_address() {
    let settings = Settings {
        stranger_requests_per_min: 2,
        trusted_proxies: vec!["127.0.0.1".parse().unwrap_or_else(|_| unreachable!())],
        ..Settings::default()
    };
    let world = World::set(settings, routes());
    let from = |path: &str, address: &str| ask(Method::GET, path).with("x-forwarded-for", address);
    for (path, address, status) in [
        ("/api/v1/hello", "203.0.113.1", StatusCode::OK),
        ("/api/v1/me", "203.0.113.1", StatusCode::UNAUTHORIZED),
        ("/api/v1/me", "203.0.113.1", StatusCode::TOO_MANY_REQUESTS),
        ("/api/v1/hello", "203.0.113.1", StatusCode::TOO_MANY_REQUESTS),
        ("/api/v1/hello", "203.0.113.2", StatusCode::OK),
        ("/hello", "203.0.113.1", StatusCode::OK),
    ] {
        assert_eq!(world.send(from(path, address)).await.status, status, "{path} {address}");
    }
    let signed_in = from("/api/v1/me", "203.0.113.1").by_token(&sams_token());
    assert_eq!(world.send(signed_in).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_body_larger_than_its_route_takes_is_refused() {
    let world = World::with(routes());
    let echo = |len: usize| {
        let text = format!("\"{}\"", "x".repeat(len));
        ask(Method::POST, "/api/v1/echo").by_token(&sams_token()).json(&text)
    };
    assert_eq!(world.send(echo(98)).await.status, StatusCode::OK);
    for request in [echo(99), echo(99).with("content-length", "101")] {
        let answer = world.send(request).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(answer.json()["type"], "/problems/too-large");
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_ends_in_time_and_a_write_says_that_its_outcome_is_unknown() {
    let world = World::with(routes());
    let answer = world.send(ask(Method::GET, "/slow").by(Priya)).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.text.contains("This took too long"), "{}", answer.text);
    let write = ask(Method::POST, "/slow").by(Priya).with("x-csrf-token", &Priya.csrf());
    let answer = world.send(write).await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(answer.text.contains("It is not known whether this was saved"), "{}", answer.text);
}

#[tokio::test]
async fn beyond_its_places_a_busy_server_turns_requests_away_and_still_lives() {
    let settings = Settings { in_flight_max: 1, ..Settings::default() };
    let world = World::set(settings, routes());
    let feed = world.send(ask(Method::GET, "/feed").by(Sam));
    let others = async {
        let turned_away = world.get("/hello").await;
        assert_eq!(turned_away.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(turned_away.header("retry-after"), "5");
        assert_eq!(world.get("/healthz").await.status, StatusCode::OK);
    };
    tokio::select! {
        biased;
        _ = feed => unreachable!("it never answers"),
        () = others => {}
    }
    assert_eq!(world.get("/hello").await.status, StatusCode::OK);
}
