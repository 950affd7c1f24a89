//! A plan: what each row of a file becomes. It comes from a map (one shape), or from a section of
//! a profile (several parts of one row), and is bound to the columns of a file before it is used.

mod bound;
mod origin;

use std::{collections::HashMap, sync::Arc};

use handfast_kit::{Id, Zone};

use crate::{
    map::{MannerText, Map, MapError, Origin},
    shapes::{Item, Shape},
    source::{Limits, Options, OtherKeys},
    value::Manner,
};
pub(crate) use bound::Bound;
use origin::Headers;

/// Tables of words that a profile looks values up in, by name.
pub(crate) type Tables = HashMap<String, HashMap<String, String>>;

/// Marks the id of what a row said: equal for equal values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ContentMark {}
/// What a row said: equal for equal values.
pub(crate) type Content = Id<ContentMark>;

/// What each row of a file becomes.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// How the file is written.
    pub manner: MannerText,
    /// What one row becomes, in this order.
    pub parts: Vec<Part>,
    /// Whether every column that is named must be in the file.
    pub columns: Columns,
    /// Where values are looked up.
    pub tables: Arc<Tables>,
}

/// Whether every column that is named must be in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Columns {
    /// A person named them, so a missing one is a slip of the pen.
    AllThere,
    /// Exports differ from account to account.
    SomeMayMiss,
    /// Somebody is still choosing: every column may be missing, also those of needed fields.
    Draft,
}

/// One thing that a row becomes.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// Of which shape.
    pub shape: Shape,
    /// Only of rows that hold something in all of these columns.
    pub when: Vec<String>,
    /// Not of rows that hold something in one of these columns.
    pub unless: Vec<String>,
    /// For each field: where its value comes from.
    pub fields: std::collections::BTreeMap<String, Origin>,
}

/// One thing that a row became.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    /// Of which shape.
    pub shape: Shape,
    /// What it is.
    pub item: Item,
    /// What was said of it.
    pub content: Content,
}

/// A field of a row of the preview: the text that was mapped to it, and how it is understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The field's name.
    pub field: &'static str,
    /// The text as it was mapped.
    pub text: String,
    /// How it is understood, or what is wrong with it.
    pub understood: Result<String, String>,
}

impl Plan {
    /// The plan of a map.
    pub(crate) fn of_map(map: &Map) -> Result<Self, MapError> {
        let fields = map.columns.clone();
        let part = Part { shape: map.shape()?, when: vec![], unless: vec![], fields };
        let (manner, columns) = (map.manner.clone(), Columns::AllThere);
        Ok(Self { manner, parts: vec![part], columns, tables: Arc::default() })
    }

    /// How to open a file that this plan is for.
    pub(crate) fn options(&self, limits: Limits) -> Result<Options, MapError> {
        let mut ndjson_columns: Vec<String> = Vec::new();
        for part in &self.parts {
            let named = part.fields.values().flat_map(Origin::columns);
            let tested = part.when.iter().chain(&part.unless).map(String::as_str);
            for column in named.chain(tested) {
                if !ndjson_columns.iter().any(|known| known == column) {
                    ndjson_columns.push(column.to_owned());
                }
            }
        }
        let ndjson_other_keys = OtherKeys::Ignored;
        let encoding = self.manner.encoding()?;
        let separator = self.manner.separator()?;
        let options =
            Options { separator, limits, ndjson_columns, ndjson_other_keys, ..Options::default() };
        Ok(match encoding {
            Some(encoding) => Options { encoding, ..options },
            None => options,
        })
    }

    /// Fits the plan to the columns of a file; moments without an offset are local time of
    /// `zone` where the plan states no other.
    pub(crate) fn bind(&self, headers: &[String], zone: &Zone) -> Result<Bound, MapError> {
        self.manner.check()?;
        let zone = match &self.manner.zone {
            Some(name) => Zone::named(name).map_err(|error| MapError(error.to_string()))?,
            None => zone.clone(),
        };
        let manner = Manner {
            zone,
            date_order: self.manner.date_order,
            decimal: self.manner.decimal.unwrap_or_default(),
        };
        Bound::of(self, manner, &Headers::of(headers))
    }
}
