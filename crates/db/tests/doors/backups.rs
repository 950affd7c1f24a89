//! Copies of a SQLite file that is in use.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use handfast_db::{BackupProgress, Db, Fault, Settings, check};

use crate::sqlite_with;

#[test]
fn a_backup_while_writing_is_a_moment_that_was() {
    let (folder, db) = sqlite_with(|_| {});
    let enough = Arc::new(AtomicBool::new(false));
    let (writing, stop) = (db.clone(), Arc::clone(&enough));
    let pairs = |db: &Db, numbers: std::ops::Range<i64>| {
        db.write(move |tx| {
            let insert = "insert into pair (half, number) values ($1, $2)";
            for number in numbers.clone() {
                tx.exec(insert, (format!("left{}", "-".repeat(4000)), number))?;
                tx.exec(insert, ("right", number))?;
            }
            Ok::<_, Fault>(())
        })
        .unwrap();
    };
    pairs(&db, 0..3000);
    let writer = std::thread::spawn(move || {
        let mut number = 3000;
        while !stop.load(Ordering::SeqCst) {
            pairs(&writing, number..number + 1);
            number += 1;
        }
        number
    });
    let copy = folder.path().join("copy.db");
    let mut seen: Vec<BackupProgress> = Vec::new();
    db.backup(&copy, |now| seen.push(now)).unwrap();
    enough.store(true, Ordering::SeqCst);
    let written = writer.join().unwrap();
    assert!(seen.len() > 1 && seen.windows(2).all(|two| two[0].done_pages < two[1].done_pages));
    let last = seen.last().unwrap();
    assert_eq!(last.done_pages, last.total_pages);

    check(&copy).unwrap();
    let copied = Db::open(&Settings::at(format!("sqlite:{}", copy.display()))).unwrap();
    let counts: Result<Option<(i64, i64, i64)>, Fault> = copied.read(|cx| {
        cx.one(
            "select sum(case when half = 'right' then 1 else 0 end),
                    sum(case when half = 'right' then 0 else 1 end), max(number) + 1
               from pair",
            (),
        )
    });
    let (right, left, numbers) = counts.unwrap().unwrap();
    assert_eq!((right, left), (numbers, numbers), "whole transactions, without a gap");
    assert!((3000..=written).contains(&numbers));
    assert!(!folder.path().join("copy.db.part").exists());
}

#[test]
fn a_damaged_file_is_told() {
    let (folder, db) = sqlite_with(|_| {});
    for id in 0..50 {
        db.write(move |tx| crate::add(tx, id, &format!("{id}{}", "x".repeat(900)))).unwrap();
    }
    let copy = folder.path().join("copy.db");
    db.backup(&copy, |_| {}).unwrap();
    check(&copy).unwrap();
    let whole = std::fs::read(&copy).unwrap();
    let mut torn = whole.clone();
    torn.truncate(whole.len() / 2);
    let mut scratched = whole.clone();
    scratched[4096 * 4..4096 * 6].fill(0x5a);
    for damaged in [torn, scratched, b"not a database at all".to_vec()] {
        std::fs::write(&copy, damaged).unwrap();
        let text = check(&copy).unwrap_err().to_string();
        assert!(text.contains("is damaged"), "{text}");
    }
    let nowhere = db.backup(&folder.path().join("no/such/folder.db"), |_| {});
    assert!(nowhere.unwrap_err().to_string().starts_with("could not back up"));
}
