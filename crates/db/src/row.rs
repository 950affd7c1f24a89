//! Values that come out of a statement.

use std::fmt;

use handfast_kit::{Day, Id, TimeMs};
use uuid::Uuid;

use crate::Fault;

/// One value of a row, borrowed from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Column<'a> {
    /// Nothing.
    Null,
    /// A whole number (also truth: 0 and 1).
    Int(i64),
    /// A number with a fraction.
    Real(f64),
    /// Text.
    Text(&'a str),
    /// Bytes; on SQLite also an id.
    Blob(&'a [u8]),
    /// An id, on PostgreSQL.
    Uuid(Uuid),
}

impl fmt::Display for Column<'_> {
    /// What it is, never its content: rows hold names and addresses, and this goes to logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Int(_) => f.write_str("a whole number"),
            Self::Real(_) => f.write_str("a number with a fraction"),
            Self::Text(_) => f.write_str("text"),
            Self::Blob(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::Uuid(_) => f.write_str("a uuid"),
        }
    }
}

/// What a column can be read as.
pub trait FromColumn: Sized {
    /// The value, or `None` if the column holds something else.
    fn from_column(column: Column<'_>) -> Option<Self>;
}

impl FromColumn for i64 {
    fn from_column(column: Column<'_>) -> Option<Self> {
        if let Column::Int(number) = column { Some(number) } else { None }
    }
}

macro_rules! whole_numbers {
    ($($number:ty),*) => {$(
        impl FromColumn for $number {
            fn from_column(column: Column<'_>) -> Option<Self> {
                i64::from_column(column)?.try_into().ok()
            }
        }
    )*};
}
whole_numbers!(i32, i16, u32, u16, u8);

impl FromColumn for bool {
    fn from_column(column: Column<'_>) -> Option<Self> {
        match column {
            Column::Int(0) => Some(false),
            Column::Int(1) => Some(true),
            _ => None,
        }
    }
}

impl FromColumn for f64 {
    fn from_column(column: Column<'_>) -> Option<Self> {
        match column {
            Column::Real(number) => Some(number),
            Column::Int(number) => Some(number as Self),
            _ => None,
        }
    }
}

impl FromColumn for String {
    fn from_column(column: Column<'_>) -> Option<Self> {
        if let Column::Text(text) = column { Some(text.to_owned()) } else { None }
    }
}

impl FromColumn for Vec<u8> {
    fn from_column(column: Column<'_>) -> Option<Self> {
        if let Column::Blob(bytes) = column { Some(bytes.to_owned()) } else { None }
    }
}

impl<const N: usize> FromColumn for [u8; N] {
    fn from_column(column: Column<'_>) -> Option<Self> {
        if let Column::Blob(bytes) = column { bytes.try_into().ok() } else { None }
    }
}

impl FromColumn for Uuid {
    fn from_column(column: Column<'_>) -> Option<Self> {
        match column {
            Column::Uuid(uuid) => Some(uuid),
            Column::Blob(bytes) => Self::from_slice(bytes).ok(),
            _ => None,
        }
    }
}

impl<T> FromColumn for Id<T> {
    fn from_column(column: Column<'_>) -> Option<Self> {
        Uuid::from_column(column).map(Self::from_uuid)
    }
}

impl FromColumn for TimeMs {
    fn from_column(column: Column<'_>) -> Option<Self> {
        i64::from_column(column).map(Self)
    }
}

impl FromColumn for Day {
    fn from_column(column: Column<'_>) -> Option<Self> {
        i32::from_column(column).map(Self)
    }
}

impl<C: FromColumn> FromColumn for Option<C> {
    fn from_column(column: Column<'_>) -> Option<Self> {
        if column == Column::Null { Some(None) } else { C::from_column(column).map(Some) }
    }
}

/// One row of an answer.
pub struct Row<'a>(pub(crate) Source<'a>);

pub(crate) enum Source<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a tokio_postgres::Row),
}

impl Row<'_> {
    /// The value of column `index`, counted from 0.
    pub fn get<C: FromColumn>(&self, index: usize) -> Result<C, Fault> {
        let column = self.column(index)?;
        C::from_column(column).ok_or_else(|| {
            let wanted = std::any::type_name::<C>();
            let name = self.name(index);
            Fault::other(format!("column {index} ({name}) holds {column}; {wanted} was asked for"))
        })
    }

    fn column(&self, index: usize) -> Result<Column<'_>, Fault> {
        match self.0 {
            Source::Sqlite(row) => crate::sqlite::column(row, index),
            Source::Postgres(row) => crate::postgres::column(row, index),
        }
    }

    fn name(&self, index: usize) -> &str {
        match self.0 {
            Source::Sqlite(row) => row.as_ref().column_name(index).unwrap_or("?"),
            Source::Postgres(row) => row.columns().get(index).map_or("?", |column| column.name()),
        }
    }
}

/// What a row can be read as: a tuple of up to 16 columns, or a struct that reads itself.
pub trait FromRow: Sized {
    /// Reads the row; fails when a column is missing or holds something else.
    fn from_row(row: &Row<'_>) -> Result<Self, Fault>;
}

macro_rules! tuples {
    ($($name:ident $index:tt)+) => {
        tuples!(@each [] $($name $index)+);
    };
    (@each [$($done:ident $at:tt)*] $next:ident $index:tt $($rest:ident $more:tt)*) => {
        tuples!(@one $($done $at)* $next $index);
        tuples!(@each [$($done $at)* $next $index] $($rest $more)*);
    };
    (@each [$($done:ident $at:tt)*]) => {};
    (@one $($name:ident $index:tt)+) => {
        impl<$($name: FromColumn),+> FromRow for ($($name,)+) {
            fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
                Ok(($(row.get::<$name>($index)?,)+))
            }
        }
    };
}
tuples!(C0 0 C1 1 C2 2 C3 3 C4 4 C5 5 C6 6 C7 7 C8 8 C9 9 C10 10 C11 11 C12 12 C13 13 C14 14
        C15 15);
