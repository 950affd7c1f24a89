//! Fresh databases for tests: migrated, and gone when the last handle is dropped.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use handfast_kit::Id;

use crate::{Db, Engine, Migration, Settings};

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

/// A fresh database of each engine: SQLite always, PostgreSQL when `HANDFAST_TEST_POSTGRES` names a
/// server on which databases may be created.
#[must_use]
pub fn databases(migrations: &[Migration]) -> Vec<(Engine, Db)> {
    vec![(Engine::Sqlite, sqlite(migrations))]
}

fn fingerprint(migrations: &[Migration]) -> Id<()> {
    let parts: Vec<&[u8]> =
        migrations.iter().flat_map(|one| [one.name.as_bytes(), one.text.as_bytes()]).collect();
    Id::derived(&parts)
}
