//! Where files wait that came by web or API: one folder, each file under the id of its import.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::PathBuf,
};

use crate::{imports::ImportId, source::Limits};

/// Where uploaded files wait, and how large they may be.
#[derive(Debug, Clone)]
pub struct Uploads {
    /// The folder, usually `uploads` of the data directory.
    pub folder: PathBuf,
    /// How large a file may be as it is sent. Default 2 GiB.
    pub upload_bytes_max: u64,
    /// How much a file may unpack to.
    pub limits: Limits,
}

impl Uploads {
    /// Uploads of up to 2 GiB in `folder`.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, upload_bytes_max: 2 << 30, limits: Limits::default() }
    }

    /// Where the file of an import is.
    pub fn path(&self, id: ImportId) -> PathBuf {
        self.folder.join(id.to_string())
    }

    /// Begins to keep a file.
    pub fn begin(&self, id: ImportId) -> io::Result<Arriving> {
        fs::create_dir_all(&self.folder)?;
        let path = self.path(id);
        let file = File::create_new(&path)?;
        Ok(Arriving { file, path, bytes: 0, bytes_max: self.upload_bytes_max, kept: false })
    }

    /// Removes the file of an import that is over; none is left when there is none.
    pub fn remove(&self, id: ImportId) {
        if let Err(error) = fs::remove_file(self.path(id))
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(import.id = %id, error = %error, "could not remove an uploaded file");
        }
    }
}

/// A file that is on its way in. It is removed again unless it is [kept](Self::keep).
#[derive(Debug)]
pub struct Arriving {
    file: File,
    path: PathBuf,
    bytes: u64,
    bytes_max: u64,
    kept: bool,
}

impl Arriving {
    /// Adds a piece. Fails with [`io::ErrorKind::FileTooLarge`] beyond the limit.
    pub fn add(&mut self, piece: &[u8]) -> io::Result<()> {
        self.bytes += piece.len() as u64;
        if self.bytes > self.bytes_max {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.file.write_all(piece)
    }

    /// The file is here whole, and on the disk; says how many bytes it has.
    pub fn keep(mut self) -> io::Result<u64> {
        self.file.sync_all()?;
        self.kept = true;
        Ok(self.bytes)
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        if !self.kept {
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn an_upload_that_breaks_off_or_is_too_large_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let uploads =
            Uploads { upload_bytes_max: 5, ..Uploads::new(folder.path().join("uploads")) };
        let id = ImportId::random();
        let mut arriving = uploads.begin(id).unwrap();
        arriving.add(b"abc").unwrap();
        assert_eq!(arriving.add(b"def").unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        drop(arriving);
        assert!(!uploads.path(id).exists());
        let mut arriving = uploads.begin(id).unwrap();
        arriving.add(b"abc").unwrap();
        assert_eq!(arriving.keep().unwrap(), 3);
        assert_eq!(fs::read(uploads.path(id)).unwrap(), b"abc");
        uploads.remove(id);
        assert!(!uploads.path(id).exists());
    }
}
