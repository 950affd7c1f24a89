use handfast_db::{Cx, Fault};

use crate::{
    CustomerId,
    sharing::{Class, Lens},
};

/// What the customer with this id is called in a list of something else, if the viewer sees
/// anything of it. The audit keeps it as part of that list.
pub fn name(cx: &mut Cx<'_>, lens: &Lens, id: CustomerId) -> Result<Option<String>, Fault> {
    let Some(customer) = super::found(cx, lens, id)? else { return Ok(None) };
    lens.saw_list(Class::Identity.bit(), 1);
    Ok(Some(customer.name().to_owned()))
}
