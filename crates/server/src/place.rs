//! The place where the data lies: opening it, and keeping `restore` out while it is in use.

use std::{
    fs::{File, TryLockError},
    path::Path,
};

use anyhow::{Context, Result, bail, ensure};
use handfast_db::Db;

use crate::{migrations, settings::Settings};

/// An open database, and the lock that says that it is in use.
pub struct Place {
    /// The two doors.
    pub db: Db,
    _lock: File,
}

/// Whether opening may make what is missing and bring the schema up to date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// Makes folder and database when missing, and migrates.
    Migrate,
    /// Takes them as they are; fails when there is no database, or its schema is not this
    /// program's.
    AsItIs,
}

/// Opens the database of these settings. Fails with a sentence that says what to do.
pub fn open(settings: &Settings, schema: Schema) -> Result<Place> {
    let url = settings.database_url();
    if schema == Schema::Migrate {
        std::fs::create_dir_all(settings.uploads())
            .with_context(|| format!("could not make the folder {}", settings.data.display()))?;
    } else if let Some(file) = url.strip_prefix("sqlite:") {
        ensure!(
            Path::new(file).exists(),
            "there is no database at {file}; name its folder with --data, or make one with \
             `handfast admin network create`"
        );
    }
    let lock = share(&settings.data)?;
    let db = connect(settings, &url)?;
    match schema {
        Schema::Migrate => migrate(&db)?,
        Schema::AsItIs => check(&db)?,
    }
    Ok(Place { db, _lock: lock })
}

/// Opens the database without looking at its schema.
pub fn connect(settings: &Settings, url: &str) -> Result<Db> {
    let mut chosen = handfast_db::Settings::at(url);
    chosen.reader_count_max = settings.connection_count_max;
    chosen.connection_count_max = settings.connection_count_max;
    chosen.statement_ms_max = settings.statement_ms_max;
    Db::open(&chosen).with_context(|| format!("could not open {}", without_secrets(url)))
}

fn migrate(db: &Db) -> Result<()> {
    for name in db.migrate(migrations::ALL)? {
        tracing::info!(migration = name, "migrated");
    }
    Ok(())
}

fn check(db: &Db) -> Result<()> {
    let pending = db.schema_state(migrations::ALL)?.pending;
    ensure!(
        pending.is_empty(),
        "the database is older than this program ({} to apply); run `handfast migrate`",
        pending.join(", ")
    );
    Ok(())
}

/// Says that the data folder is in use, together with whoever else says so.
fn share(data: &Path) -> Result<File> {
    let file = lock_file(data)?;
    match file.try_lock_shared() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            bail!("{} is being restored; wait until that has ended", data.display())
        }
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("could not lock {}", data.display()))
        }
    }
}

/// Takes the data folder for oneself alone. Fails when it is in use.
pub fn take(data: &Path) -> Result<File> {
    let file = lock_file(data)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => bail!(
            "{} is in use; stop `handfast serve` and whatever else works there first",
            data.display()
        ),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("could not lock {}", data.display()))
        }
    }
}

fn lock_file(data: &Path) -> Result<File> {
    std::fs::create_dir_all(data)
        .with_context(|| format!("could not make the folder {}", data.display()))?;
    let path = data.join("handfast.lock");
    File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .with_context(|| format!("could not open {}", path.display()))
}

/// The database address as it may be shown: without a password.
pub fn without_secrets(url: &str) -> String {
    split_password(url).0
}

/// The address without its password, and the password, if it has one.
pub fn split_password(url: &str) -> (String, Option<String>) {
    let Some((scheme, rest)) = url.split_once("://") else { return (url.to_owned(), None) };
    let authority_end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(authority_end);
    let (shown, mut password) = match authority.rsplit_once('@') {
        Some((user, host)) => match user.split_once(':') {
            Some((user, password)) => (format!("{user}@{host}"), Some(decoded(password))),
            None => (authority.to_owned(), None),
        },
        None => (authority.to_owned(), None),
    };
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| match pair.strip_prefix("password=") {
            Some(value) => {
                password = Some(decoded(value));
                false
            }
            None => !pair.is_empty(),
        })
        .collect();
    let query = if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) };
    (format!("{scheme}://{shown}{path}{query}"), password)
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        let cases = [
            ("postgres://u:p%40ss@h:5/d?sslmode=require", "postgres://u@h:5/d?sslmode=require"),
            ("postgres://h/d?user=u&password=p%40ss", "postgres://h/d?user=u"),
        ];
        for (url, shown) in cases {
            assert_eq!(split_password(url), (shown.to_owned(), Some("p@ss".to_owned())));
        }
        assert_eq!(without_secrets("sqlite:/a/b.db"), "sqlite:/a/b.db");
        assert_eq!(without_secrets("postgres://u@h/d"), "postgres://u@h/d");
    }

    #[test]
    fn restoring_and_using_shut_each_other_out() {
        let folder = tempfile::tempdir().unwrap();
        let used = share(folder.path()).unwrap();
        let used_too = share(folder.path()).unwrap();
        assert!(take(folder.path()).unwrap_err().to_string().contains("in use"));
        drop((used, used_too));
        let restoring = take(folder.path()).unwrap();
        assert!(share(folder.path()).unwrap_err().to_string().contains("restored"));
        drop(restoring);
    }
}
