//! Every failure is told as problem details of a type that never changes.

use axum::http::Method;
use handfast_kit::Cursor;
use serde_json::json;

use crate::{apis, client::Ask, estates::Whose, fields_of, problem_of};

const CUSTOMERS: &str = "/api/v1/customers";

#[test]
fn every_problem_has_its_status_its_type_and_a_page_that_explains_it() {
    for api in apis() {
        let post = |body: &str| Ask::new(Method::POST, CUSTOMERS).body("application/json", body);
        let own = api.town.of(Whose::Aurora);
        let (customer, record) = (own.customer, own.record);
        let last_admin = format!("/api/v1/people/{}", own.admin.person);
        let version = format!("{CUSTOMERS}/{customer}/records/{record}");
        let deep = format!("{}{}", "[".repeat(40_000), "]".repeat(40_000));
        let large = format!("\"{}\"", "a".repeat(2 << 20));
        let cases = [
            (Ask::get(format!("{CUSTOMERS}/{}", handfast_kit::Uuid::nil())), 404, "not-found"),
            (Ask::get(format!("{CUSTOMERS}/no-id")), 404, "not-found"),
            (Ask::get("/api/v1/no/such/call"), 404, "not-found"),
            (Ask::new(Method::PUT, CUSTOMERS), 405, "method-not-allowed"),
            (post("{"), 400, "unreadable"),
            (post(&deep), 400, "unreadable"),
            (post("{}").with("idempotency-key", ""), 400, "unreadable"),
            (post("{}").with("idempotency-key", "k".repeat(256)), 400, "unreadable"),
            (post(&large), 413, "too-large"),
            (
                Ask::new(Method::POST, CUSTOMERS).body("text/plain", "{}"),
                415,
                "unsupported-media-type",
            ),
            (Ask::new(Method::POST, CUSTOMERS), 415, "unsupported-media-type"),
            (post("{}"), 422, "invalid"),
            (Ask::get(format!("{CUSTOMERS}?limit=many")), 422, "invalid"),
            (
                Ask::new(Method::PATCH, version).json(&json!({})).with("if-match", "\"v99\""),
                412,
                "changed-meanwhile",
            ),
        ];
        let before = api.ledger();
        for (ask, status, name) in cases {
            let path = ask.path.clone();
            let answer = api.refused(ask, &before);
            assert_eq!((answer.status, &*problem_of(&answer)), (status, name), "{path}");
            let problem = answer.json();
            assert!(!problem["title"].as_str().unwrap().is_empty());
            assert!(!problem["detail"].as_str().unwrap().is_empty());
            let page = api.client.send(&Ask::get(problem["type"].as_str().unwrap()));
            assert_eq!(page.status, 200, "the page of {name}");
        }
        end_all_admins_but_one(&api, &last_admin);
    }
}

/// The brand keeps an admin, whoever asks.
fn end_all_admins_but_one(api: &crate::Api, last_admin: &str) {
    let before = api.ledger();
    let ask = Ask::new(Method::PATCH, last_admin).json(&json!({"deactivated": true}));
    let answer = api.refused(ask, &before);
    assert_eq!((answer.status, &*problem_of(&answer)), (409, "conflict"));
}

#[test]
fn whoever_is_not_known_is_told_how_to_be() {
    for api in apis() {
        let answer = api.client.send(&Ask::get(CUSTOMERS));
        assert_eq!((answer.status, &*problem_of(&answer)), (401, "not-signed-in"));
        assert!(answer.header("www-authenticate").starts_with("Bearer"));
        let answer = api.ask_as_spoke(Ask::get("/api/v1/reports/delivery"));
        assert_eq!((answer.status, &*problem_of(&answer)), (403, "forbidden"));
    }
}

#[test]
fn what_is_wrong_in_a_query_is_named() {
    for api in apis() {
        let id = api.town.of(Whose::Aurora).customer;
        for (path, field) in [
            (format!("{CUSTOMERS}?limit=-1"), "limit"),
            (format!("{CUSTOMERS}?limit=1&limit=2"), "limit"),
            (format!("{CUSTOMERS}?after=%25"), "after"),
            (format!("{CUSTOMERS}?organisation_id=7"), "organisation_id"),
            (format!("{CUSTOMERS}?network_id=7"), "network_id"),
            (format!("{CUSTOMERS}/{id}/timeline?class=gossip"), "class"),
            (format!("{CUSTOMERS}/{id}/timeline?channel=smoke"), "channel"),
            ("/api/v1/feed?after=x".to_owned(), "after"),
            ("/api/v1/reports/cases?by=moon".to_owned(), "by"),
            ("/api/v1/people?after=%25".to_owned(), "after"),
            ("/api/v1/imports?after=%25".to_owned(), "after"),
        ] {
            let answer = api.ask(Ask::get(&path));
            assert_eq!((answer.status, &*problem_of(&answer)), (422, "invalid"), "{path}");
            assert!(fields_of(&answer).contains(field), "{path}: {}", answer.text());
        }
    }
}

#[test]
fn no_text_makes_the_server_fail() {
    for api in apis() {
        let own = api.town.of(Whose::Aurora);
        let strange =
            ["%00", "%F0%9F%92%A9", "%E2%80%AE", "%22%2A", "'%3B--", "%25", "%5C", "a%00b"];
        for text in strange {
            for path in [
                format!("{CUSTOMERS}?q={text}"),
                format!("{CUSTOMERS}/{}/timeline?q={text}", own.customer),
                format!("{CUSTOMERS}/{}/timeline?class={text}", own.customer),
                format!("/api/v1/touches/{text}"),
                format!("/customers?q={text}"),
                format!("/customers/{}?said={text}", own.customer),
                format!("/problems/{text}"),
            ] {
                let by_token = api.ask(Ask::get(&path));
                let by_session = api.client.send(&Ask::get(&path).signed_in(&own.admin.session));
                for answer in [by_token, by_session] {
                    assert!(answer.status < 500, "{path}: {} {}", answer.status, answer.text());
                }
            }
        }
        // A cursor that nobody was given: a zero in it, and more than there can be.
        let zero = Cursor::after(["a\0".to_owned(), own.customer.to_string()]).to_string();
        for cursor in ["AB9h", "AAAA", "H_8f", "_____w", "YQ", &zero] {
            for list in ["customers", "organisations", "people", "imports"] {
                let answer = api.ask(Ask::get(format!("/api/v1/{list}?after={cursor}")));
                assert!(answer.status < 500, "{list} {cursor}: {}", answer.text());
            }
        }
    }
}
