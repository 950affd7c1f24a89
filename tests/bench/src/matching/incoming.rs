//! One record at a time: the last records of a large set come in, one after the other, to an
//! index over the others. Clusters are updated with each, and at the end they are those of
//! `handfast match` over the whole set.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context, Result, bail, ensure};
use handfast_matching::{
    Model, Prepared, Record,
    columns::{Columns, Map},
    index::Index,
};
use serde::Serialize;

use super::{
    clusters::{self, Tools},
    sets::Set,
};

/// Enough for a 99th percentile that means something.
const INCOMING: usize = 10_000;

/// How long one record takes.
#[derive(Debug, Serialize)]
pub(crate) struct Times {
    /// Records that were there before the first one came in.
    pub(crate) stored: usize,
    pub(crate) incoming: usize,
    /// Normalised, matched, clusters updated; nothing is written to a disk.
    pub(crate) median_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) longest_ms: f64,
    /// Records whose cluster at the end is not that of the run over the whole set.
    pub(crate) otherwise: usize,
    /// How long the index took to build, in seconds.
    pub(crate) build_s: f64,
}

/// Measures it on the file of a generated set, whose rows stand in the order they arrived.
pub(crate) fn measure(tools: &Tools, set: &Set) -> Result<Times> {
    let files = set.files(tools)?;
    let [file] = &files[..] else { bail!("{} is not one file", set.name) };
    let (out, model) = (tools.folder.join("all.csv"), tools.folder.join("model.json"));
    let name = model.to_str().context("the folder's name is no text")?;
    clusters::run(tools, &files, &out, &["--save-model", name])?;
    let model: Model = serde_json::from_slice(&fs::read(&model)?)?;
    let rows = Rows::read(file, &model)?;
    let first = rows.len().saturating_sub(INCOMING);
    ensure!(first > 0, "the set is too small");
    let began = Instant::now();
    let stored: Vec<(&str, Prepared)> =
        (0..first).map(|at| (rows.id(at), model.prepare(&rows.record(at)))).collect();
    let mut index = Index::build(model, stored);
    let build_s = began.elapsed().as_secs_f64();
    let mut times_ms: Vec<f64> = Vec::with_capacity(INCOMING);
    for at in first..rows.len() {
        let record = rows.record(at);
        let began = Instant::now();
        index.insert(&record);
        times_ms.push(began.elapsed().as_secs_f64() * 1e3);
    }
    times_ms.sort_by(f64::total_cmp);
    let part = |part: f64| times_ms[((times_ms.len() - 1) as f64 * part) as usize];
    let times = Times {
        stored: first,
        incoming: times_ms.len(),
        median_ms: part(0.5),
        p99_ms: part(0.99),
        longest_ms: part(1.0),
        otherwise: otherwise(&index, &out)?,
        build_s,
    };
    fs::remove_file(&out)?;
    eprintln!(
        "   median {:.3} ms, p99 {:.3} ms, longest {:.1} ms, {} records clustered otherwise than \
         all at once",
        times.median_ms, times.p99_ms, times.longest_ms, times.otherwise
    );
    Ok(times)
}

/// How many records are in another cluster than the file says.
fn otherwise(index: &Index, clusters: &Path) -> Result<usize> {
    let mut reader = csv::Reader::from_path(clusters)?;
    let mut count = 0;
    for row in reader.records() {
        let row = row?;
        count += usize::from(index.cluster_of(&row[0]) != Some(&row[1]));
    }
    Ok(count)
}

/// The rows of a file, and where in them the columns of a model are.
struct Rows {
    lines: Vec<csv::StringRecord>,
    record_id: usize,
    places: Vec<Option<usize>>,
}

impl Rows {
    fn read(file: &PathBuf, model: &Model) -> Result<Self> {
        let mut reader = csv::Reader::from_path(file)?;
        let headers: Vec<String> = reader.headers()?.iter().map(str::to_owned).collect();
        let mut columns = Columns::of_model(Map::default(), model.schema.clone());
        let columns = columns.add(&headers)?;
        let lines = reader.records().collect::<Result<_, _>>()?;
        Ok(Self { lines, record_id: columns.record_id, places: columns.places })
    }

    fn len(&self) -> usize {
        self.lines.len()
    }

    fn id(&self, at: usize) -> &str {
        &self.lines[at][self.record_id]
    }

    fn record(&self, at: usize) -> Record<'_> {
        let value = |place: &Option<usize>| place.map_or("", |place| &self.lines[at][place]);
        let values = self.places.iter().map(value).enumerate();
        Record { id: self.id(at), values: values.filter(|(_, text)| !text.is_empty()).collect() }
    }
}
