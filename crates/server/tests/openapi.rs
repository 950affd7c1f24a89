//! The description of the API says what the server does: every call and no other, and answers as
//! they are.
#![allow(clippy::unwrap_used)]
#![allow(dead_code, reason = "the town and the client serve other tests too")]

#[path = "walk/client.rs"]
mod client;
#[path = "walk/estates.rs"]
mod estates;
#[path = "walk/goods.rs"]
mod goods;
#[path = "walk/town.rs"]
mod town;

use std::{collections::BTreeSet, path::Path};

use axum::http::Method;
use handfast_queue::Stop;
use handfast_record::matching;
use handfast_server::{rounds, routes, webhooks};
use handfast_web::{Face, Facts, Route};
use serde_json::{Map, Value, json};

use crate::{
    client::{Ask, Client},
    estates::Whose,
    town::{Town, towns},
};

struct Described {
    town: Town,
    client: Client,
    document: Value,
    _data: tempfile::TempDir,
}

/// A server over a town, and what it says of itself.
fn described() -> Described {
    let data = tempfile::tempdir().unwrap();
    let town = towns(data.path()).remove(0);
    let folder = data.path().join(town.folder());
    let client = Client::new(&town.world.db, &town.world.clock, &folder);
    let document = client.send(&Ask::get("/api/v1/openapi.json"));
    assert_eq!(document.status, 200);
    Described { document: document.json(), town, client, _data: data }
}

fn calls() -> Vec<Facts> {
    let routes = routes::all(&town::uploads(Path::new("unused")));
    let facts = routes.iter().map(Route::facts).cloned();
    // The description does not describe itself.
    facts.filter(|facts| facts.face == Face::Api && facts.path != "/api/v1/openapi.json").collect()
}

/// Every operation, with its method in capitals and its path.
fn operations(document: &Value) -> Vec<(String, &str, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let methods = ["get", "post", "put", "patch", "delete"];
    paths
        .iter()
        .flat_map(|(path, item)| {
            let item = item.as_object().unwrap();
            let operations = item.iter().filter(|(method, _)| methods.contains(&method.as_str()));
            operations
                .map(move |(method, operation)| (method.to_uppercase(), path.as_str(), operation))
        })
        .collect()
}

#[test]
fn every_call_is_described_and_nothing_else() {
    let Described { document, .. } = described();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."), "{}", document["openapi"]);
    let said: BTreeSet<String> = operations(&document)
        .into_iter()
        .map(|(method, path, _)| format!("{method} {path}"))
        .collect();
    let there: BTreeSet<String> =
        calls().iter().map(|facts| format!("{} {}", facts.method, facts.path)).collect();
    let unsaid: Vec<_> = there.difference(&said).collect();
    let untrue: Vec<_> = said.difference(&there).collect();
    assert!(unsaid.is_empty() && untrue.is_empty(), "undescribed {unsaid:?}, gone {untrue:?}");
    assert!(there.len() > 30, "{}", there.len());
}

#[test]
fn every_call_says_what_it_is_for_and_what_it_answers() {
    let Described { document, .. } = described();
    let mut wrong = Vec::new();
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let mut note = |what: &str| wrong.push(format!("{method} {path}: {what}"));
        if operation["summary"].as_str().is_none_or(|text| text.trim().is_empty()) {
            note("no summary");
        }
        if operation["tags"].as_array().is_none_or(Vec::is_empty) {
            note("no tag");
        }
        let id = operation["operationId"].as_str().unwrap_or_default();
        if id.is_empty() || !ids.insert(id.to_owned()) {
            note(&format!("the operationId {id:?} is missing or used twice"));
        }
        let responses = operation["responses"].as_object().unwrap();
        if !responses.keys().any(|status| status.starts_with('2')) {
            note("no answer for success");
        }
        if !responses.contains_key("default") {
            note("no answer for problems");
        }
        for (status, response) in responses {
            let response = followed(&document, response);
            if response["description"].as_str().is_none_or(str::is_empty) {
                note(&format!("{status} without a description"));
            }
        }
        if operation["security"].as_array().or(document["security"].as_array()).is_none() {
            note("does not say that it takes a token");
        }
        for part in path.split('/').filter(|part| part.starts_with('{')) {
            let name = part.trim_matches(['{', '}']);
            let all = operation["parameters"].as_array().cloned().unwrap_or_default();
            let of_path = |one: &Value| one["in"] == "path" && one["name"] == name;
            if !all.iter().any(of_path) {
                note(&format!("{name} in the path is not described"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn problems_are_described_as_problem_details() {
    let Described { document, .. } = described();
    for (method, path, operation) in operations(&document) {
        let response = followed(&document, &operation["responses"]["default"]);
        let schema = &response["content"]["application/problem+json"]["schema"];
        assert!(schema.is_object(), "{method} {path}: problems have no schema");
        let problem = followed(&document, schema);
        for field in ["type", "title", "status", "detail", "errors"] {
            assert!(problem["properties"][field].is_object(), "{method} {path}: no {field}");
        }
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_schema_is_used() {
    let Described { document, .. } = described();
    let mut used = BTreeSet::new();
    references(&document, &mut used);
    assert!(used.len() > 10, "{used:?}");
    for reference in &used {
        assert!(resolve(&document, reference).is_some(), "{reference} leads nowhere");
    }
    for name in document["components"]["schemas"].as_object().unwrap().keys() {
        let reference = format!("#/components/schemas/{name}");
        assert!(used.contains(&reference), "the schema {name} is used nowhere");
    }
}

#[test]
fn answers_are_as_described() {
    let Described { town, client, document, .. } = described();
    let spoke = town.of(Whose::Spoke);
    let ids = [
        ("customers", spoke.customer.to_string()),
        ("touches", spoke.touch.to_string()),
        ("organisations", spoke.organisation.to_string()),
        ("people", spoke.colleague.to_string()),
        ("imports", spoke.done.to_string()),
        ("guests", spoke.guest.to_string()),
        ("requests", spoke.request.to_string()),
        ("hand-offs", spoke.hand_off.to_string()),
        ("changes", spoke.change.to_string()),
        ("obligations", spoke.obligation.to_string()),
        ("disputes", spoke.dispute.to_string()),
        ("traces", spoke.trace.to_string()),
        ("webhooks", spoke.webhook.to_string()),
    ];
    // Nobody has said anything of being shown yet.
    let word = json!({"organisation_id": spoke.organisation, "allowed": true, "channel": "phone"});
    let consents = format!("/api/v1/customers/{}/consents", spoke.customer);
    let ask = Ask::new(Method::POST, consents).json(&word).signed_in(&spoke.staff.session);
    assert_eq!(client.send(&ask).status, 204);
    let (db, clock) = (&town.world.db, &town.world.clock);
    rounds::seal(db, clock, Some(&[7; 32]), &Stop::default()).unwrap();
    webhooks::collect(db, clock).unwrap();
    let merged = alike(&town, &client);
    let mut checked_count = 0;
    for (method, path, operation) in operations(&document) {
        let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"];
        if method != "GET" || !schema.is_object() {
            continue;
        }
        let mut address = path.to_owned();
        for (word, id) in &ids {
            address = address.replace(&format!("/{word}/{{id}}"), &format!("/{word}/{id}"));
        }
        address = address.replace("/{version}", "/1");
        // Reports, presets and matching are the brand's; all else is asked for by a partner.
        let brands =
            ["/reports/", "/presets", "/matching/doubts", "/matching/model", "/merges", "/ending"];
        let is_brands = brands.iter().any(|part| path.contains(part));
        if path.contains("/merges") {
            address = address.replace(&spoke.customer.to_string(), &merged);
        }
        let whose = if is_brands { Whose::Aurora } else { Whose::Spoke };
        let answer = client.send(&Ask::get(&address).signed_in(&town.of(whose).admin.session));
        assert_eq!(answer.status, 200, "{address}: {}", answer.text());
        let mut wrong = Vec::new();
        check(&document, schema, &answer.json(), "$", &mut wrong);
        assert!(wrong.is_empty(), "{address}:\n{}\n{}", wrong.join("\n"), answer.text());
        let items = answer.json()["items"].as_array().map_or(1, Vec::len);
        // What was answered, and read back, nobody has done yet in this town.
        let may_be_empty = path.ends_with("/figures/items") || path.ends_with("/ending/items");
        assert!(items > 0 || may_be_empty, "{address} has nothing to look at");
        checked_count += 1;
    }
    assert!(checked_count > 15, "only {checked_count} answers were looked at");
}

/// Records that are alike, so that there is something to say of matching: a shop's doubles, of one
/// of which it says so, and two customers of the brand that were merged. Answers their id.
fn alike(town: &Town, client: &Client) -> String {
    let send = |whose: Whose, path: &str, body: &Value| {
        let session = &town.of(whose).staff.session;
        let answer = client.send(&Ask::new(Method::POST, path).json(body).signed_in(session));
        assert!(answer.status < 300, "{path}: {}", answer.text());
        answer.json()
    };
    let keep = |whose, reference: &str, name: &str, phone: &str| {
        let details = json!({"name": name, "phone": phone, "city": "Leeds"});
        let taken = send(
            whose,
            "/api/v1/customers",
            &json!({"external_ref": reference, "details": details}),
        );
        let id = |field: &str| taken[field].as_str().unwrap().to_owned();
        (id("customer_id"), id("record_id"))
    };
    let double = |name: &str, phone: &str| {
        let keep = |number| keep(Whose::Spoke, &format!("{name} {number}"), name, phone).1;
        (keep(1), keep(2))
    };
    let one = keep(Whose::Spoke, "w-1", "Wilhelmina Ashdown", "+44 113 4960111").1;
    let other = keep(Whose::Spoke, "w-2", "Peregrine Vexford", "+44 113 4960888").1;
    let same = json!({"record_id": one, "other_id": other, "verdict": "same", "why": "One person"});
    send(Whose::Spoke, "/api/v1/matching/decisions", &same);
    let (network, now) = (town.world.network, town.world.clock.now());
    while town.world.db.write(move |tx| matching::work(tx, network, now, 25)).unwrap().is_more {}
    double("Ottoline Quarrington", "+44 113 4960777");
    let brands = |number: usize| {
        keep(Whose::Aurora, &format!("m-{number}"), "Nkechi Balewa", "+44 113 4960999").0
    };
    let (one, other) = (brands(1), brands(2));
    send(Whose::Aurora, &format!("/api/v1/customers/{one}/merges"), &json!({"other_id": other}));
    one
}

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(to) = fields.get("$ref").and_then(Value::as_str) {
                found.insert(to.to_owned());
            }
            fields.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

fn resolve<'a>(document: &'a Value, reference: &str) -> Option<&'a Value> {
    document.pointer(reference.strip_prefix('#')?)
}

/// What stands here, or where a reference leads to.
fn followed<'a>(document: &'a Value, here: &'a Value) -> &'a Value {
    let to = here["$ref"].as_str().map(|to| resolve(document, to));
    to.map_or(here, |found| found.expect("every reference leads somewhere"))
}

/// What of `value` is not as `schema` says: kinds, fields that must be there, fields that nobody
/// described. Only the words of JSON Schema that the description uses.
fn check(document: &Value, schema: &Value, value: &Value, at: &str, wrong: &mut Vec<String>) {
    let schema = followed(document, schema);
    if let Some(all) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
        let fits = |schema: &Value| {
            let mut wrong = Vec::new();
            check(document, schema, value, at, &mut wrong);
            wrong.is_empty()
        };
        if !all.iter().any(fits) {
            wrong.push(format!("{at}: fits none of the described"));
        }
        return;
    }
    if !is_of_kind(&schema["type"], value) {
        wrong.push(format!("{at}: {value} is not {}", schema["type"]));
        return;
    }
    if let (Value::Array(items), true) = (value, schema["items"].is_object()) {
        for (index, item) in items.iter().enumerate() {
            check(document, &schema["items"], item, &format!("{at}[{index}]"), wrong);
        }
    }
    if let Value::Object(fields) = value {
        let (properties, required) = whole(document, schema);
        for name in required.iter().filter(|name| !fields.contains_key(*name)) {
            wrong.push(format!("{at}: {name} is missing"));
        }
        for (name, value) in fields.iter().filter(|_| !properties.is_empty()) {
            match properties.get(name) {
                Some(schema) => check(document, schema, value, &format!("{at}.{name}"), wrong),
                None => wrong.push(format!("{at}: {name} is not described")),
            }
        }
    }
}

/// The fields of an object, and those that must be there, with those of its parts (`allOf`).
fn whole(document: &Value, schema: &Value) -> (Map<String, Value>, Vec<String>) {
    let mut properties = schema["properties"].as_object().cloned().unwrap_or_default();
    let names = |schema: &Value| -> Vec<String> {
        let all = schema["required"].as_array().into_iter().flatten();
        all.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let mut required = names(schema);
    for part in schema["allOf"].as_array().into_iter().flatten() {
        let (more, also) = whole(document, followed(document, part));
        properties.extend(more);
        required.extend(also);
    }
    (properties, required)
}

fn is_of_kind(kind: &Value, value: &Value) -> bool {
    let is = |kind: &str| match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        _ => false,
    };
    match kind {
        Value::String(kind) => is(kind),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).any(is),
        _ => true,
    }
}
