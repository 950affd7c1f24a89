//! Text line by line, for the formats whose rows are lines.

use std::io::{self, Read};

use memchr::memchr;

use super::{ROW_BYTES_MAX, decode::Text};

pub(super) struct Lines<R> {
    text: Text<R>,
    buffer: Vec<u8>,
    at: usize,
    number: u64,
    ended: bool,
}

pub(super) enum Line {
    Whole { number: u64, text: String },
    TooLong { number: u64 },
}

impl<R: Read> Lines<R> {
    pub(super) const fn of(text: Text<R>) -> Self {
        Self { text, buffer: Vec::new(), at: 0, number: 0, ended: false }
    }

    /// The next line, without its end.
    pub(super) fn next(&mut self) -> io::Result<Option<Line>> {
        let mut searched = 0;
        let mut too_long = false;
        loop {
            let rest = &self.buffer[self.at..];
            let end = memchr(b'\n', &rest[searched..]).map(|end| searched + end);
            if let Some(end) = end.or((self.ended && !rest.is_empty()).then_some(rest.len())) {
                let text = String::from_utf8_lossy(&rest[..end]).trim_end_matches('\r').to_owned();
                self.at = (self.at + end + 1).min(self.buffer.len());
                self.number += 1;
                let number = self.number;
                let line = Line::Whole { number, text };
                return Ok(Some(if too_long { Line::TooLong { number } } else { line }));
            }
            if self.ended {
                return Ok(None);
            }
            if rest.len() > ROW_BYTES_MAX {
                too_long = true;
                self.at = self.buffer.len();
            }
            self.buffer.drain(..self.at);
            self.at = 0;
            searched = self.buffer.len();
            self.ended = !self.text.read_into(&mut self.buffer)?;
            if self.ended && too_long && self.buffer.is_empty() {
                self.number += 1;
                return Ok(Some(Line::TooLong { number: self.number }));
            }
        }
    }
}
