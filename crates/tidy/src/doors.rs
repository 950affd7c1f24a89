//! The doors: nothing about a customer is read without a lens (law 1), and every route stands in
//! the one table with its access class (law 9).

use std::ops::Range;

use crate::{
    Offence, Tree,
    migrations::{Place, Schema},
    rust::{Code, Item},
    sql::lex,
    statements,
    tree::File,
};

/// The front doors behind which customers are.
const FRONT_DOORS: [&str; 5] = [
    "crates/record/src/cases/mod.rs",
    "crates/record/src/customers/mod.rs",
    "crates/record/src/receipts/mod.rs",
    "crates/record/src/sales/mod.rs",
    "crates/record/src/touches/mod.rs",
];

/// Functions that need neither lens nor author, each with its reason.
const SYSTEM: [(&str, &str, &str); 6] = [
    (RECEIPTS, "seal", "the sealing job numbers touches of everybody; it answers with a count"),
    (RECEIPTS, "signed", "a size and a root say nothing of any customer"),
    (RECEIPTS, "consistency", "hashes of hashes say nothing of any customer"),
    (RECEIPTS, "fits", "compares a size and a root, and answers with hashes of hashes"),
    (RECEIPTS, "change_key", "who runs the server names its key; nothing is said of customers"),
    (RECEIPTS, "forget", "erases for whoever erases a customer; it answers with a yes or no"),
];
const RECEIPTS: &str = "crates/record/src/receipts/mod.rs";

/// Routers of their own, each with its reason.
const ROUTERS: [(&str, &str); 1] = [(
    "crates/server/src/metrics.rs",
    "the figures answer on their own listener, which nobody signs in to",
)];

const ROUTING: [&str; 6] =
    ["route", "route_service", "nest", "nest_service", "fallback", "fallback_service"];

/// Front-door functions that read customers without a lens or write them without an author, and
/// statements about customers outside `record`.
pub(crate) fn without_lens(tree: &Tree) -> Vec<Offence> {
    let mut found: Vec<Offence> =
        FRONT_DOORS.iter().filter_map(|path| tree.file(path)).flat_map(unguarded).collect();
    for (path, name, _) in SYSTEM {
        let file = tree.file(path);
        let is_there = |file: &File| file.code.items.iter().any(|item| item.name == name);
        if file.is_some_and(|file| !is_there(file)) {
            let says = format!("{name} is gone, remove it from the exceptions in tidy's doors.rs");
            found.push(Offence::new(path, 1, says));
        }
    }
    found.extend(around_record(tree));
    found
}

fn unguarded(file: &File) -> Vec<Offence> {
    let code = &file.code;
    let is_system =
        |item: &Item| SYSTEM.iter().any(|(path, name, _)| *path == file.path && *name == item.name);
    let functions = code
        .items
        .iter()
        .filter(|item| item.kind == "fn" && item.public && !item.test && !is_system(item));
    let judge = |item: &Item| {
        let parameters = parameters(code, item);
        let takes = |word: &str| parameters.clone().any(|at| code.word(at) == word);
        let says = if takes("Cx") && !takes("Lens") {
            "reads customers without a lens, take a `&Lens`"
        } else if takes("Tx") && !takes("Lens") && !takes("Author") {
            "writes customers for nobody, take a `&Lens` or an `&Author`"
        } else {
            return None;
        };
        Some(Offence::new(&file.path, item.line, format!("{} {says}", item.name)))
    };
    functions.filter_map(judge).collect()
}

/// The tokens between the brackets of a function's parameters.
fn parameters(code: &Code, item: &Item) -> Range<usize> {
    let (mut at, mut depth) = (item.signature.start, 0);
    while at < item.signature.end {
        // `Fn(A) -> B` among the types has an arrow, whose point closes nothing.
        if code.sign(at, '<') {
            depth += 1;
        } else if code.sign(at, '>') && !code.sign(at - 1, '-') {
            depth -= 1;
        } else if code.sign(at, '(') && depth == 0 {
            return at + 1..code.partner(at);
        }
        at += 1;
    }
    0..0
}

/// Statements about customers in a `store.rs` outside `record`: they would know no lens.
fn around_record(tree: &Tree) -> Vec<Offence> {
    let schema = Schema::of(tree);
    let places = schema.places();
    let mut found = Vec::new();
    for statement in statements::of(tree) {
        if statement.file.starts_with("crates/record/") {
            continue;
        }
        let tokens = lex(&statement.text);
        let table = tokens
            .iter()
            .find(|token| matches!(places.get(token.text.as_str()), Some(Place::Customer(_))));
        found.extend(table.map(|table| {
            statement.offence(format!(
                "a statement about {} outside record, ask the front door of its capability",
                table.text
            ))
        }));
    }
    found
}

/// Routes declared outside `web`'s table of routes.
pub(crate) fn stray_routes(tree: &Tree) -> Vec<Offence> {
    let mut found = Vec::new();
    let is_own = |file: &&File| ROUTERS.iter().any(|(path, _)| *path == file.path);
    for file in tree.rust().filter(|file| file.crate_name() != "web" && !is_own(file)) {
        let code = &file.code;
        for (at, token) in code.tokens.iter().enumerate().skip(1) {
            let is_call = code.sign(at + 1, '(') && (code.sign(at - 1, '.') || named(code, at));
            if is_call && ROUTING.contains(&code.word(at)) && !code.is_test(at) {
                let says = format!(
                    "{}() outside web, declare it with web::page or web::api and its access class",
                    token.text
                );
                found.push(Offence::new(&file.path, token.line, says));
            }
        }
    }
    found
}

/// Whether `Router::` stands before the name at `at`.
fn named(code: &Code, at: usize) -> bool {
    at > 2 && code.path_at(at - 2) && code.word(at - 3) == "Router"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lens(path: &str, text: &str) -> Vec<String> {
        let found = without_lens(&Tree::of(&[(path, text)]));
        found.into_iter().map(|offence| offence.says).collect()
    }

    #[test]
    fn customers_are_read_through_a_lens() {
        let path = FRONT_DOORS[1];
        for text in [
            "pub fn a(cx: &mut Cx<'_>) {}",
            "pub fn a<F: Fn(&Lens) -> bool>(cx: &mut db::Cx<'_>, f: F) -> Lens {}",
            "pub fn a(cx: &mut Cx<'_>, author: &Author) {}",
            "pub fn a(tx: &mut Tx<'_>, id: CustomerId) {}",
        ] {
            assert_eq!(lens(path, text).len(), 1, "{text}");
        }
        for text in [
            "pub fn a(cx: &mut Cx<'_>, lens: &Lens) {}",
            "pub fn a(tx: &mut Tx<'_>, author: &Author) {}",
            "pub(crate) fn a(tx: &mut Tx<'_>) {} fn b(cx: &mut Cx<'_>) {}",
            "#[cfg(test)] mod tests { pub fn a(cx: &mut Cx<'_>) {} }",
        ] {
            assert!(lens(path, text).is_empty(), "{text}");
        }
        assert!(lens("crates/record/src/people/mod.rs", "pub fn a(cx: &mut Cx) {}").is_empty());
    }

    #[test]
    fn system_reasons_are_named_and_needed() {
        let all = SYSTEM.map(|(_, name, _)| format!("pub fn {name}(tx: &mut Tx<'_>) {{}} "));
        assert!(lens(RECEIPTS, &all.concat()).is_empty());
        let missing = lens(RECEIPTS, &all[1..].concat());
        assert!(missing.len() == 1 && missing[0].contains("seal is gone, remove it"));
    }

    #[test]
    fn only_record_reads_the_tables_of_customers() {
        let table = "-- place: customer_id\ncreate table sale (customer_id a, \
                     primary key (customer_id));";
        let store = "fn a() { cx.one(\"select customer_id from sale where b = $1\", ()) }";
        let found = |path| {
            without_lens(&Tree::of(&[("migrations/0001_a.sql", table), (path, store)])).len()
        };
        assert_eq!(found("crates/intake/src/store.rs"), 1);
        assert_eq!(found("crates/record/src/sales/store.rs"), 0);
    }

    #[test]
    fn routes_stand_in_the_one_table() {
        let found = |path, text| stray_routes(&Tree::of(&[(path, text)])).len();
        let path = "crates/console/src/lib.rs";
        assert_eq!(found(path, "fn a() { Router::new().route(\"/a\", get(b)).fallback(c) }"), 2);
        assert_eq!(found(path, "fn a() { Router::nest(a, b, c) }"), 1);
        assert_eq!(
            found(path, "fn a() { page(Method::GET, \"/a\", Access::Member, b); route(c) }"),
            0
        );
        assert_eq!(found("crates/web/src/router.rs", "fn a() { b.route(c, d) }"), 0);
        assert_eq!(found(ROUTERS[0].0, "fn a() { b.route(c, d) }"), 0);
    }
}
