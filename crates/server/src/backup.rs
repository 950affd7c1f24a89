//! Copying the database to a file while it is in use. The copy appears under its name only when it
//! is whole.

use std::{
    ffi::OsString,
    fs::{self, File},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use handfast_db::{Db, Engine};

use crate::{pg, settings::Settings};

/// What was written.
#[derive(Debug, Clone, Copy)]
pub struct Written {
    /// The file's size, in bytes.
    pub bytes: u64,
    /// `sqlite` or `postgres`.
    pub engine: &'static str,
}

/// Writes everything that was committed before now to `file`, which must not be there yet.
/// `progress` is told how much is done of how much, if that is known.
pub fn write(
    settings: &Settings,
    db: &Db,
    file: &Path,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Written> {
    ensure!(!file.exists(), "{} is already there; name another file", file.display());
    let engine = match db.engine() {
        Engine::Sqlite => {
            db.backup(file, |now| progress(now.done_pages, now.total_pages))?;
            "sqlite"
        }
        Engine::Postgres => {
            dump(&settings.database_url(), file)?;
            "postgres"
        }
    };
    Ok(Written { bytes: fs::metadata(file)?.len(), engine })
}

fn dump(url: &str, file: &Path) -> Result<()> {
    let part = beside(file, ".part");
    make_private(&part)?;
    let kept = pg::dump(url, &part).and_then(|()| {
        File::open(&part)?.sync_all()?;
        fs::rename(&part, file).with_context(|| format!("could not name it {}", file.display()))?;
        sync_folder_of(file)
    });
    if kept.is_err() {
        // What is not whole must not lie about; that it cannot be removed changes nothing.
        let _ = fs::remove_file(&part);
    }
    kept
}

/// Makes the file before anything is in it, for its owner only: it will hold everybody's data.
fn make_private(path: &Path) -> Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = File::options();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.open(path).with_context(|| format!("could not make {}", path.display()))?;
    Ok(())
}

/// Makes sure that names in the folder of `path` outlast a loss of power.
pub(crate) fn sync_folder_of(path: &Path) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(())
}

/// The path with `suffix` behind its name.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}
