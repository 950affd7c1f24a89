//! Rules know no database, no clock and no HTTP (law 5), and domain code is synchronous (law 6).

use crate::{Offence, Tree, tree::File};

/// What a `rules.rs` must not know of, and what it does instead.
const UNKNOWN: [(&str, &str); 8] = [
    ("Cx", "take the rows"),
    ("Tx", "return what to write"),
    ("Db", "take the rows"),
    ("Clock", "take `now`"),
    ("SystemTime", "take `now`"),
    ("Instant", "take `now`"),
    ("axum", "take the values"),
    ("tokio", "take the values"),
];

/// Crates whose code waits for nobody; `api.rs`, or a folder `api`, is where HTTP begins.
const SYNCHRONOUS: [&str; 4] = ["kit", "queue", "record", "intake"];

pub(crate) fn offences(tree: &Tree) -> Vec<Offence> {
    tree.rust().flat_map(judge).collect()
}

fn judge(file: &File) -> Vec<Offence> {
    let code = &file.code;
    let is_rules = file.name() == "rules.rs";
    let is_api = file.name() == "api.rs" || file.path.contains("/api/");
    let is_domain = SYNCHRONOUS.contains(&file.crate_name()) && !is_api;
    let mut found = Vec::new();
    for (at, token) in code.tokens.iter().enumerate().filter(|(at, _)| !code.is_test(*at)) {
        let word = code.word(at);
        let known = UNKNOWN.iter().find(|(name, _)| is_rules && *name == word);
        let says = if let Some((_, instead)) = known {
            format!("a rule that knows {word}, {instead} instead")
        } else if is_domain && (word == "async" || word == "await") {
            format!("{word} in domain code, do the work in a closure and wait in api.rs")
        } else {
            continue;
        };
        found.push(Offence::new(&file.path, token.line, says));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, text: &str) -> usize {
        offences(&Tree::of(&[(path, text)])).len()
    }

    #[test]
    fn rules_know_neither_database_nor_clock() {
        let rules = "crates/record/src/sales/rules.rs";
        assert_eq!(count(rules, "fn a(cx: &mut Cx<'_>, clock: &Clock) {}"), 2);
        assert_eq!(count(rules, "use axum::http; // Tx\nfn a(now: TimeMs, day: Day) {}"), 1);
        assert_eq!(count(rules, "#[cfg(test)] mod tests { use kit::Clock; }"), 0);
        assert_eq!(count("crates/record/src/sales/mod.rs", "fn a(cx: &mut Cx<'_>) {}"), 0);
    }

    #[test]
    fn domain_code_is_synchronous() {
        let waits = "async fn a() { b().await }";
        assert_eq!(count("crates/record/src/sales/mod.rs", waits), 2);
        assert_eq!(count("crates/record/src/sales/api.rs", waits), 0);
        assert_eq!(count("crates/record/src/people/api/tokens.rs", waits), 0);
        assert_eq!(count("crates/web/src/app.rs", waits), 0);
    }
}
