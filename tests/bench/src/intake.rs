//! (c) Files taken in by `handfast import`, beside bare inserts of the same rows; and the memory it
//! takes for a small file and for a large one.

use std::{
    fmt::Write as _,
    io::{BufWriter, Read, Write},
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::{
    Bench, process,
    replay::Replay,
    report::{Required, Row},
    seed,
};

const ROWS: u64 = 100_000;
const ROUNDS_MAX: usize = 2;
const SMALL: u64 = 50_000;
const LARGE: u64 = 500_000;
const MEMORY_MIB_MAX: f64 = 150.0;

/// Measures it.
pub(crate) fn measure(bench: &mut Bench) -> Result<()> {
    let folder = bench.fresh("import")?;
    let empty = folder.join("empty");
    std::fs::create_dir_all(&empty)?;
    seed::found(bench, 0, &empty)?;
    let customers = customers_file(&folder.join("customers.csv"), ROWS)?;
    let orders = orders_file(&folder.join("orders.csv"), ROWS)?;
    let filled = folder.join("filled");
    copy(&empty, &filled)?;
    import(bench, &filled, "customers", &customers)?;
    speed(bench, &folder, (&empty, "customers", &customers))?;
    speed(bench, &folder, (&filled, "orders", &orders))?;
    let small = customers_file(&folder.join("small.csv"), SMALL)?;
    let large = customers_file(&folder.join("large.csv"), LARGE)?;
    memory(bench, &folder, &empty, &[(SMALL, &small), (LARGE, &large)])?;
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

/// Rows per second of one file into copies of the database in `base`, beside bare inserts.
fn speed(
    bench: &mut Bench,
    folder: &Path,
    (base, shape, file): (&Path, &str, &Path),
) -> Result<()> {
    let (mut own, mut least, mut tables) = (vec![], vec![], String::new());
    for _ in 0..bench.rounds.min(ROUNDS_MAX) {
        let work = folder.join("work");
        copy(base, &work)?;
        let taken = import(bench, &work, shape, file)?;
        ensure!(taken.answer["rejected"] == 0, "rows were rejected: {}", taken.answer);
        let seconds = taken.answer["seconds"].as_f64().context("no time was printed")?;
        own.push(ROWS as f64 / seconds);
        let replay = Replay::between(&base.join("handfast.db"), &work.join("handfast.db"))?;
        tables = replay.tables();
        let bare = folder.join("bare");
        copy(base, &bare)?;
        least.push(replay.run(&bare.join("handfast.db"), ROWS)?);
    }
    let note = format!(
        "a CSV file of {ROWS} {shape} by `handfast import`. The limit is one thread with prepared \
         inserts of all rows that the import has left in the tables, in its order, as much as 500 \
         rows of the file make to a transaction, synchronous=FULL; per row of the file: {tables}"
    );
    let row = Row::new(format!("c import: {shape}"), "rows/s", &own).beside(&least);
    bench.report.add(row.required(Required::RatioAtLeast(0.4)).note(note));
    Ok(())
}

fn memory(bench: &mut Bench, folder: &Path, empty: &Path, files: &[(u64, &Path)]) -> Result<()> {
    for (rows, file) in files {
        let work = folder.join("work");
        copy(empty, &work)?;
        let taken = import(bench, &work, "customers", file)?;
        let name = format!("c import: peak memory, {rows} rows");
        let row = Row::new(name, "MiB", &[taken.peak_bytes / f64::from(1 << 20)]);
        bench.report.add(row.required(Required::Below(MEMORY_MIB_MAX)));
    }
    Ok(())
}

/// What an import said, and the most memory it was seen to hold.
struct Taken {
    answer: Value,
    peak_bytes: f64,
}

fn import(bench: &Bench, data: &Path, shape: &str, file: &Path) -> Result<Taken> {
    let mut command = process::command(&bench.handfast, &["import", shape]);
    command.arg(file).args(["--network", "bench", "--json", "--data"]).arg(data);
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let mut peak_bytes = 0.0_f64;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        // The system's own high-water mark, for as long as there is a process to ask.
        if let Ok(bytes) = process::memory_bytes(child.id(), "VmHWM") {
            peak_bytes = peak_bytes.max(bytes);
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    let mut said = String::new();
    child.stdout.take().context("an import has no output")?.read_to_string(&mut said)?;
    ensure!(status.success(), "the import of {} failed", file.display());
    Ok(Taken { answer: serde_json::from_str(&said)?, peak_bytes })
}

/// A data folder made anew as a copy of another one.
fn copy(from: &Path, to: &Path) -> Result<()> {
    if to.exists() {
        std::fs::remove_dir_all(to)?;
    }
    std::fs::create_dir_all(to)?;
    for name in ["handfast.db", "handfast.toml"] {
        std::fs::copy(from.join(name), to.join(name))?;
    }
    Ok(())
}

fn customers_file(path: &Path, rows: u64) -> Result<PathBuf> {
    let head = "reference,given_name,family_name,email,phone,street,postcode,city,country,since";
    write_file(path, head, rows, |number, line| {
        write!(
            line,
            "C-{number},Maya,Example{number},maya{number}@example.com,+44 113 496 {:04},\
             {} Park Row,LS{} 5AB,Leeds,GB,20{:02}-{:02}-{:02}",
            number % 10_000,
            number % 300 + 1,
            number % 29 + 1,
            number % 20 + 5,
            number % 12 + 1,
            number % 28 + 1
        )
    })
}

/// One order for each customer, in another order than the customers.
fn orders_file(path: &Path, rows: u64) -> Result<PathBuf> {
    let head = "order_id,customer_id,order_date,order_status,shipped_at,promised_at,delivered_at,\
                currency";
    write_file(path, head, rows, |number, line| {
        let (month, day) = (number % 12 + 1, number % 20 + 1);
        // 48,271 and the number of rows have no divisor in common: each customer comes once.
        let customer = number * 48_271 % rows;
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

/// A CSV file with this head and so many rows.
pub(crate) fn write_file(
    path: &Path,
    head: &str,
    rows: u64,
    row: impl Fn(u64, &mut String) -> std::fmt::Result,
) -> Result<PathBuf> {
    let mut file = BufWriter::new(std::fs::File::create(path)?);
    writeln!(file, "{head}")?;
    let mut line = String::new();
    for number in 0..rows {
        line.clear();
        row(number, &mut line)?;
        writeln!(file, "{line}")?;
    }
    file.flush()?;
    Ok(path.to_owned())
}

/// How long a piece of work took, in seconds.
pub(crate) fn seconds(work: impl FnOnce() -> Result<()>) -> Result<f64> {
    let begin = Instant::now();
    work()?;
    Ok(begin.elapsed().as_secs_f64())
}
