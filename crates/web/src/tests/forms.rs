//! Forged requests, and forms of every kind that are not.

use axum::http::{Method, StatusCode};
use serde::Deserialize;

use super::world::{
    Asking,
    Somebody::{Priya, Sam},
    World, ask, sams_token,
};
use crate::{Access, Failure, Form, Route, Scope, Settings, Upload, api, csrf, page};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Note {
    text: String,
}

async fn note(Form(note): Form<Note>) -> String {
    note.text
}

async fn file(mut upload: Upload) -> Result<String, Failure> {
    let mut seen = String::new();
    while let Some(mut part) = upload.next_part().await? {
        let mut len = 0;
        while let Some(chunk) = part.chunk().await? {
            len += chunk.len();
        }
        let file_name = part.file_name().unwrap_or("-");
        seen = format!("{seen}{} {file_name} {len}\n", part.name());
    }
    Ok(seen)
}

fn routes() -> Vec<Route> {
    vec![
        page(Method::POST, "/notes", Access::Worker, note),
        page(Method::POST, "/imports", Access::Worker, file).upload(1 << 22),
        page(Method::POST, "/sign-in", Access::Public, note),
        api(Method::POST, "/api/v1/notes", Access::Worker, Scope::Write, note),
    ]
}

fn post(path: &str) -> Asking {
    ask(Method::POST, path).by(Priya)
}

fn parts(first: &str, file_len: usize) -> String {
    let file = "x".repeat(file_len);
    format!(
        "--b\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{first}\r\n\
         --b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\
         Content-Type: text/csv\r\n\r\n{file}\r\n--b--\r\n"
    )
}

const MULTIPART: &str = "multipart/form-data; boundary=b";

#[tokio::test]
async fn a_form_needs_the_token_of_its_session() {
    let world = World::with(routes());
    let good = csrf::offer(&Priya.csrf());
    for (body, status) in [
        (format!("csrf={good}&text=hello"), StatusCode::OK),
        (format!("text=hello&csrf={good}"), StatusCode::OK),
        ("text=hello".to_owned(), StatusCode::FORBIDDEN),
        ("csrf=&text=hello".to_owned(), StatusCode::FORBIDDEN),
        (format!("csrf={}&text=hello", Sam.csrf()), StatusCode::FORBIDDEN),
    ] {
        let answer = world.send(post("/notes").form(&body)).await;
        assert_eq!(answer.status, status, "{body}");
        if status == StatusCode::OK {
            assert_eq!(answer.text, "hello");
        }
    }
}

#[tokio::test]
async fn htmx_and_programs_send_the_token_in_a_header() {
    let world = World::with(routes());
    for path in ["/notes", "/api/v1/notes"] {
        let good = post(path).form("text=hello").with("x-csrf-token", &csrf::offer(&Priya.csrf()));
        assert_eq!(world.send(good).await.status, StatusCode::OK, "{path}");
        let wrong = post(path).form("text=hello").with("x-csrf-token", &Sam.csrf());
        assert_eq!(world.send(wrong).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let in_body = post("/api/v1/notes").form(&format!("csrf={}&text=hello", Priya.csrf()));
    assert_eq!(world.send(in_body).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_bearer_token_needs_none() {
    let world = World::with(routes());
    let request = ask(Method::POST, "/api/v1/notes").by_token(&sams_token()).form("text=hello");
    assert_eq!(
        world.send(request.with("sec-fetch-site", "cross-site")).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn even_with_its_token_a_form_of_another_site_is_refused() {
    let world = World::with(routes());
    let body = format!("csrf={}&text=hello", Priya.csrf());
    for (name, value, status) in [
        ("sec-fetch-site", "same-origin", StatusCode::OK),
        ("sec-fetch-site", "none", StatusCode::OK),
        ("sec-fetch-site", "same-site", StatusCode::FORBIDDEN),
        ("sec-fetch-site", "cross-site", StatusCode::FORBIDDEN),
        ("origin", "http://localhost:8080", StatusCode::OK),
        ("origin", "http://localhost:8081", StatusCode::FORBIDDEN),
        ("origin", "https://evil.example", StatusCode::FORBIDDEN),
    ] {
        let answer = world.send(post("/notes").form(&body).with(name, value)).await;
        assert_eq!(answer.status, status, "{name}: {value}");
    }
}

#[tokio::test]
async fn another_site_cannot_sign_anybody_in() {
    let base_url = "https://handfast.example".to_owned();
    let world = World::set(Settings { base_url, ..Settings::default() }, routes());
    let sign_in = || ask(Method::POST, "/sign-in").form("text=hello");
    assert_eq!(world.send(sign_in()).await.status, StatusCode::OK);
    for (name, value) in
        [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example"), ("origin", "null")]
    {
        let answer = world.send(sign_in().with(name, value)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}: {value}");
    }
}

#[tokio::test]
async fn an_upload_begins_with_the_token_and_arrives_whole() {
    let world = World::with(routes());
    for token in [Priya.csrf(), csrf::offer(&Priya.csrf())] {
        let answer = world.send(post("/imports").body(MULTIPART, parts(&token, 3_000_000))).await;
        assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, "file a.csv 3000000\n"));
    }
    let forged = world.send(post("/imports").body(MULTIPART, parts(&Sam.csrf(), 10))).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    let without = parts("", 10).replacen("name=\"csrf\"", "name=\"other\"", 1);
    let answer = world.send(post("/imports").body(MULTIPART, without)).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn an_upload_may_come_in_any_pieces() {
    let world = World::with(routes());
    let bytes = parts(&Priya.csrf(), 50);
    let pieces = bytes.into_bytes().into_iter().map(|byte| Ok::<_, std::io::Error>(vec![byte]));
    let body =
        axum::body::Body::from_stream(futures_util::stream::iter(pieces.collect::<Vec<_>>()));
    let answer = world.send(post("/imports").body(MULTIPART, body)).await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, "file a.csv 50\n"));
}

#[tokio::test]
async fn other_kinds_of_body_do_not_slip_past() {
    let world = World::with(routes());
    let text = format!("csrf={}&text=hello", Priya.csrf());
    for kind in ["text/plain", "application/json", ""] {
        let answer = world.send(post("/notes").body(kind, text.clone())).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{kind}");
    }
    let answer = world.send(post("/notes").body(MULTIPART, parts(&Priya.csrf(), 1))).await;
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}
