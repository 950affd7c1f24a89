use crate::matching::store::Matcher;

/// From so many records on a model is made of the records themselves.
pub(super) const RECORDS_MIN: i64 = 2_000;

/// Whether a model is to be made anew: there are enough records, and twice as many as it was made
/// of.
pub(super) const fn is_due(matcher: &Matcher, record_count: i64) -> bool {
    let was = match matcher.fitted {
        Some(_) => matcher.record_count,
        None => 0,
    };
    record_count >= RECORDS_MIN && record_count >= was.saturating_mul(2)
}

#[cfg(test)]
mod tests {
    use handfast_kit::TimeMs;

    use super::*;

    #[test]
    fn a_model_is_made_of_enough_records_and_again_when_they_are_twice_as_many() {
        let matcher = |fitted: Option<i64>| Matcher {
            fit: 1,
            is_clearing: false,
            report: String::new(),
            record_count: fitted.unwrap_or(0),
            fitted: fitted.map(|_| TimeMs(0)),
        };
        for (fitted, record_count, due) in [
            (None, 1_999, false),
            (None, 2_000, true),
            (Some(2_000), 3_999, false),
            (Some(2_000), 4_000, true),
            (Some(10), 20, false),
        ] {
            assert_eq!(is_due(&matcher(fitted), record_count), due, "{fitted:?} {record_count}");
        }
    }
}
