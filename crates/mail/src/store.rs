//! All SQL about letters.

use handfast_db::{Cx, Fault, FromRow, Row, Sql, Tx};
use handfast_kit::{Id, NetworkId, TimeMs};
use serde_json::json;

use crate::{Letter, LetterId, Standing, State, ThreadId};

/// The words of the states.
const fn word(state: State) -> &'static str {
    match state {
        State::Waiting => "waiting",
        State::Sent => "sent",
        State::Withdrawn => "withdrawn",
        State::Dead => "dead",
    }
}

impl FromRow for Standing {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        let state: String = row.get(2)?;
        Ok(Self {
            id: row.get(0)?,
            organisation: row.get(1)?,
            state: match state.as_str() {
                "waiting" => State::Waiting,
                "sent" => State::Sent,
                "withdrawn" => State::Withdrawn,
                _ => State::Dead,
            },
            try_count: row.get(3)?,
            last_error: row.get(4)?,
            created: row.get(5)?,
            ended: row.get(6)?,
        })
    }
}

/// A letter that waits, and until when somebody else may be sending it.
pub(crate) struct Waiting {
    pub(crate) letter: Letter,
    pub(crate) sending_until: Option<TimeMs>,
}

impl FromRow for Waiting {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            letter: Letter {
                network: row.get(0)?,
                organisation: row.get(1)?,
                thread: row.get(2)?,
                kind: row.get(3)?,
                to: row.get(4)?,
                subject: row.get(5)?,
                text: row.get(6)?,
            },
            sending_until: row.get(7)?,
        })
    }
}

pub(crate) fn insert(
    tx: &mut Tx<'_>,
    id: LetterId,
    letter: &Letter,
    now: TimeMs,
) -> Result<(), Fault> {
    let Letter { network, organisation, thread, kind, to, subject, text } = letter;
    tx.exec(
        "insert into letter (network_id, letter_id, organisation_id, thread_id, kind, recipient,
                             subject, body, state, try_count, last_error, sending_until_ms,
                             created_ms, ended_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', 0, '', null, $9, null)",
        (*network, id, *organisation, *thread, kind, to, subject, text, now),
    )?;
    Ok(())
}

/// An id as both engines read it out of JSON: 32 hexadecimal digits.
fn hex<T>(id: Id<T>) -> String {
    id.uuid().simple().to_string()
}

/// Writes many letters, each with its id.
pub(crate) fn insert_all(
    tx: &mut Tx<'_>,
    letters: &[(LetterId, &Letter)],
    now: TimeMs,
) -> Result<(), Fault> {
    let row = |(id, letter): &(LetterId, &Letter)| {
        json!({
            "network": hex(letter.network), "id": hex(*id),
            "organisation": hex(letter.organisation), "thread": hex(letter.thread),
            "kind": letter.kind, "to": letter.to, "subject": letter.subject, "text": letter.text,
        })
    };
    for some in letters.chunks(1_000) {
        let rows: serde_json::Value = some.iter().map(row).collect();
        tx.exec(
            Sql {
                sqlite:
                    "insert into letter (network_id, letter_id, organisation_id, thread_id, kind,
                      recipient, subject, body, state, try_count, last_error, sending_until_ms,
                      created_ms, ended_ms)
                    select unhex(value ->> 'network'), unhex(value ->> 'id'),
                           unhex(value ->> 'organisation'), unhex(value ->> 'thread'),
                           value ->> 'kind', value ->> 'to', value ->> 'subject', value ->> 'text',
                           'waiting', 0, '', null, $1, null
                      from json_each($2)",
                postgres: "insert into letter (network_id, letter_id, organisation_id, thread_id,
                      kind, recipient, subject, body, state, try_count, last_error,
                      sending_until_ms, created_ms, ended_ms)
                    select r.network, r.id, r.organisation, r.thread, r.kind, r.\"to\", r.subject,
                           r.\"text\", 'waiting', 0, '', null, $1, null
                      from jsonb_to_recordset(cast(cast($2 as text) as jsonb))
                        r (network uuid, id uuid, organisation uuid, thread uuid, kind text,
                           \"to\" text, subject text, \"text\" text)",
            },
            (now, rows.to_string()),
        )?;
    }
    Ok(())
}

/// The letter if it still waits, locked until the end of the transaction.
pub(crate) fn lock_waiting(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: LetterId,
) -> Result<Option<Waiting>, Fault> {
    tx.exec(
        "update letter
            set try_count = try_count
          where network_id = $1 and letter_id = $2",
        (network, id),
    )?;
    tx.one(
        "select network_id, organisation_id, thread_id, kind, recipient, subject, body,
                sending_until_ms
           from letter
          where network_id = $1 and letter_id = $2 and state = 'waiting'",
        (network, id),
    )
}

/// Takes the letter for oneself until `until`.
pub(crate) fn claim(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: LetterId,
    until: TimeMs,
) -> Result<(), Fault> {
    tx.exec(
        "update letter
            set sending_until_ms = $1, try_count = try_count + 1
          where network_id = $2 and letter_id = $3 and state = 'waiting'",
        (until, network, id),
    )?;
    Ok(())
}

/// It was sent or withdrawn: nothing of what it said stays.
pub(crate) fn end(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: LetterId,
    state: State,
    now: TimeMs,
) -> Result<(), Fault> {
    tx.exec(
        "update letter
            set state = $1, ended_ms = $2, recipient = '', subject = '', body = '',
                last_error = '', sending_until_ms = null
          where network_id = $3 and letter_id = $4",
        (word(state), now, network, id),
    )?;
    Ok(())
}

/// It was not sent this time.
pub(crate) fn fail(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: LetterId,
    error: &str,
) -> Result<(), Fault> {
    tx.exec(
        "update letter
            set last_error = $1, sending_until_ms = null
          where network_id = $2 and letter_id = $3 and state = 'waiting'",
        (error, network, id),
    )?;
    Ok(())
}

/// It is given up.
pub(crate) fn bury(
    tx: &mut Tx<'_>,
    network: NetworkId,
    id: LetterId,
    now: TimeMs,
) -> Result<(), Fault> {
    tx.exec(
        "update letter
            set state = 'dead', ended_ms = $1
          where network_id = $2 and letter_id = $3 and state = 'waiting'",
        (now, network, id),
    )?;
    Ok(())
}

pub(crate) fn withdraw(
    tx: &mut Tx<'_>,
    network: NetworkId,
    thread: ThreadId,
    now: TimeMs,
) -> Result<u64, Fault> {
    tx.exec(
        "update letter
            set state = 'withdrawn', ended_ms = $1, recipient = '', subject = '', body = '',
                last_error = '', sending_until_ms = null
          where network_id = $2 and thread_id = $3 and state in ('waiting', 'dead')",
        (now, network, thread),
    )
}

pub(crate) fn revive(tx: &mut Tx<'_>, network: NetworkId, id: LetterId) -> Result<bool, Fault> {
    let changed = tx.exec(
        "update letter
            set state = 'waiting', ended_ms = null, try_count = 0
          where network_id = $1 and letter_id = $2 and state = 'dead'",
        (network, id),
    )?;
    Ok(changed > 0)
}

pub(crate) fn of_thread(
    cx: &mut Cx<'_>,
    network: NetworkId,
    thread: ThreadId,
) -> Result<Vec<Standing>, Fault> {
    cx.all(
        "select letter_id, organisation_id, state, try_count, last_error, created_ms, ended_ms
           from letter
          where network_id = $1 and thread_id = $2
          order by created_ms, letter_id
          limit 200",
        (network, thread),
    )
}

pub(crate) fn in_state(
    cx: &mut Cx<'_>,
    network: NetworkId,
    state: State,
) -> Result<Vec<Standing>, Fault> {
    cx.all(
        "select letter_id, organisation_id, state, try_count, last_error, created_ms, ended_ms
           from letter
          where network_id = $1 and state = $2
          order by created_ms, letter_id
          limit 200",
        (network, word(state)),
    )
}

/// Letters that wait since `before`.
pub(crate) fn waiting(
    cx: &mut Cx<'_>,
    network: NetworkId,
    before: TimeMs,
) -> Result<Vec<LetterId>, Fault> {
    let rows: Vec<(LetterId,)> = cx.all(
        "select letter_id
           from letter
          where network_id = $1 and state = 'waiting' and created_ms <= $2
          order by created_ms, letter_id
          limit 500",
        (network, before),
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// How many wait, and how many are dead.
pub(crate) fn counts(cx: &mut Cx<'_>) -> Result<(i64, i64), Fault> {
    let rows: Vec<(String, i64)> = cx.all(
        "select state, count(*)
           from letter
          where state in ('waiting', 'dead')
          group by state
          order by state
          limit 2",
        (),
    )?;
    let of = |state| rows.iter().find(|(word, _)| word == state).map_or(0, |(_, count)| *count);
    Ok((of("waiting"), of("dead")))
}

pub(crate) fn forget_before(tx: &mut Tx<'_>, before: TimeMs) -> Result<u64, Fault> {
    tx.exec("delete from letter where state <> 'waiting' and ended_ms < $1", (before,))
}

/// Recipient, subject and words of an organisation's letters.
#[cfg(test)]
pub(crate) fn kept(
    cx: &mut Cx<'_>,
    organisation: handfast_kit::OrganisationId,
) -> Result<Vec<(String, String, String)>, Fault> {
    cx.all(
        "select recipient, subject, body
           from letter
          where organisation_id = $1
          order by created_ms
          limit 10",
        (organisation,),
    )
}
