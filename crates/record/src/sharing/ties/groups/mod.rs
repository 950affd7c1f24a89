//! The customers of an organisation, in groups of whom it sees the same: so that what a change of
//! its agreement shows or hides can be said exactly, and a decision is made for each group alone.

mod store;

use handfast_db::{Cx, Fault};
use handfast_kit::{NetworkId, OrganisationId, TimeMs};

use super::reach::{self, Reach};
use crate::sharing::{Permitted, Tie, rules::permitted, store as sharing_store};

/// Customers of whom an organisation sees the same: alike in ties, word and what was allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    /// The ties in force, a bit each.
    pub(crate) ties: i64,
    /// Those that there would be.
    pub(crate) becoming: i64,
    /// What the customers' word leaves of grants.
    pub(crate) permitted: Permitted,
    /// Classes allowed beyond the agreement, a bit each.
    pub(crate) extra: i64,
    /// How many.
    pub(crate) customers: i64,
}

/// All customers with whom the organisation has a tie at this moment, or would have one if its
/// agreement reached as far as `after`, in groups.
pub(crate) fn groups(
    cx: &mut Cx<'_>,
    (network, organisation): (NetworkId, OrganisationId),
    before: &Reach,
    after: &Reach,
    now: TimeMs,
) -> Result<Vec<Group>, Fault> {
    if before == after {
        return store::tied(cx, network, organisation, now);
    }
    let places = reach::places(cx, network, after)?;
    let mut lots = store::all(cx, (network, organisation), &places, now)?;
    // Who has no tie, but said something, is in no group of theirs yet.
    let mut last = None;
    loop {
        let strangers = store::strangers(cx, (network, organisation), &places, now, last)?;
        for (customer, lives_there) in &strangers {
            let (sayings, frozen) = sharing_store::word_of(cx, network, *customer)?;
            let sayings: Vec<_> = sayings.into_iter().map(|(_, saying)| saying).collect();
            lots.push(Lot {
                ties: 0,
                permitted: permitted(&sayings, !frozen.is_empty(), organisation),
                extra: 0,
                lives_there: *lives_there,
                customers: 1,
            });
        }
        let Some((customer, _)) = strangers.last() else { break };
        last = Some(*customer);
    }
    let met = |ties: i64| ties & !(Tie::None.bit() | Tie::Territory.bit());
    let reached = |lives_there: bool| {
        let everybody = if after.everybody { Tie::None.bit() } else { 0 };
        everybody | if lives_there { Tie::Territory.bit() } else { 0 }
    };
    Ok(lots
        .into_iter()
        .map(|lot| Group {
            ties: lot.ties,
            becoming: met(lot.ties) | reached(lot.lives_there),
            permitted: lot.permitted,
            extra: lot.extra,
            customers: lot.customers,
        })
        .filter(|group| group.ties | group.becoming != 0)
        .collect())
}

/// Customers alike, before it is said what becomes of their ties.
struct Lot {
    ties: i64,
    permitted: Permitted,
    extra: i64,
    /// Whether they live where the agreement would reach.
    lives_there: bool,
    customers: i64,
}
