//! What is left when the process or the disk fails. The test starts itself again as the process
//! that is to fail.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use handfast_db::{Db, Kind, Settings, check};

use crate::{BOOK, add, ids};

const FILE: &str = "HANDFAST_TEST_CRASH_FILE";

fn open(path: &Path) -> Db {
    Db::open(&Settings::at(format!("sqlite:{}", path.display()))).unwrap()
}

/// This very test program, to run one test in another process.
fn myself(test: &str, file: &Path) -> (String, Vec<String>) {
    let program = std::env::current_exe().unwrap().display().to_string();
    let arguments = ["--exact", test, "--nocapture", "--test-threads=1"].map(str::to_owned);
    assert!(file.is_absolute());
    (program, arguments.into())
}

#[test]
fn acknowledged_writes_outlive_a_killed_process() {
    if let Ok(file) = std::env::var(FILE) {
        return write_until_killed(Path::new(&file));
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("book.db");
    open(&file).migrate(BOOK).unwrap();
    let (program, arguments) =
        myself("crashes::acknowledged_writes_outlive_a_killed_process", &file);
    let mut acknowledged = Vec::new();
    for round in 1..=3 {
        let mut child = Command::new(&program)
            .args(&arguments)
            .env(FILE, &file)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut told = lines.map_while(Result::ok).filter_map(|line| {
            line.rsplit_once("acknowledged ").and_then(|(_, id)| id.parse::<i64>().ok())
        });
        acknowledged.extend(told.by_ref().take(60 * round));
        child.kill().unwrap(); // SIGKILL
        child.wait().unwrap();
        // What it had said before it died counts as well.
        acknowledged.extend(told);
        let kept = ids(&open(&file));
        let lost: Vec<_> = acknowledged.iter().filter(|id| !kept.contains(id)).collect();
        assert!(lost.is_empty(), "round {round}: {lost:?} of {}", acknowledged.len());
    }
    check(&file).unwrap();
}

fn write_until_killed(file: &Path) {
    let db = open(file);
    let from = ids(&db).last().map_or(0, |last| last + 1);
    let writers = [0, 1, 2, 3].map(|writer| {
        let db = db.clone();
        std::thread::spawn(move || {
            for id in (from + writer..).step_by(4) {
                db.write(move |tx| add(tx, id, &format!("person {id}"))).unwrap();
                println!("acknowledged {id}");
            }
        })
    });
    for writer in writers {
        writer.join().unwrap();
    }
}

#[test]
fn after_a_failed_commit_nothing_is_written_and_nothing_acknowledged_is_lost() {
    if let Ok(file) = std::env::var(FILE) {
        return write_until_the_disk_fails(Path::new(&file));
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("book.db");
    open(&file).migrate(BOOK).unwrap();
    let (program, arguments) = myself(
        "crashes::after_a_failed_commit_nothing_is_written_and_nothing_acknowledged_is_lost",
        &file,
    );
    // Files may grow to about 1 MiB, then writing fails, as on a failing disk.
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 2000; exec \"$0\" \"$@\"", &program])
        .args(&arguments)
        .env(FILE, &file)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    let acknowledged: i64 = told
        .lines()
        .find_map(|line| line.rsplit_once("acknowledged before: ")?.1.parse().ok())
        .unwrap();
    assert!(acknowledged > 3);
    let kept = ids(&open(&file));
    assert!((0..acknowledged).all(|id| kept.contains(&id)), "{acknowledged} {kept:?}");
    assert!(kept.iter().all(|id| *id <= acknowledged), "nothing after the failed one");
}

fn write_until_the_disk_fails(file: &Path) {
    let db = open(file);
    let store = |id: i64| db.write(move |tx| add(tx, id, &format!("{id}{}", "x".repeat(60_000))));
    let (acknowledged, fault) = (0..).find_map(|id| Some((id, store(id).err()?))).unwrap();
    println!("acknowledged before: {acknowledged}");
    assert_eq!(*fault.kind(), Kind::UnknownOutcome, "{fault}");
    let next = db.write(|tx| add(tx, 1_000_000, "small")).unwrap_err();
    assert!(next.to_string().contains("until the process is restarted"), "{next}");
    assert!(db.broken().is_some());
    assert_eq!(ids(&db).len() as i64, acknowledged, "reading goes on");
}
