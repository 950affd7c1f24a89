//! What others rely on says what it is: public items, configuration keys, dependencies.

use std::collections::BTreeMap;

use crate::{
    Offence, Tree,
    lex::Kind,
    rust::Code,
    tree::{File, extension},
};

const DECISIONS: &str = "CONTRIBUTING.md";

/// Public functions and types of the crates without documentation.
pub(crate) fn undocumented(tree: &Tree) -> Vec<Offence> {
    let mut found = Vec::new();
    for file in tree.rust().filter(|file| !file.crate_name().is_empty()) {
        let bare = file
            .code
            .items
            .iter()
            .filter(|item| item.public && !item.documented && !item.test && item.kind != "mod");
        found.extend(bare.map(|item| {
            let says = format!(
                "{} {} is public and undocumented, say what it does, its units and its errors",
                item.kind, item.name
            );
            Offence::new(&file.path, item.line, says)
        }));
    }
    found
}

/// Keys of the configuration, the fields of `Settings` and `Config` in `server`, that do not say
/// their default.
pub(crate) fn unexplained_settings(tree: &Tree) -> Vec<Offence> {
    let mut found = Vec::new();
    for file in tree.rust().filter(|file| file.crate_name() == "server") {
        for (name, line, docs) in fields_of_settings(&file.code) {
            if !docs.to_lowercase().contains("default") {
                let says = format!(
                    "the key {name} does not say its default, end its comment with `Default ..`"
                );
                found.push(Offence::new(&file.path, line, says));
            }
        }
    }
    found
}

/// Name, line and documentation of each key.
fn fields_of_settings(code: &Code) -> Vec<(&str, usize, String)> {
    let mut fields = Vec::new();
    let is_settings = |name: &str| name == "Settings" || name == "Config";
    let structs = code.items.iter().filter(|item| item.kind == "struct" && !item.test);
    for body in structs.filter(|item| is_settings(&item.name)).filter_map(|item| item.body.clone())
    {
        let (mut at, mut docs) = (body.start, String::new());
        while at < body.end {
            let is_name = !code.word(at).is_empty() && code.word(at) != "pub";
            if code.tokens[at].kind == Kind::Doc {
                docs.push_str(&code.tokens[at].text);
                docs.push(' ');
            } else if is_name && code.sign(at + 1, ':') && !code.path_at(at + 1) {
                let line = code.tokens[at].line;
                fields.push((code.word(at), line, std::mem::take(&mut docs)));
            }
            at = code.partner(at).max(at) + 1;
        }
    }
    fields
}

/// Dependencies that no line of CONTRIBUTING.md explains, and lines for those that are gone.
pub(crate) fn unexplained_dependencies(tree: &Tree) -> Vec<Offence> {
    let mut wanted: BTreeMap<&str, (&str, usize)> = BTreeMap::new();
    for file in tree.files() {
        wanted.extend(match file.path.as_str() {
            "Cargo.toml" => rust_dependencies(file),
            "package.json" => npm_dependencies(file),
            _ => Vec::new(),
        });
    }
    let mut found = Vec::new();
    let lines = tree.file(DECISIONS).into_iter().flat_map(File::lines);
    let table = lines.skip_while(|(_, line)| *line != "## Dependencies");
    for (number, line) in table.filter(|(_, line)| line.starts_with("| `")) {
        let cell = line.split('|').nth(1).unwrap_or_default();
        for name in cell.split('`').skip(1).step_by(2) {
            if wanted.remove(name).is_none() {
                let says = format!("{name} is no dependency, or explained twice; remove the line");
                found.push(Offence::new(DECISIONS, number, says));
            }
        }
    }
    found.extend(wanted.into_iter().map(|(name, (file, line))| {
        let says = format!("{name} is not explained, say in {DECISIONS} which problem it solves");
        Offence::new(file, line, says)
    }));
    found
}

fn rust_dependencies(file: &File) -> Vec<(&str, (&str, usize))> {
    let mut inside = false;
    let mut names = Vec::new();
    for (number, line) in file.lines() {
        if line.starts_with('[') {
            inside = line.trim() == "[workspace.dependencies]";
        } else if let Some((name, _)) = line.split_once('=').filter(|_| inside) {
            let name = name.trim().trim_end_matches(".workspace");
            if !name.starts_with("handfast-") && !name.starts_with('#') {
                names.push((name, (file.path.as_str(), number)));
            }
        }
    }
    names
}

fn npm_dependencies(file: &File) -> Vec<(&str, (&str, usize))> {
    debug_assert_eq!(extension(&file.path), "json");
    let mut inside = false;
    let mut names = Vec::new();
    for (number, line) in file.lines() {
        if line.contains("ependencies\"") {
            inside = true;
        } else if line.trim_start().starts_with('}') {
            inside = false;
        } else if let Some(name) = line.split('"').nth(1).filter(|_| inside) {
            names.push((name, (file.path.as_str(), number)));
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_items_are_documented() {
        let count = |path: &str, text: &str| undocumented(&Tree::of(&[(path, text)])).len();
        let path = "crates/kit/src/lib.rs";
        assert_eq!(
            count(path, "pub fn a() {} pub struct B; pub enum C {} pub const D: u8 = 1;"),
            4
        );
        assert_eq!(count(path, "/// Says.\n#[must_use]\npub const fn a() {}"), 0);
        assert_eq!(count(path, "pub(crate) fn a() {} pub mod b; pub use c::d; fn e() {}"), 0);
        assert_eq!(count(path, "#[cfg(test)] mod tests { pub fn a() {} }"), 0);
    }

    #[test]
    fn keys_of_the_configuration_say_their_default() {
        let names = |text: &str| {
            let tree = Tree::of(&[("crates/server/src/settings.rs", text)]);
            unexplained_settings(&tree).len()
        };
        let good =
            "pub struct Settings { /// Hours. Default 3.\n#[serde(default)] pub a: Map<b, c>,";
        assert_eq!(names(&format!("{good} }}")), 0);
        assert_eq!(names(&format!("{good} /// Says.\npub d: Option<e::F>, g: u8 }}")), 2);
        assert_eq!(names("pub struct Other { pub a: u8 }"), 0);
    }

    #[test]
    fn dependencies_are_explained() {
        let manifest = "[workspace]\nmembers = []\n[workspace.dependencies]\n# Why.\n\
                        handfast-kit = { path = \"a\" }\naxum = \"1\"\nserde = \"1\"\n\
                        [profile.dev]\na = 1\n";
        let package = "{\n\"name\": \"x\",\n\"devDependencies\": {\n\"esbuild\": \"1\"\n}\n}";
        let says = |table: &str| -> Vec<String> {
            let table = format!("| `bin/test` | a command |\n## Dependencies\n{table}");
            let files =
                [("Cargo.toml", manifest), ("package.json", package), (DECISIONS, table.as_str())];
            let found = unexplained_dependencies(&Tree::of(&files));
            found.iter().map(ToString::to_string).collect()
        };
        assert!(says("| `axum`, `serde` | why |\n| `esbuild` | why |").is_empty());
        let found = says("| `axum` | why |\n| `gone` | why |");
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].contains("gone is no dependency"));
        assert!(found[1].starts_with("package.json:4: esbuild"));
        assert!(found[2].starts_with("Cargo.toml:7: serde"));
    }
}
