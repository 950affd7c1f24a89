use handfast_db::{Cx, Fault, FromRow, Row, Tx};
use handfast_kit::{NetworkId, OrganisationId, PersonId, TimeMs};
use handfast_web::{TokenHash, Viewer};

use super::{
    super::{PasswordHash, store::Known},
    Session, Uses,
};

impl FromRow for Session {
    fn from_row(row: &Row<'_>) -> Result<Self, Fault> {
        Ok(Self {
            person: row.get(0)?,
            network: row.get(1)?,
            organisation: row.get(2)?,
            created: row.get(3)?,
            seen: row.get(4)?,
        })
    }
}

/// One more attempt; the first after the window begins another.
pub(super) fn count_attempt(
    tx: &mut Tx<'_>,
    key: &str,
    now: TimeMs,
    window_ms: i64,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into sign_in_attempt (attempt_key, window_ms, attempt_count)
         values ($1, $2, 1)
         on conflict (attempt_key) do update
            set attempt_count = case
                  when sign_in_attempt.window_ms > excluded.window_ms - $3
                  then sign_in_attempt.attempt_count + 1 else 1 end,
                window_ms = case
                  when sign_in_attempt.window_ms > excluded.window_ms - $3
                  then sign_in_attempt.window_ms else excluded.window_ms end",
        (key, now, window_ms),
    )
}

pub(super) fn attempts(cx: &mut Cx<'_>, key: &str) -> Result<Option<(TimeMs, i64)>, Fault> {
    cx.one("select window_ms, attempt_count from sign_in_attempt where attempt_key = $1", (key,))
}

pub(super) fn delete_attempts(tx: &mut Tx<'_>, before: TimeMs) -> Result<u64, Fault> {
    tx.exec("delete from sign_in_attempt where window_ms <= $1", (before,))
}

/// The person with this address and their password, if both are there and nobody shut them out.
pub(super) fn person_and_password(
    cx: &mut Cx<'_>,
    email_key: &str,
) -> Result<Option<(PersonId, PasswordHash)>, Fault> {
    let row: Option<(PersonId, String)> = cx.one(
        "select person_id, password_hash
           from person
          where email_key = $1 and password_hash is not null and deactivated_ms is null",
        (email_key,),
    )?;
    Ok(row.map(|(person, hash)| (person, PasswordHash::stored(hash))))
}

pub(super) fn insert_session(
    tx: &mut Tx<'_>,
    hash: &TokenHash,
    session: &Session,
    now: TimeMs,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into session (token_hash, person_id, network_id, organisation_id, created_ms,
                              seen_ms)
         values ($1, $2, $3, $4, $5, $6)",
        (
            hash.as_bytes(),
            session.person,
            session.network,
            session.organisation,
            session.created,
            now,
        ),
    )
}

pub(super) fn session(
    cx: &mut Cx<'_>,
    hash: &TokenHash,
    oldest_created: TimeMs,
    oldest_seen: TimeMs,
) -> Result<Option<Session>, Fault> {
    cx.one(
        "select person_id, network_id, organisation_id, created_ms, seen_ms
           from session
          where token_hash = $1 and created_ms > $2 and seen_ms > $3",
        (hash.as_bytes(), oldest_created, oldest_seen),
    )
}

pub(super) fn viewer_of_session(
    cx: &mut Cx<'_>,
    hash: &TokenHash,
    oldest_created: TimeMs,
    oldest_seen: TimeMs,
) -> Result<Option<Viewer>, Fault> {
    let row: Option<Known> = cx.one(
        "select n.network_id, n.name, n.time_zone, o.organisation_id, o.name, o.is_brand,
                p.person_id, p.name, p.theme, m.role, ''
           from session s
           join person p on p.person_id = s.person_id
           join member m on m.network_id = s.network_id
                        and m.organisation_id = s.organisation_id
                        and m.person_id = s.person_id
           join organisation o on o.network_id = s.network_id
                              and o.organisation_id = s.organisation_id
           join network n on n.network_id = s.network_id
          where s.token_hash = $1 and s.created_ms > $2 and s.seen_ms > $3
            and p.deactivated_ms is null and m.ended_ms is null and o.ended_ms is null",
        (hash.as_bytes(), oldest_created, oldest_seen),
    )?;
    Ok(row.map(|known| known.by_session(hash.csrf())))
}

pub(super) fn set_seen(tx: &mut Tx<'_>, hash: &TokenHash, now: TimeMs) -> Result<u64, Fault> {
    tx.exec("update session set seen_ms = $1 where token_hash = $2", (now, hash.as_bytes()))
}

pub(super) fn delete_session(tx: &mut Tx<'_>, hash: &TokenHash) -> Result<u64, Fault> {
    tx.exec("delete from session where token_hash = $1", (hash.as_bytes(),))
}

pub(super) fn delete_sessions(tx: &mut Tx<'_>, person: PersonId) -> Result<u64, Fault> {
    tx.exec("delete from session where person_id = $1", (person,))
}

pub(super) fn delete_sessions_in(
    tx: &mut Tx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    person: PersonId,
) -> Result<u64, Fault> {
    tx.exec(
        "delete from session where person_id = $1 and network_id = $2 and organisation_id = $3",
        (person, network, organisation),
    )
}

pub(super) fn delete_sessions_over(
    tx: &mut Tx<'_>,
    oldest_created: TimeMs,
    oldest_seen: TimeMs,
) -> Result<u64, Fault> {
    tx.exec(
        "delete from session where created_ms <= $1 or seen_ms <= $2",
        (oldest_created, oldest_seen),
    )
}

pub(super) fn insert_link(
    tx: &mut Tx<'_>,
    hash: &TokenHash,
    person: PersonId,
    uses: Uses,
    now: TimeMs,
    expires: TimeMs,
) -> Result<u64, Fault> {
    tx.exec(
        "insert into sign_in_link (token_hash, person_id, single_use, created_ms, expires_ms)
         values ($1, $2, $3, $4, $5)",
        (hash.as_bytes(), person, uses == Uses::Once, now, expires),
    )
}

pub(super) fn link(
    cx: &mut Cx<'_>,
    hash: &TokenHash,
    now: TimeMs,
) -> Result<Option<(PersonId, Uses)>, Fault> {
    let row: Option<(PersonId, bool)> = cx.one(
        "select person_id, single_use
           from sign_in_link
          where token_hash = $1 and used_ms is null and expires_ms > $2",
        (hash.as_bytes(), now),
    )?;
    let uses = |single| if single { Uses::Once } else { Uses::UntilExpiry };
    Ok(row.map(|(person, single)| (person, uses(single))))
}

pub(super) fn use_link(tx: &mut Tx<'_>, hash: &TokenHash, now: TimeMs) -> Result<u64, Fault> {
    tx.exec(
        "update sign_in_link set used_ms = $1 where token_hash = $2 and used_ms is null",
        (now, hash.as_bytes()),
    )
}

pub(super) fn void_links(tx: &mut Tx<'_>, person: PersonId, now: TimeMs) -> Result<u64, Fault> {
    tx.exec(
        "update sign_in_link
            set used_ms = $1
          where person_id = $2 and used_ms is null and single_use = 1",
        (now, person),
    )
}

pub(super) fn delete_links(tx: &mut Tx<'_>, now: TimeMs) -> Result<u64, Fault> {
    tx.exec("delete from sign_in_link where expires_ms <= $1 or used_ms is not null", (now,))
}
