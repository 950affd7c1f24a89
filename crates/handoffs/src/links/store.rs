//! All SQL about links.

use std::collections::HashSet;

use handfast_db::{Cx, Fault, FromRow, Row, Tx};
use handfast_kit::{Id, NetworkId, OrganisationId, TimeMs};
use handfast_web::TokenHash;

use super::{Asked, Link};

impl Asked {
    const fn word(self) -> &'static str {
        match self {
            Self::HandOff(_) => "hand_off",
            Self::Obligation(_) => "obligation",
            Self::Dispute(_) => "dispute",
            Self::Leg(_) => "leg",
        }
    }

    /// The id, whatever it is of.
    pub(crate) const fn id(self) -> Id<()> {
        match self {
            Self::HandOff(id) => id.as_kind(),
            Self::Obligation(id) => id.as_kind(),
            Self::Dispute(id) => id.as_kind(),
            Self::Leg(id) => id.as_kind(),
        }
    }

    /// What a word and an id stand for.
    pub(super) fn named(word: &str, id: Id<()>) -> Result<Self, Fault> {
        match word {
            "hand_off" => Ok(Self::HandOff(id.as_kind())),
            "obligation" => Ok(Self::Obligation(id.as_kind())),
            "dispute" => Ok(Self::Dispute(id.as_kind())),
            "leg" => Ok(Self::Leg(id.as_kind())),
            other => Err(Fault::other(format!("a link to a thing of kind {other:?}"))),
        }
    }
}

impl FromRow for Link {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        let thing: String = row.get(1)?;
        Ok(Self {
            network: row.get(0)?,
            asked: Asked::named(&thing, row.get(2)?)?,
            organisation: row.get(3)?,
            email: row.get(4)?,
            expires: row.get(5)?,
        })
    }
}

pub(super) fn insert(
    tx: &mut Tx<'_>,
    hash: &TokenHash,
    link: &Link,
    now: TimeMs,
) -> Result<(), Fault> {
    tx.exec(
        "insert into action_link (link_hash, network_id, thing, thing_id, organisation_id, email,
                                  created_ms, expires_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        (
            hash.as_bytes(),
            link.network,
            link.asked.word(),
            link.asked.id(),
            link.organisation,
            &link.email,
            now,
            link.expires,
        ),
    )?;
    Ok(())
}

pub(super) fn one(cx: &mut Cx<'_>, hash: &TokenHash) -> Result<Option<Link>, Fault> {
    cx.one(
        "select network_id, thing, thing_id, organisation_id, email, expires_ms
           from action_link
          where link_hash = $1",
        (hash.as_bytes(),),
    )
}

/// Writes down that the link is used for this. Answers whether it was not used for it before.
pub(super) fn consume(
    tx: &mut Tx<'_>,
    hash: &TokenHash,
    link: &Link,
    act: &str,
    now: TimeMs,
) -> Result<bool, Fault> {
    let written = tx.exec(
        "insert into action_link_use (link_hash, network_id, act, used_ms)
         values ($1, $2, $3, $4)
         on conflict (link_hash, act) do nothing",
        (hash.as_bytes(), link.network, act, now),
    )?;
    Ok(written > 0)
}

pub(super) fn forget_uses(tx: &mut Tx<'_>, now: TimeMs) -> Result<u64, Fault> {
    tx.exec(
        "delete from action_link_use
          where link_hash in (select l.link_hash from action_link l where l.expires_ms <= $1)",
        (now,),
    )
}

pub(super) fn forget(tx: &mut Tx<'_>, now: TimeMs) -> Result<u64, Fault> {
    tx.exec("delete from action_link where expires_ms <= $1", (now,))
}

/// Who was written to in this month already.
pub(super) fn written_to(
    cx: &mut Cx<'_>,
    network: NetworkId,
    month: &str,
) -> Result<HashSet<OrganisationId>, Fault> {
    let rows: Vec<(OrganisationId,)> = cx.all(
        "select organisation_id
           from checkpoint_letter
          where network_id = $1 and month = $2
          limit 100000",
        (network, month),
    )?;
    Ok(rows.into_iter().map(|(organisation,)| organisation).collect())
}

/// Writes down that an organisation is written to in a month. Answers whether it was not before.
pub(super) fn insert_written(
    tx: &mut Tx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    month: &str,
    now: TimeMs,
) -> Result<bool, Fault> {
    let written = tx.exec(
        "insert into checkpoint_letter (network_id, organisation_id, month, written_ms)
         values ($1, $2, $3, $4)
         on conflict (network_id, organisation_id, month) do nothing",
        (network, organisation, month, now),
    )?;
    Ok(written > 0)
}
