//! (a) A timeline of 50 touches, signed in by token, beside a handler that only runs the statement.

use std::{io::Read, sync::Arc, time::Duration};

use anyhow::{Result, ensure};
use rand::Rng;
use uuid::Uuid;

use crate::{
    Bench,
    load::{self, Ask, Round},
    process::{self, Server},
    report::{Required, Row},
    seed::{self, Seed},
};

const CONNECTIONS: usize = 32;

/// One side's rounds.
#[derive(Default)]
struct Side {
    per_s: Vec<f64>,
    p99_ms: Vec<f64>,
    /// Processor time of the server for one request, in microseconds.
    each_us: Vec<f64>,
    body_bytes: f64,
}

/// Measures it; with `base`, also beside the program itself over so many touches.
pub(crate) fn measure(bench: &mut Bench, touches: u64, base: Option<u64>) -> Result<()> {
    let seed = seed::database(bench, touches)?;
    // Servers on the first processor, clients on another: what is compared is the servers.
    let (ours, ask) = served(bench, &seed)?;
    let limit = process::on_processor(0, || bare(&seed))?;
    let small = match base {
        Some(touches) => Some(served(bench, &seed::database(bench, touches)?)?),
        None => None,
    };
    let (mut own, mut least, mut smaller) = (Side::default(), Side::default(), Side::default());
    let spans = (Duration::from_secs(1), Duration::from_secs(bench.round_s));
    for _ in 0..bench.rounds {
        // Some systems take unused pages of files out of memory by the minute.
        warm(&seed)?;
        own.round(&ours, spans, &ask)?;
        least.round(&limit, spans, &ask)?;
        if let Some((server, ask)) = &small {
            warm(&seed::database(bench, base.unwrap_or(touches))?)?;
            smaller.round(server, spans, ask)?;
        }
    }
    ours.stop()?;
    limit.stop()?;
    let differ = (own.body_bytes - least.body_bytes).abs();
    ensure!(differ < 100.0, "the answers differ: {} and {}", own.body_bytes, least.body_bytes);
    add_rows(bench, touches, &own, &least);
    if let Some((server, _)) = small {
        server.stop()?;
        let us = |side: &Side| side.per_s.iter().map(|per_s| 1e6 / per_s).collect::<Vec<_>>();
        let name = format!("a timeline: time per request, {touches} touches");
        let row = Row::new(name, "us", &us(&own)).beside(&us(&smaller));
        let note = "the limit here is the program itself over a tenth of the touches, in the same \
                    rounds; customers are ten times as many, touches of each as many";
        bench.report.add(row.required(Required::RatioAtMost(1.2)).note(note));
    }
    Ok(())
}

/// Reads the whole file once, so that what is measured is not the disk.
fn warm(seed: &Seed) -> Result<()> {
    let mut file = std::fs::File::open(seed.file())?;
    let mut piece = vec![0; 1 << 20];
    while file.read(&mut piece)? > 0 {}
    Ok(())
}

/// The program over this database, and what it is asked.
fn served(bench: &Bench, seed: &Seed) -> Result<(Server, Arc<Ask>)> {
    let token = seed::token(bench, &seed.folder)?;
    let command = process::serve(&bench.handfast, &seed.folder);
    let server = process::on_processor(0, || Server::start(command))?;
    Ok((server, ask(seed, &token)))
}

fn bare(seed: &Seed) -> Result<Server> {
    let own = std::env::current_exe()?;
    let mut command = process::command(&own, &["bare", "--file"]);
    command.arg(seed.file()).arg("--network").arg(Uuid::from_bytes(seed.network).to_string());
    Server::start(command)
}

fn ask(seed: &Seed, token: &str) -> Arc<Ask> {
    let (token, seed) = (token.to_owned(), seed.clone());
    Arc::new(move |random, request| {
        let customer = Uuid::from_bytes(seed::customer(random.random_range(0..seed.customers)));
        request.extend_from_slice(
            format!(
                "GET /api/v1/customers/{customer}/timeline?limit=50 HTTP/1.1\r\nHost: bench\r\n\
                 Authorization: Bearer {token}\r\n\r\n"
            )
            .as_bytes(),
        );
    })
}

impl Side {
    fn round(
        &mut self,
        server: &Server,
        (warm, length): (Duration, Duration),
        ask: &Arc<Ask>,
    ) -> Result<()> {
        let drive = |warm: Duration, length: Duration| -> Result<Round> {
            process::on_processor(1, || {
                load::drive(&server.address, CONNECTIONS, (warm, length), ask)
            })
        };
        drive(Duration::ZERO, warm)?;
        let before = process::processor_s(server.pid())?;
        let round = drive(Duration::ZERO, length)?;
        let used = process::processor_s(server.pid())? - before;
        self.per_s.push(round.per_s);
        self.p99_ms.push(round.p99_ms);
        self.each_us.push(used * 1e6 / round.count as f64);
        self.body_bytes = round.body_bytes;
        Ok(())
    }
}

fn add_rows(bench: &mut Bench, touches: u64, own: &Side, least: &Side) {
    let name = format!("a timeline: requests, {touches} touches");
    let note = format!(
        "GET /api/v1/customers/ID/timeline?limit=50, random customers, {CONNECTIONS} connections, \
         {:.0} bytes each; server on one processor, clients on another, the file in memory; \
         ours signs in by token; \
         the limit is axum over the same statement on a bare connection and the same JSON",
        own.body_bytes
    );
    let row = Row::new(name, "per s", &own.per_s).beside(&least.per_s);
    bench.report.add(row.required(Required::RatioAtLeast(0.75)).note(note));
    let name = format!("a timeline: p99, {touches} touches");
    let row = Row::new(name, "ms", &own.p99_ms).beside(&least.p99_ms);
    bench.report.add(row.required(Required::Below(15.0)));
    let name = format!("a timeline: processor time, {touches} touches");
    bench.report.add(Row::new(name, "us each", &own.each_us).beside(&least.each_us));
}
