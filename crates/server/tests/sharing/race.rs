//! Races with revocation: once the request that revokes is answered, no request that starts later
//! is shown what was revoked, however many are on their way.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};

use axum::http::Method;
use handfast_db::Engine;
use handfast_kit::{Id, OrganisationId, TimeMs};
use handfast_record::{
    CustomerId, TouchId, customers::Details, organisations::Kind, sharing::Tie, testing::NOW,
    touches::Body,
};
use serde_json::{Value, json};

use crate::{
    client::{Ask, Client},
    folk::{self, Keys},
    plan::{Act, For, Written},
    size,
    stage::{Stage, fresh},
};

/// How many ask while one revokes.
const READERS: usize = 7;
/// What is shown, and then is not.
const SECRET: &str = "kanarisecret";

#[test]
fn nobody_who_asks_after_a_revocation_is_shown_what_was_revoked_first() {
    race(Engine::Sqlite, size("RACES", 1_000).div_ceil(2));
}

#[test]
fn nobody_who_asks_after_a_revocation_is_shown_what_was_revoked_second() {
    race(Engine::Sqlite, size("RACES", 1_000).div_ceil(2));
}

#[test]
fn nobody_who_asks_after_a_revocation_is_shown_what_was_revoked_on_postgresql() {
    race(Engine::Postgres, size("RACES", 1_000) / 10);
}

/// One customer, of whom a partner sees a note by its tie as an insurer.
struct Scene {
    client: Client,
    brand: Keys,
    partner: Keys,
    organisation: OrganisationId,
    customer: CustomerId,
    note: TouchId,
    // Dropped last: the client has its files there.
    _data: tempfile::TempDir,
}

fn race(engine: Engine, tries: u64) {
    let Some(db) = fresh(engine) else { return };
    let scene = Scene::of(Stage::empty(db, &[Kind::Insurer]));
    let mut version = 0;
    scene.sign(&mut version, true);
    scene.tie();
    // A number goes up with every revocation and every grant: odd while nothing is to be seen.
    let (state, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let read: Vec<AtomicUsize> = (0..READERS).map(|_| AtomicUsize::new(0)).collect();
    let seen_late = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for reader in 0..READERS {
            let (scene, state, is_over) = (&scene, &state, &is_over);
            let (read, seen_late) = (&read, &seen_late);
            scope.spawn(move || {
                while !is_over.load(SeqCst) {
                    let before = state.load(SeqCst);
                    let sees = scene.sees(reader);
                    let is_after = before % 2 == 1 && state.load(SeqCst) == before;
                    seen_late.fetch_add(usize::from(is_after && sees), SeqCst);
                    if is_after {
                        read[reader].store(before, SeqCst);
                    }
                }
            });
        }
        for number in 0..tries {
            assert!(scene.sees(number as usize), "nothing is shown before it is revoked");
            scene.revoke(number, &mut version);
            let revoked = state.fetch_add(1, SeqCst) + 1;
            // Some of the readers ask at least once while it stands revoked.
            let asked = |one: &&AtomicUsize| one.load(SeqCst) == revoked;
            while read.iter().filter(asked).count() < 2 {
                std::thread::yield_now();
            }
            state.fetch_add(1, SeqCst);
            scene.grant(number, &mut version);
        }
        is_over.store(true, SeqCst);
    });
    println!("{engine:?}: {tries} revocations, {READERS} readers");
    assert_eq!(seen_late.into_inner(), 0, "seen after it was revoked");
}

impl Scene {
    fn of(mut stage: Stage) -> Self {
        let data = tempfile::tempdir().unwrap();
        let (brand, partner) = (folk::key(&stage, 0), folk::key(&stage, 1));
        stage.persons = vec![brand.person, partner.person];
        stage.known.keys = [0].into();
        let details = Details { name: "Maya Okafor".to_owned(), ..Details::default() };
        let record = |who| Act::Record { who, whom: 0, details: details.clone(), at: NOW };
        let note = Id::derived(&[b"note"]);
        let written = Written {
            who: 0,
            whom: 0,
            id: note,
            body: Body::Note { text: SECRET.to_owned() },
            // The first of every timeline.
            at: NOW.plus(1_000 * TimeMs::DAY),
            audience: For::All,
        };
        stage.act(&[record(0), record(1), Act::Entry(written)]);
        let client = Client::new(&stage.db, &stage.clock, data.path());
        let (organisation, customer) = (stage.organisations[1], stage.known.customers[&0]);
        Self { client, brand, partner, organisation, customer, note, _data: data }
    }

    /// Whether the partner is shown the note, in one of many ways.
    fn sees(&self, way: usize) -> bool {
        let customer = self.customer;
        let path = match way % 5 {
            0 => format!("/api/v1/customers/{customer}/timeline?limit=5"),
            1 => format!("/api/v1/touches/{}", self.note),
            2 => "/api/v1/feed?limit=20".to_owned(),
            3 => format!("/api/v1/customers?q={SECRET}"),
            _ => format!("/customers/{customer}"),
        };
        let ask = Ask::get(path);
        if way % 5 == 4 {
            return self.client.send(&ask.signed_in(&self.partner.session)).text().contains(SECRET);
        }
        let answer = self.client.send(&ask.with_token(&self.partner.token));
        match way % 5 {
            // The name is the partner's own to know; that these words find it is not.
            3 => answer.json()["items"].as_array().is_some_and(|items| !items.is_empty()),
            _ => answer.text().contains(SECRET),
        }
    }

    /// Asks as the brand for what must be done.
    fn ask(&self, method: Method, path: String, body: Option<Value>) {
        let ask = Ask::new(method, path).with_token(&self.brand.token);
        let ask = match &body {
            Some(body) => ask.json(body),
            None => ask,
        };
        let answer = self.client.send(&ask);
        assert!(answer.is_done(), "{} {}: {}", ask.method, ask.path, answer.text());
    }

    fn sign(&self, version: &mut i64, shows: bool) {
        let (tie, class) = (Tie::Insures.word(), "note");
        let grant = json!({"tie": tie, "class": class, "level": "full"});
        let grants = if shows { vec![grant] } else { vec![] };
        let draft = json!({"signed": "2026-03-12", "kinds": ["insurer"], "grants": grants});
        let body = json!({"expected_version": *version, "draft": draft});
        let path = format!("/api/v1/organisations/{}/agreements", self.organisation);
        self.ask(Method::POST, path, Some(body));
        *version += 1;
    }

    fn tie(&self) {
        let path = format!("/api/v1/customers/{}/ties", self.customer);
        let body = json!({"organisation_id": self.organisation, "tie": Tie::Insures.word(),
            "why": "insures her bicycle"});
        self.ask(Method::POST, path, Some(body));
    }

    /// Revokes in one of four ways.
    fn revoke(&self, number: u64, version: &mut i64) {
        let of = |what: &str| format!("/api/v1/customers/{}/{what}", self.customer);
        match number % 4 {
            0 => self.sign(version, false),
            1 => {
                let word = json!({"class": "note", "organisation_id": self.organisation,
                    "allowed": false, "channel": "phone"});
                self.ask(Method::POST, of("consents"), Some(word));
            }
            2 => self.ask(Method::PUT, of("freeze"), Some(json!({"why": "a dispute"}))),
            _ => {
                let tie = format!("ties/{}/{}", self.organisation, Tie::Insures.word());
                self.ask(Method::DELETE, of(&tie), None);
            }
        }
    }

    /// Grants again what was revoked.
    fn grant(&self, number: u64, version: &mut i64) {
        let of = |what: &str| format!("/api/v1/customers/{}/{what}", self.customer);
        match number % 4 {
            0 => self.sign(version, true),
            1 => {
                let word = json!({"class": "note", "organisation_id": self.organisation,
                    "channel": "phone"});
                self.ask(Method::POST, of("consents/removal"), Some(word));
            }
            2 => self.ask(Method::DELETE, of("freeze"), None),
            _ => self.tie(),
        }
    }
}
