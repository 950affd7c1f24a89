//! How a database is reached and held.

use std::{path::PathBuf, time::Duration};

use crate::Fault;

/// Where the database is, and its limits.
#[derive(Clone)]
pub struct Settings {
    /// `sqlite:/path/to/file.db`, or `postgres://user@host/name`. May hold a password: not for
    /// logs.
    pub url: String,
    /// SQLite: how many connections may read at once. They are opened as they are needed.
    /// Default 16.
    pub reader_count_max: usize,
    /// PostgreSQL: how many connections this process may hold. Default 16.
    pub connection_count_max: usize,
    /// How long to wait for a free connection, in milliseconds, before the answer is
    /// [`Busy`](crate::Kind::Busy). Default 5,000.
    pub connection_wait_ms: u64,
    /// How long one statement may run, in milliseconds; 0 is as long as it takes. Default 5,000;
    /// migrations have no limit.
    pub statement_ms_max: u64,
    /// PostgreSQL: how long a transaction may stand still, in milliseconds; 0 is for ever.
    /// Default 10,000.
    pub idle_in_transaction_ms_max: u64,
}

impl Settings {
    /// The database at `url`, with the default limits.
    pub fn at(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            reader_count_max: 16,
            connection_count_max: 16,
            connection_wait_ms: 5_000,
            statement_ms_max: 5_000,
            idle_in_transaction_ms_max: 10_000,
        }
    }

    pub(crate) fn statement_limit(&self) -> Option<Duration> {
        (self.statement_ms_max > 0).then(|| Duration::from_millis(self.statement_ms_max))
    }

    pub(crate) fn place(&self) -> Result<Place, OpenError> {
        if let Some(path) = self.url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() || path.starts_with(":memory:") || path.contains('?') {
                return Err(OpenError::Url(
                    "sqlite: must be followed by the path of a file, without options".into(),
                ));
            }
            return Ok(Place::Sqlite(path.into()));
        }
        if self.url.starts_with("postgres://") || self.url.starts_with("postgresql://") {
            return Ok(Place::Postgres);
        }
        Err(OpenError::Url("it must begin with sqlite: or postgres://".into()))
    }
}

pub(crate) enum Place {
    Sqlite(PathBuf),
    Postgres,
}

/// Why a database could not be opened. Never holds a password.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The address makes no sense.
    #[error("the database address is not usable: {0}")]
    Url(String),
    /// The database opened, but does not hold what must be guaranteed.
    #[error("the database does not guarantee what it must: {0}")]
    Guarantee(String),
    /// The database could not be reached, or its file not opened.
    #[error("the database could not be opened: {0}")]
    Fault(#[from] Fault),
}
