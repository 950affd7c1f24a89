use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{NetworkId, OrganisationId};

use super::{Error, store};
use crate::organisations;

/// What an agreement says of guests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Terms {
    pub(super) guests: Guests,
    /// How long a guest stays, at least one hour.
    pub(super) hours: i64,
}

/// Whether the customer must confirm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guests {
    /// The customer's key is enough.
    Open,
    /// The customer confirms.
    Asked,
}

/// What the agreement in force says; `None` if it says nothing of guests, or there is none.
pub(super) fn in_force(
    cx: &mut Cx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
) -> Result<Option<Terms>, Fault> {
    Ok(store::agreement(cx, network, organisation)?.and_then(of))
}

/// The same until the end of the transaction: others who would ask for the same organisation wait,
/// so that they are counted one after the other. Fails in the same words for whoever has no
/// agreement that covers guests.
pub(super) fn hold(
    tx: &mut Tx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
) -> Result<Terms, Error> {
    if let Some(terms) = store::hold_agreement(tx, network, organisation)?.and_then(of) {
        return Ok(terms);
    }
    let brand = organisations::network(tx, network)?.map(|network| network.name);
    Err(Error::NoAgreement(brand.unwrap_or_default()))
}

fn of((guests, hours, ended): (String, i64, Option<i64>)) -> Option<Terms> {
    let guests = match &*guests {
        "open" => Guests::Open,
        "asked" => Guests::Asked,
        _ => return None,
    };
    ended.is_none().then_some(Terms { guests, hours: hours.max(1) })
}
