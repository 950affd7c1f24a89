//! Bodies: a field of another kind, and a field that nobody asked for, are refused by name, and
//! nothing of such a request is stored.

use axum::http::Method;
use serde_json::{Value, json};

use crate::{Api, apis, client::Ask, estates::Whose, fields_of, problem_of};

/// A call, with a body that it takes.
struct Call {
    method: Method,
    path: String,
    body: Value,
}

fn calls(api: &Api) -> Vec<Call> {
    let own = api.town.of(Whose::Aurora);
    let (customer, record) = (own.customer, own.record);
    let one = format!("/api/v1/customers/{customer}");
    let details = json!({
        "party": "person", "name": "Nia", "given_name": "Nia", "family_name": "Bell",
        "email": "nia@example.com", "phone": "1", "street": "1 High St", "postcode": "HU1",
        "city": "Hull", "region": "", "country": "GB", "language": "en",
    });
    let person = json!({
        "name": "Nia", "email": "nia@example.com", "role": "auditor",
        "organisation_id": own.organisation.to_string(),
    });
    let at = "2026-03-01T00:00:00Z";
    let call =
        |method: Method, path: &str, body: Value| Call { method, path: path.to_owned(), body };
    let new = json!({"external_ref": "n", "person_key": "p", "details": details, "since": at});
    let said = json!({"kind": "call", "said": "hello", "step": "closer", "at": at});
    let mail = json!({"kind": "mail", "subject": "a", "text": "b", "at": at});
    let partner = json!({
        "name": "Third Gear", "kinds": ["reseller"], "territory": "Hull", "external_ref": "tg",
    });
    let token = json!({"name": "till", "scopes": ["read"], "lifetime_days": 5});
    let member = json!({"role": "auditor", "deactivated": false,
                        "organisation_id": own.organisation.to_string()});
    vec![
        call(Method::POST, "/api/v1/customers", new),
        call(Method::PATCH, &format!("{one}/records/{record}"), details),
        call(Method::POST, &format!("{one}/touches"), said),
        call(Method::POST, &format!("{one}/touches"), mail),
        call(Method::POST, &format!("{one}/touches"), json!({"kind": "note", "text": "a"})),
        call(Method::POST, "/api/v1/organisations", partner),
        call(Method::PATCH, "/api/v1/me", json!({"theme": "dark"})),
        call(Method::POST, "/api/v1/people", person.clone()),
        call(Method::PATCH, &format!("/api/v1/people/{}", own.colleague), member),
        call(Method::POST, "/api/v1/invitations", person),
        call(Method::POST, "/api/v1/tokens", token),
    ]
}

impl Call {
    fn with(&self, body: &Value) -> Ask {
        Ask::new(self.method.clone(), self.path.clone()).json(body)
    }
}

/// The places of all values in a body.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| places(value, &format!("{at}/{name}"), found));
        }
        Value::Array(items) => {
            let each = items.iter().enumerate();
            each.for_each(|(index, value)| places(value, &format!("{at}/{index}"), found));
        }
        _ => {}
    }
    if !at.is_empty() {
        found.push(at.to_owned());
    }
}

/// Values of every kind but this one.
fn others(value: &Value) -> Vec<Value> {
    let all =
        [json!([]), json!(["a"]), json!({}), json!({"a": 1}), json!(7), json!(-1.5), json!(true)];
    let text = json!("x");
    let kind = std::mem::discriminant(value);
    let others =
        all.into_iter().chain([text]).filter(|other| std::mem::discriminant(other) != kind);
    others.collect()
}

#[test]
fn a_value_of_another_kind_is_refused_by_the_name_of_its_field() {
    for api in apis() {
        let before = api.ledger();
        for call in calls(&api) {
            let mut all = Vec::new();
            places(&call.body, "", &mut all);
            for place in all {
                let name = place.split('/').find(|part| !part.is_empty()).unwrap().to_owned();
                for other in others(call.body.pointer(&place).unwrap()) {
                    let mut body = call.body.clone();
                    *body.pointer_mut(&place).unwrap() = other;
                    let answer = api.refused(call.with(&body), &before);
                    let tell = format!("{} {body}: {}", call.path, answer.text());
                    assert_eq!((answer.status, &*problem_of(&answer)), (422, "invalid"), "{tell}");
                    assert!(names(&fields_of(&answer), &name), "{name} is not named: {tell}");
                }
            }
        }
    }
}

/// Whether a problem is about this field. Which of several kinds a touch is decides what fields it
/// has, so there the body as a whole may be named.
fn names(said: &str, name: &str) -> bool {
    said.contains(&format!("\"{name}")) || said.starts_with("\"body\"")
}

#[test]
fn a_body_that_is_no_object_is_refused() {
    for api in apis() {
        let before = api.ledger();
        for call in calls(&api) {
            for body in [json!([]), json!(null), json!("x"), json!(7), json!([call.body])] {
                let answer = api.refused(call.with(&body), &before);
                assert_eq!(answer.status, 422, "{} {body}", call.path);
            }
        }
    }
}

#[test]
fn a_field_that_nobody_asked_for_is_refused_by_its_name() {
    for api in apis() {
        let before = api.ledger();
        let mut columns: Vec<String> = api.reader.columns().into_iter().collect();
        columns.extend(
            ["id", "created_by", "is_admin", "side", "customer", "__proto__"].map(str::to_owned),
        );
        assert!(columns.len() > 60, "{columns:?}");
        for call in calls(&api) {
            let known = call.body.as_object().unwrap();
            let unknown = columns.iter().filter(|column| !known.contains_key(*column));
            for column in unknown {
                let mut body = call.body.clone();
                body[column] = json!(api.town.of(Whose::Spoke).organisation.to_string());
                let answer = api.refused(call.with(&body), &before);
                let tell = format!("{} {column}: {}", call.path, answer.text());
                assert_eq!((answer.status, &*problem_of(&answer)), (422, "invalid"), "{tell}");
                assert!(fields_of(&answer).contains(column.as_str()), "not named: {tell}");
            }
        }
    }
}

#[test]
fn a_field_within_a_field_that_nobody_asked_for_is_refused_too() {
    for api in apis() {
        let before = api.ledger();
        for field in ["organisation_id", "version", "customer_id", "updated_ms"] {
            let body = json!({"external_ref": "n", "details": {"name": "Nia", field: "x"}});
            let ask = Ask::new(Method::POST, "/api/v1/customers").json(&body);
            let answer = api.refused(ask, &before);
            assert!(fields_of(&answer).contains(field), "{}", answer.text());
        }
    }
}

#[test]
fn a_field_that_comes_twice_is_refused() {
    for api in apis() {
        let before = api.ledger();
        let body = r#"{"external_ref": "a", "external_ref": "b", "details": {"name": "Nia"}}"#;
        let ask = Ask::new(Method::POST, "/api/v1/customers").body("application/json", body);
        assert_eq!(api.refused(ask, &before).status, 422);
    }
}

#[test]
fn a_text_that_no_database_holds_is_refused_by_the_name_of_its_field() {
    for api in apis() {
        let before = api.ledger();
        let mut failed = Vec::new();
        for call in calls(&api) {
            let mut all = Vec::new();
            places(&call.body, "", &mut all);
            for place in all.iter().filter(|place| call.body.pointer(place).unwrap().is_string()) {
                let mut body = call.body.clone();
                *body.pointer_mut(place).unwrap() = json!("a\u{0}b");
                let answer = api.ask(call.with(&body));
                if !(400..500).contains(&answer.status) {
                    failed
                        .push(format!("{} {} {place}: {}", call.method, call.path, answer.status));
                }
            }
        }
        assert!(failed.is_empty(), "a NUL in a text is not refused:\n{}", failed.join("\n"));
        let after = api.ledger();
        assert!(after == before, "{}", before.difference(&after));
    }
}
