//! Pairs of records side by side, and what holds a customer's records together.

use handfast_db::{Cx, Fault};
use handfast_kit::{Cursor, TimeMs, Uuid};
use handfast_matching::{Line, Prepared};

use super::{
    decisions::{self, Decision, Verdict},
    doubts::{self, Open, Why},
    engine::{Engine, Said},
    index, runs, store,
};
use crate::{
    CustomerId, RecordId,
    customers::{self, Customer, Record},
    sharing::Lens,
};

/// Two records side by side.
#[derive(Debug, Clone)]
pub struct Pair {
    /// The two, as the viewer sees them; the smaller id first.
    pub records: (Record, Record),
    /// The customers behind them, by the ids that the viewer knows.
    pub customers: (CustomerId, CustomerId),
    /// The names of those customers, as the viewer sees them.
    pub names: (String, String),
    /// How alike they are, in 1/256 bit: each 256 doubles the odds that they are one customer.
    pub weight: i32,
    /// What each comparison adds to the weight.
    pub lines: Vec<Line>,
    /// Why it is for a person to decide; none where it is not in doubt.
    pub why: Option<Why>,
    /// Since when it has been in doubt.
    pub found: Option<TimeMs>,
    /// What was decided of the two, the earliest first; a partner sees its own words.
    pub decisions: Vec<Decision>,
}

impl Pair {
    /// Whether both are one customer now.
    pub fn is_one(&self) -> bool {
        self.customers.0 == self.customers.1
    }
}

/// What holds a customer's records together, as a viewer may see it.
#[derive(Debug, Clone)]
pub struct Together {
    /// The customer as the viewer sees it, with its records.
    pub customer: Customer,
    /// The strongest links between these records: enough to hold all of them together.
    pub links: Vec<Link>,
    /// What was decided of them, the earliest first; a partner sees its own words.
    pub decisions: Vec<Decision>,
    /// For the brand: the customer that each record was taken in as, before anything was merged.
    pub homes: Vec<(RecordId, CustomerId)>,
}

/// A link between two records of a customer, weighed by what the viewer sees of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The two records.
    pub records: (RecordId, RecordId),
    /// In 1/256 bit.
    pub weight: i32,
    /// What each comparison adds to the weight.
    pub lines: Vec<Line>,
    /// Whether both were taken in under one key that the source verified.
    pub is_verified: bool,
}

/// Most records of a customer between which links are looked for.
const LINKED_MAX: usize = 60;

/// Why a customer's records are one: `None` if the lens shows no such customer.
///
/// For a partner it covers the records it sees, and weighs what it sees of them: of a field that is
/// hidden nothing follows.
pub fn why(cx: &mut Cx<'_>, lens: &Lens, customer: CustomerId) -> Result<Option<Together>, Fault> {
    let Some(customer) = found(cx, lens, customer)? else { return Ok(None) };
    let engine = engine(cx, lens)?;
    let records = &customer.records[..customer.records.len().min(LINKED_MAX)];
    let mut nodes = Vec::with_capacity(records.len());
    for record in records {
        nodes.push(Node {
            id: record.id,
            home: home_for(cx, lens, record)?,
            prepared: engine.prepare(&Said::of(&record.details)),
        });
    }
    let links = strongest(&engine, &nodes);
    let mut decisions = Vec::new();
    for (at, record) in records.iter().enumerate() {
        let of_it = decisions::of_record(cx, lens.network(), record.id)?;
        let later = |id: RecordId| records[at + 1..].iter().any(|other| other.id == id);
        let heard = |one: &Decision| later(one.records.1) && may_hear(lens, one);
        decisions.extend(of_it.into_iter().filter(heard));
    }
    decisions.sort_by_key(|one| (one.at, one.id));
    let homes = nodes.iter().filter(|_| lens.is_whole());
    let homes = homes.filter_map(|node| Some((node.id, node.home?))).collect();
    Ok(Some(Together { customer, links, decisions, homes }))
}

/// A customer whose records name it as the viewer knows it.
fn found(cx: &mut Cx<'_>, lens: &Lens, customer: CustomerId) -> Result<Option<Customer>, Fault> {
    let mut found = customers::find(cx, lens, customer)?;
    if let Some(customer) = &mut found {
        let id = customer.id;
        customer.records.iter_mut().for_each(|record| record.customer = id);
    }
    Ok(found)
}

struct Node {
    id: RecordId,
    /// Where the viewer may know it.
    home: Option<CustomerId>,
    prepared: Prepared,
}

/// The customer a record was taken in as; for a partner only of its own.
fn home_for(cx: &mut Cx<'_>, lens: &Lens, record: &Record) -> Result<Option<CustomerId>, Fault> {
    if !lens.is_whole() && record.organisation != lens.organisation() {
        return Ok(None);
    }
    Ok(store::held(cx, lens.network(), record.id)?.map(|held| held.home))
}

/// The heaviest links that together connect all records (Prim's tree), the strongest first.
fn strongest(engine: &Engine, nodes: &[Node]) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    let mut left: Vec<usize> = (1..nodes.len()).collect();
    let mut inside = vec![0; nodes.len().min(1)];
    while !left.is_empty() {
        let pairs = inside.iter().flat_map(|&a| left.iter().map(move |&b| (a, b)));
        let weighed = pairs.map(|(a, b): (usize, usize)| {
            let (one, other) = (&nodes[a], &nodes[b]);
            let is_verified = one.home.is_some() && one.home == other.home;
            (is_verified, engine.score(&one.prepared, &other.prepared), a, b)
        });
        let best = weighed.max_by_key(|&(is_verified, weight, a, b)| {
            (is_verified, weight, std::cmp::Reverse((nodes[a].id, nodes[b].id)))
        });
        let Some((is_verified, weight, a, b)) = best else { break };
        left.retain(|at| *at != b);
        inside.push(b);
        let lines = engine.explain(&nodes[a].prepared, &nodes[b].prepared).lines;
        links.push(Link { records: (nodes[a].id, nodes[b].id), weight, lines, is_verified });
    }
    links.sort_by_key(|link| (std::cmp::Reverse((link.is_verified, link.weight)), link.records));
    links
}

/// Whether the viewer may know of a decision: its own organisation's, and for the brand all.
fn may_hear(lens: &Lens, decision: &Decision) -> bool {
    lens.is_whole() || decision.organisation == lens.organisation()
}

/// A pair that is in doubt.
pub(super) fn in_doubt(cx: &mut Cx<'_>, lens: &Lens, doubt: Open) -> Result<Option<Pair>, Fault> {
    let Some(pair) = side_by_side(cx, lens, doubt.records)? else { return Ok(None) };
    Ok(Some(Pair { why: Some(doubt.why), found: Some(doubt.found), ..pair }))
}

/// Any pair that the viewer may see side by side: the brand all, a partner two of its own.
pub(super) fn any(
    cx: &mut Cx<'_>,
    lens: &Lens,
    records: (RecordId, RecordId),
) -> Result<Option<Pair>, Fault> {
    if records.0 == records.1 {
        return Ok(None);
    }
    let doubt = if lens.is_whole() { doubts::one(cx, lens.network(), records)? } else { None };
    match doubt.filter(|doubt| doubt.state != doubts::DECIDED) {
        Some(doubt) => in_doubt(cx, lens, doubt),
        None => side_by_side(cx, lens, records),
    }
}

fn side_by_side(
    cx: &mut Cx<'_>,
    lens: &Lens,
    (a, b): (RecordId, RecordId),
) -> Result<Option<Pair>, Fault> {
    let (Some(one), Some(other)) = (side(cx, lens, a)?, side(cx, lens, b)?) else {
        return Ok(None);
    };
    let engine = engine(cx, lens)?;
    let prepared = |record: &Record| engine.prepare(&Said::of(&record.details));
    let explained = engine.explain(&prepared(&one.1), &prepared(&other.1));
    let decisions = decisions::of_pair(cx, lens.network(), (a, b))?;
    Ok(Some(Pair {
        customers: (one.0.id, other.0.id),
        names: (one.0.name().to_owned(), other.0.name().to_owned()),
        records: (one.1, other.1),
        weight: explained.weight,
        lines: explained.lines,
        why: None,
        found: None,
        decisions: decisions.into_iter().filter(|one| may_hear(lens, one)).collect(),
    }))
}

/// A record with its customer, as the viewer sees both.
fn side(
    cx: &mut Cx<'_>,
    lens: &Lens,
    record: RecordId,
) -> Result<Option<(Customer, Record)>, Fault> {
    let Some(held) = store::held(cx, lens.network(), record)? else { return Ok(None) };
    if !lens.is_whole() && held.organisation != lens.organisation() {
        return Ok(None);
    }
    let standing = index::standing(cx, lens.network(), held.home)?;
    let known = lens.known_as(cx, standing)?;
    let Some(customer) = found(cx, lens, known)? else { return Ok(None) };
    let found = customer.records.iter().find(|one| one.id == record).cloned();
    Ok(found.map(|record| (customer, record)))
}

/// The engine with the model in force.
pub(super) fn engine(cx: &mut Cx<'_>, lens: &Lens) -> Result<std::sync::Arc<Engine>, Fault> {
    let network = lens.network();
    let fit = store::matcher(cx, network)?.map_or(0, |matcher| matcher.fit);
    runs::engine(cx, network, fit)
}

/// The place after which a page of the queue begins.
pub(super) fn place(after: Option<&Cursor>) -> (i32, RecordId, RecordId) {
    let last = RecordId::from_uuid(Uuid::max());
    let read =
        |[weight, a, b]: [&str; 3]| Some((weight.parse().ok()?, a.parse().ok()?, b.parse().ok()?));
    after.and_then(Cursor::values).and_then(read).unwrap_or((i32::MAX, last, last))
}

/// Whether the two were decided by this organisation already.
pub(super) fn is_decided_by(lens: &Lens, decisions: &[Decision]) -> bool {
    let is_word = |one: &&Decision| one.organisation == lens.organisation();
    decisions.iter().rfind(is_word).is_some_and(|one| one.verdict != Verdict::Skip)
}
