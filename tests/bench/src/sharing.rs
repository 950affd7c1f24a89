//! (g) What sharing costs: a timeline through a partner's lens beside the brand's, a partner's list
//! and search, and an agreement that concerns every customer.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use rand::Rng;
use rusqlite::{Connection, params};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Bench, intake,
    load::{self, Ask},
    process::{self, Server},
    report::{Required, Row},
    seed,
};

const PARTNER_COUNT: u64 = 50;
/// Each customer has so many touches: two records and two orders, each with its three steps.
const TOUCHES_EACH: u64 = 10;
const CONNECTIONS: usize = 32;
/// Raise it when the filling changes.
const VERSION: u32 = 2;

/// The partner that has a tie with everybody.
const WIDE: &str = "partner-0";
/// One that has its share of the customers.
const NARROW: &str = "partner-1";

/// Measures it.
pub(crate) fn measure(bench: &mut Bench, touches: u64) -> Result<()> {
    let folder = filled(bench, touches)?;
    let customers = customers(&folder)?;
    let server =
        process::on_processor(0, || Server::start(process::serve(&bench.handfast, &folder)))?;
    let token = |bench: &Bench, who: &str| token(bench, &folder, who);
    let (ada, wide) = (token(bench, "ada")?, token(bench, WIDE)?);
    let narrow = token(bench, NARROW)?;
    for (who, tie) in [(WIDE, "assigned"), (NARROW, "sold")] {
        sign(&server, &folder, &ada, (who, tie, EVERY_CLASS))?;
    }
    timelines(bench, &server, &customers, (&ada, &wide), touches)?;
    lists(bench, &server, &narrow)?;
    agreement(bench, &server, &folder, (&ada, &wide), &customers)?;
    server.stop()
}

/// A timeline with the whole lens and with a partner's, both showing all of it.
fn timelines(
    bench: &mut Bench,
    server: &Server,
    customers: &Arc<Vec<Uuid>>,
    (ada, wide): (&str, &str),
    touches: u64,
) -> Result<()> {
    let (mut brand, mut partner) = (Vec::new(), Vec::new());
    let ask = |token: &str| -> Arc<Ask> {
        let (token, customers) = (token.to_owned(), Arc::clone(customers));
        Arc::new(move |random, request| {
            let customer = customers[random.random_range(0..customers.len())];
            let path = format!("/api/v1/customers/{customer}/timeline?limit=50");
            get(request, &path, &token);
        })
    };
    let (ada, wide) = (ask(ada), ask(wide));
    let length = Duration::from_secs(bench.round_s);
    let mut bytes = (0.0, 0.0);
    for _ in 0..bench.rounds {
        for (ask, times_us, bytes) in
            [(&ada, &mut brand, &mut bytes.0), (&wide, &mut partner, &mut bytes.1)]
        {
            let round = process::on_processor(1, || {
                load::drive(&server.address, CONNECTIONS, (Duration::from_secs(1), length), ask)
            })?;
            times_us.push(1e6 / round.per_s);
            *bytes = round.body_bytes;
        }
    }
    let note = format!(
        "GET /api/v1/customers/ID/timeline?limit=50 of random customers, {CONNECTIONS} \
         connections, {:.0} bytes each for the partner and {:.0} for the brand; the limit is the \
         brand's lens, which decides nothing, in the same rounds; both write down who looks",
        bytes.1, bytes.0
    );
    let name = format!("g sharing: time per timeline, partner, {touches} touches");
    let row = Row::new(name, "us", &partner).beside(&brand);
    bench.report.add(row.required(Required::RatioAtMost(1.25)).note(note));
    Ok(())
}

/// A partner's list of customers, and its search, one client at a time.
fn lists(bench: &mut Bench, server: &Server, narrow: &str) -> Result<()> {
    let list: Arc<Ask> = {
        let token = narrow.to_owned();
        Arc::new(move |_, request| get(request, "/api/v1/customers?limit=50", &token))
    };
    let search: Arc<Ask> = {
        let token = narrow.to_owned();
        Arc::new(move |random, request| {
            // Two or three letters that very many names begin with, and some that few do.
            let words =
                ["ma", "may", "maya", "patel", "okaforson", "park", "so-1", "leeds", "ben m"];
            let word = words[random.random_range(0..words.len())];
            get(
                request,
                &format!("/api/v1/customers?limit=50&q={}", word.replace(' ', "%20")),
                &token,
            );
        })
    };
    let spans = (Duration::from_secs(1), Duration::from_secs(bench.round_s));
    for (name, ask) in [("list", &list), ("search", &search)] {
        let mut p99_ms = Vec::new();
        for _ in 0..bench.rounds {
            let round = process::on_processor(1, || load::drive(&server.address, 1, spans, ask))?;
            p99_ms.push(round.p99_ms);
        }
        let row = Row::new(format!("g sharing: a partner's {name}, p99"), "ms", &p99_ms);
        let note = "50 of about 4,000 customers; one client, names and places through the lens";
        bench.report.add(row.required(Required::Below(20.0)).note(note));
    }
    Ok(())
}

/// Signs agreements that show and hide a class of every customer, and asks at once.
fn agreement(
    bench: &mut Bench,
    server: &Server,
    folder: &Path,
    (ada, wide): (&str, &str),
    customers: &[Uuid],
) -> Result<()> {
    let mut times_ms = Vec::new();
    for round in 0..bench.rounds * 2 {
        let classes: &[&str] = if round % 2 == 0 { &["identity"] } else { EVERY_CLASS };
        times_ms.push(sign(server, folder, ada, (WIDE, "assigned", classes))?);
        let mut request = Vec::new();
        get(&mut request, &format!("/api/v1/customers/{}/timeline", customers[0]), wide);
        let (status, body) = exchange(server, &request)?;
        ensure!(status == 200, "a timeline was refused: {body}");
        let is_seen = body.contains("\"sale\"");
        ensure!(is_seen == (round % 2 == 1), "the agreement was not in force at once");
    }
    let note = format!(
        "POST /api/v1/organisations/ID/agreements, showing or hiding all but names of {} \
         customers; the next request is checked to see it",
        customers.len()
    );
    let row = Row::new("g sharing: an agreement over every customer", "ms", &times_ms);
    bench.report.add(row.required(Required::Below(1_000.0)).note(note));
    Ok(())
}

/// Signs an agreement with a partner that shows it these classes in full for customers with this
/// tie. Returns how long the answer took, in milliseconds.
fn sign(
    server: &Server,
    folder: &Path,
    ada: &str,
    (who, tie, classes): (&str, &str, &[&str]),
) -> Result<f64> {
    let id = partner(folder, who)?;
    let body = draft(tie, classes, last_version(folder, id)?);
    let request = post(&format!("/api/v1/organisations/{id}/agreements"), ada, &body);
    let began = Instant::now();
    let (status, said) = exchange(server, &request)?;
    ensure!(status == 201, "an agreement was refused: {said}");
    Ok(began.elapsed().as_secs_f64() * 1_000.0)
}

/// One request on a connection of its own.
fn exchange(server: &Server, request: &[u8]) -> Result<(u16, String)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut connection = load::Connection::open(&server.address).await?;
        let answer = connection.exchange(request).await?;
        Ok((answer.status, String::from_utf8_lossy(answer.body()).into_owned()))
    })
}

const EVERY_CLASS: &[&str] = &[
    "identity", "contact", "address", "purchase", "price", "delivery", "case", "service",
    "promise", "message", "feedback",
];

fn draft(tie: &str, classes: &[&str], version: i64) -> String {
    let grant = |class: &&str| json!({"tie": tie, "class": class, "level": "full"});
    let grants: Vec<_> = classes.iter().map(grant).collect();
    let draft = json!({"signed": "2025-05-02", "kinds": ["reseller"], "grants": grants});
    json!({"expected_version": version, "draft": draft}).to_string()
}

fn get(request: &mut Vec<u8>, path: &str, token: &str) {
    let head =
        format!("GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n");
    request.extend_from_slice(head.as_bytes());
}

fn post(path: &str, token: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// The folder with the filled database, kept from an earlier run or filled now: by the program's
/// own imports, so that records, ties and words stand as it makes them.
fn filled(bench: &Bench, touches: u64) -> Result<PathBuf> {
    let folder = bench.folder.join(format!("sharing-{touches}"));
    let (note, wanted) = (folder.join("filled"), format!("{VERSION} {}", seed::schema()?));
    if std::fs::read_to_string(&note).is_ok_and(|kept| kept == wanted) {
        return Ok(folder);
    }
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    eprintln!("   filling a database with {touches} touches of {PARTNER_COUNT} partners, once");
    people(bench, &folder)?;
    let customers = touches / TOUCHES_EACH;
    let orders = customers * 2;
    let files = [
        ("customers", customers_file(&folder.join("customers.csv"), customers)?),
        ("order-items", items_file(&folder.join("items.csv"), orders)?),
        ("orders", orders_file(&folder.join("orders.csv"), orders)?),
    ];
    for (shape, file) in files {
        let file = file.to_str().context("a path of this folder is no text")?;
        process::json(&bench.handfast, &folder, &["import", shape, file, "--network", "bench"])?;
    }
    tie_everybody(&folder)?;
    std::fs::write(&note, wanted)?;
    Ok(folder)
}

fn people(bench: &Bench, folder: &Path) -> Result<()> {
    let run = |arguments: &[&str]| process::json(&bench.handfast, folder, arguments);
    std::fs::write(folder.join("handfast.toml"), seed::TOML)?;
    run(&["admin", "network", "create", "bench", "--name", "Bench", "--time-zone", "UTC"])?;
    for number in 0..PARTNER_COUNT {
        let name = format!("Partner {number}");
        let add = ["admin", "organisation", "add", &name, "--kind", "reseller"];
        run(&[add.as_slice(), &["--network", "bench"]].concat())?;
    }
    for (name, role, organisation) in [
        ("ada", "brand admin", "brand"),
        (WIDE, "partner admin", WIDE),
        (NARROW, "partner admin", NARROW),
    ] {
        let email = format!("{name}@example.com");
        let add = ["admin", "person", "add", name, "--email", &email, "--role", role];
        run(&[add.as_slice(), &["--network", "bench", "--organisation", organisation]].concat())?;
    }
    Ok(())
}

fn token(bench: &Bench, folder: &Path, who: &str) -> Result<String> {
    let email = format!("{who}@example.com");
    let organisation = if who == "ada" { "brand" } else { who };
    let create = ["admin", "token", "create", "bench", "--person", &email, "--scope", "read"];
    let scope = ["--scope", "write", "--scope", "admin", "--days", "1", "--network", "bench"];
    let of = ["--organisation", organisation];
    let arguments = [create.as_slice(), &scope, &of].concat();
    let made = process::json(&bench.handfast, folder, &arguments)?;
    Ok(made["token"].as_str().context("no token was printed")?.to_owned())
}

/// Customers with names of about 2,600 kinds, so that each name stands for some dozens of them.
fn customers_file(path: &Path, rows: u64) -> Result<PathBuf> {
    const GIVEN: [&str; 26] = [
        "Maya", "Amir", "Joan", "Ben", "Lucia", "Omar", "Hanna", "Yusuf", "Priya", "Dev", "Sam",
        "Ines", "Grace", "Aaron", "Rhian", "Kit", "Ellen", "Tom", "Nia", "Ike", "Zara", "Felix",
        "Vera", "Quinn", "Wren", "Una",
    ];
    const FAMILY: [&str; 10] =
        ["Okafor", "Patel", "Marsh", "Lowe", "Boyd", "Cole", "Duarte", "Haddad", "Said", "Lin"];
    const END: [&str; 10] = ["", "s", "son", "ley", "ton", "er", "by", "field", "well", "man"];
    let head = "reference,given_name,family_name,email,phone,street,postcode,city,country,since";
    intake::write_file(path, head, rows, |number, line| {
        let given = GIVEN[(number * 7 % 26) as usize];
        let family = FAMILY[(number / 26 % 10) as usize];
        let end = END[(number / 260 % 10) as usize];
        write!(
            line,
            "C-{number},{given},{family}{end},{}.{}{end}@example.com,+44 7700 {:06},{} Park Row,\
             LS{} 5AB,Leeds,GB,2024-{:02}-{:02}",
            given.to_lowercase(),
            family.to_lowercase(),
            number * 7_919 % 1_000_000,
            number % 300 + 1,
            number % 29 + 1,
            number % 12 + 1,
            number % 28 + 1
        )
    })
}

/// Two orders for each customer, each of one seller.
fn orders_file(path: &Path, orders: u64) -> Result<PathBuf> {
    let head = "order_id,customer_id,order_date,order_status,shipped_at,promised_at,delivered_at,\
                currency";
    intake::write_file(path, head, orders, |number, line| {
        let (customer, month, day) = (number / 2, number % 12 + 1, number % 20 + 1);
        write!(
            line,
            "SO-{number},C-{customer},2025-{month:02}-{day:02}T10:00:00Z,delivered,\
             2025-{month:02}-{:02}T09:00:00Z,2025-{month:02}-{:02}T00:00:00Z,\
             2025-{month:02}-{:02}T12:00:00Z,GBP",
            day + 1,
            day + 5,
            day + 4
        )
    })
}

fn items_file(path: &Path, orders: u64) -> Result<PathBuf> {
    let head = "order_id,line,seller,product_id,title,quantity,price";
    intake::write_file(path, head, orders, |number, line| {
        // Partner 0 sells nothing: it is named for everybody.
        let seller = number / 2 % (PARTNER_COUNT - 1) + 1;
        write!(line, "SO-{number},1,partner-{seller},P-{},Gravel wheel,1,129.00", number % 200)
    })
}

/// Names one partner for every customer, as a brand does that hands its care to somebody.
fn tie_everybody(folder: &Path) -> Result<()> {
    let id = partner(folder, WIDE)?;
    let connection = Connection::open(folder.join("handfast.db"))?;
    connection.execute(
        "insert into tie (network_id, customer_id, organisation_id, tie, from_ms, until_ms,
           purposes, denied, extra, sort_key, made_by, person_id, why)
         select network_id, customer_id, ?1, 5, created_ms, ?2, 15, 0, 0, sort_key, 'hand', null,
           'handed over' from customer",
        params![id.into_bytes(), i64::MAX],
    )?;
    Ok(())
}

fn partner(folder: &Path, reference: &str) -> Result<Uuid> {
    let connection = Connection::open(folder.join("handfast.db"))?;
    let id: [u8; 16] = connection.query_row(
        "select organisation_id from organisation where external_ref = ?1",
        params![reference],
        |row| row.get(0),
    )?;
    Ok(Uuid::from_bytes(id))
}

fn customers(folder: &Path) -> Result<Arc<Vec<Uuid>>> {
    let connection = Connection::open(folder.join("handfast.db"))?;
    let mut statement = connection.prepare("select customer_id from customer")?;
    let rows = statement.query_map([], |row| row.get::<_, [u8; 16]>(0))?;
    let ids: Vec<Uuid> = rows.map(|id| id.map(Uuid::from_bytes)).collect::<Result<_, _>>()?;
    Ok(Arc::new(ids))
}

fn last_version(folder: &Path, id: Uuid) -> Result<i64> {
    let connection = Connection::open(folder.join("handfast.db"))?;
    let version = connection.query_row(
        "select coalesce(max(version), 0) from agreement where organisation_id = ?1",
        params![id.into_bytes()],
        |row| row.get(0),
    )?;
    Ok(version)
}
