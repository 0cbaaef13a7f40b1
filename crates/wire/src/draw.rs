//! Opening lootboxes, and what there is to check about it.

use crate::lootbox::slot_json;
use crate::read::{self, checked};
use crate::shape::{self, Field, Shape, Unknown, Violation};
use crate::wallet::{USER_ID, user_id};
use coinslot_domain::draw::{Draw, Outcome};
use coinslot_domain::id::ItemId;
use coinslot_domain::lootbox::{Entry, Prize, Slot};
use serde_json::{Value, json};

const CLIENT_SEED: Field = Field::optional(
    "client_seed",
    Shape::Text { min: 0, max: 255, rule: None },
    "Something the server cannot know beforehand, so that it cannot choose what is drawn; see docs/lootboxes.md.",
);

/// The body that opens a lootbox.
pub static OPEN: Shape = Shape::Object {
    fields: &[
        Field::optional("user_id", USER_ID, "Whose it is; may stand in the URL as well, and must in one of both."),
        CLIENT_SEED,
    ],
    unknown: Unknown::Ignore,
};

/// The parameters that open a lootbox.
pub static OPEN_QUERY: Shape = Shape::Object {
    fields: &[Field::optional("user_id", Shape::Text { min: 1, max: 255, rule: None }, "Whose it is.")],
    unknown: Unknown::Ignore,
};

/// Whose lootbox is to be opened, and what the client adds to the chance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenBody {
    /// Whose it is.
    pub user: String,
    /// What the client chose.
    pub client_seed: String,
}

impl OpenBody {
    /// Reads a body of [`OPEN`] and parameters of [`OPEN_QUERY`], or lists the
    /// faults.
    pub fn read(body: &Value, query: &Value) -> Result<Self, Vec<Violation>> {
        let body = checked(&OPEN, body)?;
        let user = body.get("user_id").or_else(|| query.get("user_id")).and_then(user_id);
        let user = user.ok_or_else(|| vec![Violation::new("user_id", "is missing and it is required")])?;
        let client_seed = body.get("client_seed").and_then(read::text).unwrap_or_default();
        Ok(OpenBody { user, client_seed })
    }
}

const COUNT: Shape = Shape::Count { min: 1, max: shape::MAX_INTEGER };

/// The parameters of what the server is bound to.
pub static COMMITMENT_QUERY: Shape = Shape::Object {
    fields: &[Field::optional("item_id", COUNT, "A lootbox, whose odds for this user are shown too.")],
    unknown: Unknown::Ignore,
};

/// The lootbox that parameters of [`COMMITMENT_QUERY`] name.
pub fn item_id(query: &Value) -> Option<ItemId> {
    query.get("item_id").and_then(read::integer).and_then(ItemId::new)
}

/// The parameters of the list of openings.
pub static DRAWS_QUERY: Shape = Shape::Object {
    fields: &[
        Field::optional("limit", Shape::Count { min: 1, max: 100 }, "At most so many; 20 unless told otherwise."),
        Field::optional("offset", Shape::Count { min: 0, max: shape::MAX_INTEGER }, "So many are passed over."),
    ],
    unknown: Unknown::Ignore,
};

/// How many openings to list, and after how many.
pub fn draws_page(query: &Value) -> (i64, i64) {
    let number = |name: &str| query.get(name).and_then(read::integer);
    (number("limit").unwrap_or(20), number("offset").unwrap_or(0))
}

/// The body that says who keeps the inventory, and the answer that does.
pub static SETTINGS: Shape = Shape::Object {
    fields: &[Field::required(
        "require_ownership",
        Shape::Flag,
        "Whether opening a lootbox takes it and its key from what the user has here. Turn it off if the game keeps \
         its inventory itself.",
    )],
    unknown: Unknown::Ignore,
};

/// Reads a body of [`SETTINGS`], or lists its faults.
pub fn require_ownership(body: &Value) -> Result<bool, Vec<Violation>> {
    Ok(checked(&SETTINGS, body)?.get("require_ownership").and_then(read::truth).unwrap_or(true))
}

const TEXT: Shape = Shape::Text { min: 0, max: 1 << 10, rule: None };
const ID: Shape = Shape::Integer { min: 1, max: shape::MAX_INTEGER };
const NUMBER: Shape = Shape::Number { positive: false, text: false };
const MAYBE_NUMBER: Shape = Shape::OneOf(&[NUMBER, Shape::Null]);
const NATURAL: Shape = Shape::Integer { min: 0, max: shape::MAX_INTEGER };

static AWARDED: Shape = Shape::Object {
    fields: &[
        Field::required("id", ID, "The slot."),
        Field::required("value", Shape::Map, "What was drawn: an entry of one of its three lists, or of none."),
        Field::required("compensation_for_duplicate_percent", NATURAL, "Of the slot."),
        Field::required("compensation_for_duplicate_value", NUMBER, "Of the slot."),
        Field::required(
            "compensation",
            MAYBE_NUMBER,
            "Virtual currency instead of the item, which the user had and can have only once.",
        ),
    ],
    unknown: Unknown::Ignore,
};

const DRAW_FIELDS: [Field; 8] = [
    Field::required("id", ID, "Names the opening in this project."),
    Field::required("date", TEXT, "When."),
    Field::required("item_id", ID, "The lootbox."),
    Field::required("table_version", ID, "Which version of its table was drawn from."),
    Field::required("nonce", ID, "Counts the user's openings."),
    Field::required("commitment", TEXT, "SHA-256 of the server's seed, which was shown before."),
    Field::required("server_seed", TEXT, "The server's seed: 32 bytes in hexadecimal."),
    Field::required("client_seed", TEXT, "The client's seed."),
];

static DRAW: Shape = Shape::Object { fields: &DRAW_FIELDS, unknown: Unknown::Ignore };

/// What an opening answers.
pub static OPENED: Shape = Shape::Object {
    fields: &[
        Field::required("slots", Shape::Array(&AWARDED), "What came out of each slot."),
        Field::required("draw", DRAW, "What is needed to check it; see docs/lootboxes.md."),
        Field::required("next_commitment", TEXT, "What the server is bound to for the user's next opening."),
    ],
    unknown: Unknown::Ignore,
};

static ENTRY: Shape = Shape::Object {
    fields: &[
        Field::optional("virtual_item", Shape::Map, "The prize, if it is an item: id and amount."),
        Field::optional("virtual_currency", Shape::Map, "The prize, if it is virtual currency: amount."),
        Field::optional("attribute", Shape::Map, "A class of items, which is never drawn: type and value."),
        Field::required("drop_rate", NUMBER, "Its chance in percent."),
        Field::required("weight", NATURAL, "Its chance in hundredths of a percent; 0 once the user has drawn all."),
    ],
    unknown: Unknown::Ignore,
};

const SLOT_FIELDS: [Field; 2] = [
    Field::required("id", ID, "The slot."),
    Field::required("entries", Shape::Array(&ENTRY), "What may be drawn, in the order that counts."),
];

static ODDS_SLOT: Shape = Shape::Object { fields: &SLOT_FIELDS, unknown: Unknown::Ignore };

static DRAWN_SLOT: Shape = Shape::Object {
    fields: &shape::with::<2, 4>(
        SLOT_FIELDS,
        &[
            Field::required("place", Shape::OneOf(&[NATURAL, Shape::Null]), "The entry that was drawn, from 0."),
            Field::required("compensation", MAYBE_NUMBER, "Virtual currency instead of a duplicate."),
        ],
    ),
    unknown: Unknown::Ignore,
};

const LIMITS: Field = Field::required("limits", Shape::Map, "How often a user may draw what, ever.");

/// What the server is bound to, in an answer.
pub static COMMITMENT: Shape = Shape::Object {
    fields: &[
        Field::required("commitment", TEXT, "SHA-256 of the seed that the server uses next for this user."),
        Field::required("nonce", ID, "The number that the opening will have."),
        Field::optional("item_id", ID, "The lootbox that was asked for."),
        Field::optional("table_version", ID, "The version of its table that is drawn from next."),
        Field::optional("slots", Shape::Array(&ODDS_SLOT), "The odds of this user, if the box is opened next."),
        Field::optional("limits", Shape::Map, "How often a user may draw what, ever."),
    ],
    unknown: Unknown::Ignore,
};

static DRAW_WHOLE: Shape = Shape::Object {
    fields: &shape::with::<8, 10>(
        DRAW_FIELDS,
        &[Field::required("slots", Shape::Array(&DRAWN_SLOT), "What was in the box, and what came out."), LIMITS],
    ),
    unknown: Unknown::Ignore,
};

/// Openings in an answer.
pub static DRAWS: Shape = Shape::Array(&DRAW_WHOLE);

/// What came out of a slot, as an opening answers it.
pub fn awarded_json(slot: &Slot, outcome: Outcome) -> Value {
    let drawn = outcome.place().and_then(|place| slot.entries.get(place));
    let mut json = slot_json(&Slot { entries: drawn.into_iter().cloned().collect(), ..slot.clone() });
    json["compensation"] = instead(outcome);
    json
}

fn instead(outcome: Outcome) -> Value {
    match outcome {
        Outcome::Duplicate(_, n) => read::units(n),
        Outcome::Prize(_) | Outcome::Nothing => Value::Null,
    }
}

/// What there is to check about an opening whose server seed hashes to
/// `commitment`.
pub fn draw_json(d: &Draw, commitment: &str) -> Value {
    json!({
        "id": d.id.get(),
        "date": d.at.rfc3339(),
        "item_id": d.lootbox.get(),
        "table_version": d.version,
        "nonce": d.nonce,
        "commitment": commitment,
        "server_seed": d.server_seed,
        "client_seed": d.client_seed,
    })
}

/// A slot and the weights of its entries.
pub fn odds_json(slot: &Slot, weights: &[u32]) -> Value {
    let entry = |(e, weight): (&Entry, &u32)| {
        let (kind, prize) = match &e.prize {
            Prize::Item(id, n) => ("virtual_item", json!({ "id": id.get(), "amount": n })),
            Prize::Currency(n) => ("virtual_currency", json!({ "amount": read::units(*n) })),
            Prize::Attribute(c) => ("attribute", json!({ "type": c.kind, "value": c.value })),
        };
        json!({ kind: prize, "drop_rate": read::units(e.rate.0), "weight": weight })
    };
    json!({ "id": slot.id.get(), "entries": slot.entries.iter().zip(weights).map(entry).collect::<Vec<_>>() })
}

/// The same, and what was drawn.
pub fn drawn_json(slot: &Slot, weights: &[u32], outcome: Outcome) -> Value {
    let mut json = odds_json(slot, weights);
    json["place"] = outcome.place().into();
    json["compensation"] = instead(outcome);
    json
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_opens() {
        let open = |body, query| OpenBody::read(&body, &query).map(|b| (b.user, b.client_seed));
        assert_eq!(open(json!({"user_id": 1}), json!({})), Ok(("1".into(), "".into())));
        assert_eq!(open(json!([]), json!({"user_id": "b"})), Ok(("b".into(), "".into())));
        assert_eq!(
            open(json!({"user_id": "a", "client_seed": "x"}), json!({"user_id": "b"})),
            Ok(("a".into(), "x".into()))
        );
        assert_eq!(open(json!({}), json!({})).unwrap_err()[0].path, "user_id");
        assert_eq!(open(json!({"user_id": ""}), json!({})).unwrap_err()[0].path, "user_id");
    }
}
