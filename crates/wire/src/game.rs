//! Games sold by key, as their owners read and write them, and their keys.

use crate::read::{Change, change, checked, decimal, integer, number, text, texts, texts_json, time, truth};
use crate::shape::{Field, MAX_INTEGER, Shape, TextRule, Unknown, Violation};
use coinslot_domain::decimal::Decimal;
use coinslot_domain::game::{Codes, DRMS, Drm, Edition, FACTS, Game, PLATFORMS, key};
use coinslot_domain::money::Currency;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const fn nullable(shape: &'static [Shape]) -> Shape {
    Shape::OneOf(shape)
}

const LINE: Shape = nullable(&[Shape::Text { min: 0, max: 4000, rule: None }, Shape::Null]);
const NAMES: Shape = Shape::Texts { max: 255, required: true };
const TEXTS: Shape = nullable(&[Shape::Texts { max: 65_535, required: false }, Shape::Null]);
const FLAG: Shape = nullable(&[Shape::Flag, Shape::Null]);
/// The owner's own JSON, kept as it is.
const ANY: Shape = Shape::Any;
const SKU: Shape = Shape::Text { min: 1, max: 255, rule: None };

static PLATFORM: Shape = Shape::Object {
    fields: &[Field::required("id", Shape::Count { min: 1, max: 3 }, "Its number.")],
    unknown: Unknown::Ignore,
};

static EDITION: Shape = Shape::Object {
    fields: &[
        Field::required("id", Shape::Count { min: 1, max: 7 }, "The number of the place where keys are redeemed."),
        Field::optional("enabled", Shape::Flag, "Whether it is sold; true unless told otherwise."),
        Field::optional("image", LINE, "Its own picture."),
        Field::optional("platforms", Shape::Array(&PLATFORM), "Platforms it is for."),
        Field::optional("prices", Shape::Map, "Prices by currency."),
    ],
    unknown: Unknown::Ignore,
};

const OTHERS: [Field; 18] = [
    Field::optional("description", TEXTS, "What it is about, by language."),
    Field::optional("long_description", TEXTS, "The same at length."),
    Field::optional(
        "default_currency",
        nullable(&[Shape::Text { min: 3, max: 3, rule: Some(TextRule::Currency) }, Shape::Null]),
        "The currency of prices where a player's own is missing.",
    ),
    Field::optional("release_date", nullable(&[Shape::Date, Shape::Null]), "When it comes out."),
    Field::optional("drm", Shape::Array(&EDITION), "Where its keys are redeemed; replaces all that was there."),
    Field::optional("delivery", ANY, "How and when it is delivered; kept as it is sent."),
    Field::optional("files", ANY, "Files that go with it; kept as they are sent."),
    Field::optional("obtain_code_from_api", FLAG, "Whether keys come from the game's own server."),
    Field::optional("obtain_code_from_db", FLAG, "Whether keys come from those stored here."),
    Field::optional("tips_enabled", FLAG, "Whether hints are shown."),
    Field::optional(FACTS[0], LINE, "More about it."),
    Field::optional(FACTS[1], LINE, "Who made it."),
    Field::optional(FACTS[2], LINE, "Where it is talked about."),
    Field::optional(FACTS[3], LINE, "Its genre."),
    Field::optional(FACTS[4], LINE, "Its picture."),
    Field::optional(FACTS[5], LINE, "Who publishes it."),
    Field::optional(FACTS[6], LINE, "Where to get help."),
    Field::optional(FACTS[7], LINE, "What it needs to run."),
];

const VIDEO: Field = Field::optional(FACTS[8], LINE, "A film about it.");

const fn with(sku: Field, name: Field) -> [Field; 21] {
    let mut all = [VIDEO; 21];
    all[0] = sku;
    all[1] = name;
    let mut i = 0;
    while i < OTHERS.len() {
        all[i + 2] = OTHERS[i];
        i += 1;
    }
    all
}

const OWN: &str = "The game's own name for it, unique in its project.";
const NAME: &str = "What it is called, by language.";

/// The body that adds a game.
pub static CREATE: Shape = Shape::Object {
    fields: &with(Field::required("sku", SKU, OWN), Field::required("name", NAMES, NAME)),
    unknown: Unknown::Ignore,
};

/// The body that changes one. What it leaves out stays, what is null goes back
/// to its default.
pub static UPDATE: Shape = Shape::Object {
    fields: &with(Field::optional("sku", SKU, OWN), Field::optional("name", NAMES, NAME)),
    unknown: Unknown::Ignore,
};

/// A game in an answer.
pub static GAME: Shape = Shape::Object {
    fields: &[
        Field::required("id", Shape::Integer { min: 1, max: MAX_INTEGER }, "Its number."),
        Field::required("sku", SKU, "The game's own name for it."),
        Field::required("name", Shape::Map, "What it is called, by language."),
        Field::required("drm", Shape::Array(&Shape::Map), "Where keys are redeemed, with how many there are."),
    ],
    unknown: Unknown::Ignore,
};

/// Games in an answer.
pub static GAMES: Shape = Shape::Array(&GAME);

/// Places where keys are redeemed, in an answer.
pub static PLACES: Shape = Shape::Object {
    fields: &[
        Field::required("platforms", Shape::Array(&Shape::Map), "Systems that games run on."),
        Field::required("drm", Shape::Array(&Shape::Map), "Places where keys are redeemed."),
    ],
    unknown: Unknown::Ignore,
};

/// What an owner wants a game to be.
#[derive(Clone, Debug)]
pub struct GameBody {
    body: Value,
    editions: Option<BTreeMap<i64, Edition>>,
}

impl GameBody {
    /// Reads a body against [`CREATE`] or [`UPDATE`], or lists its faults.
    pub fn read(shape: &Shape, body: &Value) -> Result<Self, Vec<Violation>> {
        let mut faults = checked(shape, body).err().unwrap_or_default();
        if let Some(sku) = body.get("sku").and_then(Value::as_str)
            && !sku.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
        {
            faults.push(Violation::new("sku", "does not match the regex pattern ^[A-Za-z0-9._-]{1,255}$"));
        }
        let mut editions = BTreeMap::new();
        let given = body.get("drm").and_then(Value::as_array);
        for (i, drm) in given.into_iter().flatten().enumerate() {
            let prices = prices(drm, &format!("drm[{i}].prices"), &mut faults);
            let Some(id) = drm.get("id").and_then(integer).and_then(Drm::of_id) else { continue };
            let listed = drm.get("platforms").and_then(Value::as_array);
            let edition = Edition {
                enabled: drm.get("enabled").and_then(truth).unwrap_or(true),
                image: drm.get("image").and_then(text).filter(|t| !t.is_empty()),
                platforms: listed.into_iter().flatten().filter_map(|p| p.get("id").and_then(integer)).collect(),
                prices,
            };
            if editions.insert(id.id, edition).is_some() {
                faults.push(Violation::new(format!("drm[{i}].id"), "is in the list twice"));
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(GameBody { body: checked(shape, body)?, editions: given.map(|_| editions) })
    }

    /// What `old` becomes.
    pub fn apply(&self, old: Game) -> Game {
        let body = &self.body;
        let flag = |key: &str, old: bool| change(body, key, truth).or(old, false);
        let own =
            |key: &str, old: Option<String>| change(body, key, |v| (!v.is_null()).then(|| v.to_string())).or_none(old);
        let mut facts = old.facts;
        for name in FACTS {
            match change(body, name, text) {
                Change::Keep => {}
                Change::Set(line) if !line.is_empty() => drop(facts.insert(name, line)),
                Change::Set(_) | Change::Reset => drop(facts.remove(name)),
            }
        }
        let currency = |v: &Value| v.as_str().and_then(Currency::from_code);
        Game {
            project: old.project,
            id: old.id,
            sku: body.get("sku").and_then(text).unwrap_or(old.sku),
            names: body.get("name").and_then(texts).unwrap_or(old.names),
            descriptions: change(body, "description", texts).or(old.descriptions, Default::default()),
            long_descriptions: change(body, "long_description", texts).or(old.long_descriptions, Default::default()),
            default_currency: change(body, "default_currency", currency).or_none(old.default_currency),
            release_date: change(body, "release_date", time).or_none(old.release_date),
            facts,
            editions: self.editions.clone().unwrap_or(old.editions),
            tips: flag("tips_enabled", old.tips),
            codes_from_api: flag("obtain_code_from_api", old.codes_from_api),
            codes_from_store: flag("obtain_code_from_db", old.codes_from_store),
            delivery: own("delivery", old.delivery),
            files: own("files", old.files),
        }
    }
}

/// Prices by currency; what is none of them is a fault.
fn prices(drm: &Value, path: &str, faults: &mut Vec<Violation>) -> BTreeMap<&'static str, Decimal> {
    let mut all = BTreeMap::new();
    for (code, price) in drm.get("prices").and_then(Value::as_object).into_iter().flatten() {
        let path = format!("{path}.{code}");
        match (Currency::from_code(code), decimal(price)) {
            (None, _) => faults.push(Violation::new(path, "is not a currency of ISO 4217")),
            (_, None) => faults.push(Violation::new(path, "is not a price: write a number such as 9.99")),
            (_, Some(price)) if price.is_negative() => {
                faults.push(Violation::new(path, "must have a minimum value of 0"));
            }
            (Some(currency), Some(price)) => drop(all.insert(currency.code(), price)),
        }
    }
    all
}

/// A game as its owner reads it, with how many keys there are by place.
pub fn view(g: &Game, codes: impl Fn(i64) -> Codes) -> Value {
    let owned = |json: &Option<String>| json.as_deref().and_then(|t| serde_json::from_str::<Value>(t).ok());
    let mut sold = 0;
    let editions: Vec<Value> = g
        .editions
        .iter()
        .filter_map(|(id, e)| {
            let codes = codes(*id);
            sold += codes.used;
            let prices: Map<String, Value> = e.prices.iter().map(|(c, p)| (c.to_string(), number(p))).collect();
            Some(json!({
                "id": id,
                "name": Drm::of_id(*id)?.name,
                "image": e.image,
                "platforms": platforms(&e.platforms),
                "enabled": e.enabled,
                "prices": prices,
                "codes": { "total": codes.total, "active": codes.active, "used": codes.used },
            }))
        })
        .collect();
    let mut view = json!({
        "id": g.id.get(),
        "sku": g.sku,
        "name": texts_json(&g.names),
        "description": texts_json(&g.descriptions),
        "long_description": texts_json(&g.long_descriptions),
        "locales_list": g.names.0.keys().collect::<Vec<_>>(),
        "default_currency": g.default_currency.map(Currency::code),
        "release_date": g.release_date.map(coinslot_domain::time::Time::rfc3339),
        "drm": editions,
        "delivery": owned(&g.delivery),
        "files": owned(&g.files).unwrap_or(json!([])),
        "obtain_code_from_api": g.codes_from_api,
        "obtain_code_from_db": g.codes_from_store,
        "sales_exist": sold > 0,
        "tips_enabled": g.tips,
        "old_price": null,
        "parent_id": null,
    });
    for name in FACTS {
        view[name] = g.facts.get(name).map_or(Value::Null, |line| line.as_str().into());
    }
    view
}

fn platforms(ids: &[i64]) -> Vec<Value> {
    let known = PLATFORMS.iter().filter(|(id, _)| ids.contains(id));
    known.map(|(id, name)| json!({ "id": id, "name": name })).collect()
}

/// Every place where keys are redeemed, and every platform.
pub fn places() -> Value {
    let all: Vec<i64> = PLATFORMS.iter().map(|(id, _)| *id).collect();
    let drm = |d: &Drm| json!({ "id": d.id, "name": d.name, "image": null, "platforms": platforms(d.platforms) });
    json!({ "platforms": platforms(&all), "drm": DRMS.iter().map(drm).collect::<Vec<_>>() })
}

/// The body that stores keys.
pub static KEYS: Shape = Shape::Object {
    fields: &[
        Field::required("drm_id", Shape::Count { min: 1, max: 7 }, "Where they are redeemed: an edition of the game."),
        Field::required(
            "keys",
            Shape::OneOf(&[
                Shape::Array(&Shape::Text { min: 0, max: 4096, rule: None }),
                Shape::Text { min: 1, max: 1 << 20, rule: None },
            ]),
            "The keys: a list, or a text with one a line. Blanks around a key and empty lines do not count.",
        ),
    ],
    unknown: Unknown::Ignore,
};

/// What came of storing keys.
pub static STORED: Shape = Shape::Object {
    fields: &[
        Field::required("added", Shape::Integer { min: 0, max: MAX_INTEGER }, "So many are new."),
        Field::required(
            "duplicates",
            Shape::Array(&Shape::Integer { min: 0, max: MAX_INTEGER }),
            "Places in the list, from 0, of keys that were stored before or stand in it twice.",
        ),
    ],
    unknown: Unknown::Ignore,
};

/// Keys to store.
#[derive(Clone, PartialEq, Eq)]
pub struct KeysBody {
    /// The number of the place where they are redeemed.
    pub drm: i64,
    /// Each with its place in the list.
    pub keys: Vec<(i64, String)>,
}

impl KeysBody {
    /// Reads a body, or lists its faults. No fault repeats a key.
    pub fn read(body: &Value) -> Result<Self, Vec<Violation>> {
        checked(&KEYS, body)?;
        let given: Vec<&str> = match body.get("keys") {
            Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
            Some(Value::String(lines)) => lines.lines().collect(),
            _ => vec![],
        };
        let mut faults = Vec::new();
        let mut keys = Vec::new();
        for (place, line) in (0_i64..).zip(given) {
            match key(line) {
                _ if line.trim().is_empty() => {}
                Some(key) => keys.push((place, key.to_string())),
                None if faults.len() < crate::shape::MAX_VIOLATIONS => {
                    let text = "is no key: at most 255 characters, none of them a control character";
                    faults.push(Violation::new(format!("keys[{place}]"), text));
                }
                None => {}
            }
        }
        if keys.is_empty() && faults.is_empty() {
            faults.push(Violation::new("keys", "must have at least one key"));
        }
        let drm = body.get("drm_id").and_then(integer).unwrap_or_default();
        if faults.is_empty() { Ok(KeysBody { drm, keys }) } else { Err(faults) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinslot_domain::id::{GameId, ProjectId};

    fn blank() -> Game {
        Game {
            project: ProjectId::new(1).unwrap(),
            id: GameId::new(2).unwrap(),
            sku: String::new(),
            names: Default::default(),
            descriptions: Default::default(),
            long_descriptions: Default::default(),
            default_currency: None,
            release_date: None,
            facts: BTreeMap::new(),
            editions: BTreeMap::new(),
            tips: false,
            codes_from_api: false,
            codes_from_store: false,
            delivery: None,
            files: None,
        }
    }

    fn faults(result: Result<impl Sized, Vec<Violation>>) -> Vec<String> {
        let faults = result.err().unwrap_or_default();
        faults.into_iter().map(|f| format!("{}: {}", f.path, f.text)).collect()
    }

    #[test]
    fn every_fault_is_named() {
        let body = json!({
            "sku": "a b", "drm": [
                {"id": 1, "prices": {"USD": -1, "EURO": 1, "EUR": "much"}}, {"id": "1"}, {"id": 9},
            ],
        });
        assert_eq!(
            faults(GameBody::read(&CREATE, &body)),
            [
                "name: is missing and it is required",
                "drm[2].id: must have a maximum value of 7",
                "sku: does not match the regex pattern ^[A-Za-z0-9._-]{1,255}$",
                "drm[0].prices.EUR: is not a price: write a number such as 9.99",
                "drm[0].prices.EURO: is not a currency of ISO 4217",
                "drm[0].prices.USD: must have a minimum value of 0",
                "drm[1].id: is in the list twice",
            ]
        );
    }

    #[test]
    fn what_is_left_out_stays() {
        let body = json!({
            "sku": "quest", "name": {"en": "Quest"}, "genre": "RPG", "delivery": {"exceptions": []},
            "drm": [{"id": "1", "platforms": [{"id": 1}], "prices": {"USD": "9.90"}}],
        });
        let game = GameBody::read(&CREATE, &body).unwrap().apply(blank());
        assert_eq!(game.editions[&1].prices["USD"].to_string(), "9.9");
        let change = |body: Value| GameBody::read(&UPDATE, &body).unwrap().apply(game.clone());
        assert_eq!(change(json!([])), game);
        let next = change(json!({"genre": null, "delivery": null, "drm": []}));
        assert!(next.facts.is_empty() && next.editions.is_empty() && next.delivery.is_none());
        let seen = view(&game, |_| Codes { total: 3, active: 1, used: 1 });
        assert_eq!(seen["drm"][0]["codes"], json!({"total": 3, "active": 1, "used": 1}));
        assert_eq!((&seen["sales_exist"], &seen["genre"]), (&json!(true), &json!("RPG")));
    }

    #[test]
    fn keys_come_as_a_list_or_as_lines() {
        let read = |keys: Value| KeysBody::read(&json!({"drm_id": 1, "keys": keys}));
        let both = [(0, "A".to_string()), (2, "B".to_string())];
        assert_eq!(read(json!("A\r\n\n B \n")).ok().unwrap().keys, both);
        assert_eq!(read(json!(["A", " ", "B"])).ok().unwrap().keys, both);
        assert_eq!(faults(read(json!([" "]))), ["keys: must have at least one key"]);
        let secret = faults(read(json!(["A", "SECRET\u{7}"])));
        assert_eq!(secret, ["keys[1]: is no key: at most 255 characters, none of them a control character"]);
    }
}
