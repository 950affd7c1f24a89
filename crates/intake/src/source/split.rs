//! The third layer: rows of separated values, as RFC 4180 and the spreadsheets write them.
//!
//! Own code instead of a crate for three things together: the original text of every row, limits
//! on fields and rows, and going on with the next line when a quotation mark is never closed.

use std::io::{self, Read};

use memchr::{memchr, memchr3};

use super::{Bad, Piece, ROW_BYTES_MAX, Row, decode::Text};

/// Reads rows from text.
pub(super) struct Splitter<R> {
    text: Text<R>,
    buffer: Vec<u8>,
    at: usize,
    line: u64,
    ended: bool,
    separator: u8,
}

/// What stands at the beginning of some text.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    Row {
        used_bytes: usize,
        lines: u64,
    },
    /// The row goes on after the end of the text.
    Open {
        quoted: bool,
    },
    /// Text after a closing quotation mark.
    Torn,
}

impl<R: Read> Splitter<R> {
    pub(super) fn open(text: Text<R>, separator: Option<u8>) -> io::Result<Self> {
        let buffer = Vec::with_capacity(128 << 10);
        let mut rows = Self { text, buffer, at: 0, line: 1, ended: false, separator: b',' };
        rows.refill()?;
        let stated = rows.stated_by_excel();
        rows.separator = separator.or(stated).unwrap_or_else(|| sniff(&rows.buffer));
        Ok(rows)
    }

    /// Excel may say in a first line of its own what stands between values: `sep=;`.
    fn stated_by_excel(&mut self) -> Option<u8> {
        let end = memchr(b'\n', &self.buffer)?;
        let line = self.buffer[..end].trim_ascii_end();
        let [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', separator] = *line else { return None };
        (self.at, self.line) = (end + 1, 2);
        Some(separator)
    }

    pub(super) const fn separator(&self) -> u8 {
        self.separator
    }

    /// The next row that holds anything.
    pub(super) fn next(&mut self) -> io::Result<Piece> {
        loop {
            let rest = &self.buffer[self.at..];
            if rest.is_empty() && self.ended {
                return Ok(Piece::End);
            }
            let mut row = Row::at_line(self.line);
            match split(rest, self.separator, self.ended, &mut row) {
                Found::Row { used_bytes, lines } => {
                    let original = &self.buffer[self.at..self.at + used_bytes];
                    row.original = lossy(original);
                    self.at += used_bytes;
                    self.line += lines;
                    if !row.is_blank() {
                        return Ok(row.within_limits());
                    }
                }
                Found::Torn => {
                    return self.reject_line(
                        "a quotation mark inside a quoted value must be \
                        written twice; correct this line",
                    );
                }
                Found::Open { quoted: true } if self.ended || rest.len() > ROW_BYTES_MAX => {
                    return self.reject_line(
                        "a quotation mark opens in this line and is never \
                        closed; close it or remove it",
                    );
                }
                Found::Open { .. } if rest.len() > ROW_BYTES_MAX => {
                    return self.reject_line("the line is longer than 4 MiB; shorten it");
                }
                Found::Open { .. } => self.refill()?,
            }
        }
    }

    /// Leaves one line out and goes on after it, whatever quotation marks it holds.
    fn reject_line(&mut self, reason: &str) -> io::Result<Piece> {
        let line = self.line;
        let mut original = Vec::new();
        loop {
            let rest = &self.buffer[self.at..];
            let end = memchr(b'\n', rest).map(|end| end + 1);
            let used_bytes = end.unwrap_or(rest.len());
            let keep = used_bytes.min((64_usize << 10).saturating_sub(original.len()));
            original.extend_from_slice(&rest[..keep]);
            self.at += used_bytes;
            if end.is_some() || self.ended {
                break;
            }
            self.refill()?;
        }
        self.line += 1;
        let original = lossy(&original);
        Ok(Piece::Bad(Bad { line, column: String::new(), reason: reason.to_owned(), original }))
    }

    fn refill(&mut self) -> io::Result<()> {
        self.buffer.drain(..self.at);
        self.at = 0;
        // At least doubles what is there, so that a long row is not split over and over.
        let wanted = (self.buffer.len() * 2).max(64 << 10);
        while self.buffer.len() < wanted && !self.ended {
            self.ended = !self.text.read_into(&mut self.buffer)?;
        }
        Ok(())
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end_matches(['\r', '\n']).to_owned()
}

/// Splits the first row of `text` into `row`.
fn split(text: &[u8], separator: u8, ended: bool, row: &mut Row) -> Found {
    let (mut at, mut lines) = (0, 0);
    loop {
        if text.get(at) == Some(&b'"') {
            match quoted(text, at + 1, separator, ended, row) {
                Ok(next) => {
                    lines += count_lines(&text[at..next]);
                    at = next;
                }
                Err(found) => return found,
            }
        } else {
            let Some(end) = memchr3(separator, b'\n', b'\r', &text[at..]) else {
                if !ended {
                    return Found::Open { quoted: false };
                }
                row.push(&text[at..]);
                return Found::Row { used_bytes: text.len(), lines: lines + 1 };
            };
            row.push(&text[at..at + end]);
            at += end;
        }
        match text.get(at) {
            Some(&byte) if byte == separator => at += 1,
            Some(b'\r') if text.len() == at + 1 && !ended => return Found::Open { quoted: false },
            Some(b'\r') if text.get(at + 1) == Some(&b'\n') => {
                return Found::Row { used_bytes: at + 2, lines: lines + 1 };
            }
            Some(_) => return Found::Row { used_bytes: at + 1, lines: lines + 1 },
            None => return Found::Row { used_bytes: at, lines: lines + 1 },
        }
    }
}

/// Reads a quoted value from behind its opening mark, and says where it ends: at a separator, at
/// the end of a line, or at the end of the text.
fn quoted(
    text: &[u8],
    begin: usize,
    separator: u8,
    ended: bool,
    row: &mut Row,
) -> Result<usize, Found> {
    let mut at = begin;
    let mut value = Vec::new();
    loop {
        let Some(mark) = memchr(b'"', &text[at..]) else {
            return Err(Found::Open { quoted: true });
        };
        value.extend_from_slice(&text[at..at + mark]);
        at += mark + 1;
        match text.get(at) {
            Some(b'"') => {
                value.push(b'"');
                at += 1;
            }
            None if !ended => return Err(Found::Open { quoted: false }),
            _ => break,
        }
    }
    // Some programs pad after the closing mark.
    while text.get(at) == Some(&b' ') {
        at += 1;
    }
    row.push(&value);
    match text.get(at) {
        None if !ended => Err(Found::Open { quoted: false }),
        None | Some(b'\r' | b'\n') => Ok(at),
        Some(byte) if *byte == separator => Ok(at),
        Some(_) => Err(Found::Torn),
    }
}

/// Line breaks as an editor counts them: `\r\n`, `\n` or `\r`.
fn count_lines(text: &[u8]) -> u64 {
    let alone = |(at, byte): (usize, &u8)| {
        *byte == b'\n' || (*byte == b'\r' && text.get(at + 1) != Some(&b'\n'))
    };
    text.iter().enumerate().filter(|pair| alone(*pair)).count() as u64
}

/// The separator that splits the first rows into the same number of values, at least two; where
/// several do, the one that gives most.
fn sniff(sample: &[u8]) -> u8 {
    let score = |separator: u8| {
        let (mut at, mut widths) = (0, Vec::new());
        while at < sample.len() && widths.len() < 20 {
            let mut row = Row::at_line(0);
            let Found::Row { used_bytes, .. } = split(&sample[at..], separator, false, &mut row)
            else {
                break;
            };
            at += used_bytes;
            if !row.is_blank() {
                widths.push(row.len());
            }
        }
        if widths.is_empty() {
            // One line without an end: its own separators have to do.
            let mut row = Row::at_line(0);
            split(sample, separator, true, &mut row);
            widths.push(row.len());
        }
        let width = widths[0];
        let alike = widths.iter().filter(|other| **other == width).count() * 100 / widths.len();
        if width < 2 { (0, 0) } else { (alike, width) }
    };
    let mut best = (b',', score(b','));
    for separator in [b';', b'\t'] {
        let other = score(separator);
        if other > best.1 {
            best = (separator, other);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::Cursor;

    use proptest::prelude::*;

    use super::{super::Encoding, *};

    fn pieces(text: &[u8], separator: Option<u8>) -> Vec<Piece> {
        let text = Text::open(Cursor::new(text.to_vec()), Encoding::GUESSED).unwrap();
        let mut rows = Splitter::open(text, separator).unwrap();
        let mut all = Vec::new();
        loop {
            match rows.next().unwrap() {
                Piece::End => return all,
                piece => all.push(piece),
            }
        }
    }

    fn values(text: &str) -> Vec<Vec<String>> {
        let cells = |row: Row| row.cells().map(str::to_owned).collect();
        let take = |piece| match piece {
            Piece::Row(row) => cells(row),
            Piece::Bad(bad) => vec![format!("line {}: {}", bad.line, bad.original)],
            Piece::End => unreachable!(),
        };
        pieces(text.as_bytes(), None).into_iter().map(take).collect()
    }

    #[test]
    fn quotes_line_breaks_and_line_ends_are_read_as_spreadsheets_write_them() {
        let text = "a,b\r\n\"x, \"\"y\"\"\",\"two\nlines\"\r\rlast,\n\n,,\n";
        assert_eq!(
            values(text),
            [vec!["a", "b"], vec!["x, \"y\"", "two\nlines"], vec!["last", ""]]
        );
    }

    #[test]
    fn the_separator_is_found() {
        assert_eq!(values("a;b\n1,5;2\n"), [["a", "b"], ["1,5", "2"]]);
        assert_eq!(values("a\tb c\n1\t2,3\n"), [["a", "b c"], ["1", "2,3"]]);
        assert_eq!(values("a;b"), [["a", "b"]]);
        assert_eq!(values("alone\nx\n"), [["alone"], ["x"]]);
        assert_eq!(values("sep=|\r\na|b\r\n1,5|2\r\n"), [["a", "b"], ["1,5", "2"]]);
        let stated = pieces(b"a!b\n1,2!3\n", Some(b'!'));
        assert!(matches!(&stated[1], Piece::Row(row) if row.cells().eq(["1,2", "3"])));
    }

    #[test]
    fn a_quotation_mark_that_is_never_closed_costs_one_line() {
        let text = "a,b\n1,\"open\n2,two\n3,three\n";
        assert_eq!(
            values(text)[1..],
            [vec!["line 2: 1,\"open"], vec!["2", "two"], vec!["3", "three"]]
        );
        let torn = "a,b\n1,\"The \"Best\" one\"\n2,two\n";
        assert_eq!(values(torn)[1..], [vec!["line 2: 1,\"The \"Best\" one\""], vec!["2", "two"]]);
        let long = format!("a,b\n1,\"{}", "x,y\n".repeat(1_200_000));
        let all = pieces(long.as_bytes(), None);
        assert_eq!(all.len(), 1_200_001);
        assert!(matches!(&all[1], Piece::Bad(bad) if bad.line == 2));
    }

    #[test]
    fn what_is_too_long_is_left_out_and_the_rest_is_read() {
        let text =
            format!("a,b\n{},1\nok,2\n{},3\nok,4\n", "x".repeat(2 << 20), "y".repeat(9 << 20));
        let all = pieces(text.as_bytes(), None);
        let lines: Vec<_> = all
            .iter()
            .map(|piece| match piece {
                Piece::Row(row) => (row.line, String::new()),
                Piece::Bad(bad) => (bad.line, bad.reason.clone()),
                Piece::End => unreachable!(),
            })
            .collect();
        assert_eq!(lines.len(), 5);
        assert!(lines[1].0 == 2 && lines[1].1.contains("1 MiB"));
        assert!(lines[3].0 == 4 && lines[3].1.contains("4 MiB"));
        assert_eq!(lines[4], (5, String::new()));
    }

    #[test]
    fn lines_are_counted_as_an_editor_counts_them() {
        let all = pieces(b"a,b\n\"1\n1\",2\n\n3,4\r\n5,6", None);
        let lines: Vec<_> =
            all.iter().map(|p| if let Piece::Row(row) = p { row.line } else { 0 }).collect();
        assert_eq!(lines, [1, 2, 5, 6]);
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(
            rows in prop::collection::vec(
                prop::collection::vec("[^\0\u{feff}]{0,12}", 3), 1..12),
            separator in prop::sample::select(vec![b',', b';', b'\t']),
        ) {
            let mut writer = csv::WriterBuilder::new().delimiter(separator).from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let text = writer.into_inner().unwrap();
            let read: Vec<Vec<String>> = pieces(&text, Some(separator))
                .into_iter()
                .map(|piece| match piece {
                    Piece::Row(row) => row.cells().map(str::to_owned).collect(),
                    _ => vec![],
                })
                .collect();
            let blank = |row: &&Vec<String>| !row.iter().all(|cell| cell.trim().is_empty());
            let wanted: Vec<_> = rows.iter().filter(blank).cloned().collect();
            prop_assert_eq!(read, wanted);
        }

        #[test]
        fn any_text_ends(text in "[a,;\"\n\r ]{0,300}") {
            pieces(text.as_bytes(), None);
        }
    }
}
