//! Moments and clocks of hours and minutes.

use handfast_kit::{TimeMs, Zone};
use handfast_web::ClockFace;

use crate::words;

/// `today at 16:30`, `10 March at 14:20`.
pub(super) fn moment(at: TimeMs, now: TimeMs, zone: &Zone) -> String {
    let day = words::when(zone.day_of(at), zone.day_of(now));
    format!("{day} at {}", words::clock_time(at, zone))
}

/// `Tue 10 Mar, 14:20`: for narrow columns.
pub(super) fn short(at: TimeMs, zone: &Zone) -> String {
    zone.format(at, "%a %-d %b, %H:%M")
}

/// How long that is: `40 min`, `5 h 20 min`, `3 days`.
pub(crate) fn span(ms: i64) -> String {
    let (hours, minutes) = (ms / TimeMs::HOUR, ms % TimeMs::HOUR / TimeMs::MINUTE);
    match ms {
        ms if ms >= 2 * TimeMs::DAY => words::counted(ms / TimeMs::DAY, "day", "days"),
        ms if ms >= TimeMs::HOUR && minutes > 0 => format!("{hours} h {minutes} min"),
        ms if ms >= TimeMs::HOUR => format!("{hours} h"),
        _ => format!("{minutes} min"),
    }
}

/// The clock of something that began at `from` and is due: it warns in its last quarter.
pub(crate) fn clock(from: TimeMs, due: TimeMs, now: TimeMs, zone: &Zone) -> ClockFace {
    let (left, whole) = (due.0 - now.0, (due.0 - from.0).max(1));
    let used = (100 * (now.0 - from.0).clamp(0, whole) / whole) as u8;
    let said = moment(due, now, zone);
    let (state, word, by) = match left {
        ..=0 => ("over", format!("{} over", span(-left)), format!("was due {said}")),
        _ if used >= 75 => ("soon", format!("{} left", span(left)), format!("by {said}")),
        _ => ("ok", format!("{} left", span(left)), format!("by {said}")),
    };
    ClockFace { state, word, by, used_percent: (state != "over").then_some(used) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_clock_warns_in_its_last_quarter_and_goes_on_when_it_is_over() {
        let zone = Zone::named("UTC").unwrap();
        let from = TimeMs::parse_rfc3339("2026-03-10T12:00:00Z").unwrap();
        let due = from.plus(4 * TimeMs::HOUR);
        for (minutes, state, word, by, used) in [
            (0, "ok", "4 h left", "by today at 16:00", Some(0)),
            (100, "ok", "2 h 20 min left", "by today at 16:00", Some(41)),
            (200, "soon", "40 min left", "by today at 16:00", Some(83)),
            (240, "over", "0 min over", "was due today at 16:00", None),
            (240 + 4_320, "over", "3 days over", "was due 10 March at 16:00", None),
        ] {
            let face = clock(from, due, from.plus(minutes * TimeMs::MINUTE), &zone);
            let said = (face.state, &*face.word, &*face.by, face.used_percent);
            assert_eq!(said, (state, word, by, used));
        }
    }
}
