//! The Distribution Hub: partners sell what is in a game's catalogue with a
//! checkout of their own, and push the payment once they have the money.

use crate::decimal::Decimal;
use crate::id::{OrderId, PartnerId, PaymentId, ProjectId};
use crate::money::Money;
use crate::order::{Coins, Order, Status};
use crate::tax::Tax;
use crate::virtual_currency::HUNDREDTHS;

/// The number by which webhooks and reports know that a partner took the money.
/// No method of the payment page has it.
pub const METHOD: i64 = 9_001;

/// What that method is called.
pub const METHOD_NAME: &str = "Distribution Hub";

/// What the ids of buyers begin with who told the partner an address and no id
/// in the game. The game knows nobody by such an id, so they can buy keys and
/// nothing else.
pub const BUYER: &str = "email:";

/// Most characters of a partner's own id of a transaction.
pub const TRANSACTION_LENGTH: usize = 255;

/// Somebody who sells for a project: a bank, an operator, a chain of kiosks.
/// The published APIs call the number `geotype`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partner {
    /// Where it may sell.
    pub project: ProjectId,
    /// Its number, by which it authenticates.
    pub id: PartnerId,
    /// What the merchant calls it.
    pub name: String,
    /// Whether it pays with play money.
    pub sandbox: bool,
    /// Whether it may call at all.
    pub enabled: bool,
}

/// What an order has besides that a partner sells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sale {
    /// The order.
    pub order: OrderId,
    /// Who sells it.
    pub partner: PartnerId,
    /// The tax that the partner was told; it stays, whatever the project
    /// changes before the payment arrives.
    pub tax: Tax,
    /// What was asked for, as a token's body.
    pub body: String,
    /// What each thing asked for costs in virtual currency, in the order of its
    /// lines; empty where money pays.
    pub coins: Vec<Coins>,
}

/// What a partner pays for an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pushed {
    /// The order.
    pub order: OrderId,
    /// What the order is paid with; another payment of it is none.
    pub payment: PaymentId,
    /// Who pays.
    pub partner: PartnerId,
    /// The partner's own id of the transaction.
    pub transaction: Option<String>,
    /// The player's account at the partner.
    pub account: Option<String>,
}

/// What a partner says it was paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The partner, as the body says.
    pub partner: i64,
    /// The project, as the body says.
    pub project: i64,
    /// The order.
    pub order: OrderId,
    /// How much, as the decimal text it was sent as.
    pub amount: String,
    /// The currency: an ISO 4217 code, or the SKU of a virtual one; the
    /// order's if nothing is said.
    pub currency: Option<String>,
    /// The partner's own id of the transaction.
    pub transaction: Option<String>,
    /// The game's own id of the transaction.
    pub external_id: Option<String>,
    /// The player.
    pub user: String,
    /// For the receipt.
    pub email: Option<String>,
    /// International digits.
    pub phone: Option<String>,
    /// The player's account at the partner.
    pub account: Option<String>,
}

/// What an order costs whoever buys it from a partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Price {
    /// Money, with all taxes.
    Money(Money),
    /// Hundredths of the project's virtual currency.
    Virtual(i64),
}

/// Why a payment is not booked. Nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The order is paid.
    Paid,
    /// The order was paid, and its payment cancelled.
    Canceled,
    /// Nobody may begin to pay the order any more.
    Expired,
    /// It is another player's order.
    User,
    /// The order is in another currency.
    Currency,
    /// The order costs more or less.
    Amount,
    /// The partner used its id of the transaction for another order.
    Transaction,
}

impl Refusal {
    /// Every one.
    pub const ALL: [Self; 7] =
        [Self::Paid, Self::Canceled, Self::Expired, Self::User, Self::Currency, Self::Amount, Self::Transaction];
}

impl Claim {
    /// Whether this pays an order of this price: the player, then the currency,
    /// then the amount, exactly. `coins` is the SKU of the virtual currency.
    pub fn fits(&self, order: &Order, price: Price, coins: &str) -> Result<(), Refusal> {
        if self.user != order.player.id {
            return Err(Refusal::User);
        }
        let code = match price {
            Price::Money(money) => money.currency.code(),
            Price::Virtual(_) => coins,
        };
        if self.currency.as_deref().is_some_and(|said| said != code) {
            return Err(Refusal::Currency);
        }
        let exact = match price {
            Price::Money(money) => Money::parse(&self.amount, money.currency) == Ok(money),
            Price::Virtual(n) => {
                Decimal::parse(&self.amount).is_ok_and(|said| Some(said) == Decimal::from_units(n, HUNDREDTHS))
            }
        };
        if exact { Ok(()) } else { Err(Refusal::Amount) }
    }
}

/// Whether an order that stands there may be paid now.
pub fn payable(status: Status) -> Result<(), Refusal> {
    match status {
        Status::New => Ok(()),
        Status::Paid | Status::Done => Err(Refusal::Paid),
        Status::Canceled => Err(Refusal::Canceled),
        Status::Expired => Err(Refusal::Expired),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;
    use crate::order::{OrderState, Player};

    fn order() -> Order {
        Order {
            project: ProjectId::new(1).unwrap(),
            id: OrderId::new(2).unwrap(),
            state: OrderState::New,
            player: Player { id: "p".into(), ..Player::default() },
            total: Money::new(998, Currency::from_code("USD").unwrap()),
            lines: vec![],
            description: None,
            external_id: None,
            custom_parameters: None,
            placed: None,
            gift: None,
        }
    }

    fn claim(user: &str, amount: &str, currency: Option<&str>) -> Claim {
        Claim {
            partner: 3,
            project: 1,
            order: OrderId::new(2).unwrap(),
            amount: amount.into(),
            currency: currency.map(str::to_string),
            transaction: None,
            external_id: None,
            user: user.into(),
            email: None,
            phone: None,
            account: None,
        }
    }

    #[test]
    fn only_the_exact_price_pays() {
        let money = |minor, code| Price::Money(Money::new(minor, Currency::from_code(code).unwrap()));
        for (user, amount, currency, price, result) in [
            ("p", "9.98", Some("USD"), money(998, "USD"), Ok(())),
            ("p", "9.980", None, money(998, "USD"), Ok(())),
            ("p", "10", Some("JPY"), money(10, "JPY"), Ok(())),
            ("p", "1.234", Some("KWD"), money(1234, "KWD"), Ok(())),
            ("q", "9.98", Some("USD"), money(998, "USD"), Err(Refusal::User)),
            ("P", "9.98", Some("USD"), money(998, "USD"), Err(Refusal::User)),
            ("p", "9.98", Some("EUR"), money(998, "USD"), Err(Refusal::Currency)),
            ("p", "9.98", Some("usd"), money(998, "USD"), Err(Refusal::Currency)),
            ("p", "9.98", Some("gems"), money(998, "USD"), Err(Refusal::Currency)),
            ("p", "9.97", Some("USD"), money(998, "USD"), Err(Refusal::Amount)),
            ("p", "9.981", Some("USD"), money(998, "USD"), Err(Refusal::Amount)),
            ("p", "998", Some("USD"), money(998, "USD"), Err(Refusal::Amount)),
            ("p", "-9.98", Some("USD"), money(998, "USD"), Err(Refusal::Amount)),
            ("p", "1e30", Some("USD"), money(998, "USD"), Err(Refusal::Amount)),
            ("p", "2000000000", None, money(2_000_000_000, "JPY"), Ok(())),
            ("p", "2000000000", None, Price::Virtual(5), Err(Refusal::Amount)),
            ("p", "50", Some("gems"), Price::Virtual(5000), Ok(())),
            ("p", "0.5", None, Price::Virtual(50), Ok(())),
            ("p", "50", Some("USD"), Price::Virtual(5000), Err(Refusal::Currency)),
            ("p", "5000", Some("gems"), Price::Virtual(5000), Err(Refusal::Amount)),
        ] {
            assert_eq!(claim(user, amount, currency).fits(&order(), price, "gems"), result, "{amount} {currency:?}");
        }
    }

    #[test]
    fn what_was_paid_is_not_paid_again() {
        let all: Vec<_> = Status::ALL.into_iter().map(payable).collect();
        let refused = [Refusal::Paid, Refusal::Paid, Refusal::Canceled, Refusal::Expired].map(Err);
        assert_eq!(all, [&[Ok(())], &refused[..]].concat());
    }
}
