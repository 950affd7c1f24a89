//! The bare database below both sides: the same SQLite, the same durability.

use std::path::Path;

use anyhow::Result;
use rusqlite::{Connection, OpenFlags, config::DbConfig};

/// A connection that writes durably: what `db` opens for its writer, without `db`.
pub(crate) fn writing(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path)?;
    connection.execute_batch(
        "pragma journal_mode = wal;
         pragma synchronous = full;
         pragma secure_delete = on;
         pragma wal_autocheckpoint = 4000;
         pragma journal_size_limit = 67108864;
         pragma temp_store = memory;
         pragma cache_size = -16384;
         pragma foreign_keys = on;",
    )?;
    settle(&connection)?;
    Ok(connection)
}

/// A connection that reads, with what `db` gives its readers.
pub(crate) fn reading(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.execute_batch(
        "pragma temp_store = memory;
         pragma cache_size = -2048;
         pragma mmap_size = 0;",
    )?;
    settle(&connection)?;
    Ok(connection)
}

/// Keeps statements, and each its plan when other values are bound to it, as `db` does.
fn settle(connection: &Connection) -> Result<()> {
    connection.set_prepared_statement_cache_capacity(64);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

/// A connection that fills a file quickly; a crash would cost the file.
pub(crate) fn filling(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path)?;
    connection.execute_batch(
        "pragma journal_mode = off;
         pragma synchronous = off;
         pragma locking_mode = exclusive;
         pragma temp_store = memory;
         pragma cache_size = -524288;",
    )?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// A free name in the file system for `name`, without what an earlier run left of it.
pub(crate) fn remove(path: &Path) -> Result<()> {
    for end in ["", "-wal", "-shm", "-journal"] {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        match std::fs::remove_file(&name) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}

/// How many transactions were committed to the open database at `path`: the counter that SQLite
/// keeps in its shared memory file for readers.
pub(crate) fn commit_count(path: &Path) -> Result<u32> {
    let mut name = path.as_os_str().to_owned();
    name.push("-shm");
    let bytes = std::fs::read(name)?;
    let four = bytes.get(8..12).and_then(|four| four.try_into().ok());
    Ok(four.map_or(0, u32::from_ne_bytes))
}
