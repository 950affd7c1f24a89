use std::collections::{HashMap, HashSet};

use handfast_db::{Cx, Fault};
use handfast_kit::{NetworkId, OrganisationId, TimeMs};

use super::{Eyes, Lens, Sight, World};
use crate::{
    CustomerId,
    sharing::{Held, Line, store},
};

/// What each partner that has a tie with a customer sees of it, who stands here. Each by the lens
/// that [`Lens::of_partner`] would make and by the same rules, only that all are asked for at once:
/// for who tells many of one change.
pub fn sights(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
    now: TimeMs,
) -> Result<Vec<Sight>, Fault> {
    store::raise_first_wall(cx, network, None, now)?;
    let mut ties: HashMap<OrganisationId, Vec<Held>> = HashMap::new();
    for held in store::ties_of_all(cx, network, customer)? {
        ties.entry(held.organisation).or_default().push(held);
    }
    let mut known: HashMap<OrganisationId, Vec<CustomerId>> = HashMap::new();
    for (organisation, id) in store::known_as_by_all(cx, network, customer)? {
        known.entry(organisation).or_default().push(id);
    }
    let mut agreements = lines(cx, network, customer)?;
    let (sayings, frozen) = store::word_of(cx, network, customer)?;
    let mut organisations: Vec<OrganisationId> = ties.keys().copied().collect();
    organisations.sort_unstable();
    let sight = |organisation| {
        let lines = agreements.remove(&organisation);
        let held = ties.remove(&organisation).unwrap_or_default();
        let lens = Lens::made(network, organisation, Eyes::Partner(lines.clone()), now);
        let world = World {
            agreements: lines.map(|lines| (organisation, lines)).into_iter().collect(),
            ties: held.into_iter().map(|held| (customer, held)).collect(),
            sayings: sayings.clone(),
            frozen: frozen.clone(),
            now,
            brand: None,
        };
        let known = known.remove(&organisation).unwrap_or_default();
        Sight { known, ..Sight::of(&lens, customer, world) }
    };
    Ok(organisations.into_iter().map(sight).collect())
}

/// The grants of the agreements in force, of all who have a tie with a customer.
fn lines(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<HashMap<OrganisationId, Vec<Line>>, Fault> {
    let mut lines: HashMap<OrganisationId, Vec<Line>> = HashMap::new();
    for (organisation, line) in store::lines_of_all(cx, network, customer)? {
        lines.entry(organisation).or_default().push(line);
    }
    // As for one: an agreement that grants nothing has no line, and is in force all the same.
    let mut latest = HashSet::new();
    for (organisation, ended) in store::agreements_of_all(cx, network, customer)? {
        if latest.insert(organisation) && ended.is_none() {
            lines.entry(organisation).or_default();
        }
    }
    Ok(lines)
}
