//! Letters to players.

use crate::time::Span;

/// Where a letter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailState {
    /// It is to be sent, perhaps again.
    Pending,
    /// A mail server took it.
    Sent,
    /// It is not tried any more.
    Failed,
}

impl MailState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Sent, Self::Failed];

    /// A stable name.
    pub fn name(self) -> &'static str {
        match self {
            MailState::Pending => "pending",
            MailState::Sent => "sent",
            MailState::Failed => "failed",
        }
    }

    /// The state of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.name() == name)
    }
}

/// What a mail server made of a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Posted {
    /// It took it.
    Sent,
    /// It will never take it, with why.
    Refused(String),
    /// It did not take it now, with why.
    Later(String),
}

/// Waits between tries, in minutes: two days in all, as mail servers do.
const WAITS: [i64; 9] = [1, 5, 15, 60, 180, 360, 720, 720, 720];

/// How long to wait after the try of this number, from 1; none when it was the
/// last.
pub fn wait_after(attempt: i64) -> Option<Span> {
    let index = usize::try_from(attempt.checked_sub(1)?).ok()?;
    WAITS.get(index).map(|minutes| Span::minutes(*minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_tried_for_two_days() {
        let waits: Vec<_> = (1..).map_while(wait_after).collect();
        let sum = waits.iter().map(|w| w.0).sum::<i64>();
        assert!((Span::hours(36).0..Span::hours(49).0).contains(&sum), "{sum}");
        assert!(waits.is_sorted());
        assert_eq!((wait_after(0), wait_after(-1), wait_after(10)), (None, None, None));
    }

    #[test]
    fn names() {
        for state in MailState::ALL {
            assert_eq!(MailState::from_name(state.name()), Some(state));
        }
    }
}
