//! Everything that a database and a folder of files hold, as text, to be compared before and after;
//! and rows that were kept, to be put back.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    path::Path,
};

use handfast_db::{Cx, Db, Engine, Fault};

/// Tables that may change when a request is refused, or only reads: attempts to sign in are
/// counted, and who looked is written down, also at a form that comes back.
const EXEMPT: &[&str] = &["sign_in_attempt", "look"];
/// Columns likewise: that a session is in use is noted whatever it is used for.
const EXEMPT_COLUMN: (&str, &str) = ("session", "seen_ms");

/// What is stored, table by table, row by row; and the names and sizes of files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ledger(BTreeMap<String, String>);

/// Statements over all tables of a database. The doors take fixed texts only; a test may forget a
/// few.
#[derive(Debug, Clone)]
pub(crate) struct Reader {
    whole: &'static str,
    tables: Vec<Table>,
}

/// One table, and how it gets back the rows that were kept of it.
#[derive(Debug, Clone)]
struct Table {
    name: String,
    columns: Vec<String>,
    keep: &'static str,
    empty: &'static str,
    fill: &'static str,
}

impl Table {
    fn new(name: &str, columns: &[String]) -> Self {
        let fixed = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
        Self {
            name: name.to_owned(),
            columns: columns.to_vec(),
            keep: fixed(format!("create table keep_{name} as select * from {name}")),
            empty: fixed(format!("delete from {name}")),
            fill: fixed(format!("insert into {name} select * from keep_{name}")),
        }
    }
}

impl Reader {
    pub(crate) fn new(db: &Db) -> Self {
        let tables = db.read(tables).unwrap();
        let parts: Vec<String> =
            tables.iter().map(|(table, columns)| part(db.engine(), table, columns)).collect();
        let whole = Box::leak(parts.join(" union all ").into_boxed_str());
        let tables = tables.iter().map(|(name, columns)| Table::new(name, columns)).collect();
        Self { whole, tables }
    }

    /// The names of all columns.
    pub(crate) fn columns(&self) -> BTreeSet<String> {
        self.tables.iter().flat_map(|table| table.columns.iter().cloned()).collect()
    }

    /// Keeps the rows of every table beside it.
    pub(crate) fn keep(&self, db: &Db) {
        let tables = self.tables.clone();
        let kept: Result<(), Fault> = db
            .write(move |tx| tables.iter().try_for_each(|table| tx.exec(table.keep, ()).map(drop)));
        kept.unwrap();
    }

    /// Gives tables their kept rows back, or says that it cannot: on SQLite the index of words is
    /// more than its rows.
    pub(crate) fn restore(&self, db: &Db, changed: &[String]) -> bool {
        let find = |name: &String| self.tables.iter().find(|table| table.name == *name).cloned();
        let tables: Vec<Table> = changed.iter().filter_map(find).collect();
        let is_plain =
            |table: &Table| db.engine() == Engine::Postgres || !table.name.starts_with("search_");
        if tables.len() < changed.len() || !tables.iter().all(is_plain) {
            return false;
        }
        let restored: Result<(), Fault> = db.write(move |tx| {
            for table in &tables {
                tx.exec(table.empty, ())?;
                tx.exec(table.fill, ())?;
            }
            tx.exec("delete from sign_in_attempt", ()).map(drop)
        });
        restored.unwrap();
        true
    }

    /// What is stored in `db`, and below the folder `data`.
    pub(crate) fn read(&self, db: &Db, data: &Path) -> Ledger {
        let rows: Vec<(String, String)> = db.read(|cx| cx.all::<_>(self.whole, ())).unwrap();
        let mut all: BTreeMap<String, String> = rows.into_iter().collect();
        all.insert("(files)".to_owned(), files(data));
        Ledger(all)
    }
}

impl Ledger {
    /// The names of the tables that differ.
    pub(crate) fn changed(&self, after: &Self) -> Vec<String> {
        let differs = |table: &&String| self.0.get(*table) != after.0.get(*table);
        self.0.keys().filter(differs).cloned().collect()
    }

    /// The tables that differ, with the rows that only one of them has.
    pub(crate) fn difference(&self, after: &Self) -> String {
        let mut text = String::new();
        for (table, before) in &self.0 {
            let after = after.0.get(table).map_or("", String::as_str);
            if before == after {
                continue;
            }
            let lines = |of: &str| of.lines().map(str::to_owned).collect::<Vec<_>>();
            let (before, after) = (lines(before), lines(after));
            for line in before.iter().filter(|line| !after.contains(line)) {
                writeln!(text, "{table} - {line}").unwrap();
            }
            for line in after.iter().filter(|line| !before.contains(line)) {
                writeln!(text, "{table} + {line}").unwrap();
            }
        }
        text
    }
}

fn tables(cx: &mut Cx<'_>) -> Result<BTreeMap<String, Vec<String>>, Fault> {
    let columns: Vec<(String, String)> = match cx.engine() {
        Engine::Sqlite => cx.all(
            "select t.name, c.name
               from sqlite_master t
               join pragma_table_info(t.name) c
              where t.type = 'table' and t.name not like 'sqlite_%' and t.name not like 'keep_%'
                and (t.name not like 'search_text%' or t.name = 'search_text_docsize')
              order by 1, c.cid limit 1000",
            (),
        )?,
        Engine::Postgres => cx.all(
            "select table_name::text, column_name::text
               from information_schema.columns
              where table_schema = 'public' and table_name not like 'keep_%'
              order by 1, ordinal_position limit 1000",
            (),
        )?,
    };
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (table, column) in columns {
        let is_exempt =
            EXEMPT.contains(&table.as_str()) || (table.as_str(), column.as_str()) == EXEMPT_COLUMN;
        if !is_exempt {
            tables.entry(table).or_default().push(column);
        }
    }
    assert!(tables.len() > 20, "the tables were not found: {tables:?}");
    Ok(tables)
}

fn part(engine: Engine, table: &str, columns: &[String]) -> String {
    match engine {
        Engine::Sqlite => {
            let line: Vec<String> = columns.iter().map(|c| format!("quote({c})")).collect();
            let line = line.join(" || '|' || ");
            format!(
                "select '{table}', coalesce(group_concat(line, char(10)), '')
                   from (select {line} as line from {table} order by line)"
            )
        }
        Engine::Postgres => {
            let line: Vec<String> =
                columns.iter().map(|c| format!("coalesce({c}::text, '-')")).collect();
            let line = format!("concat_ws('|', {})", line.join(", "));
            format!(
                "select '{table}'::text, coalesce(string_agg(line, chr(10) order by line), '')
                   from (select {line} as line from {table}) of_{table}"
            )
        }
    }
}

fn files(folder: &Path) -> String {
    let mut lines = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let (path, about) = (entry.path(), entry.metadata().unwrap());
            if about.is_dir() {
                folders.push(path);
            } else {
                lines.push(format!("{} {}", entry.file_name().to_string_lossy(), about.len()));
            }
        }
    }
    lines.sort();
    lines.join("\n")
}
