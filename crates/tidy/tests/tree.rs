//! The house rules over this repository.

use std::path::Path;

use handfast_tidy::{Engine, Tree, offences, statements};

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

#[test]
fn the_tree_is_tidy() {
    let tree = Tree::read(root()).expect("the repository can be read");
    let found = offences(&tree);
    let list: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert!(found.is_empty(), "{} offences:\n{}\n", found.len(), list.join("\n"));
}

#[test]
fn the_registry_finds_the_statements() {
    let found = statements(root());
    let of = |engine| found.iter().filter(|statement| statement.engine == engine).count();
    // An empty registry would let the test that prepares them pass for nothing.
    assert!(of(Engine::Both) >= 50, "only {} statements for both engines", of(Engine::Both));
    assert!(of(Engine::Sqlite) > 0 && of(Engine::Postgres) > 0, "none where the engines differ");
}
