//! Schemas go forward, whole, or not at all.

use handfast_db::{Db, Engine, Fault, MigrateError, Migration, Sql, testing};

use crate::{BOOK, databases};

const SHELF: Migration =
    Migration { name: "0002_shelf", text: "create table shelf (id {int} not null) {table};" };

fn has_table(db: &Db, name: &'static str) -> bool {
    let there: Result<Option<(i64,)>, Fault> = db.read(|cx| {
        cx.one(
            Sql {
                sqlite: "select 1 from sqlite_schema where name = $1",
                postgres: "select 1 where to_regclass(cast($1 as text)) is not null",
            },
            (name,),
        )
    });
    there.unwrap().is_some()
}

#[test]
fn what_is_pending_is_applied_once() {
    for (engine, db) in databases() {
        let files = [BOOK[0], SHELF];
        let state = db.schema_state(&files).unwrap();
        assert_eq!(
            (state.applied, state.pending),
            (vec!["0001_book".into()], vec!["0002_shelf".into()])
        );
        assert_eq!(db.migrate(&files).unwrap(), ["0002_shelf"], "{engine:?}");
        assert!(db.migrate(&files).unwrap().is_empty());
        assert!(db.schema_state(&files).unwrap().pending.is_empty());
        assert!(has_table(&db, "shelf"));
    }
}

#[test]
fn a_database_of_a_newer_handfast_is_refused_untouched() {
    for (engine, db) in databases() {
        db.migrate(&[BOOK[0], SHELF]).unwrap();
        let other = Migration { name: "0002_other", text: "create table other (id {int});" };
        for older in [vec![BOOK[0]], vec![BOOK[0], other]] {
            let refused = db.migrate(&older).unwrap_err();
            assert!(matches!(&refused, MigrateError::Newer(name) if name == "0002_shelf"));
            assert!(refused.to_string().contains("made by a newer Handfast"), "{refused}");
            assert!(db.schema_state(&older).is_err());
            assert!(!has_table(&db, "other"), "{engine:?}");
        }
    }
}

#[test]
fn a_changed_migration_is_refused() {
    for (engine, db) in databases() {
        let changed = Migration { name: BOOK[0].name, text: "create table book (id {int});" };
        let refused = db.migrate(&[changed, SHELF]).unwrap_err();
        assert!(matches!(refused, MigrateError::Changed(_)), "{engine:?}: {refused}");
        assert!(!has_table(&db, "shelf"), "{engine:?}");
        let early = Migration { name: "0000_early", ..SHELF };
        let refused = db.migrate(&[early, BOOK[0]]).unwrap_err();
        assert!(matches!(refused, MigrateError::OutOfOrder(_)), "{engine:?}: {refused}");
    }
}

#[test]
fn a_migration_that_fails_leaves_nothing_of_itself() {
    for (engine, db) in databases() {
        let half = Migration {
            name: "0003_half",
            text: "create table whole (id {int}); create table person (id {int});",
        };
        let failed = db.migrate(&[BOOK[0], SHELF, half]).unwrap_err();
        assert!(failed.to_string().contains("in migration 0003_half"), "{engine:?}: {failed}");
        assert!(has_table(&db, "shelf") && !has_table(&db, "whole"), "{engine:?}");
        let state = db.schema_state(&[BOOK[0], SHELF, half]).unwrap();
        assert_eq!(state.pending, ["0003_half"], "{engine:?}");
    }
}

#[test]
fn a_text_is_for_one_engine_where_it_says_so_and_must_make_sense() {
    for (engine, db) in databases() {
        let only = Migration {
            name: "0002_only",
            text: "-- only: sqlite\ncreate table one (id {int});\n-- only: end\n\
                   -- only: postgres\ncreate table two (id {int});\n-- only: end\n",
        };
        db.migrate(&[BOOK[0], only]).unwrap();
        assert_eq!(has_table(&db, "one"), engine == Engine::Sqlite);
        assert_eq!(has_table(&db, "two"), engine == Engine::Postgres);
        for text in [
            "create table t (id {integer});",
            "-- only: sqlite\n",
            "-- only: end\n",
            "-- only: oracle\n",
        ] {
            let wrong = Migration { name: "0003_wrong", text };
            let refused = db.migrate(&[BOOK[0], only, wrong]).unwrap_err();
            assert!(matches!(refused, MigrateError::Text { .. }), "{text}: {refused}");
        }
    }
}

#[test]
fn two_processes_may_migrate_at_once() {
    for (engine, db) in testing::databases(&[]) {
        let both = [db.clone(), db].map(|db| std::thread::spawn(move || db.migrate(BOOK)));
        let done: usize = both.map(|one| one.join().unwrap().unwrap().len()).iter().sum();
        assert_eq!(done, 1, "{engine:?}");
    }
}

#[test]
fn the_migrations_of_handfast_run_on_both_engines() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "sql"));
    paths.sort();
    let files: Vec<Migration> = paths
        .iter()
        .map(|path| Migration {
            name: path.file_stem().unwrap().to_str().unwrap().to_owned().leak(),
            text: std::fs::read_to_string(path).unwrap().leak(),
        })
        .collect();
    for (engine, db) in testing::databases(&files) {
        assert!(db.schema_state(&files).unwrap().pending.is_empty(), "{engine:?}");
        assert!(has_table(&db, "touch"), "{engine:?}");
    }
}
