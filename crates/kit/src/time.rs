//! Time: the only place that asks the machine what time it is, and calendar days in a zone.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use jiff::{
    Timestamp,
    civil::Date,
    tz::{Offset, TimeZone},
};
use serde::{Deserialize, Serialize, Serializer};

/// A moment: milliseconds since 1970-01-01T00:00:00Z.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct TimeMs(pub i64);

impl TimeMs {
    /// One minute, in milliseconds.
    pub const MINUTE: i64 = 60_000;
    /// One hour, in milliseconds.
    pub const HOUR: i64 = 60 * Self::MINUTE;
    /// One day of 24 hours, in milliseconds.
    pub const DAY: i64 = 24 * Self::HOUR;

    /// The moment `ms` later (earlier, if negative); stays at the ends of what can be said.
    #[must_use]
    pub const fn plus(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// The moment as RFC 3339 in UTC with milliseconds, as the API writes it.
    pub fn rfc3339(self) -> String {
        match self.spelt() {
            Some(text) => text.iter().map(|byte| char::from(*byte)).collect(),
            None => format!("{:.3}", self.timestamp()),
        }
    }

    /// Writes [`TimeMs::rfc3339`] without a text of its own, for lists of many moments:
    /// `#[serde(serialize_with = "TimeMs::serialize_rfc3339")]`.
    pub fn serialize_rfc3339<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.spelt();
        match text.as_ref().and_then(|text| std::str::from_utf8(text).ok()) {
            Some(text) => serializer.serialize_str(text),
            None => serializer.serialize_str(&self.rfc3339()),
        }
    }

    /// `2018-07-10T15:36:07.890Z`, digit by digit: a page of touches has a hundred of them. `None`
    /// before the year 0, which is written with a sign and more digits.
    fn spelt(self) -> Option<[u8; 24]> {
        let at = Offset::UTC.to_datetime(self.timestamp());
        let mut text = *b"0000-00-00T00:00:00.000Z";
        let mut put = |from: usize, to: usize, number: i16| {
            let mut left = number;
            for place in (from..to).rev() {
                text[place] = b'0' + (left % 10) as u8;
                left /= 10;
            }
        };
        if at.year() < 0 {
            return None;
        }
        put(0, 4, at.year());
        put(5, 7, at.month().into());
        put(8, 10, at.day().into());
        put(11, 13, at.hour().into());
        put(14, 16, at.minute().into());
        put(17, 19, at.second().into());
        put(20, 23, at.millisecond());
        Some(text)
    }

    /// The moment that RFC 3339 `text` names; `None` if it names none.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        text.parse::<Timestamp>().ok().map(|at| Self(at.as_millisecond()))
    }

    /// As jiff's type; moments beyond its range become its ends.
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_millisecond(self.0).unwrap_or(if self.0 < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        })
    }
}

/// A calendar day: days since 1970-01-01, in whatever zone it was taken.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Day(pub i32);

impl Day {
    /// The day as jiff's type.
    pub fn date(self) -> Date {
        let epoch = jiff::civil::date(1970, 1, 1);
        epoch.checked_add(jiff::Span::new().days(self.0)).unwrap_or(epoch)
    }

    /// The day that `yyyy-mm-dd` names; `None` if it names none.
    pub fn parse(text: &str) -> Option<Self> {
        // jiff would also take a moment, and give its day.
        let date = (text.len() == 10).then(|| text.parse::<Date>().ok());
        date.flatten().map(Self::of_date)
    }

    /// The day of jiff's type.
    pub fn of_date(date: Date) -> Self {
        let epoch = jiff::civil::date(1970, 1, 1);
        Self((date - epoch).get_days())
    }
}

impl fmt::Display for Day {
    /// `yyyy-mm-dd`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.date())
    }
}

/// A time zone of the IANA database.
#[derive(Debug, Clone)]
pub struct Zone {
    name: String,
    zone: TimeZone,
}

/// No zone has this name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneError(pub String);

impl fmt::Display for ZoneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no time zone {:?}; names are like Europe/London", self.0)
    }
}

impl std::error::Error for ZoneError {}

impl Zone {
    /// The zone called `name`, for example `Europe/London`. Fails if there is none.
    pub fn named(name: &str) -> Result<Self, ZoneError> {
        let zone = TimeZone::get(name).map_err(|_| ZoneError(name.to_owned()))?;
        Ok(Self { name: name.to_owned(), zone })
    }

    /// Its IANA name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// As jiff's type.
    pub const fn tz(&self) -> &TimeZone {
        &self.zone
    }

    /// The calendar day here at `at`.
    pub fn day_of(&self, at: TimeMs) -> Day {
        Day::of_date(at.timestamp().to_zoned(self.zone.clone()).date())
    }

    /// The first moment of `day` here.
    pub fn start_of(&self, day: Day) -> TimeMs {
        day.date()
            .to_zoned(self.zone.clone())
            .map_or(TimeMs(0), |zoned| TimeMs(zoned.timestamp().as_millisecond()))
    }

    /// The moment here in the words of `pattern` (`strftime`).
    pub fn format(&self, at: TimeMs, pattern: &str) -> String {
        at.timestamp().to_zoned(self.zone.clone()).strftime(pattern).to_string()
    }
}

/// The only source of time: the machine's clock, or one that a test sets.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    Machine,
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    pub const fn machine() -> Self {
        Self(Source::Machine)
    }

    /// A clock that stands at `now` until it is set. Clones share it.
    pub fn standing_at(now: TimeMs) -> Self {
        Self(Source::Set(Arc::new(AtomicI64::new(now.0))))
    }

    /// The time now.
    #[allow(clippy::disallowed_methods, reason = "the one place that asks the machine")]
    pub fn now(&self) -> TimeMs {
        match &self.0 {
            Source::Machine => TimeMs(
                SystemTime::now()
                    .duration_since(UNIX_EPOCH)
                    .map_or(0, |since| since.as_millis() as i64),
            ),
            Source::Set(at) => TimeMs(at.load(Ordering::SeqCst)),
        }
    }

    /// Moves a set clock by `ms`; the machine's clock is left alone.
    pub fn advance(&self, ms: i64) {
        if let Source::Set(at) = &self.0 {
            at.fetch_add(ms, Ordering::SeqCst);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_the_day_of_its_zone() {
        let sao_paulo = Zone::named("America/Sao_Paulo").expect("a zone of the database");
        // 2018-01-01T01:00Z is still the last evening of 2017 in São Paulo.
        let at = TimeMs::parse_rfc3339("2018-01-01T01:00:00Z").expect("a time");
        assert_eq!(sao_paulo.day_of(at).to_string(), "2017-12-31");
        assert_eq!(sao_paulo.day_of(sao_paulo.start_of(Day(17_532))), Day(17_532));
    }

    #[test]
    fn a_day_reads_back_as_it_was_written_and_nothing_else_does() {
        assert_eq!(Day::parse(&Day(20_524).to_string()), Some(Day(20_524)));
        for text in ["", "2026-02-30", "20260312", "2026-03-12T09", "2026-3-12", "12.03.2026"] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }

    #[test]
    fn times_read_back_as_they_were_written() {
        let at = TimeMs(1_531_234_567_890);
        assert_eq!(TimeMs::parse_rfc3339(&at.rfc3339()), Some(at));
    }

    #[test]
    fn times_are_written_as_the_calendar_says_in_any_year() {
        for ms in [0, 999, -1, 951_782_400_123, 1_709_164_800_000, i64::MIN, i64::MAX] {
            let at = TimeMs(ms);
            assert_eq!(at.rfc3339(), format!("{:.3}", at.timestamp()));
        }
    }

    #[test]
    fn a_standing_clock_moves_only_when_told() {
        let clock = Clock::standing_at(TimeMs(5));
        clock.advance(TimeMs::MINUTE);
        assert_eq!(clock.clone().now(), TimeMs(60_005));
    }
}
