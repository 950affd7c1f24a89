//! Many at once: what many partners see of one customer, and what one viewer sees of many.

mod store;

use std::collections::{HashMap, HashSet};

use handfast_db::{Cx, Fault};
use handfast_kit::{NetworkId, OrganisationId, TimeMs};

use super::{Eyes, Lens, Sight, World};
use crate::{
    CustomerId,
    sharing::{Held, Line, Saying, store as one},
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
    one::raise_first_wall(cx, network, None, now)?;
    let mut ties: HashMap<OrganisationId, Vec<Held>> = HashMap::new();
    for held in one::ties_of_all(cx, network, customer)? {
        ties.entry(held.organisation).or_default().push(held);
    }
    let mut known: HashMap<OrganisationId, Vec<CustomerId>> = HashMap::new();
    for (organisation, id) in one::known_as_by_all(cx, network, customer)? {
        known.entry(organisation).or_default().push(id);
    }
    let mut agreements = lines(cx, network, customer)?;
    let (sayings, frozen) = one::word_of(cx, network, customer)?;
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
    for (organisation, line) in one::lines_of_all(cx, network, customer)? {
        lines.entry(organisation).or_default().push(line);
    }
    // As for one: an agreement that grants nothing has no line, and is in force all the same.
    let mut latest = HashSet::new();
    for (organisation, ended) in one::agreements_of_all(cx, network, customer)? {
        if latest.insert(organisation) && ended.is_none() {
            lines.entry(organisation).or_default();
        }
    }
    Ok(lines)
}

impl Lens {
    /// What is seen of each of these customers, as [`Lens::sight`] says it of one, which must be
    /// where they stand now: for a page of a list, by as many statements as for one.
    pub(crate) fn sights(
        &self,
        cx: &mut Cx<'_>,
        customers: &[CustomerId],
    ) -> Result<HashMap<CustomerId, Sight>, Fault> {
        let Eyes::Partner(lines) = &self.eyes else {
            return Ok(customers.iter().map(|id| (*id, Sight::whole(self, *id))).collect());
        };
        let (network, own, list) = (self.network, self.organisation, store::list(customers));
        let mut ties = grouped(store::ties(cx, network, own, &list)?);
        let mut known = grouped(store::known_as(cx, network, own, &list)?);
        let tied: Vec<CustomerId> = ties.keys().copied().collect();
        let tied = store::list(&tied);
        let mut sayings: HashMap<CustomerId, Vec<Saying>> =
            grouped(store::sayings(cx, network, &tied)?);
        let frozen: HashSet<_> = store::frozen(cx, network, &tied)?.into_iter().collect();
        let mut sights = HashMap::new();
        for customer in customers {
            let world = World {
                agreements: lines.clone().map(|lines| (own, lines)).into_iter().collect(),
                ties: with(*customer, ties.remove(customer)),
                sayings: with(*customer, sayings.remove(customer)),
                frozen: frozen.get(customer).copied().into_iter().collect(),
                now: self.now,
                brand: None,
            };
            let known = known.remove(customer).unwrap_or_default();
            let sight = Sight { known, ..Sight::of(self, *customer, world) };
            sights.entry(*customer).or_insert(sight);
        }
        Ok(sights)
    }
}

fn grouped<T>(rows: Vec<(CustomerId, T)>) -> HashMap<CustomerId, Vec<T>> {
    let mut groups: HashMap<CustomerId, Vec<T>> = HashMap::new();
    for (customer, row) in rows {
        groups.entry(customer).or_default().push(row);
    }
    groups
}

fn with<T>(customer: CustomerId, rows: Option<Vec<T>>) -> Vec<(CustomerId, T)> {
    rows.unwrap_or_default().into_iter().map(|row| (customer, row)).collect()
}
