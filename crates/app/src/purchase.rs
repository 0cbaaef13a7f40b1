//! Buying from a catalogue: what a token's wishes cost. What is set aside while a
//! payment is under way, what the player gets once it is paid, and what goes back
//! with the money, is in [`handing`].
//!
//! All of it runs inside the transactions of [`crate::checkout`] and
//! [`crate::refund`]; nothing here has one of its own.

mod handing;

pub use handing::BoughtKey;
pub(crate) use handing::{bought_keys, fulfil, hold, missing_keys, release, reserve, revoke};
use handing::{items, stored_keys};

use crate::catalogue::{AtHand, Goods, Shelf};
use crate::checkout::{PageError, PayError};
use crate::subscription;
use coinslot_domain::attribute::{self, Access};
use coinslot_domain::cart;
use coinslot_domain::coupon::Coupon;
use coinslot_domain::game::{DRMS, Drm, Game};
use coinslot_domain::id::{CampaignId, ItemId, ProjectId, PromotionId};
use coinslot_domain::item::{Item, Kind, Part};
use coinslot_domain::merchant::Project;
use coinslot_domain::money::{Currency, Money};
use coinslot_domain::order::{Coins, Order, Player};
use coinslot_domain::promotion::{Bargain, Promotion, Sold, bargain};
use coinslot_domain::purchase::{Choice, Line, LineKind, Refusal, Wish, Wishes};
use coinslot_domain::region;
use coinslot_domain::time::Time;
use coinslot_domain::virtual_currency::{HUNDREDTHS, Package, Settings};
use coinslot_store::key::{self};
use coinslot_store::{StoreError, Tx, game, inventory, purchase};
use coinslot_wire::shop::order::CURRENCY_SKU;
use coinslot_wire::token::TokenBody;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Why a purchase did not begin.
#[derive(Debug)]
pub(crate) enum Refused {
    /// It cannot be sold now.
    Sale(Refusal),
    /// The database did not do it.
    Store(StoreError),
}

impl From<StoreError> for Refused {
    fn from(e: StoreError) -> Self {
        Refused::Store(e)
    }
}

impl From<Refusal> for Refused {
    fn from(why: Refusal) -> Self {
        Refused::Sale(why)
    }
}

impl From<Refused> for PageError {
    fn from(e: Refused) -> Self {
        match e {
            Refused::Sale(why) => PageError::Refused(why),
            Refused::Store(e) => e.into(),
        }
    }
}

impl From<Refused> for PayError {
    fn from(e: Refused) -> Self {
        PayError::Page(e.into())
    }
}

/// Who buys what, and how.
#[derive(Clone)]
pub(crate) struct Buying {
    pub project: Arc<Project>,
    pub body: Arc<TokenBody>,
    pub choice: Choice,
    pub player: Player,
    /// The way to pay, once it is chosen: some promotions are for some ways.
    pub method: Option<i64>,
    pub now: Time,
    /// What is sold, as far as it is in memory.
    pub goods: AtHand,
}

impl Buying {
    /// What is sold, as this transaction reads it.
    pub fn shelf(&self, tx: &mut Tx<'_>) -> Result<Shelf, StoreError> {
        self.goods.shelf(tx, self.project.id)
    }

    fn languages(&self) -> Vec<String> {
        self.body.language().map(str::to_string).into_iter().collect()
    }

    fn wishes(&self) -> Wishes {
        self.choice.apply(self.body.wishes())
    }

    /// The currency to sell in where everything has a price in it, unless the
    /// game asked for one.
    fn likely_currency(&self) -> Option<Currency> {
        let chosen = self.choice.currency.as_deref().and_then(Currency::from_code);
        region::currency(self.body.currency(), chosen, self.player.country.as_deref())
    }
}

/// Whether the player may choose the currency: a catalogue sells, and the game
/// says nowhere in which.
pub(crate) fn leaves_currency(body: &TokenBody, choice: &Choice) -> bool {
    let said = |(wish, currency): &(Wish, Option<Currency>)| currency.is_some() || matches!(wish, Wish::Plan { .. });
    let made = body.currency().is_some() || body.checkout_price().is_some() || body.order().is_some();
    !made && !choice.apply(body.wishes()).iter().any(said)
}

/// Whether anything of a catalogue is asked for.
pub(crate) fn wanted(body: &TokenBody, choice: &Choice) -> bool {
    !choice.apply(body.wishes()).is_empty()
}

/// The lines of an order for what a token asks for, at the prices of now.
pub(crate) fn quote(tx: &mut Tx<'_>, buying: &Buying) -> Result<Vec<Line>, Refused> {
    quote_in_all(tx, buying).map(|(lines, _)| lines)
}

/// The same, and every currency in which all of it has a price.
pub(crate) fn quote_in_all(tx: &mut Tx<'_>, buying: &Buying) -> Result<(Vec<Line>, BTreeSet<Currency>), Refused> {
    let shelf = buying.shelf(tx)?;
    quote_of(tx, &shelf, buying)
}

/// The same for who looked already where to read what is sold.
pub(crate) fn quote_of(
    tx: &mut Tx<'_>,
    shelf: &Shelf,
    buying: &Buying,
) -> Result<(Vec<Line>, BTreeSet<Currency>), Refused> {
    let wishes = buying.wishes();
    if wishes.is_empty() {
        return Ok((vec![], BTreeSet::new()));
    }
    let promotions = shelf.promotions(tx)?;
    let coupons: Vec<CampaignId> = usable_coupon(tx, buying)?.iter().map(|c| c.campaign).collect();
    let runs = |p: &&Promotion| p.is_active(buying.now) && p.is_for(buying.method, &coupons);
    let mut cart = Cart {
        buying,
        shelf,
        languages: buying.languages(),
        promotions: promotions.iter().filter(runs).collect(),
        currency: buying.body.checkout_price().map(|price| price.currency),
        currencies: None,
        lines: vec![],
        given: BTreeSet::new(),
    };
    for (wish, currency) in wishes {
        let wanted = currency.or_else(|| buying.likely_currency());
        match wish {
            Wish::Items(items) => cart.items(tx, &items, wanted)?,
            Wish::VirtualCurrency(quantity) => cart.virtual_currency(tx, quantity, wanted)?,
            Wish::Keys(keys) => cart.keys(tx, &keys, wanted)?,
            Wish::Skus(skus) => cart.skus(tx, &skus, currency.or_else(|| buying.body.currency()))?,
            // A plan has one currency; what the player prefers changes nothing.
            Wish::Plan { external_id, trial_days } => cart.plan(tx, &external_id, trial_days, currency)?,
        }
    }
    Ok((cart.lines, cart.currencies.unwrap_or_default()))
}

/// The version of the catalogue that tells of an order that was just quoted
/// whether all of it is still sold, where nothing else has a say in that: neither
/// who buys, nor a coupon, nor keys of games, which are in no catalogue.
pub(crate) fn sold_at(shelf: &Shelf, buying: &Buying, order: &Order) -> Option<i64> {
    let sold = |line: &Line| {
        let id =
            line.reference.and_then(ItemId::new).filter(|_| matches!(line.kind, LineKind::Item | LineKind::Bundle));
        id.is_some_and(|id| shelf.sells_to_all(id))
    };
    let coupon = buying.body.coupon_code().or(buying.choice.coupon.as_deref());
    shelf.version().filter(|_| coupon.is_none() && order.lines.iter().all(sold))
}

/// The coupon of the token, if it has one that could be used now.
fn usable_coupon(tx: &mut Tx<'_>, buying: &Buying) -> Result<Option<Coupon>, Refused> {
    let code = buying.body.coupon_code().or(buying.choice.coupon.as_deref());
    let Some(code) = code else { return Ok(None) };
    let found = crate::coupon::admitted(tx, buying.project.id, code, &buying.player.id, buying.now)?;
    Ok(Some(found.map_err(Refusal::Coupon)?))
}

/// The most keys of one game that can be ordered at once.
const MOST_KEYS: i64 = 100;

/// Something that has an SKU.
pub(crate) enum Thing<'s> {
    /// An item, or a bundle.
    Item(Goods<'s, Item>),
    /// Units of the virtual currency, with what holds for it.
    Currency(Cow<'s, Settings>),
    /// A package of virtual currency, which has a price in one currency.
    Package(Goods<'s, Package>),
    /// A key of a game, to be redeemed in the place of this number.
    Key(Box<Game>, i64),
}

impl Thing<'_> {
    fn currencies(&self) -> Vec<Currency> {
        match self {
            Thing::Item(item) => item.prices.keys().copied().collect(),
            Thing::Currency(settings) => settings.base.keys().copied().collect(),
            Thing::Package(package) => vec![package.currency],
            Thing::Key(game, drm) => {
                let prices = game.editions.get(drm).map(|e| e.prices.keys().copied());
                prices.into_iter().flatten().filter_map(Currency::from_code).collect()
            }
        }
    }

    fn default_currency(&self) -> Option<Currency> {
        match self {
            Thing::Item(item) => item.default_currency,
            Thing::Currency(settings) => Some(settings.default_currency),
            Thing::Package(package) => Some(package.currency),
            Thing::Key(game, _) => game.default_currency,
        }
    }

    fn has_price(&self, currency: Currency) -> bool {
        match self {
            Thing::Item(item) => item.prices.contains_key(&currency),
            Thing::Currency(settings) => settings.base.contains_key(&currency),
            Thing::Package(package) => package.currency == currency,
            Thing::Key(..) => self.currencies().contains(&currency),
        }
    }
}

/// What has an SKU: an item or a bundle, else a package, else the virtual
/// currency where any amount of it is sold, else a key of a game that is sold.
/// The key's SKU is that of the game, an underscore and the place where it is
/// redeemed; that of the game alone stands for the first place.
pub(crate) fn thing<'s>(
    tx: &mut Tx<'_>,
    shelf: &'s Shelf,
    project: ProjectId,
    sku: &str,
) -> Result<Option<Thing<'s>>, StoreError> {
    if let Some(item) = shelf.item_by_sku(tx, sku)? {
        return Ok(Some(Thing::Item(item)));
    }
    if let Some(package) = shelf.package_by_sku(tx, sku)? {
        return Ok(Some(Thing::Package(package)));
    }
    if sku == CURRENCY_SKU {
        let settings = shelf.currency(tx)?;
        if settings.any_amount && !settings.base.is_empty() {
            return Ok(Some(Thing::Currency(settings)));
        }
    }
    let place = sku.rsplit_once('_').and_then(|(game, place)| Some((game, DRMS.iter().find(|d| d.key == place)?.id)));
    for (sku, place) in place.map(|(game, place)| (game, Some(place))).into_iter().chain([(sku, None)]) {
        let Some(id) = game::of_sku(tx, project, sku)? else { continue };
        let Some(game) = game::find(tx, project, id)? else { continue };
        let sold = |drm: &i64| game.editions.get(drm).is_some_and(|e| e.enabled);
        let drm = place.or_else(|| game.editions.keys().copied().find(sold)).filter(sold);
        if let Some(drm) = drm {
            return Ok(Some(Thing::Key(Box::new(game), drm)));
        }
    }
    Ok(None)
}

/// An order in the making.
struct Cart<'a> {
    buying: &'a Buying,
    shelf: &'a Shelf,
    /// The player's languages, the best first.
    languages: Vec<String>,
    /// Those that run and hold for this player.
    promotions: Vec<&'a Promotion>,
    /// The currency of the order, once anything is in it: one order has one.
    currency: Option<Currency>,
    /// Those in which everything so far has a price.
    currencies: Option<BTreeSet<Currency>>,
    lines: Vec<Line>,
    /// What promotions added already: each adds an item once to an order.
    given: BTreeSet<(PromotionId, String)>,
}

impl Cart<'_> {
    fn call(&self, name: &coinslot_domain::localized::Localized, else_: &str) -> String {
        let own = self.buying.project.locales.first().map_or("en", String::as_str);
        name.pick(&self.languages, own).unwrap_or(else_).to_string()
    }

    /// Settles on a currency: the order's, or the wanted one, or the first of
    /// `others` in which everything has a price.
    fn settle(
        &mut self,
        wanted: Option<Currency>,
        others: impl Iterator<Item = Currency>,
        fits: impl Fn(Currency) -> bool,
        what: &str,
    ) -> Result<Currency, Refusal> {
        let all: Vec<Currency> = wanted.into_iter().chain(others).filter(|c| fits(*c)).collect();
        let found = match self.currency {
            Some(currency) => Some(currency).filter(|c| fits(*c)),
            None => all.first().copied(),
        };
        self.sold_in(all);
        self.currency = found;
        found.ok_or_else(|| Refusal::NoPrice(what.to_string()))
    }

    /// Notes the currencies in which something more has a price.
    fn sold_in(&mut self, all: impl IntoIterator<Item = Currency>) {
        let all: BTreeSet<Currency> = all.into_iter().collect();
        self.currencies = Some(match self.currencies.take() {
            Some(before) => &before & &all,
            None => all,
        });
    }

    fn items(&mut self, tx: &mut Tx<'_>, wishes: &[(String, i64)], wanted: Option<Currency>) -> Result<(), Refused> {
        let mut found: Vec<(Goods<'_, Item>, i64)> = Vec::new();
        for (sku, quantity) in wishes {
            // One SKU named twice is one line: limits count them together.
            match found.iter_mut().find(|(item, _)| item.sku == *sku) {
                Some((_, sum)) => *sum = sum.saturating_add(*quantity),
                None => {
                    let item = self.shelf.item_by_sku(tx, sku)?.ok_or_else(|| Refusal::NotFound(sku.clone()))?;
                    found.push((item, *quantity));
                }
            }
        }
        self.check_items(tx, found.iter().map(|(item, quantity)| (&**item, *quantity)))?;
        if let Some((item, _)) = found.iter().find(|(item, _)| item.prices.is_empty()) {
            return Err(Refusal::NoPrice(item.sku.clone()).into());
        }
        let first = found.first().map(|(item, _)| item.sku.clone()).unwrap_or_default();
        let others = found.iter().filter_map(|(item, _)| item.default_currency);
        let others: Vec<_> = others.chain(found.iter().flat_map(|(item, _)| item.prices.keys().copied())).collect();
        let priced = |c: Currency| found.iter().all(|(item, _)| item.prices.contains_key(&c));
        let currency = self.settle(wanted, others.into_iter(), priced, &first)?;
        for (item, quantity) in &found {
            self.item(tx, item, *quantity, currency)?;
        }
        Ok(())
    }

    /// Whether items are sold to this player, in this quantity.
    fn check_items<'i>(&self, tx: &mut Tx<'_>, items: impl Iterator<Item = (&'i Item, i64)>) -> Result<(), Refused> {
        let items: Vec<_> = items.collect();
        let asked = items.iter().any(|(item, _)| !item.conditions.is_empty());
        let values = if asked { attribute_values(tx, self.buying)? } else { attribute::Values::default() };
        let attributes = self.shelf.attributes(tx)?;
        for (item, quantity) in items {
            let access = attribute::access(&item.conditions, &attributes, &values);
            if !item.enabled || access >= Access::Blocked {
                return Err(Refusal::NotForSale(item.sku.clone()).into());
            }
            if quantity < 1 || (item.once_only() && quantity > 1) {
                return Err(Refusal::Quantity(item.sku.clone()).into());
            }
        }
        Ok(())
    }

    fn item(&mut self, tx: &mut Tx<'_>, item: &Item, quantity: i64, currency: Currency) -> Result<(), Refused> {
        let too_much = || Refusal::Quantity(item.sku.clone());
        let price = item.prices.get(&currency).ok_or_else(|| Refusal::NoPrice(item.sku.clone()))?;
        let one = price.money(currency).map_err(|_| too_much())?;
        let full_price = Money::new(one.minor.checked_mul(quantity).ok_or_else(too_much)?, currency);
        let bargain = bargain(self.promotions.iter().copied(), Sold::Item(&item.sku));
        // What is free has nothing to take off.
        let (price, promotion) = match bargain.discount.filter(|_| full_price.minor > 0) {
            Some((discount, id)) => (discount.of(one, quantity).ok_or_else(too_much)?, Some(id)),
            None => (full_price, None),
        };
        self.lines.push(Line { price, full_price, promotion, ..self.line_of(item, quantity, currency) });
        self.contents(tx, item, quantity, currency)?;
        self.on_top(tx, &bargain, 0, currency)
    }

    /// Pieces of an item or a bundle, for nothing.
    fn line_of(&self, item: &Item, quantity: i64, currency: Currency) -> Line {
        Line {
            kind: if item.kind == Kind::Bundle { LineKind::Bundle } else { LineKind::Item },
            reference: Some(item.id.get()),
            sku: item.sku.clone(),
            name: self.call(&item.name, &item.sku),
            quantity,
            detail: None,
            price: Money::zero(currency),
            full_price: Money::zero(currency),
            promotion: None,
            bundle: None,
        }
    }

    /// What is in so many pieces of a bundle; nothing of what is none.
    fn contents(&mut self, tx: &mut Tx<'_>, bundle: &Item, pieces: i64, currency: Currency) -> Result<(), Refused> {
        let too_much = || Refusal::Quantity(bundle.sku.clone());
        // What is in it may be gone since it was made.
        let gone = || Refusal::NotForSale(bundle.sku.clone());
        for content in &bundle.content {
            let quantity = content.quantity.checked_mul(pieces).ok_or_else(too_much)?;
            let inside = |line: Line| Line { bundle: Some(bundle.id), ..line };
            match content.part {
                Part::Item(id) => {
                    let item = self.shelf.item(tx, id)?.filter(|i| !i.deleted).ok_or_else(gone)?;
                    self.lines.push(inside(self.line_of(&item, quantity, currency)));
                }
                Part::Currency => {
                    let hundredths = quantity.checked_mul(HUNDREDTHS).filter(|n| *n <= coinslot_domain::wallet::MOST);
                    let hundredths = hundredths.ok_or_else(too_much)?;
                    let settings = self.shelf.currency(tx)?;
                    let name = self.call(&settings.name, CURRENCY_SKU);
                    self.lines.push(inside(added_currency(&name, hundredths, currency)));
                }
                Part::Key(id, drm) => {
                    if quantity > MOST_KEYS {
                        return Err(too_much().into());
                    }
                    let game = game::find(tx, self.buying.project.id, id)?;
                    let game = game.filter(|g| g.editions.contains_key(&drm)).ok_or_else(gone)?;
                    let key = Line {
                        kind: LineKind::Key,
                        reference: Some(game.id.get()),
                        sku: game.sku.clone(),
                        name: self.call(&game.names, &game.sku),
                        detail: Drm::of_id(drm).map(|d| d.key.to_string()),
                        ..added_currency("", 1, currency)
                    };
                    self.lines.extend((0..quantity).map(|_| inside(key.clone())));
                }
            }
        }
        Ok(())
    }

    /// So many units of virtual currency, at the price of any amount.
    fn units(&mut self, tx: &mut Tx<'_>, settings: &Settings, units: i64, currency: Currency) -> Result<(), Refused> {
        let too_much = || Refusal::Quantity(CURRENCY_SKU.into());
        let quantity = units.checked_mul(HUNDREDTHS).filter(|n| settings.fits(*n)).ok_or_else(too_much)?;
        let full_price = amount_price(settings, quantity, currency, CURRENCY_SKU)?;
        let bargain = bargain(self.promotions.iter().copied(), Sold::Amount);
        let name = self.call(&settings.name, CURRENCY_SKU);
        self.lines.push(Line {
            price: bargain.price(full_price),
            full_price,
            promotion: bargain.discount.map(|(_, id)| id),
            ..added_currency(&name, quantity, currency)
        });
        self.on_top(tx, &bargain, quantity, currency)
    }

    /// Whatever has these SKUs. The order's currency is the one that the game
    /// or the player asks for, and then everything must have a price in it; else
    /// that of the player's country, if everything has; else the catalogue's.
    fn skus(&mut self, tx: &mut Tx<'_>, wishes: &[(String, i64)], wanted: Option<Currency>) -> Result<(), Refused> {
        let project = self.buying.project.id;
        let beyond = || Refusal::Quantity(wishes.first().map(|(sku, _)| sku.clone()).unwrap_or_default());
        let mut found = Vec::new();
        for (sku, quantity) in cart::summed(wishes.iter().cloned()).ok_or_else(beyond)? {
            let thing = thing(tx, self.shelf, project, &sku)?.ok_or_else(|| Refusal::NotFound(sku.clone()))?;
            let out = match &thing {
                Thing::Package(package) => (!package.enabled).then(|| Refusal::NotForSale(sku.clone())),
                Thing::Key(..) => (quantity > MOST_KEYS).then(|| Refusal::Quantity(sku.clone())),
                Thing::Item(_) | Thing::Currency(_) => None,
            };
            match out {
                Some(why) => return Err(why.into()),
                None if quantity < 1 => return Err(Refusal::Quantity(sku).into()),
                None => found.push((thing, quantity, sku)),
            }
        }
        let items = found.iter().filter_map(|(thing, quantity, _)| match thing {
            Thing::Item(item) => Some((&**item, *quantity)),
            Thing::Package(_) | Thing::Key(..) | Thing::Currency(_) => None,
        });
        self.check_items(tx, items)?;
        let fits = |c: Currency| found.iter().all(|(thing, ..)| thing.has_price(c));
        let no_price = |c: Option<Currency>| {
            let lacks = |(thing, ..): &&(Thing<'_>, i64, String)| match c {
                Some(c) => !thing.has_price(c),
                None => thing.currencies().is_empty(),
            };
            let unpriced = found.iter().find(lacks).or(found.last());
            Refusal::NoPrice(unpriced.map(|(.., sku)| sku.clone()).unwrap_or_default())
        };
        let currency = match (self.currency, wanted) {
            (Some(c), _) | (None, Some(c)) => fits(c).then_some(c).ok_or_else(|| no_price(Some(c)))?,
            (None, None) => {
                let likely = self.buying.likely_currency();
                let own = self.shelf.currency(tx)?.default_currency;
                let others = found.iter().filter_map(|(thing, ..)| thing.default_currency());
                let all: Vec<_> = likely.into_iter().chain([own]).chain(others).collect();
                let any = found.first().map(|(thing, ..)| thing.currencies()).unwrap_or_default();
                all.into_iter().chain(any).find(|c| fits(*c)).ok_or_else(|| no_price(None))?
            }
        };
        let all = found.first().map(|(thing, ..)| thing.currencies()).unwrap_or_default();
        self.sold_in(all.into_iter().filter(|c| fits(*c)));
        self.currency = Some(currency);
        for (thing, quantity, _) in &found {
            match thing {
                Thing::Item(item) => self.item(tx, item, *quantity, currency)?,
                Thing::Package(package) => self.package(tx, package, *quantity)?,
                Thing::Currency(settings) => self.units(tx, settings, *quantity, currency)?,
                Thing::Key(game, drm) => {
                    // A key is a line: each is told of and redeemed alone.
                    for _ in 0..*quantity {
                        self.key(tx, game, *drm, currency)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn package(&mut self, tx: &mut Tx<'_>, package: &Package, count: i64) -> Result<(), Refused> {
        let too_much = || Refusal::Quantity(package.sku.clone());
        let settings = self.shelf.currency(tx)?;
        let one = package.price.money(package.currency).map_err(|_| too_much())?;
        let times = |n: i64| n.checked_mul(count).ok_or_else(too_much);
        let bargain = bargain(self.promotions.iter().copied(), Sold::Package(package.id));
        let amount = times(package.amount).ok().filter(|n| *n <= coinslot_domain::wallet::MOST).ok_or_else(too_much)?;
        self.lines.push(Line {
            kind: LineKind::VirtualCurrency,
            reference: Some(package.id.get()),
            sku: package.sku.clone(),
            name: self.call(&package.description, &package.sku),
            quantity: amount,
            detail: (count > 1).then(|| count.to_string()),
            price: Money::new(times(bargain.price(one).minor)?, package.currency),
            full_price: Money::new(times(one.minor)?, package.currency),
            promotion: bargain.discount.map(|(_, id)| id),
            bundle: None,
        });
        let name = self.call(&settings.name, "");
        self.bonus_currency(&name, times(package.bonus_amount(settings.discrete))?, package.currency);
        self.on_top(tx, &bargain, amount, package.currency)
    }

    fn virtual_currency(&mut self, tx: &mut Tx<'_>, quantity: i64, wanted: Option<Currency>) -> Result<(), Refused> {
        let settings = self.shelf.currency(tx)?;
        let name = self.call(&settings.name, "");
        let refused = || Refusal::Quantity(name.clone());
        if quantity < 1 || !settings.fits(quantity) {
            return Err(refused().into());
        }
        let packages = self.shelf.packages(tx)?;
        let packages: Vec<_> = packages.iter().filter(|p| p.enabled && p.amount == quantity).collect();
        let others = [settings.default_currency].into_iter().chain(settings.base.keys().copied());
        let others: Vec<_> = others.chain(packages.iter().map(|p| p.currency)).collect();
        let any = |c: &Currency| settings.any_amount && settings.base.contains_key(c);
        let priced = |c: Currency| packages.iter().any(|p| p.currency == c) || any(&c);
        let currency = match self.settle(wanted, others.into_iter(), priced, &name) {
            Ok(currency) => currency,
            // Sold, but not in this amount.
            Err(_) if !settings.any_amount => return Err(refused().into()),
            Err(why) => return Err(why.into()),
        };
        let package = packages.iter().find(|p| p.currency == currency);
        let (full_price, sold) = match package {
            Some(p) => (p.price.money(currency).map_err(|_| refused())?, Sold::Package(p.id)),
            None => (amount_price(&settings, quantity, currency, &name)?, Sold::Amount),
        };
        let bargain = bargain(self.promotions.iter().copied(), sold);
        self.lines.push(Line {
            kind: LineKind::VirtualCurrency,
            reference: package.map(|p| p.id.get()),
            sku: package.map(|p| p.sku.clone()).unwrap_or_default(),
            name: name.clone(),
            quantity,
            detail: None,
            price: bargain.price(full_price),
            full_price,
            promotion: bargain.discount.map(|(_, id)| id),
            bundle: None,
        });
        let own_bonus = package.map_or(0, |p| p.bonus_amount(settings.discrete));
        self.bonus_currency(&name, own_bonus, currency);
        self.on_top(tx, &bargain, quantity, currency)
    }

    fn keys(
        &mut self,
        tx: &mut Tx<'_>,
        wishes: &[(String, Option<String>)],
        wanted: Option<Currency>,
    ) -> Result<(), Refused> {
        let project = self.buying.project.id;
        let mut found: Vec<(Game, i64)> = Vec::new();
        for (sku, place) in wishes {
            let missing = || Refusal::NotFound(sku.clone());
            let id = game::of_sku(tx, project, sku)?.ok_or_else(missing)?;
            let game = game::find(tx, project, id)?.ok_or_else(missing)?;
            let sold = |drm: &i64| game.editions.get(drm).is_some_and(|e| e.enabled);
            let drm = match place {
                Some(name) => Drm::of_text(name).map(|d| d.id).filter(sold),
                None => game.editions.keys().copied().find(sold),
            };
            let drm = drm.ok_or_else(|| Refusal::NoDrm(sku.clone()))?;
            found.push((game, drm));
        }
        let prices = |game: &Game, drm: i64| game.editions.get(&drm).map(|e| e.prices.clone()).unwrap_or_default();
        let others: Vec<_> = found
            .iter()
            .flat_map(|(g, d)| {
                g.default_currency.into_iter().chain(prices(g, *d).into_keys().filter_map(Currency::from_code))
            })
            .collect();
        let first = found.first().map(|(g, _)| g.sku.clone()).unwrap_or_default();
        let priced = |c: Currency| found.iter().all(|(g, d)| prices(g, *d).contains_key(c.code()));
        let currency = self.settle(wanted, others.into_iter(), priced, &first)?;
        for (game, drm) in &found {
            self.key(tx, game, *drm, currency)?;
        }
        Ok(())
    }

    fn key(&mut self, tx: &mut Tx<'_>, game: &Game, drm: i64, currency: Currency) -> Result<(), Refused> {
        let no_price = || Refusal::NoPrice(game.sku.clone());
        let price = game.editions.get(&drm).and_then(|e| e.prices.get(currency.code())).ok_or_else(no_price)?;
        let full_price = price.money(currency).map_err(|_| no_price())?;
        let bargain = bargain(self.promotions.iter().copied(), Sold::Game(game.id));
        let discount = bargain.discount.filter(|_| full_price.minor > 0);
        self.lines.push(Line {
            kind: LineKind::Key,
            reference: Some(game.id.get()),
            sku: game.sku.clone(),
            name: self.call(&game.names, &game.sku),
            quantity: 1,
            detail: Drm::of_id(drm).map(|d| d.key.to_string()),
            price: discount.map_or(full_price, |(discount, _)| discount.of_one(full_price)),
            full_price,
            promotion: discount.map(|(_, id)| id),
            bundle: None,
        });
        self.on_top(tx, &bargain, 0, currency)
    }

    fn plan(
        &mut self,
        tx: &mut Tx<'_>,
        external_id: &str,
        trial_days: Option<i64>,
        currency: Option<Currency>,
    ) -> Result<(), Refused> {
        let body = &self.buying.body;
        let wanted = subscription::WantedPlan {
            external_id,
            trial_days,
            currency: currency.or(self.currency),
            change: body.changes_plan(),
            player: &self.buying.player.id,
            language: body.language(),
        };
        let line = subscription::line(tx, self.buying.project.id, &wanted, self.buying.now)?;
        self.currency = Some(line.price.currency);
        self.sold_in([line.price.currency]);
        self.lines.push(line);
        Ok(())
    }

    /// What promotions add to what was just put in: virtual currency, and items
    /// that are in the catalogue.
    fn on_top(
        &mut self,
        tx: &mut Tx<'_>,
        bargain: &Bargain<'_>,
        quantity: i64,
        currency: Currency,
    ) -> Result<(), Refused> {
        if bargain.bonus_percent > 0 || bargain.bonus_amount > 0 {
            let settings = self.shelf.currency(tx)?;
            let name = self.call(&settings.name, "");
            self.bonus_currency(&name, bargain.bonus_on(quantity, settings.discrete), currency);
        }
        for bonus in &bargain.bonus_items {
            if !self.given.insert((bonus.promotion, bonus.sku.to_string())) {
                continue;
            }
            let Some(item) = self.shelf.item_by_sku(tx, bonus.sku)? else { continue };
            let promotion = Some(bonus.promotion);
            self.lines.push(Line { promotion, ..self.line_of(&item, bonus.quantity, currency) });
            self.contents(tx, &item, bonus.quantity, currency)?;
        }
        Ok(())
    }

    fn bonus_currency(&mut self, name: &str, quantity: i64, currency: Currency) {
        if quantity > 0 {
            self.lines.push(added_currency(name, quantity, currency));
        }
    }
}

/// Hundredths of virtual currency, for nothing.
fn added_currency(name: &str, quantity: i64, currency: Currency) -> Line {
    Line {
        kind: LineKind::VirtualCurrency,
        reference: None,
        sku: String::new(),
        name: name.to_string(),
        quantity,
        detail: None,
        price: Money::zero(currency),
        full_price: Money::zero(currency),
        promotion: None,
        bundle: None,
    }
}

/// A place where a key of a game is sold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where it is redeemed.
    pub drm: &'static Drm,
    /// What it costs there.
    pub price: Money,
    /// What it would cost without a promotion.
    pub full_price: Money,
    /// Whether it is the one that is bought.
    pub chosen: bool,
}

/// A key whose place the player may choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceChoice {
    /// Which of the token's keys.
    pub index: usize,
    /// The game.
    pub game: String,
    /// Where it is sold, with more than one entry.
    pub places: Vec<Place>,
}

/// The keys whose place the token leaves to the player.
pub(crate) fn choices(tx: &mut Tx<'_>, buying: &Buying) -> Result<Vec<PlaceChoice>, Refused> {
    let wished = buying.body.wishes();
    let keys = wished.iter().filter_map(|(wish, _)| if let Wish::Keys(keys) = wish { Some(keys) } else { None });
    let open: Vec<(usize, &str)> = keys
        .flatten()
        .enumerate()
        .filter_map(|(index, (sku, place))| place.is_none().then_some((index, sku.as_str())))
        .collect();
    let mut choices = Vec::new();
    for (index, sku) in open {
        let (game, places) = places(tx, buying, index, sku)?;
        if places.len() > 1 {
            choices.push(PlaceChoice { index, game, places });
        }
    }
    Ok(choices)
}

/// Where a key of the token is sold, and for what, all else staying as it is.
pub(crate) fn places(
    tx: &mut Tx<'_>,
    buying: &Buying,
    index: usize,
    sku: &str,
) -> Result<(String, Vec<Place>), Refused> {
    let project = buying.project.id;
    let missing = || Refusal::NotFound(sku.to_string());
    let id = game::of_sku(tx, project, sku)?.ok_or_else(missing)?;
    let game = game::find(tx, project, id)?.ok_or_else(missing)?;
    let sold = game.editions.iter().filter(|(_, e)| e.enabled).filter_map(|(id, _)| Drm::of_id(*id));
    let current = buying.choice.places.iter().find(|(i, _)| *i == index).and_then(|(_, p)| Drm::of_text(p));
    let (mut name, mut places) = (String::new(), Vec::new());
    for drm in sold {
        let mut other = buying.clone();
        other.choice.places.retain(|(i, _)| *i != index);
        other.choice.places.push((index, drm.key.to_string()));
        let lines = match quote(tx, &other) {
            Ok(lines) => lines,
            Err(Refused::Sale(Refusal::NoPrice(_))) => continue,
            Err(e) => return Err(e),
        };
        let Some(line) = lines.iter().filter(|l| l.kind == LineKind::Key && l.is_asked()).nth(index) else { continue };
        // The token may name the place itself: then it is the only one.
        if line.detail.as_deref() != Some(drm.key) {
            continue;
        }
        name.clone_from(&line.name);
        places.push(Place { drm, price: line.price, full_price: line.full_price, chosen: current == Some(drm) });
    }
    // Nothing chosen is the first, as it is bought.
    if !places.iter().any(|p| p.chosen)
        && let Some(first) = places.first_mut()
    {
        first.chosen = true;
    }
    Ok((name, places))
}

/// Lines that virtual currency pays, and what each item in them costs that was
/// asked for.
type ForCoins = (Vec<Line>, Vec<Coins>);

/// The lines of items that virtual currency pays, with what promotions add to
/// them; nothing when one has no such price.
pub(crate) fn for_coins(
    tx: &mut Tx<'_>,
    shelf: &Shelf,
    buying: &Buying,
    items: &[(&Item, i64)],
) -> Result<Option<ForCoins>, Refused> {
    if items.iter().any(|(item, _)| item.vc_price.is_none()) {
        return Ok(None);
    }
    let promotions = shelf.promotions(tx)?;
    let coupons: Vec<CampaignId> = usable_coupon(tx, buying)?.iter().map(|c| c.campaign).collect();
    let runs = |p: &&Promotion| p.is_active(buying.now) && p.is_for(None, &coupons);
    let settings = shelf.currency(tx)?;
    // Money is none of it, and is written in the currency of the catalogue.
    let currency = settings.default_currency;
    let mut cart = Cart {
        buying,
        shelf,
        languages: buying.languages(),
        promotions: promotions.iter().filter(runs).collect(),
        currency: Some(currency),
        currencies: None,
        lines: vec![],
        given: BTreeSet::new(),
    };
    cart.check_items(tx, items.iter().copied())?;
    let mut prices = Vec::with_capacity(items.len());
    for (item, quantity) in items {
        let bargain = bargain(cart.promotions.iter().copied(), Sold::Item(&item.sku));
        let one = item.vc_price.unwrap_or_default();
        let too_much = || Refusal::Quantity(item.sku.clone());
        let full_price = one.checked_mul(*quantity).ok_or_else(too_much)?;
        let price = match bargain.discount {
            Some((d, _)) => d.of_virtual_pieces(one, *quantity, settings.discrete).ok_or_else(too_much)?,
            None => full_price,
        };
        prices.push(Coins { price, full_price });
        cart.lines.push(cart.line_of(item, *quantity, currency));
        cart.contents(tx, item, *quantity, currency)?;
        cart.on_top(tx, &bargain, 0, currency)?;
    }
    Ok(Some((cart.lines, prices)))
}

/// What an amount of virtual currency costs that is no package, within the
/// bounds of an order.
fn amount_price(settings: &Settings, quantity: i64, currency: Currency, what: &str) -> Result<Money, Refusal> {
    let too_much = || Refusal::Quantity(what.to_string());
    let base = settings.base.get(&currency).ok_or_else(too_much)?;
    let price = base.of_parts(quantity, HUNDREDTHS, currency).map_err(|_| too_much())?;
    let bound = |d: coinslot_domain::decimal::Decimal| d.money(currency).ok().filter(|m| m.minor > 0);
    if bound(settings.min).is_some_and(|min| price.minor < min.minor) {
        return Err(Refusal::TooLittle(what.to_string()));
    }
    match bound(settings.max).is_some_and(|max| price.minor > max.minor) {
        true => Err(too_much()),
        false => Ok(price),
    }
}

/// What is known of the player: what the token says, over what was said before.
fn attribute_values(tx: &mut Tx<'_>, buying: &Buying) -> Result<attribute::Values, StoreError> {
    let mut values = coinslot_store::attribute::values_of(tx, buying.project.id, &buying.player.id)?;
    values.extend(buying.body.attributes().map(coinslot_wire::attribute::values).unwrap_or_default());
    Ok(values)
}

/// Checks inside the transaction that an order is what its page showed: a page
/// may be hours old, and prices are the server's.
pub(crate) fn verify(tx: &mut Tx<'_>, buying: &Buying, order: &Order) -> Result<(), Refused> {
    if quote(tx, buying)? == order.lines { Ok(()) } else { Err(Refusal::Changed.into()) }
}

/// Whether an order could be begun now, as far as can be told without setting
/// anything aside: an early answer for who would find out when paying.
pub(crate) fn within_limits(tx: &mut Tx<'_>, shelf: &Shelf, order: &Order, now: Time) -> Result<(), Refused> {
    let (project, user) = (order.project, order.receiver());
    let mut limited = Vec::new();
    for (id, line) in items(order) {
        let item = shelf.item(tx, id)?.ok_or_else(|| Refusal::NotFound(line.sku.clone()))?;
        if item.once_only() || item.most().is_some() {
            limited.push((id, line, item));
        }
    }
    let bought = if limited.is_empty() { BTreeMap::new() } else { purchase::of_player(tx, project, user)? };
    for (id, line, item) in limited {
        if item.once_only() && inventory::owned(tx, project, user, id, now)? > 0 {
            return Err(Refusal::Owned(line.sku.clone()).into());
        }
        let wanted = bought.get(&id).copied().unwrap_or(0).saturating_add(line.quantity);
        if item.most().is_some_and(|most| wanted > most) {
            return Err(Refusal::Limit(line.sku.clone()).into());
        }
    }
    let shelves = stored_keys(tx, order)?;
    for (shelf, line) in &shelves {
        let wanted: i64 = shelves.iter().filter(|(other, _)| other == shelf).map(|(_, l)| l.quantity).sum();
        let counted = key::count(tx, project, Some(shelf.game))?;
        if wanted > counted.get(&(shelf.game, shelf.drm)).map_or(0, |codes| codes.active) {
            return Err(Refusal::SoldOut(line.sku.clone()).into());
        }
    }
    Ok(())
}
