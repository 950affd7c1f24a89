//! Where a field's value comes from, as people write it in a map.

use std::collections::BTreeMap;

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

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
