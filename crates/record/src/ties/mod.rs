//! Ties by hand: the brand names a partner for a customer, or knows of a sale that no system told.
//!
//! What makes ties by itself is told in [`crate::sharing::ties`]. Here a person of the brand makes
//! one with [`make`] and ends one with [`end`]; each says so on the customer's timeline, for the
//! brand and that partner.

pub mod api;
mod rules;
#[cfg(test)]
mod tests;

use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{OrganisationId, TimeMs};
use handfast_web::Side;

use crate::{
    CustomerId, customers, organisations,
    sharing::{
        Author, Lens, Tie,
        ties::{self, MadeBy, NewTie, OPEN, Story},
    },
    touches::{self, Audience, Body, NewTouch},
};

/// A tie to be made by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByHand {
    /// The partner.
    pub organisation: OrganisationId,
    /// Which tie: one of [`Tie::BY_HAND`].
    pub tie: Tie,
    /// Since when; from now on if none is given, and never from later on.
    pub from: Option<TimeMs>,
    /// Until when; none while it goes on.
    pub until: Option<TimeMs>,
    /// Why, 5 to 500 characters.
    pub why: String,
}

/// Why a tie was not made or ended.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The tie makes itself, or another way.
    #[error("this tie is not made by hand; choose sold, serves, delivers, insures or assigned")]
    NotByHand,
    /// The reason is too short or too long.
    #[error("write in 5 to 500 characters why; the partner reads it too")]
    WhyWrong,
    /// It would begin later.
    #[error("a tie begins now or earlier")]
    FromWrong,
    /// It would end before it begins, or has ended already.
    #[error("a tie ends later than now and than it begins")]
    UntilWrong,
    /// There is no such partner in the network.
    #[error("choose one of your partners")]
    NoSuchPartner,
    /// The partner has this tie.
    #[error("this partner has this tie already; end that one first if it should change")]
    AlreadyTied,
    /// The partner does not have this tie.
    #[error("this partner has no such tie now; it may have ended already")]
    NotTied,
    /// A partner asked.
    #[error("only the brand makes and ends ties by hand; ask your contact there")]
    ForTheBrand,
    /// There is no such customer, or the viewer may not see it.
    #[error("there is no such customer")]
    NotFound,
    /// The rest.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// All ties of a customer: for the brand everybody's, for a partner its own; those that ended too.
/// `None` if the viewer sees nothing of the customer.
pub fn of_customer(
    cx: &mut Cx<'_>,
    lens: &Lens,
    customer: CustomerId,
) -> Result<Option<Vec<Story>>, Fault> {
    let Some(sight) = customers::look(cx, lens, customer)? else { return Ok(None) };
    Ok(Some(ties::of_customer(cx, lens, sight.customer())?))
}

/// Ties a partner to a customer, for the brand.
pub fn make(
    tx: &mut Tx<'_>,
    lens: &Lens,
    author: &Author,
    now: TimeMs,
    customer: CustomerId,
    new: &ByHand,
) -> Result<Story, Error> {
    let customer = held(tx, lens, customer)?;
    let (from, why) = rules::checked(new, now)?;
    let network = lens.network();
    let organisation = new.organisation;
    let partner = organisations::find(tx, network, organisation)?;
    partner.filter(|one| one.side == Side::Partner).ok_or(Error::NoSuchPartner)?;
    let known = known(tx, lens, customer, (organisation, new.tie))?;
    if known.is_some_and(|known| known.held.until > now) {
        return Err(Error::AlreadyTied);
    }
    let tie = NewTie {
        organisation,
        tie: new.tie,
        from,
        until: new.until.unwrap_or(OPEN),
        extra: 0,
        made_by: MadeBy::Hand,
        person: author.person_id(),
        why: why.clone(),
    };
    ties::make(tx, network, customer, &tie)?;
    touches::tied(tx, network, customer.as_kind())?;
    let body = Body::TieMade { tie: new.tie, organisation, until: new.until, why };
    note(tx, author, now, (customer, organisation), body)?;
    let made = self::known(tx, lens, customer, (organisation, new.tie))?;
    made.ok_or_else(|| Fault::other("a tie that was just made is not there").into())
}

/// Ends a tie now, however it was made, for the brand: one of [`Tie::BY_HAND`].
pub fn end(
    tx: &mut Tx<'_>,
    lens: &Lens,
    author: &Author,
    now: TimeMs,
    customer: CustomerId,
    (organisation, tie): (OrganisationId, Tie),
) -> Result<(), Error> {
    let customer = held(tx, lens, customer)?;
    if !Tie::BY_HAND.contains(&tie) {
        return Err(Error::NotByHand);
    }
    if !ties::end(tx, lens.network(), customer, (organisation, tie), now)? {
        return Err(Error::NotTied);
    }
    note(tx, author, now, (customer, organisation), Body::TieEnded { tie, organisation })
}

/// Where the customer is now, locked, for the brand. A partner is told only of customers it sees.
fn held(tx: &mut Tx<'_>, lens: &Lens, customer: CustomerId) -> Result<CustomerId, Error> {
    customers::look(tx, lens, customer)?.ok_or(Error::NotFound)?;
    if !lens.is_whole() {
        return Err(Error::ForTheBrand);
    }
    customers::lock_seen(tx, lens, customer)?.ok_or(Error::NotFound)
}

fn known(
    cx: &mut Cx<'_>,
    lens: &Lens,
    customer: CustomerId,
    (organisation, tie): (OrganisationId, Tie),
) -> Result<Option<Story>, Fault> {
    let stories = ties::of_customer(cx, lens, customer)?;
    let is_it = |story: &Story| story.held.organisation == organisation && story.held.tie == tie;
    Ok(stories.into_iter().find(is_it))
}

fn note(
    tx: &mut Tx<'_>,
    author: &Author,
    now: TimeMs,
    (customer, organisation): (CustomerId, OrganisationId),
    body: Body,
) -> Result<(), Error> {
    let touch = NewTouch {
        audience: Audience::Named,
        named: vec![organisation],
        ..NewTouch::new(customer.as_kind(), now, body)
    };
    touches::append(tx, author, now, touch)?;
    Ok(())
}
