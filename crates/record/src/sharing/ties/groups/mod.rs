//! The customers of an organisation, in groups of whom it sees the same: so that what a change of
//! its agreement shows or hides can be said exactly, and a decision is made for each group alone.

mod store;

use std::collections::{HashMap, HashSet};

use handfast_db::{Cx, Fault};
use handfast_kit::{NetworkId, OrganisationId, TimeMs, Uuid};

use super::reach::{self, Reach};
use crate::{
    CustomerId,
    sharing::{PURPOSES_UNSAID, Permitted, Tie, rules::permitted, store as sharing_store},
};

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
    let mut tally = Tally {
        reaches_everybody: after.everybody,
        residents: reach::residents(cx, network, after)?,
        counts: HashMap::new(),
    };
    let tied = count_tied(cx, (network, organisation), now, &mut tally)?;
    count_strangers(cx, (network, organisation), &tied, &mut tally)?;
    Ok(tally.groups())
}

/// A customer with a tie.
struct Tied {
    customer: CustomerId,
    ties: i64,
    permitted: Permitted,
    extra: i64,
}

/// Groups as they are counted, by ties, word, what was allowed, and whether the customers live
/// where the agreement would reach.
struct Tally {
    reaches_everybody: bool,
    residents: HashSet<CustomerId>,
    counts: HashMap<(i64, (i64, i64), i64, bool), i64>,
}

impl Tally {
    fn add(&mut self, ties: i64, permitted: Permitted, extra: i64, at_home: bool, count: i64) {
        let word = (permitted.purposes, permitted.denied);
        *self.counts.entry((ties, word, extra, at_home)).or_default() += count;
    }

    fn groups(self) -> Vec<Group> {
        let everybody = if self.reaches_everybody { Tie::None.bit() } else { 0 };
        let made_by_agreements = Tie::None.bit() | Tie::Territory.bit();
        let group = |((ties, (purposes, denied), extra, at_home), customers)| {
            let neighbours = if at_home { Tie::Territory.bit() } else { 0 };
            let becoming = (ties & !made_by_agreements) | everybody | neighbours;
            Group { ties, becoming, permitted: Permitted { purposes, denied }, extra, customers }
        };
        let is_met = |group: &Group| group.customers > 0 && group.ties | group.becoming != 0;
        self.counts.into_iter().map(group).filter(is_met).collect()
    }
}

const NOBODY: CustomerId = CustomerId::from_uuid(Uuid::nil());

fn count_tied(
    cx: &mut Cx<'_>,
    place: (NetworkId, OrganisationId),
    now: TimeMs,
    tally: &mut Tally,
) -> Result<HashSet<CustomerId>, Fault> {
    let (mut tied, mut after) = (HashSet::new(), NOBODY);
    loop {
        let page = store::tied_after(cx, place, now, after)?;
        let Some(last) = page.last() else { return Ok(tied) };
        after = last.customer;
        for one in page {
            let at_home = tally.residents.contains(&one.customer);
            tally.add(one.ties, one.permitted, one.extra, at_home, 1);
            tied.insert(one.customer);
        }
    }
}

/// Counts who has no tie yet. Most of them said nothing and are alike; the word of the others is
/// asked for one by one.
fn count_strangers(
    cx: &mut Cx<'_>,
    (network, organisation): (NetworkId, OrganisationId),
    tied: &HashSet<CustomerId>,
    tally: &mut Tally,
) -> Result<(), Fault> {
    let mut at_home_count = tally.residents.difference(tied).count() as i64;
    let mut elsewhere_count =
        store::customer_count(cx, network)? - tied.len() as i64 - at_home_count;
    let mut after = NOBODY;
    loop {
        let page = store::spoken_after(cx, network, after)?;
        let Some((last,)) = page.last() else { break };
        after = *last;
        for (customer,) in page.into_iter().filter(|(customer,)| !tied.contains(customer)) {
            let (sayings, frozen) = sharing_store::word_of(cx, network, customer)?;
            let sayings: Vec<_> = sayings.into_iter().map(|(_, saying)| saying).collect();
            let permitted = permitted(&sayings, !frozen.is_empty(), organisation);
            let at_home = tally.residents.contains(&customer);
            tally.add(0, permitted, 0, at_home, 1);
            *if at_home { &mut at_home_count } else { &mut elsewhere_count } -= 1;
        }
    }
    let silent = Permitted { purposes: PURPOSES_UNSAID, denied: 0 };
    tally.add(0, silent, 0, true, at_home_count);
    tally.add(0, silent, 0, false, elsewhere_count);
    Ok(())
}
