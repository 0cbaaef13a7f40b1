//! Subscriptions, as the Merchant API reads and shows them, and as a game is
//! told of them.

use crate::plan::{PLAN, plan_json, window};
use crate::product::listed_json;
use crate::read::{self, checked};
use crate::shape::{self, Field, Shape, Unknown, Violation};
use coinslot_domain::calendar::{Period, Unit};
use coinslot_domain::id::{PaymentId, PlanId, ProductId, ProjectId, SubscriptionId};
use coinslot_domain::merchant::Project;
use coinslot_domain::payment::PaymentState;
use coinslot_domain::plan::{Counters, Plan};
use coinslot_domain::product::Product;
use coinslot_domain::subscription::{State, Subscription};
use coinslot_domain::time::Time;
use serde::{Serialize, Serializer};
use serde_json::{Number, Value, json};

const TEXT: Shape = Shape::Text { min: 1, max: 255, rule: None };
const ANY_TEXT: Shape = Shape::Text { min: 0, max: 4000, rule: None };
const COUNT: Shape = Shape::Count { min: 1, max: shape::MAX_INTEGER };
const MAYBE_TEXT: Shape = Shape::OneOf(&[ANY_TEXT, Shape::Null]);
const STATES: Shape = Shape::Enum(&["new", "active", "canceled", "non_renewing", "frozen"]);
const PAID: Shape = Shape::Enum(&["processing", "canceled", "done", "fail"]);

const fn object(fields: &'static [Field]) -> Shape {
    Shape::Object { fields, unknown: Unknown::Ignore }
}

/// The body that changes a subscription.
pub static BODY: Shape = object(&[
    Field::optional(
        "status",
        Shape::OneOf(&[Shape::Enum(&["active", "canceled", "non_renewing", "frozen"]), Shape::Null]),
        "Where it is to stand.",
    ),
    Field::optional(
        "cancel_subscription_payment",
        Shape::OneOf(&[Shape::Flag, Shape::Null]),
        "Gives its last payment back, when status is canceled.",
    ),
    Field::optional(
        "timeshift",
        Shape::OneOf(&[
            object(&[
                Field::required("value", Shape::Count { min: -3_660, max: 3_660 }, "How many; may be negative."),
                Field::required("type", Shape::Enum(&["day", "month"]), "Of what."),
            ]),
            Shape::Null,
        ]),
        "Moves the date of the next charge.",
    ),
]);

/// A change of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UpdateBody {
    /// Where it is to stand.
    pub state: Option<State>,
    /// Whether its last payment is given back.
    pub give_back: bool,
    /// By how much the next charge moves.
    pub shift: Option<Period>,
}

impl UpdateBody {
    /// Reads a body, or lists its faults.
    pub fn read(body: &Value) -> Result<Self, Vec<Violation>> {
        let body = checked(&BODY, body)?;
        let shift = body.get("timeshift").and_then(|shift| {
            let unit = shift.get("type").and_then(Value::as_str).and_then(Unit::from_name)?;
            Some(Period { value: shift.get("value").and_then(read::integer)?, unit })
        });
        Ok(UpdateBody {
            state: body.get("status").and_then(Value::as_str).and_then(State::from_name),
            give_back: body.get("cancel_subscription_payment").and_then(read::truth).unwrap_or(false),
            shift,
        })
    }
}

const LIMIT: Field = Field::optional("limit", COUNT, "At most so many; 1000 unless told otherwise, and never more.");
const OFFSET: Field =
    Field::optional("offset", Shape::Count { min: 0, max: shape::MAX_INTEGER }, "Leaves out so many from the start.");
const FROM: Field = Field::optional("datetime_from", Shape::Date, "Only from then on.");
const TO: Field = Field::optional("datetime_to", Shape::Date, "Only before then.");

/// The parameters of a list of a player's subscriptions.
pub static LIST: Shape = object(&[
    Field::optional("status", STATES, "Only those that stand there."),
    Field::optional("plan_id", TEXT, "Only subscriptions to this plan."),
    Field::optional("product_id", TEXT, "Only subscriptions to this product."),
    FROM,
    TO,
    LIMIT,
    OFFSET,
]);

/// The parameters of a list of a merchant's subscriptions.
pub static LIST_ALL: Shape = object(&[
    Field::required("limit", COUNT, "At most so many, and never more than 1000."),
    OFFSET,
    Field::optional("user_id", TEXT, "Only this player's."),
    Field::optional("project_id", Shape::Array(&COUNT), "Only those of these projects."),
    Field::optional("plan_id", Shape::Array(&COUNT), "Only subscriptions to these plans."),
    Field::optional("product_id", Shape::Array(&COUNT), "Only subscriptions to these products."),
    Field::optional("group_id", Shape::Array(&TEXT), "Only subscriptions to plans of these groups."),
    Field::optional("status", Shape::Array(&STATES), "Only those that stand there."),
    FROM,
    TO,
]);

/// Which subscriptions to list. A list that is empty asks for nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListQuery {
    /// Only those of this player.
    pub user: Option<String>,
    /// Only those of these projects.
    pub projects: Vec<ProjectId>,
    /// Only those to these plans.
    pub plans: Vec<PlanId>,
    /// Only those to these products.
    pub products: Vec<ProductId>,
    /// Only those to plans of these groups.
    pub groups: Vec<String>,
    /// Only those that stand there.
    pub states: Vec<String>,
    /// Only those that were made in this time.
    pub made: (Time, Time),
    /// Leaves out so many from the start.
    pub offset: i64,
    /// At most so many.
    pub limit: i64,
}

/// A value, or the values of a list.
fn all<'a, T>(query: &'a Value, key: &str, read: impl Fn(&'a Value) -> Option<T>) -> Vec<T> {
    match query.get(key) {
        Some(Value::Array(list)) => list.iter().filter_map(read).collect(),
        Some(one) => read(one).into_iter().collect(),
        None => vec![],
    }
}

fn made(query: &Value) -> (Time, Time) {
    let time = |key: &str| query.get(key).and_then(read::time);
    (time("datetime_from").unwrap_or(Time(i64::MIN)), time("datetime_to").unwrap_or(Time(i64::MAX)))
}

impl ListQuery {
    /// Reads parameters that [`LIST`] or [`LIST_ALL`] accepted. A number that is
    /// none asks for what is not there.
    pub fn read(query: &Value) -> Self {
        let number = |v| Some(read::integer(v).unwrap_or(shape::MAX_INTEGER));
        let (offset, limit) = window(query);
        ListQuery {
            user: query.get("user_id").and_then(read::text),
            projects: all(query, "project_id", |v| number(v).and_then(ProjectId::new)),
            plans: all(query, "plan_id", |v| number(v).and_then(PlanId::new)),
            products: all(query, "product_id", |v| number(v).and_then(ProductId::new)),
            groups: all(query, "group_id", read::text),
            states: all(query, "status", read::text),
            made: made(query),
            offset,
            limit,
        }
    }
}

/// The parameters of a list of charges.
pub static LIST_PAYMENTS: Shape = object(&[
    Field::optional("user_id", TEXT, "Only this player's."),
    Field::optional("status", PAID, "Only those that stand there; fail is canceled."),
    Field::optional("subscription_id", COUNT, "Only those of this subscription."),
    FROM,
    TO,
    LIMIT,
    OFFSET,
]);

/// Which charges to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentsQuery {
    /// Only this player's.
    pub user: Option<String>,
    /// Only those that stand there.
    pub status: Option<String>,
    /// Only those of this subscription.
    pub subscription: Option<SubscriptionId>,
    /// Only those of this time.
    pub made: (Time, Time),
    /// Leaves out so many from the start.
    pub offset: i64,
    /// At most so many.
    pub limit: i64,
}

impl PaymentsQuery {
    /// Reads parameters that [`LIST_PAYMENTS`] accepted.
    pub fn read(query: &Value) -> Self {
        let (offset, limit) = window(query);
        let status = query.get("status").and_then(read::text);
        PaymentsQuery {
            user: query.get("user_id").and_then(read::text),
            status: status.map(|s| if s == "fail" { "canceled".into() } else { s }),
            subscription: query.get("subscription_id").and_then(read::integer).and_then(SubscriptionId::new),
            made: made(query),
            offset,
            limit,
        }
    }
}

/// What the API calls where a charge stands.
pub fn payment_status(state: PaymentState) -> &'static str {
    match state {
        PaymentState::Pending | PaymentState::Challenged => "processing",
        PaymentState::Captured | PaymentState::PartiallyRefunded => "done",
        PaymentState::Declined | PaymentState::Refunded | PaymentState::ChargedBack => "canceled",
    }
}

/// What the API calls where a subscription stands. One that came to the end of
/// its plan is counted apart but has no name of its own.
pub fn status(state: State) -> &'static str {
    match state {
        State::Expired => State::Canceled.name(),
        other => other.name(),
    }
}

/// A subscription in an answer.
pub static SUBSCRIPTION: Shape = object(&[
    Field::required("id", COUNT, "The subscription."),
    Field::required("plan", PLAN, "What it is a subscription to."),
    Field::required(
        "user",
        object(&[
            Field::required(
                "id",
                Shape::OneOf(&[ANY_TEXT, COUNT]),
                "The player, by the game's own id; a number in lists of charges if it is one.",
            ),
            Field::required("name", MAYBE_TEXT, "The player's name."),
        ]),
        "Whose it is.",
    ),
    Field::required("product", Shape::OneOf(&[Shape::Map, Shape::Null]), "What its plan is a plan of."),
    Field::required("charge_amount", Shape::Decimal { min: 0 }, "What each charge takes."),
    Field::required("currency", ANY_TEXT, "In which currency."),
    Field::required("date_create", ANY_TEXT, "When it began."),
    Field::required("date_end", MAYBE_TEXT, "When it ends or ended; none for one that goes on."),
    Field::required("date_last_charge", MAYBE_TEXT, "When it was charged last; none in a trial."),
    Field::required("date_next_charge", MAYBE_TEXT, "When it is to be charged."),
    Field::required("status", STATES, "Where it stands."),
]);

/// Subscriptions in an answer.
pub static SUBSCRIPTIONS: Shape = Shape::Array(&SUBSCRIPTION);

static PAYMENT: Shape = object(&[
    Field::required("id", COUNT, "The charge."),
    Field::required("id_payment", COUNT, "The transaction that pays it."),
    Field::required("date_payment", ANY_TEXT, "When it was paid, or else first tried."),
    Field::required("status", PAID, "Where it stands."),
    Field::required("subscription", SUBSCRIPTION, "What was charged."),
]);

/// Charges in an answer.
pub static PAYMENTS: Shape = Shape::Array(&PAYMENT);

/// Codes of currencies.
pub static CURRENCIES: Shape = Shape::Array(&ANY_TEXT);

/// Everything that an answer shows of a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// The subscription.
    pub subscription: Subscription,
    /// Its plan, deleted or not.
    pub plan: Plan,
    /// How many subscriptions of the plan stand where.
    pub counters: Counters,
    /// Its product, deleted or not.
    pub product: Option<Product>,
}

/// A subscription, for a reader of these languages.
pub fn subscription_json(v: &View, languages: &[String]) -> Value {
    let s = &v.subscription;
    let date = |t: Option<Time>| t.map(Time::rfc3339);
    json!({
        "id": s.id.get(),
        "plan": plan_json(&v.plan, &v.counters, languages),
        "user": { "id": s.user, "name": s.name },
        "product": v.product.as_ref().map(listed_json),
        "charge_amount": read::number(s.terms.charge.shortest()),
        "currency": s.terms.charge.currency.code(),
        "date_create": s.created_at.rfc3339(),
        "date_end": date(s.end()),
        "date_last_charge": date(s.last_charge),
        "date_next_charge": date(s.next_charge),
        "status": status(s.state),
    })
}

/// A charge of a subscription, for a reader of these languages. There the
/// counter of the canceled is called closed too, and a player's id that is a
/// number is one, as published.
pub fn payment_json(id: PaymentId, state: PaymentState, at: Time, v: &View, languages: &[String]) -> Value {
    let mut subscription = subscription_json(v, languages);
    subscription["plan"]["status"]["counters"]["closed"] = v.counters.canceled.into();
    let number = v.subscription.user.parse::<i64>().ok();
    if let Some(n) = number.filter(|n| (0..=shape::MAX_INTEGER).contains(n) && n.to_string() == v.subscription.user) {
        subscription["user"]["id"] = n.into();
    }
    json!({
        "id": id.get(),
        "id_payment": id.get(),
        "date_payment": at.rfc3339(),
        "status": payment_status(state),
        "subscription": subscription,
    })
}

/// What happens to a subscription that a game is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    /// It began.
    Created,
    /// It was charged again, or its plan or its date changed.
    Updated,
    /// It was ended.
    Canceled,
    /// It will end with what is paid.
    NonRenewing,
}

impl Happened {
    /// The `notification_type`.
    pub fn kind(self) -> &'static str {
        match self {
            Happened::Created => "create_subscription",
            Happened::Updated => "update_subscription",
            Happened::Canceled => "cancel_subscription",
            Happened::NonRenewing => "non_renewal_subscription",
        }
    }
}

#[derive(Serialize)]
struct Notification<'a> {
    notification_type: &'static str,
    settings: Settings,
    user: User<'a>,
    subscription: Told<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_parameters: Option<Value>,
}

#[derive(Serialize)]
struct Settings {
    project_id: i64,
    merchant_id: i64,
}

#[derive(Serialize)]
struct User<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
}

#[derive(Serialize)]
struct Told<'a> {
    plan_id: &'a str,
    subscription_id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    product_id: Option<String>,
    tags: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    date_create: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_next_charge: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_end: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trial: Option<Trial>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "decimal")]
    amount: Option<String>,
}

#[derive(Serialize)]
struct Trial {
    value: i64,
    #[serde(rename = "type")]
    unit: &'static str,
}

/// Writes decimal text as a JSON number.
fn decimal<S: Serializer>(text: &Option<String>, to: S) -> Result<S::Ok, S::Error> {
    text.as_deref().and_then(|t| t.parse::<Number>().ok()).serialize(to)
}

/// The bytes that tell a game what happened to a subscription.
pub fn notice(project: &Project, s: &Subscription, plan: &Plan, what: Happened) -> String {
    let created = matches!(what, Happened::Created | Happened::Canceled | Happened::NonRenewing);
    let next = what != Happened::Canceled;
    let sums = what == Happened::NonRenewing;
    let date = |wanted: bool, t: Option<Time>| t.filter(|_| wanted).map(Time::rfc3339);
    let body = Notification {
        notification_type: what.kind(),
        settings: Settings { project_id: project.id.get(), merchant_id: project.merchant.get() },
        user: User { id: &s.user, name: s.name.as_deref(), email: s.email.as_deref().filter(|_| sums) },
        subscription: Told {
            plan_id: &plan.external_id,
            subscription_id: s.id.get(),
            product_id: s.product.map(|id| id.to_string()),
            tags: &plan.tags,
            date_create: date(created, Some(s.created_at)),
            date_next_charge: date(next, s.next_charge),
            date_end: date(what == Happened::Canceled, s.end()),
            trial: (what == Happened::Created && s.terms.trial > 0)
                .then_some(Trial { value: s.terms.trial, unit: "day" }),
            currency: sums.then(|| s.terms.charge.currency.code()),
            amount: sums.then(|| s.terms.charge.shortest()),
        },
        custom_parameters: s
            .custom_parameters
            .as_deref()
            .filter(|_| what == Happened::Created)
            .and_then(|text| serde_json::from_str(text).ok()),
    };
    // Structs of strings and numbers: there is nothing to go wrong.
    serde_json::to_string(&body).unwrap_or_default()
}
