use handfast_db::{Cx, Fault, FromRow, Row, Sql, Tx};
use handfast_kit::{NetworkId, OrganisationId, TimeMs};
use rand::Rng;

use super::{Audience, Body, NewTouch, TieMade, Touch, rules};
use crate::{
    RecordId, SubjectId, TouchId, search,
    sharing::{Author, Class, Tie, Who},
};

impl FromRow for Touch {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        let class: i64 = row.get(5)?;
        Ok(Self {
            id: row.get(0)?,
            subject: row.get(1)?,
            record: row.get(2)?,
            organisation: Who::Named(row.get(3)?),
            person: row.get(4)?,
            class: Class::numbered(class)
                .ok_or_else(|| Fault::other("a class has no such number"))?,
            kind: row.get(6)?,
            channel: row.get(7)?,
            at: row.get(8)?,
            recorded: row.get(9)?,
            leaf_index: row.get(10)?,
            summary: row.get(11)?,
            body_json: row.get(12)?,
            audience: Audience::numbered(row.get(13)?)
                .ok_or_else(|| Fault::other("an audience has no such number"))?,
        })
    }
}

pub(super) fn place(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: TouchId,
    subject: SubjectId,
    at: TimeMs,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into touch_place (network_id, touch_id, subject_id, at_ms)
         values ($1, $2, $3, $4)
         on conflict do nothing",
        (network, id, subject, at),
    )
}

pub(super) fn insert(
    tx: &mut Tx<'_>,
    author: &Author,
    id: TouchId,
    touch: &NewTouch,
    now: TimeMs,
) -> Result<u64, Fault> {
    // The salt hides the body behind its hash in the ledger, where guessing must not help.
    let salt: [u8; 32] = rand::rng().random();
    tx.exec(
        "insert into touch (network_id, subject_id, at_ms, touch_id, record_id, organisation_id,
           person_id, class, kind, channel, audience, summary, body, salt, recorded_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        (
            author.network(),
            touch.subject,
            touch.at,
            id,
            touch.record,
            author.organisation_id(),
            author.person_id(),
            touch.body.class() as i64,
            touch.body.kind(),
            touch.channel.word(),
            touch.audience as i64,
            rules::summary(&touch.body),
            touch.body.json(),
            salt.as_slice(),
            now,
        ),
    )
}

pub(super) fn insert_named(
    tx: &mut Tx<'_>,
    network: NetworkId,
    subject: SubjectId,
    id: TouchId,
    organisation: OrganisationId,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into touch_named (network_id, subject_id, touch_id, organisation_id)
         values ($1, $2, $3, $4)
         on conflict do nothing",
        (network, subject, id, organisation),
    )
}

/// The touches of a subject that can be found by their words, with their words, newest first, at
/// most 5,000.
pub(super) fn spoken(
    tx: &mut Tx<'_>,
    network: NetworkId,
    subject: SubjectId,
) -> Result<Vec<(OrganisationId, search::Entry, String)>, Fault> {
    let rows: Vec<(TouchId, OrganisationId, i64, TimeMs, i64, String)> = tx.all(
        "select touch_id, organisation_id, class, at_ms, audience, body
           from touch
          where network_id = $1 and subject_id = $2
            and kind in ('sale', 'review_given', 'case_opened', 'call', 'mail', 'note')
          order by at_ms desc, touch_id desc
          limit 5000",
        (network, subject),
    )?;
    let mut entries = Vec::with_capacity(rows.len());
    for (id, organisation, class, at, audience, body) in rows {
        let body: Option<Body> = serde_json::from_str(&body).ok();
        let veiled = body.as_ref().and_then(Body::words_veiled);
        let words = body.map(|body| body.words()).unwrap_or_default();
        let Some(class) = Class::numbered(class).filter(|_| !words.is_empty()) else { continue };
        let named: Vec<(OrganisationId,)> = if audience == Audience::Named as i64 {
            named_by(tx, network, subject, id)?
        } else {
            Vec::new()
        };
        let named = named.into_iter().map(|(organisation,)| organisation).collect();
        let entry = search::Entry { subject, id: id.as_kind(), class, at, audience, named, veiled };
        entries.push((organisation, entry, words));
    }
    Ok(entries)
}

/// What each record of a customer can be found by, at most 200.
pub(super) fn recorded(
    tx: &mut Tx<'_>,
    network: NetworkId,
    subject: SubjectId,
) -> Result<Vec<(OrganisationId, RecordId, search::Words)>, Fault> {
    type Row = (
        OrganisationId,
        RecordId,
        String,
        String,
        String,
        String,
        String,
        String,
        String,
        String,
        String,
    );
    let rows: Vec<Row> = tx.all(
        "select organisation_id, record_id, external_ref, name, given_name, family_name, email,
                phone, street, postcode, city
           from record
          where network_id = $1 and customer_id = $2
          order by record_id
          limit 200",
        (network, subject),
    )?;
    let row = |(
        organisation,
        record,
        reference,
        name,
        given,
        family,
        email,
        phone,
        street,
        postcode,
        city,
    ): Row| {
        let words = search::Words::of(
            &reference,
            [&name, &given, &family],
            [&email, &phone],
            [&street, &postcode, &city],
        );
        (organisation, record, words)
    };
    Ok(rows.into_iter().map(row).collect())
}

/// The ties that touches of a subject make: who sold, served, delivered, and who keeps a record.
pub(super) fn ties_made(
    cx: &mut Cx<'_>,
    network: NetworkId,
    subject: SubjectId,
) -> Result<Vec<TieMade>, Fault> {
    let rows: Vec<(OrganisationId, i64, TimeMs, TimeMs)> = cx.all(
        "select organisation_id, tie, min(at_ms), max(recorded_ms)
           from (select organisation_id, at_ms, recorded_ms,
                   case when kind = 'sale' then 1
                        when kind in ('case_opened', 'case_step', 'case_hand_over', 'case_closed')
                          then 2
                        when kind in ('delivery_promised', 'shipped', 'delivered') then 3
                        when kind in ('consent_said', 'consent_taken_back') then -1
                        when record_id is null then -1
                        else 0 end as tie
                   from touch
                  where network_id = $1 and subject_id = $2) t
          where tie >= 0
          group by organisation_id, tie
          order by organisation_id, tie
          limit 10000",
        (network, subject),
    )?;
    let made = |(organisation, tie, first, last)| {
        let tie = Tie::numbered(tie).ok_or_else(|| Fault::other("a tie has no such number"))?;
        Ok(TieMade { organisation, tie, first, last })
    };
    rows.into_iter().map(made).collect()
}

pub(super) fn named_by(
    cx: &mut Cx<'_>,
    network: NetworkId,
    subject: SubjectId,
    id: TouchId,
) -> Result<Vec<(OrganisationId,)>, Fault> {
    cx.all(
        "select organisation_id
           from touch_named
          where network_id = $1 and subject_id = $2 and touch_id = $3
          order by organisation_id
          limit 100",
        (network, subject, id),
    )
}

pub(super) fn place_of(
    cx: &mut Cx<'_>,
    network: NetworkId,
    id: TouchId,
) -> Result<Option<(SubjectId, TimeMs)>, Fault> {
    cx.one(
        "select subject_id, at_ms from touch_place where network_id = $1 and touch_id = $2",
        (network, id),
    )
}

pub(super) fn lock_sealer(tx: &mut Tx<'_>, network: NetworkId) -> Result<Option<i64>, Fault> {
    let row: Option<(i64,)> = tx.one(
        Sql {
            sqlite: "select next_leaf_index from sealer where network_id = $1",
            postgres: "select next_leaf_index from sealer where network_id = $1 for update",
        },
        (network,),
    )?;
    Ok(row.map(|(next,)| next))
}

/// Numbers touches that have none, from `first` on, in the order in which they were recorded.
pub(super) fn number(
    tx: &mut Tx<'_>,
    network: NetworkId,
    first: i64,
    limit: usize,
) -> Result<u64, Fault> {
    tx.exec(
        "update touch set leaf_index = n.place
           from (select subject_id, at_ms, touch_id,
                        $1 - 1 + row_number() over (order by recorded_ms, touch_id) as place
                   from (select subject_id, at_ms, touch_id, recorded_ms
                           from touch
                          where network_id = $2 and leaf_index is null
                          order by recorded_ms, touch_id
                          limit $3) w) n
          where touch.network_id = $2 and touch.subject_id = n.subject_id
            and touch.at_ms = n.at_ms and touch.touch_id = n.touch_id",
        (first, network, limit as i64),
    )
}

pub(super) fn advance_sealer(tx: &mut Tx<'_>, network: NetworkId, next: i64) -> Result<u64, Fault> {
    tx.exec("update sealer set next_leaf_index = $1 where network_id = $2", (next, network))
}
