//! How imports are said: what rows are, where an import stands, what became of its rows.

use handfast_intake::{
    Profile,
    imports::{Counts, Import, State},
    shapes::Shape,
};
use handfast_kit::TimeMs;
use handfast_web::{Side, Viewer};

use crate::words;

/// One thing to choose from a list.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) is_chosen: bool,
}

/// The shapes in the order in which people look for them.
const SHAPES: [Shape; 9] = [
    Shape::Customers,
    Shape::Contacts,
    Shape::Orders,
    Shape::OrderItems,
    Shape::Payments,
    Shape::Reviews,
    Shape::CaseEvents,
    Shape::Products,
    Shape::Partners,
];

/// What a file's rows may be, for an organisation on this side.
pub(super) fn shapes(side: Side, chosen: &str) -> Vec<Choice> {
    let may = |shape: &&Shape| side == Side::Brand || !shape.is_for_brand_only();
    let shapes = SHAPES.iter().filter(may);
    shapes
        .map(|shape| Choice {
            value: shape.word().to_owned(),
            label: shape_name(shape.word()),
            is_chosen: shape.word() == chosen,
        })
        .collect()
}

/// `Order items`.
pub(super) fn shape_name(word: &str) -> String {
    words::sentence(&word.replace('-', " "))
}

/// The systems whose files are known.
pub(super) fn profiles(chosen: &str) -> Vec<Choice> {
    let choice = |(name, about): (&str, String)| Choice {
        value: name.to_owned(),
        label: about.trim_end_matches('.').to_owned(),
        is_chosen: name == chosen,
    };
    Profile::all().into_iter().map(choice).collect()
}

/// The badge of a state: its tone, its icon and its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Badge {
    pub(super) tone: &'static str,
    pub(super) icon: &'static str,
    pub(super) word: &'static str,
}

pub(super) const fn badge(state: State) -> Badge {
    let (tone, icon, word) = match state {
        State::Waiting => ("info", "user", "Waits for you"),
        State::Queued => ("", "clock", "In the queue"),
        State::Running => ("info", "clock", "Running"),
        State::Done => ("ok", "check", "Done"),
        State::Cancelled => ("", "x", "Stopped"),
        State::Failed => ("bad", "alert", "Failed"),
    };
    Badge { tone, icon, word }
}

/// `4 rows read: 2 stored, 0 unchanged, 2 rejected`.
pub(super) fn counts(counts: &Counts) -> String {
    let n = |count: u64| words::number(count as i64);
    format!(
        "{} read: {} stored, {} unchanged, {} rejected",
        words::counted(counts.read as i64, "row", "rows"),
        n(counts.stored),
        n(counts.unchanged),
        n(counts.rejected)
    )
}

/// `1.4 MB`.
pub(super) fn size(bytes: u64) -> String {
    const KB: u64 = 1_000;
    match bytes {
        0..KB => words::counted(bytes as i64, "byte", "bytes"),
        _ if bytes < KB * KB => format!("{} kB", bytes.div_ceil(KB)),
        _ if bytes < KB * KB * KB => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

/// `Today, 09:40`.
pub(super) fn moment(at: TimeMs, viewer: &Viewer, now: TimeMs) -> String {
    let (day, today) = (viewer.zone.day_of(at), viewer.zone.day_of(now));
    let day = words::sentence(&words::when(day, today));
    format!("{day}, {}", words::clock_time(at, &viewer.zone))
}

/// `12 s`, `4 min`, `2 h 10 min`.
pub(super) fn took(ms: i64) -> String {
    let s = ms.max(0).unsigned_abs().div_ceil(1_000);
    match s {
        0..=90 => format!("{s} s"),
        91..=5_400 => format!("{} min", s.div_ceil(60)),
        _ => format!("{} h {} min", s / 3_600, s % 3_600 / 60),
    }
}

/// About how long a running import will still take, once there is something to judge by.
pub(super) fn left(import: &Import, now: TimeMs) -> Option<String> {
    let ran_ms = now.0 - import.started?.0;
    let (done, all) = (import.bytes_done, import.bytes_total);
    if ran_ms < 2_000 || done == 0 || done >= all {
        return None;
    }
    let left_ms = i128::from(ran_ms) * i128::from(all - done) / i128::from(done);
    Some(format!("about {} left", took(i64::try_from(left_ms).unwrap_or(i64::MAX))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_are_round() {
        for (bytes, text) in
            [(1, "1 byte"), (1_001, "2 kB"), (1_440_000, "1.4 MB"), (2 << 30, "2.1 GB")]
        {
            assert_eq!(size(bytes), text);
        }
        for (ms, text) in
            [(1, "1 s"), (90_000, "90 s"), (91_000, "2 min"), (7_800_000, "2 h 10 min")]
        {
            assert_eq!(took(ms), text);
        }
    }

    #[test]
    fn counts_are_said_as_a_sum() {
        let some = Counts { read: 1_204, stored: 1_200, unchanged: 2, rejected: 2 };
        assert_eq!(counts(&some), "1,204 rows read: 1,200 stored, 2 unchanged, 2 rejected");
    }

    #[test]
    fn a_partner_is_not_offered_what_only_the_brand_may_bring() {
        let all = |side| shapes(side, "orders").len();
        assert_eq!(all(Side::Brand), SHAPES.len());
        assert_eq!(all(Side::Partner), SHAPES.len() - 2);
        assert_eq!(shape_name("order-items"), "Order items");
    }
}
