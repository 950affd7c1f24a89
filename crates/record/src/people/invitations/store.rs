use handfast_db::{Cx, Fault, FromRow, Row, Tx};
use handfast_kit::{NetworkId, OrganisationId, TimeMs};
use handfast_web::TokenHash;

use super::{
    super::store::{side_at, word},
    Invitation, InvitationId, Open,
};

impl FromRow for Invitation {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        let hash: [u8; 32] = row.get(0)?;
        Ok(Self {
            id: InvitationId(TokenHash::from_bytes(&hash).expect("a hash has 32 bytes")),
            name: row.get(1)?,
            email: row.get(2)?,
            role: word(row, 3)?,
            invited_by: row.get(4)?,
            created: row.get(5)?,
            expires: row.get(6)?,
        })
    }
}

impl FromRow for Open {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            network: row.get(0)?,
            network_name: row.get(1)?,
            organisation: row.get(2)?,
            organisation_name: row.get(3)?,
            side: side_at(row, 4)?,
            email: row.get(5)?,
            name: row.get(6)?,
            role: word(row, 7)?,
            invited_by: row.get(8)?,
            expires: row.get(9)?,
        })
    }
}

pub(super) fn insert(
    tx: &mut Tx<'_>,
    hash: &TokenHash,
    open: &Open,
    now: TimeMs,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into invitation (token_hash, network_id, organisation_id, email, name, role,
                                 invited_by, created_ms, expires_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        (
            hash.as_bytes(),
            open.network,
            open.organisation,
            &open.email,
            &open.name,
            open.role.word(),
            open.invited_by,
            now,
            open.expires,
        ),
    )
}

pub(super) fn open(cx: &mut Cx<'_>, hash: &TokenHash, now: TimeMs) -> Result<Option<Open>, Fault> {
    cx.one(
        "select n.network_id, n.name, o.organisation_id, o.name, o.is_brand, i.email, i.name,
                i.role, i.invited_by, i.expires_ms
           from invitation i
           join organisation o on o.network_id = i.network_id
                              and o.organisation_id = i.organisation_id
           join network n on n.network_id = i.network_id
          where i.token_hash = $1 and i.used_ms is null and i.expires_ms > $2
            and o.ended_ms is null",
        (hash.as_bytes(), now),
    )
}

pub(super) fn mark_used(tx: &mut Tx<'_>, hash: &TokenHash, now: TimeMs) -> Result<u64, Fault> {
    tx.exec(
        "update invitation set used_ms = $1 where token_hash = $2 and used_ms is null",
        (now, hash.as_bytes()),
    )
}

pub(super) fn open_of(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    now: TimeMs,
) -> Result<Vec<Invitation>, Fault> {
    cx.all(
        "select token_hash, name, email, role, invited_by, created_ms, expires_ms
           from invitation
          where network_id = $1 and organisation_id = $2 and used_ms is null and expires_ms > $3
          order by created_ms desc, token_hash
          limit 200",
        (network, organisation, now),
    )
}

pub(super) fn delete(
    tx: &mut Tx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    hash: &TokenHash,
) -> Result<u64, Fault> {
    tx.exec(
        "delete from invitation
          where token_hash = $1 and network_id = $2 and organisation_id = $3 and used_ms is null",
        (hash.as_bytes(), network, organisation),
    )
}

pub(super) fn delete_open(
    tx: &mut Tx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    email: &str,
) -> Result<u64, Fault> {
    tx.exec(
        "delete from invitation
          where network_id = $1 and organisation_id = $2 and email = $3 and used_ms is null",
        (network, organisation, email),
    )
}

pub(super) fn delete_expired(tx: &mut Tx<'_>, before: TimeMs) -> Result<u64, Fault> {
    tx.exec("delete from invitation where expires_ms <= $1", (before,))
}
