//! Who is one person: from links between two records to groups of records.
//!
//! The method is average linkage: two groups become one when the weights over *all* pairs between
//! them, linked or not, average at least the high cut, the best two groups first. A chain of good
//! links therefore joins nothing, and one bad link never joins two large groups. A single weight
//! counts only up to a ceiling and down to a floor, and afterwards a record moves to the group it
//! fits better, so one freak pair decides nothing.
//!
//! What holds exactly:
//! - The grouping depends on the set of records, the weights and the decisions alone, not on the
//!   order of the edges or the number of threads. **Records are ranked by their id**: index order
//!   is id order, because equal averages are settled by it, lowest first.
//! - A decision by a person outranks every weight. Of two that contradict, the later holds.
//! - Grouping is local. Records that no path of links that hold ([`local::holds`]), or of "same"
//!   decisions, connects have no influence on each other. See [`local`].
//!
//! What holds nearly: adding a record changes no group that it does not join. Of 20,000 generated
//! customers that came to 980,000 others, 221 changed a cluster other than their own. In the
//! tests' calm worlds 5,739 of 5,749 records that found company joined whole groups and changed
//! nothing else, and none of 282 that stayed alone changed anything; in rough ones, where a fifth
//! of all pairs is on the wrong side of the cut, 14 % and 3 % did. It cannot be exact: if a record
//! could never part two others, every pair above the cut would stay joined for ever, which is the
//! chain that this method refuses.
//!
//! Average linkage: Sokal and Michener, "A statistical method for evaluating systematic
//! relationships" (1958), known as UPGMA. Moves of single records serve the sum of correlation
//! clustering (Bansal, Blum and Chawla, 2004). The order of evaluation (an average counts as known
//! from its links until it comes first, then the missing pairs are scored) is ours.

mod agglomerate;
mod decisions;
mod doubts;
mod linkage;
pub mod local;
mod memo;
mod moves;
mod near;
mod pairs;
mod parts;
#[cfg(test)]
mod tests;
mod torn;

pub use decisions::{Decision, Decisions, Verdict};
pub(crate) use doubts::judge;
pub use doubts::{Doubt, Doubtful};

/// Two records and how strongly they look like one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// Index of one record.
    pub a: u32,
    /// Index of the other; which is which does not matter.
    pub b: u32,
    /// In 1/256 bit; above zero speaks for one person.
    pub weight: i32,
}

/// Where to cut, all in 1/256 bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cuts {
    /// Averages from here up to the high cut are doubtful.
    pub low: i32,
    /// Two groups become one when their average is at least this.
    pub high: i32,
    /// A link below this holds nothing: groups that no link from here on connects are never one,
    /// whatever their average.
    pub bond: i32,
    /// A link of at least this weight holds two records in one part by itself; one between this
    /// and the high cut only if it is among the strongest of both. See [`local::holds`].
    pub firm: i32,
    /// A weight below this counts as this much (what is below it counts a sixteenth).
    pub floor: i32,
    /// A weight above this counts as this much (what is above it counts a sixteenth).
    pub ceiling: i32,
    /// A record is torn when a second group matches it at most this much worse than its own does.
    /// Below zero: only when it matches that much better; `i32::MIN` never.
    pub margin: i32,
    /// At most so many doubts are reported for one group; 0 skips the search for them.
    pub doubts_per_group_max: u32,
}

impl Cuts {
    /// The cuts at `low` and `high`, in 1/256 bit, with the usual others.
    pub fn new(low: i32, high: i32) -> Self {
        Self {
            low: low.min(high),
            high,
            bond: high,
            firm: high.saturating_add(4 * 256),
            floor: high.saturating_sub(20 * 256).min(low),
            ceiling: high.saturating_add(12 * 256),
            margin: 2 * 256,
            doubts_per_group_max: 4,
        }
    }

    /// What a weight counts in an average: between floor and ceiling as it is, beyond them a
    /// sixteenth of the rest, so that order among strong pairs is kept.
    pub fn temper(&self, weight: i32) -> i32 {
        if weight > self.ceiling {
            self.ceiling + (weight - self.ceiling) / 16
        } else if weight < self.floor {
            self.floor - (self.floor - weight) / 16
        } else {
            weight
        }
    }

    /// The same cuts with floor at most low, low at most high, high at most ceiling, and every
    /// one small enough for sums over all pairs of a part to fit.
    pub(crate) fn ordered(self) -> Self {
        const BITS_MAX: i32 = 1 << 20;
        let high = self.high.clamp(-BITS_MAX, BITS_MAX);
        let low = self.low.clamp(-BITS_MAX, high);
        Self {
            low,
            high,
            bond: self.bond.clamp(high, BITS_MAX),
            firm: self.firm.clamp(high, BITS_MAX),
            floor: self.floor.clamp(-BITS_MAX, low),
            ceiling: self.ceiling.clamp(high, BITS_MAX),
            ..self
        }
    }
}

/// Records in groups, and what a person should look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grouping {
    /// For each record the smallest index in its group.
    pub group_of: Vec<u32>,
    /// Groups that may be one person, the strongest first.
    pub doubtful: Vec<Doubt>,
    /// Records that match two groups of two or more about equally, ascending. They were left
    /// alone, and the rest was grouped as if they did not exist.
    pub torn: Vec<u32>,
    /// Decisions that a later one contradicts, as positions in [`Decisions::list`], ascending.
    pub overruled: Vec<u32>,
}

/// Groups `record_count` records, ranked by their id.
///
/// `edges` are the pairs that blocking proposed, each once, with their weight; those below the low
/// cut may be left out, which changes nothing but calls `score` where they are needed. `score`
/// weighs any two records in 1/256 bit, the smaller index first, and must agree with the edges; it
/// is called from several threads. `decisions` speak of the same indices.
///
/// Time is near `edges * log(edges)`, whatever the shape: a group of n records and one of m cost
/// at most [`PAIRS_EXACT_MAX`] scores before their average is estimated from a spread of pairs.
///
/// # Panics
/// If an edge or a decision names an index that is not below `record_count`.
pub fn settle<S>(
    record_count: u32,
    edges: &[Edge],
    score: &S,
    decisions: &Decisions,
    cuts: &Cuts,
) -> Grouping
where
    S: Fn(u32, u32) -> i32 + Sync,
{
    let cuts = cuts.ordered();
    let ruling = decisions.rule();
    let pairs = pairs::Pairs::new(record_count, edges);
    let parts = parts::Parts::new(record_count, edges, decisions, &cuts);
    let world = agglomerate::World { pairs: &pairs, parts: &parts, score, cuts: &cuts };
    let (group_of, torn) = agglomerate::all(&world, &ruling);
    let doubtful = doubts::find(&world, &group_of, &torn, &ruling);
    Grouping { group_of, doubtful, torn, overruled: ruling.overruled }
}

/// Above this many pairs between two groups, the average is estimated from a spread of 64.
pub const PAIRS_EXACT_MAX: usize = 512;
