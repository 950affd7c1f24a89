//! The one writer of SQLite and its groups.

use std::{
    future::Future,
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    task::{Context, Waker},
    thread::JoinHandle,
};

use handfast_db::{Db, Fault, Kind, Settings, Tx, testing};

use crate::{BOOK, add, ids, sqlite_with};

/// Counts without end: only the limit stops it.
const ENDLESS: &str = "insert into pair (half, number)
    with recursive n (i) as (select 1 union all select i + 1 from n)
    select 'endless', i from n";

/// Queues the write behind whatever runs now.
macro_rules! queue {
    ($db:expr, $f:expr) => {{
        let mut soon = Box::pin($db.write_soon($f));
        let first = soon.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(first.is_pending());
        soon
    }};
}

/// A closure that the writer holds until it is told to go on, so that others queue behind it.
fn hold(
    db: &Db,
    mut then: impl FnMut(&mut Tx<'_>) -> Result<(), Fault> + Send + 'static,
) -> (JoinHandle<Result<(), Fault>>, mpsc::Sender<()>) {
    let (go, wait) = mpsc::channel::<()>();
    let (start, started) = mpsc::channel();
    let db = db.clone();
    let held = std::thread::spawn(move || {
        let wait = Mutex::new(wait);
        db.write(move |tx| {
            // When it runs again nobody holds it any more.
            if start.send(()).is_ok() {
                let _ = wait.lock().unwrap().recv();
            }
            then(tx)
        })
    });
    started.recv().unwrap();
    (held, go)
}

#[tokio::test]
async fn whoever_fails_first_leaves_the_group_to_the_others() {
    let db = testing::sqlite(BOOK);
    let (first, go) = hold(&db, |tx| {
        add(tx, 1, "first")?;
        Err(Fault::other("changed its mind"))
    });
    let failing = queue!(db, |tx| {
        add(tx, 1, "same")?;
        add(tx, 1, "same")
    });
    let last = queue!(db, |tx| add(tx, 1, "last"));
    go.send(()).unwrap();
    assert!(first.join().unwrap().unwrap_err().to_string().contains("changed its mind"));
    assert!(failing.await.unwrap_err().is_unique("person_pk"));
    last.await.unwrap();
    assert_eq!(ids(&db), [1]);
}

#[tokio::test]
async fn in_one_group_a_failing_and_a_panicking_closure_are_undone_alone() {
    let db = testing::sqlite(BOOK);
    let log = Arc::new(Mutex::new(Vec::new()));
    let (first, go) = hold(&db, |tx| add(tx, 1, "first"));
    let noted = |name: &'static str| {
        let (run, rang) = (Arc::clone(&log), Arc::clone(&log));
        move |tx: &mut Tx<'_>| {
            run.lock().unwrap().push(name);
            let rang = Arc::clone(&rang);
            tx.after_commit(move || rang.lock().unwrap().push(name));
        }
    };
    let (a, b, c, d) = (noted("good"), noted("failing"), noted("panicking"), noted("last"));
    let good = queue!(db, move |tx| {
        a(tx);
        add(tx, 2, "good")
    });
    let failing = queue!(db, move |tx| {
        b(tx);
        add(tx, 3, "failing")?;
        add(tx, 4, "first") // taken by a member of the same group
    });
    let panicking = queue!(db, move |tx| -> Result<(), Fault> {
        c(tx);
        add(tx, 5, "panicking")?;
        panic!("in the middle")
    });
    let last = queue!(db, move |tx| {
        d(tx);
        add(tx, 6, "last")
    });
    go.send(()).unwrap();
    first.join().unwrap().unwrap();
    good.await.unwrap();
    assert!(failing.await.unwrap_err().is_unique("person_email"));
    assert!(panicking.await.unwrap_err().to_string().contains("in the middle"));
    last.await.unwrap();
    assert_eq!(ids(&db), [1, 2, 6]);
    // Each ran once, and a bell rang for those that were kept only. Whether they were one group or
    // two is the clock's doing: a slow machine ends a group early.
    let mut told = log.lock().unwrap().clone();
    told.sort_unstable();
    assert_eq!(told, ["failing", "good", "good", "last", "last", "panicking"]);
}

#[tokio::test]
async fn whoever_loses_the_transaction_of_a_group_loses_it_alone() {
    let (_folder, db) = sqlite_with(|settings| settings.statement_ms_max = 150);
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let (first, go) = hold(&db, move |tx| {
        counted.fetch_add(1, Ordering::SeqCst);
        add(tx, 1, "first")
    });
    let endless = queue!(db, |tx| tx.exec(ENDLESS, ()));
    let last = queue!(db, |tx| add(tx, 2, "last"));
    go.send(()).unwrap();
    let fault = endless.await.unwrap_err();
    assert_eq!(*fault.kind(), Kind::Busy, "{fault}");
    last.await.unwrap();
    first.join().unwrap().unwrap();
    assert_eq!(ids(&db), [1, 2]);
    // SQLite undoes the whole transaction of an interrupted insert: the first ran again.
    assert_eq!(runs.load(Ordering::SeqCst), 2);
}

#[test]
fn a_read_that_takes_too_long_is_stopped() {
    let (_folder, db) = sqlite_with(|settings| settings.statement_ms_max = 50);
    let endless = "with recursive n (i) as (select 1 union all select i + 1 from n)
                   select count(*) from n";
    let fault = db.read(|cx| cx.one::<(i64,)>(endless, ())).unwrap_err();
    assert_eq!(*fault.kind(), Kind::Busy, "{fault}");
    assert!(ids(&db).is_empty());
}

#[test]
fn whoever_finds_no_free_reader_waits_and_then_is_told() {
    let (_folder, db) = sqlite_with(|settings| {
        settings.reader_count_max = 1;
        settings.connection_wait_ms = 20;
    });
    let other = db.clone();
    let told: Result<Fault, Fault> = db.read(|_| {
        let waiting = std::thread::spawn(move || {
            other.read(|cx| cx.one::<(i64,)>("select 1", ())).unwrap_err()
        });
        Ok(waiting.join().unwrap())
    });
    assert_eq!(*told.unwrap().kind(), Kind::Busy);
    assert!(ids(&db).is_empty(), "the reader came back");
}

#[test]
fn a_second_process_may_write_the_same_file() {
    let (folder, db) = sqlite_with(|_| {});
    let path = folder.path().join("book.db");
    let other = Db::open(&Settings::at(format!("sqlite:{}", path.display()))).unwrap();
    let writers = [(db.clone(), 0), (other, 1000)].map(|(db, from)| {
        std::thread::spawn(move || {
            for id in from..from + 100 {
                db.write(move |tx| add(tx, id, &format!("person {id}"))).unwrap();
            }
        })
    });
    for writer in writers {
        writer.join().unwrap();
    }
    assert_eq!(ids(&db).len(), 200);
}

#[test]
fn on_sqlite_parameters_out_of_order_are_refused() {
    let db = testing::sqlite(BOOK);
    let wrong = "select person_id from person where visit_count = $2 and person_id = $1";
    let text = testing::prepare(&db, wrong).unwrap_err().to_string();
    assert!(text.contains("parameter 1 is called $2"), "{text}");
    let run = db.read(|cx| cx.all::<(i64,)>(wrong, (1, 2))).unwrap_err().to_string();
    assert!(run.contains("parameter 1 is called $2"), "{run}");
    let again = db.read(|cx| cx.all::<(i64,)>(wrong, (1, 2)));
    assert!(again.is_err(), "nor the second time");
}

#[test]
fn closing_waits_for_what_was_queued() {
    let (folder, db) = sqlite_with(|_| {});
    for id in 0..20 {
        let soon = db.clone();
        let mut queued =
            pin!(async move { soon.write_soon(move |tx| add(tx, id, &format!("{id}"))).await });
        let _ = queued.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    }
    drop(db);
    let wal = folder.path().join("book.db-wal");
    assert!(!wal.exists(), "closed, the log is folded into the file");
    let url = format!("sqlite:{}", folder.path().join("book.db").display());
    let db = Db::open(&Settings::at(url)).unwrap();
    assert_eq!(ids(&db).len(), 20);
}
