//! Attributes of players.

use crate::read::{self, Change, change};
use crate::shape::{Field, MAX_INTEGER, Shape, Unknown, Violation, maybe};
use coinslot_domain::attribute::{self as player, Attribute, Kind, Values};
use coinslot_domain::localized::Localized;
use serde_json::{Map, Value, json};

const KEY: Field = Field::required("key", Shape::Text { min: 1, max: 255, rule: None }, "What tokens call it. Unique.");
const NAME: &str = "What people call it, by language.";
const KINDS: Shape = Shape::Enum(&["int", "string", "enum", "date"]);
const KIND: &str = "What its values are.";
const VALUES: Field = Field::optional(
    "list_of_values",
    maybe!(Shape::Array(&Shape::Text { min: 1, max: 255, rule: None })),
    "The values of an enum; of no meaning for other types.",
);
const VISIBLE: Field = Field::optional("visible", maybe!(Shape::Flag), "Whether players see it; they do if left out.");
const SKIP: Field = Field::optional(
    "skip_condition_on_nonexistent_key",
    maybe!(Shape::Flag),
    "Whether a condition on it holds for players without a value; it does not if left out.",
);

/// The body that adds an attribute.
pub static CREATE: Shape = Shape::Object {
    fields: &[
        KEY,
        // One of the two must be there.
        Field::optional("name", Shape::Texts { max: 255, required: true }, NAME),
        Field::optional("localized_name", Shape::Texts { max: 255, required: true }, "The same as name."),
        Field::required("type", KINDS, KIND),
        VALUES,
        VISIBLE,
        SKIP,
    ],
    unknown: Unknown::Ignore,
};

/// The body that changes an attribute.
pub static UPDATE: Shape = Shape::Object {
    fields: &[
        KEY,
        Field::optional("name", maybe!(Shape::Texts { max: 255, required: false }), NAME),
        Field::optional("localized_name", maybe!(Shape::Texts { max: 255, required: false }), "The same as name."),
        Field::optional("type", KINDS, KIND),
        VALUES,
        VISIBLE,
        SKIP,
    ],
    unknown: Unknown::Ignore,
};

/// An attribute as it is shown.
pub static ATTRIBUTE: Shape = Shape::Object {
    fields: &[
        Field::required("id", Shape::Integer { min: 1, max: MAX_INTEGER }, "Its number."),
        Field::required("key", Shape::Text { min: 1, max: 255, rule: None }, "What tokens call it."),
        Field::required(
            "localized_name",
            Shape::Texts { max: 255, required: false },
            "What people call it, by language; an empty array if nothing.",
        ),
        Field::required("name", maybe!(Shape::Text { min: 0, max: 255, rule: None }), "The same in one language."),
        Field::required("type", KINDS, KIND),
        Field::required(
            "list_of_values",
            Shape::Array(&Shape::Text { min: 1, max: 255, rule: None }),
            "The values of an enum.",
        ),
        Field::required("visible", Shape::Bool, "Whether players see it."),
        Field::required(
            "skip_condition_on_nonexistent_key",
            Shape::Bool,
            "Whether a condition on it holds for players without a value.",
        ),
    ],
    unknown: Unknown::Ignore,
};

/// Attributes, by number.
pub static ATTRIBUTES: Shape = Shape::Array(&ATTRIBUTE);

/// The number of an attribute that was added.
pub static CREATED: Shape = Shape::Object {
    fields: &[Field::required("id", Shape::Integer { min: 1, max: MAX_INTEGER }, "Its number.")],
    unknown: Unknown::Ignore,
};

/// What a body says of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeBody {
    /// What tokens call it.
    pub key: String,
    name: Change<Localized>,
    kind: Change<Kind>,
    values: Change<Vec<String>>,
    visible: Change<bool>,
    skip_absent: Change<bool>,
}

impl AttributeBody {
    /// Reads the body that adds an attribute, or lists its faults.
    pub fn create(body: &Value) -> Result<Self, Vec<Violation>> {
        let mut faults = crate::shape::check(&CREATE, body);
        if body.get("name").is_none() && body.get("localized_name").is_none() {
            faults.push(Violation::new("name", "is missing and it is required"));
        }
        if faults.is_empty() { Ok(Self::read(&crate::shape::normalise(&CREATE, body.clone()))) } else { Err(faults) }
    }

    /// Reads the body that changes an attribute, or lists its faults.
    pub fn update(body: &Value) -> Result<Self, Vec<Violation>> {
        Ok(Self::read(&read::checked(&UPDATE, body)?))
    }

    fn read(body: &Value) -> Self {
        // The documentation calls the texts name in one place and
        // localized_name in another.
        let name = if body.get("localized_name").is_some() { "localized_name" } else { "name" };
        AttributeBody {
            key: body.get("key").and_then(read::text).unwrap_or_default(),
            name: change(body, name, read::texts),
            kind: change(body, "type", |v| Kind::of(v.as_str()?)),
            values: change(body, "list_of_values", read::list(read::text)),
            visible: change(body, "visible", read::truth),
            skip_absent: change(body, "skip_condition_on_nonexistent_key", read::truth),
        }
    }

    /// The attribute that `old` becomes.
    pub fn onto(&self, old: Attribute) -> Attribute {
        let kind = self.kind.clone().or(old.kind, Kind::Text);
        let values = self.values.clone().or(old.values, vec![]);
        Attribute {
            id: old.id,
            key: self.key.clone(),
            name: self.name.clone().or(old.name, Localized::default()),
            kind,
            values: if kind == Kind::Enum { values } else { vec![] },
            visible: self.visible.clone().or(old.visible, true),
            skip_absent: self.skip_absent.clone().or(old.skip_absent, false),
        }
    }
}

/// What a token says of a player: whole numbers and texts of up to 255
/// characters, which is what conditions can name. `true` and `false` are texts.
pub fn values(sent: &Map<String, Value>) -> Values {
    let value = |v: &Value| match v {
        Value::Number(_) => read::integer(v).map(player::Value::Int),
        Value::Bool(b) => Some(player::Value::Text(b.to_string())),
        Value::String(text) if text.chars().count() <= 255 && !text.contains('\0') => {
            Some(player::Value::Text(text.clone()))
        }
        _ => None,
    };
    sent.iter().filter_map(|(key, v)| Some((key.clone(), value(v)?))).collect()
}

/// An attribute as it is shown to a reader of `languages`, or in the project's `own`.
pub fn json(a: &Attribute, languages: &[String], own: &str) -> Value {
    json!({
        "id": a.id.get(),
        "key": a.key,
        // As the documented examples show it.
        "localized_name": if a.name.is_empty() { json!([]) } else { read::texts_json(&a.name) },
        "name": a.name.pick(languages, own),
        "type": a.kind.name(),
        "list_of_values": a.values,
        "visible": a.visible,
        "skip_condition_on_nonexistent_key": a.skip_absent,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinslot_domain::id::AttributeId;

    fn faults(result: Result<AttributeBody, Vec<Violation>>) -> Vec<String> {
        result.unwrap_err().into_iter().map(|v| format!("{}: {}", v.path, v.text)).collect()
    }

    #[test]
    fn what_a_token_says() {
        let long = "x".repeat(256);
        let sent = json!({"level": 80, "clan": "x", "vip": true, "list": [1], "none": null, "long": long, "nul": "\0"});
        let said: Vec<_> = values(sent.as_object().unwrap()).into_iter().collect();
        let text = |t: &str| player::Value::Text(t.into());
        let expected = [("clan", text("x")), ("level", player::Value::Int(80)), ("vip", text("true"))];
        assert_eq!(said, expected.map(|(k, v)| (k.to_string(), v)));
    }

    #[test]
    fn bodies() {
        let old = Attribute {
            id: AttributeId::new(5).unwrap(),
            key: String::new(),
            name: Localized::default(),
            kind: Kind::Text,
            values: vec![],
            visible: true,
            skip_absent: false,
        };
        let body = json!({"key": "class", "name": {"en": "x"}, "localized_name": {"en": "Class"}, "type": "enum",
            "list_of_values": ["war", "magic"], "visible": "0"});
        let made = AttributeBody::create(&body).unwrap().onto(old.clone());
        assert_eq!(made.name, Localized::of("en", "Class"), "of both, localized_name counts");
        assert_eq!((made.kind, made.values.len(), made.visible), (Kind::Enum, 2, false));
        let body = json!({"key": "klass", "visible": null, "name": []});
        let changed = AttributeBody::update(&body).unwrap().onto(made.clone());
        assert_eq!(
            changed,
            Attribute { key: "klass".into(), visible: true, name: Localized::default(), ..made.clone() }
        );
        let changed = AttributeBody::update(&json!({"key": "class", "type": "date"})).unwrap().onto(made);
        assert_eq!(changed.values, [""; 0], "only an enum has values");

        assert_eq!(
            faults(AttributeBody::create(&json!([]))),
            ["key", "type", "name"].map(|f| format!("{f}: is missing and it is required"))
        );
        assert_eq!(faults(AttributeBody::update(&json!([]))), ["key: is missing and it is required"]);
        assert_eq!(
            faults(AttributeBody::create(&json!({"key": "", "name": {}, "type": "float", "list_of_values": [1]}))),
            [
                "key: must be at least 1 characters long",
                "name: must have a text in at least one language",
                r#"type: does not have a value in the enumeration ["int","string","enum","date"]"#,
                "list_of_values[0]: integer value found, but a string is required",
            ]
        );
    }
}
