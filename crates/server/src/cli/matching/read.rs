//! Files of records, brought to one schema.

use std::{
    collections::{HashMap, hash_map::Entry},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, anyhow, bail};
use handfast_intake::source::{self, Format, Piece, Source};
use handfast_matching::{
    Model, Records,
    columns::{Columns, FileColumns, Map},
};

use super::watch::Watcher;

/// What the files hold.
pub(super) struct Input {
    pub(super) records: Records,
    /// For each file its columns that nothing is read from.
    pub(super) ignored: Vec<(PathBuf, Vec<String>)>,
}

/// A file whose first line is read.
struct Opened<'a> {
    path: &'a Path,
    source: Source,
    columns: FileColumns,
}

/// Reads all files, or fails with the file and line that cannot be read.
pub(super) fn read(
    paths: &[PathBuf],
    map: Map,
    model: Option<&Model>,
    watcher: &Watcher,
) -> Result<Input> {
    let mut columns = match model {
        Some(model) => Columns::of_model(map, model.schema.clone()),
        None => Columns::new(map),
    };
    let opened: Vec<Opened<'_>> =
        paths.iter().map(|path| open(path, &mut columns)).collect::<Result<_>>()?;
    let schema = columns.finish().map_err(|error| anyhow!("{error}"))?;
    let mut records = Records::new(schema);
    let mut lines = Lines::default();
    let bytes: u64 = paths.iter().map(|path| path.metadata().map_or(0, |facts| facts.len())).sum();
    let mut bytes_before = 0;
    let mut ignored = Vec::new();
    for mut file in opened {
        lines.begin(file.path, records.len());
        let read = file.source.bytes_read();
        rows(&mut file, &mut records, &mut lines, || {
            watcher.at("reading", bytes_before + read.count(), bytes);
        })?;
        bytes_before += read.count();
        ignored.push((file.path.to_owned(), file.columns.ignored));
    }
    each_once(&records, &lines)?;
    Ok(Input { records, ignored })
}

fn open<'a>(path: &'a Path, columns: &mut Columns) -> Result<Opened<'a>> {
    let options = source::Options { format: Some(Format::Separated), ..source::Options::default() };
    let source = Source::open(path, &options)
        .with_context(|| format!("could not read {}", path.display()))?;
    let columns =
        columns.add(source.columns()).map_err(|error| anyhow!("{}: {error}", path.display()))?;
    Ok(Opened { path, source, columns })
}

/// How many rows are read between two looks at the progress bar.
const ROWS_PER_LOOK: usize = 20_000;

fn rows(
    file: &mut Opened<'_>,
    records: &mut Records,
    lines: &mut Lines<'_>,
    advanced: impl Fn(),
) -> Result<()> {
    let at_line = |line: u64| format!("{}, line {line}", file.path.display());
    // Columns that later files brought along are empty here.
    let places: Vec<Option<usize>> = (0..records.schema().columns.len())
        .map(|column| file.columns.places.get(column).copied().flatten())
        .collect();
    loop {
        let piece = file.source.next_piece();
        match piece.with_context(|| format!("could not read {}", file.path.display()))? {
            Piece::Row(row) => {
                let id = row.cell(file.columns.record_id).trim();
                if id.is_empty() {
                    bail!("{}: the record has no record_id; give it one", at_line(row.line));
                }
                records.push(id, places.iter().map(|at| at.map_or("", |at| row.cell(at))));
                lines.of_records.push(row.line);
            }
            Piece::Bad(bad) => bail!("{}: {}", at_line(bad.line), bad.reason),
            Piece::End => return Ok(()),
        }
        if records.len().is_multiple_of(ROWS_PER_LOOK) {
            advanced();
        }
    }
}

/// Where each record stands.
#[derive(Default)]
struct Lines<'a> {
    /// Each file and its first record.
    files: Vec<(&'a Path, usize)>,
    of_records: Vec<u64>,
}

impl<'a> Lines<'a> {
    fn begin(&mut self, path: &'a Path, first: usize) {
        self.files.push((path, first));
    }

    fn place(&self, record: usize) -> String {
        let file = self.files.iter().rev().find(|(_, first)| *first <= record);
        let path = file.map_or(Path::new(""), |(path, _)| path);
        format!("{}, line {}", path.display(), self.of_records[record])
    }
}

/// An id stands for one record, over all files.
fn each_once(records: &Records, lines: &Lines<'_>) -> Result<()> {
    let mut first: HashMap<&str, usize> = HashMap::with_capacity(records.len());
    for record in 0..records.len() {
        match first.entry(records.id(record)) {
            Entry::Vacant(place) => {
                place.insert(record);
            }
            Entry::Occupied(other) => bail!(
                "{}: the record_id {} was there before ({}). An id stands for one record over all \
                 files; if they are different records, put the name of the file before the id",
                lines.place(record),
                records.id(record),
                lines.place(*other.get())
            ),
        }
    }
    Ok(())
}
