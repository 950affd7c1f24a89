use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{NetworkId, OrganisationId, PersonId, TimeMs};
use handfast_ledger::{Hash, TileId};

use super::Signed;
use crate::{RecordId, SubjectId, TouchId};

/// A touch as the ledger takes it.
#[derive(Debug)]
pub(super) struct Row {
    /// Its number; -1 while it has none.
    pub(super) leaf_index: i64,
    pub(super) id: TouchId,
    pub(super) record: Option<RecordId>,
    pub(super) organisation: OrganisationId,
    pub(super) person: Option<PersonId>,
    pub(super) class: i64,
    pub(super) kind: String,
    pub(super) channel: String,
    pub(super) audience: i64,
    pub(super) at: TimeMs,
    pub(super) recorded: TimeMs,
    pub(super) summary: String,
    pub(super) body: String,
    /// Empty once the words were erased.
    pub(super) salt: Vec<u8>,
}

type Columns = (
    i64,
    TouchId,
    Option<RecordId>,
    OrganisationId,
    Option<PersonId>,
    i64,
    String,
    String,
    i64,
    TimeMs,
    TimeMs,
    String,
    String,
    Vec<u8>,
);

impl From<Columns> for Row {
    fn from(columns: Columns) -> Self {
        let (
            leaf_index,
            id,
            record,
            organisation,
            person,
            class,
            kind,
            channel,
            audience,
            at,
            recorded,
            summary,
            body,
            salt,
        ) = columns;
        Self {
            leaf_index,
            id,
            record,
            organisation,
            person,
            class,
            kind,
            channel,
            audience,
            at,
            recorded,
            summary,
            body,
            salt,
        }
    }
}

/// The touches numbered from `first` on, by number.
pub(super) fn numbered(
    cx: &mut Cx<'_>,
    network: NetworkId,
    first: i64,
    limit: usize,
) -> Result<Vec<Row>, Fault> {
    let rows: Vec<Columns> = cx.all(
        "select leaf_index, touch_id, record_id, organisation_id, person_id, class, kind, channel,
                audience, at_ms, recorded_ms, summary, body, salt
           from touch
          where network_id = $1 and leaf_index >= $2 and leaf_index is not null
          order by leaf_index
          limit $3",
        (network, first, limit as i64),
    )?;
    Ok(rows.into_iter().map(Row::from).collect())
}

pub(super) fn touch(
    cx: &mut Cx<'_>,
    network: NetworkId,
    subject: SubjectId,
    at: TimeMs,
    id: TouchId,
) -> Result<Option<Row>, Fault> {
    let row: Option<Columns> = cx.one(
        "select coalesce(leaf_index, -1), touch_id, record_id, organisation_id, person_id, class,
                kind, channel, audience, at_ms, recorded_ms, summary, body, salt
           from touch
          where network_id = $1 and subject_id = $2 and at_ms = $3 and touch_id = $4",
        (network, subject, at, id),
    )?;
    Ok(row.map(Row::from))
}

/// How far a network's ledger has grown, and what was last signed of it.
#[derive(Debug)]
pub(super) struct Ledger {
    pub(super) tree_size: i64,
    pub(super) public_key: String,
    pub(super) signed_size: i64,
    checkpoint: String,
    signed: TimeMs,
}

impl Ledger {
    pub(super) fn signed(self) -> Option<Signed> {
        let (size, at) = (self.signed_size as u64, self.signed);
        let (note, public_key) = (self.checkpoint, self.public_key);
        (!note.is_empty()).then_some(Signed { size, at, note, public_key })
    }
}

pub(super) fn ledger(cx: &mut Cx<'_>, network: NetworkId) -> Result<Option<Ledger>, Fault> {
    let row: Option<(i64, String, i64, String, TimeMs)> = cx.one(
        "select tree_size, public_key, signed_size, checkpoint, signed_ms
           from ledger
          where network_id = $1",
        (network,),
    )?;
    Ok(row.map(|(tree_size, public_key, signed_size, checkpoint, signed)| Ledger {
        tree_size,
        public_key,
        signed_size,
        checkpoint,
        signed,
    }))
}

pub(super) fn grow(tx: &mut Tx<'_>, network: NetworkId, size: i64) -> Result<u64, Fault> {
    tx.exec(
        "insert into ledger (network_id, tree_size, public_key, signed_size, checkpoint, signed_ms)
         values ($1, $2, '', 0, '', 0)
         on conflict (network_id) do update set tree_size = excluded.tree_size",
        (network, size),
    )
}

pub(super) fn sign(tx: &mut Tx<'_>, network: NetworkId, signed: &Signed) -> Result<(), Fault> {
    tx.exec(
        "update ledger set public_key = $1, signed_size = $2, checkpoint = $3, signed_ms = $4
          where network_id = $5",
        (&signed.public_key, signed.size as i64, &signed.note, signed.at, network),
    )
    .map(drop)
}

/// Forgets what was signed, and by whom.
pub(super) fn unsign(tx: &mut Tx<'_>, network: NetworkId) -> Result<(), Fault> {
    tx.exec(
        "update ledger set public_key = '', signed_size = 0, checkpoint = '', signed_ms = 0
          where network_id = $1",
        (network,),
    )
    .map(drop)
}

/// The hashes of a tile; none of one that is not there.
pub(super) fn tile(cx: &mut Cx<'_>, network: NetworkId, tile: TileId) -> Result<Vec<Hash>, Fault> {
    let row: Option<(Vec<u8>,)> = cx.one(
        "select hashes from ledger_tile
          where network_id = $1 and level = $2 and tile_index = $3",
        (network, i64::from(tile.level), tile.index as i64),
    )?;
    let bytes = row.map(|(bytes,)| bytes).unwrap_or_default();
    Ok(bytes.chunks_exact(32).filter_map(|hash| hash.try_into().ok().map(Hash)).collect())
}

pub(super) fn write_tile(
    tx: &mut Tx<'_>,
    network: NetworkId,
    tile: TileId,
    hashes: &[Hash],
) -> Result<u64, Fault> {
    let bytes: Vec<u8> = hashes.iter().flat_map(|hash| hash.0).collect();
    tx.exec(
        "insert into ledger_tile (network_id, level, tile_index, hashes)
         values ($1, $2, $3, $4)
         on conflict (network_id, level, tile_index) do update set hashes = excluded.hashes",
        (network, i64::from(tile.level), tile.index as i64, bytes),
    )
}

pub(super) fn forgotten(
    cx: &mut Cx<'_>,
    network: NetworkId,
    id: TouchId,
) -> Result<Option<Hash>, Fault> {
    let row: Option<(Vec<u8>,)> = cx.one(
        "select commitment from touch_forgotten where network_id = $1 and touch_id = $2",
        (network, id),
    )?;
    Ok(row.and_then(|(bytes,)| bytes.try_into().ok()).map(Hash))
}

pub(super) fn forget(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: TouchId,
    commitment: &Hash,
    now: TimeMs,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into touch_forgotten (network_id, touch_id, commitment, forgotten_ms)
         values ($1, $2, $3, $4)",
        (network, id, commitment.0.as_slice(), now),
    )
}

/// Takes words and salt off a touch. The body stays a JSON object, for whoever reads it.
pub(super) fn blank(
    tx: &mut Tx<'_>,
    network: NetworkId,
    (subject, at, id): (SubjectId, TimeMs, TouchId),
) -> Result<u64, Fault> {
    tx.exec(
        "update touch set summary = '', body = '{}', salt = $1
          where network_id = $2 and subject_id = $3 and at_ms = $4 and touch_id = $5",
        (Vec::new(), network, subject, at, id),
    )
}
