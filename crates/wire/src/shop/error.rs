//! The body of every error of the Store API.

use crate::shape::Violation;
use serde::Serialize;

/// The code of a request that is at fault itself.
pub const INVALID: i64 = 1102;

/// An error body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorBody {
    /// The status of the answer, again.
    pub status_code: u16,
    /// The published number.
    pub error_code: i64,
    /// The number, and what is wrong, in English. Clients compare some of these
    /// texts.
    pub error_message: String,
    /// Every fault of the request, where it has several or the message alone
    /// does not say where it is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub error_message_extended: Vec<String>,
    /// Names the request in the logs.
    pub transaction_id: String,
}

impl ErrorBody {
    /// An error. A code of 0 is that of a text that has none.
    pub fn new(status: u16, code: i64, text: &str, extended: &[String], transaction_id: &str) -> Self {
        ErrorBody {
            status_code: status,
            error_code: code,
            error_message: if code == 0 { text.to_string() } else { format!("[0401-{code:04}]: {text}") },
            error_message_extended: extended.to_vec(),
            transaction_id: transaction_id.to_string(),
        }
    }

    /// The body as it is sent.
    pub fn to_json(&self) -> String {
        // Strings and numbers in a struct: there is nothing in it that JSON
        // could not express.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// What is said of a request with these faults: the first, in the words that
/// are published, and all of them with their places.
pub fn faults(violations: &[Violation]) -> (String, Vec<String>) {
    let first = violations.first().map(text).unwrap_or_default();
    let place = |v: &Violation| if v.path.is_empty() { text(v) } else { format!("{}: {}", v.path, text(v)) };
    (format!("Unprocessable Entity. {first}"), violations.iter().map(place).collect())
}

/// A fault in the published words.
fn text(violation: &Violation) -> String {
    if violation.text == "is missing and it is required" {
        let name = violation.path.rsplit('.').next().unwrap_or_default();
        return format!("The property `{name}` is required");
    }
    let mut letters = violation.text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies() {
        assert_eq!(
            ErrorBody::new(422, 1421, "Item is free", &[], "da14").to_json(),
            concat!(
                r#"{"statusCode":422,"errorCode":1421,"errorMessage":"[0401-1421]: Item is free","#,
                r#""transactionId":"da14"}"#
            )
        );
        let bare = ErrorBody::new(403, 0, "Authorization header not sent", &["a".into()], "1");
        assert_eq!(bare.error_message, "Authorization header not sent");
        assert!(bare.to_json().contains(r#""errorMessageExtended":["a"]"#));
    }

    #[test]
    fn words() {
        let faults = faults(&[
            Violation::new("user.id.value", "is missing and it is required"),
            Violation::new("purchase.items[0].quantity", "string value found, but a number is required"),
            Violation::new("", "array value found, but an object is required"),
        ]);
        assert_eq!(faults.0, "Unprocessable Entity. The property `value` is required");
        let all = [
            "user.id.value: The property `value` is required",
            "purchase.items[0].quantity: String value found, but a number is required",
            "Array value found, but an object is required",
        ];
        assert_eq!(faults.1, all);
    }
}
