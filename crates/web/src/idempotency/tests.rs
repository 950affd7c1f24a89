//! Stories of writes that count once.

#![allow(clippy::unwrap_used)]

use axum::{
    extract::State,
    http::{Method, StatusCode},
};
use handfast_db::Fault;
use handfast_kit::{Id, NetworkId, TimeMs};
use serde::Deserialize;

use super::{Answer, Once, forget_old_answers};
use crate::{
    Access, App, Failure, JsonBody, Route, Scope, Viewer, api,
    tests::world::{
        Answered, Asking,
        Somebody::{Grace, Priya, Sam},
        World, ask, sams_token,
    },
};

#[derive(Deserialize)]
struct Call {
    note: String,
}

/// Has an effect that can be counted, in the table at hand, and answers with a new id each time.
async fn record(
    State(app): State<App>,
    viewer: Viewer,
    once: Once,
    JsonBody(call): JsonBody<Call>,
) -> Result<Answer, Failure> {
    let network = viewer.network;
    app.write_once(&viewer, once, move |tx| {
        let id = Id::<Call>::random();
        tx.exec(
            "insert into intake_row (network_id, row_key, content) values ($1, $2, $2)",
            (network, id),
        )?;
        match call.note.as_str() {
            "refused" => Err(Failure::Conflict("The case is closed.".to_owned())),
            "asleep" => Ok(Answer::nothing()),
            _ => {
                Ok(Answer::created(format!("/api/v1/calls/{id}"), &serde_json::json!({ "id": id })))
            }
        }
    })
    .await
}

fn routes() -> Vec<Route> {
    vec![
        api(Method::POST, "/api/v1/calls", Access::Worker, Scope::Write, record),
        api(Method::POST, "/api/v1/mails", Access::Worker, Scope::Write, record),
    ]
}

fn call(key: &str, note: &str) -> Asking {
    let text = format!("{{\"note\": \"{note}\"}}");
    ask(Method::POST, "/api/v1/calls").with("idempotency-key", key).json(&text)
}

fn effects(world: &World) -> i64 {
    let network: NetworkId = Sam.viewer(crate::Via::Token { scopes: Vec::new() }).network;
    let count: Result<Option<(i64,)>, Fault> = world.app.db.read(|cx| {
        cx.one("select count(*) from intake_row where network_id = $1 limit 1", (network,))
    });
    count.unwrap().unwrap().0
}

fn is_replay(answer: &Answered) -> bool {
    answer.header("idempotency-replayed") == "true"
}

#[tokio::test]
async fn the_same_key_and_body_get_the_same_answer_and_one_effect() {
    for (engine, world) in World::each(routes) {
        let token = sams_token();
        let first = world.send(call("k1", "hello").by_token(&token)).await;
        let second = world.send(call("k1", "hello").by_token(&token)).await;
        assert_eq!(first.status, StatusCode::CREATED, "{engine:?}: {}", first.text);
        assert_eq!((second.status, &second.text), (first.status, &first.text), "{engine:?}");
        assert_eq!(second.header("location"), first.header("location"));
        assert_eq!(second.header("content-type"), "application/json");
        assert!(!is_replay(&first) && is_replay(&second));
        assert_eq!(effects(&world), 1, "{engine:?}");
    }
}

#[tokio::test]
async fn without_a_key_each_request_counts() {
    let world = World::with(routes());
    for _ in 0..2 {
        let request = ask(Method::POST, "/api/v1/calls").json("{\"note\": \"hello\"}");
        world.send(request.by_token(&sams_token())).await;
    }
    assert_eq!(effects(&world), 2);
}

#[tokio::test]
async fn another_request_under_the_same_key_is_refused() {
    for (engine, world) in World::each(routes) {
        let token = sams_token();
        world.send(call("k1", "hello").by_token(&token)).await;
        let elsewhere = ask(Method::POST, "/api/v1/mails").with("idempotency-key", "k1");
        let colleague = call("k1", "hello").by(Grace).with("x-csrf-token", &Grace.csrf());
        for other in [
            call("k1", "goodbye").by_token(&token),
            elsewhere.json("{\"note\": \"hello\"}").by_token(&token),
            colleague,
        ] {
            let answer = world.send(other).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine:?}");
            assert_eq!(answer.json()["type"], "/problems/idempotency-key-reused");
        }
        assert_eq!(effects(&world), 1, "{engine:?}");
    }
}

#[tokio::test]
async fn keys_of_two_organisations_are_two_keys() {
    let world = World::with(routes());
    world.send(call("k1", "hello").by_token(&sams_token())).await;
    let priyas = call("k1", "hello").by(Priya).with("x-csrf-token", &Priya.csrf());
    let answer = world.send(priyas).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    assert!(!is_replay(&answer));
    assert_eq!(effects(&world), 2);
}

#[tokio::test]
async fn fifty_at_the_same_time_have_one_effect() {
    for (engine, world) in World::each(routes) {
        let token = sams_token();
        let all = (0..50).map(|_| world.send(call("k1", "hello").by_token(&token)));
        let answers = futures_util::future::join_all(all).await;
        assert!(answers.iter().all(|answer| answer.status == StatusCode::CREATED), "{engine:?}");
        assert!(answers.iter().all(|answer| answer.text == answers[0].text), "{engine:?}");
        assert_eq!(answers.iter().filter(|answer| !is_replay(answer)).count(), 1, "{engine:?}");
        assert_eq!(effects(&world), 1, "{engine:?}");
    }
}

#[tokio::test]
async fn what_was_refused_leaves_no_trace_and_may_be_tried_again() {
    for (engine, world) in World::each(routes) {
        let token = sams_token();
        let refused = world.send(call("k1", "refused").by_token(&token)).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{engine:?}");
        assert_eq!(effects(&world), 0, "{engine:?}");
        let other = world.send(call("k1", "hello").by_token(&token)).await;
        assert_eq!(other.status, StatusCode::CREATED, "{engine:?}");
    }
}

#[tokio::test]
async fn an_answer_without_content_replays_without_content() {
    let world = World::with(routes());
    for replays in [false, true] {
        let answer = world.send(call("k1", "asleep").by_token(&sams_token())).await;
        assert_eq!((answer.status, answer.text.as_str()), (StatusCode::NO_CONTENT, ""));
        assert_eq!(answer.header("content-type"), "");
        assert_eq!(is_replay(&answer), replays);
    }
}

#[tokio::test]
async fn answers_are_forgotten_after_seven_days() {
    for (engine, world) in World::each(routes) {
        let token = sams_token();
        world.send(call("k1", "hello").by_token(&token)).await;
        let forget = |world: &World| {
            let now = world.app.clock.now();
            world.app.db.write(move |tx| forget_old_answers(tx, now)).unwrap()
        };
        world.app.clock.advance(7 * TimeMs::DAY);
        assert_eq!(forget(&world), 0, "{engine:?}");
        world.app.clock.advance(1);
        assert_eq!(forget(&world), 1, "{engine:?}");
        let again = world.send(call("k1", "hello").by_token(&token)).await;
        assert!(!is_replay(&again), "{engine:?}");
    }
}

#[tokio::test]
async fn a_key_has_a_length() {
    let world = World::with(routes());
    let token = sams_token();
    for (key, status) in [
        ("k".repeat(255), StatusCode::CREATED),
        ("k".repeat(256), StatusCode::BAD_REQUEST),
        (String::new(), StatusCode::BAD_REQUEST),
    ] {
        let answer = world.send(call(&key, "hello").by_token(&token)).await;
        assert_eq!(answer.status, status, "{}", key.len());
    }
}
