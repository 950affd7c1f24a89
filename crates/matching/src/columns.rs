//! Which column of a file is which: by the usual names of columns, and by a map for the others.
//!
//! Files of one run may name and order their columns differently; [`Columns`] brings them to one
//! [`Schema`]. Names are compared without case, blanks and signs: `First Name`, `first_name` and
//! `firstName` are one name, and a number behind a name (`address_2`, `phone 2`) is a further
//! column of its kind.

mod map;
mod names;
#[cfg(test)]
mod tests;

use std::{collections::BTreeSet, fmt};

use crate::{COLUMNS_MAX, Column, Field, Schema};
pub use map::Map;
use names::Meaning;

/// What is wrong with the columns of a file or with a map, and what to do, for the person who can
/// correct it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnsError(pub String);

impl fmt::Display for ColumnsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for ColumnsError {}

/// The columns of several files, brought to one schema.
#[derive(Clone, Debug)]
pub struct Columns {
    map: Map,
    schema: Schema,
    /// What each column of the schema is about; equal for columns that are compared.
    topics: Vec<String>,
    growth: Growth,
    /// Columns of the map that were in some file.
    found: BTreeSet<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Growth {
    Open,
    /// The schema is a model's, which knows no other columns.
    Closed,
}

/// How the columns of one file are used. Positions count from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileColumns {
    /// The column that holds the id of the record.
    pub record_id: usize,
    /// For each column of the schema so far, the position in the file; none where it has none.
    pub places: Vec<Option<usize>>,
    /// Names of columns that nothing is read from.
    pub ignored: Vec<String>,
}

impl Columns {
    /// No columns yet; `map` outranks usual names.
    pub fn new(map: Map) -> Self {
        let (schema, topics, found) = (Schema::default(), Vec::new(), BTreeSet::new());
        Self { map, schema, topics, growth: Growth::Open, found }
    }

    /// The columns of a model; what it does not know is ignored.
    pub fn of_model(map: Map, schema: Schema) -> Self {
        let topic = |column: &Column| match map.meaning(&column.name) {
            Meaning::Value(field, topic) if field == column.field => topic,
            _ => names::squeezed(&column.name),
        };
        let topics = schema.columns.iter().map(topic).collect();
        Self { map, schema, topics, growth: Growth::Closed, found: BTreeSet::new() }
    }

    /// Recognises the columns of a file by `headers`, and adds those to the schema that are new.
    ///
    /// # Errors
    /// When no column, or more than one, is the record's id; when nothing is left to compare;
    /// when there are more than [`COLUMNS_MAX`] columns.
    pub fn add(&mut self, headers: &[String]) -> Result<FileColumns, ColumnsError> {
        let meanings: Vec<Meaning> = headers.iter().map(|name| self.map.meaning(name)).collect();
        let record_id = record_id(headers, &meanings)?;
        let mut places = vec![None; self.schema.columns.len()];
        let mut later = Vec::new();
        // A column of the same name first, so that "mobile" does not take the place of "phone".
        for (at, meaning) in meanings.iter().enumerate() {
            let Meaning::Value(field, topic) = meaning else { continue };
            let name = names::squeezed(&headers[at]);
            match self.same_name(*field, &name, topic).filter(|column| places[*column].is_none()) {
                Some(column) => places[column] = Some(at),
                None => later.push((at, *field, topic)),
            }
        }
        let mut left_out = BTreeSet::new();
        for (at, field, topic) in later {
            let same_kind = |column: &usize| {
                places[*column].is_none()
                    && self.schema.columns[*column].field == field
                    && (is_alike_by_kind(field) || self.topics[*column] == *topic)
            };
            match (0..places.len()).find(same_kind) {
                Some(column) => places[column] = Some(at),
                None if self.growth == Growth::Open => {
                    self.schema.columns.push(Column { name: headers[at].clone(), field });
                    self.topics.push(topic.clone());
                    places.push(Some(at));
                }
                None => {
                    left_out.insert(at);
                }
            }
        }
        if self.schema.columns.len() > COLUMNS_MAX {
            return Err(ColumnsError(format!(
                "more than {COLUMNS_MAX} columns to compare; name the needless ones under \
                 `ignore` in a map (--columns)"
            )));
        }
        if places.iter().all(Option::is_none) {
            return Err(ColumnsError(format!(
                "no column has a name that is known, so there is nothing to compare: {}. Say \
                 which column is which in a map (--columns)",
                headers.join(", ")
            )));
        }
        self.found.extend(headers.iter().filter(|name| self.map.names(name)).cloned());
        let is_ignored =
            |at: &usize| matches!(meanings[*at], Meaning::Ignored) || left_out.contains(at);
        let ignored = (0..headers.len()).filter(is_ignored).map(|at| headers[at].clone()).collect();
        Ok(FileColumns { record_id, places, ignored })
    }

    /// The schema of all files together.
    ///
    /// # Errors
    /// When the map names a column that no file has: a slip of the pen.
    pub fn finish(self) -> Result<Schema, ColumnsError> {
        match self.map.columns().find(|name| !self.found.contains(*name)) {
            Some(name) => Err(ColumnsError(format!(
                "the map names the column \"{name}\", which no file has; correct its name"
            ))),
            None => Ok(self.schema),
        }
    }

    fn same_name(&self, field: Field, name: &str, topic: &str) -> Option<usize> {
        self.schema.columns.iter().zip(&self.topics).position(|(column, other)| {
            column.field == field && (names::squeezed(&column.name) == name || other == topic)
        })
    }
}

/// Whether two columns of the kind say the same whatever their names: two telephones do, a
/// passport's number and a tax number do not.
const fn is_alike_by_kind(field: Field) -> bool {
    !matches!(field, Field::Identifier | Field::Category)
}

fn record_id(headers: &[String], meanings: &[Meaning]) -> Result<usize, ColumnsError> {
    let mut ids = (0..headers.len()).filter(|at| matches!(meanings[*at], Meaning::RecordId));
    match (ids.next(), ids.next()) {
        (Some(at), None) => Ok(at),
        (Some(at), Some(other)) => Err(ColumnsError(format!(
            "both \"{}\" and \"{}\" could be the record's id; name the one under `record_id` and \
             the other under `ignore` in a map (--columns)",
            headers[at], headers[other]
        ))),
        (None, _) if headers.is_empty() => Err(ColumnsError(
            "it is empty; its first line must name the columns, one of them record_id".to_owned(),
        )),
        (None, _) => Err(ColumnsError(format!(
            "no column is called record_id. Every record needs an id of its own over all files: \
             rename the column that has it to record_id, or name it in a map (--columns) with \
             `record_id = \"its name\"`. The columns are: {}",
            headers.join(", ")
        ))),
    }
}
