//! What stands in a leaf, and how receipts say it.

use std::fmt::Write as _;

use handfast_db::Fault;
use handfast_kit::{NetworkId, TimeMs};
use handfast_ledger::{Hash, Header};

use super::store::Row;
use crate::sharing::Class;

/// What stands in a leaf in the open. These words are sealed: none may ever change.
pub(super) fn header(network: NetworkId, row: &Row) -> Result<Header, Fault> {
    let class = Class::numbered(row.class).map(Class::word);
    let class = class.ok_or_else(|| Fault::other("a class has no such number"))?;
    let audience = match row.audience {
        0 => "shared",
        1 => "own",
        2 => "named",
        _ => return Err(Fault::other("an audience has no such number")),
    };
    Ok(Header {
        network_id: network.to_string(),
        touch_id: row.id.to_string(),
        record_id: row.record.map(|id| id.to_string()).unwrap_or_default(),
        organisation_id: row.organisation.to_string(),
        person_id: row.person.map(|id| id.to_string()).unwrap_or_default(),
        class: class.to_owned(),
        kind: row.kind.clone(),
        channel: row.channel.clone(),
        audience: audience.to_owned(),
        at_ms: row.at.0,
        recorded_ms: row.recorded.0,
    })
}

/// The salt of a touch; none once it is erased.
pub(super) fn salt(bytes: &[u8]) -> Option<Hash> {
    bytes.try_into().ok().map(Hash)
}

/// The line of a checkpoint that says when it was signed.
pub(super) fn signed_line(now: TimeMs) -> String {
    format!("signed {}", now.rfc3339())
}

/// The first six bytes, in groups of four digits: `9f2c 41d7 e0b8`.
pub(super) fn fingerprint(hash: &Hash) -> String {
    let mut text = String::with_capacity(14);
    for (at, byte) in hash.0.iter().take(6).enumerate() {
        if at > 0 && at % 2 == 0 {
            text.push(' ');
        }
        // Writing into a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
