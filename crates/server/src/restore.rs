//! Putting a backup in place: all of it or nothing, and never over something that is not kept.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use handfast_db::Db;

use crate::{
    backup::{beside, sync_folder_of},
    migrations, pg, place,
    settings::Settings,
};

/// Whether a database that is there may be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replace {
    /// No: then nothing is done.
    Never,
    /// Yes; it is kept beside under another name.
    KeepBeside,
}

/// What was done.
#[derive(Debug)]
pub struct Restored {
    /// Where the database that was there before is kept now.
    pub kept: Option<String>,
    /// What `handfast migrate` has still to apply.
    pub pending: Vec<String>,
}

/// Puts the backup `file` in place of the database of these settings.
///
/// Refuses a damaged file, one of a newer program, a database that is in use, and, unless told to
/// replace it, one that is not empty. Whatever is refused leaves everything as it was.
pub fn read(settings: &Settings, file: &Path, replace: Replace) -> Result<Restored> {
    ensure!(file.is_file(), "there is no file {}", file.display());
    let _alone = place::take(&settings.data)?;
    let url = settings.database_url();
    match url.strip_prefix("sqlite:") {
        Some(path) => sqlite(settings, file, Path::new(path), replace),
        None => postgres(settings, file, &url, replace),
    }
}

fn sqlite(settings: &Settings, file: &Path, place: &Path, replace: Replace) -> Result<Restored> {
    let is_there = place.exists();
    ensure!(
        !is_there || replace == Replace::KeepBeside,
        "there is already a database at {}; --replace puts the backup in its place and keeps it \
         beside",
        place.display()
    );
    let new = beside(place, ".restoring");
    remove_database(&new)?;
    let checked = copy(file, &new).and_then(|()| check_copy(settings, file, &new));
    let pending = match checked {
        Ok(pending) => pending,
        Err(error) => {
            remove_database(&new)?;
            return Err(error);
        }
    };
    let kept = if is_there { Some(set_aside(place)?) } else { None };
    fs::rename(&new, place).context("could not put the copy in place")?;
    // Looking at the copy left files beside it, with nothing in them.
    remove_database(&new)?;
    sync_folder_of(place)?;
    Ok(Restored { kept: kept.map(|path| path.display().to_string()), pending })
}

fn copy(file: &Path, to: &Path) -> Result<()> {
    fs::copy(file, to).with_context(|| format!("could not copy {}", file.display()))?;
    File::open(to)?.sync_all()?;
    Ok(())
}

/// Looks at every page of the copy and at every reference. Answers what is to be migrated.
fn check_copy(settings: &Settings, file: &Path, copy: &Path) -> Result<Vec<String>> {
    handfast_db::check(copy)
        .with_context(|| format!("{} is damaged or no backup", file.display()))?;
    let url = format!("sqlite:{}", copy.display());
    let db = place::connect(settings, &url)?;
    pending(&db, file)
}

/// What is to be migrated; fails when the backup is none of ours, or a newer program's.
fn pending(db: &Db, file: &Path) -> Result<Vec<String>> {
    let state = db
        .schema_state(migrations::ALL)
        .with_context(|| format!("{} cannot be used", file.display()))?;
    ensure!(!state.applied.is_empty(), "{} is no backup of Handfast", file.display());
    Ok(state.pending)
}

/// Gives the database that is there a second name. Its first stays until the new one takes it, so
/// that at no moment there is none.
fn set_aside(place: &Path) -> Result<PathBuf> {
    let kept = (1..1_000)
        .map(|number| beside(place, &format!(".before-restore-{number}")))
        .find(|path| !path.exists())
        .context("there are too many kept databases; remove some")?;
    // Its write-ahead log first: beside the new database it would be taken for the new one's.
    for suffix in ["-wal", "-shm"] {
        let log = beside(place, suffix);
        if log.exists() {
            fs::rename(&log, beside(&kept, suffix))?;
        }
    }
    fs::hard_link(place, &kept).context("could not keep the database that is there")?;
    sync_folder_of(place)?;
    Ok(kept)
}

fn remove_database(path: &Path) -> Result<()> {
    for suffix in ["", "-wal", "-shm"] {
        match fs::remove_file(beside(path, suffix)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).context("could not remove an unfinished copy");
            }
            _ => {}
        }
    }
    Ok(())
}

fn postgres(settings: &Settings, file: &Path, url: &str, replace: Replace) -> Result<Restored> {
    pg::check(file)?;
    let shown = place::without_secrets(url);
    let is_empty = place::connect(settings, url)?.schema_state(migrations::ALL)?.applied.is_empty();
    ensure!(
        is_empty || replace == Replace::KeepBeside,
        "there is already a database at {shown}; --replace puts the backup in its place and keeps \
         its tables in another schema"
    );
    if !is_empty {
        pg::set_aside(url).context(
            "could not set the present tables aside; if the schema handfast_before_restore is \
             left from an earlier restore, drop it first",
        )?;
    }
    let filled =
        pg::restore(url, file).and_then(|()| pending(&place::connect(settings, url)?, file));
    match filled {
        Ok(pending) => Ok(Restored {
            kept: (!is_empty).then(|| "the schema handfast_before_restore".to_owned()),
            pending,
        }),
        Err(error) => {
            if !is_empty {
                pg::put_back(url).context("could not put the tables back")?;
            }
            Err(error)
        }
    }
}
