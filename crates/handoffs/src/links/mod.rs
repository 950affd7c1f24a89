//! Taking part without signing in: links by which one mail address may answer one request.
//!
//! A link is 256 random bits, of which only the hash is kept. It is made as its letter is sent, is
//! good for one hand-off or obligation, for the address that the organisation has its letters sent
//! to, and for 30 days; it ends before that when what it asks for ends, when the organisation
//! leaves, or when its letters go elsewhere; then it says which of these it was ([`over`]). Whoever
//! opens it sees what the organisation's lens
//! shows, and changes nothing: programs that look through mail open links, too. What is done by a
//! link is done once, however often it is sent.

mod acting;
mod keeping;
mod letters;
mod over;
mod store;
#[cfg(test)]
pub(crate) mod tests;

use std::collections::HashMap;

use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{NetworkId, OrganisationId, TimeMs};
use handfast_record::{
    DisputeId, HandOffId, ObligationId, TraceId, organisations, people,
    sharing::{Lens, Who},
    touches::Leg,
};
use handfast_web::{Failure, Role, Secret, TokenHash};

pub use acting::act;
pub use keeping::write_checkpoints;
pub use letters::{Occasion, given_up, write_to, writer};
pub(crate) use letters::{follow, follow_dispute, follow_duties, follow_leg};
pub use over::{Over, over};

use crate::{
    HandOff, State,
    disputes::{
        self, Dispute,
        traces::{self, Trace},
    },
    obligations::{self, Change, Obligation, Value},
};

/// Where the page behind a link begins; the secret follows.
pub const PATH: &str = "/l/";

/// How long a link is good, in milliseconds.
pub const GOOD_FOR_MS: i64 = 30 * TimeMs::DAY;
/// How long it is known for one afterwards, so that it can say why it is good no more.
const KNOWN_FOR_MS: i64 = 60 * TimeMs::DAY;

/// What a link asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// To take something over, or to say why not.
    HandOff(HandOffId),
    /// To apply a change, or to say why it is not one's part.
    Obligation(ObligationId),
    /// To say whether something was one's part.
    Dispute(DisputeId),
    /// To prove one's leg of a missing delivery, or to say that it broke there.
    Leg(TraceId),
}

/// A link, good or not.
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
    /// An obligation that is open.
    Obligation(Box<Duty>),
    /// A dispute that waits for an answer.
    Dispute(Box<Dispute>),
    /// A leg of a missing delivery that is to be proved.
    Leg(Box<Trace>, Leg),
}

/// What an organisation is to do, and the change by which it is obliged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// The change, with no other organisation's part.
    pub change: Change,
    /// The part.
    pub obligation: Obligation,
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
    /// Says that it is done, and what shows it; may be empty of a change.
    Apply(String),
    /// Says that it broke here, and how.
    Broke(String),
    /// Types what its own system shows.
    ReadBack(Value),
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
    /// As for those who sign in.
    #[error(transparent)]
    Obligation(obligations::Error),
    /// As for those who sign in.
    #[error(transparent)]
    Dispute(disputes::Error),
    /// It is not what the link asks for.
    #[error("this link does not ask for that")]
    NotAsked,
    /// Another leg is asked for by now.
    #[error("somebody has answered meanwhile; read what is asked for now, and answer that")]
    Moved,
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

impl From<obligations::Error> for Error {
    fn from(error: obligations::Error) -> Self {
        use obligations::Error as Why;
        match error {
            Why::Fault(fault) => Self::Fault(fault),
            Why::NotFound | Why::Over => Self::Over,
            error => Self::Obligation(error),
        }
    }
}

impl From<disputes::Error> for Error {
    fn from(error: disputes::Error) -> Self {
        match error {
            disputes::Error::Fault(fault) => Self::Fault(fault),
            disputes::Error::NotFound | disputes::Error::Over => Self::Over,
            error => Self::Dispute(error),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Over => Self::NotFound,
            Error::HandOff(crate::Error::WordsWrong | crate::Error::BriefWrong)
            | Error::Obligation(obligations::Error::WordsWrong)
            | Error::Dispute(disputes::Error::WordsWrong) => {
                Self::field("words", error.to_string())
            }
            Error::Obligation(obligations::Error::TooLong) => {
                Self::field("held", error.to_string())
            }
            Error::HandOff(_)
            | Error::Obligation(_)
            | Error::Dispute(_)
            | Error::NotAsked
            | Error::Moved => Self::Conflict(error.to_string()),
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

/// As [`address_of`] of many organisations at once.
pub(crate) fn addresses_of(
    cx: &mut Cx<'_>,
    network: NetworkId,
    mut organisations: Vec<OrganisationId>,
) -> Result<HashMap<OrganisationId, String>, Fault> {
    let brand = organisations::brand_id(network);
    organisations.retain(|organisation| *organisation != brand);
    let mut addresses = organisations::contact_emails(cx, network, &organisations)?;
    organisations.retain(|organisation| !addresses.contains_key(organisation));
    if !organisations.is_empty() {
        addresses.extend(people::first_admins(cx, network, &organisations)?);
    }
    Ok(addresses)
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
    let Some(link) = known(cx, hash)? else { return Ok(None) };
    let is_good = now < link.expires && is_addressed(cx, &link)?;
    Ok(is_good.then_some(link))
}

/// The link with this hash, good or not; for 30 days after its time.
pub fn known(cx: &mut Cx<'_>, hash: &TokenHash) -> Result<Option<Link>, Fault> {
    store::one(cx, hash)
}

/// Whether letters of its organisation still go to where the link went.
fn is_addressed(cx: &mut Cx<'_>, link: &Link) -> Result<bool, Fault> {
    Ok(address_of(cx, link.network, link.organisation)?.as_ref() == Some(&link.email))
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
        Asked::Obligation(id) => {
            let duty = duty(cx, lens, link, id)?.filter(|duty| duty.obligation.state.is_open());
            Ok(duty.map(|duty| What::Obligation(Box::new(duty))))
        }
        Asked::Dispute(id) => {
            let dispute = dispute(cx, lens, link, id)?;
            let dispute = dispute.filter(|one| one.state == disputes::State::Open);
            Ok(dispute.map(|one| What::Dispute(Box::new(one))))
        }
        Asked::Leg(id) => {
            let Some(trace) = traces::find(cx, lens, id)? else { return Ok(None) };
            let leg = open_leg(&trace, link.organisation);
            Ok(leg.map(|leg| What::Leg(Box::new(trace), leg)))
        }
    }
}

/// The first leg of an organisation that is to be answered.
fn open_leg(trace: &Trace, organisation: OrganisationId) -> Option<Leg> {
    let is_own = |leg: &&traces::ShownLeg| leg.who == Who::Named(organisation);
    let mut own = trace.legs.iter().filter(is_own);
    own.find(|leg| leg.told.as_ref().is_some_and(|told| told.is_open)).map(|leg| leg.leg)
}

/// The dispute that a link asks about, open or not.
fn dispute(
    cx: &mut Cx<'_>,
    lens: &Lens,
    link: &Link,
    id: DisputeId,
) -> Result<Option<Dispute>, Fault> {
    let found = disputes::find(cx, lens, id)?;
    Ok(found.filter(|one| one.respondent == Who::Named(link.organisation)))
}

/// The obligation that a link asks for, open or not.
fn duty(
    cx: &mut Cx<'_>,
    lens: &Lens,
    link: &Link,
    id: ObligationId,
) -> Result<Option<Duty>, Fault> {
    let Some(obligation) = obligations::find(cx, lens, id)? else { return Ok(None) };
    if obligation.organisation != link.organisation {
        return Ok(None);
    }
    let change = obligations::change(cx, lens, obligation.change)?;
    Ok(change.map(|change| Duty { change, obligation }))
}

/// Forgets links that were good until long ago, and what they were used for. Answers how many.
pub fn forget_expired(tx: &mut Tx<'_>, now: TimeMs) -> Result<u64, Fault> {
    let before = now.plus(GOOD_FOR_MS - KNOWN_FOR_MS);
    store::forget_uses(tx, before)?;
    store::forget(tx, before)
}

impl What {
    /// Where it stands: grows with each step.
    pub const fn turn(&self) -> i64 {
        match self {
            Self::HandOff(hand_off) => hand_off.version,
            Self::Obligation(duty) => duty.obligation.version,
            Self::Dispute(dispute) => dispute.version,
            Self::Leg(trace, _) => trace.version,
        }
    }
}
