use handfast_db::{Cx, Fault, FromRow, Row, Tx};
use handfast_kit::{NetworkId, OrganisationId, PersonId, TimeMs};
use handfast_web::{Scope, TokenHash, Viewer};

use super::{super::store::Known, ApiToken, ApiTokenId, Maker};

impl FromRow for ApiToken {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        let scopes: String = row.get(2)?;
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            scopes: Scope::list(&scopes),
            person: row.get(3)?,
            person_name: row.get(4)?,
            created: row.get(5)?,
            expires: row.get(6)?,
            revoked: row.get(7)?,
        })
    }
}

/// What is new of a token's row, beside its secret and its maker.
pub(super) struct NewRow<'a> {
    pub(super) id: ApiTokenId,
    pub(super) name: &'a str,
    pub(super) scopes: &'a [Scope],
    pub(super) created: TimeMs,
    pub(super) expires: TimeMs,
}

pub(super) fn insert(
    tx: &mut Tx<'_>,
    hash: &TokenHash,
    maker: &Maker,
    row: &NewRow<'_>,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into api_token (token_hash, api_token_id, network_id, organisation_id, person_id,
                                name, scopes, created_ms, expires_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        (
            hash.as_bytes(),
            row.id,
            maker.network,
            maker.organisation,
            maker.person,
            row.name,
            Scope::join(row.scopes),
            row.created,
            row.expires,
        ),
    )
}

pub(super) fn hash_of(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    id: ApiTokenId,
) -> Result<Option<TokenHash>, Fault> {
    let row: Option<([u8; 32],)> = cx.one(
        "select token_hash
           from api_token
          where network_id = $1 and organisation_id = $2 and api_token_id = $3",
        (network, organisation, id),
    )?;
    Ok(row.and_then(|(hash,)| TokenHash::from_bytes(&hash)))
}

pub(super) fn revoke(tx: &mut Tx<'_>, hash: &TokenHash, now: TimeMs) -> Result<u64, Fault> {
    tx.exec(
        "update api_token set revoked_ms = $1 where token_hash = $2 and revoked_ms is null",
        (now, hash.as_bytes()),
    )
}

pub(super) fn revoke_all(
    tx: &mut Tx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    person: PersonId,
    now: TimeMs,
) -> Result<u64, Fault> {
    tx.exec(
        "update api_token
            set revoked_ms = $1
          where network_id = $2 and organisation_id = $3 and person_id = $4
            and revoked_ms is null",
        (now, network, organisation, person),
    )
}

pub(super) fn of_organisation(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
) -> Result<Vec<ApiToken>, Fault> {
    cx.all(
        "select t.api_token_id, t.name, t.scopes, t.person_id, p.name, t.created_ms, t.expires_ms,
                t.revoked_ms
           from api_token t
           join person p on p.person_id = t.person_id
          where t.network_id = $1 and t.organisation_id = $2
          order by t.created_ms desc, t.api_token_id
          limit 200",
        (network, organisation),
    )
}

pub(super) fn viewer(
    cx: &mut Cx<'_>,
    hash: &TokenHash,
    now: TimeMs,
) -> Result<Option<Viewer>, Fault> {
    let row: Option<Known> = cx.one(
        "select n.network_id, n.name, n.time_zone, o.organisation_id, o.name, o.is_brand,
                p.person_id, p.name, p.theme, m.role, t.scopes
           from api_token t
           join person p on p.person_id = t.person_id
           join member m on m.network_id = t.network_id
                        and m.organisation_id = t.organisation_id
                        and m.person_id = t.person_id
           join organisation o on o.network_id = t.network_id
                              and o.organisation_id = t.organisation_id
           join network n on n.network_id = t.network_id
          where t.token_hash = $1 and t.expires_ms > $2 and t.revoked_ms is null
            and p.deactivated_ms is null and m.ended_ms is null and o.ended_ms is null",
        (hash.as_bytes(), now),
    )?;
    Ok(row.map(Known::by_token))
}

pub(super) fn delete_ended(tx: &mut Tx<'_>, before: TimeMs) -> Result<u64, Fault> {
    tx.exec("delete from api_token where expires_ms <= $1 or revoked_ms <= $1", (before,))
}
