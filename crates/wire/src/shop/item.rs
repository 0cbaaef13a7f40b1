//! What the Store API shows of a catalogue.
//!
//! Texts are in one language, chosen for the reader, for clients read them as
//! plain strings. Amounts of money are decimal text.

use super::order::{CURRENCY_SKU, MAYBE_PRICE, price};
use crate::read;
use crate::shape::{Field, MAX_INTEGER, Shape, TextRule, Unknown};
use coinslot_domain::attribute::{Access, Values, access};
use coinslot_domain::catalogue::Catalogue;
use coinslot_domain::game::{DRMS, Drm, Game};
use coinslot_domain::group::Group;
use coinslot_domain::id::{GameId, GroupId, ItemId};
use coinslot_domain::item::{Content, Item, Kind, Part};
use coinslot_domain::localized::Localized;
use coinslot_domain::money::{Currency, Money};
use coinslot_domain::promotion::{Bargain, Promotion, Sold, bargain};
use coinslot_domain::time::Time;
use coinslot_domain::virtual_currency::{HUNDREDTHS, Package};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const fn open(fields: &'static [Field]) -> Shape {
    Shape::Object { fields, unknown: Unknown::Ignore }
}

const LOCALE: Field =
    Field::optional("locale", Shape::Text { min: 0, max: 20, rule: None }, "The language of texts; en if not given.");
const CODE: Field = Field::optional(
    "promo_code",
    Shape::Text { min: 1, max: 128, rule: None },
    "A code whose promotions count as if it were used.",
);
const COUNTRY: Field = Field::optional(
    "country",
    Shape::Text { min: 0, max: usize::MAX, rule: Some(TextRule::Country) },
    "Where the player is, which decides the currency; found from the address if not given.",
);
const FIELDS: Field = Field::optional(
    "additional_fields",
    Shape::Array(&Shape::Text { min: 0, max: 255, rule: None }),
    "What to show besides: media_list, order, long_description; several with [], repeated or with commas.",
);
const INACTIVE: Field = Field::optional(
    "show_inactive_time_limited_items",
    Shape::Flag,
    "Accepted, without effect: nothing here is sold at certain times only.",
);
const LIMIT: Field = Field::optional(
    "limit",
    Shape::Count { min: 1, max: MAX_INTEGER },
    "How many to show; at most 50, and 50 if not given.",
);
const OFFSET: Field =
    Field::optional("offset", Shape::Count { min: 0, max: MAX_INTEGER }, "How many to leave out before that.");

/// The parameters of a list.
pub static LIST: Shape = open(&[LIMIT, OFFSET, LOCALE, FIELDS, COUNTRY, CODE, INACTIVE]);
/// The parameters of one thing.
pub static ONE: Shape = open(&[LOCALE, FIELDS, COUNTRY, CODE, INACTIVE]);

const NAME: Shape = Shape::Text { min: 0, max: 65_535, rule: None };
const MAYBE: Shape = Shape::OneOf(&[Shape::Map, Shape::Null]);
const LISTED: Shape = Shape::Array(&Shape::Map);

const SKU: Field = Field::required("sku", NAME, "Its SKU.");
const TITLE: Field = Field::required("name", NAME, "What it is called.");
const TEXT: Field = Field::required("description", NAME, "What it is.");
const PICTURE: Field = Field::required("image_url", NAME, "A picture; empty for none.");
const GROUPS_OF: Field = Field::required("groups", LISTED, "The groups it is in: external_id and name.");
const PRICE: Field = Field::required("price", MAYBE_PRICE, "What it costs in money.");
const IS_FREE: Field = Field::required("is_free", Shape::Bool, "Whether it costs nothing.");

/// A thing in an answer, whatever it is.
pub static THING: Shape = open(&[
    SKU,
    TITLE,
    Field::required("type", NAME, "What it is: virtual_good, physical_good, virtual_currency, bundle or game_key."),
    TEXT,
    PICTURE,
    GROUPS_OF,
    Field::required("attributes", LISTED, "Always empty."),
    IS_FREE,
    PRICE,
    Field::required("virtual_prices", LISTED, "What it costs in virtual currency."),
    Field::required("can_be_bought", Shape::Bool, "Whether this player can buy it now."),
    Field::required("promotions", LISTED, "The promotions that it is in."),
    Field::required("limits", MAYBE, "How many of it a player can buy, and still can."),
    Field::optional("bundle_type", NAME, "Of a bundle: standard; of a package of virtual currency that it is one."),
    Field::optional("content", LISTED, "Of a bundle: what is in it, each with quantity."),
    Field::optional("total_content_price", MAYBE_PRICE, "Of a bundle: what all of it costs by itself."),
]);

/// A list of things.
pub static THINGS: Shape = open(&[
    Field::required("has_more", Shape::Bool, "Whether there are more behind these."),
    Field::required("items", Shape::Array(&THING), "In their order."),
]);

/// A list of things in short.
pub static ALL: Shape =
    open(&[Field::required("items", Shape::Array(&open(&[SKU, TITLE, TEXT, GROUPS_OF])), "Everything, in short.")]);

/// A game.
pub static GAME: Shape = open(&[
    SKU,
    TITLE,
    Field::required("type", Shape::Enum(&["unit"]), "That it is a game."),
    Field::required("unit_type", Shape::Enum(&["game"]), "That it is a game."),
    TEXT,
    PICTURE,
    Field::required("unit_items", LISTED, "Its keys, one for each place where it is redeemed."),
]);

/// Games.
pub static GAMES: Shape = open(&[
    Field::required("has_more", Shape::Bool, "Whether there are more behind these."),
    Field::required("items", Shape::Array(&GAME), "In their order."),
]);

/// Where keys are redeemed.
pub static PLACES: Shape = open(&[Field::required("drm", LISTED, "The places.")]);

/// Groups.
pub static GROUPS: Shape = open(&[Field::required(
    "groups",
    Shape::Array(&open(&[
        Field::required("external_id", NAME, "The game's own name of it, or our number."),
        TITLE,
        TEXT,
        Field::required("image_url", Shape::Null, "Groups have no pictures."),
        Field::required("level", Shape::Integer { min: 0, max: MAX_INTEGER }, "How deep it lies below this entry."),
        Field::required("order", Shape::Integer { min: 0, max: MAX_INTEGER }, "Its place."),
        Field::required("children", LISTED, "The groups in it, which look alike."),
        Field::required("parent_external_id", Shape::OneOf(&[NAME, Shape::Null]), "The group that it is in."),
    ])),
    "Every group, and those below another once more below that.",
)]);

/// How many things a list shows at most.
pub const MOST: i64 = 50;

/// What of a list is asked for, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// How many.
    pub limit: i64,
    /// Behind how many.
    pub offset: i64,
    /// The language of texts.
    pub locale: Option<String>,
    /// Where the player is.
    pub country: Option<String>,
    /// A code.
    pub code: Option<String>,
    /// What to show besides.
    pub fields: Fields,
}

/// What to show of a thing besides what is always shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Fields {
    /// Pictures and films.
    pub media: bool,
    /// Its place in the list.
    pub order: bool,
    /// What it is, at length.
    pub long: bool,
}

impl Query {
    /// Reads parameters that [`LIST`] or [`ONE`] accepted.
    pub fn read(query: &Value) -> Self {
        let text = |name: &str| query.get(name).and_then(read::text);
        let number = |name: &str| query.get(name).and_then(read::integer);
        let fields: Vec<&str> = read::one_or_many(query.get("additional_fields")).filter_map(Value::as_str).collect();
        let has = |name: &str| fields.iter().any(|f| f.split(',').any(|part| part.trim() == name));
        Query {
            limit: number("limit").unwrap_or(MOST).min(MOST),
            offset: number("offset").unwrap_or(0),
            locale: text("locale").filter(|l| coinslot_domain::localized::is_locale(l)),
            country: text("country"),
            code: text("promo_code"),
            fields: Fields { media: has("media_list"), order: has("order"), long: has("long_description") },
        }
    }
}

/// What is known of the player who looks.
#[derive(Clone, Debug, Default)]
pub struct Mine {
    /// How many of each item were bought.
    pub bought: BTreeMap<ItemId, i64>,
    /// Items that the player has.
    pub owned: BTreeSet<ItemId>,
    /// By which offers are chosen.
    pub values: Values,
}

/// How a reader sees a catalogue.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// What is sold.
    pub catalogue: &'a Catalogue,
    /// The promotions that run for this reader.
    pub running: &'a [&'a Promotion],
    /// The languages, the best first.
    pub languages: &'a [String],
    /// The project's own language.
    pub own: &'a str,
    /// The currency to show prices in, if there is one to prefer.
    pub currency: Option<Currency>,
    /// When it is.
    pub now: Time,
    /// The player.
    pub mine: Option<&'a Mine>,
    /// What to show.
    pub fields: Fields,
    /// Games with how many keys of each can be sold, by the number of the place;
    /// none where no bundle needs them.
    pub games: &'a [(Game, BTreeMap<i64, i64>)],
    /// What addresses of pictures begin with that say neither: `https:` or
    /// `http:`. Not every client is a browser that would know.
    pub scheme: &'static str,
}

impl<'a> View<'a> {
    fn picture(&self, url: Option<&str>) -> String {
        match url {
            Some(url) if url.starts_with("//") => [self.scheme, url].concat(),
            Some(url) => url.to_string(),
            None => String::new(),
        }
    }

    fn text<'t>(&self, text: &'t Localized) -> &'t str {
        text.pick(self.languages, self.own).unwrap_or_default()
    }

    fn called<'t>(&self, text: &'t Localized, sku: &'t str) -> &'t str {
        text.pick(self.languages, self.own).filter(|t| !t.is_empty()).unwrap_or(sku)
    }

    fn access(&self, item: &Item) -> Access {
        let none = Values::new();
        let values = self.mine.map_or(&none, |mine| &mine.values);
        access(&item.conditions, &self.catalogue.attributes, values)
    }

    /// Whether an item is shown to this reader.
    pub fn shows(&self, item: &Item) -> bool {
        item.enabled && self.access(item) != Access::Hidden
    }

    fn currency(&self) -> Currency {
        self.currency.unwrap_or(self.catalogue.currency.default_currency)
    }

    fn bargain(&self, sold: Sold<'_>) -> Bargain<'a> {
        bargain(self.running.iter().copied(), sold)
    }

    /// An item.
    pub fn item(&self, item: &Item, place: usize) -> Value {
        let bargain = self.bargain(Sold::Item(&item.sku));
        let money = item.price(self.currency()).and_then(|(currency, p)| p.money(currency).ok());
        let reduced = |full: Money| if full.minor > 0 { bargain.price(full) } else { full };
        let coins = item.vc_price.map(|full| self.coins(full, &bargain));
        let bought = self.mine.and_then(|m| m.bought.get(&item.id)).copied().unwrap_or(0);
        let has = item.once_only() && self.mine.is_some_and(|m| m.owned.contains(&item.id));
        let left = item.most().map(|most| most.saturating_sub(bought).max(0).min(if has { 0 } else { most }));
        let sold = item.enabled
            && self.access(item) < Access::Blocked
            && (money.is_some() || coins.is_some())
            && item.content.iter().all(|c| self.has(c));
        let mut shown = json!({
            "item_id": item.id.get(),
            "sku": item.sku,
            "type": type_of(item),
            "name": self.called(&item.name, &item.sku),
            "description": self.text(&item.description),
            "image_url": self.picture(item.image_url.as_deref()),
            "groups": self.groups_of(&item.groups),
            "attributes": [],
            "is_free": money.is_some_and(|m| m.minor == 0),
            "price": money.filter(|m| m.minor > 0).map(|full| price(reduced(full), full)),
            "virtual_prices": coins.into_iter().collect::<Vec<_>>(),
            "inventory_options": inventory_options(item),
            "virtual_item_type": virtual_item_type(item),
            "promotions": self.promotions(Sold::Item(&item.sku)),
            "limits": item.most().zip(left).map(|(most, left)| json!({
                "per_user": { "total": most, "available": left, "recurrent_schedule": null }, "per_item": null,
            })),
            "periods": null,
            "can_be_bought": sold && left != Some(0),
            "custom_attributes": {},
            "vp_rewards": [],
        });
        if item.kind == Kind::Bundle {
            shown["bundle_type"] = "standard".into();
            shown["content"] = item.content.iter().filter_map(|c| self.content(c)).collect();
            shown["total_content_price"] = self.content_price(item).unwrap_or_default();
            for of_items in ["inventory_options", "virtual_item_type"] {
                shown.as_object_mut().map(|all| all.remove(of_items));
            }
        }
        self.extend(&mut shown, item.image_url.as_deref(), Some(&item.long_description), place);
        shown
    }

    /// A game that bundles need, with how many keys can be sold.
    fn game_of(&self, id: GameId) -> Option<&'a (Game, BTreeMap<i64, i64>)> {
        self.games.iter().find(|(game, _)| game.id == id)
    }

    /// Whether something that is in a bundle can be handed out.
    fn has(&self, content: &Content) -> bool {
        match content.part {
            Part::Item(id) => self.catalogue.items.contains_key(&id),
            Part::Currency => true,
            Part::Key(id, drm) => {
                let free = self.game_of(id).and_then(|(_, free)| free.get(&drm));
                free.is_some_and(|n| *n >= content.quantity)
            }
        }
    }

    /// Something that is in a bundle, with what it costs by itself.
    fn content(&self, content: &Content) -> Option<Value> {
        let mut shown = match content.part {
            Part::Item(id) => self.item(self.catalogue.items.get(&id)?, 0),
            Part::Currency => self.virtual_currency(),
            Part::Key(id, drm) => {
                let (game, free) = self.game_of(id)?;
                self.key(game, drm, free, 0)
            }
        };
        shown["quantity"] = content.quantity.into();
        Some(shown)
    }

    /// What everything in a bundle would cost by itself in one currency, with and
    /// without promotions; nothing where not everything has such a price.
    fn content_price(&self, bundle: &Item) -> Option<Value> {
        let (currency, _) = bundle.price(self.currency())?;
        let (mut reduced, mut full) = (0_i64, 0_i64);
        for content in &bundle.content {
            let (sold, one) = match content.part {
                Part::Item(id) => {
                    let item = self.catalogue.items.get(&id)?;
                    (Some(Sold::Item(&item.sku)), item.prices.get(&currency)?.money(currency).ok()?)
                }
                Part::Currency => (None, self.catalogue.currency.base.get(&currency)?.money(currency).ok()?),
                Part::Key(id, drm) => {
                    let (game, _) = self.game_of(id)?;
                    let price = game.editions.get(&drm)?.prices.get(currency.code())?;
                    (Some(Sold::Game(id)), price.money(currency).ok()?)
                }
            };
            let cheaper = match sold {
                Some(sold) if one.minor > 0 => self.bargain(sold).price(one),
                _ => one,
            };
            reduced = reduced.checked_add(cheaper.minor.checked_mul(content.quantity)?)?;
            full = full.checked_add(one.minor.checked_mul(content.quantity)?)?;
        }
        Some(price(Money::new(reduced, currency), Money::new(full, currency)))
    }

    /// What was asked for besides.
    fn extend(&self, shown: &mut Value, image: Option<&str>, long: Option<&Localized>, place: usize) {
        if self.fields.media {
            let media = image.map(|url| json!({ "type": "image", "url": self.picture(Some(url)) }));
            shown["media_list"] = media.into_iter().collect();
        }
        if self.fields.order {
            shown["order"] = (place + 1).into();
        }
        if self.fields.long {
            shown["long_description"] = long.map(|l| self.text(l)).unwrap_or_default().into();
        }
    }

    /// An item in short.
    pub fn short(&self, item: &Item) -> Value {
        json!({
            "sku": item.sku, "name": self.called(&item.name, &item.sku), "groups": self.groups_of(&item.groups),
            "description": self.text(&item.description),
        })
    }

    /// A price in virtual currency.
    fn coins(&self, full: i64, bargain: &Bargain<'_>) -> Value {
        let discrete = self.catalogue.currency.discrete;
        let reduced = bargain.discount.map_or(full, |(d, _)| d.of_virtual(full, discrete));
        let text = |n: i64| read::units(n).to_string();
        json!({
            "sku": CURRENCY_SKU,
            "type": "virtual_currency",
            "name": self.called(&self.catalogue.currency.name, CURRENCY_SKU),
            "description": "",
            "image_url": "",
            "amount": reduced / HUNDREDTHS,
            "amount_without_discount": full / HUNDREDTHS,
            "calculated_price": { "amount": text(reduced), "amount_without_discount": text(full) },
            "is_default": true,
        })
    }

    /// The virtual currency itself, which is sold in packages.
    pub fn virtual_currency(&self) -> Value {
        let settings = &self.catalogue.currency;
        let one = |c: Currency| settings.base.get(&c).and_then(|p| p.money(c).ok());
        let money = one(self.currency()).or_else(|| one(settings.default_currency));
        let mut shown = json!({
            "item_id": 0,
            "sku": CURRENCY_SKU,
            "type": "virtual_currency",
            "name": self.called(&settings.name, CURRENCY_SKU),
            "description": "",
            "image_url": "",
            "groups": [],
            "attributes": [],
            "is_free": false,
            "price": money.filter(|m| m.minor > 0).map(|full| price(full, full)),
            "virtual_prices": [],
            "inventory_options": { "consumable": { "usages_count": 1 }, "expiration_period": null },
            "promotions": [],
            "limits": null,
            "periods": null,
            "can_be_bought": settings.any_amount && money.is_some_and(|m| m.minor > 0),
            "custom_attributes": {},
            "vp_rewards": [],
        });
        self.extend(&mut shown, None, None, 0);
        shown
    }

    /// The packages of virtual currency in the reader's currency, if there are
    /// any in it, else in the project's own.
    pub fn packages(&self) -> Vec<&'a Package> {
        let of = |c: Currency| -> Vec<&'a Package> {
            self.catalogue.packages.iter().filter(|p| p.enabled && p.currency == c).collect()
        };
        let first = of(self.currency());
        if first.is_empty() { of(self.catalogue.currency.default_currency) } else { first }
    }

    /// A package of virtual currency.
    pub fn package(&self, package: &Package, place: usize) -> Value {
        let bargain = self.bargain(Sold::Package(package.id));
        let full = package.price.money(package.currency).ok();
        let settings = &self.catalogue.currency;
        let amount = package.amount.saturating_add(package.bonus_amount(settings.discrete));
        let mut shown = json!({
            "item_id": package.id.get(),
            "sku": package.sku,
            "type": "bundle",
            "bundle_type": "virtual_currency_package",
            "name": self.called(&package.description, &package.sku),
            "description": self.text(&package.label),
            "image_url": self.picture(package.image_url.as_deref()),
            "groups": [],
            "attributes": [],
            "is_free": full.is_some_and(|m| m.minor == 0),
            "price": full.filter(|m| m.minor > 0).map(|full| price(bargain.price(full), full)),
            "virtual_prices": [],
            "content": [{
                "sku": CURRENCY_SKU,
                "type": "virtual_currency",
                "name": self.called(&settings.name, CURRENCY_SKU),
                "description": "",
                "image_url": "",
                "quantity": read::units(amount),
            }],
            "promotions": self.promotions(Sold::Package(package.id)),
            "limits": null,
            "periods": null,
            "can_be_bought": package.enabled && full.is_some(),
            "custom_attributes": {},
            "vp_rewards": [],
        });
        self.extend(&mut shown, package.image_url.as_deref(), None, place);
        shown
    }

    /// A game with its keys; `free` are keys that can be sold, by the number of
    /// the place.
    pub fn game(&self, game: &Game, free: &BTreeMap<i64, i64>, place: usize) -> Value {
        let keys = game.editions.iter().filter(|(_, e)| e.enabled).map(|(drm, _)| *drm);
        let image = game.facts.get("image_url").map(String::as_str);
        let mut shown = json!({
            "item_id": game.id.get(),
            "sku": game.sku,
            "type": "unit",
            "unit_type": "game",
            "name": self.called(&game.names, &game.sku),
            "description": self.text(&game.descriptions),
            "image_url": self.picture(image),
            "groups": [],
            "attributes": [],
            "promotions": self.promotions(Sold::Game(game.id)),
            "unit_items": keys.map(|drm| self.unit(game, drm, free)).collect::<Vec<_>>(),
        });
        self.extend(&mut shown, image, Some(&game.long_descriptions), place);
        shown
    }

    /// A key of a game as part of it.
    fn unit(&self, game: &Game, drm: i64, free: &BTreeMap<i64, i64>) -> Value {
        let bargain = self.bargain(Sold::Game(game.id));
        let full = self.key_price(game, drm);
        let reduced = |full: Money| if full.minor > 0 { bargain.price(full) } else { full };
        let place = Drm::of_id(drm);
        let left = free.get(&drm).copied().unwrap_or(0);
        json!({
            "item_id": game.id.get(),
            "sku": key_sku(game, drm),
            "type": "game_key",
            "is_free": full.is_some_and(|m| m.minor == 0),
            "price": full.filter(|m| m.minor > 0).map(|full| price(reduced(full), full)),
            "virtual_prices": [],
            "drm_name": place.map_or("", |d| d.name),
            "drm_sku": place.map_or("", |d| d.key),
            "has_keys": left > 0,
            "is_pre_order": game.release_date.is_some_and(|at| self.now < at),
            "release_date": game.release_date.map(Time::rfc3339),
            "can_be_bought": left > 0 && full.is_some(),
            "promotions": self.promotions(Sold::Game(game.id)),
            "limits": null,
            "periods": null,
            "custom_attributes": {},
            "vp_rewards": [],
        })
    }

    /// A key of a game by itself.
    pub fn key(&self, game: &Game, drm: i64, free: &BTreeMap<i64, i64>, place: usize) -> Value {
        let mut shown = self.unit(game, drm, free);
        let image = game.editions.get(&drm).and_then(|e| e.image.as_deref());
        let image = image.or_else(|| game.facts.get("image_url").map(String::as_str));
        shown["name"] = self.called(&game.names, &game.sku).into();
        shown["description"] = self.text(&game.descriptions).into();
        shown["image_url"] = self.picture(image).into();
        shown["groups"] = json!([]);
        shown["attributes"] = json!([]);
        self.extend(&mut shown, image, Some(&game.long_descriptions), place);
        shown
    }

    fn key_price(&self, game: &Game, drm: i64) -> Option<Money> {
        let prices = &game.editions.get(&drm)?.prices;
        let of = |c: Currency| prices.get(c.code()).and_then(|p| p.money(c).ok());
        let any = || prices.keys().find_map(|code| of(Currency::from_code(code)?));
        of(self.currency()).or_else(|| game.default_currency.and_then(of)).or_else(any)
    }

    fn groups_of(&self, groups: &[GroupId]) -> Vec<Value> {
        let known = groups.iter().filter_map(|id| self.catalogue.groups.get(id)).filter(|g| g.enabled);
        known.map(|g| json!({ "external_id": external_id(g), "name": self.text(&g.name) })).collect()
    }

    /// Every group: those within another stand below it and for themselves.
    pub fn groups(&self) -> Value {
        let shown = self.catalogue.groups.values().filter(|g| is_shown(self.catalogue, g.id));
        let all = shown.enumerate().map(|(place, g)| self.group(g, 0, place));
        json!({ "groups": all.collect::<Vec<_>>() })
    }

    fn group(&self, group: &Group, level: usize, place: usize) -> Value {
        // A tree is never deeper than it has groups.
        let below = self.catalogue.children(Some(group.id)).filter(|g| g.enabled);
        let below = below.filter(|_| level < self.catalogue.groups.len()).enumerate();
        let parent = group.parent.and_then(|id| self.catalogue.groups.get(&id));
        json!({
            "external_id": external_id(group),
            "name": self.text(&group.name),
            "description": self.text(&group.description),
            "image_url": null,
            "level": level,
            "order": place + 1,
            "children": below.map(|(place, g)| self.group(g, level + 1, place)).collect::<Vec<_>>(),
            "parent_external_id": parent.map(external_id),
        })
    }

    /// The promotions that something is in.
    fn promotions(&self, sold: Sold<'_>) -> Vec<Value> {
        let one = |p: &&'a Promotion| {
            let own = bargain([*p], sold);
            let nothing =
                own.discount.is_none() && own.bonus_items.is_empty() && own.bonus_percent == 0 && own.bonus_amount == 0;
            if nothing {
                return None;
            }
            let period = p.periods.iter().find(|period| period.holds(self.now));
            let mut bonus: Vec<Value> = own.bonus_items.iter().filter_map(|b| self.bonus(b.sku, b.quantity)).collect();
            if own.bonus_amount >= HUNDREDTHS {
                bonus.push(self.bonus_coins(own.bonus_amount));
            }
            Some(json!({
                "name": self.text(&p.name),
                "date_start": period.map(|x| x.from.rfc3339()),
                "date_end": period.and_then(|x| x.to).map(Time::rfc3339),
                "discount": own.discount.map(|(d, _)| json!({ "percent": percent(d.percent), "value": null })),
                "bonus": bonus,
                "limits": null,
            }))
        };
        self.running.iter().filter_map(one).collect()
    }

    /// An item on top of something, or given for a code.
    pub fn bonus(&self, sku: &str, quantity: i64) -> Option<Value> {
        let item = self.catalogue.item(sku)?;
        Some(json!({
            "sku": item.sku, "quantity": quantity,
            "type": type_of(item),
            "name": self.called(&item.name, &item.sku),
            "description": self.text(&item.description),
            "image_url": self.picture(item.image_url.as_deref()),
        }))
    }

    /// Virtual currency on top of something, or given for a code; in hundredths.
    pub fn bonus_coins(&self, hundredths: i64) -> Value {
        json!({
            "sku": CURRENCY_SKU, "quantity": read::units(hundredths), "type": "virtual_currency",
            "name": self.called(&self.catalogue.currency.name, CURRENCY_SKU), "description": "", "image_url": "",
        })
    }
}

/// Percent as they are written: `10.00`.
pub fn percent(percent: i64) -> String {
    format!("{percent}.00")
}

/// The SKU of a key.
pub fn key_sku(game: &Game, drm: i64) -> String {
    format!("{}_{}", game.sku, Drm::of_id(drm).map_or("", |d| d.key))
}

/// The name of a group: the game's own, or our number.
pub fn external_id(group: &Group) -> String {
    group.code.clone().unwrap_or_else(|| group.id.to_string())
}

/// Whether a group is there and enabled, and all above it are.
pub fn is_shown(catalogue: &Catalogue, id: GroupId) -> bool {
    let mut next = Some(id);
    for _ in 0..=catalogue.groups.len() {
        let Some(id) = next else { return true };
        match catalogue.groups.get(&id).filter(|g| g.enabled) {
            Some(group) => next = group.parent,
            None => return false,
        }
    }
    false
}

fn inventory_options(item: &Item) -> Value {
    let period = item.lasts().map(|seconds| {
        let units = [("day", 86_400), ("hour", 3_600), ("minute", 60)];
        let (unit, length) = units.into_iter().find(|(_, n)| seconds % n == 0).unwrap_or(("minute", 60));
        json!({ "type": unit, "value": (seconds + length - 1) / length })
    });
    let consumable = item.kind == Kind::Consumable && !item.once_only();
    json!({
        "consumable": consumable.then(|| json!({ "usages_count": 1 })),
        "expiration_period": period,
    })
}

/// The type of an item.
pub fn type_of(item: &Item) -> &'static str {
    match item.kind {
        Kind::Physical => "physical_good",
        Kind::Bundle => "bundle",
        Kind::Consumable | Kind::Expiration | Kind::Permanent | Kind::Lootbox => "virtual_good",
    }
}

/// What becomes of an item once a player has it.
pub fn virtual_item_type(item: &Item) -> &'static str {
    match item.kind {
        _ if item.lasts().is_some() => "non_renewing_subscription",
        Kind::Consumable | Kind::Lootbox if !item.once_only() => "consumable",
        _ => "non_consumable",
    }
}

/// Where keys can be redeemed.
pub fn places() -> Value {
    let place = |d: &Drm| {
        json!({
            "sku": d.key, "name": d.name, "image": "", "link": null, "redeem_instruction_link": "", "drm_id": d.id,
        })
    };
    json!({ "drm": DRMS.iter().map(place).collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(raw: &str) -> Query {
        Query::read(&read::query(&LIST, raw).unwrap())
    }

    #[test]
    fn lists_of_fields_are_written_in_three_ways() {
        let all = Fields { media: true, order: true, long: false };
        for raw in [
            "additional_fields[]=media_list&additional_fields[]=order",
            "additional_fields=media_list&additional_fields=order",
            "additional_fields=media_list,order",
            "additional_fields%5B0%5D=media_list&additional_fields%5B1%5D=order&engine=unity",
        ] {
            assert_eq!(query(raw).fields, all, "{raw}");
        }
        assert_eq!(query("").fields, Fields::default());
    }

    #[test]
    fn a_list_is_never_longer_than_fifty() {
        assert_eq!((query("").limit, query("limit=7").limit, query("limit=1000").limit), (50, 7, 50));
        assert!(read::query(&LIST, "limit=-1").is_err() && read::query(&LIST, "offset=x").is_err());
        assert!(read::query(&LIST, "country=us").is_err());
        assert_eq!(query("locale=xx-yy-zz").locale, None);
    }

    #[test]
    fn what_an_item_becomes() {
        let mut item = Item::new(ItemId::new(1).unwrap(), "a");
        assert_eq!(virtual_item_type(&item), "consumable");
        item.permanent = true;
        assert_eq!(virtual_item_type(&item), "non_consumable");
        item.kind = Kind::Expiration;
        for (seconds, unit, value) in [(172_800, "day", 2), (7_200, "hour", 2), (61, "minute", 2)] {
            item.expiration = Some(seconds);
            assert_eq!(virtual_item_type(&item), "non_renewing_subscription");
            let options = inventory_options(&item);
            assert_eq!(options["expiration_period"], json!({ "type": unit, "value": value }));
            assert!(options["consumable"].is_null());
        }
    }
}
