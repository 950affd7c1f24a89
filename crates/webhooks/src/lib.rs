//! Webhooks: calls that tell a partner's system, at an address that it chose.
//!
//! Calls follow Standard Webhooks: an id that stays over retries, the time, and a signature that
//! the receiver checks with the secret it was given. [`guard`] decides where a call may go, for
//! each try anew and over all that the name leads to; the call goes to the very address that was
//! judged, follows no redirect, and tells nobody what was answered beyond the status.

mod call;
mod guard;
mod sign;
#[cfg(test)]
mod tests;

pub use call::{Caller, Limits, Message, Outcome};
pub use guard::{Judged, Plain, Policy, Refused, Resolve, guard};
pub use sign::{Secret, Vault, signatures};
