use std::collections::HashMap;

use handfast_db::{Cx, Fault, FromRow, Row, Sql, Tx};
use handfast_kit::{NetworkId, OrganisationId, TimeMs, Zone, fold};
use handfast_web::Side;

use super::{Kind, Network, NewNetwork, Organisation};

impl FromRow for Network {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        let zone: String = row.get(3)?;
        Ok(Self {
            id: row.get(0)?,
            slug: row.get(1)?,
            name: row.get(2)?,
            // A zone was checked when it was stored; a database from elsewhere falls back to UTC.
            zone: Zone::named(&zone)
                .or_else(|_| Zone::named("UTC"))
                .map_err(|wrong| Fault::other(wrong.to_string()))?,
        })
    }
}

impl FromRow for Organisation {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        let is_brand: i64 = row.get(1)?;
        let kinds: String = row.get(2)?;
        Ok(Self {
            id: row.get(0)?,
            side: if is_brand == 1 { Side::Brand } else { Side::Partner },
            kinds: kinds.split(',').filter_map(Kind::named).collect(),
            name: row.get(3)?,
            territory: row.get(4)?,
            external_ref: row.get(5)?,
            since: row.get(6)?,
        })
    }
}

pub(super) fn insert_network(
    tx: &mut Tx<'_>,
    id: NetworkId,
    new: &NewNetwork,
    now: TimeMs,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into network (network_id, slug, name, time_zone, created_ms)
         values ($1, $2, $3, $4, $5)",
        (id, &new.slug, new.name.trim(), new.zone.name(), now),
    )
}

pub(super) fn insert_sealer(tx: &mut Tx<'_>, network: NetworkId) -> Result<u64, Fault> {
    tx.exec("insert into sealer (network_id, next_leaf_index) values ($1, 0)", (network,))
}

pub(super) fn insert_matcher(tx: &mut Tx<'_>, network: NetworkId) -> Result<u64, Fault> {
    tx.exec(
        "insert into matcher (network_id, model, report, record_count, fit, is_clearing)
         values ($1, '', '', 0, 1, 0)",
        (network,),
    )
}

#[expect(clippy::too_many_arguments, reason = "one row, its columns in order")]
pub(super) fn insert(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: OrganisationId,
    side: Side,
    kinds: &str,
    name: &str,
    territory: &str,
    external_ref: &str,
    now: TimeMs,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into organisation (network_id, organisation_id, is_brand, kinds, name, sort_key,
           territory, external_ref, created_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        (
            network,
            id,
            i64::from(side == Side::Brand),
            kinds,
            name,
            fold(name),
            territory,
            external_ref,
            now,
        ),
    )
}

pub(super) fn network(cx: &mut Cx<'_>, id: NetworkId) -> Result<Option<Network>, Fault> {
    cx.one("select network_id, slug, name, time_zone from network where network_id = $1", (id,))
}

pub(super) fn network_by_slug(cx: &mut Cx<'_>, slug: &str) -> Result<Option<Network>, Fault> {
    cx.one("select network_id, slug, name, time_zone from network where slug = $1", (slug,))
}

pub(super) fn networks(cx: &mut Cx<'_>) -> Result<Vec<Network>, Fault> {
    cx.all("select network_id, slug, name, time_zone from network order by slug limit 1000", ())
}

pub(super) fn find(
    cx: &mut Cx<'_>,
    network: NetworkId,
    id: OrganisationId,
) -> Result<Option<Organisation>, Fault> {
    cx.one(
        "select organisation_id, is_brand, kinds, name, territory, external_ref, created_ms
           from organisation
          where network_id = $1 and organisation_id = $2",
        (network, id),
    )
}

pub(super) fn contact_email(
    cx: &mut Cx<'_>,
    network: NetworkId,
    id: OrganisationId,
) -> Result<Option<String>, Fault> {
    let row: Option<(String,)> = cx.one(
        "select contact_email
           from organisation
          where network_id = $1 and organisation_id = $2",
        (network, id),
    )?;
    Ok(row.map(|(email,)| email))
}

pub(super) fn contact_emails(
    cx: &mut Cx<'_>,
    network: NetworkId,
    ids: &[OrganisationId],
) -> Result<HashMap<OrganisationId, String>, Fault> {
    let mut found = HashMap::new();
    for some in ids.chunks(1_000) {
        let some: Vec<String> = some.iter().map(|id| id.uuid().simple().to_string()).collect();
        let rows: Vec<(OrganisationId, String)> = cx.all(
            Sql {
                sqlite: "select organisation_id, contact_email
                           from organisation
                          where network_id = $1 and contact_email <> ''
                            and organisation_id in (select unhex(value) from json_each($2))
                          limit 1000",
                postgres: "select organisation_id, contact_email
                             from organisation
                            where network_id = $1 and contact_email <> ''
                              and organisation_id in (
                                  select cast(value as uuid)
                                    from jsonb_array_elements_text(cast(cast($2 as text) as jsonb)))
                            limit 1000",
            },
            (network, serde_json::Value::from(some).to_string()),
        )?;
        found.extend(rows);
    }
    Ok(found)
}

pub(super) fn set_contact_email(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: OrganisationId,
    email: &str,
) -> Result<u64, Fault> {
    tx.exec(
        "update organisation
            set contact_email = $1
          where network_id = $2 and organisation_id = $3",
        (email, network, id),
    )
}

pub(super) fn leave(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: OrganisationId,
    now: TimeMs,
) -> Result<u64, Fault> {
    tx.exec(
        "update organisation
            set ended_ms = $1
          where network_id = $2 and organisation_id = $3 and is_brand = 0 and ended_ms is null",
        (now, network, id),
    )
}

pub(super) fn by_ref(
    cx: &mut Cx<'_>,
    network: NetworkId,
    external_ref: &str,
) -> Result<Option<Organisation>, Fault> {
    cx.one(
        "select organisation_id, is_brand, kinds, name, territory, external_ref, created_ms
           from organisation
          where network_id = $1 and external_ref = $2",
        (network, external_ref),
    )
}

pub(super) fn by_name(
    cx: &mut Cx<'_>,
    network: NetworkId,
    sort_key: &str,
) -> Result<Option<Organisation>, Fault> {
    cx.one(
        "select organisation_id, is_brand, kinds, name, territory, external_ref, created_ms
           from organisation
          where network_id = $1 and sort_key = $2
          order by organisation_id
          limit 1",
        (network, sort_key),
    )
}

pub(super) fn name(
    cx: &mut Cx<'_>,
    network: NetworkId,
    id: OrganisationId,
) -> Result<Option<String>, Fault> {
    let row: Option<(String,)> = cx.one(
        "select name from organisation where network_id = $1 and organisation_id = $2",
        (network, id),
    )?;
    Ok(row.map(|(name,)| name))
}

pub(super) fn partners(
    cx: &mut Cx<'_>,
    network: NetworkId,
    after_key: &str,
    after_id: OrganisationId,
    limit: usize,
) -> Result<Vec<Organisation>, Fault> {
    cx.all(
        "select organisation_id, is_brand, kinds, name, territory, external_ref, created_ms
           from organisation
          where network_id = $1 and (sort_key, organisation_id) > ($2, $3) and is_brand = 0
          order by sort_key, organisation_id
          limit $4",
        (network, after_key, after_id, limit as i64),
    )
}

pub(super) fn partner_count(cx: &mut Cx<'_>, network: NetworkId) -> Result<i64, Fault> {
    let row: Option<(i64,)> = cx.one(
        "select count(*) from organisation where network_id = $1 and is_brand = 0",
        (network,),
    )?;
    Ok(row.map_or(0, |(count,)| count))
}
