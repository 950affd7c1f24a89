//! The limit of imports: the rows that an import has left behind, inserted again without it.

use std::path::Path;

use anyhow::Result;
use rusqlite::{Connection, params, params_from_iter, types::Value};

use crate::{database, intake::seconds};

/// Rows of the file that share a transaction, as in the program.
const TRANSACTION_ROWS: u64 = 500;
/// Tables of one subject, with the column that names it.
const OF_SUBJECTS: [(&str, &str); 10] = [
    ("customer", "customer_id"),
    ("record", "customer_id"),
    ("record_ref", "customer_id"),
    ("person_key", "customer_id"),
    ("touch", "subject_id"),
    ("touch_place", "subject_id"),
    ("sale", "customer_id"),
    ("sale_ref", "customer_id"),
    ("review", "customer_id"),
    ("search_entry", "subject_id"),
];

/// What was inserted between two states of a database.
pub(crate) struct Replay {
    tables: Vec<Table>,
}

struct Table {
    name: String,
    insert: String,
    rows: Vec<Vec<Value>>,
}

impl Replay {
    /// Reads what is in `after` and not in `before`, in the order in which it came.
    pub(crate) fn between(before: &Path, after: &Path) -> Result<Self> {
        let connection = Connection::open(after)?;
        connection.execute_batch("pragma temp_store = memory; pragma cache_size = -262144;")?;
        connection.execute("attach ?1 as before", params![before.to_string_lossy()])?;
        // Entries of the search are numbered as they come, records apart from touches: that is the
        // order of subjects.
        connection.execute_batch(
            "create temp table fresh (entry_key integer primary key);
             insert into fresh
               select entry_key from main.search_entry
               except select entry_key from before.search_entry;
             create temp table place as
               select subject_id, min(entry_key) as at from main.search_entry
                 join fresh using (entry_key) group by subject_id;
             create unique index temp.place_of on place (subject_id);",
        )?;
        let mut tables = Vec::new();
        for (name, subject) in OF_SUBJECTS {
            let from = format!(
                "from main.{name} t join place on place.subject_id = t.{subject}
                  where not exists (select 1 from before.{name} b where {})
                  order by place.at",
                same_key(&connection, name)?
            );
            tables.push(table(&connection, name, &from)?);
        }
        // Their keys are hashes, so any order that is not theirs will do.
        let from = format!(
            "from main.intake_row t
              where not exists (select 1 from before.intake_row b where {}) order by t.content",
            same_key(&connection, "intake_row")?
        );
        tables.push(table(&connection, "intake_row", &from)?);
        tables.push(words(&connection)?);
        tables.retain(|table| !table.rows.is_empty());
        Ok(Self { tables })
    }

    /// How many rows there are of each table.
    pub(crate) fn tables(&self) -> String {
        let count = |table: &Table| format!("{} {}", table.rows.len(), table.name);
        self.tables.iter().map(count).collect::<Vec<_>>().join(", ")
    }

    /// Inserts everything into the database at `path`; gives how many of `rows` rows of a file that
    /// is per second.
    pub(crate) fn run(&self, path: &Path, rows: u64) -> Result<f64> {
        let connection = database::writing(path)?;
        let transactions = rows.div_ceil(TRANSACTION_ROWS) as usize;
        let took_s = seconds(|| {
            for number in 0..transactions {
                connection.execute_batch("begin immediate")?;
                for table in &self.tables {
                    let at = |number: usize| table.rows.len() * number / transactions;
                    let mut insert = connection.prepare_cached(&table.insert)?;
                    for row in &table.rows[at(number)..at(number + 1)] {
                        insert.execute(params_from_iter(row))?;
                    }
                }
                connection.execute_batch("commit")?;
            }
            Ok(())
        })?;
        Ok(rows as f64 / took_s)
    }
}

/// `t` and `b` have the same primary key.
fn same_key(connection: &Connection, table: &str) -> Result<String> {
    let mut statement =
        connection.prepare("select name from pragma_table_info(?1) where pk > 0 order by pk")?;
    let equal = |row: &rusqlite::Row<'_>| {
        let name: String = row.get(0)?;
        Ok(format!("b.{name} = t.{name}"))
    };
    let equals = statement.query_map([table], equal)?.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(equals.join(" and "))
}

fn table(connection: &Connection, name: &str, from: &str) -> Result<Table> {
    let mut statement = connection.prepare("select name from pragma_table_info(?1)")?;
    let columns: Vec<String> =
        statement.query_map([name], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    let of_table: Vec<String> = columns.iter().map(|column| format!("t.{column}")).collect();
    let mut statement = connection.prepare(&format!("select {} {from}", of_table.join(", ")))?;
    let read = |row: &rusqlite::Row<'_>| (0..columns.len()).map(|at| row.get(at)).collect();
    let rows = statement.query_map([], read)?.collect::<rusqlite::Result<_>>()?;
    let places: Vec<String> = (1..=columns.len()).map(|at| format!("?{at}")).collect();
    let insert =
        format!("insert into {name} ({}) values ({})", columns.join(", "), places.join(", "));
    Ok(Table { name: name.to_owned(), insert, rows })
}

/// The words of the search, put together again from its index: it keeps no texts.
fn words(connection: &Connection) -> Result<Table> {
    connection.execute_batch(
        "create virtual table temp.word using fts5vocab(main, search_text, 'instance')",
    )?;
    let mut statement = connection.prepare(
        "select doc, term from temp.word
          where doc in (select entry_key from fresh) order by doc, \"offset\"",
    )?;
    let mut found = statement.query([])?;
    let mut rows: Vec<(i64, String)> = Vec::new();
    while let Some(row) = found.next()? {
        let (entry, word): (i64, String) = (row.get(0)?, row.get(1)?);
        match rows.last_mut() {
            Some((last, words)) if *last == entry => {
                words.push(' ');
                words.push_str(&word);
            }
            _ => rows.push((entry, word)),
        }
    }
    let rows = rows
        .into_iter()
        .map(|(entry, words)| vec![Value::Integer(entry), Value::Text(words)])
        .collect();
    let insert = "insert into search_text (rowid, words) values (?1, ?2)".to_owned();
    Ok(Table { name: "search_text".to_owned(), insert, rows })
}
