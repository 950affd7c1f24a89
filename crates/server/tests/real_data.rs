//! Real exports with known answers. The data is not part of the project (licences): the folder is
//! `../shared/data/network` beside the repository, or what `HANDFAST_SHARED` names; without it
//! these stories are skipped and say so.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

const HANDFAST: &str = env!("CARGO_BIN_EXE_handfast");

/// The folder of real data, if it is here.
fn data() -> Option<PathBuf> {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared"));
    let shared = std::env::var_os("HANDFAST_SHARED").map_or_else(beside, PathBuf::from);
    let folder = shared.join("data/network");
    if folder.join("facts.json").exists() {
        return Some(folder);
    }
    eprintln!("skipped: there is no real data at {}", folder.display());
    None
}

fn run(arguments: &[&str], place: &Path) -> Value {
    let output = Command::new(HANDFAST)
        .args(arguments)
        .arg("--data")
        .arg(place)
        .arg("--json")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {told}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn network(slug: &str, zone: &str) -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    run(&["admin", "network", "create", slug, "--name", slug, "--time-zone", zone], place.path());
    place
}

/// Imports, checks that the counts add up, and returns read and stored.
fn import(arguments: &[&str], place: &Path) -> (i64, i64) {
    let told = run(&[&["import"], arguments].concat(), place);
    let count = |name: &str| told[name].as_i64().unwrap();
    let sum = count("stored") + count("unchanged") + count("rejected");
    assert_eq!(count("read"), sum, "{told}");
    (count("read"), count("stored"))
}

#[test]
fn a_marketplace_gives_the_true_figures_and_a_second_import_stores_nothing() {
    let Some(data) = data() else { return };
    let place = network("olist", "America/Sao_Paulo");
    let folder = data.join("olist");
    let arguments = ["olist", folder.to_str().unwrap(), "--profile", "olist", "--network", "olist"];
    let (read, stored) = import(&arguments, place.path());
    assert!(read > 50_000 && stored > 50_000, "{read} {stored}");
    let facts: Value =
        serde_json::from_slice(&std::fs::read(data.join("facts.json")).unwrap()).unwrap();
    let expected = facts["olist"].as_object().unwrap();
    for report in ["delivery", "reviews", "partners"] {
        let told = run(&["report", report, "--network", "olist"], place.path());
        for (key, value) in told.as_object().unwrap() {
            if report == "delivery" || value.is_number() {
                assert_eq!(Some(value), expected.get(key), "report {report}: {key}");
            }
        }
        if report == "delivery" {
            for key in expected.keys() {
                assert!(told.get(key).is_some(), "the report lacks {key}");
            }
        }
    }
    let (again, stored) = import(&arguments, place.path());
    assert_eq!((again, stored), (read, 0));
}

#[test]
fn case_events_give_the_true_hand_overs_and_ways_back() {
    let Some(data) = data() else { return };
    let facts: Value =
        serde_json::from_slice(&std::fs::read(data.join("facts.json")).unwrap()).unwrap();
    let files = [
        (
            "bpi2013",
            "bpi2013_incidents.csv.gz",
            "bpi2013_incidents",
            &[("organisation", "org_line"), ("team", "support_team"), ("country", "owner_country")]
                [..],
        ),
        (
            "helpdesk",
            "helpdesk_italy.csv.gz",
            "helpdesk_italy",
            &[("organisation", "resource")][..],
        ),
    ];
    for (profile, file, fact, views) in files {
        let place = network(profile, "Europe/Brussels");
        let file = data.join("incidents").join(file);
        let file = file.to_str().unwrap();
        let arguments = ["case-events", file, "--profile", profile, "--network", profile];
        let (read, _) = import(&arguments, place.path());
        assert_eq!(Some(read), facts[fact]["events"].as_i64());
        for (by, key) in views {
            let told = run(&["report", "cases", "--by", by, "--network", profile], place.path());
            assert_eq!(told["cases"], facts[fact]["cases"]);
            for (name, value) in facts[fact][key].as_object().unwrap() {
                assert_eq!(told.get(name), Some(value), "{profile} by {by}: {name}");
            }
        }
        assert_eq!(import(&arguments, place.path()), (read, 0));
    }
}

/// Everything in the database that an import says, row by row: all tables but what tells of the
/// runs themselves, all columns but the moment of writing and the salt.
fn content(place: &Path) -> Vec<String> {
    let db = rusqlite::Connection::open(place.join("handfast.db")).unwrap();
    let names = |sql: &str| -> Vec<String> {
        let mut statement = db.prepare(sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let tables = names(
        "select name from sqlite_master where type = 'table' and name not like 'import_%'
           and name not like 'sqlite_%' and name not like 'search_text%' order by name",
    );
    let mut rows = Vec::new();
    for table in tables {
        let columns: Vec<String> = names(&format!("select name from pragma_table_info('{table}')"))
            .into_iter()
            .filter(|name| {
                !["recorded_ms", "salt", "created_ms", "entry_key", "leaf_index", "applied_ms"]
                    .contains(&name.as_str())
            })
            .map(|name| format!("quote(\"{name}\")"))
            .collect();
        let text = columns.join(" || '|' || ");
        let mut of_table = names(&format!("select {text} from \"{table}\""));
        of_table.sort();
        rows.extend(of_table.into_iter().map(|row| format!("{table}: {row}")));
    }
    rows
}

#[test]
fn an_import_that_was_killed_ends_as_one_that_was_not() {
    let Some(data) = data() else { return };
    let folder = data.join("olist");
    let undisturbed = network("olist", "America/Sao_Paulo");
    let killed = tempfile::tempdir().unwrap();
    let database = |place: &Path| place.join("handfast.db");
    std::fs::copy(database(undisturbed.path()), database(killed.path())).unwrap();
    let arguments = ["olist", folder.to_str().unwrap(), "--profile", "olist", "--network", "olist"];
    import(&arguments, undisturbed.path());
    // Killed four times, each time a little later.
    for wait_ms in [300, 700, 1_500, 3_000] {
        let mut child = Command::new(HANDFAST)
            .arg("import")
            .args(arguments)
            .arg("--data")
            .arg(killed.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(wait_ms));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    import(&arguments, killed.path());
    let (left, right) = (content(killed.path()), content(undisturbed.path()));
    assert_eq!(left.len(), right.len());
    for (left, right) in left.iter().zip(&right) {
        assert_eq!(left, right);
    }
}
