//! What players have: what the API takes and says of it.

use crate::read::{self, checked};
use crate::shape::{self, Field, Shape, Unknown, Violation};
use coinslot_domain::inventory::Holding;
use coinslot_domain::item::Item;
use serde_json::{Value, json};

/// The most of an item that one line gives or takes.
const MOST: i64 = 1_000_000_000;

static LINE: Shape = Shape::Object {
    fields: &[
        Field::required(
            "virtual_item",
            Shape::Object {
                fields: &[Field::required("sku", Shape::Text { min: 1, max: 255, rule: None }, "The item's SKU.")],
                unknown: Unknown::Ignore,
            },
            "The item.",
        ),
        Field::required("amount", Shape::Count { min: 1, max: MOST }, "How many."),
    ],
    unknown: Unknown::Ignore,
};

/// The body that gives a player items, or takes them away.
pub static ITEMS: Shape = Shape::Object {
    fields: &[Field::required(
        "virtual_items",
        Shape::Array(&LINE),
        "Items and how many of each; lines with one SKU add up.",
    )],
    unknown: Unknown::Ignore,
};

/// So many of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemLine {
    /// The item.
    pub sku: String,
    /// How many.
    pub amount: i64,
}

/// Reads a body of [`ITEMS`], or lists its faults.
pub fn lines(body: &Value) -> Result<Vec<ItemLine>, Vec<Violation>> {
    let body = checked(&ITEMS, body)?;
    let line = |line: &Value| {
        let sku = line["virtual_item"].get("sku").and_then(read::text)?;
        Some(ItemLine { sku, amount: line.get("amount").and_then(read::integer)? })
    };
    Ok(body["virtual_items"].as_array().into_iter().flatten().filter_map(line).collect())
}

const ANY_TEXT: Shape = Shape::Text { min: 0, max: 1 << 16, rule: None };
const MAYBE_TEXT: Shape = Shape::OneOf(&[ANY_TEXT, Shape::Null]);
const ID: Shape = Shape::Integer { min: 1, max: shape::MAX_INTEGER };
const AMOUNT: Shape = Shape::Integer { min: 1, max: shape::MAX_INTEGER };

const ITEM_FIELDS: [Field; 7] = [
    Field::required("id", ID, "The item."),
    Field::required("sku", ANY_TEXT, "Its SKU."),
    Field::required("localized_name", MAYBE_TEXT, "Its name, in the language of Accept-Language."),
    Field::required("image_url", MAYBE_TEXT, "A picture."),
    Field::required("enabled", Shape::Bool, "Whether it is sold; false for one that was deleted."),
    Field::required("advertisement_type", MAYBE_TEXT, "How it is praised."),
    Field::required(
        "virtual_currency_price",
        Shape::OneOf(&[Shape::Number { positive: false, text: false }, Shape::Null]),
        "What it costs in virtual currency.",
    ),
];

static ITEM: Shape = Shape::Object { fields: &ITEM_FIELDS, unknown: Unknown::Ignore };

static HELD: Shape = Shape::Object {
    fields: &shape::with::<7, 11>(
        ITEM_FIELDS,
        &[
            Field::required("virtual_item", ITEM, "The item once more."),
            Field::required("amount", AMOUNT, "How many the user has."),
            Field::required("quantity", AMOUNT, "The same."),
            Field::required("expiration_date", MAYBE_TEXT, "When it is gone, if it goes by itself."),
        ],
    ),
    unknown: Unknown::Ignore,
};

/// What a player has, in an answer.
pub static HOLDINGS: Shape = Shape::Array(&HELD);

/// What a player has of an item, as JSON; with the item's name for the reader.
pub fn holding_json(holding: &Holding, item: &Item, name: Option<&str>) -> Value {
    let shown = json!({
        "id": item.id.get(),
        "sku": item.sku,
        "localized_name": name,
        "image_url": item.image_url,
        "enabled": item.enabled && !item.deleted,
        "advertisement_type": item.advertisement.map(|a| a.name()),
        "virtual_currency_price": item.vc_price.map(read::units),
    });
    // Clients of different ages look for the fields in one place or the other.
    let mut json = shown.clone();
    json["virtual_item"] = shown;
    json["amount"] = holding.amount.into();
    json["quantity"] = holding.amount.into();
    json["expiration_date"] = holding.until.map(|t| t.rfc3339()).into();
    json
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies() {
        let body = json!({"virtual_items": [{"virtual_item": {"sku": "a"}, "amount": "2"}]});
        assert_eq!(lines(&body).unwrap(), [ItemLine { sku: "a".into(), amount: 2 }]);
        assert_eq!(lines(&json!({"virtual_items": []})).unwrap(), []);
        let wrong = json!({"virtual_items": [{"virtual_item": [], "amount": 0}, {"amount": "1.5"}]});
        let paths: Vec<_> = lines(&wrong).unwrap_err().into_iter().map(|v| v.path).collect();
        assert_eq!(
            paths,
            [
                "virtual_items[0].virtual_item.sku",
                "virtual_items[0].amount",
                "virtual_items[1].virtual_item",
                "virtual_items[1].amount",
            ]
        );
        assert_eq!(lines(&json!([])).unwrap_err()[0].path, "virtual_items");
    }
}
