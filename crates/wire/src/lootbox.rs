//! What an item says of itself as a lootbox.

use crate::read::{self, Change, change};
use crate::shape::{Field, MAX_INTEGER, Shape, Unknown, many, maybe};
use coinslot_domain::id::{ItemId, SlotId, settle};
use coinslot_domain::lootbox::{Class, Entry, Limit, Limited, Lootbox, Prize, Slot, Table};
use coinslot_domain::money::BasisPoints;
use serde_json::{Value, json};

const ID: Shape = Shape::Count { min: 1, max: MAX_INTEGER };
/// The largest amount of a prize.
const MOST: i64 = 1_000_000_000;
const RATE: Field =
    Field::required("drop_rate", Shape::Hundredths { min: 0, max: 100 }, "Its chance in percent, to two digits.");

const ITEM: Shape = Shape::Object {
    fields: &[
        Field::required("id", ID, "The item."),
        Field::required("amount", Shape::Count { min: 1, max: MOST }, "How many."),
        RATE,
    ],
    unknown: Unknown::Ignore,
};
const CURRENCY: Shape = Shape::Object {
    fields: &[Field::required("amount", Shape::Hundredths { min: 0, max: MOST }, "How much."), RATE],
    unknown: Unknown::Ignore,
};
const CLASS_FIELDS: [Field; 2] = [
    Field::required("type", Shape::Count { min: 0, max: MAX_INTEGER }, "Which of the game's classifications."),
    Field::required("value", Shape::Text { min: 1, max: 255, rule: None }, "Which class of it."),
];
const CLASS: Shape = Shape::Object { fields: &[CLASS_FIELDS[0], CLASS_FIELDS[1], RATE], unknown: Unknown::Ignore };
const VALUE: Shape = Shape::Object {
    fields: &[
        Field::optional("virtual_items", many!(ITEM), "Items."),
        Field::optional("virtual_item", many!(ITEM), "The same as virtual_items."),
        Field::optional("virtual_currency", many!(CURRENCY), "Amounts of virtual currency."),
        Field::optional("attribute", many!(CLASS), "Classes of items: kept, and never drawn."),
    ],
    unknown: Unknown::Ignore,
};

/// A slot of a lootbox.
pub const SLOT: Shape = Shape::Object {
    fields: &[
        Field::optional("id", maybe!(Shape::Count { min: 0, max: MAX_INTEGER }), "Its number, if it has one already."),
        Field::required("value", VALUE, "What may be drawn: the drop rates of all prizes together are 100."),
        Field::optional(
            "compensation_for_duplicate_percent",
            maybe!(Shape::Count { min: 0, max: 100 }),
            "What a player gets instead of an item that can be had only once: a part of its price in virtual currency.",
        ),
        Field::optional(
            "compensation_for_duplicate_value",
            maybe!(Shape::Hundredths { min: 0, max: MOST }),
            "Or this much virtual currency.",
        ),
    ],
    unknown: Unknown::Ignore,
};

const MOST_ITEMS: Field = Field::required("max_items", ID, "How often a player gets it from this lootbox, ever.");

/// What a player gets only so often.
pub const LIMITS: Shape = Shape::Object {
    fields: &[
        Field::optional(
            "virtual_item",
            many!(Shape::Object {
                fields: &[Field::required("id", ID, "The item."), MOST_ITEMS],
                unknown: Unknown::Ignore
            }),
            "Items.",
        ),
        Field::optional(
            "attribute",
            many!(Shape::Object { fields: &[CLASS_FIELDS[0], CLASS_FIELDS[1], MOST_ITEMS], unknown: Unknown::Ignore }),
            "Classes of items: kept, and never reached.",
        ),
    ],
    unknown: Unknown::Ignore,
};

/// What a body says of an item as a lootbox.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LootboxBody {
    key: Change<ItemId>,
    opening_price: Change<i64>,
    slots: Change<Vec<SentSlot>>,
    limits: Change<Vec<Limit>>,
}

/// A slot without a number of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SentSlot {
    id: Option<SlotId>,
    entries: Vec<Entry>,
    duplicate_percent: i64,
    duplicate_value: i64,
}

impl LootboxBody {
    /// Reads the body of an item, which was checked.
    pub(crate) fn read(body: &Value) -> Self {
        LootboxBody {
            key: change(body, "key_virtual_item_id", |v| read::integer(v).and_then(ItemId::new)),
            opening_price: change(body, "opening_price_vc", read::hundredths),
            slots: change(body, "slots", read::list(slot)),
            limits: change(body, "limits", |v| Some(limits(v))),
        }
    }

    /// How many slots it has, each of which may need a number.
    pub fn slots(&self) -> usize {
        match &self.slots {
            Change::Set(all) => all.len(),
            _ => 0,
        }
    }

    /// The limits it sets, if it sets any.
    pub fn limits(&self) -> &[Limit] {
        match &self.limits {
            Change::Set(all) => all,
            _ => &[],
        }
    }

    /// The lootbox that `old` becomes. `fresh` are numbers for its slots. Its
    /// table has a new version if anything in it is new; a limit on what is no
    /// prize any more goes.
    pub fn onto(&self, old: Lootbox, fresh: &[SlotId]) -> Lootbox {
        let slots = match &self.slots {
            Change::Set(sent) => {
                let known: Vec<SlotId> = old.table.slots.iter().map(|s| s.id).collect();
                let ids = settle(&sent.iter().map(|s| s.id).collect::<Vec<_>>(), &known, fresh);
                sent.iter().zip(ids).map(|(s, id)| s.with(id)).collect()
            }
            Change::Reset => vec![],
            Change::Keep => old.table.slots.clone(),
        };
        let mut table = Table { version: old.table.version, slots, limits: vec![] };
        let prizes = table.limitable();
        table.limits = self.limits.clone().or(old.table.limits.clone(), vec![]);
        table.limits.retain(|l| prizes.contains(&l.of));
        if table != old.table {
            table.version += 1;
        }
        Lootbox {
            item: old.item,
            key: self.key.clone().or_none(old.key),
            opening_price: self.opening_price.clone().or(old.opening_price, 0),
            table,
        }
    }
}

impl SentSlot {
    fn with(&self, id: SlotId) -> Slot {
        Slot {
            id,
            entries: self.entries.clone(),
            duplicate_percent: self.duplicate_percent,
            duplicate_value: self.duplicate_value,
        }
    }
}

fn slot(value: &Value) -> Option<SentSlot> {
    let of = value.get("value")?;
    let entry = |v: &Value, prize: Option<Prize>| {
        Some(Entry { prize: prize?, rate: BasisPoints(read::hundredths(v.get("drop_rate")?)?) })
    };
    let mut entries = Vec::new();
    for key in ["virtual_items", "virtual_item"] {
        entries.extend(read::one_or_many(of.get(key)).filter_map(|v| entry(v, item(v))));
    }
    let amount = |v: &Value| read::hundredths(v.get("amount")?).map(Prize::Currency);
    entries.extend(read::one_or_many(of.get("virtual_currency")).filter_map(|v| entry(v, amount(v))));
    entries.extend(read::one_or_many(of.get("attribute")).filter_map(|v| entry(v, class(v).map(Prize::Attribute))));
    Some(SentSlot {
        id: value.get("id").and_then(read::integer).and_then(SlotId::new),
        entries,
        duplicate_percent: value.get("compensation_for_duplicate_percent").and_then(read::integer).unwrap_or(0),
        duplicate_value: value.get("compensation_for_duplicate_value").and_then(read::hundredths).unwrap_or(0),
    })
}

fn item(value: &Value) -> Option<Prize> {
    Some(Prize::Item(ItemId::new(read::integer(value.get("id")?)?)?, read::integer(value.get("amount")?)?))
}

fn class(value: &Value) -> Option<Class> {
    Some(Class { kind: read::integer(value.get("type")?)?, value: read::text(value.get("value")?)? })
}

fn limits(value: &Value) -> Vec<Limit> {
    let limit = |v: &Value, of: Option<Limited>| Some(Limit { of: of?, most: read::integer(v.get("max_items")?)? });
    let id = |v: &Value| ItemId::new(read::integer(v.get("id")?)?).map(Limited::Item);
    let items = read::one_or_many(value.get("virtual_item")).filter_map(|v| limit(v, id(v)));
    let classes = read::one_or_many(value.get("attribute")).filter_map(|v| limit(v, class(v).map(Limited::Class)));
    items.chain(classes).collect()
}

/// The slots and limits of a table, as they are shown.
pub(crate) fn json(table: Option<&Table>) -> (Value, Value) {
    let slots = table.map_or(&[][..], |t| &t.slots);
    (slots.iter().map(slot_json).collect::<Vec<_>>().into(), limits_json(table.map_or(&[][..], |t| &t.limits)))
}

/// A slot, as it is shown.
pub(crate) fn slot_json(s: &Slot) -> Value {
    let of = |f: &dyn Fn(&Entry) -> Option<Value>| Value::from(s.entries.iter().filter_map(f).collect::<Vec<_>>());
    let rate = |e: &Entry| read::units(e.rate.0);
    json!({
        "id": s.id.get(),
        "value": {
            "virtual_items": of(&|e| match e.prize {
                Prize::Item(id, amount) => Some(json!({ "id": id.get(), "amount": amount, "drop_rate": rate(e) })),
                _ => None,
            }),
            "virtual_currency": of(&|e| match e.prize {
                Prize::Currency(n) => Some(json!({ "amount": read::units(n), "drop_rate": rate(e) })),
                _ => None,
            }),
            "attribute": of(&|e| match &e.prize {
                Prize::Attribute(c) => Some(json!({ "type": c.kind, "value": c.value, "drop_rate": rate(e) })),
                _ => None,
            }),
        },
        "compensation_for_duplicate_percent": s.duplicate_percent,
        "compensation_for_duplicate_value": read::units(s.duplicate_value),
    })
}

/// How often a player may draw what, as it is shown.
pub fn limits_json(limits: &[Limit]) -> Value {
    let mut shown = json!({ "virtual_item": [], "attribute": [] });
    for limit in limits {
        let (key, value) = match &limit.of {
            Limited::Item(id) => ("virtual_item", json!({ "id": id.get(), "max_items": limit.most })),
            Limited::Class(c) => ("attribute", json!({ "type": c.kind, "value": c.value, "max_items": limit.most })),
        };
        if let Some(list) = shown[key].as_array_mut() {
            list.push(value);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nothing() -> Lootbox {
        Lootbox { item: ItemId::new(9).unwrap(), key: None, opening_price: 0, table: Table::default() }
    }

    fn fresh(all: &[i64]) -> Vec<SlotId> {
        all.iter().map(|n| SlotId::new(*n).unwrap()).collect()
    }

    #[test]
    fn all_ways_to_write_one_table() {
        let short = json!({
            "slots": [{"id": 123, "value": {
                "virtual_item": {"id": 1, "amount": "10", "drop_rate": "20"},
                "virtual_currency": {"amount": "0.5", "drop_rate": 80},
                "attribute": []
            }}],
            "limits": {"virtual_item": {"id": 1, "max_items": 5}}
        });
        let long = json!({
            "slots": [{"id": 50, "value": {
                "virtual_items": [{"id": "1", "amount": 10, "drop_rate": "20.00"}],
                "virtual_currency": [{"amount": "0.50", "drop_rate": "80.0"}]
            }, "compensation_for_duplicate_percent": null, "compensation_for_duplicate_value": 0}],
            "limits": {"virtual_item": [{"id": 1, "max_items": 5}], "attribute": []}
        });
        let made = LootboxBody::read(&short).onto(nothing(), &fresh(&[50]));
        assert_eq!(made.table.version, 1);
        assert_eq!(
            LootboxBody::read(&long).onto(made.clone(), &fresh(&[51])),
            made,
            "the same table, the same version"
        );
        assert_eq!(LootboxBody::read(&short).onto(made.clone(), &fresh(&[51])), made, "a number that is not ours");
        let (slots, limits) = json(Some(&made.table));
        assert_eq!(slots[0]["value"]["virtual_currency"].to_string(), r#"[{"amount":0.5,"drop_rate":80}]"#);
        let shown = json!({ "slots": slots, "limits": limits });
        assert_eq!(LootboxBody::read(&shown).onto(made.clone(), &fresh(&[51])), made, "what is shown can be sent back");
    }

    #[test]
    fn versions_count_changes_of_the_table_only() {
        let table = |rate: &str| {
            json!({"slots": [{"value": {
                "virtual_items": [{"id": 1, "amount": 1, "drop_rate": rate}, {"id": 2, "amount": 1, "drop_rate": 50}]
            }}], "limits": {"virtual_item": [{"id": 1, "max_items": 5}, {"id": 2, "max_items": 6}]}})
        };
        let made = LootboxBody::read(&table("50")).onto(nothing(), &fresh(&[50]));
        let priced = LootboxBody::read(&json!({"opening_price_vc": "1.5", "key_virtual_item_id": 3}));
        let made = priced.onto(made, &[]);
        assert_eq!((made.table.version, made.opening_price, made.key), (1, 150, ItemId::new(3)));
        let other = LootboxBody::read(&table("49.99")).onto(made.clone(), &fresh(&[51]));
        assert_eq!((other.table.version, other.table.slots[0].id.get()), (2, 50));
        let one = json!({"slots": [{"value": {"virtual_items": [{"id": 2, "amount": 1, "drop_rate": 100}]}}]});
        let one = LootboxBody::read(&one).onto(other, &fresh(&[51]));
        assert_eq!(one.table.limits, [Limit { of: Limited::Item(ItemId::new(2).unwrap()), most: 6 }]);
        let bare = LootboxBody::read(&json!({"key_virtual_item_id": null, "limits": []})).onto(one, &[]);
        assert_eq!((bare.key, bare.table.limits.len(), bare.table.version), (None, 0, 4));
    }
}
