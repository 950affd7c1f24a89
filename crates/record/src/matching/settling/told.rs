//! Whom a merge would tell something. A partner that has ties of its own with two customers learns
//! that they are one when they are merged, and so that somebody else knows them: unless it could
//! tell from its own records, or is shown by its agreement who they are.

use std::collections::{BTreeMap, BTreeSet};

use handfast_db::{Cx, Fault};
use handfast_kit::{NetworkId, OrganisationId, TimeMs};
use handfast_matching::cluster::Grouping;

use super::{
    super::index::{Kept, standing},
    rules::{self, Silence, World},
    store,
};
use crate::{
    CustomerId, organisations,
    sharing::{Class, Lens, Level},
};

/// Pairs of places in one group that may not be in one, each with whom it would tell.
pub(super) fn by(
    cx: &mut Cx<'_>,
    network: NetworkId,
    world: &World,
    grouping: &Grouping,
    score: &(impl Fn(&Kept, &Kept) -> i32 + Sync),
    now: TimeMs,
) -> Result<Vec<(Silence, OrganisationId)>, Fault> {
    let mut found = Vec::new();
    for group in rules::groups(grouping).into_values() {
        let mut homes: BTreeMap<CustomerId, u32> = BTreeMap::new();
        for &place in &group {
            homes.entry(world.record(place).held.home).or_insert(place);
        }
        if homes.len() < 2 {
            continue;
        }
        let mut stands = BTreeMap::new();
        for &home in homes.keys() {
            stands.insert(home, standing(cx, network, home)?);
        }
        let mut asking = Asking { cx, network, now, world, stands: &stands };
        asking.by_records(&group, score, &mut found)?;
        asking.by_ties(&group, &homes, &mut found)?;
    }
    Ok(found)
}

/// What is asked about one group.
struct Asking<'a, 'c> {
    cx: &'a mut Cx<'c>,
    network: NetworkId,
    now: TimeMs,
    world: &'a World,
    /// Where each home stands now.
    stands: &'a BTreeMap<CustomerId, CustomerId>,
}

impl Asking<'_, '_> {
    /// Partners with records in two homes that are not one by those records alone.
    fn by_records(
        &mut self,
        group: &[u32],
        score: &(impl Fn(&Kept, &Kept) -> i32 + Sync),
        found: &mut Vec<(Silence, OrganisationId)>,
    ) -> Result<(), Fault> {
        for partner in self.world.twice_here(group) {
            let alone = self.world.alone(partner, group, score);
            for (at, one) in alone.iter().enumerate() {
                for other in &alone[at + 1..] {
                    let pair = (one[0], other[0]);
                    if !self.sees_both(partner, self.customers(pair))? {
                        found.push((pair, partner));
                    }
                }
            }
        }
        Ok(())
    }

    /// Partners tied to two of the customers, to one of them without a record.
    fn by_ties(
        &mut self,
        group: &[u32],
        homes: &BTreeMap<CustomerId, u32>,
        found: &mut Vec<(Silence, OrganisationId)>,
    ) -> Result<(), Fault> {
        let customers: BTreeSet<CustomerId> = self.stands.values().copied().collect();
        if customers.len() < 2 {
            return Ok(());
        }
        let brand = organisations::brand_id(self.network);
        let mut tied: BTreeMap<OrganisationId, Vec<CustomerId>> = BTreeMap::new();
        for customer in customers {
            for organisation in store::tied_themselves(self.cx, self.network, customer)? {
                tied.entry(organisation).or_default().push(customer);
            }
        }
        tied.retain(|organisation, customers| *organisation != brand && customers.len() > 1);
        for (partner, customers) in tied {
            for (at, &one) in customers.iter().enumerate() {
                for &other in &customers[at + 1..] {
                    let with = [one, other].map(|one| self.keeps_record(partner, group, one));
                    if with == [true, true] || self.sees_both(partner, (one, other))? {
                        continue;
                    }
                    let place = |customer| self.place_of(homes, customer);
                    if let (Some(a), Some(b)) = (place(one), place(other)) {
                        found.push(((a.min(b), a.max(b)), partner));
                    }
                }
            }
        }
        Ok(())
    }

    fn customers(&self, (a, b): (u32, u32)) -> (CustomerId, CustomerId) {
        let home = |place| self.world.record(place).held.home;
        (self.stands[&home(a)], self.stands[&home(b)])
    }

    fn keeps_record(&self, partner: OrganisationId, group: &[u32], customer: CustomerId) -> bool {
        group
            .iter()
            .map(|place| &self.world.record(*place).held)
            .any(|held| held.organisation == partner && self.stands[&held.home] == customer)
    }

    /// A record of the customer: of its own home where that is in the group.
    fn place_of(&self, homes: &BTreeMap<CustomerId, u32>, customer: CustomerId) -> Option<u32> {
        let stands_there = |home: &&CustomerId| self.stands[home] == customer;
        let any = || homes.keys().find(stands_there).map(|home| homes[home]);
        homes.get(&customer).copied().or_else(any)
    }

    /// Whether the agreement shows a partner who both customers are.
    fn sees_both(
        &mut self,
        partner: OrganisationId,
        (one, other): (CustomerId, CustomerId),
    ) -> Result<bool, Fault> {
        let lens = Lens::of_partner(self.cx, self.network, partner, self.now)?;
        for customer in [one, other] {
            let fields = lens.sight(self.cx, customer)?.fields();
            if fields.level(Class::Identity) < Level::Veiled {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
