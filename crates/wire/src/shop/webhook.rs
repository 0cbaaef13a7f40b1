//! What a game is told of orders of its Store API, and how its owner has it
//! told.

use super::order::{CURRENCY_SKU, joined};
use crate::read::checked;
use crate::shape::{Field, Shape, TextRule, Unknown, Violation};
use crate::webhook::{PaymentNotice, RefundNotice, billing, bytes};
use coinslot_domain::money::Money;
use coinslot_domain::order::{Coins, Order, OrderState};
use coinslot_domain::project::Settings;
use coinslot_domain::purchase::{Line, LineKind};
use coinslot_domain::virtual_currency::HUNDREDTHS;
use coinslot_domain::webhook::{Telling, Version};
use serde::Serialize;
use serde_json::{Map, Value, json};

const BOOL: Shape = Shape::Bool;
const URL: Shape = Shape::Text { min: 1, max: 1000, rule: Some(TextRule::Url) };
const SECRET: Shape = Shape::Text { min: 1, max: 255, rule: None };
const DELIVERY: Shape = Shape::Enum(&["separate", "combined"]);

/// How a project is told. The delivery is ours; the rest is published.
pub static SETTINGS: Shape = Shape::Object {
    fields: &[
        Field::required("url", URL, "Where webhooks go, those of the Merchant API too."),
        Field::required("secret", SECRET, "What they are signed with: the key of the project."),
        Field::required("is_enabled", BOOL, "Whether any are sent."),
        Field::optional(
            "version",
            Shape::Integer { min: 1, max: 2 },
            "2 adds to each item whether it is free, a bonus, or in a package; 1 if never given.",
        ),
        Field::optional(
            "delivery",
            DELIVERY,
            "separate: payment, and once that is acknowledged order_paid; combined: order_paid alone, with the payment \
             in it. separate if never given.",
        ),
    ],
    unknown: Unknown::Ignore,
};

/// The same as it is shown. There may be no address yet.
pub static SHOWN: Shape = Shape::Object {
    fields: &[
        Field::required("url", Shape::Text { min: 0, max: 1000, rule: None }, "Where webhooks go."),
        Field::required("secret", Shape::Text { min: 0, max: 255, rule: None }, "What they are signed with."),
        Field::required("is_enabled", BOOL, "Whether any are sent."),
        Field::required("version", Shape::Integer { min: 1, max: 2 }, "The version of what is told of an order."),
        Field::required("delivery", DELIVERY, "Whether the payment is told of in a webhook of its own."),
    ],
    unknown: Unknown::Ignore,
};

/// How a project is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookBody {
    url: String,
    secret: String,
    enabled: bool,
    version: Option<Version>,
    combined: Option<bool>,
}

impl WebhookBody {
    /// Reads a body, or lists its faults.
    pub fn read(body: &Value) -> Result<Self, Vec<Violation>> {
        let body = checked(&SETTINGS, body)?;
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_string);
        Ok(WebhookBody {
            url: text("url").unwrap_or_default(),
            secret: text("secret").unwrap_or_default(),
            enabled: body.get("is_enabled") == Some(&Value::Bool(true)),
            version: body.get("version").and_then(Value::as_i64).and_then(Version::from_number),
            combined: text("delivery").map(|way| way == "combined"),
        })
    }

    /// What becomes of what was set before. What is left out stays.
    pub fn apply(&self, settings: Settings, telling: Telling) -> (Settings, Telling) {
        let settings = Settings {
            webhook_url: Some(self.url.clone()),
            secret: self.secret.clone(),
            ipn_enabled: self.enabled,
            ..settings
        };
        let telling = Telling {
            version: self.version.unwrap_or(telling.version),
            combined: self.combined.unwrap_or(telling.combined),
        };
        (settings, telling)
    }
}

/// How a project is told, as it is shown.
pub fn settings_json(settings: &Settings, telling: Telling) -> Value {
    json!({
        "url": settings.webhook_url.as_deref().unwrap_or_default(),
        "secret": settings.secret,
        "is_enabled": settings.ipn_enabled,
        "version": telling.version.number(),
        "delivery": if telling.combined { "combined" } else { "separate" },
    })
}

/// What is told of an order besides what it says itself.
#[derive(Clone, Copy, Debug)]
pub struct OrderNotice<'a> {
    /// The order, paid or given back.
    pub order: &'a Order,
    /// How the game wants to be told.
    pub telling: Telling,
    /// What paid it, if money did.
    pub payment: Option<&'a PaymentNotice<'a>>,
    /// What was given back of that.
    pub refund: Option<&'a RefundNotice<'a>>,
    /// The code that made it cheaper, and that of its coupon promotion.
    pub code: Option<(&'a str, &'a str)>,
}

#[derive(Serialize)]
struct Body<'a> {
    notification_type: &'static str,
    items: Vec<Value>,
    order: Value,
    user: User<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_parameters: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    billing: Option<Value>,
}

#[derive(Serialize)]
struct User<'a> {
    external_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<&'a str>,
}

/// The type of what a game is told of a paid order.
pub const ORDER_PAID: &str = "order_paid";
/// The type of what a game is told of an order that was given back.
pub const ORDER_CANCELED: &str = "order_canceled";

/// Tells the game of an order: that it is paid, or that all of it was given
/// back.
pub fn order(notice: &OrderNotice<'_>) -> (&'static str, String) {
    order_for_coins(notice, &[])
}

/// The same of an order that virtual currency pays: what each thing costs that
/// was asked for, in the order of its lines. Without that, it is one thing.
pub fn order_for_coins(notice: &OrderNotice<'_>, prices: &[Coins]) -> (&'static str, String) {
    let OrderNotice { order, telling, payment, refund, code } = *notice;
    let back = matches!(order.state, OrderState::Refunded | OrderState::ChargedBack);
    let kind = if back { ORDER_CANCELED } else { ORDER_PAID };
    let body = Body {
        notification_type: kind,
        items: items(order, prices, telling.version),
        order: about(order, payment, code, if back { "canceled" } else { "paid" }),
        user: User {
            external_id: &order.player.id,
            email: order.player.email.as_deref(),
            country: order.player.country.as_deref(),
        },
        custom_parameters: order.custom_parameters.as_deref().and_then(|text| serde_json::from_str(text).ok()),
        billing: payment.filter(|_| telling.combined).map(|p| billing(p, refund)),
    };
    (kind, bytes(&body))
}

/// Sums in these webhooks have four digits after the point.
fn four(text: &str) -> String {
    let digits = text.split_once('.').map_or(0, |(_, digits)| digits.len());
    let point = if digits == 0 { "." } else { "" };
    format!("{text}{point}{}", "0".repeat(4_usize.saturating_sub(digits)))
}

fn money(sum: Money) -> String {
    four(&sum.decimal())
}

/// Hundredths of virtual currency.
fn coins(n: i64) -> String {
    format!("{}.{:02}00", n / HUNDREDTHS, n % HUNDREDTHS)
}

fn items(order: &Order, prices: &[Coins], version: Version) -> Vec<Value> {
    let total = order.placed.as_ref().and_then(|p| p.coins);
    let mut prices = prices.iter().copied();
    let mut all = Vec::new();
    for (sku, pieces, line) in joined(&order.lines) {
        // What is added to what virtual currency pays is free.
        let price = total.filter(|_| line.is_asked()).map(|total| prices.next().unwrap_or(total));
        let (full, paid, free) = match price {
            Some(price) => (coins(price.full_price), coins(price.price), price.price == 0),
            None => (money(line.full_price), money(line.price), line.price.minor == 0),
        };
        let kind = match line.kind {
            LineKind::Key => "game_key",
            LineKind::VirtualCurrency if line.reference.is_some() => "bundle",
            LineKind::VirtualCurrency => "virtual_currency",
            LineKind::Bundle => "bundle",
            LineKind::Item | LineKind::Plan => "virtual_good",
        };
        if line.is_content() {
            all.push(item((&sku, kind, pieces), None, vec![], (version, false, false, true)));
            continue;
        }
        let promotions = match full == paid {
            true => vec![],
            false => vec![json!({ "amount_without_discount": full, "amount_with_discount": paid, "sequence": 1 })],
        };
        all.push(item((&sku, kind, pieces), Some(paid), promotions, (version, free, line.is_bonus(), false)));
        if line.kind == LineKind::VirtualCurrency && line.reference.is_some() {
            let inside = (CURRENCY_SKU, "virtual_currency", units(&line));
            all.push(item(inside, None, vec![], (version, false, false, true)));
        }
    }
    all
}

/// Whole units of virtual currency.
fn units(line: &Line) -> i64 {
    line.quantity / HUNDREDTHS
}

fn item(
    (sku, kind, quantity): (&str, &str, i64),
    amount: Option<String>,
    promotions: Vec<Value>,
    (version, free, bonus, content): (Version, bool, bool, bool),
) -> Value {
    let mut item = Map::new();
    let mut put = |name: &str, value: Value| drop(item.insert(name.into(), value));
    put("sku", sku.into());
    put("type", kind.into());
    put("is_pre_order", false.into());
    put("quantity", quantity.into());
    put("amount", amount.into());
    put("promotions", promotions.into());
    put("custom_attributes", json!({}));
    if version == Version::Two {
        put("is_free", free.into());
        put("is_bonus", bonus.into());
        put("is_bundle_content", content.into());
    }
    Value::Object(item)
}

fn about(order: &Order, payment: Option<&PaymentNotice<'_>>, code: Option<(&str, &str)>, status: &str) -> Value {
    let placed = order.placed.as_ref();
    let (kind, currency, amount) = match placed.and_then(|p| p.coins) {
        Some(price) => ("virtual", CURRENCY_SKU, coins(price.price)),
        None if order.is_free() => ("unknown", order.total.currency.code(), money(order.total)),
        None => ("real", order.total.currency.code(), money(order.total)),
    };
    let codes: Vec<Value> =
        code.into_iter().map(|(code, campaign)| json!({ "code": code, "external_id": campaign })).collect();
    json!({
        "id": order.id.get(),
        "mode": if placed.is_some_and(|p| p.dry_run) { "sandbox" } else { "default" },
        "currency_type": kind,
        "currency": currency,
        "amount": amount,
        "status": status,
        "platform": "xsolla",
        "comment": null,
        "invoice_id": payment.map(|p| p.payment.id.to_string()),
        "promotions": [],
        "promocodes": codes,
        "coupons": [],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape;
    use coinslot_domain::id::{OrderId, ProjectId, PromotionId};
    use coinslot_domain::money::Currency;
    use coinslot_domain::order::{Placed, Player};
    use coinslot_domain::time::Time;

    fn usd(minor: i64) -> Money {
        Money::new(minor, Currency::from_code("USD").unwrap())
    }

    fn line(kind: LineKind, sku: &str, quantity: i64, price: i64, full: i64) -> Line {
        Line {
            kind,
            reference: Some(1),
            sku: sku.into(),
            name: sku.into(),
            quantity,
            detail: None,
            price: usd(price),
            full_price: usd(full),
            promotion: None,
            bundle: None,
        }
    }

    fn an_order(lines: Vec<Line>, price: Option<Coins>) -> Order {
        let total = usd(lines.iter().map(|l| l.price.minor).sum());
        let placed = Placed { at: Time(0), until: Time(1), token_hash: None, dry_run: true, cart: None, coins: price };
        Order {
            project: ProjectId::new(1).unwrap(),
            id: OrderId::new(7).unwrap(),
            state: OrderState::Paid,
            player: Player { id: "p".into(), country: Some("US".into()), ..Player::default() },
            total,
            lines,
            description: None,
            external_id: None,
            custom_parameters: Some(r#"{"a":1}"#.into()),
            placed: Some(placed),
            gift: None,
        }
    }

    fn told(order: &Order, version: Version) -> Value {
        let telling = Telling { version, combined: true };
        let notice = OrderNotice { order, telling, payment: None, refund: None, code: Some(("SPRING", "spring")) };
        shape::parse(super::order(&notice).1.as_bytes()).unwrap()
    }

    #[test]
    fn sums_have_four_digits() {
        assert_eq!((four("1.99"), four("100"), four("1.234")), ("1.9900".into(), "100.0000".into(), "1.2340".into()));
        assert_eq!((coins(5000), coins(5), coins(1250)), ("50.0000".into(), "0.0500".into(), "12.5000".into()));
    }

    #[test]
    fn an_order_of_everything() {
        let bonus = Line { promotion: PromotionId::new(1), ..line(LineKind::Item, "gift", 1, 0, 0) };
        let key = Line { detail: Some("steam".into()), ..line(LineKind::Key, "quest", 1, 500, 500) };
        let lines = vec![
            line(LineKind::Item, "sword", 2, 800, 998),
            line(LineKind::VirtualCurrency, "gems_100", 10_000, 99, 99),
            key,
            bonus,
        ];
        let body = told(&an_order(lines.clone(), None), Version::Two);
        let seen: Vec<_> = body["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|i| {
                (
                    i["sku"].as_str().unwrap(),
                    i["type"].as_str().unwrap(),
                    i["quantity"].as_i64().unwrap(),
                    i["amount"].clone(),
                )
            })
            .collect();
        assert_eq!(
            seen,
            [
                ("sword", "virtual_good", 2, json!("8.0000")),
                ("gems_100", "bundle", 1, json!("0.9900")),
                ("virtual_currency", "virtual_currency", 100, Value::Null),
                ("quest_steam", "game_key", 1, json!("5.0000")),
                ("gift", "virtual_good", 1, json!("0.0000")),
            ]
        );
        assert_eq!(body["items"][0]["promotions"][0]["amount_without_discount"], "9.9800");
        assert_eq!(body["items"][2]["is_bundle_content"], true);
        assert_eq!((&body["items"][4]["is_bonus"], &body["items"][4]["is_free"]), (&json!(true), &json!(true)));
        assert_eq!(body["order"]["amount"], "13.9900");
        assert_eq!(body["order"]["promocodes"], json!([{ "code": "SPRING", "external_id": "spring" }]));
        assert_eq!(body["custom_parameters"], json!({ "a": 1 }));
        assert_eq!(body["user"], json!({ "external_id": "p", "country": "US" }));
        let one = told(&an_order(lines, None), Version::One);
        assert_eq!(one["items"][0].get("is_free"), None);
        assert_eq!(one.get("billing"), None, "no money was paid");
    }

    #[test]
    fn an_order_for_virtual_currency_and_for_nothing() {
        let crown = line(LineKind::Item, "crown", 1, 0, 0);
        let body = told(&an_order(vec![crown.clone()], Some(Coins { price: 4500, full_price: 5000 })), Version::Two);
        assert_eq!(body["order"]["currency_type"], "virtual");
        assert_eq!(body["order"]["currency"], "virtual_currency");
        assert_eq!((&body["order"]["amount"], &body["items"][0]["amount"]), (&json!("45.0000"), &json!("45.0000")));
        assert_eq!(body["items"][0]["promotions"][0]["amount_with_discount"], "45.0000");
        assert_eq!(body["items"][0]["is_free"], false);
        let mut free = an_order(vec![crown], None);
        assert_eq!(told(&free, Version::One)["order"]["currency_type"], "unknown");
        free.state = OrderState::Refunded;
        let body = told(&free, Version::One);
        assert_eq!(
            (&body["notification_type"], &body["order"]["status"]),
            (&json!("order_canceled"), &json!("canceled"))
        );
    }

    #[test]
    fn settings() {
        let read = |text: &str| WebhookBody::read(&shape::parse(text.as_bytes()).unwrap());
        let body = read(r#"{"url":"https://game.example/w","secret":"s","is_enabled":true,"version":2}"#).unwrap();
        let (settings, telling) = body.apply(Settings::default(), Telling { combined: true, ..Telling::default() });
        assert_eq!(telling, Telling { version: Version::Two, combined: true });
        let shown = settings_json(&settings, telling);
        assert_eq!(shape::check(&SHOWN, &shown), []);
        assert_eq!((&shown["url"], &shown["delivery"]), (&json!("https://game.example/w"), &json!("combined")));
        assert_eq!(shape::check(&SHOWN, &settings_json(&Settings::default(), Telling::default())), []);
        for bad in [
            "{}",
            r#"{"url":"x","secret":"s","is_enabled":true}"#,
            r#"{"url":"https://game.example/w","secret":"","is_enabled":true}"#,
            r#"{"url":"https://game.example/w","secret":"s","is_enabled":1}"#,
            r#"{"url":"https://game.example/w","secret":"s","is_enabled":true,"version":3}"#,
            r#"{"url":"https://game.example/w","secret":"s","is_enabled":true,"delivery":"both"}"#,
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
