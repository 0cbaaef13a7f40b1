//! Coupons, and the coupon promotions that they come from.

use super::Merchant;
use crate::body::{JsonBody, json, query};
use crate::{Answer, AnswerBody, Auth, Problem, Route};
use axum::extract::{Path, RawQuery, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use coinslot_app::Shared;
use coinslot_app::coupon::{self, CouponError};
use coinslot_domain::coupon::Campaign;
use coinslot_domain::id::CampaignId;
use coinslot_wire::coupon as wire;
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

impl From<CouponError> for Problem {
    fn from(e: CouponError) -> Self {
        match e {
            CouponError::Store(e) => e.into(),
            CouponError::NotYours => Problem::forbidden(),
            CouponError::NotFound => Problem::not_found("Coupon with specified code does not exist."),
            CouponError::Faults(faults) => Problem::invalid(faults),
        }
    }
}
