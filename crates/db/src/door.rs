//! The two doors.

use std::{
    any::Any,
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::Arc,
};

use crate::{
    BackupProgress, Cx, Engine, Fault, MigrateError, Migration, OpenError, SchemaState, Settings,
    Tx,
    cx::{AfterCommit, Link},
    migrate,
    postgres::Postgres,
    settings::Place,
    sqlite::{self, Job, Ran, Sqlite},
};

/// A database. Cheap to clone; the last clone closes it.
#[derive(Clone)]
pub struct Db {
    store: Arc<Store>,
    /// What goes when the database was closed: a test's folder. Declared last, so dropped last.
    #[cfg(feature = "testing")]
    kept: Option<Arc<dyn std::any::Any + Send + Sync>>,
}

pub(crate) enum Store {
    Sqlite(Box<Sqlite>),
    Postgres(Box<Postgres>),
}

impl Store {
    pub(crate) fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }
}

impl Db {
    /// Opens the database and sees that it guarantees what it must. Does not migrate.
    pub fn open(settings: &Settings) -> Result<Self, OpenError> {
        let store = match settings.place()? {
            Place::Sqlite(path) => Store::Sqlite(Box::new(Sqlite::open(&path, settings)?)),
            Place::Postgres => Store::Postgres(Box::new(Postgres::open(settings)?)),
        };
        Ok(Self {
            store: Arc::new(store),
            #[cfg(feature = "testing")]
            kept: None,
        })
    }

    /// Keeps `thing` until the last clone is dropped and the database closed.
    #[cfg(feature = "testing")]
    pub(crate) fn keeping(mut self, thing: impl std::any::Any + Send + Sync) -> Self {
        self.kept = Some(Arc::new(thing));
        self
    }

    /// Which database it is.
    pub fn engine(&self) -> Engine {
        self.store.engine()
    }

    /// Runs `f` on one snapshot, on this thread.
    pub fn read<T, E: From<Fault>>(
        &self,
        f: impl FnOnce(&mut Cx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let _inside = Inside::enter()?;
        match &*self.store {
            Store::Sqlite(sqlite) => {
                sqlite.readers.with(|link| f(&mut Cx::new(Link::Sqlite(link))))
            }
            Store::Postgres(postgres) => postgres.read(f),
        }
    }

    /// Runs `f` in a transaction and answers when it is durable. `f` may run more than once; only
    /// what its last run did counts.
    ///
    /// If `f` returns an error, panics, or a statement of it failed, nothing of it is kept.
    pub fn write<T: Send + 'static, E: From<Fault> + Send + 'static>(
        &self,
        f: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        outside()?;
        match &*self.store {
            Store::Sqlite(sqlite) => {
                let (job, answer) = Waiting::job(f);
                sqlite.writer.submit(job)?;
                answer.recv().unwrap_or_else(|_| Err(sqlite::stopped().into()))
            }
            Store::Postgres(postgres) => {
                let _inside = Inside::enter()?;
                postgres.write(f)
            }
        }
    }

    /// As [`Db::read`], for handlers.
    ///
    /// On SQLite it runs right here: a read takes tens of microseconds, handing it to another
    /// thread costs as much, and the runtime has more workers than there are cores.
    pub async fn read_soon<T: Send + 'static, E: From<Fault> + Send + 'static>(
        &self,
        f: impl FnOnce(&mut Cx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        match &*self.store {
            Store::Sqlite(_) => self.read(f),
            Store::Postgres(postgres) => {
                let db = self.clone();
                joined(postgres.threads().spawn_blocking(move || db.read(f)).await)
            }
        }
    }

    /// As [`Db::write`], for handlers. Once begun it is done, even if nobody waits any more.
    pub async fn write_soon<T: Send + 'static, E: From<Fault> + Send + 'static>(
        &self,
        f: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        match &*self.store {
            Store::Sqlite(sqlite) => {
                let (job, answer) = Waiting::job(f);
                sqlite.writer.submit_soon(job).await?;
                answer.recv_async().await.unwrap_or_else(|_| Err(sqlite::stopped().into()))
            }
            Store::Postgres(postgres) => {
                let db = self.clone();
                joined(postgres.threads().spawn_blocking(move || db.write(f)).await)
            }
        }
    }

    /// Why nothing can be written any more, if so: after the disk failed under a commit, only a
    /// restart finds out what was kept.
    pub fn broken(&self) -> Option<Fault> {
        match &*self.store {
            Store::Sqlite(sqlite) => sqlite.writer.broken(),
            Store::Postgres(_) => None,
        }
    }

    /// Brings the schema up to date; gives the names of what was applied now. Refuses a database
    /// that a newer Handfast has migrated, before anything is touched.
    pub fn migrate(&self, files: &[Migration]) -> Result<Vec<String>, MigrateError> {
        migrate::run(&self.store, files)
    }

    /// What of `files` is applied and what is not. Refuses what [`Db::migrate`] refuses.
    pub fn schema_state(&self, files: &[Migration]) -> Result<SchemaState, MigrateError> {
        self.read(|cx| migrate::state(cx, files))
    }

    /// Copies the database, as it is at this moment, into the file `to` while it is in use. The
    /// file appears when it is whole. Only for SQLite; PostgreSQL has `pg_dump`.
    pub fn backup(&self, to: &Path, mut progress: impl FnMut(BackupProgress)) -> Result<(), Fault> {
        match &*self.store {
            Store::Sqlite(sqlite) => sqlite.backup(to, &mut progress),
            Store::Postgres(_) => Err(Fault::other("PostgreSQL is backed up by pg_dump")),
        }
    }
}

/// The answer of a closure that ran on another thread. Its panic goes on here, as it would have.
fn joined<T, E: From<Fault>>(answer: Result<Result<T, E>, tokio::task::JoinError>) -> Result<T, E> {
    match answer.map_err(tokio::task::JoinError::try_into_panic) {
        Ok(answer) => answer,
        Err(Ok(panic)) => std::panic::resume_unwind(panic),
        Err(Err(_)) => Err(Fault::busy("the database is being closed").into()),
    }
}

/// A write closure, and the line its answer goes through.
struct Waiting<F, T, E> {
    f: F,
    answer: Option<Result<T, E>>,
    reply: flume::Sender<Result<T, E>>,
}

impl<F, T, E> Waiting<F, T, E>
where
    F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<Fault> + Send + 'static,
{
    fn job(f: F) -> (Box<dyn Job>, flume::Receiver<Result<T, E>>) {
        let (reply, answer) = flume::bounded(1);
        (Box::new(Self { f, answer: None, reply }), answer)
    }
}

impl<F, T, E> Job for Waiting<F, T, E>
where
    F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<Fault> + Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> Ran {
        self.answer = None;
        let answer = (self.f)(tx);
        let ran = if answer.is_ok() { Ran::Kept } else { Ran::Refused };
        self.answer = Some(answer);
        ran
    }

    fn answer(self: Box<Self>, fault: Option<Fault>) {
        let answer = match (fault, self.answer) {
            (Some(fault), _) => Err(fault.into()),
            (None, Some(answer)) => answer,
            (None, None) => Err(sqlite::stopped().into()),
        };
        let _ = self.reply.send(answer); // whoever asked has gone; it is done all the same
    }
}

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Marks that this thread runs a closure: a door inside a door would wait for itself.
struct Inside;

impl Inside {
    fn enter() -> Result<Self, Fault> {
        outside()?;
        INSIDE.set(true);
        Ok(Self)
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        INSIDE.set(false);
    }
}

fn outside() -> Result<(), Fault> {
    if INSIDE.get() {
        return Err(Fault::other(
            "a database closure opened another one: pass its `cx` or `tx` on instead",
        ));
    }
    Ok(())
}

/// Marks this thread as always inside: the writer's.
pub(crate) fn enter_for_good() {
    INSIDE.set(true);
}

pub(crate) fn call_after_commit(f: AfterCommit) {
    if catch_unwind(AssertUnwindSafe(f)).is_err() {
        tracing::error!("something to do after a commit panicked; the commit stands");
    }
}

/// The fault of a closure that panicked.
pub(crate) fn panicked(panic: &(dyn Any + Send)) -> Fault {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "without a text".to_owned());
    Fault::other(format!("the closure panicked: {text}"))
}
