//! Which column is which field: the map that a person writes, or that is guessed from usual names.

use std::collections::BTreeMap;

use handfast_kit::Zone;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

use crate::{
    shapes::{Need, Shape},
    source::Encoding,
    value::{DateOrder, Decimal},
};

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

/// Where a field's value comes from: a column, columns joined by a blank, or a [`Rule`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Origin {
    /// The column of this name.
    Column(String),
    /// These columns, joined by a blank.
    Joined(Vec<String>),
    /// Something else.
    Rule(Box<Rule>),
}

/// A value that is made of columns. Exactly one of `column`, `first`, `join`, `const` and
/// `number_within` is given.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rule {
    /// This column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// The first of these columns that holds anything.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub first: Vec<String>,
    /// What these columns hold, joined.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub join: Vec<String>,
    /// What stands between joined values; a blank when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with: Option<String>,
    /// This text, in every row.
    #[serde(rename = "const", skip_serializing_if = "Option::is_none")]
    pub constant: Option<String>,
    /// The number of the row among neighbouring rows that hold the same in this column: 1, 2, 3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number_within: Option<String>,
    /// Values that stand for nothing: `?`, `0`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<String>,
    /// Other words for values; what is not listed becomes `otherwise`, or stays.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub words: BTreeMap<String, String>,
    /// What a value becomes that `words` do not list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<String>,
    /// Only what stands before this text: the first of `501;502`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Only what stands behind the last of this text: the `es` of `base.es`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behind: Option<String>,
    /// Only this many characters of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub take: Option<usize>,
    /// Text before it, when there is any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// In lower case, for keys.
    #[serde(skip_serializing_if = "is_false")]
    pub lower: bool,
    /// The table of the profile in which the value is looked up; it stays when it is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lookup: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
const fn is_false(value: &bool) -> bool {
    !*value
}

impl<'de> Deserialize<'de> for Origin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OriginVisitor)
    }
}

/// Serde's own untagged enums do not say what is wrong in them.
struct OriginVisitor;

impl<'de> Visitor<'de> for OriginVisitor {
    type Value = Origin;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a column's name, a list of them, or a table such as { const = \"EUR\" }")
    }

    fn visit_str<E: de::Error>(self, column: &str) -> Result<Origin, E> {
        Ok(Origin::Column(column.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Origin, A::Error> {
        let mut columns = Vec::new();
        while let Some(column) = list.next_element()? {
            columns.push(column);
        }
        Ok(Origin::Joined(columns))
    }

    fn visit_map<A: MapAccess<'de>>(self, table: A) -> Result<Origin, A::Error> {
        let rule = Rule::deserialize(MapAccessDeserializer::new(table))?;
        let ways = [
            rule.column.is_some(),
            !rule.first.is_empty(),
            !rule.join.is_empty(),
            rule.constant.is_some(),
            rule.number_within.is_some(),
        ];
        if ways.into_iter().filter(|given| *given).count() != 1 {
            let text = "give exactly one of column, first, join, const and number_within";
            return Err(de::Error::custom(text));
        }
        Ok(Origin::Rule(Box::new(rule)))
    }
}

impl Origin {
    /// The columns that it reads.
    pub fn columns(&self) -> Vec<&str> {
        match self {
            Self::Column(column) => vec![column],
            Self::Joined(columns) => columns.iter().map(String::as_str).collect(),
            Self::Rule(rule) => {
                let columns = rule
                    .column
                    .iter()
                    .chain(&rule.first)
                    .chain(&rule.join)
                    .chain(&rule.number_within);
                columns.map(String::as_str).collect()
            }
        }
    }
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
