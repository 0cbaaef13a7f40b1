//! What a player has, as the Store API tells the player.

use super::item::View;
use super::order::CURRENCY_SKU;
use super::token::quantity;
use crate::read;
use crate::shape::{self, Field, MAX_INTEGER, Shape, Unknown, Violation};
use coinslot_domain::inventory::Holding;
use coinslot_domain::item::Item;
use coinslot_domain::time::Time;
use serde_json::{Value, json};

const fn open(fields: &'static [Field]) -> Shape {
    Shape::Object { fields, unknown: Unknown::Ignore }
}

const PLATFORM: Field = Field::optional(
    "platform",
    Shape::Enum(&[
        "playstation_network",
        "xbox_live",
        "xsolla",
        "pc_standalone",
        "nintendo_shop",
        "google_play",
        "app_store_ios",
        "android_standalone",
        "ios_standalone",
        "android_other",
        "ios_other",
        "pc_other",
    ]),
    "Accepted, without effect: what a player has is the same everywhere.",
);

/// The parameters of what a player has.
pub static LIST: Shape = open(&[
    Field::optional(
        "limit",
        Shape::Count { min: 1, max: MAX_INTEGER },
        "How many to show; at most 50, and 50 if not given.",
    ),
    Field::optional("offset", Shape::Count { min: 0, max: MAX_INTEGER }, "How many to leave out before that."),
    PLATFORM,
]);

/// The parameters of the rest.
pub static QUERY: Shape = open(&[PLATFORM]);

/// What is to be used up.
pub static CONSUME: Shape = open(&[
    Field::required("sku", Shape::Text { min: 1, max: 255, rule: None }, "What."),
    Field::optional(
        "quantity",
        Shape::OneOf(&[Shape::Number { positive: true, text: false }, Shape::Null]),
        "How many, a whole number; 1 if there is an instance_id.",
    ),
    Field::optional(
        "instance_id",
        Shape::OneOf(&[Shape::Text { min: 0, max: 255, rule: None }, Shape::Null]),
        "Accepted for older clients: pieces of an item are not told apart.",
    ),
]);

const NAME: Shape = Shape::Text { min: 0, max: 65_535, rule: None };
const COUNT: Shape = Shape::Integer { min: 0, max: MAX_INTEGER };
const MAYBE: Shape = Shape::OneOf(&[COUNT, Shape::Null]);
const SKU: Field = Field::required("sku", NAME, "Its SKU.");
const TITLE: Field = Field::required("name", NAME, "What it is called.");
const KIND: Field = Field::required("type", NAME, "What it is.");

/// What a player has.
pub static ITEMS: Shape = open(&[Field::required(
    "items",
    Shape::Array(&open(&[
        SKU,
        TITLE,
        KIND,
        Field::required("virtual_item_type", NAME, "What becomes of it."),
        Field::required("quantity", COUNT, "How many."),
        Field::required("remaining_uses", MAYBE, "How often it can be used, if it is used up."),
        Field::required("instance_id", Shape::Null, "Pieces of an item are not told apart."),
    ])),
    "By their numbers.",
)]);

/// What a player has of virtual currency.
pub static BALANCE: Shape = open(&[Field::required(
    "items",
    Shape::Array(&open(&[
        SKU,
        TITLE,
        KIND,
        Field::required("amount", Shape::Number { positive: false, text: false }, "How much."),
    ])),
    "The one virtual currency.",
)]);

/// Items that last for a time.
pub static LASTING: Shape = open(&[Field::required(
    "items",
    Shape::Array(&open(&[
        SKU,
        TITLE,
        KIND,
        Field::required("expired_at", MAYBE, "When the player's is gone, in seconds since 1970."),
        Field::required("status", Shape::Enum(&["none", "active", "expired"]), "Whether the player has it."),
    ])),
    "By their numbers.",
)]);

/// How many things a list shows at most.
const MOST: i64 = 50;

/// Reads how many things a list is to show, and behind how many.
pub fn page(query: &Value) -> (i64, i64) {
    let number = |name: &str| query.get(name).and_then(read::integer);
    (number("limit").unwrap_or(MOST).min(MOST), number("offset").unwrap_or(0))
}

/// What is to be used up, and how much of it; how much is not said if nothing
/// is given.
pub fn consume(body: &Value) -> Result<(String, Option<i64>), Vec<Violation>> {
    let faults = shape::check(&CONSUME, body);
    if !faults.is_empty() {
        return Err(faults);
    }
    let some = |name: &str| body.get(name).filter(|v| !v.is_null());
    let amount = match (some("quantity"), some("instance_id")) {
        (Some(value), _) => match quantity(value) {
            Ok(n) => Some(n),
            Err(text) => return Err(vec![Violation::new("quantity", text.unwrap_or_default())]),
        },
        (None, Some(_)) => Some(1),
        (None, None) => None,
    };
    Ok((body.get("sku").and_then(read::text).unwrap_or_default(), amount))
}

/// What a player has.
pub fn items(view: &View<'_>, all: &[(Holding, Item)]) -> Value {
    let one = |(holding, item): &(Holding, Item)| {
        let shown = view.item(item, 0);
        let used_up = shown["virtual_item_type"] == "consumable";
        let mut owned = part(&shown);
        owned["quantity"] = holding.amount.into();
        owned["remaining_uses"] = if used_up { holding.amount.into() } else { Value::Null };
        owned["instance_id"] = Value::Null;
        owned
    };
    json!({ "items": all.iter().map(one).collect::<Vec<_>>() })
}

/// What is told of an item that somebody may have.
fn part(shown: &Value) -> Value {
    let names = ["sku", "name", "type", "virtual_item_type", "description", "image_url", "attributes", "groups"];
    Value::Object(names.into_iter().map(|name| (name.to_string(), shown[name].clone())).collect())
}

/// What a player has of the virtual currency, in hundredths.
pub fn balance(view: &View<'_>, hundredths: i64) -> Value {
    let shown = view.virtual_currency();
    json!({ "items": [{
        "sku": CURRENCY_SKU, "type": "virtual_currency", "name": shown["name"], "description": "", "image_url": "",
        "amount": read::units(hundredths),
    }] })
}

/// The items that last for a time, with what the player has of them.
pub fn lasting(view: &View<'_>, all: &[(Holding, Item)], now: Time) -> Value {
    let has = |item: &Item| all.iter().map(|(h, _)| h).find(|h| h.item == item.id && h.owned(now) > 0);
    let shown = view.catalogue.items.values().filter(|i| i.lasts().is_some() && (view.shows(i) || has(i).is_some()));
    let one = |item: &Item| {
        let holding = has(item);
        let mut told = part(&view.item(item, 0));
        told["expired_at"] = holding.and_then(|h| h.until).map(Time::unix_seconds).into();
        told["status"] = if holding.is_some() { "active" } else { "none" }.into();
        told
    };
    json!({ "items": shown.map(one).collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_up() {
        let consume = |text: &str| consume(&shape::parse(text.as_bytes()).unwrap());
        let sword = |n| Ok(("a".to_string(), n));
        assert_eq!(consume(r#"{"sku":"a","quantity":2,"instance_id":"someId"}"#), sword(Some(2)));
        assert_eq!(consume(r#"{"sku":"a","quantity":2,"instance_id":null}"#), sword(Some(2)));
        assert_eq!(consume(r#"{"sku":"a","quantity":null,"instance_id":"x"}"#), sword(Some(1)));
        assert_eq!(consume(r#"{"sku":"a"}"#), sword(None));
        for bad in [r#"{"quantity":1}"#, r#"{"sku":"a","quantity":0}"#, r#"{"sku":"a","quantity":1.5}"#] {
            assert!(consume(bad).is_err(), "{bad}");
        }
    }
}
