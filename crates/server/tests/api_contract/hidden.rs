//! What one may not see does not show in what one's own writes bring about, either.

use axum::http::Method;
use serde_json::{Value, json};

use crate::{Api, apis, client::Ask, estates::Whose};

/// All that Spoke & Chain can see after it has taken a record in, without the ids that are new.
fn all_seen(api: &Api, body: &Value) -> String {
    let taken = api.ask_as_spoke(Ask::new(Method::POST, "/api/v1/customers").json(body));
    assert_eq!(taken.status, 201, "{}", taken.text());
    let taken_json = taken.json();
    let id = taken_json["customer_id"].as_str().unwrap().to_owned();
    let record = taken_json["record_id"].as_str().unwrap().to_owned();
    let mut text = taken.trace(&[]);
    let said = body["external_ref"].as_str().unwrap();
    let name = body["details"]["name"].as_str().unwrap();
    for path in [
        format!("/api/v1/customers/{id}"),
        format!("/api/v1/customers/{id}/timeline"),
        format!("/api/v1/customers/{id}/sales"),
        format!("/api/v1/customers/{id}/cases"),
        format!("/api/v1/customers?q={said}"),
        format!("/customers/{id}"),
        format!("/customers?q={said}"),
    ] {
        let ask = Ask::get(&path).with_token(&api.spoke);
        let session = &api.town.of(Whose::Spoke).staff.session;
        let ask =
            if path.starts_with("/api/") { ask } else { Ask::get(&path).with_cookie(session) };
        let answer = api.client.send(&ask);
        assert_eq!(answer.status, 200, "{path}");
        text.push_str(&answer.trace(&[]));
    }
    let touches = api.ask_as_spoke(Ask::get(format!("/api/v1/customers/{id}/timeline"))).json();
    let touch = touches["items"][0]["id"].as_str().unwrap().to_owned();
    [id.as_str(), record.as_str(), touch.as_str(), said, name]
        .iter()
        .fold(text, |text, known| text.replace(known, "-"))
}

/// Whoever takes in a customer whom a competitor knows by the same key, address and phone, learns
/// no more than from one whom nobody knows.
#[test]
fn a_record_of_whom_a_competitor_knows_already_looks_like_one_of_somebody_new() {
    for api in apis() {
        let theirs = crate::goods::details(Whose::Harbour);
        let record = |reference: &str, key: &str, email: &str, phone: &str| {
            json!({
                "external_ref": reference, "person_key": key,
                "details": {"name": "Ada Wren", "email": email, "phone": phone},
            })
        };
        let key = format!("{}-key", Whose::Harbour.canary());
        let known = record("ref-a", &key, &theirs.email, &theirs.phone);
        let new =
            record("ref-b", "nobodys-key", "nobody@kanariharbour.example", "+44 20 7946 0001");
        let plain = |text: String| {
            // Pages may break an address behind its sign.
            text.replace("customer@", "-@")
                .replace("nobody@", "-@")
                .replace(&theirs.phone, "-")
                .replace("+44 20 7946 0001", "-")
                .replace("+442079460000", "-")
                .replace("+442079460001", "-")
        };
        let (known, new) = (plain(all_seen(&api, &known)), plain(all_seen(&api, &new)));
        let differs = known.lines().zip(new.lines()).find(|(one, other)| one != other);
        assert!(known == new, "{differs:#?}");
    }
}

#[test]
fn the_competitor_is_told_nothing_of_it_either() {
    for api in apis() {
        let harbour = api.town.of(Whose::Harbour);
        let looks = || {
            let paths = [
                format!("/api/v1/customers/{}", harbour.customer),
                format!("/api/v1/customers/{}/timeline", harbour.customer),
                "/api/v1/customers".to_owned(),
                "/api/v1/feed".to_owned(),
            ];
            paths.map(|path| {
                let answer = api.client.send(&Ask::get(path).with_cookie(&harbour.staff.session));
                answer.trace(&[])
            })
        };
        let before = looks();
        let body = json!({
            "external_ref": "ref-a", "person_key": format!("{}-key", Whose::Harbour.canary()),
            "details": {"name": "Ada Wren", "city": "Hull"},
        });
        let ask = Ask::new(Method::POST, "/api/v1/customers").json(&body);
        assert_eq!(api.ask_as_spoke(ask).status, 201);
        assert_eq!(looks(), before);
    }
}

/// A search by what only others know of a shared customer finds nothing.
#[test]
fn a_partner_finds_nobody_by_what_only_others_know() {
    for api in apis() {
        for whose in [Whose::Aurora, Whose::Harbour, Whose::Borealis] {
            let path = format!("/api/v1/customers?q={}", whose.canary());
            let found = api.ask_as_spoke(Ask::get(path)).json();
            assert_eq!(found["items"], json!([]), "{whose:?}");
        }
        let shared = api.town.shared;
        let timeline = api.ask_as_spoke(Ask::get(format!("/api/v1/customers/{shared}/timeline")));
        assert!(timeline.text().contains(Whose::Spoke.canary()), "its own note is there");
        for whose in [Whose::Aurora, Whose::Harbour] {
            assert!(!timeline.text().contains(whose.canary()), "{whose:?}: {}", timeline.text());
        }
    }
}
