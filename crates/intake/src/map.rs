//! Which column is which field: the map that a person writes, or that is guessed from usual names.

mod origin;

use std::collections::BTreeMap;

use handfast_kit::Zone;
use serde::{Deserialize, Serialize};

use crate::{
    shapes::{Need, Shape},
    source::Encoding,
    value::{DateOrder, Decimal},
};
pub use origin::{Origin, Rule};

/// How the rows of one file become one shape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "MapText", into = "MapText")]
pub struct Map {
    /// The shape's word.
    pub shape: String,
    /// How the file is written.
    pub manner: MannerText,
    /// For each field of the shape: where its value comes from.
    pub columns: BTreeMap<String, Origin>,
}

/// The map as people write it, all on one level.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MapText {
    shape: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    zone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_order: Option<DateOrder>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decimal: Option<Decimal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    separator: Option<String>,
    #[serde(default)]
    columns: BTreeMap<String, Origin>,
}

impl From<MapText> for Map {
    fn from(text: MapText) -> Self {
        let MapText { shape, zone, date_order, decimal, encoding, separator, columns } = text;
        let manner = MannerText { zone, date_order, decimal, encoding, separator };
        Self { shape, manner, columns }
    }
}

impl From<Map> for MapText {
    fn from(map: Map) -> Self {
        let MannerText { zone, date_order, decimal, encoding, separator } = map.manner;
        let (shape, columns) = (map.shape, map.columns);
        Self { shape, zone, date_order, decimal, encoding, separator, columns }
    }
}

/// What is stated about the file; everything may be left out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MannerText {
    /// The zone of moments that name none; the network's when left out.
    pub zone: Option<String>,
    /// Whether `03/04/2026` begins with the day or the month.
    pub date_order: Option<DateOrder>,
    /// The sign before decimals.
    pub decimal: Option<Decimal>,
    /// How letters are written as bytes; found out when left out.
    pub encoding: Option<String>,
    /// What stands between values; found out when left out.
    pub separator: Option<String>,
}

/// What is wrong with a map, a profile, or their fit to a file, for the person who can correct it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct MapError(pub String);

impl Map {
    /// Reads a map that a person wrote.
    pub fn parse(text: &str) -> Result<Self, MapError> {
        let map: Self = toml::from_str(text).map_err(|error| {
            MapError(format!("the map cannot be read: {}", error.to_string().trim_end()))
        })?;
        map.check()?;
        Ok(map)
    }

    /// The map as a text that [`Map::parse`] reads.
    pub fn text(&self) -> String {
        toml::to_string(self).expect("a map has only text in it")
    }

    /// The map of a file whose columns have usual names: each field takes the first column whose
    /// name is one of its own, without regard to case, blanks and signs.
    pub fn guessed(shape: Shape, headers: &[String]) -> Self {
        let squeezed: Vec<String> = headers.iter().map(|header| self::squeezed(header)).collect();
        let mut used = vec![false; headers.len()];
        let mut columns = BTreeMap::new();
        for pass in 0..=shape.fields().iter().map(|field| field.words.len()).max().unwrap_or(0) {
            for field in shape.fields() {
                let word = match pass {
                    0 => Some(field.name),
                    other => field.words.get(other - 1).copied(),
                };
                let Some(word) = word.map(self::squeezed) else { continue };
                let found = squeezed.iter().position(|header| *header == word);
                if let Some(at) = found.filter(|at| !used[*at])
                    && !columns.contains_key(field.name)
                {
                    used[at] = true;
                    let column = Origin::Column(headers[at].clone());
                    columns.insert(field.name.to_owned(), column);
                }
            }
        }
        Self { shape: shape.word().to_owned(), manner: MannerText::default(), columns }
    }

    /// The shape.
    pub fn shape(&self) -> Result<Shape, MapError> {
        Shape::named(&self.shape).ok_or_else(|| {
            let known: Vec<_> = Shape::ALL.iter().map(|shape| shape.word()).collect();
            MapError(format!("there is no shape {:?}; there are: {}", self.shape, known.join(", ")))
        })
    }

    fn check(&self) -> Result<(), MapError> {
        check_columns(self.shape()?, &self.columns)?;
        self.manner.check()
    }
}

/// Refuses fields that the shape has not, and says which needed ones are missing.
pub(crate) fn check_columns(
    shape: Shape,
    columns: &BTreeMap<String, Origin>,
) -> Result<(), MapError> {
    for name in columns.keys() {
        if shape.field(name).is_none() {
            let known: Vec<_> = shape.fields().iter().map(|field| field.name).collect();
            return Err(MapError(format!(
                "{} have no field {name:?}; their fields are: {}",
                shape.word(),
                known.join(", ")
            )));
        }
    }
    let missing: Vec<_> = shape
        .fields()
        .iter()
        .filter(|field| field.need == Need::Always && !columns.contains_key(field.name))
        .map(|field| field.name)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(MapError(format!(
        "no column is known for {} of {}: name the column so, or say in a map which it is",
        missing.join(", "),
        shape.word()
    )))
}

impl MannerText {
    /// Refuses a zone, an encoding or a separator that does not exist.
    pub(crate) fn check(&self) -> Result<(), MapError> {
        if let Some(name) = &self.zone {
            Zone::named(name).map_err(|error| MapError(error.to_string()))?;
        }
        self.encoding()?;
        self.separator()?;
        Ok(())
    }

    pub(crate) fn encoding(&self) -> Result<Option<Encoding>, MapError> {
        let wrong = |name: &String| MapError(format!("there is no encoding {name:?}"));
        let named = |name: &String| Encoding::named(name).ok_or_else(|| wrong(name));
        self.encoding.as_ref().map(named).transpose()
    }

    pub(crate) fn separator(&self) -> Result<Option<u8>, MapError> {
        let named = |text: &String| match (text.as_str(), text.as_bytes()) {
            ("tab" | "\\t", _) => Ok(b'\t'),
            ("comma", _) => Ok(b','),
            ("semicolon", _) => Ok(b';'),
            (_, [byte]) if byte.is_ascii() && !b"\"\r\n".contains(byte) => Ok(*byte),
            _ => Err(MapError(format!("a separator is one character, not {text:?}"))),
        };
        self.separator.as_ref().map(named).transpose()
    }

    /// This, where it says something, over `other`.
    #[must_use]
    pub fn over(&self, other: &Self) -> Self {
        Self {
            zone: self.zone.clone().or_else(|| other.zone.clone()),
            date_order: self.date_order.or(other.date_order),
            decimal: self.decimal.or(other.decimal),
            encoding: self.encoding.clone().or_else(|| other.encoding.clone()),
            separator: self.separator.clone().or_else(|| other.separator.clone()),
        }
    }
}

/// A column's name as names are compared: folded, without blanks and signs.
pub(crate) fn squeezed(name: &str) -> String {
    handfast_kit::tokens(name).concat()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_map_reads_back_as_it_was_written() {
        let text = "shape = \"customers\"\nzone = \"Europe/Brussels\"\ndate_order = \"day-first\"\n\
            separator = \";\"\n\n[columns]\nreference = \"Klantnr\"\n\
            name = [\"Voornaam\", \"Naam\"]\ncountry = { const = \"BE\" }\n\
            phone = { first = [\"GSM\", \"Tel\"], unknown = [\"0\"] }\n";
        let map = Map::parse(text).unwrap();
        assert_eq!(map.columns["name"].columns(), ["Voornaam", "Naam"]);
        assert_eq!(map.manner.separator(), Ok(Some(b';')));
        assert_eq!(Map::parse(&map.text()), Ok(map));
    }

    #[test]
    fn what_is_wrong_with_a_map_is_said() {
        let head = "shape = \"customers\"\n";
        for (text, said) in [
            ("shape = \"clients\"\n[columns]\n", "there is no shape \"clients\""),
            (&format!("{head}[columns]\n"), "no column is known for reference"),
            (&format!("{head}[columns]\nreference = \"a\"\nnmae = \"b\"\n"), "no field \"nmae\""),
            (
                &format!("{head}[columns]\nreference = {{ colum = \"a\" }}\n"),
                "unknown field `colum`",
            ),
            (&format!("{head}[columns]\nreference = {{ lower = true }}\n"), "exactly one of"),
            (&format!("{head}[columns]\nreference = 5\n"), "a column's name"),
            (&format!("{head}zone = \"Mars\"\n[columns]\nreference = \"a\"\n"), "no time zone"),
            (&format!("{head}separator = \"ab\"\n[columns]\nreference = \"a\"\n"), "one character"),
            (&format!("{head}encoding = \"x-9\"\n[columns]\nreference = \"a\"\n"), "no encoding"),
            (&format!("{head}date_order = \"year\"\n[columns]\n"), "day-first"),
            (&format!("{head}colums = 1\n[columns]\nreference = \"a\"\n"), "unknown field"),
        ] {
            let error = Map::parse(text).unwrap_err().to_string();
            assert!(error.contains(said), "{error} should say {said}");
        }
    }

    #[test]
    fn columns_with_usual_names_are_found() {
        let headers = ["Customer ID", "First Name", "surname", "E-Mail", "Town", "Notes", "id"];
        let headers: Vec<String> = headers.into_iter().map(str::to_owned).collect();
        let map = Map::guessed(Shape::Customers, &headers);
        let found: Vec<_> = map
            .columns
            .iter()
            .map(|(field, origin)| format!("{field}={}", origin.columns().join("+")))
            .collect();
        assert_eq!(
            found,
            [
                "city=Town",
                "email=E-Mail",
                "family_name=surname",
                "given_name=First Name",
                "reference=Customer ID"
            ]
        );
    }
}
