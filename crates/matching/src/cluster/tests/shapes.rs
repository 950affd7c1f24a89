//! Shapes that pull a grouping apart, or together.

use std::sync::atomic::{AtomicU64, Ordering};

use super::worlds::{cuts, hash};
use crate::cluster::{Decision, Decisions, Doubtful, Edge, Grouping, Verdict, settle};

const BIT: i32 = 256;

/// Settles with edges given in whole bits; every other pair weighs `else_bits`.
fn settle_bits(
    count: u32,
    bits: &[(u32, u32, i32)],
    else_bits: i32,
    list: &[Decision],
) -> Grouping {
    let edges: Vec<Edge> =
        bits.iter().map(|&(a, b, bits)| Edge { a, b, weight: bits * BIT }).collect();
    let score = |a, b| {
        let given = edges.iter().find(|edge| (edge.a, edge.b) == (a, b));
        given.map_or(else_bits * BIT, |edge| edge.weight)
    };
    settle(count, &edges, &score, &Decisions { list: list.to_vec() }, &cuts())
}

/// All pairs within a range, at one weight.
fn clique(range: std::ops::Range<u32>, bits: i32) -> Vec<(u32, u32, i32)> {
    let end = range.end;
    range.flat_map(|a| (a + 1..end).map(move |b| (a, b, bits))).collect()
}

#[test]
fn a_chain_of_good_links_does_not_become_one_person() {
    let chain: Vec<_> = (0..99).map(|a| (a, a + 1, 15)).collect();
    let grouping = settle_bits(100, &chain, -20, &[]);
    for group in 0..100 {
        assert!(grouping.group_of.iter().filter(|&&of| of == group).count() <= 2);
    }
}

#[test]
fn one_bad_link_never_joins_two_large_groups_and_is_named() {
    let mut edges = clique(0..8, 20);
    edges.extend(clique(8..16, 20));
    edges.push((3, 12, 200));
    let grouping = settle_bits(16, &edges, -25, &[]);
    assert_eq!(grouping.group_of[..8], [0; 8]);
    assert_eq!(grouping.group_of[8..], [8; 8]);
    let [doubt] = grouping.doubtful[..] else { panic!("one doubt: {:?}", grouping.doubtful) };
    assert_eq!((doubt.groups, doubt.why), ((0, 8), Doubtful::Bridged));
    assert_eq!(doubt.best, Edge { a: 3, b: 12, weight: 200 * BIT });
}

#[test]
fn a_record_that_matches_two_groups_is_left_alone_and_goes_to_the_queue() {
    let mut edges = clique(0..4, 20);
    edges.extend(clique(4..8, 20));
    edges.extend((0..8).map(|other| (other, 8, 14)));
    let grouping = settle_bits(9, &edges, -25, &[]);
    assert_eq!(grouping.group_of, [0, 0, 0, 0, 4, 4, 4, 4, 8]);
    assert_eq!(grouping.torn, [8]);
    let groups: Vec<_> = grouping.doubtful.iter().map(|doubt| (doubt.groups, doubt.why)).collect();
    assert_eq!(groups, [((0, 8), Doubtful::Torn), ((4, 8), Doubtful::Torn)]);
}

#[test]
fn a_record_that_matches_one_group_clearly_better_joins_it() {
    let mut edges = clique(0..4, 20);
    edges.extend(clique(4..8, 20));
    edges.extend((0..8).map(|other| (other, 8, if other < 4 { 19 } else { 12 })));
    let grouping = settle_bits(9, &edges, -25, &[]);
    assert_eq!(grouping.group_of, [0, 0, 0, 0, 4, 4, 4, 4, 0]);
    assert!(grouping.torn.is_empty());
    assert_eq!(grouping.doubtful[0].why, Doubtful::Bridged);
}

#[test]
fn an_average_between_the_cuts_is_a_doubt_and_no_group() {
    let grouping = settle_bits(2, &[(0, 1, 7)], -25, &[]);
    assert_eq!(grouping.group_of, [0, 1]);
    assert_eq!(grouping.doubtful[0].why, Doubtful::Near);
    assert_eq!(grouping.doubtful[0].average, 7 * BIT);
}

#[test]
fn a_person_joins_what_the_weights_keep_apart_and_parts_what_they_join() {
    let edges = [(0, 1, 20), (1, 2, -20), (2, 3, 20)];
    let same = Decision { a: 2, b: 1, verdict: Verdict::Same, order: 1 };
    let apart = Decision { a: 0, b: 1, verdict: Verdict::Apart, order: 2 };
    let grouping = settle_bits(4, &edges, -20, &[same, apart]);
    assert_eq!(grouping.group_of[1], grouping.group_of[2]);
    assert_ne!(grouping.group_of[0], grouping.group_of[1]);
    assert!(grouping.overruled.is_empty());
}

#[test]
fn two_kept_apart_are_not_joined_through_a_third() {
    let edges = [(0, 1, 20), (1, 2, 20), (0, 2, 20)];
    let apart = Decision { a: 0, b: 2, verdict: Verdict::Apart, order: 1 };
    let grouping = settle_bits(3, &edges, -20, &[apart]);
    assert_eq!(grouping.group_of, [0, 0, 2]);
    assert_eq!(grouping.doubtful.len(), 0, "the person was asked already");
}

#[test]
fn the_later_of_two_decisions_that_contradict_holds_through_others() {
    let of = |a, b, verdict, order| Decision { a, b, verdict, order };
    let list =
        [of(0, 1, Verdict::Same, 1), of(1, 2, Verdict::Same, 2), of(0, 2, Verdict::Apart, 3)];
    let grouping = settle_bits(3, &[], -20, &list);
    assert_eq!(grouping.group_of, [0, 1, 1]);
    assert_eq!(grouping.overruled, [0]);
    let list = [of(0, 2, Verdict::Apart, 0), list[0], list[1]];
    let grouping = settle_bits(3, &[], -20, &list);
    assert_eq!(grouping.group_of, [0, 0, 0]);
    assert_eq!(grouping.overruled, [0]);
}

#[test]
fn doubts_about_one_group_are_limited() {
    let edges: Vec<_> = (1..100).map(|other| (0, other, 7)).collect();
    let grouping = settle_bits(100, &edges, -20, &[]);
    assert_eq!(grouping.doubtful.len(), 4);
}

/// All pairs of ten thousand records.
const ALL_PAIRS: u64 = 10_000 * 9_999 / 2;

/// Groups ten thousand records by what blocking leaves of one shared key: each with its next
/// twenty. `weight` is for those and all other pairs. Also how many pairs were weighed.
fn shared_key(weight: impl Fn(u32, u32) -> i32 + Sync) -> (Grouping, u64) {
    let edges: Vec<Edge> = (0..10_000)
        .flat_map(|a| (a + 1..10_000.min(a + 21)).map(move |b| (a, b)))
        .map(|(a, b)| Edge { a, b, weight: weight(a, b) })
        .collect();
    weighed(&edges, weight)
}

fn weighed(edges: &[Edge], weight: impl Fn(u32, u32) -> i32 + Sync) -> (Grouping, u64) {
    let count = AtomicU64::new(0);
    let counted = |a: u32, b: u32| {
        count.fetch_add(1, Ordering::Relaxed);
        weight(a, b)
    };
    let grouping = settle(10_000, edges, &counted, &Decisions::none(), &cuts());
    (grouping, count.into_inner())
}

#[test]
fn ten_thousand_records_sharing_one_key_do_not_weigh_every_pair() {
    let (alike, count) = shared_key(|_, _| 20 * BIT);
    assert!(alike.group_of.iter().all(|&group| group == 0), "all alike are one");
    assert!(count < ALL_PAIRS / 10, "{count} alike");
    let noise = |a: u32, b: u32| (hash(1, a.into(), b.into()) % 40) as i32 * BIT - 15 * BIT;
    let (_, count) = shared_key(noise);
    assert!(count < ALL_PAIRS / 10, "{count} in noise");
    let (_, count) = shared_key(|a, b| if b - a < 21 { 15 * BIT } else { -20 * BIT });
    assert!(count < ALL_PAIRS / 10, "{count} in a chain");
}

#[test]
fn a_hub_that_matches_ten_thousand_strangers_does_not_weigh_every_pair() {
    let score = |a: u32, b: u32| if a == 0 { 15 * BIT + b as i32 % 7 } else { -20 * BIT };
    let edges: Vec<Edge> = (1..10_000).map(|b| Edge { a: 0, b, weight: score(0, b) }).collect();
    let (grouping, count) = weighed(&edges, score);
    assert_eq!(grouping.group_of.iter().filter(|&&group| group == 0).count(), 2);
    assert!(count < ALL_PAIRS / 10, "{count}");
}
