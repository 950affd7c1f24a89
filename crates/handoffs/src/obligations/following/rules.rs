//! What counts as read back when nobody was asked.

use handfast_kit::TimeMs;

use crate::obligations::{
    same::is_same,
    store::{Stored, StoredChange},
    types::DutyState,
    value::Value,
};

/// When a record said what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Said {
    /// As of when: a file is as old as it was written.
    pub(super) at: TimeMs,
    /// When that was written down here.
    pub(super) recorded: TimeMs,
}

/// Whether what a record says tells something new of an obligation.
///
/// What was written down before the organisation was told proves nothing. What is as of an earlier
/// moment than that, or before the change holds, is no mismatch: nobody could know better. And what
/// was read back already, as it was typed or by such a line, is not read back again.
pub(super) fn is_news(stored: &Stored, change: &StoredChange, holds: &Value, said: Said) -> bool {
    use DutyState::{Accepted, Applied, Mismatch, Refused, Released, Sent, Superseded, Verified};
    if said.recorded <= stored.sent {
        return false;
    }
    let is_right = is_same(&change.given, holds);
    let knew = stored.sent.max(change.from.unwrap_or(stored.sent));
    if !is_right && said.at < knew {
        return false;
    }
    match stored.duty.state {
        Superseded | Released => false,
        Verified => !is_right,
        Mismatch => stored.duty.held.as_ref().is_none_or(|held| !is_same(held, holds)),
        Sent | Accepted | Refused | Applied => true,
    }
}
