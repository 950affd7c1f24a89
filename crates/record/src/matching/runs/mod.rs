//! The work: what waits is indexed and settled, a batch at a time; and now and then a model is made
//! anew of all records.
//!
//! A new model takes three steps, each in pages of its own, so that nothing else waits for long:
//! what the model before found is taken away, all records are indexed anew, and then all are
//! settled. No customer is touched before everything is indexed: half an index would part people
//! only to merge them again.

mod job;
mod rules;

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use handfast_db::{Cx, Db, Fault, Tx};
use handfast_kit::{NetworkId, TimeMs, Uuid};
use handfast_matching::{Options, Records, Stage};

pub use job::{JOB_KIND, ask, ask_if_due, handler};

use super::{
    engine::{self, Engine, Said},
    index::{self, Shelf},
    settling, store,
};
use crate::{RecordId, organisations, sharing::Author};

/// How many keys and edges are taken away in one transaction.
const CLEARED_AT_ONCE: usize = 20_000;
/// A model is made of at most so many records. Their ids are as good as drawn by lot, so the first
/// ones stand for all.
const FITTED_MAX: usize = 300_000;
const PAGE_LEN: usize = 2_000;

/// What a batch of work came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Worked {
    /// How many records were indexed or settled.
    pub record_count: usize,
    /// Whether there may be more to do at once.
    pub is_more: bool,
}

/// Matches records that wait, at most `limit`, in the brand's name: the unit of the job.
///
/// Safe to call at any time and by several at once: one at a time works, the others wait for it.
pub fn work(
    tx: &mut Tx<'_>,
    network: NetworkId,
    now: TimeMs,
    limit: usize,
) -> Result<Worked, Fault> {
    let Some(matcher) = store::lock(tx, network)? else { return Ok(Worked::default()) };
    if matcher.is_clearing {
        let count = index::clear_keys(tx, network, CLEARED_AT_ONCE)?
            + index::clear_edges(tx, network, CLEARED_AT_ONCE)?;
        if count == 0 {
            store::cleared(tx, network)?;
        }
        return Ok(Worked { record_count: 0, is_more: true });
    }
    let mut batch = store::waiting(tx, network, limit)?;
    let left = limit.saturating_sub(batch.len());
    let stale = store::stale(tx, network, matcher.fit, left + 1)?;
    let is_complete = stale.len() <= left;
    let known: BTreeSet<RecordId> = batch.iter().map(|held| held.id).collect();
    let stale = stale.into_iter().filter(|held| !known.contains(&held.id));
    batch.extend(stale.take(left));
    let count = batch.len();
    if count == 0 && store::unsettled(tx, network, 1)?.is_empty() {
        return Ok(Worked::default());
    }
    let engine = engine(tx, network, matcher.fit)?;
    let mut shelf = Shelf::new(network, &engine);
    let mut touched = index::index(tx, &mut shelf, matcher.fit, batch)?;
    if !is_complete {
        return Ok(Worked { record_count: count, is_more: true });
    }
    let unsettled = store::unsettled(tx, network, limit)?;
    let is_more = count >= limit || unsettled.len() >= limit;
    touched.extend(unsettled);
    let settled_count = touched.len();
    let author = Author::organisation(network, organisations::brand_id(network));
    settling::settle(tx, &mut shelf, &author, now, touched)?;
    Ok(Worked { record_count: count.max(settled_count), is_more })
}

/// Whether all records are indexed with the model in force, so that customers may be settled.
pub(super) fn is_complete(
    cx: &mut Cx<'_>,
    network: NetworkId,
    matcher: &store::Matcher,
) -> Result<bool, Fault> {
    Ok(!matcher.is_clearing && store::stale(cx, network, matcher.fit, 1)?.is_empty())
}

/// The engine of each network with the fit of its model.
type Engines = HashMap<NetworkId, (i64, Arc<Engine>)>;

/// The engine with the model of this fit. Read once for each: a model made of many records is long.
pub(super) fn engine(cx: &mut Cx<'_>, network: NetworkId, fit: i64) -> Result<Arc<Engine>, Fault> {
    static KNOWN: LazyLock<Mutex<Engines>> = LazyLock::new(Mutex::default);
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((known_fit, engine)) = known().get(&network)
        && *known_fit == fit
    {
        return Ok(Arc::clone(engine));
    }
    let (fit, model) = store::model(cx, network)?.unwrap_or((fit, String::new()));
    let engine = Arc::new(Engine::read(&model)?);
    known().insert(network, (fit, Arc::clone(&engine)));
    Ok(engine)
}

/// Whether a model is to be made anew: there are 2,000 records, and twice as many as the one in
/// force was made of.
pub fn is_due(cx: &mut Cx<'_>, network: NetworkId) -> Result<bool, Fault> {
    let Some(matcher) = store::matcher(cx, network)? else { return Ok(false) };
    let record_count = store::count(cx, network)?;
    Ok(rules::is_due(&matcher, record_count))
}

/// Makes a model of the records and puts it in force; [`work`] does the rest. `progress` is told
/// how much of it is done, of how much, now and then. Answers whether there was anything to do: of
/// fewer than 2,000 records no model is made.
///
/// Reads at most 300,000 records, page by page, and keeps their text meanwhile.
pub fn refit(
    db: &Db,
    network: NetworkId,
    now: TimeMs,
    progress: &dyn Fn(u64, u64),
) -> Result<bool, Fault> {
    let mut records = Records::new(engine::schema());
    let mut after = RecordId::from_uuid(Uuid::nil());
    while records.len() < FITTED_MAX {
        let page = db.read(|cx| store::after(cx, network, after, PAGE_LEN))?;
        let Some(last) = page.last() else { break };
        after = last.id;
        for held in page.iter().filter(|held| held.indexed > 0) {
            records.push(&held.id.to_string(), Said::read(&held.said)?.values());
        }
        progress(records.len() as u64, records.len() as u64 + 1);
    }
    if (records.len() as i64) < rules::RECORDS_MIN {
        return Ok(false);
    }
    let told = |_: Stage, done: u64, all: u64| progress(done, all);
    let outcome = handfast_matching::run(&records, &Options::default(), &told);
    let model = json(&outcome.model)?;
    let report = json(&outcome.report)?;
    db.write(move |tx| {
        let Some(_) = store::lock(tx, network)? else { return Ok(false) };
        let record_count = store::count(tx, network)?;
        store::set_model(tx, network, &model, &report, record_count, now)?;
        Ok(true)
    })
}

fn json(of: &impl serde::Serialize) -> Result<String, Fault> {
    serde_json::to_string(of)
        .map_err(|error| Fault::other(format!("a model cannot be written: {error}")))
}
