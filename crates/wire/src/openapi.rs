//! Shapes as JSON Schema 2020-12, the dialect of OpenAPI 3.1.
//!
//! What a schema cannot say without burying the rest is said in the prose of
//! the document: that no text holds U+0000, and that `[]` is read as `{}`.

use crate::shape::{Field, Keys, Shape, TextRule, Unknown};
use serde_json::{Map, Value, json};

/// The JSON Schema of a shape.
pub fn schema(shape: &Shape) -> Value {
    match *shape {
        Shape::Object { fields, unknown } => object(fields, unknown),
        Shape::Map => json!({ "type": "object", "additionalProperties": true }),
        Shape::Array(element) => json!({ "type": "array", "items": schema(element) }),
        Shape::Text { min, max, rule } => text(min, max, rule),
        Shape::Enum(values) => json!({ "type": "string", "enum": values }),
        // A schema cannot say that upper and lower case are alike; the server
        // itself writes what stands in the list.
        Shape::Word(values) => json!({ "type": "string", "examples": values }),
        Shape::Keyed { keys, of } => json!({
            "type": "object", "propertyNames": { "pattern": keys.pattern() }, "additionalProperties": schema(of),
        }),
        Shape::Integer { min, max } => {
            json!({ "type": "integer", "format": "int64", "minimum": min, "maximum": max })
        }
        Shape::Number { positive, text } => number(positive, text),
        Shape::Decimal { min } => json!({
            "type": ["number", "string"], "minimum": min, "maximum": 1_000_000_000, "pattern": DECIMAL,
        }),
        Shape::Hundredths { min, max } => json!({
            "type": ["number", "string"], "minimum": min, "maximum": max, "pattern": "^-?[0-9]+(\\.[0-9]{1,2}0*)?$",
        }),
        Shape::Count { min, max } => json!({
            "type": ["integer", "string"], "minimum": min, "maximum": max, "pattern": "^-?[0-9]+$",
        }),
        Shape::Bool => json!({ "type": "boolean" }),
        // Everything that `read::truth` takes.
        Shape::Flag => json!({ "enum": [true, false, 1, 0, "1", "0", "true", "false"] }),
        Shape::Texts { max, required } => {
            let mut texts = json!({
                "type": "object",
                "propertyNames": { "pattern": Keys::Locale.pattern() },
                "additionalProperties": text(0, max, None),
            });
            if required {
                texts["minProperties"] = json!(1);
            } else {
                // An empty object looks so where PHP writes and reads it.
                texts["type"] = json!(["object", "array"]);
                texts["maxItems"] = json!(0);
            }
            texts
        }
        Shape::Date => json!({ "type": "string", "format": "date-or-date-time" }),
        Shape::Null => json!({ "type": "null" }),
        Shape::Any => json!({}),
        // Their types differ, so that at most one fits anyway.
        Shape::OneOf(shapes) => json!({ "anyOf": shapes.iter().map(schema).collect::<Vec<_>>() }),
    }
}

/// The JSON Schema of [`crate::error::ErrorBody`].
pub fn error() -> Value {
    let texts = json!({ "type": "array", "items": { "type": "string" } });
    json!({
        "type": "object",
        "description": "Every error has these four members.",
        "required": ["http_status_code", "message", "extended_message", "request_id"],
        "properties": {
            "http_status_code": {
                "type": "integer", "minimum": 400, "maximum": 599,
                "description": "The status of the answer, again."
            },
            "message": {
                "type": "string",
                "description": "What is wrong, in English, for people. Programs must not read it."
            },
            "extended_message": {
                "type": ["object", "null"],
                "description": "What is wrong where, when the body has faults; else null.",
                "required": ["global_errors", "property_errors"],
                "properties": {
                    "global_errors": described(texts.clone(), "Faults that belong to no property."),
                    "property_errors": {
                        "type": "object",
                        "description": "All faults, by the path of the property.",
                        "additionalProperties": texts
                    }
                },
                "additionalProperties": false
            },
            "request_id": {
                "type": "string",
                "description": "Names the request in the server's log; also in the header X-Request-Id."
            }
        },
        "additionalProperties": false
    })
}

/// The JSON Schema of [`crate::shop::error::ErrorBody`].
pub fn fault() -> Value {
    json!({
        "type": "object",
        "description": "Every error of the Store API has these members.",
        "required": ["statusCode", "errorCode", "errorMessage", "transactionId"],
        "properties": {
            "statusCode": {
                "type": "integer", "minimum": 400, "maximum": 599,
                "description": "The status of the answer, again."
            },
            "errorCode": { "type": "integer", "description": "The number of what is wrong." },
            "errorMessage": { "type": "string", "description": "The same number and what is wrong, in English." },
            "errorMessageExtended": {
                "type": "array", "items": { "type": "string" },
                "description": "All faults of the request with their places."
            },
            "transactionId": {
                "type": "string",
                "description": "Names the request in the server's log; also in the header X-Request-Id."
            }
        },
        "additionalProperties": false
    })
}

fn object(fields: &[Field], unknown: Unknown) -> Value {
    let properties: Map<String, Value> =
        fields.iter().map(|f| (f.name.to_string(), described(schema(&f.shape), f.doc))).collect();
    let required: Vec<&str> = fields.iter().filter(|f| f.required).map(|f| f.name).collect();
    let mut schema = json!({
        "type": "object",
        "properties": properties,
        "additionalProperties": unknown == Unknown::Ignore,
    });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn described(mut schema: Value, doc: &str) -> Value {
    if !doc.is_empty() {
        schema["description"] = json!(doc);
    }
    schema
}

fn text(min: usize, max: usize, rule: Option<TextRule>) -> Value {
    let mut schema = json!({ "type": "string" });
    if min > 0 {
        schema["minLength"] = json!(min);
    }
    if max < usize::MAX {
        schema["maxLength"] = json!(max);
    }
    if let Some(rule) = rule {
        if let Some(pattern) = rule.pattern() {
            schema["pattern"] = json!(pattern);
        }
        if let Some(format) = format(rule) {
            schema["format"] = json!(format);
        }
    }
    schema
}

/// The format of a rule. Those of lists that a pattern cannot hold have names
/// of their own, which readers of schemas pass over.
fn format(rule: TextRule) -> Option<&'static str> {
    match rule {
        TextRule::Email => Some("email"),
        TextRule::Url => Some("uri"),
        TextRule::Image => Some("uri-reference"),
        TextRule::Currency => Some("iso-4217"),
        TextRule::Country => Some("iso-3166-1-alpha-2"),
        TextRule::Language | TextRule::Sku | TextRule::DigitsExact(_) | TextRule::AlnumExact(_) => None,
    }
}

const DECIMAL: &str = r"^-?[0-9]+(\.[0-9]+)?$";
/// As above, with a digit other than zero before or after the point.
const POSITIVE_DECIMAL: &str = r"^([0-9]*[1-9][0-9]*(\.[0-9]+)?|[0-9]+\.[0-9]*[1-9][0-9]*)$";

/// Bounds speak of numbers only and patterns of strings only, so both can
/// stand in one schema.
fn number(positive: bool, text: bool) -> Value {
    let mut schema = json!({ "type": "number" });
    if text {
        schema["type"] = json!(["number", "string"]);
        schema["pattern"] = json!(if positive { POSITIVE_DECIMAL } else { DECIMAL });
    }
    if positive {
        schema["exclusiveMinimum"] = json!(0);
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorBody;
    use crate::shape::Violation;

    const fn ruled(rule: TextRule) -> Shape {
        Shape::Text { min: 0, max: usize::MAX, rule: Some(rule) }
    }

    #[test]
    fn each_variant() {
        static FIELDS: &[Field] =
            &[Field::required("a", Shape::Bool, "What it is."), Field::optional("b", Shape::Map, "")];
        let properties = json!({
            "a": { "type": "boolean", "description": "What it is." },
            "b": { "type": "object", "additionalProperties": true },
        });
        let cases = [
            (
                Shape::Object { fields: FIELDS, unknown: Unknown::Refuse },
                json!({
                    "type": "object", "properties": properties, "required": ["a"], "additionalProperties": false
                }),
            ),
            (
                Shape::Object { fields: &[], unknown: Unknown::Ignore },
                json!({ "type": "object", "properties": {}, "additionalProperties": true }),
            ),
            (Shape::Map, json!({ "type": "object", "additionalProperties": true })),
            (Shape::Array(&Shape::Bool), json!({ "type": "array", "items": { "type": "boolean" } })),
            (Shape::Text { min: 0, max: usize::MAX, rule: None }, json!({ "type": "string" })),
            (
                Shape::Text { min: 1, max: 255, rule: None },
                json!({ "type": "string", "minLength": 1, "maxLength": 255 }),
            ),
            (
                Shape::Text { min: 0, max: 100, rule: Some(TextRule::Email) },
                json!({ "type": "string", "maxLength": 100, "format": "email" }),
            ),
            (ruled(TextRule::Url), json!({ "type": "string", "format": "uri" })),
            (ruled(TextRule::Currency), json!({ "type": "string", "pattern": "^[A-Z]{3}$", "format": "iso-4217" })),
            (
                ruled(TextRule::Country),
                json!({ "type": "string", "pattern": "^[A-Z]{2}$", "format": "iso-3166-1-alpha-2" }),
            ),
            (ruled(TextRule::Image), json!({ "type": "string", "format": "uri-reference" })),
            (ruled(TextRule::Sku), json!({ "type": "string", "pattern": "^[A-Za-z0-9._-]{1,255}$" })),
            (Shape::Word(&["Big", "small"]), json!({ "type": "string", "examples": ["Big", "small"] })),
            (
                Shape::Keyed { keys: Keys::Currency, of: &Shape::Hundredths { min: 0, max: 9 } },
                json!({
                    "type": "object",
                    "propertyNames": { "pattern": "^[A-Z]{3}$" },
                    "additionalProperties": {
                        "type": ["number", "string"], "minimum": 0, "maximum": 9,
                        "pattern": "^-?[0-9]+(\\.[0-9]{1,2}0*)?$",
                    },
                }),
            ),
            (ruled(TextRule::Language), json!({ "type": "string", "pattern": "^[a-z]{2}([-_][A-Z]{2})?$" })),
            (ruled(TextRule::DigitsExact(17)), json!({ "type": "string", "pattern": "^[0-9]{17}$" })),
            (ruled(TextRule::AlnumExact(32)), json!({ "type": "string", "pattern": "^[0-9A-Za-z]{32}$" })),
            (Shape::Enum(&["x", "y"]), json!({ "type": "string", "enum": ["x", "y"] })),
            (
                Shape::Integer { min: -1, max: 5 },
                json!({ "type": "integer", "format": "int64", "minimum": -1, "maximum": 5 }),
            ),
            (Shape::Number { positive: false, text: false }, json!({ "type": "number" })),
            (Shape::Number { positive: true, text: false }, json!({ "type": "number", "exclusiveMinimum": 0 })),
            (
                Shape::Number { positive: false, text: true },
                json!({ "type": ["number", "string"], "pattern": DECIMAL }),
            ),
            (
                Shape::Number { positive: true, text: true },
                json!({ "type": ["number", "string"], "pattern": POSITIVE_DECIMAL, "exclusiveMinimum": 0 }),
            ),
            (
                Shape::Decimal { min: 0 },
                json!({
                    "type": ["number", "string"], "minimum": 0, "maximum": 1_000_000_000, "pattern": DECIMAL
                }),
            ),
            (
                Shape::Count { min: 1, max: 9 },
                json!({ "type": ["integer", "string"], "minimum": 1, "maximum": 9, "pattern": "^-?[0-9]+$" }),
            ),
            (Shape::Bool, json!({ "type": "boolean" })),
            (Shape::Flag, json!({ "enum": [true, false, 1, 0, "1", "0", "true", "false"] })),
            (
                Shape::Texts { max: 255, required: true },
                json!({
                    "type": "object", "minProperties": 1,
                    "propertyNames": { "pattern": Keys::Locale.pattern() },
                    "additionalProperties": { "type": "string", "maxLength": 255 },
                }),
            ),
            (
                Shape::Texts { max: 255, required: false },
                json!({
                    "type": ["object", "array"], "maxItems": 0,
                    "propertyNames": { "pattern": Keys::Locale.pattern() },
                    "additionalProperties": { "type": "string", "maxLength": 255 },
                }),
            ),
            (Shape::Date, json!({ "type": "string", "format": "date-or-date-time" })),
            (Shape::Null, json!({ "type": "null" })),
            (Shape::Any, json!({})),
            (
                Shape::OneOf(&[Shape::Bool, Shape::Enum(&["x"])]),
                json!({ "anyOf": [{ "type": "boolean" }, { "type": "string", "enum": ["x"] }] }),
            ),
        ];
        for (shape, expected) in cases {
            assert_eq!(schema(&shape), expected, "{shape:?}");
        }
    }

    #[test]
    fn nested_fields_keep_their_bounds_and_words() {
        let token = schema(&crate::token::TOKEN);
        let id = &token["properties"]["user"]["properties"]["id"]["properties"]["value"];
        assert_eq!(
            *id,
            json!({
                "type": "string", "minLength": 1, "maxLength": 255, "description": "The game's own id of the player."
            })
        );
        assert_eq!(token["required"], json!(["user", "settings"]));
        assert_eq!(token["additionalProperties"], false);
        assert_eq!(token["properties"]["settings"]["properties"]["ui"]["additionalProperties"], true);
    }

    #[test]
    fn the_error_schema_has_what_errors_have() {
        let schema = error();
        let keys = |v: &Value| v.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let body = ErrorBody::from_violations(&[Violation::new("a", "b")], "6445b85").to_json();
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(keys(&body), keys(&schema["properties"]));
        assert_eq!(keys(&body["extended_message"]), keys(&schema["properties"]["extended_message"]["properties"]));
        assert_eq!(schema["required"].as_array().unwrap().len(), keys(&body).len());
    }
}
