//! Money given back.

use crate::id::{EntryId, PaymentId, ProjectId, RefundId};
use crate::money::{Money, allocate};
use crate::payment::Breakdown;

/// The documented codes of `refund_details`, as far as a merchant's own call
/// causes them.
pub const CODE_CANCELLATION: i64 = 1;

/// The documented code of a payment that the bank called back.
pub const CODE_CHARGEBACK: i64 = 2;

/// The documented code of a payment that whoever took the money gave back.
pub const CODE_PROVIDER: i64 = 8;

/// Where a refund stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundState {
    /// The amount is reserved and the gateway is being asked.
    Pending,
    /// The money went back.
    Succeeded,
    /// The gateway refused; the reservation is gone.
    Failed,
}

impl RefundState {
    /// Its name in the database.
    pub fn name(self) -> &'static str {
        match self {
            RefundState::Pending => "pending",
            RefundState::Succeeded => "succeeded",
            RefundState::Failed => "failed",
        }
    }

    /// The state of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Pending, Self::Succeeded, Self::Failed].into_iter().find(|s| s.name() == name)
    }
}

/// A refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// Where it lives.
    pub project: ProjectId,
    /// Its id.
    pub id: RefundId,
    /// What it gives back of.
    pub payment: PaymentId,
    /// Where it stands.
    pub state: RefundState,
    /// How much.
    pub amount: Money,
    /// Why, in the merchant's words.
    pub reason: String,
    /// Whether it was asked for as a partial refund.
    pub partial: bool,
    /// Whether nobody asked for it but the bank.
    pub chargeback: bool,
    /// Its bookkeeping entry, once booked.
    pub entry: EntryId,
}

/// Takes a refund of `amount` apart into payout, tax and fees, in proportion
/// to what is left of each after the refunds in `before`.
///
/// The parts add up to `amount` exactly and never exceed what is left, and the
/// refunds of a payment that is wholly refunded add up to its own parts.
/// `None` when `amount` is not in `1..=what is left`.
pub fn split(payment: &Breakdown, before: &[[i64; 4]], amount: Money) -> Option<Breakdown> {
    let mut left = payment.parts();
    for part in before {
        for (l, b) in left.iter_mut().zip(part) {
            *l -= b;
        }
    }
    let rest: i64 = left.iter().sum();
    if amount.currency != payment.payment.currency || !(1..=rest).contains(&amount.minor) {
        return None;
    }
    let shares = allocate(amount.minor, &left);
    Some(payment.with_parts([shares[0], shares[1], shares[2], shares[3]]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merchant::Fees;
    use crate::money::{BasisPoints, Currency};
    use crate::tax::{Tax, TaxKind};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn partial_refunds_add_up_to_the_payment(
            price in 1i64..1_000_000,
            rate in 0i64..3_000,
            fee in 0i64..3_000,
            cuts in prop::collection::vec(1i64..1_000, 0..20),
        ) {
            let usd = Currency::from_code("USD").unwrap();
            let tax = Tax { kind: TaxKind::Vat, rate: BasisPoints(rate) };
            let fees = Fees { platform: BasisPoints(fee), method: BasisPoints(fee) };
            let b = Breakdown::quote(Money::new(price, usd), tax, fees).unwrap();
            let mut before: Vec<[i64; 4]> = vec![];
            let mut left = price;
            for cut in cuts {
                let amount = (price * cut / 1_000).clamp(1, left.max(1));
                match split(&b, &before, Money::new(amount, usd)) {
                    Some(part) => {
                        prop_assert!(amount <= left);
                        prop_assert!(part.parts().iter().all(|p| *p >= 0));
                        prop_assert_eq!(part.payment.minor, amount);
                        before.push(part.parts());
                        left -= amount;
                    }
                    None => prop_assert!(amount > left),
                }
            }
            if left > 0 {
                before.push(split(&b, &before, Money::new(left, usd)).unwrap().parts());
            }
            let mut sum = [0; 4];
            for part in &before { for (s, p) in sum.iter_mut().zip(part) { *s += p; } }
            prop_assert_eq!(sum, b.parts());
            prop_assert_eq!(split(&b, &before, Money::new(1, usd)), None);
        }
    }
}
