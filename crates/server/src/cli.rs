//! The commands of the `handfast` binary. Each does one thing and prints what it did: for a reader,
//! or, with `--json`, as JSON. Exit code 0: done. 1: not done, and standard error says why. 2: the
//! command line itself was not understood.

mod admin;
mod data;
mod import;
mod matching;
mod receipt;
mod report;
mod run;
mod say;
mod verify;

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;
use clap::{Args, Parser, Subcommand};

use crate::{
    logs,
    place::{self, Place, Schema},
    settings::{self, Settings},
};

/// One customer record for a company and all its partners.
#[derive(Parser)]
#[command(name = "handfast", version, about, max_term_width = 100)]
#[command(subcommand_required = true, arg_required_else_help = true)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve pages and API, and run jobs
    Serve(run::Serve),
    /// Run jobs only, beside servers on the same database
    Work(run::Work),
    /// Build a small world to look around in, and serve it: needs nothing else
    Demo(run::Demo),
    /// Take in a file: customers, orders, order-items, reviews, case-events, contacts, or a folder
    Import(import::Import),
    /// Find out which records of some files are one person, and why: needs nothing else
    Match(matching::Match),
    /// Print what the record says about deliveries, reviews, partners or cases
    Report(report::Report),
    /// Check that the database holds what was sealed, and name the first touch that was changed
    Verify(verify::Verify),
    /// Check receipts of the ledger
    #[command(subcommand)]
    Receipt(receipt::ReceiptCommand),
    /// Bring the database to this program's schema
    Migrate(data::Migrate),
    /// Copy the database to a file, while it is in use
    Backup(data::Backup),
    /// Put a backup in place
    Restore(data::Restore),
    /// Make networks, organisations, people and tokens
    #[command(subcommand)]
    Admin(admin::Admin),
}

/// Where the data lies.
#[derive(Args, Clone)]
struct Where {
    /// Folder of the SQLite database, uploads and handfast.toml [default: handfast/data in your
    /// data folder]
    #[arg(long, value_name = "DIR", env = "HANDFAST_DATA", hide_env_values = true)]
    data: Option<PathBuf>,
    /// Database instead of DIR/handfast.db: sqlite:FILE or postgres://USER@HOST/NAME
    #[arg(long, value_name = "URL", env = "HANDFAST_DATABASE", hide_env_values = true)]
    database: Option<String>,
}

impl Where {
    fn settings(&self) -> Result<Settings> {
        self.settings_in(|| settings::default_folder("data"))
    }

    fn settings_in(&self, otherwise: impl FnOnce() -> PathBuf) -> Result<Settings> {
        let data = self.data.clone().unwrap_or_else(otherwise);
        let mut settings = Settings::of_folder(&data)?;
        settings.mail = settings.mail.with(|name| std::env::var(name).ok())?;
        if let Some(database) = &self.database {
            settings.database = Some(database.clone());
        }
        Ok(settings)
    }

    /// Opens the database for one command, which may take as long as it takes.
    fn open(&self, schema: Schema) -> Result<Place> {
        let mut settings = self.settings()?;
        settings.statement_ms_max = 0;
        place::open(&settings, schema)
    }
}

/// Runs the command of the process's arguments.
pub fn run() -> ExitCode {
    let line = Line::parse();
    match dispatch(line.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("handfast: {error:#}");
            ExitCode::from(1)
        }
    }
}

fn dispatch(command: Command) -> Result<()> {
    // What serves logs what it does; what prints an answer logs only what is wrong.
    match &command {
        Command::Serve(_) | Command::Work(_) | Command::Demo(_) => {}
        _ => logs::start("warn")?,
    }
    match command {
        Command::Serve(serve) => serve.run(),
        Command::Work(work) => work.run(),
        Command::Demo(demo) => demo.run(),
        Command::Import(import) => import.run(),
        Command::Match(run) => run.run(),
        Command::Report(report) => report.run(),
        Command::Verify(verify) => verify.run(),
        Command::Receipt(receipt) => receipt.run(),
        Command::Migrate(migrate) => migrate.run(),
        Command::Backup(backup) => backup.run(),
        Command::Restore(restore) => restore.run(),
        Command::Admin(admin) => admin.run(),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_without_contradictions() {
        super::Line::command().debug_assert();
    }
}
