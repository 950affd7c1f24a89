//! Splink on the same files, where it can be installed.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use serde_json::Value;

use super::{
    clusters::{Score, Tools},
    sets::Set,
};

const VERSION: &str = "5.0.0";
const SCRIPT: &str = "tests/bench/splink/run.py";

/// What Splink came to.
#[derive(Debug, Serialize)]
pub(crate) struct Splink {
    pub(crate) score: Score,
    /// From the first row read to the last cluster written; Python is up by then.
    pub(crate) seconds: f64,
    pub(crate) peak_mib: f64,
    pub(crate) report: Value,
}

/// A Python that has Splink, in an environment of its own below `folder`; none, and a word why,
/// when it cannot be installed.
pub(crate) fn python(folder: &Path) -> Option<PathBuf> {
    let place = folder.join("splink");
    let python = place.join("bin/python");
    let has_it = |python: &Path| {
        let line = format!("import splink; assert splink.__version__ == '{VERSION}'");
        quiet(Command::new(python).args(["-c", &line]))
    };
    if has_it(&python) {
        return Some(python);
    }
    eprintln!("-- installing Splink {VERSION} in {}", place.display());
    let is_made = quiet(Command::new("python3").args(["-m", "venv"]).arg(&place))
        && quiet(
            Command::new(&python)
                .args(["-m", "pip", "install", "--quiet"])
                .arg(format!("splink=={VERSION}")),
        );
    if is_made && has_it(&python) {
        return Some(python);
    }
    eprintln!("   it cannot be installed here; its stored figures stand beside ours");
    None
}

fn quiet(command: &mut Command) -> bool {
    let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Matches the files of a set once.
pub(crate) fn measure(
    tools: &Tools,
    python: &Path,
    set: &Set,
    files: &[PathBuf],
) -> Result<Splink> {
    let out = tools.folder.join("splink.csv");
    let output = Command::new(python)
        .args([SCRIPT, set.model])
        .arg(&out)
        .args(files)
        .stdin(Stdio::null())
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{said}");
    // Splink may print warnings before.
    let text = String::from_utf8(output.stdout)?;
    let report: Value = serde_json::from_str(text.lines().last().context("nothing was printed")?)?;
    let score = tools.score(&out, files)?;
    std::fs::remove_file(&out)?;
    let number = |name: &str| report[name].as_f64().with_context(|| format!("no {name}"));
    let (seconds, peak_mib) = (number("seconds_all")?, number("peak_mib")?);
    eprintln!("   Splink: F1 {:.4}, {seconds:.2} s, {peak_mib:.0} MiB", score.f1);
    Ok(Splink { score, seconds, peak_mib, report })
}
