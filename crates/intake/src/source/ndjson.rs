//! A JSON object on each line, as the API takes streams of rows.

use std::io::{self, Read};

use serde_json::{Map, Value};

use super::{
    Bad, Piece, Row,
    decode::Text,
    lines::{Line, Lines},
};

/// What to do with a key that is no column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OtherKeys {
    /// Leave the row out: the key may be a slip of the pen.
    #[default]
    Refused,
    /// Read the row without it.
    Ignored,
}

pub(super) struct Objects<R> {
    lines: Lines<R>,
    columns: Vec<String>,
    others: OtherKeys,
}

impl<R: Read> Objects<R> {
    pub(super) const fn open(text: Text<R>, columns: Vec<String>, others: OtherKeys) -> Self {
        Self { lines: Lines::of(text), columns, others }
    }

    pub(super) fn next(&mut self) -> io::Result<Piece> {
        while let Some(line) = self.lines.next()? {
            let (number, text) = match line {
                Line::Whole { text, .. } if text.trim().is_empty() => continue,
                Line::Whole { number, text } => (number, text),
                Line::TooLong { number } => {
                    return Ok(bad(number, "the line is longer than 4 MiB; shorten it", ""));
                }
            };
            return Ok(match serde_json::from_str::<Map<String, Value>>(&text) {
                Ok(object) => self.row(number, &object, text),
                Err(error) => {
                    bad(number, &format!("the line is not a JSON object: {error}"), &text)
                }
            });
        }
        Ok(Piece::End)
    }

    fn row(&self, line: u64, object: &Map<String, Value>, original: String) -> Piece {
        let mut row = Row::at_line(line);
        row.original = original;
        let known = |key: &&String| self.columns.iter().any(|name| name.eq_ignore_ascii_case(key));
        if self.others == OtherKeys::Refused
            && let Some(key) = object.keys().find(|key| !known(key))
        {
            let reason = format!("there is no field {key:?} here; see the list of the shape");
            return row.bad(key.clone(), reason);
        }
        for column in &self.columns {
            let found = object.get(column).or_else(|| {
                let same = |(name, _): &(&String, &Value)| name.eq_ignore_ascii_case(column);
                object.iter().find(same).map(|(_, value)| value)
            });
            match found {
                None | Some(Value::Null) => row.push(b""),
                Some(Value::String(text)) => row.push(text.as_bytes()),
                Some(plain @ (Value::Bool(_) | Value::Number(_))) => {
                    row.push(plain.to_string().as_bytes());
                }
                Some(Value::Array(_) | Value::Object(_)) => {
                    let reason = "a value must be text, a number, true, false or null".to_owned();
                    return row.bad(column.clone(), reason);
                }
            }
        }
        row.within_limits()
    }
}

fn bad(line: u64, reason: &str, original: &str) -> Piece {
    let original = original[..original.floor_char_boundary(64 << 10)].to_owned();
    Piece::Bad(Bad { line, column: String::new(), reason: reason.to_owned(), original })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::Cursor;

    use super::super::{Options, Source};
    use super::*;

    fn said(text: String, others: OtherKeys) -> Vec<String> {
        let ndjson_columns = vec!["name".to_owned(), "score".to_owned()];
        let options = Options { ndjson_columns, ndjson_other_keys: others, ..Options::default() };
        let mut source = Source::read(Cursor::new(text.into_bytes()), &options).unwrap();
        let mut said = Vec::new();
        loop {
            said.push(match source.next_piece().unwrap() {
                Piece::Row(row) => format!("{} {} {}", row.line, row.cell(0), row.cell(1)),
                Piece::Bad(bad) => format!("{} {} {}", bad.line, bad.column, &bad.reason[..12]),
                Piece::End => return said,
            });
        }
    }

    #[test]
    fn every_line_is_a_row_and_a_bad_line_costs_only_itself() {
        let long = format!("{{\"name\":\"{}\"}}", "x".repeat(5 << 20));
        let text = format!(
            "{{\"name\":\"Maya\",\"Score\":5}}\n\n{{oops\n{long}\n\
             {{\"name\":{{}}}}\n{{\"score\":null}}"
        );
        assert_eq!(
            said(text, OtherKeys::Refused),
            ["1 Maya 5", "3  the line is ", "4  the line is ", "5 name a value must", "6  "]
        );
    }

    #[test]
    fn a_key_that_is_no_column_is_refused_or_ignored_as_told() {
        let text = "{\"nmae\":\"Maya\",\"score\":4}".to_owned();
        assert_eq!(said(text.clone(), OtherKeys::Refused), ["1 nmae there is no "]);
        assert_eq!(said(text, OtherKeys::Ignored), ["1  4"]);
    }
}
