use std::collections::HashMap;

use handfast_db::{Cx, Fault};
use handfast_kit::NetworkId;

use super::store;
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

/// As [`name_by`], of many at once: in their order, and by as many statements as for one.
pub(crate) fn names_by(
    cx: &mut Cx<'_>,
    lens: &Lens,
    sights: &[Sight],
) -> Result<Vec<Option<String>>, Fault> {
    let open: Vec<Sight> = sights.iter().filter(|sight| sight.is_open()).cloned().collect();
    let customers = super::seen_each(cx, lens, open)?;
    if !customers.is_empty() {
        lens.saw_list(Class::Identity.bit(), customers.len());
    }
    let mut names = customers.into_iter().map(|customer| customer.name().to_owned());
    Ok(sights.iter().map(|sight| if sight.is_open() { names.next() } else { None }).collect())
}

/// Where each of these customers stands now; those who are not there are left out.
pub(crate) fn standings(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customers: &[CustomerId],
) -> Result<HashMap<CustomerId, CustomerId>, Fault> {
    let mut found: HashMap<CustomerId, CustomerId> = HashMap::new();
    let mut asked = customers.to_vec();
    // Merged ones lead on; each turn asks for those that are new.
    while !asked.is_empty() {
        asked.sort_unstable();
        asked.dedup();
        found.extend(store::merged_into(cx, network, &asked)?);
        let next = asked.iter().filter_map(|id| found.get(id).copied());
        asked = next.filter(|id| !found.contains_key(id)).collect();
    }
    let stands = |id: CustomerId| {
        let mut at = id;
        loop {
            match *found.get(&at)? {
                next if next == at => return Some((id, at)),
                next => at = next,
            }
        }
    };
    Ok(customers.iter().filter_map(|id| stands(*id)).collect())
}
