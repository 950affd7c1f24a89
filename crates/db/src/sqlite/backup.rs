//! Copies of the file, and whether a file is whole.

use std::{fs::File, path::Path};

use rusqlite::{Connection, OpenFlags, backup::Backup, backup::StepResult};

use super::faults;
use crate::{Context, Fault};

/// Pages copied at once: 4 MiB, so that progress shows and the disk is not held for long.
const STEP_PAGES: i32 = 1024;

/// How far a backup is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackupProgress {
    /// Pages copied so far.
    pub done_pages: u64,
    /// Pages of the whole.
    pub total_pages: u64,
}

/// Copies the database at `from` as it is at this moment into `to`, while others write on.
pub(super) fn copy(
    from: &Path,
    to: &Path,
    progress: &mut dyn FnMut(BackupProgress),
) -> Result<(), Fault> {
    let mut name = to.as_os_str().to_owned();
    name.push(".part");
    let part = Path::new(&name);
    let copied = copy_into(from, part, progress).and_then(|()| {
        File::open(part).and_then(|file| file.sync_all()).map_err(|error| of_file(part, error))?;
        std::fs::rename(part, to).map_err(|error| of_file(to, error))?;
        let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(|error| of_file(folder, error))
    });
    if copied.is_err() {
        let _ = std::fs::remove_file(part); // the failure itself is told
    }
    copied.context(|| "could not back up")
}

fn copy_into(
    from: &Path,
    part: &Path,
    progress: &mut dyn FnMut(BackupProgress),
) -> Result<(), Fault> {
    let plain = faults::plain;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let source = Connection::open_with_flags(from, flags).map_err(plain)?;
    // One snapshot for the whole copy: without it, each write of somebody else would make the copy
    // begin again.
    source
        .execute_batch("pragma query_only = on; begin; select count(*) from sqlite_schema;")
        .map_err(plain)?;
    remove_old(part)?;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(part).map_err(|error| of_file(part, error))?;
    let mut target = Connection::open(part).map_err(plain)?;
    // It is synced once, when it is whole.
    target.execute_batch("pragma synchronous = off; pragma journal_mode = off;").map_err(plain)?;
    let backup = Backup::new(&source, &mut target).map_err(plain)?;
    loop {
        let step = backup.step(STEP_PAGES).map_err(plain)?;
        let now = backup.progress();
        progress(BackupProgress {
            done_pages: (now.pagecount - now.remaining).max(0) as u64,
            total_pages: now.pagecount.max(0) as u64,
        });
        match step {
            StepResult::Done => break,
            StepResult::More => {}
            _ => return Err(Fault::busy("the backup could not get a lock")),
        }
    }
    drop(backup);
    // A plain file, complete without a log beside it.
    target.execute_batch("pragma journal_mode = delete;").map_err(plain)?;
    target.close().map_err(|(_, error)| plain(error))
}

fn remove_old(part: &Path) -> Result<(), Fault> {
    match std::fs::remove_file(part) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(of_file(part, error)),
        _ => Ok(()),
    }
}

fn of_file(path: &Path, error: std::io::Error) -> Fault {
    let text = format!("{}: {error}", path.display());
    let full = error.kind() == std::io::ErrorKind::StorageFull;
    let kind = if full { crate::Kind::DiskFull } else { crate::Kind::Other };
    Fault::new(kind, text).caused_by(error)
}

/// Whether the file at `path` is a whole SQLite database: every page, index and reference.
///
/// Takes as long as reading the file. Fails with what is wrong with it.
pub fn check(path: &Path) -> Result<(), Fault> {
    let plain = faults::plain;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let found = Connection::open_with_flags(path, flags).map_err(plain).and_then(|connection| {
        let verdict: String = connection
            .query_row("pragma integrity_check(1)", (), |row| row.get(0))
            .map_err(plain)?;
        if verdict != "ok" {
            return Err(Fault::other(verdict));
        }
        let mut statement = connection.prepare("pragma foreign_key_check").map_err(plain)?;
        let mut rows = statement.query(()).map_err(plain)?;
        match rows.next().map_err(plain)? {
            None => Ok(()),
            Some(row) => {
                let table: String = row.get(0).map_err(plain)?;
                Err(Fault::other(format!("a row of {table} refers to one that is not there")))
            }
        }
    });
    found.context(|| format!("{} is damaged", path.display()))
}
