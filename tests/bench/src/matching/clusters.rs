//! Whole sets: matched by `handfast match`, judged by `evaluate.py`.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{sets::Set, splink::Splink};
use crate::{process, report::median};

/// What the bench works with.
pub(crate) struct Tools {
    /// The folder of sets and of the judge.
    pub(crate) data: PathBuf,
    /// The `handfast` binary of this build.
    pub(crate) handfast: PathBuf,
    /// Where generated sets are kept between runs.
    pub(crate) folder: PathBuf,
}

/// What one set came to.
#[derive(Debug, Serialize)]
pub(crate) struct Measured {
    pub(crate) name: String,
    pub(crate) asked: super::limits::Asked,
    pub(crate) stored: Option<super::limits::Stored>,
    pub(crate) score: Score,
    /// Of the whole process, start and end included: the median, and each round.
    pub(crate) seconds: f64,
    pub(crate) rounds: Vec<f64>,
    pub(crate) candidates_per_record: f64,
    /// The most of all rounds.
    pub(crate) peak_mib: f64,
    /// What the command printed in the last round.
    pub(crate) report: Value,
    /// The same set in the same minutes by Splink.
    pub(crate) splink: Option<Splink>,
}

/// What the judge says.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Score {
    pub(crate) records: u64,
    pub(crate) people: u64,
    pub(crate) f1: f64,
    pub(crate) precision: f64,
    pub(crate) recall: f64,
    pub(crate) exact: f64,
}

impl Tools {
    /// The tools; none, and a word why, where the folder or Python is missing.
    pub(crate) fn new(data: &Path, handfast: PathBuf, folder: PathBuf) -> Result<Option<Self>> {
        for needed in ["evaluate.py", "gen_customers.py"] {
            if !data.join(needed).exists() {
                println!(
                    "skipped: there is no {needed} in {}. The sets are not part of the project; \
                     --data names their folder",
                    data.display()
                );
                return Ok(None);
            }
        }
        if Command::new("python3").arg("--version").output().is_err() {
            println!("skipped: there is no python3, which evaluate.py and gen_customers.py need");
            return Ok(None);
        }
        fs::create_dir_all(&folder)?;
        Ok(Some(Self { data: data.to_owned(), handfast, folder }))
    }

    /// Judges a file of clusters.
    pub(crate) fn score(&self, clusters: &Path, files: &[PathBuf]) -> Result<Score> {
        let mut judge = Command::new("python3");
        judge.arg(self.data.join("evaluate.py")).arg(clusters).args(files).arg("--json");
        let output = judge.output().context("python3 could not be started")?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "evaluate.py: {said}");
        let judged: Judged = serde_json::from_slice(&output.stdout)?;
        Ok(Score {
            records: judged.records,
            people: judged.true_entities,
            f1: judged.pairs.f1,
            precision: judged.pairs.precision,
            recall: judged.pairs.recall,
            exact: judged.cluster_exact.match_rate,
        })
    }
}

#[derive(Deserialize)]
struct Judged {
    records: u64,
    true_entities: u64,
    pairs: Pairs,
    cluster_exact: Exact,
}

#[derive(Deserialize)]
struct Pairs {
    f1: f64,
    precision: f64,
    recall: f64,
}

#[derive(Deserialize)]
struct Exact {
    match_rate: f64,
}

/// Matches the files of a set `rounds` times.
pub(crate) fn measure(
    tools: &Tools,
    set: &Set,
    files: &[PathBuf],
    rounds: usize,
) -> Result<Measured> {
    let out = tools.folder.join("clusters.csv");
    let (mut seconds, mut peak_mib, mut report) = (Vec::new(), 0.0_f64, Value::Null);
    for _ in 0..rounds {
        let ran = run(tools, files, &out, &[])?;
        seconds.push(ran.seconds);
        peak_mib = peak_mib.max(ran.peak_mib);
        report = ran.report;
    }
    let score = tools.score(&out, files)?;
    fs::remove_file(&out)?;
    eprintln!("   F1 {:.4}, {:.2} s, {peak_mib:.0} MiB", score.f1, median(&seconds));
    let candidates = report["candidates_per_record"].as_f64();
    Ok(Measured {
        name: set.name.clone(),
        asked: set.asked,
        stored: set.stored,
        score,
        seconds: median(&seconds),
        rounds: seconds,
        candidates_per_record: candidates.context("no candidates were printed")?,
        peak_mib,
        report,
        splink: None,
    })
}

/// What one run of `handfast match` took.
pub(crate) struct Ran {
    pub(crate) seconds: f64,
    pub(crate) peak_mib: f64,
    pub(crate) report: Value,
}

/// Runs `handfast match` on the files.
pub(crate) fn run(tools: &Tools, files: &[PathBuf], out: &Path, more: &[&str]) -> Result<Ran> {
    let mut command = process::command(&tools.handfast, &["match", "--json", "--records"]);
    command.args(files).arg("--out").arg(out).args(more);
    let began = Instant::now();
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn()?;
    let mut peak_bytes = 0.0_f64;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        // The system's own high-water mark, for as long as there is a process to ask.
        if let Ok(bytes) = process::memory_bytes(child.id(), "VmHWM") {
            peak_bytes = peak_bytes.max(bytes);
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let seconds = began.elapsed().as_secs_f64();
    let mut said = String::new();
    child.stdout.take().context("the command has no output")?.read_to_string(&mut said)?;
    ensure!(status.success(), "handfast match failed");
    let report = serde_json::from_str(&said)?;
    Ok(Ran { seconds, peak_mib: peak_bytes / f64::from(1 << 20), report })
}
