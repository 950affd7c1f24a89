//! A map that a person wrote: which column holds what.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    ColumnsError,
    names::{self, Meaning},
};
use crate::Field;

/// Columns that are what a person says they are. Deserialised from a table of what is held to
/// the column, or the list of columns, that holds it: `surname = "Nachname"`,
/// `phone = ["Handy", "Festnetz"]`, `record_id = "Nr."`, `ignore = ["Notes"]`. What is held is
/// named as [`Field`] is, or by any usual name of a column.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "BTreeMap<String, Names>")]
pub struct Map {
    /// By the column's name as it stands in the file.
    meanings: BTreeMap<String, Meaning>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Names {
    One(String),
    Several(Vec<String>),
}

impl TryFrom<BTreeMap<String, Names>> for Map {
    type Error = ColumnsError;

    fn try_from(table: BTreeMap<String, Names>) -> Result<Self, ColumnsError> {
        let mut meanings = BTreeMap::new();
        for (held, columns) in table {
            let columns = match columns {
                Names::One(name) => vec![name],
                Names::Several(names) => names,
            };
            for column in columns {
                let meaning = said(&held, &column)?;
                if meaning != Meaning::Ignored && names::squeezed(&column) == names::TRUTH {
                    return Err(ColumnsError(format!(
                        "\"{column}\" tells who is who, so that results can be scored; it is \
                         never read. Take it out of the map"
                    )));
                }
                if meanings.insert(column.clone(), meaning).is_some() {
                    return Err(ColumnsError(format!(
                        "the map names the column \"{column}\" twice; decide for one"
                    )));
                }
            }
        }
        Ok(Self { meanings })
    }
}

impl Map {
    /// What the column of this name holds.
    pub(super) fn meaning(&self, column: &str) -> Meaning {
        self.meanings.get(column).cloned().unwrap_or_else(|| names::meaning(column))
    }

    /// Whether a person said what this column holds.
    pub(super) fn names(&self, column: &str) -> bool {
        self.meanings.contains_key(column)
    }

    /// All columns that the map speaks of.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        self.meanings.keys().map(String::as_str)
    }
}

/// What a person means who says that `column` holds `held`.
fn said(held: &str, column: &str) -> Result<Meaning, ColumnsError> {
    let own_topic = |field| Meaning::Value(field, names::squeezed(column));
    Ok(match names::squeezed(held).as_str() {
        "ignore" | "ignored" => Meaning::Ignored,
        "id" => Meaning::RecordId,
        "identifier" => own_topic(Field::Identifier),
        "category" => own_topic(Field::Category),
        _ => match names::meaning(held) {
            Meaning::Ignored => {
                return Err(ColumnsError(format!(
                    "the map says that \"{column}\" holds \"{held}\", which is nothing that \
                     records are compared by. Use one of: record_id, ignore, given_name, \
                     middle_name, family_name, full_name, organisation, birth_date, street, \
                     house_number, city, region, postcode, country, phone, email, identifier, \
                     category"
                )));
            }
            meaning => meaning,
        },
    })
}
