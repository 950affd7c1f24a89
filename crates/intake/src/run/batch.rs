//! The storing half: one batch, one transaction.

use handfast_db::{Fault, Kind, Tx};
use handfast_kit::TimeMs;
use handfast_record::sales::Applied;

use super::{
    apply::{Refused, Sellers, Writer, apply},
    heard::Heard,
    read::{Batch, Entry, Prepared},
};
use crate::{
    imports::{Counts, ImportId, REJECTS_MAX, Reject},
    shapes::Item,
    store,
};

/// How much of a rejected row's text the database keeps.
const KEPT_BYTES_MAX: usize = 4 << 10;

/// Where rows go: an import, in somebody's name.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) writer: Writer,
    pub(super) id: ImportId,
    pub(super) heard: Option<Heard>,
}

/// What became of a batch.
#[derive(Debug)]
pub(super) struct Stored {
    /// Of all rows of the import so far.
    pub(super) counts: Counts,
    /// The rows of this batch that were left out.
    pub(super) rejects: Vec<Reject>,
}

/// Why nothing of a batch was stored.
#[derive(Debug)]
pub(super) enum Refusal {
    Cancelled,
    Fault(Fault),
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

enum Fate {
    Stored,
    Unchanged,
    Rejected(Reject),
}

/// Stores a batch, its rejects, and how far the import is.
pub(super) fn store(
    tx: &mut Tx<'_>,
    target: &Target,
    batch: &Batch,
    before: Counts,
    bytes_done: u64,
    now: TimeMs,
) -> Result<Stored, Refusal> {
    // Nearly always every row is good: then one savepoint does for all.
    let fates = match tx.attempt(|tx| all(tx, target, batch, now)) {
        Ok(fates) => fates,
        Err(Refused::Fault(fault)) if !is_of_a_row(&fault) => return Err(fault.into()),
        Err(_) => one_by_one(tx, target, batch, now)?,
    };
    tell(tx, target, batch, &fates, now)?;
    let network = target.writer.author.network();
    let mut counts = before;
    let mut rejects = Vec::new();
    for fate in fates {
        counts.read += 1;
        match fate {
            Fate::Stored => counts.stored += 1,
            Fate::Unchanged => counts.unchanged += 1,
            Fate::Rejected(reject) => {
                counts.rejected += 1;
                if counts.rejected <= REJECTS_MAX {
                    let kept = shortened(&reject);
                    store::insert_reject(tx, network, target.id, counts.rejected, &kept)?;
                }
                rejects.push(Reject { position: counts.rejected, ..reject });
            }
        }
    }
    if store::advance(tx, network, target.id, &counts, bytes_done)? == 0 {
        return Err(Refusal::Cancelled);
    }
    Ok(Stored { counts, rejects })
}

/// Tells whoever hears the lines about customers, but for those that were left out.
fn tell(
    tx: &mut Tx<'_>,
    target: &Target,
    batch: &Batch,
    fates: &[Fate],
    now: TimeMs,
) -> Result<(), Fault> {
    let Some(heard) = &target.heard else { return Ok(()) };
    let mut lines = Vec::new();
    for (entry, fate) in batch.entries.iter().zip(fates) {
        let (Entry::Row(row), Fate::Stored | Fate::Unchanged) = (entry, fate) else { continue };
        lines.extend(row.items.iter().filter_map(|keyed| match &keyed.item {
            Item::Customer(incoming, _) => Some(incoming),
            _ => None,
        }));
    }
    if lines.is_empty() {
        return Ok(());
    }
    heard.hear(tx, &target.writer.author, (target.writer.as_of, now), &lines)
}

/// What the database keeps of a reject: enough to find the row, not a megabyte of it.
fn shortened(reject: &Reject) -> Reject {
    let end = reject.original.floor_char_boundary(KEPT_BYTES_MAX);
    Reject { original: reject.original[..end].to_owned(), ..reject.clone() }
}

fn all(tx: &mut Tx<'_>, target: &Target, batch: &Batch, now: TimeMs) -> Result<Vec<Fate>, Refused> {
    let mut sellers = Sellers::new();
    let each = |entry: &Entry| match entry {
        Entry::Bad(bad) => Ok(Fate::Rejected(bad.into())),
        Entry::Row(row) => one(tx, target, &mut sellers, row, now),
    };
    batch.entries.iter().map(each).collect()
}

fn one_by_one(
    tx: &mut Tx<'_>,
    target: &Target,
    batch: &Batch,
    now: TimeMs,
) -> Result<Vec<Fate>, Fault> {
    let mut fates = Vec::with_capacity(batch.entries.len());
    for entry in &batch.entries {
        let row = match entry {
            Entry::Bad(bad) => {
                fates.push(Fate::Rejected(bad.into()));
                continue;
            }
            Entry::Row(row) => row,
        };
        // What a row that is undone looked up may be undone with it.
        let fate = tx.attempt(|tx| one(tx, target, &mut Sellers::new(), row, now));
        fates.push(match fate {
            Ok(fate) => fate,
            Err(Refused::Row(reason)) => Fate::Rejected(rejected(row, reason)),
            Err(Refused::Fault(fault)) if is_of_a_row(&fault) => {
                tracing::warn!(import.id = %target.id, line = row.line, error = %fault,
                    "a row could not be stored");
                let reason = "this row could not be stored; the server's log says why".to_owned();
                Fate::Rejected(rejected(row, reason))
            }
            Err(Refused::Fault(fault)) => return Err(fault),
        });
    }
    Ok(fates)
}

/// A fault that another row need not have.
fn is_of_a_row(fault: &Fault) -> bool {
    matches!(fault.kind(), Kind::Other | Kind::Unique { .. } | Kind::ForeignKey)
}

fn one(
    tx: &mut Tx<'_>,
    target: &Target,
    sellers: &mut Sellers,
    row: &Prepared,
    now: TimeMs,
) -> Result<Fate, Refused> {
    let network = target.writer.author.network();
    let mut fate = Fate::Unchanged;
    for keyed in &row.items {
        // Whatever is refused below undoes this with it.
        if store::remember(tx, network, keyed.key, keyed.content)? == 0 {
            continue;
        }
        if apply(tx, &target.writer, sellers, now, &keyed.item)? == Applied::Stored {
            fate = Fate::Stored;
        }
    }
    Ok(fate)
}

fn rejected(row: &Prepared, reason: String) -> Reject {
    let end = row.original.floor_char_boundary(64 << 10);
    let original = row.original[..end].to_owned();
    Reject { line: row.line, position: 0, column: String::new(), reason, original }
}

impl From<&crate::source::Bad> for Reject {
    fn from(bad: &crate::source::Bad) -> Self {
        let crate::source::Bad { line, column, reason, original } = bad.clone();
        Self { line, position: 0, column, reason, original }
    }
}
