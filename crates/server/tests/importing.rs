//! Files that are taken in from the command line, also when that is broken off.
#![allow(clippy::unwrap_used)]

mod support;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Stdio},
};

use rusqlite::{Connection, types::Value};
use serde_json::json;
use support::{aurora, handfast, json, run, stderr};

const HEAD: &str = "reference,name,email,city,country,since\n";

fn import<'a>(file: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["import", "customers", file, "--network", "aurora"], more].concat()
}

#[test]
fn a_file_is_taken_in_once_and_its_bad_rows_are_put_aside() {
    let data = tempfile::tempdir().unwrap();
    aurora(data.path());
    let file = data.path().join("customers.csv");
    let rows = "1,Maya Okafor,maya@example.com,Leeds,GB,2026-01-02\n\
                2,Ben Adeyemi,not an address,Leeds,GB,2026-01-02\n";
    fs::write(&file, format!("{HEAD}{rows}")).unwrap();
    let rejects = data.path().join("left-out.csv");
    let line = import(file.to_str().unwrap(), &["--rejects", rejects.to_str().unwrap()]);

    let first = json(data.path(), &line);
    for (name, count) in [("read", 2), ("stored", 1), ("unchanged", 0), ("rejected", 1)] {
        assert_eq!(first[name], json!(count), "{name}: {first}");
    }
    assert!(first["rows_per_second"].as_f64().unwrap() > 0.0);
    let left_out = fs::read_to_string(&rejects).unwrap();
    assert!(left_out.contains("not an address") && left_out.contains("3,email,"), "{left_out}");

    let second = json(data.path(), &line);
    assert_eq!((&second["stored"], &second["unchanged"]), (&json!(0), &json!(1)));
}

#[test]
fn what_cannot_be_taken_in_is_said_before_anything_is_stored() {
    let data = tempfile::tempdir().unwrap();
    aurora(data.path());
    let file = data.path().join("customers.csv");
    fs::write(&file, HEAD).unwrap();
    let file = file.to_str().unwrap();
    let cases: [(&[&str], &str); 4] = [
        (&["import", "customers", "nowhere.csv", "--network", "aurora"], "nowhere.csv"),
        (&["import", "weather", file, "--network", "aurora"], "weather"),
        (&["import", "customers", file, "--network", "aurora", "--profile", "sap"], "sap"),
        (&["import", "customers", file, "--network", "aurora", "--organisation", "Bo"], "Bo"),
    ];
    for (line, named) in cases {
        let output = run(data.path(), line);
        assert_eq!(output.status.code(), Some(1), "{line:?}");
        assert!(stderr(&output).contains(named), "{}", stderr(&output));
    }
}

#[test]
fn an_import_that_was_killed_ends_as_if_it_had_not_been() {
    let data = tempfile::tempdir().unwrap();
    let (calm, rough) = (data.path().join("calm"), data.path().join("rough"));
    aurora(&calm);
    // The same network: ids are made from the network's own.
    fs::create_dir(&rough).unwrap();
    fs::copy(calm.join("handfast.db"), rough.join("handfast.db")).unwrap();
    let file = many_customers(data.path());
    let line = import(file.to_str().unwrap(), &[]);
    json(&calm, &line);

    let mut child = begun(&rough, &line);
    child.kill().unwrap();
    child.wait().unwrap();
    let again = json(&rough, &line);
    assert!(again["unchanged"].as_u64().unwrap() > 0, "something was stored before: {again}");

    for (table, columns) in CONTENT {
        let (calm, rough) = (rows(&calm, table, columns), rows(&rough, table, columns));
        assert!(!calm.is_empty() && calm == rough, "{table} differs");
    }
}

#[test]
fn a_backup_taken_while_an_import_writes_is_a_state_that_existed() {
    let data = tempfile::tempdir().unwrap();
    let (busy, restored) = (data.path().join("busy"), data.path().join("restored"));
    aurora(&busy);
    let file = many_customers(data.path());
    let mut child = begun(&busy, &import(file.to_str().unwrap(), &[]));
    let backup = data.path().join("backup.db");
    json(&busy, &["backup", backup.to_str().unwrap()]);
    assert!(child.wait().unwrap().success(), "the import went on");
    json(&restored, &["restore", backup.to_str().unwrap()]);
    let count = |table, key| rows(&restored, table, key).len();
    let customers = count("customer", "customer_id");
    assert!(customers > 0);
    // Each row of the file is one of each, in one transaction.
    assert_eq!(count("touch", "touch_id"), customers);
    assert_eq!(count("intake_row", "row_key"), customers);
}

/// A file that takes a while.
fn many_customers(folder: &Path) -> PathBuf {
    let row = |n: i32| format!("{n},\"Person {n}, Esq\",p{n}@example.com,Leeds,GB,2026-01-02\n");
    let file = folder.join("customers.csv");
    fs::write(&file, HEAD.to_owned() + &(0..6_000).map(row).collect::<String>()).unwrap();
    file
}

/// An import of which something is stored already, and something not yet.
fn begun(data: &Path, line: &[&str]) -> Child {
    let mut command = handfast(line);
    command.arg("--data").arg(data).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let log = data.join("handfast.db-wal");
    while fs::metadata(&log).map_or(0, |log| log.len()) < 1_500_000 {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it could be looked at");
    }
    child
}

/// What an import leaves, without the moments of storing and what is random by intent.
const CONTENT: [(&str, &str); 6] = [
    ("customer", "customer_id, name, sort_key, place"),
    ("record", "record_id, customer_id, external_ref, name, email, city, since_ms, version"),
    ("record_ref", "external_ref, customer_id, record_id"),
    ("touch", "touch_id, subject_id, record_id, at_ms, class, kind, summary, body"),
    ("touch_place", "touch_id, subject_id, at_ms"),
    ("intake_row", "row_key, content"),
];

fn rows(data: &Path, table: &str, columns: &str) -> Vec<Vec<Value>> {
    let connection = Connection::open(data.join("handfast.db")).unwrap();
    let sql = format!("select {columns} from {table} order by {columns}");
    let mut statement = connection.prepare(&sql).unwrap();
    let count = statement.column_count();
    let read = statement.query_map((), |row| (0..count).map(|at| row.get(at)).collect());
    read.unwrap().collect::<Result<_, _>>().unwrap()
}
