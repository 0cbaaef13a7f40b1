//! What a player can buy and own.

use crate::attribute::Condition;
use crate::decimal::Decimal;
use crate::id::{GameId, GroupId, ItemId};
use crate::localized::Localized;
use crate::money::Currency;
use std::collections::BTreeMap;

/// What owning an item means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// So many of it, which are used up.
    Consumable,
    /// For a time.
    Expiration,
    /// Forever.
    Permanent,
    /// Something to open, with a chance of prizes.
    Lootbox,
    /// Something that is sent by mail.
    Physical,
    /// Several things that are sold as one. Nobody owns it: players get what is
    /// in it.
    Bundle,
}

impl Kind {
    /// All of them, by their published names.
    pub const ALL: [(&'static str, Kind); 6] = [
        ("Consumable", Kind::Consumable),
        ("Expiration", Kind::Expiration),
        ("Permanent", Kind::Permanent),
        ("lootbox", Kind::Lootbox),
        ("Physical", Kind::Physical),
        ("bundle", Kind::Bundle),
    ];

    /// Its published name.
    pub fn name(self) -> &'static str {
        crate::name_of(&Kind::ALL, self)
    }

    /// The kind of a published name. Clients write it in any case, and know the
    /// lootbox in the plural too.
    pub fn of(name: &str) -> Option<Self> {
        let name = if name.eq_ignore_ascii_case("lootboxes") { "lootbox" } else { name };
        Kind::ALL.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, kind)| *kind)
    }
}

/// Something that is in a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Content {
    /// What.
    pub part: Part,
    /// How many: pieces, keys, or whole units of virtual currency. Above zero.
    pub quantity: i64,
}

impl Content {
    /// The game whose keys these are.
    pub fn game(&self) -> Option<GameId> {
        match self.part {
            Part::Key(game, _) => Some(game),
            Part::Item(_) | Part::Currency => None,
        }
    }
}

/// What can be in a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// An item that is no bundle.
    Item(ItemId),
    /// The virtual currency.
    Currency,
    /// A key of a game, to be redeemed in the place of this number.
    Key(GameId, i64),
}

/// Most entries of a bundle.
pub const MOST_CONTENT: usize = 100;

/// How an offer is praised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advertisement {
    /// "Most popular".
    Recommended,
    /// "Best deal".
    BestDeal,
    /// "Special offer".
    SpecialOffer,
}

impl Advertisement {
    /// All of them, by their published names.
    pub const ALL: [(&'static str, Advertisement); 3] = [
        ("recommended", Advertisement::Recommended),
        ("best_deal", Advertisement::BestDeal),
        ("special_offer", Advertisement::SpecialOffer),
    ];

    /// Its published name.
    pub fn name(self) -> &'static str {
        crate::name_of(&Advertisement::ALL, self)
    }

    /// The praise of a published name.
    pub fn of(name: &str) -> Option<Self> {
        crate::named(&Advertisement::ALL, name)
    }
}

/// An item of a project's catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// `item_id` on the wire.
    pub id: ItemId,
    /// The game's name of it; unique among the project's items that are not
    /// deleted, upper and lower case apart. See [`is_sku`].
    pub sku: String,
    /// Another name of the game's, which need not be unique.
    pub code: Option<String>,
    /// What owning it means.
    pub kind: Kind,
    /// What players call it.
    pub name: Localized,
    /// What it is, in short.
    pub description: Localized,
    /// What it is, at length.
    pub long_description: Localized,
    /// What it costs in money. None means that money does not buy it.
    pub prices: BTreeMap<Currency, Decimal>,
    /// The currency for players in whose currency it has no price: one of
    /// `prices`.
    pub default_currency: Option<Currency>,
    /// What it costs in virtual currency, in hundredths of a unit. `None` means
    /// that virtual currency does not buy it.
    pub vc_price: Option<i64>,
    /// Whether it is sold.
    pub enabled: bool,
    /// Whether a player may have it only once.
    pub permanent: bool,
    /// For how many seconds it is owned. Counts for [`Kind::Expiration`] only.
    pub expiration: Option<i64>,
    /// A picture: an address that begins with `https://`, `http://` or `//`.
    pub image_url: Option<String>,
    /// The groups it is in, by number.
    pub groups: Vec<GroupId>,
    /// Who is offered it.
    pub conditions: Vec<Condition>,
    /// How often a player may buy it.
    pub purchase_limit: Option<i64>,
    /// Words to find it by, by language.
    pub keywords: BTreeMap<String, Vec<String>>,
    /// How it is praised.
    pub advertisement: Option<Advertisement>,
    /// Whether lists of the Store API leave it out. It is sold all the same.
    pub hidden: bool,
    /// What is in it, of a bundle.
    pub content: Vec<Content>,
    /// Whether it is gone from the catalogue. Players keep what they have.
    pub deleted: bool,
}

impl Item {
    /// An item of this name with nothing else said of it.
    pub fn new(id: ItemId, sku: &str) -> Self {
        Item {
            id,
            sku: sku.into(),
            code: None,
            kind: Kind::Consumable,
            name: Localized::default(),
            description: Localized::default(),
            long_description: Localized::default(),
            prices: BTreeMap::new(),
            default_currency: None,
            vc_price: None,
            enabled: true,
            permanent: false,
            expiration: None,
            image_url: None,
            groups: vec![],
            conditions: vec![],
            purchase_limit: None,
            keywords: BTreeMap::new(),
            advertisement: None,
            hidden: false,
            content: vec![],
            deleted: false,
        }
    }

    /// Whether a player may have it only once.
    pub fn once_only(&self) -> bool {
        self.permanent || self.kind == Kind::Permanent
    }

    /// Whether being given it adds to what the player has, and nothing else: then
    /// what that is need not be known before.
    pub fn adds_up(&self) -> bool {
        self.lasts().is_none() && !self.once_only()
    }

    /// How often a player may buy it; `None` for without limit.
    pub fn most(&self) -> Option<i64> {
        if self.once_only() { Some(1) } else { self.purchase_limit }
    }

    /// For how many seconds a player owns it; `None` for good.
    pub fn lasts(&self) -> Option<i64> {
        self.expiration.filter(|_| self.kind == Kind::Expiration)
    }

    /// Its price in a currency if it has one, else in its default currency, else
    /// in the first by code.
    pub fn price(&self, wanted: Currency) -> Option<(Currency, Decimal)> {
        let of = |currency: Currency| self.prices.get(&currency).map(|price| (currency, *price));
        let first = || self.prices.first_key_value().map(|(currency, price)| (*currency, *price));
        of(wanted).or_else(|| self.default_currency.and_then(of)).or_else(first)
    }

    /// Whether its default currency, if it has one, is one of its prices, if it
    /// has any.
    pub fn default_currency_fits(&self) -> bool {
        self.prices.is_empty() || self.default_currency.is_none_or(|c| self.prices.contains_key(&c))
    }
}

/// Most characters of an SKU.
pub const SKU_LENGTH: usize = 255;

/// Whether `text` may name an item or a package: 1 to 255 Latin letters, digits,
/// dots, dashes and underscores.
pub fn is_sku(text: &str) -> bool {
    (1..=SKU_LENGTH).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skus() {
        for good in ["T-43-3-unique-id", "1468", "a.b_c", &"x".repeat(255)] {
            assert!(is_sku(good), "{good}");
        }
        for bad in ["", " ", "a b", "меч", "a/b", "a%", "a\n", &"x".repeat(256)] {
            assert!(!is_sku(bad), "{bad}");
        }
    }

    #[test]
    fn kinds() {
        for (name, kind) in Kind::ALL {
            assert_eq!((kind.name(), Kind::of(name)), (name, Some(kind)));
            assert_eq!(Kind::of(&name.to_uppercase()), Some(kind));
        }
        assert_eq!(Kind::of("Lootboxes"), Some(Kind::Lootbox));
        assert_eq!(Kind::of("thing"), None);
        for (name, praise) in Advertisement::ALL {
            assert_eq!((praise.name(), Advertisement::of(name)), (name, Some(praise)));
        }
    }

    #[test]
    fn prices_and_owning() {
        let [usd, eur, jpy] = ["USD", "EUR", "JPY"].map(|c| Currency::from_code(c).unwrap());
        let one = Decimal::whole(1).unwrap();
        let mut item = Item::new(ItemId::new(1).unwrap(), "a");
        assert!(item.default_currency_fits());
        assert_eq!(item.price(usd), None);
        item.prices.insert(usd, one);
        assert!(item.default_currency_fits());
        item.default_currency = Some(eur);
        assert!(!item.default_currency_fits());
        item.prices.insert(eur, Decimal::ZERO);
        assert!(item.default_currency_fits());
        assert_eq!(item.price(usd), Some((usd, one)));
        assert_eq!(item.price(jpy), Some((eur, Decimal::ZERO)));
        item.default_currency = None;
        assert!(item.default_currency_fits());
        assert_eq!(item.price(jpy), Some((eur, Decimal::ZERO)));

        item.expiration = Some(60);
        assert_eq!((item.lasts(), item.once_only()), (None, false));
        item.kind = Kind::Expiration;
        assert_eq!((item.lasts(), item.once_only()), (Some(60), false));
        item.kind = Kind::Permanent;
        assert_eq!((item.lasts(), item.once_only()), (None, true));
    }
}
