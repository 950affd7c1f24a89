//! Webhooks: calls that tell a partner's system, at an address that it chose, what happened.
//!
//! An organisation registers an endpoint: an address, and which kinds of touches. [`collect`] goes
//! through the feed as that organisation's lens shows it and writes down which touches are to be
//! told; [`work_one`] tells one. What a call says is made only as it goes out: ids and the step,
//! and nothing at all when the organisation may not see the touch any more.
//!
//! Calls follow Standard Webhooks: an id that stays over retries, the time, and a signature that
//! the receiver checks with the secret it was given. [`guard`] decides where a call may go, for
//! each try anew and over all that the name leads to; the call goes to the very address that was
//! judged, follows no redirect, and tells nobody what was answered beyond the status.
//!
//! Each endpoint is told in the order of the feed, one call at a time: what fails is tried eight
//! times over 28 hours, and then is dead and the next one comes. Endpoints do not wait for each
//! other: as many are called at once as there are threads in [`work_one`].

pub mod api;
mod call;
mod guard;
mod rules;
mod sign;
mod store;
#[cfg(test)]
mod tests;
mod told;
mod work;

use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{Id, NetworkId, OrganisationId, TimeMs};
use handfast_record::TouchId;

pub use call::{Caller, Limits, Message, Outcome};
pub use guard::{Judged, Plain, Policy, Refused, Resolve, guard};
pub use sign::{Secret, Vault, signatures};
pub use work::{collect, work_one};

/// Marks the id of an endpoint.
#[derive(Debug, Clone, Copy)]
pub enum EndpointMark {}

/// Which endpoint.
pub type EndpointId = Id<EndpointMark>;

/// Most endpoints of one organisation.
pub const ENDPOINT_COUNT_MAX: usize = 10;
/// How long the secret before goes on signing, in milliseconds: a day.
pub const OVERLAP_MS: i64 = TimeMs::DAY;
/// How long it is kept what an endpoint was told, in milliseconds: 90 days.
pub const KEPT_MS: i64 = 90 * TimeMs::DAY;
/// Most bytes of an address.
const URL_BYTES_MAX: usize = 2000;

/// Why an endpoint was not taken.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No call would go there.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// No kinds, or words that are none.
    #[error("name the kinds of touches to be told of, such as hand_off")]
    NoKinds,
    /// There are [`ENDPOINT_COUNT_MAX`] already.
    #[error("an organisation has at most 10 endpoints")]
    TooMany,
    /// The organisation has no such endpoint.
    #[error("there is no such endpoint")]
    NotFound,
    /// The rest.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What calls go out with: where they may go, and what secrets are locked with.
#[derive(Clone)]
pub struct Calling {
    /// Where calls may go.
    pub policy: Policy,
    /// Locks and opens the secrets of endpoints.
    pub vault: Vault,
}

/// Whose endpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    /// In which network.
    pub network: NetworkId,
    /// The organisation.
    pub organisation: OrganisationId,
}

/// An endpoint, as its organisation sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Which endpoint.
    pub id: EndpointId,
    /// Where calls go.
    pub url: String,
    /// The kinds of touches it is told of.
    pub kinds: Vec<String>,
    /// `on`, or `off` after it answered 410.
    pub state: String,
    /// What the last call said that was not taken; empty after one that was.
    pub last_error: String,
}

/// What was, or is to be, told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The touch.
    pub touch: TouchId,
    /// `waiting`, `delivered`, `withdrawn` or `dead`.
    pub state: String,
    /// How often it was tried.
    pub try_count: i64,
    /// Why it was not taken.
    pub last_error: String,
}

/// Registers an endpoint for what happens from now on. Answers its secret too, this once.
pub fn register(
    tx: &mut Tx<'_>,
    (vault, policy): (&Vault, &Policy),
    owner: Owner,
    now: TimeMs,
    (url, kinds): (&str, &[String]),
) -> Result<(EndpointId, String), Error> {
    if url.len() > URL_BYTES_MAX {
        return Err(Refused::NoAddress.into());
    }
    guard::form(url, policy)?;
    let is_word = |kind: &String| {
        !kind.is_empty() && kind.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
    };
    if kinds.is_empty() || kinds.len() > 100 || !kinds.iter().all(is_word) {
        return Err(Error::NoKinds);
    }
    if store::of_organisation(tx, owner.network, owner.organisation)?.len() >= ENDPOINT_COUNT_MAX {
        return Err(Error::TooMany);
    }
    let id = EndpointId::at(now);
    let (secret, locked) = new_secret(vault, id)?;
    let new = store::Kept {
        organisation: owner.organisation,
        url: url.to_owned(),
        kinds: kinds.join(" "),
        secret: locked,
        old_secret: None,
        old_until: None,
        state: "on".to_owned(),
        after: None,
        last_error: String::new(),
        created: now,
    };
    store::insert(tx, owner.network, id, &new)?;
    Ok((id, secret))
}

fn new_secret(vault: &Vault, id: EndpointId) -> Result<(String, Vec<u8>), Fault> {
    let made = Secret::random().and_then(|secret| {
        let locked = vault.lock(&secret, id.uuid().as_bytes())?;
        Some((secret.shown(), locked))
    });
    made.ok_or_else(|| Fault::other("the system gives no randomness"))
}

/// The organisation's endpoints, the oldest first.
pub fn endpoints(cx: &mut Cx<'_>, owner: Owner) -> Result<Vec<Endpoint>, Error> {
    let ids = store::of_organisation(cx, owner.network, owner.organisation)?;
    ids.into_iter().map(|id| find(cx, owner, id)).collect()
}

/// One of them.
pub fn find(cx: &mut Cx<'_>, owner: Owner, id: EndpointId) -> Result<Endpoint, Error> {
    let kept = store::find(cx, owner.network, id)?;
    let kept = kept.filter(|kept| kept.organisation == owner.organisation);
    let kept = kept.ok_or(Error::NotFound)?;
    Ok(Endpoint {
        id,
        url: kept.url,
        kinds: kept.kinds.split(' ').map(str::to_owned).collect(),
        state: kept.state,
        last_error: kept.last_error,
    })
}

/// Takes an endpoint away, with what was to be told.
pub fn remove(tx: &mut Tx<'_>, owner: Owner, id: EndpointId) -> Result<(), Error> {
    find(tx, owner, id)?;
    Ok(store::remove(tx, owner.network, id)?)
}

/// Gives it a new secret. The one before signs too for [`OVERLAP_MS`].
pub fn rotate(
    tx: &mut Tx<'_>,
    vault: &Vault,
    owner: Owner,
    id: EndpointId,
    now: TimeMs,
) -> Result<String, Error> {
    find(tx, owner, id)?;
    let (secret, locked) = new_secret(vault, id)?;
    store::renew(tx, owner.network, id, &locked, now.plus(OVERLAP_MS))?;
    Ok(secret)
}

/// The latest deliveries of an endpoint, at most 200.
pub fn deliveries(cx: &mut Cx<'_>, owner: Owner, id: EndpointId) -> Result<Vec<Delivery>, Error> {
    find(cx, owner, id)?;
    Ok(store::deliveries(cx, owner.network, id)?)
}

/// Tells of a touch again, with all its tries, and turns the endpoint on if it was off.
pub fn again(
    tx: &mut Tx<'_>,
    owner: Owner,
    id: EndpointId,
    touch: TouchId,
    now: TimeMs,
) -> Result<(), Error> {
    find(tx, owner, id)?;
    let is_there = store::revive(tx, owner.network, id, touch, now)?;
    if is_there { Ok(()) } else { Err(Error::NotFound) }
}

/// Tells of all that was given up, as [`again`] does. Answers how many, at most 200 at once.
pub fn all_again(tx: &mut Tx<'_>, owner: Owner, id: EndpointId, now: TimeMs) -> Result<i64, Error> {
    let mut count = 0;
    for delivery in deliveries(tx, owner, id)?.into_iter().filter(|one| one.state == "dead") {
        again(tx, owner, id, delivery.touch, now)?;
        count += 1;
    }
    Ok(count)
}

/// Forgets deliveries that ended [`KEPT_MS`] ago. Answers how many.
pub fn sweep(tx: &mut Tx<'_>, now: TimeMs) -> Result<u64, Fault> {
    store::sweep(tx, now.plus(-KEPT_MS))
}
