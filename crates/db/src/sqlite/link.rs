//! One connection: opened with what must be guaranteed, and its statements.

use std::{
    cell::RefCell,
    collections::HashSet,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use rusqlite::{
    CachedStatement, Connection, OpenFlags, Statement, ToSql,
    config::DbConfig,
    types::{ToSqlOutput, ValueRef},
};

use super::faults;
use crate::{Column, Fault, OpenError, Param, Row, Settings, row::Source};

/// Statements kept prepared, for each connection.
const STATEMENT_COUNT_MAX: usize = 256;
/// How many steps of SQLite's machine pass between two looks at the clock: about 0.1 ms.
const STEPS_BETWEEN_LOOKS: i32 = 10_000;

/// A connection to the file.
pub(crate) struct Link {
    connection: Connection,
    /// Texts (by address: they are static) whose parameters were found in order.
    checked: RefCell<HashSet<(usize, usize)>>,
    limit: Limit,
}

/// When the running statement must have ended.
struct Limit {
    start: Instant,
    each: Option<Duration>,
    /// Nanoseconds after `start`.
    end: Arc<AtomicU64>,
}

impl Limit {
    fn begin(&self) {
        let end =
            self.each.map_or(u64::MAX, |each| (self.start.elapsed() + each).as_nanos() as u64);
        self.end.store(end, Ordering::Relaxed);
    }
}

impl Link {
    /// The connection that writes. Creates the file, readable by its owner alone.
    pub(crate) fn writing(path: &Path, settings: &Settings) -> Result<Self, OpenError> {
        create(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        // The log is folded into the file every 64 MiB: inserts into clustered tables touch
        // scattered pages, and each is then written once for many changes (measured: 1.4 times the
        // rows of 4 MiB). Secure deletion costs nothing that could be measured.
        let own = "pragma journal_mode = wal;
                   pragma synchronous = full;
                   pragma secure_delete = on;
                   pragma wal_autocheckpoint = 16000;
                   pragma journal_size_limit = 134217728;
                   pragma cache_size = -16384;";
        let link = Self::open(path, flags, own, settings)?;
        link.guarantees(&[
            ("journal_mode", "wal"),
            ("synchronous", "2"),
            ("foreign_keys", "1"),
            ("secure_delete", "1"),
            ("trusted_schema", "0"),
            ("cell_size_check", "1"),
        ])?;
        Ok(link)
    }

    /// A connection that only reads.
    pub(crate) fn reading(path: &Path, settings: &Settings) -> Result<Self, OpenError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        // No memory map: it reads no faster (measured), and a disk that fails under it ends the
        // process.
        let own = "pragma query_only = on;
                   pragma temp_store = memory;
                   pragma mmap_size = 0;
                   pragma cache_size = -2048;";
        let link = Self::open(path, flags, own, settings)?;
        link.guarantees(&[
            ("journal_mode", "wal"),
            ("query_only", "1"),
            ("trusted_schema", "0"),
            ("cell_size_check", "1"),
        ])?;
        Ok(link)
    }

    fn open(
        path: &Path,
        flags: OpenFlags,
        own: &str,
        settings: &Settings,
    ) -> Result<Self, OpenError> {
        let failed = |error| OpenError::Fault(faults::plain(error));
        let mut connection = Connection::open_with_flags(path, flags).map_err(failed)?;
        connection.busy_handler(Some(wait_for_lock)).map_err(failed)?;
        let settle = |connection: &Connection| -> rusqlite::Result<()> {
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
            // A statement keeps its plan: otherwise binding other values prepares it anew, which
            // took a twelfth of an import's time.
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
            connection.execute_batch(own)?;
            connection.execute_batch(
                "pragma foreign_keys = on;
                 pragma trusted_schema = off;
                 pragma cell_size_check = on;",
            )
        };
        settle(&connection).map_err(failed)?;
        connection.set_prepared_statement_cache_capacity(STATEMENT_COUNT_MAX);
        let limit = Limit {
            start: Instant::now(),
            each: settings.statement_limit(),
            end: Arc::new(AtomicU64::new(u64::MAX)),
        };
        let (start, end) = (limit.start, Arc::clone(&limit.end));
        connection
            .progress_handler(
                STEPS_BETWEEN_LOOKS,
                Some(move || start.elapsed().as_nanos() as u64 > end.load(Ordering::Relaxed)),
            )
            .map_err(failed)?;
        Ok(Self { connection, checked: RefCell::default(), limit })
    }

    /// Reads the pragmas back: a build of SQLite, or a file system, may silently not do as told.
    fn guarantees(&self, wanted: &[(&str, &str)]) -> Result<(), OpenError> {
        for (name, value) in wanted {
            let found: rusqlite::types::Value = self
                .connection
                .pragma_query_value(None, name, |row| row.get(0))
                .map_err(|error| OpenError::Fault(faults::plain(error)))?;
            let found = match found {
                rusqlite::types::Value::Integer(number) => number.to_string(),
                rusqlite::types::Value::Text(text) => text,
                _ => String::new(),
            };
            if found != *value {
                return Err(OpenError::Guarantee(format!(
                    "SQLite's {name} must be {value}, it is {found:?}"
                )));
            }
        }
        Ok(())
    }

    /// Lets statements run as long as they take; gives what [`Link::limited`] needs to undo it.
    pub(crate) fn unlimited(&mut self) -> Option<Duration> {
        self.limit.each.take()
    }

    pub(crate) fn limited(&mut self, each: Option<Duration>) {
        self.limit.each = each;
    }

    /// Runs a text of several statements.
    pub(crate) fn batch(&self, text: &str) -> Result<(), Fault> {
        self.limit.begin();
        self.connection.execute_batch(text).map_err(faults::plain)
    }

    /// Runs `f` in a transaction of its own, which is kept if it answers `Ok`.
    pub(crate) fn in_transaction<T, E: From<Fault>>(
        &self,
        f: impl FnOnce(&Self) -> Result<T, E>,
    ) -> Result<T, E> {
        self.control("begin immediate")?;
        let answer = f(self).and_then(|answer| {
            self.control("commit")?;
            Ok(answer)
        });
        if answer.is_err() && !self.is_idle() {
            let _ = self.control("rollback"); // the first failure is the one to tell
        }
        answer
    }

    /// Whether no transaction is open: after a failure SQLite may have ended it by itself.
    pub(crate) fn is_idle(&self) -> bool {
        self.connection.is_autocommit()
    }

    pub(crate) fn control(&self, text: &'static str) -> Result<(), Fault> {
        self.limit.begin();
        let run = || self.connection.prepare_cached(text)?.raw_execute();
        run().map(drop).map_err(|error| faults::plain(error).in_statement(text))
    }

    pub(crate) fn execute(&self, text: &'static str, params: &[Param<'_>]) -> Result<u64, Fault> {
        let mut statement = self.prepare(text, params)?;
        self.limit.begin();
        let count = statement.raw_execute();
        drop(statement);
        count.map(|count| count as u64).map_err(|error| faults::of(error, &self.connection))
    }

    /// Gives each row to `each` until it says `false`.
    pub(crate) fn query(
        &self,
        text: &'static str,
        params: &[Param<'_>],
        each: &mut dyn FnMut(&Row<'_>) -> bool,
    ) -> Result<(), Fault> {
        let mut statement = self.prepare(text, params)?;
        self.limit.begin();
        let mut rows = statement.raw_query();
        let outcome = loop {
            match rows.next() {
                Ok(Some(row)) if each(&Row(Source::Sqlite(row))) => {}
                Ok(_) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        drop(rows);
        drop(statement);
        outcome.map_err(|error| faults::of(error, &self.connection))
    }

    /// Prepares a statement and runs nothing.
    #[cfg(feature = "testing")]
    pub(crate) fn check(&self, text: &'static str) -> Result<(), Fault> {
        in_order(&self.connection.prepare(text).map_err(faults::plain)?)
    }

    fn prepare(
        &self,
        text: &'static str,
        params: &[Param<'_>],
    ) -> Result<CachedStatement<'_>, Fault> {
        let mut statement = self.connection.prepare_cached(text).map_err(faults::plain)?;
        let key = (text.as_ptr() as usize, text.len());
        if !self.checked.borrow().contains(&key) {
            in_order(&statement)?;
            self.checked.borrow_mut().insert(key);
        }
        if statement.parameter_count() != params.len() {
            return Err(Fault::other(format!(
                "the statement has {} parameters, {} were given",
                statement.parameter_count(),
                params.len()
            )));
        }
        for (index, param) in params.iter().enumerate() {
            // PostgreSQL holds no such text; what it would refuse is refused here, too.
            if matches!(param, Param::Text(text) if text.contains('\0')) {
                return Err(Fault::other(format!(
                    "the text of parameter {} holds a NUL",
                    index + 1
                )));
            }
            statement.raw_bind_parameter(index + 1, param).map_err(faults::plain)?;
        }
        Ok(statement)
    }
}

/// Waits for another process (an import beside the server) to commit: 5 s at most. SQLite's own
/// waiting looks every 100 ms, and so would miss most of the gaps that a busy writer leaves.
fn wait_for_lock(tries: i32) -> bool {
    std::thread::sleep(Duration::from_millis(1));
    tries < 5_000
}

/// SQLite numbers `$n` by first appearance, whatever `n` is: they must ascend from 1.
fn in_order(statement: &Statement<'_>) -> Result<(), Fault> {
    for index in 1..=statement.parameter_count() {
        let name = statement.parameter_name(index).unwrap_or("?");
        if name.strip_prefix('$').and_then(|n| n.parse().ok()) != Some(index) {
            return Err(Fault::other(format!(
                "parameter {index} is called {name}: first appearances must be $1, $2, .. in order"
            )));
        }
    }
    Ok(())
}

/// Makes the file if there is none: personal data, so only its owner may read it.
fn create(path: &Path) -> Result<(), OpenError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(OpenError::Fault(
            Fault::other(format!("could not create {}: {error}", path.display())).caused_by(error),
        )),
    }
}

impl ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Real(number) => ValueRef::Real(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
            Self::Uuid(uuid) => ValueRef::Blob(uuid.as_bytes()),
        }))
    }
}

/// Column `index` of the row.
pub(crate) fn column<'a>(row: &'a rusqlite::Row<'_>, index: usize) -> Result<Column<'a>, Fault> {
    Ok(match row.get_ref(index).map_err(faults::plain)? {
        ValueRef::Null => Column::Null,
        ValueRef::Integer(number) => Column::Int(number),
        ValueRef::Real(number) => Column::Real(number),
        ValueRef::Text(bytes) => Column::Text(
            std::str::from_utf8(bytes)
                .map_err(|error| Fault::other("a text is not UTF-8").caused_by(error))?,
        ),
        ValueRef::Blob(bytes) => Column::Blob(bytes),
    })
}
