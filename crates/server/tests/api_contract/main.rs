//! What programs may rely on, whichever call they make: problems, pages, keys, versions, the feed,
//! and that nothing is stored of what was not understood.
#![allow(clippy::unwrap_used)]
#![allow(dead_code, reason = "the town and the client serve other tests too")]

#[path = "../walk/client.rs"]
mod client;
mod desks;
#[path = "../walk/estates.rs"]
mod estates;
mod feed;
mod fields;
#[path = "../walk/goods.rs"]
mod goods;
mod hidden;
#[path = "../walk/ledger.rs"]
mod ledger;
mod once;
mod paging;
mod partners;
mod problems;
mod streams;
#[path = "../walk/town.rs"]
mod town;
mod versions;

use std::path::PathBuf;

use handfast_kit::TimeMs;
use handfast_record::people::{self, Maker, NewToken};
use handfast_web::{Scope, Secret};
use serde_json::Value;

use crate::{
    client::{Answer, Ask, Client},
    estates::Whose,
    ledger::{Ledger, Reader},
    town::{Town, towns},
};

/// A server over a town, and programs that may do all that their organisation's admin may.
struct Api {
    town: Town,
    client: Client,
    aurora: Secret,
    spoke: Secret,
    reader: Reader,
    folder: PathBuf,
    _data: tempfile::TempDir,
}

/// One on each engine.
fn apis() -> Vec<Api> {
    let data = tempfile::tempdir().unwrap();
    let towns = towns(data.path());
    let mut data = Some(data);
    let built = towns.into_iter().map(|town| {
        // Each has a folder of its own; the first holds the files that all were built with.
        let data = data.take().unwrap_or_else(|| tempfile::tempdir().unwrap());
        Api::new(town, data)
    });
    built.collect()
}

impl Api {
    fn new(town: Town, data: tempfile::TempDir) -> Self {
        let folder = data.path().join(town.folder());
        let client = Client::new(&town.world.db, &town.world.clock, &folder);
        let aurora = token(&town, Whose::Aurora);
        let spoke = token(&town, Whose::Spoke);
        let reader = Reader::new(&town.world.db);
        Self { town, client, aurora, spoke, reader, folder, _data: data }
    }

    /// As a program of the brand.
    fn ask(&self, ask: Ask) -> Answer {
        self.client.send(&ask.with_token(&self.aurora))
    }

    /// As a program of Spoke & Chain.
    fn ask_as_spoke(&self, ask: Ask) -> Answer {
        self.client.send(&ask.with_token(&self.spoke))
    }

    fn ledger(&self) -> Ledger {
        self.reader.read(&self.town.world.db, &self.folder)
    }

    /// Asks for what is to be refused, and sees that it left no trace.
    fn refused(&self, ask: Ask, before: &Ledger) -> Answer {
        let tell = format!("{} {} {}", ask.method, ask.path, String::from_utf8_lossy(&ask.body));
        let answer = self.ask(ask);
        assert!((400..500).contains(&answer.status), "{} for {tell}", answer.status);
        let after = self.ledger();
        assert!(after == *before, "{tell} left a trace:\n{}", before.difference(&after));
        answer
    }
}

fn token(town: &Town, whose: Whose) -> Secret {
    let estate = town.of(whose);
    let maker = Maker::member(estate.network, estate.organisation, estate.admin.person);
    let new = NewToken {
        name: "contract".to_owned(),
        scopes: Scope::ALL.to_vec(),
        lifetime_ms: Some(300 * TimeMs::DAY),
    };
    let now = town.world.clock.now();
    let made = town.world.db.write(move |tx| people::create_token(tx, &maker, &new, now));
    made.unwrap().1
}

/// The last part of a problem's type.
fn problem_of(answer: &Answer) -> String {
    let problem = answer.json();
    assert_eq!(answer.header("content-type"), "application/problem+json", "{problem}");
    assert_eq!(problem["status"], answer.status, "{problem}");
    problem["type"].as_str().unwrap().strip_prefix("/problems/").unwrap().to_owned()
}

/// The names of the fields that a problem is about, and what is said of them.
fn fields_of(answer: &Answer) -> String {
    let problem = answer.json();
    let errors: Vec<Value> = problem["errors"].as_array().cloned().unwrap_or_default();
    let said = errors.iter().map(|error| format!("{}: {}", error["field"], error["detail"]));
    said.collect::<Vec<_>>().join("; ")
}
