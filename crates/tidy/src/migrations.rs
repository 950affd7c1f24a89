//! The tables as the migrations make them, with their places and keys.

use std::collections::BTreeMap;

use crate::{
    Tree,
    sql::{Kind, Token, lex},
    tree::File,
};

/// Where the rows of a table lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// Small and rarely written: a copy stands everywhere.
    Everywhere,
    /// With the customer: by `customer_id`, or `subject_id` for touches.
    Customer(String),
    /// By a column of its own.
    Own(String),
}

impl Place {
    fn read(word: &str) -> Self {
        match word {
            "everywhere" => Self::Everywhere,
            "customer_id" | "subject_id" => Self::Customer(word.to_owned()),
            _ => Self::Own(word.to_owned()),
        }
    }

    /// The column that decides the place of a row, if one does.
    pub(crate) fn column(&self) -> Option<&str> {
        match self {
            Self::Everywhere => None,
            Self::Customer(column) | Self::Own(column) => Some(column),
        }
    }

    /// Whether rows with equal place columns lie together.
    pub(crate) fn is_with(&self, other: &Self) -> bool {
        matches!((self, other), (Self::Customer(_), Self::Customer(_))) || self == other
    }
}

/// A `create table` of the migrations.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) file: String,
    pub(crate) line: usize,
    /// `None` if no comment beside it says.
    pub(crate) place: Option<Place>,
    pub(crate) columns: Vec<String>,
    pub(crate) keys: Vec<Key>,
    pub(crate) references: Vec<Reference>,
    /// Between `-- only: sqlite` and `-- only: end`: never distributed.
    pub(crate) only_sqlite: bool,
}

/// A primary key, unique constraint or unique index.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) line: usize,
    pub(crate) columns: Vec<String>,
}

/// A foreign key.
#[derive(Debug)]
pub(crate) struct Reference {
    pub(crate) line: usize,
    pub(crate) columns: Vec<String>,
    pub(crate) table: String,
}

/// Everything the migrations say.
#[derive(Debug, Default)]
pub(crate) struct Schema {
    /// A table that differs between the engines stands here twice.
    pub(crate) tables: Vec<Table>,
    /// Unique indexes on tables: the table's name, the file, the key, whether for SQLite only.
    pub(crate) unique_indexes: Vec<(String, String, Key, bool)>,
}

impl Schema {
    pub(crate) fn of(tree: &Tree) -> Self {
        let mut schema = Self::default();
        for file in files(tree) {
            Reader { file, schema: &mut schema, place: None, only_sqlite: false }.read();
        }
        schema
    }

    /// The places of the tables by name; tables that lie nowhere (virtual ones) are left out.
    pub(crate) fn places(&self) -> BTreeMap<&str, &Place> {
        let placed = self.tables.iter().filter_map(|table| Some((table, table.place.as_ref()?)));
        placed.map(|(table, place)| (table.name.as_str(), place)).collect()
    }
}

/// The files of `migrations/`, in their order.
pub(crate) fn files(tree: &Tree) -> impl Iterator<Item = &File> {
    tree.files().filter(|file| file.path.starts_with("migrations/"))
}

struct Reader<'a> {
    file: &'a File,
    schema: &'a mut Schema,
    place: Option<Place>,
    only_sqlite: bool,
}

impl Reader<'_> {
    fn read(&mut self) {
        let tokens = lex(&self.file.text);
        let mut at = 0;
        while at < tokens.len() {
            if tokens[at].kind == Kind::Comment {
                self.comment(&tokens[at].text);
                at += 1;
                continue;
            }
            let rest = &tokens[at..];
            let end = rest.iter().position(|token| token.is(";")).unwrap_or(rest.len());
            self.statement(&without_comments(&rest[..end]));
            self.place = None;
            at += end + 1;
        }
    }

    fn comment(&mut self, says: &str) {
        if let Some(place) = says.strip_prefix("place:") {
            self.place = Some(Place::read(place.trim()));
        } else if let Some(engine) = says.strip_prefix("only:") {
            self.only_sqlite = engine.trim() == "sqlite";
        }
    }

    fn statement(&mut self, tokens: &[Token]) {
        let Some(open) = tokens.iter().position(|token| token.is("(")) else { return };
        let starts = |words: &[&str]| {
            words.iter().enumerate().all(|(at, word)| tokens.get(at).is_some_and(|t| t.is(word)))
        };
        let named = tokens[open - 1].text.clone();
        if starts(&["create", "table"]) {
            self.table(named, tokens[0].line, &tokens[open + 1..]);
        } else if starts(&["create", "unique", "index"]) {
            let columns = columns(&tokens[open..]);
            let key = Key { line: tokens[0].line, columns };
            let path = self.file.path.clone();
            self.schema.unique_indexes.push((named, path, key, self.only_sqlite));
        }
    }

    fn table(&mut self, name: String, line: usize, body: &[Token]) {
        let mut table = Table {
            name,
            file: self.file.path.clone(),
            line,
            place: self.place.take(),
            columns: Vec::new(),
            keys: Vec::new(),
            references: Vec::new(),
            only_sqlite: self.only_sqlite,
        };
        let end = body.iter().position(|token| token.depth == 0).unwrap_or(body.len());
        for item in body[..end].split(|token| token.depth == 1 && token.is(",")) {
            table.read(item);
        }
        self.schema.tables.push(table);
    }
}

impl Table {
    /// Reads a column or constraint of the table's body.
    fn read(&mut self, item: &[Token]) {
        let Some(first) = item.first() else { return };
        let constraint = first.is_any(&["constraint", "primary", "unique", "foreign", "check"]);
        if !constraint {
            self.columns.push(first.text.clone());
        }
        let word = |word: &str| item.iter().position(|token| token.depth == 1 && token.is(word));
        let columns_here = |at: usize| {
            if constraint { columns(&item[at..]) } else { vec![first.text.clone()] }
        };
        // Not a column that is called so: the word follows a type or a constraint's name.
        let key = word("primary").or_else(|| word("unique")).filter(|at| constraint || *at > 0);
        if let Some(at) = key {
            self.keys.push(Key { line: item[at].line, columns: columns_here(at) });
        }
        if let Some(at) = word("references") {
            let table = item.get(at + 1).map_or(String::new(), |token| token.text.clone());
            let columns = columns_here(word("foreign").unwrap_or(at));
            self.references.push(Reference { line: item[at].line, columns, table });
        }
    }
}

/// The columns in the first brackets of `tokens`; an expression such as `lower(name)` is none.
fn columns(tokens: &[Token]) -> Vec<String> {
    let Some(open) = tokens.iter().position(|token| token.is("(")) else { return Vec::new() };
    let depth = tokens[open].depth;
    let inside = tokens[open + 1..].iter().take_while(|token| token.depth > depth);
    let inside: Vec<&Token> = inside.filter(|token| token.depth == depth + 1).collect();
    let is_column = |(at, token): &(usize, &&Token)| {
        token.is_word() && !inside.get(at + 1).is_some_and(|next| next.is("("))
    };
    inside.iter().enumerate().filter(is_column).map(|(_, token)| token.text.clone()).collect()
}

fn without_comments(tokens: &[Token]) -> Vec<Token> {
    tokens.iter().filter(|token| token.kind != Kind::Comment).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_read_with_places_and_keys() {
        let tree = Tree::of(&[(
            "migrations/0001_a.sql",
            "-- Story.\n-- place: customer_id\ncreate table a (\n  b {uuid} not null, -- why\n\
             c text unique,\n  constraint a_pk primary key (b, c),\n\
             foreign key (b, c) references d (e, f)\n) {table};\n\
             create unique index a_c on a (b, lower(c));\n\
             -- only: sqlite\ncreate table g (h integer primary key);\n-- only: end",
        )]);
        let schema = Schema::of(&tree);
        let table = &schema.tables[0];
        assert_eq!(table.place, Some(Place::Customer("customer_id".to_owned())));
        assert_eq!(table.columns, ["b", "c"]);
        let keys: Vec<_> = table.keys.iter().map(|key| (key.line, key.columns.clone())).collect();
        assert_eq!(keys, [(5, vec!["c".to_owned()]), (6, vec!["b".to_owned(), "c".to_owned()])]);
        assert_eq!(table.references[0].columns, ["b", "c"]);
        assert_eq!(table.references[0].table, "d");
        assert_eq!(schema.unique_indexes[0].0, "a");
        assert_eq!(schema.unique_indexes[0].2.columns, ["b"]);
        assert!(schema.tables[1].only_sqlite && schema.tables[1].place.is_none());
        assert_eq!(schema.tables[1].keys[0].columns, ["h"]);
    }
}
