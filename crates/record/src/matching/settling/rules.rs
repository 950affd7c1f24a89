use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use handfast_kit::OrganisationId;
use handfast_matching::cluster::{
    self, Cuts, Decision as Rule, Decisions, Edge, Grouping, Verdict,
};

use super::{
    super::{decisions, index::Kept},
    part::Part,
};
use crate::{CustomerId, RecordId};

/// Records and what is between them, by their places in the order of their ids.
pub(super) struct World {
    pub(super) records: Vec<Arc<Kept>>,
    edges: Vec<Edge>,
    /// Homes first, then what the brand decided, then what must not be told.
    rules: Decisions,
    /// What partners said of their own records.
    said: Vec<decisions::Decision>,
    cuts: Cuts,
    brand: OrganisationId,
}

/// Of two places, that they are two customers, because else this organisation would be told.
pub(super) type Silence = (u32, u32);

impl World {
    pub(super) fn of(part: &Part, brand: OrganisationId, cuts: Cuts) -> Self {
        let records: Vec<Arc<Kept>> = part.records.values().map(Arc::clone).collect();
        let places: BTreeMap<RecordId, u32> =
            part.records.keys().enumerate().map(|(at, &id)| (id, at as u32)).collect();
        let edges = part.edges.iter().filter_map(|(&(a, b), &weight)| {
            Some(Edge { a: *places.get(&a)?, b: *places.get(&b)?, weight })
        });
        let edges = edges.collect();
        let (decided, said): (Vec<_>, Vec<_>) =
            part.decisions.iter().cloned().partition(|one| one.organisation == brand);
        let mut list = homes(&records);
        let decided = decided.iter().enumerate().filter_map(|(order, one)| {
            let verdict = match one.verdict {
                decisions::Verdict::Same => Verdict::Same,
                decisions::Verdict::Apart => Verdict::Apart,
                decisions::Verdict::Skip => return None,
            };
            let (a, b) = (*places.get(&one.records.0)?, *places.get(&one.records.1)?);
            Some(Rule { a, b, verdict, order: order as u64 + 1 })
        });
        list.extend(decided);
        Self { records, edges, rules: Decisions { list }, said, cuts, brand }
    }

    /// The groups under the rules, and those silences that a person did not overrule.
    pub(super) fn settle(
        &self,
        score: &(impl Fn(&Kept, &Kept) -> i32 + Sync),
        silences: &BTreeSet<Silence>,
    ) -> (Grouping, BTreeSet<Silence>) {
        let mut rules = self.rules.clone();
        let first = rules.list.len() as u32;
        // A person's word is later than all of them.
        let silence = |&(a, b): &Silence| Rule { a, b, verdict: Verdict::Apart, order: 0 };
        rules.list.extend(silences.iter().map(silence));
        let score = |a: u32, b: u32| score(self.record(a), self.record(b));
        let count = self.records.len() as u32;
        let grouping = cluster::settle(count, &self.edges, &score, &rules, &self.cuts);
        let held = |at: &usize| !grouping.overruled.contains(&(first + *at as u32));
        let kept = silences.iter().enumerate().filter(|(at, _)| held(at));
        let kept = kept.map(|(_, silence)| *silence).collect();
        (grouping, kept)
    }

    /// Whether the records of a partner, by themselves, are these groups: what it would find in its
    /// own records alone, with what it said of them and what the brand decided.
    pub(super) fn alone(
        &self,
        partner: OrganisationId,
        group: &[u32],
        score: &(impl Fn(&Kept, &Kept) -> i32 + Sync),
    ) -> Vec<Vec<u32>> {
        let is_own = |place: &&u32| self.record(**place).held.organisation == partner;
        let own: Vec<u32> = group.iter().filter(is_own).copied().collect();
        let within = |place: u32| own.binary_search(&place).ok().map(|at| at as u32);
        let edges = own.iter().enumerate().flat_map(|(at, &a)| {
            let from = at + 1;
            let pair = move |(to, &b): (usize, &u32)| (at as u32, (from + to) as u32, a, b);
            own[from..].iter().enumerate().map(pair)
        });
        let weigh = |(at, to, a, b): (u32, u32, u32, u32)| {
            let weight = score(self.record(a), self.record(b));
            Edge { a: at, b: to, weight }
        };
        let edges: Vec<Edge> = edges.map(weigh).collect();
        let ruled = self.rules.list.iter().filter_map(|rule| {
            let rule = Rule { a: within(rule.a)?, b: within(rule.b)?, ..*rule };
            (rule.verdict == Verdict::Same).then_some(rule)
        });
        let said = self.said.iter().filter(|one| one.verdict == decisions::Verdict::Same);
        let said = said.filter(|one| one.organisation == partner).filter_map(|one| {
            let (a, b) = (self.place(one.records.0)?, self.place(one.records.1)?);
            Some(Rule { a: within(a)?, b: within(b)?, verdict: Verdict::Same, order: 1 })
        });
        let rules = Decisions { list: ruled.chain(said).collect() };
        let score =
            |a: u32, b: u32| score(self.record(own[a as usize]), self.record(own[b as usize]));
        let grouping = cluster::settle(own.len() as u32, &edges, &score, &rules, &self.cuts);
        let mut groups: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (at, name) in grouping.group_of.iter().enumerate() {
            groups.entry(*name).or_default().push(own[at]);
        }
        groups.into_values().collect()
    }

    pub(super) fn record(&self, place: u32) -> &Kept {
        &self.records[place as usize]
    }

    pub(super) fn place(&self, record: RecordId) -> Option<u32> {
        self.records.binary_search_by_key(&record, |kept| kept.held.id).ok().map(|at| at as u32)
    }

    /// The partners that keep records in two homes of a group, or in more.
    pub(super) fn twice_here(&self, group: &[u32]) -> Vec<OrganisationId> {
        let mut homes: BTreeMap<OrganisationId, BTreeSet<CustomerId>> = BTreeMap::new();
        for &place in group {
            let held = &self.record(place).held;
            homes.entry(held.organisation).or_default().insert(held.home);
        }
        let twice = |(organisation, homes): &(OrganisationId, BTreeSet<CustomerId>)| {
            homes.len() > 1 && *organisation != self.brand
        };
        homes.into_iter().filter(twice).map(|(organisation, _)| organisation).collect()
    }

    /// The strongest edge between two groups.
    pub(super) fn best_between(&self, group_of: &[u32], (a, b): (u32, u32)) -> Option<Edge> {
        let wanted = (a.min(b), a.max(b));
        self.best_of(|a, b| {
            let (x, y) = (group_of[a as usize], group_of[b as usize]);
            (x.min(y), x.max(y)) == wanted
        })
    }

    /// The strongest edge between two such places.
    pub(super) fn best_of(&self, is_wanted: impl Fn(u32, u32) -> bool) -> Option<Edge> {
        let wanted = self.edges.iter().filter(|edge| is_wanted(edge.a, edge.b));
        wanted.max_by_key(|edge| (edge.weight, std::cmp::Reverse((edge.a, edge.b)))).copied()
    }

    /// What partners said last of pairs of their records, where the brand said nothing later.
    pub(super) fn open_words(&self, part: &Part) -> Vec<&decisions::Decision> {
        let mut latest: BTreeMap<(RecordId, RecordId), &decisions::Decision> = BTreeMap::new();
        let pair = |one: &decisions::Decision| {
            let (a, b) = one.records;
            (a.min(b), a.max(b))
        };
        for one in &self.said {
            latest.insert(pair(one), one);
        }
        for one in part.decisions.iter().filter(|one| one.organisation == self.brand) {
            let is_later = |said: &&decisions::Decision| (one.at, one.id) > (said.at, said.id);
            if latest.get(&pair(one)).is_some_and(is_later) {
                latest.remove(&pair(one));
            }
        }
        latest.into_values().filter(|one| one.verdict != decisions::Verdict::Skip).collect()
    }
}

/// Records of one home are one customer, whatever anybody says: it was taken in as one.
fn homes(records: &[Arc<Kept>]) -> Vec<Rule> {
    let mut first: BTreeMap<CustomerId, u32> = BTreeMap::new();
    let mut rules = Vec::new();
    for (at, kept) in records.iter().enumerate() {
        let a = *first.entry(kept.held.home).or_insert(at as u32);
        if a != at as u32 {
            rules.push(Rule { a, b: at as u32, verdict: Verdict::Same, order: u64::MAX });
        }
    }
    rules
}

/// Places by group, the smallest place of each first.
pub(super) fn groups(grouping: &Grouping) -> BTreeMap<u32, Vec<u32>> {
    let mut groups: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (place, name) in grouping.group_of.iter().enumerate() {
        groups.entry(*name).or_default().push(place as u32);
    }
    groups
}
