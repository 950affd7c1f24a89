//! All statements of intake.

use handfast_db::{Cx, Fault, FromRow, Row, Tx};
use handfast_kit::{Id, NetworkId, OrganisationId, TimeMs};

use crate::{
    imports::{Counts, Import, ImportId, NewImport, Reject, State},
    plan::Content,
};

/// Marks the key of a row of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowMark {}
/// Names one row of one source.
pub(crate) type RowKey = Id<RowMark>;

/// Remembers what a row says; gives 0 when it said the same before.
pub(crate) fn remember(
    tx: &mut Tx<'_>,
    network: NetworkId,
    key: RowKey,
    content: Content,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into intake_row (network_id, row_key, content) values ($1, $2, $3)
         on conflict (network_id, row_key) do update set content = excluded.content
           where intake_row.content <> excluded.content",
        (network, key, content),
    )
}

impl FromRow for Import {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        let state: String = row.get(7)?;
        let count = |at: usize| row.get::<i64>(at).map(|count| count.max(0) as u64);
        Ok(Self {
            id: row.get(0)?,
            organisation: row.get(1)?,
            person: row.get(2)?,
            shape: row.get(3)?,
            profile: row.get(4)?,
            map: row.get(5)?,
            file_name: row.get(6)?,
            state: State::named(&state)
                .ok_or_else(|| Fault::other("unknown state of an import"))?,
            message: row.get(8)?,
            counts: Counts {
                read: count(9)?,
                stored: count(10)?,
                unchanged: count(11)?,
                rejected: count(12)?,
            },
            bytes_done: count(13)?,
            bytes_total: count(14)?,
            created: row.get(15)?,
            started: row.get(16)?,
            ended: row.get(17)?,
        })
    }
}

pub(crate) fn insert(tx: &mut Tx<'_>, id: ImportId, new: &NewImport) -> Result<u64, Fault> {
    tx.exec(
        "insert into import_run (network_id, import_id, organisation_id, person_id, shape, profile,
            map, file_name, state, message, read_count, stored_count, unchanged_count,
            rejected_count, bytes_done, bytes_total, created_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', 0, 0, 0, 0, 0, $10, $11)",
        (
            new.author.network(),
            id,
            new.author.organisation_id(),
            new.author.person_id(),
            new.shape.as_str(),
            new.profile.as_str(),
            new.map.as_str(),
            new.file_name.as_str(),
            new.state.word(),
            new.bytes_total as i64,
            new.created,
        ),
    )
}

/// Ends the run of the same local files whose process was killed: nobody else would.
pub(crate) fn give_up_before(tx: &mut Tx<'_>, new: &NewImport) -> Result<u64, Fault> {
    tx.exec(
        "update import_run set state = 'failed', ended_ms = $1, message = $2
          where network_id = $3 and organisation_id = $4 and file_name = $5
            and person_id is null and state in ('queued', 'running')",
        (
            new.created,
            "Its process ended before it did. What was stored stays; the next run went on.",
            new.author.network(),
            new.author.organisation_id(),
            new.file_name.as_str(),
        ),
    )
}

pub(crate) fn find(
    cx: &mut Cx<'_>,
    network: NetworkId,
    id: ImportId,
) -> Result<Option<Import>, Fault> {
    cx.one(
        "select import_id, organisation_id, person_id, shape, profile, map, file_name, state,
            message, read_count, stored_count, unchanged_count, rejected_count, bytes_done,
            bytes_total, created_ms, started_ms, ended_ms
           from import_run where network_id = $1 and import_id = $2 limit 1",
        (network, id),
    )
}

/// One organisation's imports, the latest first, after a place in that order.
pub(crate) fn list(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    (before, id): (TimeMs, ImportId),
    limit: usize,
) -> Result<Vec<Import>, Fault> {
    cx.all(
        "select import_id, organisation_id, person_id, shape, profile, map, file_name, state,
            message, read_count, stored_count, unchanged_count, rejected_count, bytes_done,
            bytes_total, created_ms, started_ms, ended_ms
           from import_run
          where network_id = $1 and organisation_id = $2
            and (created_ms < $3 or (created_ms = $3 and import_id < $4))
          order by created_ms desc, import_id desc
          limit $5",
        (network, organisation, before, id, limit as i64),
    )
}

/// Says how an import is to be read and that it waits for a worker; only while it waits for that.
pub(crate) fn queue(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: ImportId,
    (shape, profile, map): (&str, &str, &str),
) -> Result<u64, Fault> {
    tx.exec(
        "update import_run set shape = $1, profile = $2, map = $3, state = 'queued', message = ''
          where network_id = $4 and import_id = $5 and state = 'waiting'",
        (shape, profile, map, network, id),
    )
}

/// Begins an import, or goes on with one whose worker was killed.
pub(crate) fn start(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: ImportId,
    now: TimeMs,
    bytes_total: u64,
) -> Result<u64, Fault> {
    tx.exec(
        "update import_run set state = 'running', started_ms = coalesce(started_ms, $1),
            bytes_total = $2
          where network_id = $3 and import_id = $4 and state in ('queued', 'running')",
        (now, bytes_total as i64, network, id),
    )
}

/// Notes how far it is; changes nothing when somebody cancelled it.
pub(crate) fn advance(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: ImportId,
    counts: &Counts,
    bytes_done: u64,
) -> Result<u64, Fault> {
    tx.exec(
        "update import_run set read_count = $1, stored_count = $2, unchanged_count = $3,
            rejected_count = $4, bytes_done = $5
          where network_id = $6 and import_id = $7 and state = 'running'",
        (
            counts.read as i64,
            counts.stored as i64,
            counts.unchanged as i64,
            counts.rejected as i64,
            bytes_done as i64,
            network,
            id,
        ),
    )
}

/// Ends an import that has not ended.
pub(crate) fn end(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: ImportId,
    (state, message): (State, &str),
    now: TimeMs,
) -> Result<u64, Fault> {
    tx.exec(
        "update import_run set state = $1, message = $2, ended_ms = $3
          where network_id = $4 and import_id = $5
            and state in ('waiting', 'queued', 'running')",
        (state.word(), message, now, network, id),
    )
}

pub(crate) fn insert_reject(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: ImportId,
    position: u64,
    reject: &Reject,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into import_reject (network_id, import_id, line, position, column_name, reason,
            original)
         values ($1, $2, $3, $4, $5, $6, $7)",
        (
            network,
            id,
            reject.line as i64,
            position as i64,
            reject.column.as_str(),
            reject.reason.as_str(),
            reject.original.as_str(),
        ),
    )
}

impl FromRow for Reject {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            line: row.get::<i64>(0)? as u64,
            position: row.get::<i64>(1)? as u64,
            column: row.get(2)?,
            reason: row.get(3)?,
            original: row.get(4)?,
        })
    }
}

/// Rejects by line, after a place in that order.
pub(crate) fn rejects(
    cx: &mut Cx<'_>,
    network: NetworkId,
    id: ImportId,
    (line, position): (u64, u64),
    limit: usize,
) -> Result<Vec<Reject>, Fault> {
    cx.all(
        "select line, position, column_name, reason, original
           from import_reject
          where network_id = $1 and import_id = $2
            and (line > $3 or (line = $3 and position > $4))
          order by line, position
          limit $5",
        (network, id, line as i64, position as i64, limit as i64),
    )
}

/// Files that nobody said anything of since `before`.
pub(crate) fn abandoned(
    cx: &mut Cx<'_>,
    before: TimeMs,
) -> Result<Vec<(NetworkId, ImportId)>, Fault> {
    cx.all(
        "select network_id, import_id from import_run
          where state = 'waiting' and created_ms < $1
          limit 1000",
        (before,),
    )
}
