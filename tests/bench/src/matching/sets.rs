//! The sets: where their files are, and what is asked for on them.

use std::{
    fs::{self, File},
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};

use super::{
    clusters::Tools,
    limits::{self, Asked, Stored},
};

/// Records whose people are known.
#[derive(Debug, Clone)]
pub(crate) struct Set {
    pub(crate) name: String,
    /// Which of Splink's models is for it: a word that `splink/run.py` knows.
    pub(crate) model: &'static str,
    pub(crate) asked: Asked,
    /// What Splink was measured to do on such a set, when the goals were set.
    pub(crate) stored: Option<Stored>,
    source: Source,
}

#[derive(Debug, Clone)]
enum Source {
    Folder(&'static [&'static str]),
    Generated { records: u64, seed: u64 },
}

impl Set {
    /// Half of Splink's own example of people of the past.
    pub(crate) fn historical() -> Self {
        Self {
            name: "historical_dev".to_owned(),
            model: "historical",
            asked: limits::HISTORICAL,
            stored: Some(limits::SPLINK_HISTORICAL),
            source: Source::Folder(&["historical_dev.csv.gz"]),
        }
    }

    /// Two files of Australians that Febrl made.
    pub(crate) fn febrl4() -> Self {
        Self {
            name: "febrl4_a + febrl4_b".to_owned(),
            model: "febrl4",
            asked: limits::FEBRL4,
            stored: Some(limits::SPLINK_FEBRL4),
            source: Source::Folder(&["febrl4_a.csv.gz", "febrl4_b.csv.gz"]),
        }
    }

    /// Generated customers of many partners.
    pub(crate) fn customers(records: u64, seed: u64) -> Self {
        Self {
            name: format!("customers {records}, seed {seed}"),
            model: "customers",
            asked: limits::customers(records),
            stored: limits::splink_customers(records),
            source: Source::Generated { records, seed },
        }
    }

    /// Its files, generated first if they have to be.
    pub(crate) fn files(&self, tools: &Tools) -> Result<Vec<PathBuf>> {
        match &self.source {
            Source::Folder(names) => {
                let files: Vec<PathBuf> = names.iter().map(|name| tools.data.join(name)).collect();
                let missing = files.iter().find(|file| !file.exists());
                ensure!(
                    missing.is_none(),
                    "there is no {}",
                    missing.unwrap_or(&files[0]).display()
                );
                Ok(files)
            }
            Source::Generated { records, seed } => Ok(vec![generated(tools, *records, *seed)?]),
        }
    }
}

fn generated(tools: &Tools, records: u64, seed: u64) -> Result<PathBuf> {
    let file = tools.folder.join(format!("customers-{records}-{seed}.csv"));
    if file.exists() {
        return Ok(file);
    }
    eprintln!("   generating {}", file.display());
    let part = file.with_extension("part");
    let status = Command::new("python3")
        .arg(tools.data.join("gen_customers.py"))
        .args(["--records", &records.to_string(), "--seed", &seed.to_string()])
        .stdin(Stdio::null())
        .stdout(File::create(&part)?)
        .status()
        .context("python3 could not be started")?;
    ensure!(status.success(), "gen_customers.py failed");
    fs::rename(&part, &file)?;
    Ok(file)
}
