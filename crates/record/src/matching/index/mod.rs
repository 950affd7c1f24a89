//! Keys and edges: under which keys a record is found, and whom it is alike.
//!
//! A pair is a candidate if and only if the two share a live key; a key is live while at most
//! [`Engine::block_max`] records hold it. Both are so after each batch, for all records: a key that
//! a batch makes too frequent takes away the edges that hang on nothing else, and one that becomes
//! rare enough brings its pairs. So the edges are a function of the records, in whatever order they
//! came.

mod store;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use handfast_db::{Cx, Fault, Tx};
use handfast_kit::NetworkId;
use handfast_matching::Prepared;

use super::{
    engine::{Engine, Said},
    store::{self as records, AT_ONCE, Held},
};
use crate::{CustomerId, RecordId};

pub(super) use store::{clear_edges, clear_keys, edges};

/// Records as they were indexed, read once for each transaction.
pub(super) struct Shelf<'e> {
    network: NetworkId,
    pub(super) engine: &'e Engine,
    kept: HashMap<RecordId, Arc<Kept>>,
}

/// A record as it was indexed.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) held: Held,
    pub(super) prepared: Prepared,
}

impl<'e> Shelf<'e> {
    pub(super) fn new(network: NetworkId, engine: &'e Engine) -> Self {
        Self { network, engine, kept: HashMap::new() }
    }

    /// The network whose records these are.
    pub(super) const fn network(&self) -> NetworkId {
        self.network
    }

    /// Reads those of these records that are not here yet.
    pub(super) fn fetch(
        &mut self,
        cx: &mut Cx<'_>,
        wanted: impl IntoIterator<Item = RecordId>,
    ) -> Result<(), Fault> {
        let missing = wanted.into_iter().filter(|id| !self.kept.contains_key(id));
        let missing: Vec<RecordId> = missing.collect();
        for some in missing.chunks(AT_ONCE) {
            let last = some[some.len() - 1];
            let ids = std::array::from_fn(|at| some.get(at).copied().unwrap_or(last));
            for held in records::some_held(cx, self.network, &ids)? {
                let said = Said::read(&held.said)?;
                self.put(held, &said);
            }
        }
        Ok(())
    }

    /// The record, if there is one.
    pub(super) fn get(
        &mut self,
        cx: &mut Cx<'_>,
        id: RecordId,
    ) -> Result<Option<Arc<Kept>>, Fault> {
        self.fetch(cx, [id])?;
        Ok(self.kept.get(&id).map(Arc::clone))
    }

    fn put(&mut self, held: Held, said: &Said) -> Arc<Kept> {
        let prepared = self.engine.prepare(said);
        let kept = Arc::new(Kept { held, prepared });
        self.kept.insert(kept.held.id, Arc::clone(&kept));
        kept
    }

    /// How alike two records are.
    pub(super) fn score(&self, a: &Kept, b: &Kept) -> i32 {
        self.engine.score(&a.prepared, &b.prepared)
    }
}

/// Indexes records anew: their keys, and whom they are alike. Answers whose edges changed, with
/// the records themselves: those behind which customers are to be settled.
pub(super) fn index(
    tx: &mut Tx<'_>,
    shelf: &mut Shelf<'_>,
    fit: i64,
    batch: Vec<Held>,
) -> Result<BTreeSet<RecordId>, Fault> {
    let network = shelf.network();
    let mut changes = Changes::default();
    let mut touched = BTreeSet::new();
    for held in batch {
        let id = held.id;
        let before = Said::read(&held.said)?;
        let now = said_now(tx, network, &held)?.unwrap_or_default();
        let is_same = held.fit == fit && before == now && held.indexed > 0;
        records::indexed(tx, network, &held, &now.json(), fit)?;
        touched.insert(id);
        if is_same {
            continue;
        }
        let old = if held.fit == fit {
            shelf.engine.keys(&shelf.engine.prepare(&before))
        } else {
            Vec::new()
        };
        let kept =
            shelf.put(Held { fit, indexed: held.version, said: String::new(), ..held }, &now);
        let new = shelf.engine.keys(&kept.prepared);
        changes.write(tx, network, id, &old, &new)?;
    }
    let mut blocks = Blocks { network, limit: shelf.engine.block_max(), live: HashMap::new() };
    let affected = changes.affected(tx, &mut blocks)?;
    for record in affected {
        link(tx, shelf, &mut blocks, record, &mut touched)?;
    }
    Ok(touched)
}

/// What a record says now, wherever its customer stands.
fn said_now(cx: &mut Cx<'_>, network: NetworkId, held: &Held) -> Result<Option<Said>, Fault> {
    let standing = standing(cx, network, held.home)?;
    records::said(cx, network, standing, held.id)
}

/// Where a customer stands now.
pub(super) fn standing(
    cx: &mut Cx<'_>,
    network: NetworkId,
    customer: CustomerId,
) -> Result<CustomerId, Fault> {
    let mut standing = customer;
    // A chain of merges is short; a ring would be a fault and must not hang the writer.
    for _ in 0..16 {
        match records::merged_into(cx, network, standing)? {
            Some(next) => standing = next,
            None => return Ok(standing),
        }
    }
    Err(Fault::other("a customer was merged in a ring"))
}

/// What a batch changes of the keys.
#[derive(Debug, Default)]
struct Changes {
    /// By how much the number of records under a key changes.
    grown: BTreeMap<i64, i64>,
    records: BTreeSet<RecordId>,
}

impl Changes {
    /// Writes the keys of one record; both lists ascend.
    fn write(
        &mut self,
        tx: &mut Tx<'_>,
        network: NetworkId,
        record: RecordId,
        old: &[i64],
        new: &[i64],
    ) -> Result<(), Fault> {
        self.records.insert(record);
        for &key in old.iter().filter(|key| new.binary_search(key).is_err()) {
            *self.grown.entry(key).or_default() -= 1;
            store::delete_key(tx, network, key, record)?;
        }
        for &key in new.iter().filter(|key| old.binary_search(key).is_err()) {
            *self.grown.entry(key).or_default() += 1;
            store::insert_key(tx, network, key, record)?;
        }
        Ok(())
    }

    /// The records whose candidates may have changed: those of the batch, and all under a key that
    /// has become too frequent, or is so no longer.
    fn affected(&self, cx: &mut Cx<'_>, blocks: &mut Blocks) -> Result<BTreeSet<RecordId>, Fault> {
        let mut affected = self.records.clone();
        let room = blocks.limit + self.records.len() + 1;
        for (&key, &grown) in &self.grown {
            let held = store::block(cx, blocks.network, key, room)?;
            let now = held.len();
            let before = (now as i64 - grown).max(0) as usize;
            if now < room && (now > blocks.limit) != (before > blocks.limit) {
                affected.extend(&held);
            }
            blocks.keep(key, held);
        }
        Ok(affected)
    }
}

/// The records under live keys, read once for each batch.
struct Blocks {
    network: NetworkId,
    limit: usize,
    /// Nothing under a key that is not live.
    live: HashMap<i64, Arc<[RecordId]>>,
}

impl Blocks {
    fn keep(&mut self, key: i64, held: Vec<RecordId>) -> Arc<[RecordId]> {
        let live: Arc<[RecordId]> =
            if held.len() > self.limit { Arc::from([]) } else { Arc::from(held) };
        self.live.insert(key, Arc::clone(&live));
        live
    }

    fn of(&mut self, cx: &mut Cx<'_>, key: i64) -> Result<Arc<[RecordId]>, Fault> {
        if let Some(live) = self.live.get(&key) {
            return Ok(Arc::clone(live));
        }
        let held = store::block(cx, self.network, key, self.limit + 1)?;
        Ok(self.keep(key, held))
    }
}

/// Writes whom a record is alike, and adds those for whom that changed.
fn link(
    tx: &mut Tx<'_>,
    shelf: &mut Shelf<'_>,
    blocks: &mut Blocks,
    id: RecordId,
    touched: &mut BTreeSet<RecordId>,
) -> Result<(), Fault> {
    let network = shelf.network();
    let Some(record) = shelf.get(tx, id)? else { return Ok(()) };
    let mut others = BTreeSet::new();
    for key in shelf.engine.keys(&record.prepared) {
        others.extend(blocks.of(tx, key)?.iter().copied());
    }
    others.remove(&id);
    shelf.fetch(tx, others.iter().copied())?;
    let low = shelf.engine.cuts().low;
    let mut now = BTreeMap::new();
    for other in others {
        let Some(other) = shelf.get(tx, other)? else { continue };
        let weight = shelf.score(&record, &other);
        if weight >= low {
            now.insert(other.held.id, weight);
        }
    }
    let before: BTreeMap<RecordId, i32> = store::edges(tx, network, id)?.into_iter().collect();
    for &other in before.keys().filter(|other| !now.contains_key(other)) {
        store::delete_edge(tx, network, (id, other))?;
        store::delete_edge(tx, network, (other, id))?;
        touched.extend([id, other]);
    }
    for (&other, &weight) in now.iter().filter(|(other, weight)| before.get(other) != Some(*weight))
    {
        store::put_edge(tx, network, (id, other), weight)?;
        store::put_edge(tx, network, (other, id), weight)?;
        touched.extend([id, other]);
    }
    Ok(())
}
