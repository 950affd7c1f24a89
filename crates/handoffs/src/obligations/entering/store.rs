use handfast_db::{Fault, Sql, Tx};
use handfast_kit::{Id, NetworkId, TimeMs};
use handfast_record::{ChangeId, TouchId};
use serde_json::{Value, json};

use crate::{acting::Voice, obligations::store::Stored};

/// Most rows that one statement writes.
const ROWS_MAX: usize = 1_000;

/// An id as both engines read it out of JSON: 32 hexadecimal digits.
fn hex<T>(id: Id<T>) -> String {
    id.uuid().simple().to_string()
}

/// Writes new obligations of one change, which nobody saw yet.
pub(super) fn insert(
    tx: &mut Tx<'_>,
    network: NetworkId,
    change: ChangeId,
    sent: &[Stored],
) -> Result<(), Fault> {
    let row = |stored: &Stored| {
        json!({
            "id": hex(stored.id), "whose": hex(stored.customer),
            "organisation": hex(stored.organisation), "changed": stored.changed.word(),
            "state": stored.duty.state.word(), "version": stored.duty.version,
            "sent": stored.sent.0, "due": stored.duty.due.0,
            "delivery": stored.next_delivery.map(|at| at.0),
            "remind": stored.duty.remind.map(|at| at.0),
            "waits": stored.waits.map(|(who, _)| hex(who)),
            "waits_due": stored.waits.map(|(_, due)| due.0),
            "next": stored.duty.next().map(|at| at.0),
        })
    };
    for some in sent.chunks(ROWS_MAX) {
        let rows = Value::from(some.iter().map(row).collect::<Vec<_>>()).to_string();
        insert_rows(tx, network, change, &rows)?;
        insert_places(tx, network, change, &rows)?;
    }
    Ok(())
}

fn insert_rows(
    tx: &mut Tx<'_>,
    network: NetworkId,
    change: ChangeId,
    rows: &str,
) -> Result<u64, Fault> {
    tx.exec(
        Sql {
            sqlite: "insert into obligation (network_id, change_id, obligation_id, customer_id,
                  organisation_id, changed, state, version, sent_ms, due_ms, next_delivery_ms,
                  is_seen, remind_ms, is_escalated, held, how, waits_id, waits_due_ms, next_ms)
                select $1, $2, unhex(value ->> 'id'), unhex(value ->> 'whose'),
                       unhex(value ->> 'organisation'), value ->> 'changed', value ->> 'state',
                       value ->> 'version', value ->> 'sent', value ->> 'due',
                       value ->> 'delivery', 0, value ->> 'remind', 0, '', '',
                       unhex(value ->> 'waits'), value ->> 'waits_due', value ->> 'next'
                  from json_each($3)",
            postgres: "insert into obligation (network_id, change_id, obligation_id, customer_id,
                  organisation_id, changed, state, version, sent_ms, due_ms, next_delivery_ms,
                  is_seen, remind_ms, is_escalated, held, how, waits_id, waits_due_ms, next_ms)
                select $1, $2, r.id, r.whose, r.organisation, r.changed, r.state, r.version,
                       r.sent, r.due, r.delivery, 0, r.remind, 0, '', '', r.waits, r.waits_due,
                       r.next
                  from jsonb_to_recordset(cast(cast($3 as text) as jsonb))
                    r (id uuid, whose uuid, organisation uuid, changed text, state text,
                       version bigint, sent bigint, due bigint, delivery bigint, remind bigint,
                       waits uuid, waits_due bigint, next bigint)",
        },
        (network, change, rows),
    )
}

fn insert_places(
    tx: &mut Tx<'_>,
    network: NetworkId,
    change: ChangeId,
    rows: &str,
) -> Result<u64, Fault> {
    tx.exec(
        Sql {
            sqlite: "insert into obligation_place (network_id, obligation_id, change_id)
                select $1, unhex(value ->> 'id'), $2 from json_each($3)",
            postgres: "insert into obligation_place (network_id, obligation_id, change_id)
                select $1, r.id, $2
                  from jsonb_to_recordset(cast(cast($3 as text) as jsonb)) r (id uuid)",
        },
        (network, change, rows),
    )
}

/// Writes the same step of many obligations, each with its touch.
pub(super) fn insert_steps(
    tx: &mut Tx<'_>,
    voice: &Voice<'_>,
    now: TimeMs,
    step: &str,
    (steps, touches): (&[Stored], &[TouchId]),
) -> Result<(), Fault> {
    let row = |(stored, touch): (&Stored, &TouchId)| {
        json!({
            "change": hex(stored.change), "id": hex(stored.id), "position": stored.duty.version,
            "told": hex(*touch),
        })
    };
    for (some, touches) in steps.chunks(ROWS_MAX).zip(touches.chunks(ROWS_MAX)) {
        let rows: Vec<Value> = some.iter().zip(touches).map(row).collect();
        let rows = Value::from(rows).to_string();
        tx.exec(
            Sql {
                sqlite: "insert into obligation_step (network_id, change_id, obligation_id,
                      position, step, at_ms, organisation_id, by_name, words, touch_id)
                    select $1, unhex(value ->> 'change'), unhex(value ->> 'id'),
                           value ->> 'position', $2, $3, $4, $5, '', unhex(value ->> 'told')
                      from json_each($6)",
                postgres: "insert into obligation_step (network_id, change_id, obligation_id,
                      position, step, at_ms, organisation_id, by_name, words, touch_id)
                    select $1, r.change, r.id, r.position, $2, $3, $4, $5, '', r.told
                      from jsonb_to_recordset(cast(cast($6 as text) as jsonb))
                        r (change uuid, id uuid, position bigint, told uuid)",
            },
            (voice.author.network(), step, now, voice.organisation, voice.name, rows.as_str()),
        )?;
    }
    Ok(())
}
