//! What a running server answers: accepting, a change, the board.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::town::{Signed, Town};
use crate::{
    Bench,
    load::Connection,
    process::{self, Server},
    report::{Required, Row, median},
};

/// How many hand-offs are accepted in a round.
const ACCEPTED: usize = 100;
/// How often a board is opened in a round.
const OPENED: usize = 60;

pub(super) fn measure(bench: &mut Bench, town: &Town) -> Result<()> {
    let server = Server::start(process::serve(&bench.handfast, &town.folder))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut client = Client::open(&server.address).await?;
        accepting(bench, town, &mut client).await?;
        changes(bench, town, &mut client).await?;
        boards(bench, town, &mut client).await
    })?;
    server.stop()
}

async fn accepting(bench: &mut Bench, town: &Town, client: &mut Client) -> Result<()> {
    let (mut p50, mut p99) = (Vec::new(), Vec::new());
    for round in 0..bench.rounds {
        let mut times = Vec::new();
        for number in 0..ACCEPTED {
            let customer = town.customers[(round * ACCEPTED + number) % town.customers.len()];
            let offer = json!({
                "customer_id": customer.to_string(), "to_id": town.partners[0].to_string(),
                "thing": format!("task:Call about wheel {round}-{number}"), "incomplete_ok": true,
            });
            let (offered, _) =
                client.post(&town.ada, "/api/v1/hand-offs", &offer.to_string(), 201).await?;
            let id = offered["id"].as_str().context("a hand-off has no id")?;
            let path = format!("/api/v1/hand-offs/{id}/acceptance");
            let (accepted, ms) = client.post(&town.sam, &path, "", 200).await?;
            ensure!(accepted["state"] == "accepted", "it was not accepted: {accepted}");
            times.push(ms);
        }
        p50.push(median(&times));
        p99.push(high(&times));
    }
    let note = format!(
        "POST /api/v1/hand-offs/ID/acceptance, {ACCEPTED} in a round, one after the other; the \
         answer comes when the transaction is on the disk (SQLite: synchronous=FULL; PostgreSQL: \
         fsync and synchronous_commit on)"
    );
    let name = |what: &str| format!("{}: accepting, {what}", town.engine);
    let row = Row::new(name("p50"), "ms", &p50).required(Required::Below(10.0));
    bench.report.add(row.note(note));
    bench.report.add(Row::new(name("p99"), "ms", &p99));
    Ok(())
}

async fn changes(bench: &mut Bench, town: &Town, client: &mut Client) -> Result<()> {
    let count = town.size.organisations;
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for customer in town.known_to_all.iter().take(bench.rounds) {
        for times in [&mut first, &mut second] {
            let house = times.len();
            let value = json!({"street": format!("{house} Quay"), "city": "Bristol",
                "postcode": "BS1 6ZZ"});
            let body = json!({"changed": "address", "value": {"address": value},
                "by_customer": true});
            let path = format!("/api/v1/customers/{customer}/changes");
            let (change, ms) = client.post(&town.ada, &path, &body.to_string(), 201).await?;
            let told = change["obligations"].as_array().map_or(0, Vec::len);
            ensure!(told == count, "{told} organisations were told, not {count}");
            times.push(ms);
        }
    }
    let note = format!(
        "POST /api/v1/customers/ID/changes, an address; {count} partners are tied to the customer, \
         each is asked by its own lens, and gets its obligation with its step and its touch; the \
         answer holds all of them. The second change of the same customer also ends the first's"
    );
    let name = |what: &str| format!("{}: a change that {count} need{what}", town.engine);
    let row = Row::new(name(""), "ms", &first).required(Required::Below(1_000.0)).note(note);
    bench.report.add(row);
    let row = Row::new(name(", the second"), "ms", &second);
    bench.report.add(row.required(Required::Below(1_000.0)));
    Ok(())
}

async fn boards(bench: &mut Bench, town: &Town, client: &mut Client) -> Result<()> {
    let cookie = client.sign_in(&town.ada).await?;
    let (ada, sam) = (format!("Authorization: Bearer {}", town.ada.token), &town.sam.token);
    let sam = format!("Authorization: Bearer {sam}");
    for (what, path, who) in [
        ("board, the page, brand", "/hand-offs?board=open", &cookie),
        ("board, all that is open, brand", "/api/v1/hand-offs?board=open", &ada),
        ("board, what we sent, brand", "/api/v1/hand-offs?board=sent", &ada),
        ("board, what waits, partner", "/api/v1/hand-offs?board=waiting", &sam),
    ] {
        let (mut p50, mut p99) = (Vec::new(), Vec::new());
        for _ in 0..bench.rounds {
            let mut times = Vec::with_capacity(OPENED);
            for _ in 0..OPENED {
                let (status, _, ms) = client.send("GET", path, who, "").await?;
                ensure!(status == 200, "{path}: {status}");
                times.push(ms);
            }
            p50.push(median(&times));
            p99.push(high(&times));
        }
        let note =
            format!("GET {path}, 50 of {} open hand-offs, {OPENED} in a round", town.size.open);
        let name = |end: &str| format!("{}: {what}, {end}", town.engine);
        let row = Row::new(name("p50"), "ms", &p50).required(Required::Below(20.0));
        bench.report.add(row.note(note));
        bench.report.add(Row::new(name("p99"), "ms", &p99));
    }
    Ok(())
}

/// What 99 of 100 do not reach.
fn high(times: &[f64]) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() * 99 / 100).copied().unwrap_or(f64::NAN)
}

struct Client {
    connection: Connection,
    address: String,
}

impl Client {
    async fn open(address: &str) -> Result<Self> {
        Ok(Self { connection: Connection::open(address).await?, address: address.to_owned() })
    }

    /// Sends a request with this header, and answers status, body and milliseconds.
    async fn send(
        &mut self,
        method: &str,
        path: &str,
        header: &str,
        body: &str,
    ) -> Result<(u16, Vec<u8>, f64)> {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {0}\r\n{header}\r\nOrigin: http://{0}\r\n\
             Sec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\n\
             Content-Length: {1}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        let began = Instant::now();
        let answer = self.connection.exchange(request.as_bytes()).await?;
        let ms = began.elapsed().as_secs_f64() * 1_000.0;
        Ok((answer.status, answer.body().to_vec(), ms))
    }

    async fn post(
        &mut self,
        who: &Signed,
        path: &str,
        body: &str,
        expected: u16,
    ) -> Result<(Value, f64)> {
        let header = format!("Authorization: Bearer {}", who.token);
        let (status, answer, ms) = self.send("POST", path, &header, body).await?;
        let said = String::from_utf8_lossy(&answer);
        ensure!(status == expected, "{path}: {status} {said}");
        Ok((serde_json::from_slice(&answer)?, ms))
    }

    /// Lets somebody in by the link; answers the header that keeps them in.
    async fn sign_in(&mut self, who: &Signed) -> Result<String> {
        let path = who.link.splitn(4, '/').nth(3).context("a link has no path")?;
        let request = format!(
            "POST /{path} HTTP/1.1\r\nHost: {0}\r\nOrigin: http://{0}\r\n\
             Sec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: 0\r\n\r\n",
            self.address
        );
        let head = self.connection.exchange(request.as_bytes()).await?.head();
        let cookie = head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("set-cookie").then(|| value.split(';').next())?
        });
        Ok(format!("Cookie: {}", cookie.with_context(|| format!("no cookie came: {head}"))?))
    }
}
