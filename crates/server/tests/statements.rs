//! Every statement of every `store.rs` is prepared on the engine that it is for, so that a column
//! that is gone or a word that one engine does not know is found before anybody asks for it.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use handfast_db::{Engine, testing};
use handfast_record::migrations;
use handfast_tidy::{Engine as WrittenFor, Statement, statements};

/// Fewer than this were never in the tree: the registry is broken, not the tree small.
const STATEMENT_COUNT_MIN: usize = 150;

fn all() -> Vec<Statement> {
    statements(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
}

fn is_for(statement: &Statement, engine: Engine) -> bool {
    match statement.engine {
        WrittenFor::Both => true,
        WrittenFor::Sqlite => engine == Engine::Sqlite,
        WrittenFor::Postgres => engine == Engine::Postgres,
    }
}

#[test]
fn every_statement_is_one_that_its_engine_understands() {
    let all = all();
    for (engine, db) in testing::databases(migrations::ALL) {
        let mine: Vec<_> = all.iter().filter(|one| is_for(one, engine)).collect();
        assert!(mine.len() >= STATEMENT_COUNT_MIN, "{engine:?} has {} statements", mine.len());
        let mut wrong = Vec::new();
        for Statement { file, line, text, .. } in mine {
            // The doors take fixed texts only; a test may forget a few.
            let text: &'static str = Box::leak(text.clone().into_boxed_str());
            if let Err(fault) = testing::prepare(&db, text) {
                wrong.push(format!("{file}:{line}: {fault:?}"));
            }
        }
        assert!(wrong.is_empty(), "{engine:?} refuses:\n{}", wrong.join("\n"));
    }
}

#[test]
fn the_registry_has_statements_of_every_store() {
    let all = all();
    for file in [
        "crates/web/src/idempotency/store.rs",
        "crates/queue/src/store.rs",
        "crates/record/src/customers/store.rs",
        "crates/record/src/touches/store.rs",
        "crates/intake/src/store.rs",
        "crates/server/src/store.rs",
    ] {
        assert!(all.iter().any(|one| one.file == file), "no statement of {file} was found");
    }
    for engine in [WrittenFor::Sqlite, WrittenFor::Postgres] {
        assert!(all.iter().any(|one| one.engine == engine), "none is for {engine:?} alone");
    }
}

#[test]
fn parameters_first_appear_in_ascending_order() {
    for Statement { file, line, text, .. } in all() {
        let mut seen = Vec::new();
        for part in text.split('$').skip(1) {
            let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
            let number: usize = digits.parse().unwrap();
            if !seen.contains(&number) {
                assert_eq!(number, seen.len() + 1, "{file}:{line}: ${number} comes too early");
                seen.push(number);
            }
        }
    }
}
