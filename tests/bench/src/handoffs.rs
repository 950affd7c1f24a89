//! `bench handoffs`: hand-offs and changes beside what is asked for: how long an answer takes that
//! says "accepted" and is on the disk, a change that a thousand organisations need, sealing,
//! receipts, and a board with very many open hand-offs. On SQLite, and on PostgreSQL where one is
//! given.

mod asked;
mod sealed;
mod town;

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use crate::{Bench, report::Report};
use town::{Size, Town};

/// What is measured.
#[derive(Args)]
pub(crate) struct Handoffs {
    /// How many organisations are tied to the customer whose address changes
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    organisations: usize,
    /// How many hand-offs are open
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    open: usize,
    /// How many rounds are run; the median counts
    #[arg(long, value_name = "N", default_value_t = 5)]
    rounds: usize,
    /// A PostgreSQL where databases may be made; `bin/bench handoffs` starts one
    #[arg(long, value_name = "URL", env = "HANDFAST_TEST_POSTGRES")]
    postgres: Option<String>,
}

impl Handoffs {
    /// Measures, prints the table, and writes `report.json` into a folder of `folder`.
    pub(crate) fn measure(&self, handfast: PathBuf, folder: PathBuf) -> Result<()> {
        let folder = folder.join("handoffs");
        std::fs::create_dir_all(&folder)?;
        let report = Report::default();
        let mut bench = Bench { handfast, folder, rounds: self.rounds.max(1), round_s: 1, report };
        let size = Size { organisations: self.organisations, open: self.open };
        bench.part("SQLite", |bench| on(bench, size, None));
        if let Some(postgres) = &self.postgres {
            bench.part("PostgreSQL", |bench| on(bench, size, Some(postgres)));
        }
        bench.report.finish(&bench.folder)
    }
}

fn on(bench: &mut Bench, size: Size, postgres: Option<&str>) -> Result<()> {
    eprintln!("   filling a database with {} open hand-offs", size.open);
    let town = Town::made(bench, size, postgres)?;
    asked::measure(bench, &town)?;
    sealed::measure(bench, &town)
}
