//! Every table that lies with a customer is one that merging knows.

use std::collections::BTreeMap;

use crate::migrations;

/// What merging does with the rows of a table.
#[derive(Debug, PartialEq, Eq)]
enum Care {
    /// They move, by their own ids.
    Moves,
    /// They are kept as they stood, and combined.
    Combines,
    /// They tell of merges, and stay where those were made.
    Stays,
}

const KNOWN: [(&str, Care); 17] = [
    ("record", Care::Moves),
    ("touch", Care::Moves),
    ("touch_named", Care::Moves),
    ("sale", Care::Moves),
    ("review", Care::Moves),
    ("case_state", Care::Moves),
    ("search_entry", Care::Moves),
    ("access_request", Care::Moves),
    ("look", Care::Moves),
    ("customer", Care::Combines),
    ("tie", Care::Combines),
    ("saying", Care::Combines),
    ("frozen", Care::Combines),
    ("known_as", Care::Combines),
    ("merge", Care::Stays),
    ("moved", Care::Stays),
    ("merge_kept", Care::Stays),
];

/// Tables of another place that name a customer, with what merging does about it.
const NAMED: [(&str, &str); 15] = [
    ("record_ref", "led to where the record is"),
    ("touch_place", "led to where the touch is"),
    ("sale_ref", "led to where the sale is"),
    ("case_ref", "led to where the case is"),
    ("contact_key", "led to where the record or the sale is"),
    ("access_request_place", "led to where the request is"),
    ("person_key", "names a home, which is followed to where it stands"),
    ("guest", "names who was meant, who is followed to where they stand"),
    ("match_record", "names a home, which never changes"),
    ("hand_off", "names who was meant, who is followed to where they or the thing stand"),
    ("customer_change", "names who was meant, who is followed to where they stand"),
    ("obligation", "lies with its change, whose customer is followed to where they stand"),
    ("dispute", "names who was meant, who is followed to where they or the thing stand"),
    ("trace", "names who was meant, who is followed to where the order stands"),
    ("idempotency", "repeats an answer as it was given"),
];

/// The tables that lie with a customer, and by which column.
pub(super) fn placed_by_customer() -> Vec<(String, String)> {
    let places = tables();
    let with = |(table, (place, _)): (String, (String, Vec<String>))| {
        ["customer_id", "subject_id"].contains(&place.as_str()).then_some((table, place))
    };
    places.into_iter().filter_map(with).collect()
}

/// All tables of the migrations: the place and the columns of each.
fn tables() -> BTreeMap<String, (String, Vec<String>)> {
    let mut tables: BTreeMap<String, (String, Vec<String>)> = BTreeMap::new();
    for migration in migrations::ALL {
        let (mut place, mut open) = (String::new(), None::<String>);
        for line in migration.text.lines().map(str::trim) {
            if let Some(found) = line.strip_prefix("-- place:") {
                found.trim().clone_into(&mut place);
            } else if let Some(rest) = line.strip_prefix("create table ") {
                let name = rest.split_whitespace().next().unwrap().to_owned();
                tables.insert(name.clone(), (place.clone(), Vec::new()));
                open = Some(name);
            } else if let Some(rest) = line.strip_prefix("alter table ") {
                let mut words = rest.split_whitespace();
                let (name, adds) = (words.next().unwrap(), words.next() == Some("add"));
                if adds && words.next() == Some("column") {
                    let column = words.next().unwrap().to_owned();
                    tables.get_mut(name).unwrap().1.push(column);
                }
            } else if line.starts_with(')') {
                open = None;
            } else if let Some(table) = &open
                && !line.starts_with("--")
                && !line.starts_with("constraint")
                && let Some(column) = line.split_whitespace().next()
            {
                tables.get_mut(table).unwrap().1.push(column.to_owned());
            }
        }
    }
    assert!(tables.len() > 40, "the tables were not found: {tables:?}");
    tables
}

#[test]
fn every_table_that_lies_with_a_customer_is_known_to_merging() {
    let found: Vec<String> = placed_by_customer().into_iter().map(|(table, _)| table).collect();
    for table in &found {
        let is_known = KNOWN.iter().any(|(known, _)| known == table);
        assert!(is_known, "say in merging what becomes of {table} when customers are merged");
    }
    for (table, _) in KNOWN {
        assert!(found.iter().any(|found| found == table), "there is no {table} any more");
    }
}

#[test]
fn every_table_that_names_a_customer_is_known_to_merging() {
    let names_one = |column: &String| {
        ["customer_id", "subject_id", "home_id", "location"].contains(&column.as_str())
    };
    for (table, (_, columns)) in tables() {
        if !columns.iter().any(names_one) || KNOWN.iter().any(|(known, _)| *known == table) {
            continue;
        }
        let is_known = NAMED.iter().any(|(known, _)| *known == table);
        assert!(is_known, "say in merging how {table} leads to merged customers");
    }
}

/// A column that is not named would be lost with every merge.
#[test]
fn every_column_of_a_row_that_moves_moves_with_it() {
    let statements = include_str!("../moving/rows/store.rs");
    for (table, _) in KNOWN.iter().filter(|(_, care)| *care == Care::Moves) {
        let (place, columns) = &tables()[*table];
        let into = format!("insert into {table} (");
        let into = statements
            .split(&into)
            .nth(1)
            .or_else(|| statements.split(&format!("insert or replace into {table} (")).nth(1));
        let named: Vec<&str> = into
            .unwrap_or_else(|| panic!("no statement moves {table}"))
            .split(')')
            .next()
            .unwrap()
            .split(',')
            .map(str::trim)
            .collect();
        for column in columns.iter().filter(|column| *column != place) {
            let is_of_one_engine = ["entry_key", "words"].contains(&column.as_str());
            assert!(
                is_of_one_engine || named.contains(&column.as_str()),
                "{column} of {table} does not move: {named:?}"
            );
        }
    }
}
