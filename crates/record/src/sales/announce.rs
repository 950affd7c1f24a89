use handfast_db::{Fault, Tx};
use handfast_kit::TimeMs;

use super::{Sale, store};
use crate::{
    customers,
    sharing::Author,
    touches::{self, Body, NewTouch},
};

/// A customer whose order goes elsewhere than the one before has moved.
pub(super) fn note_move(
    tx: &mut Tx<'_>,
    author: &Author,
    now: TimeMs,
    sale: &Sale,
) -> Result<(), Fault> {
    let Some(earlier) = store::record_of_order_before(tx, author.network(), sale)? else {
        return Ok(());
    };
    if earlier == sale.record {
        return Ok(());
    }
    let before = store::address(tx, author.network(), sale.customer, earlier)?;
    let after = store::address(tx, author.network(), sale.customer, sale.record)?;
    if before == after || before.is_empty() || after.is_empty() {
        return Ok(());
    }
    let body = Body::AddressChanged { before, after };
    let touch = NewTouch::new(sale.customer.as_kind(), sale.ordered, body)
        .on(sale.record)
        .from_source(author, &sale.order_ref);
    touches::append(tx, author, now, touch)?;
    Ok(())
}

/// Appends what happened with an order, in the name of one of its organisations.
pub(super) fn announce(
    tx: &mut Tx<'_>,
    who: &Author,
    now: TimeMs,
    sale: &Sale,
    customer_ref: &str,
    facts: Vec<(TimeMs, Body)>,
) -> Result<(), Fault> {
    let record = if who.organisation_id() == sale.keeper {
        sale.record
    } else {
        let of = (sale.customer, sale.record);
        customers::keep_also(tx, who, of, customer_ref, sale.ordered, now)?
    };
    for (at, body) in facts {
        // A derived id makes it safe to say the same again.
        let touch = NewTouch::new(sale.customer.as_kind(), at, body)
            .on(record)
            .from_source(who, &sale.order_ref);
        touches::append(tx, who, now, touch)?;
    }
    Ok(())
}
