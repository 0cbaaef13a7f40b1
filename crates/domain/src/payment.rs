//! Payments and the attempts to take their money.

use crate::id::{AttemptId, OrderId, PaymentId, ProjectId};
use crate::merchant::Fees;
use crate::money::{Money, MoneyError};
use crate::tax::{Tax, TaxKind};

/// A payment, taken apart. `payment = payout + platform_fee + method_fee + tax`
/// holds exactly for each, by the way it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Breakdown {
    /// What the player pays.
    pub payment: Money,
    /// The tax that applied.
    pub tax_rule: Tax,
    /// What the tax office gets.
    pub tax: Money,
    /// What the platform keeps.
    pub platform_fee: Money,
    /// What the payment method costs.
    pub method_fee: Money,
    /// What the merchant gets.
    pub payout: Money,
}

impl Breakdown {
    /// Prices a purchase. VAT is taken out of `price`, sales tax is added to
    /// it. Fees are shares of what the player pays and never more than what
    /// tax leaves of it.
    pub fn quote(price: Money, tax_rule: Tax, fees: Fees) -> Result<Self, MoneyError> {
        let (payment, tax) = match tax_rule.kind {
            TaxKind::Vat => (price, price.included(tax_rule.rate)?),
            TaxKind::SalesTax => {
                let tax = price.share(tax_rule.rate)?;
                (price.plus(tax)?, tax)
            }
        };
        let mut rest = payment.minus(tax)?;
        let mut take = |fee: Money| {
            let fee = Money::new(fee.minor.clamp(0, rest.minor), fee.currency);
            rest.minor -= fee.minor;
            fee
        };
        let platform_fee = take(payment.share(fees.platform)?);
        let method_fee = take(payment.share(fees.method)?);
        Ok(Breakdown { payment, tax_rule, tax, platform_fee, method_fee, payout: rest })
    }

    /// The price without added tax: `purchase.total` on the wire.
    pub fn total(&self) -> Money {
        match self.tax_rule.kind {
            TaxKind::Vat => self.payment,
            TaxKind::SalesTax => Money::new(self.payment.minor - self.tax.minor, self.payment.currency),
        }
    }

    /// The parts that add up to the payment: payout, tax, platform fee, method
    /// fee.
    pub fn parts(&self) -> [i64; 4] {
        [self.payout.minor, self.tax.minor, self.platform_fee.minor, self.method_fee.minor]
    }

    /// Parts of many purchases added up, whose tax is of no one kind.
    pub fn of_parts(parts: [i64; 4], currency: crate::money::Currency) -> Self {
        let zero = Money::zero(currency);
        let tax_rule = Tax { kind: TaxKind::Vat, rate: crate::money::BasisPoints(0) };
        let empty =
            Breakdown { payment: zero, tax_rule, tax: zero, platform_fee: zero, method_fee: zero, payout: zero };
        empty.with_parts(parts)
    }

    /// A breakdown of the same purchase with other parts.
    pub fn with_parts(&self, parts: [i64; 4]) -> Self {
        let m = |minor| Money::new(minor, self.payment.currency);
        Breakdown {
            payment: m(parts.iter().sum()),
            tax_rule: self.tax_rule,
            payout: m(parts[0]),
            tax: m(parts[1]),
            platform_fee: m(parts[2]),
            method_fee: m(parts[3]),
        }
    }
}

macro_rules! states {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),* }

        impl $name {
            /// Every state.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// Its name in the database.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
            /// The state of a name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

pub(crate) use states;

states! {
    /// Where a payment stands.
    PaymentState {
        /// An attempt is under way and its outcome is not known yet.
        Pending = "pending",
        /// The bank asks the player to confirm (3-D Secure).
        Challenged = "challenged",
        /// The last attempt failed; the player may try again.
        Declined = "declined",
        /// The money is taken.
        Captured = "captured",
        /// Part of it was given back.
        PartiallyRefunded = "partially_refunded",
        /// All of it was given back.
        Refunded = "refunded",
        /// The bank called back what was left of it.
        ChargedBack = "charged_back",
    }
}

states! {
    /// Where an attempt stands. *Failed* is an answer, *pending* is none:
    /// a gateway that does not answer leaves the attempt pending, and it is
    /// asked again until it answers.
    AttemptState {
        /// Asked, no answer known.
        Pending = "pending",
        /// The bank asks the player to confirm.
        Challenged = "challenged",
        /// The money is taken.
        Succeeded = "succeeded",
        /// It is certain that no money was taken.
        Failed = "failed",
    }
}

/// What can happen to a payment and its current attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PaymentEvent {
    /// The player tries again after a decline.
    Retried,
    /// The bank wants a confirmation.
    ChallengeAsked,
    /// The player answered the bank; its verdict is awaited.
    ChallengeAnswered,
    /// The money was taken.
    Captured,
    /// It is certain that no money was taken.
    Declined,
    /// Part was given back.
    PartlyRefunded,
    /// The rest was given back.
    FullyRefunded,
    /// The bank called the rest back.
    ChargedBack,
}

impl PaymentEvent {
    /// Every event.
    pub const ALL: [Self; 8] = [
        Self::Retried,
        Self::ChallengeAsked,
        Self::ChallengeAnswered,
        Self::Captured,
        Self::Declined,
        Self::PartlyRefunded,
        Self::FullyRefunded,
        Self::ChargedBack,
    ];
}

impl PaymentState {
    /// The state after `event`, or `None` where that must not happen.
    pub fn after(self, event: PaymentEvent) -> Option<Self> {
        use PaymentState::*;
        Some(match (self, event) {
            (Declined, PaymentEvent::Retried) => Pending,
            (Pending, PaymentEvent::ChallengeAsked) => Challenged,
            (Challenged, PaymentEvent::ChallengeAnswered) => Pending,
            // A challenge may also time out or be answered at the bank's side.
            (Pending | Challenged, PaymentEvent::Captured) => Captured,
            (Pending | Challenged, PaymentEvent::Declined) => Declined,
            (Captured | PartiallyRefunded, PaymentEvent::PartlyRefunded) => PartiallyRefunded,
            (Captured | PartiallyRefunded, PaymentEvent::FullyRefunded) => Refunded,
            (Captured | PartiallyRefunded, PaymentEvent::ChargedBack) => ChargedBack,
            _ => return None,
        })
    }

    /// Whether the money was taken at some time.
    pub fn was_captured(self) -> bool {
        matches!(self, Self::Captured | Self::PartiallyRefunded | Self::Refunded | Self::ChargedBack)
    }
}

impl AttemptState {
    /// The state after `event`, or `None` where that must not happen. An
    /// attempt that succeeded or failed is final: a retry is a new attempt.
    pub fn after(self, event: PaymentEvent) -> Option<Self> {
        use AttemptState::*;
        Some(match (self, event) {
            (Pending, PaymentEvent::ChallengeAsked) => Challenged,
            (Challenged, PaymentEvent::ChallengeAnswered) => Pending,
            (Pending | Challenged, PaymentEvent::Captured) => Succeeded,
            (Pending | Challenged, PaymentEvent::Declined) => Failed,
            _ => return None,
        })
    }
}

states! {
    /// Whether the game knows of a payment.
    Notified {
        /// There is nobody to tell.
        NotNeeded = "not_needed",
        /// The webhook is on its way.
        Pending = "pending",
        /// The game acknowledged it.
        Delivered = "delivered",
        /// The game refused it, or could not be reached for 72 hours.
        Failed = "failed",
    }
}

states! {
    /// What the player and the documented `status` frames are told.
    StatusGroup {
        /// Not paid yet.
        Invoice = "invoice",
        /// Paid, the game is being told.
        Delivering = "delivering",
        /// Paid, and the game knows.
        Done = "done",
        /// Failed.
        Troubled = "troubled",
    }
}

/// A payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Where it lives.
    pub project: ProjectId,
    /// `transaction.id` and `invoice_id` on the wire.
    pub id: PaymentId,
    /// What it pays.
    pub order: OrderId,
    /// Where it stands.
    pub state: PaymentState,
    /// The attempt that is current.
    pub attempt: AttemptId,
    /// The documented number of the payment method.
    pub method: i64,
    /// The money.
    pub breakdown: Breakdown,
    /// Given back so far.
    pub refunded: Money,
    /// Given back or about to be: never above the payment.
    pub reserved: Money,
    /// A sandbox payment.
    pub dry_run: bool,
    /// Whether the game knows.
    pub notified: Notified,
    /// First seen.
    pub created_at: crate::time::Time,
    /// When the money was taken.
    pub paid_at: Option<crate::time::Time>,
    /// Why the last attempt failed.
    pub decline: Option<Decline>,
    /// The card as it may be shown: brand and last four digits.
    pub card: Option<String>,
}

/// Where a payment stands, as far as its player is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stand {
    /// Where the money is.
    pub state: PaymentState,
    /// Whether the game knows.
    pub notified: Notified,
}

impl Payment {
    /// Where it stands.
    pub fn stand(&self) -> Stand {
        Stand { state: self.state, notified: self.notified }
    }

    /// What the player is told.
    pub fn group(&self) -> StatusGroup {
        self.stand().group()
    }
}

impl Stand {
    /// What the player is told: a payment is done when the game acknowledged
    /// it (or there is no game to tell), and delivering until then.
    pub fn group(self) -> StatusGroup {
        match (self.state, self.notified) {
            (PaymentState::Pending | PaymentState::Challenged, _) => StatusGroup::Invoice,
            (PaymentState::Declined, _) | (_, Notified::Failed) => StatusGroup::Troubled,
            (_, Notified::Pending) => StatusGroup::Delivering,
            (_, Notified::Delivered | Notified::NotNeeded) => StatusGroup::Done,
        }
    }
}

states! {
    /// Why a bank said no.
    Decline {
        /// Not enough money on the account (page code 1017).
        InsufficientFunds = "insufficient_funds",
        /// No reason given.
        Refused = "refused",
        /// The player did not pass 3-D Secure.
        NotAuthenticated = "not_authenticated",
        /// Nothing was heard of it in time.
        Expired = "expired",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::{BasisPoints, Currency};
    use proptest::prelude::*;

    /// Every allowed step; whatever is not listed is refused.
    const TABLE: &[(PaymentState, PaymentEvent, PaymentState)] = {
        use PaymentEvent as E;
        use PaymentState::*;
        &[
            (Declined, E::Retried, Pending),
            (Pending, E::ChallengeAsked, Challenged),
            (Challenged, E::ChallengeAnswered, Pending),
            (Pending, E::Captured, Captured),
            (Challenged, E::Captured, Captured),
            (Pending, E::Declined, Declined),
            (Challenged, E::Declined, Declined),
            (Captured, E::PartlyRefunded, PartiallyRefunded),
            (PartiallyRefunded, E::PartlyRefunded, PartiallyRefunded),
            (Captured, E::FullyRefunded, Refunded),
            (PartiallyRefunded, E::FullyRefunded, Refunded),
            (Captured, E::ChargedBack, ChargedBack),
            (PartiallyRefunded, E::ChargedBack, ChargedBack),
        ]
    };

    const ATTEMPTS: &[(AttemptState, PaymentEvent, AttemptState)] = {
        use AttemptState::*;
        use PaymentEvent as E;
        &[
            (Pending, E::ChallengeAsked, Challenged),
            (Challenged, E::ChallengeAnswered, Pending),
            (Pending, E::Captured, Succeeded),
            (Challenged, E::Captured, Succeeded),
            (Pending, E::Declined, Failed),
            (Challenged, E::Declined, Failed),
        ]
    };

    #[test]
    fn the_tables_are_complete() {
        for event in PaymentEvent::ALL {
            for state in PaymentState::ALL {
                let listed = TABLE.iter().find(|(s, e, _)| (s, e) == (state, &event)).map(|t| t.2);
                assert_eq!(state.after(event), listed, "{state:?} {event:?}");
                assert_eq!(PaymentState::from_name(state.name()), Some(*state));
            }
            for state in AttemptState::ALL {
                let listed = ATTEMPTS.iter().find(|(s, e, _)| (s, e) == (state, &event)).map(|t| t.2);
                assert_eq!(state.after(event), listed, "{state:?} {event:?}");
            }
        }
    }

    #[test]
    fn the_documented_numbers_add_up() {
        // A purchase of 1.99 with 8.88 % sales tax and two fees of 5 %.
        let usd = Currency::from_code("USD").unwrap();
        let tax = Tax { kind: TaxKind::SalesTax, rate: BasisPoints(888) };
        let fees = Fees { platform: BasisPoints(500), method: BasisPoints(500) };
        let b = Breakdown::quote(Money::new(199, usd), tax, fees).unwrap();
        assert_eq!((b.payment.minor, b.tax.minor, b.platform_fee.minor, b.method_fee.minor), (217, 18, 11, 11));
        assert_eq!(b.payout.minor, 177);
        assert_eq!(b.total().minor, 199);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_or_made(
            price in 0i64..=100_000_000_000,
            rate in 0i64..=10_000,
            platform in 0i64..=10_000,
            method in 0i64..=10_000,
            added in any::<bool>(),
            c in 0usize..150,
        ) {
            let currency = Currency::all().nth(c).unwrap();
            let kind = if added { TaxKind::SalesTax } else { TaxKind::Vat };
            let tax = Tax { kind, rate: BasisPoints(rate) };
            let fees = Fees { platform: BasisPoints(platform), method: BasisPoints(method) };
            let b = Breakdown::quote(Money::new(price, currency), tax, fees).unwrap();
            prop_assert_eq!(b.parts().iter().sum::<i64>(), b.payment.minor);
            prop_assert!(b.parts().iter().all(|p| *p >= 0));
            prop_assert_eq!(b.total().minor, price);
            prop_assert_eq!(b.with_parts(b.parts()), b);
        }
    }
}
