//! Ties that no event makes: with every customer of the network, and with those who live where an
//! organisation works. They stand in `tie` like all others, so that statements look at one table;
//! but only while the agreement grants something to them, so that most changes of an agreement
//! write none.

mod rules;
mod store;

use std::collections::{HashMap, HashSet};

use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{NetworkId, OrganisationId, TimeMs, Uuid};

use super::{MadeBy, NewTie, OPEN, make, store as ties_store};
use crate::{
    CustomerId, RecordId,
    sharing::{Grant, Level, Tie, rules::permitted, store as sharing_store},
};

/// How far the grants of an agreement reach beyond those whom the organisation met.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Reach {
    /// Whether they show something of every customer.
    pub(crate) everybody: bool,
    /// Of whose customers they show something because of where they live; empty if of none.
    pub(crate) territory: Vec<String>,
}

impl Reach {
    /// How far these grants reach, for an organisation that works there.
    pub(crate) fn of(grants: &[Grant], territory: &[String]) -> Self {
        let grants_to =
            |tie| grants.iter().any(|grant| grant.tie == tie && grant.level > Level::None);
        Self {
            everybody: grants_to(Tie::None),
            territory: if grants_to(Tie::Territory) { territory.to_vec() } else { Vec::new() },
        }
    }
}

/// Makes and ends the ties of an organisation whose agreement reached so far and now reaches
/// otherwise. Writes nothing where nothing changes.
pub(crate) fn settle(
    tx: &mut Tx<'_>,
    (network, organisation): (NetworkId, OrganisationId),
    before: &Reach,
    after: &Reach,
    now: TimeMs,
) -> Result<(), Fault> {
    let mut made = 0;
    if before.everybody && !after.everybody {
        store::forget(tx, network, organisation, Tie::None)?;
    }
    if after.everybody && !before.everybody {
        made += store::tie_everybody(tx, network, organisation, now)?;
    }
    if before.territory != after.territory {
        if after.territory.is_empty() {
            store::forget(tx, network, organisation, Tie::Territory)?;
        } else {
            let territory = rules::Territory::of(&after.territory);
            let places = store::places(tx, network, &territory)?;
            if !before.territory.is_empty() {
                store::forget_outside(tx, network, organisation, &places)?;
            }
            made += store::tie_within(tx, network, organisation, &places, now)?;
        }
    }
    if made == 0 {
        return Ok(());
    }
    store::order_by_name(tx, network, organisation)?;
    follow_words(tx, network, organisation)
}

/// Brings the ties of an organisation in line with what all customers said: new ones were made as
/// if nobody had said anything.
fn follow_words(
    tx: &mut Tx<'_>,
    network: NetworkId,
    organisation: OrganisationId,
) -> Result<(), Fault> {
    let mut after = None;
    loop {
        let said = store::sayings(tx, network, organisation, after)?;
        for (customer, sayings) in &said {
            let permitted = permitted(sayings, false, organisation);
            ties_store::permit(tx, network, *customer, organisation, permitted)?;
        }
        let Some((last, _)) = said.last() else { break };
        after = Some(*last);
    }
    store::freeze(tx, network, organisation)?;
    Ok(())
}

/// Gives a customer who is new, or lives elsewhere now, the ties of organisations whose agreements
/// reach there, and ends those that do not any more. One small statement where none does.
pub(crate) fn follow_place(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<(), Fault> {
    let wishes = store::wishes(tx, network)?;
    if wishes.is_empty() {
        return Ok(());
    }
    let Some(created) = store::customer_since(tx, network, customer)? else { return Ok(()) };
    let homes = store::homes(tx, network, customer)?;
    for wish in wishes {
        let Some((territory, signed)) = store::territory(tx, network, wish.organisation)? else {
            continue;
        };
        let held = sharing_store::ties_of(tx, network, customer, wish.organisation)?;
        let has = |tie| held.iter().any(|held| held.tie == tie);
        if wish.everybody && !has(Tie::None) {
            let from = signed.max(created);
            make(tx, network, customer, &standing(wish.organisation, Tie::None, from))?;
        }
        if !wish.territory {
            continue;
        }
        let territory = rules::Territory::of(&territory);
        let since = homes.iter().filter(|home| territory.holds(home)).map(|home| home.since).min();
        match (since, has(Tie::Territory)) {
            (Some(since), false) => {
                let tie = standing(wish.organisation, Tie::Territory, signed.max(since));
                make(tx, network, customer, &tie)?;
            }
            (None, true) => {
                store::forget_one(tx, network, customer, wish.organisation, Tie::Territory)?;
            }
            (Some(_), true) | (None, false) => {}
        }
    }
    Ok(())
}

fn standing(organisation: OrganisationId, tie: Tie, from: TimeMs) -> NewTie {
    NewTie {
        organisation,
        tie,
        from,
        until: OPEN,
        extra: 0,
        made_by: MadeBy::Event,
        person: None,
        why: String::new(),
    }
}

/// Who lives where this organisation's agreement reaches.
pub(super) fn residents(
    cx: &mut Cx<'_>,
    network: NetworkId,
    reach: &Reach,
) -> Result<HashSet<CustomerId>, Fault> {
    let mut residents = HashSet::new();
    if reach.territory.is_empty() {
        return Ok(residents);
    }
    let territory = rules::Territory::of(&reach.territory);
    // Many live at few places: what each is called is folded once.
    let mut known: HashMap<String, bool> = HashMap::new();
    let mut after = (CustomerId::from_uuid(Uuid::nil()), RecordId::from_uuid(Uuid::nil()));
    loop {
        let page = store::homes_after(cx, network, after)?;
        let Some(last) = page.last() else { return Ok(residents) };
        after = (last.customer, last.record);
        for home in page {
            let mut names = |place: &str| match known.get(place) {
                Some(is_named) => *is_named,
                None => *known.entry(place.to_owned()).or_insert(territory.names(place)),
            };
            let places = [&home.country, &home.region, &home.city];
            if places.into_iter().any(|place| names(place))
                || territory.has_postcode(&home.postcode)
            {
                residents.insert(home.customer);
            }
        }
    }
}
