//! Players: what the API takes and says of them.

use crate::page;
use crate::read::{self, Change, change, checked};
use crate::shape::{self, Field, Shape, TextRule, Unknown, Violation};
use coinslot_domain::decimal::Decimal;
use coinslot_domain::time::Time;
use coinslot_domain::wallet::{Operation, OperationKind, Player};
use serde_json::{Value, json};

const SHORT: Shape = Shape::Text { min: 0, max: 255, rule: None };
const NAME: Shape = Shape::OneOf(&[SHORT, Shape::Null]);
const EMAIL: Shape = Shape::OneOf(&[Shape::Text { min: 1, max: 255, rule: Some(TextRule::Email) }, Shape::Null]);
/// The game's own id of a player. Some clients send it as a number.
pub const USER_ID: Shape = Shape::OneOf(&[
    Shape::Text { min: 1, max: 255, rule: None },
    Shape::Integer { min: -shape::MAX_INTEGER, max: shape::MAX_INTEGER },
]);

/// Reads the game's own id of a player, which becomes text.
pub fn user_id(value: &Value) -> Option<String> {
    match value {
        Value::Number(n) => Some(n.to_string()),
        other => read::text(other),
    }
}

const USER_NAME: Field = Field::optional("user_name", NAME, "A nickname.");
const USER_CUSTOM: Field = Field::optional("user_custom", NAME, "Whatever the game wants to remember.");
const USER_EMAIL: Field = Field::optional("email", EMAIL, "An e-mail address.");
const ENABLED_DOC: &str = "Whether the player may pay, redeem coupons, open lootboxes and get tokens.";

/// The body that creates a player.
pub static USER_CREATE: Shape = Shape::Object {
    fields: &[
        Field::required("user_id", USER_ID, "The game's own id of the player."),
        USER_NAME,
        USER_CUSTOM,
        USER_EMAIL,
    ],
    unknown: Unknown::Ignore,
};

/// The body that replaces what is known of a player.
pub static USER_UPDATE: Shape = Shape::Object {
    fields: &[Field::required("enabled", Shape::Flag, ENABLED_DOC), USER_NAME, USER_CUSTOM, USER_EMAIL],
    unknown: Unknown::Ignore,
};

/// The body that changes some of what is known of a player.
pub static USER_PATCH: Shape = Shape::Object {
    fields: &[Field::optional("enabled", Shape::Flag, ENABLED_DOC), USER_NAME, USER_CUSTOM, USER_EMAIL],
    unknown: Unknown::Ignore,
};

/// What a body says of a player.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserBody {
    /// A nickname.
    pub name: Change<String>,
    /// Whatever the game wants to remember.
    pub custom: Change<String>,
    /// An e-mail address.
    pub email: Change<String>,
    /// Whether the player may spend.
    pub enabled: Option<bool>,
}

impl UserBody {
    /// Reads a body that creates a player, and the player's id.
    pub fn create(body: &Value) -> Result<(String, Self), Vec<Violation>> {
        let body = checked(&USER_CREATE, body)?;
        let id = body.get("user_id").and_then(user_id).unwrap_or_default();
        Ok((id, UserBody { enabled: None, ..Self::of(&body) }))
    }

    /// Reads a body of [`USER_UPDATE`] or [`USER_PATCH`].
    pub fn update(shape: &Shape, body: &Value) -> Result<Self, Vec<Violation>> {
        checked(shape, body).map(|body| Self::of(&body))
    }

    fn of(body: &Value) -> Self {
        UserBody {
            name: change(body, "user_name", read::text),
            custom: change(body, "user_custom", read::text),
            email: change(body, "email", read::text),
            enabled: body.get("enabled").and_then(read::truth),
        }
    }
}

const LIMIT: Field = page::required(page::LIMIT);
const OFFSET: Field = page::required(page::OFFSET);

/// The parameters of a list that wants to be told its part.
pub static PAGE: Shape = Shape::Object { fields: &[LIMIT, OFFSET], unknown: Unknown::Ignore };

/// The parameters of the list of players.
pub static USER_LIST: Shape = Shape::Object {
    fields: &[
        LIMIT,
        OFFSET,
        Field::optional("user_requisites", SHORT, "The id of a player, or a part of the nickname in any case."),
        Field::optional("email", SHORT, "The e-mail address, in any case."),
    ],
    unknown: Unknown::Ignore,
};

/// The parameters of the list of operations.
pub static OPERATION_LIST: Shape = Shape::Object {
    fields: &[
        Field::required("datetime_from", Shape::Date, "Operations of this time or later."),
        Field::required("datetime_to", Shape::Date, "Operations before this time."),
        Field::optional(
            "transaction_type",
            Shape::Enum(&["payment", "invoice", "coupon", "inGamePurchase", "internal", "cancellation"]),
            "Only operations of this type; invoice is an older name of payment.",
        ),
    ],
    unknown: Unknown::Ignore,
};

/// Which operations to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OperationQuery {
    /// Of this time or later.
    pub from: Time,
    /// Before this time.
    pub to: Time,
    /// Only of this kind.
    pub kind: Option<OperationKind>,
}

impl OperationQuery {
    /// Reads parameters that [`OPERATION_LIST`] accepted.
    pub fn read(query: &Value) -> Self {
        let time = |name: &str| query.get(name).and_then(read::time);
        let kind = query.get("transaction_type").and_then(Value::as_str);
        OperationQuery {
            from: time("datetime_from").unwrap_or(Time(i64::MIN)),
            to: time("datetime_to").unwrap_or(Time(i64::MAX)),
            kind: kind.and_then(|k| OperationKind::from_name(if k == "invoice" { "payment" } else { k })),
        }
    }
}

/// The body that changes a player's balance.
pub static RECHARGE: Shape = Shape::Object {
    fields: &[
        Field::required(
            "amount",
            Shape::Decimal { min: -1_000_000_000 },
            "Virtual currency that the player gets, or loses if it is below zero.",
        ),
        Field::optional("comment", NAME, "Why, for people."),
    ],
    unknown: Unknown::Ignore,
};

/// The body that takes away from a player's balance.
pub static WITHDRAW: Shape = Shape::Object {
    fields: &[
        Field::required("amount", Shape::Decimal { min: 0 }, "Virtual currency that the player loses."),
        Field::optional("comment", NAME, "Why, for people."),
    ],
    unknown: Unknown::Ignore,
};

/// A change of a player's balance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RechargeBody {
    /// What the player gets, or loses if it is below zero.
    pub amount: Decimal,
    /// Why, for people.
    pub comment: Option<String>,
}

impl RechargeBody {
    /// Reads a body of [`RECHARGE`] or [`WITHDRAW`], or lists its faults.
    pub fn read(shape: &Shape, body: &Value) -> Result<Self, Vec<Violation>> {
        let body = checked(shape, body)?;
        let amount = body.get("amount").and_then(read::decimal).unwrap_or(Decimal::ZERO);
        Ok(RechargeBody { amount, comment: body.get("comment").and_then(read::text) })
    }
}

const BALANCE: Shape = Shape::Number { positive: false, text: false };
const ANY_TEXT: Shape = Shape::Text { min: 0, max: 1 << 16, rule: None };
const MAYBE_TEXT: Shape = Shape::OneOf(&[ANY_TEXT, Shape::Null]);
const ID: Shape = Shape::Integer { min: 1, max: shape::MAX_INTEGER };
const MAYBE_ID: Shape = Shape::OneOf(&[ID, Shape::Null]);

/// A player in an answer.
pub static USER: Shape = Shape::Object {
    fields: &[
        Field::required("user_id", ANY_TEXT, "The game's own id of the player."),
        Field::required("user_name", MAYBE_TEXT, "A nickname."),
        Field::required("user_custom", MAYBE_TEXT, "Whatever the game wanted to remember."),
        Field::required("email", MAYBE_TEXT, "An e-mail address."),
        Field::required("register_date", ANY_TEXT, "When the project first heard of the player."),
        Field::required("balance", BALANCE, "Virtual currency."),
        Field::required("wallet_amount", BALANCE, "Real money; 0 as long as nothing pays into it."),
        Field::required("wallet_currency", MAYBE_TEXT, "The currency of wallet_amount."),
        Field::required("enabled", Shape::Bool, ENABLED_DOC),
    ],
    unknown: Unknown::Ignore,
};

/// A page of players in an answer.
pub static USERS: Shape = Shape::Object {
    fields: &[
        Field::required("recordsTotal", Shape::Integer { min: 0, max: shape::MAX_INTEGER }, "How many fit in all."),
        Field::required("data", Shape::Array(&USER), "Those of this page, oldest first."),
    ],
    unknown: Unknown::Ignore,
};

static OPERATION: Shape = Shape::Object {
    fields: &[
        Field::required("operation_id", ID, "Names it in this project."),
        Field::required("transaction_id", MAYBE_ID, "The payment behind it, if there is one."),
        Field::required("coupon_id", MAYBE_ID, "The coupon behind it, if there is one."),
        Field::required("coupon_code", MAYBE_TEXT, "The coupon's code."),
        Field::required(
            "transaction_type",
            Shape::Enum(&["payment", "coupon", "inGamePurchase", "internal", "cancellation"]),
            "Why the balance changed.",
        ),
        Field::required("comment", MAYBE_TEXT, "In words."),
        Field::required("date", ANY_TEXT, "When."),
        Field::required("amount", BALANCE, "Virtual currency that came, or went if it is below zero."),
        Field::required("sum", Shape::OneOf(&[BALANCE, Shape::Null]), "What was paid in money."),
        Field::required("currency", MAYBE_TEXT, "The currency of sum."),
        Field::required(
            "status",
            Shape::Enum(&["notified", "failed", "completed"]),
            "notified: the game has acknowledged the payment; failed: refused, nothing changed.",
        ),
        Field::required("user_balance", BALANCE, "The balance that it left."),
        Field::required("user_id", ANY_TEXT, "The player."),
    ],
    unknown: Unknown::Ignore,
};

/// Operations in an answer.
pub static OPERATIONS: Shape = Shape::Array(&OPERATION);

/// A balance in an answer.
pub static BALANCE_AFTER: Shape =
    Shape::Object { fields: &[Field::required("amount", BALANCE, "The balance after it.")], unknown: Unknown::Ignore };

/// A player as JSON.
pub fn user_json(p: &Player) -> Value {
    json!({
        "user_id": p.user,
        "user_name": p.name,
        "user_custom": p.custom,
        "email": p.email,
        "register_date": p.registered_at.rfc3339(),
        "balance": read::units(p.balance),
        // No documented call pays real money into a wallet.
        "wallet_amount": 0,
        "wallet_currency": null,
        "enabled": p.enabled,
    })
}

/// An operation as JSON, with the balance that it left.
pub fn operation_json(o: &Operation, balance: i64) -> Value {
    json!({
        "operation_id": o.id.get(),
        "transaction_id": o.payment.map(|id| id.get()),
        "coupon_id": o.coupon.as_ref().map(|(id, _)| id.get()),
        "coupon_code": o.coupon.as_ref().map(|(_, code)| code),
        "transaction_type": o.kind.name(),
        "comment": o.comment,
        "date": o.at.rfc3339(),
        "amount": read::units(o.amount),
        "sum": o.paid.map(|m| read::number(m.shortest())),
        "currency": o.paid.map(|m| m.currency.code()),
        "status": o.status.name(),
        "user_balance": read::units(balance),
        "user_id": o.user,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinslot_domain::id::{OperationId, PaymentId, ProjectId};
    use coinslot_domain::money::{Currency, Money};

    #[test]
    fn bodies_are_lenient() {
        let (id, body) = UserBody::create(&json!({"user_id": 1, "email": null})).unwrap();
        assert_eq!((id.as_str(), body.email, body.name), ("1", Change::Reset, Change::Keep));
        let paths = |r: Result<_, Vec<Violation>>| r.err().unwrap().into_iter().map(|v| v.path).collect::<Vec<_>>();
        assert_eq!(paths(UserBody::create(&json!({"user_id": "", "email": "x"})).map(drop)), ["user_id", "email"]);
        assert_eq!(paths(UserBody::update(&USER_UPDATE, &json!([])).map(drop)), ["enabled"]);
        assert_eq!(UserBody::update(&USER_PATCH, &json!([])).unwrap().enabled, None);
        assert_eq!(UserBody::update(&USER_UPDATE, &json!({"enabled": "0"})).unwrap().enabled, Some(false));
        let body = RechargeBody::read(&RECHARGE, &json!({"amount": "-10.5", "comment": null})).unwrap();
        assert_eq!(body, RechargeBody { amount: Decimal::parse("-10.5").unwrap(), comment: None });
        assert_eq!(paths(RechargeBody::read(&WITHDRAW, &json!({"amount": -1})).map(drop)), ["amount"]);
    }

    #[test]
    fn queries() {
        let raw = "datetime_from=2014-10-14T00%3A00%3A00Z&datetime_to=2014-10-15&transaction_type=invoice";
        let query = OperationQuery::read(&read::query(&OPERATION_LIST, raw).unwrap());
        assert_eq!(query.kind, Some(OperationKind::Payment));
        assert!(query.from < query.to);
    }

    #[test]
    fn an_operation_with_money() {
        let project = ProjectId::new(1).unwrap();
        let mut o = Operation::internal(project, "u", OperationId::new(2).unwrap(), 150, Time(0));
        o.payment = PaymentId::new(3);
        o.paid = Some(Money::new(1050, Currency::from_code("USD").unwrap()));
        let json = operation_json(&o, 25);
        assert_eq!(shape::check(&OPERATION, &json), []);
        assert_eq!(json["amount"].to_string(), "1.5");
        assert_eq!(json["sum"].to_string(), "10.5");
        assert_eq!(json["user_balance"].to_string(), "0.25");
    }
}
