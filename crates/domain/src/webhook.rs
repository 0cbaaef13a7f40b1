//! When the game is told again, and what its answers mean.

use crate::time::Span;

/// What the game's answer means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Acknowledged.
    Delivered,
    /// Refused for good; not sent again.
    Refused,
    /// Not now; sent again later.
    Retry,
}

/// The meaning of an HTTP status, `None` being no answer at all (timeout,
/// connection or TLS failure). Redirects are not followed and count as no
/// acknowledgement.
pub fn verdict(status: Option<u16>) -> Verdict {
    match status {
        Some(200..=299) => Verdict::Delivered,
        Some(400..=499) => Verdict::Refused,
        _ => Verdict::Retry,
    }
}

/// Webhooks that a project gets only when its owner asks for them: many
/// listeners know no more than the usual ones, and refuse the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Optional {
    /// Tells of a payment that was tried and not taken.
    PsDeclined,
    /// Tells of each change of a player's virtual currency.
    UserBalanceOperation,
}

impl Optional {
    /// Every one.
    pub const ALL: [Self; 2] = [Self::PsDeclined, Self::UserBalanceOperation];

    /// Its documented `notification_type`.
    pub fn name(self) -> &'static str {
        match self {
            Optional::PsDeclined => "ps_declined",
            Optional::UserBalanceOperation => "user_balance_operation",
        }
    }

    /// The one with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|o| o.name() == name)
    }
}

/// Waits between attempts. Twelve attempts lie in the documented first 48
/// hours; the last two stretch to 72, for a game that is down over a weekend.
const WAITS: [Span; 13] = [
    Span::minutes(1),
    Span::minutes(5),
    Span::minutes(15),
    Span::minutes(30),
    Span::hours(1),
    Span::hours(2),
    Span::hours(4),
    Span::hours(6),
    Span::hours(8),
    Span::hours(12),
    Span::hours(14),
    Span::hours(12),
    Span::minutes(12 * 60 + 9),
];

/// How long to wait after attempt number `attempt` of a schedule (from 1)
/// failed; `None` when that was the last. A replay begins a new schedule.
pub fn wait_after(attempt: i64) -> Option<Span> {
    usize::try_from(attempt - 1).ok().and_then(|i| WAITS.get(i)).copied()
}

/// The same for what is told of an order, as documented: twice after five
/// minutes, seven times after fifteen, ten times after an hour.
pub fn order_wait_after(attempt: i64) -> Option<Span> {
    match attempt {
        1..=2 => Some(Span::minutes(5)),
        3..=9 => Some(Span::minutes(15)),
        10..=19 => Some(Span::hours(1)),
        _ => None,
    }
}

/// The version of what a game is told of an order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Version {
    /// The first.
    #[default]
    One,
    /// The first, and of each item whether it is free, a bonus, or in a package.
    Two,
}

impl Version {
    /// Its published number.
    pub fn number(self) -> i64 {
        match self {
            Version::One => 1,
            Version::Two => 2,
        }
    }

    /// The version of a number.
    pub fn from_number(n: i64) -> Option<Self> {
        [Version::One, Version::Two].into_iter().find(|v| v.number() == n)
    }
}

/// How a game is told of the orders of its Store API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Telling {
    /// In which version.
    pub version: Version,
    /// Whether the payment is told of within, and not in a webhook before it.
    pub combined: bool,
}

/// How long the game may take to answer.
pub const TIMEOUT: Span = Span::seconds(10);

/// Where an event stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventState {
    /// To be sent, now or later.
    Pending,
    /// Acknowledged.
    Delivered,
    /// Refused, or given up after the last attempt.
    Failed,
}

impl EventState {
    /// Its name in the database.
    pub fn name(self) -> &'static str {
        match self {
            EventState::Pending => "pending",
            EventState::Delivered => "delivered",
            EventState::Failed => "failed",
        }
    }

    /// The state of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Pending, Self::Delivered, Self::Failed].into_iter().find(|s| s.name() == name)
    }
}

/// What becomes of the wish to send an event again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replay {
    /// It is sent now, and a fresh schedule begins. One that is being sent at
    /// this moment need not be sent once more, unless that fails.
    Again,
    /// It was a question or a test. Whoever asked has the answer, and nobody
    /// would hear another.
    Never,
}

/// Whether an event is sent again: `of_payment` says whether it tells of a
/// payment. One that waits for its next attempt need not wait.
pub fn replay(of_payment: bool) -> Replay {
    if of_payment { Replay::Again } else { Replay::Never }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_replayed() {
        assert_eq!((replay(true), replay(false)), (Replay::Again, Replay::Never));
    }

    #[test]
    fn the_schedule_ends_at_72_hours() {
        let total: i64 = WAITS.iter().map(|w| w.0).sum();
        assert_eq!(Span(total), Span::hours(72));
        let first_48: i64 = WAITS[..11].iter().map(|w| w.0).sum();
        assert!(Span(first_48) <= Span::hours(48));
        assert!(wait_after(1).is_some() && wait_after(13).is_some());
        assert_eq!(wait_after(14), None);
        assert_eq!(wait_after(0), None);
    }

    #[test]
    fn orders_are_told_twenty_times_in_twelve_hours() {
        let waits: Vec<Span> = (1..).map_while(order_wait_after).collect();
        assert_eq!(waits.len(), 19);
        assert_eq!(waits.iter().map(|w| w.0).sum::<i64>(), Span::minutes(11 * 60 + 55).0);
        assert_eq!((order_wait_after(0), order_wait_after(-1)), (None, None));
        for n in 0..4 {
            assert_eq!(Version::from_number(n).map(Version::number), (1..=2).contains(&n).then_some(n));
        }
    }

    #[test]
    fn statuses() {
        assert_eq!(verdict(Some(204)), Verdict::Delivered);
        for refused in [400, 401, 404, 422, 429] {
            assert_eq!(verdict(Some(refused)), Verdict::Refused);
        }
        for retry in [Some(302), Some(500), Some(503), Some(100), None] {
            assert_eq!(verdict(retry), Verdict::Retry);
        }
    }
}
