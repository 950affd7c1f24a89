//! What finds rows by another key, and must say where they are: references, places, contact keys.

mod store;

use handfast_db::{Fault, Tx};

use super::{BATCH, Way, json};
use crate::keys::{self, Contact};

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
