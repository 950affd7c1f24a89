//! A plan: what each row of a file becomes. It comes from a map (one shape), or from a section of
//! a profile (several parts of one row), and is bound to the columns of a file before it is used.

use std::{collections::HashMap, sync::Arc};

use handfast_kit::{Id, Zone};

use crate::{
    map::{MannerText, Map, MapError, Origin, Rule, check_columns, squeezed},
    shapes::{Cells, Field, Item, Kind, Need, Problem, Shape},
    source::{Bad, Limits, Options, OtherKeys, Row},
    value::{self, Manner},
};

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
    pub fn of_map(map: &Map) -> Result<Self, MapError> {
        let fields = map.columns.clone();
        let part = Part { shape: map.shape()?, when: vec![], unless: vec![], fields };
        let (manner, columns) = (map.manner.clone(), Columns::AllThere);
        Ok(Self { manner, parts: vec![part], columns, tables: Arc::default() })
    }

    /// How to open a file that this plan is for.
    pub fn options(&self, limits: Limits) -> Result<Options, MapError> {
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
    pub fn bind(&self, headers: &[String], zone: &Zone) -> Result<Bound, MapError> {
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
        let columns = Headers::of(headers);
        let bind = |part: &Part| BoundPart::bind(part, &columns, self.columns, &self.tables);
        let parts = self.parts.iter().map(bind).collect::<Result<_, _>>()?;
        Ok(Bound { manner, parts })
    }
}

/// The names of a file's columns, for finding one.
struct Headers<'a> {
    exact: &'a [String],
    squeezed: Vec<String>,
}

impl<'a> Headers<'a> {
    fn of(exact: &'a [String]) -> Self {
        Self { exact, squeezed: exact.iter().map(|name| squeezed(name)).collect() }
    }

    /// Where the column stands: by its name in any case, or without its blanks and signs.
    fn find(&self, name: &str) -> Option<usize> {
        let same = |header: &String| header.to_lowercase() == name.trim().to_lowercase();
        self.exact.iter().position(same).or_else(|| {
            let wanted = squeezed(name);
            self.squeezed.iter().position(|header| !wanted.is_empty() && *header == wanted)
        })
    }
}

/// A plan that is fitted to the columns of one file.
#[derive(Debug)]
pub(crate) struct Bound {
    manner: Manner,
    parts: Vec<BoundPart>,
}

#[derive(Debug)]
struct BoundPart {
    shape: Shape,
    when: Vec<usize>,
    unless: Vec<usize>,
    /// In the order of the shape's fields.
    fields: Vec<Option<BoundOrigin>>,
}

#[derive(Debug)]
struct BoundOrigin {
    /// What to name when the value is wrong.
    label: String,
    columns: Vec<usize>,
    way: Way,
    rule: Rule,
    table: Option<Arc<Tables>>,
    /// For numbers within: the value of the row before, and its number.
    before: (String, u64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    First,
    Join,
    Constant,
    Number,
}

impl BoundPart {
    fn bind(
        part: &Part,
        headers: &Headers<'_>,
        columns: Columns,
        tables: &Arc<Tables>,
    ) -> Result<Self, MapError> {
        if columns != Columns::Draft {
            check_columns(part.shape, &part.fields)?;
        }
        let known = |names: &[String]| names.iter().filter_map(|n| headers.find(n)).collect();
        // A column that is not in the file is empty in every row.
        let never = part.when.iter().any(|name| headers.find(name).is_none());
        let mut fields = Vec::with_capacity(part.shape.fields().len());
        for field in part.shape.fields() {
            let Some(origin) = part.fields.get(field.name) else {
                fields.push(None);
                continue;
            };
            let bound = BoundOrigin::bind(origin, headers, columns, tables)?;
            let needed = field.need == Need::Always && columns != Columns::Draft;
            if bound.is_none() && needed && !never {
                return Err(missing(origin.columns()[0], headers));
            }
            fields.push(bound);
        }
        let when = if never { vec![usize::MAX] } else { known(&part.when) };
        Ok(Self { shape: part.shape, when, unless: known(&part.unless), fields })
    }

    fn is_for(&self, row: &Row) -> bool {
        let filled = |at: &usize| !value::is_nothing(row.cell(*at).trim());
        self.when.iter().all(filled) && !self.unless.iter().any(filled)
    }

    fn values(&mut self, row: &Row) -> Vec<String> {
        let fields = self.shape.fields();
        let origins = self.fields.iter_mut().zip(fields);
        origins
            .map(|(origin, field)| match origin {
                Some(origin) => origin.value(row, field),
                None => String::new(),
            })
            .collect()
    }

    fn label(&self, name: &str) -> String {
        let at = self.shape.fields().iter().position(|field| field.name == name);
        match at.and_then(|at| self.fields[at].as_ref()) {
            Some(origin) => origin.label.clone(),
            None => name.to_owned(),
        }
    }
}

fn missing(column: &str, headers: &Headers<'_>) -> MapError {
    MapError(format!(
        "the file has no column {column:?}; it has: {}",
        headers.exact.iter().take(50).map(String::as_str).collect::<Vec<_>>().join(", ")
    ))
}

impl BoundOrigin {
    fn bind(
        origin: &Origin,
        headers: &Headers<'_>,
        columns: Columns,
        tables: &Arc<Tables>,
    ) -> Result<Option<Self>, MapError> {
        let rule = match origin {
            Origin::Rule(rule) => (**rule).clone(),
            Origin::Column(_) | Origin::Joined(_) => Rule::default(),
        };
        let way = match origin {
            Origin::Joined(_) => Way::Join,
            Origin::Rule(rule) if !rule.join.is_empty() => Way::Join,
            Origin::Rule(rule) if rule.constant.is_some() => Way::Constant,
            Origin::Rule(rule) if rule.number_within.is_some() => Way::Number,
            Origin::Column(_) | Origin::Rule(_) => Way::First,
        };
        let mut found = Vec::new();
        for name in origin.columns() {
            match headers.find(name) {
                Some(at) => found.push(at),
                None if columns == Columns::AllThere => return Err(missing(name, headers)),
                None => {}
            }
        }
        if found.is_empty() && way != Way::Constant {
            return Ok(None);
        }
        let label = found.first().map_or("", |at| headers.exact[*at].as_str()).to_owned();
        let table = rule.lookup.as_ref().map(|_| Arc::clone(tables));
        Ok(Some(Self { label, columns: found, way, rule, table, before: (String::new(), 0) }))
    }

    fn value(&mut self, row: &Row, field: &Field) -> String {
        let unknown = &self.rule.unknown;
        let read = |at: &usize| {
            let text = value::plain(row.cell(*at));
            let nothing = value::is_nothing(text)
                || unknown.iter().any(|unknown| unknown == text)
                || (field.kind != Kind::Text && value::is_nothing_readable(text));
            (!nothing).then_some(text)
        };
        let text = match self.way {
            Way::Constant => self.rule.constant.clone().unwrap_or_default(),
            Way::First => self.columns.iter().find_map(read).unwrap_or("").to_owned(),
            Way::Join => {
                let with = self.rule.with.as_deref().unwrap_or(" ");
                self.columns.iter().filter_map(read).collect::<Vec<_>>().join(with)
            }
            Way::Number => {
                let now = self.columns.iter().find_map(read).unwrap_or("");
                if self.before.0 == now {
                    self.before.1 += 1;
                } else {
                    self.before = (now.to_owned(), 1);
                }
                self.before.1.to_string()
            }
        };
        if text.is_empty() {
            self.rule.words.get("").cloned().unwrap_or(text)
        } else {
            self.ruled(text)
        }
    }

    fn ruled(&self, mut text: String) -> String {
        let rule = &self.rule;
        if let Some(end) = &rule.until
            && let Some(at) = text.find(end.as_str())
        {
            text.truncate(at);
        }
        if let Some(mark) = &rule.behind
            && let Some((_, rest)) = text.rsplit_once(mark.as_str())
        {
            text = rest.to_owned();
        }
        if !rule.words.is_empty() {
            let known = rule.words.iter().find(|(word, _)| word.eq_ignore_ascii_case(&text));
            match (known, &rule.otherwise) {
                (Some((_, other)), _) | (None, Some(other)) => text.clone_from(other),
                (None, None) => {}
            }
        }
        if let (Some(name), Some(tables)) = (&rule.lookup, &self.table)
            && let Some(other) = tables.get(name).and_then(|table| table.get(&text))
        {
            text.clone_from(other);
        }
        if let Some(count) = rule.take
            && let Some((end, _)) = text.char_indices().nth(count)
        {
            text.truncate(end);
        }
        if rule.lower {
            text = text.to_lowercase();
        }
        match &rule.prefix {
            Some(prefix) => format!("{prefix}{}", text.trim()),
            None => text.trim().to_owned(),
        }
    }
}

impl Bound {
    /// What the row becomes. Rows must come in the order of the file.
    pub fn make(&mut self, row: &Row) -> Result<Vec<Made>, Bad> {
        let mut made = Vec::with_capacity(self.parts.len());
        for part in &mut self.parts {
            if !part.is_for(row) {
                continue;
            }
            let values = part.values(row);
            let cells = Cells::new(part.shape, &values, &self.manner);
            match part.shape.item(&cells) {
                Ok(item) => {
                    let content = content(part.shape, &values, &self.manner);
                    made.push(Made { shape: part.shape, item, content });
                }
                Err(Problem { field, reason }) => {
                    return Err(bad(row, part.label(field), reason));
                }
            }
        }
        if made.is_empty() {
            let reason = "the row holds nothing that is taken in".to_owned();
            return Err(bad(row, String::new(), reason));
        }
        Ok(made)
    }

    /// Every field of the row's first part that has a column, as it is understood.
    pub fn look(&mut self, row: &Row) -> Vec<Seen> {
        let Some(part) = self.parts.iter_mut().find(|part| part.is_for(row)) else {
            return Vec::new();
        };
        let values = part.values(row);
        let fields = part.shape.fields().iter().zip(&part.fields).zip(values);
        fields
            .filter(|((_, origin), _)| origin.is_some())
            .map(|((field, _), text)| {
                let understood = field.understand(&text, &self.manner);
                Seen { field: field.name, text, understood }
            })
            .collect()
    }
}

fn bad(row: &Row, column: String, reason: String) -> Bad {
    let end = row.original.floor_char_boundary(64 << 10);
    Bad { line: row.line, column, reason, original: row.original[..end].to_owned() }
}

/// The manner is part of what was said: the same text in another zone is another moment.
fn content(shape: Shape, values: &[String], manner: &Manner) -> Content {
    let manner = format!("{} {:?} {:?}", manner.zone.name(), manner.date_order, manner.decimal);
    let mut parts: Vec<&[u8]> = vec![shape.word().as_bytes(), manner.as_bytes()];
    parts.extend(values.iter().map(String::as_bytes));
    Content::derived(&parts)
}
