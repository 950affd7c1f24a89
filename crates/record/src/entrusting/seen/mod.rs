//! The customers of a page of things, all at once: what is seen of each, and what it is called.

mod store;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use handfast_db::{Cx, Fault};
use handfast_kit::{NetworkId, OrganisationId};

use super::{Kept, Place};
use crate::{
    CustomerId, customers,
    sharing::{Lens, Sight},
};

/// With whom a thing lies, as its viewer may know it.
#[derive(Debug, Clone)]
pub struct Seen {
    /// What is seen of the customer, which may be nothing.
    pub sight: Sight,
    /// What the customer is called, if the viewer sees that.
    pub name: Option<String>,
}

/// With whom each of these things lies now, in their order; by as many statements as for one. The
/// audit keeps the names as part of a list.
pub fn seen(cx: &mut Cx<'_>, lens: &Lens, places: &[Place]) -> Result<Vec<Seen>, Fault> {
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let customers = standings(cx, lens.network(), places)?;
    let sights = lens.sights(cx, &customers)?;
    let sights: Vec<Sight> = customers.iter().map(|id| sights[id].clone()).collect();
    let names = customers::names_by(cx, lens, &sights)?;
    let seen = |(sight, name): (Sight, Option<String>)| Seen {
        sight,
        name: name.filter(|name| !name.is_empty()),
    };
    Ok(sights.into_iter().zip(names).map(seen).collect())
}

/// The customers with whom the things lie now; whoever is behind the second wall is left where it
/// was, and nothing is seen of it.
fn standings(
    cx: &mut Cx<'_>,
    network: NetworkId,
    places: &[Place],
) -> Result<Vec<CustomerId>, Fault> {
    let (mut cases, mut sales) = (Vec::new(), Vec::new());
    for place in places {
        match &place.kept {
            Kept::Case(keeper, reference) => cases.push((*keeper, reference.as_str())),
            Kept::Sale(keeper, reference) => sales.push((*keeper, reference.as_str())),
            Kept::Here => {}
        }
    }
    let cases = led(if cases.is_empty() { vec![] } else { store::cases(cx, network, &cases)? });
    let sales = led(if sales.is_empty() { vec![] } else { store::sales(cx, network, &sales)? });
    let led = |place: &Place| match &place.kept {
        Kept::Case(keeper, reference) => cases.get(&(*keeper, reference.clone())).copied(),
        Kept::Sale(keeper, reference) => sales.get(&(*keeper, reference.clone())).copied(),
        Kept::Here => None,
    };
    let began: Vec<_> = places.iter().map(|place| led(place).unwrap_or(place.customer)).collect();
    let standing = customers::standings(cx, network, &began)?;
    let stands = |(place, began): (&Place, CustomerId)| {
        standing.get(&began).copied().unwrap_or(place.customer)
    };
    Ok(places.iter().zip(began).map(stands).collect())
}

fn led(rows: Vec<store::Led>) -> HashMap<(OrganisationId, String), CustomerId> {
    rows.into_iter().map(|(keeper, reference, customer)| ((keeper, reference), customer)).collect()
}
