//! Every route, walked as everybody: each role of each of five organisations in two networks,
//! programs with each scope, and those who are nobody (any more).
//!
//! `roles.txt` says who may use what. Whoever may is served, whoever may not is refused, and an id
//! of something that one may not see gets the very answer of an id that nothing has. What was
//! refused leaves no trace in any table or folder, and no word of one organisation ever stands in
//! an answer to another that it does not concern.
#![allow(clippy::unwrap_used)]
#![allow(dead_code, reason = "the town and the client serve other tests too")]

mod actors;
mod bodies;
mod client;
mod copies;
mod estates;
mod forged;
mod goods;
mod ledger;
mod places;
mod table;
mod town;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use handfast_db::Engine;
use handfast_server::routes;
use handfast_web::{Facts, Route};

use crate::{
    actors::Owed,
    copies::Stage,
    table::{Column, Table},
    town::{Town, towns},
    walk::Step,
};

/// Every route of the server.
pub(crate) fn all_facts() -> Vec<Facts> {
    let uploads = town::uploads(std::path::Path::new("unused"));
    routes::all(&uploads).iter().map(Route::facts).cloned().collect()
}

/// The town on one engine, or `None` where there is no server for it.
pub(crate) fn town_on(engine: Engine, data: &std::path::Path) -> Option<Town> {
    towns(data).into_iter().find(|town| town.world.engine == engine)
}

#[test]
fn every_route_stands_in_the_table_of_roles() {
    let differences = Table::read().differences(&all_facts());
    assert!(differences.is_empty(), "crates/server/tests/walk/roles.txt:\n{differences}");
}

#[test]
fn everybody_gets_on_every_route_what_they_may_and_no_more_on_sqlite() {
    walk_on(Engine::Sqlite);
}

#[test]
fn everybody_gets_on_every_route_what_they_may_and_no_more_on_postgresql() {
    walk_on(Engine::Postgres);
}

fn walk_on(engine: Engine) {
    let data = tempfile::tempdir().unwrap();
    let Some(town) = town_on(engine, data.path()) else { return };
    let (facts, table) = (all_facts(), Table::read());
    let actors = actors::all(&town);
    let mut stage = Stage::new(&town, data.path());
    let mut counts: BTreeMap<(String, Column), usize> = BTreeMap::new();
    let (mut owed_own, mut served) = (BTreeSet::new(), BTreeSet::new());
    let mut wrong = Vec::new();
    for actor in &actors {
        for facts in &facts {
            let (may, may_nobody) =
                (table.may(facts, actor.column), table.may(facts, Column::Nobody));
            let owed = actor.owed(facts, may, may_nobody);
            let eye = actor.eye(facts, &town);
            let came = Step { town: &town, actor, facts, owed, eye }.take(&mut stage);
            wrong.extend(came.wrong);
            let name = format!("{} {}", facts.method, facts.path);
            *counts.entry((name.clone(), actor.column)).or_default() += came.request_count;
            // Of what is one's own something must have been served, or the walk shows nothing.
            let has_own = eye.is_some_and(|eye| bodies::is_taken(facts, eye.estate.whose));
            if owed == Owed::Service && has_own {
                owed_own.insert(format!("{:?} {name}", actor.column));
                if came.is_served {
                    served.insert(format!("{:?} {name}", actor.column));
                }
            }
        }
    }
    stage.check_untouched();
    let request_count: usize = counts.values().sum();
    println!("{engine:?}: {request_count} requests, {} copies", stage.copy_count);
    let shown = wrong.iter().take(40).cloned().collect::<Vec<_>>().join("\n");
    assert!(wrong.is_empty(), "{} answers are wrong, of which the first:\n{shown}", wrong.len());
    for facts in &facts {
        for column in Column::ALL {
            let name = format!("{} {}", facts.method, facts.path);
            assert!(counts.get(&(name.clone(), column)) > Some(&0), "{column:?} never hit {name}");
        }
    }
    let left_out: Vec<_> = owed_own.difference(&served).collect();
    assert!(left_out.is_empty(), "served nothing of their own: {left_out:#?}");
    assert!(request_count > 100 * facts.len(), "only {request_count} requests");
}
