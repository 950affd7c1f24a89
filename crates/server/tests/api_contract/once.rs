//! Writes with an `Idempotency-Key` count once.

use axum::http::Method;
use handfast_kit::TimeMs;
use handfast_queue::Stop;
use handfast_server::rounds;
use serde_json::{Value, json};

use crate::{
    Api, apis,
    client::{Answer, Ask},
    estates::Whose,
    problem_of,
};

fn note(api: &Api, key: &str, text: &str) -> Ask {
    let id = api.town.of(Whose::Aurora).customer;
    let ask = Ask::new(Method::POST, format!("/api/v1/customers/{id}/touches"));
    ask.json(&json!({"kind": "note", "text": text})).with("idempotency-key", key)
}

/// How many touches the customer has that say this.
fn count(api: &Api, text: &str) -> usize {
    let id = api.town.of(Whose::Aurora).customer;
    let page = api.ask(Ask::get(format!("/api/v1/customers/{id}/timeline?limit=200"))).json();
    let items = page["items"].as_array().unwrap();
    items.iter().filter(|item| item["body"]["text"] == text).count()
}

fn same(one: &Answer, other: &Answer) {
    assert_eq!((one.status, one.text()), (other.status, other.text()));
    assert_eq!(one.location(), other.location());
}

#[test]
fn the_same_request_again_gets_the_same_answer_and_counts_once() {
    for api in apis() {
        let first = api.ask(note(&api, "k1", "once"));
        assert_eq!(first.status, 201, "{}", first.text());
        assert_eq!(first.header("idempotency-replayed"), "");
        for _ in 0..3 {
            let again = api.ask(note(&api, "k1", "once"));
            same(&first, &again);
            assert_eq!(again.header("idempotency-replayed"), "true");
        }
        assert_eq!(count(&api, "once"), 1);
        assert_eq!(api.ask(note(&api, "k2", "once")).status, 201);
        assert_eq!(count(&api, "once"), 2, "another key is another request");
    }
}

#[test]
fn another_request_under_the_same_key_is_refused() {
    for api in apis() {
        assert_eq!(api.ask(note(&api, "k", "first")).status, 201);
        let before = api.ledger();
        let other = api.refused(note(&api, "k", "second"), &before);
        assert_eq!((other.status, &*problem_of(&other)), (422, "idempotency-key-reused"));
        let elsewhere = Ask::new(Method::POST, "/api/v1/customers")
            .json(&json!({"external_ref": "n", "details": {"name": "Nia"}}))
            .with("idempotency-key", "k");
        assert_eq!(problem_of(&api.refused(elsewhere, &before)), "idempotency-key-reused");
        // Another organisation's keys are its own.
        let theirs = Ask::new(Method::POST, "/api/v1/customers")
            .json(&json!({"external_ref": "n", "details": {"name": "Nia"}}))
            .with("idempotency-key", "k");
        assert_eq!(api.ask_as_spoke(theirs).status, 201);
    }
}

#[test]
fn twenty_at_the_same_time_have_one_effect() {
    for api in apis() {
        for round in 0..3 {
            let key = format!("together-{round}");
            let ask = || note(&api, &key, &key).with_token(&api.aurora);
            let answers = api.client.send_together((0..20).map(|_| ask()).collect());
            let first = &answers[0];
            assert_eq!(first.status, 201, "{}", first.text());
            for answer in &answers {
                same(first, answer);
            }
            let told = |answer: &&Answer| answer.header("idempotency-replayed") == "true";
            assert_eq!(answers.iter().filter(told).count(), 19);
            assert_eq!(count(&api, &key), 1);
        }
    }
}

#[test]
fn what_failed_is_not_remembered() {
    for api in apis() {
        let before = api.ledger();
        let refused = api.refused(note(&api, "k", ""), &before);
        assert_eq!(refused.status, 422);
        assert_eq!(api.ask(note(&api, "k", "now right")).status, 201);
    }
}

#[test]
fn a_key_is_kept_for_seven_days() {
    for api in apis() {
        let (db, clock) = (&api.town.world.db, &api.town.world.clock);
        let first = api.ask(note(&api, "k", "again"));
        clock.advance(7 * TimeMs::DAY - TimeMs::MINUTE);
        rounds::sweep(db, clock.now()).unwrap();
        same(&first, &api.ask(note(&api, "k", "again")));
        assert_eq!(count(&api, "again"), 1);
        clock.advance(2 * TimeMs::MINUTE);
        rounds::sweep(db, clock.now()).unwrap();
        rounds::seal(db, clock, None, &Stop::default()).unwrap();
        assert_eq!(api.ask(note(&api, "k", "again")).status, 201);
        assert_eq!(count(&api, "again"), 2);
    }
}

#[test]
fn a_secret_is_given_once_and_never_kept() {
    for api in apis() {
        let calls = [
            ("/api/v1/tokens", json!({"name": "till", "scopes": ["read"]}), "token"),
            (
                "/api/v1/invitations",
                json!({"name": "Nia", "email": "nia@example.com", "role": "auditor"}),
                "link",
            ),
            (
                "/api/v1/people",
                json!({"name": "Ike", "email": "ike@example.com", "role": "auditor"}),
                "sign_in_link",
            ),
        ];
        for (path, body, field) in calls {
            let ask = || Ask::new(Method::POST, path).json(&body).with("idempotency-key", path);
            let first = api.ask(ask()).json();
            let secret = first[field].as_str().unwrap_or_else(|| panic!("{path}: {first}"));
            // Its last signs: a secret may itself hold the sign that its prefix ends with.
            let secret = secret[secret.len() - 20..].to_owned();
            let again = api.ask(ask()).json();
            assert_eq!(again[field], Value::Null, "{path}");
            assert_eq!(again["id"], first["id"], "{path}");
            let stored = format!("{:?}", api.ledger());
            assert!(!stored.contains(&secret), "{path} keeps its secret");
        }
    }
}
