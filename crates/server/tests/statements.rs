//! Every SQL statement of the program is prepared on both engines: a text that only one of them
//! understands, or that the schema does not bear out, is found here and not by a user.

use std::path::Path;

use handfast_db::{Engine, testing};
use handfast_record::migrations;
use handfast_tidy::{Engine as For, statements};

#[test]
fn every_statement_is_understood_by_the_engines_it_is_for() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let statements = statements(root);
    let mut wrong = Vec::new();
    for (engine, db) in testing::databases(migrations::ALL) {
        let not_this = if engine == Engine::Sqlite { For::Postgres } else { For::Sqlite };
        for statement in statements.iter().filter(|statement| statement.engine != not_this) {
            // The doors take static text only, which this is everywhere but here.
            let text: &'static str = statement.text.clone().leak();
            if let Err(fault) = testing::prepare(&db, text) {
                wrong.push(format!("{}:{}: {engine:?}: {fault}", statement.file, statement.line));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), statements.len(), wrong.join("\n"));
}
