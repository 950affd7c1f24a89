//! Which rows are whose: all that one customer has when it is merged, and of what came since, what
//! goes back with it.

mod store;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use handfast_db::{Fault, Tx};
use handfast_kit::{Id, NetworkId, OrganisationId, Uuid};

use super::{BATCH, What, json};
use crate::{
    CustomerId, RecordId,
    merging::{
        Merge, MergeId,
        rules::{Belonging, Leaning},
    },
    search,
};

/// Notes everything of the customer that is about to be merged. Entries of the search are not
/// noted: they go with their records and touches.
pub(in crate::merging) fn note_all(
    tx: &mut Tx<'_>,
    network: NetworkId,
    from: CustomerId,
    to: (CustomerId, MergeId),
) -> Result<(), Fault> {
    store::all_records(tx, (network, from), to)?;
    store::all_touches(tx, (network, from), to)?;
    store::all_sales(tx, (network, from), to)?;
    store::all_reviews(tx, (network, from), to)?;
    store::all_cases(tx, (network, from), to)?;
    store::all_requests(tx, (network, from), to)?;
    store::all_looks(tx, (network, from), to)?;
    Ok(())
}

/// Notes what came since and belongs to the one that was merged: records of its homes, what is on
/// them, and what names no record but is by an organisation that leans there. Gives how the
/// organisations lean, told by whom either of the two knew before and who keeps records now.
pub(in crate::merging) fn note_since(
    tx: &mut Tx<'_>,
    network: NetworkId,
    merge: &Merge,
    homes: &BTreeSet<CustomerId>,
    mut leaning: Leaning,
) -> Result<Leaning, Fault> {
    let theirs = records(tx, network, merge, homes, &mut leaning)?;
    store::sales_of_noted(tx, network, merge)?;
    store::reviews_of_noted(tx, network, merge)?;
    touches(tx, network, merge, &theirs, &leaning)?;
    let requests = store::requests(tx, network, merge)?;
    note(tx, network, merge, What::Request, &leaning.theirs(requests))?;
    let looks = store::looks(tx, network, merge)?;
    note(tx, network, merge, What::Look, &leaning.theirs(looks))?;
    entries(tx, network, merge, &theirs)?;
    Ok(leaning)
}

/// The records that go back: those that came, and those taken in since as one of its homes.
fn records(
    tx: &mut Tx<'_>,
    network: NetworkId,
    merge: &Merge,
    homes: &BTreeSet<CustomerId>,
    leaning: &mut Leaning,
) -> Result<BTreeSet<RecordId>, Fault> {
    let mut theirs = BTreeSet::new();
    let mut fresh = Vec::new();
    for (record, organisation, is_noted) in store::records(tx, network, merge)? {
        let goes =
            is_noted || store::home(tx, network, record)?.is_some_and(|home| homes.contains(&home));
        leaning.keeps(organisation, goes);
        if goes {
            theirs.insert(record);
        }
        if goes && !is_noted {
            fresh.push(record.uuid());
        }
    }
    note(tx, network, merge, What::Record, &fresh)?;
    Ok(theirs)
}

/// Touches go with their record, those of a case with their case; a case with the record on which
/// it was opened.
fn touches(
    tx: &mut Tx<'_>,
    network: NetworkId,
    merge: &Merge,
    records: &BTreeSet<RecordId>,
    leaning: &Leaning,
) -> Result<(), Fault> {
    let fresh = store::touches(tx, network, merge)?;
    let on_theirs = |record: &Option<RecordId>| record.is_some_and(|id| records.contains(&id));
    let opened: HashSet<(OrganisationId, String)> = fresh
        .iter()
        .filter(|touch| touch.kind == "case_opened" && on_theirs(&touch.record))
        .filter_map(|touch| Some((touch.organisation, touch.case_ref()?)))
        .collect();
    let mut cases: BTreeMap<(OrganisationId, String), bool> = BTreeMap::new();
    let mut fresh_cases = Vec::new();
    for (id, keeper, case_ref, is_noted) in store::cases(tx, network, merge)? {
        let key = (keeper, case_ref);
        let goes = is_noted || opened.contains(&key);
        if goes && !is_noted {
            fresh_cases.push(id);
        }
        cases.insert(key, goes);
    }
    let mut goes = Vec::new();
    for touch in &fresh {
        let case = touch.case_ref().and_then(|case| cases.get(&(touch.organisation, case)));
        let is_fresh = touch.recorded > merge.applied;
        let is_theirs = match (case, touch.record) {
            (Some(goes), _) => *goes,
            (None, Some(_)) => on_theirs(&touch.record),
            (None, None) if is_fresh => {
                let named = if touch.is_named() {
                    store::named(tx, network, merge, touch.id)?
                } else {
                    None
                };
                leaning.side(named.unwrap_or(touch.organisation)) == Belonging::From
            }
            (None, None) => false,
        };
        if is_theirs {
            goes.push(touch.id);
        }
    }
    note(tx, network, merge, What::Case, &fresh_cases)?;
    note(tx, network, merge, What::Touch, &goes)
}

/// Entries of the search go with what they find.
fn entries(
    tx: &mut Tx<'_>,
    network: NetworkId,
    merge: &Merge,
    records: &BTreeSet<RecordId>,
) -> Result<(), Fault> {
    let mut theirs: HashSet<Id<()>> = HashSet::new();
    for touch in store::noted(tx, network, merge, What::Touch)? {
        theirs.extend(search::entries_of_touch(Id::from_uuid(touch)));
    }
    for record in records {
        theirs.extend(search::entries_of_record(*record));
    }
    let entries = store::entries(tx, network, merge)?;
    let goes: Vec<Uuid> =
        entries.into_iter().filter(|id| theirs.contains(&Id::from_uuid(*id))).collect();
    note(tx, network, merge, What::Entry, &goes)
}

fn note(
    tx: &mut Tx<'_>,
    network: NetworkId,
    merge: &Merge,
    what: What,
    ids: &[Uuid],
) -> Result<(), Fault> {
    for batch in ids.chunks(BATCH) {
        store::rows(tx, network, merge, what, &json(batch))?;
    }
    Ok(())
}
