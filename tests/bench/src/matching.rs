//! `bench matching`: which records are one person, beside Splink and beside what is asked for.
//!
//! Ours is `handfast match`, started as a process on the files; the judge is `evaluate.py` of the
//! folder of sets, and generated sets come from `gen_customers.py` there. Splink is run on the same
//! files in the same minutes where pip can install it, else its stored figures stand there.

mod clusters;
mod incoming;
mod limits;
mod sets;
mod splink;
mod table;

use std::path::PathBuf;

use anyhow::{Result, ensure};
use clap::Args;

use clusters::{Measured, Tools};
use sets::Set;

/// What is measured.
#[derive(Args)]
pub(crate) struct Matching {
    /// The folder of sets, with evaluate.py and gen_customers.py
    #[arg(long, value_name = "DIR", default_value = "../shared/data/matching")]
    data: PathBuf,
    /// Generated sets are made from this number
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Sizes of generated sets, in records
    #[arg(long, value_name = "N,N", default_value = "100000,1000000", value_delimiter = ',')]
    sizes: Vec<u64>,
    /// How many times each set is matched; the median counts
    #[arg(long, value_name = "N", default_value_t = 3)]
    rounds: usize,
    /// Leave Splink out: its stored figures stand beside ours
    #[arg(long)]
    no_splink: bool,
    /// Leave out one record at a time
    #[arg(long)]
    no_incoming: bool,
}

impl Matching {
    /// Measures, prints the tables, and writes `matching.json` into `folder`.
    pub(crate) fn measure(&self, handfast: PathBuf, folder: PathBuf) -> Result<()> {
        let Some(tools) = Tools::new(&self.data, handfast, folder.join("matching"))? else {
            return Ok(());
        };
        let python = if self.no_splink { None } else { splink::python(&tools.folder) };
        let mut measured = Vec::new();
        let mut failed = Vec::new();
        let sizes = self.sizes.iter().map(|size| Set::customers(*size, self.seed));
        for set in [Set::historical(), Set::febrl4()].into_iter().chain(sizes) {
            eprintln!("-- {}", set.name);
            match self.one(&tools, &set, python.as_deref()) {
                Ok(one) => measured.push(one),
                Err(error) => failed.push(format!("{}: {error:#}", set.name)),
            }
        }
        let mut incoming = None;
        if let Some(largest) = self.sizes.iter().max().filter(|_| !self.no_incoming) {
            eprintln!("-- one record at a time");
            match incoming::measure(&tools, &Set::customers(*largest, self.seed)) {
                Ok(times) => incoming = Some(times),
                Err(error) => failed.push(format!("one record at a time: {error:#}")),
            }
        }
        table::print(&measured, incoming.as_ref(), python.is_some());
        table::keep(&folder.join("matching.json"), &measured, incoming.as_ref(), &failed)?;
        ensure!(failed.is_empty(), "could not be measured: {}", failed.join("; "));
        Ok(())
    }

    fn one(&self, tools: &Tools, set: &Set, python: Option<&std::path::Path>) -> Result<Measured> {
        let files = set.files(tools)?;
        let mut measured = clusters::measure(tools, set, &files, self.rounds.max(1))?;
        if let Some(python) = python {
            match splink::measure(tools, python, set, &files) {
                Ok(other) => measured.splink = Some(other),
                Err(error) => eprintln!("   Splink could not be run: {error:#}"),
            }
        }
        Ok(measured)
    }
}
