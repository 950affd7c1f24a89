//! What the brand and its partners do, each after their character.

use handfast_kit::TimeMs;
use serde_json::{Value, json};

use crate::{
    town::Town,
    truth::{BRAND, Character, Duty, Event, Hand, Org, Task, quay},
};

/// By when a task is to be taken over.
const ACCEPT_WITHIN_MS: i64 = 2 * TimeMs::DAY;
/// The one whose partnership ends.
const LEAVER: Org = 20;
/// The first partners are prompt.
const PROMPT_COUNT: usize = 8;

impl Town {
    pub(crate) fn happen(&mut self, event: Event) {
        match event {
            Event::Offer { task } => self.offer_if_back(task),
            Event::Answer { hand } => self.answer(hand),
            Event::Supply { hand } => self.supply(hand),
            Event::Accept { hand } => self.accept(hand),
            Event::Move { customer } => self.move_house(customer),
            Event::Apply { duty, again } => self.apply(duty, again),
            Event::Settle { duty, dispute } => self.settle(duty, &dispute),
            Event::End { step } => self.end(step),
        }
    }

    pub(crate) fn new_task(&mut self, customer: usize) -> usize {
        let task = self.truth.tasks.len();
        let words = format!("call-{task}");
        self.truth.tasks.push(Task { customer, words, holder: BRAND });
        task
    }

    /// Some hours, as chance has them.
    fn hours(&mut self, from: usize, to: usize) -> i64 {
        self.chance.between(from, to) as i64 * TimeMs::HOUR + self.chance.below(3_000_000) as i64
    }

    /// A task that is new goes to anybody, one that came back to somebody who answers.
    fn offer_if_back(&mut self, task: usize) {
        let before = self.truth.hands.iter().rposition(|hand| hand.task == task);
        if let Some(before) = before {
            let state = self.hand(BRAND, before)["state"].clone();
            if state == "offered" || self.truth.tasks[task].holder != BRAND {
                return;
            }
            let to = self.chance.between(1, PROMPT_COUNT);
            self.offer(task, to);
            return;
        }
        let last = if self.truth.is_over { LEAVER - 1 } else { LEAVER };
        let to = self.chance.between(1, last);
        self.offer(task, to);
    }

    pub(crate) fn offer(&mut self, task: usize, to: Org) -> usize {
        let Task { customer, words, .. } = &self.truth.tasks[task];
        let accept_by = self.truth.now.plus(ACCEPT_WITHIN_MS);
        let offer = json!({
            "customer_id": self.customers[*customer], "thing": format!("task:{words}"),
            "to_id": self.orgs[to].to_string(), "accept_by": accept_by.rfc3339(),
            "incomplete_ok": true,
        });
        let made = self.does(BRAND, "/api/v1/hand-offs", offer);
        assert_eq!(self.number(&made["accountable"]["organisation_id"]), BRAND);
        let (id, hand) = (made["id"].as_str().unwrap().to_owned(), self.truth.hands.len());
        self.truth.hands.push(Hand { id, task, to });
        let answered_after = match Character::of(to) {
            Character::Late => Some(ACCEPT_WITHIN_MS + self.hours(1, 10)),
            Character::Silent => None,
            _ => Some(self.hours(1, 20)),
        };
        if let Some(ms) = answered_after {
            self.truth.after(ms, Event::Answer { hand });
        }
        let back = ACCEPT_WITHIN_MS + self.hours(12, 20);
        self.truth.after(back, Event::Offer { task });
        hand
    }

    pub(crate) fn hand(&mut self, by: Org, hand: usize) -> Value {
        let path = format!("/api/v1/hand-offs/{}", self.truth.hands[hand].id);
        self.gets(by, &path)
    }

    fn of_hand(&mut self, by: Org, hand: usize, deed: &str, body: Value) -> Value {
        let path = format!("/api/v1/hand-offs/{}/{deed}", self.truth.hands[hand].id);
        self.does(by, &path, body)
    }

    fn answer(&mut self, hand: usize) {
        let to = self.truth.hands[hand].to;
        if to == LEAVER && self.truth.is_over {
            return;
        }
        let shown = self.hand(to, hand);
        if Character::of(to) == Character::Late {
            assert_eq!(shown["state"], "expired", "its time is over: {shown}");
            let path = format!("/api/v1/hand-offs/{}/acceptance", self.truth.hands[hand].id);
            let (status, told) = self.asks(to, "POST", &path, Some(json!({})));
            assert_eq!(status, 409, "too late: {told}");
            return;
        }
        if shown["state"] != "offered" {
            return;
        }
        self.of_hand(to, hand, "seen", json!({}));
        if Character::of(to) != Character::Overloaded {
            return self.accept(hand);
        }
        if self.chance.is(50) {
            self.of_hand(to, hand, "decline", json!({ "words": "No bay is free" }));
            let task = self.truth.hands[hand].task;
            self.truth.after(5 * TimeMs::HOUR, Event::Offer { task });
        } else {
            self.of_hand(to, hand, "questions", json!({ "item": "promised" }));
            self.truth.after(2 * TimeMs::HOUR, Event::Supply { hand });
            self.truth.after(4 * TimeMs::HOUR, Event::Accept { hand });
        }
    }

    pub(crate) fn supply(&mut self, hand: usize) {
        let said = json!({ "item": "promised", "text": "A call by Friday" });
        self.of_hand(BRAND, hand, "answers", said);
    }

    pub(crate) fn accept(&mut self, hand: usize) {
        let Hand { to, task, .. } = self.truth.hands[hand];
        let accepted = self.of_hand(to, hand, "acceptance", json!({}));
        assert_eq!(accepted["state"], "accepted");
        assert_eq!(self.number(&accepted["accountable"]["organisation_id"]), to);
        self.truth.tasks[task].holder = to;
    }

    fn move_house(&mut self, customer: usize) {
        let given = quay(self.truth.changes.len(), "Cooper Street");
        let told = json!({ "changed": "address", "value": given, "by_customer": true });
        let path = format!("/api/v1/customers/{}/changes", self.customers[customer]);
        let change = self.does(BRAND, &path, told);
        let id = change["id"].as_str().unwrap().to_owned();
        let told = change["obligations"].as_array().unwrap();
        let mut told: Vec<(Org, &Value)> =
            told.iter().map(|one| (self.number(&one["organisation_id"]), one)).collect();
        told.sort_by_key(|(org, _)| *org);
        assert!(!told.is_empty(), "nobody was told: {change}");
        for (of, one) in told {
            let due = TimeMs::parse_rfc3339(one["due"].as_str().unwrap()).unwrap();
            let duty = self.truth.duties.len();
            self.truth.duties.push(Duty {
                id: one["id"].as_str().unwrap().to_owned(),
                change: id.clone(),
                of,
                given: given.clone(),
            });
            let event = Event::Apply { duty, again: false };
            match Character::of(of) {
                Character::Late => self.truth.at(due.plus(TimeMs::DAY), event),
                Character::Silent => {}
                _ => {
                    let ms = self.hours(1, 8);
                    self.truth.after(ms, event);
                }
            }
        }
        self.truth.changes.push(id);
    }

    pub(crate) fn duty(&mut self, by: Org, duty: usize) -> Value {
        let path = format!("/api/v1/obligations/{}", self.truth.duties[duty].id);
        self.gets(by, &path)
    }

    fn of_duty(&mut self, duty: usize, deed: &str, body: Value) -> Value {
        let Duty { id, of, .. } = &self.truth.duties[duty];
        let (of, path) = (*of, format!("/api/v1/obligations/{id}/{deed}"));
        self.does(of, &path, body)
    }

    fn apply(&mut self, duty: usize, again: bool) {
        let of = self.truth.duties[duty].of;
        if of == LEAVER && self.truth.is_over {
            return;
        }
        let shown = self.duty(of, duty);
        let is_over = ["verified", "superseded", "released"];
        if is_over.iter().any(|state| shown["state"] == *state) {
            return;
        }
        let character = Character::of(of);
        if character == Character::Overloaded && !again && self.chance.is(40) {
            return self.refuse(duty);
        }
        let is_wrong = character == Character::Wrong && !again;
        self.read_back(duty, is_wrong);
        if is_wrong {
            self.truth.after(4 * TimeMs::DAY, Event::Apply { duty, again: true });
        }
    }

    /// Says that it is done, and what is held. Only what is right is verified, however it is
    /// abbreviated.
    pub(crate) fn read_back(&mut self, duty: usize, is_wrong: bool) {
        self.of_duty(duty, "acceptance", json!({}));
        let applied = self.of_duty(duty, "applied", json!({ "words": "" }));
        assert_ne!(applied["state"], "verified", "what they say is not known: {applied}");
        let given = &self.truth.duties[duty].given["address"]["street"];
        let flat = given.as_str().unwrap().split(',').next().unwrap().to_owned();
        let number: usize = flat.trim_start_matches("Flat ").parse().unwrap();
        let held = quay(if is_wrong { number + 1_000 } else { number }, "Cooper St");
        let read = self.of_duty(duty, "read-back", json!({ "value": held }));
        let expected = if is_wrong { "mismatch" } else { "verified" };
        assert_eq!(read["state"], expected, "{read}");
        assert_eq!(read.get("difference").is_some(), is_wrong, "{read}");
    }

    fn refuse(&mut self, duty: usize) {
        let claim = json!({ "leg": "other", "words": "The warehouse keeps that address" });
        self.of_duty(duty, "refusal", claim);
        let waiting = self.gets(BRAND, "/api/v1/disputes");
        let ids = waiting["items"].as_array().unwrap().iter();
        let mut ids = ids.filter_map(|one| one["dispute_id"].as_str().map(str::to_owned));
        let known = &self.truth.disputes;
        let dispute = ids.find(|id| !known.contains(id)).expect("a dispute was opened");
        self.truth.disputes.push(dispute.clone());
        self.truth.after(TimeMs::DAY, Event::Settle { duty, dispute });
    }

    fn settle(&mut self, duty: usize, dispute: &str) {
        let shown = self.gets(BRAND, &format!("/api/v1/disputes/{dispute}"));
        if shown["state"] != "open" {
            return;
        }
        let is_theirs = self.chance.is(50);
        let who = if is_theirs { self.truth.duties[duty].of } else { BRAND };
        let words = json!({
            "organisation_id": self.orgs[who].to_string(), "words": "So says the agreement",
        });
        self.does(BRAND, &format!("/api/v1/disputes/{dispute}/settlement"), words);
        if is_theirs {
            self.truth.after(TimeMs::DAY, Event::Apply { duty, again: true });
        }
    }

    /// First it is looked at and refused, then all is moved in bites, a day after another.
    fn end(&mut self, step: usize) {
        let path = format!("/api/v1/organisations/{}/ending", self.orgs[LEAVER]);
        let left = self.gets(BRAND, &path)["left"].as_i64().unwrap();
        let goodbye = json!({ "why": "It closes its shop" });
        if left > 0 {
            let (status, told) = self.asks(BRAND, "POST", &path, Some(goodbye));
            assert_eq!(status, 409, "it cannot end while {left} are left: {told}");
            let settled = self.does(BRAND, &format!("{path}/settlements"), json!({ "limit": 5 }));
            assert_eq!(settled["stuck"], json!([]), "all finds a home");
            assert!(step < 100, "more and more is left: {left}");
            // The next bite is soon: nothing new is to come to it meanwhile.
            self.truth.after(1, Event::End { step: step + 1 });
            return;
        }
        assert!(step > 0, "it had something to hand over");
        self.does(BRAND, &path, goodbye);
        self.truth.is_over = true;
        for task in &mut self.truth.tasks {
            if task.holder == LEAVER {
                task.holder = BRAND;
            }
        }
        let (status, _) = self.asks(LEAVER, "GET", "/api/v1/hand-offs", None);
        assert!([401, 403].contains(&status), "who left is not let in: {status}");
    }
}
