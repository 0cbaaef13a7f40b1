//! Bundles, as a game's server sets them up.

use super::item::{external_id, key_sku, type_of};
use super::order::CURRENCY_SKU;
use crate::item::IMAGE;
use crate::read;
use crate::shape::{self, Field, MAX_INTEGER, Shape, TextRule, Unknown, Violation, maybe};
use coinslot_domain::catalogue::Catalogue;
use coinslot_domain::decimal::Decimal;
use coinslot_domain::game::Game;
use coinslot_domain::item::{Item, MOST_CONTENT, Part, SKU_LENGTH};
use coinslot_domain::localized::Localized;
use coinslot_domain::money::Currency;
use coinslot_domain::virtual_currency::HUNDREDTHS;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const fn open(fields: &'static [Field]) -> Shape {
    Shape::Object { fields, unknown: Unknown::Ignore }
}

const SKU: Shape = Shape::Text { min: 1, max: SKU_LENGTH, rule: Some(TextRule::Sku) };
const NAME: Shape = Shape::Text { min: 1, max: 255, rule: None };
const FLAG: Shape = maybe!(Shape::Flag);
/// The largest amount of virtual currency that a price may be, in units.
const MOST_UNITS: i64 = 1_000_000_000;
/// The most pieces of one thing in a bundle.
const MOST_PIECES: i64 = 1_000_000;

const PRICE: Shape = open(&[
    Field::required("amount", Shape::Decimal { min: 0 }, "How much, as a number or as text."),
    Field::required("currency", Shape::Text { min: 3, max: 3, rule: Some(TextRule::Currency) }, "In which currency."),
    Field::optional("is_default", FLAG, "Whether it is for players in whose currency there is none."),
    Field::optional("is_enabled", FLAG, "Whether it counts; it does if left out."),
    Field::optional("country_iso", maybe!(Shape::Text { min: 0, max: 2, rule: None }), "Must be empty."),
]);

const COINS: Shape = open(&[
    Field::required("sku", NAME, "virtual_currency."),
    Field::required("amount", Shape::Count { min: 1, max: MOST_UNITS }, "How many units."),
    Field::optional("is_default", FLAG, "Accepted, without effect: there is one such price."),
    Field::optional("is_enabled", FLAG, "Whether it counts; it does if left out."),
]);

const CONTENT: Shape = open(&[
    Field::required("sku", SKU, "An item, virtual_currency, or a key: the game's SKU, an underscore and the place."),
    Field::optional("quantity", maybe!(Shape::Count { min: 1, max: MOST_PIECES }), "How many; one if left out."),
]);

const LIMITS: Shape = open(&[
    Field::optional(
        "per_user",
        maybe!(Shape::OneOf(&[
            Shape::Count { min: 1, max: MAX_INTEGER },
            open(&[Field::optional("total", maybe!(Shape::Count { min: 1, max: MAX_INTEGER }), "How many.")]),
        ])),
        "How many a player may buy.",
    ),
    Field::optional("per_item", maybe!(Shape::Count { min: 0, max: MAX_INTEGER }), "Must be empty."),
    Field::optional("recurrent_schedule", maybe!(Shape::Map), "Must be empty."),
]);

/// What a bundle must look like.
pub static BODY: Shape = open(&[
    Field::required("sku", SKU, "The game's name of it; unique among everything that the project sells."),
    Field::required("name", Shape::Texts { max: 255, required: true }, "What players call it, by language."),
    Field::required("description", Shape::Texts { max: 4000, required: false }, "What it is, by language."),
    Field::optional(
        "long_description",
        maybe!(Shape::Texts { max: 65_535, required: false }),
        "What it is, at length, by language.",
    ),
    Field::optional("image_url", IMAGE, "A picture: https://…, http://… or //…"),
    Field::optional(
        "groups",
        maybe!(Shape::Array(&Shape::OneOf(&[NAME, open(&[Field::required("external_id", NAME, "The name of one.")])]))),
        "The groups it is in, by name.",
    ),
    Field::optional("prices", maybe!(Shape::Array(&PRICE)), "What it costs in money, once in each currency."),
    Field::optional("vc_prices", maybe!(Shape::Array(&COINS)), "What it costs in virtual currency: one price at most."),
    Field::required("content", Shape::Array(&CONTENT), "What is in it, with at least one entry."),
    Field::optional("is_free", FLAG, "Whether it costs nothing, and has no prices."),
    Field::optional("is_enabled", FLAG, "Whether it is sold; it is if left out."),
    Field::optional("is_show_in_store", FLAG, "Whether lists show it; they do not if left out."),
    Field::optional("limits", maybe!(LIMITS), "How many a player may buy."),
    Field::optional("attributes", maybe!(Shape::Array(&Shape::Map)), "Accepted, without effect."),
    Field::optional("media_list", maybe!(Shape::Array(&Shape::Map)), "Accepted, without effect."),
    Field::optional("custom_attributes", maybe!(Shape::Map), "Accepted, without effect."),
    Field::optional("order", maybe!(Shape::Integer { min: 0, max: MAX_INTEGER }), "Accepted, without effect."),
    Field::optional("periods", maybe!(Shape::Array(&Shape::Map)), "Must be empty."),
    Field::optional("regions", maybe!(Shape::Array(&Shape::Map)), "Must be empty."),
]);

/// The parameters of a list of bundles.
pub static LIST: Shape = open(&[
    Field::optional(
        "limit",
        Shape::Count { min: 1, max: MAX_INTEGER },
        "How many to show; at most 50, and 50 if not given.",
    ),
    Field::optional("offset", Shape::Count { min: 0, max: MAX_INTEGER }, "How many to leave out before that."),
]);

/// The answer of the call that makes one.
pub static MADE: Shape = open(&[Field::required("sku", NAME, "Its SKU.")]);

/// A bundle as its seller sees it.
pub static SHOWN: Shape = open(&[
    Field::required("item_id", Shape::Integer { min: 1, max: MAX_INTEGER }, "Its number."),
    Field::required("sku", NAME, "Its SKU."),
    Field::required("type", Shape::Enum(&["bundle"]), "That it is a bundle."),
    Field::required("bundle_type", Shape::Enum(&["standard"]), "That it is no package of virtual currency."),
    Field::required("name", Shape::Map, "What it is called, by language."),
    Field::required("is_enabled", Shape::Bool, "Whether it is sold."),
    Field::required("is_show_in_store", Shape::Bool, "Whether lists show it."),
    Field::required("prices", Shape::Array(&Shape::Map), "What it costs in money."),
    Field::required("virtual_prices", Shape::Array(&Shape::Map), "What it costs in virtual currency."),
    Field::required("content", Shape::Array(&Shape::Map), "What is in it."),
]);

/// Bundles as their seller sees them.
pub static LISTED: Shape = open(&[Field::required("items", Shape::Array(&SHOWN), "In the order they were made in.")]);

/// A bundle as it was sent, and found to be in order by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleBody {
    /// The game's name of it.
    pub sku: String,
    /// What players call it.
    pub name: Localized,
    /// What it is.
    pub description: Localized,
    /// What it is, at length.
    pub long_description: Localized,
    /// A picture.
    pub image_url: Option<String>,
    /// Names of groups.
    pub groups: Vec<String>,
    /// What it costs in money.
    pub prices: BTreeMap<Currency, Decimal>,
    /// For players in whose currency there is no price.
    pub default_currency: Option<Currency>,
    /// What it costs in virtual currency, in hundredths.
    pub vc_price: Option<i64>,
    /// Whether it costs nothing.
    pub free: bool,
    /// Whether it is sold.
    pub enabled: bool,
    /// Whether lists show it.
    pub shown: bool,
    /// How many a player may buy.
    pub limit: Option<i64>,
    /// What is in it, by SKU.
    pub content: Vec<(String, i64)>,
}

impl BundleBody {
    /// Reads a body, or lists its faults.
    pub fn read(body: &Value) -> Result<Self, Vec<Violation>> {
        let mut faults = shape::check(&BODY, body);
        let body = shape::normalise(&BODY, body.clone());
        let list = |key: &str| body.get(key).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let flag = |key: &str, default| body.get(key).and_then(read::truth).unwrap_or(default);
        let counts = |value: &&Value| value.get("is_enabled").and_then(read::truth).unwrap_or(true);
        let mut fault = |path: String, text: &str| faults.push(Violation::new(path, text));
        let (mut prices, mut default_currency) = (BTreeMap::new(), None);
        for (i, price) in list("prices").iter().enumerate().filter(|(_, p)| counts(p)) {
            if price.get("country_iso").and_then(read::text).is_some_and(|c| !c.is_empty()) {
                fault(format!("prices[{i}].country_iso"), NOT_HERE);
            }
            let currency = price.get("currency").and_then(Value::as_str).and_then(Currency::from_code);
            let Some((currency, amount)) = currency.zip(price.get("amount").and_then(read::decimal)) else { continue };
            if amount.money(currency).is_err() {
                fault(format!("prices[{i}].amount"), "is more than a price can be");
            }
            if prices.insert(currency, amount).is_some() {
                fault(format!("prices[{i}].currency"), "must not be there twice");
            }
            if price.get("is_default").and_then(read::truth) == Some(true) {
                default_currency = Some(currency);
            }
        }
        let mut vc_price = None;
        for (i, price) in list("vc_prices").iter().enumerate().filter(|(_, p)| counts(p)) {
            if price.get("sku").and_then(Value::as_str).is_some_and(|sku| sku != CURRENCY_SKU) {
                fault(format!("vc_prices[{i}].sku"), "is not a virtual currency of this project");
            }
            let amount = price.get("amount").and_then(read::integer).and_then(|n| n.checked_mul(HUNDREDTHS));
            if vc_price.replace(amount).is_some() {
                fault(format!("vc_prices[{i}]"), "must not be there twice");
            }
        }
        let free = flag("is_free", false);
        if free && (!prices.is_empty() || vc_price.is_some()) {
            fault("is_free".into(), "must be false for what has prices");
        }
        let mut content: Vec<(String, i64)> = Vec::new();
        for entry in list("content") {
            let Some(sku) = entry.get("sku").and_then(read::text) else { continue };
            content.push((sku, entry.get("quantity").and_then(read::integer).unwrap_or(1)));
        }
        if list("content").is_empty() && body.get("content").is_some_and(Value::is_array) {
            fault("content".into(), "must have at least 1 entry");
        }
        if content.len() > MOST_CONTENT {
            fault("content".into(), "must have at most 100 entries");
        }
        if content.iter().map(|(sku, _)| sku).collect::<BTreeSet<_>>().len() < content.len() {
            fault("content".into(), "must not have an SKU twice");
        }
        for key in ["periods", "regions"].into_iter().filter(|key| !list(key).is_empty()) {
            fault(key.into(), NOT_HERE);
        }
        let limits = body.get("limits");
        for key in ["per_item", "recurrent_schedule"] {
            if limits.and_then(|l| l.get(key)).is_some_and(|v| !v.is_null()) {
                fault(format!("limits.{key}"), NOT_HERE);
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let per_user = limits.and_then(|l| l.get("per_user"));
        let texts = |key: &str| body.get(key).and_then(read::texts).unwrap_or_default();
        let group = |g: &Value| read::text(g).or_else(|| g.get("external_id").and_then(read::text));
        Ok(BundleBody {
            sku: body.get("sku").and_then(read::text).unwrap_or_default(),
            name: texts("name"),
            description: texts("description"),
            long_description: texts("long_description"),
            image_url: body.get("image_url").and_then(read::text),
            groups: list("groups").iter().filter_map(group).collect(),
            default_currency: default_currency.or_else(|| prices.keys().next().copied()),
            prices,
            vc_price: vc_price.flatten(),
            free,
            enabled: flag("is_enabled", true),
            shown: flag("is_show_in_store", false),
            limit: per_user.and_then(|l| read::integer(l.get("total").unwrap_or(l))),
            content,
        })
    }
}

/// Said of what the published API has and this server does not.
const NOT_HERE: &str = "must be empty: this is not supported";

/// A bundle as its seller sees it; `games` are those that are in bundles.
pub fn shown(bundle: &Item, catalogue: &Catalogue, games: &[Game]) -> Value {
    let texts = read::texts_json;
    let currency = &catalogue.currency;
    let groups = bundle.groups.iter().filter_map(|id| catalogue.groups.get(id));
    let prices = bundle.prices.iter().map(|(c, price)| {
        json!({
            "amount": price.to_string(), "currency": c.code(), "is_default": bundle.default_currency == Some(*c),
            "is_enabled": true, "country_iso": null,
        })
    });
    let coins = bundle.vc_price.map(|price| {
        json!({
            "sku": CURRENCY_SKU, "name": texts(&currency.name), "type": "virtual_currency", "description": {},
            "image_url": null, "amount": read::units(price).to_string(), "is_default": true,
        })
    });
    let part = |sku: &str, kind: &str, name: &Localized, description: Value, image: Option<&str>, quantity: i64| {
        json!({
            "sku": sku, "name": texts(name), "type": kind, "description": description, "image_url": image,
            "quantity": quantity,
        })
    };
    let content = bundle.content.iter().filter_map(|c| match c.part {
        Part::Item(id) => {
            let item = catalogue.items.get(&id)?;
            let image = item.image_url.as_deref();
            Some(part(&item.sku, type_of(item), &item.name, texts(&item.description), image, c.quantity))
        }
        Part::Currency => Some(part(CURRENCY_SKU, "virtual_currency", &currency.name, json!({}), None, c.quantity)),
        Part::Key(id, drm) => {
            let game = games.iter().find(|g| g.id == id)?;
            let about = texts(&game.descriptions);
            Some(part(&key_sku(game, drm), "game_key", &game.names, about, None, c.quantity))
        }
    });
    let content: Vec<Value> = content.collect();
    json!({
        "item_id": bundle.id.get(),
        "sku": bundle.sku,
        "type": "bundle",
        "bundle_type": "standard",
        "name": texts(&bundle.name),
        "description": texts(&bundle.description),
        "long_description": texts(&bundle.long_description),
        "image_url": bundle.image_url,
        "attributes": [],
        "is_free": bundle.prices.values().any(|p| p.is_zero()),
        "groups": groups.map(|g| json!({ "external_id": external_id(g), "name": texts(&g.name) })).collect::<Vec<_>>(),
        "prices": prices.collect::<Vec<_>>(),
        "virtual_prices": coins.into_iter().collect::<Vec<_>>(),
        "media_list": [],
        "order": 1,
        "is_enabled": bundle.enabled,
        "is_show_in_store": !bundle.hidden,
        "regions": [],
        "content": content,
        "limits": bundle.purchase_limit.map(|n| json!({
            "per_user": { "total": n }, "per_item": null, "recurrent_schedule": null,
        })),
        "periods": [],
        "custom_attributes": {},
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(rest: &str) -> Result<BundleBody, Vec<(String, String)>> {
        let body = format!(r#"{{"sku":"starter","name":{{"en":"Starter"}},"description":{{}}{rest}}}"#);
        let faults = |all: Vec<Violation>| all.into_iter().map(|v| (v.path, v.text)).collect();
        BundleBody::read(&shape::parse(body.as_bytes()).unwrap()).map_err(faults)
    }

    #[test]
    fn the_least_and_the_most() {
        let least = read(r#","content":[{"sku":"sword"}]"#).unwrap();
        assert_eq!(least.content, [("sword".to_string(), 1)]);
        assert!(least.enabled && !least.shown && !least.free && least.prices.is_empty());
        let most = read(
            r#","long_description":{"en-US":"x"},"image_url":"https://cdn.example/a.png","groups":["a",{"external_id":"b"}],
            "prices":[{"amount":"9.99","currency":"USD","is_default":false},
                {"amount":9,"currency":"EUR","is_default":true,"is_enabled":true,"country_iso":null},
                {"amount":1,"currency":"EUR","is_enabled":false}],
            "vc_prices":[{"sku":"virtual_currency","amount":70,"is_default":true,"is_enabled":true}],
            "content":[{"sku":"sword","quantity":2},{"sku":"virtual_currency","quantity":500},{"sku":"quest_steam"}],
            "is_free":false,"is_enabled":false,"is_show_in_store":true,"limits":{"per_user":{"total":3},"per_item":null},
            "periods":null,"regions":[],"attributes":[],"order":3,"media_list":null,"custom_attributes":{}"#,
        );
        let most = most.unwrap();
        assert_eq!(most.groups, ["a", "b"]);
        assert_eq!(most.default_currency.map(Currency::code), Some("EUR"));
        assert_eq!((most.prices.len(), most.vc_price, most.limit), (2, Some(7_000), Some(3)));
        assert!(!most.enabled && most.shown);
        assert_eq!(read(r#","content":[{"sku":"a"}],"limits":{"per_user":2}"#).unwrap().limit, Some(2));
    }

    #[test]
    fn faults() {
        let one = |rest: &str, path: &str| {
            let all = read(rest).unwrap_err();
            assert_eq!(all.iter().map(|(p, _)| p.as_str()).collect::<Vec<_>>(), [path], "{rest}");
        };
        one("", "content");
        one(r#","content":[]"#, "content");
        let with = |rest: &str| format!(r#","content":[{{"sku":"a"}}],{rest}"#);
        one(r#","content":[{"sku":"a"},{"sku":"a"}]"#, "content");
        one(r#","content":[{"sku":"a","quantity":0}]"#, "content[0].quantity");
        one(&with(r#""prices":[{"amount":1,"currency":"USD","country_iso":"DE"}]"#), "prices[0].country_iso");
        one(&with(r#""prices":[{"amount":1,"currency":"USD"},{"amount":2,"currency":"USD"}]"#), "prices[1].currency");
        one(&with(r#""vc_prices":[{"sku":"gold","amount":1}]"#), "vc_prices[0].sku");
        one(&with(r#""is_free":true,"prices":[{"amount":1,"currency":"USD"}]"#), "is_free");
        one(&with(r#""periods":[{"date_from":"2026-01-01"}]"#), "periods");
        one(&with(r#""limits":{"per_item":5}"#), "limits.per_item");
        one(&with(r#""limits":{"recurrent_schedule":{"interval_type":"daily"}}"#), "limits.recurrent_schedule");
    }
}
