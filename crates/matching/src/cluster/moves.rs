//! Records that fit another group better than their own.
//!
//! Joining the best two first has a weakness: a freak pair comes first, and both its records are
//! lost to the groups they belong to. So afterwards single records may move. Both steps serve one
//! sum, over all pairs within groups, of weight minus high cut: joining adds to it exactly when
//! the average reaches the cut, and a record moves only when that adds to it.

use super::{agglomerate::Ruled, linkage::Linkage};

/// How many times the moves are looked for before groups are joined again.
const ROUNDS_MAX: usize = 8;

/// A record and where it would better be.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Move {
    /// In 1/256 bit, negative so that the greatest gain comes first.
    loss: i64,
    place: u32,
    /// The slot of another group; none means alone.
    to: Option<u32>,
}

/// For each record the first record of its group after the moves; none if there are none to make.
pub(super) fn better<S: Fn(u32, u32) -> i32>(
    linkage: &mut Linkage<'_, S>,
    ruled: &Ruled,
    aside: &[u32],
) -> Option<Vec<u32>> {
    let slots = linkage.record_count() as usize;
    let mut moves = find(linkage, ruled, aside, &vec![true; slots]);
    let moved = !moves.is_empty();
    for _ in 0..ROUNDS_MAX {
        if moves.is_empty() {
            break;
        }
        moves.sort_unstable();
        // The gains were counted without the other moves, so no group takes part in two a round.
        let mut touched = vec![false; slots];
        for one in moves {
            let groups = [Some(linkage.group_of(one.place)), one.to];
            if groups.iter().flatten().any(|&group| touched[group as usize]) {
                continue;
            }
            let now = linkage.transfer(one.place, one.to);
            for group in groups.into_iter().flatten().chain([now]) {
                touched[group as usize] = true;
            }
        }
        // What waited had a group that is other now, so it is found again if it still holds.
        moves = find(linkage, ruled, aside, &touched);
    }
    moved.then(|| linkage.names())
}

/// The best move of every record that has one, in the order of the records; of those whose own
/// group or one that they match is `fresh`. For the others nothing is other than it was.
fn find<S: Fn(u32, u32) -> i32>(
    linkage: &mut Linkage<'_, S>,
    ruled: &Ruled,
    aside: &[u32],
    fresh: &[bool],
) -> Vec<Move> {
    let high = i64::from(linkage.cuts().high);
    let seconds = linkage.second_matches();
    let (mut rest, mut moves) = (&seconds[..], Vec::new());
    for place in 0..linkage.record_count() {
        let own = linkage.group_of(place);
        let (mine, later) = rest.split_at(rest.partition_point(|&(of, _)| of <= place));
        rest = later;
        let is_fresh = |slot: u32| fresh[slot as usize];
        if !is_fresh(own) && !mine.iter().any(|&(_, second)| is_fresh(second)) {
            continue;
        }
        let (sum, count) = linkage.sum_with(place, own);
        let stays = sum - high * count;
        let alone = Move { loss: stays, place, to: None };
        let mut best = (stays < 0).then_some(alone);
        for &(_, second) in mine {
            if aside.binary_search(&place).is_ok() || aside.binary_search(&second).is_ok() {
                continue;
            }
            let (sum, count) = linkage.sum_with(place, second);
            let there = Move { loss: stays - (sum - high * count), place, to: Some(second) };
            if there.loss < 0 && best.as_ref().is_none_or(|best| there < *best) {
                best = Some(there);
            }
        }
        if !ruled.decided(place) {
            moves.extend(best);
        }
    }
    moves
}
