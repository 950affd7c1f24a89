//! The file of rows that were left out: made when the first one is.

use std::{
    fs,
    io::BufWriter,
    path::{Path, PathBuf},
};

use handfast_kit::inert;

use super::{Error, RejectsTo};
use crate::imports::Reject;

/// The columns of a file of rejects.
const COLUMNS: [&str; 4] = ["line", "column", "reason", "original"];

pub(super) struct File {
    to: RejectsTo,
    path: PathBuf,
    writer: Option<csv::Writer<BufWriter<fs::File>>>,
}

impl File {
    /// A file for the rejects of `input`; one of an earlier run is removed.
    pub(super) fn new(to: RejectsTo, input: &Path) -> Self {
        let mut name = input.as_os_str().to_owned();
        name.push(".rejects.csv");
        let path = PathBuf::from(name);
        if to == RejectsTo::FileBeside {
            let _ = fs::remove_file(&path);
        }
        Self { to, path, writer: None }
    }

    pub(super) fn add(&mut self, rejects: &[Reject]) -> Result<(), Error> {
        if rejects.is_empty() || self.to == RejectsTo::Database {
            return Ok(());
        }
        if self.writer.is_none() {
            self.writer = Some(self.begin()?);
        }
        let Some(writer) = &mut self.writer else { return Ok(()) };
        for reject in rejects {
            let line = reject.line.to_string();
            let record = record(&line, reject);
            writer
                .write_record(record.iter().map(|cell| cell.as_bytes()))
                .map_err(|error| Error::Rejects { file: self.path.clone(), error: error.into() })?;
        }
        Ok(())
    }

    fn begin(&mut self) -> Result<csv::Writer<BufWriter<fs::File>>, Error> {
        let file = fs::File::create(&self.path).or_else(|_| {
            // The folder of the input may be for reading only.
            let name = self.path.file_name().unwrap_or(self.path.as_os_str());
            self.path = PathBuf::from(name);
            fs::File::create(&self.path)
        });
        let file = file.map_err(|error| Error::Rejects { file: self.path.clone(), error })?;
        let mut writer = csv::Writer::from_writer(BufWriter::new(file));
        let error =
            |error: csv::Error| Error::Rejects { file: self.path.clone(), error: error.into() };
        writer.write_record(COLUMNS).map_err(error)?;
        Ok(writer)
    }

    /// Where the file is, if there is one.
    pub(super) fn finish(self) -> Result<Option<PathBuf>, Error> {
        let Some(mut writer) = self.writer else { return Ok(None) };
        writer.flush().map_err(|error| Error::Rejects { file: self.path.clone(), error })?;
        Ok(Some(self.path))
    }
}

fn record<'a>(line: &'a str, reject: &'a Reject) -> [std::borrow::Cow<'a, str>; 4] {
    [line.into(), inert(&reject.column), inert(&reject.reason), inert(&reject.original)]
}

/// Rejects as the text of a CSV file, with or without the names of its columns.
pub(crate) fn csv_text(rejects: &[Reject], head: Head) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let told = "writing to memory does not fail";
    if head == Head::Named {
        writer.write_record(COLUMNS).expect(told);
    }
    for reject in rejects {
        let line = reject.line.to_string();
        let record = record(&line, reject);
        writer.write_record(record.iter().map(|cell| cell.as_bytes())).expect(told);
    }
    writer.into_inner().expect(told)
}

/// Whether a text of rejects begins with the names of its columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Head {
    Named,
    GoesOn,
}
