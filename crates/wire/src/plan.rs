//! Subscription plans, as the Merchant API reads and shows them.

use crate::read::{self, Change, change};
use crate::shape::{self, Field, NOT_POSITIVE, Shape, TextRule, Unknown, Violation};
use coinslot_domain::calendar::{Period, Unit};
use coinslot_domain::id::{PlanId, ProductId};
use coinslot_domain::localized::Localized;
use coinslot_domain::money::{Currency, Money};
use coinslot_domain::plan::{CURRENCIES, Counters, LONGEST_DAYS, Plan, longest, longest_charge};
use serde_json::{Value, json};

const COUNT: Shape = Shape::Count { min: 0, max: shape::MAX_INTEGER };
const POSITIVE: Shape = Shape::Count { min: 1, max: shape::MAX_INTEGER };
/// Publishers' pages send an empty text or null for no number.
const MAYBE: Shape = Shape::OneOf(&[COUNT, Shape::Text { min: 0, max: 0, rule: None }, Shape::Null]);
const EXTERNAL_ID: Shape = Shape::OneOf(&[Shape::Text { min: 0, max: 32, rule: None }, Shape::Null]);
const GROUP: Shape = Shape::OneOf(&[Shape::Text { min: 0, max: 255, rule: None }, Shape::Null]);
const NAME: Shape = Shape::Texts { max: 255, required: true };
const DESCRIPTION: Shape = Shape::OneOf(&[Shape::Texts { max: 4000, required: false }, Shape::Null]);
const TAGS: Shape = Shape::OneOf(&[Shape::Array(&Shape::Text { min: 1, max: 64, rule: None }), Shape::Null]);

const fn object(fields: &'static [Field]) -> Shape {
    Shape::Object { fields, unknown: Unknown::Ignore }
}

const CHARGE: Shape = object(&[
    Field::required(
        "period",
        object(&[
            Field::optional("value", MAYBE, "How many; nothing for lifetime."),
            Field::required("type", Shape::Enum(&["day", "month", "lifetime"]), "Of what; lifetime is charged once."),
        ]),
        "How often it is charged: 1 to 366 days or 1 to 999 months.",
    ),
    Field::required("amount", Shape::Decimal { min: 0 }, "What each charge takes, above zero."),
    Field::required(
        "currency",
        Shape::Text { min: 3, max: 3, rule: Some(TextRule::Currency) },
        "One of the currencies for subscriptions.",
    ),
]);
const EXPIRATION: Shape = Shape::OneOf(&[
    object(&[
        Field::optional("value", MAYBE, "How many; nothing or an empty text for a plan that does not end."),
        Field::optional("type", Shape::OneOf(&[Shape::Enum(&["day", "month", ""]), Shape::Null]), "Of what."),
    ]),
    Shape::Null,
]);
const DAYS: Shape = Shape::OneOf(&[
    object(&[
        Field::optional("value", MAYBE, "How many: at most 366."),
        Field::optional("type", Shape::OneOf(&[Shape::Enum(&["day", ""]), Shape::Null]), "Days."),
    ]),
    Shape::Null,
]);

/// The body that makes or changes a plan.
pub static BODY: Shape = object(&[
    Field::optional("external_id", EXTERNAL_ID, "The game's own name of the plan; one is made unless given."),
    Field::required("name", NAME, "What players read, by language."),
    Field::optional("description", DESCRIPTION, "What players read below it, by language."),
    Field::optional("group_id", GROUP, "The group, which joins plans with products."),
    Field::required("charge", CHARGE, "What it costs, and how often."),
    Field::optional("expiration", EXPIRATION, "How long after its start a subscription ends by itself."),
    Field::optional("trial", DAYS, "Days before the first charge."),
    Field::optional(
        "grace_period",
        DAYS,
        "Days after a declined charge during which a subscription goes on and the charge is tried again.",
    ),
    Field::optional("billing_retry", DAYS, "Days from one try to the next; 1 unless given."),
    Field::optional("tags", TAGS, "Words that webhooks repeat."),
]);

/// A plan as it is to be made or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanBody {
    /// The game's own name; an empty one is none.
    pub external_id: Change<String>,
    /// What players read.
    pub name: Localized,
    /// What they read below it.
    pub description: Change<Localized>,
    /// The group; an empty one is none.
    pub group: Change<String>,
    /// How often it is charged; `None` for once.
    pub period: Option<Period>,
    /// What each charge takes.
    pub charge: Money,
    /// When it ends by itself.
    pub expiration: Change<Period>,
    /// Days before the first charge.
    pub trial: Change<i64>,
    /// Days after a declined charge.
    pub grace: Change<i64>,
    /// Days from one try to the next.
    pub retry: Change<i64>,
    /// Words that webhooks repeat.
    pub tags: Change<Vec<String>>,
}

impl PlanBody {
    /// Reads a body, or lists its faults.
    pub fn read(body: &Value) -> Result<Self, Vec<Violation>> {
        let mut faults = shape::check(&BODY, body);
        let body = &shape::normalise(&BODY, body.clone());
        let period = charge_period(body, &mut faults);
        let charge = charge(body, &mut faults);
        let expiration = change(body, "expiration", |v| span(v, "expiration", &mut faults));
        let mut days = |key: &str| {
            change(body, key, |v| {
                let n = v.get("value").and_then(read::integer).filter(|n| *n > 0)?;
                if n > LONGEST_DAYS {
                    let path = format!("{key}.value");
                    faults.push(Violation::new(path, format!("must have a maximum value of {LONGEST_DAYS}")));
                }
                Some(n)
            })
        };
        let (trial, grace, retry) = (days("trial"), days("grace_period"), days("billing_retry"));
        let filled = |v: &Value| read::text(v).filter(|t| !t.is_empty());
        match (period, charge) {
            (Some(period), Some(charge)) if faults.is_empty() => Ok(PlanBody {
                external_id: change(body, "external_id", filled),
                name: body.get("name").and_then(read::texts).unwrap_or_default(),
                description: change(body, "description", read::texts),
                group: change(body, "group_id", filled),
                period,
                charge,
                expiration,
                trial,
                grace,
                retry,
                tags: change(body, "tags", |v| Some(v.as_array()?.iter().filter_map(read::text).collect())),
            }),
            _ => Err(faults),
        }
    }
}

fn charge_period(body: &Value, faults: &mut Vec<Violation>) -> Option<Option<Period>> {
    let period = body.get("charge")?.get("period")?;
    let unit = period.get("type")?.as_str()?;
    if unit == "lifetime" {
        return Some(None);
    }
    let unit = Unit::from_name(unit)?;
    let value = match period.get("value") {
        Some(value) => read::integer(value).unwrap_or(0),
        None => 0,
    };
    let fault = match value {
        ..=0 => Some("must have a minimum value of 1".to_string()),
        n if n > longest_charge(unit) => Some(format!("must have a maximum value of {}", longest_charge(unit))),
        _ => None,
    };
    // The shape has spoken of what is below zero or no number at all.
    if let Some(text) = fault.filter(|_| !faults.iter().any(|f| f.path == "charge.period.value")) {
        faults.push(Violation::new("charge.period.value", text));
    }
    Some(Some(Period { value, unit }))
}

fn charge(body: &Value, faults: &mut Vec<Violation>) -> Option<Money> {
    let charge = body.get("charge")?;
    let code = charge.get("currency")?.as_str()?;
    let currency = Currency::from_code(code)?;
    if !CURRENCIES.split(' ').any(|known| known == code) {
        faults.push(Violation::new("charge.currency", "is not a currency for subscriptions"));
    }
    let amount = match charge.get("amount")? {
        Value::Number(n) => n.as_str(),
        Value::String(text) => text,
        _ => return None,
    };
    let fault = match Money::parse(amount, currency) {
        Ok(money) if money.minor > 0 => return Some(money),
        Ok(_) => NOT_POSITIVE.to_string(),
        Err(_) => format!("must be a multiple of {}", Money::new(1, currency).shortest()),
    };
    if !faults.iter().any(|f| f.path == "charge.amount") {
        faults.push(Violation::new("charge.amount", fault));
    }
    None
}

/// A span of days or months, if it is one.
fn span(value: &Value, key: &str, faults: &mut Vec<Violation>) -> Option<Period> {
    let number = value.get("value").and_then(read::integer).filter(|n| *n > 0)?;
    let Some(unit) = value.get("type").and_then(Value::as_str).and_then(Unit::from_name) else {
        faults.push(Violation::new(format!("{key}.type"), "is missing and it is required"));
        return None;
    };
    if number > longest(unit) {
        let text = format!("must have a maximum value of {}", longest(unit));
        faults.push(Violation::new(format!("{key}.value"), text));
    }
    Some(Period { value: number, unit })
}

/// The parameters of a list of plans.
pub static LIST: Shape = object(&[
    Field::optional("external_id", Shape::Text { min: 1, max: 255, rule: None }, "Only the plan of this name."),
    Field::optional("group_id", Shape::Text { min: 1, max: 255, rule: None }, "Only plans of this group."),
    Field::optional("product_id", POSITIVE, "Only plans of this product's group."),
    Field::optional("plan_id", POSITIVE, "Only this plan."),
    Field::optional("limit", POSITIVE, "At most so many; 1000 unless told otherwise, and never more."),
    Field::optional("offset", COUNT, "Leaves out so many from the start."),
]);

/// The most rows of a list.
const MOST: i64 = 1000;

/// Where a list starts and how long it may be: `offset` and `limit`.
pub(crate) fn window(query: &Value) -> (i64, i64) {
    let number = |name: &str| query.get(name).and_then(read::integer);
    (number("offset").unwrap_or(0), number("limit").unwrap_or(MOST).min(MOST))
}

/// Which plans to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListQuery {
    /// The one of this name.
    pub external_id: Option<String>,
    /// Those of this group.
    pub group: Option<String>,
    /// Those of this product's group.
    pub product: Option<ProductId>,
    /// This one.
    pub plan: Option<PlanId>,
    /// Leaves out so many from the start.
    pub offset: i64,
    /// At most so many.
    pub limit: i64,
}

impl ListQuery {
    /// Reads parameters that [`LIST`] accepted.
    pub fn read(query: &Value) -> Self {
        let number = |name: &str| query.get(name).and_then(read::integer);
        let (offset, limit) = window(query);
        ListQuery {
            external_id: query.get("external_id").and_then(read::text),
            group: query.get("group_id").and_then(read::text),
            product: number("product_id").and_then(ProductId::new),
            plan: number("plan_id").and_then(PlanId::new),
            offset,
            limit,
        }
    }
}

const ANY_TEXT: Shape = Shape::Text { min: 0, max: 4000, rule: None };
const MAYBE_TEXT: Shape = Shape::OneOf(&[ANY_TEXT, Shape::Null]);
const TEXTS: Shape = Shape::Texts { max: 4000, required: false };
/// A number, or an empty text where there is none.
const SHOWN: Shape = object(&[
    Field::required("value", Shape::OneOf(&[COUNT, Shape::Text { min: 0, max: 0, rule: None }]), "How many."),
    Field::required("type", ANY_TEXT, "Of what; empty where there is none."),
]);

const END: Shape = object(&[
    Field::required(
        "value",
        Shape::OneOf(&[COUNT, Shape::Text { min: 0, max: 0, rule: None }, Shape::Null]),
        "How many; where there is no end, null in a list of plans and an empty text elsewhere.",
    ),
    Field::required("type", Shape::OneOf(&[ANY_TEXT, Shape::Null]), "Of what, in the same manner."),
]);

/// A plan in an answer.
pub static PLAN: Shape = object(&[
    Field::required("id", ANY_TEXT, "The plan."),
    Field::required("external_id", ANY_TEXT, "The game's own name of it, and what tokens call it."),
    Field::required("project_id", COUNT, "Its project."),
    Field::required("group_id", MAYBE_TEXT, "Its group."),
    Field::required("name", TEXTS, "What players read, by language."),
    Field::required("description", TEXTS, "What players read below it, by language."),
    Field::required("localized_name", MAYBE_TEXT, "Its name in the language of Accept-Language."),
    Field::required(
        "charge",
        object(&[
            Field::required("period", SHOWN, "How often it is charged."),
            Field::required("amount", Shape::Decimal { min: 0 }, "What each charge takes."),
            Field::required("currency", ANY_TEXT, "In which currency."),
        ]),
        "What it costs.",
    ),
    Field::required("expiration", END, "How long after its start a subscription ends by itself."),
    Field::required("trial", SHOWN, "Days before the first charge."),
    Field::required("grace_period", SHOWN, "Days after a declined charge during which it is tried again."),
    Field::required("billing_retry", SHOWN, "Days from one try to the next."),
    Field::required("tags", Shape::Array(&ANY_TEXT), "Words that webhooks repeat."),
    Field::required(
        "status",
        object(&[
            Field::required("value", Shape::Enum(&["active", "disabled"]), "Whether it is sold."),
            Field::required(
                "counters",
                object(&[
                    Field::required("active", COUNT, "Subscriptions that run."),
                    Field::required("canceled", COUNT, "Subscriptions that were canceled."),
                    Field::required("expired", COUNT, "Subscriptions that came to the end of the plan."),
                    Field::required("frozen", COUNT, "Subscriptions that stand still."),
                    Field::required("non_renewing", COUNT, "Subscriptions that end with the period that is paid."),
                ]),
                "How many subscriptions stand where.",
            ),
        ]),
        "Where it stands.",
    ),
]);

/// Plans in an answer.
pub static PLANS: Shape = Shape::Array(&PLAN);

/// The answer to a plan that was made. Its id is a number here and a string
/// everywhere else, as published.
pub static CREATED: Shape = object(&[
    Field::required("plan_id", COUNT, "The plan."),
    Field::required("external_id", ANY_TEXT, "The game's own name of it, or the one that was made."),
]);

/// A period as it is shown; none is two empty texts.
fn period_json(period: Option<Period>) -> Value {
    period.map_or_else(|| json!({"value": "", "type": ""}), |p| json!({"value": p.value, "type": p.unit.name()}))
}

fn days_json(days: i64) -> Value {
    json!({"value": days, "type": "day"})
}

/// What a plan, or a subscription to it, is charged.
pub(crate) fn charge_json(period: Option<Period>, charge: Money) -> Value {
    let period = period.map_or_else(|| json!({"value": 0, "type": "lifetime"}), |p| period_json(Some(p)));
    json!({ "period": period, "amount": read::number(charge.shortest()), "currency": charge.currency.code() })
}

/// A plan in a list, for a reader of these languages. What never ends has
/// `null` there: published lists have a number in its place, and only single
/// plans an empty text.
pub fn listed_json(plan: &Plan, counters: &Counters, languages: &[String]) -> Value {
    let mut json = plan_json(plan, counters, languages);
    if plan.terms.expiration.is_none() {
        json["expiration"] = json!({"value": null, "type": null});
    }
    json
}

/// A plan, for a reader of these languages.
pub fn plan_json(plan: &Plan, counters: &Counters, languages: &[String]) -> Value {
    json!({
        "id": plan.id.to_string(),
        "external_id": plan.external_id,
        "project_id": plan.project.get(),
        "group_id": plan.group,
        "name": read::texts_json(&plan.name),
        "description": read::texts_json(&plan.description),
        "localized_name": plan.name.pick(languages, "en"),
        "charge": charge_json(plan.terms.period, plan.terms.charge),
        "expiration": period_json(plan.terms.expiration),
        "trial": days_json(plan.terms.trial),
        "grace_period": days_json(plan.terms.grace),
        "billing_retry": days_json(plan.terms.retry),
        "tags": plan.tags,
        "status": {
            "value": if plan.enabled { "active" } else { "disabled" },
            "counters": {
                "active": counters.active,
                "canceled": counters.canceled,
                "expired": counters.expired,
                "frozen": counters.frozen,
                "non_renewing": counters.non_renewing,
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(body: Value) -> Vec<String> {
        PlanBody::read(&body).unwrap_err().into_iter().map(|f| format!("{}: {}", f.path, f.text)).collect()
    }

    fn with(key: &str, value: Value) -> Value {
        let mut body = json!({
            "name": {"en": "Gold"},
            "charge": {"period": {"value": 1, "type": "month"}, "amount": 10, "currency": "USD"},
        });
        body[key] = value;
        body
    }

    #[test]
    fn what_publishers_pages_send() {
        let body = PlanBody::read(&json!({
            "external_id": "", "name": {"en": "Gold"}, "description": [], "group_id": "",
            "charge": {"period": {"value": "222", "type": "month"}, "amount": "12.50", "currency": "EUR"},
            "expiration": {"value": null, "type": "day"}, "trial": {"value": "333", "type": "day"},
        }))
        .unwrap();
        assert_eq!(body.external_id, Change::Reset);
        assert_eq!(body.group, Change::Reset);
        assert_eq!(body.period, Some(Period::months(222)));
        assert_eq!(body.charge.minor, 1250);
        assert_eq!(body.expiration, Change::Reset);
        assert_eq!((body.trial, body.grace), (Change::Set(333), Change::Keep));
        for none in [json!({"value": "", "type": ""}), json!({"value": 0}), json!({}), json!([]), Value::Null] {
            assert_eq!(PlanBody::read(&with("expiration", none)).unwrap().expiration, Change::Reset);
        }
        let life = json!({"period": {"value": 0, "type": "lifetime"}, "amount": 1, "currency": "USD"});
        assert_eq!(PlanBody::read(&with("charge", life)).unwrap().period, None);
    }

    #[test]
    fn all_faults_at_once() {
        assert_eq!(
            faults(json!({
                "external_id": "x".repeat(33), "name": {},
                "charge": {"period": {"value": 0, "type": "month"}, "amount": 0, "currency": "CUP"},
                "expiration": {"value": 90}, "trial": {"value": 367, "type": "day"},
                "grace_period": {"value": -1, "type": "month"},
            })),
            [
                "external_id: must be at most 32 characters long",
                "name: must have a text in at least one language",
                "grace_period.value: must have a minimum value of 0",
                "grace_period.type: does not have a value in the enumeration [\"day\",\"\"]",
                "charge.period.value: must have a minimum value of 1",
                "charge.currency: is not a currency for subscriptions",
                "charge.amount: must have a minimum value greater than boundary value of 0",
                "expiration.type: is missing and it is required",
                "trial.value: must have a maximum value of 366",
            ]
        );
        let charge = |value: i64, unit: &str, amount: &str, currency: &str| json!({"period": {"value": value, "type": unit}, "amount": amount, "currency": currency});
        assert_eq!(
            faults(with("charge", charge(367, "day", "9.999", "USD"))),
            ["charge.period.value: must have a maximum value of 366", "charge.amount: must be a multiple of 0.01"]
        );
        assert_eq!(
            faults(with("charge", charge(1, "month", "0.5", "JPY"))),
            ["charge.amount: must be a multiple of 1"]
        );
        assert_eq!(
            faults(with("charge", charge(-1, "month", "5", "USD"))),
            ["charge.period.value: must have a minimum value of 0"]
        );
        assert_eq!(faults(json!([])), ["name: is missing and it is required", "charge: is missing and it is required"]);
    }

    #[test]
    fn every_published_currency_but_the_one_that_has_gone() {
        let gone: Vec<_> = CURRENCIES.split(' ').filter(|c| Currency::from_code(c).is_none()).collect();
        assert_eq!(CURRENCIES.split(' ').count(), 59);
        assert_eq!(gone, ["BYR"]);
    }
}
