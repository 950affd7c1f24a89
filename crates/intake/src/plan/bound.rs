//! A plan that is fitted to the columns of one file: rows go in, what they become comes out.

use super::{
    Columns, Content, Made, MapError, Part, Plan, Seen,
    origin::{BoundOrigin, Headers, missing},
};
use crate::{
    map::check_columns,
    shapes::{Cells, Need, Problem, Shape},
    source::{Bad, Row},
    value::{self, Manner},
};

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

impl Bound {
    pub(super) fn of(plan: &Plan, manner: Manner, headers: &Headers<'_>) -> Result<Self, MapError> {
        let bind = |part: &Part| BoundPart::bind(part, headers, plan);
        Ok(Self { manner, parts: plan.parts.iter().map(bind).collect::<Result<_, _>>()? })
    }

    /// What the row becomes. Rows must come in the order of the file.
    pub(crate) fn make(&mut self, row: &Row) -> Result<Vec<Made>, Bad> {
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
    pub(crate) fn look(&mut self, row: &Row) -> Vec<Seen> {
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

impl BoundPart {
    fn bind(part: &Part, headers: &Headers<'_>, plan: &Plan) -> Result<Self, MapError> {
        let columns = plan.columns;
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
            let bound = BoundOrigin::bind(origin, headers, plan)?;
            let needed = field.need == Need::Always && columns != Columns::Draft;
            if bound.is_none() && needed && !never {
                let name = origin.columns().first().copied().unwrap_or(field.name);
                return Err(missing(name, headers));
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
