//! Two doors to one of two databases.
//!
//! [`Db::read`] runs a closure on one snapshot; [`Db::write`] runs one in a transaction and answers
//! only when it is durable. Both are synchronous, so that domain code needs no `async`;
//! [`Db::read_soon`] and [`Db::write_soon`] are the same doors for HTTP handlers.
//!
//! One SQL text serves SQLite and PostgreSQL: `$1..$n`, first appearances ascending. On SQLite one
//! thread writes, and commits the closures that wait as a group, with one sync to disk; one that
//! fails is undone alone. On PostgreSQL a closure runs again when the server asks for it (40001,
//! 40P01). A write closure therefore has no effect but the database and [`Tx::after_commit`].
//!
//! Whatever goes wrong is a [`Fault`]; what a caller can answer is its [`Kind`].

mod cx;
mod door;
mod fault;
mod migrate;
mod param;
mod pool;
mod postgres;
mod row;
mod settings;
mod sql;
mod sqlite;
#[cfg(feature = "testing")]
pub mod testing;

pub use cx::{Cx, Tx};
pub use door::Db;
pub use fault::{Context, Fault, Kind, OnUnique};
pub use migrate::{MigrateError, Migration, SchemaState};
pub use param::{Param, Params, ToParam};
pub use row::{Column, FromColumn, FromRow, Row};
pub use settings::{OpenError, Settings};
pub use sql::Sql;
pub use sqlite::{BackupProgress, check};

/// What a statement or a closure gives: its answer, or a [`Fault`].
pub type Result<T, E = Fault> = std::result::Result<T, E>;

/// Which database is behind the doors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Engine {
    /// SQLite, a file beside the process.
    Sqlite,
    /// PostgreSQL, or Citus, which speaks its protocol.
    Postgres,
}
