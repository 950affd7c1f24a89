//! One field's value: which columns it is made of, and how.

use std::sync::Arc;

use super::{Columns, MapError, Plan, Tables};
use crate::{
    map::{Origin, Rule, squeezed},
    shapes::{Field, Kind},
    source::Row,
    value,
};

/// The names of a file's columns, for finding one.
pub(super) struct Headers<'a> {
    exact: &'a [String],
    squeezed: Vec<String>,
}

impl<'a> Headers<'a> {
    pub(super) fn of(exact: &'a [String]) -> Self {
        Self { exact, squeezed: exact.iter().map(|name| squeezed(name)).collect() }
    }

    /// Where the column stands: by its name in any case, or without its blanks and signs.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        let same = |header: &String| header.to_lowercase() == name.trim().to_lowercase();
        self.exact.iter().position(same).or_else(|| {
            let wanted = squeezed(name);
            self.squeezed.iter().position(|header| !wanted.is_empty() && *header == wanted)
        })
    }
}

#[derive(Debug)]
pub(super) struct BoundOrigin {
    /// What to name when the value is wrong.
    pub(super) label: String,
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

pub(super) fn missing(column: &str, headers: &Headers<'_>) -> MapError {
    MapError(format!(
        "the file has no column {column:?}; it has: {}",
        headers.exact.iter().take(50).map(String::as_str).collect::<Vec<_>>().join(", ")
    ))
}

impl BoundOrigin {
    pub(super) fn bind(
        origin: &Origin,
        headers: &Headers<'_>,
        plan: &Plan,
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
                None if plan.columns == Columns::AllThere => return Err(missing(name, headers)),
                None => {}
            }
        }
        if found.is_empty() && way != Way::Constant {
            return Ok(None);
        }
        let label = found.first().map_or("", |at| headers.exact[*at].as_str()).to_owned();
        let table = rule.lookup.as_ref().map(|_| Arc::clone(&plan.tables));
        Ok(Some(Self { label, columns: found, way, rule, table, before: (String::new(), 0) }))
    }

    pub(super) fn value(&mut self, row: &Row, field: &Field) -> String {
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
