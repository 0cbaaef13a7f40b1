//! What players have of a project's items.

use crate::id::{ItemId, LIMIT};
use crate::item::Item;
use crate::time::{Span, Time};

/// What a player has of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holding {
    /// The item.
    pub item: ItemId,
    /// How many; of an item that lasts for a time, one while it does.
    pub amount: i64,
    /// When it is gone, if it goes by itself.
    pub until: Option<Time>,
}

impl Holding {
    /// Nothing of an item.
    pub fn none(item: ItemId) -> Self {
        Holding { item, amount: 0, until: None }
    }

    /// How many the player has at `now`.
    pub fn owned(&self, now: Time) -> i64 {
        if self.until.is_none_or(|until| until > now) { self.amount } else { 0 }
    }

    /// What the player has after being given `quantity` of the item. What lasts
    /// for a time begins now, or goes on for as much longer; of what can be had
    /// only once there is never more than one.
    pub fn granted(self, item: &Item, quantity: i64, now: Time) -> Self {
        let owned = self.owned(now);
        match item.lasts() {
            _ if quantity < 1 => self,
            Some(seconds) => {
                let start = self.until.filter(|_| owned > 0).unwrap_or(now);
                let span = Span(seconds.saturating_mul(1_000_000).saturating_mul(quantity));
                Holding { amount: 1, until: Some(start + span), ..self }
            }
            None if item.once_only() => Holding { amount: 1, until: None, ..self },
            // The most that a client can read.
            None => Holding { amount: owned.saturating_add(quantity).min(LIMIT - 1), until: None, ..self },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::Kind;

    fn item(kind: Kind) -> Item {
        Item { kind, expiration: Some(60), ..Item::new(ItemId::new(1).unwrap(), "a") }
    }

    fn at(seconds: i64) -> Time {
        Time(0) + Span::seconds(seconds)
    }

    #[test]
    fn what_is_used_up_adds_up() {
        let one = Holding::none(ItemId::new(1).unwrap()).granted(&item(Kind::Consumable), 2, at(0));
        let two = one.granted(&item(Kind::Consumable), 3, at(9999));
        assert_eq!((two.amount, two.until, two.owned(at(i64::MAX / 2_000_000))), (5, None, 5));
        assert_eq!(two.granted(&item(Kind::Consumable), i64::MAX, at(0)).amount, LIMIT - 1);
        assert_eq!(two.granted(&item(Kind::Consumable), 0, at(0)), two);
    }

    #[test]
    fn what_lasts_for_a_time_is_prolonged() {
        let box_of = item(Kind::Expiration);
        let one = Holding::none(box_of.id).granted(&box_of, 1, at(100));
        assert_eq!((one.until, one.owned(at(159)), one.owned(at(160))), (Some(at(160)), 1, 0));
        assert_eq!(one.granted(&box_of, 2, at(110)).until, Some(at(280)), "it goes on");
        assert_eq!(one.granted(&box_of, 1, at(160)).until, Some(at(220)), "it begins again");
        let taken = Holding { amount: 0, ..one };
        assert_eq!(taken.granted(&box_of, 1, at(110)).until, Some(at(170)), "what was taken away is not prolonged");
        assert_eq!(one.granted(&box_of, i64::MAX, at(110)).until, Some(Time(i64::MAX)));
    }

    #[test]
    fn what_can_be_had_once_is_had_once() {
        for item in [item(Kind::Permanent), Item { permanent: true, ..item(Kind::Consumable) }] {
            let one = Holding::none(item.id).granted(&item, 3, at(0));
            assert_eq!((one.amount, one.until), (1, None));
            assert_eq!(one.granted(&item, 1, at(1)), one);
        }
    }
}
