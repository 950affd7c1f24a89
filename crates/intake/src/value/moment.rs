//! Dates and times as files write them.

use handfast_kit::TimeMs;
use jiff::{
    civil::{Date, DateTime, Time, date},
    tz::Offset,
};

use super::{DateOrder, Manner, quote};

/// A moment of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// When it was; a date without a time is the first moment of its day.
    pub at: TimeMs,
    /// Whether the file gave a date without a time.
    pub day_only: bool,
}

impl Moment {
    /// Reads a date with or without a time, a half of the day, and an offset: ISO 8601 in its usual
    /// forms, `30.04.2026 14:30`, `4/30/2026 2:30 PM`, `19800322`. What names no offset is local
    /// time of the manner's zone; a time that the zone skips is taken as much later.
    pub fn parse(text: &str, manner: &Manner) -> Result<Self, String> {
        let wrong = || {
            format!("{} is not a date; write it like 2026-04-30 or 2026-04-30 14:30", quote(text))
        };
        let (day, rest) = split_day(text).ok_or_else(wrong)?;
        let day = match day {
            DayText::Parts(year, month, day) => new_date(year, month, day).ok_or_else(wrong)?,
            DayText::Slashed(first, second, year) => {
                let (month, day) = match manner.date_order {
                    Some(DateOrder::DayFirst) => (second, first),
                    Some(DateOrder::MonthFirst) => (first, second),
                    None => return Err(in_two_ways(text, [first, second], year, wrong)),
                };
                new_date(year, month, day).ok_or_else(wrong)?
            }
        };
        let (time, offset) = split_time(rest).ok_or_else(wrong)?;
        let local = DateTime::from_parts(day, time.unwrap_or(Time::midnight()));
        let zone = match offset {
            Some(offset) => offset.to_time_zone(),
            None => manner.zone.tz().clone(),
        };
        let at = local.to_zoned(zone).map_err(|_| wrong())?.timestamp().as_millisecond();
        Ok(Self { at: TimeMs(at), day_only: time.is_none() })
    }
}

/// What is wrong with a date of which nobody said what its first part is.
fn in_two_ways(
    text: &str,
    [first, second]: [i8; 2],
    year: i16,
    wrong: impl Fn() -> String,
) -> String {
    let is_date = |month, day| new_date(year, month, day).is_some();
    if is_date(first, second) || is_date(second, first) {
        let quoted = quote(text);
        return format!(
            "{quoted} may be read in two ways; say whether the day or the month comes first, on \
             the import's page or as date_order in its map"
        );
    }
    wrong()
}

enum DayText {
    Parts(i16, i8, i8),
    /// The first two parts in the order that is stated elsewhere, then the year.
    Slashed(i8, i8, i16),
}

fn new_date(year: i16, month: i8, day: i8) -> Option<Date> {
    Date::new(year, month, day).ok().filter(|day| *day >= date(1000, 1, 1))
}

fn split_day(text: &str) -> Option<(DayText, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 8 {
        let parts = (text[..4].parse().ok()?, text[4..6].parse().ok()?, text[6..8].parse().ok()?);
        return Some((DayText::Parts(parts.0, parts.1, parts.2), &text[8..]));
    }
    let sign = text[digits..].chars().next().filter(|c| "-/.".contains(*c))?;
    let (first, rest) = text.split_once(sign)?;
    let (second, rest) = rest.split_once(sign)?;
    let end = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (third, rest) = rest.split_at(end);
    let second = second.parse().ok()?;
    let day = match (digits, third.len()) {
        (4, 1 | 2) => DayText::Parts(first.parse().ok()?, second, third.parse().ok()?),
        (1 | 2, 4) => {
            // Dots are written day first wherever they are written.
            let (first, year) = (first.parse().ok()?, third.parse().ok()?);
            if sign == '.' {
                DayText::Parts(year, second, first)
            } else {
                DayText::Slashed(first, second, year)
            }
        }
        _ => return None,
    };
    Some((day, rest))
}

/// The time behind the day, and the offset behind the time.
fn split_time(text: &str) -> Option<(Option<Time>, Option<Offset>)> {
    let text = text.trim_start_matches(['T', 't', ' ', ',']).trim_end();
    if text.is_empty() {
        return Some((None, None));
    }
    let end = text.bytes().take_while(|b| b.is_ascii_digit() || b":.".contains(b)).count();
    let (clock, rest) = text.split_at(end);
    let (hour, minute, second, nanosecond) = clock_parts(clock)?;
    let rest = rest.trim_start();
    let (hour, rest) = match rest.get(..2).map(str::to_ascii_uppercase).as_deref() {
        Some("AM") if (1..=12).contains(&hour) => (hour % 12, &rest[2..]),
        Some("PM") if (1..=12).contains(&hour) => (hour % 12 + 12, &rest[2..]),
        Some("AM" | "PM") => return None,
        _ => (hour, rest),
    };
    let time = Time::new(hour, minute, second, nanosecond).ok()?;
    Some((Some(time), split_offset(rest.trim())?))
}

fn clock_parts(text: &str) -> Option<(i8, i8, i8, i32)> {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut digits = format!("{fraction:0<9}");
    digits.truncate(9);
    let nanosecond = digits.parse().ok()?;
    if clock.len() == 6 && !clock.contains(':') {
        let part = |at: usize| clock[at..at + 2].parse().ok();
        return Some((part(0)?, part(2)?, part(4)?, nanosecond));
    }
    let mut parts = clock.split(':');
    let hour = parts.next()?.parse().ok()?;
    let minute = parts.next()?.parse().ok()?;
    let second: i8 = parts.next().map_or(Some(0), |part| part.parse().ok())?;
    // A leap second is the last second of its minute here.
    parts.next().is_none().then_some((hour, minute, second.min(59), nanosecond))
}

/// `Z`, `UTC`, `+02:00`, `+0200`, `-03`, and `Z-0300`, as the Data Loader writes it.
#[expect(clippy::option_option, reason = "no offset and no sense are two things")]
fn split_offset(text: &str) -> Option<Option<Offset>> {
    let bare = text.strip_prefix(['Z', 'z']).unwrap_or(text);
    let bare = bare.strip_prefix("UTC").or_else(|| bare.strip_prefix("GMT")).unwrap_or(bare);
    if bare.is_empty() {
        return Some((!text.is_empty()).then_some(Offset::UTC));
    }
    let sign = match bare.chars().next()? {
        '+' => 1,
        '-' | '−' => -1,
        _ => return None,
    };
    let digits: String = bare.chars().skip(1).filter(|c| *c != ':').collect();
    let (hours, minutes) = match digits.len() {
        1 | 2 => (digits.as_str(), "0"),
        4 => digits.split_at(2),
        _ => return None,
    };
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok().map(Some)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use handfast_kit::Zone;
    use proptest::prelude::*;

    use super::*;
    use crate::value::Decimal;

    const DAY: i64 = TimeMs::DAY;

    fn manner(zone: &str, date_order: Option<DateOrder>) -> Manner {
        Manner { zone: Zone::named(zone).unwrap(), date_order, decimal: Decimal::Point }
    }

    #[test]
    fn usual_dates_are_read_in_their_zone() {
        let (day, month) = (Some(DateOrder::DayFirst), Some(DateOrder::MonthFirst));
        for (text, order, utc) in [
            ("2018-01-18 14:48:30", None, "2018-01-18T16:48:30.000Z"),
            ("2018-06-18", None, "2018-06-18T03:00:00.000Z"),
            ("2010-03-31T15:59:42+01:00", None, "2010-03-31T14:59:42.000Z"),
            ("2026-05-01 10:00:00 +0200", None, "2026-05-01T08:00:00.000Z"),
            ("2010-01-13 08:40:25+00:00", None, "2010-01-13T08:40:25.000Z"),
            ("2026-04-30T10:01:00.125Z", None, "2026-04-30T10:01:00.125Z"),
            ("2010-10-14T12:00:00.000Z-0300", None, "2010-10-14T15:00:00.000Z"),
            ("4/30/2026 2:30 PM", month, "2026-04-30T17:30:00.000Z"),
            ("4/30/2026 12:05 am", month, "2026-04-30T03:05:00.000Z"),
            ("30/04/2026 14:30", day, "2026-04-30T17:30:00.000Z"),
            ("30.4.2026", None, "2026-04-30T03:00:00.000Z"),
            ("2026/4/5", None, "2026-04-05T03:00:00.000Z"),
            ("20121012T210525Z", None, "2012-10-12T21:05:25.000Z"),
            ("19800322", None, "1980-03-22T03:00:00.000Z"),
            // Midnight was skipped that day, where summer time began at midnight.
            ("2017-10-15 00:00:00", None, "2017-10-15T03:00:00.000Z"),
        ] {
            let moment = Moment::parse(text, &manner("America/Sao_Paulo", order));
            assert_eq!(moment.map(|m| m.at.rfc3339()).as_deref(), Ok(utc), "{text}");
        }
    }

    #[test]
    fn the_order_of_day_and_month_is_never_guessed() {
        let said = Moment::parse("4/30/2026", &manner("UTC", None)).unwrap_err();
        assert!(said.contains("date_order"), "{said}");
        assert!(Moment::parse("4/30/2026", &manner("UTC", Some(DateOrder::DayFirst))).is_err());
        let unsaid = |text| Moment::parse(text, &manner("UTC", None)).unwrap_err();
        assert!(unsaid("03/04/2026").contains("two ways"));
        assert!(unsaid("31/31/2026").contains("is not a date"));
    }

    #[test]
    fn what_is_no_date_is_said_so() {
        for text in [
            "",
            "soon",
            "2026-13-01",
            "2026-02-30",
            "2026-04-30 25:00",
            "2026-04",
            "4/5/26",
            "2026-04-30 13:00 PM",
            "2026-04-30 10:00 Mars",
            "0000-00-00",
            "--0203",
            "12",
        ] {
            let said = Moment::parse(text, &manner("UTC", None)).unwrap_err();
            assert!(said.contains("is not a date"), "{text}: {said}");
        }
    }

    proptest! {
        #[test]
        fn what_was_written_as_rfc_3339_reads_back(day in -350_000_i64..350_000, ms in 0..DAY) {
            let at = day * DAY + ms;
            let text = TimeMs(at).rfc3339();
            let read = Moment::parse(&text, &manner("UTC", None)).map(|moment| moment.at);
            let expected = if text.starts_with('0') { read.clone() } else { Ok(TimeMs(at)) };
            prop_assert_eq!(read, expected);
        }

        #[test]
        fn any_text_is_answered(text: String) {
            let _ = Moment::parse(&text, &manner("UTC", Some(DateOrder::DayFirst)));
            let _ = super::super::amount(&text, Decimal::Comma, "EUR");
            super::super::phone(&text);
        }
    }
}
