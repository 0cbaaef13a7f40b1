//! Groups of items, and the order of items in them.

use crate::read::{self, Change, change};
use crate::shape::{Field, MAX_INTEGER, Shape, TextRule, Unknown, Violation, maybe};
use coinslot_domain::group::Group;
use coinslot_domain::id::GroupId;
use coinslot_domain::item::SKU_LENGTH;
use coinslot_domain::localized::Localized;
use serde_json::{Value, json};

const ID: Shape = Shape::Count { min: 1, max: MAX_INTEGER };
const NAME: &str = "What players call it, by language.";
const DESCRIPTION: Field =
    Field::optional("description", maybe!(Shape::Texts { max: 4000, required: false }), "What is in it, by language.");
const ENABLED: Field = Field::optional("enabled", maybe!(Shape::Flag), "Whether it is shown; it is if left out.");
const PARENT: Field = Field::optional("parent_id", maybe!(ID), "The group it is in.");
const CODE: Field = Field::optional(
    "code",
    Shape::OneOf(&[
        Shape::Integer { min: 0, max: MAX_INTEGER },
        Shape::Text { min: 0, max: 64, rule: None },
        Shape::Null,
    ]),
    "The game's own name of it.",
);

/// The body that adds a group.
pub static CREATE: Shape = Shape::Object {
    fields: &[
        Field::required("name", Shape::Texts { max: 255, required: true }, NAME),
        DESCRIPTION,
        ENABLED,
        PARENT,
        CODE,
    ],
    unknown: Unknown::Ignore,
};

/// The body that changes a group.
pub static UPDATE: Shape = Shape::Object {
    fields: &[
        Field::optional("name", Shape::Texts { max: 255, required: true }, NAME),
        DESCRIPTION,
        ENABLED,
        PARENT,
        CODE,
    ],
    unknown: Unknown::Ignore,
};

/// The body that sorts the items of a group.
pub static SORT: Shape = Shape::Object {
    fields: &[
        Field::required("group_id", ID, "The group."),
        Field::required(
            "virtual_items",
            Shape::Array(&Shape::Text { min: 1, max: SKU_LENGTH, rule: Some(TextRule::Sku) }),
            "SKUs of its items, in their new order; those not named follow in the old one.",
        ),
    ],
    unknown: Unknown::Ignore,
};

const SHOWN_ID: Field = Field::required("id", Shape::Integer { min: 1, max: MAX_INTEGER }, "Its number.");
const SHOWN_ENABLED: Field = Field::required("enabled", Shape::Bool, "Whether it is shown.");
const SHOWN_PARENT: Field =
    Field::required("parent_id", maybe!(Shape::Integer { min: 1, max: MAX_INTEGER }), "The group it is in.");
const SHOWN_CODE: Field =
    Field::required("code", CODE.shape, "The game's own name of it; a number if it looks like one.");

/// A group as it is shown.
pub static GROUP: Shape = Shape::Object {
    fields: &[
        SHOWN_ID,
        Field::required("name", Shape::Texts { max: 255, required: true }, NAME),
        Field::required("description", Shape::Texts { max: 4000, required: false }, "What is in it, by language."),
        SHOWN_ENABLED,
        SHOWN_PARENT,
        SHOWN_CODE,
    ],
    unknown: Unknown::Ignore,
};

/// Groups, by parent and number.
pub static GROUPS: Shape = Shape::Array(&Shape::Object {
    fields: &[
        SHOWN_ID,
        Field::required("localized_name", maybe!(Shape::Text { min: 0, max: 255, rule: None }), "Its name."),
        SHOWN_ENABLED,
        SHOWN_PARENT,
        Field::required("has_groups", Shape::Bool, "Whether there are groups in it."),
        Field::required("has_virtual_items", Shape::Bool, "Whether there are items in it."),
        Field::required("virtual_items_count", Shape::Integer { min: 0, max: MAX_INTEGER }, "How many."),
        SHOWN_CODE,
    ],
    unknown: Unknown::Ignore,
});

/// The number of a group that was added.
pub static CREATED: Shape = Shape::Object {
    fields: &[Field::required("group_id", Shape::Integer { min: 1, max: MAX_INTEGER }, "Its number.")],
    unknown: Unknown::Ignore,
};

/// What a body says of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupBody {
    name: Change<Localized>,
    description: Change<Localized>,
    enabled: Change<bool>,
    parent: Change<GroupId>,
    code: Change<String>,
}

impl GroupBody {
    /// Reads the body that adds a group, or lists its faults.
    pub fn create(body: &Value) -> Result<Self, Vec<Violation>> {
        Ok(Self::read(&read::checked(&CREATE, body)?))
    }

    /// Reads the body that changes a group, or lists its faults.
    pub fn update(body: &Value) -> Result<Self, Vec<Violation>> {
        Ok(Self::read(&read::checked(&UPDATE, body)?))
    }

    fn read(body: &Value) -> Self {
        let code = |v: &Value| match v {
            Value::Number(n) => Some(n.to_string()),
            _ => read::text(v).filter(|code| !code.is_empty()),
        };
        GroupBody {
            name: change(body, "name", read::texts),
            description: change(body, "description", read::texts),
            enabled: change(body, "enabled", read::truth),
            parent: change(body, "parent_id", |v| read::integer(v).and_then(GroupId::new)),
            code: change(body, "code", code),
        }
    }

    /// The group that `old` becomes.
    pub fn onto(&self, old: Group) -> Group {
        Group {
            id: old.id,
            name: self.name.clone().or(old.name, Localized::default()),
            description: self.description.clone().or(old.description, Localized::default()),
            enabled: self.enabled.clone().or(old.enabled, true),
            parent: self.parent.clone().or_none(old.parent),
            code: self.code.clone().or_none(old.code),
        }
    }
}

/// A new order of the items of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SortBody {
    /// The group; `None` for a number that no group can have.
    pub group: Option<GroupId>,
    /// The items that come first, by SKU.
    pub skus: Vec<String>,
}

impl SortBody {
    /// Reads the body, or lists its faults.
    pub fn read(body: &Value) -> Result<Self, Vec<Violation>> {
        let body = read::checked(&SORT, body)?;
        let group = body.get("group_id").and_then(read::integer).and_then(GroupId::new);
        Ok(SortBody { group, skus: body.get("virtual_items").and_then(read::list(read::text)).unwrap_or_default() })
    }
}

/// The code as clients know it: a number if it is written like one.
fn code(g: &Group) -> Value {
    let Some(code) = &g.code else { return Value::Null };
    let digits = code.bytes().all(|b| b.is_ascii_digit()) && (code == "0" || !code.starts_with('0'));
    let number = code.parse::<i64>().ok().filter(|n| digits && *n <= MAX_INTEGER);
    number.map_or_else(|| code.as_str().into(), Value::from)
}

/// A group as it is shown.
pub fn json(g: &Group) -> Value {
    json!({
        "id": g.id.get(),
        "name": read::texts_json(&g.name),
        "description": read::texts_json(&g.description),
        "enabled": g.enabled,
        "parent_id": g.parent.map(GroupId::get),
        "code": code(g),
    })
}

/// A group as it is listed.
pub fn listed(g: &Group, has_groups: bool, items: i64, languages: &[String], own: &str) -> Value {
    json!({
        "id": g.id.get(),
        "localized_name": g.name.pick(languages, own),
        "enabled": g.enabled,
        "parent_id": g.parent.map(GroupId::get),
        "has_groups": has_groups,
        "has_virtual_items": items > 0,
        "virtual_items_count": items,
        "code": code(g),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_and_codes() {
        let old = Group {
            id: GroupId::new(7).unwrap(),
            name: Localized::default(),
            description: Localized::default(),
            enabled: false,
            parent: None,
            code: None,
        };
        let body = json!({"name": {"en": "Tanks"}, "parent_id": "3", "code": 21, "enabled": 1});
        let made = GroupBody::create(&body).unwrap().onto(old.clone());
        assert_eq!((made.parent, made.enabled), (GroupId::new(3), true));
        assert_eq!(GroupBody::update(&json!([])).unwrap().onto(made.clone()), made);
        let body = json!({"parent_id": null, "enabled": null, "code": ""});
        let changed = GroupBody::update(&body).unwrap().onto(made.clone());
        assert_eq!(changed, Group { parent: None, code: None, ..made });
        for (sent, shown) in [
            (json!(21), json!(21)),
            (json!("21"), json!(21)),
            (json!("021"), json!("021")),
            (json!(0), json!(0)),
            (json!("x1"), json!("x1")),
            (json!("99999999999999999999"), json!("99999999999999999999")),
            (json!(null), json!(null)),
        ] {
            let made = GroupBody::update(&json!({"code": sent})).unwrap().onto(old.clone());
            assert_eq!(json(&made)["code"], shown);
        }
        let faults = GroupBody::create(&json!({"name": [], "parent_id": 0, "code": -1})).unwrap_err();
        assert_eq!(
            faults.iter().map(|v| format!("{}: {}", v.path, v.text)).collect::<Vec<_>>(),
            [
                "name: must have a text in at least one language",
                "parent_id: must have a minimum value of 1",
                "code: must have a minimum value of 0",
            ]
        );
    }
}
