//! Merging, step by step.

use handfast_db::{Cx, Fault, Tx};
use handfast_kit::{NetworkId, TimeMs};

use super::{
    Error, Merge, MergeId, Refusal, Why,
    kept::Sets,
    moving::{self, Extent, Way},
    rules::{self, Amount},
    sets,
    store::{self, Side},
    tree::{self, Standing},
};
use crate::{
    CustomerId, customers, organisations, search,
    sharing::{Author, ties},
    touches::{self, Audience, Body, NewTouch},
};

pub(super) fn merge(
    tx: &mut Tx<'_>,
    author: &Author,
    now: TimeMs,
    (a, b): (CustomerId, CustomerId),
    why: &Why,
) -> Result<Merge, Error> {
    let network = author.network();
    let (into, from) = hold(tx, network, a, b)?;
    let (of_into, of_from) = (sets::read(tx, network, into)?, sets::read(tx, network, from)?);
    let joined = rules::together((into, &of_into), (from, &of_from));
    if let Some(refusal) = refusal(tx, network, (into, from), &joined)? {
        return Err(refusal.into());
    }
    let last = store::merges_into(tx, network, into)?.last().map_or(0, |merge| merge.position);
    let merge = Merge {
        id: MergeId::at(now),
        into,
        from,
        position: last + 1,
        why: Why { weight: why.weight, words: rules::words(&why.words) },
        person: author.person_id(),
        made: now,
        applied: now,
    };
    apply(tx, network, &merge)?;
    let body = Body::CustomersMatched {
        from_id: from,
        weight: merge.why.weight,
        by_person: merge.person.is_some(),
        why: merge.why.words.clone(),
    };
    tell(tx, author, now, into, body)?;
    Ok(merge)
}

/// Where both stand, the one that survives first: the older, of two of one moment that with the
/// smaller id.
pub(super) fn stand(
    cx: &mut Cx<'_>,
    network: NetworkId,
    a: CustomerId,
    b: CustomerId,
) -> Result<(CustomerId, CustomerId), Error> {
    let one = tree::standing(cx, network, a)?.ok_or(Error::NotFound)?;
    let other = tree::standing(cx, network, b)?.ok_or(Error::NotFound)?;
    if one == other {
        return Err(Error::Same);
    }
    let age = |standing: &Standing| (standing.created, standing.id);
    let is_older = age(&one) < age(&other);
    Ok(if is_older { (one.id, other.id) } else { (other.id, one.id) })
}

/// As [`stand`], with both locked: in the order of their ids, so that of two who merge the same
/// customers one waits for the other, and neither for ever.
fn hold(
    tx: &mut Tx<'_>,
    network: NetworkId,
    a: CustomerId,
    b: CustomerId,
) -> Result<(CustomerId, CustomerId), Error> {
    // Whoever merged or parted one of them in the meantime is done once it is locked.
    for _ in 0..16 {
        let (into, from) = stand(tx, network, a, b)?;
        let mut is_still = true;
        for id in [into.min(from), into.max(from)] {
            is_still &= customers::lock_to_change(tx, network, id)? == Some(id);
        }
        if is_still && stand(tx, network, a, b)? == (into, from) {
            return Ok((into, from));
        }
    }
    Err(Fault::other("two customers did not stand still to be merged").into())
}

/// Why these two are not to be merged, if so.
pub(super) fn refusal(
    cx: &mut Cx<'_>,
    network: NetworkId,
    (into, from): (CustomerId, CustomerId),
    joined: &Sets,
) -> Result<Option<Refusal>, Fault> {
    let (of_into, of_from) = (store::counts(cx, network, into)?, store::counts(cx, network, from)?);
    let amount = Amount { records: of_into.records + of_from.records, rows: of_from.sum() };
    let asking = (store::asking(cx, network, into)?, store::asking(cx, network, from)?);
    Ok(rules::refusal(amount, joined, (&asking.0, &asking.1)))
}

/// Moves everything of one to the other, and keeps what it takes to undo that. Both stand, and are
/// locked.
pub(super) fn apply(tx: &mut Tx<'_>, network: NetworkId, merge: &Merge) -> Result<(), Fault> {
    let (into, from) = (merge.into, merge.from);
    // A touch that is being numbered must not move away meanwhile.
    touches::hold_sealing(tx, network)?;
    let (of_into, of_from) = (sets::read(tx, network, into)?, sets::read(tx, network, from)?);
    store::keep(tx, network, (into, merge.id), Side::From, &of_from)?;
    store::keep(tx, network, (into, merge.id), Side::Into, &of_into)?;
    moving::note_all(tx, network, from, (into, merge.id))?;
    let way = Way { network, from, to: into, merge: merge.id, extent: Extent::Whole };
    moving::go(tx, &way)?;
    sets::hand_over(tx, network, from, into)?;
    sets::replace(tx, network, into, &rules::together((into, &of_into), (from, &of_from)))?;
    customers::choose(tx, network, into)?;
    ties::follow_word(tx, network, into)?;
    search::forget(tx, network, from.as_kind());
    touches::tied(tx, network, into.as_kind())?;
    let after = sets::read(tx, network, into)?;
    store::keep(tx, network, (into, merge.id), Side::After, &after)?;
    store::insert(tx, network, merge)?;
    Ok(())
}

/// Appends a touch that only the brand sees, in its name: who did it, if a person of the brand.
pub(super) fn tell(
    tx: &mut Tx<'_>,
    author: &Author,
    now: TimeMs,
    customer: CustomerId,
    body: Body,
) -> Result<(), Fault> {
    let brand = organisations::brand_id(author.network());
    let voice =
        if author.organisation_id() == brand { *author } else { author.on_behalf_of(brand) };
    let touch = NewTouch::new(customer.as_kind(), now, body);
    touches::append(tx, &voice, now, NewTouch { audience: Audience::Own, ..touch })?;
    Ok(())
}
