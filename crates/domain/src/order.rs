//! What a player ordered, and where that order stands.

use crate::gift::Gift;
use crate::id::{OrderId, ProjectId};
use crate::money::Money;
use crate::payment::{Notified, Payment, PaymentState};
use crate::purchase::Line;
use crate::time::{Span, Time};
use crate::wallet;

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OrderState {
    /// Made, not paid.
    New,
    /// Paid.
    Paid,
    /// Paid, part of the money given back.
    PartiallyRefunded,
    /// Paid, all of the money given back.
    Refunded,
    /// Paid, and called back by the bank.
    ChargedBack,
}

/// What can happen to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OrderEvent {
    /// Its payment was captured.
    Paid,
    /// Part of its payment was given back.
    PartlyRefunded,
    /// The rest of its payment was given back.
    FullyRefunded,
    /// The bank called the rest of its payment back.
    ChargedBack,
}

impl OrderState {
    /// The state after `event`, or `None` where that must not happen.
    pub fn after(self, event: OrderEvent) -> Option<Self> {
        use OrderState::*;
        Some(match (self, event) {
            (New, OrderEvent::Paid) => Paid,
            (Paid | PartiallyRefunded, OrderEvent::PartlyRefunded) => PartiallyRefunded,
            (Paid | PartiallyRefunded, OrderEvent::FullyRefunded) => Refunded,
            (Paid | PartiallyRefunded, OrderEvent::ChargedBack) => ChargedBack,
            _ => return None,
        })
    }

    /// Its name in the database.
    pub fn name(self) -> &'static str {
        match self {
            OrderState::New => "new",
            OrderState::Paid => "paid",
            OrderState::PartiallyRefunded => "partially_refunded",
            OrderState::Refunded => "refunded",
            OrderState::ChargedBack => "charged_back",
        }
    }

    /// The state of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.name() == name)
    }

    /// Every state.
    pub const ALL: [Self; 5] = [Self::New, Self::Paid, Self::PartiallyRefunded, Self::Refunded, Self::ChargedBack];
}

/// The player as the order froze him or her.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Player {
    /// The game's own id.
    pub id: String,
    /// Shown name.
    pub name: Option<String>,
    /// Where the receipt goes.
    pub email: Option<String>,
    /// International digits.
    pub phone: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// Postal code, asked of cards in the US and Canada.
    pub zip: Option<String>,
    /// The address the player paid from.
    pub ip: Option<String>,
}

/// An order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Where it lives.
    pub project: ProjectId,
    /// Its id.
    pub id: OrderId,
    /// Where it stands.
    pub state: OrderState,
    /// Who ordered.
    pub player: Player,
    /// The price without added tax.
    pub total: Money,
    /// What of a catalogue it buys; none for a plain checkout.
    pub lines: Vec<Line>,
    /// What it is for, in the game's words.
    pub description: Option<String>,
    /// The game's own transaction id.
    pub external_id: Option<String>,
    /// The token's `custom_parameters`, as the game's JSON text.
    pub custom_parameters: Option<String>,
    /// What it has besides if it was made before it is paid.
    pub placed: Option<Placed>,
    /// What it has besides if it is for somebody else.
    pub gift: Option<Gift>,
}

/// How long an order that was made before it is paid waits for that: as long as
/// its token opens the page.
pub const LIFE: Span = crate::token::LIFE;

/// What an order has that is made before it is paid: one of the Store API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// When it was made.
    pub at: Time,
    /// From when on nobody begins to pay it any more.
    pub until: Time,
    /// What payments know the token by that pays it; none where no money is
    /// asked.
    pub token_hash: Option<String>,
    /// Whether it is paid with play money.
    pub dry_run: bool,
    /// The cart it was made of, which is emptied once it is paid.
    pub cart: Option<String>,
    /// What it costs in virtual currency, in hundredths; none where money pays
    /// it or nothing.
    pub coins: Option<Coins>,
}

/// A price in virtual currency, in hundredths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coins {
    /// What is paid.
    pub price: i64,
    /// What would be without promotions.
    pub full_price: i64,
}

impl Coins {
    /// All of it together, unless that is more than anybody can have.
    pub fn total(all: &[Coins]) -> Option<Coins> {
        let sum = |of: fn(&Coins) -> i64| {
            let sum = all.iter().map(of).try_fold(0_i64, i64::checked_add);
            sum.filter(|n| *n <= wallet::MOST)
        };
        Some(Coins { price: sum(|c| c.price)?, full_price: sum(|c| c.full_price)? })
    }
}

/// Where an order stands, as the Store API says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Made, and waiting to be paid.
    New,
    /// Paid, and the game has not acknowledged it yet.
    Paid,
    /// Paid, and the game knows.
    Done,
    /// Paid, and all of the money given back.
    Canceled,
    /// Never paid, and too late now.
    Expired,
}

impl Status {
    /// Every one.
    pub const ALL: [Self; 5] = [Self::New, Self::Paid, Self::Done, Self::Canceled, Self::Expired];

    /// Its published name.
    pub fn name(self) -> &'static str {
        match self {
            Status::New => "new",
            Status::Paid => "paid",
            Status::Done => "done",
            Status::Canceled => "canceled",
            Status::Expired => "expired",
        }
    }
}

impl Order {
    /// Who gets what is bought: the game's own id.
    pub fn receiver(&self) -> &str {
        self.gift.as_ref().map_or(&self.player.id, |gift| &gift.receiver)
    }

    /// Where it stands for the Store API, with the payment that was begun for
    /// it. A payment that is under way when the time is up still counts.
    pub fn status(&self, payment: Option<&Payment>, now: Time) -> Status {
        match self.state {
            OrderState::New => {
                let idle = payment.is_none_or(|p| p.state == PaymentState::Declined);
                let late = self.placed.as_ref().is_some_and(|p| p.until <= now);
                if idle && late { Status::Expired } else { Status::New }
            }
            OrderState::Paid | OrderState::PartiallyRefunded => match payment.map(|p| p.notified) {
                None | Some(Notified::NotNeeded | Notified::Delivered) => Status::Done,
                Some(_) => Status::Paid,
            },
            OrderState::Refunded | OrderState::ChargedBack => Status::Canceled,
        }
    }

    /// Whether nothing is to be paid for it: not money, and not virtual
    /// currency either.
    pub fn is_free(&self) -> bool {
        self.total.minor == 0 && self.placed.as_ref().is_none_or(|p| p.coins.is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every allowed step; whatever is not listed is refused.
    const TABLE: &[(OrderState, OrderEvent, OrderState)] = &[
        (OrderState::New, OrderEvent::Paid, OrderState::Paid),
        (OrderState::Paid, OrderEvent::PartlyRefunded, OrderState::PartiallyRefunded),
        (OrderState::Paid, OrderEvent::FullyRefunded, OrderState::Refunded),
        (OrderState::PartiallyRefunded, OrderEvent::PartlyRefunded, OrderState::PartiallyRefunded),
        (OrderState::PartiallyRefunded, OrderEvent::FullyRefunded, OrderState::Refunded),
        (OrderState::Paid, OrderEvent::ChargedBack, OrderState::ChargedBack),
        (OrderState::PartiallyRefunded, OrderEvent::ChargedBack, OrderState::ChargedBack),
    ];

    #[test]
    fn virtual_currency_is_added_up_to_what_one_can_have() {
        let coins = |price, full_price| Coins { price, full_price };
        assert_eq!(Coins::total(&[]), Some(coins(0, 0)));
        assert_eq!(Coins::total(&[coins(5_000, 6_000), coins(1, 1)]), Some(coins(5_001, 6_001)));
        assert_eq!(Coins::total(&[coins(1, wallet::MOST)]), Some(coins(1, wallet::MOST)));
        assert_eq!(Coins::total(&[coins(1, wallet::MOST), coins(1, 1)]), None);
        assert_eq!(Coins::total(&[coins(i64::MAX, i64::MAX), coins(1, 1)]), None);
    }

    #[test]
    fn statuses() {
        let order = |state| Order {
            project: ProjectId::new(1).unwrap(),
            id: OrderId::new(2).unwrap(),
            state,
            player: Player::default(),
            total: Money::new(100, crate::money::Currency::from_code("USD").unwrap()),
            lines: vec![],
            description: None,
            external_id: None,
            custom_parameters: None,
            placed: Some(Placed {
                at: Time(0),
                until: Time(10),
                token_hash: None,
                dry_run: true,
                cart: None,
                coins: None,
            }),
            gift: None,
        };
        assert_eq!(order(OrderState::New).status(None, Time(9)), Status::New);
        assert_eq!(order(OrderState::New).status(None, Time(10)), Status::Expired);
        assert_eq!(order(OrderState::Paid).status(None, Time(10)), Status::Done, "nothing was to be told");
        assert_eq!(order(OrderState::Refunded).status(None, Time(10)), Status::Canceled);
        assert_eq!(order(OrderState::ChargedBack).status(None, Time(10)), Status::Canceled);
        let names: std::collections::BTreeSet<_> = Status::ALL.iter().map(|s| s.name()).collect();
        assert_eq!(names.len(), Status::ALL.len());
        assert!(!order(OrderState::New).is_free());
        let free = Order { total: Money::zero(order(OrderState::New).total.currency), ..order(OrderState::Paid) };
        assert!(free.is_free());
        let coins = Some(Coins { price: 0, full_price: 100 });
        let placed = free.placed.clone().map(|p| Placed { coins, ..p });
        assert!(!Order { placed, ..free }.is_free());
    }

    #[test]
    fn the_table_is_complete() {
        for state in OrderState::ALL {
            assert_eq!(OrderState::from_name(state.name()), Some(state));
            let events =
                [OrderEvent::Paid, OrderEvent::PartlyRefunded, OrderEvent::FullyRefunded, OrderEvent::ChargedBack];
            for event in events {
                let listed = TABLE.iter().find(|(s, e, _)| (*s, *e) == (state, event)).map(|t| t.2);
                assert_eq!(state.after(event), listed, "{state:?} {event:?}");
            }
        }
    }
}
