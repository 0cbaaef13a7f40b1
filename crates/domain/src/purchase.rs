//! What is bought from a catalogue: what a token wishes for, and the lines of
//! the order that comes of it.
//!
//! A wish names things and never a price. Prices, promotions and limits are the
//! server's, and an order freezes them.

use crate::coupon;
use crate::id::{ItemId, PromotionId};
use crate::money::{Currency, Money, MoneyError};
use crate::virtual_currency::HUNDREDTHS;
use std::fmt;

/// What a game asks to sell, before it has a price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Items by SKU, with how many of each.
    Items(Vec<(String, i64)>),
    /// So many hundredths of the project's virtual currency.
    VirtualCurrency(i64),
    /// Keys of games by SKU, with where each is redeemed if the game said so.
    Keys(Vec<(String, Option<String>)>),
    /// Whatever has these SKUs, with how many of each: items, packages of
    /// virtual currency, keys of games.
    Skus(Vec<(String, i64)>),
    /// A subscription to a plan, by the plan's external id.
    Plan {
        /// The plan.
        external_id: String,
        /// Days without charge, for a plan that has no trial of its own.
        trial_days: Option<i64>,
    },
}

/// Wishes, with the currency the game wants each reckoned in; none means the
/// one that the player prefers or the catalogue's own.
pub type Wishes = Vec<(Wish, Option<Currency>)>;

/// What the player chose on the page, where the token leaves a choice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Where a key is redeemed, by the key's place among those of the token.
    pub places: Vec<(usize, String)>,
    /// What is bought, where the token asks for nothing.
    pub goods: Option<Wish>,
    /// The code of a coupon, where the token has none.
    pub coupon: Option<String>,
    /// The country to pay from. Whether it is one, and counts, says
    /// [`crate::region`].
    pub country: Option<String>,
    /// The code of the currency to pay in; the same holds for it.
    pub currency: Option<String>,
    /// Who plays, where the token lets the page say so.
    pub player: Option<String>,
}

impl Choice {
    /// The wishes of a token, with what the player chose. What the token says
    /// already is not the player's to choose.
    pub fn apply(&self, mut wishes: Wishes) -> Wishes {
        if wishes.is_empty() {
            wishes.extend(self.goods.clone().map(|goods| (goods, None)));
        }
        let keys = wishes.iter_mut().filter_map(|(wish, _)| match wish {
            Wish::Keys(keys) => Some(keys),
            _ => None,
        });
        for (index, (_, place)) in keys.flatten().enumerate() {
            if place.is_none() {
                *place = self.places.iter().find(|(i, _)| *i == index).map(|(_, place)| place.clone());
            }
        }
        wishes
    }
}

/// What a line of an order sells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LineKind {
    /// Pieces of an item.
    Item,
    /// Hundredths of the virtual currency.
    VirtualCurrency,
    /// A key of a game.
    Key,
    /// A subscription.
    Plan,
    /// Pieces of a bundle. What is in it stands in lines of its own.
    Bundle,
}

impl LineKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Item, Self::VirtualCurrency, Self::Key, Self::Plan, Self::Bundle];

    /// Its name in the database.
    pub fn name(self) -> &'static str {
        match self {
            LineKind::Item => "item",
            LineKind::VirtualCurrency => "virtual_currency",
            LineKind::Key => "key",
            LineKind::Plan => "plan",
            LineKind::Bundle => "bundle",
        }
    }

    /// The kind of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.name() == name)
    }
}

/// A line of an order, as it was when the order was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it sells.
    pub kind: LineKind,
    /// The number of the item, package, game or plan; none for an amount of
    /// virtual currency that is no package.
    pub reference: Option<i64>,
    /// Its SKU; the external id of a plan, empty where there is none.
    pub sku: String,
    /// What it was called, in the player's language.
    pub name: String,
    /// How many: pieces, or hundredths of virtual currency. Above zero.
    pub quantity: i64,
    /// Where a key is redeemed, the trial days of a plan, or how many packages
    /// of virtual currency are bought, unless it is one.
    pub detail: Option<String>,
    /// What all of the line costs. Zero for what a promotion adds.
    pub price: Money,
    /// What it would cost without promotions.
    pub full_price: Money,
    /// The promotion that lowered the price or added the line.
    pub promotion: Option<PromotionId>,
    /// The bundle that this is in, which has a line before this one. It costs
    /// nothing by itself.
    pub bundle: Option<ItemId>,
}

impl Line {
    /// How many of what it names: pieces, packages, keys, and of virtual currency
    /// that is no package whole units.
    pub fn pieces(&self) -> i64 {
        match self.kind {
            LineKind::VirtualCurrency if self.reference.is_none() => (self.quantity / HUNDREDTHS).max(1),
            LineKind::VirtualCurrency => self.detail.as_deref().and_then(|n| n.parse().ok()).unwrap_or(1),
            LineKind::Item | LineKind::Key | LineKind::Plan | LineKind::Bundle => self.quantity,
        }
    }

    /// Whether it was added for nothing to what was bought.
    pub fn is_bonus(&self) -> bool {
        self.full_price.minor == 0
            && !self.is_content()
            && (self.promotion.is_some() || (self.kind == LineKind::VirtualCurrency && self.reference.is_none()))
    }

    /// Whether it is part of a bundle that was bought.
    pub fn is_content(&self) -> bool {
        self.bundle.is_some()
    }

    /// Whether the player asked for it: it came neither with something else nor
    /// on top of it.
    pub fn is_asked(&self) -> bool {
        !self.is_bonus() && !self.is_content()
    }
}

/// What the lines cost together; an error when they mix currencies or do not
/// fit. `None` for no lines.
pub fn total(lines: &[Line]) -> Result<Option<Money>, MoneyError> {
    let mut prices = lines.iter().map(|l| l.price);
    let Some(first) = prices.next() else { return Ok(None) };
    prices.try_fold(first, Money::plus).map(Some)
}

/// Why something cannot be sold now. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The catalogue has no such thing, or no longer.
    NotFound(String),
    /// A game that names no place to redeem its key.
    NoDrm(String),
    /// It is not sold, or not to this player.
    NotForSale(String),
    /// It has no price in money, or not in one currency with the rest.
    NoPrice(String),
    /// The player may not have more of it.
    Limit(String),
    /// It can be had once, and the player has it.
    Owned(String),
    /// None are left.
    SoldOut(String),
    /// Less than is sold for.
    TooLittle(String),
    /// More than can be bought at once, or what cannot be counted so.
    Quantity(String),
    /// The coupon does not hold, with why; it is not known if nothing is said.
    Coupon(Option<coupon::Refusal>),
    /// A price or an offer changed since the page showed it.
    Changed,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::NotFound(what) => write!(f, "{what} is not in the catalogue"),
            Refusal::NoDrm(what) => write!(f, "{what} has no DRM"),
            Refusal::NotForSale(what) => write!(f, "{what} is not for sale to this player"),
            Refusal::NoPrice(what) => write!(f, "{what} has no price in the currency of this purchase"),
            Refusal::Limit(what) => write!(f, "the player may not buy more of {what}"),
            Refusal::Owned(what) => write!(f, "the player has {what} already"),
            Refusal::SoldOut(what) => write!(f, "{what} is sold out"),
            Refusal::TooLittle(what) => write!(f, "{what} is not sold for so little"),
            Refusal::Quantity(what) => write!(f, "{what} is not sold in this quantity"),
            Refusal::Coupon(None) => f.write_str("the coupon cannot be used: it is not known"),
            Refusal::Coupon(Some(why)) => write!(f, "the coupon cannot be used: {why}"),
            Refusal::Changed => f.write_str("the offer changed since it was shown"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(minor: i64, code: &str) -> Line {
        let price = Money::new(minor, Currency::from_code(code).unwrap());
        Line {
            kind: LineKind::Item,
            reference: Some(1),
            sku: "sword".into(),
            name: "Sword".into(),
            quantity: 1,
            detail: None,
            price,
            full_price: price,
            promotion: None,
            bundle: None,
        }
    }

    #[test]
    fn totals() {
        assert_eq!(total(&[]), Ok(None));
        assert_eq!(total(&[line(199, "USD"), line(1, "USD")]), Ok(Some(line(200, "USD").price)));
        assert_eq!(total(&[line(199, "USD"), line(1, "EUR")]), Err(MoneyError::Mixed));
        assert_eq!(total(&[line(i64::MAX, "USD"), line(1, "USD")]), Err(MoneyError::Overflow));
    }

    #[test]
    fn the_player_chooses_only_what_is_left_open() {
        let keys = |all: &[(&str, Option<&str>)]| {
            let all = all.iter().map(|(sku, place)| (sku.to_string(), place.map(str::to_string)));
            vec![(Wish::Items(vec![]), None), (Wish::Keys(all.collect()), None)]
        };
        let places = vec![(0, "gog".into()), (1, "gog".into()), (9, "gog".into())];
        let choice = Choice { places, goods: Some(Wish::VirtualCurrency(100)), ..Choice::default() };
        let wishes = keys(&[("a", Some("steam")), ("b", None), ("c", None)]);
        assert_eq!(choice.apply(wishes), keys(&[("a", Some("steam")), ("b", Some("gog")), ("c", None)]));
        assert_eq!(choice.apply(vec![]), [(Wish::VirtualCurrency(100), None)]);
    }

    #[test]
    fn pieces() {
        let five = Line { quantity: 5, ..line(100, "USD") };
        assert_eq!((five.pieces(), five.is_bonus()), (5, false));
        let packages = Line { kind: LineKind::VirtualCurrency, detail: Some("3".into()), ..five.clone() };
        assert_eq!((packages.pieces(), packages.is_bonus()), (3, false));
        let one = Line { detail: None, ..packages };
        assert_eq!(one.pieces(), 1);
        let nothing = |l: Line| Line { full_price: Money::zero(l.price.currency), ..l };
        assert!(!nothing(five.clone()).is_bonus(), "an item that is free");
        assert!(nothing(Line { promotion: PromotionId::new(1), ..five }).is_bonus());
        assert!(nothing(Line { reference: None, ..one.clone() }).is_bonus());
        let inside = nothing(Line { reference: None, bundle: ItemId::new(7), ..one });
        assert!(!inside.is_bonus() && inside.is_content() && !inside.is_asked());
        assert!(line(100, "USD").is_asked());
    }

    #[test]
    fn names() {
        for kind in LineKind::ALL {
            assert_eq!(LineKind::from_name(kind.name()), Some(kind));
        }
    }
}
