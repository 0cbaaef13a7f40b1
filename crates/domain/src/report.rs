//! What merchants ask about their payments.

use crate::payment::{Payment, PaymentState};
use crate::time::{Span, Time};

/// The longest range of time that one report may cover: what the documents
/// call 92 days.
pub const LONGEST: Span = Span::hours(92 * 24);

/// The documented statuses of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Nothing was tried yet. A payment begins when it is tried, so none of ours is.
    Created,
    /// Under way: the bank or the player has not answered.
    Processing,
    /// Somebody looks at it. Nobody does here.
    Review,
    /// The money was not taken.
    Error,
    /// The money was taken.
    Done,
    /// It is being given back.
    AwaitingRefund,
    /// All of it was given back or called back by the bank.
    Refunded,
    /// Called off before it was tried. None of ours is.
    Canceled,
    /// A part was given back.
    PartiallyRefunded,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 9] = [
        Self::Created,
        Self::Processing,
        Self::Review,
        Self::Error,
        Self::Done,
        Self::AwaitingRefund,
        Self::Refunded,
        Self::Canceled,
        Self::PartiallyRefunded,
    ];

    /// Every name, in the same order.
    pub const NAMES: [&str; 9] = [
        "created",
        "processing",
        "review",
        "error",
        "done",
        "awaitingRefund",
        "refunded",
        "canceled",
        "partiallyRefunded",
    ];

    /// Its documented name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().zip(Self::NAMES).find(|(s, _)| **s == self).map_or("", |(_, name)| name)
    }

    /// The status of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.name() == name)
    }

    /// Where a payment stands. Money that is set aside for a refund and has not
    /// gone back yet comes first.
    pub fn of(payment: &Payment) -> Self {
        if payment.reserved.minor > payment.refunded.minor {
            return Status::AwaitingRefund;
        }
        match payment.state {
            PaymentState::Pending | PaymentState::Challenged => Status::Processing,
            PaymentState::Declined => Status::Error,
            PaymentState::Captured => Status::Done,
            PaymentState::PartiallyRefunded => Status::PartiallyRefunded,
            PaymentState::Refunded | PaymentState::ChargedBack => Status::Refunded,
        }
    }

    /// The states that a payment of this status may have, and whether money is
    /// set aside for a refund: [`Status::of`] the other way round.
    pub fn states(self) -> (&'static [PaymentState], bool) {
        use PaymentState::*;
        match self {
            Status::Created | Status::Review | Status::Canceled => (&[], false),
            Status::Processing => (&[Pending, Challenged], false),
            Status::Error => (&[Declined], false),
            Status::Done => (&[Captured], false),
            Status::AwaitingRefund => (&[Captured, PartiallyRefunded], true),
            Status::Refunded => (&[Refunded, ChargedBack], false),
            Status::PartiallyRefunded => (&[PartiallyRefunded], false),
        }
    }
}

/// From when until when, the end not included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first instant.
    pub from: Time,
    /// The first instant behind it.
    pub until: Time,
}

impl Range {
    /// All of time.
    pub const ALL: Range = Range { from: Time(i64::MIN), until: Time(i64::MAX) };

    /// What both have in common.
    pub fn within(self, other: Range) -> Range {
        Range { from: self.from.max(other.from), until: self.until.min(other.until) }
    }

    /// A month of a year, of the calendar in UTC.
    pub fn month(year: i64, month: i64) -> Option<Range> {
        let first = |year: i64, month: i64| Time::parse(&format!("{year:04}-{month:02}-01"));
        let (next_year, next) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
        Some(Range { from: first(year, month)?, until: first(next_year, next)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{AttemptId, OrderId, PaymentId, ProjectId};
    use crate::merchant::Fees;
    use crate::money::{BasisPoints, Currency, Money};
    use crate::payment::{Breakdown, Notified};
    use crate::tax::{Tax, TaxKind};

    #[test]
    fn statuses_and_states_agree() {
        let usd = |minor| Money::new(minor, Currency::from_code("USD").unwrap());
        let tax = Tax { kind: TaxKind::Vat, rate: BasisPoints(0) };
        for state in PaymentState::ALL {
            for reserved in [0, 5] {
                let payment = Payment {
                    project: ProjectId::new(1).unwrap(),
                    id: PaymentId::new(1).unwrap(),
                    order: OrderId::new(1).unwrap(),
                    state: *state,
                    attempt: AttemptId::new(1).unwrap(),
                    method: 1,
                    breakdown: Breakdown::quote(usd(10), tax, Fees::default()).unwrap(),
                    refunded: usd(0),
                    reserved: usd(reserved),
                    dry_run: false,
                    notified: Notified::NotNeeded,
                    created_at: Time(0),
                    paid_at: None,
                    decline: None,
                    card: None,
                };
                // Money is set aside only while there is some to give back.
                let gives = matches!(state, PaymentState::Captured | PaymentState::PartiallyRefunded);
                if reserved > 0 && !gives {
                    continue;
                }
                let status = Status::of(&payment);
                let fits = |s: &Status| s.states().0.contains(state) && s.states().1 == (reserved > 0);
                assert_eq!(Status::ALL.into_iter().filter(fits).collect::<Vec<_>>(), [status], "{state:?}");
                assert_eq!(Status::from_name(status.name()), Some(status));
            }
        }
    }

    #[test]
    fn months() {
        let range = Range::month(2025, 12).unwrap();
        assert_eq!((range.from.date(), range.until.date()), ((2025, 12, 1), (2026, 1, 1)));
        assert_eq!(Range::month(2025, 13), None);
        assert_eq!(Range::ALL.within(range), range);
    }
}
