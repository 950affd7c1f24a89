//! How wide, how long: 100 columns, 60 lines a function, 400 lines a file.
//!
//! A ratchet: `ratchet.txt` lists what was too big when the limit came, with its size. Nothing
//! listed may grow, what shrinks lowers its number, and nothing is added.

use std::{
    cmp::{Ordering, Reverse},
    collections::BTreeMap,
};

use crate::{
    Offence, Tree,
    tree::{File, extension},
};

const COLUMNS_MAX: usize = 100;
const FUNCTION_LINES_MAX: usize = 60;
const FILE_LINES_MAX: usize = 400;
const RATCHET: &str = "crates/tidy/ratchet.txt";

/// Something over its limit.
struct Measured {
    file: String,
    /// As the ratchet names it: `columns path`, `function path::name`, `file path`.
    key: String,
    /// Where, and how much; the largest first. Only a file has several lines that are too wide.
    sizes: Vec<(usize, usize)>,
    limit: usize,
}

pub(crate) fn offences(tree: &Tree) -> Vec<Offence> {
    let mut found = Vec::new();
    let mut listed = ratchet(tree, &mut found);
    for measured in tree.files().flat_map(measure) {
        found.extend(judge(&measured, listed.remove(&measured.key)));
    }
    for (key, (line, _)) in listed {
        let says = format!("{key:?} is within its limit or gone, remove the line");
        found.push(Offence::new(RATCHET, line, says));
    }
    found
}

fn judge(measured: &Measured, listed: Option<(usize, usize)>) -> Vec<Offence> {
    let Measured { file, key, sizes, limit } = measured;
    let what = key.split(' ').next().unwrap_or_default();
    let unit = if what == "columns" { "columns wide" } else { "lines long" };
    let (line, size) = sizes[0];
    let Some((at, was)) = listed else {
        let refuse = |(line, size): &(usize, usize)| {
            let says = format!("{what}: {size} {unit}, the limit is {limit}; break it up");
            Offence::new(file, *line, says)
        };
        return sizes.iter().map(refuse).collect();
    };
    match size.cmp(&was) {
        Ordering::Greater => {
            let says = format!("{what}: grew from {was} to {size} {unit}; it may only shrink");
            vec![Offence::new(file, line, says)]
        }
        Ordering::Less => {
            let says = format!("{key:?} shrank from {was} to {size}, write the new number here");
            vec![Offence::new(RATCHET, at, says)]
        }
        Ordering::Equal => Vec::new(),
    }
}

/// What of `file` is over a limit.
fn measure(file: &File) -> Vec<Measured> {
    let path = &file.path;
    let is_script = path.starts_with("bin/") || path.starts_with(".ci/");
    let is_code =
        is_script || matches!(extension(path), "rs" | "sql" | "js" | "mjs" | "ts" | "css" | "sh");
    let mut found = Vec::new();
    let mut over = |key: String, limit: usize, sizes: Vec<(usize, usize)>| {
        let mut sizes: Vec<_> = sizes.into_iter().filter(|(_, size)| *size > limit).collect();
        sizes.sort_by_key(|(_, size)| Reverse(*size));
        if !sizes.is_empty() {
            found.push(Measured { file: path.clone(), key, sizes, limit });
        }
    };
    if is_code || extension(path) == "html" {
        let size = file.text.lines().count();
        over(format!("file {path}"), FILE_LINES_MAX, vec![(1, size)]);
    }
    if is_code {
        let widths = file.lines().map(|(number, line)| (number, line.chars().count()));
        over(format!("columns {path}"), COLUMNS_MAX, widths.collect());
    }
    for item in file.code.items.iter().filter(|item| item.kind == "fn" && item.body.is_some()) {
        let size = item.last_line - item.line + 1;
        let key = format!("function {path}::{}", item.name);
        over(key, FUNCTION_LINES_MAX, vec![(item.line, size)]);
    }
    found
}

/// The old offenders: what, with the line that lists it and its size.
fn ratchet(tree: &Tree, found: &mut Vec<Offence>) -> BTreeMap<String, (usize, usize)> {
    let mut listed = BTreeMap::new();
    let lines = tree.file(RATCHET).into_iter().flat_map(File::lines);
    for (number, line) in lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
        let read = line.split_once(' ').and_then(|(size, key)| Some((size.parse().ok()?, key)));
        match read {
            Some((size, key)) => {
                listed.insert(key.to_owned(), (number, size));
            }
            None => found.push(Offence::new(RATCHET, number, "write \"<size> <what> <path>\"")),
        }
    }
    listed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(files: &[(&str, &str)]) -> Vec<String> {
        offences(&Tree::of(files)).iter().map(ToString::to_string).collect()
    }

    fn long_function() -> String {
        format!("fn long() {{\n{}}}\n", "    step();\n".repeat(60))
    }

    #[test]
    fn what_is_too_big_is_refused() {
        let wide = format!("// {}\n// {}\n", "é".repeat(98), "é".repeat(99));
        let long = "\n".repeat(401);
        let found = says(&[("a.rs", &long_function()), ("b.rs", &wide), ("c.sql", &long)]);
        assert_eq!(
            found,
            [
                "a.rs:1: function: 62 lines long, the limit is 60; break it up",
                "b.rs:2: columns: 102 columns wide, the limit is 100; break it up",
                "b.rs:1: columns: 101 columns wide, the limit is 100; break it up",
                "c.sql:1: file: 401 lines long, the limit is 400; break it up",
            ]
        );
        assert!(says(&[("a.md", &long), ("b.rs", &"\n".repeat(400))]).is_empty());
    }

    #[test]
    fn old_offenders_may_only_shrink() {
        let long = long_function();
        let listed = |line: &str| says(&[("a.rs", &long), (RATCHET, line)]);
        assert!(listed("# comment\n62 function a.rs::long\n").is_empty());
        assert!(listed("61 function a.rs::long")[0].contains("grew from 61 to 62"));
        assert!(listed("70 function a.rs::long")[0].contains("write the new number here"));
        assert!(listed("62 function a.rs::long\n90 file b.rs")[0].contains("remove the line"));
        assert!(listed("long\n62 function a.rs::long")[0].contains("<size>"));
    }
}
