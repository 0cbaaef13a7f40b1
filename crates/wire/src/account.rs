//! Saved ways to pay, as the Merchant API reads and shows them, and as a game is
//! told of them.

use crate::read::{self, checked};
use crate::shape::{self, Field, NOT_POSITIVE, Shape, TextRule, Unknown, Violation};
use coinslot_domain::account::Account;
use coinslot_domain::merchant::Project;
use coinslot_domain::money::{Currency, Money};
use coinslot_domain::order::Player;
use coinslot_domain::payment::Decline;
use serde::Serialize;
use serde_json::{Value, json};

const TEXT: Shape = Shape::Text { min: 1, max: 255, rule: None };
const COUNT: Shape = Shape::Count { min: 1, max: shape::MAX_INTEGER };

const fn object(fields: &'static [Field]) -> Shape {
    Shape::Object { fields, unknown: Unknown::Ignore }
}

/// A saved way to pay in a list.
static ACCOUNT: Shape = object(&[
    Field::required("type", TEXT, "The kind of payment method: card, paypal."),
    Field::required("id", COUNT, "The account."),
    Field::required("name", TEXT, "What it may be shown as: brand and last four digits of a card."),
    Field::required(
        "payment_system",
        object(&[
            Field::required("id", COUNT, "The number of the payment method."),
            Field::required("name", TEXT, "What the payment method is called."),
        ]),
        "The payment method.",
    ),
]);

/// A player's saved ways to pay.
pub static ACCOUNTS: Shape = Shape::Array(&ACCOUNT);

/// A saved way to pay, with the name of its payment method.
pub fn account_json(a: &Account, method: &str) -> Value {
    json!({ "type": a.kind, "id": a.id.get(), "name": a.name, "payment_system": { "id": a.method, "name": method } })
}

/// The body of a charge.
pub static CHARGE: Shape = object(&[
    Field::required(
        "user",
        object(&[
            Field::required("ip", TEXT, "The player's address."),
            Field::optional("name", TEXT, "The player's name."),
        ]),
        "The player.",
    ),
    Field::required(
        "purchase",
        object(&[
            Field::optional(
                "virtual_currency",
                object(&[Field::required("quantity", Shape::Decimal { min: 0 }, "How much.")]),
                "Virtual currency to buy; this or checkout.",
            ),
            Field::optional(
                "checkout",
                object(&[
                    Field::required(
                        "currency",
                        Shape::Text { min: 3, max: 3, rule: Some(TextRule::Currency) },
                        "In which currency.",
                    ),
                    Field::required("amount", Shape::Decimal { min: 0 }, "How much, above zero."),
                ]),
                "An amount to pay; this or virtual_currency.",
            ),
            Field::optional(
                "description",
                object(&[Field::optional("value", Shape::Text { min: 0, max: 4000, rule: None }, "The words.")]),
                "What it is for.",
            ),
        ]),
        "What is bought.",
    ),
    Field::optional(
        "settings",
        object(&[
            Field::optional("mode", Shape::Enum(&["sandbox"]), "A test."),
            Field::optional("external_id", TEXT, "The game's own transaction id."),
            Field::optional(
                "currency",
                Shape::Text { min: 3, max: 3, rule: Some(TextRule::Currency) },
                "The currency that virtual currency is paid in.",
            ),
        ]),
        "How it is charged.",
    ),
    Field::optional("custom_parameters", Shape::Map, "Free data, repeated in the notifications."),
]);

/// What is charged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// An amount.
    Amount(Money),
    /// Hundredths of virtual currency, paid in a currency if one is named.
    VirtualCurrency(i64, Option<Currency>),
}

/// A charge as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChargeBody {
    /// The player's address.
    pub ip: String,
    /// The player's name.
    pub name: Option<String>,
    /// What is charged.
    pub what: What,
    /// What it is for.
    pub description: Option<String>,
    /// Whether it is a test.
    pub sandbox: bool,
    /// The game's own transaction id.
    pub external_id: Option<String>,
    /// The game's own data, as JSON text.
    pub custom_parameters: Option<String>,
}

impl ChargeBody {
    /// Reads a body, or lists its faults.
    pub fn read(body: &Value) -> Result<Self, Vec<Violation>> {
        let mut faults = shape::check(&CHARGE, body);
        let body = shape::normalise(&CHARGE, body.clone());
        let purchase = body.get("purchase").filter(|p| p.is_object());
        let part = |name: &str| purchase.and_then(|p| p.get(name));
        let setting = |name: &str| body.get("settings").and_then(|s| s.get(name)).and_then(read::text);
        let what = match (part("checkout"), part("virtual_currency")) {
            (Some(checkout), None) => amount(checkout, &mut faults).map(What::Amount),
            (None, Some(currency)) => quantity(currency, &mut faults)
                .map(|n| What::VirtualCurrency(n, setting("currency").and_then(|c| Currency::from_code(&c)))),
            // Both or neither; what is wrong with the rest is said besides.
            _ if purchase.is_some() => {
                faults.push(Violation::new("purchase", "must have either checkout or virtual_currency"));
                None
            }
            _ => None,
        };
        match what {
            Some(what) if faults.is_empty() => Ok(ChargeBody {
                ip: body.pointer("/user/ip").and_then(read::text).unwrap_or_default(),
                name: body.pointer("/user/name").and_then(read::text),
                what,
                description: body.pointer("/purchase/description/value").and_then(read::text).filter(|d| !d.is_empty()),
                sandbox: setting("mode").is_some(),
                external_id: setting("external_id"),
                custom_parameters: body.get("custom_parameters").map(Value::to_string),
            }),
            _ => Err(faults),
        }
    }
}

fn text_of(value: &Value) -> Option<&str> {
    match value {
        Value::Number(n) => Some(n.as_str()),
        Value::String(text) => Some(text),
        _ => None,
    }
}

fn amount(checkout: &Value, faults: &mut Vec<Violation>) -> Option<Money> {
    let currency = Currency::from_code(checkout.get("currency")?.as_str()?)?;
    let fault = match Money::parse(text_of(checkout.get("amount")?)?, currency) {
        Ok(money) if money.minor > 0 => return Some(money),
        Ok(_) => NOT_POSITIVE.to_string(),
        Err(_) => format!("must be a multiple of {}", Money::new(1, currency).shortest()),
    };
    if !faults.iter().any(|f| f.path == "purchase.checkout.amount") {
        faults.push(Violation::new("purchase.checkout.amount", fault));
    }
    None
}

fn quantity(currency: &Value, faults: &mut Vec<Violation>) -> Option<i64> {
    let quantity = read::decimal(currency.get("quantity")?)?;
    let fault = match quantity {
        q if q.is_zero() || q.is_negative() => NOT_POSITIVE,
        q if !q.fits_units(100) => "must be a multiple of 0.01",
        q => return Some(q.in_units(100)),
    };
    if !faults.iter().any(|f| f.path == "purchase.virtual_currency.quantity") {
        faults.push(Violation::new("purchase.virtual_currency.quantity", fault));
    }
    None
}

/// The answer to a charge.
pub static CHARGED: Shape = object(&[Field::required("transaction_id", COUNT, "The transaction.")]);

/// The body that has charges to come declined.
pub static SCRIPT: Shape = Shape::Object {
    fields: &[
        Field::required(
            "charges",
            Shape::Array(&Shape::Count { min: 1, max: 100_000 }),
            "Which of the charges to come: 1 is the next one.",
        ),
        Field::optional(
            "reason",
            Shape::Enum(&["insufficient_funds", "refused", "not_authenticated", "expired"]),
            "Why; refused unless given.",
        ),
    ],
    unknown: Unknown::Refuse,
};

/// Charges to come that are to be declined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptBody {
    /// Which: 1 is the next one.
    pub charges: Vec<i64>,
    /// Why.
    pub reason: Decline,
}

impl ScriptBody {
    /// Reads a body, or lists its faults.
    pub fn read(body: &Value) -> Result<Self, Vec<Violation>> {
        let body = checked(&SCRIPT, body)?;
        let list = body.get("charges").and_then(Value::as_array);
        Ok(ScriptBody {
            charges: list.into_iter().flatten().filter_map(read::integer).collect(),
            reason: body.get("reason").and_then(Value::as_str).and_then(Decline::from_name).unwrap_or(Decline::Refused),
        })
    }
}

#[derive(Serialize)]
struct Notification<'a> {
    notification_type: &'static str,
    settings: Settings,
    user: User<'a>,
    payment_account: PaymentAccount<'a>,
}

#[derive(Serialize)]
struct Settings {
    project_id: i64,
    merchant_id: i64,
}

#[derive(Serialize, Default)]
struct User<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    zip: Option<&'a str>,
}

/// Its numbers are strings, as games receive them.
#[derive(Serialize)]
struct PaymentAccount<'a> {
    id: String,
    name: &'a str,
    payment_method: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<&'a str>,
    #[serde(rename = "type")]
    kind: &'a str,
}

fn told(
    notification_type: &'static str,
    project: &Project,
    user: User,
    account: &Account,
    country: Option<&str>,
) -> String {
    let body = Notification {
        notification_type,
        settings: Settings { project_id: project.id.get(), merchant_id: project.merchant.get() },
        user,
        payment_account: PaymentAccount {
            id: account.id.to_string(),
            name: &account.name,
            payment_method: account.method.to_string(),
            country,
            kind: &account.kind,
        },
    };
    // Structs of strings and numbers: there is nothing to go wrong.
    serde_json::to_string(&body).unwrap_or_default()
}

/// Tells the game that a player saved a way to pay.
pub fn added(project: &Project, account: &Account, player: &Player) -> String {
    let user = User {
        id: &player.id,
        ip: player.ip.as_deref(),
        email: player.email.as_deref(),
        name: player.name.as_deref(),
        country: player.country.as_deref(),
        zip: player.zip.as_deref(),
    };
    told("payment_account_add", project, user, account, player.country.as_deref())
}

/// Tells the game that a way to pay was forgotten.
pub fn removed(project: &Project, account: &Account) -> String {
    let user = User { id: &account.user, ..User::default() };
    told("payment_account_remove", project, user, account, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(body: Value) -> Vec<String> {
        ChargeBody::read(&body).unwrap_err().into_iter().map(|f| format!("{}: {}", f.path, f.text)).collect()
    }

    #[test]
    fn charges() {
        let body = ChargeBody::read(&json!({
            "user": {"ip": "127.0.0.1", "name": "John Smith"},
            "purchase": {"virtual_currency": {"quantity": 100}, "description": {"value": "Test Purchase"}},
            "settings": {"mode": "sandbox"},
        }))
        .unwrap();
        assert_eq!(body.what, What::VirtualCurrency(10_000, None));
        assert!(body.sandbox);
        let checkout = |amount: &str| json!({"user": {"ip": "::1"}, "purchase": {"checkout": {"currency": "JPY", "amount": amount}}});
        let paid = ChargeBody::read(&checkout("100")).unwrap();
        assert_eq!(
            (paid.what, paid.sandbox),
            (What::Amount(Money::new(100, Currency::from_code("JPY").unwrap())), false)
        );
        assert_eq!(faults(checkout("0.5")), ["purchase.checkout.amount: must be a multiple of 1"]);
        assert_eq!(
            faults(checkout("0")),
            ["purchase.checkout.amount: must have a minimum value greater than boundary value of 0"]
        );
        assert_eq!(
            faults(json!({})),
            ["user: is missing and it is required", "purchase: is missing and it is required"]
        );
        assert_eq!(
            faults(json!({"user": {"ip": "::1"}, "purchase": []})),
            ["purchase: must have either checkout or virtual_currency"]
        );
        let both = json!({
            "user": [], "purchase": {"checkout": {"currency": "EUR", "amount": 1}, "virtual_currency": {"quantity": 1}},
        });
        assert_eq!(
            faults(both),
            ["user.ip: is missing and it is required", "purchase: must have either checkout or virtual_currency"]
        );
    }
}
