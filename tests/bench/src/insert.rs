//! (f) What the clustered table costs when rows come in: one more touch for anybody, beside the
//! same rows in a table in the order of arrival with the timeline as an index.

use std::{path::PathBuf, time::Instant};

use anyhow::Result;
use rand::{Rng, SeedableRng, rngs::StdRng};
use rusqlite::{Connection, params};

use crate::{
    Bench, database,
    report::Row,
    seed::{self, Id, Seed},
    touch::Touch,
};

const ROWS: usize = 100_000;
const TRANSACTION_ROWS: usize = 500;

/// Measures it.
pub(crate) fn measure(bench: &mut Bench, touches: u64) -> Result<()> {
    let seed = seed::database(bench, touches)?;
    let arrival = arrival(&seed)?;
    let (mut clustered, mut indexed) = (vec![], vec![]);
    for _ in 0..bench.rounds.min(3) {
        clustered.push(round(&seed, &seed.file(), "touch")?);
        indexed.push(round(&seed, &arrival, "arrival")?);
    }
    let name = format!("f insert: rows into touch, {touches} there");
    let note = format!(
        "{ROWS} touches of random customers at the end of their timelines, {TRANSACTION_ROWS} to a \
         transaction, synchronous=FULL, into the table alone; the limit is the same rows in a \
         rowid table with a unique index on (network_id, subject_id, at_ms, touch_id) and the same \
         two partial indexes. The rows are taken out again afterwards"
    );
    bench.report.add(Row::new(name, "per s", &clustered).beside(&indexed).note(note));
    Ok(())
}

/// The same touches in the order in which they arrived; kept beside the database.
fn arrival(seed: &Seed) -> Result<PathBuf> {
    let file = seed.folder.join("arrival.db");
    if file.exists() {
        return Ok(file);
    }
    eprintln!("   copying the touches into a table in the order of their arrival, once");
    let draft = seed.folder.join("arrival.draft");
    database::remove(&draft)?;
    let connection = database::filling(&draft)?;
    connection.execute("attach ?1 as seed", params![seed.file().to_string_lossy()])?;
    let table: String = connection.query_row(
        "select sql from seed.sqlite_master where name = 'touch'",
        [],
        |row| row.get(0),
    )?;
    let end = table.find("constraint").unwrap_or(table.len());
    let columns = table[..end].replacen("touch", "arrival", 1);
    connection.execute_batch(&format!("{}) strict", columns.trim_end().trim_end_matches(',')))?;
    connection.execute_batch(
        "begin;
         insert into arrival select t.* from seed.touch_place p
           join seed.touch t on t.network_id = p.network_id and t.subject_id = p.subject_id
             and t.at_ms = p.at_ms and t.touch_id = p.touch_id
           order by p.network_id, p.touch_id;
         create unique index arrival_timeline
           on arrival (network_id, subject_id, at_ms, touch_id);
         create index arrival_unsealed on arrival (network_id, recorded_ms, touch_id)
           where leaf_index is null;
         create index arrival_leaf on arrival (network_id, leaf_index)
           where leaf_index is not null;
         commit;
         detach seed;",
    )?;
    connection.close().map_err(|(_, error)| error)?;
    std::fs::rename(&draft, &file)?;
    Ok(file)
}

/// Inserts and takes out again; gives rows per second of the inserting.
fn round(seed: &Seed, file: &std::path::Path, table: &str) -> Result<f64> {
    let connection = database::writing(file)?;
    let mut random = StdRng::from_os_rng();
    let rows: Vec<Touch> = (0..ROWS).map(|at| row(seed, at as i64, &mut random)).collect();
    let begin = Instant::now();
    for rows in rows.chunks(TRANSACTION_ROWS) {
        connection.execute_batch("begin immediate")?;
        for row in rows {
            row.insert(&connection, table, None)?;
        }
        connection.execute_batch("commit")?;
    }
    let per_s = ROWS as f64 / begin.elapsed().as_secs_f64();
    take_out(&connection, table, &rows)?;
    Ok(per_s)
}

/// A touch that comes after all that are there.
fn row(seed: &Seed, at: i64, random: &mut StdRng) -> Touch {
    let number = random.random_range(0..seed.customers);
    let at_ms = 1_790_000_000_000 + at * 7;
    let (subject, id): (Id, Id) = (seed::customer(number), seed::timed(at_ms, random));
    Touch::made(seed, subject, number, at_ms, id, random)
}

fn take_out(connection: &Connection, table: &str, rows: &[Touch]) -> Result<()> {
    connection.execute_batch("pragma synchronous = off; begin immediate")?;
    for row in rows {
        connection
            .prepare_cached(&format!(
                "delete from {table}
                  where network_id = ?1 and subject_id = ?2 and at_ms = ?3 and touch_id = ?4"
            ))?
            .execute(params![row.network, row.subject, row.at_ms, row.id])?;
    }
    connection.execute_batch("commit; pragma wal_checkpoint(truncate)")?;
    Ok(())
}
