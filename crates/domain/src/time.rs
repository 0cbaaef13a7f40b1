//! Instants and spans, in microseconds.

use std::fmt;

/// An instant: microseconds since 1970-01-01T00:00:00Z. Stored as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub i64);

/// A length of time in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(pub i64);

impl Span {
    /// A span of whole seconds.
    pub const fn seconds(n: i64) -> Self {
        Span(n * 1_000_000)
    }
    /// A span of whole milliseconds.
    pub const fn millis(n: i64) -> Self {
        Span(n * 1_000)
    }
    /// A span of whole minutes.
    pub const fn minutes(n: i64) -> Self {
        Span::seconds(n * 60)
    }
    /// A span of whole hours.
    pub const fn hours(n: i64) -> Self {
        Span::minutes(n * 60)
    }
}

impl std::ops::Add<Span> for Time {
    type Output = Time;
    /// Saturates at the end of time rather than wrap to the past.
    fn add(self, span: Span) -> Time {
        Time(self.0.saturating_add(span.0))
    }
}

impl std::ops::Sub<Span> for Time {
    type Output = Time;
    fn sub(self, span: Span) -> Time {
        Time(self.0.saturating_sub(span.0))
    }
}

impl std::ops::Sub for Time {
    type Output = Span;
    fn sub(self, earlier: Time) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

impl Time {
    fn calendar(self) -> jiff::civil::DateTime {
        jiff::Timestamp::from_microsecond(self.0)
            .unwrap_or(jiff::Timestamp::MAX)
            .to_zoned(jiff::tz::TimeZone::UTC)
            .datetime()
    }

    /// RFC 3339 in UTC with whole seconds and a numeric offset, the form the
    /// Merchant API documents: `2014-09-24T20:38:16+00:00`.
    pub fn rfc3339(self) -> String {
        let d = self.calendar();
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}+00:00",
            d.year(),
            d.month(),
            d.day(),
            d.hour(),
            d.minute(),
            d.second()
        )
    }

    /// Reads RFC 3339, as in `2014-09-24T20:38:16+00:00`, `…16.25Z` or
    /// `…16+0300`, or a date alone, which is its midnight in UTC. A time of day
    /// without an offset is refused: nobody could say which instant it means.
    /// What is finer than a microsecond is cut off.
    pub fn parse(text: &str) -> Option<Time> {
        let (date, rest) = text.split_at_checked(10)?;
        let [year, month, day] = numbers(date, "dddd-dd-dd")?;
        let date =
            jiff::civil::Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?)
                .ok()?;
        let midnight = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_microsecond();
        if rest.is_empty() {
            return Some(Time(midnight));
        }
        let (clock, rest) = rest.strip_prefix(['T', 't'])?.split_at_checked(8)?;
        let [hour, minute, second] = numbers(clock, "dd:dd:dd")?;
        let (fraction, offset) = match rest.strip_prefix('.') {
            Some(rest) => rest.split_at(rest.find(|c: char| !c.is_ascii_digit())?),
            None => ("0", rest),
        };
        if fraction.is_empty() || hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let micros: i64 = format!("{fraction:0<6}").get(..6)?.parse().ok()?;
        let east = Span::minutes(offset_minutes(offset)?);
        Some(Time(midnight) + Span::hours(hour) + Span::minutes(minute) + Span::seconds(second) + Span(micros) - east)
    }

    /// Year, month and day in UTC.
    pub fn date(self) -> (i16, i8, i8) {
        let d = self.calendar();
        (d.year(), d.month(), d.day())
    }

    /// Whole seconds since 1970, as the Standard Webhooks header wants them.
    pub fn unix_seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }
}

/// The numbers in `text`, which must look like `pattern`, where `d` stands for
/// a digit.
fn numbers<const N: usize>(text: &str, pattern: &str) -> Option<[i64; N]> {
    let fits = |(t, p): (u8, u8)| if p == b'd' { t.is_ascii_digit() } else { t == p };
    if text.len() != pattern.len() || !text.bytes().zip(pattern.bytes()).all(fits) {
        return None;
    }
    let mut found = [0; N];
    for (slot, digits) in found.iter_mut().zip(text.split(|c: char| !c.is_ascii_digit())) {
        *slot = digits.parse().ok()?;
    }
    Some(found)
}

/// Minutes east of UTC.
fn offset_minutes(text: &str) -> Option<i64> {
    if matches!(text, "Z" | "z") {
        return Some(0);
    }
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let [hours, minutes] = match numbers(digits, "dd:dd") {
        Some(both) => both,
        None => numbers::<1>(digits, "dddd").map(|[n]| [n / 100, n % 100])?,
    };
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_the_documented_form() {
        assert_eq!(Time(0).rfc3339(), "1970-01-01T00:00:00+00:00");
        assert_eq!((Time(0) + Span::hours(25)).rfc3339(), "1970-01-02T01:00:00+00:00");
        assert_eq!(Time(-1).rfc3339(), "1969-12-31T23:59:59+00:00");
    }

    #[test]
    fn reads_what_it_writes_and_more() {
        for t in [0, 1_411_591_096, 951_782_400, -1, 253_370_764_800] {
            let t = Time(0) + Span::seconds(t);
            assert_eq!(Time::parse(&t.rfc3339()), Some(t));
        }
        let t = Time(1_411_591_096_000_000);
        for text in [
            "2014-09-24T20:38:16Z",
            "2014-09-24t20:38:16z",
            "2014-09-24T20:38:16-00:00",
            "2014-09-24T23:38:16+03:00",
            "2014-09-24T23:38:16+0300",
            "2014-09-24T13:08:16-0730",
            "2014-09-25T20:37:16+23:59",
            "2014-09-24T20:38:16.000Z",
            "2014-09-24T20:38:16.0000009Z",
        ] {
            assert_eq!(Time::parse(text), Some(t), "{text}");
        }
        assert_eq!(Time::parse("2014-09-24T20:38:16.25+00:00"), Some(t + Span::millis(250)));
        assert_eq!(Time::parse("2014-09-24"), Some(t - Span::hours(20) - Span::minutes(38) - Span::seconds(16)));
        assert_eq!(Time::parse("2016-02-29").map(Time::date), Some((2016, 2, 29)));
    }

    #[test]
    fn refuses_what_is_no_instant() {
        for text in [
            "",
            "now",
            "2014-09-24T20:38:16",
            "2014-09-24T20:38",
            "2014-09-24T20:38:16.Z",
            "2014-09-24T20:38:16.5",
            "2014-09-24T20:38:16 Z",
            "2014-09-24T20:38:16+3",
            "2014-09-24T20:38:16+03",
            "2014-09-24T20:38:16+24:00",
            "2014-09-24T20:38:16+00:60",
            "2014-09-24T20:38:16+03:00 ",
            "2014-09-24T20:38:16Zulu",
            "2014-09-24T24:00:00Z",
            "2014-09-24T20:60:16Z",
            "2014-09-24T20:38:60Z",
            "2014-09-24 20:38:16Z",
            "2014-9-24",
            "2014-02-29",
            "2014-13-01",
            "2014-00-01",
            "20140924",
            "-014-09-24",
            "+014-09-24",
            "2014/09/24",
            "2014-09-2４",
            "２014-09-24",
        ] {
            assert_eq!(Time::parse(text), None, "{text}");
        }
    }

    #[test]
    fn never_wraps() {
        assert_eq!(Time(i64::MAX) + Span(1), Time(i64::MAX));
    }
}
