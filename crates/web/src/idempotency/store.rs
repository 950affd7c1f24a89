//! Answers to writes of the API, in the table `idempotency`.

use axum::http::StatusCode;
use handfast_db::{Fault, Tx};
use handfast_kit::{NetworkId, OrganisationId, TimeMs};

use super::{Answer, CONTENT_TYPE};

/// Where an answer lies.
pub(super) struct Place {
    pub(super) network: NetworkId,
    pub(super) organisation: OrganisationId,
    pub(super) key: String,
}

/// An answer, and the request it answers.
pub(super) struct Stored {
    pub(super) request_hash: Vec<u8>,
    pub(super) answer: Answer,
}

/// Takes the key for a request that is about to be carried out; `false` if it is taken.
pub(super) fn take(
    tx: &mut Tx<'_>,
    place: &Place,
    request_hash: &[u8; 32],
    now: TimeMs,
) -> Result<bool, Fault> {
    let count = tx.exec(
        "insert into idempotency (network_id, organisation_id, idempotency_key, request_hash,
                                  status, content_type, location, answer, created_ms)
         values ($1, $2, $3, $4, 0, '', '', '', $5)
         on conflict do nothing",
        (place.network, place.organisation, &place.key, &request_hash[..], now),
    )?;
    Ok(count == 1)
}

/// Keeps the answer under a key that was taken in this transaction.
pub(super) fn keep(tx: &mut Tx<'_>, place: &Place, answer: &Answer) -> Result<(), Fault> {
    let content_type = if answer.body.is_empty() { "" } else { CONTENT_TYPE };
    let status = i64::from(answer.status.as_u16());
    tx.exec(
        "update idempotency
            set status = $1, content_type = $2, location = $3, answer = $4
          where network_id = $5 and organisation_id = $6 and idempotency_key = $7",
        (
            status,
            content_type,
            &answer.location,
            &answer.body,
            place.network,
            place.organisation,
            &place.key,
        ),
    )?;
    Ok(())
}

/// The answer under a key.
pub(super) fn find(tx: &mut Tx<'_>, place: &Place) -> Result<Option<Stored>, Fault> {
    let row: Option<(Vec<u8>, i32, String, String)> = tx.one(
        "select request_hash, status, location, answer
           from idempotency
          where network_id = $1 and organisation_id = $2 and idempotency_key = $3
          limit 1",
        (place.network, place.organisation, &place.key),
    )?;
    row.map(|(request_hash, status, location, body)| {
        let status = u16::try_from(status).ok().and_then(|code| StatusCode::from_u16(code).ok());
        let status = status.ok_or_else(|| Fault::other("a stored answer has no HTTP status"))?;
        let answer = Answer { status, body, location, is_replay: true };
        Ok(Stored { request_hash, answer })
    })
    .transpose()
}

/// Forgets answers from before `before`; gives how many.
pub(super) fn forget(tx: &mut Tx<'_>, before: TimeMs) -> Result<u64, Fault> {
    tx.exec("delete from idempotency where created_ms < $1", (before,))
}
