//! Which of several rows with one natural key a row is: the first, the second, ..
//!
//! A file may hold the same order twice with different values, or an event log the very same step
//! twice. The number is a function of the file alone, so that the same file gives the same numbers
//! again, whatever happened in between. Memory is bounded: a row is compared with the 400,000 rows
//! before it; a repetition further away counts as the first again, and then stores what it says.

use std::collections::{HashMap, VecDeque};

use handfast_kit::Id;

/// With how many rows before it a row is compared.
const WINDOW_ROWS: usize = 400_000;

#[derive(Debug)]
pub(super) struct Occurrences {
    window_rows: usize,
    row: u64,
    keys: VecDeque<(u64, u64)>,
    known: HashMap<u64, Known>,
}

#[derive(Debug, Clone, Copy)]
struct Known {
    row: u64,
    content: u64,
    number: u32,
}

impl Default for Occurrences {
    fn default() -> Self {
        Self::within(WINDOW_ROWS)
    }
}

impl Occurrences {
    fn within(window_rows: usize) -> Self {
        Self { window_rows, row: 0, keys: VecDeque::new(), known: HashMap::new() }
    }

    /// The number of this row among those with its key, from 1. A row that says the same as the one
    /// before it with this key has that one's number, unless every repetition counts.
    pub(super) fn number<K, C>(&mut self, key: Id<K>, content: Id<C>, repeats: Repeats) -> u32 {
        let (key, content) = (half(key), half(content));
        self.row += 1;
        let number = match self.known.get(&key) {
            None => 1,
            Some(before) if before.content == content && repeats == Repeats::AreOne => {
                before.number
            }
            Some(before) => before.number.saturating_add(1),
        };
        self.known.insert(key, Known { row: self.row, content, number });
        self.keys.push_back((key, self.row));
        if self.keys.len() > self.window_rows
            && let Some((key, row)) = self.keys.pop_front()
            && self.known.get(&key).is_some_and(|known| known.row == row)
        {
            self.known.remove(&key);
        }
        number
    }
}

/// What a row is that says the very same as one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeats {
    /// The same row once more.
    AreOne,
    /// Another event that was alike.
    Count,
}

fn half<T>(id: Id<T>) -> u64 {
    // The upper half holds the version's bits, the lower the variant's: both spread well enough.
    id.uuid().as_u64_pair().1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> Id<()> {
        Id::derived(&[text.as_bytes()])
    }

    #[test]
    fn versions_of_a_row_are_numbered_and_repetitions_are_one() {
        let mut seen = Occurrences::default();
        let mut number = |key, content| seen.number(id(key), id(content), Repeats::AreOne);
        assert_eq!((number("a", "1"), number("a", "1"), number("b", "1")), (1, 1, 1));
        assert_eq!((number("a", "2"), number("a", "1"), number("a", "1")), (2, 3, 3));
    }

    #[test]
    fn equal_events_all_count() {
        let mut seen = Occurrences::default();
        let mut number = |key| seen.number(id(key), id("same"), Repeats::Count);
        assert_eq!((number("a"), number("a"), number("b"), number("a")), (1, 2, 1, 3));
    }

    #[test]
    fn memory_is_bounded_by_the_window() {
        let mut seen = Occurrences::within(3);
        let mut number = |key: &str| seen.number(id(key), id("same"), Repeats::Count);
        for key in ["a", "b", "a", "c", "d"] {
            number(key);
        }
        // The second "a" is still near, the first "b" is not.
        assert_eq!((number("a"), number("b")), (3, 1));
        assert!(seen.known.len() <= 3 && seen.keys.len() <= 3);
    }
}
