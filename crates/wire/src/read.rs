//! Reading values that a [`crate::shape::Shape`] has checked.
//!
//! The Merchant API is lenient where the token is strict: numbers and truth
//! values may be strings, a URL's parameters are strings anyway, a body that
//! changes something may leave out what stays and send `null` for what goes.

use crate::shape::{self, Shape, Violation};
use coinslot_domain::decimal::Decimal;
use coinslot_domain::localized::Localized;
use coinslot_domain::time::Time;
use serde_json::{Map, Number, Value};

/// A body, checked, with each `[]` that stands for an empty object as `{}`; or
/// its faults.
pub fn checked(shape: &Shape, body: &Value) -> Result<Value, Vec<Violation>> {
    let faults = shape::check(shape, body);
    if faults.is_empty() { Ok(shape::normalise(shape, body.clone())) } else { Err(faults) }
}

/// The parameters of a URL, checked; or their faults. Of a parameter that
/// appears twice the last counts, but those whose name ends in `[]` or whose
/// shape is a list gather. An empty parameter counts as left out, as PHP's and
/// jQuery's clients send it.
pub fn query(shape: &Shape, raw: &str) -> Result<Value, Vec<Violation>> {
    let mut map = Map::new();
    for (name, text) in url::form_urlencoded::parse(raw.as_bytes()) {
        if text.is_empty() {
            continue;
        }
        let (name, bracketed) = match name.split_once('[') {
            Some((name, rest)) if rest.ends_with(']') => (name.to_string(), true),
            _ => (name.into_owned(), false),
        };
        let text = Value::from(text.into_owned());
        if bracketed || is_list(shape, &name) {
            match map.entry(name).or_insert_with(|| Value::Array(vec![])) {
                Value::Array(list) => list.push(text),
                other => *other = Value::Array(vec![other.take(), text]),
            }
        } else {
            map.insert(name, text);
        }
    }
    let body = Value::Object(map);
    let faults = shape::check(shape, &body);
    if faults.is_empty() { Ok(shape::normalise(shape, body)) } else { Err(faults) }
}

fn is_list(shape: &Shape, name: &str) -> bool {
    let Shape::Object { fields, .. } = shape else { return false };
    fields.iter().any(|f| f.name == name && matches!(f.shape, Shape::Array(_)))
}

/// What a body says of a value that may stay as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// Nothing: it stays.
    #[default]
    Keep,
    /// `null`: it goes back to its default.
    Reset,
    /// It becomes this.
    Set(T),
}

impl<T> Change<T> {
    /// What becomes of `old`, where nothing is the default.
    pub fn or_none(self, old: Option<T>) -> Option<T> {
        match self {
            Change::Keep => old,
            Change::Reset => None,
            Change::Set(new) => Some(new),
        }
    }

    /// What becomes of `old`.
    pub fn or(self, old: T, default: T) -> T {
        match self {
            Change::Keep => old,
            Change::Reset => default,
            Change::Set(new) => new,
        }
    }
}

/// What `body` says of its member `key`, as `read` understands it.
pub fn change<'a, T>(body: &'a Value, key: &str, read: impl FnOnce(&'a Value) -> Option<T>) -> Change<T> {
    match body.get(key) {
        None => Change::Keep,
        Some(value) => read(value).map_or(Change::Reset, Change::Set),
    }
}

/// A string.
pub fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_string)
}

/// A truth value: see [`Shape::Flag`].
pub fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(b) => Some(*b),
        Value::Number(n) if n.as_str() == "1" => Some(true),
        Value::Number(n) if n.as_str() == "0" => Some(false),
        Value::String(s) => match s.as_str() {
            "1" | "true" => Some(true),
            "0" | "false" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// A whole number, as such or as a string.
pub fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(n) => n.as_str().parse().ok(),
        Value::String(s) => s.parse().ok(),
        _ => None,
    }
}

/// A decimal number, as such or as a string.
pub fn decimal(value: &Value) -> Option<Decimal> {
    match value {
        Value::Number(n) => Decimal::parse(n.as_str()).ok(),
        Value::String(s) => Decimal::parse(s).ok(),
        _ => None,
    }
}

/// A number of at most two digits after the point, in hundredths.
pub fn hundredths(value: &Value) -> Option<i64> {
    decimal(value).map(|d| d.in_units(100))
}

/// A list of what `read` understands.
pub fn list<T>(read: impl Fn(&Value) -> Option<T>) -> impl Fn(&Value) -> Option<Vec<T>> {
    move |value| value.as_array()?.iter().map(&read).collect()
}

/// The values of a list, or the one that stands for a list of one.
pub fn one_or_many(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    let all = match value {
        Some(Value::Array(list)) => list.as_slice(),
        Some(Value::Null) | None => &[],
        Some(one) => std::slice::from_ref(one),
    };
    all.iter()
}

/// A text in several languages.
pub fn texts(value: &Value) -> Option<Localized> {
    let map = value.as_object()?;
    Some(Localized(map.iter().filter_map(|(locale, text)| Some((locale.clone(), self::text(text)?))).collect()))
}

/// A date, or what one looks like. A blank and `UTC` at the end stand for `Z`,
/// as older clients write.
pub fn date(text: &str) -> Result<Time, &'static str> {
    let zulu = text.strip_suffix(" UTC").map(|t| format!("{t}Z"));
    Time::parse(zulu.as_deref().unwrap_or(text)).ok_or(
        "is not a date: write 2026-01-31, 2026-01-31T23:59:59Z or, with an offset from UTC, 2026-01-31T23:59:59+03:00",
    )
}

/// A date that was checked.
pub fn time(value: &Value) -> Option<Time> {
    date(value.as_str()?).ok()
}

/// Decimal text as a JSON number; `null` for what is none, which nobody writes.
pub fn number(decimal: impl std::fmt::Display) -> Value {
    decimal.to_string().parse::<Number>().map_or(Value::Null, Value::Number)
}

/// Hundredths as a JSON number.
pub fn units(hundredths: i64) -> Value {
    Decimal::from_units(hundredths, 100).map_or(Value::Null, number)
}

/// A text in several languages, as JSON.
pub fn texts_json(texts: &Localized) -> Value {
    Value::Object(texts.0.iter().map(|(locale, text)| (locale.clone(), text.as_str().into())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::{Field, Keys, Unknown};
    use serde_json::json;

    static QUERY: Shape = Shape::Object {
        fields: &[
            Field::required("limit", Shape::Count { min: 1, max: 1000 }, ""),
            Field::optional("active", Shape::Flag, ""),
            Field::optional("from", Shape::Date, ""),
            Field::optional("plan_id", Shape::Array(&Shape::Count { min: 1, max: 9 }), ""),
        ],
        unknown: Unknown::Ignore,
    };

    #[test]
    fn parameters_of_a_url() {
        let found =
            query(&QUERY, "limit=5&active=1&plan_id[]=1&plan_id%5B0%5D=2&other=&from=2015-01-01T00:00:00%20UTC");
        let found = found.unwrap();
        assert_eq!(found.get("limit").and_then(integer), Some(5));
        assert_eq!(found.get("active").and_then(truth), Some(true));
        assert_eq!(found["plan_id"], json!(["1", "2"]));
        assert_eq!(found.get("from").and_then(time), Time::parse("2015-01-01"));
        assert_eq!(query(&QUERY, "limit=5&plan_id=3").unwrap()["plan_id"], json!(["3"]));
        let faults = query(&QUERY, "limit=0&active=yes&from=tomorrow&plan_id=x").unwrap_err();
        let paths: Vec<_> = faults.iter().map(|f| f.path.as_str()).collect();
        assert_eq!(paths, ["limit", "active", "from", "plan_id[0]"]);
        assert_eq!(query(&QUERY, "limit=").unwrap_err()[0].text, "is missing and it is required");
    }

    #[test]
    fn lenient_values() {
        static SHAPE: Shape = Shape::Object {
            fields: &[
                Field::optional("price", Shape::Decimal { min: 0 }, ""),
                Field::optional("count", Shape::OneOf(&[Shape::Count { min: 1, max: 9 }, Shape::Null]), ""),
                Field::optional("name", Shape::Texts { max: 5, required: true }, ""),
            ],
            unknown: Unknown::Ignore,
        };
        let texts = |body: Value| -> Vec<String> {
            shape::check(&SHAPE, &body).into_iter().map(|f| format!("{}: {}", f.path, f.text)).collect()
        };
        assert_eq!(texts(json!({"price": "9.99", "count": "3", "name": {"en": "Sword"}})), [""; 0]);
        assert_eq!(texts(json!({"price": 9, "count": null, "name": {"pt-BR": ""}})), [""; 0]);
        assert_eq!(texts(json!({"price": -1})), ["price: must have a minimum value of 0"]);
        assert_eq!(
            texts(json!({"price": "0.1234567891"})),
            ["price: must have at most 9 digits after the decimal point"]
        );
        assert_eq!(texts(json!({"price": 1_000_000_000_001_i64})), ["price: must have a maximum value of 1000000000"]);
        assert_eq!(texts(json!({"price": "much"})), ["price: string value found, but a number is required"]);
        assert_eq!(texts(json!({"count": "x"})), ["count: string value found, but an integer or a null is required"]);
        assert_eq!(texts(json!({"count": 10})), ["count: must have a maximum value of 9"]);
        assert_eq!(texts(json!({"name": []})), ["name: must have a text in at least one language"]);
        assert_eq!(
            texts(json!({"name": {"en": "Longer", "English": "x", "de": 1}})),
            [
                "name.English: is not a language: write en, pt-BR or pt_BR",
                "name.de: integer value found, but a string is required",
                "name.en: must be at most 5 characters long",
            ]
        );
    }

    #[test]
    fn values_by_keys() {
        static SHAPE: Shape = Shape::Object {
            fields: &[
                Field::optional(
                    "rates",
                    Shape::Keyed { keys: Keys::Currency, of: &Shape::Hundredths { min: 0, max: 100 } },
                    "",
                ),
                Field::optional(
                    "texts",
                    Shape::Keyed { keys: Keys::Locale, of: &Shape::Array(&Shape::Texts { max: 5, required: false }) },
                    "",
                ),
                Field::optional("size", Shape::Word(&["Big", "small"]), ""),
            ],
            unknown: Unknown::Ignore,
        };
        let body = json!({"rates": [], "texts": {"en": [[]]}, "size": "BIG"});
        let body = checked(&SHAPE, &body).unwrap();
        assert_eq!((&body["rates"], &body["texts"]["en"][0]), (&json!({}), &json!({})), "as PHP writes what is empty");
        let body = checked(&SHAPE, &json!({"rates": {"USD": "99.990", "EUR": 100}, "size": "Small"})).unwrap();
        assert_eq!(hundredths(&body["rates"]["USD"]), Some(9_999));
        let long: Value = serde_json::from_str("1e400").unwrap();
        let wrong = json!({
            "rates": {"EUR": "100.01", "GBP": "0.001", "JPY": -1, "KWD": long, "USD": "x", "usd": 1},
            "texts": {"en": {}, "pt-BR": [{"de": "longer"}], "1": []},
            "size": "huge"
        });
        let faults = checked(&SHAPE, &wrong).unwrap_err();
        assert_eq!(
            faults.into_iter().map(|f| format!("{}: {}", f.path, f.text)).collect::<Vec<_>>(),
            [
                "rates.EUR: must have a maximum value of 100",
                "rates.GBP: must have at most 2 digits after the decimal point",
                "rates.JPY: must have a minimum value of 0",
                "rates.KWD: must have a maximum value of 100",
                "rates.USD: string value found, but a number is required",
                "rates.usd: is not a currency of ISO 4217",
                "texts.1: is not a language: write en, pt-BR or pt_BR",
                "texts.en: object value found, but an array is required",
                "texts.pt-BR[0].de: must be at most 5 characters long",
                r#"size: does not have a value in the enumeration ["Big","small"]"#,
            ]
        );
    }

    #[test]
    fn one_stands_for_a_list_of_one() {
        for (value, count) in [(json!([1, 2]), 2), (json!([]), 0), (json!({"a": 1}), 1), (json!(null), 0)] {
            assert_eq!(one_or_many(Some(&value)).count(), count, "{value}");
        }
        assert_eq!(one_or_many(None).count(), 0);
        assert_eq!(list(integer)(&json!([1, "2"])), Some(vec![1, 2]));
        assert_eq!(list(integer)(&json!([1, "x"])), None);
        assert_eq!(units(150).to_string(), "1.5");
    }

    #[test]
    fn changes() {
        let body = json!({"a": 1, "b": null});
        assert_eq!(change(&body, "a", integer), Change::Set(1));
        assert_eq!(change(&body, "b", integer), Change::Reset);
        assert_eq!(change(&body, "c", integer), Change::Keep);
        assert_eq!(Change::Set(1).or(2, 3), 1);
        assert_eq!(Change::Reset.or(2, 3), 3);
        assert_eq!(Change::<i64>::Keep.or_none(Some(2)), Some(2));
    }

    #[test]
    fn numbers_keep_their_digits() {
        assert_eq!(number(Decimal::parse("9.90").unwrap()).to_string(), "9.9");
        assert_eq!(number("12345678901234567890.5").to_string(), "12345678901234567890.5");
    }
}
