//! The commands that others script against.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;

use support::{aurora, handfast, json, run, stderr};

#[test]
fn a_network_is_made_with_its_brand_and_only_once() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("new");
    let made = aurora(&folder);
    assert_eq!(made["network"]["slug"], "aurora");
    assert_eq!(made["organisation"]["name"], "Aurora Cycles");
    assert_eq!(made["organisation"]["side"], "brand");
    let again = ["admin", "network", "create", "aurora", "--name", "A", "--time-zone", "UTC"];
    let output = run(&folder, &again);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("already a network called \"aurora\""), "{}", stderr(&output));
    let list = json(&folder, &["admin", "network", "list"]);
    assert_eq!(list["networks"].as_array().unwrap().len(), 1);
}

#[test]
fn what_cannot_be_understood_ends_with_2_and_what_cannot_be_done_with_1() {
    let data = tempfile::tempdir().unwrap();
    assert_eq!(run(data.path(), &["report", "weather"]).status.code(), Some(2));
    assert_eq!(run(data.path(), &["fly"]).status.code(), Some(2));
    let zone = ["admin", "network", "create", "a", "--name", "A", "--time-zone", "Mars/Base"];
    let output = run(data.path(), &zone);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("Mars/Base"));
}

#[test]
fn a_command_without_a_database_says_how_to_make_one() {
    let data = tempfile::tempdir().unwrap();
    let output = run(data.path(), &["report", "delivery", "--network", "aurora"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("handfast admin network create"), "{}", stderr(&output));
    assert!(!data.path().join("handfast.db").exists(), "looking makes nothing");
}

#[test]
fn a_network_that_is_not_there_is_named() {
    let data = tempfile::tempdir().unwrap();
    aurora(data.path());
    let output = run(data.path(), &["report", "delivery", "--network", "borealis"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("borealis"), "{}", stderr(&output));
}

#[test]
fn the_folder_may_come_from_the_environment() {
    let data = tempfile::tempdir().unwrap();
    aurora(data.path());
    let output =
        handfast(&["admin", "network", "list"]).env("HANDFAST_DATA", data.path()).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("Aurora Cycles"));
}

#[test]
fn people_and_partners_are_added_from_the_command_line() {
    let data = tempfile::tempdir().unwrap();
    aurora(data.path());
    let partner = json(
        data.path(),
        &[
            "admin",
            "organisation",
            "add",
            "Spoke & Chain",
            "--kind",
            "reseller",
            "--kind",
            "service",
            "--network",
            "aurora",
        ],
    );
    assert_eq!(partner["organisation"]["kinds"], serde_json::json!(["reseller", "service"]));
    let add = |name: &str, email: &str, role: &str, more: &[&str]| {
        let line = ["admin", "person", "add", name, "--email", email, "--role", role];
        run(data.path(), &[&line[..], &["--network", "aurora"], more].concat())
    };
    let output = add("Maya", "maya@example.com", "brand admin", &[]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(String::from_utf8_lossy(&output.stdout).contains("/sign-in/"), "a link lets her in");
    let output = add("Ben", "ben@example.com", "brand staff", &["--organisation", "spoke & chain"]);
    assert_eq!(output.status.code(), Some(1), "a brand's role is not held at a partner");
    let output =
        add("Ben", "ben@example.com", "partner admin", &["--organisation", "Spoke & Chain"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let token = json(
        data.path(),
        &[
            "admin",
            "token",
            "create",
            "till",
            "--person",
            "ben@example.com",
            "--organisation",
            "Spoke & Chain",
            "--scope",
            "read",
            "--scope",
            "write",
            "--network",
            "aurora",
        ],
    );
    assert!(token["token"].as_str().unwrap().starts_with("hft_"));
    let reset = json(data.path(), &["admin", "password", "reset", "maya@example.com"]);
    assert!(reset["link"].as_str().unwrap().contains("/sign-in/"));
}

#[test]
fn a_backup_restores_to_what_it_was() {
    let data = tempfile::tempdir().unwrap();
    let (old, new) = (data.path().join("old"), data.path().join("new"));
    aurora(&old);
    let file = data.path().join("backup.db");
    let name = file.to_str().unwrap();
    let written = json(&old, &["backup", name]);
    assert!(written["bytes"].as_u64().unwrap() > 4_096);
    assert_eq!(run(&old, &["backup", name]).status.code(), Some(1), "no file is written over");
    json(&new, &["restore", name]);
    assert_eq!(
        json(&new, &["admin", "network", "list"]),
        json(&old, &["admin", "network", "list"])
    );
}

#[test]
fn a_restore_replaces_only_when_told_and_keeps_what_was_there() {
    let data = tempfile::tempdir().unwrap();
    let (one, two) = (data.path().join("one"), data.path().join("two"));
    aurora(&one);
    let other = ["admin", "network", "create", "borealis", "--name", "B", "--time-zone", "UTC"];
    json(&two, &other);
    let file = data.path().join("backup.db");
    let name = file.to_str().unwrap();
    json(&one, &["backup", name]);
    let refused = run(&two, &["restore", name]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("--replace"), "{}", stderr(&refused));
    let restored = json(&two, &["restore", name, "--replace"]);
    assert_eq!(json(&two, &["admin", "network", "list"])["networks"][0]["slug"], "aurora");
    let kept = format!("sqlite:{}", restored["kept"].as_str().unwrap());
    let list = json(&two, &["admin", "network", "list", "--database", &kept]);
    assert_eq!(list["networks"][0]["slug"], "borealis");
}

#[test]
fn a_damaged_or_cut_backup_is_refused_and_changes_nothing() {
    let data = tempfile::tempdir().unwrap();
    let place = data.path().join("place");
    aurora(&place);
    let whole = data.path().join("whole.db");
    json(&place, &["backup", whole.to_str().unwrap()]);
    let before = fs::read(place.join("handfast.db")).unwrap();
    let bytes = fs::read(&whole).unwrap();
    let mut scrambled = bytes.clone();
    for byte in &mut scrambled[4_096..12_288] {
        *byte ^= 0x5a;
    }
    let cases: [(&str, &[u8]); 4] = [
        ("cut", &bytes[..bytes.len() / 2]),
        ("scrambled", &scrambled),
        ("text", b"dear diary"),
        ("empty", b""),
    ];
    for (what, content) in cases {
        let file = data.path().join(what);
        fs::write(&file, content).unwrap();
        for folder in [&place, &data.path().join("fresh")] {
            let output = run(folder, &["restore", file.to_str().unwrap(), "--replace"]);
            assert_eq!(output.status.code(), Some(1), "{what}");
            assert!(!folder.join("handfast.db.restoring").exists(), "{what} leaves nothing");
        }
        assert!(!data.path().join("fresh/handfast.db").exists(), "{what}");
        assert_eq!(fs::read(place.join("handfast.db")).unwrap(), before, "{what}");
    }
}

#[test]
fn the_schema_can_be_checked_without_touching_it() {
    let data = tempfile::tempdir().unwrap();
    let output = run(data.path(), &["migrate", "--check"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("no database"), "{}", stderr(&output));
    let applied = json(data.path(), &["migrate"]);
    assert!(!applied["applied"].as_array().unwrap().is_empty());
    assert_eq!(json(data.path(), &["migrate", "--check"])["pending"], serde_json::json!([]));
    assert_eq!(json(data.path(), &["migrate"])["applied"], serde_json::json!([]));
}

#[test]
fn settings_in_the_folder_count_and_a_wrong_key_is_named() {
    let data = tempfile::tempdir().unwrap();
    fs::write(data.path().join("handfast.toml"), "colour = \"red\"\n").unwrap();
    let output = run(data.path(), &["migrate"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("colour"), "{}", stderr(&output));
}

#[test]
fn a_database_of_a_newer_program_is_left_alone() {
    let data = tempfile::tempdir().unwrap();
    aurora(data.path());
    let file = data.path().join("handfast.db");
    let backup = data.path().join("newer.db");
    let newer = "insert into migration (position, name, hash, applied_ms)
                 values (9999, '9999_from_the_future', zeroblob(16), 0)";
    rusqlite::Connection::open(&file).unwrap().execute(newer, ()).unwrap();
    fs::copy(&file, &backup).unwrap();
    let before = fs::read(&file).unwrap();
    let restore = ["restore", backup.to_str().unwrap(), "--replace"];
    let lines: [&[&str]; 4] =
        [&["serve", "--listen", "127.0.0.1:0"], &["migrate"], &["migrate", "--check"], &restore];
    for line in lines {
        let output = run(data.path(), line);
        assert_eq!(output.status.code(), Some(1), "{line:?}");
        assert!(stderr(&output).contains("9999_from_the_future"), "{}", stderr(&output));
    }
    assert_eq!(fs::read(&file).unwrap(), before);
}
