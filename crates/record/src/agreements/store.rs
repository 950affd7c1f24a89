use handfast_db::{Cx, Fault, FromRow, Row, Tx};
use handfast_kit::{Day, NetworkId, OrganisationId, PersonId, TimeMs};

use super::{Agreement, Draft, Guests};
use crate::{organisations::Kind, sharing::Line};

impl FromRow for Agreement {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        let kinds: String = row.get(3)?;
        let territory: String = row.get(4)?;
        let guests: String = row.get(7)?;
        let signed: i64 = row.get(2)?;
        Ok(Self {
            organisation: row.get(0)?,
            version: row.get(1)?,
            signed: Day(signed as i32),
            kinds: listed(&kinds).filter_map(Kind::named).collect(),
            territory: listed(&territory).map(str::to_owned).collect(),
            responsibilities: stored(&row.get::<String>(5)?)?,
            grants: stored(&row.get::<String>(6)?)?,
            guests: Guests::named(&guests)
                .ok_or_else(|| Fault::other("guests come in by no such word"))?,
            guest_hours: row.get(8)?,
            note: row.get(9)?,
            person: row.get(10)?,
            created: row.get(11)?,
            ended: row.get(12)?,
        })
    }
}

fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').filter(|part| !part.is_empty())
}

fn stored<T: serde::de::DeserializeOwned>(json: &str) -> Result<Vec<T>, Fault> {
    serde_json::from_str(json).map_err(|wrong| Fault::other(wrong.to_string()))
}

fn json<T: serde::Serialize>(list: &[T]) -> String {
    serde_json::to_string(list).expect("lists of texts and words are always JSON")
}

pub(super) fn last(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
) -> Result<Option<Agreement>, Fault> {
    cx.one(
        "select organisation_id, version, signed_day, kinds, territory, responsibilities, grants,
                guests, guest_hours, note, person_id, created_ms, ended_ms
           from agreement
          where network_id = $1 and organisation_id = $2
          order by version desc
          limit 1",
        (network, organisation),
    )
}

pub(super) fn version(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    version: i64,
) -> Result<Option<Agreement>, Fault> {
    cx.one(
        "select organisation_id, version, signed_day, kinds, territory, responsibilities, grants,
                guests, guest_hours, note, person_id, created_ms, ended_ms
           from agreement
          where network_id = $1 and organisation_id = $2 and version = $3",
        (network, organisation, version),
    )
}

/// The versions before `before`, the latest first.
pub(super) fn versions(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    before: i64,
    limit: usize,
) -> Result<Vec<Agreement>, Fault> {
    cx.all(
        "select organisation_id, version, signed_day, kinds, territory, responsibilities, grants,
                guests, guest_hours, note, person_id, created_ms, ended_ms
           from agreement
          where network_id = $1 and organisation_id = $2 and version < $3
          order by version desc
          limit $4",
        (network, organisation, before, limit as i64),
    )
}

pub(super) fn insert(
    tx: &mut Tx<'_>,
    network: NetworkId,
    (organisation, version): (OrganisationId, i64),
    draft: &Draft,
    (person, now): (Option<PersonId>, TimeMs),
) -> Result<u64, Fault> {
    let kinds: Vec<&str> = draft.kinds.iter().map(|kind| kind.word()).collect();
    tx.exec(
        "insert into agreement (network_id, organisation_id, version, signed_day, kinds, territory,
           responsibilities, grants, guests, guest_hours, note, person_id, created_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        (
            network,
            organisation,
            version,
            draft.signed,
            kinds.join(","),
            draft.territory.join(","),
            json(&draft.responsibilities),
            json(&draft.grants),
            draft.guests.word(),
            draft.guest_hours,
            &draft.note,
            person,
            now,
        ),
    )
}

/// Ends a version that did not end yet.
pub(super) fn end(
    tx: &mut Tx<'_>,
    network: NetworkId,
    (organisation, version): (OrganisationId, i64),
    now: TimeMs,
) -> Result<u64, Fault> {
    tx.exec(
        "update agreement set ended_ms = $1
          where network_id = $2 and organisation_id = $3 and version = $4 and ended_ms is null",
        (now, network, organisation, version),
    )
}

pub(super) fn forget_lines(
    tx: &mut Tx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
) -> Result<u64, Fault> {
    tx.exec(
        "delete from grant_line where network_id = $1 and organisation_id = $2",
        (network, organisation),
    )
}

pub(super) fn insert_line(
    tx: &mut Tx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    line: &Line,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into grant_line (network_id, organisation_id, tie, purpose, from_tie, counted, seen,
           named)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        (
            network,
            organisation,
            line.tie as i64,
            line.purpose.map_or(0, |purpose| purpose as i64),
            line.from_tie,
            line.masks.counted,
            line.masks.seen,
            line.masks.named,
        ),
    )
}
