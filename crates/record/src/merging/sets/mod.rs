//! Reading and writing what a customer has that has no id of its own.

mod store;

use handfast_db::{Cx, Fault, Tx};
use handfast_kit::NetworkId;

use super::kept::{OwnRow, Sets};
use crate::{CustomerId, organisations};

/// All of it, as it stands.
pub(super) fn read(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Sets, Fault> {
    let mut sets = Sets { own: own(cx, network, customer)?, ..Sets::default() };
    for row in store::ties(cx, network, customer)? {
        sets.add_tie(row);
    }
    for row in store::said(cx, network, customer)? {
        sets.add_said(row);
    }
    sets.frozen = store::frozen(cx, network, customer)?;
    sets.known = store::known(cx, network, customer)?.into_iter().collect();
    let brand = organisations::brand_id(network);
    let authors = store::authors(cx, network, customer)?.into_iter().map(|(author,)| author);
    sets.wrote = authors.filter(|author| *author != brand).collect();
    Ok(sets)
}

/// The customer's own row.
pub(super) fn own(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<OwnRow, Fault> {
    let (name, sort_key, place) = store::own(cx, network, customer)?
        .ok_or_else(|| Fault::other("a customer was there a moment ago, and is not"))?;
    Ok(OwnRow { name, sort_key, place, records: store::states(cx, network, customer)? })
}

/// Writes all of it in place of what is there.
pub(super) fn replace(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
    sets: &Sets,
) -> Result<(), Fault> {
    store::name(tx, network, customer, &sets.own)?;
    clear(tx, network, customer)?;
    for row in sets.ties.values() {
        store::insert_tie(tx, network, customer, row)?;
    }
    for row in sets.said.values() {
        store::insert_said(tx, network, customer, row)?;
    }
    if let Some(row) = &sets.frozen {
        store::insert_frozen(tx, network, customer, row)?;
    }
    for known in &sets.known {
        store::insert_known(tx, network, customer, *known)?;
    }
    Ok(())
}

/// Leaves of a merged customer no more than where it went.
pub(super) fn hand_over(
    tx: &mut Tx<'_>,
    network: NetworkId,
    from: CustomerId,
    into: CustomerId,
) -> Result<(), Fault> {
    clear(tx, network, from)?;
    store::mark_merged(tx, network, from, into)?;
    Ok(())
}

fn clear(tx: &mut Tx<'_>, network: NetworkId, customer: CustomerId) -> Result<(), Fault> {
    store::delete_ties(tx, network, customer)?;
    store::delete_said(tx, network, customer)?;
    store::delete_frozen(tx, network, customer)?;
    store::delete_known(tx, network, customer)?;
    Ok(())
}
