//! Everything that a database holds, and everything that anybody is shown, as text.

use std::{collections::BTreeMap, fmt::Write};

use handfast_db::{Cx, Engine, Fault};
use handfast_kit::OrganisationId;

use super::Town;
use crate::{cases, consents, customers, guests, requests, sales, sharing, ties, touches};

/// What is kept to undo merges, and what counts them.
const OF_MERGING: [&str; 3] = ["merge", "moved", "merge_kept"];

/// Table by table, the rows in order.
pub(super) type Ledger = BTreeMap<String, Vec<String>>;

/// All rows of all tables, but for those that merging keeps for itself.
pub(super) fn ledger(town: &Town) -> Ledger {
    let engine = town.world.engine;
    let mut ledger = Ledger::new();
    for (table, columns) in town.world.db.read(tables).unwrap() {
        let lines: Vec<String> = columns
            .iter()
            .map(|column| match engine {
                Engine::Sqlite => format!("quote({column})"),
                Engine::Postgres => format!("coalesce({column}::text, '-')"),
            })
            .collect();
        let text = format!("select {} from {table} limit 100000", lines.join("||'|'||"));
        let text: &'static str = Box::leak(text.into_boxed_str());
        let rows: Vec<(String,)> = town.world.db.read(|cx| cx.all::<_>(text, ())).unwrap();
        let mut rows: Vec<String> = rows.into_iter().map(|(row,)| row).collect();
        rows.sort();
        ledger.insert(table, rows);
    }
    ledger
}

fn tables(cx: &mut Cx<'_>) -> Result<BTreeMap<String, Vec<String>>, Fault> {
    let columns: Vec<(String, String)> = match cx.engine() {
        // Of the index of words, how many words each entry has: the words are not kept.
        Engine::Sqlite => cx.all(
            "select t.name, c.name
               from sqlite_master t
               join pragma_table_info(t.name) c
              where t.type = 'table' and t.name not like 'sqlite_%'
                and (t.name not like 'search_text%'
                  or t.name = 'search_text_docsize' and c.name <> 'origin')
              order by 1, c.cid limit 1000",
            (),
        )?,
        Engine::Postgres => cx.all(
            "select table_name::text, column_name::text
               from information_schema.columns
              where table_schema = 'public'
              order by 1, ordinal_position limit 1000",
            (),
        )?,
    };
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (table, column) in columns {
        if !OF_MERGING.contains(&table.as_str()) {
            tables.entry(table).or_default().push(column);
        }
    }
    assert!(tables.len() > 30, "the tables were not found: {tables:?}");
    Ok(tables)
}

/// Fails with the rows that only one of the two has.
#[track_caller]
pub(super) fn same(before: &Ledger, after: &Ledger, what: &str) {
    let mut differs = String::new();
    for (table, rows) in before {
        let now = &after[table];
        for row in rows.iter().filter(|row| !now.contains(row)) {
            writeln!(differs, "{table} - {row}").unwrap();
        }
        for row in now.iter().filter(|row| !rows.contains(row)) {
            writeln!(differs, "{table} + {row}").unwrap();
        }
        if rows.len() != now.len() {
            writeln!(differs, "{table}: {} rows, now {}", rows.len(), now.len()).unwrap();
        }
    }
    assert!(differs.is_empty(), "{what}:\n{differs}");
}

/// Everything that an organisation is shown.
pub(super) fn pages(town: &Town, viewer: OrganisationId) -> Vec<String> {
    let (lens, now) = (town.world.lens(viewer), town.world.clock.now());
    let read = |cx: &mut Cx<'_>| {
        let mut pages = Vec::new();
        let list = customers::list(cx, &lens, None, None, 200)?;
        pages.push(format!("list {:?}", list.items));
        pages.push(format!("count {}", customers::count(cx, &lens, None)?));
        pages.push(format!("count own {}", customers::count(cx, &lens, Some(viewer))?));
        for customer in &town.customers {
            let Some(found) = customers::find(cx, &lens, *customer)? else {
                pages.push(format!("{customer} nobody"));
                continue;
            };
            let sight = &found.sight;
            let mut line =
                format!("{customer} {} {:?} {:?}", found.id, found.chosen, found.records);
            let timeline =
                touches::timeline(cx, &lens, sight, &touches::Filter::default(), None, 200)?;
            write!(line, "{:?}", timeline.items).unwrap();
            write!(line, "{:?}", touches::hidden(cx, &lens, sight)?).unwrap();
            write!(line, "{:?}", sales::of_customer(cx, &lens, sight)?).unwrap();
            write!(line, "{:?}", cases::of_customer(cx, &lens, sight)?).unwrap();
            write!(line, "{:?}", ties::of_customer(cx, &lens, *customer)?).unwrap();
            write!(line, "{:?}", consents::of_customer(cx, &lens, *customer).unwrap()).unwrap();
            write!(line, "{:?}", consents::frozen(cx, &lens, *customer).unwrap()).unwrap();
            write!(line, "{:?}", requests::open_about(cx, &lens, now, *customer)?).unwrap();
            let looks = sharing::looks::of_customer(cx, &lens, *customer, None, 200)?;
            write!(line, "{looks:?}").unwrap();
            pages.push(line);
        }
        for word in ["a", "maya", "okafor", "leeds", "order", "motor", "note", "07700", "bristol"] {
            pages.push(format!("{word} {:?}", customers::search(cx, &lens, word, 200)?));
        }
        pages.push(format!("{:?}", requests::list(cx, &lens, now)?));
        pages.push(format!("{:?}", guests::list(cx, &lens, now)?));
        pages.push(format!("{:?}", touches::feed(cx, &lens, None, 200)?));
        Ok::<_, Fault>(pages)
    };
    town.world.db.read(read).unwrap()
}

/// Takes away the touches that tell of merging: all that may be another.
fn forget_what_was_told(town: &Town) {
    town.write(|tx| {
        tx.exec(
            "delete from touch_place
              where touch_id in (
                select touch_id from touch
                 where kind in ('customers_matched', 'customers_parted', 'kept_apart'))",
            (),
        )?;
        tx.exec(
            "delete from touch
              where kind in ('customers_matched', 'customers_parted', 'kept_apart')",
            (),
        )
    });
}

/// The ledger, and everybody's pages.
pub(super) struct Everything {
    ledger: Ledger,
    pages: Vec<Vec<String>>,
}

impl Everything {
    pub(super) fn of(town: &Town) -> Self {
        forget_what_was_told(town);
        let viewers = [town.world.brand, town.world.spoke, town.world.harbour];
        let pages = viewers.map(|viewer| pages(town, viewer));
        Self { ledger: ledger(town), pages: pages.to_vec() }
    }

    #[track_caller]
    pub(super) fn is_as_before(&self, town: &Town, what: &str) {
        let now = Self::of(town);
        same(&self.ledger, &now.ledger, what);
        for (before, now) in self.pages.iter().zip(&now.pages) {
            for (before, now) in before.iter().zip(now) {
                assert_eq!(before, now, "{what}");
            }
        }
    }
}
