//! Measures the index: one incoming record against all records of a file, groups kept up to date.
//!
//! `cargo run --release -p handfast-matching --example online -- FILE.csv[.gz] [COUNT]`
//!
//! Fits a model to the file, stores all but the last COUNT records (default 20,000) at once,
//! inserts those one by one, removes and inserts COUNT others, and compares the groups with those
//! of a run over the file with the same model. Wants a quiet machine: a pause counts as work.

use std::{
    collections::HashMap,
    io::{Read, Write, stdout},
    time::{Duration, Instant},
};

use handfast_matching::{
    Model, Options, Records,
    columns::{Columns, Map},
    index::{Change, Index},
    run,
};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().expect("a file is named");
    let count: usize = arguments.next().map_or(20_000, |count| count.parse().expect("a number"));
    let records = read(&path);
    let stored = records.len().saturating_sub(count);
    let started = Instant::now();
    let outcome = run(&records, &Options::default(), &|_, _, _| ());
    let took = started.elapsed();
    writeln!(stdout(), "{} records; a run over all takes {took:.1?}", records.len())
        .expect("someone reads");
    let before = resident_mib();
    let started = Instant::now();
    let mut index = build(outcome.model.clone(), &records, stored);
    writeln!(stdout(), "built over {stored} in {:.1?}", started.elapsed()).expect("someone reads");
    writeln!(stdout(), "memory of the index: {} MiB", resident_mib().saturating_sub(before))
        .expect("someone reads");

    let mut elsewhere = 0;
    let times = (stored..records.len()).map(|at| {
        let record = records.record(at);
        let mut change = Change::default();
        let took = timed(|| change = index.insert(&record));
        let mut others =
            change.formed.iter().filter(|cluster| Some(&cluster.id) != change.cluster.as_ref());
        elsewhere += u32::from(others.next().is_some());
        took
    });
    report("insert", times.collect());
    writeln!(stdout(), "{elsewhere} of {count} changed a cluster other than their own")
        .expect("someone reads");
    compare(&index, &records, &outcome.grouping.group_of);

    // Some from everywhere, by a stride that is no factor of the count; the best of three times,
    // so that what else a busy machine does is left out.
    let (mut gone, mut back) = (Vec::new(), Vec::new());
    for at in (0..count).map(|at| at * 7919 % records.len()) {
        let (id, record) = (records.id(at), records.record(at));
        let mut turn = || {
            let gone = timed(|| drop(index.remove(id)));
            (gone, timed(|| drop(index.insert(&record))))
        };
        let turns = [turn(), turn(), turn()];
        gone.extend(turns.iter().map(|turn| turn.0).min());
        back.extend(turns.iter().map(|turn| turn.1).min());
    }
    report("remove, best of three", gone);
    report("insert, best of three", back);
    compare(&index, &records, &outcome.grouping.group_of);
}

fn build(model: Model, records: &Records, stored: usize) -> Index {
    let preparing = model.clone();
    let prepared = (0..stored).map(|at| (records.id(at), preparing.prepare(&records.record(at))));
    Index::build(model, prepared)
}

fn read(path: &str) -> Records {
    let file = std::fs::File::open(path).expect("the file is there");
    let reader: Box<dyn Read> =
        if std::path::Path::new(path).extension().is_some_and(|end| end == "gz") {
            Box::new(flate2::read::GzDecoder::new(file))
        } else {
            Box::new(file)
        };
    let mut reader = csv::Reader::from_reader(reader);
    let headers: Vec<String> =
        reader.headers().expect("a header").iter().map(String::from).collect();
    let mut columns = Columns::new(Map::default());
    let file = columns.add(&headers).expect("columns with usual names");
    let mut records = Records::new(columns.finish().expect("no map, no slip"));
    let mut row = csv::StringRecord::new();
    while reader.read_record(&mut row).expect("a row") {
        let value = |place: &Option<usize>| place.map_or("", |at| &row[at]);
        records.push(&row[file.record_id], file.places.iter().map(value));
    }
    records
}

fn timed(work: impl FnOnce()) -> Duration {
    let started = Instant::now();
    work();
    started.elapsed()
}

fn report(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    writeln!(
        stdout(),
        "{what} x {}: median {:.3?}, p90 {:.3?}, p99 {:.3?}, p99.9 {:.3?}, most {:.3?}",
        times.len(),
        at(0.5),
        at(0.9),
        at(0.99),
        at(0.999),
        at(1.0)
    )
    .expect("someone reads");
}

/// Counts the records whose cluster is not the one of the run over everything.
fn compare(index: &Index, records: &Records, group_of: &[u32]) {
    let mut wrong = 0;
    let mut seen: HashMap<&str, u32> = HashMap::new();
    for (at, &group) in group_of.iter().enumerate() {
        let expected = records.id(group as usize);
        let found = index.cluster_of(records.id(at)).expect("it is stored");
        wrong += u32::from(found != expected);
        *seen.entry(found).or_default() += 1;
    }
    let clusters = seen.len();
    writeln!(
        stdout(),
        "{clusters} clusters; {wrong} records are in another than by a run over all"
    )
    .expect("someone reads");
}

/// Memory of this process now, in MiB; 0 where the system does not tell.
fn resident_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}
