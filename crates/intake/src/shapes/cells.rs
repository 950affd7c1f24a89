//! The mapped values of one row, asked for by the names of their fields.

use handfast_kit::TimeMs;

use super::{Field, Kind, Shape};
use crate::value::{self, Manner, Moment};

/// The values of one row, in the order of the shape's fields.
#[derive(Debug, Clone, Copy)]
pub struct Cells<'a> {
    shape: Shape,
    values: &'a [String],
    manner: &'a Manner,
}

/// A value that is missing or makes no sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The field's name.
    pub field: &'static str,
    /// What is wrong and what to do.
    pub reason: String,
}

impl<'a> Cells<'a> {
    /// The mapped `values` of a row of `shape`.
    pub fn new(shape: Shape, values: &'a [String], manner: &'a Manner) -> Self {
        Self { shape, values, manner }
    }

    fn at(&self, name: &str) -> (&'static Field, &'a str) {
        let fields = self.shape.fields();
        let index = fields.iter().position(|field| field.name == name);
        let index = index.expect("a shape asks for its own fields only");
        (&fields[index], self.values.get(index).map_or("", String::as_str))
    }

    /// The text; empty when there is none.
    pub(super) fn text(&self, name: &str) -> String {
        self.at(name).1.to_owned()
    }

    /// The text, if there is any.
    pub(super) fn some(&self, name: &str) -> Option<String> {
        let text = self.at(name).1;
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// The text of a field that each row has, at most 200 characters: a reference.
    pub(super) fn reference(&self, name: &str) -> Result<String, Problem> {
        let (field, text) = self.at(name);
        if text.is_empty() {
            let reason = "the value is missing; each row needs one".to_owned();
            return Err(Problem { field: field.name, reason });
        }
        if text.chars().count() > 200 {
            let reason = "a reference has at most 200 characters".to_owned();
            return Err(Problem { field: field.name, reason });
        }
        Ok(text.to_owned())
    }

    pub(super) fn email(&self, name: &str) -> Result<String, Problem> {
        self.understood(name, value::email).map(Option::unwrap_or_default)
    }

    pub(super) fn phone(&self, name: &str) -> String {
        value::phone(self.at(name).1)
    }

    pub(super) fn moment(&self, name: &str) -> Result<Option<TimeMs>, Problem> {
        self.understood(name, |text| Moment::parse(text, self.manner).map(|moment| moment.at))
    }

    pub(super) fn needed_moment(&self, name: &str) -> Result<TimeMs, Problem> {
        self.reference(name)?;
        let (field, _) = self.at(name);
        let missing = || Problem { field: field.name, reason: "the date is missing".to_owned() };
        self.moment(name)?.ok_or_else(missing)
    }

    pub(super) fn amount(&self, name: &str, currency: &str) -> Result<Option<i64>, Problem> {
        self.understood(name, |text| value::amount(text, self.manner.decimal, currency))
    }

    pub(super) fn count(&self, name: &str) -> Result<Option<i64>, Problem> {
        self.understood(name, value::count)
    }

    /// One of the field's words.
    pub(super) fn word(&self, name: &str) -> Result<Option<String>, Problem> {
        let (field, _) = self.at(name);
        self.understood(name, |text| word(field.kind, text))
    }

    fn understood<T>(
        &self,
        name: &str,
        understand: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<Option<T>, Problem> {
        let (field, text) = self.at(name);
        if text.is_empty() {
            return Ok(None);
        }
        understand(text).map(Some).map_err(|reason| Problem { field: field.name, reason })
    }
}

fn word(kind: Kind, text: &str) -> Result<String, String> {
    let Kind::Word(words) = kind else { return Ok(text.to_owned()) };
    let lower = text.to_lowercase();
    match words.iter().find(|word| **word == lower) {
        Some(word) => Ok((*word).to_owned()),
        None => Err(format!("{} is none of: {}", value::quote(text), words.join(", "))),
    }
}

impl Field {
    /// A value of this field as it is understood, for showing beside the original.
    pub fn understand(&self, text: &str, manner: &Manner) -> Result<String, String> {
        if text.is_empty() {
            return match self.need {
                super::Need::Always => Err("the value is missing; each row needs one".to_owned()),
                super::Need::Sometimes => Ok(String::new()),
            };
        }
        match self.kind {
            Kind::Text => Ok(text.to_owned()),
            Kind::Email => value::email(text),
            Kind::Phone => Ok(value::phone(text)),
            Kind::Count => value::count(text).map(|count| count.to_string()),
            Kind::Word(_) => word(self.kind, text),
            Kind::Amount => value::amount(text, manner.decimal, "").map(|minor| {
                let sign = if minor < 0 { "-" } else { "" };
                let minor = minor.unsigned_abs();
                format!("{sign}{}.{:02}", minor / 100, minor % 100)
            }),
            Kind::Moment => Moment::parse(text, manner).map(|moment| {
                let pattern = if moment.day_only { "%Y-%m-%d" } else { "%Y-%m-%d %H:%M" };
                manner.zone.format(moment.at, pattern)
            }),
        }
    }
}
