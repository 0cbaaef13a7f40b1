//! Carts: what is put into one, and how it is shown.

use super::item::View;
use super::order::{self, MAYBE_PRICE, each, price};
use super::token::{items, quantity};
use crate::read;
use crate::shape::{self, Field, MAX_INTEGER, Shape, TextRule, Unknown, Violation};
use coinslot_domain::cart::Cart;
use coinslot_domain::coupon::Reward;
use coinslot_domain::money::Money;
use coinslot_domain::promotion::Promotion;
use coinslot_domain::purchase::Line;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const fn open(fields: &'static [Field]) -> Shape {
    Shape::Object { fields, unknown: Unknown::Ignore }
}

const TEXT: Shape = Shape::Text { min: 1, max: 255, rule: None };
const LINE: Shape = open(&[
    Field::required("sku", TEXT, "What."),
    Field::required("quantity", Shape::Number { positive: true, text: false }, "How many, a whole number."),
]);
const LINES: Shape = Shape::Array(&LINE);

/// What fills a cart. A bare list of lines does as well.
pub static FILL: Shape = open(&[
    Field::required("items", LINES, "Lines, each in place of that of its SKU."),
    Field::optional(
        "currency",
        Shape::Text { min: 0, max: usize::MAX, rule: Some(TextRule::Currency) },
        "The currency to show prices in, if everything in it has one.",
    ),
]);

/// The same when a game's server fills the cart of a player.
pub static SERVER_FILL: Shape = Shape::Object {
    fields: &[
        Field::required("items", LINES, "Lines, each in place of that of its SKU."),
        Field::optional(
            "country",
            Shape::Text { min: 0, max: usize::MAX, rule: Some(TextRule::Country) },
            "Where the player is.",
        ),
        Field::optional(
            "currency",
            Shape::Text { min: 0, max: usize::MAX, rule: Some(TextRule::Currency) },
            "The currency to show prices in.",
        ),
    ],
    unknown: Unknown::Refuse,
};

/// How many of a thing a cart is to have.
pub static PUT: Shape = open(&[Field::optional(
    "quantity",
    Shape::Number { positive: false, text: false },
    "How many, a whole number; 1 if not given, and 0 takes it out.",
)]);

/// The parameters of a cart.
pub static QUERY: Shape = open(&[
    Field::optional(
        "currency",
        Shape::Text { min: 0, max: usize::MAX, rule: Some(TextRule::Currency) },
        "The currency to show prices in, if everything in it has one.",
    ),
    Field::optional("locale", Shape::Text { min: 0, max: 20, rule: None }, "The language of texts; en if not given."),
    Field::optional(
        "country",
        Shape::Text { min: 0, max: usize::MAX, rule: Some(TextRule::Country) },
        "Where the player is; found from the address if not given.",
    ),
]);

/// A code that is to be used.
pub static REDEEM: Shape = open(&[
    Field::required(
        "coupon_code",
        Shape::Text { min: 1, max: 128, rule: None },
        "The code; upper and lower case differ.",
    ),
    CART,
    Field::optional(
        "selected_unit_items",
        Shape::OneOf(&[Shape::Map, Shape::Null]),
        "Accepted, without effect: no code gives a choice.",
    ),
]);

const CART: Field = Field::optional(
    "cart",
    Shape::OneOf(&[open(&[Field::optional("id", TEXT, "Its name; current if not given.")]), Shape::Null]),
    "The cart.",
);

/// The cart whose code is to be forgotten.
pub static REMOVE: Shape = open(&[CART]);

const THING: Shape = open(&[
    Field::required("sku", TEXT, "What."),
    Field::required("quantity", Shape::Number { positive: false, text: false }, "How many."),
    Field::required("is_free", Shape::Bool, "Whether it costs nothing."),
    Field::required("is_bonus", Shape::Bool, "Whether a promotion added it."),
    Field::required("price", MAYBE_PRICE, "What one costs."),
]);

const FIELDS: [Field; 5] = [
    Field::required("cart_id", TEXT, "What its player calls it."),
    Field::required("is_free", Shape::Bool, "Whether there is something in it, and it costs nothing."),
    Field::required("price", MAYBE_PRICE, "What all of it costs."),
    Field::required("items", Shape::Array(&THING), "What is in it."),
    Field::required("promotions", Shape::Array(&Shape::Map), "The promotions of the whole cart: always empty."),
];

const WARNED: [Field; 6] = shape::with(
    FIELDS,
    &[Field::required(
        "warnings",
        Shape::Array(&open(&[
            Field::required("sku", Shape::Text { min: 0, max: 65_535, rule: None }, "What was left out."),
            Field::required("quantity", Shape::Integer { min: 0, max: MAX_INTEGER }, "How many."),
            Field::required("errorCode", Shape::Integer { min: 0, max: MAX_INTEGER }, "The number of why."),
            Field::required("errorMessage", Shape::Text { min: 0, max: 65_535, rule: None }, "Why."),
        ])),
        "Lines that were left out, and why.",
    )],
);

const REWARDED: [Field; 6] = shape::with(FIELDS, &[Field::required("rewards", Shape::Map, "What the code gives.")]);

/// A cart in an answer.
pub static SHOWN: Shape = open(&FIELDS);
/// A cart that was filled.
pub static FILLED: Shape = open(&WARNED);
/// A cart with a code.
pub static REDEEMED: Shape = open(&REWARDED);
/// What a code gives.
pub static REWARDS: Shape = open(&[
    Field::required("bonus", Shape::Array(&Shape::Map), "Items and virtual currency, with how many."),
    Field::required("discount", Shape::OneOf(&[Shape::Map, Shape::Null]), "Percent off what is bought."),
    Field::required("discounted_items", Shape::Array(&Shape::Map), "Items that are cheaper."),
    Field::required("is_selectable", Shape::Bool, "Whether there is a choice: never."),
]);
/// What a coupon gave.
pub static GIVEN: Shape = open(&[Field::required("items", Shape::Array(&Shape::Map), "Items, with how many.")]);

/// Reads what fills a cart.
pub fn fill(body: &Value) -> Result<Vec<(String, i64)>, Vec<Violation>> {
    let list = body.as_array().map(|list| json!({ "items": list }));
    of_shape(&FILL, list.as_ref().unwrap_or(body))
}

/// Reads what a game's server fills a cart with.
pub fn server_fill(body: &Value) -> Result<Vec<(String, i64)>, Vec<Violation>> {
    of_shape(&SERVER_FILL, body)
}

fn of_shape(shape: &Shape, body: &Value) -> Result<Vec<(String, i64)>, Vec<Violation>> {
    let mut faults = shape::check(shape, body);
    let lines = items(body.get("items"), "items", &mut faults);
    if faults.is_empty() { Ok(lines) } else { Err(faults) }
}

/// Reads how many of a thing a cart is to have; `None` for what is no quantity.
pub fn put(body: &Value) -> Option<i64> {
    match body.get("quantity") {
        None => Some(1),
        Some(value) => quantity(value).ok().filter(|n| *n >= 0),
    }
}

/// Reads which cart a body means.
pub fn cart_id(body: &Value) -> Option<String> {
    body.pointer("/cart/id").and_then(read::text)
}

/// A cart as its player sees it. `lines` are what it comes to, without what
/// cannot be bought; `shown` says of each SKU what it is.
pub fn cart(cart: &Cart, lines: &[Line], shown: &BTreeMap<String, Value>, view: &View<'_>) -> Value {
    let joined = order::joined(lines);
    let mut items = Vec::new();
    for (sku, quantity) in &cart.lines {
        let bought = joined.iter().find(|(known, _, line)| known == sku && line.is_asked());
        items.push(line(sku, *quantity, bought.map(|(.., l)| l), shown.get(sku)));
    }
    for (sku, pieces, bonus) in joined.iter().filter(|(.., line)| line.is_bonus()) {
        let known = view.catalogue.item(sku).map(|item| view.item(item, 0));
        let known = known.unwrap_or_else(|| view.virtual_currency());
        let mut item = line(sku, *pieces, Some(bonus), Some(&known));
        item["is_bonus"] = true.into();
        items.push(item);
    }
    let total = coinslot_domain::purchase::total(lines).ok().flatten();
    let full: i64 = lines.iter().map(|l| l.full_price.minor).sum();
    json!({
        "cart_id": cart.name,
        "is_free": total.is_some_and(|t| t.minor == 0),
        "price": total.filter(|t| t.minor > 0).map(|t| price(t, Money::new(full, t.currency))),
        "items": items,
        "promotions": [],
    })
}

/// A line of a cart; without a price when it cannot be bought.
fn line(sku: &str, quantity: i64, bought: Option<&Line>, shown: Option<&Value>) -> Value {
    let mut item = shown.cloned().unwrap_or_else(|| {
        json!({
            "type": "virtual_good", "name": sku, "description": "", "image_url": "", "groups": [], "attributes": [],
            "virtual_prices": [], "promotions": [], "limits": null, "periods": null, "can_be_bought": false,
            "vp_rewards": [],
        })
    });
    item["sku"] = sku.into();
    item["quantity"] = quantity.into();
    item["is_bonus"] = false.into();
    let one = bought.map(|l| (each(l.price, quantity), each(l.full_price, quantity)));
    item["is_free"] = one.is_some_and(|(price, _)| price.minor == 0).into();
    item["price"] = one.filter(|(p, _)| p.minor > 0).map_or(Value::Null, |(p, full)| price(p, full));
    item["can_be_bought"] = (bought.is_some() && item["can_be_bought"] != json!(false)).into();
    item
}

/// What a code gives: on top of a purchase, if `promotions` are those that run
/// for it, or by itself.
pub fn rewards(view: &View<'_>, reward: &Reward, promotions: &[&Promotion]) -> Value {
    let mut bonus: Vec<Value> = reward
        .items
        .iter()
        .filter_map(|(sku, n)| Some(json!({ "item": view.bonus(sku, *n)?, "quantity": n })))
        .collect();
    if reward.virtual_currency > 0 {
        let quantity = read::units(reward.virtual_currency);
        bonus.push(json!({ "item": view.bonus_coins(reward.virtual_currency), "quantity": quantity }));
    }
    let percent = promotions.iter().filter_map(|p| p.rewards.purchase_discount).max();
    let cheaper = promotions.iter().flat_map(|p| &p.rewards.item_discounts);
    let cheaper: Vec<Value> =
        cheaper.map(|d| json!({ "sku": d.sku, "discount": { "percent": super::item::percent(d.percent) } })).collect();
    json!({
        "bonus": bonus,
        "discount": percent.map(|p| json!({ "percent": super::item::percent(p) })),
        "discounted_items": cheaper,
        "is_selectable": false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities() {
        let put = |text: &str| super::put(&shape::parse(text.as_bytes()).unwrap());
        assert_eq!((put("{}"), put(r#"{"quantity":0}"#), put(r#"{"quantity":2.0}"#)), (Some(1), Some(0), Some(2)));
        for bad in [r#"{"quantity":-1}"#, r#"{"quantity":1.5}"#, r#"{"quantity":"2"}"#, r#"{"quantity":10001}"#] {
            assert_eq!(put(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_bare_list_fills_too() {
        let lines = |text: &str| fill(&shape::parse(text.as_bytes()).unwrap());
        let one = vec![("a".to_string(), 2)];
        assert_eq!(lines(r#"{"items":[{"sku":"a","quantity":2}],"currency":"USD"}"#), Ok(one.clone()));
        assert_eq!(lines(r#"[{"sku":"a","quantity":1},{"sku":"a","quantity":1}]"#), Ok(one));
        assert_eq!(lines(r#"[{"sku":"a"}]"#).unwrap_err()[0].path, "items[0].quantity");
        assert!(lines("{}").is_err() && lines("[]").is_err());
        let server = |text: &str| server_fill(&shape::parse(text.as_bytes()).unwrap());
        assert!(server(r#"{"items":[{"sku":"a","quantity":2}],"country":"DE"}"#).is_ok());
        assert!(server(r#"{"items":[{"sku":"a","quantity":2}],"more":1}"#).is_err());
    }
}
