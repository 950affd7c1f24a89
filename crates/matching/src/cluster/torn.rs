//! Records that match two groups about equally well.

use super::{agglomerate::Ruled, linkage::Linkage};

/// The records, by their places in the part and ascending, that match a second group of at least
/// two records at the high cut, and at most the margin worse than the rest of their own.
///
/// A record that a person decided about is never torn.
pub(super) fn find<S: Fn(u32, u32) -> i32>(
    linkage: &mut Linkage<'_, S>,
    ruled: &Ruled,
) -> Vec<u32> {
    let cuts = linkage.cuts();
    let mut torn = Vec::new();
    for (place, second) in linkage.second_matches() {
        let (own, in_company) = (linkage.group_of(place), linkage.size(second) > 1);
        let is_known = torn.last() == Some(&place);
        if is_known || !in_company || linkage.size(own) == 1 || ruled.decided(place) {
            continue;
        }
        let (sum, count) = linkage.sum_with(place, second);
        if sum < i64::from(cuts.high) * count {
            continue;
        }
        let (own_sum, own_count) = linkage.sum_with(place, own);
        let margin = i64::from(cuts.margin) * count * own_count;
        if sum * own_count + margin >= own_sum * count {
            torn.push(place);
        }
    }
    torn
}
