//! Subscription products, as the Merchant API reads and shows them.

use crate::plan::window;
use crate::read::{self, checked};
use crate::shape::{self, Field, Shape, Unknown, Violation};
use coinslot_domain::id::ProductId;
use coinslot_domain::product::Product;
use serde_json::{Value, json};

const TEXT: Shape = Shape::Text { min: 1, max: 255, rule: None };
const POSITIVE: Shape = Shape::Count { min: 1, max: shape::MAX_INTEGER };

const fn object(fields: &'static [Field]) -> Shape {
    Shape::Object { fields, unknown: Unknown::Ignore }
}

/// The body that makes or changes a product.
pub static BODY: Shape = object(&[
    Field::required("name", TEXT, "What it is called."),
    Field::required("group_id", TEXT, "The group whose plans are its plans."),
]);

/// A product as it is to be made or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductBody {
    /// What it is called.
    pub name: String,
    /// The group of its plans.
    pub group: String,
}

impl ProductBody {
    /// Reads a body, or lists its faults.
    pub fn read(body: &Value) -> Result<Self, Vec<Violation>> {
        let body = checked(&BODY, body)?;
        let text = |name: &str| body.get(name).and_then(read::text).unwrap_or_default();
        Ok(ProductBody { name: text("name"), group: text("group_id") })
    }
}

/// The parameters of a list of products.
pub static LIST: Shape = object(&[
    Field::optional("group_id", TEXT, "Only products of this group."),
    Field::optional("product_id", POSITIVE, "Only this product."),
    Field::optional("limit", POSITIVE, "At most so many; 1000 unless told otherwise, and never more."),
    Field::optional("offset", Shape::Count { min: 0, max: shape::MAX_INTEGER }, "Leaves out so many from the start."),
]);

/// Which products to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListQuery {
    /// Those of this group.
    pub group: Option<String>,
    /// This one.
    pub product: Option<ProductId>,
    /// Leaves out so many from the start.
    pub offset: i64,
    /// At most so many.
    pub limit: i64,
}

impl ListQuery {
    /// Reads parameters that [`LIST`] accepted.
    pub fn read(query: &Value) -> Self {
        let (offset, limit) = window(query);
        ListQuery {
            group: query.get("group_id").and_then(read::text),
            product: query.get("product_id").and_then(read::integer).and_then(ProductId::new),
            offset,
            limit,
        }
    }
}

/// The answer to a product that was made. Its id is a string here, as published.
pub static CREATED: Shape = object(&[Field::required("product_id", TEXT, "The product.")]);

/// A product that was changed.
pub static PRODUCT: Shape = object(&[
    Field::required("id", TEXT, "The product."),
    Field::required("name", TEXT, "What it is called."),
    Field::required("group_id", TEXT, "The group of its plans."),
]);

static LISTED: Shape = object(&[
    Field::required("id", POSITIVE, "The product."),
    Field::required("group_id", TEXT, "The group of its plans."),
    Field::required("name", TEXT, "What it is called."),
]);

/// Products in a list, whose ids are numbers, as published.
pub static PRODUCTS: Shape = Shape::Array(&LISTED);

/// A product that was changed.
pub fn product_json(p: &Product) -> Value {
    json!({ "id": p.id.to_string(), "name": p.name, "group_id": p.group })
}

/// A product in a list.
pub fn listed_json(p: &Product) -> Value {
    json!({ "id": p.id.get(), "group_id": p.group, "name": p.name })
}
