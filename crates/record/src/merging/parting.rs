//! Undoing a merge, step by step.

use std::collections::BTreeSet;

use handfast_db::{Fault, Tx};
use handfast_kit::{NetworkId, TimeMs};

use super::{
    Error, Merge, MergeId, joining,
    kept::{OwnRow, Sets},
    moving::{self, Extent, Way},
    rules::{self, Belonging, Events, Half, Leaning, Since},
    sets,
    store::{self, Side},
    tree::{self, Tree},
};
use crate::{
    CustomerId, customers, search,
    sharing::{Author, ties},
    touches::{self, Body},
};

pub(super) fn part(
    tx: &mut Tx<'_>,
    author: &Author,
    now: TimeMs,
    id: MergeId,
    words: &str,
) -> Result<Merge, Error> {
    let network = author.network();
    let merge = hold(tx, network, id)?;
    let again = undo_down_to(tx, network, &merge)?;
    for later in again.into_iter().rev() {
        joining::apply(tx, network, &Merge { applied: now, ..later })?;
    }
    let why = rules::words(words);
    for (one, other) in [(merge.into, merge.from), (merge.from, merge.into)] {
        // Either may be part of another again.
        let standing = tree::standing(tx, network, one)?.ok_or(Error::NotFound)?;
        let by_person = author.person_id().is_some();
        let body = Body::CustomersParted { other_id: other, by_person, why: why.clone() };
        joining::tell(tx, author, now, standing.id, body)?;
    }
    Ok(merge)
}

/// The merge, with every customer it bears on locked: those that were merged first, as whoever
/// follows an id of theirs passes them.
fn hold(tx: &mut Tx<'_>, network: NetworkId, id: MergeId) -> Result<Merge, Error> {
    for _ in 0..16 {
        let merge = store::one(tx, network, id)?.ok_or(Error::NoSuchMerge)?;
        let root = tree::standing(tx, network, merge.into)?.ok_or(Error::NoSuchMerge)?;
        let tree = Tree::of(tx, network, root.id)?;
        for home in tree.inwards() {
            customers::lock_to_change(tx, network, home)?;
        }
        if Tree::of(tx, network, root.id)? == tree
            && tree::standing(tx, network, root.id)? == Some(root)
            && tree.merges.contains(&merge)
        {
            return Ok(merge);
        }
    }
    Err(Fault::other("a merge did not stand still to be undone").into())
}

/// Undoes the merges that were made after this one, the last first, and then this one. Gives those
/// that are to be made again, in the order in which they were undone.
fn undo_down_to(tx: &mut Tx<'_>, network: NetworkId, merge: &Merge) -> Result<Vec<Merge>, Fault> {
    let mut chain = vec![merge.clone()];
    while let Some(outer) = outer(tx, network, chain[chain.len() - 1].into)? {
        chain.push(outer);
    }
    let mut undone = Vec::new();
    for link in chain.into_iter().rev() {
        let later = store::merges_into(tx, network, link.into)?;
        for later in later.into_iter().rev().filter(|other| other.position > link.position) {
            undo(tx, network, &later)?;
            undone.push(later);
        }
        undo(tx, network, &link)?;
        undone.push(link);
    }
    undone.pop();
    Ok(undone)
}

/// The merge by which a customer became part of another.
fn outer(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<Option<Merge>, Fault> {
    let Some((Some(into), _)) = store::place(tx, network, customer)? else { return Ok(None) };
    let merges = store::merges_into(tx, network, into)?;
    Ok(merges.into_iter().find(|merge| merge.from == customer))
}

/// Undoes one merge: the last one of a customer that stands.
fn undo(tx: &mut Tx<'_>, network: NetworkId, merge: &Merge) -> Result<(), Fault> {
    touches::hold_sealing(tx, network)?;
    let before_from = store::kept(tx, network, merge, Side::From)?;
    let before_into = store::kept(tx, network, merge, Side::Into)?;
    let after = store::kept(tx, network, merge, Side::After)?;
    let now = sets::read(tx, network, merge.into)?;
    let homes: BTreeSet<CustomerId> =
        Tree::of(tx, network, merge.from)?.homes().into_iter().collect();
    let leaning = Leaning::of(&before_from, &before_into);
    let leaning = moving::note_since(tx, network, merge, &homes, leaning)?;
    let way =
        Way { network, from: merge.into, to: merge.from, merge: merge.id, extent: Extent::Noted };
    moving::go(tx, &way)?;
    moving::lead_guests(tx, &way, merge.applied, &leaning)?;
    search::forget(tx, network, merge.into.as_kind());
    let of_from = events(tx, network, merge.from)?;
    let of_into = events(tx, network, merge.into)?;
    let since = Since { after: &after, now: &now, applied: merge.applied, leaning: &leaning };
    let half = |side, before, events, others| Half { side, before, events, others };
    let from = half(Belonging::From, &before_from, &of_from, &of_into);
    let into = half(Belonging::Into, &before_into, &of_into, &of_from);
    for (customer, half) in [(merge.from, from), (merge.into, into)] {
        let sets = rules::apart(&half, &since);
        sets::replace(tx, network, customer, &sets)?;
        settle(tx, network, customer, half.before, &sets)?;
    }
    store::delete(tx, network, merge)
}

/// What makes ties on a customer.
fn events(tx: &mut Tx<'_>, network: NetworkId, customer: CustomerId) -> Result<Events, Fault> {
    let made = touches::ties_made(tx, network, customer.as_kind())?;
    let event =
        |made: touches::TieMade| ((made.organisation, made.tie as i64), (made.first, made.last));
    Ok(made.into_iter().map(event).collect())
}

/// Brings all that follows from records, words and ties in line with them. What nothing changed
/// since stays as it was.
fn settle(
    tx: &mut Tx<'_>,
    network: NetworkId,
    customer: CustomerId,
    before: &Sets,
    sets: &Sets,
) -> Result<(), Fault> {
    let OwnRow { records, .. } = sets::own(tx, network, customer)?;
    let has_new_ties = sets.ties.keys().any(|key| !before.ties.contains_key(key));
    if has_new_ties || records != before.own.records {
        customers::choose(tx, network, customer)?;
    } else {
        ties::follow_place(tx, network, customer)?;
    }
    ties::follow_word(tx, network, customer)?;
    touches::tied(tx, network, customer.as_kind())
}
