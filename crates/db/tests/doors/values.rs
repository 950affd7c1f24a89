//! Values go in and come out the same on both engines.

use handfast_db::{Fault, Param};
use handfast_kit::{Day, Id, TimeMs};

use crate::databases;

/// Every column of a row that has none.
type Nothing = (Option<Id<()>>, Option<TimeMs>, Option<String>, Option<[u8; 2]>);

#[test]
fn values_come_back_as_they_went_in() {
    for (engine, db) in databases() {
        let id: Id<()> = Id::random();
        db.write(move |tx| {
            let insert = "insert into thing (id, small, name, bytes) values ($1, $2, $3, $4)";
            tx.exec(insert, (id, i64::MIN, "Zoë ☂", [0_u8, 255].as_slice()))?;
            tx.exec(insert, (None::<Id<()>>, None::<i64>, None::<String>, None::<Vec<u8>>))
        })
        .unwrap();
        let select = "select id, small, name, bytes from thing where id = $1 limit 2";
        let row: Result<_, Fault> =
            db.read(|cx| cx.one::<(Id<()>, i64, String, Vec<u8>)>(select, (id,)));
        assert_eq!(row.unwrap(), Some((id, i64::MIN, "Zoë ☂".into(), vec![0, 255])), "{engine:?}");
        let nothing = "select id, small, name, bytes from thing where id is null limit 2";
        let row: Result<_, Fault> = db.read(|cx| cx.one::<Nothing>(nothing, ()));
        assert_eq!(row.unwrap(), Some((None, None, None, None)), "{engine:?}");
        let absent = db.read(|cx| cx.one::<(i64,)>("select small from thing where id is null", ()));
        let text = absent.unwrap_err().to_string();
        assert!(text.contains("column 0 (small) holds null; i64 was asked for"), "{text}");
    }
}

#[test]
fn numbers_take_the_width_that_is_asked_for() {
    for (engine, db) in databases() {
        let row: Result<_, Fault> = db.read(|cx| {
            cx.one::<(i64, TimeMs, Day, bool, f64, i64)>(
                "select cast($1 as smallint), cast($2 as bigint), cast($3 as integer),
                        cast($4 as integer), cast($5 as double precision), $6 + 1",
                (7_i64, TimeMs(1 << 40), Day(-3), true, 0.5, 41),
            )
        });
        let expected = (7, TimeMs(1 << 40), Day(-3), true, 0.5, 42);
        assert_eq!(row.unwrap(), Some(expected), "{engine:?}");
    }
}

#[test]
fn sums_are_whole_and_means_are_not() {
    for (engine, db) in databases() {
        db.write(|tx| {
            for number in [1_i64 << 40, 2] {
                tx.exec("insert into thing (small) values ($1)", (number,))?;
            }
            Ok::<_, Fault>(())
        })
        .unwrap();
        let row: Result<_, Fault> = db.read(|cx| {
            cx.one::<(i64, i64, f64, Option<i64>)>(
                "select count(*), sum(small), avg(small),
                        (select sum(small) from thing where small < 0)
                   from thing",
                (),
            )
        });
        let mean = ((1_i64 << 40) + 2) as f64 / 2.0;
        assert_eq!(row.unwrap(), Some((2, (1 << 40) + 2, mean, None)), "{engine:?}");
    }
}

#[test]
fn a_list_of_values_is_taken_as_it_is() {
    for (engine, db) in databases() {
        let values = [Param::Int(3), Param::Text("x"), Param::Null];
        let row: Result<_, Fault> = db.read(|cx| {
            cx.one::<(i64, String, Option<String>)>(
                "select cast($1 as bigint), cast($2 as text), cast($3 as text)",
                values.as_slice(),
            )
        });
        assert_eq!(row.unwrap(), Some((3, "x".to_owned(), None)), "{engine:?}");
    }
}

#[test]
fn a_text_with_a_zero_byte_is_refused() {
    for (engine, db) in databases() {
        let refused = db.write(|tx| tx.exec("insert into thing (name) values ($1)", ("a\0b",)));
        assert!(refused.is_err(), "{engine:?}");
    }
}

#[test]
fn a_value_of_another_kind_is_refused() {
    for (engine, db) in databases() {
        let refused = db.write(|tx| tx.exec("insert into thing (small) values ($1)", ("seven",)));
        let text = refused.unwrap_err().to_string();
        assert!(!text.contains("seven"), "{engine:?}: {text}");
    }
}
