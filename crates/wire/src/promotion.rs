//! The bodies of the calls about promotions.

use crate::read::{self, Change, change, checked};
use crate::shape::{Field, MAX_INTEGER, Shape, Unknown, Violation};
use coinslot_domain::id::{CampaignId, GameId, PackageId, PlanId, ProjectId};
use coinslot_domain::localized::Localized;
use coinslot_domain::promotion::{
    ItemDiscount, Lack, Period, PeriodFault, Pieces, Plans, Promotion, Rewards, Subject, period_faults,
};
use serde_json::{Value, json};

const ID: Shape = Shape::Count { min: 1, max: MAX_INTEGER };
const SHORT: Shape = Shape::Text { min: 1, max: 255, rule: None };
const FLAG: Shape = Shape::OneOf(&[Shape::Flag, Shape::Null]);
const PERCENT: Shape = Shape::Count { min: 1, max: 100 };
const MAYBE_PERCENT: Shape = Shape::OneOf(&[PERCENT, Shape::Null]);
const QUANTITY: Shape = Shape::Count { min: 1, max: 1_000_000 };
const MAYBE_DATE: Shape = Shape::OneOf(&[Shape::Date, Shape::Null]);

const fn texts(max: usize) -> Shape {
    match max {
        255 => Shape::OneOf(&[Shape::Texts { max: 255, required: false }, Shape::Null]),
        _ => Shape::OneOf(&[Shape::Texts { max: 4000, required: false }, Shape::Null]),
    }
}

const fn object(fields: &'static [Field]) -> Shape {
    Shape::Object { fields, unknown: Unknown::Ignore }
}

/// The body that makes or changes a promotion.
pub static PROMOTION: Shape = object(&[
    Field::required("technical_name", SHORT, "What it is called among you; players do not see it."),
    Field::required("project_id", ID, "The project whose offers it is about."),
    Field::optional("name", texts(255), "What players see it called, by language."),
    Field::optional("description", texts(4000), "What players are told of it, by language."),
    Field::optional("label", texts(255), "What stands beside the offers it is about, by language."),
]);

/// What makes or changes a promotion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromotionBody {
    /// What the merchant calls it.
    pub technical_name: String,
    /// Whose offers it is about; none for a number that no project has.
    pub project: Option<ProjectId>,
    /// What players see it called.
    pub name: Change<Localized>,
    /// What players are told of it.
    pub description: Change<Localized>,
    /// What stands beside its offers.
    pub label: Change<Localized>,
}

impl PromotionBody {
    /// Reads a body, or lists its faults.
    pub fn read(body: &Value) -> Result<Self, Vec<Violation>> {
        let body = checked(&PROMOTION, body)?;
        Ok(PromotionBody {
            technical_name: body.get("technical_name").and_then(read::text).unwrap_or_default(),
            project: body.get("project_id").and_then(read::integer).and_then(ProjectId::new),
            name: change(&body, "name", read::texts),
            description: change(&body, "description", read::texts),
            label: change(&body, "label", read::texts),
        })
    }
}

static SKU: Shape = object(&[Field::required("sku", SHORT, "The item's SKU.")]);
static GAME: Shape = Shape::OneOf(&[ID, object(&[Field::required("id", ID, "The game's number.")])]);
const PLANS: Shape = object(&[Field::optional(
    "plans",
    Shape::OneOf(&[Shape::Array(&ID), Shape::Null]),
    "Plans by their numbers; every plan, if left out.",
)]);

/// The body that says what a promotion is about.
pub static SUBJECT: Shape = object(&[
    Field::optional("purchase", FLAG, "Whether it is about whatever is bought."),
    Field::optional("items", Shape::OneOf(&[Shape::Array(&SKU), Shape::Null]), "Items it is about."),
    Field::optional(
        "packages",
        Shape::OneOf(&[Shape::Array(&ID), Shape::Null]),
        "Packages of virtual currency it is about, by their numbers; they need not exist.",
    ),
    Field::optional(
        "subscriptions",
        Shape::OneOf(&[PLANS, Shape::Null]),
        "Subscription plans it is about: an empty object for all.",
    ),
    Field::optional(
        "digital_contents",
        Shape::OneOf(&[Shape::Array(&GAME), Shape::Null]),
        "Games sold by key it is about.",
    ),
]);

/// What becomes of a promotion's subject. What is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubjectBody {
    purchase: Change<bool>,
    items: Change<Vec<String>>,
    packages: Change<Vec<PackageId>>,
    plans: Change<Plans>,
    games: Change<Vec<GameId>>,
}

impl SubjectBody {
    /// Reads a body, or lists its faults.
    pub fn read(body: &Value) -> Result<Self, Vec<Violation>> {
        let body = checked(&SUBJECT, body)?;
        let game = |v: &Value| read::integer(v.get("id").unwrap_or(v)).and_then(GameId::new);
        let plans = |v: &Value| {
            // An empty list that stands where an object is expected is one.
            let named = v.get("plans").and_then(Value::as_array);
            let named = named.map(|list| list.iter().filter_map(read::integer).filter_map(PlanId::new).collect());
            match v {
                Value::Null => None,
                _ => Some(named.map_or(Plans::All, Plans::These)),
            }
        };
        Ok(SubjectBody {
            purchase: change(&body, "purchase", read::truth),
            items: change(&body, "items", |v| list(v, |v| read::text(v.get("sku")?))),
            packages: change(&body, "packages", |v| list(v, |v| PackageId::new(read::integer(v)?))),
            plans: change(&body, "subscriptions", plans),
            games: change(&body, "digital_contents", |v| list(v, game)),
        })
    }

    /// What becomes of a subject.
    pub fn apply(self, old: Subject) -> Subject {
        Subject {
            purchase: self.purchase.or(old.purchase, false),
            items: unique(self.items.or(old.items, vec![])),
            packages: unique(self.packages.or(old.packages, vec![])),
            plans: match self.plans.or(old.plans, Plans::None) {
                Plans::These(plans) if plans.is_empty() => Plans::None,
                Plans::These(plans) => Plans::These(unique(plans)),
                other => other,
            },
            games: unique(self.games.or(old.games, vec![])),
        }
    }
}

fn list<T>(value: &Value, read: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    Some(value.as_array()?.iter().filter_map(read).collect())
}

/// Each once, in the order of their first mention.
fn unique<T: PartialEq>(all: Vec<T>) -> Vec<T> {
    let mut once = Vec::with_capacity(all.len());
    for one in all {
        if !once.contains(&one) {
            once.push(one);
        }
    }
    once
}

static METHOD: Shape = object(&[Field::required("id", ID, "The number of a way to pay.")]);

/// The body that limits a promotion to ways to pay.
pub static PAYMENT_SYSTEMS: Shape = object(&[Field::required(
    "payment_systems",
    Shape::OneOf(&[Shape::Array(&METHOD), Shape::Null]),
    "The ways to pay it is limited to; none for any.",
)]);

/// The ways to pay a promotion is limited to, or the faults of the body.
pub fn payment_systems(body: &Value) -> Result<Vec<i64>, Vec<Violation>> {
    let body = checked(&PAYMENT_SYSTEMS, body)?;
    let found = body.get("payment_systems").and_then(|v| list(v, |v| read::integer(v.get("id")?)));
    Ok(unique(found.unwrap_or_default()))
}

static PERIOD: Shape = object(&[
    Field::required("from", Shape::Date, "Its first instant."),
    Field::optional("to", MAYBE_DATE, "The first instant after it; left out or null for a period without an end."),
]);

/// The body that says when a promotion runs.
pub static PERIODS: Shape =
    object(&[Field::required("periods", Shape::Array(&PERIOD), "When it runs. No two may overlap.")]);

/// When a promotion runs, by time, or the faults of the body.
pub fn periods(body: &Value) -> Result<Vec<Period>, Vec<Violation>> {
    let body = checked(&PERIODS, body)?;
    let period = |v: &Value| Some(Period { from: read::time(v.get("from")?)?, to: v.get("to").and_then(read::time) });
    let mut periods = body.get("periods").and_then(|v| list(v, period)).unwrap_or_default();
    let fault = |(i, fault)| match fault {
        PeriodFault::Backwards => Violation::new(format!("periods[{i}].to"), "must be later than from"),
        PeriodFault::Overlaps => Violation::new(format!("periods[{i}]"), "overlaps another period"),
    };
    let faults: Vec<Violation> = period_faults(&periods).into_iter().map(fault).collect();
    periods.sort();
    if faults.is_empty() { Ok(periods) } else { Err(faults) }
}

const DISCOUNT: Shape = object(&[
    Field::required("sku", SHORT, "The item's SKU."),
    Field::required("discount_percent", PERCENT, "Percent off its price."),
    Field::optional(
        "max_amount",
        Shape::OneOf(&[QUANTITY, Shape::Null]),
        "How many pieces of one purchase are cheaper; null for all.",
    ),
]);
const BONUS: Shape = object(&[
    Field::required("sku", SHORT, "The item's SKU."),
    Field::required("quantity", QUANTITY, "How many come with each purchase."),
]);
const PURCHASE: Shape =
    object(&[Field::optional("discount_percent", MAYBE_PERCENT, "Percent off what the promotion is about.")]);
const PACKAGE: Shape = object(&[
    Field::optional(
        "bonus_percent",
        Shape::OneOf(&[Shape::Count { min: 1, max: 10_000 }, Shape::Null]),
        "Virtual currency on top of a package, in percent of it.",
    ),
    Field::optional(
        "bonus_amount",
        Shape::OneOf(&[Shape::Hundredths { min: 0, max: 1_000_000_000 }, Shape::Null]),
        "Virtual currency on top of what is bought.",
    ),
]);
const ITEM: Shape = object(&[
    Field::optional("discount", Shape::OneOf(&[Shape::Array(&DISCOUNT), Shape::Null]), "Items that are cheaper."),
    Field::optional("bonus", Shape::OneOf(&[Shape::Array(&BONUS), Shape::Null]), "Items on top of what is bought."),
]);
const SUBSCRIPTION: Shape = object(&[Field::optional(
    "trial_days",
    Shape::OneOf(&[Shape::Count { min: 1, max: 366 }, Shape::Null]),
    "Days before a plan is charged for the first time.",
)]);

/// The body that says what a promotion gives.
pub static REWARDS: Shape = object(&[
    Field::optional("purchase", Shape::OneOf(&[PURCHASE, Shape::Null]), "A discount."),
    Field::optional("package", Shape::OneOf(&[PACKAGE, Shape::Null]), "Virtual currency on top."),
    Field::optional("item", Shape::OneOf(&[ITEM, Shape::Null]), "Cheaper items, and items on top."),
    Field::optional("subscription", Shape::OneOf(&[SUBSCRIPTION, Shape::Null]), "A trial."),
]);

/// What becomes of a promotion's rewards. A group of them that is left out
/// stays; one that is there is replaced as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RewardsBody {
    purchase: Change<Option<i64>>,
    package: Change<(Option<i64>, Option<i64>)>,
    item: Change<(Vec<ItemDiscount>, Vec<Pieces>)>,
    subscription: Change<Option<i64>>,
}

impl RewardsBody {
    /// Reads a body, or lists its faults.
    pub fn read(body: &Value) -> Result<Self, Vec<Violation>> {
        let body = checked(&REWARDS, body)?;
        let mut faults = twice(&body, "discount");
        faults.extend(twice(&body, "bonus"));
        if !faults.is_empty() {
            return Err(faults);
        }
        let number = |group: &Value, key: &str| group.get(key).and_then(read::integer);
        let group = |v: &Value| v.as_object().map(|_| v.clone());
        Ok(RewardsBody {
            purchase: change(&body, "purchase", |v| Some(number(&group(v)?, "discount_percent"))),
            package: change(&body, "package", |v| {
                let v = group(v)?;
                let amount = v.get("bonus_amount").and_then(read::hundredths).filter(|a| *a > 0);
                Some((number(&v, "bonus_percent"), amount))
            }),
            item: change(&body, "item", |v| {
                let v = group(v)?;
                let discounts = v.get("discount").and_then(|v| list(v, discount));
                let bonuses = v.get("bonus").and_then(|v| list(v, bonus));
                Some((discounts.unwrap_or_default(), bonuses.unwrap_or_default()))
            }),
            subscription: change(&body, "subscription", |v| Some(number(&group(v)?, "trial_days"))),
        })
    }

    /// What becomes of rewards.
    pub fn apply(self, old: Rewards) -> Rewards {
        let (bonus_percent, bonus_amount) = self.package.or((old.bonus_percent, old.bonus_amount), (None, None));
        let (item_discounts, item_bonuses) = self.item.or((old.item_discounts, old.item_bonuses), Default::default());
        Rewards {
            purchase_discount: self.purchase.or(old.purchase_discount, None),
            bonus_percent,
            bonus_amount,
            item_discounts,
            item_bonuses,
            trial_days: self.subscription.or(old.trial_days, None),
        }
    }
}

/// SKUs that stand twice in one list of the rewards.
fn twice(body: &Value, list: &str) -> Vec<Violation> {
    let Some(entries) = body.pointer(&format!("/item/{list}")).and_then(Value::as_array) else { return vec![] };
    let sku = |i: usize| entries[i].get("sku");
    let again = (0..entries.len()).filter(|i| (0..*i).any(|j| sku(j) == sku(*i)));
    again.map(|i| Violation::new(format!("item.{list}[{i}].sku"), "stands in the list already")).collect()
}

fn discount(v: &Value) -> Option<ItemDiscount> {
    Some(ItemDiscount {
        sku: read::text(v.get("sku")?)?,
        percent: read::integer(v.get("discount_percent")?)?,
        max_amount: v.get("max_amount").and_then(read::integer),
    })
}

fn bonus(v: &Value) -> Option<Pieces> {
    Some((read::text(v.get("sku")?)?, read::integer(v.get("quantity")?)?))
}

/// The body that says which coupon promotions a promotion belongs to.
pub static CAMPAIGNS: Shape = object(&[Field::required(
    "campaigns",
    Shape::OneOf(&[Shape::Array(&ID), Shape::Null]),
    "Coupon promotions of the same project, by their numbers: all of them.",
)]);

/// The coupon promotions of a body, or its faults.
pub fn campaigns(body: &Value) -> Result<Vec<CampaignId>, Vec<Violation>> {
    let body = checked(&CAMPAIGNS, body)?;
    let found = body.get("campaigns").and_then(|v| list(v, |v| CampaignId::new(read::integer(v)?)));
    Ok(unique(found.unwrap_or_default()))
}

const OUT_ID: Field = Field::required("id", Shape::Integer { min: 1, max: MAX_INTEGER }, "The promotion's number.");
const TEXTS: Shape = Shape::Texts { max: 4000, required: false };

/// A promotion in an answer.
pub static WHOLE: Shape = object(&[
    OUT_ID,
    Field::required("technical_name", SHORT, "What it is called among you."),
    Field::required("project_id", Shape::Integer { min: 1, max: MAX_INTEGER }, "The project."),
    Field::required("label", TEXTS, "What stands beside the offers it is about."),
    Field::required("name", TEXTS, "What players see it called."),
    Field::required("description", TEXTS, "What players are told of it."),
    Field::required("read_only", Shape::Bool, "Whether it runs or ever ran."),
    Field::required("enabled", Shape::Bool, "Whether it runs in its periods."),
]);

/// A promotion as an answer shows it.
pub fn whole(p: &Promotion, read_only: bool) -> Value {
    json!({
        "id": p.id.get(),
        "technical_name": p.technical_name,
        "project_id": p.project.get(),
        "label": read::texts_json(&p.label),
        "name": read::texts_json(&p.name),
        "description": read::texts_json(&p.description),
        "read_only": read_only,
        "enabled": p.enabled_since.is_some(),
    })
}

static LISTED: Shape = object(&[
    OUT_ID,
    Field::required("technical_name", SHORT, "What it is called among you."),
    Field::required(
        "project",
        object(&[
            Field::required("id", Shape::Integer { min: 1, max: MAX_INTEGER }, "Its number."),
            Field::required("name", Shape::Any, "What it is called."),
        ]),
        "The project.",
    ),
    Field::required(
        "datetime",
        Shape::OneOf(&[
            object(&[
                Field::required("from", Shape::Date, "When it first runs."),
                Field::required("to", MAYBE_DATE, "When it last ends; null for never."),
            ]),
            Shape::Null,
        ]),
        "From its first period to its last; null without periods.",
    ),
    Field::required("enabled", Shape::Bool, "Whether it runs in its periods."),
    Field::required("is_active", Shape::Bool, "Whether it runs now."),
    Field::required("is_infinite", Shape::Bool, "Whether one of its periods has no end."),
    Field::required("read_only", Shape::Bool, "Whether it runs or ever ran."),
]);

/// Promotions in an answer.
pub static LIST: Shape = Shape::Array(&LISTED);

/// A promotion as a list shows it.
pub fn listed(p: &Promotion, project_name: &str, is_active: bool, read_only: bool) -> Value {
    let infinite = p.periods.iter().any(|p| p.to.is_none());
    let from = p.periods.iter().map(|p| p.from).min();
    let to = p.periods.iter().filter_map(|p| p.to).max().filter(|_| !infinite);
    json!({
        "id": p.id.get(),
        "technical_name": p.technical_name,
        "project": { "id": p.project.get(), "name": project_name },
        "datetime": from.map(|from| json!({ "from": from.rfc3339(), "to": to.map(|t| t.rfc3339()) })),
        "enabled": p.enabled_since.is_some(),
        "is_active": is_active,
        "is_infinite": infinite,
        "read_only": read_only,
    })
}

/// What a promotion is about, in an answer.
pub static SUBJECT_WHOLE: Shape = object(&[
    OUT_ID,
    Field::required("purchase", Shape::Bool, "Whether it is about whatever is bought."),
    Field::required("items", Shape::OneOf(&[Shape::Array(&SKU), Shape::Null]), "Items."),
    Field::required("packages", Shape::OneOf(&[Shape::Array(&ID), Shape::Null]), "Packages."),
    Field::required("subscriptions", Shape::OneOf(&[PLANS, Shape::Null]), "Plans."),
    Field::required("digital_contents", Shape::OneOf(&[Shape::Array(&GAME), Shape::Null]), "Games."),
]);

/// What a promotion is about, as an answer shows it: what it names nothing of
/// is null.
pub fn subject(p: &Promotion) -> Value {
    let some = |list: Vec<Value>| if list.is_empty() { Value::Null } else { Value::Array(list) };
    let s = &p.subject;
    json!({
        "id": p.id.get(),
        "purchase": s.purchase,
        "items": some(s.items.iter().map(|sku| json!({ "sku": sku })).collect()),
        "packages": some(s.packages.iter().map(|id| id.get().into()).collect()),
        "subscriptions": match &s.plans {
            Plans::None => Value::Null,
            Plans::All => json!({}),
            Plans::These(plans) => json!({ "plans": plans.iter().map(|id| id.get()).collect::<Vec<_>>() }),
        },
        "digital_contents": some(s.games.iter().map(|id| json!({ "id": id.get() })).collect()),
    })
}

/// The ways to pay a promotion is limited to, in an answer.
pub static PAYMENT_SYSTEMS_WHOLE: Shape = object(&[
    OUT_ID,
    Field::required(
        "payment_systems",
        Shape::Array(&object(&[
            Field::required("id", ID, "Its number."),
            Field::required("name", Shape::Any, "What it is called; null for one that is not offered here."),
        ])),
        "Empty for any.",
    ),
]);

/// The ways to pay a promotion is limited to, as an answer shows them.
pub fn payment_systems_json(p: &Promotion, name: impl Fn(i64) -> Option<&'static str>) -> Value {
    let all: Vec<Value> = p.payment_systems.iter().map(|id| json!({ "id": id, "name": name(*id) })).collect();
    json!({ "id": p.id.get(), "payment_systems": all })
}

/// When a promotion runs, in an answer.
pub static PERIODS_WHOLE: Shape = object(&[OUT_ID, Field::required("periods", Shape::Array(&PERIOD), "By time.")]);

/// When a promotion runs, as an answer shows it.
pub fn periods_json(p: &Promotion) -> Value {
    let period = |p: &Period| json!({ "from": p.from.rfc3339(), "to": p.to.map(|t| t.rfc3339()) });
    json!({ "id": p.id.get(), "periods": p.periods.iter().map(period).collect::<Vec<_>>() })
}

/// What a promotion gives, in an answer.
pub static REWARDS_WHOLE: Shape = object(&[
    OUT_ID,
    Field::required("purchase", Shape::OneOf(&[PURCHASE, Shape::Null]), "A discount."),
    Field::required("package", Shape::OneOf(&[PACKAGE, Shape::Null]), "Virtual currency on top."),
    Field::required("item", Shape::OneOf(&[ITEM, Shape::Null]), "Cheaper items, and items on top."),
    Field::required("subscription", Shape::OneOf(&[SUBSCRIPTION, Shape::Null]), "A trial."),
]);

/// What a promotion gives, as an answer shows it: a group without rewards is
/// null.
pub fn rewards(p: &Promotion) -> Value {
    let r = &p.rewards;
    let amount = r.bonus_amount.map(read::units);
    let package = r.bonus_percent.is_some() || amount.is_some();
    let item = !r.item_discounts.is_empty() || !r.item_bonuses.is_empty();
    let discount =
        |d: &ItemDiscount| json!({ "sku": d.sku, "discount_percent": d.percent, "max_amount": d.max_amount });
    json!({
        "id": p.id.get(),
        "purchase": r.purchase_discount.map(|percent| json!({ "discount_percent": percent })),
        "package": package.then(|| json!({ "bonus_percent": r.bonus_percent, "bonus_amount": amount })),
        "item": item.then(|| json!({
            "discount": r.item_discounts.iter().map(discount).collect::<Vec<_>>(),
            "bonus": r.item_bonuses.iter().map(|(sku, n)| json!({ "sku": sku, "quantity": n })).collect::<Vec<_>>(),
        })),
        "subscription": r.trial_days.map(|days| json!({ "trial_days": days })),
    })
}

static PROBLEM: Shape = object(&[
    Field::required("component", SHORT, "What is missing: subject, periods or rewards."),
    Field::required("message", SHORT, "In English, for people."),
]);

/// What a promotion lacks, in an answer.
pub static REVIEW: Shape = Shape::Array(&PROBLEM);

/// What a promotion lacks, as an answer shows it.
pub fn review(lacks: &[Lack]) -> Value {
    let problem = |lack: &Lack| match lack {
        Lack::Subject => json!({ "component": "subject", "message": "Please select a subject" }),
        Lack::Periods => json!({ "component": "periods", "message": "Please set a period" }),
        Lack::Rewards => json!({ "component": "rewards", "message": "Please select a reward" }),
    };
    lacks.iter().map(problem).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts<T>(result: Result<T, Vec<Violation>>) -> Vec<String> {
        result.err().unwrap_or_default().into_iter().map(|f| format!("{}: {}", f.path, f.text)).collect()
    }

    #[test]
    fn a_subject_changes_in_parts() {
        let read = |body: Value| SubjectBody::read(&body).unwrap();
        let first = json!({"purchase": false, "items": [{"sku": "a"}, {"sku": "a"}], "packages": [1, "2", 1],
            "subscriptions": [], "digital_contents": [{"id": 3}, 4]});
        let old = read(first).apply(Subject::default());
        assert_eq!(old.items, ["a"]);
        assert_eq!(old.packages.iter().map(|p| p.get()).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(old.plans, Plans::All, "an empty object, as PHP writes it");
        assert_eq!(old.games.len(), 2);
        let new = read(json!({"purchase": 1, "items": null, "subscriptions": {"plans": ["9"]}})).apply(old.clone());
        assert!(new.purchase && new.items.is_empty() && new.packages == old.packages && new.games == old.games);
        assert_eq!(new.plans, Plans::These(vec![PlanId::new(9).unwrap()]));
        assert_eq!(read(json!({"subscriptions": {"plans": []}})).apply(old.clone()).plans, Plans::None);
        assert_eq!(read(json!({"subscriptions": null})).apply(old).plans, Plans::None);
        assert_eq!(
            texts(SubjectBody::read(&json!({"items": [{}, "a"], "packages": [0], "digital_contents": [{}]}))),
            [
                "items[0].sku: is missing and it is required",
                "items[1]: string value found, but an object is required",
                "packages[0]: must have a minimum value of 1",
                "digital_contents[0].id: is missing and it is required",
            ]
        );
    }

    #[test]
    fn periods_of_any_form_by_time() {
        let body = json!({"periods": [
            {"from": "2026-02-01T00:00:00+0000"},
            {"from": "2026-01-01", "to": "2026-01-02T00:00:00 UTC"},
        ]});
        let found = periods(&body).unwrap();
        assert_eq!(found.len(), 2);
        assert!(found[0].to.is_some() && found[1].to.is_none());
        let body = json!({"periods": [{"from": "2026-01-02", "to": "2026-01-01"}, {"from": "x"}]});
        assert!(texts(periods(&body))[0].starts_with("periods[1].from: is not a date"));
        let body = json!({"periods": [{"from": "2026-01-02", "to": "2026-01-01"}, {"from": "2026-01-02", "to": null},
            {"from": "2026-01-03"}]});
        assert_eq!(
            texts(periods(&body)),
            ["periods[0].to: must be later than from", "periods[2]: overlaps another period"]
        );
    }

    #[test]
    fn rewards_change_in_groups() {
        let read = |body: Value| RewardsBody::read(&body).unwrap();
        let body = json!({"purchase": {"discount_percent": "10"}, "package": {"bonus_percent": 5, "bonus_amount": "1.5"},
            "item": {"discount": [{"sku": "a", "discount_percent": 50, "max_amount": 2}],
                "bonus": [{"sku": "b", "quantity": 3}]},
            "subscription": {"trial_days": 7}});
        let old = read(body).apply(Rewards::default());
        assert_eq!((old.purchase_discount, old.bonus_percent, old.bonus_amount), (Some(10), Some(5), Some(150)));
        assert_eq!((old.item_discounts.len(), old.item_bonuses.len(), old.trial_days), (1, 1, Some(7)));
        assert_eq!(read(json!({})).apply(old.clone()), old);
        let new = read(json!({"purchase": null, "package": {"bonus_amount": 0}, "item": [], "subscription": []}));
        assert_eq!(new.apply(old), Rewards::default());
        assert_eq!(
            texts(RewardsBody::read(&json!({"purchase": {"discount_percent": 101}}))),
            ["purchase.discount_percent: must have a maximum value of 100"]
        );
        let body = json!({"item": {"bonus": [{"sku": "a", "quantity": 1}, {"sku": "a", "quantity": 2}]}});
        assert_eq!(texts(RewardsBody::read(&body)), ["item.bonus[1].sku: stands in the list already"]);
        assert_eq!(texts(RewardsBody::read(&json!({"package": {"bonus_amount": "0.001"}}))).len(), 1);
    }
}
