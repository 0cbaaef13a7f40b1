//! Orders: the bodies of the calls that make one for a player, and what is told
//! of one.

use super::token::{parameter_faults, quantity, token_settings};
use crate::read;
use crate::redirect;
use crate::shape::{self, Field, MAX_INTEGER, Shape, TextRule, Unknown, Violation};
use crate::token::{Said, TokenBody};
use coinslot_domain::cart::MOST_OF_ONE;
use coinslot_domain::id::ProjectId;
use coinslot_domain::money::Money;
use coinslot_domain::order::{Coins, Order, Player, Status};
use coinslot_domain::payment::Payment;
use coinslot_domain::purchase::{Line, LineKind};
use coinslot_domain::time::Time;
use serde_json::{Map, Value, json};

const BOOL: Shape = Shape::Bool;
const COUNT: Shape = Shape::Integer { min: 1, max: MAX_INTEGER };
const NAME: Shape = text(0, 255);

const fn text(min: usize, max: usize) -> Shape {
    Shape::Text { min, max, rule: None }
}

/// An object that passes over what it does not know: clients send more than is
/// documented.
const fn open(fields: &'static [Field]) -> Shape {
    Shape::Object { fields, unknown: Unknown::Ignore }
}

const DEVICE: Shape = open(&[Field::optional(
    "header",
    open(&[Field::optional("close_button", BOOL, "Shows a button that closes the page and leads back.")]),
    "The top of the page.",
)]);

const SETTINGS: Shape = open(&[
    Field::optional("external_id", text(1, 255), "The game's own id of the transaction."),
    Field::optional("payment_method", COUNT, "Opens the page at this payment method."),
    Field::optional(
        "return_url",
        Shape::Text { min: 0, max: 1000, rule: Some(TextRule::Url) },
        "Where the player goes after the payment.",
    ),
    Field::optional(
        "redirect_policy",
        open(&[redirect::CONDITIONS, redirect::MANUAL, redirect::DELAY, redirect::CAPTION]),
        "When the player is sent back.",
    ),
    Field::optional(
        "ui",
        open(&[
            Field::optional("theme", NAME, "Colours: default, dark, or the name of a theme."),
            Field::optional("size", NAME, "Size of the page."),
            Field::optional("version", NAME, "Layout: desktop or mobile."),
            Field::optional("desktop", DEVICE, "Looks on a desktop."),
            Field::optional("mobile", DEVICE, "Looks on a telephone."),
        ]),
        "Looks of the page.",
    ),
]);

const CURRENCY: Field = Field::optional(
    "currency",
    Shape::Text { min: 0, max: usize::MAX, rule: Some(TextRule::Currency) },
    "The currency of the order, if everything in it has a price in it.",
);
const LOCALE: Field = Field::optional("locale", text(0, 20), "The language of the page and of names.");
const SANDBOX: Field = Field::optional("sandbox", BOOL, "Makes it a test: no money moves; false if not given.");
const PAGE: Field = Field::optional("settings", SETTINGS, "How the page behaves.");
const PARAMETERS: Field = Field::optional(
    "custom_parameters",
    Shape::OneOf(&[Shape::Map, Shape::Null]),
    "1 to 200 free values, repeated in the notifications.",
);

/// What the body of an order of a cart must look like. It may be left out.
pub static OF_CART: Shape = open(&[CURRENCY, LOCALE, SANDBOX, PAGE, PARAMETERS]);

/// What the body of an order of one thing must look like. It may be left out.
pub static OF_ITEM: Shape = open(&[
    CURRENCY,
    LOCALE,
    SANDBOX,
    PAGE,
    PARAMETERS,
    Field::optional("quantity", Shape::Number { positive: true, text: false }, "How many; 1 if not given."),
    Field::optional("promo_code", text(1, 128), "A code that lowers the price."),
]);

/// What the body of an order for virtual currency must look like. It may be
/// left out.
pub static FOR_COINS: Shape = open(&[PARAMETERS]);

/// A body that was found to be in order.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderBody {
    /// How many.
    pub quantity: i64,
    /// A code that lowers the price.
    pub code: Option<String>,
    /// Play money.
    pub sandbox: bool,
    body: Value,
}

impl OrderBody {
    /// Reads a body by its shape, or lists its faults.
    pub fn read(shape: &Shape, body: Value) -> Result<Self, Vec<Violation>> {
        let mut faults = shape::check(shape, &body);
        let mut body = shape::normalise(shape, body);
        // One client writes it so.
        if let Some(custom) = body.get("customParameters").cloned()
            && body.get("custom_parameters").is_none()
            && custom.as_object().is_some_and(|c| !c.is_empty())
        {
            body["custom_parameters"] = custom;
        }
        parameter_faults(&body, &mut faults);
        let mut pieces = 1;
        if let Some(value) = body.get("quantity") {
            match quantity(value) {
                Ok(n) if n > 0 => pieces = n,
                // What the shape says already.
                Ok(_) | Err(None) => {}
                Err(Some(text)) => faults.push(Violation::new("quantity", text)),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let code = body.get("promo_code").and_then(read::text);
        let sandbox = body.get("sandbox") == Some(&Value::Bool(true));
        Ok(OrderBody { quantity: pieces, code, sandbox, body })
    }

    /// The body of the token, for a player who buys these SKUs.
    pub fn token(
        &self,
        project: ProjectId,
        player: &Player,
        attributes: Option<&Map<String, Value>>,
        items: &[(String, i64)],
        coupon: Option<&str>,
    ) -> Option<TokenBody> {
        let mut user = String::from("{");
        let known = [("id", Some(&player.id)), ("name", player.name.as_ref()), ("email", player.email.as_ref())];
        for (key, value) in known.into_iter().chain([("country", player.country.as_ref())]) {
            if let Some(value) = value {
                let value = serde_json::to_string(value).ok()?;
                user.extend([if user.len() > 1 { ",\"" } else { "\"" }, key, "\":{\"value\":", &value, "}"]);
            }
        }
        if let Some(attributes) = attributes {
            user.extend([",\"attributes\":", &serde_json::to_string(attributes).ok()?]);
        }
        user.push('}');
        let mut settings = token_settings(self.body.get("settings").cloned(), project, self.sandbox);
        if let Some(currency) = self.body.get("currency") {
            settings["currency"] = currency.clone();
        }
        if let Some(locale) = self.locale() {
            settings["language"] = locale.into();
        }
        let settings = serde_json::to_string(&settings).ok()?;
        let custom = self.body.get("custom_parameters").filter(|c| !c.is_null());
        let custom = custom.map(serde_json::to_string).transpose().ok()?;
        let said = Said { user: &user, settings: &settings, custom_parameters: custom.as_deref() };
        TokenBody::for_order(said, items, coupon)
    }

    fn locale(&self) -> Option<&str> {
        self.body.get("locale")?.as_str().filter(|l| coinslot_domain::localized::is_locale(l))
    }
}

const AMOUNT: Shape = text(1, 64);

const PRICE: Shape = open(&[
    Field::required("amount", AMOUNT, "What is paid, as decimal text."),
    Field::required("amount_without_discount", AMOUNT, "What would be without promotions."),
    Field::required("currency", NAME, "The currency."),
]);

/// A price, where there is one.
pub(crate) const MAYBE_PRICE: Shape = Shape::OneOf(&[PRICE, Shape::Null]);

const COINS: Shape = open(&[
    Field::required("amount", Shape::Number { positive: false, text: false }, "What is paid."),
    Field::required(
        "amount_without_discount",
        Shape::Number { positive: false, text: false },
        "What would be without promotions.",
    ),
    Field::required("currency", NAME, "The SKU of the virtual currency."),
]);

/// What is told of an order.
pub static ORDER: Shape = open(&[
    Field::required("order_id", COUNT, "The order's number."),
    Field::required("status", Shape::Enum(&["new", "paid", "done", "canceled", "expired"]), "Where it stands."),
    Field::required(
        "content",
        open(&[
            Field::required("price", MAYBE_PRICE, "What all of it costs in money."),
            Field::required("virtual_price", Shape::OneOf(&[COINS, Shape::Null]), "The same in virtual currency."),
            Field::required("is_free", BOOL, "Whether it costs nothing."),
            Field::required(
                "items",
                Shape::Array(&open(&[
                    Field::required("sku", NAME, "What was ordered."),
                    Field::required("quantity", COUNT, "How many."),
                    Field::required("is_free", BOOL, "Whether it costs nothing."),
                    Field::required("price", MAYBE_PRICE, "What one costs."),
                ])),
                "What is in it, with what promotions added.",
            ),
        ]),
        "What is in it.",
    ),
]);

/// What the answer of a call looks like that makes an order nobody pays.
pub static MADE_FREE: Shape = open(&[Field::required("order_id", COUNT, "The order's number.")]);

/// The SKU of a project's virtual currency, which has no SKU of its own.
pub const CURRENCY_SKU: &str = "virtual_currency";

/// A price as it is shown.
pub(crate) fn price(price: Money, full: Money) -> Value {
    json!({
        "amount": price.decimal(), "amount_without_discount": full.decimal(), "currency": price.currency.code(),
    })
}

/// The part of a sum that one of several pieces costs, half a minor unit rounded
/// up.
pub(crate) fn each(sum: Money, pieces: i64) -> Money {
    let pieces = pieces.max(1);
    Money::new((sum.minor.saturating_mul(2).saturating_add(pieces)) / pieces.saturating_mul(2), sum.currency)
}

/// The SKU by which a line is known to players.
pub fn sku(line: &Line) -> String {
    match (line.kind, &line.detail) {
        (LineKind::Key, Some(place)) => format!("{}_{place}", line.sku),
        (LineKind::VirtualCurrency, _) if line.sku.is_empty() => CURRENCY_SKU.into(),
        _ => line.sku.clone(),
    }
}

/// Lines as players see them: keys of one game to one price are one, and of
/// virtual currency that is no package there are so many units.
pub fn joined(lines: &[Line]) -> Vec<(String, i64, Line)> {
    let mut all: Vec<(String, i64, Line)> = Vec::new();
    for line in lines {
        let sku = sku(line);
        let pieces = line.pieces().max(1);
        let same = |(known, _, l): &&mut (String, i64, Line)| {
            line.kind == LineKind::Key
                && *known == sku
                && l.bundle == line.bundle
                && each(l.price, l.quantity) == line.price
        };
        match all.iter_mut().find(same) {
            Some((_, n, sum)) => {
                *n += 1;
                sum.quantity += 1;
                sum.price.minor += line.price.minor;
                sum.full_price.minor += line.full_price.minor;
            }
            None => all.push((sku, pieces, line.clone())),
        }
    }
    all
}

/// An order as its player sees it.
pub fn order(order: &Order, status: Status) -> Value {
    let full: i64 = order.lines.iter().map(|l| l.full_price.minor).sum();
    let coins = order.placed.as_ref().and_then(|p| p.coins);
    let costs = order.total.minor > 0 || (!order.is_free() && coins.is_none());
    let line = |(sku, pieces, line): &(String, i64, Line)| {
        let free = line.price.minor == 0 && coins.is_none();
        let one = price(each(line.price, *pieces), each(line.full_price, *pieces));
        json!({
            "sku": sku, "quantity": pieces, "is_free": free,
            "price": if free || coins.is_some() { Value::Null } else { one },
        })
    };
    json!({
        "order_id": order.id.get(),
        "status": status.name(),
        "content": {
            "price": if costs { price(order.total, Money::new(full, order.total.currency)) } else { Value::Null },
            "virtual_price": coins.map(coins_json),
            "is_free": order.is_free(),
            "items": joined(&order.lines).iter().filter(|(.., l)| !l.is_content()).map(line).collect::<Vec<_>>(),
        },
    })
}

/// What a search for orders must look like.
pub static SEARCH: Shape = open(&[
    Field::optional("limit", Shape::Integer { min: 1, max: 10 }, "How many; 10 if not given."),
    Field::optional("offset", Shape::Integer { min: 0, max: MAX_INTEGER }, "Behind how many."),
    Field::optional("created_date_from", Shape::Date, "Orders that were made then or later."),
    Field::optional("created_date_until", Shape::Date, "Orders that were made before."),
]);

/// What a search finds.
pub static FOUND: Shape = open(&[
    Field::required("orders", Shape::Array(&Shape::Map), "Orders, oldest first."),
    Field::required("total_items_count", Shape::Integer { min: 0, max: MAX_INTEGER }, "How many there are in all."),
    Field::required("has_more", BOOL, "Whether there are more behind these."),
]);

/// A search that was found to be in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Search {
    /// When the orders were made: from then on, and before.
    pub span: (Time, Time),
    /// How many.
    pub limit: i64,
    /// Behind how many.
    pub offset: i64,
}

impl Search {
    /// Reads a search, or lists its faults.
    pub fn read(body: &Value) -> Result<Self, Vec<Violation>> {
        let body = read::checked(&SEARCH, body)?;
        let number = |name: &str, default| body.get(name).and_then(read::integer).unwrap_or(default);
        let time = |name: &str, default| body.get(name).and_then(read::time).unwrap_or(Time(default));
        Ok(Search {
            span: (time("created_date_from", i64::MIN), time("created_date_until", i64::MAX)),
            limit: number("limit", 10),
            offset: number("offset", 0),
        })
    }
}

/// An order as its seller sees it; with the payment that was begun for it.
pub fn listed(order: &Order, status: Status, paid: Option<&Payment>) -> Value {
    let placed = order.placed.as_ref();
    let coins = placed.and_then(|p| p.coins);
    let full: i64 = order.lines.iter().map(|l| l.full_price.minor).sum();
    let money = |sum: Money, full: Money| {
        let mut shown = price(sum, full);
        shown["is_virtual_currency"] = false.into();
        shown
    };
    let total = match coins {
        Some(coins) => Some(json!({
            "amount": read::units(coins.price).to_string(),
            "amount_without_discount": read::units(coins.full_price).to_string(),
            "currency": CURRENCY_SKU,
            "is_virtual_currency": true,
        })),
        None => (order.total.minor > 0).then(|| money(order.total, Money::new(full, order.total.currency))),
    };
    let item = |(n, (sku, pieces, line)): (usize, (String, i64, Line))| {
        let kind = match line.kind {
            LineKind::Item | LineKind::Plan => "virtual_good",
            LineKind::VirtualCurrency if line.reference.is_some() => "bundle",
            LineKind::VirtualCurrency => "virtual_currency",
            LineKind::Key => "game_key",
            LineKind::Bundle => "bundle",
        };
        let free = line.price.minor == 0;
        let one = money(each(line.price, pieces), each(line.full_price, pieces));
        json!({
            "order_item_id": n + 1, "item_id": line.reference, "sku": sku, "type": kind, "quantity": pieces,
            "is_free": free && coins.is_none(), "is_bonus": line.is_bonus(), "region_id": null, "tax_category": "",
            "price": if free { Value::Null } else { one },
            "description": { "name": line.name, "image_url": "", "description": "" },
        })
    };
    let mut promotions: Vec<i64> = order.lines.iter().filter_map(|l| l.promotion).map(|id| id.get()).collect();
    promotions.sort_unstable();
    promotions.dedup();
    json!({
        "order_id": order.id.get(),
        "project_id": order.project.get(),
        "status": status.name(),
        "date_created": placed.map(|p| p.at.rfc3339()),
        "mode": if placed.is_some_and(|p| p.dry_run) { "sandbox" } else { "default" },
        "is_free": order.is_free(),
        "invoice_id": paid.map(|p| p.id.to_string()).unwrap_or_default(),
        "price": total,
        "user": {
            "id": order.player.id, "country": order.player.country, "email": order.player.email, "region_id": null,
        },
        "items": joined(&order.lines).into_iter().enumerate().map(item).collect::<Vec<_>>(),
        "promotions": promotions.into_iter().map(|id| json!({ "promotion_id": id })).collect::<Vec<_>>(),
        "coupons": [],
    })
}

fn coins_json(coins: Coins) -> Value {
    json!({
        "amount": read::units(coins.price), "amount_without_discount": read::units(coins.full_price),
        "currency": CURRENCY_SKU,
    })
}

/// The most that one thing of an order can be ordered of.
pub const MOST: i64 = MOST_OF_ONE;

#[cfg(test)]
mod tests {
    use super::*;
    use coinslot_domain::money::Currency;

    fn body(text: &str) -> Result<OrderBody, Vec<String>> {
        let faults = |all: Vec<Violation>| all.into_iter().map(|v| format!("{}: {}", v.path, v.text)).collect();
        OrderBody::read(&OF_ITEM, shape::parse(text.as_bytes()).unwrap()).map_err(faults)
    }

    #[test]
    fn bodies_are_lenient() {
        let body = body(
            r#"{"quantity":3,"sandbox":true,"locale":"de","currency":"EUR","promo_code":"X","more":1,
            "settings":{"external_id":"e","shipping":1,"ui":{"theme":"63295aab2e47fab76f7708e3","x":1}},
            "customParameters":{"a":1}}"#,
        );
        let body = body.unwrap();
        assert_eq!((body.quantity, body.code.as_deref(), body.sandbox), (3, Some("X"), true));
        let player = Player { id: "p".into(), email: Some("a@b".into()), ..Player::default() };
        let items = [("sword".to_string(), 3)];
        let token = body.token(ProjectId::new(5).unwrap(), &player, None, &items, Some("X")).unwrap();
        assert_eq!((token.language(), token.external_id(), token.theme()), (Some("de"), Some("e"), "dark"));
        assert_eq!((token.coupon_code(), token.currency()), (Some("X"), Currency::from_code("EUR")));
        assert_eq!(token.custom_parameters_text().as_deref(), Some(r#"{"a":1}"#));
        assert_eq!(token.player(), player);
    }

    #[test]
    fn faults_of_bodies() {
        assert_eq!(body(r#"{"quantity":1.5}"#).unwrap_err(), ["quantity: must be a whole number"]);
        assert_eq!(body(r#"{"quantity":0}"#).unwrap_err().len(), 1);
        assert_eq!(body(r#"{"custom_parameters":{}}"#).unwrap_err().len(), 1);
        assert_eq!(body(r#"{"currency":"usd"}"#).unwrap_err().len(), 1);
        assert!(body("{}").is_ok() && body("[]").is_ok());
    }

    #[test]
    fn a_piece_costs_its_part() {
        let usd = |n| Money::new(n, Currency::from_code("USD").unwrap());
        assert_eq!(each(usd(615_000), 123), usd(5000));
        assert_eq!((each(usd(5), 2), each(usd(1), 3), each(usd(0), 7)), (usd(3), usd(0), usd(0)));
        assert_eq!(each(usd(7), 0), usd(7));
    }
}
