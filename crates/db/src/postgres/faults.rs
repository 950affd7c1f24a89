//! PostgreSQL's errors as faults.

use tokio_postgres::error::{Error, SqlState};

use crate::{Fault, Kind};

/// The fault of a statement.
///
/// Its text is the server's message without its detail, which repeats the values of the row.
pub(super) fn of(error: Error) -> Fault {
    let Some(said) = error.as_db_error() else {
        let text = std::error::Error::source(&error)
            .map_or_else(|| error.to_string(), |source| format!("{error}: {source}"));
        return Fault::other(text).caused_by(error);
    };
    let code = said.code();
    let kind = if *code == SqlState::UNIQUE_VIOLATION {
        Kind::Unique { constraint: said.constraint().unwrap_or_default().to_owned() }
    } else if *code == SqlState::FOREIGN_KEY_VIOLATION {
        Kind::ForeignKey
    } else if *code == SqlState::T_R_SERIALIZATION_FAILURE
        || *code == SqlState::T_R_DEADLOCK_DETECTED
    {
        Kind::Serialization
    } else if *code == SqlState::DISK_FULL {
        Kind::DiskFull
    } else if *code == SqlState::LOCK_NOT_AVAILABLE
        || *code == SqlState::QUERY_CANCELED
        || *code == SqlState::TOO_MANY_CONNECTIONS
        || *code == SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT
        || is_server_going(code.code())
    {
        Kind::Busy
    } else {
        Kind::Other
    };
    Fault::new(kind, format!("{} (PostgreSQL {})", said.message(), code.code()))
}

/// The fault of a connection that could not be made.
pub(super) fn of_connecting(error: Error) -> Fault {
    let fault = of(error);
    let busy = *fault.kind() == Kind::Busy || std::error::Error::source(&fault).is_some();
    let fault = if busy { fault.with_kind(Kind::Busy) } else { fault };
    fault.context("could not connect to PostgreSQL")
}

/// The fault of a commit. Unless the server says clearly that it took everything back, it may have
/// been done: a connection that broke (08), and on Citus any internal error (XX000).
pub(super) fn of_commit(error: Error) -> Fault {
    let taken_back =
        error.code().is_some_and(|code| matches!(&code.code()[..2], "23" | "25" | "40" | "53"));
    let fault = of(error).in_statement("commit");
    if taken_back { fault } else { fault.with_kind(Kind::UnknownOutcome) }
}

/// Whether the connection, not the statement, failed: nothing was done, and another connection may
/// do it.
pub(super) fn is_lost(error: &Error) -> bool {
    match error.code() {
        Some(code) => is_server_going(code.code()),
        // Mistakes in values and types are found on our side of the line, and leave it whole.
        None => error.is_closed() || is_io(error),
    }
}

fn is_io(error: &Error) -> bool {
    std::error::Error::source(error).is_some_and(<dyn std::error::Error>::is::<std::io::Error>)
}

fn is_server_going(code: &str) -> bool {
    code.starts_with("08") || matches!(code, "57P01" | "57P02" | "57P03" | "57P05" | "25P03")
}
