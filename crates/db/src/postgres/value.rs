//! Values as PostgreSQL takes and gives them.

use std::error::Error;

use postgres_protocol::types as wire;
use tokio_postgres::{
    Row,
    types::{FromSql, IsNull, ToSql, Type, to_sql_checked},
};
use uuid::Uuid;

use super::number;
use crate::{Column, Fault, Param};

type Wrong = Box<dyn Error + Sync + Send>;

fn is_text(ty: &Type) -> bool {
    matches!(*ty, Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN)
}

impl ToSql for Param<'_> {
    fn to_sql(&self, ty: &Type, out: &mut bytes::BytesMut) -> Result<IsNull, Wrong> {
        match (self, ty) {
            (Self::Null, _) => return Ok(IsNull::Yes),
            // Whole numbers take the width that the statement was prepared with.
            (Self::Int(number), &Type::INT8) => wire::int8_to_sql(*number, out),
            (Self::Int(number), &Type::INT4) => wire::int4_to_sql((*number).try_into()?, out),
            (Self::Int(number), &Type::INT2) => wire::int2_to_sql((*number).try_into()?, out),
            (Self::Int(number @ 0..=1), &Type::BOOL) => wire::bool_to_sql(*number == 1, out),
            (Self::Int(number), &Type::FLOAT8) => wire::float8_to_sql(*number as f64, out),
            (Self::Real(number), &Type::FLOAT8) => wire::float8_to_sql(*number, out),
            (Self::Real(number), &Type::FLOAT4) => wire::float4_to_sql(*number as f32, out),
            (Self::Text(text), ty) if is_text(ty) => wire::text_to_sql(text, out),
            (Self::Blob(bytes), &Type::BYTEA) => wire::bytea_to_sql(bytes, out),
            (Self::Blob(bytes), &Type::UUID) => wire::uuid_to_sql((*bytes).try_into()?, out),
            (Self::Uuid(uuid), &Type::UUID) => wire::uuid_to_sql(*uuid.as_bytes(), out),
            (Self::Uuid(uuid), &Type::BYTEA) => wire::bytea_to_sql(uuid.as_bytes(), out),
            (param, ty) => return Err(format!("{param:?} was given for a {ty}").into()),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true // `to_sql` says what it does not take, with both types
    }

    to_sql_checked!();
}

struct Any<'a>(Column<'a>);

impl<'a> FromSql<'a> for Any<'a> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Wrong> {
        Ok(Self(match *ty {
            Type::INT8 => Column::Int(wire::int8_from_sql(raw)?),
            Type::INT4 => Column::Int(i64::from(wire::int4_from_sql(raw)?)),
            Type::INT2 => Column::Int(i64::from(wire::int2_from_sql(raw)?)),
            Type::BOOL => Column::Int(i64::from(wire::bool_from_sql(raw)?)),
            Type::FLOAT8 => Column::Real(wire::float8_from_sql(raw)?),
            Type::FLOAT4 => Column::Real(f64::from(wire::float4_from_sql(raw)?)),
            Type::NUMERIC => number::column(raw).ok_or("not a number")?,
            Type::BYTEA => Column::Blob(raw),
            Type::UUID => Column::Uuid(Uuid::from_slice(raw)?),
            Type::VOID => Column::Null,
            ref ty if is_text(ty) => Column::Text(std::str::from_utf8(raw)?),
            ref ty => return Err(format!("cast the {ty} to a type that both engines have").into()),
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Wrong> {
        Ok(Self(Column::Null))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// Column `index` of the row.
pub(crate) fn column(row: &Row, index: usize) -> Result<Column<'_>, Fault> {
    row.try_get::<_, Any<'_>>(index).map(|any| any.0).map_err(|error| {
        let reason = Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
        Fault::other(format!("column {index}: {reason}"))
    })
}
