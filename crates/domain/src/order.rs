//! What a player ordered, and where that order stands.

use crate::id::{OrderId, ProjectId};
use crate::money::Money;
use crate::purchase::Line;

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
