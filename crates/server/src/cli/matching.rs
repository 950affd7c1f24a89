//! `match`: which records of some files are one person. Needs no database.

mod read;
mod tell;
mod watch;
mod write;

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use handfast_matching::{self as matching, Model, Options, columns};

use super::say;
use tell::Answer;
use watch::Watcher;
use write::Draft;

#[derive(Args)]
pub(super) struct Match {
    /// The files, csv or csv.gz, with the columns' names in the first line; each record with a
    /// record_id of its own
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    records: Vec<PathBuf>,
    /// Which column is which, as TOML, for columns without a usual name: surname = "Nachname"
    #[arg(long, value_name = "FILE")]
    columns: Option<PathBuf>,
    /// Where each record and its cluster are written: record_id,cluster_id
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Where every link is written, with the weight of each comparison, and doubtful pairs
    #[arg(long, value_name = "FILE")]
    explain: Option<PathBuf>,
    /// A model that --save-model wrote, used as it is [default: one is fitted to the records]
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Where the model is written, as JSON that a person can read
    #[arg(long, value_name = "FILE")]
    save_model: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Match {
    pub(super) fn run(self) -> Result<()> {
        let began = Instant::now();
        self.check_places()?;
        let map = self.columns.as_deref().map_or(Ok(columns::Map::default()), read_map)?;
        let model = self.model.as_deref().map(read_model).transpose()?;
        let watcher = Watcher::new();
        let input = read::read(&self.records, map, model.as_ref(), &watcher)?;
        let options = Options { model, ..Options::default() };
        let outcome = matching::run(&input.records, &options, &|stage, done, total| {
            watcher.at_stage(stage, done, total);
        });
        watcher.at("writing", 0, 1);
        let mut drafts = vec![Draft::write(&self.out, |file| {
            write::clusters(file, &input.records, &outcome.grouping.group_of)
        })?];
        if let Some(path) = &self.explain {
            drafts.push(Draft::write(path, |file| write::links(file, &input.records, &outcome))?);
        }
        if let Some(path) = &self.save_model {
            drafts.push(Draft::write(path, |file| write::model(file, &outcome.model))?);
        }
        // Everything is written before anything has its name.
        drafts.into_iter().try_for_each(Draft::keep)?;
        let seconds = watcher.finish();
        let written = self.written();
        let took = began.elapsed().as_secs_f64();
        let answer = Answer::new(&input, &outcome, &written, (took, seconds));
        say::answer(self.json, &answer, answer.text(self.explain.as_deref()))
    }

    /// What is written where.
    fn written(&self) -> Vec<PathBuf> {
        [Some(&self.out), self.explain.as_ref(), self.save_model.as_ref()]
            .into_iter()
            .flatten()
            .cloned()
            .collect()
    }

    /// What can be known to fail fails before the work, and no file of records is written over.
    fn check_places(&self) -> Result<()> {
        for file in &self.records {
            ensure!(file.exists(), "there is no file {}", file.display());
            ensure!(!file.is_dir(), "{} is a folder; name its files", file.display());
        }
        let mut places: Vec<PathBuf> = Vec::new();
        for path in self.written() {
            let name = path.file_name().with_context(|| no_name(&path))?;
            let folder = match path.parent() {
                Some(folder) if !folder.as_os_str().is_empty() => folder,
                _ => Path::new("."),
            };
            let Ok(folder) = folder.canonicalize() else {
                bail!("there is no folder {}; make it first", folder.display());
            };
            let place = folder.join(name);
            ensure!(!place.is_dir(), "{}", no_name(&path));
            let is_read = |file: &PathBuf| file.canonicalize().is_ok_and(|file| file == place);
            let read = [&self.columns, &self.model];
            if self.records.iter().chain(read.into_iter().flatten()).any(is_read) {
                bail!("{} is read, so it cannot be written; name another file", path.display());
            }
            ensure!(!places.contains(&place), "{} is named twice to be written", path.display());
            places.push(place);
        }
        Ok(())
    }
}

fn no_name(path: &Path) -> String {
    format!("{} is a folder; name a file to be written", path.display())
}

fn read_map(path: &Path) -> Result<columns::Map> {
    let said = || format!("the map {}", path.display());
    let text = fs::read_to_string(path).with_context(said)?;
    let table: toml::Table = toml::from_str(&text).with_context(said)?;
    // The files that `import --map` reads have a section, so a section is understood here too.
    let columns = match table.get("columns") {
        Some(toml::Value::Table(section)) if table.len() == 1 => section.clone(),
        _ => table,
    };
    columns.try_into().with_context(said)
}

fn read_model(path: &Path) -> Result<Model> {
    let text = fs::read(path).with_context(|| format!("the model {}", path.display()))?;
    serde_json::from_slice(&text).with_context(|| {
        format!("{} is no model that `handfast match --save-model` wrote", path.display())
    })
}
