//! The bodies of the calls that give money back.

use crate::read::checked;
use crate::shape::{Field, Shape, TextRule, Unknown, Violation};
use serde_json::Value;

const DESCRIPTION: Field = Field::required(
    "description",
    Shape::Text { min: 1, max: 4000, rule: None },
    "Why the money is given back; the game is told with the refund.",
);

const EMAIL: Field = Field::optional(
    "email",
    Shape::Text { min: 1, max: 100, rule: Some(TextRule::Email) },
    "Where to tell the player.",
);

/// The body of a refund of everything.
pub static REFUND: Shape = Shape::Object { fields: &[DESCRIPTION, EMAIL], unknown: Unknown::Ignore };

/// The body of a refund of a part.
pub static PARTIAL_REFUND: Shape = Shape::Object {
    fields: &[
        DESCRIPTION,
        Field::required(
            "refund_amount",
            // Clients written for older documentation send a string.
            Shape::Number { positive: true, text: true },
            "How much to give back, in the currency of the payment.",
        ),
    ],
    unknown: Unknown::Ignore,
};

/// A refund of everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundBody {
    /// Why.
    pub description: String,
    /// Where to tell the player.
    pub email: Option<String>,
}

impl RefundBody {
    /// Reads a body, or lists its faults.
    pub fn read(body: &Value) -> Result<Self, Vec<Violation>> {
        checked(&REFUND, body)?;
        Ok(RefundBody { description: text(body, "description").unwrap_or_default(), email: text(body, "email") })
    }
}

/// A refund of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartialRefundBody {
    /// Why.
    pub description: String,
    /// How much, as the decimal text that was sent.
    pub amount_text: String,
}

impl PartialRefundBody {
    /// Reads a body, or lists its faults. Whether the amount fits the payment
    /// is not known here.
    pub fn read(body: &Value) -> Result<Self, Vec<Violation>> {
        checked(&PARTIAL_REFUND, body)?;
        let amount = match body.get("refund_amount") {
            Some(Value::Number(n)) => Some(n.to_string()),
            _ => text(body, "refund_amount"),
        };
        Ok(PartialRefundBody {
            description: text(body, "description").unwrap_or_default(),
            amount_text: amount.unwrap_or_default(),
        })
    }
}

fn text(body: &Value, key: &str) -> Option<String> {
    body.get(key).and_then(Value::as_str).map(str::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape;
    use proptest::prelude::*;
    use serde_json::json;

    fn faults(result: Result<impl std::fmt::Debug, Vec<Violation>>) -> Vec<(String, String)> {
        result.unwrap_err().into_iter().map(|v| (v.path, v.text)).collect()
    }

    fn fault(path: &str, text: &str) -> (String, String) {
        (path.to_string(), text.to_string())
    }

    #[test]
    fn refunds() {
        let body = RefundBody::read(&json!({"description": "Sorry", "email": "a@b.example", "more": 1})).unwrap();
        assert_eq!(body, RefundBody { description: "Sorry".into(), email: Some("a@b.example".into()) });
        assert_eq!(faults(RefundBody::read(&json!([]))), [fault("description", "is missing and it is required")]);
        assert_eq!(
            faults(RefundBody::read(&json!({"description": "x".repeat(4001), "email": "x@".repeat(60)}))),
            [
                fault("description", "must be at most 4000 characters long"),
                fault("email", "must be at most 100 characters long"),
            ]
        );
        assert_eq!(
            faults(RefundBody::read(&json!({"description": "", "email": "x"}))),
            [fault("description", "must be at least 1 characters long"), fault("email", "Invalid email")]
        );
    }

    #[test]
    fn partial_refunds() {
        for (amount, text) in [("1.50", "1.50"), ("\"1.5\"", "1.5"), ("3", "3"), ("1e2", "1e+2")] {
            let body = format!(r#"{{"description":"x","refund_amount":{amount}}}"#);
            let body = PartialRefundBody::read(&shape::parse(body.as_bytes()).unwrap()).unwrap();
            assert_eq!(body.amount_text, text);
        }
        let wrong =
            |amount: Value| faults(PartialRefundBody::read(&json!({"description": "x", "refund_amount": amount})));
        for amount in [json!(0), json!(-1), json!("0.00"), json!("-1")] {
            assert_eq!(wrong(amount), [fault("refund_amount", shape::NOT_POSITIVE)]);
        }
        for amount in [json!(""), json!("1,5"), json!(" 1"), json!("1."), json!(".5"), json!("x")] {
            assert_eq!(wrong(amount), [fault("refund_amount", "string value found, but a number is required")]);
        }
        assert_eq!(wrong(json!(null)), [fault("refund_amount", "NULL value found, but a number is required")]);
        assert_eq!(
            faults(PartialRefundBody::read(&json!({}))),
            [
                fault("description", "is missing and it is required"),
                fault("refund_amount", "is missing and it is required"),
            ]
        );
    }

    proptest! {
        #[test]
        fn accepted_amounts_are_money(text in "[0-9.eE+-]{1,8}", quoted in any::<bool>()) {
            let usd = coinslot_domain::money::Currency::from_code("CLF").unwrap();
            let amount = if quoted { format!("\"{text}\"") } else { text };
            let body = format!(r#"{{"description":"x","refund_amount":{amount}}}"#);
            if let Ok(body) = shape::parse(body.as_bytes()) && let Ok(body) = PartialRefundBody::read(&body) {
                let money = coinslot_domain::money::Money::parse(&body.amount_text, usd);
                prop_assert_ne!(money, Err(coinslot_domain::money::MoneyError::NotANumber));
            }
        }
    }
}
