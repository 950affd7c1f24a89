#![allow(clippy::unwrap_used)]

//! The index against grouping everything from the beginning, in a small world whose keys retire
//! and live again all the time.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{Change, Index, Matcher};
use crate::cluster::{Cuts, Decision, Decisions, Edge, Verdict, settle};

/// A record of a person in a household; `form` is what it looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Toy {
    person: u64,
    form: u64,
}

/// Weights by hashing.
#[derive(Clone, Copy)]
struct Toys {
    seed: u64,
    /// 4: keys retire all the time. 14: records have more links than hold them.
    cap: u32,
}

impl Toys {
    fn new(seed: u64) -> Self {
        Self { seed, cap: if seed.is_multiple_of(2) { 4 } else { 14 } }
    }
}

fn hash(seed: u64, a: u64, b: u64) -> u64 {
    let mut x =
        seed ^ a.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ b.wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
    for _ in 0..3 {
        x = (x ^ (x >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    }
    x ^ (x >> 32)
}

impl Matcher for Toys {
    type Prepared = Toy;

    fn keys(&self, toy: &Toy, keys: &mut Vec<u64>) {
        let (person, form) = (toy.person, toy.form);
        let mut own: BTreeSet<u64> =
            [person * 100 + form % 3, person * 100 + 10 + form % 2, person / 2 * 100 + 20].into();
        own.insert(hash(self.seed, person, form) % 4 * 100 + 30);
        keys.extend(own);
    }

    fn score(&self, a: &Toy, b: &Toy) -> i32 {
        let form = |toy: &Toy| toy.person * 100 + toy.form;
        let (low, high) = (form(a).min(form(b)), form(a).max(form(b)));
        let spread = (hash(self.seed, low, high) % 5120) as i32 - 2560;
        spread + 256 * if a.person == b.person { 14 } else { 1 }
    }

    fn key_records_max(&self) -> u32 {
        self.cap
    }

    fn cuts(&self) -> Cuts {
        Cuts::new(4 * 256, 9 * 256)
    }
}

/// What is stored and decided, in the plainest form.
#[derive(Clone, Default)]
struct Plain {
    records: BTreeMap<String, Toy>,
    decisions: Vec<(String, String, Verdict, u64)>,
}

impl Plain {
    /// The groups of everything, from the beginning.
    fn groups(&self, toys: Toys) -> Vec<Vec<String>> {
        let records: Vec<(&String, &Toy)> = self.records.iter().collect();
        let mut holders = BTreeMap::<u64, Vec<u32>>::new();
        for (at, (_, toy)) in records.iter().enumerate() {
            let mut keys = Vec::new();
            toys.keys(toy, &mut keys);
            for key in keys {
                holders.entry(key).or_default().push(at as u32);
            }
        }
        let mut pairs = BTreeSet::new();
        for block in holders.values().filter(|block| block.len() <= toys.cap as usize) {
            for (at, &a) in block.iter().enumerate() {
                pairs.extend(block[at + 1..].iter().map(|&b| (a, b)));
            }
        }
        let score = |a: u32, b: u32| toys.score(records[a as usize].1, records[b as usize].1);
        let edges: Vec<Edge> =
            pairs.into_iter().map(|(a, b)| Edge { a, b, weight: score(a, b) }).collect();
        let place = |id: &String| records.iter().position(|(known, _)| *known == id);
        let list = self.decisions.iter().filter_map(|(a, b, verdict, order)| {
            let (a, b) = (place(a)? as u32, place(b)? as u32);
            Some(Decision { a, b, verdict: *verdict, order: *order })
        });
        let decisions = Decisions { list: list.collect() };
        let grouping = settle(records.len() as u32, &edges, &score, &decisions, &toys.cuts());
        let mut groups = BTreeMap::<u32, Vec<String>>::new();
        for ((id, _), group) in records.iter().zip(grouping.group_of) {
            groups.entry(group).or_default().push((*id).clone());
        }
        groups.into_values().collect()
    }
}

fn groups_of<M: Matcher>(index: &Index<M>, ids: impl Iterator<Item = String>) -> Vec<Vec<String>> {
    let mut groups = BTreeSet::new();
    for id in ids {
        let members: Vec<String> = index.members_of(&id).into_iter().map(String::from).collect();
        assert_eq!(index.cluster_of(&id), Some(members[0].as_str()));
        groups.insert(members);
    }
    groups.into_iter().collect()
}

/// Ids whose order has nothing to do with the order of arrival.
fn id(number: u64) -> String {
    format!("r{:04}", hash(7, number, 0) % 10_000)
}

#[derive(Clone, Debug)]
enum Step {
    Insert(u64, Toy),
    Remove(u64),
    Decide(u64, u64, bool),
    Undecide(u64, u64),
}

fn step() -> impl Strategy<Value = Step> {
    let toy = (0_u64..8, 0_u64..7).prop_map(|(person, form)| Toy { person, form });
    prop_oneof![
        6 => (0_u64..60, toy).prop_map(|(number, toy)| Step::Insert(number, toy)),
        2 => (0_u64..60).prop_map(Step::Remove),
        1 => (0_u64..60, 0_u64..60, any::<bool>())
            .prop_map(|(a, b, same)| Step::Decide(a, b, same)),
        1 => (0_u64..60, 0_u64..60).prop_map(|(a, b)| Step::Undecide(a, b)),
    ]
}

/// Does to both what a step says, and returns what the index told.
fn take(index: &mut Index<Toys>, plain: &mut Plain, step: &Step, order: u64) -> Option<Change> {
    let is_about = |one: &(String, String, Verdict, u64), a: &str, b: &str| {
        (one.0 == a && one.1 == b) || (one.0 == b && one.1 == a)
    };
    match *step {
        Step::Insert(number, toy) => {
            plain.records.insert(id(number), toy);
            Some(index.insert_prepared(&id(number), toy))
        }
        Step::Remove(number) => {
            plain.records.remove(&id(number));
            index.remove(&id(number))
        }
        Step::Decide(a, b, same) if a != b => {
            let verdict = if same { Verdict::Same } else { Verdict::Apart };
            plain.decisions.push((id(a), id(b), verdict, order));
            Some(index.decide(&id(a), &id(b), verdict, order))
        }
        Step::Undecide(a, b) if a != b => {
            plain.decisions.retain(|one| !is_about(one, &id(a), &id(b)));
            Some(index.undecide(&id(a), &id(b)))
        }
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn whatever_happens_the_groups_are_those_of_a_run_over_everything(
        seed: u64,
        steps in proptest::collection::vec(step(), 1..160),
    ) {
        let toys = Toys::new(seed);
        let (mut index, mut plain) = (Index::new(toys), Plain::default());
        for (order, step) in steps.iter().enumerate() {
            take(&mut index, &mut plain, step, order as u64);
            let found = groups_of(&index, plain.records.keys().cloned());
            prop_assert_eq!(found, plain.groups(toys), "after {:?}", step);
        }
        prop_assert_eq!(index.len(), plain.records.len());
    }

    #[test]
    fn what_is_told_about_a_change_is_the_difference(
        seed: u64,
        steps in proptest::collection::vec(step(), 1..120),
    ) {
        let toys = Toys::new(seed);
        let (mut index, mut plain) = (Index::new(toys), Plain::default());
        let mut known = BTreeMap::<String, Vec<String>>::new();
        for (order, step) in steps.iter().enumerate() {
            let Some(change) = take(&mut index, &mut plain, step, order as u64) else { continue };
            for gone in &change.dissolved {
                prop_assert!(known.remove(&**gone).is_some(), "{gone} was not there: {change:?}");
            }
            for cluster in &change.formed {
                let records = cluster.records.iter().map(ToString::to_string).collect();
                let before = known.insert(cluster.id.to_string(), records);
                prop_assert!(before.is_none(), "{before:?} was not dissolved: {change:?}");
            }
            let found: Vec<Vec<String>> = known.values().cloned().collect();
            prop_assert_eq!(found, plain.groups(toys), "after {:?}: {:?}", step, change);
        }
    }

    #[test]
    fn any_order_of_arrival_ends_in_the_same_groups_and_links(
        seed: u64,
        toys_in in proptest::collection::vec((0_u64..8, 0_u64..7), 1..60),
    ) {
        let toys = Toys::new(seed);
        let mut records: Vec<(String, Toy)> = (0..)
            .zip(toys_in)
            .map(|(number, (person, form))| (id(number), Toy { person, form }))
            .collect();
        let ids: Vec<String> = records.iter().map(|(id, _)| id.clone()).collect();
        let given = records.iter().map(|(id, toy)| (id.as_str(), *toy));
        let built = Index::build(toys, given);
        let first = groups_of(&built, ids.iter().cloned());
        for turn in 0..4 {
            records.sort_by_key(|(id, _)| hash(seed, turn, id[1..].parse().unwrap()));
            let mut index = Index::new(toys);
            for (id, toy) in &records {
                index.insert_prepared(id, *toy);
            }
            prop_assert_eq!(&first, &groups_of(&index, ids.iter().cloned()));
            for id in &ids {
                let links = |index: &Index<Toys>| {
                    index.links_of(index.shelf.find(id).unwrap())
                };
                prop_assert_eq!(links(&built), links(&index));
            }
        }
    }
}

#[test]
fn storing_the_same_record_again_changes_nothing() {
    let mut index = Index::new(Toys::new(1));
    let toy = Toy { person: 1, form: 1 };
    let first = index.insert_prepared("b", toy);
    assert_eq!(first.formed.len(), 1);
    let again = index.insert_prepared("b", toy);
    assert_eq!(again.cluster.as_deref(), Some("b"));
    assert!(again.formed.is_empty() && again.dissolved.is_empty());
}

#[test]
fn a_decision_waits_for_records_that_are_not_stored_yet() {
    let mut index = Index::new(Toys::new(1));
    index.decide("a", "b", Verdict::Same, 1);
    index.insert_prepared("b", Toy { person: 1, form: 1 });
    let change = index.insert_prepared("a", Toy { person: 900, form: 1 });
    assert_eq!(change.cluster.as_deref(), Some("a"));
    assert_eq!(index.members_of("b"), ["a", "b"]);
    index.remove("a");
    assert_eq!(index.cluster_of("b"), Some("b"));
    index.insert_prepared("a", Toy { person: 900, form: 1 });
    assert_eq!(index.cluster_of("b"), Some("a"));
}
