//! Billing by the calendar: what lies so many days or months after a moment, in
//! the time zone of a project.

use crate::time::Time;
use jiff::Span;
use jiff::tz::TimeZone;

/// What a period counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Calendar days: 23 or 25 hours where the clocks change.
    Day,
    /// Calendar months.
    Month,
}

impl Unit {
    /// Its name on the wire and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Unit::Day => "day",
            Unit::Month => "month",
        }
    }

    /// The unit of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Unit::Day, Unit::Month].into_iter().find(|u| u.name() == name)
    }
}

/// So many days or months. May be negative where something is put forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Period {
    /// How many.
    pub value: i64,
    /// Of what.
    pub unit: Unit,
}

impl Period {
    /// So many days.
    pub const fn days(value: i64) -> Self {
        Period { value, unit: Unit::Day }
    }

    /// So many months.
    pub const fn months(value: i64) -> Self {
        Period { value, unit: Unit::Month }
    }
}

/// Where a project's days begin. Everything else about dates is UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Zone = Zone(TimeZone::UTC);

    /// A zone of the IANA database by its name, such as `Europe/Berlin`. The
    /// database is part of the program, so that every server agrees.
    pub fn named(name: &str) -> Option<Self> {
        if name == "UTC" {
            return Some(Zone::UTC);
        }
        // An unknown zone, a fixed offset or a rule in POSIX form is none.
        TimeZone::get(name).ok().filter(|z| z.iana_name() == Some(name)).map(Zone)
    }

    /// Its name in the IANA database.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// What lies `times` periods after `anchor`, at the same time of day.
    ///
    /// It is reckoned from the anchor in one step and not from one date to the
    /// next, so that what began on the 31st comes back to the 31st after a
    /// shorter month, whose last day stands in for it. A time of day that the
    /// clocks skip is taken as if they had not been put forward yet; of one that
    /// they pass twice the first counts. `None` beyond the end of the calendar,
    /// the year 9999.
    pub fn after(&self, anchor: Time, period: Period, times: i64) -> Option<Time> {
        let count = period.value.checked_mul(times)?;
        let span: Span = match period.unit {
            Unit::Day => Span::new().try_days(count).ok()?,
            Unit::Month => Span::new().try_months(count).ok()?,
        };
        let start = jiff::Timestamp::from_microsecond(anchor.0).ok()?.to_zoned(self.0.clone());
        // Added to the time on the wall, whose midnight may be skipped only in
        // the zone itself.
        let wall = start.datetime().checked_add(span).ok()?;
        // A moment that the wall shows twice, and the anchor was the later one:
        // only for a span of nothing does that matter.
        if count == 0 {
            return Some(anchor);
        }
        let there = wall.to_zoned(self.0.clone()).ok()?;
        // What is finer than the wall's nanoseconds is not there to be lost.
        Some(Time(there.timestamp().as_microsecond()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Time {
        Time::parse(text).unwrap()
    }

    fn dates(zone: &Zone, anchor: &str, period: Period, count: i64) -> Vec<String> {
        (1..=count).map(|n| zone.after(at(anchor), period, n).unwrap().rfc3339()[..10].to_string()).collect()
    }

    #[test]
    fn the_last_day_of_a_month_comes_back() {
        assert_eq!(
            dates(&Zone::UTC, "2025-12-31T10:00:00Z", Period::months(1), 4),
            ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]
        );
        assert_eq!(dates(&Zone::UTC, "2028-01-31", Period::months(1), 2), ["2028-02-29", "2028-03-31"]);
        assert_eq!(
            dates(&Zone::UTC, "2024-02-29", Period::months(12), 4),
            ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]
        );
        assert_eq!(dates(&Zone::UTC, "2026-01-31", Period::days(30), 2), ["2026-03-02", "2026-04-01"]);
        assert_eq!(dates(&Zone::UTC, "2026-03-31", Period::months(-1), 2), ["2026-02-28", "2026-01-31"]);
    }

    #[test]
    fn the_time_of_day_stays_where_the_clocks_change() {
        let berlin = Zone::named("Europe/Berlin").unwrap();
        let noon = |date: &str, offset: &str| at(&format!("{date}T12:00:00{offset}"));
        // Clocks go forward on 29 March 2026 and back on 25 October.
        assert_eq!(berlin.after(noon("2026-03-28", "+01:00"), Period::days(1), 1), Some(noon("2026-03-29", "+02:00")));
        assert_eq!(
            berlin.after(noon("2026-09-25", "+02:00"), Period::months(1), 1),
            Some(noon("2026-10-25", "+01:00"))
        );
        // 02:30 is not there on the 29th, and there twice on the 25th.
        let early = at("2026-03-28T02:30:00+01:00");
        assert_eq!(berlin.after(early, Period::days(1), 1), Some(at("2026-03-29T03:30:00+02:00")));
        assert_eq!(berlin.after(early, Period::days(1), 2), Some(at("2026-03-30T02:30:00+02:00")));
        let late = at("2026-10-24T02:30:00+02:00");
        assert_eq!(berlin.after(late, Period::days(1), 1), Some(at("2026-10-25T02:30:00+02:00")));
        // In Samoa there was no 30 December 2011.
        let apia = Zone::named("Pacific/Apia").unwrap();
        let day = apia.after(at("2011-12-29T10:00:00-10:00"), Period::days(1), 1).unwrap();
        assert_eq!(apia.after(at("2011-12-29T10:00:00-10:00"), Period::days(2), 1), Some(day));
    }

    #[test]
    fn zones() {
        for good in ["UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Apia"] {
            assert_eq!(Zone::named(good).unwrap().name(), good);
        }
        for bad in ["", "utc+1", "+01:00", "Europe/Atlantis", "EST5EDT,M3.2.0,M11.1.0", "../../etc/passwd"] {
            assert_eq!(Zone::named(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_calendar_ends() {
        assert_eq!(Zone::UTC.after(at("9999-12-30"), Period::days(2), 1), None);
        assert_eq!(Zone::UTC.after(at("2026-01-01"), Period::months(i64::MAX), 2), None);
        assert_eq!(Zone::UTC.after(at("2026-01-01"), Period::days(999), i64::MAX), None);
    }

    const ZONES: [&str; 8] = [
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
        "Pacific/Apia",
        "America/Sao_Paulo",
        "Africa/Casablanca",
    ];

    proptest! {
        #[test]
        fn dates_go_up_one_by_one_and_keep_day_and_time(
            seconds in 0i64..4_000_000_000,
            value in 1i64..=36,
            month in any::<bool>(),
            n in 1i64..200,
            zone in 0usize..8,
        ) {
            let zone = Zone::named(ZONES[zone]).unwrap();
            let anchor = Time(seconds * 1_000_000);
            let unit = if month { Unit::Month } else { Unit::Day };
            let period = Period { value, unit };
            let (Some(a), Some(b)) = (zone.after(anchor, period, n - 1), zone.after(anchor, period, n)) else {
                return Ok(());
            };
            // Strictly, but where a zone skipped a whole day.
            prop_assert!(b > a || (zone.name() == "Pacific/Apia" && b == a), "{} {}", a, b);
            let wall = |t: Time| jiff::Timestamp::from_microsecond(t.0).unwrap().to_zoned(zone.0.clone()).datetime();
            let (first, last) = (wall(anchor), wall(b));
            if month {
                let months = i64::from(last.year()) * 12 + i64::from(last.month())
                    - i64::from(first.year()) * 12 - i64::from(first.month());
                let day = first.day().min(last.date().days_in_month());
                // A skipped midnight or day moves the date on by at most one.
                let kept = months == n * value && (last.day() == day || last.day() == day + 1);
                let moved = months == n * value + 1 && last.day() == 1;
                prop_assert!(kept || moved, "{first} {last}");
            }
            // Gaps are at most an hour long, but for the day that Samoa left out.
            let midnight = jiff::civil::Time::midnight();
            let seconds_of = |d: jiff::civil::DateTime| d.time().duration_since(midnight).as_secs();
            let shift = (seconds_of(last) - seconds_of(first)).rem_euclid(86_400);
            prop_assert!(shift == 0 || shift == 1_800 || shift == 3_600, "{first} {last}");
            // The same, whenever it is asked, and never reckoned from the date before.
            prop_assert_eq!(zone.after(anchor, period, n), Some(b));
        }
    }
}
