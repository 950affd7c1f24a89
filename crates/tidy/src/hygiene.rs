//! What must not be left lying about: panics, debugging, promises to do it later, paths of one
//! machine, heavy files.

use crate::{
    Offence, Tree,
    tree::{File, extension},
};

const FILE_BYTES_MAX: u64 = 1 << 20;

/// Written in two halves, so that this file does not break its own rule.
const LATER: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];
const HOMES: [&str; 3] = [concat!("/wo", "rk/"), concat!("/ho", "me/"), concat!("/ro", "ot/")];

const MACROS: [&str; 3] = ["dbg", "todo", "unimplemented"];
const PRINTS: [&str; 4] = ["println", "print", "eprintln", "eprint"];

pub(crate) fn offences(tree: &Tree) -> Vec<Offence> {
    let mut found: Vec<Offence> = tree.rust().flat_map(calls).collect();
    found.extend(tree.files().flat_map(words));
    found
}

/// Files in git's history that make every clone heavy.
pub(crate) fn heavy_files(tree: &Tree) -> Vec<Offence> {
    let heavy = tree.history.iter().filter(|blob| blob.size_bytes > FILE_BYTES_MAX);
    let offence = |blob: &crate::tree::Blob| {
        let says = format!(
            "{} bytes in git's history, the limit is {FILE_BYTES_MAX}; \
             take it out of the commits and fetch or generate it",
            blob.size_bytes
        );
        Offence::new(&blob.path, 1, says)
    };
    heavy.map(offence).collect()
}

fn calls(file: &File) -> Vec<Offence> {
    let code = &file.code;
    let mut found = Vec::new();
    for (at, token) in code.tokens.iter().enumerate() {
        if code.is_test(at) {
            continue;
        }
        let word = code.word(at);
        let is_macro = code.sign(at + 1, '!') && !code.sign(at + 2, '=');
        let says = if word == "unwrap" && at > 0 && code.sign(at - 1, '.') {
            "unwrap(), return the error or say with expect() why it cannot happen".to_owned()
        } else if is_macro && MACROS.contains(&word) {
            format!("{word}! is left over, finish or remove it")
        } else if is_macro && PRINTS.contains(&word) && !may_print(file) {
            format!("{word}! outside the command line of server, return the text or log it")
        } else {
            continue;
        };
        found.push(Offence::new(&file.path, token.line, says));
    }
    found
}

/// The command line answers by printing, and build scripts speak to cargo that way.
fn may_print(file: &File) -> bool {
    file.crate_name() == "server" || file.name() == "build.rs"
}

fn words(file: &File) -> Vec<Offence> {
    let extension = extension(&file.path);
    let is_lock = extension == "lock" || file.name() == "package-lock.json";
    let mut found = Vec::new();
    for (line, text) in file.lines() {
        // Prose may name the words; what is run may not contain them.
        let later = LATER.iter().find(|word| holds_word(text, word));
        if let Some(word) = later.filter(|_| extension != "md" && !is_lock) {
            let says = format!("{word} is left over, do it now or make it an issue");
            found.push(Offence::new(&file.path, line, says));
        }
        let home = HOMES.iter().find(|home| holds_path(text, home));
        if let Some(home) = home.filter(|_| !is_lock) {
            let says = format!("a path under {home} exists on one machine only, make it relative");
            found.push(Offence::new(&file.path, line, says));
        }
    }
    found
}

/// Whether `word` stands in `text` with nothing of a name beside it.
fn holds_word(text: &str, word: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let after = text[at + word.len()..].chars().next();
        !text[..at].ends_with(is_name) && !after.is_some_and(is_name)
    })
}

/// Whether `text` names something below the folder `home`, not as part of an address or pattern.
fn holds_path(text: &str, home: &str) -> bool {
    text.match_indices(home).any(|(at, _)| {
        let after = text[at + home.len()..].chars().next();
        let inside = |c: char| c.is_alphanumeric() || "._-}*$".contains(c);
        !text[..at].ends_with(inside) && after.is_some_and(|c| c.is_ascii_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Blob;

    fn count(path: &str, text: &str) -> usize {
        offences(&Tree::of(&[(path, text)])).len()
    }

    #[test]
    fn panics_and_debugging_are_refused_outside_tests() {
        let path = "crates/kit/src/lib.rs";
        assert_eq!(count(path, "fn a() { b.unwrap(); dbg!(1); todo!() }"), 3);
        assert_eq!(count(path, "fn a() { unimplemented!(); println!(); eprintln!() }"), 3);
        assert_eq!(count("crates/server/src/main.rs", "fn a() { println!() }"), 0);
        assert_eq!(count("crates/web/build.rs", "fn a() { println!() }"), 0);
        assert_eq!(count(path, "#[test] fn a() { b.unwrap(); println!() }"), 0);
        assert_eq!(count(path, "// .unwrap() dbg!\nfn a() { b.unwrap_or(\".unwrap()\") }"), 0);
    }

    #[test]
    fn promises_to_do_it_later_are_refused() {
        for word in LATER {
            assert_eq!(count("bin/test", &format!("# {word}: more")), 1);
            assert_eq!(count("a.rs", &format!("// {word}S_OF_NOTHING")), 0);
        }
    }

    #[test]
    fn paths_of_one_machine_are_refused() {
        for home in HOMES {
            assert_eq!(count("README.md", &format!("see {home}ann/x")), 1);
            assert_eq!(count("README.md", &format!("see example.com{home}ann")), 0);
            assert_eq!(count("Cargo.lock", &format!("\"{home}ann/x\"")), 0);
        }
    }

    #[test]
    fn a_heavy_file_in_history_is_refused() {
        let blob = |size_bytes| Blob { path: "a.png".to_owned(), size_bytes };
        let mut tree = Tree::of(&[]);
        tree.history = vec![blob(FILE_BYTES_MAX), blob(FILE_BYTES_MAX + 1)];
        assert_eq!(heavy_files(&tree).len(), 1);
    }
}
