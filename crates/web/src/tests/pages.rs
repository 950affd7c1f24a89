//! The frame around pages, and the files they load.

use askama::Template;
use axum::{
    http::{Method, StatusCode, Uri},
    response::Response,
};

use super::world::{
    Somebody::{Grace, Priya, Sam},
    World, ask,
};
use crate::{
    Access, ClockFace, Failure, Flash, Frame, Nav, Route, Settings, Viewer, assets, html, page,
};

const SAID: &[Flash] = &[Flash::new("call", "The call is on the timeline.")];

#[derive(Template)]
#[template(
    source = r#"{% extends "layout.html" %}{% import "parts.html" as p %}
{% block content %}<h1>{{ frame.title }}</h1>
{{ p::org("Spoke & Chain", "") }}{{ p::badge("warn", "clock", "2 days late") }}{{ p::clock(clock) }}
{{ p::person("Maya Okafor", "big") }}{% endblock %}"#,
    ext = "html"
)]
struct CustomerPage {
    frame: Frame,
    clock: ClockFace,
}

async fn customer(viewer: Viewer, uri: Uri) -> Result<Response, Failure> {
    let frame = Frame::of(&viewer, &uri, Nav::Customers, "Maya <Okafor>");
    let frame = frame.below("Customers", "/customers").saying(SAID).searching("\"maya\"");
    let (word, by) = ("2 h left".to_owned(), "by 12:00".to_owned());
    let clock = ClockFace { state: "soon", word, by, used_percent: Some(70) };
    html(&CustomerPage { frame, clock })
}

fn routes() -> Vec<Route> {
    vec![page(Method::GET, "/customers/7", Access::Member, customer)]
}

#[tokio::test]
async fn a_page_stands_in_its_frame() {
    let world = World::with(routes());
    let answer = world.send(ask(Method::GET, "/customers/7").by(Sam)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let text = &answer.text;
    for part in [
        "<html lang=\"en-GB\" data-theme=\"dark\">",
        "<title>Maya &#60;Okafor&#62; – Handfast</title>",
        "<a href=\"/customers\" aria-current=\"page\">",
        "<li><a href=\"/customers\">Customers</a></li><li aria-current=\"page\">",
        "Torque &#60;Workshop&#62;",
        "Partner of Aurora",
        "value=\"&#34;maya&#34;\"",
        "<span class=\"mark\" aria-hidden=\"true\">SC</span>Spoke &#38; Chain</span>",
        "<span class=\"badge\" data-tone=\"warn\">",
        "stroke-dasharray=\"70 100\"",
        "<span class=\"mark person big\" aria-hidden=\"true\">MO</span>",
    ] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
    assert!(!text.contains(" style=") && !text.contains("<style") && !text.contains("<script>"));
}

#[tokio::test]
async fn only_admins_are_led_to_people() {
    let world = World::with(routes());
    for (somebody, is_led) in [(Sam, false), (Grace, true), (Priya, false)] {
        let answer = world.send(ask(Method::GET, "/customers/7").by(somebody)).await;
        assert_eq!(answer.text.contains("href=\"/people\""), is_led, "{somebody:?}");
    }
}

#[tokio::test]
async fn what_was_saved_is_said_in_our_words_only() {
    let world = World::with(routes());
    let get = |query: &str| world.send(ask(Method::GET, &format!("/customers/7{query}")).by(Sam));
    assert!(get("?saved=call").await.text.contains("The call is on the timeline."));
    let forged = get("?saved=Call+0900+12345").await.text;
    assert!(!forged.contains("role=\"status\""), "{forged}");
}

#[tokio::test]
async fn the_token_is_never_the_same_text_twice() {
    let world = World::with(routes());
    let token = || async {
        let text = world.send(ask(Method::GET, "/customers/7").by(Sam)).await.text;
        text.split("name=\"csrf\" value=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .map(str::to_owned)
    };
    let (one, other) = (token().await, token().await);
    assert!(one.is_some());
    assert_ne!(one, other);
}

#[tokio::test]
async fn assets_are_kept_for_good_under_their_hashed_names() {
    let world = World::with(routes());
    let url = assets::url("app.css");
    let answer = world.send(ask(Method::GET, &url).with("accept-encoding", "gzip, br")).await;
    if url == "/assets/app.css" {
        // Not built on this machine: the pages work without.
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        return;
    }
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(answer.header("content-type"), "text/css; charset=utf-8");
    assert_eq!(answer.header("content-encoding"), "br");
    assert_eq!(world.get("/favicon.ico").await.header("content-type"), "image/svg+xml");
    for hidden in ["/assets/manifest.json", "/assets/..%2f..%2fsrc%2flib.rs", "/assets/app.css"] {
        assert_eq!(world.get(hidden).await.status, StatusCode::NOT_FOUND, "{hidden}");
    }
}

#[tokio::test]
async fn assets_are_the_same_for_everybody_and_never_ask_who() {
    let settings = Settings { stranger_requests_per_min: 0, ..Settings::default() };
    let world = World::set(settings, routes());
    let answer = world.send(ask(Method::GET, &assets::url("app.js")).by(Sam)).await;
    assert_ne!(answer.header("cache-control"), "no-store, private");
    assert_ne!(answer.status, StatusCode::TOO_MANY_REQUESTS);
}
