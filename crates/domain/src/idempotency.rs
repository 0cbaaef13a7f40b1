//! What sending a request again means.

use crate::time::{Span, Time};

/// Characters an `Idempotency-Key` may have.
pub const LONGEST: usize = 255;

/// How long a request is known: sent again later, it is a new one.
pub const KEPT: Span = Span::hours(30 * 24);

/// So long after it began, a run of another server is over: longer than
/// any request may take.
pub const PATIENCE: Span = Span::seconds(90);

/// What is wrong with an `Idempotency-Key`, if anything.
pub fn fault(key: &str) -> Option<String> {
    if key.is_empty() {
        return Some("must not be empty".into());
    }
    if key.chars().any(char::is_control) {
        return Some("must not contain control characters".into());
    }
    (key.chars().count() > LONGEST).then(|| format!("must be at most {LONGEST} characters long"))
}

/// A request whose key was seen before.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// It went to the same place.
    pub same_route: bool,
    /// It had the same body.
    pub same_body: bool,
    /// Its answer is known.
    pub answered: bool,
    /// This server ran it last, and does not run it now.
    pub ended: bool,
    /// When it came first.
    pub begun_at: Time,
    /// When the last run of it began.
    pub seen_at: Time,
}

/// What becomes of a request whose key was seen before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// That was so long ago that it is a new request.
    New,
    /// The key was used for something else.
    OtherRoute,
    /// The key was used with another body.
    OtherBody,
    /// The answer is given again.
    Replay,
    /// It is still being done.
    UnderWay,
    /// It was broken off after something was done: it goes on from there.
    Resume,
}

/// What becomes of a request whose key was seen before.
pub fn verdict(seen: Seen, now: Time) -> Verdict {
    if seen.begun_at < now - KEPT {
        Verdict::New
    } else if !seen.same_route {
        Verdict::OtherRoute
    } else if !seen.same_body {
        Verdict::OtherBody
    } else if seen.answered {
        Verdict::Replay
    } else if seen.ended || seen.seen_at < now - PATIENCE {
        Verdict::Resume
    } else {
        Verdict::UnderWay
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys() {
        for good in
            ["a", "8e03978e-40d5-43dd-bc93-6894a57f9324", "order 17", "ключ", &"x".repeat(255), &"ы".repeat(255)]
        {
            assert_eq!(fault(good), None, "{good}");
        }
        for bad in ["", "a\tb", "\u{7f}", "\u{85}", &"x".repeat(256)] {
            assert!(fault(bad).is_some(), "{bad:?}");
        }
    }

    #[test]
    fn what_sending_again_means() {
        let now = Time(0) + Span::hours(24 * 365);
        let fresh = Seen {
            same_route: true,
            same_body: true,
            answered: true,
            ended: false,
            begun_at: now - Span::seconds(1),
            seen_at: now - Span::seconds(1),
        };
        let open = Seen { answered: false, ..fresh };
        for (seen, expected) in [
            (fresh, Verdict::Replay),
            (Seen { same_body: false, ..fresh }, Verdict::OtherBody),
            (Seen { same_route: false, same_body: false, ..fresh }, Verdict::OtherRoute),
            (Seen { begun_at: now - KEPT, ..fresh }, Verdict::Replay),
            (Seen { begun_at: now - KEPT - Span::millis(1), ..fresh }, Verdict::New),
            (Seen { begun_at: now - KEPT - Span::millis(1), same_body: false, ..fresh }, Verdict::New),
            (open, Verdict::UnderWay),
            (Seen { same_body: false, ..open }, Verdict::OtherBody),
            (Seen { seen_at: now - PATIENCE, ..open }, Verdict::UnderWay),
            (Seen { seen_at: now - PATIENCE - Span::millis(1), ..open }, Verdict::Resume),
            (Seen { ended: true, ..open }, Verdict::Resume),
            (Seen { ended: true, ..fresh }, Verdict::Replay),
        ] {
            assert_eq!(verdict(seen, now), expected, "{seen:?}");
        }
    }
}
