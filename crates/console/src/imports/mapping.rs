//! Saying which column is which, with the first rows as they are understood.

use std::collections::{BTreeMap, HashMap};

use handfast_intake::{
    How, MannerText, Map, MapError, Origin, Preview, PreviewRow, Rule,
    shapes::{Field, Need, Shape},
    value::{DateOrder, Decimal},
};
use handfast_web::Viewer;

use super::words::{self, Choice};
use crate::words as said;

/// What stands in front of a column's name in the value of a choice.
const COLUMN: &str = "column:";
/// The choice of a text that is the same in every row.
const CONSTANT: &str = "constant";

/// What was chosen on the page, as its form or its address carries it.
pub(super) type Chosen = HashMap<String, String>;

/// The word of the shape that was chosen.
pub(super) fn shape_word(chosen: &Chosen) -> &str {
    chosen.get("shape").map_or(Shape::Customers.word(), String::as_str)
}

/// What the choices say of the file.
pub(super) fn how(chosen: &Chosen) -> Result<How, MapError> {
    let profile = chosen.get("profile").map_or("", String::as_str);
    let plain = How::of_texts(shape_word(chosen), profile, "")?;
    if !profile.is_empty() || !chosen.contains_key("mapped") {
        return Ok(plain);
    }
    let shape = plain.shape()?;
    let mut columns = BTreeMap::new();
    for field in shape.fields() {
        if let Some(origin) = origin(chosen, field.name) {
            columns.insert(field.name.to_owned(), origin);
        }
    }
    let manner = MannerText {
        zone: chosen.get("zone").cloned(),
        date_order: match chosen.get("date_order").map(String::as_str) {
            Some("day-first") => Some(DateOrder::DayFirst),
            Some("month-first") => Some(DateOrder::MonthFirst),
            _ => None,
        },
        decimal: match chosen.get("decimal").map(String::as_str) {
            Some("comma") => Some(Decimal::Comma),
            _ => None,
        },
        ..MannerText::default()
    };
    Ok(How::Map(Map { shape: shape.word().to_owned(), manner, columns }))
}

fn origin(chosen: &Chosen, field: &str) -> Option<Origin> {
    let value = chosen.get(&format!("from.{field}"))?;
    if value == CONSTANT {
        let text = chosen.get(&format!("constant.{field}")).cloned().unwrap_or_default();
        let rule = Rule { constant: Some(text), ..Rule::default() };
        return Some(Origin::Rule(Box::new(rule)));
    }
    value.strip_prefix(COLUMN).map(|column| Origin::Column(column.to_owned()))
}

/// The form, and the rows under it.
pub(super) struct Mapping {
    pub(super) shapes: Vec<Choice>,
    pub(super) profiles: Vec<Choice>,
    pub(super) shape: String,
    pub(super) shape_about: &'static str,
    pub(super) profile: String,
    /// The fields that are mapped, or that each row needs.
    pub(super) fields: Vec<FieldRow>,
    /// The fields that the file does not seem to have.
    pub(super) others: Vec<FieldRow>,
    pub(super) others_title: String,
    /// Whether so little is mapped that one has to see the rest to go on.
    pub(super) is_bare: bool,
    /// The columns that become no field.
    pub(super) unused: String,
    pub(super) zone: String,
    pub(super) date_orders: Vec<Choice>,
    pub(super) decimals: Vec<Choice>,
    /// What keeps the file from being taken in like this.
    pub(super) problem: Option<String>,
    /// `All of the first 20 rows would be stored.`
    pub(super) verdict: String,
    pub(super) tone: &'static str,
    /// Whether starting all the same is offered, because somebody wanted to start.
    pub(super) offers_anyway: bool,
    pub(super) heads: Vec<String>,
    pub(super) rows: Vec<Row>,
    /// The file's own columns, and its rows as they stand.
    pub(super) columns: Vec<String>,
    pub(super) separator: String,
}

/// One field of the shape, and where it comes from.
pub(super) struct FieldRow {
    pub(super) name: &'static str,
    pub(super) label: String,
    pub(super) help: String,
    pub(super) is_needed: bool,
    is_mapped: bool,
    pub(super) columns: Vec<Choice>,
    pub(super) is_constant: bool,
    pub(super) constant: String,
}

pub(super) struct Row {
    pub(super) line: u64,
    pub(super) cells: Vec<Cell>,
    pub(super) values: Vec<String>,
    pub(super) problem: Option<String>,
}

/// A field of a row as it is understood.
pub(super) struct Cell {
    pub(super) text: String,
    /// What stands in the file, where it is understood as something else.
    pub(super) original: String,
    /// Whether it is better not broken into lines.
    pub(super) is_short: bool,
    /// What is wrong with it, empty where the whole row's problem says it.
    pub(super) problem: Option<String>,
}

/// `given_name` as people read it.
fn label(field: &str) -> String {
    said::sentence(&field.replace('_', " "))
}

impl Mapping {
    pub(super) fn of(preview: &Preview, chosen: &Chosen, viewer: &Viewer) -> Self {
        let shape = preview.shape;
        let profile = chosen.get("profile").cloned().unwrap_or_default();
        let profiles = words::profiles(&profile);
        let (verdict, tone) = verdict(preview);
        let mapped: Vec<&'static str> = mapped(preview);
        let manner = &preview.map.manner;
        let fields = shape.fields().iter().map(|field| FieldRow::of(field, preview));
        let (fields, others): (Vec<FieldRow>, Vec<FieldRow>) =
            fields.partition(|field| field.is_needed || field.is_mapped);
        let mapped_count = fields.iter().filter(|field| field.is_mapped).count();
        let other_count = said::counted(others.len() as i64, "field more", "fields more");
        Self {
            shapes: words::shapes(viewer.side, shape.word()),
            profiles,
            shape: shape.word().to_owned(),
            shape_about: shape.about(),
            profile,
            others,
            others_title: format!("{other_count}, not found in the file"),
            unused: unused(preview),
            zone: manner.zone.clone().unwrap_or_else(|| viewer.zone.name().to_owned()),
            date_orders: date_orders(manner.date_order),
            decimals: decimals(manner.decimal),
            problem: problem(preview, chosen),
            is_bare: mapped_count < 2,
            verdict,
            tone,
            offers_anyway: wants_start(chosen) && would_store_nothing(preview),
            heads: mapped.iter().map(|field| label(field)).collect(),
            rows: preview.rows.iter().map(|row| Row::of(row, &mapped)).collect(),
            fields,
            columns: preview.columns.clone(),
            separator: preview.separator.map(separator).unwrap_or_default(),
        }
    }
}

/// What keeps the file from being taken in, in the words of the page where it can put it right.
fn problem(preview: &Preview, chosen: &Chosen) -> Option<String> {
    let problem = preview.problem.as_deref()?;
    let is_mapped = |field: &&Field| preview.map.columns.contains_key(field.name);
    let needed = preview.shape.fields().iter().filter(|field| field.need == Need::Always);
    let missing = needed.filter(|field| !is_mapped(field));
    let missing: Vec<String> = missing.map(|field| format!("“{}”", label(field.name))).collect();
    // A profile knows its columns, so there is nothing to choose.
    if missing.is_empty() || chosen.contains_key("profile") {
        return Some(said::sentence(problem));
    }
    Some(format!("Each row needs {}: choose its column", said::list(&missing)))
}

/// `Columns that are not used: Town and Fax.`
fn unused(preview: &Preview) -> String {
    let used: Vec<&str> = preview.map.columns.values().flat_map(Origin::columns).collect();
    let left = preview.columns.iter().filter(|column| !used.contains(&column.as_str()));
    let left: Vec<String> = left.cloned().collect();
    if left.is_empty() {
        return String::new();
    }
    format!("Columns that are not used: {}.", said::list(&left))
}

fn separator(sign: char) -> String {
    let name = match sign {
        ',' => "commas",
        ';' => "semicolons",
        '\t' => "tabs",
        '|' => "bars",
        other => return format!("Values are set apart by {other}."),
    };
    format!("Values are set apart by {name}.")
}

fn date_orders(chosen: Option<DateOrder>) -> Vec<Choice> {
    let choice = |value: &str, label: &str, order| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        is_chosen: chosen == order,
    };
    vec![
        choice("", "As the dates themselves say", None),
        choice("day-first", "Day first: 31/12/2026", Some(DateOrder::DayFirst)),
        choice("month-first", "Month first: 12/31/2026", Some(DateOrder::MonthFirst)),
    ]
}

fn decimals(chosen: Option<Decimal>) -> Vec<Choice> {
    let choice = |value: &str, label: &str, decimal| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        is_chosen: chosen.unwrap_or_default() == decimal,
    };
    vec![
        choice("point", "Point: 1,234.56", Decimal::Point),
        choice("comma", "Comma: 1.234,56", Decimal::Comma),
    ]
}

/// The fields that any row has a value for, in the shape's order; then those of other shapes that a
/// profile makes of the same rows.
fn mapped(preview: &Preview) -> Vec<&'static str> {
    let mut found: Vec<&'static str> = Vec::new();
    for seen in preview.rows.iter().flat_map(|row| &row.seen) {
        if !found.contains(&seen.field) {
            found.push(seen.field);
        }
    }
    let place = |name: &str| preview.shape.fields().iter().position(|field| field.name == name);
    found.sort_by_key(|name| place(name).unwrap_or(usize::MAX));
    found
}

/// Whether the import is to start now.
pub(super) fn wants_start(chosen: &Chosen) -> bool {
    chosen.get("do").is_some_and(|word| word == "start" || word == "anyway")
}

/// What speaks against starting with these choices, if anything does.
pub(super) fn objection(preview: &Preview, chosen: &Chosen) -> Option<String> {
    let is_certain = chosen.get("do").is_some_and(|word| word == "anyway");
    let nothing = (would_store_nothing(preview) && !is_certain).then(|| verdict(preview).0);
    problem(preview, chosen).or(nothing)
}

fn would_store_nothing(preview: &Preview) -> bool {
    !preview.rows.is_empty() && preview.rows.iter().all(|row| row.problem.is_some())
}

fn verdict(preview: &Preview) -> (String, &'static str) {
    let (all, wrong) =
        (preview.rows.len(), preview.rows.iter().filter(|row| row.problem.is_some()).count());
    let of = |n: usize| said::counted(n as i64, "row", "rows");
    match (all, wrong) {
        (0, _) => ("The file has columns, but no rows.".to_owned(), "warn"),
        (1, 0) => ("The first row would be stored.".to_owned(), "ok"),
        (1, _) => ("The only row would not be stored.".to_owned(), "bad"),
        (_, 0) => (format!("All of the first {} would be stored.", of(all)), "ok"),
        _ if wrong == all => (format!("None of the first {} would be stored.", of(all)), "bad"),
        _ => (
            format!("{wrong} of the first {} would be left out; the others are stored.", of(all)),
            "warn",
        ),
    }
}

impl FieldRow {
    fn of(field: &Field, preview: &Preview) -> Self {
        let origin = preview.map.columns.get(field.name);
        let column = match origin {
            Some(Origin::Column(column)) => Some(column.as_str()),
            _ => None,
        };
        let constant = match origin {
            Some(Origin::Rule(rule)) => rule.constant.clone(),
            _ => None,
        };
        let choice = |name: &String| Choice {
            value: format!("{COLUMN}{name}"),
            label: name.clone(),
            is_chosen: column == Some(name.as_str()),
        };
        Self {
            name: field.name,
            label: label(field.name),
            help: field.help.to_owned(),
            is_needed: field.need == Need::Always,
            is_mapped: origin.is_some(),
            columns: preview.columns.iter().map(choice).collect(),
            is_constant: constant.is_some(),
            constant: constant.unwrap_or_default(),
        }
    }
}

impl Cell {
    fn of(text: String, original: String, problem: Option<String>) -> Self {
        let is_short = text.len().max(original.len()) <= 32;
        Self { text, original, is_short: is_short && problem.is_none(), problem }
    }
}

impl Row {
    fn of(row: &PreviewRow, mapped: &[&'static str]) -> Self {
        let cell = |field: &&'static str| {
            let Some(seen) = row.seen.iter().find(|seen| seen.field == *field) else {
                return Cell::of(String::new(), String::new(), None);
            };
            match &seen.understood {
                Ok(text) => {
                    let is_same = *text == seen.text.trim();
                    let original = if is_same { String::new() } else { seen.text.clone() };
                    Cell::of(text.clone(), original, None)
                }
                Err(why) => {
                    // What the line below says of the whole row is not said twice.
                    let is_said = row.problem.as_ref().is_some_and(|bad| bad.reason == *why);
                    let problem = if is_said { String::new() } else { said::sentence(why) };
                    Cell::of(seen.text.clone(), String::new(), Some(problem))
                }
            }
        };
        let problem = row.problem.as_ref().map(|bad| {
            let of =
                if bad.column.is_empty() { String::new() } else { format!("{}: ", bad.column) };
            format!("{of}{}", bad.reason)
        });
        Self {
            line: row.line,
            cells: mapped.iter().map(cell).collect(),
            values: row.values.clone(),
            problem: problem.as_deref().map(said::sentence),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn chosen(pairs: &[(&str, &str)]) -> Chosen {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn choices_become_a_map_that_reads_back() {
        let chosen = chosen(&[
            ("shape", "customers"),
            ("mapped", "yes"),
            ("from.reference", "column:Customer no"),
            ("from.country", "constant"),
            ("constant.country", "GB"),
            ("date_order", "day-first"),
            ("zone", "Europe/London"),
        ]);
        let How::Map(map) = how(&chosen).unwrap() else { panic!("no map") };
        assert_eq!(Map::parse(&map.text()).unwrap(), map);
        assert_eq!(map.columns["reference"], Origin::Column("Customer no".to_owned()));
        assert_eq!(map.manner.date_order, Some(DateOrder::DayFirst));
        assert!(!map.columns.contains_key("name"));
    }

    #[test]
    fn before_anything_is_chosen_usual_names_are_tried() {
        assert_eq!(how(&Chosen::new()).unwrap(), How::UsualNames(Shape::Customers));
        let known = how(&chosen(&[("shape", "orders"), ("profile", "shopify")])).unwrap();
        assert_eq!(known, How::Profile(Shape::Orders, "shopify".to_owned()));
        assert!(how(&chosen(&[("shape", "wishes")])).is_err());
    }
}
