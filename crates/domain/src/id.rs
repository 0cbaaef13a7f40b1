//! Identifiers. All are positive integers below 2^53, because clients read
//! them with JavaScript, whose numbers lose precision above that.

use std::collections::BTreeSet;
use std::fmt;

/// The first integer that JavaScript can no longer tell from its neighbour.
pub const LIMIT: i64 = 1 << 53;

macro_rules! id {
    ($(#[$doc:meta] $name:ident),* $(,)?) => {$(
        #[$doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(i64);

        impl $name {
            /// Takes a number in `1..2^53`.
            pub fn new(n: i64) -> Option<Self> {
                (1..LIMIT).contains(&n).then_some(Self(n))
            }
            /// The number.
            pub fn get(self) -> i64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = ();
            fn from_str(s: &str) -> Result<Self, ()> {
                s.parse().ok().and_then(Self::new).ok_or(())
            }
        }
    )*};
}

id! {
    /// A company that sells.
    MerchantId,
    /// A game of a merchant.
    ProjectId,
    /// What a player ordered.
    OrderId,
    /// A payment; the `transaction.id` and `invoice_id` of the published APIs.
    PaymentId,
    /// One try to take the money of a payment.
    AttemptId,
    /// Money given back, wholly or in part.
    RefundId,
    /// A bookkeeping entry.
    EntryId,
    /// Something the game is told.
    EventId,
    /// Something games say of a player, by which offers are chosen.
    AttributeId,
    /// A condition that an item sets on an attribute.
    ConditionId,
    /// Something a player can own: `id` of a virtual item.
    ItemId,
    /// A group of items.
    GroupId,
    /// A package of virtual currency.
    PackageId,
    /// A slot of a lootbox.
    SlotId,
    /// One opening of a lootbox.
    DrawId,
    /// A change of what a player owns.
    OperationId,
    /// A promotion.
    PromotionId,
    /// A coupon promotion, which hands out codes.
    CampaignId,
    /// A code of a coupon promotion.
    CouponId,
    /// A game sold by key.
    GameId,
    /// A key of a game.
    KeyId,
    /// A question of a player to the merchant.
    TicketId,
    /// What somebody wrote to a ticket.
    CommentId,
    /// What a merchant is told that no webhook tells.
    MessageId,
    /// A subscription plan.
    PlanId,
    /// Plans that belong together.
    ProductId,
    /// A player's subscription.
    SubscriptionId,
    /// A charge of a subscription.
    ChargeId,
    /// A saved way to pay.
    AccountId,
    /// Somebody who sells for a project: `geotype` in the published APIs.
    PartnerId,
}

/// The numbers of things that a client sent as the new state of a list: one that
/// names a number which is `known` keeps it; another one has the number of what
/// stood in its place, so that sending a list again changes none; what is new
/// has the `fresh` number of its place.
pub fn settle<T: Copy + Ord>(sent: &[Option<T>], known: &[T], fresh: &[T]) -> Vec<T> {
    let ours: BTreeSet<T> = known.iter().copied().collect();
    let named: BTreeSet<T> = sent.iter().flatten().copied().collect();
    let mut taken = BTreeSet::new();
    let settle = |(place, id): (usize, &Option<T>)| {
        let own = id.filter(|id| ours.contains(id) && !taken.contains(id));
        let instead = || known.get(place).copied().filter(|id| !named.contains(id));
        let id = own.or_else(instead).or_else(|| fresh.get(place).copied())?;
        taken.insert(id);
        Some(id)
    };
    sent.iter().enumerate().filter_map(settle).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_keep_their_numbers() {
        let fresh = [101, 102, 103];
        for (sent, known, settled) in [
            (&[None, None][..], &[][..], &[101, 102][..]),
            (&[Some(7), None], &[], &[101, 102]),
            (&[Some(2), Some(1)], &[1, 2], &[2, 1]),
            // Numbers that are not ours, sent again and again.
            (&[Some(7), Some(8)], &[1, 2], &[1, 2]),
            (&[None, None, None], &[1, 2], &[1, 2, 103]),
            (&[Some(2)], &[1, 2], &[2]),
            (&[None, Some(1)], &[1, 2], &[101, 1]),
            (&[Some(1), Some(1)], &[1, 2], &[1, 2]),
            (&[Some(2), Some(2), None], &[1, 2, 3], &[2, 102, 3]),
        ] {
            assert_eq!(settle(sent, known, &fresh), settled, "{sent:?} {known:?}");
        }
    }

    #[test]
    fn bounds() {
        assert!(PaymentId::new(0).is_none());
        assert!(PaymentId::new(-1).is_none());
        assert!(PaymentId::new(LIMIT).is_none());
        assert_eq!(PaymentId::new(LIMIT - 1).unwrap().get(), LIMIT - 1);
        assert!("12x".parse::<PaymentId>().is_err());
    }
}
