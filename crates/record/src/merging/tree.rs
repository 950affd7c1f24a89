//! Where a customer stands, and which merges made it.

use handfast_db::{Cx, Fault};
use handfast_kit::{NetworkId, TimeMs};

use super::{Merge, RECORDS_MAX, store};
use crate::CustomerId;

/// A customer that was not merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) id: CustomerId,
    pub(super) created: TimeMs,
}

/// Where this customer stands now, itself or as part of another.
pub(super) fn standing(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Option<Standing>, Fault> {
    let mut id = customer;
    // No customer has more homes than records; a ring would be a fault and must not hang.
    for _ in 0..=RECORDS_MAX {
        match store::place(cx, network, id)? {
            None => return Ok(None),
            Some((None, created)) => return Ok(Some(Standing { id, created })),
            Some((Some(next), _)) => id = next,
        }
    }
    Err(Fault::other("a customer was merged in a ring"))
}

/// The merges by which one customer became what it is. Each joins two homes, and together they
/// join all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tree {
    root: CustomerId,
    /// Those nearest to the root first.
    pub(super) merges: Vec<Merge>,
}

impl Tree {
    /// The tree of a customer: of one that stands all, of one that was merged what it was then.
    pub(super) fn of(cx: &mut Cx<'_>, network: NetworkId, root: CustomerId) -> Result<Self, Fault> {
        let mut merges: Vec<Merge> = store::merges_into(cx, network, root)?;
        let mut next = 0;
        while let Some(merge) = merges.get(next) {
            let below = store::merges_into(cx, network, merge.from)?;
            merges.extend(below);
            next += 1;
        }
        Ok(Self { root, merges })
    }

    /// The homes in it, by id.
    pub(super) fn homes(&self) -> Vec<CustomerId> {
        let mut homes: Vec<CustomerId> = self.merges.iter().map(|merge| merge.from).collect();
        homes.push(self.root);
        homes.sort_unstable();
        homes
    }

    /// Its homes, those farthest from the root first: in the order in which whoever follows an id
    /// passes them.
    pub(super) fn inwards(&self) -> impl Iterator<Item = CustomerId> + '_ {
        let below = self.merges.iter().rev().map(|merge| merge.from);
        below.chain(std::iter::once(self.root))
    }
}
