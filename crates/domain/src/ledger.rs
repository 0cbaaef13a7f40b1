//! Double-entry bookkeeping.
//!
//! A posting moves an amount from one account to another, so every entry
//! balances by construction. Entries are only ever added; a correction is a
//! new entry.

use crate::id::{EntryId, PaymentId, ProjectId};
use crate::money::Money;
use crate::payment::Breakdown;
use crate::time::Time;

/// Where money stands, within one project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Account {
    /// What the payment provider holds for us.
    Gateway,
    /// What the merchant is owed.
    Merchant,
    /// What the tax office is owed.
    Tax,
    /// What the platform earned.
    PlatformFee,
    /// What the payment method earned.
    MethodFee,
}

impl Account {
    /// Every account.
    pub const ALL: [Self; 5] = [Self::Gateway, Self::Merchant, Self::Tax, Self::PlatformFee, Self::MethodFee];

    /// Its name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Account::Gateway => "gateway",
            Account::Merchant => "merchant",
            Account::Tax => "tax",
            Account::PlatformFee => "platform_fee",
            Account::MethodFee => "method_fee",
        }
    }
}

/// An amount that left `credit` and arrived at `debit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    /// Where it arrived.
    pub debit: Account,
    /// Where it left.
    pub credit: Account,
    /// How much; always positive.
    pub amount: Money,
}

/// Why an entry was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A payment was captured.
    Capture,
    /// Money was given back.
    Refund,
}

impl EntryKind {
    /// Its name in the database.
    pub fn name(self) -> &'static str {
        match self {
            EntryKind::Capture => "capture",
            EntryKind::Refund => "refund",
        }
    }
}

/// A set of postings that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it lives.
    pub project: ProjectId,
    /// Its id.
    pub id: EntryId,
    /// Why it was made.
    pub kind: EntryKind,
    /// The payment it is about.
    pub payment: PaymentId,
    /// When.
    pub at: Time,
    /// The movements; none of zero.
    pub postings: Vec<Posting>,
}

/// The postings of a captured payment: the gateway holds what the others are
/// owed.
pub fn capture(b: &Breakdown) -> Vec<Posting> {
    parts(b).map(|(account, amount)| Posting { debit: Account::Gateway, credit: account, amount }).collect()
}

/// The postings of a refund: the same movements backwards.
pub fn refund(b: &Breakdown) -> Vec<Posting> {
    parts(b).map(|(account, amount)| Posting { debit: account, credit: Account::Gateway, amount }).collect()
}

fn parts(b: &Breakdown) -> impl Iterator<Item = (Account, Money)> {
    [
        (Account::Merchant, b.payout),
        (Account::Tax, b.tax),
        (Account::PlatformFee, b.platform_fee),
        (Account::MethodFee, b.method_fee),
    ]
    .into_iter()
    .filter(|(_, amount)| amount.minor > 0)
}

impl Entry {
    /// What the entry adds to each account it touches, in a fixed order, so
    /// that two entries lock balances in the same order.
    pub fn movements(&self) -> Vec<(Account, Money)> {
        Account::ALL
            .into_iter()
            .filter_map(|account| {
                let mine = self.postings.iter().filter(|p| p.debit == account || p.credit == account);
                let sum: i64 =
                    mine.clone().map(|p| if p.debit == account { p.amount.minor } else { -p.amount.minor }).sum();
                let currency = mine.clone().next()?.amount.currency;
                Some((account, Money::new(sum, currency)))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merchant::Fees;
    use crate::money::{BasisPoints, Currency};
    use crate::tax::{Tax, TaxKind};

    #[test]
    fn a_refund_undoes_its_capture() {
        let eur = Currency::from_code("EUR").unwrap();
        let tax = Tax { kind: TaxKind::Vat, rate: BasisPoints(1900) };
        let fees = Fees { platform: BasisPoints(500), method: BasisPoints(0) };
        let b = Breakdown::quote(Money::new(999, eur), tax, fees).unwrap();
        let entry = |kind, postings| Entry {
            project: ProjectId::new(1).unwrap(),
            id: EntryId::new(1).unwrap(),
            kind,
            payment: PaymentId::new(1).unwrap(),
            at: Time(0),
            postings,
        };
        let there = entry(EntryKind::Capture, capture(&b)).movements();
        let back = entry(EntryKind::Refund, refund(&b)).movements();
        assert_eq!(there.iter().map(|(_, m)| m.minor).sum::<i64>(), 0);
        assert_eq!(there[0], (Account::Gateway, Money::new(999, eur)));
        assert_eq!(there.len(), 4, "a fee of zero makes no posting");
        for ((a, m), (b, n)) in there.iter().zip(&back) {
            assert_eq!((a, m.minor), (b, -n.minor));
        }
    }
}
