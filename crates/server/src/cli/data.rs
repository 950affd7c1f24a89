//! `migrate`, `backup`, `restore`: the database as a whole.

use std::path::PathBuf;

use anyhow::{Result, bail, ensure};
use clap::Args;
use serde_json::json;

use super::{Where, say};
use crate::{
    backup, ledger_key, migrations,
    place::{self, Schema},
    restore::{self, Replace},
};

#[derive(Args)]
pub(super) struct Migrate {
    #[command(flatten)]
    place: Where,
    /// Change nothing; exit code 1 when something is to be applied or the database is newer
    #[arg(long)]
    check: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Migrate {
    pub(super) fn run(self) -> Result<()> {
        let settings = self.place.settings()?;
        if self.check {
            return self.check();
        }
        std::fs::create_dir_all(&settings.data)?;
        let db = place::connect(&settings, &settings.database_url())?;
        let applied = db.migrate(migrations::ALL)?;
        let text = match applied.as_slice() {
            [] => "nothing to apply".to_owned(),
            names => format!("applied {}", names.join(", ")),
        };
        say::answer(self.json, &json!({ "applied": applied }), text)
    }

    fn check(self) -> Result<()> {
        let settings = self.place.settings()?;
        let url = settings.database_url();
        if url.strip_prefix("sqlite:").is_some_and(|file| !std::path::Path::new(file).exists()) {
            bail!("there is no database at {}", place::without_secrets(&url));
        }
        let pending = place::connect(&settings, &url)?.schema_state(migrations::ALL)?.pending;
        let text = match pending.as_slice() {
            [] => "the schema is this program's".to_owned(),
            names => format!("to apply: {}", names.join(", ")),
        };
        say::answer(self.json, &json!({ "pending": pending }), text)?;
        ensure!(pending.is_empty(), "the database is older than this program");
        Ok(())
    }
}

#[derive(Args)]
pub(super) struct Backup {
    /// The file to write; it must not be there yet
    file: PathBuf,
    #[command(flatten)]
    place: Where,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Backup {
    pub(super) fn run(self) -> Result<()> {
        let settings = self.place.settings()?;
        let place = self.place.open(Schema::AsItIs)?;
        let bar = say::steps_bar(0);
        let done = backup::write(&settings, &place.db, &self.file, &mut |done, total| {
            bar.set_length(total);
            bar.set_position(done);
        })?;
        bar.finish_and_clear();
        let value = json!({ "file": self.file, "bytes": done.bytes, "engine": done.engine });
        let text = format!(
            "{} holds the database ({} bytes). Not in it: files that wait in {} to be taken in, \
             and the secrets that sign the ledger, {}, and open those of webhooks, webhooks.key \
             beside it. Keep copies of both apart.",
            self.file.display(),
            done.bytes,
            settings.uploads().display(),
            ledger_key::path(&settings.data).display()
        );
        say::answer(self.json, &value, text)
    }
}

#[derive(Args)]
pub(super) struct Restore {
    /// A file that `handfast backup` wrote
    file: PathBuf,
    #[command(flatten)]
    place: Where,
    /// Take the place of the database that is there; it is kept beside under another name
    #[arg(long)]
    replace: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Restore {
    pub(super) fn run(self) -> Result<()> {
        let settings = self.place.settings()?;
        let replace = if self.replace { Replace::KeepBeside } else { Replace::Never };
        let restored = restore::read(&settings, &self.file, replace)?;
        let value =
            json!({ "file": self.file, "kept": restored.kept, "pending": restored.pending });
        let mut said = vec![format!("{} is in place.", self.file.display())];
        if let Some(kept) = &restored.kept {
            said.push(format!("What was there before is kept as {kept}."));
        }
        if !restored.pending.is_empty() {
            said.push("It is of an older schema: run `handfast migrate`.".to_owned());
        }
        say::answer(self.json, &value, said.join(" "))
    }
}
