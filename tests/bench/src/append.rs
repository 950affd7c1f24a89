//! (b) A note through the API, durable when it is answered, beside a loop that writes the same rows
//! in groups of the same size.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Result;
use rand::{Rng, SeedableRng, rngs::StdRng};
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::{
    Bench, database,
    load::{self, Ask},
    process::{self, Server},
    report::{Required, Row, median},
    seed::{self, Id, Seed},
    touch::Touch,
};

const CONNECTIONS: usize = 64;
const TEXT: &str =
    "Called about the gravel wheel; wants it trued before the weekend ride in Leeds.";

/// Measures it.
pub(crate) fn measure(bench: &mut Bench, touches: u64) -> Result<()> {
    let seed = seed::database(bench, touches)?;
    let folder = bench.fresh("append")?;
    std::fs::write(folder.join("handfast.toml"), seed::TOML)?;
    let file = folder.join("handfast.db");
    std::fs::copy(seed.file(), &file)?;
    let token = seed::token(bench, &folder)?;
    let ask = ask(&seed, &token);
    let spans = (Duration::from_millis(500), Duration::from_secs(bench.round_s));
    let (mut own, mut least, mut groups, mut p99) = (vec![], vec![], vec![], vec![]);
    for _ in 0..bench.rounds {
        let server = Server::start(process::serve(&bench.handfast, &folder))?;
        let before = database::commit_count(&file)?;
        let round = load::drive(&server.address, CONNECTIONS, spans, &ask)?;
        let commits = database::commit_count(&file)?.wrapping_sub(before);
        // Those answered while it warmed up were committed, too.
        let all = round.per_s * (spans.0 + spans.1).as_secs_f64();
        groups.push(all / f64::from(commits.max(1)));
        own.push(round.per_s);
        p99.push(round.p99_ms);
        server.stop()?;
        let group = median(&groups).round().max(1.0) as usize;
        least.push(raw(&file, &seed, group, spans.1)?);
    }
    let group = median(&groups);
    let note = format!(
        "POST /api/v1/customers/ID/touches, a note, random customers of {}, {CONNECTIONS} \
         connections, synchronous=FULL; {group:.1} notes shared a commit on average. The limit is \
         one thread on the same file that writes for each note the same rows (touch_place, touch \
         with its indexes, search_entry, search_text), {:.0} to a transaction, one sync each. Ours \
         also signs in, checks that the customer is seen, answers over HTTP, and numbers each \
         touch for the feed in a job beside it",
        seed.customers,
        group.round()
    );
    let row = Row::new("b append: durable notes", "per s", &own).beside(&least);
    bench.report.add(row.required(Required::RatioAtLeast(0.6)).note(note));
    bench.report.add(Row::new("b append: p99", "ms", &p99));
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

fn ask(seed: &Seed, token: &str) -> Arc<Ask> {
    let (token, seed) = (token.to_owned(), seed.clone());
    let body = format!(r#"{{"kind":"note","text":"{TEXT}"}}"#);
    Arc::new(move |random, request| {
        let customer = Uuid::from_bytes(seed::customer(random.random_range(0..seed.customers)));
        request.extend_from_slice(
            format!(
                "POST /api/v1/customers/{customer}/touches HTTP/1.1\r\nHost: bench\r\n\
                 Authorization: Bearer {token}\r\nContent-Type: application/json\r\n\
                 Content-Length: {}\r\n\r\n{body}",
                body.len()
            )
            .as_bytes(),
        );
    })
}

/// The loop; gives notes per second.
fn raw(file: &Path, seed: &Seed, group: usize, length: Duration) -> Result<f64> {
    let connection = database::writing(file)?;
    let mut random = StdRng::from_os_rng();
    let (begin, mut count) = (Instant::now(), 0_usize);
    while begin.elapsed() < length {
        connection.prepare_cached("begin immediate")?.execute([])?;
        for _ in 0..group {
            // The moment only has to be after those that are there.
            let at_ms = 1_795_000_000_000 + begin.elapsed().as_millis() as i64;
            write(&connection, seed, at_ms, &mut random)?;
        }
        connection.prepare_cached("commit")?.execute([])?;
        count += group;
    }
    let per_s = count as f64 / begin.elapsed().as_secs_f64();
    // Both sides begin with an empty log.
    connection.execute_batch("pragma wal_checkpoint(truncate)")?;
    Ok(per_s)
}

fn write(connection: &Connection, seed: &Seed, at_ms: i64, random: &mut StdRng) -> Result<()> {
    let number = random.random_range(0..seed.customers);
    let touch = Touch {
        network: seed.network,
        subject: seed::customer(number),
        at_ms,
        id: seed::timed(at_ms, random),
        record: seed::scattered(2, number),
        organisation: seed.brand,
        person: Some(seed.person),
        class: 12,
        kind: "note",
        channel: "internal",
        audience: 1,
        summary: TEXT.to_owned(),
        body: format!(r#"{{"kind":"note","text":"{TEXT}"}}"#),
        salt: random.random(),
    };
    connection
        .prepare_cached(
            "insert into touch_place (network_id, touch_id, subject_id, at_ms)
             values (?1, ?2, ?3, ?4)
             on conflict do nothing",
        )?
        .execute(params![touch.network, touch.id, touch.subject, touch.at_ms])?;
    touch.insert(connection, "touch", None)?;
    let key: i64 = connection
        .prepare_cached(
            "insert into search_entry (network_id, subject_id, entry_id, organisation_id, class)
             values (?1, ?2, ?3, ?4, 12)
             on conflict (network_id, subject_id, entry_id) do update set class = excluded.class
             returning entry_key",
        )?
        .query_row(params![touch.network, touch.subject, touch.id, touch.organisation], |row| {
            row.get(0)
        })?;
    connection
        .prepare_cached("insert or replace into search_text (rowid, words) values (?1, ?2)")?
        .execute(params![key, words(seed.network, seed.brand)])?;
    Ok(())
}

/// The words the note is found by, with those of its network and organisation.
fn words(network: Id, organisation: Id) -> String {
    let is_sign = |c: char| !c.is_alphanumeric();
    let mut words: Vec<String> =
        TEXT.split(is_sign).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    words.push(format!("_n{}", Uuid::from_bytes(network).simple()));
    words.push(format!("_o{}", Uuid::from_bytes(organisation).simple()));
    words.join(" ")
}
