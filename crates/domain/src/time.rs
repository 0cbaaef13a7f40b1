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
    fn never_wraps() {
        assert_eq!(Time(i64::MAX) + Span(1), Time(i64::MAX));
    }
}
