//! The reading half: rows of a file, understood and named, in batches.

use std::sync::mpsc::SyncSender;

use handfast_kit::Id;

use super::{
    Error, InputFile, Work,
    occurrences::{Occurrences, Repeats},
};
use crate::{
    opening::{OpenError, Opened, open},
    plan::{Content, Made},
    shapes::Item,
    source::{Bad, BytesRead, Piece, Row},
    store::RowKey,
};

const BATCH_ROWS: usize = 500;
const BATCH_BYTES: usize = 4 << 20;

/// Rows that are stored together.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) entries: Vec<Entry>,
    /// Bytes of the file that were read when the batch was full.
    pub(super) bytes_done: u64,
    text_bytes: usize,
}

/// A row that was read.
#[derive(Debug)]
pub(super) enum Entry {
    Row(Prepared),
    Bad(Bad),
}

/// A row that was understood.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) line: u64,
    pub(super) original: String,
    pub(super) items: Vec<Keyed>,
}

/// One thing that a row became, under its name.
#[derive(Debug)]
pub(super) struct Keyed {
    pub(super) key: RowKey,
    pub(super) content: Content,
    pub(super) item: Item,
}

pub(super) struct Reading {
    file: InputFile,
    opened: Opened,
    read: BytesRead,
    occurrences: Occurrences,
    /// Who names the rows: the same row of another organisation is another row.
    owner: [[u8; 16]; 2],
}

impl Reading {
    /// Opens the file. Takes from `skip_rows` what it will skip: its rows, if it has fewer.
    pub(super) fn new(file: &InputFile, work: &Work, skip_rows: &mut u64) -> Result<Self, Error> {
        let opened = open(&file.path, &file.how, &work.zone, work.limits)
            .map_err(|error| Error::Open { file: file.path.clone(), error })?;
        let author = &work.author;
        let owner =
            [*author.network().uuid().as_bytes(), *author.organisation_id().uuid().as_bytes()];
        let mut reading = Self {
            file: file.clone(),
            read: opened.source.bytes_read(),
            opened,
            occurrences: Occurrences::default(),
            owner,
        };
        reading.skip(skip_rows)?;
        Ok(reading)
    }

    /// Reads rows that are stored already, for they count in the numbers of later ones.
    fn skip(&mut self, skip_rows: &mut u64) -> Result<(), Error> {
        while *skip_rows > 0 {
            if self.next()?.is_none() {
                break;
            }
            *skip_rows -= 1;
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Entry>, Error> {
        let piece =
            self.opened.source.next_piece().map_err(|error| self.unreadable(error.into()))?;
        Ok(match piece {
            Piece::End => None,
            Piece::Bad(bad) => Some(Entry::Bad(bad)),
            Piece::Row(row) => Some(self.prepared(row)),
        })
    }

    fn unreadable(&self, error: OpenError) -> Error {
        Error::Open { file: self.file.path.clone(), error }
    }

    fn prepared(&mut self, row: Row) -> Entry {
        match self.opened.bound.make(&row) {
            Err(bad) => Entry::Bad(bad),
            Ok(made) => {
                let items = made.into_iter().map(|made| self.keyed(made, row.line)).collect();
                Entry::Row(Prepared { line: row.line, original: row.original, items })
            }
        }
    }

    fn keyed(&mut self, made: Made, line: u64) -> Keyed {
        let Made { shape, mut item, content } = made;
        // A step without a reference of its own is named by all that it says.
        let (named_by_content, repeats) = match &item {
            Item::Event(step) if step.event_ref.is_none() => (true, Repeats::Count),
            _ => (false, Repeats::AreOne),
        };
        let natural = item.natural_key();
        let mut parts: Vec<&[u8]> = self.owner.iter().map(<[u8; 16]>::as_slice).collect();
        parts.push(shape.word().as_bytes());
        parts.extend(natural.iter().map(|part| part.as_bytes()));
        let content_bytes = *content.uuid().as_bytes();
        if named_by_content {
            parts.push(&content_bytes);
        }
        let number = self.occurrences.number(Id::<()>::derived(&parts), content, repeats);
        let number_bytes = number.to_be_bytes();
        parts.push(&number_bytes);
        let key = RowKey::derived(&parts);
        if let Item::Event(step) = &mut item {
            step.event.row = line as i64;
            step.event.occurrence = i64::from(number);
        }
        Keyed { key, content, item }
    }

    /// Sends the rest of the file, batch by batch, until nobody listens any more.
    pub(super) fn send_all(mut self, to: &SyncSender<Result<Batch, Error>>) {
        loop {
            let batch = self.batch();
            let is_last = batch.as_ref().map_or(true, |batch| {
                batch.entries.len() < BATCH_ROWS && batch.text_bytes < BATCH_BYTES
            });
            if to.send(batch).is_err() || is_last {
                return;
            }
        }
    }

    fn batch(&mut self) -> Result<Batch, Error> {
        let mut batch = Batch::default();
        while batch.entries.len() < BATCH_ROWS && batch.text_bytes < BATCH_BYTES {
            let Some(entry) = self.next()? else { break };
            batch.text_bytes += match &entry {
                Entry::Row(row) => row.original.len(),
                Entry::Bad(bad) => bad.original.len(),
            };
            batch.entries.push(entry);
        }
        batch.bytes_done = self.read.count();
        Ok(batch)
    }
}
