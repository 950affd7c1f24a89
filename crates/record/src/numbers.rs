//! What the figures of sales and cases share: reading a table in pages, and how numbers are
//! rounded, averaged and halved, so that two reports never differ by their arithmetic.

use handfast_db::Fault;

/// Rows read at once by [`walk`].
pub(crate) const ROWS_AT_ONCE: usize = 2_000;

/// Reads a whole list page by page and gives every row to `each`. `read` gets the place after the
/// last row, which `place` tells, and reads up to [`ROWS_AT_ONCE`] rows from there.
pub(crate) fn walk<P, R>(
    first: P,
    mut read: impl FnMut(&P) -> Result<Vec<R>, Fault>,
    place: impl Fn(&R) -> P,
    mut each: impl FnMut(R),
) -> Result<(), Fault> {
    let mut after = first;
    loop {
        let rows = read(&after)?;
        let count = rows.len();
        if let Some(last) = rows.last() {
            after = place(last);
        }
        rows.into_iter().for_each(&mut each);
        if count < ROWS_AT_ONCE {
            return Ok(());
        }
    }
}

/// Rounded to 4 places; what lies exactly between two goes to the even one.
pub(crate) fn round4(number: f64) -> f64 {
    // Formatting rounds the exact decimal value of the number; multiplying first would not.
    format!("{number:.4}").parse().unwrap_or(number)
}

/// `part` of `of`, from 0 to 1, rounded to 4 places; none of nothing.
pub(crate) fn share(part: i64, of: i64) -> Option<f64> {
    (of != 0).then(|| round4(part as f64 / of as f64))
}

/// The middle of the numbers, rounded to 4 places: the mean of both when there are two.
pub(crate) fn median(mut numbers: Vec<f64>) -> Option<f64> {
    numbers.sort_unstable_by(f64::total_cmp);
    let half = numbers.len() / 2;
    let upper = *numbers.get(half)?;
    let middle = match numbers.len() % 2 {
        0 => f64::midpoint(numbers[half - 1], upper),
        _ => upper,
    };
    Some(round4(middle))
}

/// Numbers on their way to a mean.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Mean {
    sum: f64,
    /// How many there are.
    pub(crate) count: i64,
}

impl Mean {
    pub(crate) fn add(&mut self, number: f64) {
        self.sum += number;
        self.count += 1;
    }

    /// The mean as it is, for sorting; 0 of nothing.
    pub(crate) fn exact(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.sum / self.count as f64 }
    }

    /// The mean rounded to 4 places; none of nothing.
    pub(crate) fn rounded(&self) -> Option<f64> {
        (self.count != 0).then(|| round4(self.exact()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn rounding_looks_at_the_exact_value_and_breaks_true_ties_to_the_even_digit() {
        for (number, rounded) in [
            (0.03125, 0.0312),
            (0.09375, 0.0938),
            (2.675_05, 2.6751),
            (1.000_05, 1.0001),
            (0.123_45, 0.1235),
            (-0.03125, -0.0312),
            (13.490_1, 13.490_1),
            (2.0, 2.0),
        ] {
            // To the last bit: a report is compared as text.
            assert_eq!(round4(number).to_bits(), f64::to_bits(rounded), "{number}");
        }
    }

    #[test]
    fn a_median_is_the_middle_or_the_mean_of_the_two_middles() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 9.0]), Some(3.0));
    }

    #[test]
    fn nothing_has_no_share_and_no_mean() {
        assert_eq!((share(0, 0), Mean::default().rounded()), (None, None));
        assert_eq!(share(1, 3), Some(0.3333));
    }

    #[test]
    fn a_walk_reads_every_row_once() {
        let mut seen = Vec::new();
        let rows = |after: &usize| Ok((after + 1..=4_500).take(ROWS_AT_ONCE).collect::<Vec<_>>());
        walk(0, rows, |row| *row, |row| seen.push(row)).unwrap();
        assert_eq!(seen, (1..=4_500).collect::<Vec<_>>());
    }
}
