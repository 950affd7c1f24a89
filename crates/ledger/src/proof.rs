//! Checking proofs, with nothing at hand but them (RFC 9162, 2.1.3.2 and 2.1.4.2; the trees are
//! those of RFC 6962).

use crate::Hash;

/// Whether `leaf` is number `index` of the tree of `size` leaves with this `root`.
pub fn is_included(leaf: Hash, index: u64, size: u64, proof: &[Hash], root: Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last, mut hash) = (index, size - 1, leaf);
    for step in proof {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            hash = Hash::of_nodes(step, &hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = Hash::of_nodes(&hash, step);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && hash == root
}

/// Whether the tree of `size` leaves with this `root` begins with the tree of `old_size` leaves
/// with `old_root`: whether nothing that stood there was changed.
pub fn is_continued(
    (old_size, old_root): (u64, Hash),
    (size, root): (u64, Hash),
    proof: &[Hash],
) -> bool {
    if old_size > size {
        return false;
    }
    if old_size == size {
        return proof.is_empty() && old_root == root;
    }
    if old_size == 0 {
        return proof.is_empty() && old_root == Hash::of_nothing();
    }
    let (mut at, mut last) = (old_size - 1, size - 1);
    while at & 1 == 1 {
        at >>= 1;
        last >>= 1;
    }
    let mut steps = proof.iter();
    // A whole old tree is a node of the new one, and its own first step.
    let first = if at == 0 { Some(&old_root) } else { steps.next() };
    let Some(&first) = first else { return false };
    let (mut old, mut new) = (first, first);
    for step in steps {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            old = Hash::of_nodes(step, &old);
            new = Hash::of_nodes(step, &new);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            new = Hash::of_nodes(&new, step);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && old == old_root && new == root
}
