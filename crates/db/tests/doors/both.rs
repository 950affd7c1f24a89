//! What holds on both engines.

use std::{
    fmt::Write,
    sync::{Arc, Mutex, mpsc},
};

use handfast_db::{Context, Fault, Kind, OnUnique, Sql, Tx, testing};

use crate::{add, databases, ids};

#[derive(Debug, PartialEq)]
enum Refusal {
    Taken,
    Fault(String),
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault.to_string())
    }
}

#[test]
fn a_taken_key_is_told_by_its_name() {
    for (engine, db) in databases() {
        db.write(|tx| add(tx, 1, "maya")).unwrap();
        let again = db.write(|tx| add(tx, 2, "maya").on_unique("person_email", Refusal::Taken));
        assert_eq!(again, Err(Refusal::Taken), "{engine:?}");
        let same = db.write(|tx| add(tx, 1, "ben")).unwrap_err();
        assert!(same.is_unique("person_pk"), "{engine:?}: {same}");
        let pair = || Sql::from("insert into pair (half, number) values ($1, $2)");
        db.write(move |tx| tx.exec(pair(), ("left", 1))).unwrap();
        let twice = db.write(move |tx| tx.exec(pair(), ("left", 1))).unwrap_err();
        assert!(twice.is_unique("pair_pk"), "{engine:?}: {twice}");
        assert_eq!(ids(&db), [1]);
    }
}

#[test]
fn a_row_that_refers_to_nobody_is_refused() {
    for (engine, db) in databases() {
        let lonely = db.write(|tx| {
            tx.exec(
                "insert into person (person_id, email_key, friend_id, visit_count)
                 values ($1, $2, $3, 0)",
                (1, "maya", 7),
            )
        });
        assert_eq!(*lonely.unwrap_err().kind(), Kind::ForeignKey, "{engine:?}");
    }
}

#[test]
fn a_refused_write_leaves_nothing() {
    for (engine, db) in databases() {
        let refused: Result<(), Refusal> = db.write(|tx| {
            add(tx, 1, "maya")?;
            Err(Refusal::Taken)
        });
        assert_eq!(refused, Err(Refusal::Taken), "{engine:?}");
        let panicked: Result<(), Fault> = db.write(|tx| {
            add(tx, 1, "maya")?;
            panic!("the sky fell")
        });
        let text = panicked.unwrap_err().to_string();
        assert!(text.contains("the sky fell"), "{engine:?}: {text}");
        assert!(ids(&db).is_empty(), "{engine:?}");
        db.write(|tx| add(tx, 1, "maya")).unwrap();
    }
}

#[test]
fn a_failed_statement_ends_its_transaction_even_if_passed_over() {
    for (engine, db) in databases() {
        let passed_over: Result<(), Fault> = db.write(|tx| {
            add(tx, 1, "maya")?;
            let _ = add(tx, 2, "maya");
            Ok(())
        });
        assert!(passed_over.unwrap_err().is_unique("person_email"), "{engine:?}");
        let went_on: Result<(), Fault> = db.write(|tx| {
            let _ = tx.exec("insert into nowhere (id) values ($1)", (1,));
            add(tx, 1, "maya")
        });
        let text = went_on.unwrap_err().to_string();
        assert!(text.contains("nowhere"), "{engine:?}: {text}");
        assert!(ids(&db).is_empty(), "{engine:?}");
    }
}

#[test]
fn a_part_may_fail_alone() {
    for (engine, db) in databases() {
        let rung = Arc::new(Mutex::new(Vec::new()));
        let bells = Arc::clone(&rung);
        let bell = move |name: &'static str| {
            let bells = Arc::clone(&bells);
            move || bells.lock().unwrap().push(name)
        };
        db.write(move |tx| {
            add(tx, 1, "maya")?;
            let row: Result<(), Fault> = tx.attempt(|tx| {
                tx.after_commit(bell("failed part"));
                add(tx, 2, "ben")?;
                let inner: Result<(), Fault> = tx.attempt(|tx| add(tx, 3, "maya"));
                assert!(inner.unwrap_err().is_unique("person_email"));
                add(tx, 4, "maya")
            });
            assert!(row.unwrap_err().is_unique("person_email"));
            let row: Result<(), Fault> = tx.attempt(|tx| {
                tx.after_commit(bell("good part"));
                add(tx, 5, "cleo")
            });
            row?;
            let passed_over: Result<(), Fault> = tx.attempt(|tx| {
                add(tx, 6, "dora")?;
                let _ = add(tx, 7, "dora");
                Ok(())
            });
            assert!(passed_over.is_err());
            tx.after_commit(bell("whole"));
            Ok::<_, Fault>(())
        })
        .unwrap();
        assert_eq!(ids(&db), [1, 5], "{engine:?}");
        assert_eq!(*rung.lock().unwrap(), ["good part", "whole"], "{engine:?}");
    }
}

#[test]
fn bells_ring_in_order_before_the_answer_and_only_after_a_commit() {
    for (engine, db) in databases() {
        let (ring, rung) = mpsc::channel();
        let (first, second) = (ring.clone(), ring);
        db.write(move |tx| {
            let first = first.clone();
            tx.after_commit(move || first.send("first").unwrap());
            let second = second.clone();
            tx.after_commit(|| panic!("a broken bell"));
            tx.after_commit(move || second.send("second").unwrap());
            add(tx, 1, "maya")
        })
        .unwrap();
        assert_eq!(rung.try_iter().collect::<Vec<_>>(), ["first", "second"], "{engine:?}");
        let (ring, rung) = mpsc::channel::<()>();
        let _ = db.write(move |tx| {
            let ring = ring.clone();
            tx.after_commit(move || ring.send(()).unwrap());
            add(tx, 1, "maya")
        });
        assert_eq!(rung.try_iter().count(), 0, "{engine:?}");
    }
}

#[test]
fn a_read_sees_one_moment_and_writes_nothing() {
    for (engine, db) in databases() {
        let writing = db.clone();
        let count = "select count(*) from person";
        let counts: Result<_, Fault> = db.read(|cx| {
            let before: Option<(i64,)> = cx.one(count, ())?;
            std::thread::spawn(move || writing.write(|tx| add(tx, 1, "maya")).unwrap())
                .join()
                .unwrap();
            Ok((before, cx.one::<(i64,)>(count, ())?))
        });
        assert_eq!(counts.unwrap(), (Some((0,)), Some((0,))), "{engine:?}");
        assert_eq!(ids(&db), [1]);
        let sly = "insert into person (person_id, email_key, visit_count)
                   values ($1, $2, 0) returning person_id";
        let written = db.read(|cx| cx.all::<(i64,)>(sly, (2, "ben")));
        assert!(written.is_err(), "{engine:?}");
        assert_eq!(ids(&db), [1], "{engine:?}");
    }
}

#[test]
fn one_row_is_not_two() {
    for (engine, db) in databases() {
        db.write(|tx| {
            add(tx, 1, "maya")?;
            add(tx, 2, "ben")?;
            let two = tx.one::<(i64,)>("select person_id from person limit 2", ());
            assert!(two.unwrap_err().to_string().contains("one row was expected"));
            // It was the caller who disliked the rows: the transaction goes on.
            let row: Option<(i64,)> = tx.one(
                "update person set visit_count = 7 where person_id = $1 returning visit_count",
                (1,),
            )?;
            assert_eq!(row, Some((7,)), "a returning statement gives its rows");
            Ok::<_, Fault>(())
        })
        .unwrap();
        assert_eq!(ids(&db), [1, 2], "{engine:?}");
    }
}

#[test]
fn a_door_inside_a_door_is_refused_and_not_waited_for() {
    for (engine, db) in databases() {
        let inner = db.clone();
        let read = db.read(|_| inner.write(|tx| add(tx, 1, "maya")));
        assert!(read.unwrap_err().to_string().contains("pass its `cx` or `tx` on"), "{engine:?}");
        let inner = db.clone();
        let write = db.write(move |_| inner.read(|cx| cx.all::<(i64,)>("select 1", ())));
        assert!(write.unwrap_err().to_string().contains("pass its `cx` or `tx` on"), "{engine:?}");
        assert!(ids(&db).is_empty());
    }
}

#[test]
fn a_statement_is_checked_when_it_is_prepared() {
    for (engine, db) in databases() {
        let prepare = |text: &'static str| testing::prepare(&db, text);
        prepare("select person_id from person where email_key = $1 and visit_count > $2").unwrap();
        let unknown = prepare("select shoe_size from person").unwrap_err().to_string();
        assert!(unknown.contains("shoe_size"), "{engine:?}: {unknown}");
        let few =
            db.read(|cx| cx.all::<(i64,)>("select person_id from person where person_id = $1", ()));
        assert!(few.unwrap_err().to_string().contains("1 parameters, 0 were given"), "{engine:?}");
        let two = db.write(|tx| tx.exec("delete from pair; delete from person", ()));
        assert!(two.is_err(), "{engine:?}: of two statements one would be forgotten");
    }
}

#[test]
fn a_fault_tells_what_was_done_and_no_values() {
    for (engine, db) in databases() {
        let fault = db
            .write(|tx| {
                add(tx, 1, "maya@example.com")?;
                add(tx, 2, "maya@example.com").context(|| "could not add line 2")
            })
            .unwrap_err();
        let mut text = fault.to_string();
        assert!(text.starts_with("could not add line 2: "), "{engine:?}: {text}");
        assert!(text.contains("(in: insert into person"), "{engine:?}: {text}");
        let mut cause: Option<&dyn std::error::Error> = Some(&fault);
        while let Some(error) = cause {
            write!(text, "{error} {error:?}").unwrap();
            cause = error.source();
        }
        assert!(!text.contains("example.com"), "{engine:?}: {text}");
    }
}

#[test]
fn the_doors_open_from_any_runtime() {
    let single = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let many = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    for runtime in [single, many.unwrap()] {
        for (engine, db) in databases() {
            let there = db.clone();
            let task = async move {
                there.write(|tx| add(tx, 1, "maya")).unwrap();
                there.write_soon(|tx| add(tx, 2, "ben")).await.unwrap();
                let soon = "select person_id from person where person_id = $1";
                // More turns than a runtime gives a task before it must let others run.
                for _ in 0..300 {
                    let row: Result<_, Fault> = there.read(|cx| cx.one::<(i64,)>(soon, (2,)));
                    assert_eq!(row.unwrap(), Some((2,)));
                }
                there.read_soon(move |cx| cx.one::<(i64,)>(soon, (2,))).await
            };
            let row: Result<_, Fault> = runtime.block_on(task);
            assert_eq!(row.unwrap(), Some((2,)), "{engine:?}");
            let there = db.clone();
            runtime.block_on(async move { drop(there) });
        }
    }
}

#[test]
fn what_is_left_for_the_end_is_put_together() {
    for (engine, db) in databases() {
        let lay = |tx: &mut Tx<'_>, id: i64| {
            tx.at_end(move |tx| {
                let basket = tx.basket::<Vec<i64>>();
                basket.push(id);
                if basket.len() == 1 {
                    tx.at_end(|tx| {
                        let all = std::mem::take(tx.basket::<Vec<i64>>());
                        let sum = all.iter().sum();
                        add(tx, sum, &format!("sum {sum}"))
                    });
                }
                Ok(())
            });
        };
        for expected in [vec![7], vec![7, 14]] {
            let times = expected.len() as i64;
            db.write(move |tx| {
                for id in [1, 2, 4] {
                    lay(tx, id * times);
                }
                let refused: Result<(), Fault> = tx.attempt(|tx| {
                    lay(tx, 100);
                    Err(Fault::other("refused"))
                });
                refused.unwrap_err();
                Ok::<_, Fault>(())
            })
            .unwrap();
            assert_eq!(ids(&db), expected, "{engine:?}");
        }
    }
}

#[test]
fn what_is_left_for_the_end_belongs_to_the_closure() {
    for (engine, db) in databases() {
        db.write(|tx| {
            tx.at_end(|tx| add(tx, 2, "last"));
            add(tx, 1, "first")?;
            let refused: Result<(), Fault> = tx.attempt(|tx| {
                tx.at_end(|tx| add(tx, 3, "never"));
                Err(Fault::other("refused"))
            });
            refused.unwrap_err();
            Ok::<_, Fault>(())
        })
        .unwrap();
        assert_eq!(ids(&db), [1, 2], "{engine:?}");
        let taken = db.write(|tx| {
            tx.at_end(|tx| add(tx, 5, "first"));
            add(tx, 4, "nobody")
        });
        assert!(taken.unwrap_err().is_unique("person_email"), "{engine:?}");
        assert_eq!(ids(&db), [1, 2], "{engine:?}");
    }
}
