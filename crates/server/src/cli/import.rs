//! `import`: taking files in from the command line.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Instant,
};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use handfast_intake::{
    self as intake, Ending, InputFile, Outcome, Progress, RejectsTo, Watch, Wish, Work,
    imports::Counts, source::Limits,
};
use handfast_kit::Clock;
use handfast_record::sharing::Author;
use indicatif::ProgressBar;
use serde::Serialize;

use super::{Where, admin, say};
use crate::{jobs, place::Schema};

#[derive(Args)]
pub(super) struct Import {
    /// What the rows are: customers, contacts, orders, order-items, payments, reviews, products,
    /// partners, case-events; or a profile, for a folder of its files
    shape: String,
    /// The files, plain or gz; or one folder
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The network's short name
    #[arg(long, value_name = "SLUG")]
    network: String,
    /// Whose rows they are: an organisation's name, reference or id [default: the brand]
    #[arg(long, value_name = "NAME")]
    organisation: Option<String>,
    /// The system that wrote the files: olist, bpi2013, helpdesk, salesforce, hubspot, shopify,
    /// zendesk, freshdesk, odoo
    #[arg(long, value_name = "NAME", conflicts_with = "map")]
    profile: Option<String>,
    /// Which column is which, as TOML
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// Where rows go that are left out: a file, or a folder [default: FILE.rejects.csv]
    #[arg(long, value_name = "PATH")]
    rejects: Option<PathBuf>,
    #[command(flatten)]
    place: Where,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What is printed.
#[derive(Serialize)]
struct Answer {
    import: String,
    ending: &'static str,
    #[serde(flatten)]
    counts: Counts,
    seconds: f64,
    rows_per_second: f64,
    rejects: Vec<PathBuf>,
}

impl Import {
    pub(super) fn run(self) -> Result<()> {
        let place = self.place.open(Schema::AsItIs)?;
        let network = admin::network(&place.db, &self.network)?;
        let organisation = admin::organisation(&place.db, &network, self.organisation.as_deref())?;
        let map = self.map.as_deref().map(read_map).transpose()?;
        for file in &self.files {
            ensure!(file.exists(), "there is no file {}", file.display());
        }
        let files =
            intake::files(&self.shape, self.profile.as_deref(), map.as_deref(), &self.files)?;
        ensure!(!files.is_empty(), "the profile knows none of the files in this folder");
        let author = Author::organisation(network.id, organisation.id);
        let clock = Clock::machine();
        let work = Work {
            id: intake::note(&place.db, &clock, author, &files)?,
            author,
            side: organisation.side,
            zone: network.zone,
            files,
            rejects: RejectsTo::FileBeside,
            limits: Limits::default(),
            heard: Some(jobs::heard()),
        };
        let watcher = Watcher::new(&work.files)?;
        let began = Instant::now();
        let outcome = intake::run(&place.db, &clock, &work, &watcher)?;
        let seconds = began.elapsed().as_secs_f64();
        watcher.bar.finish_and_clear();
        let answer = answer(&outcome, seconds, self.rejects.as_deref())?;
        say::answer(self.json, &answer, text(&answer))?;
        match outcome.ending {
            Ending::Done => Ok(()),
            Ending::Cancelled | Ending::Paused => {
                bail!("stopped before the end; what is stored stays, and the same again goes on")
            }
        }
    }
}

fn read_map(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("could not read {}", path.display()))
}

fn answer(outcome: &Outcome, seconds: f64, rejects: Option<&Path>) -> Result<Answer> {
    let rejects = match rejects {
        Some(place) => move_rejects(&outcome.rejects_files, place)?,
        None => outcome.rejects_files.clone(),
    };
    Ok(Answer {
        import: outcome.id.to_string(),
        ending: match outcome.ending {
            Ending::Done => "done",
            Ending::Cancelled | Ending::Paused => "cancelled",
        },
        counts: outcome.counts,
        seconds: (seconds * 1_000.0).round() / 1_000.0,
        rows_per_second: (outcome.counts.read as f64 / seconds.max(0.001)).round(),
        rejects,
    })
}

/// Moves the files of rows that were left out to where they are wanted.
fn move_rejects(files: &[PathBuf], place: &Path) -> Result<Vec<PathBuf>> {
    let mut moved = Vec::new();
    for file in files {
        let to = if place.is_dir() {
            place.join(file.file_name().context("a file of rejects without a name")?)
        } else {
            ensure!(
                files.len() == 1,
                "there are {} files of rows that were left out, so --rejects must name a folder; \
                 they are beside the files",
                files.len()
            );
            place.to_owned()
        };
        // Another disk takes a copy, not a new name.
        fs::copy(file, &to).with_context(|| format!("could not write {}", to.display()))?;
        fs::remove_file(file)?;
        moved.push(to);
    }
    Ok(moved)
}

fn text(answer: &Answer) -> String {
    let Counts { read, stored, unchanged, rejected } = answer.counts;
    let counts = format!(
        "{read} rows read in {:.1} s ({} a second): {stored} stored, {unchanged} unchanged, \
         {rejected} rejected",
        answer.seconds, answer.rows_per_second
    );
    let left_out = |file: &PathBuf| {
        format!("Rows that were left out, each with its reason: {}", file.display())
    };
    let mut lines = vec![counts];
    lines.extend(answer.rejects.iter().map(left_out));
    lines.join("\n")
}

/// Shows how far the import is, and stops it when the terminal asks (Ctrl-C).
struct Watcher {
    bar: ProgressBar,
    is_stop_asked: Arc<AtomicBool>,
}

impl Watcher {
    fn new(files: &[InputFile]) -> Result<Self> {
        let size = |file: &InputFile| fs::metadata(&file.path).map_or(0, |facts| facts.len());
        let bar = say::bytes_bar(files.iter().map(size).sum());
        let is_stop_asked = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&is_stop_asked);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        thread::spawn(move || {
            if runtime.block_on(tokio::signal::ctrl_c()).is_ok() {
                asked.store(true, Ordering::SeqCst);
            }
        });
        Ok(Self { bar, is_stop_asked })
    }
}

impl Watch for Watcher {
    fn advanced(&self, progress: &Progress<'_>) {
        self.bar.set_position(progress.bytes_done);
        let name = progress.file.file_name().unwrap_or_default().to_string_lossy();
        let Counts { read, rejected, .. } = progress.counts;
        self.bar.set_message(format!("{name}  {read} rows, {rejected} rejected"));
    }

    fn wish(&self) -> Wish {
        if self.is_stop_asked.load(Ordering::SeqCst) { Wish::Cancel } else { Wish::GoOn }
    }
}
