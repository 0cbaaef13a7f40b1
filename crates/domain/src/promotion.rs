//! Promotions: when one runs, what it is about, and what it makes of a price.

use crate::id::{CampaignId, GameId, PackageId, PlanId, ProjectId, PromotionId};
use crate::localized::Localized;
use crate::money::Money;
use crate::time::Time;

/// A stretch of time in which a promotion runs: from `from` on, and before `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period {
    /// Its first instant.
    pub from: Time,
    /// The first instant after it; none for a period without an end.
    pub to: Option<Time>,
}

impl Period {
    /// Whether `now` lies in it.
    pub fn holds(self, now: Time) -> bool {
        self.from <= now && !self.is_over(now)
    }

    /// Whether it has ended.
    pub fn is_over(self, now: Time) -> bool {
        self.to.is_some_and(|to| to <= now)
    }
}

/// What is wrong with one period of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeriodFault {
    /// It ends before it has begun.
    Backwards,
    /// It begins before an earlier one, by time, has ended.
    Overlaps,
}

/// The periods that cannot be, by their place in the list.
pub fn period_faults(periods: &[Period]) -> Vec<(usize, PeriodFault)> {
    let mut by_time: Vec<usize> = (0..periods.len()).collect();
    by_time.sort_by_key(|i| periods[*i]);
    let mut faults = Vec::new();
    let mut busy_until = Some(Time(i64::MIN));
    for i in by_time {
        let Period { from, to } = periods[i];
        if to.is_some_and(|to| to <= from) {
            faults.push((i, PeriodFault::Backwards));
            continue;
        }
        if busy_until.is_none_or(|busy| from < busy) {
            faults.push((i, PeriodFault::Overlaps));
        }
        // No end is the latest of all.
        busy_until = busy_until.and_then(|busy| to.map(|to| to.max(busy)));
    }
    faults.sort_by_key(|(i, _)| *i);
    faults
}

/// What a promotion is about. What is sold is covered when any part names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// Whatever is bought.
    pub purchase: bool,
    /// Items, by SKU.
    pub items: Vec<String>,
    /// Packages of virtual currency. They need not exist.
    pub packages: Vec<PackageId>,
    /// Subscription plans.
    pub plans: Plans,
    /// Games sold by key: the digital contents of the published API.
    pub games: Vec<GameId>,
}

/// Which plans a promotion is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Plans {
    /// None.
    #[default]
    None,
    /// Every one, whenever it was made.
    All,
    /// These.
    These(Vec<PlanId>),
}

impl Subject {
    /// Whether it names nothing.
    pub fn is_empty(&self) -> bool {
        *self == Subject::default()
    }

    /// Whether it is about something sold.
    pub fn covers(&self, sold: Sold<'_>) -> bool {
        self.purchase
            || match sold {
                Sold::Item(sku) => self.items.iter().any(|s| s == sku),
                Sold::Package(id) => self.packages.contains(&id),
                Sold::Plan(id) => match &self.plans {
                    Plans::None => false,
                    Plans::All => true,
                    Plans::These(plans) => plans.contains(&id),
                },
                Sold::Game(id) => self.games.contains(&id),
                Sold::Amount => false,
            }
    }
}

/// Something that is sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sold<'a> {
    /// An item, by SKU.
    Item(&'a str),
    /// A package of virtual currency.
    Package(PackageId),
    /// A subscription plan.
    Plan(PlanId),
    /// A game sold by key.
    Game(GameId),
    /// What only the game knows: an amount to be paid, or virtual currency
    /// outside of any package.
    Amount,
}

/// What a promotion gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rewards {
    /// Percent off whatever the promotion is about, 1..=100.
    pub purchase_discount: Option<i64>,
    /// Virtual currency on top of a package, in percent of the package.
    pub bonus_percent: Option<i64>,
    /// Virtual currency on top of what is bought, in hundredths.
    pub bonus_amount: Option<i64>,
    /// Items that are cheaper, whatever the promotion is about.
    pub item_discounts: Vec<ItemDiscount>,
    /// Items on top of what is bought.
    pub item_bonuses: Vec<Pieces>,
    /// Days before a plan is charged for the first time.
    pub trial_days: Option<i64>,
}

impl Rewards {
    /// Whether it gives nothing.
    pub fn is_empty(&self) -> bool {
        *self == Rewards::default()
    }
}

/// An item, by SKU, and how many of it.
pub type Pieces = (String, i64);

/// An item that is cheaper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemDiscount {
    /// Which.
    pub sku: String,
    /// Percent off, 1..=100.
    pub percent: i64,
    /// How many pieces of one purchase are cheaper; none for all.
    pub max_amount: Option<i64>,
}

/// A promotion of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promotion {
    /// Its number.
    pub id: PromotionId,
    /// Whose offers it is about.
    pub project: ProjectId,
    /// What the merchant calls it; never shown to players.
    pub technical_name: String,
    /// What players see it called.
    pub name: Localized,
    /// What players are told of it.
    pub description: Localized,
    /// What stands beside the offers it is about.
    pub label: Localized,
    /// Since when it is enabled, if it is.
    pub enabled_since: Option<Time>,
    /// Whether it ran before `enabled_since`, or with other periods.
    pub ran: bool,
    /// What it is about.
    pub subject: Subject,
    /// The ways to pay it is limited to; empty for any.
    pub payment_systems: Vec<i64>,
    /// When it runs, while it is enabled. They do not overlap.
    pub periods: Vec<Period>,
    /// What it gives.
    pub rewards: Rewards,
    /// Coupon promotions whose coupons give these rewards. With any, the
    /// promotion is for players with such a coupon only.
    pub campaigns: Vec<CampaignId>,
}

/// What a promotion lacks before it can be enabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// It is about nothing, and no coupon leads to it.
    Subject,
    /// It will never run.
    Periods,
    /// It gives nothing.
    Rewards,
}

impl Promotion {
    /// Whether it runs now.
    pub fn is_active(&self, now: Time) -> bool {
        self.enabled_since.is_some() && self.periods.iter().any(|p| p.holds(now))
    }

    /// Whether it runs or ever ran: from then on its project and its ways to pay
    /// stay, and periods are only added.
    pub fn is_read_only(&self, now: Time) -> bool {
        let ran = |since: Time| self.periods.iter().any(|p| p.from <= now && !p.is_over(since));
        self.ran || self.enabled_since.is_some_and(ran)
    }

    /// What it lacks.
    pub fn lacks(&self, now: Time) -> Vec<Lack> {
        [
            (self.subject.is_empty() && self.campaigns.is_empty(), Lack::Subject),
            (self.periods.iter().all(|p| p.is_over(now)), Lack::Periods),
            (self.rewards.is_empty(), Lack::Rewards),
        ]
        .into_iter()
        .filter_map(|(lacks, what)| lacks.then_some(what))
        .collect()
    }

    /// Enables it, or disables it; refused with what it lacks to be enabled.
    pub fn toggle(&mut self, now: Time) -> Result<(), Vec<Lack>> {
        if self.enabled_since.is_some() {
            self.ran = self.is_read_only(now);
            self.enabled_since = None;
            return Ok(());
        }
        let lacks = self.lacks(now);
        if lacks.is_empty() {
            self.enabled_since = Some(now);
            Ok(())
        } else {
            Err(lacks)
        }
    }

    /// When it next starts or stops, while it is enabled.
    pub fn next_change(&self, now: Time) -> Option<Time> {
        self.enabled_since?;
        let bounds = self.periods.iter().flat_map(|p| [Some(p.from), p.to]);
        bounds.flatten().filter(|t| *t > now).min()
    }

    /// Whether it holds for someone who pays this way and has coupons of these
    /// coupon promotions. No way to pay is one that was not chosen yet: then
    /// only promotions count that hold for all.
    pub fn is_for(&self, method: Option<i64>, coupons: &[CampaignId]) -> bool {
        let method = self.payment_systems.is_empty() || method.is_some_and(|m| self.payment_systems.contains(&m));
        method && (self.campaigns.is_empty() || self.campaigns.iter().any(|c| coupons.contains(c)))
    }

    /// Whether it is about something sold: a coupon's promotion that names
    /// nothing is about everything.
    pub fn covers(&self, sold: Sold<'_>) -> bool {
        self.subject.covers(sold) || (self.subject.is_empty() && !self.campaigns.is_empty())
    }

    fn discount(&self, sold: Sold<'_>) -> Option<Discount> {
        let whole = self.rewards.purchase_discount.filter(|_| self.covers(sold));
        let whole = whole.map(|percent| Discount { percent, pieces: None });
        let own = |d: &&ItemDiscount| sold == Sold::Item(&d.sku);
        let own = self.rewards.item_discounts.iter().filter(own);
        own.map(|d| Discount { percent: d.percent, pieces: d.max_amount }).chain(whole).max_by_key(|d| d.rank())
    }
}

/// Percent off a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Discount {
    /// 1..=100.
    pub percent: i64,
    /// How many pieces of one purchase are cheaper; none for all.
    pub pieces: Option<i64>,
}

impl Discount {
    /// The larger is the better for the player; of equal ones, that for more
    /// pieces.
    fn rank(self) -> (i64, i64) {
        (self.percent, self.pieces.unwrap_or(i64::MAX))
    }

    /// What one piece costs with it, half a minor unit rounded up.
    pub fn of_one(self, price: Money) -> Money {
        Money::new(less(price.minor, self.percent), price.currency)
    }

    /// What `quantity` pieces cost of which each costs `price` without it;
    /// `None` when nobody could pay that.
    pub fn of(self, price: Money, quantity: i64) -> Option<Money> {
        Some(Money::new(self.of_all(price.minor, self.of_one(price).minor, quantity)?, price.currency))
    }

    /// Pieces of which each costs `price`, or `reduced` as long as the discount
    /// is for it.
    fn of_all(self, price: i64, reduced: i64, quantity: i64) -> Option<i64> {
        let cheaper = self.pieces.map_or(quantity, |most| most.min(quantity));
        let full = price.checked_mul(quantity - cheaper)?;
        reduced.checked_mul(cheaper)?.checked_add(full)
    }

    /// What one piece costs in virtual currency, in hundredths; a currency
    /// without fractions stays without.
    pub fn of_virtual(self, price: i64, whole_units: bool) -> i64 {
        if whole_units { less(price / 100, self.percent) * 100 } else { less(price, self.percent) }
    }

    /// The same of `quantity` pieces; `None` when nobody could pay that.
    pub fn of_virtual_pieces(self, price: i64, quantity: i64, whole_units: bool) -> Option<i64> {
        self.of_all(price, self.of_virtual(price, whole_units), quantity)
    }
}

/// `amount`, at least zero, less so many percent, half rounded up.
fn less(amount: i64, percent: i64) -> i64 {
    let exact = i128::from(amount) * i128::from(100 - percent);
    // Not more than `amount`, so it fits.
    i64::try_from((exact + 50) / 100).unwrap_or(amount)
}

/// What promotions make of something sold, all of them together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bargain<'a> {
    /// The largest of their discounts, and whose it is.
    pub discount: Option<(Discount, PromotionId)>,
    /// Virtual currency on top, in percent of a package: the sum.
    pub bonus_percent: i64,
    /// Virtual currency on top, in hundredths: the sum.
    pub bonus_amount: i64,
    /// Items on top: of each SKU the sum.
    pub bonus_items: Vec<BonusItem<'a>>,
    /// Days before a plan is first charged: the longest.
    pub trial_days: Option<i64>,
    /// The label of the oldest promotion that has one.
    pub label: Option<&'a Localized>,
}

/// An item on top of what is bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BonusItem<'a> {
    /// Which.
    pub sku: &'a str,
    /// How many.
    pub quantity: i64,
    /// The oldest promotion that gives it.
    pub promotion: PromotionId,
}

impl Bargain<'_> {
    /// The virtual currency on top of a package of `quantity`, both in
    /// hundredths, rounded down to whole units where there are no fractions.
    pub fn bonus_on(&self, quantity: i64, whole_units: bool) -> i64 {
        let exact = i128::from(quantity) * i128::from(self.bonus_percent) / 100 + i128::from(self.bonus_amount);
        let bonus = i64::try_from(exact).unwrap_or(i64::MAX);
        if whole_units { bonus / 100 * 100 } else { bonus }
    }

    /// The price of one piece.
    pub fn price(&self, price: Money) -> Money {
        self.discount.map_or(price, |(discount, _)| discount.of_one(price))
    }
}

/// What these promotions, which all run and hold for the buyer, make of
/// something sold. Of several discounts the largest counts, bonuses add up.
pub fn bargain<'a>(promotions: impl IntoIterator<Item = &'a Promotion>, sold: Sold<'_>) -> Bargain<'a> {
    let mut all = Bargain::default();
    for p in promotions {
        let discount = p.discount(sold);
        let better = |d: &Discount| all.discount.is_none_or(|(best, _)| best.rank() < d.rank());
        all.discount = discount.filter(better).map(|d| (d, p.id)).or(all.discount);
        let covers = p.covers(sold);
        if covers {
            all.bonus_percent = all.bonus_percent.saturating_add(p.rewards.bonus_percent.unwrap_or(0));
            all.bonus_amount = all.bonus_amount.saturating_add(p.rewards.bonus_amount.unwrap_or(0));
            all.trial_days = all.trial_days.max(p.rewards.trial_days);
            for (sku, quantity) in &p.rewards.item_bonuses {
                match all.bonus_items.iter_mut().find(|b| b.sku == sku) {
                    Some(b) => b.quantity = b.quantity.saturating_add(*quantity),
                    None => all.bonus_items.push(BonusItem { sku, quantity: *quantity, promotion: p.id }),
                }
            }
        }
        if (covers || discount.is_some()) && !p.label.is_empty() {
            all.label = all.label.or(Some(&p.label));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;
    use proptest::prelude::*;

    fn promotion(id: i64) -> Promotion {
        Promotion {
            id: PromotionId::new(id).unwrap(),
            project: ProjectId::new(1).unwrap(),
            technical_name: "sale".into(),
            name: Localized::default(),
            description: Localized::default(),
            label: Localized::default(),
            enabled_since: Some(Time(0)),
            ran: false,
            subject: Subject::default(),
            payment_systems: vec![],
            periods: vec![period(10, Some(20))],
            rewards: Rewards::default(),
            campaigns: vec![],
        }
    }

    fn period(from: i64, to: Option<i64>) -> Period {
        Period { from: Time(from), to: to.map(Time) }
    }

    fn campaign(id: i64) -> CampaignId {
        CampaignId::new(id).unwrap()
    }

    fn usd(minor: i64) -> Money {
        Money::new(minor, Currency::from_code("USD").unwrap())
    }

    #[test]
    fn it_runs_while_enabled_in_a_period() {
        let mut p = promotion(1);
        p.periods.push(period(30, None));
        let runs = |p: &Promotion| (0..40).filter(|t| p.is_active(Time(*t))).collect::<Vec<_>>();
        assert_eq!(runs(&p), (10..20).chain(30..40).collect::<Vec<_>>());
        assert_eq!(p.next_change(Time(0)), Some(Time(10)));
        assert_eq!(p.next_change(Time(10)), Some(Time(20)));
        assert_eq!(p.next_change(Time(30)), None);
        p.enabled_since = None;
        assert_eq!(runs(&p), [0_i64; 0]);
        assert_eq!(p.next_change(Time(0)), None);
    }

    #[test]
    fn whatever_ran_once_is_read_only() {
        let p = promotion(1);
        assert!(!p.is_read_only(Time(9)));
        assert!(p.is_read_only(Time(10)) && p.is_read_only(Time(99)));
        // Enabled after its only period: it never ran.
        assert!(!Promotion { enabled_since: Some(Time(20)), ..promotion(1) }.is_read_only(Time(30)));
        let mut p = promotion(1);
        p.subject.purchase = true;
        p.rewards.purchase_discount = Some(10);
        assert_eq!(p.toggle(Time(5)), Ok(()));
        assert!(p.enabled_since.is_none() && !p.is_read_only(Time(15)), "it was disabled all the time");
        assert_eq!(p.toggle(Time(15)), Ok(()));
        assert_eq!(p.toggle(Time(16)), Ok(()));
        assert!(p.enabled_since.is_none() && p.is_read_only(Time(16)), "it ran for a moment");
        assert_eq!(p.toggle(Time(20)), Err(vec![Lack::Periods]));
    }

    #[test]
    fn what_it_lacks() {
        let empty = Promotion { enabled_since: None, periods: vec![], ..promotion(1) };
        assert_eq!(empty.lacks(Time(0)), [Lack::Subject, Lack::Periods, Lack::Rewards]);
        let coupons = Promotion { campaigns: vec![campaign(1)], ..promotion(1) };
        assert_eq!(coupons.lacks(Time(20)), [Lack::Periods, Lack::Rewards]);
    }

    #[test]
    fn periods_that_cannot_be() {
        use PeriodFault::{Backwards, Overlaps};
        for (periods, faults) in [
            (vec![], vec![]),
            (vec![period(5, Some(6)), period(1, Some(5)), period(6, None)], vec![]),
            (vec![period(5, Some(5))], vec![(0, Backwards)]),
            (vec![period(5, Some(4))], vec![(0, Backwards)]),
            (vec![period(3, Some(9)), period(1, Some(4))], vec![(0, Overlaps)]),
            (vec![period(1, None), period(9, None)], vec![(1, Overlaps)]),
            (vec![period(1, Some(9)), period(2, Some(3)), period(8, Some(9))], vec![(1, Overlaps), (2, Overlaps)]),
            (vec![period(1, Some(2)), period(1, Some(2))], vec![(1, Overlaps)]),
        ] {
            assert_eq!(period_faults(&periods), faults, "{periods:?}");
        }
    }

    #[test]
    fn what_is_covered() {
        let subject = Subject {
            items: vec!["sword".into()],
            packages: vec![PackageId::new(1).unwrap()],
            plans: Plans::These(vec![PlanId::new(2).unwrap()]),
            games: vec![GameId::new(3).unwrap()],
            ..Subject::default()
        };
        let covered = |s: &Subject| {
            [1, 2, 3].map(|n| {
                [
                    s.covers(Sold::Package(PackageId::new(n).unwrap())),
                    s.covers(Sold::Plan(PlanId::new(n).unwrap())),
                    s.covers(Sold::Game(GameId::new(n).unwrap())),
                ]
            })
        };
        assert_eq!(covered(&subject), [[true, false, false], [false, true, false], [false, false, true]]);
        assert!(subject.covers(Sold::Item("sword")) && !subject.covers(Sold::Item("Sword")));
        assert!(!subject.covers(Sold::Amount));
        assert_eq!(covered(&Subject { plans: Plans::All, ..Subject::default() }), [[false, true, false]; 3]);
        let all = Subject { purchase: true, ..Subject::default() };
        assert_eq!(covered(&all), [[true; 3]; 3]);
        assert!(all.covers(Sold::Amount) && all.covers(Sold::Item("x")));
    }

    #[test]
    fn who_gets_it() {
        let mut p = promotion(1);
        assert!(p.is_for(None, &[]) && p.is_for(Some(24), &[]));
        p.payment_systems = vec![24];
        assert!(!p.is_for(None, &[]) && !p.is_for(Some(1380), &[]) && p.is_for(Some(24), &[]));
        p.campaigns = vec![campaign(5)];
        assert!(!p.is_for(Some(24), &[]) && !p.is_for(Some(24), &[campaign(6)]));
        assert!(p.is_for(Some(24), &[campaign(6), campaign(5)]));
        assert!(p.covers(Sold::Amount), "a coupon without a subject is good for everything");
        p.subject.items = vec!["sword".into()];
        assert!(!p.covers(Sold::Amount) && p.covers(Sold::Item("sword")));
    }

    #[test]
    fn the_largest_discount_wins_and_bonuses_add_up() {
        let mut sale = promotion(1);
        sale.subject.purchase = true;
        sale.rewards = Rewards {
            purchase_discount: Some(10),
            bonus_percent: Some(5),
            bonus_amount: Some(100),
            item_bonuses: vec![("rabbit".into(), 1)],
            trial_days: Some(3),
            ..Rewards::default()
        };
        let mut swords = promotion(2);
        swords.label = Localized::of("en", "Swords!");
        swords.subject.items = vec!["sword".into()];
        swords.rewards = Rewards {
            bonus_percent: Some(10),
            item_discounts: vec![
                ItemDiscount { sku: "sword".into(), percent: 30, max_amount: Some(2) },
                ItemDiscount { sku: "axe".into(), percent: 5, max_amount: None },
            ],
            item_bonuses: vec![("rabbit".into(), 2), ("hat".into(), 1)],
            trial_days: Some(7),
            ..Rewards::default()
        };
        let both = [&sale, &swords];
        let sword = bargain(both, Sold::Item("sword"));
        assert_eq!(sword.discount, Some((Discount { percent: 30, pieces: Some(2) }, swords.id)));
        assert_eq!((sword.bonus_percent, sword.bonus_amount), (15, 100));
        let bonus = |sku, quantity, of: &Promotion| BonusItem { sku, quantity, promotion: of.id };
        assert_eq!(sword.bonus_items, [bonus("rabbit", 3, &sale), bonus("hat", 1, &swords)]);
        assert_eq!((sword.trial_days, sword.label), (Some(7), Some(&swords.label)));
        let axe = bargain(both, Sold::Item("axe"));
        assert_eq!(axe.discount, Some((Discount { percent: 10, pieces: None }, sale.id)));
        assert_eq!(axe.label, Some(&swords.label), "its discount is smaller, but it is offered");
        assert_eq!(bargain(both, Sold::Amount).bonus_items, [bonus("rabbit", 1, &sale)]);
        assert_eq!(bargain([], Sold::Amount), Bargain::default());
    }

    #[test]
    fn prices() {
        let d = |percent, pieces| Discount { percent, pieces };
        assert_eq!(d(20, None).of_one(usd(499)), usd(399));
        assert_eq!(d(50, None).of_one(usd(1)), usd(1), "half a cent is rounded up");
        assert_eq!(d(100, None).of_one(usd(i64::MAX)), usd(0));
        assert_eq!(d(50, Some(2)).of(usd(100), 5), Some(usd(400)));
        assert_eq!(d(50, Some(9)).of(usd(100), 5), Some(usd(250)));
        assert_eq!(d(1, None).of(usd(i64::MAX), 2), None);
        assert_eq!(d(25, None).of_virtual(200, false), 150);
        assert_eq!(d(25, None).of_virtual(200, true), 200, "1.5 units are 2");
        assert_eq!(d(25, None).of_virtual_pieces(200, 3, false), Some(450));
        assert_eq!(d(25, Some(2)).of_virtual_pieces(200, 3, false), Some(500), "the third at its full price");
        assert_eq!(d(25, Some(2)).of_virtual_pieces(i64::MAX / 2, 3, false), None);
        let b = Bargain { bonus_percent: 10, bonus_amount: 50, ..Bargain::default() };
        assert_eq!(b.bonus_on(1_000, false), 150);
        assert_eq!(b.bonus_on(1_000, true), 100);
        assert_eq!(Bargain { bonus_amount: i64::MAX, ..b }.bonus_on(i64::MAX, false), i64::MAX);
    }

    proptest! {
        #[test]
        fn a_discount_never_costs_more_nor_less_than_nothing(
            price in 0..=i64::MAX / 1_000,
            percent in 1..=100_i64,
            pieces in prop::option::of(1..50_i64),
            n in 1..100_i64,
        ) {
            let discount = Discount { percent, pieces };
            let one = discount.of_one(usd(price)).minor;
            prop_assert!((0..=price).contains(&one));
            let all = discount.of(usd(price), n).unwrap().minor;
            prop_assert!(all >= one * n && all <= price * n);
            prop_assert!((0..=price).contains(&discount.of_virtual(price, false)));
        }

        #[test]
        fn periods_without_faults_never_hold_two_at_once(
            bounds in prop::collection::vec((0..20_i64, prop::option::of(0..20_i64)), 0..6),
        ) {
            let periods: Vec<_> = bounds.into_iter().map(|(from, to)| period(from, to)).collect();
            if period_faults(&periods).is_empty() {
                for now in 0..25 {
                    prop_assert!(periods.iter().filter(|p| p.holds(Time(now))).count() <= 1);
                }
            }
        }
    }
}
