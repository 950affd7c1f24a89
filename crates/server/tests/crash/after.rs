//! What must be true when the server is up again.

use std::{
    collections::{HashMap, HashSet},
    fmt,
};

use handfast_db::Db;
use handfast_kit::Uuid;
use handfast_mail::testing::Taken;
use serde_json::Value;

use crate::{
    load::{Attempt, Work, Worker, send},
    stage::Stage,
};

/// What was counted over all kills.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    acknowledged: usize,
    cut: usize,
    /// Of those that were cut, how many had been done.
    cut_but_done: usize,
    sealed: u64,
}

impl Seen {
    /// Looks at all that a worker was told, before and after it asks for everything once more.
    pub(crate) fn check(&mut self, stage: &Stage, address: &str, worker: &Worker) {
        let look = |path: &str| looked(stage, address, path);
        match &worker.work {
            Work::HandOn { customer, case } => {
                let all = look(&format!("/api/v1/customers/{customer}/hand-offs"));
                let at = format!("/api/v1/customers/{customer}/accountable?thing=case:{case}");
                check_hand_offs(stage, worker, &all, &look(&at));
            }
            Work::Move { .. } => {
                for attempt in worker.attempts.iter().filter(|one| one.path.ends_with("/changes")) {
                    let changes = look(&attempt.path);
                    check_changes(worker, attempt, &changes);
                }
            }
            Work::Keep => return,
        }
        for attempt in &worker.attempts {
            self.repeat(address, attempt);
        }
        if let Work::HandOn { customer, .. } = &worker.work {
            let all = look(&format!("/api/v1/customers/{customer}/hand-offs"));
            let asked =
                worker.attempts.iter().filter(|one| one.path.ends_with("/hand-offs")).count();
            assert_eq!(items(&all).len(), asked, "each once, whichever was cut: {all}");
        }
    }

    /// So many touches are sealed now.
    pub(crate) fn seal(&mut self, sealed: u64) {
        assert!(sealed >= self.sealed, "{sealed} of {} sealed touches are left", self.sealed);
        self.sealed = sealed;
    }

    /// With the same key the same is answered, and done if it was not.
    fn repeat(&mut self, address: &str, attempt: &Attempt) {
        let write = Some((&attempt.body, attempt.key.as_str()));
        let came = send(address, &attempt.token, ("POST", &attempt.path), write).unwrap();
        let (path, body) = (&attempt.path, &came.body);
        assert!((200..300).contains(&came.status), "{path} is refused now: {body}");
        if let Some(told) = &attempt.answer {
            assert!(came.is_replayed, "{path} was forgotten");
            assert_eq!(&serde_json::from_str::<Value>(body).unwrap(), told, "{path}");
            self.acknowledged += 1;
        } else {
            self.cut += 1;
            self.cut_but_done += usize::from(came.is_replayed);
        }
    }

    /// Chance must have hit what it was to hit.
    pub(crate) fn check_was_worth_it(&self, times: u64) {
        let times = usize::try_from(times).unwrap();
        assert!(self.acknowledged > times, "too little was acknowledged: {self:?}");
        assert!(self.cut * 2 > times, "too little was under way: {self:?}");
        assert!(self.sealed > 0, "nothing was sealed: {self:?}");
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { acknowledged, cut, cut_but_done, sealed } = self;
        write!(out, "{acknowledged} acknowledged, {cut} cut ({cut_but_done} done), {sealed} sealed")
    }
}

fn looked(stage: &Stage, address: &str, path: &str) -> Value {
    let came = send(address, &stage.brand().token, ("GET", path), None).unwrap();
    assert_eq!(came.status, 200, "{path}: {}", came.body);
    serde_json::from_str(&came.body).unwrap()
}

fn items(list: &Value) -> &Vec<Value> {
    list["items"].as_array().unwrap()
}

fn last_step(one: &Value) -> &str {
    one["steps"].as_array().unwrap().last().unwrap()["step"].as_str().unwrap()
}

/// The state that stands is the one that the last step tells of.
fn check_is_whole(one: &Value) {
    let (state, last) = (one["state"].as_str().unwrap(), last_step(one));
    let fits = match state {
        "offered" | "sent" => [state, "seen"].contains(&last),
        _ => state == last,
    };
    assert!(fits, "half done: {one}");
}

/// Every hand-off that was acknowledged is there as it was told; at most one more, whole too; and
/// accountable is who accepted last.
fn check_hand_offs(stage: &Stage, worker: &Worker, all: &Value, accountable: &Value) {
    let found: HashMap<&str, &Value> =
        items(all).iter().map(|one| (one["id"].as_str().unwrap(), one)).collect();
    let told = worker.attempts.iter().filter_map(|attempt| attempt.answer.as_ref());
    let mut offered = HashSet::new();
    for told in told {
        let id = told["id"].as_str().unwrap();
        let now = found.get(id).unwrap_or_else(|| panic!("{id} is lost"));
        offered.insert(id);
        if told["state"] == "accepted" {
            assert_eq!(now["state"], "accepted", "an acceptance is lost: {now}");
        }
    }
    assert!(found.len() <= offered.len() + 1, "more than was asked for: {all}");
    let mut holder = (String::new(), stage.brand().id.as_str());
    for one in items(all) {
        check_is_whole(one);
        if one["state"] == "accepted" {
            let at = one["answered"].as_str().unwrap().to_owned();
            // The latest stands first, so of one moment the first counts.
            if at > holder.0 {
                holder = (at, one["to_id"].as_str().unwrap());
            }
        }
    }
    assert_eq!(accountable["organisation_id"], holder.1, "{all}");
}

/// Every obligation is where its organisation was told that it is.
fn check_changes(worker: &Worker, entered: &Attempt, changes: &Value) {
    let Some(told) = &entered.answer else {
        assert!(items(changes).len() <= 1, "told once: {changes}");
        return;
    };
    let [change] = items(changes).as_slice() else { panic!("the change is lost: {changes}") };
    assert_eq!(change["id"], told["id"]);
    for one in change["obligations"].as_array().unwrap() {
        check_is_whole(one);
        let path = format!("/api/v1/obligations/{}/", one["id"].as_str().unwrap());
        let of_it = worker.attempts.iter().filter(|attempt| attempt.path.starts_with(&path));
        let steps: Vec<&Value> =
            one["steps"].as_array().unwrap().iter().map(|step| &step["step"]).collect();
        let acknowledged: Vec<&Value> =
            of_it.clone().filter_map(|attempt| Some(&attempt.answer.as_ref()?["state"])).collect();
        assert!(steps[1..].starts_with(&acknowledged), "{acknowledged:?} of {one}");
        assert!(steps.len() <= 1 + of_it.count(), "done twice: {one}");
    }
}

/// What became of the letters.
#[derive(Debug)]
pub(crate) struct Letters {
    sent: usize,
    /// Taken by the mail server once more, under the same Message-ID.
    pub(crate) again: usize,
}

impl Letters {
    /// None waits or was given up, and each that counts as sent is at the mail server.
    pub(crate) fn check(db: &Db, taken: &[Taken]) -> Self {
        let (waiting, dead) = db.read(handfast_mail::counts).unwrap();
        assert_eq!((waiting, dead), (0, 0), "letters are left");
        let sent: Vec<(Uuid,)> =
            db.read(|cx| cx.all("select letter_id from letter where state = 'sent'", ())).unwrap();
        let mut arrived: HashMap<String, usize> = HashMap::new();
        for letter in taken {
            *arrived.entry(letter.headers("Message-ID")[0].clone()).or_default() += 1;
        }
        for (id,) in &sent {
            let name = format!("<{id}@aurora.example>");
            assert!(arrived.contains_key(&name), "letter {id} is lost: {arrived:?}");
        }
        Self { sent: sent.len(), again: taken.len() - arrived.len() }
    }
}

impl fmt::Display for Letters {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} letters sent, {} of them again", self.sent, self.again)
    }
}
