//! Double-entry bookkeeping.
//!
//! A posting moves an amount from one account to another, so every entry
//! balances by construction. Entries are only ever added; a correction is a
//! new entry.

use crate::id::{EntryId, PaymentId, ProjectId};
use crate::money::{Currency, Money};
use crate::payment::Breakdown;
use crate::time::Time;

/// What an account counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Money, in minor units.
    Money(Currency),
    /// The project's virtual currency, in hundredths.
    Virtual,
}

impl Unit {
    /// Its name in the database: a currency's code, or one that no currency
    /// has.
    pub fn name(self) -> &'static str {
        match self {
            Unit::Money(currency) => currency.code(),
            Unit::Virtual => "virtual",
        }
    }
}

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
    /// What the players hold. Each has an account of their own, which the
    /// player's row keeps, so that it can refuse to fall below zero.
    Player,
    /// Where virtual currency comes from, and goes back to when what brought
    /// it is undone.
    Issued,
    /// Where virtual currency goes that players spend.
    Spent,
}

impl Account {
    /// Every account.
    pub const ALL: [Self; 8] = [
        Self::Gateway,
        Self::Merchant,
        Self::Tax,
        Self::PlatformFee,
        Self::MethodFee,
        Self::Player,
        Self::Issued,
        Self::Spent,
    ];

    /// Its name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Account::Gateway => "gateway",
            Account::Merchant => "merchant",
            Account::Tax => "tax",
            Account::PlatformFee => "platform_fee",
            Account::MethodFee => "method_fee",
            Account::Player => "player",
            Account::Issued => "issued",
            Account::Spent => "spent",
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
    /// What it is counted in; the same for all postings of an entry.
    pub unit: Unit,
    /// How much; always positive.
    pub amount: i64,
}

/// Why an entry was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A payment was captured.
    Capture,
    /// Money was given back.
    Refund,
    /// A player's virtual currency changed; the entry has the operation's
    /// number.
    Operation,
    /// The bank called money back.
    Chargeback,
}

impl EntryKind {
    /// Its name in the database.
    pub fn name(self) -> &'static str {
        match self {
            EntryKind::Capture => "capture",
            EntryKind::Refund => "refund",
            EntryKind::Operation => "operation",
            EntryKind::Chargeback => "chargeback",
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
    /// The payment it is about, if it is about one.
    pub payment: Option<PaymentId>,
    /// When.
    pub at: Time,
    /// The movements; none of zero.
    pub postings: Vec<Posting>,
}

/// The postings of a captured payment: the gateway holds what the others are
/// owed.
pub fn capture(b: &Breakdown) -> Vec<Posting> {
    parts(b).map(|(account, part)| posting(Account::Gateway, account, part)).collect()
}

/// The postings of a refund: the same movements backwards.
pub fn refund(b: &Breakdown) -> Vec<Posting> {
    parts(b).map(|(account, part)| posting(account, Account::Gateway, part)).collect()
}

fn posting(debit: Account, credit: Account, part: Money) -> Posting {
    Posting { debit, credit, unit: Unit::Money(part.currency), amount: part.minor }
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
    pub fn movements(&self) -> Vec<(Account, Unit, i64)> {
        Account::ALL
            .into_iter()
            .filter_map(|account| {
                let mine = self.postings.iter().filter(|p| p.debit == account || p.credit == account);
                let sum = mine.clone().map(|p| if p.debit == account { p.amount } else { -p.amount }).sum();
                let unit = mine.clone().next()?.unit;
                Some((account, unit, sum))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merchant::Fees;
    use crate::money::BasisPoints;
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
            payment: PaymentId::new(1),
            at: Time(0),
            postings,
        };
        let there = entry(EntryKind::Capture, capture(&b)).movements();
        let back = entry(EntryKind::Refund, refund(&b)).movements();
        assert_eq!(there.iter().map(|(.., amount)| amount).sum::<i64>(), 0);
        assert_eq!(there[0], (Account::Gateway, Unit::Money(eur), 999));
        assert_eq!(there.len(), 4, "a fee of zero makes no posting");
        for ((a, _, m), (b, _, n)) in there.iter().zip(&back) {
            assert_eq!((a, *m), (b, -n));
        }
    }
}
