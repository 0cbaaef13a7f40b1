//! Where goods are sent.

use crate::shape::{Field, Shape, Unknown};
use coinslot_domain::shipping::{Address, LONGEST};
use serde_json::{Value, json};

const LINE: Shape = Shape::Text { min: 1, max: LONGEST, rule: None };
const MAYBE: Shape = Shape::OneOf(&[LINE, Shape::Null]);

/// An address in an answer.
pub static ADDRESS: Shape = Shape::Object {
    fields: &[
        Field::required("name", LINE, "Whose it is."),
        Field::required("street", LINE, "Street and number."),
        Field::required("city", LINE, "Town."),
        Field::required("region", MAYBE, "State or province."),
        Field::required("zip", MAYBE, "Postal code; null where the post knows none."),
        Field::required("country", LINE, "ISO 3166-1 alpha-2, upper case."),
    ],
    unknown: Unknown::Ignore,
};

/// An address as its merchant reads it.
pub fn address_json(a: &Address) -> Value {
    json!({
        "name": a.name, "street": a.street, "city": a.city, "region": a.region, "zip": a.zip, "country": a.country,
    })
}
