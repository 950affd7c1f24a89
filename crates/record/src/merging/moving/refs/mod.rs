//! What finds rows by another key, and must say where they are: references, places, contact keys.

mod store;

use handfast_db::{Fault, Tx};
use handfast_kit::TimeMs;

use super::{BATCH, Way, json};
use crate::{
    keys::{self, Contact},
    merging::rules::{Belonging, Leaning},
};

/// Lets everything that leads to the rows lead to where they move; called before they do.
pub(super) fn lead(tx: &mut Tx<'_>, way: &Way) -> Result<(), Fault> {
    for record in store::records(tx, way)? {
        store::record_ref(tx, way, &record)?;
        let contact = Contact { email: &record.email, phone: &record.phone };
        keys::carry(tx, way.network, (way.from, way.to), record.id, contact)?;
    }
    for sale in store::sales(tx, way)? {
        store::sale_ref(tx, way, &sale)?;
        keys::carry_order(tx, way.network, (way.from, way.to), sale.id, &sale.order_ref)?;
    }
    for case in store::cases(tx, way)? {
        store::case_ref(tx, way, &case)?;
    }
    for request in store::requests(tx, way)? {
        store::request_place(tx, way, request)?;
    }
    for touches in store::touches(tx, way)?.chunks(BATCH) {
        store::touch_places(tx, way, &json(touches))?;
    }
    Ok(())
}

/// Lets askings to serve a guest that were made since, or let in since, lead to where their
/// organisation leans, as the ties that they made. `way` is that of a merge that is undone.
pub(in crate::merging) fn lead_guests(
    tx: &mut Tx<'_>,
    way: &Way,
    applied: TimeMs,
    leaning: &Leaning,
) -> Result<(), Fault> {
    for (guest, organisation) in store::guests(tx, way, applied)? {
        if leaning.side(organisation) == Belonging::From {
            store::guest(tx, way, guest)?;
        }
    }
    Ok(())
}
