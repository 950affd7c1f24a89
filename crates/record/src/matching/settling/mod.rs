//! Who is one customer: groups of records become groups of homes, and customers are merged and
//! parted until they are those.
//!
//! A group is a function of the records that have to do with one another, of the model and of what
//! people decided: not of the order in which anything came. What a merge would tell a partner holds
//! it back ([`told`]): then a person of the brand decides.

mod joining;
mod part;
mod rules;
mod store;
mod told;

use std::collections::{BTreeMap, BTreeSet};

use handfast_db::{Fault, Tx};
use handfast_kit::TimeMs;
use handfast_matching::cluster::{Doubtful, Edge, Grouping};

use self::{
    part::Part,
    rules::{Silence, World},
};
use super::{
    decisions::{Decision, Verdict},
    doubts::{self, Found, Why},
    index::{Kept, Shelf},
    store as records,
};
use crate::{RecordId, sharing::Author};

/// Settles the customers behind these records, and behind all that have to do with them. The
/// author is the brand; where a person decided, the touch names the person.
pub(super) fn settle(
    tx: &mut Tx<'_>,
    shelf: &mut Shelf<'_>,
    author: &Author,
    now: TimeMs,
    mut touched: BTreeSet<RecordId>,
) -> Result<(), Fault> {
    while let Some(seed) = touched.pop_first() {
        let part = Part::around(tx, shelf, seed)?;
        for record in part.records.keys() {
            touched.remove(record);
        }
        if part.is_crowd {
            leave(tx, shelf, now, seed, &part)?;
        } else {
            settle_part(tx, shelf, author, now, &part)?;
        }
        records::mark_settled(tx, shelf.network(), seed)?;
        for &record in part.records.keys().filter(|record| **record != seed) {
            records::mark_settled(tx, shelf.network(), record)?;
        }
    }
    Ok(())
}

/// Leaves a crowd as it is, and says so of the record and whom it is most alike.
fn leave(
    tx: &mut Tx<'_>,
    shelf: &Shelf<'_>,
    now: TimeMs,
    seed: RecordId,
    part: &Part,
) -> Result<(), Fault> {
    let of_seed = part.edges.iter().filter(|((a, b), _)| *a == seed || *b == seed);
    let best = of_seed.max_by_key(|(pair, weight)| (**weight, std::cmp::Reverse(**pair)));
    let found = best.map(|(&pair, &weight)| (pair, (weight, Why::Crowd)));
    doubts::write(tx, shelf.network(), now, &[seed].into(), found.into_iter().collect())
}

fn settle_part(
    tx: &mut Tx<'_>,
    shelf: &mut Shelf<'_>,
    author: &Author,
    now: TimeMs,
    part: &Part,
) -> Result<(), Fault> {
    let wide = part.with_beside(tx, shelf)?;
    let brand = crate::organisations::brand_id(shelf.network());
    let world = World::of(&wide, brand, shelf.engine.cuts());
    let engine = shelf.engine;
    let score = |a: &Kept, b: &Kept| engine.score(&a.prepared, &b.prepared);
    let mut told: BTreeMap<Silence, BTreeSet<_>> = BTreeMap::new();
    let (grouping, held) = loop {
        let silences = told.keys().copied().collect();
        let (grouping, held) = world.settle(&score, &silences);
        // First part, then ask whom it would tell: ties go with the homes that they came from.
        joining::part(tx, shelf, author, now, part, &world, &grouping)?;
        let before = told.len();
        for (silence, organisation) in
            told::by(tx, shelf.network(), &world, &grouping, &score, now)?
        {
            told.entry(silence).or_default().insert(organisation);
        }
        if told.len() == before {
            break (grouping, held);
        }
    };
    told.retain(|silence, _| held.contains(silence));
    let mut found = doubtful(&world, &grouping, &told);
    found.extend(partners_words(&world, &wide, &grouping, &score));
    found.extend(joining::join(tx, shelf, author, now, part, &world, &grouping)?);
    found.retain(|(a, b), _| part.records.contains_key(a) || part.records.contains_key(b));
    let ids = part.records.keys().copied().collect();
    doubts::write(tx, shelf.network(), now, &ids, found)
}

/// What the grouping leaves to a person, and what must not be told without one.
fn doubtful(
    world: &World,
    grouping: &Grouping,
    told: &BTreeMap<Silence, BTreeSet<handfast_kit::OrganisationId>>,
) -> Found {
    let pair = |edge: &Edge| {
        let (a, b) = (world.record(edge.a).held.id, world.record(edge.b).held.id);
        (a.min(b), a.max(b))
    };
    let mut found = Found::new();
    for doubt in &grouping.doubtful {
        let why = match doubt.why {
            Doubtful::Near => Why::Near,
            Doubtful::Torn => Why::Torn,
            Doubtful::Bridged => Why::Bridged,
        };
        found.insert(pair(&doubt.best), (doubt.best.weight, why));
    }
    for (&(a, b), organisations) in told {
        let groups = (grouping.group_of[a as usize], grouping.group_of[b as usize]);
        if let Some(best) = world.best_between(&grouping.group_of, groups) {
            let organisations = organisations.iter().copied().collect();
            found.insert(pair(&best), (best.weight, Why::Tells { organisations }));
        }
    }
    found
}

/// Words of partners on which the brand has said nothing yet, where they would change something.
fn partners_words(
    world: &World,
    wide: &Part,
    grouping: &Grouping,
    score: &impl Fn(&Kept, &Kept) -> i32,
) -> Found {
    let mut found = Found::new();
    for Decision { records, verdict, organisation, why, .. } in world.open_words(wide) {
        let (a, b) = (records.0.min(records.1), records.0.max(records.1));
        let (Some(x), Some(y)) = (world.place(a), world.place(b)) else { continue };
        let is_one = grouping.group_of[x as usize] == grouping.group_of[y as usize];
        if is_one != (*verdict == Verdict::Same) {
            let weight = score(world.record(x), world.record(y));
            let (organisation, verdict, words) = (*organisation, *verdict, why.clone());
            found.insert((a, b), (weight, Why::Said { organisation, verdict, words }));
        }
    }
    found
}
