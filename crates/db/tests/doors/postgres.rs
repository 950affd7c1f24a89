//! What only PostgreSQL does: it asks for another run, and its server goes and comes back.

use std::sync::{
    Arc, Barrier,
    atomic::{AtomicUsize, Ordering},
};

use handfast_db::{Db, Fault, Kind, Tx, testing};

use crate::{BOOK, add, ids};

fn postgres() -> Option<Db> {
    testing::postgres(BOOK)
}

fn visit(tx: &mut Tx<'_>, id: i64) -> Result<u64, Fault> {
    tx.exec("update person set visit_count = visit_count + 1 where person_id = $1", (id,))
}

/// Ends the connection that `tx` runs on, from another one.
fn cut(tx: &mut Tx<'_>, other: &Db) -> Result<(), Fault> {
    let pid: Option<(i64,)> = tx.one("select cast(pg_backend_pid() as bigint)", ())?;
    let other = other.clone();
    let end = "select pg_terminate_backend(cast($1 as integer), 5000)";
    std::thread::spawn(move || other.read(|cx| cx.one::<(bool,)>(end, (pid.unwrap().0,))))
        .join()
        .unwrap()?;
    Ok(())
}

#[test]
fn two_writes_that_lock_each_other_out_are_both_done() {
    let Some(db) = postgres() else { return };
    db.write(|tx| {
        add(tx, 1, "maya")?;
        add(tx, 2, "ben")
    })
    .unwrap();
    let (both, runs) = (Arc::new(Barrier::new(2)), Arc::new(AtomicUsize::new(0)));
    let writers = [(1, 2), (2, 1)].map(|(first, second)| {
        let (db, both, runs) = (db.clone(), Arc::clone(&both), Arc::clone(&runs));
        std::thread::spawn(move || {
            db.write(move |tx| {
                visit(tx, first)?;
                if runs.fetch_add(1, Ordering::SeqCst) < 2 {
                    both.wait();
                }
                // The loser may word its failure as it likes: it is run again all the same.
                visit(tx, second).map_err(|_| Fault::other("lost"))
            })
        })
    });
    for writer in writers {
        writer.join().unwrap().unwrap();
    }
    let visits: Result<Vec<(i64,)>, Fault> =
        db.read(|cx| cx.all("select visit_count from person limit 10", ()));
    assert_eq!(visits.unwrap(), [(2,), (2,)]);
    assert_eq!(runs.load(Ordering::SeqCst), 3);
}

#[test]
fn whoever_keeps_colliding_is_told_in_the_end() {
    let Some(db) = postgres() else { return };
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let told: Result<u64, Fault> = db.write(move |tx| {
        counted.fetch_add(1, Ordering::SeqCst);
        tx.exec("do $$ begin raise exception 'again' using errcode = '40001'; end $$", ())
    });
    assert_eq!(*told.unwrap_err().kind(), Kind::Serialization);
    assert_eq!(runs.load(Ordering::SeqCst), 6, "once, and five times again");
}

#[test]
fn a_connection_lost_before_the_commit_is_replaced_and_the_closure_runs_again() {
    let Some(db) = postgres() else { return };
    let (other, runs) = (db.clone(), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&runs);
    db.write(move |tx| {
        if counted.fetch_add(1, Ordering::SeqCst) == 0 {
            add(tx, 7, "gone with its connection")?;
            cut(tx, &other)?;
        }
        add(tx, 1, "maya")
    })
    .unwrap();
    assert_eq!(ids(&db), [1]);
    assert_eq!(runs.load(Ordering::SeqCst), 2);
}

#[test]
fn a_connection_lost_in_the_commit_is_an_unknown_outcome() {
    let Some(db) = postgres() else { return };
    let other = db.clone();
    let told = db.write(move |tx| {
        add(tx, 1, "maya")?;
        cut(tx, &other)
    });
    assert_eq!(*told.unwrap_err().kind(), Kind::UnknownOutcome);
    assert!(ids(&db).is_empty(), "the pool goes on with other connections");
}

#[test]
fn connections_that_were_cut_while_idle_are_replaced_unnoticed() {
    let Some(db) = postgres() else { return };
    let held = Arc::new(Barrier::new(4));
    let readers = [(); 4].map(|()| {
        let (db, held) = (db.clone(), Arc::clone(&held));
        std::thread::spawn(move || {
            db.read(|cx| {
                held.wait();
                cx.one::<(i64,)>("select 1", ())
            })
        })
    });
    for reader in readers {
        reader.join().unwrap().unwrap();
    }
    let end = "select count(pg_terminate_backend(pid, 5000)) from pg_stat_activity
                where datname = current_database() and pid <> pg_backend_pid()";
    let ended: Result<Option<(i64,)>, Fault> = db.read(|cx| cx.one(end, ()));
    assert!(ended.unwrap().unwrap().0 >= 3);
    for _ in 0..5 {
        assert!(ids(&db).is_empty());
    }
    db.write(|tx| add(tx, 1, "maya")).unwrap();
}

#[test]
fn a_statement_that_takes_too_long_is_stopped() {
    let Some(db) = postgres() else { return };
    let stopped: Result<_, Fault> = db.write(|tx| {
        tx.exec("set local statement_timeout = 20", ())?;
        tx.one::<(i64,)>("select 1 from pg_sleep(60)", ())
    });
    assert_eq!(*stopped.unwrap_err().kind(), Kind::Busy);
    let limit: Result<Option<(String,)>, Fault> =
        db.read(|cx| cx.one("select current_setting('statement_timeout')", ()));
    assert_eq!(limit.unwrap(), Some(("5s".to_owned(),)));
}

#[test]
fn a_schema_that_changed_meanwhile_is_noticed_once() {
    let Some(db) = postgres() else { return };
    let all = "select * from thing limit 1"; // its answer changes with the table
    let read = || db.read(|cx| cx.one::<(Option<i64>,)>(all, ()));
    read().unwrap();
    db.write(|tx| tx.exec("alter table thing add column more bigint", ())).unwrap();
    assert!(read().is_err());
    read().unwrap();
}

#[test]
fn a_server_that_is_not_there_is_told_without_its_password() {
    let url = "postgres://app:secret@127.0.0.1:1/handfast";
    let text = Db::open(&handfast_db::Settings::at(url)).err().unwrap().to_string();
    assert!(text.contains("could not connect") && !text.contains("secret"), "{text}");
}
