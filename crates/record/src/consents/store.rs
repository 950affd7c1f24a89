use handfast_db::{Cx, Fault, FromRow, Row, Tx};
use handfast_kit::{NetworkId, OrganisationId, TimeMs};

use super::{About, Frozen, Said, Say, Text, rules::EVERYBODY};
use crate::{
    CustomerId,
    sharing::{Author, Class, Purpose},
};

impl FromRow for Said {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        let organisation: OrganisationId = row.get(1)?;
        Ok(Self {
            about: About {
                purpose: Purpose::numbered(row.get(0)?),
                organisation: (organisation != EVERYBODY).then_some(organisation),
                class: Class::numbered(row.get(2)?),
            },
            allowed: row.get::<i64>(3)? != 0,
            // Only all words together tell.
            holds: false,
            text_version: row.get(4)?,
            channel: row.get(5)?,
            heard_by: row.get(6)?,
            person: row.get(7)?,
            at: row.get(8)?,
            words: row.get(9)?,
        })
    }
}

impl FromRow for Frozen {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self { why: row.get(0)?, person: row.get(1)?, at: row.get(2)? })
    }
}

impl FromRow for Text {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        let purpose = Purpose::numbered(row.get(0)?);
        Ok(Self {
            purpose: purpose.ok_or_else(|| Fault::other("a purpose has no such number"))?,
            version: row.get(1)?,
            words: row.get(2)?,
            since: row.get(3)?,
        })
    }
}

/// How the database names what a word is about.
fn key(about: &About) -> (i64, OrganisationId, i64) {
    (
        about.purpose.map_or(0, |purpose| purpose as i64),
        about.organisation.unwrap_or(EVERYBODY),
        about.class.map_or(-1, |class| class as i64),
    )
}

pub(super) fn sayings(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
    only: Option<OrganisationId>,
) -> Result<Vec<Said>, Fault> {
    cx.all(
        "select s.purpose, s.organisation_id, s.class, s.allowed, s.text_version, s.channel,
                s.heard_by, s.person_id, s.at_ms, t.words
           from saying s
           left join consent_text t on t.network_id = s.network_id and t.purpose = s.purpose
            and t.version = s.text_version
          where s.network_id = $1 and s.customer_id = $2
            and (s.organisation_id = coalesce($3, s.organisation_id) or s.organisation_id = $4)
          order by s.purpose, s.class, s.organisation_id
          limit 5000",
        (network, customer, only, EVERYBODY),
    )
}

pub(super) fn is_said(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
    about: &About,
) -> Result<bool, Fault> {
    let (purpose, organisation, class) = key(about);
    let row: Option<(i64,)> = cx.one(
        "select allowed
           from saying
          where network_id = $1 and customer_id = $2 and purpose = $3 and organisation_id = $4
            and class = $5",
        (network, customer, purpose, organisation, class),
    )?;
    Ok(row.is_some())
}

pub(super) fn count(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<i64, Fault> {
    let row: Option<(i64,)> = cx.one(
        "select count(*) from saying where network_id = $1 and customer_id = $2",
        (network, customer),
    )?;
    Ok(row.map_or(0, |(count,)| count))
}

pub(super) fn upsert(
    tx: &mut Tx<'_>,
    author: &Author,
    now: TimeMs,
    customer: CustomerId,
    say: &Say,
    text_version: i64,
) -> Result<u64, Fault> {
    let (purpose, organisation, class) = key(&say.about());
    tx.exec(
        "insert into saying (network_id, customer_id, purpose, organisation_id, class, allowed,
           text_version, channel, heard_by, person_id, at_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict (network_id, customer_id, purpose, organisation_id, class)
         do update set allowed = excluded.allowed, text_version = excluded.text_version,
           channel = excluded.channel, heard_by = excluded.heard_by,
           person_id = excluded.person_id, at_ms = excluded.at_ms",
        (
            author.network(),
            customer,
            purpose,
            organisation,
            class,
            say.allowed,
            text_version,
            say.channel.word(),
            author.organisation_id(),
            author.person_id(),
            now,
        ),
    )
}

pub(super) fn delete(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
    about: &About,
) -> Result<u64, Fault> {
    let (purpose, organisation, class) = key(about);
    tx.exec(
        "delete from saying
          where network_id = $1 and customer_id = $2 and purpose = $3 and organisation_id = $4
            and class = $5",
        (network, customer, purpose, organisation, class),
    )
}

pub(super) fn frozen(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Option<Frozen>, Fault> {
    cx.one(
        "select why, person_id, at_ms from frozen where network_id = $1 and customer_id = $2",
        (network, customer),
    )
}

pub(super) fn freeze(
    tx: &mut Tx<'_>,
    author: &Author,
    now: TimeMs,
    customer: CustomerId,
    why: &str,
) -> Result<u64, Fault> {
    // It is frozen since the first time, whatever the reason is called later.
    tx.exec(
        "insert into frozen (network_id, customer_id, why, person_id, at_ms)
         values ($1, $2, $3, $4, $5)
         on conflict (network_id, customer_id)
         do update set why = excluded.why, person_id = excluded.person_id",
        (author.network(), customer, why, author.person_id(), now),
    )
}

pub(super) fn release(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<u64, Fault> {
    tx.exec("delete from frozen where network_id = $1 and customer_id = $2", (network, customer))
}

/// The published texts of a purpose, the latest first.
pub(super) fn texts(
    cx: &mut Cx<'_>,
    network: NetworkId,
    purpose: Purpose,
    limit: usize,
) -> Result<Vec<Text>, Fault> {
    cx.all(
        "select purpose, version, words, created_ms
           from consent_text
          where network_id = $1 and purpose = $2
          order by version desc
          limit $3",
        (network, purpose as i64, limit as i64),
    )
}

pub(super) fn insert_text(
    tx: &mut Tx<'_>,
    network: NetworkId,
    now: TimeMs,
    text: &Text,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into consent_text (network_id, purpose, version, words, created_ms)
         values ($1, $2, $3, $4, $5)",
        (network, text.purpose as i64, text.version, &text.words, now),
    )
}
