//! How often one caller may call.

use crate::time::{Span, Time};

/// So many calls in a time, and as many at once.
///
/// This is the generic cell rate algorithm: a bucket of `calls` that fills by
/// one call each `per / calls`, kept as one moment, at which it will be full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    calls: i64,
    per: Span,
}

impl Rate {
    /// At most `calls` in `per`; `None` unless there is at least one call, and
    /// at least a microsecond for each.
    pub const fn new(calls: i64, per: Span) -> Option<Self> {
        if calls < 1 || per.0 < calls { None } else { Some(Rate { calls, per }) }
    }

    /// Takes a call from a bucket that will be full at `full`: when it will be
    /// full after that, or how long to wait until there is one to take.
    pub fn take(self, full: Option<Time>, now: Time) -> Result<Time, Span> {
        let each = Span(self.per.0 / self.calls);
        let after = full.map_or(now, |full| full.max(now)) + each;
        let early = after - (now + self.per);
        if early.0 > 0 { Err(early) } else { Ok(after) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn twenty_a_minute_are_twenty_at_once_and_then_one_each_three_seconds() {
        let rate = Rate::new(20, Span::minutes(1)).unwrap();
        let (start, mut full) = (Time(5), None);
        for _ in 0..20 {
            full = Some(rate.take(full, start).unwrap());
        }
        assert_eq!(rate.take(full, start), Err(Span::seconds(3)));
        assert_eq!(rate.take(full, start + Span::millis(2999)), Err(Span::millis(1)));
        full = Some(rate.take(full, start + Span::seconds(3)).unwrap());
        assert_eq!(rate.take(full, start + Span::seconds(3)), Err(Span::seconds(3)));
        // Whoever rests for the time has all of it again, and not more.
        let later = start + Span::hours(9);
        for _ in 0..20 {
            full = Some(rate.take(full, later).unwrap());
        }
        assert!(rate.take(full, later).is_err());
    }

    #[test]
    fn a_rate_of_nothing_is_none() {
        assert_eq!(Rate::new(0, Span::minutes(1)), None);
        assert_eq!(Rate::new(-1, Span::minutes(1)), None);
        assert_eq!(Rate::new(2, Span(1)), None);
    }

    proptest! {
        #[test]
        fn no_window_has_twice_the_calls_and_waiting_as_told_is_enough(
            calls in 1_i64..50,
            gaps in proptest::collection::vec(0_i64..5_000_000, 1..200),
        ) {
            let rate = Rate::new(calls, Span::minutes(1)).unwrap();
            let (mut now, mut full, mut taken) = (Time(0), None, Vec::new());
            for gap in gaps {
                now = now + Span(gap);
                match rate.take(full, now) {
                    Ok(after) => {
                        full = Some(after);
                        taken.push(now);
                    }
                    Err(wait) => {
                        prop_assert!(wait.0 > 0);
                        prop_assert!(rate.take(full, now + wait).is_ok());
                        prop_assert!(rate.take(full, now + Span(wait.0 - 1)).is_err());
                    }
                }
            }
            for (i, first) in taken.iter().enumerate() {
                let within = taken[i..].iter().take_while(|t| **t < *first + Span::minutes(1)).count();
                prop_assert!(within as i64 <= 2 * calls);
            }
        }
    }
}
