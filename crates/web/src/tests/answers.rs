//! What every answer has, and how failures are told.

use axum::{
    Json,
    http::{Method, StatusCode},
    response::{IntoResponse, Response},
};
use handfast_db::Fault;

use super::world::{
    Somebody::{Priya, Sam},
    World, ask, sams_token,
};
use crate::{Access, Failure, JsonBody, Path, Problems, Route, Scope, Settings, api, page};

async fn fail(Path(how): Path<String>) -> Result<(), Failure> {
    Err(match how.as_str() {
        "missing" => Failure::NotFound,
        "invalid" => Problems::default().and("email", "This is no e-mail address.").into(),
        "conflict" => Failure::Conflict("The case is closed.".to_owned()),
        "fault" => Fault::other("no such table: secrets").into(),
        "unknown" => Failure::UnknownOutcome,
        "away" => return Ok(()),
        _ => panic!("a mistake of ours with {how}"),
    })
}

async fn away() -> Response {
    (StatusCode::SEE_OTHER, [("location", "https://evil.example/")]).into_response()
}

async fn many() -> Json<Vec<String>> {
    Json(vec!["customer".to_owned(); 1_000])
}

async fn few() -> Json<Vec<String>> {
    Json(vec!["customer".to_owned()])
}

async fn by_id(Path(id): Path<handfast_kit::PersonId>) -> String {
    id.to_string()
}

async fn echo(JsonBody(value): JsonBody<serde_json::Value>) -> String {
    value.to_string()
}

fn routes() -> Vec<Route> {
    vec![
        page(Method::GET, "/fail/{how}", Access::Public, fail),
        page(Method::GET, "/mine/{how}", Access::Member, fail),
        page(Method::GET, "/away", Access::Public, away),
        page(Method::GET, "/people/{id}", Access::Member, by_id),
        api(Method::GET, "/api/v1/fail/{how}", Access::Public, Scope::Read, fail),
        api(Method::GET, "/api/v1/many", Access::Public, Scope::Read, many),
        api(Method::GET, "/api/v1/few", Access::Public, Scope::Read, few),
        api(Method::POST, "/api/v1/echo", Access::Member, Scope::Write, echo),
    ]
}

#[tokio::test]
async fn every_answer_has_the_headers_that_keep_it_safe() {
    let world = World::with(routes());
    for path in [
        "/fail/away",
        "/fail/missing",
        "/fail/panic",
        "/nowhere",
        "/api/v1/few",
        "/api/v1/nowhere",
        "/mine/away",
        "/assets/none.css",
    ] {
        let answer = world.get(path).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cache-control", "no-store"),
            ("server", ""),
            ("strict-transport-security", ""),
        ] {
            assert_eq!(answer.header(name), value, "{path} {name}");
        }
        assert!(answer.header("permissions-policy").contains("camera=()"), "{path}");
    }
}

#[tokio::test]
async fn over_https_browsers_are_told_to_stay_there() {
    let base_url = "https://handfast.example".to_owned();
    let world = World::set(Settings { base_url, ..Settings::default() }, routes());
    let answer = world.get("/nowhere").await;
    let expected = "max-age=31536000; includeSubDomains";
    assert_eq!(answer.header("strict-transport-security"), expected);
}

#[tokio::test]
async fn programs_get_problem_details() {
    let world = World::with(routes());
    let answer = world.get("/api/v1/fail/invalid").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(
        answer.json(),
        serde_json::json!({
            "type": "/problems/invalid",
            "title": "Some things need changing",
            "status": 422,
            "detail": "Nothing was saved. The fields named below need changing.",
            "errors": [{ "field": "email", "detail": "This is no e-mail address." }],
        })
    );
    for (path, status, name) in [
        ("/api/v1/fail/missing", 404, "not-found"),
        ("/api/v1/nowhere", 404, "not-found"),
        ("/api/v1/fail/conflict", 409, "conflict"),
        ("/api/v1/fail/unknown", 500, "unknown-outcome"),
        ("/api/v1/fail/panic", 500, "fault"),
    ] {
        let answer = world.get(path).await;
        let problem = answer.json();
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(problem["status"], status, "{path}");
        assert_eq!(problem["type"], format!("/problems/{name}"), "{path}");
        assert_eq!(world.get(&format!("/problems/{name}")).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_fault_shows_a_number_and_nothing_of_its_inside() {
    let world = World::with(routes());
    for path in ["/fail/fault", "/fail/panic", "/api/v1/fail/fault", "/api/v1/fail/panic"] {
        let answer = world.get(path).await;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{path}");
        assert!(answer.text.contains("Nothing was changed. Try again, and if it stays"), "{path}");
        let number = answer.text.split("whoever runs Handfast: ").nth(1).unwrap_or_default();
        let digits = number.chars().take(9).filter(char::is_ascii_digit).count();
        assert_eq!(digits, 8, "{}", answer.text);
        assert!(!answer.text.contains("secrets") && !answer.text.contains("mistake"), "{path}");
    }
}

#[tokio::test]
async fn people_get_a_page_in_their_frame() {
    let world = World::with(routes());
    let answer = world.send(ask(Method::GET, "/mine/conflict").by(Sam)).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    assert!(answer.text.contains("Nothing was changed. The case is closed."), "{}", answer.text);
    assert!(answer.text.contains("Sam Whitlock"));
    let stranger = world.get("/fail/conflict").await;
    assert!(
        !stranger.text.contains("Sam Whitlock") && stranger.text.contains("The case is closed.")
    );
}

#[tokio::test]
async fn htmx_gets_one_line_to_show() {
    let world = World::with(routes());
    let request = ask(Method::GET, "/mine/conflict").by(Sam).with("hx-request", "true");
    let answer = world.send(request).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert_eq!(answer.header("x-problem"), "Nothing was changed. The case is closed.");
    assert_eq!(answer.text, "");
    let signed_out = ask(Method::GET, "/mine/conflict").with("hx-request", "true");
    assert_eq!(world.send(signed_out).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_cannot_be_is_answered_as_what_is_not_there() {
    let world = World::with(routes());
    let get = |path: &'static str| world.send(ask(Method::GET, path).by(Priya));
    let no_id = get("/people/7").await;
    let invisible = get("/mine/missing").await;
    assert_eq!((no_id.status, invisible.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
    let body = |text: &str| {
        let main = text.split("<main").nth(1)?;
        main.split("</main>").next().map(str::to_owned)
    };
    assert_eq!(body(&no_id.text), body(&invisible.text));
}

#[tokio::test]
async fn another_method_is_refused_in_the_form_of_the_face() {
    let world = World::with(routes());
    let answer = world.send(ask(Method::DELETE, "/api/v1/few")).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.json()["type"], "/problems/method-not-allowed");
    assert_eq!(answer.header("allow"), "GET,HEAD");
}

#[tokio::test]
async fn a_redirect_never_leaves_the_site() {
    let world = World::with(routes());
    let answer = world.get("/away").await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(answer.header("location"), "");
}

#[tokio::test]
async fn long_answers_are_compressed_and_short_ones_are_not() {
    let world = World::with(routes());
    let get =
        |path: &str, takes: &str| world.send(ask(Method::GET, path).with("accept-encoding", takes));
    assert_eq!(get("/api/v1/many", "gzip, br").await.header("content-encoding"), "br");
    assert_eq!(get("/api/v1/many", "gzip").await.header("content-encoding"), "gzip");
    assert_eq!(get("/api/v1/many", "").await.header("content-encoding"), "");
    assert_eq!(get("/api/v1/few", "gzip, br").await.header("content-encoding"), "");
}

#[tokio::test]
async fn json_is_taken_as_json_only() {
    let world = World::with(routes());
    let echo = || ask(Method::POST, "/api/v1/echo").by_token(&sams_token());
    assert_eq!(world.send(echo().json("{\"a\": 1}")).await.text, "{\"a\":1}");
    let answer = world.send(echo().body("text/plain", "{}")).await;
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(answer.json()["detail"], "Nothing was changed. This takes application/json.");
    assert_eq!(world.send(echo().json("{")).await.status, StatusCode::BAD_REQUEST);
}
