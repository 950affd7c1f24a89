//! Fresh databases for tests: migrated, and gone when the last handle is dropped.

use std::{
    collections::HashMap,
    io::Write,
    path::PathBuf,
    sync::{Mutex, Once, PoisonError},
};

use handfast_kit::Id;

use crate::{Db, Engine, Fault, Migration, Param, Settings, Sql, postgres};

/// A fresh SQLite database.
///
/// # Panics
/// When it cannot be made: a test cannot go on then.
#[must_use]
pub fn sqlite(migrations: &[Migration]) -> Db {
    static TEMPLATES: Mutex<Option<HashMap<Id<()>, Vec<u8>>>> = Mutex::new(None);
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let file = folder.path().join("handfast.db");
    // Migrated once in a process, then copied: a test must not wait for ten syncs to disk.
    let mut templates = TEMPLATES.lock().unwrap_or_else(PoisonError::into_inner);
    let template = templates
        .get_or_insert_default()
        .entry(fingerprint(migrations))
        .or_insert_with(|| template_of(migrations, folder.path().join("template.db")));
    std::fs::write(&file, template).expect("a copy of the template");
    drop(templates);
    let settings = Settings::at(format!("sqlite:{}", file.display()));
    Db::open(&settings).expect("a database that opens").keeping(folder)
}

fn template_of(migrations: &[Migration], file: PathBuf) -> Vec<u8> {
    let settings = Settings::at(format!("sqlite:{}", file.display()));
    let db = Db::open(&settings).expect("a database that opens");
    db.migrate(migrations).expect("migrations that apply");
    drop(db); // closed, its log is folded into the file
    std::fs::read(&file).expect("the template")
}

/// A fresh PostgreSQL database on the server that `HANDFAST_TEST_POSTGRES` names, or `None` without
/// it, which is said once on standard error.
///
/// # Panics
/// When it cannot be made: a test cannot go on then.
#[must_use]
pub fn postgres(migrations: &[Migration]) -> Option<Db> {
    let Ok(server) = std::env::var("HANDFAST_TEST_POSTGRES") else {
        static SAID: Once = Once::new();
        SAID.call_once(|| {
            // Not `eprintln`, which test runners keep to themselves unless a test fails.
            let said = "PostgreSQL was skipped: HANDFAST_TEST_POSTGRES names no server\n";
            let _ = std::io::stderr().write_all(said.as_bytes()); // nobody may be listening
        });
        return None;
    };
    let template = template_on(&server, migrations);
    let name = format!("handfast_test_{}", Id::<()>::random().uuid().simple());
    command(&server, &format!("create database {name} template {template}"));
    let settings = Settings { connection_count_max: 8, ..Settings::at(url_of(&server, &name)) };
    let db = Db::open(&settings).expect("a database that opens");
    Some(db.keeping(Gone { server, name }))
}

/// Drops a test's database after its last connection was closed.
struct Gone {
    server: String,
    name: String,
}

impl Drop for Gone {
    fn drop(&mut self) {
        command(&self.server, &format!("drop database if exists {} with (force)", self.name));
    }
}

/// The database that all tests with these migrations are copies of. Test runners start a process
/// for each test, so whoever comes first makes it, and all others find it.
fn template_on(server: &str, migrations: &[Migration]) -> String {
    static READY: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let name = format!("handfast_template_{}", fingerprint(migrations).uuid().simple());
    let mut ready = READY.lock().unwrap_or_else(PoisonError::into_inner);
    if ready.contains(&name) {
        return name;
    }
    let mut link = link_to(server);
    // The key is the process's own choice of number: the word "handfast" as bytes.
    link.control("select pg_advisory_lock(7521962890172035956)").expect("a lock");
    let mut there = false;
    link.query("select 1 from pg_database where datname = $1", &[Param::Text(&name)], &mut |_| {
        there = true;
        true
    })
    .expect("a list of databases");
    if !there {
        // Under another name until it is whole, in case this process is killed meanwhile.
        let draft = format!("{name}_draft");
        command(server, &format!("drop database if exists {draft} with (force)"));
        command(server, &format!("create database {draft} template template0 encoding 'UTF8'"));
        let db = Db::open(&Settings::at(url_of(server, &draft))).expect("a database that opens");
        db.migrate(migrations).expect("migrations that apply");
        drop(db);
        // Closed connections leave the server a moment later; a template has none.
        command(
            server,
            &format!(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity
                  where datname = '{draft}'"
            ),
        );
        command(server, &format!("alter database {draft} rename to {name}"));
    }
    ready.push(name.clone());
    name
}

fn command(server: &str, text: &str) {
    link_to(server).batch(text).expect("a command to the server");
}

fn link_to(server: &str) -> postgres::Link {
    postgres::alone(&Settings::at(server)).expect("the server of HANDFAST_TEST_POSTGRES")
}

/// The address of another database on the same server.
fn url_of(server: &str, name: &str) -> String {
    let (base, options) = server.split_once('?').unwrap_or((server, ""));
    let scheme = base.find("://").map_or(0, |at| at + 3);
    let host_end = base[scheme..].find('/').map_or(base.len(), |at| scheme + at);
    format!("{}/{name}?{options}", &base[..host_end]).trim_end_matches('?').to_owned()
}

/// A fresh database of each engine: SQLite always, PostgreSQL when `HANDFAST_TEST_POSTGRES` names a
/// server on which databases may be created.
#[must_use]
pub fn databases(migrations: &[Migration]) -> Vec<(Engine, Db)> {
    let mut all = vec![(Engine::Sqlite, sqlite(migrations))];
    all.extend(postgres(migrations).map(|db| (Engine::Postgres, db)));
    all
}

/// Prepares a statement against the schema and runs nothing: whether its words, tables, columns and
/// the order of its parameters are right on this engine.
pub fn prepare(db: &Db, sql: impl Into<Sql>) -> Result<(), Fault> {
    let sql = sql.into();
    db.read(|cx| cx.prepare(sql))
}

fn fingerprint(migrations: &[Migration]) -> Id<()> {
    let parts: Vec<&[u8]> =
        migrations.iter().flat_map(|one| [one.name.as_bytes(), one.text.as_bytes()]).collect();
    Id::derived(&parts)
}
