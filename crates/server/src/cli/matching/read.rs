//! Files of records, brought to one schema.

use std::{
    collections::{HashMap, hash_map::Entry},
    hash::{BuildHasher, RandomState},
    path::{Path, PathBuf},
    sync::mpsc::{SyncSender, sync_channel},
    thread,
};

use anyhow::{Context, Result, anyhow, bail};
use handfast_intake::source::{self, Format, Piece, Row, Source};
use handfast_matching::{
    Model, Records, Schema,
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
    let mut kept = Kept::new(schema);
    let bytes: u64 = paths.iter().map(|path| path.metadata().map_or(0, |facts| facts.len())).sum();
    let mut bytes_before = 0;
    let mut ignored = Vec::new();
    for mut file in opened {
        kept.begin(file.path);
        let read = file.source.bytes_read();
        rows(&mut file, &mut kept, || {
            watcher.at("reading", bytes_before + read.count(), bytes);
        })?;
        bytes_before += read.count();
        ignored.push((file.path.to_owned(), file.columns.ignored));
    }
    Ok(Input { records: kept.records, ignored })
}

fn open<'a>(path: &'a Path, columns: &mut Columns) -> Result<Opened<'a>> {
    let options = source::Options { format: Some(Format::Separated), ..source::Options::default() };
    let source = Source::open(path, &options)
        .with_context(|| format!("could not read {}", path.display()))?;
    let columns =
        columns.add(source.columns()).map_err(|error| anyhow!("{}: {error}", path.display()))?;
    Ok(Opened { path, source, columns })
}

/// How many rows go from the thread that reads them to the one that keeps them at once.
const BATCH_ROWS: usize = 4_096;
/// How many batches may wait: some megabytes.
const BATCHES_MAX: usize = 4;

/// Keeps the rows of a file while a second thread reads and splits it.
fn rows(file: &mut Opened<'_>, kept: &mut Kept<'_>, advanced: impl Fn()) -> Result<()> {
    // Columns that later files brought along are empty here.
    let places: Vec<Option<usize>> = (0..kept.records.schema().columns.len())
        .map(|column| file.columns.places.get(column).copied().flatten())
        .collect();
    let (path, record_id, source) = (file.path, file.columns.record_id, &mut file.source);
    thread::scope(|scope| {
        let (send, receive) = sync_channel(BATCHES_MAX);
        let reader = scope.spawn(move || split(path, source, &send));
        for batch in receive {
            for row in batch {
                kept.keep(&row, record_id, &places)?;
            }
            advanced();
        }
        reader.join().map_err(|_| anyhow!("reading {} broke off", path.display()))?
    })
}

/// Sends the rows of a file; ends early when nobody wants them any more.
fn split(path: &Path, source: &mut Source, send: &SyncSender<Vec<Row>>) -> Result<()> {
    let mut batch = Vec::with_capacity(BATCH_ROWS);
    loop {
        let piece = source.next_piece();
        match piece.with_context(|| format!("could not read {}", path.display()))? {
            Piece::Row(row) => batch.push(row),
            Piece::Bad(bad) => {
                // What is wrong in the rows before comes first.
                let _ = send.send(batch);
                bail!("{}: {}", at_line(path, bad.line), bad.reason)
            }
            Piece::End => {
                let _ = send.send(batch);
                return Ok(());
            }
        }
        if batch.len() == BATCH_ROWS {
            let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH_ROWS));
            if send.send(full).is_err() {
                return Ok(());
            }
        }
    }
}

/// The records so far, and where each stands.
struct Kept<'a> {
    records: Records,
    /// Each file and its first record.
    files: Vec<(&'a Path, usize)>,
    lines: Vec<u64>,
    /// The record of an id, by the hash of the id; one further when another id has that hash.
    by_id: HashMap<u64, u32>,
    hasher: RandomState,
}

impl<'a> Kept<'a> {
    fn new(schema: Schema) -> Self {
        let (files, lines) = (Vec::new(), Vec::new());
        let (by_id, hasher) = (HashMap::new(), RandomState::new());
        Self { records: Records::new(schema), files, lines, by_id, hasher }
    }

    fn begin(&mut self, path: &'a Path) {
        self.files.push((path, self.records.len()));
    }

    fn keep(&mut self, row: &Row, record_id: usize, places: &[Option<usize>]) -> Result<()> {
        let id = row.cell(record_id).trim();
        let record = self.records.len();
        self.records.push(id, places.iter().map(|at| at.map_or("", |at| row.cell(at))));
        self.lines.push(row.line);
        if id.is_empty() {
            bail!("{}: the record has no record_id; give it one", self.place(record));
        }
        let mut hash = self.hasher.hash_one(id);
        loop {
            match self.by_id.entry(hash) {
                Entry::Vacant(place) => {
                    place.insert(record as u32);
                    return Ok(());
                }
                Entry::Occupied(other) => {
                    let other = *other.get() as usize;
                    if self.records.id(other) == id {
                        return Err(self.there_before(record, other));
                    }
                    hash = hash.wrapping_add(1);
                }
            }
        }
    }

    /// An id stands for one record, over all files.
    fn there_before(&self, record: usize, other: usize) -> anyhow::Error {
        anyhow!(
            "{}: the record_id {} was there before ({}). An id stands for one record over all \
             files; if they are different records, put the name of the file before the id",
            self.place(record),
            self.records.id(record),
            self.place(other)
        )
    }

    fn place(&self, record: usize) -> String {
        let file = self.files.iter().rev().find(|(_, first)| *first <= record);
        at_line(file.map_or(Path::new(""), |(path, _)| path), self.lines[record])
    }
}

fn at_line(path: &Path, line: u64) -> String {
    format!("{}, line {line}", path.display())
}
