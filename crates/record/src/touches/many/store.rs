use handfast_db::{Fault, Sql, Tx};
use handfast_kit::{Id, NetworkId, OrganisationId, TimeMs};
use rand::Rng;
use serde_json::{Value, json};

use crate::{
    SubjectId, TouchId,
    sharing::Author,
    touches::{NewTouch, rules},
};

/// An id as both engines read it out of JSON: 32 hexadecimal digits.
fn hex<T>(id: Id<T>) -> String {
    id.uuid().simple().to_string()
}

/// The rows of touches, as [`place`] and [`insert`] take them.
pub(super) fn json(touches: &[(TouchId, NewTouch)]) -> String {
    let row = |(id, touch): &(TouchId, NewTouch)| {
        // As for one: the salt hides the body behind its hash in the ledger.
        let salt: [u128; 2] = rand::rng().random();
        let salt = format!("{:032x}{:032x}", salt[0], salt[1]);
        json!({
            "id": hex(*id), "subject": hex(touch.subject), "at": touch.at.0,
            "record": touch.record.map(hex), "class": touch.body.class() as i64,
            "kind": touch.body.kind(), "channel": touch.channel.word(),
            "audience": touch.audience as i64, "summary": rules::summary(&touch.body),
            "body": touch.body.json(), "salt": salt,
        })
    };
    Value::from(touches.iter().map(row).collect::<Vec<_>>()).to_string()
}

pub(super) fn named_json(named: &[(SubjectId, TouchId, OrganisationId)]) -> String {
    let row = |(subject, id, organisation): &(SubjectId, TouchId, OrganisationId)| {
        let (subject, id, organisation) = (hex(*subject), hex(*id), hex(*organisation));
        json!({ "subject": subject, "id": id, "organisation": organisation })
    };
    Value::from(named.iter().map(row).collect::<Vec<_>>()).to_string()
}

pub(super) fn place(tx: &mut Tx<'_>, network: NetworkId, rows: &str) -> Result<u64, Fault> {
    tx.exec(
        Sql {
            sqlite: "insert into touch_place (network_id, touch_id, subject_id, at_ms)
                select $1, unhex(value ->> 'id'), unhex(value ->> 'subject'), value ->> 'at'
                  from json_each($2)",
            postgres: "insert into touch_place (network_id, touch_id, subject_id, at_ms)
                select $1, r.id, r.subject, r.at
                  from jsonb_to_recordset(cast(cast($2 as text) as jsonb))
                    r (id uuid, subject uuid, at bigint)",
        },
        (network, rows),
    )
}

pub(super) fn insert(
    tx: &mut Tx<'_>,
    author: &Author,
    rows: &str,
    now: TimeMs,
) -> Result<u64, Fault> {
    tx.exec(
        Sql {
            sqlite: "insert into touch (network_id, subject_id, at_ms, touch_id, record_id,
                  organisation_id, person_id, class, kind, channel, audience, summary, body, salt,
                  recorded_ms)
                select $1, unhex(value ->> 'subject'), value ->> 'at', unhex(value ->> 'id'),
                       unhex(value ->> 'record'), $2, $3, value ->> 'class', value ->> 'kind',
                       value ->> 'channel', value ->> 'audience', value ->> 'summary',
                       value ->> 'body', unhex(value ->> 'salt'), $4
                  from json_each($5)",
            postgres: "insert into touch (network_id, subject_id, at_ms, touch_id, record_id,
                  organisation_id, person_id, class, kind, channel, audience, summary, body, salt,
                  recorded_ms)
                select $1, r.subject, r.at, r.id, r.record, $2, $3, r.class, r.kind, r.channel,
                       r.audience, r.summary, r.body, decode(r.salt, 'hex'), $4
                  from jsonb_to_recordset(cast(cast($5 as text) as jsonb))
                    r (subject uuid, at bigint, id uuid, record uuid, class bigint, kind text,
                       channel text, audience bigint, summary text, body text, salt text)",
        },
        (author.network(), author.organisation_id(), author.person_id(), now, rows),
    )
}

pub(super) fn name(tx: &mut Tx<'_>, network: NetworkId, named: &str) -> Result<u64, Fault> {
    tx.exec(
        Sql {
            sqlite: "insert into touch_named (network_id, subject_id, touch_id, organisation_id)
                select $1, unhex(value ->> 'subject'), unhex(value ->> 'id'),
                       unhex(value ->> 'organisation')
                  from json_each($2)
                 where true
                on conflict do nothing",
            postgres: "insert into touch_named (network_id, subject_id, touch_id, organisation_id)
                select $1, r.subject, r.id, r.organisation
                  from jsonb_to_recordset(cast(cast($2 as text) as jsonb))
                    r (subject uuid, id uuid, organisation uuid)
                on conflict do nothing",
        },
        (network, named),
    )
}
