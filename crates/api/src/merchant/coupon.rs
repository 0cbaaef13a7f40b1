//! Coupons, and the coupon promotions that they come from.

use super::{Merchant, Project};
use crate::body::{JsonBody, json, query};
use crate::{Answer, AnswerBody, Auth, Languages, Problem, Route};
use axum::extract::{Path, RawQuery, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use coinslot_app::Shared;
use coinslot_app::coupon::{self, CouponError, Shown};
use coinslot_domain::coupon::Campaign;
use coinslot_domain::id::CampaignId;
use coinslot_domain::item::Item;
use coinslot_domain::merchant;
use coinslot_wire::coupon::{self as wire, Gift, Gives};
use coinslot_wire::page::CREATED;
use coinslot_wire::shape::Violation;
use serde_json::json;

const EXAMPLE: &str = r#"{
    "campaign_code": "spring", "project_id": 18404, "campaign_names": { "en": "Spring" }, "redeems_count": 1000,
    "redeems_count_for_user": 1, "expiration_date": "2026-05-01T00:00:00+00:00", "virtual_currency_amount": 100
}"#;
const LIST: &str = r#"[{
    "id": 100000002, "campaign_code": "spring", "project_id": 18404, "campaign_names": { "en": "Spring" },
    "redeems_count": 1000, "redeems_count_for_user": 1, "campaign_redeems_count_for_user": null,
    "expiration_date": "2026-05-01T00:00:00+00:00", "virtual_currency_amount": 100, "virtual_items": [],
    "subscription_coupon": null, "is_active": true
}]"#;

const COUPON: &str = r#"{
    "coupon_id": 100000003, "project_id": 18404, "coupon_code": "EGGHUNT", "campaign_code": "spring",
    "virtual_currency_amount": 100, "is_active": 1, "redeems_count_remain": 999, "redeems_count_for_user": 1,
    "expiration_date": "2026-05-01T00:00:00+00:00",
    "virtual_items": [{ "id": 100000004, "sku": "egg", "name": "Egg", "image_url": null, "quantity": 2 }]
}"#;
const DETAILS: &str = r#"{
    "coupon_id": 100000003, "project_id": 18404, "coupon_code": "EGGHUNT", "campaign_code": "spring",
    "virtual_currency_amount": 100, "is_active": 1, "redeems_count_remain": 999, "redeems_count_for_user": 1,
    "expiration_date": "2026-05-01T00:00:00+00:00", "virtual_items": [], "name": "Spring", "description": null,
    "reward": { "virtual_currency_amount": 100, "virtual_items": [], "subscription_coupon": null }
}"#;

fn no_coupon() -> Answer {
    Answer::error(StatusCode::NOT_FOUND, "The project has no such coupon.", coupon::NOT_FOUND)
}

fn taken(path: &str, text: &str, what: &'static str) -> Answer {
    let faults = vec![Violation::new(path, text)];
    Answer { status: StatusCode::UNPROCESSABLE_ENTITY, what, body: AnswerBody::Faults(faults) }
}

/// The operations here.
pub fn routes() -> Vec<Route> {
    vec![
        Route {
            name: "campaign_list",
            method: Method::GET,
            path: "/merchants/{merchant_id}/coupon_promotions".into(),
            auth: Auth::Merchant,
            summary: "List the coupon promotions of all projects",
            query: Some(&wire::CAMPAIGN_QUERY),
            body: None,
            example: None,
            answers: vec![Answer::json(StatusCode::OK, "Coupon promotions by number.", &wire::LIST, LIST)],
            handler: get(list),
        },
        Route {
            name: "campaign_create",
            method: Method::POST,
            path: "/merchants/{merchant_id}/coupon_promotions".into(),
            auth: Auth::Merchant,
            summary: "Make a coupon promotion",
            query: None,
            body: Some(&wire::CAMPAIGN),
            example: Some(EXAMPLE),
            answers: vec![
                Answer::json(StatusCode::CREATED, "It is made.", &CREATED, r#"{ "id": 100000002 }"#),
                taken("campaign_code", coupon::CODE_TAKEN, "The code is that of another coupon promotion."),
            ],
            handler: post(create),
        },
        Route {
            name: "coupon_create",
            method: Method::POST,
            path: "/merchants/{merchant_id}/coupon_promotions/{campaign_id}/coupons".into(),
            auth: Auth::Merchant,
            summary: "Add a code to a coupon promotion",
            query: None,
            body: Some(&wire::COUPON),
            example: Some(r#"{ "coupon_code": "EGGHUNT" }"#),
            answers: vec![
                Answer::empty(StatusCode::NO_CONTENT, "Players can use it."),
                taken("coupon_code", coupon::COUPON_TAKEN, "The project has a coupon with this code."),
            ],
            handler: post(add_code),
        },
        Route {
            name: "coupon_get",
            method: Method::GET,
            path: "/projects/{project_id}/coupons/{coupon_code}".into(),
            auth: Auth::Merchant,
            summary: "Show a coupon",
            query: None,
            body: None,
            example: None,
            answers: vec![Answer::json(StatusCode::OK, "The coupon.", &wire::COUPON_WHOLE, COUPON), no_coupon()],
            handler: get(find),
        },
        Route {
            name: "coupon_details",
            method: Method::GET,
            path: "/projects/{project_id}/coupons/{coupon_code}/details".into(),
            auth: Auth::Merchant,
            summary: "Show a coupon with everything that it gives",
            query: None,
            body: None,
            example: None,
            answers: vec![Answer::json(StatusCode::OK, "The coupon.", &wire::COUPON_DETAILS, DETAILS), no_coupon()],
            handler: get(details),
        },
        Route {
            name: "coupon_redeem",
            method: Method::POST,
            path: "/projects/{project_id}/coupons/{coupon_code}/redeem".into(),
            auth: Auth::Merchant,
            summary: "Give a player what a coupon gives",
            query: None,
            body: Some(&wire::REDEEM),
            example: Some(r#"{ "user_id": "1234567" }"#),
            answers: vec![
                Answer::json(StatusCode::OK, "The player has it; the coupon.", &wire::COUPON_WHOLE, COUPON),
                no_coupon(),
                Answer::error(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "It has expired, it was used as often as allowed, or the player is disabled. The attempt is \
                     among the player's transactions.",
                    "You have used too much of coupons. Try again later",
                ),
            ],
            handler: post(redeem),
        },
    ]
}

async fn list(State(app): State<Shared>, Merchant(caller): Merchant, raw: RawQuery) -> Result<Response, Problem> {
    let query = wire::CampaignQuery::read(&query(&wire::CAMPAIGN_QUERY, &raw)?);
    let found = coupon::list(&app, caller.merchant, query).await?;
    let listed = |c: &Campaign| wire::listed(c, app.now(c.project));
    Ok(json(StatusCode::OK, &found.iter().map(listed).collect()))
}

async fn create(
    State(app): State<Shared>,
    Merchant(caller): Merchant,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let body = wire::CampaignBody::read(&body).map_err(Problem::invalid)?;
    let id = coupon::create(&app, caller, body).await?;
    Ok(json(StatusCode::CREATED, &json!({ "id": id.get() })))
}

async fn add_code(
    State(app): State<Shared>,
    Merchant(caller): Merchant,
    Path((_, campaign)): Path<(String, String)>,
    JsonBody(body): JsonBody,
) -> Result<StatusCode, Problem> {
    let campaign: CampaignId = campaign.parse().map_err(|()| Problem::forbidden())?;
    let code = wire::coupon_code(&body).map_err(Problem::invalid)?;
    coupon::add_code(&app, caller.merchant, campaign, code).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a coupon gives, as the reader of these languages sees it.
fn gives(shown: &Shown, project: &merchant::Project, Languages(languages): &Languages) -> Gives {
    let gift = |(item, quantity): &(Item, i64)| Gift {
        id: item.id.get(),
        sku: item.sku.clone(),
        name: item.name.pick(languages, project.language()).map(str::to_string),
        image_url: item.image_url.clone(),
        quantity: *quantity,
    };
    Gives { virtual_currency: shown.virtual_currency, items: shown.items.iter().map(gift).collect() }
}

async fn find(
    State(app): State<Shared>,
    Project(_, project): Project,
    Path((_, code)): Path<(String, String)>,
    languages: Languages,
) -> Result<Response, Problem> {
    let shown = coupon::find(&app, project.id, code).await?;
    let coupon =
        wire::coupon(&shown.coupon, &shown.campaign, &gives(&shown, &project, &languages), app.now(project.id));
    Ok(json(StatusCode::OK, &coupon.into()))
}

async fn details(
    State(app): State<Shared>,
    Project(_, project): Project,
    Path((_, code)): Path<(String, String)>,
    languages: Languages,
) -> Result<Response, Problem> {
    let shown = coupon::find(&app, project.id, code).await?;
    let gives = gives(&shown, &project, &languages);
    let mut coupon = wire::coupon(&shown.coupon, &shown.campaign, &gives, app.now(project.id));
    let name = shown.campaign.names.pick(&languages.0, project.language());
    coupon.extend(wire::details(&shown.campaign, &gives, name));
    Ok(json(StatusCode::OK, &coupon.into()))
}

async fn redeem(
    State(app): State<Shared>,
    Project(_, project): Project,
    Path((_, code)): Path<(String, String)>,
    languages: Languages,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let user = wire::redeemer(&body).map_err(Problem::invalid)?;
    let shown = coupon::redeem(&app, project.id, code, user).await?;
    let gives = gives(&shown, &project, &languages);
    let coupon = wire::coupon(&shown.coupon, &shown.campaign, &gives, app.now(project.id));
    Ok(json(StatusCode::OK, &coupon.into()))
}

impl From<CouponError> for Problem {
    fn from(e: CouponError) -> Self {
        match e {
            CouponError::Store(e) => e.into(),
            CouponError::NotYours => Problem::forbidden(),
            CouponError::NotFound => Problem::not_found(coupon::NOT_FOUND),
            CouponError::Refused(why) => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, why.to_string()),
            CouponError::TooMuch => {
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "The user cannot have more than 1000000000")
            }
            CouponError::Faults(faults) => Problem::invalid(faults),
        }
    }
}
