//! SQLite: a file, one thread that writes it, and connections that read it.

mod backup;
mod faults;
mod link;
mod readers;
mod writer;

use std::{path::Path, sync::Arc};

pub use backup::{BackupProgress, check};
pub(crate) use link::{Link, column};
pub(crate) use writer::{Job, Ran, stopped};

use crate::{Fault, OpenError, Settings};
use readers::Readers;
use writer::Writer;

/// An open SQLite database.
pub(crate) struct Sqlite {
    pub(crate) readers: Readers,
    pub(crate) writer: Writer,
    path: Arc<Path>,
}

impl Sqlite {
    pub(crate) fn open(path: &Path, settings: &Settings) -> Result<Self, OpenError> {
        let path: Arc<Path> = path.into();
        // The writer first: it creates the file and turns its journal into a write-ahead log.
        let writer = Writer::start(Link::writing(&path, settings)?)?;
        let readers = Readers::open(&path, settings)?;
        Ok(Self { readers, writer, path })
    }

    /// Copies the database into `to` while it is in use.
    pub(crate) fn backup(
        &self,
        to: &Path,
        progress: &mut dyn FnMut(BackupProgress),
    ) -> Result<(), Fault> {
        backup::copy(&self.path, to, progress)
    }
}
