//! Sets with known answers. The data is not part of the project: the folder is
//! `../shared/data/matching` beside the repository, or what `HANDFAST_SHARED` names; without it
//! these stories are skipped and say so. `evaluate.py` of the folder is the judge.

#![allow(clippy::print_stderr)]

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use crate::{
    support::stderr,
    world::{Place, run_files},
};

/// The folder of sets, if it is here and can be used.
fn data() -> Option<PathBuf> {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared"));
    let shared = std::env::var_os("HANDFAST_SHARED").map_or_else(beside, PathBuf::from);
    let folder = shared.join("data/matching");
    if !folder.join("evaluate.py").exists() {
        eprintln!("skipped: there are no sets to match at {}", folder.display());
        return None;
    }
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("skipped: there is no python3 for {}/evaluate.py", folder.display());
        return None;
    }
    Some(folder)
}

/// What the folder's own program says of the clusters of these files.
fn judged(folder: &Path, files: &[&str]) -> Value {
    let place = Place::new();
    let files: Vec<PathBuf> = files.iter().map(|name| folder.join(name)).collect();
    let output = run_files(&files, &place.out(), &["--json"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let mut judge = Command::new("python3");
    judge.arg(folder.join("evaluate.py")).arg(place.out()).args(&files).arg("--json");
    let output = judge.output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn at_least(judged: &Value, pointer: &str, least: f64) {
    let value = judged.pointer(pointer).and_then(Value::as_f64).unwrap();
    assert!(value >= least, "{pointer} is {value}, not {least}: {judged}");
}

#[test]
fn historical_people_are_found_through_typos_titles_and_moves() {
    let Some(folder) = data() else { return };
    let judged = judged(&folder, &["historical_dev.csv.gz"]);
    at_least(&judged, "/pairs/f1", 0.93);
    at_least(&judged, "/pairs/precision", 0.96);
    at_least(&judged, "/cluster_exact/match_rate", 0.60);
}

#[test]
fn two_files_of_australians_are_linked_one_to_one() {
    let Some(folder) = data() else { return };
    let judged = judged(&folder, &["febrl4_a.csv.gz", "febrl4_b.csv.gz"]);
    at_least(&judged, "/pairs/f1", 0.9995);
}
