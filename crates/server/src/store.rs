//! All SQL of the server itself: trying whether the database takes a write, and counting for
//! whoever watches it.

use handfast_db::{Cx, Engine, Fault, Sql, Tx};

/// Deletes nothing, in a statement that a database refuses when it cannot be written to.
pub(crate) fn try_write(tx: &mut Tx<'_>) -> Result<(), Fault> {
    tx.exec("delete from idempotency where created_ms < $1", (i64::MIN,))?;
    Ok(())
}

/// The role that we are on PostgreSQL, if row-level security does not hold it.
pub(crate) fn unheld_role(cx: &mut Cx<'_>) -> Result<Option<String>, Fault> {
    if cx.engine() == Engine::Sqlite {
        return Ok(None);
    }
    let role: Option<(String,)> = cx.one(
        Sql {
            sqlite: "",
            postgres: "select cast(rolname as text)
               from pg_roles
              where rolname = current_user and (rolsuper or rolbypassrls)",
        },
        (),
    )?;
    Ok(role.map(|(role,)| role))
}

/// Rows of all imports: stored, unchanged, rejected.
pub(crate) fn import_rows(cx: &mut Cx<'_>) -> Result<(i64, i64, i64), Fault> {
    let rows = cx.one(
        "select cast(coalesce(sum(stored_count), 0) as bigint),
                cast(coalesce(sum(unchanged_count), 0) as bigint),
                cast(coalesce(sum(rejected_count), 0) as bigint)
           from import_run",
        (),
    )?;
    Ok(rows.unwrap_or_default())
}
