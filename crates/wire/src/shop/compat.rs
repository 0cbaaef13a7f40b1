//! Where the published pages contradict each other, and a project chooses.

use crate::read;
use crate::shape::{Field, Shape, Unknown, Violation};
use coinslot_domain::merchant::TokenStatus;
use serde_json::{Value, json};

const STATUS: Shape = Shape::Integer { min: 200, max: 201 };
const STATUS_DOC: &str = "The status of the answer of the call that makes an order's token: 200 or 201.";

/// What may be set.
pub static COMPAT: Shape =
    Shape::Object { fields: &[Field::required("token_created_status", STATUS, STATUS_DOC)], unknown: Unknown::Refuse };

/// Reads what is to be set, or lists its faults.
pub fn read(body: &Value) -> Result<TokenStatus, Vec<Violation>> {
    let body = read::checked(&COMPAT, body)?;
    Ok(body.get("token_created_status").and_then(read::integer).and_then(TokenStatus::of).unwrap_or_default())
}

/// What is set.
pub fn shown(status: TokenStatus) -> Value {
    json!({ "token_created_status": status.number() })
}
