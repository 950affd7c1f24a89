//! The proposed pairs, found by their records in little memory.

use super::Edge;

/// For each record its pairs with records of a greater index, sorted.
pub(super) struct Pairs {
    starts: Vec<u32>,
    /// The other record and the weight.
    others: Vec<(u32, i32)>,
}

impl Pairs {
    /// A pair given twice counts with its greater weight, and a record with itself not at all.
    pub(super) fn new(record_count: u32, edges: &[Edge]) -> Self {
        let count = record_count as usize;
        let mut starts = vec![0_u32; count + 2];
        for edge in edges {
            assert!(edge.a < record_count && edge.b < record_count, "an edge names a record");
            starts[edge.a.min(edge.b) as usize + 2] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        // While filling, starts[r + 1] is where the next pair of r goes.
        let mut others = vec![(0_u32, 0_i32); edges.len()];
        for edge in edges {
            let next = &mut starts[edge.a.min(edge.b) as usize + 1];
            others[*next as usize] = (edge.a.max(edge.b), edge.weight);
            *next += 1;
        }
        starts.pop();
        for window in starts.windows(2) {
            others[window[0] as usize..window[1] as usize].sort_unstable();
        }
        Self { starts, others }
    }

    pub(super) fn record_count(&self) -> u32 {
        (self.starts.len() - 1) as u32
    }

    /// The pairs of `record` with greater ones, ascending.
    pub(super) fn above(&self, record: u32) -> impl Iterator<Item = (u32, i32)> + '_ {
        let range =
            self.starts[record as usize] as usize..self.starts[record as usize + 1] as usize;
        let mine = &self.others[range];
        mine.iter().enumerate().filter_map(move |(at, &(other, weight))| {
            let again = mine.get(at + 1).is_some_and(|next| next.0 == other);
            (other != record && !again).then_some((other, weight))
        })
    }

    /// The weight of a proposed pair, `a` below `b`.
    pub(super) fn weight(&self, a: u32, b: u32) -> Option<i32> {
        let mine =
            &self.others[self.starts[a as usize] as usize..self.starts[a as usize + 1] as usize];
        let past = mine.partition_point(|&(other, _)| other <= b);
        past.checked_sub(1).map(|at| mine[at]).filter(|&(other, _)| other == b).map(|(_, w)| w)
    }
}
