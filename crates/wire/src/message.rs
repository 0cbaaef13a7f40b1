//! Messages to merchants.

use crate::page::{LIMIT, OFFSET, required};
use crate::shape::{Field, MAX_INTEGER, Shape, Unknown};
use coinslot_domain::message::Message;
use serde_json::{Value, json};

/// The parameters of a list of messages.
pub static LIST: Shape = Shape::Object { fields: &[required(LIMIT), required(OFFSET)], unknown: Unknown::Ignore };

const ID: Shape = Shape::Integer { min: 1, max: MAX_INTEGER };
const TEXT: Shape = Shape::Text { min: 1, max: 1 << 16, rule: None };

/// Messages in an answer.
pub static MESSAGES: Shape = Shape::Array(&Shape::Object {
    fields: &[
        Field::required("id", ID, "Its number."),
        Field::required("date", Shape::Date, "When it happened."),
        Field::required("type", TEXT, "What it is about."),
        Field::required("project_id", ID, "The project."),
        Field::required("message", TEXT, "English, for people."),
        Field::required("level", Shape::Enum(&["info", "warning", "error"]), "How much it matters."),
        Field::required("transaction_id", Shape::Any, "The transaction, or null."),
    ],
    unknown: Unknown::Ignore,
});

/// A message in an answer.
pub fn view(m: &Message) -> Value {
    json!({
        "id": m.id.get(),
        "date": m.at.rfc3339(),
        "type": m.kind.name(),
        "project_id": m.project.get(),
        "message": m.text(),
        "level": m.kind.level().name(),
        "transaction_id": m.payment.map(|id| id.get()),
    })
}
