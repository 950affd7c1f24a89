//! Measurements beside their limits: what Handfast does, and in the same minutes on the same
//! machine what the bare parts below it do.
//!
//! `bin/bench` builds a release and runs this from the root of the repository. Ours is always the
//! real program, started as a process and asked over loopback; the limit is the least code that
//! does the same to the same database. Rounds of both alternate, medians count, and the spread of
//! the rounds stands beside them. It is a report, not a test: a missed figure is printed as such.

mod append;
mod bare;
mod database;
mod handoffs;
mod insert;
mod intake;
mod load;
mod matching;
mod page;
mod process;
mod replay;
mod report;
mod seed;
mod sharing;
mod start;
mod timeline;
mod touch;

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

use report::Report;

/// Measures Handfast beside its limits.
#[derive(Parser)]
#[command(name = "bench", max_term_width = 100)]
struct Line {
    #[command(subcommand)]
    part: Option<Part>,
    /// Also with ten times the touches: about 15 GB of disk and some minutes more
    #[arg(long)]
    full: bool,
    /// How many touches the database holds
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    touches: u64,
    /// Only these, by letter, for example "a,d": a timeline, b append, c import, d page, e start,
    /// f insert, g sharing
    #[arg(long, value_name = "LETTERS", default_value = "a,b,c,d,e,f,g")]
    only: String,
    /// How many rounds of each pair are run
    #[arg(long, value_name = "N", default_value_t = 5)]
    rounds: usize,
    /// How long a round lasts, in seconds
    #[arg(long, value_name = "N", default_value_t = 4)]
    round_s: u64,
}

/// What the bench starts of itself.
#[derive(Subcommand)]
enum Part {
    /// Serve the limit of the timeline: one handler over one statement
    #[command(hide = true)]
    Bare(bare::Bare),
    /// Match records of sets whose people are known, beside Splink and what is asked for
    Matching(matching::Matching),
    /// Hand-offs, changes, receipts and boards, beside what is asked for
    Handoffs(handoffs::Handoffs),
}

/// Where everything is, and how long things are measured.
struct Bench {
    /// The `handfast` binary of this build.
    handfast: PathBuf,
    /// What is kept between runs, and what is made anew.
    folder: PathBuf,
    rounds: usize,
    round_s: u64,
    report: Report,
}

fn main() -> Result<()> {
    let line = Line::parse();
    let part = match line.part {
        Some(Part::Bare(bare)) => return bare.serve(),
        part => part,
    };
    let own = std::env::current_exe().context("this program does not know where it is")?;
    let handfast = own.with_file_name("handfast");
    anyhow::ensure!(handfast.exists(), "{} is missing: use bin/bench", handfast.display());
    let folder = PathBuf::from("target/bench");
    std::fs::create_dir_all(&folder)?;
    match part {
        Some(Part::Matching(matching)) => return matching.measure(handfast, folder),
        Some(Part::Handoffs(handoffs)) => return handoffs.measure(handfast, folder),
        Some(Part::Bare(_)) | None => {}
    }
    let report = Report::default();
    let mut bench = Bench {
        handfast,
        folder,
        rounds: line.rounds.max(1),
        round_s: line.round_s.max(1),
        report,
    };
    let wanted = |letter: &str| line.only.split(',').any(|one| one.trim() == letter);
    let sizes: &[u64] = if line.full { &[1, 10] } else { &[1] };
    for size in sizes {
        let touches = line.touches * size;
        if wanted("a") {
            let base = (*size > 1).then_some(line.touches);
            bench.part("timeline", |bench| timeline::measure(bench, touches, base));
        }
        if wanted("b") && *size == 1 {
            bench.part("append", |bench| append::measure(bench, touches));
        }
        if wanted("f") {
            bench.part("insert", |bench| insert::measure(bench, touches));
        }
        if wanted("g") && *size == 1 {
            bench.part("sharing", |bench| sharing::measure(bench, touches));
        }
    }
    for (letter, name, measure) in [
        ("c", "import", intake::measure as fn(&mut Bench) -> Result<()>),
        ("d", "page", page::measure),
        ("e", "start", start::measure),
    ] {
        if wanted(letter) {
            bench.part(name, measure);
        }
    }
    bench.report.finish(&bench.folder)
}

impl Bench {
    /// Runs one part; what could not be run is told, and the others go on.
    fn part(&mut self, name: &str, measure: impl FnOnce(&mut Self) -> Result<()>) {
        eprintln!("-- {name}");
        if let Err(error) = measure(self) {
            eprintln!("{name} could not be measured: {error:#}");
            self.report.failed(name, &error);
        }
    }

    /// A folder that is empty now.
    fn fresh(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder.join(name);
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        std::fs::create_dir_all(&folder)?;
        Ok(folder)
    }
}
