//! Running an import: one thread reads and understands rows, another stores them batch by batch.
//!
//! A batch is one transaction: its effects, what each row said (`intake_row`), its rejects and the
//! counts of the import. So a worker that is killed leaves a whole number of batches, and whoever
//! takes the import up again goes on behind them; a new import of the same file finds what is
//! stored unchanged. A row that cannot be stored is undone alone.

mod apply;
mod batch;
mod heard;
mod occurrences;
mod read;
mod rejects;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
    thread,
    time::UNIX_EPOCH,
};

use handfast_db::{Db, Fault};
use handfast_kit::{Clock, TimeMs, Zone};
use handfast_record::sharing::Author;
use handfast_web::Side;

use crate::{
    imports::{Counts, ImportId, NewImport, State},
    map::MapError,
    opening::{How, OpenError},
    profile::Profile,
    source::Limits,
    store,
};
use apply::Writer;
use batch::{Refusal, Target};
pub use heard::Heard;
use read::Batch;
pub(crate) use rejects::{Head, csv_text};

/// A file, and what is known of its rows.
#[derive(Debug, Clone)]
pub struct InputFile {
    /// Where it is.
    pub path: PathBuf,
    /// What is known of its rows.
    pub how: How,
}

/// Where rows go that are left out, beside the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RejectsTo {
    /// Nowhere.
    Database,
    /// Into `<FILE>.rejects.csv`, beside the file; in the current folder when that cannot be.
    FileBeside,
}

/// An import to be run.
#[derive(Debug, Clone)]
pub struct Work {
    /// Which import; it is queued, or was running when its worker was killed.
    pub id: ImportId,
    /// In whose name rows are stored.
    pub author: Author,
    /// Whether that is the brand or a partner.
    pub side: Side,
    /// The network's zone.
    pub zone: Zone,
    /// The files, in the order in which they are taken in.
    pub files: Vec<InputFile>,
    /// Where rows go that are left out.
    pub rejects: RejectsTo,
    /// How much a file may unpack to.
    pub limits: Limits,
    /// Who hears the lines about customers, also those that say nothing new.
    pub heard: Option<Heard>,
}

/// How far an import is.
#[derive(Debug, Clone)]
pub struct Progress<'a> {
    /// The file that is read.
    pub file: &'a Path,
    /// What became of the rows so far.
    pub counts: Counts,
    /// Bytes read of all files.
    pub bytes_done: u64,
    /// Bytes of all files.
    pub bytes_total: u64,
}

/// What whoever watches wishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Go on.
    GoOn,
    /// Stop for good.
    Cancel,
    /// Stop here; it will be taken up again.
    Pause,
}

/// Watches an import between its batches.
pub trait Watch {
    /// A batch is stored.
    fn advanced(&self, _progress: &Progress<'_>) {}

    /// Asked before each batch.
    fn wish(&self) -> Wish {
        Wish::GoOn
    }
}

/// Nobody watches.
#[derive(Debug, Clone, Copy)]
pub struct Unwatched;

impl Watch for Unwatched {}

/// How an import ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Which import.
    pub id: ImportId,
    /// What became of its rows.
    pub counts: Counts,
    /// Whether all were read.
    pub ending: Ending,
    /// Files of rows that were left out, where there are any.
    pub rejects_files: Vec<PathBuf>,
}

/// Whether all rows were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// All.
    Done,
    /// Somebody stopped it for good.
    Cancelled,
    /// It will be taken up again.
    Paused,
}

/// Why an import could not be run to its end.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What the rows are to be makes no sense.
    #[error(transparent)]
    Map(#[from] MapError),
    /// A file cannot be taken in.
    #[error("{}: {error}", file.display())]
    Open {
        /// Which file.
        file: PathBuf,
        /// Why.
        error: OpenError,
    },
    /// The rows that are left out can be written nowhere.
    #[error("the rows that are left out cannot be written to {}: {error}", file.display())]
    Rejects {
        /// Where to.
        file: PathBuf,
        /// Why not.
        error: std::io::Error,
    },
    /// Somebody else ended it.
    #[error("the import is over")]
    Over,
    /// The database.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// The files that a person named: each with the shape, profile or map that was named with them. A
/// folder stands for the files that its profile knows, in their order.
pub fn files(
    shape: &str,
    profile: Option<&str>,
    map: Option<&str>,
    paths: &[PathBuf],
) -> Result<Vec<InputFile>, MapError> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let profile = Profile::named(profile.unwrap_or(shape))?;
            for found in profile.files(path)? {
                let how = How::Profile(found.shape, profile.name.clone());
                files.push(InputFile { path: found.path, how });
            }
        } else {
            let how = How::of_texts(shape, profile.unwrap_or(""), map.unwrap_or(""))?;
            files.push(InputFile { path: path.clone(), how });
        }
    }
    Ok(files)
}

/// Notes an import of local files, queued and not pushed to a worker: for [`run`] on the spot.
pub fn note(
    db: &Db,
    clock: &Clock,
    author: Author,
    files: &[InputFile],
) -> Result<ImportId, Error> {
    let first = files.first().ok_or_else(|| MapError("no file is named".to_owned()))?;
    let (shape, profile, map) = first.how.texts();
    let name = |file: &InputFile| {
        file.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    };
    let names: Vec<String> = files.iter().map(name).collect();
    let id = ImportId::random();
    let new = NewImport {
        author,
        shape: if files.len() == 1 { shape } else { String::new() },
        profile,
        map,
        file_name: names.join(", ").chars().take(200).collect(),
        state: State::Queued,
        bytes_total: 0,
        created: clock.now(),
    };
    db.write(move |tx| {
        store::give_up_before(tx, &new)?;
        store::insert(tx, id, &new)
    })?;
    Ok(id)
}

/// Runs an import to its end, or goes on with one that was left running.
pub fn run(db: &Db, clock: &Clock, work: &Work, watch: &dyn Watch) -> Result<Outcome, Error> {
    for file in &work.files {
        file.how.check(work.side)?;
    }
    match take_in(db, clock, work, watch) {
        Ok(outcome) => {
            let state = match outcome.ending {
                Ending::Done => State::Done,
                Ending::Cancelled => State::Cancelled,
                Ending::Paused => return Ok(outcome),
            };
            end(db, clock, work, state, String::new())?;
            Ok(outcome)
        }
        // The database may be back in a moment, and then it goes on where it stood.
        Err(Error::Fault(fault)) => Err(Error::Fault(fault)),
        Err(Error::Over) => Err(Error::Over),
        Err(error) => {
            // Where files lie on this machine is not for whoever sent one.
            let message = match &error {
                Error::Open { error, .. } => error.to_string(),
                other => other.to_string(),
            };
            end(db, clock, work, State::Failed, message)?;
            Err(error)
        }
    }
}

fn end(db: &Db, clock: &Clock, work: &Work, state: State, message: String) -> Result<(), Fault> {
    let (network, id, now) = (work.author.network(), work.id, clock.now());
    db.write(move |tx| store::end(tx, network, id, (state, &message), now).map(|_| ()))
}

fn take_in(db: &Db, clock: &Clock, work: &Work, watch: &dyn Watch) -> Result<Outcome, Error> {
    let size = |file: &InputFile| fs::metadata(&file.path).map_or(0, |facts| facts.len());
    let bytes_total = work.files.iter().map(size).sum();
    let (network, id, now) = (work.author.network(), work.id, clock.now());
    let import = db.write(move |tx| {
        store::start(tx, network, id, now, bytes_total)?;
        store::find(tx, network, id)
    })?;
    let import = import.filter(|import| import.state == State::Running).ok_or(Error::Over)?;
    let mut progress = Ongoing {
        counts: import.counts,
        // Rows that an earlier run has stored already are read again, and left.
        skip_rows: import.counts.read,
        bytes_before: 0,
        bytes_total,
        rejects_files: Vec::new(),
    };
    for file in &work.files {
        let writer = Writer {
            author: work.author,
            side: work.side,
            zone: work.zone.clone(),
            as_of: as_of(&file.path, import.created),
        };
        let target = Arc::new(Target { writer, id, heard: work.heard.clone() });
        let ending = take_file(db, clock, work, file, &target, &mut progress, watch)?;
        if ending != Ending::Done {
            return Ok(progress.outcome(id, ending));
        }
        progress.bytes_before += size(file);
    }
    Ok(progress.outcome(id, Ending::Done))
}

/// When rows without a date of their own said what they say: when their file was written. The same
/// file is as old in a second run, so both end in the same touches.
fn as_of(file: &Path, created: TimeMs) -> TimeMs {
    let written = fs::metadata(file).and_then(|facts| facts.modified()).ok();
    let since = written.and_then(|written| written.duration_since(UNIX_EPOCH).ok());
    since.map_or(created, |since| TimeMs(since.as_millis() as i64).min(created))
}

struct Ongoing {
    counts: Counts,
    skip_rows: u64,
    bytes_before: u64,
    bytes_total: u64,
    rejects_files: Vec<PathBuf>,
}

impl Ongoing {
    fn outcome(&self, id: ImportId, ending: Ending) -> Outcome {
        debug_assert!(self.counts.adds_up(), "every row is accounted for: {:?}", self.counts);
        let rejects_files = self.rejects_files.clone();
        Outcome { id, counts: self.counts, ending, rejects_files }
    }
}

fn take_file(
    db: &Db,
    clock: &Clock,
    work: &Work,
    file: &InputFile,
    target: &Arc<Target>,
    progress: &mut Ongoing,
    watch: &dyn Watch,
) -> Result<Ending, Error> {
    let mut rejects = rejects::File::new(work.rejects, &file.path);
    let reading = read::Reading::new(file, work, &mut progress.skip_rows)?;
    thread::scope(|scope| {
        // Two batches ahead are enough to keep both threads busy, and few enough for any memory.
        let (sender, batches) = mpsc::sync_channel(2);
        scope.spawn(move || reading.send_all(&sender));
        let mut ending = Ending::Done;
        for batch in batches {
            let batch: Batch = batch?;
            match watch.wish() {
                Wish::GoOn => {}
                Wish::Cancel => ending = Ending::Cancelled,
                Wish::Pause => ending = Ending::Paused,
            }
            if ending != Ending::Done {
                break;
            }
            let bytes_done = progress.bytes_before + batch.bytes_done;
            let stored = store_batch(db, clock, target, progress.counts, bytes_done, batch);
            let Some(stored) = stored? else {
                ending = Ending::Cancelled;
                break;
            };
            progress.counts = stored.counts;
            rejects.add(&stored.rejects)?;
            watch.advanced(&Progress {
                file: &file.path,
                counts: progress.counts,
                bytes_done,
                bytes_total: progress.bytes_total,
            });
        }
        progress.rejects_files.extend(rejects.finish()?);
        Ok(ending)
    })
}

/// `None` when somebody cancelled the import meanwhile.
fn store_batch(
    db: &Db,
    clock: &Clock,
    target: &Arc<Target>,
    before: Counts,
    bytes_done: u64,
    batch: Batch,
) -> Result<Option<batch::Stored>, Fault> {
    let target = Arc::clone(target);
    let now = clock.now();
    let stored = db.write(move |tx| batch::store(tx, &target, &batch, before, bytes_done, now));
    match stored {
        Ok(stored) => Ok(Some(stored)),
        Err(Refusal::Cancelled) => Ok(None),
        Err(Refusal::Fault(fault)) => Err(fault),
    }
}
