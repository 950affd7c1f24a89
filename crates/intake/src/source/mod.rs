//! Files as rows: bytes, unpacked, decoded, split. Nothing here knows what a customer is.
//!
//! Whatever the file's size, one piece of it is in memory. A row that cannot be read is given as
//! [`Bad`], and reading goes on behind it.

mod bytes;
mod decode;
mod lines;
mod ndjson;
mod split;
mod vcard;
mod vcard_line;

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

pub use bytes::{BytesRead, Limits};
pub use decode::Encoding;
pub use ndjson::OtherKeys;

use decode::Text;

/// Longest value of a row, in bytes.
pub const VALUE_BYTES_MAX: usize = 1 << 20;
/// Longest row, in bytes.
pub const ROW_BYTES_MAX: usize = 4 << 20;
/// Most columns of a row.
pub const COLUMNS_MAX: usize = 2_000;

/// How the rows of a file are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Values between separators, the first row names the columns.
    Separated,
    /// vCard 2.1, 3.0 or 4.0; a card is a row.
    Vcard,
    /// A JSON object on each line.
    Ndjson,
}

/// What is known of a file before it is opened; what is not is found out.
#[derive(Debug, Clone)]
pub struct Options {
    /// How letters are written as bytes.
    pub encoding: Encoding,
    /// What stands between two values: one ASCII character.
    pub separator: Option<u8>,
    /// How rows are written.
    pub format: Option<Format>,
    /// How much the file may unpack to.
    pub limits: Limits,
    /// The columns to read from NDJSON, whose lines need not hold all of them.
    pub ndjson_columns: Vec<String>,
    /// What to do with the others.
    pub ndjson_other_keys: OtherKeys,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            encoding: Encoding::GUESSED,
            separator: None,
            format: None,
            limits: Limits::default(),
            ndjson_columns: Vec::new(),
            ndjson_other_keys: OtherKeys::Refused,
        }
    }
}

/// One row: its values in the order of the columns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// The line of the file it begins in; the first line is 1.
    pub line: u64,
    /// The row as it stands in the file.
    pub original: String,
    text: String,
    ends: Vec<u32>,
}

impl Row {
    const fn at_line(line: u64) -> Self {
        Self { line, original: String::new(), text: String::new(), ends: Vec::new() }
    }

    fn push(&mut self, value: &[u8]) {
        self.text.push_str(&String::from_utf8_lossy(value));
        self.ends.push(self.text.len() as u32);
    }

    fn len(&self) -> usize {
        self.ends.len()
    }

    fn is_blank(&self) -> bool {
        self.text.bytes().all(|byte| byte.is_ascii_whitespace()) && self.text.trim().is_empty()
    }

    /// The value in the column at `index`, counted from 0; empty behind the last.
    pub fn cell(&self, index: usize) -> &str {
        let Some(end) = self.ends.get(index) else { return "" };
        let begin = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.text[begin as usize..*end as usize]
    }

    /// All values.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|index| self.cell(index))
    }

    fn within_limits(self) -> Piece {
        let reason = if self.text.len() > ROW_BYTES_MAX {
            "the row is longer than 4 MiB; shorten it".to_owned()
        } else if let Some(at) = self.cells().position(|cell| cell.len() > VALUE_BYTES_MAX) {
            format!("value {} is longer than 1 MiB; shorten it", at + 1)
        } else if self.len() > COLUMNS_MAX {
            format!("the row has more than {COLUMNS_MAX} values")
        } else {
            return Piece::Row(self);
        };
        self.bad(String::new(), reason)
    }

    fn bad(mut self, column: String, reason: String) -> Piece {
        let longest = self.original.floor_char_boundary(64 << 10);
        self.original.truncate(longest);
        Piece::Bad(Bad { line: self.line, column, reason, original: self.original })
    }
}

/// A row that is left out, and why, for the person who can correct it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bad {
    /// The line of the file it begins in.
    pub line: u64,
    /// The column that is wrong; empty when it is the whole row.
    pub column: String,
    /// What is wrong and what to do, in plain words.
    pub reason: String,
    /// The row as it stands in the file, at most 64 KiB of it.
    pub original: String,
}

/// What reading gives next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// A row.
    Row(Row),
    /// A row that cannot be read.
    Bad(Bad),
    /// There is no more.
    End,
}

/// The rows of one file.
pub struct Source {
    rows: Rows,
    columns: Vec<String>,
    read: BytesRead,
}

type Input = Box<dyn Read + Send>;

enum Rows {
    Separated(split::Splitter<Input>),
    Vcard(vcard::Cards<Input>),
    Ndjson(ndjson::Objects<Input>),
}

impl Source {
    /// Opens the file at `path`.
    pub fn open(path: &Path, options: &Options) -> io::Result<Self> {
        Self::read(File::open(path)?, options)
    }

    /// Reads rows from `file`.
    pub fn read(file: impl Read + Send + 'static, options: &Options) -> io::Result<Self> {
        let read = BytesRead::default();
        let bytes = bytes::unpacked(file, options.limits, read.clone())?;
        let text = Text::open(bytes, options.encoding)?;
        let format = match options.format {
            Some(format) => format,
            None => format_of(&text.start()),
        };
        let (rows, columns) = match format {
            Format::Vcard => (Rows::Vcard(vcard::Cards::open(text)), vcard::columns()),
            Format::Ndjson => {
                let columns = options.ndjson_columns.clone();
                let others = options.ndjson_other_keys;
                (Rows::Ndjson(ndjson::Objects::open(text, columns.clone(), others)), columns)
            }
            Format::Separated => {
                let mut rows = split::Splitter::open(text, options.separator)?;
                let columns = match rows.next()? {
                    Piece::Row(row) => named(&row),
                    Piece::End => Vec::new(),
                    Piece::Bad(bad) => {
                        let text = format!("the names of the columns: {}", bad.reason);
                        return Err(io::Error::new(io::ErrorKind::InvalidData, text));
                    }
                };
                (Rows::Separated(rows), columns)
            }
        };
        Ok(Self { rows, columns, read })
    }

    /// The names of the columns, trimmed; no two are the same.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// What stands between values, where anything does.
    pub fn separator(&self) -> Option<char> {
        match &self.rows {
            Rows::Separated(rows) => Some(rows.separator() as char),
            Rows::Vcard(_) | Rows::Ndjson(_) => None,
        }
    }

    /// Counts the bytes read so far; may be asked from elsewhere.
    pub fn bytes_read(&self) -> BytesRead {
        self.read.clone()
    }

    /// The next row.
    pub fn next_piece(&mut self) -> io::Result<Piece> {
        let piece = match &mut self.rows {
            Rows::Separated(rows) => rows.next()?,
            Rows::Vcard(cards) => cards.next()?,
            Rows::Ndjson(objects) => objects.next()?,
        };
        Ok(match piece {
            Piece::Row(row) => self.of_right_width(row),
            other => other,
        })
    }

    fn of_right_width(&self, row: Row) -> Piece {
        let (has, wanted) = (row.len(), self.columns.len());
        // Spreadsheets leave separators behind the last column; they say nothing.
        let beyond = (wanted..has).all(|index| row.cell(index).trim().is_empty());
        if has >= wanted && beyond {
            return Piece::Row(row);
        }
        let more = if has > wanted {
            "put a value that holds a separator in quotation marks"
        } else {
            "add what is missing"
        };
        row.bad(String::new(), format!("the row has {has} values for {wanted} columns; {more}"))
    }
}

fn format_of(start: &[u8]) -> Format {
    let start = start.trim_ascii_start();
    if start.len() >= 11 && start[..11].eq_ignore_ascii_case(b"BEGIN:VCARD") {
        Format::Vcard
    } else if start.starts_with(b"{") {
        Format::Ndjson
    } else {
        Format::Separated
    }
}

/// The names of the first row; a column without a name, or with one that was there, gets one.
fn named(row: &Row) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(row.len());
    let filled = row.cells().collect::<Vec<_>>();
    let last = filled.iter().rposition(|cell| !cell.trim().is_empty()).map_or(0, |at| at + 1);
    for (at, cell) in filled[..last].iter().enumerate() {
        let plain = cell.split_whitespace().collect::<Vec<_>>().join(" ");
        let plain = if plain.is_empty() { format!("column {}", at + 1) } else { plain };
        let mut name = plain.clone();
        let mut number = 2;
        while names.iter().any(|other| other.eq_ignore_ascii_case(&name)) {
            name = format!("{plain} ({number})");
            number += 1;
        }
        names.push(name);
    }
    names
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::Cursor;

    use super::*;

    fn read(text: &str) -> Source {
        Source::read(Cursor::new(text.as_bytes().to_vec()), &Options::default()).unwrap()
    }

    #[test]
    fn columns_are_named_once_and_trimmed() {
        let source = read(" Name ,city,NAME,,\nMaya,Gent,x,y\n");
        assert_eq!(source.columns(), ["Name", "city", "NAME (2)"]);
    }

    #[test]
    fn a_row_of_the_wrong_width_is_left_out_with_its_reason() {
        let mut source = read("name;city\nMaya;Gent;;\nMaya\nMaya;Gent;Lund\nBo;Lund\n");
        assert_eq!(source.separator(), Some(';'));
        let mut said = Vec::new();
        loop {
            match source.next_piece().unwrap() {
                Piece::Row(row) => said.push(row.cell(0).to_owned()),
                Piece::Bad(bad) => {
                    said.push(format!("{} {} {}", bad.line, bad.reason, bad.original));
                }
                Piece::End => break,
            }
        }
        assert_eq!(
            said,
            [
                "Maya",
                "3 the row has 1 values for 2 columns; add what is missing Maya",
                "4 the row has 3 values for 2 columns; put a value that holds a separator in \
                 quotation marks Maya;Gent;Lund",
                "Bo"
            ]
        );
    }

    #[test]
    fn an_empty_file_has_no_columns_and_no_rows() {
        let mut source = read("");
        assert!(source.columns().is_empty());
        assert_eq!(source.next_piece().unwrap(), Piece::End);
    }
}
