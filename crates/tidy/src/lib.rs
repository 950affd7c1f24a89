//! House rules as tests over the source tree itself.
//!
//! `cargo test -p handfast-tidy` reads every file that git tracks or would track and names each
//! offence as `file:line: what is wrong, what to do`. The rules stand in STYLE.md and, for the
//! laws of sharing and of places, in ARCHITECTURE.md.
//!
//! Nothing but the standard library is used. Rust is read as tokens with matched brackets
//! (`lex`, `rust`), SQL as tokens too (`sql`): what is checked here are words, calls, signatures
//! and lengths, which tokens tell exactly, also inside macros, where a syntax tree ends; and the
//! crate builds in two seconds, so that nobody waits for it.

mod doors;
mod edges;
mod hygiene;
mod joins;
mod lex;
mod limits;
mod links;
mod migrations;
mod places;
mod published;
mod pure;
mod queries;
mod rust;
mod sql;
mod statements;
mod templates;
mod tree;

use std::{fmt, path::Path};

pub use statements::{Engine, Statement};
pub use tree::Tree;

/// Something in the tree that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Offence {
    /// The file, from the root of the tree.
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    /// What is wrong and what to do.
    pub says: String,
}

impl Offence {
    pub(crate) fn new(file: &str, line: usize, says: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, says: says.into() }
    }
}

impl fmt::Display for Offence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.says)
    }
}

/// One rule, or a family of them.
pub type Check = fn(&Tree) -> Vec<Offence>;

/// Every check with the rule it holds.
pub const CHECKS: &[(&str, Check)] = &[
    ("files, functions and lines stay small", limits::offences),
    ("no panics, leftovers or paths of one machine", hygiene::offences),
    ("no file over 1 MiB in history", hygiene::heavy_files),
    ("what is public is documented", published::undocumented),
    ("every configuration key says its default", published::unexplained_settings),
    ("every dependency says what it solves", published::unexplained_dependencies),
    ("SQL stands in store.rs, as literals", statements::offences),
    ("statements are portable and bounded", queries::offences),
    ("tables have a place, keys hold it", places::offences),
    ("statements stay within one place", joins::offences),
    ("crates and modules use only what they may", edges::offences),
    ("rules decide, domain code waits for nobody", pure::offences),
    ("customers are read through a lens", doors::without_lens),
    ("routes stand in the one table", doors::stray_routes),
    ("templates hold no script, style or raw text", templates::offences),
    ("links of the documents lead somewhere", links::offences),
];

/// Every offence against every check, in the order of files.
pub fn offences(tree: &Tree) -> Vec<Offence> {
    let mut found: Vec<Offence> = CHECKS.iter().flat_map(|(_, check)| check(tree)).collect();
    found.sort();
    found.dedup();
    found
}

/// Every SQL statement of every `store.rs` below `root`: what a test prepares on each engine.
pub fn statements(root: &Path) -> Vec<Statement> {
    let tree = Tree::read(root).expect("the root of the repository is a git work tree");
    statements::of(&tree)
}
