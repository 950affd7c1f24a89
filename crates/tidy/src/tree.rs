//! The source tree as the checks see it: every text file git tracks or would track, and the sizes
//! of everything its history holds.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::Path,
    process::{Command, Stdio},
};

use crate::rust::Code;

/// The files of a source tree.
#[derive(Debug, Default)]
pub struct Tree {
    files: BTreeMap<String, File>,
    /// Everything that exists, pictures too.
    paths: BTreeSet<String>,
    pub(crate) history: Vec<Blob>,
}

/// A text file.
#[derive(Debug)]
pub(crate) struct File {
    /// From the root of the tree, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
    /// What it holds if it is Rust; empty otherwise.
    pub(crate) code: Code,
}

/// One version of a file in git's history.
#[derive(Debug)]
pub(crate) struct Blob {
    pub(crate) path: String,
    pub(crate) size_bytes: u64,
}

impl Tree {
    /// Reads the tree at `root`, which must be a git work tree.
    pub fn read(root: &Path) -> io::Result<Self> {
        let listed = git(root, &["ls-files", "-z", "-co", "--exclude-standard"], Stdio::null())?;
        let mut tree = Self::default();
        for path in listed.split('\0').filter(|path| !path.is_empty()) {
            let full = root.join(path);
            // A file may be deleted and still be in the index; links lead to files listed anyway.
            if !full.symlink_metadata().is_ok_and(|found| found.is_file()) {
                continue;
            }
            tree.paths.insert(path.to_owned());
            if let Ok(text) = String::from_utf8(fs::read(&full)?) {
                tree.add(path, text);
            }
        }
        tree.mark_test_files();
        tree.history = history(root)?;
        Ok(tree)
    }

    /// A tree of these files, each with its path and text.
    pub fn of(files: &[(&str, &str)]) -> Self {
        let mut tree = Self::default();
        for (path, text) in files {
            tree.add(path, (*text).to_owned());
        }
        tree.mark_test_files();
        tree
    }

    fn add(&mut self, path: &str, text: String) {
        let code = if extension(path) == "rs" { Code::read(&text) } else { Code::default() };
        self.paths.insert(path.to_owned());
        self.files.insert(path.to_owned(), File { path: path.to_owned(), text, code });
    }

    pub(crate) fn files(&self) -> impl Iterator<Item = &File> {
        self.files.values()
    }

    pub(crate) fn file(&self, path: &str) -> Option<&File> {
        self.files.get(path)
    }

    pub(crate) fn rust(&self) -> impl Iterator<Item = &File> {
        self.files().filter(|file| extension(&file.path) == "rs")
    }

    /// Whether anything lies at `path`, a file or a folder.
    pub(crate) fn holds(&self, path: &str) -> bool {
        let folder = format!("{}/", path.trim_end_matches('/'));
        self.paths.contains(path) || self.paths.iter().any(|file| file.starts_with(&folder))
    }

    /// Marks whole files as test code: by their place, or because another says
    /// `#[cfg(test)] mod name;`.
    fn mark_test_files(&mut self) {
        let declared: Vec<String> = self.rust().flat_map(test_modules).collect();
        for (path, file) in &mut self.files {
            let by_place = path.contains("/tests/")
                || path.contains("/benches/")
                || path.ends_with("/tests.rs")
                || path.starts_with("tests/");
            let is_declared = |module: &String| {
                *path == format!("{module}.rs") || path.starts_with(&format!("{module}/"))
            };
            if by_place || declared.iter().any(is_declared) {
                file.code.mark_all_as_test();
            }
        }
    }
}

impl File {
    /// The crate it belongs to, without the prefix `handfast-`: `record` of `crates/record/src/..`.
    pub(crate) fn crate_name(&self) -> &str {
        let inside = self.path.strip_prefix("crates/");
        inside.and_then(|inside| inside.split('/').next()).unwrap_or_default()
    }

    /// Its last part.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Its lines with their numbers, counted from 1.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }
}

/// What follows the last point of the name; empty if there is none.
pub(crate) fn extension(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// Where the modules lie that `file` declares for tests only, without `.rs`.
fn test_modules(file: &File) -> Vec<String> {
    let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let stem = file.name().trim_end_matches(".rs");
    let base = match stem {
        "lib" | "main" | "mod" => folder.to_owned(),
        _ => format!("{folder}/{stem}"),
    };
    let modules = file
        .code
        .items
        .iter()
        .filter(|item| item.kind == "mod" && item.test && item.body.is_none());
    modules.map(|module| format!("{base}/{}", module.name)).collect()
}

fn history(root: &Path) -> io::Result<Vec<Blob>> {
    // A repository without a commit has no history.
    if git(root, &["rev-parse", "--verify", "--quiet", "HEAD"], Stdio::null()).is_err() {
        return Ok(Vec::new());
    }
    let mut objects =
        command(root).args(["rev-list", "--objects", "HEAD"]).stdout(Stdio::piped()).spawn()?;
    let listed = objects.stdout.take().map_or_else(Stdio::null, Stdio::from);
    let format = "--batch-check=%(objecttype) %(objectsize) %(rest)";
    let sizes = git(root, &["cat-file", format], listed)?;
    objects.wait()?;
    Ok(sizes.lines().filter_map(blob).collect())
}

/// Reads a line like `blob 1234 path/of/file`.
fn blob(line: &str) -> Option<Blob> {
    let (size, path) = line.strip_prefix("blob ")?.split_once(' ')?;
    Some(Blob { path: path.to_owned(), size_bytes: size.parse().ok()? })
}

fn git(root: &Path, arguments: &[&str], input: Stdio) -> io::Result<String> {
    let output = command(root).args(arguments).stdin(input).output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let says = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(io::Error::other(format!("git {}: {says}", arguments.join(" "))))
}

fn command(root: &Path) -> Command {
    let mut command = Command::new("git");
    // In a container the checkout often belongs to somebody else; reading it is no danger.
    command.args(["-c", "safe.directory=*"]).current_dir(root);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_declared_for_tests_is_test_code() {
        let tree = Tree::of(&[
            ("crates/a/src/lib.rs", "#[cfg(test)] mod world; mod life;"),
            ("crates/a/src/world.rs", "fn a() {}"),
            ("crates/a/src/life.rs", "fn b() {}"),
            ("crates/a/tests/story.rs", "fn c() {}"),
        ]);
        let tests: Vec<_> = tree
            .rust()
            .flat_map(|file| &file.code.items)
            .filter(|item| item.kind == "fn")
            .map(|item| (item.name.as_str(), item.test))
            .collect();
        assert_eq!(tests, [("b", false), ("a", true), ("c", true)]);
    }

    #[test]
    fn the_sizes_of_history_are_read() {
        let read = blob("blob 1048577 a b.png").map(|blob| (blob.path, blob.size_bytes));
        assert_eq!(read, Some(("a b.png".to_owned(), 1_048_577)));
        assert!(blob("tree 12 crates").is_none());
    }
}
