//! Receipts on another machine, and a database that somebody changed behind the program's back.
#![allow(clippy::unwrap_used)]

mod support;

use std::{
    fs,
    path::{Path, PathBuf},
};

use handfast_kit::Clock;
use handfast_ledger::Receipt;
use handfast_queue::Stop;
use handfast_record::{
    organisations, receipts,
    sharing::{Lens, SystemReason},
    touches,
};
use handfast_server::{
    ledger_key,
    place::{self, Place, Schema},
    rounds,
    settings::Settings,
};
use rusqlite::Connection;
use serde_json::{Value, json};
use support::{aurora, handfast, json, run, stderr};

/// Aurora Cycles with eight customers of its own, sealed.
struct Town {
    folder: tempfile::TempDir,
}

fn town() -> Town {
    let town = Town { folder: tempfile::tempdir().unwrap() };
    aurora(town.data());
    import(&town, "first.csv", ["Maya", "Ben", "Leo", "Zoe", "Ines", "Tom", "Ada", "Kim"]);
    town.seal();
    town
}

fn import<const N: usize>(town: &Town, name: &str, customers: [&str; N]) {
    let file = town.data().join(name);
    let row = |name: &str| format!("{name},{name} Okafor,{name}@example.com,2026-01-02\n");
    let rows: String = customers.into_iter().map(row).collect();
    fs::write(&file, format!("reference,name,email,since\n{rows}")).unwrap();
    json(town.data(), &["import", "customers", file.to_str().unwrap(), "--network", "aurora"]);
}

impl Town {
    fn data(&self) -> &Path {
        self.folder.path()
    }

    fn place(&self) -> Place {
        place::open(&Settings::of_folder(self.data()).unwrap(), Schema::AsItIs).unwrap()
    }

    /// Seals what is new, as `serve` does.
    fn seal(&self) {
        self.seal_with(&ledger_key::of_folder(self.data()).unwrap());
    }

    fn seal_with(&self, seed: &ledger_key::Seed) {
        rounds::seal(&self.place().db, &Clock::machine(), Some(seed), &Stop::default()).unwrap();
    }

    /// The receipt of the touch with this number.
    fn receipt(&self, number: usize) -> Receipt {
        let place = self.place();
        let find = |cx: &mut handfast_db::Cx<'_>| {
            let network = organisations::network_by_slug(cx, "aurora")?.unwrap();
            let brand = organisations::brand_id(network.id);
            let lens = Lens::system(network.id, brand, SystemReason::OperatorReport);
            let feed = touches::feed(cx, &lens, None, 50)?.unwrap();
            receipts::receipt(cx, &lens, feed[number].id)
        };
        place.db.read(find).unwrap().unwrap()
    }

    fn checkpoint(&self) -> String {
        self.receipt(0).checkpoint
    }

    fn key(&self) -> String {
        let key = json(self.data(), &["receipt", "key", "--network", "aurora"]);
        key["key"].as_str().unwrap().to_owned()
    }

    /// Does something to the database that the program does not know of.
    fn tamper(&self, sql: &str) {
        let db = Connection::open(self.data().join("handfast.db")).unwrap();
        db.execute_batch(sql).unwrap();
    }

    /// The same town once more.
    fn copy(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["handfast.db", "ledger.key"] {
            fs::copy(self.data().join(name), folder.path().join(name)).unwrap();
        }
        Self { folder }
    }

    fn verify(&self, more: &[&str]) -> (Option<i32>, Value, String) {
        let output = run(self.data(), &[&["verify", "--json"], more].concat());
        let value = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
        (output.status.code(), value, stderr(&output))
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let file = self.data().join(name);
        fs::write(&file, text).unwrap();
        file
    }
}

#[test]
fn a_receipt_is_checked_on_another_machine_with_the_file_and_the_key_alone() {
    let town = town();
    let elsewhere = tempfile::tempdir().unwrap();
    let file = elsewhere.path().join("receipt.json");
    let receipt = town.receipt(3);
    fs::write(&file, serde_json::to_vec_pretty(&receipt).unwrap()).unwrap();
    let words = receipt.content.unwrap().summary;
    assert!(words.starts_with("Recorded as "), "{words}");
    let line = ["receipt", "verify", file.to_str().unwrap(), "--key", &town.key()];
    let output = handfast(&line).current_dir(elsewhere.path()).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.starts_with("This receipt is valid.\n"), "{said}");
    assert!(said.contains("held this touch as number 3 when it had 8 touches"), "{said}");
    assert!(said.contains(&words), "{said}");
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 1, "checking makes nothing");

    let output = handfast(&line).arg("--json").output().unwrap();
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&value["valid"], &value["leaf_index"]), (&json!(true), &json!(3)));
    assert_eq!(value["touch"]["kind"], "customer_recorded");
    assert!(value["signed"].as_str().unwrap().ends_with('Z'), "{value}");
    assert_eq!(value["content"]["summary"], json!(words));
}

#[test]
fn all_receipts_of_a_file_are_checked_and_the_bad_one_is_named() {
    let town = town();
    let key = town.key();
    let verify = |receipts: &Value| {
        let file = town.file("receipts.json", &receipts.to_string());
        let output = handfast(&["receipt", "verify", file.to_str().unwrap(), "--key", &key])
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout.clone()).unwrap();
        (output.status.code(), said, stderr(&output))
    };
    let all = [1, 2, 3].map(|number| serde_json::to_value(town.receipt(number)).unwrap());
    let (code, said, told) = verify(&json!(all));
    assert_eq!(code, Some(0), "{told}");
    assert!(said.contains("All 3 receipts are valid, of the ledger handfast/aurora."), "{said}");

    let mut forged = all;
    forged[1]["touch"]["at_ms"] = json!(1);
    let (code, said, told) = verify(&json!(forged));
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("   1  valid") && said.contains("   2  NOTHING"), "{said}");
    assert!(told.contains("of the 3 receipts in") && told.contains("prove nothing: 2"), "{told}");
    let (code, _, told) = verify(&json!([]));
    assert!(code == Some(1) && told.contains("holds no receipt"), "{told}");
}

#[test]
fn a_receipt_that_proves_nothing_says_why_in_words() {
    let town = town();
    let (receipt, key) = (town.receipt(3), town.key());
    let sound = serde_json::to_value(&receipt).unwrap();
    let altered = |pointer: &str, value: Value| {
        let mut receipt = sound.clone();
        *receipt.pointer_mut(pointer).unwrap() = value;
        receipt.to_string()
    };
    let other = handfast_ledger::Signer::new("handfast/aurora", &[1; 32]).unwrap();
    let other = other.public_key().to_string();
    let words = altered("/content/summary", json!("Recorded as somebody else"));
    let cases = [
        (words, &key, "the words were changed"),
        (altered("/touch/kind", json!("note")), &key, "does not lead to what the ledger signed"),
        (altered("/leaf_index", json!(4)), &key, "does not lead to what the ledger signed"),
        (altered("/format", json!("handfast receipt 9")), &key, "this version does not know"),
        (sound.to_string(), &other, "another key"),
        ("{}".to_owned(), &key, "not a receipt"),
        (String::new(), &key, "not a receipt"),
    ];
    for (text, key, why) in cases {
        let file = town.file("receipt.json", &text);
        let line = ["receipt", "verify", file.to_str().unwrap(), "--key", key];
        let output = handfast(&line).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{why}");
        assert!(output.stdout.is_empty(), "{why}");
        assert!(stderr(&output).contains(why), "{why}: {}", stderr(&output));
        let output = handfast(&line).arg("--json").output().unwrap();
        let value: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(value["valid"], json!(false));
        assert!(value["why"].as_str().unwrap().contains(why), "{value}");
    }
    let line = ["receipt", "verify", "nowhere.json", "--key", &key];
    assert!(stderr(&handfast(&line).output().unwrap()).contains("nowhere.json"));
    let line = ["receipt", "verify", "nowhere.json", "--key", "handfast/aurora+1+2"];
    assert!(stderr(&handfast(&line).output().unwrap()).contains("--key"));
}

#[test]
fn a_database_as_it_was_sealed_is_found_good() {
    let town = town();
    let (code, value, said) = town.verify(&[]);
    assert_eq!((code, &value["valid"]), (Some(0), &json!(true)), "{said}");
    assert_eq!(value["networks"][0]["good_touches"], json!(8));
    assert_eq!(value["networks"][0]["signed"]["key"], json!(town.key()));
    assert_eq!(value["networks"][0]["key_known"], json!(true));
    let output = run(town.data(), &["verify"]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.starts_with("aurora: 8 touches are as they were sealed, and signed at"), "{said}");

    fs::remove_file(town.data().join("ledger.key")).unwrap();
    let said = String::from_utf8(run(town.data(), &["verify"]).stdout).unwrap();
    assert!(said.contains("give --key"), "{said}");
    assert!(!town.data().join("ledger.key").exists(), "looking makes nothing");
}

#[test]
fn whatever_was_changed_behind_the_programs_back_is_named() {
    let town = town();
    let key = town.key();
    let cases = [
        ("update touch set summary = summary || '.' where leaf_index = 2", Some(2)),
        ("update touch set body = '{}' where leaf_index = 0", Some(0)),
        ("update touch set salt = zeroblob(32) where leaf_index = 7", Some(7)),
        ("update touch set salt = zeroblob(0) where leaf_index = 7", Some(7)),
        ("update touch set kind = 'note' where leaf_index = 5", Some(5)),
        ("update touch set class = 99 where leaf_index = 5", Some(5)),
        ("update touch set audience = -1 where leaf_index = 5", Some(5)),
        ("update touch set recorded_ms = recorded_ms + 1 where leaf_index = 1", Some(1)),
        ("update touch set at_ms = at_ms - 1 where leaf_index = 1", Some(1)),
        ("update touch set person_id = touch_id where leaf_index = 4", Some(4)),
        ("update touch set record_id = null where leaf_index = 4", Some(4)),
        // A row that is none: which one, is said to within one.
        ("update touch set organisation_id = x'00' where leaf_index = 4", Some(3)),
        ("delete from touch where leaf_index = 3", Some(3)),
        ("delete from touch where leaf_index >= 6", Some(6)),
        ("update touch set leaf_index = null where leaf_index = 7", Some(7)),
        ("update touch set leaf_index = -1 where leaf_index = 7", Some(-1)),
        ("update touch set leaf_index = 3 - leaf_index where leaf_index in (1, 2)", Some(1)),
        ("update touch set leaf_index = 3 where leaf_index = 4", Some(3)),
        ("delete from ledger_tile", Some(0)),
        ("update ledger_tile set hashes = substr(hashes, 1, 100)", Some(3)),
        ("update ledger set tree_size = 7", Some(7)),
        ("update ledger set tree_size = -1", None),
        ("update ledger set signed_size = 7", None),
        ("update ledger set checkpoint = replace(checkpoint, 'Z', 'z')", None),
        ("update ledger set checkpoint = 'nothing'", None),
        ("update ledger set public_key = 'nothing'", None),
    ];
    for (sql, number) in cases {
        let copy = town.copy();
        copy.tamper(sql);
        let (code, value, said) = copy.verify(&["--key", &key]);
        assert_eq!(code, Some(1), "{sql}: {value}");
        assert!(!said.contains("panicked"), "{sql}: {said}");
        let bad = &value["networks"][0]["bad"];
        if number.is_some() {
            assert_eq!(bad["number"], json!(number), "{sql}: {value}{said}");
        }
        assert!(!bad["why"].as_str().unwrap().is_empty(), "{sql}");
    }
}

#[test]
fn who_rewrites_history_and_signs_it_anew_is_caught_by_the_key_or_by_what_others_kept() {
    let town = town();
    let kept = town.file("kept.txt", &town.checkpoint());
    let kept = ["--kept", kept.to_str().unwrap()];
    assert_eq!(town.verify(&kept).0, Some(0));
    let anew = "delete from ledger_tile; delete from ledger;
                update touch set channel = 'phone' where leaf_index = 2";

    let stranger = town.copy();
    stranger.tamper(anew);
    stranger.seal_with(&[9; 32]);
    let (code, _, said) = stranger.verify(&[]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("another key"), "{said}");

    // Who has the secret too can make a ledger that fits together; only a kept checkpoint helps.
    let insider = town.copy();
    insider.tamper(anew);
    insider.seal();
    assert_eq!(insider.verify(&[]).0, Some(0));
    let (code, _, said) = insider.verify(&kept);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("history was rewritten"), "{said}");
}

#[test]
fn a_key_that_is_lost_is_replaced_only_when_that_is_said() {
    let town = town();
    let (old, receipt) = (town.key(), town.receipt(1));
    fs::remove_file(town.data().join("ledger.key")).unwrap();
    import(&town, "second.csv", ["Noor", "Eli"]);
    town.seal();
    assert_eq!(town.receipt(1), receipt, "another key signs nothing");
    let line = ["receipt", "key", "--network", "aurora"];
    let refused = run(town.data(), &line);
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("--replace"), "{}", stderr(&refused));
    let key = json(town.data(), &[&line[..], &["--replace"]].concat());
    let key = key["key"].as_str().unwrap();
    assert_ne!(key, old);
    town.seal();
    assert_eq!(town.key(), key);
    assert!(town.receipt(1).verify(&key.parse().unwrap()).is_ok());
    assert!(receipt.verify(&old.parse().unwrap()).is_ok(), "what was given stays good");
    assert_eq!(town.verify(&[]).0, Some(0));
}

#[test]
fn an_old_backup_in_place_of_the_database_is_caught_by_what_others_kept() {
    let town = town();
    let old = town.copy();
    import(&town, "second.csv", ["Noor", "Eli"]);
    town.seal();
    let kept = town.file("kept.txt", &town.checkpoint());
    let kept = ["--kept", kept.to_str().unwrap()];
    assert_eq!(town.verify(&kept).0, Some(0));
    let (code, _, said) = old.verify(&kept);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("there were 10 touches, and 8 are left"), "{said}");
}
