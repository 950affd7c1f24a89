//! Bringing customers to given groups of homes.

use std::collections::{BTreeMap, BTreeSet};

use handfast_db::{Fault, Tx};
use handfast_kit::{NetworkId, TimeMs};

use super::{
    Change, Error, Merge, Why, joining, parting,
    tree::{self, Tree},
};
use crate::{CustomerId, sharing::Author};

/// Which group a home belongs to, by its number.
type Wanted = BTreeMap<CustomerId, usize>;

pub(super) fn regroup(
    tx: &mut Tx<'_>,
    author: &Author,
    now: TimeMs,
    groups: &[Vec<CustomerId>],
    why: &Why,
) -> Result<Vec<Change>, Fault> {
    let network = author.network();
    let (groups, wanted) = complete(tx, network, groups)?;
    let mut changes = Vec::new();
    while let Some(merge) = to_undo(tx, network, &wanted)? {
        match tx.attempt(|tx| parting::part(tx, author, now, merge.id, &why.words)) {
            Ok(merge) => changes.push(Change::Parted(merge)),
            Err(Error::Fault(fault)) => return Err(fault),
            Err(_) => return Err(Fault::other("a merge that is there could not be undone")),
        }
    }
    for homes in &groups {
        join(tx, author, now, homes, why, &mut changes)?;
    }
    Ok(changes)
}

/// The groups with a place for every home of every customer that has one among them: those that
/// nobody named stay with the customer they are part of; where it is split, with the home by whose
/// id it stands.
fn complete(
    tx: &mut Tx<'_>,
    network: NetworkId,
    groups: &[Vec<CustomerId>],
) -> Result<(Vec<Vec<CustomerId>>, Wanted), Fault> {
    let mut groups = groups.to_vec();
    let mut wanted = Wanted::new();
    for (group, homes) in groups.iter().enumerate() {
        wanted.extend(homes.iter().map(|home| (*home, group)));
    }
    for root in roots(tx, network, &wanted)? {
        let homes = Tree::of(tx, network, root)?.homes();
        let (named, others): (Vec<_>, Vec<_>) =
            homes.into_iter().partition(|home| wanted.contains_key(home));
        let mut named: BTreeSet<usize> = named.iter().map(|home| wanted[home]).collect();
        let group = match (named.len(), wanted.get(&root)) {
            (1, _) => named.pop_first(),
            (_, of_root) => of_root.copied(),
        };
        let group = group.unwrap_or(groups.len());
        if group == groups.len() {
            groups.push(Vec::new());
        }
        wanted.extend(others.iter().map(|home| (*home, group)));
        groups[group].extend(others);
    }
    Ok((groups, wanted))
}

/// Where these stand, each once.
fn roots(
    tx: &mut Tx<'_>,
    network: NetworkId,
    wanted: &Wanted,
) -> Result<BTreeSet<CustomerId>, Fault> {
    let mut roots = BTreeSet::new();
    for home in wanted.keys() {
        roots.extend(tree::standing(tx, network, *home)?.map(|standing| standing.id));
    }
    Ok(roots)
}

/// The last of the merges that are bonds between homes of different groups.
fn to_undo(tx: &mut Tx<'_>, network: NetworkId, wanted: &Wanted) -> Result<Option<Merge>, Fault> {
    let mut found: Option<Merge> = None;
    let age = |merge: &Merge| (merge.made, merge.position, merge.id);
    for root in roots(tx, network, wanted)? {
        for merge in Tree::of(tx, network, root)?.merges {
            let is_bond = wanted.get(&merge.into) != wanted.get(&merge.from);
            if is_bond && found.as_ref().is_none_or(|found| age(&merge) > age(found)) {
                found = Some(merge);
            }
        }
    }
    Ok(found)
}

/// Merges the customers that stand for these homes.
fn join(
    tx: &mut Tx<'_>,
    author: &Author,
    now: TimeMs,
    homes: &[CustomerId],
    why: &Why,
    changes: &mut Vec<Change>,
) -> Result<(), Fault> {
    let network = author.network();
    let mut standing = Vec::new();
    for home in homes {
        standing.extend(tree::standing(tx, network, *home)?);
    }
    standing.sort_unstable_by_key(|standing| (standing.created, standing.id));
    standing.dedup();
    let Some((oldest, others)) = standing.split_first() else { return Ok(()) };
    for other in others {
        let (into, from) = (oldest.id, other.id);
        match tx.attempt(|tx| joining::merge(tx, author, now, (into, from), why)) {
            Ok(merge) => changes.push(Change::Merged(merge)),
            Err(Error::Refused(refusal)) => {
                changes.push(Change::Refused { into, from, refusal });
            }
            Err(Error::Fault(fault)) => return Err(fault),
            Err(_) => return Err(Fault::other("customers that stand could not be merged")),
        }
    }
    Ok(())
}
