//! A partner's own system takes part: it is called over a real connection, checks the signature,
//! and answers by the API. Five that do not do what they should are each named for what they are,
//! and none is ever taken for verified.

use std::{
    io::{Read, Write},
    net::{IpAddr, Ipv4Addr, TcpListener, TcpStream},
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

use axum::http::Method;
use base64::{Engine, engine::general_purpose::STANDARD};
use handfast_db::Tx;
use handfast_kit::{Day, TimeMs};
use handfast_queue::Stop;
use handfast_record::{
    agreements,
    organisations::{self, Kind},
    sharing::Author,
};
use handfast_server::{rounds, webhooks};
use handfast_webhooks::{Caller, Limits, Owner, Plain, Policy};
use ring::hmac;
use serde_json::{Value, json};

use crate::{
    Api, apis,
    client::{self, Ask},
    estates::Whose,
};

const STREET: &str = "Flat 3, 27 Cooper’s Wharf";

/// A partner's system that listens on a port of this machine.
struct System {
    heard: Receiver<Value>,
    secret: Vec<u8>,
    caller: Caller,
}

impl System {
    /// Listens, and is registered for Spoke & Chain.
    fn of_spoke(api: &Api) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (tell, heard) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if tell.send(take(stream.unwrap())).is_err() {
                    break;
                }
            }
        });
        let policy = Policy {
            plain: Plain::Taken,
            ports: vec![port],
            allowed: vec![IpAddr::V4(Ipv4Addr::LOCALHOST)],
            own: Vec::new(),
        };
        let spoke = api.town.of(Whose::Spoke);
        let owner = Owner { network: spoke.network, organisation: spoke.organisation };
        let (vault, taken) = (client::calling().vault, policy.clone());
        let now = api.town.world.clock.now();
        let made = api.town.world.db.write(move |tx| {
            let url = format!("http://127.0.0.1:{port}/told");
            let kinds = ["obligation".to_owned()];
            handfast_webhooks::register(tx, (&vault, &taken), owner, now, (&url, &kinds))
        });
        let secret = made.unwrap().1;
        let secret = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        Self { heard, secret, caller: Caller::new(policy, Limits::default()).unwrap() }
    }

    /// Lets the server call whoever waits, and answers what this system was told, checked.
    fn told(&self, api: &Api) -> Vec<Value> {
        let (db, clock) = (&api.town.world.db, &api.town.world.clock);
        rounds::seal(db, clock, Some(&[7; 32]), &Stop::default()).unwrap();
        webhooks::collect(db, clock).unwrap();
        let vault = client::calling().vault;
        webhooks::call_waiting(db, clock, &vault, &self.caller, &Stop::default()).unwrap();
        let calls = std::iter::from_fn(|| self.heard.recv_timeout(Duration::ZERO).ok());
        calls.map(|call| self.checked(&call)).collect()
    }

    /// As Standard Webhooks has receivers check: over id, time and body.
    fn checked(&self, call: &Value) -> Value {
        let part = |name: &str| call[name].as_str().unwrap();
        let (id, at, body) = (part("webhook-id"), part("webhook-timestamp"), part("body"));
        let signature = part("webhook-signature").strip_prefix("v1,").unwrap();
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.secret);
        let signature = STANDARD.decode(signature).unwrap();
        hmac::verify(&key, format!("{id}.{at}.{body}").as_bytes(), &signature).unwrap();
        assert!(!body.contains("Cooper"), "a call holds no words: {body}");
        serde_json::from_str(body).unwrap()
    }
}

/// Reads one call and takes it.
fn take(mut stream: TcpStream) -> Value {
    let (mut text, mut byte) = (Vec::new(), [0]);
    while !text.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap();
        text.push(byte[0]);
    }
    let head = String::from_utf8(text).unwrap();
    let fields = head.lines().filter_map(|line| line.split_once(": "));
    let mut call: serde_json::Map<String, Value> =
        fields.map(|(name, value)| (name.to_ascii_lowercase(), json!(value))).collect();
    let length = call["content-length"].as_str().unwrap().parse().unwrap();
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    call.insert("body".to_owned(), json!(String::from_utf8(body).unwrap()));
    stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").unwrap();
    Value::Object(call)
}

pub(crate) fn address(street: &str) -> Value {
    json!({"address": {"street": street, "postcode": "BS1 6ZZ", "city": "Bristol"}})
}

impl Api {
    /// Spoke & Chain, who sold to its customer, is shown where that one lives.
    pub(crate) fn shown_where(&self) {
        let spoke = self.town.of(Whose::Spoke);
        let (partner, now) = (spoke.organisation, self.town.world.clock.now());
        let brand = Author::organisation(spoke.network, organisations::brand_id(spoke.network));
        let draft = agreements::preset(&[Kind::Reseller], Day(20_000));
        let sign = move |tx: &mut Tx<'_>| agreements::sign(tx, &brand, now, partner, &draft, 1);
        self.town.world.db.write(sign).unwrap();
    }

    /// The brand tells a change of Spoke's customer; answers Spoke's obligation, of which its
    /// system was told.
    fn oblige(&self, system: &System, street: &str) -> String {
        let customer = self.town.of(Whose::Spoke).customer;
        let change = json!({"changed": "address", "value": address(street), "by_customer": true});
        let path = format!("/api/v1/customers/{customer}/changes");
        let made = self.ask(Ask::new(Method::POST, path).json(&change));
        assert_eq!(made.status, 201, "{}", made.text());
        let told = system.told(self);
        let sent = told.iter().find(|call| call["type"] == "obligation.sent");
        let sent = sent.unwrap_or_else(|| panic!("nobody was told: {told:?}"));
        sent["data"]["obligation"].as_str().unwrap().to_owned()
    }

    fn spoke_does(&self, id: &str, deed: &str, body: &Value) -> (u16, Value) {
        let path = format!("/api/v1/obligations/{id}/{deed}");
        let answer = self.ask_as_spoke(Ask::new(Method::POST, path).json(body));
        (answer.status, answer.json())
    }

    /// What the brand reads of it.
    fn stands(&self, id: &str) -> Value {
        self.ask(Ask::get(format!("/api/v1/obligations/{id}"))).json()
    }

    pub(crate) fn later(&self, ms: i64) {
        let world = &self.town.world;
        world.clock.advance(ms);
        rounds::see_to_due(&world.db, world.clock.now(), &Stop::default()).unwrap();
    }
}

#[test]
fn a_system_that_is_called_answers_and_none_is_verified_for_its_word() {
    for api in apis() {
        api.shown_where();
        let system = System::of_spoke(&api);
        acknowledges_and_is_late(&api, &system);
        writes_it_down_wrong_and_answers_twice(&api, &system);
        answers_after_withdrawal(&api, &system);
    }
}

fn acknowledges_and_is_late(api: &Api, system: &System) {
    let id = api.oblige(system, STREET);
    assert_eq!(api.spoke_does(&id, "acceptance", &json!({})).0, 200);
    assert_eq!(api.spoke_does(&id, "applied", &json!({"words": "Done"})).0, 200);
    assert_eq!(api.stands(&id)["state"], "applied", "that is what they say");
    // The clock reminds once, and then tells whoever stands above.
    for _ in 0..10 {
        api.later(TimeMs::DAY);
    }
    let stands = api.stands(&id);
    let spoke = api.town.of(Whose::Spoke).organisation.to_string();
    assert_eq!((&stands["state"], &stands["escalated"]), (&json!("applied"), &json!(true)));
    assert_eq!(stands["waits_for"], json!(spoke), "{stands}");
    let kinds: Vec<Value> = system.told(api).iter().map(|call| call["type"].clone()).collect();
    for kind in ["obligation.chased", "obligation.escalated"] {
        assert!(kinds.contains(&json!(kind)), "{kind}: {kinds:?}");
    }
    let late = json!({"value": address("FLAT 3, 27 COOPERS WHARF"), "by": "api"});
    let (status, answer) = api.spoke_does(&id, "read-back", &late);
    assert_eq!((status, &answer["state"]), (200, &json!("verified")));
}

fn writes_it_down_wrong_and_answers_twice(api: &Api, system: &System) {
    let id = api.oblige(system, "Flat 4, 27 Cooper’s Wharf");
    let wrong = json!({"value": address("Flat 9, 27 Cooper’s Wharf"), "by": "api"});
    let (status, first) = api.spoke_does(&id, "read-back", &wrong);
    assert_eq!((status, &first["state"]), (200, &json!("mismatch")));
    let marked = |side: &str| {
        let parts = first["difference"][side].as_array().unwrap().clone();
        let differs = parts.into_iter().filter(|part| part["same"] == false);
        differs.map(|part| part["text"].as_str().unwrap().to_owned()).collect::<String>()
    };
    assert_eq!((marked("given"), marked("held")), ("4".to_owned(), "9".to_owned()));
    let (status, second) = api.spoke_does(&id, "read-back", &wrong);
    assert_eq!((status, &second["version"]), (200, &first["version"]), "twice has one effect");
    assert_eq!(api.stands(&id)["state"], "mismatch");
}

fn answers_after_withdrawal(api: &Api, system: &System) {
    let old = api.oblige(system, "Flat 5, 27 Cooper’s Wharf");
    let new = api.oblige(system, "Flat 6, 27 Cooper’s Wharf");
    assert_eq!(api.spoke_does(&old, "acceptance", &json!({})).0, 409);
    let late = json!({"value": address("Flat 5, 27 Cooper’s Wharf"), "by": "api"});
    assert_eq!(api.spoke_does(&old, "read-back", &late).0, 409);
    assert_eq!(api.stands(&old)["state"], "superseded");
    assert_eq!(api.stands(&new)["state"], "sent", "an answer to the old one is none to the new");
}
