//! Copies of a town as it was built: whatever a request changed is gone in the next copy.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::mpsc::{Receiver, Sender, channel, sync_channel},
    thread::JoinHandle,
};

use handfast_db::{Db, Engine, Settings};
use handfast_kit::Clock;

use crate::{
    client::{Answer, Ask, Client},
    ledger::{Ledger, Reader},
    town::Town,
};

/// A town that was built, to be copied.
struct Original {
    data: PathBuf,
    source: Source,
    folder: PathBuf,
}

enum Source {
    File(PathBuf),
    /// A database that nobody is connected to, on this server.
    Database {
        server: String,
        name: String,
    },
}

impl Original {
    /// Keeps the town as it is now.
    fn of(town: &Town, data: &Path) -> Self {
        let folder = data.join(format!("{}-copies", town.folder()));
        fs::create_dir_all(&folder).unwrap();
        Reader::new(&town.world.db).keep(&town.world.db);
        let source = match town.world.engine {
            Engine::Sqlite => {
                let file = folder.join("original.db");
                town.world.db.backup(&file, |_| {}).unwrap();
                Source::File(file)
            }
            Engine::Postgres => keep(&town.world.db),
        };
        Self { data: data.join(town.folder()), source, folder }
    }

    fn copy(&self, clock: &Clock) -> Copy {
        let data = tempfile::tempdir_in(&self.folder).unwrap();
        let (from, to) = (self.data.join("uploads"), data.path().join("uploads"));
        fs::create_dir_all(&to).unwrap();
        for file in fs::read_dir(from).into_iter().flatten().flatten() {
            fs::copy(file.path(), to.join(file.file_name())).unwrap();
        }
        let (url, gone) = match &self.source {
            Source::File(original) => {
                let file = tempfile::Builder::new().tempfile_in(&self.folder).unwrap();
                let file = file.into_temp_path();
                fs::copy(original, &file).unwrap();
                (format!("sqlite:{}", file.display()), Gone::File(file))
            }
            Source::Database { server, name } => {
                let copy = fresh_name();
                psql(server, &format!("create database {copy} template {name}"));
                let url = url_of(server, &copy);
                (url, Gone::Database { server: server.clone(), name: copy })
            }
        };
        let settings = Settings { connection_count_max: 4, ..Settings::at(url) };
        let db = Db::open(&settings).unwrap();
        Copy { db, clock: clock.clone(), data, _gone: gone }
    }
}

impl Drop for Original {
    fn drop(&mut self) {
        if let Source::Database { server, name } = &self.source {
            psql(server, &format!("drop database if exists {name} with (force)"));
        }
    }
}

/// A copy of a town; gone when dropped.
struct Copy {
    // Dropped in this order: the connections before what they are connected to.
    db: Db,
    clock: Clock,
    data: tempfile::TempDir,
    _gone: Gone,
}

enum Gone {
    File(#[expect(dead_code, reason = "is deleted when dropped")] tempfile::TempPath),
    Database { server: String, name: String },
}

impl Drop for Gone {
    fn drop(&mut self) {
        if let Self::Database { server, name } = self {
            psql(server, &format!("drop database if exists {name} with (force)"));
        }
    }
}

/// Copies the town's database into one of its own, because its own goes with its last handle.
fn keep(db: &Db) -> Source {
    let server = std::env::var("HANDFAST_TEST_POSTGRES").unwrap();
    let own: Option<(String,)> =
        db.read(|cx| cx.one("select current_database()::text limit 1", ())).unwrap();
    let (own,) = own.unwrap();
    let name = fresh_name();
    // A template has no connections; these are idle, and are made anew when they are needed.
    psql(
        &server,
        &format!(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '{own}'"
        ),
    );
    psql(&server, &format!("create database {name} template {own}"));
    Source::Database { server, name }
}

fn fresh_name() -> String {
    format!("handfast_walk_{}", handfast_kit::Uuid::new_v4().simple())
}

fn url_of(server: &str, name: &str) -> String {
    let (base, options) = server.split_once('?').unwrap_or((server, ""));
    let (base, _) = base.rsplit_once('/').unwrap();
    format!("{base}/{name}?{options}").trim_end_matches('?').to_owned()
}

fn psql(server: &str, sql: &str) {
    let output = Command::new("psql").args(["--quiet", server, "--command", sql]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{sql}: {said}");
}

/// Makes copies before they are asked for and takes them away afterwards, while others walk.
struct Copies {
    fresh: Option<Receiver<Copy>>,
    spent: Option<Sender<Copy>>,
    threads: Vec<JoinHandle<()>>,
}

impl Copies {
    fn of(original: Original, clock: &Clock) -> Self {
        let (give, fresh) = sync_channel(2);
        let (spent, taken) = channel::<Copy>();
        let clock = clock.clone();
        let making = std::thread::spawn(move || while give.send(original.copy(&clock)).is_ok() {});
        let taking = std::thread::spawn(move || taken.into_iter().for_each(drop));
        Self { fresh: Some(fresh), spent: Some(spent), threads: vec![making, taking] }
    }

    fn next(&self) -> Copy {
        self.fresh.as_ref().unwrap().recv().unwrap()
    }

    fn take_away(&self, copy: Copy) {
        self.spent.as_ref().unwrap().send(copy).unwrap();
    }
}

impl Drop for Copies {
    fn drop(&mut self) {
        (self.fresh, self.spent) = (None, None);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// A server over a copy of a town, which is copied anew whenever a request changed something.
pub(crate) struct Stage {
    client: Option<Client>,
    copy: Option<Copy>,
    reader: Reader,
    before: Ledger,
    /// What was refused since the copy was last looked at.
    refused: Vec<String>,
    pub(crate) copy_count: usize,
    copies: Copies,
}

impl Stage {
    /// A server over the town as it is now. The town's own database is not to be used any more.
    pub(crate) fn new(town: &Town, data: &Path) -> Self {
        let copies = Copies::of(Original::of(town, data), &town.world.clock);
        let copy = copies.next();
        let client = Client::new(&copy.db, &copy.clock, copy.data.path());
        let reader = Reader::new(&copy.db);
        let before = reader.read(&copy.db, copy.data.path());
        Self {
            client: Some(client),
            copy: Some(copy),
            reader,
            before,
            refused: Vec::new(),
            copy_count: 1,
            copies,
        }
    }

    /// Sends a request that only reads, or is refused.
    pub(crate) fn send(&mut self, ask: &Ask) -> Answer {
        let answer = self.client.as_ref().unwrap().send(ask);
        if !answer.is_done() {
            self.refused.push(format!("{} {} ({})", ask.method, ask.path, answer.status));
        }
        answer
    }

    /// Sends a request that is to leave everything as it is, whatever the answer.
    pub(crate) fn read(&mut self, ask: &Ask) -> Answer {
        let answer = self.client.as_ref().unwrap().send(ask);
        self.refused.push(format!("{} {} ({})", ask.method, ask.path, answer.status));
        answer
    }

    /// Sends a request that may well change something. Everything refused before is looked at
    /// first, and afterwards all is as it was.
    pub(crate) fn send_to_act(&mut self, ask: &Ask) -> Answer {
        self.check_untouched();
        let answer = self.send(ask);
        if answer.is_done() {
            self.anew();
        }
        answer
    }

    /// Forgets whatever was changed: puts the rows back, or takes another copy.
    pub(crate) fn anew(&mut self) {
        self.refused.clear();
        let copy = self.copy.as_ref().unwrap();
        let after = self.reader.read(&copy.db, copy.data.path());
        if self.reader.restore(&copy.db, &self.before.changed(&after)) {
            return;
        }
        self.copy_count += 1;
        let copy = self.copies.next();
        let client = self.client.take().unwrap();
        self.client = Some(client.moved(&copy.db, &copy.clock, copy.data.path()));
        self.copies.take_away(self.copy.replace(copy).unwrap());
    }

    /// Fails if what was refused left a trace in any table or folder.
    pub(crate) fn check_untouched(&mut self) {
        if self.refused.is_empty() {
            return;
        }
        let copy = self.copy.as_ref().unwrap();
        let after = self.reader.read(&copy.db, copy.data.path());
        if after != self.before {
            let difference = self.before.difference(&after);
            panic!("one of these was refused and left a trace: {:#?}\n{difference}", self.refused);
        }
        self.refused.clear();
    }
}
