//! Places of tables (law 10): a table may be spread over machines by one column, so that column is
//! in every key, and nothing in the schema needs to know of all rows at once.

use crate::{
    Offence, Tree,
    migrations::{Key, Place, Schema, Table, files},
    queries::volatile,
    sql::{Token, lex},
    tree::File,
};

/// What one machine alone cannot decide or would decide differently each time.
const CENTRAL: [&str; 8] = [
    "autoincrement",
    "bigserial",
    "generated",
    "sequence",
    "serial",
    "smallserial",
    "trigger",
    "function",
];

pub(crate) fn offences(tree: &Tree) -> Vec<Offence> {
    let schema = Schema::of(tree);
    let mut found = names(tree);
    found.extend(files(tree).flat_map(central));
    found.extend(schema.tables.iter().flat_map(|table| judge(table, &schema)));
    for (name, file, key, only_sqlite) in &schema.unique_indexes {
        let place = schema.places().get(name.as_str()).copied();
        found.extend(without_place(file, key, place, *only_sqlite));
    }
    found
}

/// `0001_name.sql`, in order, without gaps: two branches that add one meet as a conflict.
fn names(tree: &Tree) -> Vec<Offence> {
    let judge = |(index, file): (usize, &File)| {
        let number = format!("{:04}_", index + 1);
        let name = file.name().strip_suffix(".sql").and_then(|name| name.strip_prefix(&number));
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let good = name.is_some_and(|name| !name.is_empty() && name.chars().all(plain));
        let says = format!("its name is out of order, call it {number}what_it_does.sql");
        (!good).then(|| Offence::new(&file.path, 1, says))
    };
    files(tree).enumerate().filter_map(judge).collect()
}

fn central(file: &File) -> Vec<Offence> {
    let tokens = lex(&file.text);
    let offence = |token: &Token, name: &str| {
        let says = format!("{name} needs one machine to decide, compute the value in the program");
        Offence::new(&file.path, token.line, says)
    };
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if token.is_word() && token.is_any(&CENTRAL) {
            found.push(offence(token, &token.text));
        } else if let Some(name) = volatile(&tokens[at..tokens.len().min(at + 2)])
            && token.is(name)
        {
            found.push(offence(token, name));
        }
    }
    found
}

fn judge(table: &Table, schema: &Schema) -> Vec<Offence> {
    let Some(place) = &table.place else {
        let says = format!(
            "{} has no place, write `-- place: <column or everywhere>` above it",
            table.name
        );
        return vec![Offence::new(&table.file, table.line, says)];
    };
    if let Some(column) = place.column().filter(|column| !table.columns.iter().any(|c| c == column))
    {
        let says = format!("{} has no column {column}, name the column of its place", table.name);
        return vec![Offence::new(&table.file, table.line, says)];
    }
    let mut found = Vec::new();
    if table.keys.is_empty() {
        let says = format!("{} has no primary key, give it one", table.name);
        found.push(Offence::new(&table.file, table.line, says));
    }
    for key in &table.keys {
        found.extend(without_place(&table.file, key, Some(place), table.only_sqlite));
    }
    for reference in &table.references {
        let other = schema.places().get(reference.table.as_str()).copied();
        let along =
            place.column().is_some_and(|column| reference.columns.iter().any(|c| c == column));
        let good = match other {
            Some(Place::Everywhere) => true,
            Some(other) => other.is_with(place) && along,
            None => false,
        };
        let says = format!(
            "a foreign key to {} leaves the place of {}, keep it within a customer or drop it",
            reference.table, table.name
        );
        found.extend((!good).then(|| Offence::new(&table.file, reference.line, says)));
    }
    found
}

/// A key that does not hold the place, so that no machine alone can keep it unique.
fn without_place(
    file: &str,
    key: &Key,
    place: Option<&Place>,
    only_sqlite: bool,
) -> Option<Offence> {
    let column = place?.column()?;
    let good = only_sqlite || key.columns.iter().any(|name| name == column);
    let says = format!("a key without the place {column}, add the column to the key");
    (!good).then(|| Offence::new(file, key.line, says))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(sql: &str) -> Vec<String> {
        let tree = Tree::of(&[("migrations/0001_a.sql", sql)]);
        offences(&tree).into_iter().map(|offence| offence.says).collect()
    }

    #[track_caller]
    fn refused(sql: &str, part: &str) {
        let says = says(sql);
        assert!(says.len() == 1 && says[0].contains(part), "{says:?}");
    }

    #[test]
    fn every_table_has_a_place_in_its_keys() {
        refused("create table a (b text, primary key (b));", "a has no place");
        refused(
            "-- place: c\ncreate table a (b text, c text, primary key (b));",
            "without the place c",
        );
        refused("-- place: c\ncreate table a (b text primary key);", "no column c");
        refused("-- place: b\ncreate table a (b text);", "no primary key");
        let table = "-- place: b\ncreate table a (b text, c text, primary key (b, c));";
        refused(&format!("{table} create unique index d on a (c);"), "without the place b");
        assert!(says(&format!("{table} create unique index d on a (c, b);")).is_empty());
        assert!(says("-- place: everywhere\ncreate table a (b text primary key);").is_empty());
    }

    #[test]
    fn foreign_keys_stay_within_a_customer() {
        let tables = |place: &str, columns: &str| {
            format!(
                "-- place: {place}\ncreate table a (customer_id text, b text, \
                 primary key (customer_id, b));\n-- place: customer_id\ncreate table c \
                 (customer_id text, b text, primary key (customer_id), \
                 foreign key ({columns}) references a (customer_id, b));"
            )
        };
        assert!(says(&tables("customer_id", "customer_id, b")).is_empty());
        assert!(says(&tables("everywhere", "b")).is_empty());
        refused(&tables("customer_id", "b"), "leaves the place");
        refused(&tables("b", "customer_id, b"), "leaves the place");
    }

    #[test]
    fn nothing_needs_one_machine_to_decide() {
        let table =
            |column: &str| format!("-- place: a\ncreate table t (a text primary key, {column});");
        refused(&table("b bigserial"), "bigserial");
        refused(&table("b text default current_timestamp"), "current_timestamp");
        refused(&table("b text default (random())"), "random");
        refused("create trigger a after insert on b begin end;", "trigger");
        assert!(says(&table("random text")).is_empty());
    }

    #[test]
    fn migrations_are_numbered_without_gaps() {
        let tree = Tree::of(&[
            ("migrations/0001_a.sql", ""),
            ("migrations/0003_b.sql", ""),
            ("migrations/3_C.sql", ""),
        ]);
        let files: Vec<_> = offences(&tree).into_iter().map(|offence| offence.file).collect();
        assert_eq!(files, ["migrations/0003_b.sql", "migrations/3_C.sql"]);
    }
}
