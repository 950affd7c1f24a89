//! Who may use whom: between crates, and between the folders of `record`, as two tables of
//! ARCHITECTURE.md say (`| crate | may use |` and `| module | may use |`).

use std::collections::{BTreeMap, BTreeSet};

use crate::{Offence, Tree, rust::Code, tree::File};

const TABLES: &str = "ARCHITECTURE.md";
const RECORD: &str = "crates/record/src/";

/// For each name what it may use, and the line that says so.
type Edges = BTreeMap<String, (usize, BTreeSet<String>)>;

pub(crate) fn offences(tree: &Tree) -> Vec<Offence> {
    let mut found = Vec::new();
    match table(tree, "crate") {
        Some(edges) => found.extend(between_crates(tree, &edges)),
        None => found.push(missing("crate", "between crates")),
    }
    match table(tree, "module") {
        Some(edges) => found.extend(inside_record(tree, &edges)),
        None => found.push(missing("module", "inside record")),
    }
    found
}

fn missing(first: &str, between: &str) -> Offence {
    let says = format!(
        "the table of edges {between} is not there, \
         write it under `## Edges {between}` with the head `| {first} | may use |`"
    );
    Offence::new(TABLES, 1, says)
}

/// The table whose head begins with `first` and `may use`.
fn table(tree: &Tree, first: &str) -> Option<Edges> {
    let cells = |line: &str| -> Vec<String> {
        line.trim().trim_matches('|').split('|').map(|cell| cell.trim().to_lowercase()).collect()
    };
    let mut lines = tree.file(TABLES)?.lines().skip_while(|(_, line)| {
        let head = cells(line);
        head.first().is_none_or(|cell| cell != first) || head.get(1).is_none_or(|c| c != "may use")
    });
    lines.next()?;
    let rows = lines.skip(1).take_while(|(_, line)| line.trim_start().starts_with('|'));
    let rows = rows.map(|(number, line)| {
        let cells = cells(line);
        let name = words(cells.first()).into_iter().next().unwrap_or_default();
        (name, (number, words(cells.get(1))))
    });
    let mut edges: Edges = rows.collect();
    let all: BTreeSet<String> = edges.keys().cloned().collect();
    for (_, used) in edges.values_mut() {
        if used.contains("everything") {
            used.extend(all.iter().cloned());
        }
    }
    Some(edges)
}

fn words(cell: Option<&String>) -> BTreeSet<String> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let cell = cell.map_or("", String::as_str);
    cell.split(|c| !is_word(c)).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// What the table does not allow, and rows about what is gone.
fn judge(edges: &Edges, used: &[Used]) -> Vec<Offence> {
    let mut found = Vec::new();
    for Used { file, line, from, to } in used {
        let says = match edges.get(from) {
            None => format!("{from} has no row in {TABLES}, add one that says what it may use"),
            Some((_, allowed)) if !allowed.contains(to) => format!(
                "{from} may not use {to}; turn the call round, or change the table in {TABLES}"
            ),
            Some(_) => continue,
        };
        found.push(Offence::new(file, *line, says));
    }
    found
}

fn stale(edges: &Edges, exists: impl Fn(&str) -> bool) -> Vec<Offence> {
    let gone = edges.iter().filter(|(name, _)| !exists(name));
    gone.map(|(name, (line, _))| {
        Offence::new(TABLES, *line, format!("there is no {name}, remove the row"))
    })
    .collect()
}

/// One use of a crate or module by another.
struct Used {
    file: String,
    line: usize,
    from: String,
    to: String,
}

fn between_crates(tree: &Tree, edges: &Edges) -> Vec<Offence> {
    let manifests =
        tree.files().filter(|file| file.path == format!("crates/{}/Cargo.toml", file.crate_name()));
    let used: Vec<Used> = manifests.flat_map(crates_used).collect();
    let mut found = judge(edges, &used);
    found.extend(stale(edges, |name| tree.holds(&format!("crates/{name}/Cargo.toml"))));
    found
}

/// The workspace's own crates that a manifest names. Tests may use `tidy` besides, and the
/// crate itself with other features.
fn crates_used(file: &File) -> Vec<Used> {
    let mut section = "";
    let mut used = Vec::new();
    for (line, text) in file.lines() {
        let mut name = text;
        if let Some(head) = text.trim().strip_prefix('[') {
            section = head.trim_end_matches(']');
            // `[dependencies.handfast-kit]` names the crate in the head.
            name = section.rsplit('.').next().unwrap_or_default();
        }
        let is_name = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        let name = name.split(|c| !is_name(c)).next().unwrap_or_default();
        let Some(to) = name.strip_prefix("handfast-") else { continue };
        let from = file.crate_name();
        let is_for_tests = section.contains("dev-dependencies") && (to == "tidy" || to == from);
        if section.contains("dependencies") && !is_for_tests {
            let (file, from) = (file.path.clone(), from.to_owned());
            used.push(Used { file, line, from, to: to.to_owned() });
        }
    }
    used
}

fn inside_record(tree: &Tree, edges: &Edges) -> Vec<Offence> {
    let modules: BTreeSet<String> =
        tree.rust().filter_map(|file| module(file).first().cloned()).collect();
    let mut used = Vec::new();
    for file in tree.rust() {
        let place = module(file);
        let Some(from) = place.first() else { continue };
        for (line, to) in roots_used(&file.code, place.len()) {
            if to != *from && modules.contains(&to) {
                used.push(Used { file: file.path.clone(), line, from: from.clone(), to });
            }
        }
    }
    let mut found = judge(edges, &used);
    found.extend(stale(edges, |name| modules.contains(name)));
    found
}

/// The module that a file of `record` is, from the root of the crate; empty for the root itself
/// and for other crates.
fn module(file: &File) -> Vec<String> {
    let inside = file.path.strip_prefix(RECORD).unwrap_or("lib.rs");
    let path = inside.trim_end_matches(".rs").trim_end_matches("/mod");
    match path {
        "lib" | "tests" => Vec::new(),
        _ => path.split('/').map(str::to_owned).collect(),
    }
}

/// The names after `crate::`, or after enough `super::` to reach the root from a module `depth`
/// deep, with their lines. Tests may use what they need.
fn roots_used(code: &Code, depth: usize) -> Vec<(usize, String)> {
    let mut used = Vec::new();
    for at in 0..code.tokens.len() {
        let is_start = at == 0 || !code.sign(at - 1, ':');
        if code.is_test(at) || !is_start {
            continue;
        }
        let Some(after) = after_root(code, at, depth) else { continue };
        if code.sign(after, '{') {
            let end = code.partner(after);
            let mut inside = after + 1;
            while inside < end {
                let first = code.sign(inside - 1, '{') || code.sign(inside - 1, ',');
                if first && !code.word(inside).is_empty() {
                    used.push((code.tokens[inside].line, code.word(inside).to_owned()));
                }
                inside = code.partner(inside).max(inside) + 1;
            }
        } else if !code.word(after).is_empty() {
            used.push((code.tokens[after].line, code.word(after).to_owned()));
        }
    }
    used
}

/// The index after a path's way to the root of the crate, if it goes there.
fn after_root(code: &Code, at: usize, depth: usize) -> Option<usize> {
    if code.word(at) == "crate" && code.path_at(at + 1) {
        return Some(at + 3);
    }
    let steps = (0..)
        .take_while(|step| code.word(at + step * 3) == "super" && code.path_at(at + step * 3 + 1));
    let steps = steps.count();
    (steps > 0 && steps == depth).then_some(at + steps * 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EDGES: &str = "# Shape\n\n| crate | may use |\n|---|---|\n| `kit` | nothing |\n\
        | db | `kit` |\n| record | everything |\n\n## Edges inside record\n\n\
        | module | may use |\n|---|---|\n| people | - |\n| sharing | people |\n\
        | touches | people, sharing |\n";

    fn says(files: &[(&str, &str)]) -> Vec<String> {
        let mut tree = vec![
            (TABLES, EDGES),
            ("crates/kit/Cargo.toml", ""),
            ("crates/db/Cargo.toml", "[dependencies]\nhandfast-kit.workspace = true\n"),
            ("crates/record/Cargo.toml", "[dependencies]\nhandfast-db.workspace = true\n"),
            ("crates/record/src/people/mod.rs", ""),
            ("crates/record/src/sharing.rs", ""),
            ("crates/record/src/touches/mod.rs", ""),
        ];
        tree.extend(files);
        offences(&Tree::of(&tree)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn crates_use_only_those_below() {
        assert_eq!(says(&[]), Vec::<String>::new());
        for manifest in [
            "[dependencies]\nhandfast-db.workspace = true",
            "[build-dependencies]\nhandfast-db = { path = \"../db\" }",
            "[dependencies.handfast-db]\nworkspace = true",
        ] {
            let found = says(&[("crates/kit/Cargo.toml", manifest)]);
            assert!(found.len() == 1 && found[0].contains("kit may not use db"), "{found:?}");
        }
        let tests = "[dev-dependencies]\nhandfast-tidy.workspace = true\nhandfast-kit = 1";
        assert!(says(&[("crates/kit/Cargo.toml", tests)]).is_empty());
        assert!(
            says(&[("crates/new/Cargo.toml", "[dependencies]\nhandfast-db = 1")])[0]
                .contains("new has no row")
        );
    }

    #[test]
    fn modules_of_record_use_only_what_the_table_allows() {
        let uses = |path: &str, text: &str| says(&[(path, text)]);
        let rules = "crates/record/src/people/rules.rs";
        for text in [
            "use crate::sharing::Lens;",
            "use super::super::sharing;",
            "use crate::{CustomerId, sharing::{Lens, touches}};",
            "fn a() { crate::sharing::b() }",
        ] {
            let found = uses(rules, text);
            assert!(
                found.len() == 1 && found[0].contains("people may not use sharing"),
                "{found:?}"
            );
        }
        assert_eq!(uses("crates/record/src/people/mod.rs", "use super::sharing;").len(), 1);
        assert!(uses(rules, "use super::sharing; use crate::people; use x::crate_::y;").is_empty());
        assert!(uses("crates/record/src/people/tests.rs", "use crate::sharing;").is_empty());
        assert!(
            uses("crates/record/src/touches/api.rs", "use crate::{people, sharing};").is_empty()
        );
    }

    #[test]
    fn the_tables_are_there_and_true() {
        let found = offences(&Tree::of(&[]));
        assert_eq!(found.len(), 2);
        let more = format!("{EDGES}| gone | people |\n");
        assert!(says(&[(TABLES, &more)])[0].contains("there is no gone"));
    }
}
