//! Players, and the virtual currency they hold.

use crate::decimal::Decimal;
use crate::id::{CouponId, EntryId, OperationId, PaymentId, ProjectId};
use crate::ledger::{Account, Entry, EntryKind, Posting, Unit};
use crate::money::Money;
use crate::time::Time;
use crate::virtual_currency::HUNDREDTHS;

/// The most a player can hold, in hundredths: a thousand million.
pub const MOST: i64 = 1_000_000_000 * HUNDREDTHS;

/// A player, as the project's wallet knows one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Player {
    /// The project.
    pub project: ProjectId,
    /// The game's own id: 1 to 255 characters.
    pub user: String,
    /// A nickname.
    pub name: Option<String>,
    /// Whatever the game wants to remember.
    pub custom: Option<String>,
    /// An e-mail address.
    pub email: Option<String>,
    /// Whether the player may pay, redeem, open and get tokens.
    pub enabled: bool,
    /// Virtual currency, in hundredths.
    pub balance: i64,
    /// When the wallet first heard of the player.
    pub registered_at: Time,
}

impl Player {
    /// A player of whom nothing is known but the id.
    pub fn new(project: ProjectId, user: &str, now: Time) -> Self {
        let user = user.to_string();
        Player { project, user, name: None, custom: None, email: None, enabled: true, balance: 0, registered_at: now }
    }
}

/// Why a player's virtual currency changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperationKind {
    /// It was bought for money.
    Payment,
    /// A coupon was redeemed, or was refused.
    Coupon,
    /// It paid for something in the game's shop.
    InGamePurchase,
    /// The game changed it, or a lootbox did.
    Internal,
    /// What a payment brought was taken back.
    Cancellation,
}

impl OperationKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Payment, Self::Coupon, Self::InGamePurchase, Self::Internal, Self::Cancellation];

    /// Its documented name.
    pub fn name(self) -> &'static str {
        match self {
            OperationKind::Payment => "payment",
            OperationKind::Coupon => "coupon",
            OperationKind::InGamePurchase => "inGamePurchase",
            OperationKind::Internal => "internal",
            OperationKind::Cancellation => "cancellation",
        }
    }

    /// The kind of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.name() == name)
    }

    /// The project's side of a change: where `amount` comes from or goes.
    fn against(self, amount: i64) -> Account {
        match self {
            // What is taken back was issued, not spent.
            OperationKind::Cancellation => Account::Issued,
            _ if amount < 0 => Account::Spent,
            _ => Account::Issued,
        }
    }
}

/// What became of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperationStatus {
    /// It was done.
    Completed,
    /// It was done, and the game has acknowledged the payment that did it.
    Notified,
    /// It was refused and changed nothing.
    Failed,
}

impl OperationStatus {
    /// Its documented name.
    pub fn name(self) -> &'static str {
        match self {
            OperationStatus::Completed => "completed",
            OperationStatus::Notified => "notified",
            OperationStatus::Failed => "failed",
        }
    }

    /// The status of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Completed, Self::Notified, Self::Failed].into_iter().find(|s| s.name() == name)
    }
}

/// A change of a player's virtual currency, or a coupon that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// The project.
    pub project: ProjectId,
    /// The player.
    pub user: String,
    /// Its number; the ledger's entry has the same.
    pub id: OperationId,
    /// Why.
    pub kind: OperationKind,
    /// What became of it.
    pub status: OperationStatus,
    /// Hundredths that came, or went if below zero.
    pub amount: i64,
    /// The payment that brought it, or brought what is taken back.
    pub payment: Option<PaymentId>,
    /// The coupon, and the code that was typed in.
    pub coupon: Option<(CouponId, String)>,
    /// What was paid in money.
    pub paid: Option<Money>,
    /// In words, for people.
    pub comment: Option<String>,
    /// When.
    pub at: Time,
}

impl Operation {
    /// A change that the game or a lootbox makes.
    pub fn internal(project: ProjectId, user: &str, id: OperationId, amount: i64, now: Time) -> Self {
        Operation {
            project,
            user: user.to_string(),
            id,
            kind: OperationKind::Internal,
            status: OperationStatus::Completed,
            amount,
            payment: None,
            coupon: None,
            paid: None,
            comment: None,
            at: now,
        }
    }

    /// Its entry in the ledger; none when nothing moves.
    pub fn entry(&self) -> Option<Entry> {
        let other = self.kind.against(self.amount);
        let (debit, credit) = if self.amount < 0 { (other, Account::Player) } else { (Account::Player, other) };
        (self.amount != 0).then_some(Entry {
            project: self.project,
            id: EntryId::new(self.id.get())?,
            kind: EntryKind::Operation,
            payment: self.payment,
            at: self.at,
            postings: vec![Posting { debit, credit, unit: Unit::Virtual, amount: self.amount.abs() }],
        })
    }
}

/// Why an amount of virtual currency is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CoinsError {
    /// The project's currency knows only whole units.
    Fraction,
    /// More than two digits after the point.
    TooPrecise,
}

impl std::fmt::Display for CoinsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            CoinsError::Fraction => "must be a whole number: the virtual currency is discrete",
            CoinsError::TooPrecise => "must have at most 2 digits after the decimal point",
        })
    }
}

/// An amount of virtual currency in hundredths; of a `discrete` currency only
/// whole units exist.
pub fn coins(amount: Decimal, discrete: bool) -> Result<i64, CoinsError> {
    if discrete && !amount.is_whole() {
        return Err(CoinsError::Fraction);
    }
    if amount.fits_units(HUNDREDTHS) { Ok(amount.in_units(HUNDREDTHS)) } else { Err(CoinsError::TooPrecise) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts() {
        let of = |text: &str, discrete| coins(Decimal::parse(text).unwrap(), discrete);
        assert_eq!(of("1.25", false), Ok(125));
        assert_eq!(of("-3", true), Ok(-300));
        assert_eq!(of("1.5", true), Err(CoinsError::Fraction));
        assert_eq!(of("1.255", false), Err(CoinsError::TooPrecise));
    }

    #[test]
    fn each_change_has_two_sides() {
        let operation = |kind, amount| Operation {
            kind,
            ..Operation::internal(ProjectId::new(1).unwrap(), "u", OperationId::new(1).unwrap(), amount, Time(0))
        };
        for kind in OperationKind::ALL {
            assert_eq!(OperationKind::from_name(kind.name()), Some(kind));
            assert_eq!(operation(kind, 0).entry(), None);
            for amount in [7, -7] {
                let movements = operation(kind, amount).entry().unwrap().movements();
                assert_eq!(movements[0], (Account::Player, Unit::Virtual, amount));
                let back = kind == OperationKind::Cancellation;
                let other = if amount > 0 || back { Account::Issued } else { Account::Spent };
                assert_eq!(movements[1], (other, Unit::Virtual, -amount));
            }
        }
    }
}
