//! Coupons: codes that a coupon promotion hands out, and how often each may be
//! used.

use crate::id::{CampaignId, CouponId, ProjectId};
use crate::localized::Localized;
use crate::promotion::{Pieces, Promotion};
use crate::time::Time;

/// A coupon promotion, which the published API calls a campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Campaign {
    /// Its number.
    pub id: CampaignId,
    /// Whose players may use its coupons.
    pub project: ProjectId,
    /// What the merchant calls it; unique among the merchant's.
    pub code: String,
    /// What players see it called.
    pub names: Localized,
    /// How often its coupons may be used in all.
    pub redeems: Option<i64>,
    /// How often one player may use one of its coupons.
    pub redeems_of_coupon: Option<i64>,
    /// How often one player may use its coupons in all.
    pub redeems_of_player: Option<i64>,
    /// When its coupons stop working.
    pub expires_at: Option<Time>,
    /// The virtual currency that a coupon gives, in hundredths.
    pub virtual_currency: i64,
    /// The items that a coupon gives.
    pub items: Vec<Pieces>,
    /// The subscription that a coupon is about.
    pub subscription: SubscriptionCoupon,
    /// How often its coupons were used.
    pub redeemed: i64,
}

/// What a coupon says of a subscription. It is kept and shown; what it means is
/// the game's business.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SubscriptionCoupon {
    /// The plan.
    pub plan: Option<i64>,
    /// The product that plans belong to.
    pub product: Option<i64>,
    /// Days before the first charge.
    pub trial_days: Option<i64>,
}

/// A code that players use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coupon {
    /// Its number.
    pub id: CouponId,
    /// Where it comes from.
    pub campaign: CampaignId,
    /// What players enter, exactly so; unique in its project.
    pub code: String,
}

/// How often a player used coupons already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    /// This one.
    pub of_coupon: i64,
    /// Any of its campaign.
    pub of_campaign: i64,
}

/// Why a coupon is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is too late.
    Expired,
    /// The player, or all players together, used it as often as allowed.
    UsedUp,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Refusal::Expired => "The coupon has expired",
            // The published words; clients show them to players.
            Refusal::UsedUp => "You have used too much of coupons. Try again later",
        })
    }
}

/// What a coupon gives whoever redeems it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reward {
    /// Virtual currency, in hundredths.
    pub virtual_currency: i64,
    /// Items, each SKU once.
    pub items: Vec<Pieces>,
}

impl Campaign {
    /// What its coupons give: what it says itself, and what those of these
    /// promotions add on top of a purchase that run for its coupons.
    pub fn reward<'a>(&self, promotions: impl IntoIterator<Item = &'a Promotion>, now: Time) -> Reward {
        let mut reward = Reward { virtual_currency: self.virtual_currency, items: self.items.clone() };
        let own = |p: &&Promotion| p.campaigns.contains(&self.id) && p.is_active(now) && p.is_for(None, &[self.id]);
        for p in promotions.into_iter().filter(own) {
            let more = p.rewards.bonus_amount.unwrap_or(0);
            reward.virtual_currency = reward.virtual_currency.saturating_add(more);
            for (sku, quantity) in &p.rewards.item_bonuses {
                match reward.items.iter_mut().find(|(known, _)| known == sku) {
                    Some((_, sum)) => *sum = sum.saturating_add(*quantity),
                    None => reward.items.push((sku.clone(), *quantity)),
                }
            }
        }
        reward
    }

    /// Whether its coupons still work.
    pub fn is_active(&self, now: Time) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }

    /// How often its coupons may still be used; none for without end.
    pub fn remaining(&self) -> Option<i64> {
        self.redeems.map(|most| most.saturating_sub(self.redeemed).max(0))
    }

    /// Whether it gives anything by itself.
    pub fn has_reward(&self) -> bool {
        self.virtual_currency > 0 || !self.items.is_empty()
    }

    /// Whether a player who used coupons so often may use one once more.
    pub fn admit(&self, uses: Uses, now: Time) -> Result<(), Refusal> {
        if !self.is_active(now) {
            return Err(Refusal::Expired);
        }
        let full = |limit: Option<i64>, used: i64| limit.is_some_and(|limit| limit <= used);
        let used_up = full(self.redeems, self.redeemed)
            || full(self.redeems_of_coupon, uses.of_coupon)
            || full(self.redeems_of_player, uses.of_campaign);
        if used_up { Err(Refusal::UsedUp) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn campaign() -> Campaign {
        Campaign {
            id: CampaignId::new(1).unwrap(),
            project: ProjectId::new(2).unwrap(),
            code: "spring".into(),
            names: Localized::default(),
            redeems: None,
            redeems_of_coupon: None,
            redeems_of_player: None,
            expires_at: None,
            virtual_currency: 0,
            items: vec![],
            subscription: SubscriptionCoupon::default(),
            redeemed: 0,
        }
    }

    fn uses(of_coupon: i64, of_campaign: i64) -> Uses {
        Uses { of_coupon, of_campaign }
    }

    #[test]
    fn limits() {
        let many = uses(1_000, 1_000);
        assert_eq!(Campaign { redeemed: 1_000, ..campaign() }.admit(many, Time(0)), Ok(()));
        let all = Campaign { redeems: Some(3), ..campaign() };
        for (redeemed, left, allowed) in [(0, 3, true), (2, 1, true), (3, 0, false), (4, 0, false)] {
            let c = Campaign { redeemed, ..all.clone() };
            assert_eq!((c.remaining(), c.admit(uses(0, 0), Time(0)).is_ok()), (Some(left), allowed), "{redeemed}");
        }
        let coupon = Campaign { redeems_of_coupon: Some(1), ..campaign() };
        assert_eq!(coupon.admit(uses(0, 5), Time(0)), Ok(()));
        assert_eq!(coupon.admit(uses(1, 1), Time(0)), Err(Refusal::UsedUp));
        let player = Campaign { redeems_of_player: Some(2), ..campaign() };
        assert_eq!(player.admit(uses(0, 1), Time(0)), Ok(()));
        assert_eq!(player.admit(uses(0, 2), Time(0)), Err(Refusal::UsedUp));
    }

    #[test]
    fn its_promotions_add_to_what_it_gives() {
        use crate::promotion::{Period, Rewards, Subject};
        let c = Campaign { virtual_currency: 100, items: vec![("hat".into(), 1)], ..campaign() };
        let promotion = Promotion {
            id: crate::id::PromotionId::new(1).unwrap(),
            project: c.project,
            technical_name: String::new(),
            name: Localized::default(),
            description: Localized::default(),
            label: Localized::default(),
            enabled_since: Some(Time(0)),
            ran: false,
            subject: Subject::default(),
            payment_systems: vec![],
            periods: vec![Period { from: Time(0), to: Some(Time(10)) }],
            rewards: Rewards {
                bonus_amount: Some(50),
                item_bonuses: vec![("hat".into(), 2), ("egg".into(), 1)],
                ..Rewards::default()
            },
            campaigns: vec![c.id],
        };
        let open = Promotion { campaigns: vec![], ..promotion.clone() };
        let limited = Promotion { payment_systems: vec![24], ..promotion.clone() };
        let all = [&promotion, &open, &limited];
        let reward = c.reward(all, Time(5));
        assert_eq!(reward.virtual_currency, 150);
        assert_eq!(reward.items, [("hat".to_string(), 3), ("egg".to_string(), 1)]);
        assert_eq!(c.reward(all, Time(10)), Reward { virtual_currency: 100, items: c.items.clone() });
    }

    #[test]
    fn its_end() {
        let c = Campaign { expires_at: Some(Time(10)), redeems: Some(0), ..campaign() };
        assert_eq!(c.admit(uses(0, 0), Time(9)), Err(Refusal::UsedUp));
        assert_eq!(c.admit(uses(0, 0), Time(10)), Err(Refusal::Expired), "the end is told before the limit");
        assert!(c.is_active(Time(9)) && !c.is_active(Time(10)));
    }
}
