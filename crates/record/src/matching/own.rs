//! Doubles among an organisation's own records, found by those alone: nobody else's record takes
//! part, not even in how frequent a key is.

use std::collections::{BTreeMap, HashMap};

use handfast_db::{Cx, Fault};
use handfast_kit::Uuid;
use handfast_matching::Prepared;

use super::{
    decisions,
    engine::Said,
    index,
    pairs::{self, Pair},
    store::{self, Held},
};
use crate::{RecordId, sharing::Lens};

/// So many of its records are looked at, by id.
const LOOKED_AT_MAX: usize = 20_000;
const PAGE_LEN: usize = 2_000;

/// Pairs of the viewer's own organisation's records that look like one customer and are not one to
/// it, the most alike first, at most `limit` (1 to [`super::PAGE_MAX`]). What its people decided of
/// is left out; what they skipped is not.
///
/// Looks at 20,000 records at most.
pub fn own_duplicates(cx: &mut Cx<'_>, lens: &Lens, limit: usize) -> Result<Vec<Pair>, Fault> {
    let limit = limit.clamp(1, super::PAGE_MAX);
    let engine = pairs::engine(cx, lens)?;
    let own = own(cx, lens)?;
    let mut prepared = Vec::with_capacity(own.len());
    let mut blocks: HashMap<i64, Vec<usize>> = HashMap::new();
    for (at, held) in own.iter().enumerate() {
        let ready = engine.prepare(&Said::read(&held.said)?);
        for key in engine.keys(&ready) {
            blocks.entry(key).or_default().push(at);
        }
        prepared.push(ready);
    }
    blocks.retain(|_, block| (2..=engine.block_max()).contains(&block.len()));
    let low = engine.cuts().low;
    let score = |a: &Prepared, b: &Prepared| engine.score(a, b);
    let mut alike: BTreeMap<(usize, usize), i32> = BTreeMap::new();
    for block in blocks.into_values() {
        for (nth, &a) in block.iter().enumerate() {
            for &b in block[nth + 1..].iter().filter(|b| own[a].home != own[**b].home) {
                alike.entry((a, b)).or_insert_with(|| score(&prepared[a], &prepared[b]));
            }
        }
    }
    let mut alike: Vec<((usize, usize), i32)> =
        alike.into_iter().filter(|(_, weight)| *weight >= low).collect();
    alike.sort_by_key(|&(pair, weight)| (std::cmp::Reverse(weight), pair));
    let mut found = Vec::new();
    for ((a, b), _) in alike {
        if found.len() == limit {
            break;
        }
        found.extend(offered(cx, lens, (own[a].id, own[b].id), (&own[a], &own[b]))?);
    }
    Ok(found)
}

/// The pair, unless it is one customer already or was decided.
fn offered(
    cx: &mut Cx<'_>,
    lens: &Lens,
    ids: (RecordId, RecordId),
    (a, b): (&Held, &Held),
) -> Result<Option<Pair>, Fault> {
    let network = lens.network();
    if index::standing(cx, network, a.home)? == index::standing(cx, network, b.home)? {
        return Ok(None);
    }
    let decided = decisions::of_pair(cx, network, ids)?;
    if pairs::is_decided_by(lens, &decided) {
        return Ok(None);
    }
    pairs::any(cx, lens, ids)
}

/// The organisation's records, as they were indexed.
fn own(cx: &mut Cx<'_>, lens: &Lens) -> Result<Vec<Held>, Fault> {
    let mut own: Vec<Held> = Vec::new();
    let mut after = RecordId::from_uuid(Uuid::nil());
    while own.len() < LOOKED_AT_MAX {
        let page =
            store::of_organisation(cx, lens.network(), lens.organisation(), after, PAGE_LEN)?;
        let Some(last) = page.last() else { break };
        after = last.id;
        own.extend(page);
    }
    Ok(own)
}
