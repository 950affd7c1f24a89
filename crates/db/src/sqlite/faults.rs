//! SQLite's errors as faults.

use rusqlite::{Connection, Error, ErrorCode, ffi};

use crate::{Fault, Kind};

/// The fault of an error that is not about a key.
pub(super) fn plain(error: Error) -> Fault {
    let kind = match &error {
        Error::SqliteFailure(failure, _) => match failure.code {
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::FileLockingProtocolFailed => Kind::Busy,
            ErrorCode::OperationInterrupted => {
                return Fault::busy("the statement took longer than it may").caused_by(error);
            }
            ErrorCode::DiskFull => Kind::DiskFull,
            ErrorCode::ConstraintViolation
                if failure.extended_code == ffi::SQLITE_CONSTRAINT_FOREIGNKEY =>
            {
                Kind::ForeignKey
            }
            _ => Kind::Other,
        },
        _ => Kind::Other,
    };
    let text = match &error {
        // Of this error the driver's text repeats the whole statement; the fault names it itself.
        Error::SqlInputError { msg, .. } => msg.clone(),
        Error::SqliteFailure(failure, Some(message)) => {
            format!("{message} (SQLite {})", failure.extended_code)
        }
        other => other.to_string(),
    };
    Fault::new(kind, text).caused_by(error)
}

/// The fault of any error. A taken key gets its name from the schema: SQLite itself only says which
/// columns it has.
pub(super) fn of(error: Error, connection: &Connection) -> Fault {
    let columns = match &error {
        Error::SqliteFailure(failure, Some(message))
            if matches!(
                failure.extended_code,
                ffi::SQLITE_CONSTRAINT_UNIQUE
                    | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
                    | ffi::SQLITE_CONSTRAINT_ROWID
            ) =>
        {
            message.strip_prefix("UNIQUE constraint failed: ").map(str::to_owned)
        }
        _ => None,
    };
    let fault = plain(error);
    let Some(columns) = columns else { return fault };
    let constraint = key_of(connection, &columns).unwrap_or(columns);
    fault.with_kind(Kind::Unique { constraint })
}

/// Which key has these columns, given as `table.one, table.two`.
fn key_of(connection: &Connection, columns: &str) -> Option<String> {
    if let Some(index) = columns.strip_prefix("index '") {
        return Some(index.trim_end_matches('\'').to_owned());
    }
    let (table, _) = columns.split_once('.')?;
    let columns: Vec<&str> =
        columns.split(", ").filter_map(|column| Some(column.split_once('.')?.1)).collect();
    let mut statement = connection
        .prepare_cached("select sql from sqlite_schema where tbl_name = $1 and sql is not null")
        .ok()?;
    let texts = statement.query_map([table], |row| row.get::<_, String>(0)).ok()?;
    texts.flatten().find_map(|text| key_in(&text, &columns))
}

/// The name of the key with exactly these columns in a `create table` or `create unique index`.
fn key_in(text: &str, columns: &[&str]) -> Option<String> {
    let words: Vec<&str> = text
        .split_inclusive(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | ','))
        .flat_map(|piece| {
            let end = piece.trim_end_matches(['(', ')', ',']);
            [end.trim(), piece[end.len()..].trim()]
        })
        .filter(|word| !word.is_empty())
        .collect();
    let is = |at: usize, word: &str| words.get(at).is_some_and(|w| w.eq_ignore_ascii_case(word));
    let has_columns_at = |open: usize| {
        let inside = words.get(open + 1..).unwrap_or_default();
        let end = inside.iter().position(|word| *word == ")").unwrap_or(0);
        is(open, "(") && inside[..end].iter().filter(|word| **word != ",").eq(columns)
    };
    if is(0, "create") && is(1, "unique") && is(2, "index") {
        let named = if is(3, "if") { 6 } else { 3 };
        return has_columns_at(named + 3).then(|| words[named].to_owned());
    }
    (0..words.len()).filter(|at| is(*at, "constraint")).find_map(|at| {
        let open = if is(at + 2, "unique") {
            at + 3
        } else if is(at + 2, "primary") {
            at + 4
        } else {
            return None;
        };
        has_columns_at(open).then(|| words[at + 1].to_owned())
    })
}

/// Whether the file itself can no longer be trusted to be written: after such an error nothing may
/// be retried, because the system may have dropped what it could not write.
pub(super) fn is_broken_file(fault: &Fault) -> bool {
    let cause = std::error::Error::source(fault).and_then(|source| source.downcast_ref::<Error>());
    matches!(
        cause,
        Some(Error::SqliteFailure(failure, _)) if matches!(
            failure.code,
            ErrorCode::SystemIoFailure | ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase
        )
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_by_its_columns() {
        let table = "create table t (a blob not null, b text, constraint t_pk primary key (a, b),\n\
                     constraint t_b unique (b)) strict, without rowid";
        assert_eq!(key_in(table, &["a", "b"]).as_deref(), Some("t_pk"));
        assert_eq!(key_in(table, &["b"]).as_deref(), Some("t_b"));
        assert_eq!(key_in(table, &["a"]), None);
        let index = "CREATE UNIQUE INDEX t_by_c on t (c,d) where c is not null";
        assert_eq!(key_in(index, &["c", "d"]).as_deref(), Some("t_by_c"));
        assert_eq!(key_in("create index t_by_c on t (c)", &["c"]), None);
    }
}
