//! Why two records are linked, in words and bits.

use serde::Serialize;

/// Why two records weigh what they weigh.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The weight of the pair in 1/256 bit; the sum of the lines.
    pub weight: i32,
    /// The prior first, then each comparison that had something to say.
    pub lines: Vec<Line>,
}

/// What one comparison contributed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// What was compared: "family name", "address", or a column's own name; "before any
    /// comparison" for the prior.
    pub comparison: String,
    /// How it came out, in words: "same", "one letter apart", "day and month swapped".
    pub level: String,
    /// In 1/256 bit; above zero speaks for one person.
    pub weight: i32,
    /// Columns of the schema that took part, so that the caller may show both values.
    pub columns: Vec<usize>,
}
