//! Items, lootboxes among them.

use crate::lootbox::{self, LootboxBody};
use crate::read::{self, Change, change};
use crate::shape::{Field, Keys, MAX_INTEGER, Shape, TextRule, Unknown, Violation, maybe};
use coinslot_domain::attribute::{self as player, Action, Condition, Operation};
use coinslot_domain::decimal::Decimal;
use coinslot_domain::id::{ConditionId, GroupId, ItemId, settle};
use coinslot_domain::item::{Advertisement, Item, Kind, SKU_LENGTH};
use coinslot_domain::localized::Localized;
use coinslot_domain::lootbox::Lootbox;
use coinslot_domain::money::Currency;
use coinslot_domain::virtual_currency::HUNDREDTHS;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const ID: Shape = Shape::Count { min: 1, max: MAX_INTEGER };
const SKU: Shape = Shape::Text { min: 1, max: SKU_LENGTH, rule: Some(TextRule::Sku) };
const SKU_DOC: &str = "The game's name of it; unique among the project's items.";
const NAME: Shape = Shape::Texts { max: 255, required: true };
const NAME_DOC: &str = "What players call it, by language.";
const CODE: Shape = maybe!(Shape::Text { min: 0, max: 255, rule: None });
const PRICES: Shape = Shape::Keyed { keys: Keys::Currency, of: &Shape::Decimal { min: 0 } };
const KEYWORDS: Shape =
    Shape::Keyed { keys: Keys::Locale, of: &Shape::Array(&Shape::Text { min: 1, max: 255, rule: None }) };
/// So long that a date does not overflow.
const EXPIRATION: Shape = maybe!(Shape::Count { min: 1, max: 3_155_760_000 });
const LIMIT: Shape = maybe!(Shape::Count { min: 1, max: MAX_INTEGER });
const KINDS: Shape = Shape::Word(&["Consumable", "Expiration", "Permanent", "lootbox", "Lootboxes", "Physical"]);
/// The largest amount of virtual currency that a price may be, in units.
const MOST_UNITS: i64 = 1_000_000_000;
/// A picture's address.
pub(crate) const IMAGE: Shape = maybe!(Shape::Text { min: 1, max: 2048, rule: Some(TextRule::Image) });
/// How something is praised.
pub(crate) const ADVERTISEMENT: Shape = maybe!(Shape::Enum(&["recommended", "best_deal", "special_offer"]));

const CONDITION: Shape = Shape::Object {
    fields: &[
        Field::optional("id", maybe!(Shape::Count { min: 0, max: MAX_INTEGER }), "Its number, if it has one already."),
        Field::required(
            "user_attribute_key",
            Shape::Text { min: 1, max: 255, rule: None },
            "The key of a user attribute.",
        ),
        Field::required(
            "operation",
            Shape::Enum(&[
                "greater",
                "greaterOrEqual",
                "equal",
                "notEqual",
                "less",
                "lessOrEqual",
                "between",
                "in",
                "notIn",
            ]),
            "How the player's value is compared.",
        ),
        Field::required(
            "right_operand",
            Shape::Array(&Shape::OneOf(&[
                Shape::Integer { min: -MAX_INTEGER, max: MAX_INTEGER },
                Shape::Text { min: 0, max: 255, rule: None },
            ])),
            "With what: two values for between, any number for in and notIn, else one.",
        ),
        Field::required(
            "action",
            Shape::Enum(&["hide", "block", "warning"]),
            "What happens when the condition does not hold.",
        ),
    ],
    unknown: Unknown::Ignore,
};

/// The fields that may be left out. The first two differ between the bodies.
macro_rules! item_shape {
    ($sku:ident, $name:ident) => {
        Shape::Object {
            fields: &[
                Field::$sku("sku", SKU, SKU_DOC),
                Field::$name("name", NAME, NAME_DOC),
                Field::optional("item_code", CODE, "Another name of the game's."),
                Field::optional("item_type", maybe!(KINDS), "What owning it means; Consumable if left out."),
                Field::optional("description", maybe!(Shape::Texts { max: 4000, required: false }), "What it is."),
                Field::optional(
                    "long_description",
                    maybe!(Shape::Texts { max: 65_535, required: false }),
                    "What it is, at length.",
                ),
                Field::optional("prices", maybe!(PRICES), "What it costs, by currency."),
                Field::optional(
                    "default_currency",
                    maybe!(Shape::Text { min: 3, max: 3, rule: Some(TextRule::Currency) }),
                    "One of prices, for players in whose currency there is none.",
                ),
                Field::optional(
                    "virtual_currency_price",
                    maybe!(Shape::Count { min: 0, max: MOST_UNITS }),
                    "What it costs in virtual currency.",
                ),
                Field::optional("enabled", maybe!(Shape::Flag), "Whether it is sold; it is if left out."),
                Field::optional("permanent", maybe!(Shape::Flag), "Whether a player may have it only once."),
                Field::optional(
                    "expiration",
                    EXPIRATION,
                    "For how many seconds an item of the type Expiration is owned.",
                ),
                Field::optional("image_url", IMAGE, "A picture: https://…, http://… or //…"),
                Field::optional("groups", maybe!(Shape::Array(&ID)), "The groups it is in."),
                Field::optional(
                    "user_attribute_conditions",
                    maybe!(Shape::Array(&CONDITION)),
                    "Who is offered it: players of whom all conditions hold.",
                ),
                Field::optional("purchase_limit", LIMIT, "How often a player may buy it."),
                Field::optional("keywords", maybe!(KEYWORDS), "Words to find it by, by language."),
                Field::optional("advertisement_type", ADVERTISEMENT, "How it is praised."),
                Field::optional("deleted", maybe!(Shape::Flag), "Whether to delete it; only when it is changed."),
                Field::optional(
                    "key_virtual_item_id",
                    maybe!(ID),
                    "Of a lootbox: an item that is used up by opening it.",
                ),
                Field::optional(
                    "opening_price_vc",
                    maybe!(Shape::Hundredths { min: 0, max: MOST_UNITS }),
                    "Of a lootbox: what opening it costs in virtual currency.",
                ),
                Field::optional("slots", maybe!(Shape::Array(&lootbox::SLOT)), "Of a lootbox: what is in it."),
                Field::optional("limits", maybe!(lootbox::LIMITS), "Of a lootbox: what a player gets only so often."),
            ],
            unknown: Unknown::Ignore,
        }
    };
}

/// The body that adds an item.
pub static CREATE: Shape = item_shape!(required, required);

/// The body that changes an item.
pub static UPDATE: Shape = item_shape!(optional, optional);

const SHOWN_ID: Field = Field::required("id", Shape::Integer { min: 1, max: MAX_INTEGER }, "Its number.");
const SHOWN_SKU: Field = Field::required("sku", SKU, SKU_DOC);
const SHOWN_PRICES: Field = Field::required("prices", PRICES, "What it costs, by currency.");
const SHOWN_DEFAULT: Field = Field::required(
    "default_currency",
    maybe!(Shape::Text { min: 3, max: 3, rule: Some(TextRule::Currency) }),
    "The currency for players in whose currency it has no price.",
);
const SHOWN_ENABLED: Field = Field::required("enabled", Shape::Bool, "Whether it is sold.");
const SHOWN_PERMANENT: Field = Field::required("permanent", Shape::Bool, "Whether a player may have it only once.");
const SHOWN_GROUPS: Field = Field::required("groups", Shape::Array(&ID), "The groups it is in.");
const SHOWN_ADVERTISEMENT: Field = Field::required("advertisement_type", ADVERTISEMENT, "How it is praised.");
const SHOWN_VC_PRICE: Field = Field::required(
    "virtual_currency_price",
    maybe!(Shape::Count { min: 0, max: MOST_UNITS }),
    "What it costs in virtual currency.",
);

/// An item as it is shown.
pub static ITEM: Shape = Shape::Object {
    fields: &[
        SHOWN_ID,
        SHOWN_SKU,
        Field::required("item_code", CODE, "Another name of the game's."),
        Field::required("name", NAME, NAME_DOC),
        Field::required("description", Shape::Texts { max: 4000, required: false }, "What it is."),
        Field::required("long_description", Shape::Texts { max: 65_535, required: false }, "What it is, at length."),
        SHOWN_PRICES,
        SHOWN_DEFAULT,
        SHOWN_ENABLED,
        SHOWN_PERMANENT,
        Field::required("image_url", IMAGE, "A picture."),
        Field::required("item_type", KINDS, "What owning it means."),
        Field::required("expiration", EXPIRATION, "For how many seconds it is owned."),
        SHOWN_GROUPS,
        Field::required("user_attribute_conditions", Shape::Array(&CONDITION), "Who is offered it."),
        SHOWN_VC_PRICE,
        Field::required("purchase_limit", LIMIT, "How often a player may buy it."),
        Field::required("keywords", KEYWORDS, "Words to find it by, by language."),
        SHOWN_ADVERTISEMENT,
        Field::required("deleted", Shape::Bool, "Always false: what is deleted is not shown."),
        Field::optional("key_virtual_item_id", maybe!(ID), "Of a lootbox: an item that is used up by opening it."),
        Field::optional(
            "opening_price_vc",
            Shape::Hundredths { min: 0, max: MOST_UNITS },
            "Of a lootbox: what opening it costs in virtual currency.",
        ),
        Field::optional("slots", Shape::Array(&lootbox::SLOT), "Of a lootbox: what is in it."),
        Field::optional("limits", lootbox::LIMITS, "Of a lootbox: what a player gets only so often."),
    ],
    unknown: Unknown::Ignore,
};

/// Items as they are listed.
pub static ITEMS: Shape = Shape::Array(&Shape::Object {
    fields: &[
        SHOWN_ID,
        SHOWN_SKU,
        Field::required("localized_name", maybe!(Shape::Text { min: 0, max: 255, rule: None }), "Its name."),
        SHOWN_PRICES,
        SHOWN_DEFAULT,
        SHOWN_ENABLED,
        SHOWN_PERMANENT,
        SHOWN_GROUPS,
        SHOWN_ADVERTISEMENT,
        SHOWN_VC_PRICE,
    ],
    unknown: Unknown::Ignore,
});

/// The parameters of a list of items.
pub static LIST: Shape = Shape::Object {
    fields: &[
        Field::optional("limit", Shape::Count { min: 1, max: MAX_INTEGER }, "How many, at most 1000."),
        Field::optional("offset", Shape::Count { min: 0, max: MAX_INTEGER }, "How many to leave out first."),
        Field::optional(
            "has_price",
            Shape::Enum(&["virtual_currency", "real_currency"]),
            "Only those that are sold for virtual currency, or for money.",
        ),
    ],
    unknown: Unknown::Ignore,
};

/// The number of an item that was added.
pub static CREATED: Shape = Shape::Object {
    fields: &[Field::required("item_id", Shape::Integer { min: 1, max: MAX_INTEGER }, "Its number.")],
    unknown: Unknown::Ignore,
};

/// Which items to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListQuery {
    /// Leaves out so many from the start.
    pub offset: i64,
    /// At most so many.
    pub limit: i64,
    /// Only those that this buys: `virtual_currency` or `real_currency`.
    pub has_price: Option<String>,
}

impl ListQuery {
    /// Reads parameters that [`LIST`] accepted.
    pub fn read(query: &Value) -> Self {
        let (offset, limit) = crate::plan::window(query);
        ListQuery { offset, limit, has_price: query.get("has_price").and_then(read::text) }
    }
}

/// What a body says of an item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemBody {
    sku: Change<String>,
    code: Change<String>,
    kind: Change<Kind>,
    name: Change<Localized>,
    description: Change<Localized>,
    long_description: Change<Localized>,
    prices: Change<BTreeMap<Currency, Decimal>>,
    default_currency: Change<Currency>,
    vc_price: Change<i64>,
    enabled: Change<bool>,
    permanent: Change<bool>,
    expiration: Change<i64>,
    image_url: Change<String>,
    groups: Change<Vec<GroupId>>,
    conditions: Change<Vec<SentCondition>>,
    purchase_limit: Change<i64>,
    keywords: Change<BTreeMap<String, Vec<String>>>,
    advertisement: Change<Advertisement>,
    /// Whether the item is to be deleted.
    pub deleted: bool,
    /// What is said of it as a lootbox.
    pub lootbox: LootboxBody,
}

/// A condition without a number of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SentCondition {
    id: Option<ConditionId>,
    key: String,
    operation: Operation,
    operands: Vec<player::Value>,
    action: Action,
}

impl ItemBody {
    /// Reads the body that adds an item, or lists its faults.
    pub fn create(body: &Value) -> Result<Self, Vec<Violation>> {
        Self::checked(&CREATE, body)
    }

    /// Reads the body that changes an item, or lists its faults.
    pub fn update(body: &Value) -> Result<Self, Vec<Violation>> {
        Self::checked(&UPDATE, body)
    }

    fn checked(shape: &Shape, body: &Value) -> Result<Self, Vec<Violation>> {
        let body = read::checked(shape, body)?;
        let read = Self::read(&body);
        let faults = read.faults();
        if faults.is_empty() { Ok(read) } else { Err(faults) }
    }

    fn read(body: &Value) -> Self {
        ItemBody {
            sku: change(body, "sku", read::text),
            code: change(body, "item_code", read::text),
            kind: change(body, "item_type", |v| Kind::of(v.as_str()?)),
            name: change(body, "name", read::texts),
            description: change(body, "description", read::texts),
            long_description: change(body, "long_description", read::texts),
            prices: change(body, "prices", prices),
            default_currency: change(body, "default_currency", |v| Currency::from_code(v.as_str()?)),
            vc_price: change(body, "virtual_currency_price", |v| Some(read::integer(v)? * HUNDREDTHS)),
            enabled: change(body, "enabled", read::truth),
            permanent: change(body, "permanent", read::truth),
            expiration: change(body, "expiration", read::integer),
            image_url: change(body, "image_url", read::text),
            groups: change(body, "groups", read::list(|v| GroupId::new(read::integer(v)?))),
            conditions: change(body, "user_attribute_conditions", read::list(condition)),
            purchase_limit: change(body, "purchase_limit", read::integer),
            keywords: change(body, "keywords", keywords),
            advertisement: change(body, "advertisement_type", |v| Advertisement::of(v.as_str()?)),
            deleted: body.get("deleted").and_then(read::truth).unwrap_or(false),
            lootbox: LootboxBody::read(body),
        }
    }

    /// What no single value is at fault for.
    fn faults(&self) -> Vec<Violation> {
        let Change::Set(conditions) = &self.conditions else { return vec![] };
        let fault = |(i, c): (usize, &SentCondition)| {
            let (fewest, most) = c.operation.operands();
            let text = match c.operands.len() {
                n if n < fewest => format!("must have at least {fewest} values for {}", c.operation.name()),
                n if n > most => format!("must have at most {most} values for {}", c.operation.name()),
                _ => return None,
            };
            Some(Violation::new(format!("user_attribute_conditions[{i}].right_operand"), text))
        };
        conditions.iter().enumerate().filter_map(fault).collect()
    }

    /// How many conditions it has, each of which may need a number.
    pub fn conditions(&self) -> usize {
        match &self.conditions {
            Change::Set(all) => all.len(),
            _ => 0,
        }
    }

    /// The item that `old` becomes. `fresh` are numbers for its conditions.
    pub fn onto(&self, old: Item, fresh: &[ConditionId]) -> Item {
        let conditions = match &self.conditions {
            Change::Set(sent) => {
                let known: Vec<ConditionId> = old.conditions.iter().map(|c| c.id).collect();
                let ids = settle(&sent.iter().map(|c| c.id).collect::<Vec<_>>(), &known, fresh);
                sent.iter().zip(ids).map(|(c, id)| c.with(id)).collect()
            }
            Change::Reset => vec![],
            Change::Keep => old.conditions,
        };
        let mut seen = BTreeSet::new();
        let mut groups = self.groups.clone().or(old.groups, vec![]);
        groups.retain(|g| seen.insert(*g));
        Item {
            id: old.id,
            sku: self.sku.clone().or(old.sku, String::new()),
            code: self.code.clone().or_none(old.code),
            kind: self.kind.clone().or(old.kind, Kind::Consumable),
            name: self.name.clone().or(old.name, Localized::default()),
            description: self.description.clone().or(old.description, Localized::default()),
            long_description: self.long_description.clone().or(old.long_description, Localized::default()),
            prices: self.prices.clone().or(old.prices, BTreeMap::new()),
            default_currency: self.default_currency.clone().or_none(old.default_currency),
            vc_price: self.vc_price.clone().or_none(old.vc_price),
            enabled: self.enabled.clone().or(old.enabled, true),
            permanent: self.permanent.clone().or(old.permanent, false),
            expiration: self.expiration.clone().or_none(old.expiration),
            image_url: self.image_url.clone().or_none(old.image_url),
            groups,
            conditions,
            purchase_limit: self.purchase_limit.clone().or_none(old.purchase_limit),
            keywords: self.keywords.clone().or(old.keywords, BTreeMap::new()),
            advertisement: self.advertisement.clone().or_none(old.advertisement),
            hidden: old.hidden,
            content: old.content,
            deleted: old.deleted,
        }
    }
}

impl SentCondition {
    fn with(&self, id: ConditionId) -> Condition {
        Condition {
            id,
            key: self.key.clone(),
            operation: self.operation,
            operands: self.operands.clone(),
            action: self.action,
        }
    }
}

/// Prices by currency.
pub(crate) fn prices(value: &Value) -> Option<BTreeMap<Currency, Decimal>> {
    value.as_object()?.iter().map(|(code, price)| Some((Currency::from_code(code)?, read::decimal(price)?))).collect()
}

fn keywords(value: &Value) -> Option<BTreeMap<String, Vec<String>>> {
    let words = read::list(read::text);
    value.as_object()?.iter().map(|(locale, list)| Some((locale.clone(), words(list)?))).collect()
}

fn condition(value: &Value) -> Option<SentCondition> {
    let operand = |v: &Value| match v {
        Value::Number(_) => read::integer(v).map(player::Value::Int),
        _ => read::text(v).map(player::Value::Text),
    };
    let name = |key: &str| value.get(key).and_then(Value::as_str);
    Some(SentCondition {
        id: value.get("id").and_then(read::integer).and_then(ConditionId::new),
        key: name("user_attribute_key")?.to_string(),
        operation: Operation::of(name("operation")?)?,
        operands: value.get("right_operand").and_then(read::list(operand))?,
        action: Action::of(name("action")?)?,
    })
}

/// Prices by currency, as JSON.
pub(crate) fn prices_json(prices: &BTreeMap<Currency, Decimal>) -> Value {
    Value::Object(prices.iter().map(|(currency, price)| (currency.code().into(), read::number(price))).collect())
}

/// An item as it is shown, with what there is of it as a lootbox.
pub fn json(i: &Item, lootbox: Option<&Lootbox>) -> Value {
    let condition = |c: &Condition| {
        let operands: Vec<Value> = c
            .operands
            .iter()
            .map(|operand| match operand {
                player::Value::Int(n) => (*n).into(),
                player::Value::Text(text) => text.as_str().into(),
            })
            .collect();
        json!({
            "id": c.id.get(),
            "name": null,
            "user_attribute_key": c.key,
            "operation": c.operation.name(),
            "right_operand": operands,
            "action": c.action.name(),
        })
    };
    let mut shown = json!({
        "id": i.id.get(),
        "sku": i.sku,
        "item_code": i.code,
        "name": read::texts_json(&i.name),
        "description": read::texts_json(&i.description),
        "long_description": read::texts_json(&i.long_description),
        "prices": prices_json(&i.prices),
        "default_currency": i.default_currency.map(Currency::code),
        "enabled": i.enabled,
        "permanent": i.permanent,
        "image_url": i.image_url,
        "item_type": i.kind.name(),
        "expiration": i.expiration,
        "groups": i.groups.iter().map(|g| g.get()).collect::<Vec<_>>(),
        "user_attribute_conditions": i.conditions.iter().map(condition).collect::<Vec<_>>(),
        "virtual_currency_price": i.vc_price.map(read::units),
        "purchase_limit": i.purchase_limit,
        "keywords": i.keywords,
        "advertisement_type": i.advertisement.map(Advertisement::name),
        "deleted": i.deleted,
    });
    if i.kind == Kind::Lootbox {
        shown["key_virtual_item_id"] = lootbox.and_then(|b| b.key).map(ItemId::get).into();
        shown["opening_price_vc"] = read::units(lootbox.map_or(0, |b| b.opening_price));
        let (slots, limits) = lootbox::json(lootbox.map(|b| &b.table));
        shown["slots"] = slots;
        shown["limits"] = limits;
    }
    shown
}

/// An item as it is listed.
pub fn listed(i: &Item, languages: &[String], own: &str) -> Value {
    json!({
        "id": i.id.get(),
        "sku": i.sku,
        "localized_name": i.name.pick(languages, own),
        "prices": prices_json(&i.prices),
        "default_currency": i.default_currency.map(Currency::code),
        "enabled": i.enabled,
        "permanent": i.permanent,
        "groups": i.groups.iter().map(|g| g.get()).collect::<Vec<_>>(),
        "advertisement_type": i.advertisement.map(Advertisement::name),
        "virtual_currency_price": i.vc_price.map(read::units),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(body: &Value) -> Vec<String> {
        ItemBody::update(body).unwrap_err().into_iter().map(|v| format!("{}: {}", v.path, v.text)).collect()
    }

    fn condition_ids(all: &[i64]) -> Vec<ConditionId> {
        all.iter().map(|n| ConditionId::new(*n).unwrap()).collect()
    }

    #[test]
    fn what_is_left_out_stays_and_null_takes_back() {
        let body = json!({
            "sku": "T-1", "name": {"en": "Tank"}, "prices": {"USD": "40.09", "JPY": 4000}, "default_currency": "USD",
            "item_type": "EXPIRATION", "expiration": "60", "groups": [25, 24, 25], "purchase_limit": 3,
            "virtual_currency_price": 12, "permanent": 1, "keywords": {"en": ["b", "a"]}, "enabled": false,
            "advertisement_type": "best_deal", "image_url": "//img.example/1.jpg", "item_code": "x",
            "user_attribute_conditions": [
                {"id": 2015, "name": null, "user_attribute_key": "level", "operation": "between",
                 "right_operand": [1, "9"], "action": "hide"}
            ],
            "disposable": true
        });
        let id = ItemId::new(7).unwrap();
        let made = ItemBody::create(&body).unwrap().onto(Item::new(id, ""), &condition_ids(&[1]));
        assert_eq!((made.kind, made.vc_price, made.expiration), (Kind::Expiration, Some(1_200), Some(60)));
        assert_eq!(made.groups.iter().map(|g| g.get()).collect::<Vec<_>>(), [25, 24]);
        assert_eq!(made.conditions[0].id.get(), 1, "a number that is not ours is replaced");
        let shown = json(&made, None);
        assert_eq!(shown["prices"].to_string(), r#"{"JPY":4000,"USD":40.09}"#);
        assert_eq!(shown["virtual_currency_price"].to_string(), "12");
        assert_eq!(shown["user_attribute_conditions"][0]["right_operand"], json!([1, "9"]));

        let again = ItemBody::update(&shown).unwrap().onto(made.clone(), &condition_ids(&[2]));
        assert_eq!(again, made, "what is shown can be sent back");
        assert_eq!(ItemBody::update(&json!([])).unwrap().onto(made.clone(), &[]), made);
        let nulls = json!({
            "item_code": null, "item_type": null, "description": null, "prices": null, "default_currency": null,
            "virtual_currency_price": null, "enabled": null, "permanent": null, "expiration": null, "image_url": null,
            "groups": null, "user_attribute_conditions": null, "purchase_limit": null, "keywords": null,
            "advertisement_type": null, "deleted": null
        });
        let bare = ItemBody::update(&nulls).unwrap().onto(made.clone(), &[]);
        assert_eq!(bare, Item { name: made.name, ..Item::new(id, "T-1") });
    }

    #[test]
    fn every_fault_is_found_at_once() {
        let condition = |operation: &str, operands: Value| {
            let mut condition = json!({"user_attribute_key": "a", "action": "hide"});
            condition["operation"] = operation.into();
            condition["right_operand"] = operands;
            condition
        };
        let half: Value = serde_json::from_str("0.5").unwrap();
        assert_eq!(
            faults(&json!({
                "sku": "a b", "name": {"english": "x"}, "prices": {"USD": -1, "XXY": 1}, "item_type": "thing",
                "virtual_currency_price": -5, "purchase_limit": 0, "image_url": "ftp://x", "groups": ["x"],
                "keywords": {"en": "x"}, "user_attribute_conditions": [condition("is", json!([half]))]
            })),
            [
                "sku: does not match the regex pattern ^[A-Za-z0-9._-]{1,255}$",
                "name.english: is not a language: write en, pt-BR or pt_BR",
                "item_type: does not have a value in the enumeration \
                 [\"Consumable\",\"Expiration\",\"Permanent\",\"lootbox\",\"Lootboxes\",\"Physical\"]",
                "prices.USD: must have a minimum value of 0",
                "prices.XXY: is not a currency of ISO 4217",
                "virtual_currency_price: must have a minimum value of 0",
                "image_url: is not the address of a picture: write https://…, http://… or //…",
                "groups[0]: string value found, but an integer is required",
                "user_attribute_conditions[0].operation: does not have a value in the enumeration \
                 [\"greater\",\"greaterOrEqual\",\"equal\",\"notEqual\",\"less\",\"lessOrEqual\",\"between\",\"in\",\"notIn\"]",
                "user_attribute_conditions[0].right_operand[0]: \
                 double value found, but an integer or a string is required",
                "purchase_limit: must have a minimum value of 1",
                "keywords.en: string value found, but an array is required",
            ]
        );
        assert_eq!(
            faults(&json!({"user_attribute_conditions": [
                condition("equal", json!([1, 2])), condition("between", json!([1])), condition("in", json!([]))
            ]})),
            [
                "user_attribute_conditions[0].right_operand: must have at most 1 values for equal",
                "user_attribute_conditions[1].right_operand: must have at least 2 values for between",
                "user_attribute_conditions[2].right_operand: must have at least 1 values for in",
            ]
        );
        let missing = ItemBody::create(&json!([])).unwrap_err();
        assert_eq!(missing.iter().map(|v| v.path.as_str()).collect::<Vec<_>>(), ["sku", "name"]);
    }
}
