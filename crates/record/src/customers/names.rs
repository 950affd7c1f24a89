use handfast_db::{Cx, Fault};

use crate::{
    CustomerId,
    sharing::{Class, Lens, Sight},
};

/// What the customer with this id is called in a list of something else, if the viewer sees
/// anything of it. The audit keeps it as part of that list.
pub fn name(cx: &mut Cx<'_>, lens: &Lens, id: CustomerId) -> Result<Option<String>, Fault> {
    match super::look(cx, lens, id)? {
        Some(sight) => name_by(cx, lens, &sight),
        None => Ok(None),
    }
}

/// As [`name`], for who has looked at the customer by this lens already.
pub fn name_by(cx: &mut Cx<'_>, lens: &Lens, sight: &Sight) -> Result<Option<String>, Fault> {
    if !sight.is_open() {
        return Ok(None);
    }
    let customer = super::seen(cx, lens, sight.clone())?;
    lens.saw_list(Class::Identity.bit(), 1);
    Ok(Some(customer.name().to_owned()))
}
