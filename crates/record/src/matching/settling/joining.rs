//! Groups of records as customers: homes that belong together are merged, others parted.

use std::collections::{BTreeMap, BTreeSet};

use handfast_db::{Fault, Tx};
use handfast_kit::TimeMs;
use handfast_matching::cluster::Grouping;

use super::{
    super::{
        decisions::{Decision, Verdict},
        doubts::{Found, Why},
        index::{Shelf, standing},
    },
    part::Part,
    rules::{self, World},
};
use crate::{
    CustomerId,
    merging::{self, Change},
    sharing::Author,
};

/// So many comparisons are named as the reason of a merge, the weightiest.
const NAMED_MAX: usize = 4;

/// Parts the customers of a part so far that none stands in two of its groups. `system` is the
/// brand, without a person.
pub(super) fn part(
    tx: &mut Tx<'_>,
    shelf: &Shelf<'_>,
    system: &Author,
    now: TimeMs,
    part: &Part,
    world: &World,
    grouping: &Grouping,
) -> Result<(), Fault> {
    let groups = groups_of(part, world, grouping);
    let join = Joining { shelf, system, world };
    let stands = join.stands(tx, &groups)?;
    let mut cells = join.cells(&groups, &stands);
    cells.extend(join.left_behind(tx, &stands)?);
    let (author, why) = join.why_apart(part, &groups, &stands);
    merging::regroup(tx, &author, now, &cells, &why)?;
    Ok(())
}

/// Merges what belongs together in a part, each group for its own reason. Answers pairs that could
/// not be merged: they stay as they were.
pub(super) fn join(
    tx: &mut Tx<'_>,
    shelf: &Shelf<'_>,
    system: &Author,
    now: TimeMs,
    part: &Part,
    world: &World,
    grouping: &Grouping,
) -> Result<Found, Fault> {
    let join = Joining { shelf, system, world };
    let mut found = Found::new();
    for group in &groups_of(part, world, grouping) {
        let homes = join.homes(group);
        let stands = join.stands(tx, std::slice::from_ref(group))?;
        if stands.values().collect::<BTreeSet<_>>().len() < 2 {
            continue;
        }
        let (author, why) = join.why_one(part, group, &stands);
        for change in merging::regroup(tx, &author, now, &[homes], &why)? {
            if let Change::Refused { into, from, refusal } = change {
                found.extend(join.refused(group, &stands, (into, from), &refusal.to_string()));
            }
        }
    }
    Ok(found)
}

/// The groups whose records are of the part, not of those beside it.
fn groups_of(part: &Part, world: &World, grouping: &Grouping) -> Vec<Vec<u32>> {
    let is_here = |group: &Vec<u32>| part.records.contains_key(&world.record(group[0]).held.id);
    rules::groups(grouping).into_values().filter(is_here).collect()
}

struct Joining<'a, 'e> {
    shelf: &'a Shelf<'e>,
    system: &'a Author,
    world: &'a World,
}

/// Where each home stands.
type Stands = BTreeMap<CustomerId, CustomerId>;

impl Joining<'_, '_> {
    fn home(&self, place: u32) -> CustomerId {
        self.world.record(place).held.home
    }

    fn homes(&self, group: &[u32]) -> Vec<CustomerId> {
        let homes: BTreeSet<CustomerId> = group.iter().map(|place| self.home(*place)).collect();
        homes.into_iter().collect()
    }

    fn stands(&self, tx: &mut Tx<'_>, groups: &[Vec<u32>]) -> Result<Stands, Fault> {
        let mut stands = Stands::new();
        for home in groups.iter().flat_map(|group| self.homes(group)) {
            stands.insert(home, standing(tx, self.shelf.network(), home)?);
        }
        Ok(stands)
    }

    /// The groups, each cut by where its homes stand now.
    fn cells(&self, groups: &[Vec<u32>], stands: &Stands) -> Vec<Vec<CustomerId>> {
        let cut = |group: &Vec<u32>| {
            let mut cells: BTreeMap<CustomerId, Vec<CustomerId>> = BTreeMap::new();
            for home in self.homes(group) {
                cells.entry(stands[&home]).or_default().push(home);
            }
            cells.into_values()
        };
        groups.iter().flat_map(cut).collect()
    }

    /// Homes that stand with those of the part and have nothing to do with it any more: by
    /// customer, together as they are.
    fn left_behind(&self, tx: &mut Tx<'_>, stands: &Stands) -> Result<Vec<Vec<CustomerId>>, Fault> {
        let mut left = Vec::new();
        for customer in stands.values().copied().collect::<BTreeSet<_>>() {
            let mut homes = merging::homes(tx, self.shelf.network(), customer)?;
            homes.retain(|home| !stands.contains_key(home));
            if !homes.is_empty() {
                left.push(homes);
            }
        }
        Ok(left)
    }

    /// Who parts what stands together and belongs to different groups, and why.
    fn why_apart(
        &self,
        part: &Part,
        groups: &[Vec<u32>],
        stands: &Stands,
    ) -> (Author, merging::Why) {
        let group_of = |place: u32| groups.iter().position(|group| group.contains(&place));
        let parts = |one: &&Decision| {
            let (Some(a), Some(b)) =
                (self.world.place(one.records.0), self.world.place(one.records.1))
            else {
                return false;
            };
            let stand = |place| stands.get(&self.home(place));
            one.verdict == Verdict::Apart
                && stand(a) == stand(b)
                && group_of(a) != group_of(b)
                && one.organisation == self.system.organisation_id()
        };
        let latest = part.decisions.iter().filter(parts).max_by_key(|one| (one.at, one.id));
        if let Some(decision) = latest {
            return self.decided(decision);
        }
        let words = "what their records say now is not alike enough";
        (*self.system, merging::Why { weight: None, words: words.to_owned() })
    }

    /// Who joins the customers of a group, and why.
    fn why_one(&self, part: &Part, group: &[u32], stands: &Stands) -> (Author, merging::Why) {
        let across = |a: u32, b: u32| {
            group.contains(&a)
                && group.contains(&b)
                && stands[&self.home(a)] != stands[&self.home(b)]
        };
        let joins = |one: &&Decision| {
            let places = self.world.place(one.records.0).zip(self.world.place(one.records.1));
            one.verdict == Verdict::Same
                && one.organisation == self.system.organisation_id()
                && places.is_some_and(|(a, b)| across(a, b))
        };
        if let Some(decision) =
            part.decisions.iter().filter(joins).max_by_key(|one| (one.at, one.id))
        {
            return self.decided(decision);
        }
        let best = self.world.best_of(across);
        let Some(best) = best else { return (*self.system, merging::Why::default()) };
        let (a, b) = (self.world.record(best.a), self.world.record(best.b));
        let mut lines = self.shelf.engine.explain(&a.prepared, &b.prepared).lines;
        lines.retain(|line| line.weight > 0);
        lines.sort_by_key(|line| std::cmp::Reverse(line.weight));
        let words: Vec<String> = lines
            .iter()
            .take(NAMED_MAX)
            .map(|line| format!("{}: {}", line.comparison, line.level))
            .collect();
        (*self.system, merging::Why { weight: Some(best.weight), words: words.join("; ") })
    }

    fn decided(&self, decision: &Decision) -> (Author, merging::Why) {
        let network = self.system.network();
        let author = match decision.person {
            Some(person) => Author::person(network, decision.organisation, person),
            None => *self.system,
        };
        (author, merging::Why { weight: None, words: decision.why.clone() })
    }

    /// The strongest pair of two customers of a group that were not merged.
    fn refused(
        &self,
        group: &[u32],
        stands: &Stands,
        (into, from): (CustomerId, CustomerId),
        words: &str,
    ) -> Found {
        let between = |a: u32, b: u32| {
            let pair = (stands.get(&self.home(a)), stands.get(&self.home(b)));
            let both = pair == (Some(&into), Some(&from)) || pair == (Some(&from), Some(&into));
            group.contains(&a) && group.contains(&b) && both
        };
        let Some(best) = self.world.best_of(between) else { return Found::new() };
        let id = |place| self.world.record(place).held.id;
        let pair = (id(best.a).min(id(best.b)), id(best.a).max(id(best.b)));
        [(pair, (best.weight, Why::Refused { words: words.to_owned() }))].into()
    }
}
