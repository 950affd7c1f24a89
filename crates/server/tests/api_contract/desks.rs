//! A partner without a system takes part: letters reach its desk over a real mail server, and
//! somebody there answers by their links. Five that do not do what they should are each named for
//! what they are, and none is ever taken for verified.

use std::cell::Cell;

use axum::http::Method;
use handfast_db::Tx;
use handfast_handoffs::links;
use handfast_kit::TimeMs;
use handfast_mail::{Post, Security, Server, testing::Sink};
use handfast_queue::{Handlers, run_due};
use handfast_record::organisations;
use serde_json::{Value, json};

use crate::{
    Api, apis,
    client::{Answer, Ask},
    estates::Whose,
    partners::address,
};

const DESK: &str = "desk@spoke.example";
const BASE: &str = "https://hf.example";

/// Where letters of Spoke & Chain arrive.
struct Desk<'a> {
    api: &'a Api,
    sink: Sink,
    read_count: Cell<usize>,
}

/// A letter as it lies on the desk.
struct Letter {
    subject: String,
    /// Where its link leads.
    path: String,
}

impl<'a> Desk<'a> {
    fn of_spoke(api: &'a Api) -> Self {
        let spoke = api.town.of(Whose::Spoke);
        let (network, organisation) = (spoke.network, spoke.organisation);
        let set = move |tx: &mut Tx<'_>| {
            organisations::set_contact_email(tx, network, organisation, DESK)
        };
        api.town.world.db.write(set).unwrap();
        let desk = Self { api, sink: Sink::answering(&[]), read_count: Cell::new(0) };
        desk.letters();
        desk
    }

    /// Lets the server send what waits, and answers what arrived since it was asked last.
    fn letters(&self) -> Vec<Letter> {
        let server = Server {
            host: self.sink.address.ip().to_string(),
            port: Some(self.sink.address.port()),
            security: Security::None,
            credentials: None,
            from: "hello@aurora.example".to_owned(),
        };
        let handler = handfast_mail::handler(Some(Post::to(&server).unwrap()), links::writer(BASE));
        let (db, clock) = (&self.api.town.world.db, &self.api.town.world.clock);
        run_due(db, clock, &Handlers::new().with(handfast_mail::JOB_KIND, handler)).unwrap();
        let taken = self.sink.taken();
        let new = taken.iter().skip(self.read_count.replace(taken.len()));
        let new = new.filter(|letter| letter.to.iter().any(|to| to.contains(DESK)));
        let letter = |letter: &handfast_mail::testing::Taken| {
            let text = letter.text();
            assert!(!text.contains("Cooper"), "a letter holds nothing of the customer: {text}");
            let (_, rest) = text.split_once(BASE).unwrap();
            Letter {
                subject: letter.headers("Subject").concat(),
                path: rest.lines().next().unwrap().to_owned(),
            }
        };
        new.map(letter).collect()
    }

    /// The brand tells a change of Spoke's customer; the obligation, and the link of its letter.
    fn oblige(&self, street: &str) -> (String, String) {
        let spoke = self.api.town.of(Whose::Spoke);
        let change = json!({"changed": "address", "value": address(street), "by_customer": true});
        let path = format!("/api/v1/customers/{}/changes", spoke.customer);
        let made = self.api.ask(Ask::new(Method::POST, path).json(&change));
        assert_eq!(made.status, 201, "{}", made.text());
        let made = made.json();
        let own = spoke.organisation.to_string();
        let obligations = made["obligations"].as_array().unwrap();
        let mine = obligations.iter().find(|one| one["organisation_id"] == *own).unwrap();
        let [letter] = &self.letters()[..] else { panic!("one letter") };
        (mine["id"].as_str().unwrap().to_owned(), letter.path.clone())
    }

    /// Somebody presses a button behind a link.
    fn presses(&self, path: &str, form: &str) -> Answer {
        let page = self.api.client.send(&Ask::get(path)).text();
        let turn = page.split_once("name=\"turn\" value=\"").map_or("0", |(_, rest)| rest);
        let form = format!("{form}&turn={}", turn.split('"').next().unwrap());
        self.api
            .client
            .send(&Ask::new(Method::POST, path).body("application/x-www-form-urlencoded", form))
    }

    fn reads_back(&self, path: &str, flat: u8) -> Answer {
        let street = format!("Flat+{flat}%2C+27+Coopers+Wharf");
        self.presses(path, &format!("act=read&street={street}&postcode=BS1+6ZZ&city=Bristol"))
    }

    /// What the brand reads of it.
    fn stands(&self, id: &str) -> Value {
        self.api.ask(Ask::get(format!("/api/v1/obligations/{id}"))).json()
    }
}

#[test]
fn a_desk_that_is_written_to_answers_and_none_is_verified_for_its_word() {
    for api in apis() {
        api.shown_where();
        let desk = Desk::of_spoke(&api);
        acknowledges_and_is_late(&desk);
        writes_it_down_wrong_and_answers_twice(&desk);
        answers_after_withdrawal(&desk);
    }
}

fn acknowledges_and_is_late(desk: &Desk<'_>) {
    let (id, path) = desk.oblige("Flat 3, 27 Cooper’s Wharf");
    for form in ["act=accept", "act=apply&evidence=Done"] {
        assert_eq!(desk.presses(&path, form).status, 200, "{form}");
    }
    assert_eq!(desk.stands(&id)["state"], "applied", "that is what they say");
    let mut subjects = Vec::new();
    for _ in 0..10 {
        desk.api.later(TimeMs::DAY);
        subjects.extend(desk.letters().into_iter().map(|letter| letter.subject));
    }
    let stands = desk.stands(&id);
    let spoke = desk.api.town.of(Whose::Spoke).organisation.to_string();
    assert_eq!((&stands["state"], &stands["escalated"]), (&json!("applied"), &json!(true)));
    assert_eq!(stands["waits_for"], json!(spoke), "{stands}");
    assert!(subjects.len() >= 2, "reminded, and told that it was escalated: {subjects:?}");
    assert_eq!(desk.reads_back(&path, 3).status, 200);
    assert_eq!(desk.stands(&id)["state"], "verified");
}

fn writes_it_down_wrong_and_answers_twice(desk: &Desk<'_>) {
    let (id, path) = desk.oblige("Flat 4, 27 Cooper’s Wharf");
    let first = desk.reads_back(&path, 9);
    assert!(!first.text().contains("Verified"), "{}", first.text());
    let stands = desk.stands(&id);
    assert_eq!((&stands["state"], &stands["read_back_by"]), (&json!("mismatch"), &json!("typed")));
    desk.reads_back(&path, 9);
    assert_eq!(desk.stands(&id)["version"], stands["version"], "twice has one effect");
}

fn answers_after_withdrawal(desk: &Desk<'_>) {
    let (old, path) = desk.oblige("Flat 5, 27 Cooper’s Wharf");
    let (new, _) = desk.oblige("Flat 6, 27 Cooper’s Wharf");
    for answer in [desk.presses(&path, "act=accept"), desk.reads_back(&path, 5)] {
        assert_eq!(answer.status, 410, "{}", answer.text());
        assert!(answer.text().contains("A later change took its place"), "{}", answer.text());
    }
    assert_eq!(desk.stands(&old)["state"], "superseded");
    assert_eq!(desk.stands(&new)["state"], "sent", "an answer to the old one is none to the new");
}
