//! The bodies of the calls about coupons and coupon promotions.

use crate::page;
use crate::read::{self, checked};
use crate::shape::{Field, MAX_INTEGER, Shape, Unknown, Violation};
use crate::wallet;
use coinslot_domain::coupon::{Campaign, Coupon, SubscriptionCoupon};
use coinslot_domain::id::ProjectId;
use coinslot_domain::localized::Localized;
use coinslot_domain::time::Time;
use serde_json::{Map, Value, json};

const ID: Shape = Shape::Count { min: 1, max: MAX_INTEGER };
const SHORT: Shape = Shape::Text { min: 1, max: 255, rule: None };
const LIMIT: Shape = Shape::OneOf(&[Shape::Count { min: 1, max: MAX_INTEGER }, Shape::Null]);
const NUMBER: Shape = Shape::Number { positive: false, text: false };
const MAYBE_ID: Shape = Shape::OneOf(&[ID, Shape::Null]);
const NAMES: Shape = Shape::Texts { max: 255, required: false };

const fn object(fields: &'static [Field]) -> Shape {
    Shape::Object { fields, unknown: Unknown::Ignore }
}

static ITEM: Shape = object(&[
    Field::required("sku", SHORT, "The item's SKU."),
    Field::optional("quantity", Shape::Count { min: 1, max: 1_000_000 }, "How many; one unless told otherwise."),
]);

const SUBSCRIPTION: Shape = object(&[
    Field::optional("plan_id", MAYBE_ID, "The plan's number."),
    Field::optional("product_id", MAYBE_ID, "The product's number."),
    Field::optional(
        "trial_period",
        Shape::OneOf(&[Shape::Count { min: 0, max: 366 }, Shape::Null]),
        "Days before the first charge.",
    ),
]);

/// The body that makes a coupon promotion.
pub static CAMPAIGN: Shape = object(&[
    Field::required("campaign_code", SHORT, "What it is called among you; no other of yours is called so."),
    Field::required("project_id", ID, "The project whose players use its coupons."),
    Field::optional("campaign_names", Shape::OneOf(&[NAMES, Shape::Null]), "What players see it called, by language."),
    Field::optional("redeems_count", LIMIT, "How often its coupons can be used in all; null for without limit."),
    Field::optional("redeems_count_for_user", LIMIT, "How often one player can use one of its coupons."),
    Field::optional("campaign_redeems_count_for_user", LIMIT, "How often one player can use its coupons in all."),
    Field::optional(
        "expiration_date",
        Shape::OneOf(&[Shape::Date, Shape::Null]),
        "When its coupons stop working; null for never.",
    ),
    Field::optional(
        "virtual_currency_amount",
        Shape::OneOf(&[Shape::Hundredths { min: 0, max: 1_000_000_000 }, Shape::Null]),
        "The virtual currency that a coupon gives.",
    ),
    Field::optional(
        "virtual_items",
        Shape::OneOf(&[Shape::Array(&ITEM), Shape::Null]),
        "The items that a coupon gives.",
    ),
    Field::optional(
        "subscription_coupon",
        Shape::OneOf(&[SUBSCRIPTION, Shape::Null]),
        "A subscription it is about: kept, and shown to whoever asks.",
    ),
]);

/// What makes a coupon promotion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CampaignBody {
    /// What the merchant calls it.
    pub code: String,
    /// Whose players use its coupons; none for a number that no project has.
    pub project: Option<ProjectId>,
    /// What players see it called.
    pub names: Localized,
    /// How often its coupons can be used in all.
    pub redeems: Option<i64>,
    /// How often one player can use one of its coupons.
    pub redeems_of_coupon: Option<i64>,
    /// How often one player can use its coupons in all.
    pub redeems_of_player: Option<i64>,
    /// When its coupons stop working.
    pub expires_at: Option<Time>,
    /// The virtual currency that a coupon gives, in hundredths.
    pub virtual_currency: i64,
    /// The items that a coupon gives: SKU and quantity.
    pub items: Vec<(String, i64)>,
    /// The subscription it is about.
    pub subscription: SubscriptionCoupon,
}

impl CampaignBody {
    /// Reads a body, or lists its faults.
    pub fn read(body: &Value) -> Result<Self, Vec<Violation>> {
        let body = checked(&CAMPAIGN, body)?;
        let number = |path: &str| body.pointer(path).and_then(read::integer);
        let item =
            |v: &Value| Some((read::text(v.get("sku")?)?, v.get("quantity").and_then(read::integer).unwrap_or(1)));
        let items: Vec<(String, i64)> =
            body.get("virtual_items").and_then(Value::as_array).into_iter().flatten().filter_map(item).collect();
        let again = (0..items.len()).filter(|i| items[..*i].iter().any(|(sku, _)| *sku == items[*i].0));
        let faults: Vec<Violation> =
            again.map(|i| Violation::new(format!("virtual_items[{i}].sku"), "stands in the list already")).collect();
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(CampaignBody {
            code: body.get("campaign_code").and_then(read::text).unwrap_or_default(),
            project: number("/project_id").and_then(ProjectId::new),
            names: body.get("campaign_names").and_then(read::texts).unwrap_or_default(),
            redeems: number("/redeems_count"),
            redeems_of_coupon: number("/redeems_count_for_user"),
            redeems_of_player: number("/campaign_redeems_count_for_user"),
            expires_at: body.get("expiration_date").and_then(read::time),
            virtual_currency: body.get("virtual_currency_amount").and_then(read::hundredths).unwrap_or(0),
            items,
            subscription: SubscriptionCoupon {
                plan: number("/subscription_coupon/plan_id"),
                product: number("/subscription_coupon/product_id"),
                trial_days: number("/subscription_coupon/trial_period"),
            },
        })
    }
}

/// The parameters of a list of coupon promotions.
pub static CAMPAIGN_QUERY: Shape = object(&[
    page::required(page::OFFSET),
    page::required(page::LIMIT),
    Field::optional("project_id", ID, "Only those of this project."),
    Field::optional("campaign_code", SHORT, "Only the one that is called so."),
    Field::optional(
        "status",
        Shape::Enum(&["active", "inactive"]),
        "Only those whose coupons still work, or do not any more.",
    ),
    Field::optional("has_reward", Shape::Flag, "Only those that give something by themselves, or nothing."),
]);

/// Which coupon promotions to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CampaignQuery {
    /// How many to pass over first.
    pub offset: i64,
    /// At most so many.
    pub limit: i64,
    /// Only those of this project.
    pub project: Option<ProjectId>,
    /// Only the one that is called so.
    pub code: Option<String>,
    /// Only those whose coupons still work, or do not any more.
    pub active: Option<bool>,
    /// Only those that give something by themselves, or nothing.
    pub has_reward: Option<bool>,
}

impl CampaignQuery {
    /// Reads parameters that [`CAMPAIGN_QUERY`] accepted.
    pub fn read(query: &Value) -> Self {
        let (offset, limit) = page::read(query);
        CampaignQuery {
            offset,
            limit,
            project: query.get("project_id").and_then(read::integer).and_then(ProjectId::new),
            code: query.get("campaign_code").and_then(read::text),
            active: query.get("status").and_then(read::text).map(|s| s == "active"),
            has_reward: query.get("has_reward").and_then(read::truth),
        }
    }
}

/// The body that makes a coupon.
pub static COUPON: Shape = object(&[Field::required("coupon_code", SHORT, "What players enter, exactly so.")]);

/// The code of a coupon to be, or the faults of the body.
pub fn coupon_code(body: &Value) -> Result<String, Vec<Violation>> {
    let body = checked(&COUPON, body)?;
    Ok(body.get("coupon_code").and_then(read::text).unwrap_or_default())
}

const OUT_ID: Shape = Shape::Integer { min: 1, max: MAX_INTEGER };
const MAYBE_COUNT: Shape = Shape::OneOf(&[Shape::Integer { min: 0, max: MAX_INTEGER }, Shape::Null]);
const MAYBE_DATE: Shape = Shape::OneOf(&[Shape::Date, Shape::Null]);

static LISTED: Shape = object(&[
    Field::required("id", OUT_ID, "Its number."),
    Field::required("campaign_code", SHORT, "What it is called among you."),
    Field::required("project_id", OUT_ID, "The project."),
    Field::required("campaign_names", NAMES, "What players see it called."),
    Field::required("redeems_count", MAYBE_COUNT, "How often its coupons can be used in all."),
    Field::required("redeems_count_for_user", MAYBE_COUNT, "How often one player can use one of its coupons."),
    Field::required("campaign_redeems_count_for_user", MAYBE_COUNT, "How often one player can use its coupons."),
    Field::required("expiration_date", MAYBE_DATE, "When its coupons stop working."),
    Field::required("virtual_currency_amount", NUMBER, "The virtual currency that a coupon gives."),
    Field::required("virtual_items", Shape::Array(&ITEM), "The items that a coupon gives."),
    Field::required("subscription_coupon", Shape::OneOf(&[SUBSCRIPTION, Shape::Null]), "The subscription it is about."),
    Field::required("is_active", Shape::Bool, "Whether its coupons still work."),
]);

/// Coupon promotions in an answer.
pub static LIST: Shape = Shape::Array(&LISTED);

fn subscription(s: &SubscriptionCoupon) -> Value {
    if *s == SubscriptionCoupon::default() {
        return Value::Null;
    }
    json!({ "plan_id": s.plan, "product_id": s.product, "trial_period": s.trial_days })
}

/// A coupon promotion as a list shows it.
pub fn listed(c: &Campaign, now: Time) -> Value {
    json!({
        "id": c.id.get(),
        "campaign_code": c.code,
        "project_id": c.project.get(),
        "campaign_names": read::texts_json(&c.names),
        "redeems_count": c.redeems,
        "redeems_count_for_user": c.redeems_of_coupon,
        "campaign_redeems_count_for_user": c.redeems_of_player,
        "expiration_date": c.expires_at.map(|t| t.rfc3339()),
        "virtual_currency_amount": read::units(c.virtual_currency),
        "virtual_items": c.items.iter().map(|(sku, n)| json!({ "sku": sku, "quantity": n })).collect::<Vec<_>>(),
        "subscription_coupon": subscription(&c.subscription),
        "is_active": c.is_active(now),
    })
}

const GIFT: Shape = object(&[
    Field::required("id", OUT_ID, "The item's number."),
    Field::required("sku", SHORT, "Its SKU."),
    Field::required("name", Shape::Any, "What it is called, in the language of the request."),
    Field::required("image_url", Shape::Any, "Its picture."),
    Field::required("quantity", Shape::Integer { min: 1, max: MAX_INTEGER }, "How many."),
]);

const COUPON_FIELDS: [Field; 10] = [
    Field::required("coupon_id", OUT_ID, "The coupon's number."),
    Field::required("project_id", OUT_ID, "The project."),
    Field::required("coupon_code", SHORT, "What players enter."),
    Field::required("campaign_code", SHORT, "The coupon promotion it comes from."),
    Field::required("virtual_currency_amount", NUMBER, "The virtual currency it gives."),
    Field::required("is_active", Shape::Integer { min: 0, max: 1 }, "1 while it works, else 0."),
    Field::required("redeems_count_remain", MAYBE_COUNT, "How often coupons of its promotion can still be used."),
    Field::required("redeems_count_for_user", MAYBE_COUNT, "How often one player can use it."),
    Field::required("expiration_date", MAYBE_DATE, "When it stops working."),
    Field::required("virtual_items", Shape::Array(&GIFT), "The items it gives."),
];

/// A coupon in an answer.
pub static COUPON_WHOLE: Shape = object(&COUPON_FIELDS);

const REWARD: Shape = object(&[
    Field::required("virtual_currency_amount", NUMBER, "The virtual currency it gives."),
    Field::required("virtual_items", Shape::Array(&GIFT), "The items it gives."),
    Field::required("subscription_coupon", Shape::OneOf(&[SUBSCRIPTION, Shape::Null]), "The subscription it is about."),
]);

const fn with_details() -> [Field; 13] {
    let mut all = [COUPON_FIELDS[0]; 13];
    let mut i = 0;
    while i < COUPON_FIELDS.len() {
        all[i] = COUPON_FIELDS[i];
        i += 1;
    }
    all[10] = Field::required("name", Shape::Any, "What its promotion is called, in the language of the request.");
    all[11] = Field::required("description", Shape::Null, "Nothing is told of it.");
    all[12] = Field::required("reward", REWARD, "What it gives.");
    all
}

/// A coupon with everything about it in an answer.
pub static COUPON_DETAILS: Shape = object(&with_details());

/// An item that a coupon gives, as the reader sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gift {
    /// The item's number.
    pub id: i64,
    /// Its SKU.
    pub sku: String,
    /// What it is called.
    pub name: Option<String>,
    /// Its picture.
    pub image_url: Option<String>,
    /// How many.
    pub quantity: i64,
}

/// What a coupon gives, as the reader sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gives {
    /// Virtual currency, in hundredths.
    pub virtual_currency: i64,
    /// Items.
    pub items: Vec<Gift>,
}

fn gifts(all: &[Gift]) -> Value {
    let gift = |g: &Gift| json!({ "id": g.id, "sku": g.sku, "name": g.name, "image_url": g.image_url, "quantity": g.quantity });
    all.iter().map(gift).collect()
}

/// A coupon as an answer shows it.
pub fn coupon(coupon: &Coupon, campaign: &Campaign, gives: &Gives, now: Time) -> Map<String, Value> {
    let members = [
        ("coupon_id", coupon.id.get().into()),
        ("project_id", campaign.project.get().into()),
        ("coupon_code", coupon.code.as_str().into()),
        ("campaign_code", campaign.code.as_str().into()),
        ("virtual_currency_amount", read::units(gives.virtual_currency)),
        ("is_active", i64::from(campaign.is_active(now)).into()),
        ("redeems_count_remain", campaign.remaining().into()),
        ("redeems_count_for_user", campaign.redeems_of_coupon.into()),
        ("expiration_date", campaign.expires_at.map(|t| t.rfc3339()).into()),
        ("virtual_items", gifts(&gives.items)),
    ];
    members.into_iter().map(|(key, value)| (key.to_string(), value)).collect()
}

/// What is said of a coupon beyond [`coupon`].
pub fn details(campaign: &Campaign, gives: &Gives, name: Option<&str>) -> Map<String, Value> {
    let members = [
        ("name", name.into()),
        // Nothing tells players more of a coupon promotion than its name.
        ("description", Value::Null),
        (
            "reward",
            json!({
                "virtual_currency_amount": read::units(gives.virtual_currency),
                "virtual_items": gifts(&gives.items),
                "subscription_coupon": subscription(&campaign.subscription),
            }),
        ),
    ];
    members.into_iter().map(|(key, value)| (key.to_string(), value)).collect()
}

/// The body that uses a coupon.
pub static REDEEM: Shape = object(&[Field::required("user_id", wallet::USER_ID, "The player, by the game's own id.")]);

/// Who uses a coupon, or the faults of the body.
pub fn redeemer(body: &Value) -> Result<String, Vec<Violation>> {
    let body = checked(&REDEEM, body)?;
    Ok(body.get("user_id").and_then(wallet::user_id).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_campaign_with_everything_and_with_nothing() {
        let body = json!({"campaign_code": "spring", "project_id": "7", "campaign_names": [], "redeems_count": "3",
            "redeems_count_for_user": null, "campaign_redeems_count_for_user": 2, "expiration_date": "2026-05-01",
            "virtual_currency_amount": "1.5", "virtual_items": [{"sku": "a"}, {"sku": "b", "quantity": 2}],
            "subscription_coupon": {"plan_id": "5", "trial_period": 0}});
        let read = CampaignBody::read(&body).unwrap();
        assert_eq!((read.redeems, read.redeems_of_coupon, read.redeems_of_player), (Some(3), None, Some(2)));
        assert_eq!(read.items, [("a".to_string(), 1), ("b".to_string(), 2)]);
        assert_eq!(read.subscription, SubscriptionCoupon { plan: Some(5), product: None, trial_days: Some(0) });
        let read =
            CampaignBody::read(&json!({"campaign_code": "x", "project_id": 7, "subscription_coupon": []})).unwrap();
        assert!(read.virtual_currency == 0 && read.items.is_empty() && read.expires_at.is_none());
        assert_eq!(subscription(&read.subscription), Value::Null);
        let body = json!({"campaign_code": "x", "project_id": 7, "virtual_items": [{"sku": "a"}, {"sku": "a"}]});
        assert_eq!(CampaignBody::read(&body).unwrap_err()[0].path, "virtual_items[1].sku");
        let faults = CampaignBody::read(&json!({"redeems_count": 0, "virtual_currency_amount": -1})).unwrap_err();
        let paths: Vec<_> = faults.iter().map(|f| f.path.as_str()).collect();
        assert_eq!(paths, ["campaign_code", "project_id", "redeems_count", "virtual_currency_amount"]);
    }

    #[test]
    fn the_player_may_be_a_number() {
        assert_eq!(redeemer(&json!({"user_id": 17})), Ok("17".to_string()));
        assert_eq!(redeemer(&json!({"user_id": "a b"})), Ok("a b".to_string()));
        assert!(redeemer(&json!({"user_id": ""})).is_err() && redeemer(&json!({})).is_err());
    }
}
