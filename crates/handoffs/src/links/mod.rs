//! Taking part without signing in: links by which one mail address may answer one request.
//!
//! A link is 256 random bits, of which only the hash is kept. It is made as its letter is sent, is
//! good for one hand-off or obligation, for the address that the organisation has its letters sent
//! to, and for 30 days; it ends before that when what it asks for ends, when the organisation
//! leaves, or when its letters go elsewhere. Whoever opens it sees what the organisation's lens
//! shows, and changes nothing: programs that look through mail open links, too. What is done by a
//! link is done once, however often it is sent.

mod letters;
mod store;
#[cfg(test)]
mod tests;

use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{NetworkId, OrganisationId, TimeMs};
use handfast_record::{HandOffId, organisations, people, sharing::Lens};
use handfast_web::{Failure, Role, Secret, TokenHash};

pub(crate) use letters::follow;
pub use letters::{Occasion, write_to, writer};

use crate::{Actor, HandOff, State};

/// Where the page behind a link begins; the secret follows.
pub const PATH: &str = "/l/";

/// How long a link is good, in milliseconds.
pub const GOOD_FOR_MS: i64 = 30 * TimeMs::DAY;

/// What a link asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// To take something over, or to say why not.
    HandOff(HandOffId),
}

/// A link that is good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// In which network.
    pub network: NetworkId,
    /// What it asks for.
    pub asked: Asked,
    /// Whom it asks.
    pub organisation: OrganisationId,
    /// The address that it was sent to.
    pub email: String,
    /// Until when it is good.
    pub expires: TimeMs,
}

/// What is behind a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A hand-off that waits for an answer.
    HandOff(Box<HandOff>),
}

/// What somebody does by a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Says that it was seen.
    See,
    /// Takes it over.
    Accept,
    /// Does not take it, and says why.
    Decline(String),
    /// Asks for something that the brief lacks.
    Ask(String),
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is too old, was revoked, never was one, or what it asked for is over.
    #[error("this link cannot be used any more")]
    Over,
    /// As for those who sign in.
    #[error(transparent)]
    HandOff(crate::Error),
    /// The rest.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<crate::Error> for Error {
    fn from(error: crate::Error) -> Self {
        match error {
            crate::Error::Fault(fault) => Self::Fault(fault),
            crate::Error::NotFound | crate::Error::Over(_) | crate::Error::Ended => Self::Over,
            error => Self::HandOff(error),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Over => Self::NotFound,
            Error::HandOff(crate::Error::WordsWrong | crate::Error::BriefWrong) => {
                Self::field("words", error.to_string())
            }
            Error::HandOff(_) => Self::Conflict(error.to_string()),
            Error::Fault(fault) => fault.into(),
        }
    }
}

/// Where the letters of an organisation go: to the address that it chose, else to its first admin
/// who is still there. `None` for the brand, whose people sign in, and where there is nobody.
pub fn address_of(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
) -> Result<Option<String>, Fault> {
    if organisation == organisations::brand_id(network) {
        return Ok(None);
    }
    if let Some(email) = organisations::contact_email(cx, network, organisation)? {
        return Ok(Some(email));
    }
    let members = people::members(cx, network, organisation, None, 200)?.items;
    let is_admin =
        |member: &people::Member| member.role == Role::PartnerAdmin && member.ended.is_none();
    Ok(members.into_iter().find(is_admin).map(|member| member.email))
}

/// Makes a link. Links that were made before stay good: each try to send a letter has its own.
pub fn issue(
    tx: &mut Tx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
    asked: Asked,
    email: &str,
    now: TimeMs,
) -> Result<Secret, Fault> {
    let secret = Secret::random();
    let expires = now.plus(GOOD_FOR_MS);
    let link = Link { network, asked, organisation, email: email.to_owned(), expires };
    store::insert(tx, &secret.hash(), &link, now)?;
    Ok(secret)
}

/// The link with this hash, if it is good; what it asks for may be over nevertheless.
pub fn find(cx: &mut Cx<'_>, hash: &TokenHash, now: TimeMs) -> Result<Option<Link>, Fault> {
    let Some(link) = store::one(cx, hash)? else { return Ok(None) };
    let is_good = now < link.expires
        && address_of(cx, link.network, link.organisation)?.as_ref() == Some(&link.email);
    Ok(is_good.then_some(link))
}

/// What the link asks for, as the lens of its organisation shows it; `None` when that is over.
pub fn show(cx: &mut Cx<'_>, lens: &Lens, now: TimeMs, link: &Link) -> Result<Option<What>, Fault> {
    match link.asked {
        Asked::HandOff(id) => {
            let hand_off = crate::find(cx, lens, now, id)?;
            let waits = |one: &HandOff| one.state == State::Offered && now < one.accept_by;
            let hand_off = hand_off.filter(|one| waits(one) && one.to == link.organisation);
            Ok(hand_off.map(|one| What::HandOff(Box::new(one))))
        }
    }
}

/// Does something by a link, for its organisation, in the name of its address. Whoever does the
/// same again on the same `turn` (what the page showed last, see [`What::turn`]) gets the same
/// answer, and nothing happens.
pub fn act(
    tx: &mut Tx<'_>,
    hash: &TokenHash,
    now: TimeMs,
    turn: i64,
    act: &Act,
) -> Result<(), Error> {
    let link = find(tx, hash, now)?.ok_or(Error::Over)?;
    // Of two who press at the same moment the second waits here, and finds it done.
    if !store::consume(tx, hash, &link, &act.key(turn), now)? {
        return Ok(());
    }
    let lens = Lens::of_partner(tx, link.network, link.organisation, now)?;
    if show(tx, &lens, now, &link)?.is_none() {
        return Err(Error::Over);
    }
    let actor = Actor { organisation: link.organisation, person: None, name: link.email.clone() };
    match link.asked {
        Asked::HandOff(id) => {
            match act {
                Act::See => crate::see(tx, &lens, &actor, now, id)?,
                Act::Accept => crate::accept(tx, &lens, &actor, now, id)?,
                Act::Decline(reason) => crate::decline(tx, &lens, &actor, now, id, reason)?,
                Act::Ask(item) => crate::ask(tx, &lens, &actor, now, id, item)?,
            };
        }
    }
    Ok(())
}

/// Forgets links that are good no more, and what they were used for. Answers how many.
pub fn forget_expired(tx: &mut Tx<'_>, now: TimeMs) -> Result<u64, Fault> {
    store::forget_uses(tx, now)?;
    store::forget(tx, now)
}

impl What {
    /// Where it stands: grows with each step.
    pub const fn turn(&self) -> i64 {
        match self {
            Self::HandOff(hand_off) => hand_off.version,
        }
    }
}

impl Act {
    /// What is used up by it.
    fn key(&self, turn: i64) -> String {
        match self {
            Self::See => "see".to_owned(),
            Self::Accept => "accept".to_owned(),
            Self::Decline(_) => "decline".to_owned(),
            Self::Ask(item) => format!("ask {turn} {item}"),
        }
    }
}
