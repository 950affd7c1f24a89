//! The rows themselves, table by table. A move is `insert .. select` and `delete`: the place of a
//! row is never changed.

mod store;

use handfast_db::{Fault, Tx};

use super::Way;

pub(super) fn shift(tx: &mut Tx<'_>, way: &Way) -> Result<(), Fault> {
    store::records(tx, way)?;
    store::touches(tx, way)?;
    store::named(tx, way)?;
    store::sales(tx, way)?;
    store::reviews(tx, way)?;
    store::cases(tx, way)?;
    store::requests(tx, way)?;
    store::looks(tx, way)?;
    store::entries(tx, way)
}
