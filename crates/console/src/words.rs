//! How pages say numbers, times and sums. Times are the network's; a day is said as people say it.

use handfast_kit::{Day, TimeMs, Zone};
use handfast_web::ClockFace;

/// `13,291`.
pub(crate) fn number(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if n < 0 {
        text.push('-');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 customer`, `13,291 customers`.
pub(crate) fn counted(n: i64, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { many })
}

/// `18%`; a share that is not zero is never said to be.
pub(crate) fn percent(part: i64, whole: i64) -> String {
    if whole <= 0 {
        return String::new();
    }
    let share = part as f64 * 100.0 / whole as f64;
    match share {
        share if part > 0 && share < 0.5 => "under 1%".to_owned(),
        share if part < whole && share >= 99.5 => "over 99%".to_owned(),
        share => format!("{share:.0}%"),
    }
}

/// A sum in minor units with the currency's sign, if it is a common one: `£3,290`, `R$ 20.50`.
pub(crate) fn money(minor: i64, currency: &str) -> String {
    let (whole, cents) = (minor.abs() / 100, minor.abs() % 100);
    let minus = if minor < 0 { "-" } else { "" };
    let sum = number(whole);
    let sum = if cents == 0 { sum } else { format!("{sum}.{cents:02}") };
    match currency {
        "GBP" => format!("{minus}£{sum}"),
        "EUR" => format!("{minus}€{sum}"),
        "USD" => format!("{minus}${sum}"),
        "BRL" => format!("{minus}R$ {sum}"),
        "" => format!("{minus}{sum}"),
        other => format!("{minus}{other} {sum}"),
    }
}

/// `11 March`, and the year where it is another than today's.
pub(crate) fn date(day: Day, today: Day) -> String {
    let pattern = if day.date().year() == today.date().year() { "%-d %B" } else { "%-d %B %Y" };
    day.date().strftime(pattern).to_string()
}

/// `11 Mar`, and the year where it is another than today's: for narrow columns.
pub(crate) fn short_date(day: Day, today: Day) -> String {
    let pattern = if day.date().year() == today.date().year() { "%-d %b" } else { "%-d %b %Y" };
    day.date().strftime(pattern).to_string()
}

/// `December 2025`.
pub(crate) fn month(day: Day) -> String {
    day.date().strftime("%B %Y").to_string()
}

/// A heading for what happened on a day: `Today`, `Yesterday, 11 March`, `20 December 2025`.
pub(crate) fn heading(day: Day, today: Day) -> String {
    match today.0 - day.0 {
        0 => "Today".to_owned(),
        1 => format!("Yesterday, {}", date(day, today)),
        -1 => format!("Tomorrow, {}", date(day, today)),
        _ => date(day, today),
    }
}

/// A day within a sentence: `today`, `yesterday`, `20 December 2025`.
pub(crate) fn when(day: Day, today: Day) -> String {
    match today.0 - day.0 {
        0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        -1 => "tomorrow".to_owned(),
        _ => date(day, today),
    }
}

/// How long a day is past: `today`, `yesterday`, `12 days ago`, `5 months ago`, `3 years ago`.
pub(crate) fn ago(day: Day, today: Day) -> String {
    let days = i64::from(today.0 - day.0);
    match days {
        ..=-2 => format!("in {}", counted(-days, "day", "days")),
        -1 => "tomorrow".to_owned(),
        0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        2..=60 => counted(days, "day ago", "days ago"),
        61..=729 => counted(days / 30, "month ago", "months ago"),
        _ => counted(days / 365, "year ago", "years ago"),
    }
}

/// `09:12`, in the network's zone.
pub(crate) fn clock_time(at: TimeMs, zone: &Zone) -> String {
    zone.format(at, "%H:%M")
}

/// What `<time datetime>` takes: `2026-03-12T09:12+00:00`.
pub(crate) fn datetime(at: TimeMs, zone: &Zone) -> String {
    zone.format(at, "%Y-%m-%dT%H:%M%:z")
}

/// `3 days late`, `1 day early`, `on time`: a difference to a promised day.
pub(crate) fn lateness(days_late: i32) -> String {
    let days = i64::from(days_late.abs());
    match days_late {
        0 => "on time".to_owned(),
        1.. => counted(days, "day late", "days late"),
        ..0 => counted(days, "day early", "days early"),
    }
}

/// The clock of something due by the end of the day `due`, promised on the day `from`.
///
/// It is `soon` on the last two days, and `over` from the day after.
pub(crate) fn clock(from: Day, due: Day, today: Day) -> ClockFace {
    let left = i64::from(due.0 - today.0);
    let whole = i64::from(due.0 - from.0).max(1);
    let used = (100 * i64::from(today.0 - from.0) / whole).clamp(0, 100) as u8;
    let said = date(due, today);
    let (state, word, by) = match left {
        ..=-2 => ("over", counted(-left, "day over", "days over"), format!("due {said}")),
        -1 => ("over", "1 day over".to_owned(), "due yesterday".to_owned()),
        0 => ("soon", "Due today".to_owned(), "by the end of today".to_owned()),
        1 => ("soon", "1 day left".to_owned(), "by tomorrow".to_owned()),
        _ => ("ok", counted(left, "day left", "days left"), format!("by {said}")),
    };
    ClockFace { state, word, by, used_percent: (state != "over").then_some(used) }
}

/// A reference within a sentence: long ones by their beginning, `817bba98…`.
pub(crate) fn reference(text: &str) -> String {
    if text.chars().count() <= 20 {
        return text.to_owned();
    }
    text.chars().take(8).chain(['…']).collect()
}

/// `3, 4 and 5`; nothing of nothing.
pub(crate) fn list(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The text with its first letter large: the beginning of a sentence.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn day(text: &str) -> Day {
        let at = TimeMs::parse_rfc3339(&format!("{text}T12:00:00Z")).unwrap();
        Zone::named("UTC").unwrap().day_of(at)
    }

    #[test]
    fn numbers_are_grouped_and_counted() {
        for (n, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (-1_234_567, "-1,234,567")] {
            assert_eq!(number(n), text);
        }
        assert_eq!(counted(1, "customer", "customers"), "1 customer");
        assert_eq!(counted(13_291, "customer", "customers"), "13,291 customers");
    }

    #[test]
    fn a_share_is_never_rounded_to_none_or_all() {
        for (part, whole, text) in [
            (0, 45, "0%"),
            (8, 45, "18%"),
            (1, 900, "under 1%"),
            (899, 900, "over 99%"),
            (45, 45, "100%"),
            (0, 0, ""),
        ] {
            assert_eq!(percent(part, whole), text);
        }
    }

    #[test]
    fn sums_carry_their_currency() {
        for (minor, currency, text) in [
            (329_000, "GBP", "£3,290"),
            (2_050, "BRL", "R$ 20.50"),
            (-105, "EUR", "-€1.05"),
            (99, "SEK", "SEK 0.99"),
            (12_300, "", "123"),
        ] {
            assert_eq!(money(minor, currency), text);
        }
    }

    #[test]
    fn days_are_said_as_people_say_them() {
        let today = day("2026-03-12");
        for (text, as_heading, within, past) in [
            ("2026-03-12", "Today", "today", "today"),
            ("2026-03-11", "Yesterday, 11 March", "yesterday", "yesterday"),
            ("2026-03-13", "Tomorrow, 13 March", "tomorrow", "tomorrow"),
            ("2026-03-01", "1 March", "1 March", "11 days ago"),
            ("2025-12-20", "20 December 2025", "20 December 2025", "2 months ago"),
            ("2018-08-01", "1 August 2018", "1 August 2018", "7 years ago"),
            ("2026-03-20", "20 March", "20 March", "in 8 days"),
        ] {
            let said = (heading(day(text), today), when(day(text), today), ago(day(text), today));
            assert_eq!(said, (as_heading.to_owned(), within.to_owned(), past.to_owned()));
        }
        assert_eq!(month(day("2025-12-20")), "December 2025");
        assert_eq!(short_date(day("2025-12-20"), today), "20 Dec 2025");
    }

    #[test]
    fn a_clock_says_how_much_is_left_and_when_it_is_over() {
        let from = day("2026-03-02");
        for (due, state, word, by, used) in [
            ("2026-03-08", "over", "4 days over", "due 8 March", None),
            ("2026-03-11", "over", "1 day over", "due yesterday", None),
            ("2026-03-12", "soon", "Due today", "by the end of today", Some(100)),
            ("2026-03-13", "soon", "1 day left", "by tomorrow", Some(90)),
            ("2026-03-22", "ok", "10 days left", "by 22 March", Some(50)),
        ] {
            let face = clock(from, day(due), day("2026-03-12"));
            let expected =
                ClockFace { state, word: word.to_owned(), by: by.to_owned(), used_percent: used };
            assert_eq!(face, expected);
        }
    }

    #[test]
    fn a_difference_to_the_promise_is_late_early_or_on_time() {
        for (days, text) in
            [(3, "3 days late"), (1, "1 day late"), (0, "on time"), (-2, "2 days early")]
        {
            assert_eq!(lateness(days), text);
        }
    }

    #[test]
    fn a_long_reference_is_known_by_its_beginning() {
        assert_eq!(reference("AUR-W-5531"), "AUR-W-5531");
        assert_eq!(reference("817bba98b2dc8942fccbdaf7cd5c63b1"), "817bba98…");
    }

    #[test]
    fn lists_and_sentences_read_as_written() {
        let parts: Vec<String> = ["a", "b", "c"].map(str::to_owned).into();
        assert_eq!(list(&parts), "a, b and c");
        assert_eq!(list(&parts[..1]), "a");
        assert_eq!(sentence("on time"), "On time");
        assert_eq!(sentence(""), "");
    }

    #[test]
    fn times_are_those_of_the_zone() {
        let zone = Zone::named("America/Sao_Paulo").unwrap();
        let at = TimeMs::parse_rfc3339("2018-01-01T01:05:00Z").unwrap();
        assert_eq!(clock_time(at, &zone), "23:05");
        assert_eq!(datetime(at, &zone), "2017-12-31T23:05-02:00");
    }
}
