//! Streams of rows: a row that cannot be taken never stops the others, and is given back.

use axum::http::Method;
use handfast_queue::{Handlers, run_due};
use serde_json::Value;

use crate::{Api, apis, client::Ask, town};

fn send(api: &Api, shape: &str, rows: &str) -> Value {
    let ask = Ask::new(Method::POST, format!("/api/v1/imports?shape={shape}"));
    let sent = api.ask(ask.body("application/x-ndjson", rows));
    assert_eq!(sent.status, 202, "{}", sent.text());
    let uploads = town::uploads(&api.folder);
    let handlers =
        Handlers::new().with(handfast_intake::JOB_KIND, handfast_intake::job_handler(uploads));
    run_due(&api.town.world.db, &api.town.world.clock, &handlers).unwrap();
    let import = api.ask(Ask::get(sent.location())).json();
    let count = |name: &str| import[name].as_u64().unwrap();
    assert_eq!(count("read"), count("stored") + count("unchanged") + count("rejected"));
    assert_eq!(import["state"], "done", "{import}");
    import
}

#[test]
fn rows_that_cannot_be_taken_are_given_back_and_the_others_are_stored() {
    for api in apis() {
        let long = "x".repeat(20_000);
        let rows = [
            r#"{"reference": "streamone", "name": "Nia"}"#,
            r#"{"reference": "s-2", "name": "a\u0000b"}"#,
            r#"{"reference": "s\u00003", "name": "Ike"}"#,
            r#"{"reference": "s-4", "name": 7}"#,
            r#"{"reference": "s-5", "name": ["Ada"]}"#,
            r#"{"reference": "s-6", "organisation_id": "x", "name": "Ada"}"#,
            r#"["s-7", "Ada"]"#,
            "{",
            "null",
            &format!(r#"{{"reference": "s-8", "name": "{long}"}}"#),
            r#"{"reference": "streamnine", "name": "Wren"}"#,
        ];
        let text = rows.join("\n");
        let import = send(&api, "customers", &text);
        let rejected = import["rejected"].as_u64().unwrap();
        assert!(rejected >= 6, "{import}");
        for (reference, name) in [("streamone", "Nia"), ("streamnine", "Wren")] {
            let found = api.ask(Ask::get(format!("/api/v1/customers?q={reference}"))).json();
            assert_eq!(found["items"][0]["name"], name);
        }
        let path = format!("/api/v1/imports/{}/rejects.csv", import["id"].as_str().unwrap());
        let rejects = api.ask(Ask::get(path));
        assert_eq!(
            (rejects.status, rejects.header("content-type")),
            (200, "text/csv; charset=utf-8")
        );
        assert!(rejects.header("content-disposition").starts_with("attachment"));

        let again = send(&api, "customers", &text);
        assert_eq!(again["stored"], 0, "the same rows again store nothing: {again}");
        assert_eq!(again["rejected"], rejected);
    }
}
