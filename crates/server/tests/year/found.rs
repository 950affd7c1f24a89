//! What stands in the record at the end of the year, without ids: those are chance.

use std::{
    fmt::{self, Write},
    ops::Range,
};

use handfast_db::Cx;
use handfast_kit::TimeMs;
use handfast_queue::Stop;
use handfast_record::receipts::Checking;
use handfast_server::rounds;
use serde_json::{Value, json};

use crate::{
    town::Town,
    truth::{BRAND, Character, Org},
};

/// Everything that can be seen, a line each.
pub(crate) struct Found {
    pub(crate) lines: Vec<String>,
    counts: String,
}

impl Found {
    pub(crate) fn hash(&self) -> String {
        let whole = self.lines.join("\n");
        let digest = ring::digest::digest(&ring::digest::SHA256, whole.as_bytes());
        digest.as_ref().iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap();
            text
        })
    }
}

impl fmt::Display for Found {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}, {}", self.counts, self.hash())
    }
}

/// How many share a figure, and of how many.
fn share(figures: &Value, name: &str) -> (i64, i64) {
    (figures[name]["count"].as_i64().unwrap(), figures[name]["of"].as_i64().unwrap())
}

impl Town {
    /// Some tasks, and at last each, have the one who is accountable that everybody was told.
    pub(crate) fn check_accountable_of_some(&mut self) {
        for _ in 0..20 {
            let task = self.chance.below(self.truth.tasks.len());
            self.check_accountable(task..task + 1);
        }
    }

    fn check_accountable(&mut self, tasks: Range<usize>) {
        for task in tasks {
            let one = &self.truth.tasks[task];
            let (holder, words) = (one.holder, one.words.clone());
            let customer = self.customers[one.customer].clone();
            let path = format!("/api/v1/customers/{customer}/accountable?thing=task:{words}");
            let told = self.gets(BRAND, &path);
            assert_eq!(self.number(&told["organisation_id"]), holder, "{words}: {told}");
        }
    }

    /// The figures of the last 90 days call each what it is.
    pub(crate) fn check_names(&mut self) {
        let of_each = [
            Character::Prompt,
            Character::Late,
            Character::Silent,
            Character::Wrong,
            Character::Overloaded,
        ];
        for character in of_each {
            let (mut accepted, mut applied) = ((0, 0), (0, 0));
            let (mut mismatches, mut declined) = ((0, 0), 0);
            for org in (1..self.orgs.len()).filter(|org| Character::of(*org) == character) {
                let path = format!("/api/v1/organisations/{}/figures", self.orgs[org]);
                let figures = self.gets(BRAND, &path);
                let add = |sum: (i64, i64), name| {
                    let (count, of) = share(&figures, name);
                    (sum.0 + count, sum.1 + of)
                };
                accepted = add(accepted, "accepted_in_time");
                applied = add(applied, "applied_in_time");
                mismatches = add(mismatches, "mismatches");
                declined += figures["declined"].as_i64().unwrap();
            }
            let all = (accepted, applied, mismatches, declined);
            let is_it = match character {
                Character::Prompt => {
                    accepted.0 == accepted.1 && applied.0 == applied.1 && mismatches.0 == 0
                }
                Character::Late | Character::Silent => accepted.0 == 0 && applied.0 == 0,
                Character::Wrong => mismatches.0 > 0 && accepted.0 == accepted.1,
                _ => declined > 0 && mismatches.0 == 0,
            };
            assert!(is_it && accepted.1 > 0 && applied.1 > 0, "{character:?}: {all:?}");
        }
    }

    /// From now on everybody answers, and right: so all that is open comes to its end.
    pub(crate) fn everybody_does_their_part(&mut self) {
        self.truth.events.clear();
        for _ in 0..6 {
            let (hands, duties, disputes) =
                (self.open_hands(), self.open_duties(), self.disputed());
            if hands.is_empty() && duties.is_empty() && disputes.is_empty() {
                return self.check_accountable(0..self.truth.tasks.len());
            }
            for (hand, waits_for) in hands {
                self.end_hand(hand, waits_for);
            }
            for dispute in disputes {
                self.end_dispute(&dispute);
            }
            for duty in duties {
                self.read_back(duty, false);
            }
            let later = self.truth.now.plus(TimeMs::DAY);
            self.live_until(later);
            self.truth.events.clear();
        }
        panic!("not all came to its end: {:?}, {:?}", self.open_hands(), self.open_duties());
    }

    fn end_hand(&mut self, hand: usize, waits_for: Org) {
        if waits_for != BRAND {
            return self.accept(hand);
        }
        let shown = self.hand(BRAND, hand);
        if shown["state"] == "offered" || shown["state"] == "accepted" {
            return self.supply(hand);
        }
        let again = self.offer(self.truth.hands[hand].task, 1);
        self.accept(again);
    }

    fn end_dispute(&mut self, dispute: &str) {
        let words = json!({
            "organisation_id": self.orgs[BRAND].to_string(), "words": "We see to it ourselves",
        });
        self.does(BRAND, &format!("/api/v1/disputes/{dispute}/settlement"), words);
    }

    /// The rows of a board, page after page.
    fn board(&mut self, of: &str) -> Vec<Value> {
        let (mut rows, mut path) = (Vec::new(), format!("/api/v1/{of}?board=open"));
        loop {
            let page = self.gets(BRAND, &path);
            rows.extend(page["items"].as_array().unwrap().clone());
            let Some(next) = page["next"].as_str() else { return rows };
            path = format!("/api/v1/{of}?board=open&after={next}");
        }
    }

    fn open_hands(&mut self) -> Vec<(usize, Org)> {
        let rows = self.board("hand-offs");
        let hands = rows.iter().map(|row| {
            let is_it = |hand: &crate::truth::Hand| row["id"] == *hand.id;
            let hand = self.truth.hands.iter().position(is_it).expect("nothing is invented");
            (hand, self.number(&row["waits_for_id"]))
        });
        let mut hands: Vec<_> = hands.collect();
        hands.sort_unstable();
        hands
    }

    fn open_duties(&mut self) -> Vec<usize> {
        let rows = self.board("obligations");
        let duties = rows.iter().map(|row| {
            let is_it = |duty: &crate::truth::Duty| row["id"] == *duty.id;
            self.truth.duties.iter().position(is_it).expect("nothing is invented")
        });
        let mut duties: Vec<_> = duties.collect();
        duties.sort_unstable();
        duties
    }

    fn disputed(&mut self) -> Vec<String> {
        let waiting = self.gets(BRAND, "/api/v1/disputes");
        let waiting: Vec<&str> = waiting["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|one| one["dispute_id"].as_str())
            .collect();
        let known = self.truth.disputes.iter();
        known.filter(|id| waiting.contains(&id.as_str())).cloned().collect()
    }

    /// All that stands there: nothing that was acknowledged may be missing.
    pub(crate) fn found(mut self) -> Found {
        let mut lines = Vec::new();
        for hand in 0..self.truth.hands.len() {
            let shown = self.hand(BRAND, hand);
            let to = self.number(&shown["to_id"]);
            let accountable = self.number(&shown["accountable"]["organisation_id"]);
            let waits = shown["waits_for_id"].is_null();
            lines.push(format!(
                "hand {hand} to {to}: {} {} {accountable} {waits} {}",
                shown["state"],
                shown["version"],
                steps(&shown)
            ));
        }
        for duty in 0..self.truth.duties.len() {
            let shown = self.duty(BRAND, duty);
            assert_eq!(shown["change_id"], *self.truth.duties[duty].change);
            let of = self.number(&shown["organisation_id"]);
            lines.push(format!(
                "duty {duty} of {of}: {} {} {} {}",
                shown["state"],
                shown["version"],
                shown["due"],
                steps(&shown)
            ));
        }
        for dispute in self.truth.disputes.clone() {
            let shown = self.gets(BRAND, &format!("/api/v1/disputes/{dispute}"));
            lines.push(format!("dispute: {} {}", shown["state"], steps(&shown)));
        }
        let sealed = self.sealed();
        lines.push(format!("{sealed} touches"));
        let truth = &self.truth;
        let counts = format!(
            "{} requests, {} hand-offs, {} obligations, {} disputes, {sealed} touches",
            truth.request_count,
            truth.hands.len(),
            truth.duties.len(),
            truth.disputes.len(),
        );
        Found { lines, counts }
    }

    /// The whole ledger fits together. Answers how many touches it has.
    fn sealed(&self) -> u64 {
        let (db, clock) = (&self.world.db, &self.world.clock);
        rounds::seal(db, clock, Some(&[7; 32]), &Stop::default()).unwrap();
        let network = self.world.network;
        let check = move |cx: &mut Cx<'_>| {
            let mut checking = Checking::new(cx, network)?;
            while checking.go_on(cx, 1_000)?.unwrap() {}
            Ok::<_, handfast_db::Fault>(checking.progress().0)
        };
        db.read(check).unwrap()
    }
}

fn steps(shown: &Value) -> String {
    let steps = shown["steps"].as_array().unwrap().iter();
    let steps: Vec<String> = steps.map(|step| format!("{}@{}", step["step"], step["at"])).collect();
    steps.join(" ")
}
