//! Measures the index: one incoming record against all records of a file, groups kept up to date.
//!
//! `cargo run --release -p handfast-matching --example online -- FILE.csv[.gz] [COUNT]`
//!
//! Fits a model to the file, stores all but the last COUNT records (default 20,000) at once,
//! inserts those one by one, removes and inserts COUNT others, and compares the groups with those
//! of a run over the file with the same model.

use std::{
    collections::HashMap,
    io::Read,
    time::{Duration, Instant},
};

use handfast_matching::{
    Model, Options, Records,
    columns::{Columns, Map},
    index::Index,
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
    println!("{} records; a run over all takes {:.1?}", records.len(), started.elapsed());
    let before = resident_mib();
    let started = Instant::now();
    let mut index = build(outcome.model.clone(), &records, stored);
    println!("built over {stored} in {:.1?}", started.elapsed());
    println!("memory of the index: {} MiB", resident_mib().saturating_sub(before));

    let mut formed_most = 0;
    let times = (stored..records.len()).map(|at| {
        let record = records.record(at);
        timed(|| formed_most = formed_most.max(index.insert(&record).formed.len()))
    });
    report("insert", times.collect());
    println!("clusters changed by one: at most {formed_most}");
    compare(&index, &records, &outcome.grouping.group_of);

    // Some from everywhere, by a stride that is no factor of the count.
    let again: Vec<usize> = (0..count).map(|at| at * 7919 % records.len()).collect();
    let times = again.iter().map(|&at| timed(|| drop(index.remove(records.id(at)))));
    report("remove", times.collect());
    let times = again.iter().map(|&at| {
        let record = records.record(at);
        timed(|| drop(index.insert(&record)))
    });
    report("insert", times.collect());
    compare(&index, &records, &outcome.grouping.group_of);
}

fn build(model: Model, records: &Records, stored: usize) -> Index {
    let preparing = model.clone();
    let prepared = (0..stored).map(|at| (records.id(at), preparing.prepare(&records.record(at))));
    Index::build(model, prepared)
}

fn read(path: &str) -> Records {
    let file = std::fs::File::open(path).expect("the file is there");
    let reader: Box<dyn Read> = if path.ends_with(".gz") {
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

/// By the clock on the wall, and by what this thread had of a processor meanwhile: on a busy
/// machine only the second says what the work costs.
fn timed(work: impl FnOnce()) -> (Duration, Duration) {
    let (started, ran) = (Instant::now(), ran_for());
    work();
    (started.elapsed(), ran_for().saturating_sub(ran))
}

/// Processor time of this thread; nothing where the system does not tell.
fn ran_for() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let ran_ns = told.split_whitespace().next().and_then(|ns| ns.parse().ok());
    Duration::from_nanos(ran_ns.unwrap_or(0))
}

fn report(what: &str, times: Vec<(Duration, Duration)>) {
    let (wall, ran): (Vec<_>, Vec<_>) = times.into_iter().unzip();
    for (clock, mut times) in [("wall", wall), ("processor", ran)] {
        times.sort_unstable();
        let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
        println!(
            "{what} x {}, {clock}: median {:.3?}, p90 {:.3?}, p99 {:.3?}, p99.9 {:.3?}, most {:.3?}",
            times.len(),
            at(0.5),
            at(0.9),
            at(0.99),
            at(0.999),
            at(1.0)
        );
    }
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
    println!("{} clusters; {wrong} records are in another than by a run over all", seen.len());
}

/// Memory of this process now, in MiB; 0 where the system does not tell.
fn resident_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}
