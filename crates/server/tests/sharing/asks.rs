//! What one organisation asks for, in one order, and what it was told.

use std::{collections::HashMap, path::Path};

use axum::http::Method;
use handfast_kit::{OrganisationId, TimeMs, Uuid};
use handfast_record::{CustomerId, sharing::Tie};
use handfast_server::routes;
use handfast_web::{Facts, Route};
use serde_json::{Value, json};

use crate::{
    alter::{self, Timed},
    client::{Answer, Ask, Client},
    folk::Keys,
    ledger::Reader,
    mask::Names,
    plan::{Act, Who},
    stage::Stage,
    truth::Truth,
    view::View,
};

/// One request of the script.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) body: Option<(&'static str, String)>,
}

impl Said {
    fn get(path: impl Into<String>) -> Self {
        Self { method: Method::GET, path: path.into(), body: None }
    }
}

fn all_facts() -> Vec<Facts> {
    let uploads = handfast_intake::Uploads::new(Path::new("unused").to_owned());
    routes::all(&uploads).iter().map(Route::facts).cloned().collect()
}

/// In a path: the id of the first item of the list before it, whatever chance called it.
const FIRST: &str = "{first}";

/// Every route that reads, with ids of things that are seen and of things that are not; then what
/// is written.
pub(crate) fn script(stage: &Stage, truth: &Truth, acts: &[Timed], viewer: Who) -> Vec<Said> {
    let things = Things::of(stage, truth, acts, viewer);
    let mut said = Vec::new();
    for facts in all_facts().iter().filter(|facts| facts.method == Method::GET) {
        if ["/healthz", "/readyz", "/api/v1/openapi.json"].contains(&facts.path) {
            continue;
        }
        said.extend(things.fill(facts.path).into_iter().map(Said::get));
        let queries = QUERIES.iter().filter(|(path, _)| *path == facts.path);
        for (_, query) in queries {
            let paths = things.fill(facts.path).into_iter().take(2);
            said.extend(paths.map(|path| Said::get(format!("{path}?{}", things.query(query)))));
        }
    }
    said.extend(writes(&things));
    // What was written is seen, and nothing else with it.
    said.push(Said::get("/api/v1/customers?limit=200"));
    said.push(Said::get("/api/v1/feed?limit=200"));
    said
}

/// What may be asked of lists besides.
const QUERIES: &[(&str, &str)] = &[
    ("/api/v1/customers", "limit=2"),
    ("/api/v1/customers", "q={word}"),
    ("/api/v1/customers", "q={email}"),
    ("/api/v1/customers", "organisation_id={organisation}"),
    ("/api/v1/customers/{id}/timeline", "limit=3"),
    ("/api/v1/customers/{id}/timeline", "q=t"),
    ("/api/v1/customers/{id}/timeline", "organisation_id={organisation}"),
    ("/api/v1/feed", "limit=3"),
    ("/customers", "q={word}"),
    ("/customers", "q={email}"),
    ("/customers/{id}", "said=t"),
    ("/customers/{id}", "by={organisation}"),
];

/// What stands in the world to be asked for.
struct Things {
    customers: Vec<CustomerId>,
    /// Those whom the viewer may write on without seeing more for it: who writes on a customer is
    /// tied to it. The viewer is tied already, or sees nothing and is refused.
    safe: Vec<CustomerId>,
    touches: Vec<String>,
    organisations: Vec<OrganisationId>,
    persons: Vec<String>,
    emails: Vec<String>,
}

impl Things {
    fn of(stage: &Stage, truth: &Truth, acts: &[Timed], viewer: Who) -> Self {
        let entries: Vec<_> = alter::entries(acts).collect();
        let step = (entries.len() / 6).max(1);
        let other = if viewer == 1 { 2 } else { 1 };
        let email = |(_, act): &Timed| match act {
            Act::Record { who, details, .. } if *who != viewer => Some(details.email.clone()),
            _ => None,
        };
        let views = truth.all.iter().map(|one| View::of(one, stage.organisations[viewer]));
        let safe = views.filter(|view| !view.is_open() || view.has(Tie::Owner));
        Self {
            customers: stage.known.customers.values().copied().collect(),
            safe: safe.map(|view| view.one.id).collect(),
            touches: entries.iter().step_by(step).map(|entry| entry.id.to_string()).collect(),
            organisations: [viewer, other, 0].map(|who| stage.organisations[who]).to_vec(),
            persons: [viewer, other].map(|who| stage.persons[who].to_string()).to_vec(),
            emails: acts.iter().filter_map(email).filter(|email| !email.is_empty()).collect(),
        }
    }

    fn query(&self, query: &str) -> String {
        let email = self.emails.first().cloned().unwrap_or_default();
        query
            .replace("{word}", "t")
            .replace("{email}", &email)
            .replace("{organisation}", &self.organisations[1].to_string())
    }

    /// The path with each id that it can have, a few of each kind.
    fn fill(&self, path: &str) -> Vec<String> {
        let parts: Vec<&str> = path.split('/').collect();
        let mut paths = vec![String::new()];
        for (at, part) in parts.iter().enumerate().skip(1) {
            let values = if part.starts_with('{') {
                self.values(parts[at - 1], part)
            } else {
                vec![(*part).to_owned()]
            };
            let longer = |path: &String| -> Vec<String> {
                values.iter().map(|value| format!("{path}/{value}")).collect()
            };
            paths = paths.iter().flat_map(longer).collect();
        }
        paths
    }

    fn values(&self, before: &str, part: &str) -> Vec<String> {
        let nobody = Uuid::from_u128(7).to_string();
        match (before, part) {
            ("customers", _) => self.customers.iter().take(5).map(ToString::to_string).collect(),
            ("touches", _) => self.touches.clone(),
            ("organisations" | "partners", _) => {
                self.organisations.iter().map(ToString::to_string).collect()
            }
            ("people", _) => self.persons.clone(),
            ("requests" | "guests", "{id}") => vec![FIRST.to_owned(), nobody],
            (_, "{secret}") => vec!["5".repeat(43)],
            (_, "{version}") => vec!["1".to_owned()],
            (_, "{class}") => vec!["note".to_owned()],
            _ => vec![nobody],
        }
    }
}

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// Writes: identifiers that belong to others, and things that are not to be seen.
fn writes(things: &Things) -> Vec<Said> {
    let mut said = Vec::new();
    let mut say = |method: Method, path: String, kind: &'static str, body: String| {
        said.push(Said { method, path, body: Some((kind, body)) });
    };
    for (at, email) in things.emails.iter().take(4).enumerate() {
        let details = json!({"name": format!("New {at}"), "email": email, "phone": "+44 1"});
        let record = json!({"external_ref": format!("new-{at}"), "details": details});
        say(Method::POST, "/api/v1/customers".to_owned(), JSON, record.to_string());
        let row = json!({"reference": format!("row-{at}"), "name": "Row", "email": email});
        let rows = format!("{row}\n");
        let path = "/api/v1/imports?shape=customers".to_owned();
        say(Method::POST, path, "application/x-ndjson", rows);
    }
    for customer in things.safe.iter().take(6) {
        let note = json!({"kind": "note", "text": "a note"}).to_string();
        say(Method::POST, format!("/api/v1/customers/{customer}/touches"), JSON, note);
        let form = "kind=note&note=hello".to_owned();
        say(Method::POST, format!("/customers/{customer}/touches"), FORM, form);
    }
    for customer in things.customers.iter().take(6) {
        let api = format!("/api/v1/customers/{customer}");
        say(Method::PUT, format!("{api}/freeze"), JSON, json!({"why": "no"}).to_string());
        let change = json!({"city": "Hull"}).to_string();
        say(Method::PATCH, format!("{api}/records/{}", Uuid::from_u128(9)), JSON, change);
        let consent = json!({"class": "note", "allowed": false, "channel": "phone"});
        say(Method::POST, format!("{api}/consents"), JSON, consent.to_string());
        let why = "to help this customer";
        let asked = json!({"customer_id": customer, "classes": ["note"], "why": why});
        say(Method::POST, "/api/v1/requests".to_owned(), JSON, asked.to_string());
    }
    said
}

/// Somebody who asks.
pub(crate) struct Session<'a> {
    stage: &'a Stage,
    keys: &'a Keys,
    data: &'a Path,
    client: Client,
    reader: Reader,
    names: Names,
    /// The first item of each list of the API.
    firsts: HashMap<String, String>,
}

impl<'a> Session<'a> {
    pub(crate) fn new(stage: &'a Stage, keys: &'a Keys, data: &'a Path) -> Self {
        let client = Client::new(&stage.db, &stage.clock, data);
        let reader = Reader::new(&stage.db);
        stage.clock.advance(TimeMs::MINUTE);
        let firsts = HashMap::new();
        Self { stage, keys, data, client, reader, names: Names::default(), firsts }
    }

    /// Asks for all of it, a moment between one and the next.
    pub(crate) fn all(mut self, script: &[Said]) -> Vec<String> {
        script.iter().map(|said| self.one(said)).collect()
    }

    fn one(&mut self, said: &Said) -> String {
        self.stage.clock.advance(10);
        let ask = Ask::new(said.method.clone(), self.path(&said.path));
        let ask = if said.path.starts_with("/api/") {
            ask.with_token(&self.keys.token)
        } else {
            ask.signed_in(&self.keys.session)
        };
        let ask = match &said.body {
            Some((kind, body)) => ask.body(kind, body.clone()),
            None => ask,
        };
        let answer =
            if said.method == Method::GET { self.client.send(&ask) } else { self.write(&ask) };
        assert!(answer.status < 500, "{said:?}: {}", answer.text());
        let json = serde_json::from_slice::<Value>(&answer.body).unwrap_or_default();
        if let Some(id) = json["items"][0]["id"].as_str() {
            self.firsts.entry(said.path.clone()).or_insert_with(|| id.to_owned());
        }
        self.names.mask(&trace(&said.path, &answer))
    }

    /// The path with the id that its list told first.
    fn path(&self, path: &str) -> String {
        let Some((list, _)) = path.split_once(&format!("/{FIRST}")) else { return path.to_owned() };
        let list =
            if list.starts_with("/api/") { list.to_owned() } else { format!("/api/v1{list}") };
        let nobody = Uuid::from_u128(7).to_string();
        path.replace(FIRST, self.firsts.get(&list).unwrap_or(&nobody))
    }

    /// A write that is refused leaves everything as it was.
    fn write(&self, ask: &Ask) -> Answer {
        let before = self.reader.read(&self.stage.db, self.data);
        let answer = self.client.send(ask);
        if !answer.is_done() {
            let after = self.reader.read(&self.stage.db, self.data);
            let told = || format!("{ask:?} left a trace:\n{}", before.difference(&after));
            assert!(before == after, "{}", told());
        }
        answer
    }
}

/// The answer as it is compared. A checkpoint says how many touches the network holds, and a
/// receipt leads to it: that is what they prove, to everybody who sees one. What a receipt says of
/// its touch is compared; its salt and with it its leaf are made by chance.
fn trace(path: &str, answer: &Answer) -> String {
    let of_size = ["/api/v1/ledger/checkpoint", "/api/v1/ledger/consistency"];
    if answer.status == 200 && of_size.contains(&path) {
        return "200".to_owned();
    }
    if answer.status == 200 && path.ends_with("/receipt") {
        let receipt: Value = serde_json::from_slice(&answer.body).unwrap();
        let content = &receipt["content"];
        return format!("200 {} {} {}", receipt["touch"], content["summary"], content["body"]);
    }
    answer.trace(&[])
}

/// The first answer that is not the same.
pub(crate) fn difference(script: &[Said], one: &[String], other: &[String]) -> Option<String> {
    let at = one.iter().zip(other).position(|(one, other)| one != other)?;
    let pairs = one[at].lines().zip(other[at].lines()).filter(|(one, other)| one != other);
    let lines: Vec<String> = pairs.take(4).map(|(one, other)| around(one, other)).collect();
    let said = &script[at];
    let body = said.body.as_ref().map_or("", |(_, body)| body.as_str());
    Some(format!("{} {} {body}\n{}", said.method, said.path, lines.join("\n")))
}

/// The part of two lines where they begin to differ.
fn around(one: &str, other: &str) -> String {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let at = one.iter().zip(&other).take_while(|(one, other)| one == other).count();
    let part =
        |of: &[char]| -> String { of.iter().skip(at.saturating_sub(160)).take(400).collect() };
    format!("  {}\n  {}", part(&one), part(&other))
}
