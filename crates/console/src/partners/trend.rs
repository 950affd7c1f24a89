//! How figures went from month to month, as a line and as a sentence.

use handfast_record::sales::figures::MonthFigures;

use crate::{
    charts::{self, Bars, Spark},
    words,
};

/// The line of the share of late deliveries by month.
pub(crate) fn late_spark(months: &[MonthFigures]) -> Option<Spark> {
    let share = |month: &MonthFigures| {
        (month.delivered > 0).then(|| month.late as f64 * 100.0 / month.delivered as f64)
    };
    let shares: Vec<Option<f64>> = months.iter().map(share).collect();
    let label = movement("Late deliveries", &shares, |share| format!("{share:.0}%"));
    charts::spark(&shares, label)
}

/// The line of the mean review by month.
pub(crate) fn review_spark(months: &[MonthFigures]) -> Option<Spark> {
    let mean = |month: &MonthFigures| {
        (month.review_count > 0).then(|| month.review_sum as f64 / month.review_count as f64)
    };
    let means: Vec<Option<f64>> = months.iter().map(mean).collect();
    let label = movement("Reviews", &means, |mean| format!("{mean:.1}"));
    charts::spark(&means, label)
}

/// `Late deliveries went from 5% to 18% in 12 months`.
fn movement(what: &str, values: &[Option<f64>], say: impl Fn(f64) -> String) -> String {
    let known: Vec<f64> = values.iter().copied().flatten().collect();
    let (Some(first), Some(last)) = (known.first(), known.last()) else { return String::new() };
    let (first, last) = (say(*first), say(*last));
    let months = words::counted(known.len() as i64, "month", "months");
    if first == last {
        format!("{what}: {last} at both ends of {months}")
    } else {
        format!("{what} went from {first} to {last} in {months}")
    }
}

/// Deliveries by month: kept above the line, late below it.
pub(crate) struct Months {
    pub(crate) bars: Bars,
    pub(crate) first: String,
    pub(crate) last: String,
    /// The months as a table, for whoever wants the numbers.
    pub(crate) rows: Vec<[String; 4]>,
}

/// The chart of these months; `None` for a single month, and if nothing was delivered.
pub(crate) fn by_month(months: &[MonthFigures]) -> Option<Months> {
    if months.len() < 2 {
        return None;
    }
    let pairs: Vec<(i64, i64)> =
        months.iter().map(|month| (month.delivered - month.late, month.late)).collect();
    let kept: i64 = pairs.iter().map(|(kept, _)| kept).sum();
    let late: i64 = pairs.iter().map(|(_, late)| late).sum();
    let (first, last) = (months.first()?.first_day, months.last()?.first_day);
    let (first, last) = (words::month(first), words::month(last));
    let label = format!(
        "Deliveries by month of their order, {first} to {last}: {} on time, {} late.",
        words::number(kept),
        words::number(late),
    );
    let row = |month: &MonthFigures| {
        let mean = month.review_sum as f64 / month.review_count as f64;
        [
            words::month(month.first_day),
            words::number(month.delivered),
            words::number(month.late),
            if month.review_count > 0 { format!("{mean:.1}") } else { String::new() },
        ]
    };
    let rows = months.iter().rev().map(row).collect();
    Some(Months { bars: charts::bars(&pairs, label)?, first, last, rows })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use handfast_kit::Day;

    use super::*;

    fn month(first_day: i32, delivered: i64, late: i64) -> MonthFigures {
        MonthFigures { first_day: Day(first_day), delivered, late, review_count: 0, review_sum: 0 }
    }

    #[test]
    fn a_line_says_where_it_went() {
        let line = late_spark(&[month(0, 20, 1), month(31, 0, 0), month(59, 50, 9)]).unwrap();
        assert_eq!(line.label, "Late deliveries went from 5% to 18% in 2 months");
        let steady = late_spark(&[month(0, 20, 1), month(31, 20, 1)]).unwrap();
        assert_eq!(steady.label, "Late deliveries: 5% at both ends of 2 months");
        assert_eq!(review_spark(&[month(0, 20, 1)]), None);
    }

    #[test]
    fn months_say_how_much_came_on_time_and_late() {
        let chart = by_month(&[month(0, 20, 1), month(31, 50, 9)]).unwrap();
        assert_eq!(
            chart.bars.label,
            "Deliveries by month of their order, January 1970 to February 1970: 60 on time, \
             10 late."
        );
        assert!(by_month(&[month(0, 0, 0), month(31, 0, 0)]).is_none());
        assert!(by_month(&[month(0, 20, 1)]).is_none());
    }
}
