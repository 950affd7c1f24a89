//! The two doors from outside, on both engines where it applies.
#![allow(clippy::unwrap_used)]

mod backups;
mod both;
mod crashes;
mod groups;
mod migrations;
mod postgres;
mod values;

use handfast_db::{Db, Engine, Fault, Migration, Settings, Tx, testing};

const BOOK: &[Migration] = &[Migration {
    name: "0001_book",
    text: "
create table person (
  person_id {int} not null,
  email_key text not null,
  friend_id {int},
  visit_count {int} not null,
  constraint person_pk primary key (person_id),
  constraint person_email unique (email_key),
  constraint person_friend foreign key (friend_id) references person (person_id)
) {table};
create table pair (
  half text not null,
  number {int} not null,
  constraint pair_pk primary key (half, number)
) {clustered};
create table thing (id {uuid}, small {int}, name text, bytes {blob}) {table};
",
}];

fn databases() -> Vec<(Engine, Db)> {
    testing::databases(BOOK)
}

/// A SQLite database of its own in a folder that lives as long as the test.
fn sqlite_with(change: impl FnOnce(&mut Settings)) -> (tempfile::TempDir, Db) {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = Settings::at(format!("sqlite:{}", folder.path().join("book.db").display()));
    change(&mut settings);
    let db = Db::open(&settings).unwrap();
    db.migrate(BOOK).unwrap();
    (folder, db)
}

fn add(tx: &mut Tx<'_>, id: i64, email: &str) -> Result<(), Fault> {
    tx.exec(
        "insert into person (person_id, email_key, visit_count) values ($1, $2, 0)",
        (id, email),
    )?;
    Ok(())
}

fn ids(db: &Db) -> Vec<i64> {
    let rows: Result<Vec<(i64,)>, Fault> =
        db.read(|cx| cx.all("select person_id from person order by person_id limit 1000", ()));
    rows.unwrap().into_iter().map(|(id,)| id).collect()
}
