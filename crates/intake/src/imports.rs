//! Imports: one file each, who sent it, what its rows are, and how far it is.

use handfast_db::{Cx, Db, Fault, Tx};
use handfast_kit::{Cursor, Id, OrganisationId, Page, PersonId, TimeMs};
use handfast_record::sharing::Author;
use handfast_web::Viewer;
use serde::{Deserialize, Serialize};

use crate::{job, map::MapError, opening::How, store, uploads::Uploads};

/// Marks the id of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ImportMark {}
/// Which import.
pub type ImportId = Id<ImportMark>;

/// Most imports or rejects of one page of a list.
pub const PAGE_MAX: usize = 200;

/// How many rejects of one import are kept for reading and download; all are counted.
pub const REJECTS_MAX: u64 = 10_000;

/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The file is here; somebody has to say what its rows are.
    Waiting,
    /// A worker will take it.
    Queued,
    /// A worker is at it.
    Running,
    /// All rows were read.
    Done,
    /// Somebody stopped it; what was stored until then stays.
    Cancelled,
    /// It could not go on; the message says why.
    Failed,
}

impl State {
    const ALL: [Self; 6] =
        [Self::Waiting, Self::Queued, Self::Running, Self::Done, Self::Cancelled, Self::Failed];

    /// The state's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }

    /// The state with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Whether nothing more will happen.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Cancelled | Self::Failed)
    }
}

/// What became of the rows. `read` is always the sum of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Rows read.
    pub read: u64,
    /// Rows that were new or said something new.
    pub stored: u64,
    /// Rows that said what was known already.
    pub unchanged: u64,
    /// Rows left out, each with its reason.
    pub rejected: u64,
}

impl Counts {
    /// Whether every row that was read is accounted for.
    pub const fn adds_up(&self) -> bool {
        self.read == self.stored + self.unchanged + self.rejected
    }
}

/// One import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Its id.
    pub id: ImportId,
    /// Whose rows they are.
    pub organisation: OrganisationId,
    /// Who sent the file, if it was a person.
    pub person: Option<PersonId>,
    /// The shape's word; empty while nobody said.
    pub shape: String,
    /// The profile's name; empty without one.
    pub profile: String,
    /// The map's text; empty without one.
    pub map: String,
    /// What the file was called where it came from.
    pub file_name: String,
    /// Where it stands.
    pub state: State,
    /// Why it failed; otherwise empty.
    pub message: String,
    /// What became of the rows so far.
    pub counts: Counts,
    /// Bytes of the file that were read.
    pub bytes_done: u64,
    /// Bytes of the file.
    pub bytes_total: u64,
    /// When the file came.
    pub created: TimeMs,
    /// When a worker took it.
    pub started: Option<TimeMs>,
    /// When it was over.
    pub ended: Option<TimeMs>,
}

impl Import {
    /// How much of the file was read, in hundredths; 100 only when it is done.
    pub fn percent(&self) -> u64 {
        match self.state {
            State::Done => 100,
            _ if self.bytes_total == 0 => 0,
            _ => (self.bytes_done * 100 / self.bytes_total).min(99),
        }
    }

    /// Rows read per second until `now` or until the end; none before it has begun.
    pub fn rows_per_s(&self, now: TimeMs) -> Option<u64> {
        let took_ms = self.ended.unwrap_or(now).0 - self.started?.0;
        Some(self.counts.read * 1_000 / u64::try_from(took_ms.max(1)).ok()?)
    }
}

/// An import to be made.
#[derive(Debug, Clone)]
pub struct NewImport {
    /// In whose name rows are stored.
    pub author: Author,
    /// The shape's word; empty while nobody said.
    pub shape: String,
    /// The profile's name; empty without one.
    pub profile: String,
    /// The map's text; empty without one.
    pub map: String,
    /// What the file is called.
    pub file_name: String,
    /// Where it stands at first: waiting or queued.
    pub state: State,
    /// Bytes of the file.
    pub bytes_total: u64,
    /// When it came.
    pub created: TimeMs,
}

/// A row that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reject {
    /// The line of the file it begins in.
    pub line: u64,
    /// Its number among the rejects of the import.
    #[serde(skip)]
    pub position: u64,
    /// The column that is wrong; empty when it is the whole row.
    pub column: String,
    /// What is wrong and what to do.
    pub reason: String,
    /// The row as it stands in the file.
    pub original: String,
}

/// Why something cannot be done with an import.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is none, or it is another organisation's.
    #[error("there is no such import")]
    NotFound,
    /// It was started or ended already.
    #[error("the import was started already")]
    NotWaiting,
    /// It is over.
    #[error("the import is over")]
    Over,
    /// What its rows are to be makes no sense.
    #[error(transparent)]
    Map(#[from] MapError),
    /// The file cannot be read.
    #[error("{0}")]
    Unreadable(String),
    /// The rest.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Notes a file that is here and waits for somebody to say what its rows are.
pub fn receive(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    id: ImportId,
    (file_name, bytes_total): (&str, u64),
    now: TimeMs,
) -> Result<(), Fault> {
    let new = NewImport {
        author: Author::of(viewer),
        shape: String::new(),
        profile: String::new(),
        map: String::new(),
        file_name: short_name(file_name),
        state: State::Waiting,
        bytes_total,
        created: now,
    };
    store::insert(tx, id, &new)?;
    Ok(())
}

/// The last part of a path that a browser sent, at most 200 characters. Shown, never opened.
fn short_name(file_name: &str) -> String {
    let name = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain = name.chars().filter(|c| !c.is_control()).take(200).collect::<String>();
    if plain.trim().is_empty() { "rows".to_owned() } else { plain }
}

/// Says what the rows of a waiting import are, and asks a worker to take it.
pub fn start(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    id: ImportId,
    how: &How,
    now: TimeMs,
) -> Result<(), Error> {
    how.check(viewer.side)?;
    own(tx, viewer, id)?;
    let (shape, profile, map) = how.texts();
    let started = store::queue(tx, viewer.network, id, (&shape, &profile, &map))?;
    if started == 0 {
        return Err(Error::NotWaiting);
    }
    job::push(tx, viewer.network, id, now)?;
    Ok(())
}

/// Stops an import. What it stored stays.
pub fn cancel(
    tx: &mut Tx<'_>,
    viewer: &Viewer,
    uploads: &Uploads,
    id: ImportId,
    now: TimeMs,
) -> Result<(), Error> {
    let import = own(tx, viewer, id)?;
    if store::end(tx, viewer.network, id, (State::Cancelled, ""), now)? == 0 {
        return Err(Error::Over);
    }
    // Otherwise a worker has the file, or will come for it and find that it is over.
    if import.state == State::Waiting {
        let uploads = uploads.clone();
        tx.after_commit(move || uploads.remove(id));
    }
    Ok(())
}

/// Cancels imports whose file waited for a week without anybody saying what its rows are, and
/// removes their files; says how many. To be called once a day or so.
pub fn forget_abandoned(db: &Db, uploads: &Uploads, now: TimeMs) -> Result<usize, Fault> {
    let abandoned = db.read(|cx| store::abandoned(cx, now.plus(-7 * TimeMs::DAY)))?;
    for (network, id) in &abandoned {
        let (network, id) = (*network, *id);
        let message = "nobody said what its rows are";
        db.write(move |tx| store::end(tx, network, id, (State::Cancelled, message), now))?;
        uploads.remove(id);
    }
    Ok(abandoned.len())
}

/// The import, if it is the viewer's organisation's.
pub fn find(cx: &mut Cx<'_>, viewer: &Viewer, id: ImportId) -> Result<Option<Import>, Fault> {
    let found = store::find(cx, viewer.network, id)?;
    Ok(found.filter(|import| import.organisation == viewer.organisation))
}

fn own(cx: &mut Cx<'_>, viewer: &Viewer, id: ImportId) -> Result<Import, Error> {
    find(cx, viewer, id)?.ok_or(Error::NotFound)
}

/// The imports of the viewer's organisation, the latest first.
pub fn list(
    cx: &mut Cx<'_>,
    viewer: &Viewer,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<Page<Import>, Fault> {
    let limit = limit.clamp(1, PAGE_MAX);
    let place = after
        .and_then(Cursor::values::<2>)
        .and_then(|[created, id]| Some((TimeMs(created.parse().ok()?), id.parse().ok()?)));
    let start = (TimeMs(i64::MAX), ImportId::from_uuid(handfast_kit::Uuid::max()));
    let place = place.unwrap_or(start);
    let rows = store::list(cx, viewer.network, viewer.organisation, place, limit + 1)?;
    Ok(Page::of(rows, limit, |import| {
        Cursor::after([import.created.0.to_string(), import.id.to_string()])
    }))
}

/// The rows that an import left out, by line; of very many the first [`REJECTS_MAX`].
pub fn rejects(
    cx: &mut Cx<'_>,
    viewer: &Viewer,
    id: ImportId,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<Page<Reject>, Error> {
    own(cx, viewer, id)?;
    let limit = limit.clamp(1, PAGE_MAX);
    let place = after
        .and_then(Cursor::values::<2>)
        .and_then(|[line, position]| Some((line.parse().ok()?, position.parse().ok()?)));
    let rows = store::rejects(cx, viewer.network, id, place.unwrap_or((0, 0)), limit + 1)?;
    Ok(Page::of(rows, limit, |reject| {
        Cursor::after([reject.line.to_string(), reject.position.to_string()])
    }))
}
