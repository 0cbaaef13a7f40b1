//! The Distribution Hub: partners as merchants make them, players whom partners
//! name, what a partner is to charge for an order, and what it says it was paid.

use crate::read::{self, checked};
use crate::shape::{Field, MAX_INTEGER, Shape, TextRule, Unknown, Violation};
use crate::shop::order::CURRENCY_SKU;
use crate::shop::player::is_player_id;
use coinslot_domain::hub::{BUYER, Claim, Partner, Price, TRANSACTION_LENGTH};
use coinslot_domain::id::{OrderId, PartnerId, PaymentId};
use coinslot_domain::money::Currency;
use coinslot_domain::order::Player;
use coinslot_domain::payment::Breakdown;
use coinslot_domain::tax::TaxKind;
use coinslot_domain::time::Time;
use serde_json::{Value, json};

const BOOL: Shape = Shape::Bool;
const ID: Shape = Shape::Count { min: 1, max: MAX_INTEGER };
const TEXT: Shape = Shape::Text { min: 1, max: 255, rule: None };
const ANY_TEXT: Shape = Shape::Text { min: 0, max: 255, rule: None };
const MAYBE: Shape = Shape::OneOf(&[ANY_TEXT, Shape::Null]);
const ANY: usize = usize::MAX;

/// An object that passes over what it does not know.
const fn open(fields: &'static [Field]) -> Shape {
    Shape::Object { fields, unknown: Unknown::Ignore }
}

/// The body that makes a partner.
pub static CREATE: Shape = open(&[
    Field::required("name", TEXT, "What you call the partner."),
    Field::optional("sandbox", BOOL, "Whether it pays with play money; false if not given. It stays so."),
]);

/// The body that changes a partner.
pub static UPDATE: Shape = open(&[
    Field::optional("name", TEXT, "What you call the partner."),
    Field::optional("enabled", BOOL, "Whether the partner may call. One that may not cannot sell, pay or cancel."),
]);

const NUMBER: Field = Field::required("geotype_id", ID, "The partner's number, the user name of its calls.");

/// The answer to a partner that was made.
pub static MADE: Shape =
    open(&[NUMBER, Field::required("key", TEXT, "The password of its calls. It is shown here and never again.")]);

static PARTNER: Shape = open(&[
    NUMBER,
    Field::required("name", TEXT, "What you call the partner."),
    Field::required("sandbox", BOOL, "Whether it pays with play money."),
    Field::required("enabled", BOOL, "Whether it may call."),
]);

/// Partners of a project.
pub static PARTNERS: Shape = Shape::Array(&PARTNER);

/// A partner as it is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPartner {
    /// What the merchant calls it.
    pub name: String,
    /// Whether it pays with play money.
    pub sandbox: bool,
}

impl NewPartner {
    /// Reads a body, or lists its faults.
    pub fn read(body: &Value) -> Result<Self, Vec<Violation>> {
        let body = checked(&CREATE, body)?;
        let name = body.get("name").and_then(read::text).unwrap_or_default();
        Ok(NewPartner { name, sandbox: body.get("sandbox") == Some(&Value::Bool(true)) })
    }
}

/// What is to be changed of a partner; what is left out stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerChange {
    /// What the merchant calls it.
    pub name: Option<String>,
    /// Whether it may call.
    pub enabled: Option<bool>,
}

impl PartnerChange {
    /// Reads a body, or lists its faults.
    pub fn read(body: &Value) -> Result<Self, Vec<Violation>> {
        let body = checked(&UPDATE, body)?;
        Ok(PartnerChange {
            name: body.get("name").and_then(read::text),
            enabled: body.get("enabled").and_then(Value::as_bool),
        })
    }
}

/// The answer to a partner that was made or has another key.
pub fn made_json(id: PartnerId, key: &str) -> Value {
    json!({ "geotype_id": id.get(), "key": key })
}

/// A partner in a list.
pub fn partner_json(p: &Partner) -> Value {
    json!({ "geotype_id": p.id.get(), "name": p.name, "sandbox": p.sandbox, "enabled": p.enabled })
}

/// What a partner says of a player. No id is that of somebody who only buys
/// keys.
pub static USER: Shape = open(&[Field::required(
    "user",
    open(&[
        Field::required(
            "email",
            Shape::Text { min: 1, max: 255, rule: Some(TextRule::Email) },
            "For the receipt, and for keys.",
        ),
        Field::optional("id", MAYBE, "The player's id in the game; who only buys keys needs none."),
        Field::optional("ip", MAYBE, "The player's address in the internet."),
        Field::optional("phone", MAYBE, "International digits."),
        Field::optional("name", MAYBE, "What the player is called."),
        Field::optional(
            "country",
            Shape::OneOf(&[Shape::Text { min: 0, max: ANY, rule: Some(TextRule::Country) }, Shape::Null]),
            "Where the player is: prices and taxes are of there. US if not given.",
        ),
    ]),
    "The player.",
)]);

/// The answer with a player's token.
pub static TOKEN: Shape =
    open(&[Field::required("token", Shape::Text { min: 1, max: 65_535, rule: None }, "Opens carts for 24 hours.")]);

/// Where the player of a partner is taken to be who does not say.
const COUNTRY: &str = "US";

/// Reads what a partner says of a player, or lists its faults. Who tells no id
/// has none here either.
pub fn user(body: &Value) -> Result<Player, Vec<Violation>> {
    let body = checked(&USER, body)?;
    let said = |name: &str| body["user"].get(name).and_then(read::text).filter(|t| !t.is_empty());
    let id = said("id").unwrap_or_default();
    if !id.is_empty() && (!is_player_id(&id) || id.starts_with(BUYER)) {
        return Err(vec![Violation::new("user.id", "cannot be the id of a player")]);
    }
    Ok(Player {
        id,
        name: said("name"),
        email: said("email"),
        phone: said("phone"),
        country: said("country").or_else(|| Some(COUNTRY.into())),
        zip: None,
        ip: said("ip"),
    })
}

/// What the token of a player says whom a partner named, as JSON.
pub fn claims(partner: &Partner, player: &Player, now: Time, until: Time) -> String {
    let seconds = |t: Time| t.0 / 1_000_000;
    let mut claims = json!({
        "sub": player.id, "type": "ddh_user", "project_id": partner.project.get(), "geotype": partner.id.get(),
        "iat": seconds(now), "exp": seconds(until),
    });
    for (name, value) in [("email", &player.email), ("name", &player.name), ("country", &player.country)] {
        if let Some(value) = value {
            claims[name] = value.as_str().into();
        }
    }
    claims.to_string()
}

/// What makes an order that a partner sells.
pub static ORDER: Shape = open(&[
    Field::optional("geotype", ID, "The partner; must be given, here or as geotype_id."),
    Field::optional("geotype_id", ID, "The same by another name."),
    Field::optional(
        "currency",
        TEXT,
        "The currency to charge, if everything has a price in it; the SKU of the virtual currency for items that \
         it pays, if everything has a price in that. What fits the player's country, if not given.",
    ),
    Field::optional(
        "quantity",
        Shape::Number { positive: true, text: false },
        "How many of the one thing; 1 if not given. A cart has its own.",
    ),
]);

/// What a partner orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderBody {
    /// The partner that is named, if it can be one.
    pub partner: Option<PartnerId>,
    /// Whether virtual currency is to pay it.
    pub coins: bool,
    /// What is ordered of a cart or of one thing, as the Store API reads it.
    pub body: Value,
}

impl OrderBody {
    /// Reads a body, or lists its faults. `sandbox` is whether the partner pays
    /// with play money.
    pub fn read(body: &Value) -> Result<Self, Vec<Violation>> {
        let body = checked(&ORDER, body)?;
        let Some(partner) = body.get("geotype").or_else(|| body.get("geotype_id")) else {
            return Err(vec![Violation::new("geotype", "is missing and it is required")]);
        };
        let currency = body.get("currency").and_then(read::text);
        let coins = currency.as_deref() == Some(CURRENCY_SKU);
        let mut order = json!({});
        if let Some(code) = currency.filter(|_| !coins) {
            if Currency::from_code(&code).is_none() {
                return Err(vec![Violation::new("currency", "must be a currency of ISO 4217 or virtual_currency")]);
            }
            order["currency"] = code.into();
        }
        if let Some(quantity) = body.get("quantity") {
            order["quantity"] = quantity.clone();
        }
        Ok(OrderBody { partner: read::integer(partner).and_then(PartnerId::new), coins, body: order })
    }
}

static TAX: Shape = open(&[
    Field::required("name", TEXT, "What it is called."),
    Field::required("amount", Shape::Number { positive: false, text: false }, "How much of the price it is."),
    Field::required("rate", Shape::Number { positive: false, text: false }, "Percent."),
]);

/// The answer to an order that a partner sells.
pub static MADE_ORDER: Shape = open(&[
    Field::required("order_id", ID, "The order's number."),
    Field::required(
        "billing_info",
        open(&[
            Field::required(
                "price",
                open(&[
                    Field::required("amount", Shape::Number { positive: true, text: false }, "With all taxes."),
                    Field::required("currency", TEXT, "The currency."),
                ]),
                "What to charge.",
            ),
            Field::required("indirect_taxes", Shape::Array(&TAX), "Taxes that the price includes."),
            Field::required("direct_taxes", Shape::Array(&TAX), "Taxes that are withheld: always empty."),
        ]),
        "What to charge, and which taxes are in it.",
    ),
]);

/// An order that a partner is to charge.
pub fn made_order_json(order: OrderId, price: Price, parts: Option<&Breakdown>) -> Value {
    let tax = parts.filter(|b| b.tax_rule.rate.0 > 0).map(|b| {
        json!({
            "name": match b.tax_rule.kind { TaxKind::Vat => "VAT", TaxKind::SalesTax => "Sales tax" },
            "amount": read::number(b.tax.shortest()),
            "rate": read::number(b.tax_rule.rate.percent()),
        })
    });
    let (amount, currency) = match price {
        Price::Money(money) => (read::number(money.shortest()), money.currency.code()),
        Price::Virtual(n) => (read::units(n), CURRENCY_SKU),
    };
    json!({
        "order_id": order.get(),
        "billing_info": {
            "price": { "amount": amount, "currency": currency },
            "indirect_taxes": tax.into_iter().collect::<Vec<_>>(),
            "direct_taxes": [],
        },
    })
}

const TRANSACTION: Shape = Shape::Text { min: 1, max: TRANSACTION_LENGTH, rule: None };

/// What a partner says when it was paid.
pub static PAY: Shape = open(&[
    Field::required("project_id", ID, "The project."),
    Field::required(
        "payment",
        open(&[
            Field::required("geotype_id", ID, "The partner, who is the one that calls."),
            Field::required(
                "amount",
                Shape::Number { positive: true, text: true },
                "What the player was charged: exactly the price of the order.",
            ),
            Field::optional(
                "currency",
                TEXT,
                "The order's currency, or the SKU of the virtual currency; the order's if not given.",
            ),
            Field::optional(
                "ps_transaction_id",
                TRANSACTION,
                "Your id of the transaction. Sent again with the same, the payment is not made again: the answer is \
                 the first one.",
            ),
            Field::optional(
                "project_transaction_id",
                TRANSACTION,
                "The game's own id of the transaction, for its webhooks.",
            ),
        ]),
        "What was paid.",
    ),
    Field::required("purchase", open(&[Field::required("order_id", ID, "The order.")]), "What it was paid for."),
    Field::required(
        "user",
        open(&[
            Field::required("id", TEXT, "The player's id in the game: the order's. Who has none: the e-mail address."),
            Field::optional("email", ANY_TEXT, "For the receipt."),
            Field::optional("phone", ANY_TEXT, "International digits."),
            Field::optional("ps_account_id", ANY_TEXT, "The player's account at the partner."),
        ]),
        "Who paid.",
    ),
]);

/// The answer to what was paid.
pub static PAID: Shape = open(&[Field::required("payment_id", ID, "The payment.")]);

/// What a partner says when the money went back.
pub static CANCEL: Shape = open(&[Field::required("payment_id", ID, "The payment.")]);

/// The answer to what was cancelled.
pub static CANCELED: Shape = open(&[]);

/// Reads what a partner was paid, or lists its faults.
pub fn pay(body: &Value) -> Result<Claim, Vec<Violation>> {
    let body = checked(&PAY, body)?;
    let at = |pointer: &str| body.pointer(pointer);
    let text = |pointer: &str| at(pointer).and_then(read::text).filter(|t| !t.is_empty());
    let number = |pointer: &str| at(pointer).and_then(read::integer).unwrap_or_default();
    let no_order = || vec![Violation::new("purchase.order_id", "cannot be the number of an order")];
    Ok(Claim {
        partner: number("/payment/geotype_id"),
        project: number("/project_id"),
        order: OrderId::new(number("/purchase/order_id")).ok_or_else(no_order)?,
        amount: match at("/payment/amount") {
            Some(Value::Number(n)) => n.as_str().to_string(),
            other => other.and_then(read::text).unwrap_or_default(),
        },
        currency: text("/payment/currency"),
        transaction: text("/payment/ps_transaction_id"),
        external_id: text("/payment/project_transaction_id"),
        user: text("/user/id").unwrap_or_default(),
        email: text("/user/email"),
        phone: text("/user/phone"),
        account: text("/user/ps_account_id"),
    })
}

/// Reads which payment is cancelled, or lists the faults.
pub fn cancel(body: &Value) -> Result<Option<PaymentId>, Vec<Violation>> {
    let body = checked(&CANCEL, body)?;
    Ok(body.get("payment_id").and_then(read::integer).and_then(PaymentId::new))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape;
    use coinslot_domain::id::ProjectId;
    use coinslot_domain::merchant::Fees;
    use coinslot_domain::money::{BasisPoints, Money};
    use coinslot_domain::tax::Tax;

    fn parsed(text: &str) -> Value {
        shape::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn the_documented_payment_is_read() {
        let claim = pay(&parsed(
            r#"{"project_id":18404,"payment":{"geotype_id":13038,"amount":10,"currency":"USD",
            "ps_transaction_id":"ps_transaction_id"},"purchase":{"order_id":1334430},"user":{"id":"s.ivanov"}}"#,
        ));
        let claim = claim.unwrap();
        assert_eq!((claim.project, claim.partner, claim.order.get()), (18404, 13038, 1_334_430));
        assert_eq!((claim.amount.as_str(), claim.currency.as_deref()), ("10", Some("USD")));
        assert_eq!(claim.transaction.as_deref(), Some("ps_transaction_id"));
        assert_eq!((claim.user.as_str(), claim.external_id), ("s.ivanov", None));
    }

    #[test]
    fn no_digit_of_an_amount_is_lost() {
        let amount = |text: &str| {
            let body = format!(
                r#"{{"project_id":1,"payment":{{"geotype_id":1,"amount":{text}}},"purchase":{{"order_id":1}},
                "user":{{"id":"p"}}}}"#
            );
            pay(&parsed(&body)).map(|c| c.amount)
        };
        assert_eq!(amount("1480.4500000000000001").unwrap(), "1480.4500000000000001");
        assert_eq!(amount(r#""9.99""#).unwrap(), "9.99");
        assert!(amount("0").is_err() && amount("-1").is_err() && amount("null").is_err());
        assert_eq!(pay(&json!({})).unwrap_err().len(), 4);
    }

    #[test]
    fn a_player_without_an_id_buys_keys() {
        let player = user(&parsed(r#"{"user":{"email":"a@b.c","id":null,"country":null,"phone":""}}"#)).unwrap();
        assert_eq!((player.id.as_str(), player.country.as_deref(), player.phone), ("", Some("US"), None));
        for bad in [
            r#"{"user":{"id":"p"}}"#,
            r#"{"user":{"email":"a"}}"#,
            r#"{"user":{"email":"a@b.c","id":"guest:p"}}"#,
            r#"{"user":{"email":"a@b.c","id":"email:p"}}"#,
            r#"{"user":{"email":"a@b.c","country":"us"}}"#,
        ] {
            assert!(user(&parsed(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn orders() {
        let read = |text: &str| OrderBody::read(&parsed(text));
        let one = read(r#"{"geotype":7,"currency":"EUR","quantity":2}"#).unwrap();
        assert_eq!((one.partner, one.coins), (PartnerId::new(7), false));
        assert_eq!(one.body, parsed(r#"{"currency":"EUR","quantity":2}"#));
        let coins = read(r#"{"geotype_id":"7","currency":"virtual_currency"}"#).unwrap();
        assert_eq!((coins.partner, coins.coins, coins.body), (PartnerId::new(7), true, json!({})));
        assert!(read("{}").is_err() && read(r#"{"geotype":0}"#).is_err());
        assert!(read(r#"{"geotype":7,"currency":"gold"}"#).is_err());
    }

    #[test]
    fn the_documented_price_has_its_tax_in_it() {
        let money = Money::new(148_045, Currency::from_code("USD").unwrap());
        let vat = Tax { kind: TaxKind::Vat, rate: BasisPoints(2000) };
        let parts = Breakdown::quote(money, vat, Fees::default()).unwrap();
        let made = made_order_json(OrderId::new(9).unwrap(), Price::Money(parts.payment), Some(&parts));
        let text = r#"{"order_id":9,"billing_info":{"price":{"amount":1480.45,"currency":"USD"},
            "indirect_taxes":[{"name":"VAT","amount":246.74,"rate":20}],"direct_taxes":[]}}"#;
        assert_eq!(made, parsed(text));
        let coins = made_order_json(OrderId::new(9).unwrap(), Price::Virtual(5050), None);
        assert_eq!(coins["billing_info"]["price"], parsed(r#"{"amount":50.5,"currency":"virtual_currency"}"#));
        assert_eq!(shape::check(&MADE_ORDER, &coins), []);
    }

    #[test]
    fn a_token_says_who_and_by_whom() {
        let project = ProjectId::new(5).unwrap();
        let id = PartnerId::new(7).unwrap();
        let partner = Partner { project, id, name: "Bank".into(), sandbox: true, enabled: true };
        let player = Player { id: "p".into(), country: Some("DE".into()), ..Player::default() };
        let text = claims(&partner, &player, Time(1_000_000), Time(3_000_000));
        let read = crate::shop::player::Claims::read(text.as_bytes()).unwrap();
        assert_eq!(read.player, player);
        assert!(read.holds(5, Time(2_999_999)) && !read.holds(5, Time(3_000_000)) && !read.holds(6, Time(1)));
    }
}
