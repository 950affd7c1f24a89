//! What a customer's things need that are handed from one organisation to another: where they lie
//! now, whoever was merged or parted meanwhile, and a tie for who takes one over.

mod left;
mod restated;
mod seen;
mod shipment;
mod store;

use std::collections::HashMap;

use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{NetworkId, OrganisationId, TimeMs};

use crate::{
    CustomerId, RecordId, customers, organisations,
    sharing::{
        Author, Lens, Sight, Tie,
        ties::{self, MadeBy, NewTie, OPEN},
    },
    touches::{self, Audience, Body, NewTouch},
};

pub use left::{Asked, Found, only_keeper, open_cases, open_promises, open_ties};
pub use restated::{Restated, of_refs, restated, with_merged};
pub use seen::{Seen, seen};
pub use shipment::{Shipment, shipment};

/// Where a thing lies: cases and orders go with their records, all else with the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The customer whose it was when it was first handed off.
    pub customer: CustomerId,
    /// Of a case or an order: who keeps it, and under which reference.
    pub kept: Kept,
}

/// Who keeps a thing, and under which reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// A case.
    Case(OrganisationId, String),
    /// An order.
    Sale(OrganisationId, String),
    /// Nobody keeps it elsewhere.
    Here,
}

/// The customer with whom a thing lies now. An id alone: what a viewer sees of it, [`sight`] says.
pub fn standing(
    cx: &mut Cx<'_>,
    network: NetworkId,
    place: &Place,
) -> Result<Option<CustomerId>, Fault> {
    let led = match &place.kept {
        Kept::Case(keeper, reference) => store::case(cx, network, *keeper, reference)?,
        Kept::Sale(keeper, reference) => store::sale(cx, network, *keeper, reference)?,
        Kept::Here => None,
    };
    customers::standing(cx, network, led.unwrap_or(place.customer))
}

/// What the viewer sees of the customer with whom a thing lies now, which may be nothing.
pub fn sight(cx: &mut Cx<'_>, lens: &Lens, place: &Place) -> Result<Option<Sight>, Fault> {
    // Behind the second wall whoever has no tie yet finds no customer, and sees nothing of it.
    let standing = standing(cx, lens.network(), place)?.unwrap_or(place.customer);
    lens.sight(cx, standing).map(Some)
}

/// As [`standing`], locked against merging until the end of the transaction.
pub fn hold(tx: &mut Tx<'_>, author: &Author, place: &Place) -> Result<Option<CustomerId>, Fault> {
    let network = author.network();
    for _ in 0..16 {
        let Some(customer) = standing(tx, network, place)? else { return Ok(None) };
        let locked = customers::lock(tx, network, customer)?;
        if locked == Some(customer) && standing(tx, network, place)? == locked {
            return Ok(locked);
        }
    }
    Err(Fault::other("a thing moved faster than it could be held"))
}

/// Ties who took something over to the customer, which stands here and is held, unless it has such
/// a tie. The brand needs none.
pub fn tie(
    tx: &mut Tx<'_>,
    author: &Author,
    now: TimeMs,
    customer: CustomerId,
    (organisation, tie): (OrganisationId, Tie),
    why: &str,
) -> Result<(), Fault> {
    let network = author.network();
    if organisation == organisations::brand_id(network) {
        return Ok(());
    }
    let world = ties::held(tx, network, customer, organisation)?;
    let known = world.iter().find(|held| held.tie == tie);
    if known.is_some_and(|held| held.until == OPEN && held.from <= now) {
        return Ok(());
    }
    let goes_on = known.filter(|held| held.until > now);
    let new = NewTie {
        organisation,
        tie,
        from: goes_on.map_or(now, |held| held.from.min(now)),
        until: OPEN,
        extra: 0,
        made_by: MadeBy::HandOff,
        person: author.person_id(),
        why: why.to_owned(),
    };
    ties::make(tx, network, customer, &new)?;
    touches::tied(tx, network, customer.as_kind())
}

/// Lets the author keep a record of its own of a customer, who stands here and is held: what
/// another organisation's record says now. Safe to call twice.
pub fn keep(
    tx: &mut Tx<'_>,
    author: &Author,
    now: TimeMs,
    (customer, of): (CustomerId, RecordId),
) -> Result<RecordId, Fault> {
    let reference = format!("taken over {of}");
    customers::keep_also(tx, author, (customer, of), &reference, now, now)
}

/// Ends all ties of a partner to a customer, who stands here and is held, but for those that an
/// agreement alone makes. Answers how many there were.
pub fn untie(
    tx: &mut Tx<'_>,
    author: &Author,
    now: TimeMs,
    (customer, organisation): (CustomerId, OrganisationId),
) -> Result<usize, Fault> {
    let network = author.network();
    let mut count = 0;
    for tie in [Tie::Guest].into_iter().chain(Tie::BY_HAND) {
        if ties::end(tx, network, customer, (organisation, tie), now)? {
            let body = Body::TieEnded { tie, organisation };
            let touch = NewTouch {
                audience: Audience::Named,
                named: vec![organisation],
                ..NewTouch::new(customer.as_kind(), now, body)
            };
            touches::append(tx, author, now, touch)?;
            count += 1;
        }
    }
    Ok(count)
}

/// The partners that have something to do with a customer, which stands here: those with a tie that
/// an event or a person made, in force now. For who tells them of a change; ids alone.
pub fn tied(
    cx: &mut Cx<'_>,
    author: &Author,
    customer: CustomerId,
    now: TimeMs,
) -> Result<Vec<OrganisationId>, Fault> {
    let rows = store::tied(cx, author.network(), customer, now)?;
    Ok(rows.into_iter().map(|(organisation,)| organisation).collect())
}

/// When something that an organisation sold is promised to arrive at a customer next, who stands
/// here: of each organisation of which such a thing is known.
pub fn next_deliveries(
    cx: &mut Cx<'_>,
    author: &Author,
    customer: CustomerId,
    now: TimeMs,
) -> Result<HashMap<OrganisationId, TimeMs>, Fault> {
    Ok(store::next_deliveries(cx, author.network(), customer, now)?.into_iter().collect())
}
