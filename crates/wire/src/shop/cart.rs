//! Carts: what is put into one, and how it is shown.

use super::item::View;
use super::order::{self, MAYBE_PRICE, each};
use super::token::{items, plain_items, quantity};
use crate::shape::{self, Field, MAX_INTEGER, Shape, TextRule, Unknown, Violation};
use crate::{plain, read};
use coinslot_domain::cart::Cart;
use coinslot_domain::coupon::Reward;
use coinslot_domain::money::Money;
use coinslot_domain::promotion::Promotion;
use coinslot_domain::purchase::Line;
use serde_json::{Value, json};
use std::sync::Arc;

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

/// What a cart is to be filled with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filling {
    /// SKUs, each once, with how many.
    pub lines: Vec<(String, i64)>,
    /// The currency to show prices in.
    pub currency: Option<String>,
}

impl Filling {
    /// Reads a body, or lists its faults.
    pub fn read(body: &Value) -> Result<Self, Vec<Violation>> {
        let list = body.as_array().map(|list| json!({ "items": list }));
        let lines = of_shape(&FILL, list.as_ref().unwrap_or(body))?;
        Ok(Filling { lines, currency: body.get("currency").and_then(read::text) })
    }

    /// Takes a body as it came, if it is plain and has no fault: then this is
    /// the same as [`Filling::read`], and many times as fast.
    pub fn plain(body: &[u8]) -> Option<Self> {
        let mut currency = None;
        let parts = plain::properties(&FILL, body, |path, scalar| {
            if let ["currency"] = path {
                currency = Some(scalar.to_string());
            }
        })?;
        let lines = plain_items(serde_json::from_str(parts.get("items")?).ok()?)?;
        Some(Filling { lines, currency })
    }
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

/// A key that stands in the answer about a cart besides those of the cart, and
/// its value as JSON. By its name it comes after all of them.
pub type More<'a> = (&'a str, &'a str);

/// What a cart says of each thing itself, in the order of the names.
const OWN: [&str; 6] = ["can_be_bought", "is_bonus", "is_free", "price", "quantity", "sku"];

/// A thing as it stands in carts, written down but for what a cart says itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// What comes before each of [`OWN`], and behind the last.
    parts: [String; OWN.len() + 1],
    /// Whether it is sold.
    sold: bool,
}

impl Written {
    /// Writes a thing down.
    pub fn of(thing: &Value) -> Self {
        let mut parts: [String; OWN.len() + 1] = Default::default();
        for (key, value) in thing.as_object().into_iter().flatten() {
            if let Err(at) = OWN.binary_search(&key.as_str()) {
                let part = &mut parts[at];
                if !part.is_empty() {
                    part.push(',');
                }
                part.push_str(&quoted(key));
                part.push(':');
                part.push_str(&value.to_string());
            }
        }
        Written { parts, sold: thing["can_be_bought"] != json!(false) }
    }

    /// What is written of something that is not in the catalogue any more.
    fn gone(sku: &str) -> Self {
        Written::of(&json!({
            "type": "virtual_good", "name": sku, "description": "", "image_url": "", "groups": [], "attributes": [],
            "virtual_prices": [], "promotions": [], "limits": null, "periods": null, "can_be_bought": false,
            "vp_rewards": [],
        }))
    }

    /// Bytes that it takes, about.
    pub fn size(&self) -> usize {
        self.parts.iter().map(String::len).sum()
    }

    /// A line of a cart; without a price when it cannot be bought.
    fn line(&self, out: &mut String, (sku, quantity): (&str, i64), bought: Option<&Line>, is_bonus: bool) {
        let one = bought.map(|l| (each(l.price, quantity), each(l.full_price, quantity)));
        let priced = one.filter(|(p, _)| p.minor > 0);
        let price = priced.map_or_else(|| "null".to_string(), |(p, full)| price_text(p, full));
        let (quantity, sku) = (quantity.to_string(), quoted(sku));
        let is_free = one.is_some_and(|(price, _)| price.minor == 0);
        let own = [yes(bought.is_some() && self.sold), yes(is_bonus), yes(is_free), &price, &quantity, &sku];
        out.push('{');
        for (n, part) in self.parts.iter().enumerate() {
            out.push_str(part);
            if let (Some(name), Some(value)) = (OWN.get(n), own.get(n)) {
                if !part.is_empty() {
                    out.push(',');
                }
                for text in ["\"", name, "\":", value] {
                    out.push_str(text);
                }
                if n + 1 < OWN.len() || !self.parts[n + 1].is_empty() {
                    out.push(',');
                }
            }
        }
        out.push('}');
    }
}

/// A text as JSON.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_else(|_| json!(text).to_string())
}

/// The same as [`order::price`], as JSON.
fn price_text(price: Money, full: Money) -> String {
    let (amount, full, currency) = (price.decimal(), full.decimal(), price.currency.code());
    [r#"{"amount":""#, &amount, r#"","amount_without_discount":""#, &full, r#"","currency":""#, currency, r#""}"#]
        .concat()
}

fn yes(yes: bool) -> &'static str {
    if yes { "true" } else { "false" }
}

/// A cart as its player sees it, as JSON. `lines` are what it comes to, without
/// what cannot be bought; `shown` says of an SKU what it is, and is told whether
/// it was added by a promotion.
pub fn cart(
    cart: &Cart,
    lines: &[Line],
    shown: impl Fn(&str, bool) -> Option<Arc<Written>>,
    more: Option<More<'_>>,
) -> String {
    let joined = order::joined(lines);
    let total = coinslot_domain::purchase::total(lines).ok().flatten();
    let full: i64 = lines.iter().map(|l| l.full_price.minor).sum();
    let mut out = String::with_capacity(256 + 768 * (cart.lines.len() + 1));
    out.push_str("{\"cart_id\":");
    out.push_str(&quoted(&cart.name));
    out.push_str(",\"is_free\":");
    out.push_str(yes(total.is_some_and(|t| t.minor == 0)));
    out.push_str(",\"items\":[");
    let start = out.len();
    let mut add = |line: (&str, i64), bought, is_bonus| {
        if out.len() > start {
            out.push(',');
        }
        match shown(line.0, is_bonus) {
            Some(written) => written.line(&mut out, line, bought, is_bonus),
            None => Written::gone(line.0).line(&mut out, line, bought, is_bonus),
        }
    };
    for (sku, quantity) in &cart.lines {
        let bought = joined.iter().find(|(known, _, line)| known == sku && line.is_asked());
        add((sku, *quantity), bought.map(|(.., l)| l), false);
    }
    for (sku, pieces, bonus) in joined.iter().filter(|(.., line)| line.is_bonus()) {
        add((sku, *pieces), Some(bonus), true);
    }
    out.push_str("],\"price\":");
    match total.filter(|t| t.minor > 0) {
        Some(t) => out.push_str(&price_text(t, Money::new(full, t.currency))),
        None => out.push_str("null"),
    }
    out.push_str(",\"promotions\":[]");
    if let Some((name, value)) = more {
        for text in [",\"", name, "\":", value] {
            out.push_str(text);
        }
    }
    out.push('}');
    out
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
    use crate::plain::scribble::scribbled;
    use proptest::prelude::*;

    #[test]
    fn a_usual_filling_is_plain() {
        let body = r#"{"items":[{"sku":"a","quantity":2},{"sku":"b","quantity":1},{"sku":"a","quantity":1}],"currency":"EUR"}"#;
        let read = Filling::read(&shape::parse(body.as_bytes()).unwrap()).ok();
        assert_eq!((Filling::plain(body.as_bytes()), read.is_some()), (read, true));
        for odd in [r#"[{"sku":"a","quantity":2}]"#, r#"{"items":[{"sku":"a","quantity":2.0}]}"#] {
            assert_eq!(Filling::plain(odd.as_bytes()), None, "{odd}");
            assert!(Filling::read(&shape::parse(odd.as_bytes()).unwrap()).is_ok(), "{odd}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn haste_makes_no_difference(body in scribbled(&FILL)) {
            if let Some(plain) = Filling::plain(&body) {
                prop_assert_eq!(Some(plain), Filling::read(&shape::parse(&body).unwrap()).ok());
            }
        }
    }

    #[test]
    fn quantities() {
        let put = |text: &str| super::put(&shape::parse(text.as_bytes()).unwrap());
        assert_eq!((put("{}"), put(r#"{"quantity":0}"#), put(r#"{"quantity":2.0}"#)), (Some(1), Some(0), Some(2)));
        for bad in [r#"{"quantity":-1}"#, r#"{"quantity":1.5}"#, r#"{"quantity":"2"}"#, r#"{"quantity":10001}"#] {
            assert_eq!(put(bad), None, "{bad}");
        }
    }

    /// A thing with a cart's own members in their places, as it is and as it is
    /// written down.
    fn both(thing: &Value, (sku, quantity): (&str, i64), bought: Option<&Line>, is_bonus: bool) -> [Value; 2] {
        let one = bought.map(|l| (each(l.price, quantity), each(l.full_price, quantity)));
        let mut is = thing.clone();
        is["sku"] = sku.into();
        is["quantity"] = quantity.into();
        is["is_bonus"] = is_bonus.into();
        is["is_free"] = one.is_some_and(|(price, _)| price.minor == 0).into();
        is["price"] = one.filter(|(p, _)| p.minor > 0).map_or(Value::Null, |(p, full)| order::price(p, full));
        is["can_be_bought"] = (bought.is_some() && is["can_be_bought"] != json!(false)).into();
        let mut out = String::new();
        Written::of(thing).line(&mut out, (sku, quantity), bought, is_bonus);
        assert_eq!(out, is.to_string(), "in the order of its keys");
        [is, serde_json::from_str(&out).unwrap()]
    }

    #[test]
    fn what_is_written_down_is_the_same_to_the_byte() {
        use coinslot_domain::money::Currency;
        use coinslot_domain::purchase::LineKind;
        let money = |minor| Money::new(minor, Currency::from_code("USD").unwrap());
        let line = |price, full| Line {
            kind: LineKind::Item,
            reference: Some(1),
            sku: "a".into(),
            name: "A".into(),
            quantity: 3,
            detail: None,
            price: money(price),
            full_price: money(full),
            promotion: None,
            bundle: None,
        };
        let things = [
            json!({}),
            json!({ "sku": "x", "price": { "amount": "1" }, "can_be_bought": true }),
            json!({ "can_be_bought": false, "zebra": ["\u{1}\"", 150], "attributes": [], "name": "Меч", "k\"ey": null }),
            json!({ "type": "virtual_good" }),
            json!({ "a": 1, "d": 2, "is_c": 3, "o": 4, "pz": 5, "r": 6, "t": 7 }),
        ];
        for thing in &things {
            for bought in [None, Some(line(0, 0)), Some(line(1000, 1001))] {
                for (sku, is_bonus) in [("a", false), ("меч \"1\"\n", true)] {
                    let [is, written] = both(thing, (sku, 3), bought.as_ref(), is_bonus);
                    assert_eq!(is, written);
                }
            }
        }
        let cart = Cart { lines: vec![("a".into(), 3), ("gone".into(), 1)], ..Cart::empty(ours(), "p", "c\"1") };
        let shown = |sku: &str, _: bool| (sku == "a").then(|| Arc::new(Written::of(&things[1])));
        let text = super::cart(&cart, &[line(1000, 1001)], shown, Some(("warnings", "[1]")));
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value.to_string(), text, "in the order of its keys");
        assert_eq!((&value["cart_id"], &value["price"]["amount"]), (&json!("c\"1"), &json!("10.00")));
        assert_eq!((&value["items"][1]["name"], &value["items"][1]["price"]), (&json!("gone"), &Value::Null));
        let empty = super::cart(&Cart::empty(ours(), "p", "c"), &[], shown, None);
        assert_eq!(empty, r#"{"cart_id":"c","is_free":false,"items":[],"price":null,"promotions":[]}"#);
    }

    fn ours() -> coinslot_domain::id::ProjectId {
        coinslot_domain::id::ProjectId::new(1).unwrap()
    }

    #[test]
    fn a_bare_list_fills_too() {
        let lines = |text: &str| Filling::read(&shape::parse(text.as_bytes()).unwrap()).map(|f| f.lines);
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
