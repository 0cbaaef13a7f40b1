//! Promotions.

use super::Merchant;
use crate::body::{JsonBody, json, query};
use crate::{Answer, AnswerBody, Auth, Problem, Route};
use axum::extract::{Path, RawQuery, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::{MethodRouter, get, put};
use coinslot_app::Shared;
use coinslot_app::promotion::{self, PromotionError, READ_ONLY, Seen};
use coinslot_domain::id::{MerchantId, PromotionId};
use coinslot_wire::page::{self, CREATED, PAGE};
use coinslot_wire::promotion as wire;
use coinslot_wire::shape::{Shape, Violation};
use serde_json::{Value, json};

const EXAMPLE: &str = r#"{
    "technical_name": "spring_sale", "project_id": 18404, "name": { "en": "Spring sale" },
    "description": { "en": "Everything is cheaper until May" }, "label": { "en": "-10 %" }
}"#;
const WHOLE: &str = r#"{
    "id": 100000001, "technical_name": "spring_sale", "project_id": 18404, "label": { "en": "-10 %" },
    "name": { "en": "Spring sale" }, "description": {}, "read_only": false, "enabled": true
}"#;
const LIST: &str = r#"[{
    "id": 100000001, "technical_name": "spring_sale", "project": { "id": 18404, "name": "Starfall" },
    "datetime": { "from": "2026-03-01T00:00:00+00:00", "to": "2026-05-01T00:00:00+00:00" },
    "enabled": true, "is_active": true, "is_infinite": false, "read_only": true
}]"#;
const SUBJECT: &str = r#"{ "purchase": false, "items": [{ "sku": "sword" }], "packages": [1] }"#;
const SUBJECT_WHOLE: &str = r#"{
    "id": 100000001, "purchase": false, "items": [{ "sku": "sword" }], "packages": [1], "subscriptions": null,
    "digital_contents": null
}"#;
const PERIODS: &str = r#"{ "periods": [{ "from": "2026-03-01", "to": "2026-05-01" }] }"#;
const PERIODS_WHOLE: &str = r#"{
    "id": 100000001, "periods": [{ "from": "2026-03-01T00:00:00+00:00", "to": "2026-05-01T00:00:00+00:00" }]
}"#;
const REWARDS: &str = r#"{
    "purchase": { "discount_percent": 10 },
    "item": { "discount": [{ "sku": "sword", "discount_percent": 50, "max_amount": 1 }] }
}"#;
const REWARDS_WHOLE: &str = r#"{
    "id": 100000001, "purchase": { "discount_percent": 10 }, "package": null,
    "item": { "discount": [{ "sku": "sword", "discount_percent": 50, "max_amount": 1 }], "bonus": [] },
    "subscription": null
}"#;

const NOT_READY: &str = "The promotion is not ready for launch";

/// The operations here.
pub fn routes() -> Vec<Route> {
    let one = "/merchants/{merchant_id}/promotions/{promotion_id}";
    let show = |name, rest: &str, summary, shape, example, handler: MethodRouter<Shared>| Route {
        name,
        method: Method::GET,
        path: format!("{one}{rest}"),
        auth: Auth::Merchant,
        summary,
        query: None,
        body: None,
        example: None,
        answers: vec![Answer::json(StatusCode::OK, "As it is set up now.", shape, example)],
        handler,
    };
    let set = |name, rest: &str, summary, shape: &'static Shape, example, more: Vec<Answer>, handler| {
        let mut answers = vec![Answer::empty(StatusCode::NO_CONTENT, "Done.")];
        answers.extend(more);
        Route {
            name,
            method: Method::PUT,
            path: format!("{one}{rest}"),
            auth: Auth::Merchant,
            summary,
            query: None,
            body: Some(shape),
            example: Some(example),
            answers,
            handler,
        }
    };
    let read_only = |path| Answer {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        what: "The promotion runs or has run.",
        body: AnswerBody::Faults(vec![Violation::new(path, READ_ONLY)]),
    };
    vec![
        Route {
            name: "promotion_list",
            method: Method::GET,
            path: "/merchants/{merchant_id}/promotions".into(),
            auth: Auth::Merchant,
            summary: "List the promotions of all projects",
            query: Some(&PAGE),
            body: None,
            example: None,
            answers: vec![Answer::json(StatusCode::OK, "Promotions by number.", &wire::LIST, LIST)],
            handler: get(list),
        },
        Route {
            name: "promotion_create",
            method: Method::POST,
            path: "/merchants/{merchant_id}/promotions".into(),
            auth: Auth::Merchant,
            summary: "Make a promotion, which is disabled",
            query: None,
            body: Some(&wire::PROMOTION),
            example: Some(EXAMPLE),
            answers: vec![Answer::json(StatusCode::CREATED, "It is made.", &CREATED, r#"{ "id": 100000001 }"#)],
            handler: axum::routing::post(create),
        },
        show("promotion_get", "", "Show a promotion", &wire::WHOLE, WHOLE, get(find)),
        set(
            "promotion_update",
            "",
            "Change what a promotion is called and whose offers it is about",
            &wire::PROMOTION,
            EXAMPLE,
            vec![read_only("project_id")],
            put(update),
        ),
        Route {
            name: "promotion_delete",
            method: Method::DELETE,
            path: one.into(),
            auth: Auth::Merchant,
            summary: "Delete a promotion, running or not",
            query: None,
            body: None,
            example: None,
            answers: vec![Answer::empty(StatusCode::NO_CONTENT, "It is gone; what was bought with it stays.")],
            handler: axum::routing::delete(delete),
        },
        show(
            "promotion_review",
            "/review",
            "Say what a promotion lacks before it can be enabled",
            &wire::REVIEW,
            r#"[{ "component": "rewards", "message": "Please select a reward" }]"#,
            get(review),
        ),
        Route {
            name: "promotion_toggle",
            method: Method::PUT,
            path: format!("{one}/toggle"),
            auth: Auth::Merchant,
            summary: "Enable a promotion, or disable it again",
            query: None,
            body: None,
            example: None,
            answers: vec![
                Answer::empty(StatusCode::NO_CONTENT, "Done."),
                Answer::error(StatusCode::UNPROCESSABLE_ENTITY, "It lacks something: ask for its review.", NOT_READY),
            ],
            handler: put(toggle),
        },
        show(
            "promotion_subject_get",
            "/subject",
            "Show what a promotion is about",
            &wire::SUBJECT_WHOLE,
            SUBJECT_WHOLE,
            get(subject),
        ),
        set(
            "promotion_subject_set",
            "/subject",
            "Change what a promotion is about",
            &wire::SUBJECT,
            SUBJECT,
            vec![],
            put(set_subject),
        ),
        show(
            "promotion_payment_systems_get",
            "/payment_systems",
            "Show the ways to pay a promotion is limited to",
            &wire::PAYMENT_SYSTEMS_WHOLE,
            r#"{ "id": 100000001, "payment_systems": [{ "id": 24, "name": "PayPal" }] }"#,
            get(payment_systems),
        ),
        set(
            "promotion_payment_systems_set",
            "/payment_systems",
            "Limit a promotion to ways to pay",
            &wire::PAYMENT_SYSTEMS,
            r#"{ "payment_systems": [{ "id": 24 }] }"#,
            vec![read_only("payment_systems")],
            put(set_payment_systems),
        ),
        show(
            "promotion_periods_get",
            "/periods",
            "Show when a promotion runs",
            &wire::PERIODS_WHOLE,
            PERIODS_WHOLE,
            get(periods),
        ),
        set(
            "promotion_periods_set",
            "/periods",
            "Change when a promotion runs",
            &wire::PERIODS,
            PERIODS,
            vec![read_only("periods")],
            put(set_periods),
        ),
        show(
            "promotion_rewards_get",
            "/rewards",
            "Show what a promotion gives",
            &wire::REWARDS_WHOLE,
            REWARDS_WHOLE,
            get(rewards),
        ),
        set(
            "promotion_rewards_set",
            "/rewards",
            "Change what a promotion gives",
            &wire::REWARDS,
            REWARDS,
            vec![],
            put(set_rewards),
        ),
        set(
            "promotion_campaigns_set",
            "/coupons",
            "Keep a promotion for players with coupons of these coupon promotions",
            &wire::CAMPAIGNS,
            r#"{ "campaigns": [100000002] }"#,
            vec![],
            put(set_campaigns),
        ),
    ]
}

/// A promotion of the merchant of the path.
type Id = Path<(String, String)>;

fn id(Path((_, id)): Id) -> Result<PromotionId, Problem> {
    id.parse().map_err(|()| Problem::forbidden())
}

async fn list(State(app): State<Shared>, Merchant(caller): Merchant, raw: RawQuery) -> Result<Response, Problem> {
    let (offset, limit) = page::read(&query(&PAGE, &raw)?);
    let found = promotion::list(&app, caller.merchant, limit, offset).await?;
    let listed = |s: &Seen| wire::listed(&s.promotion, &s.project_name, s.is_active, s.read_only);
    Ok(json(StatusCode::OK, &found.iter().map(listed).collect()))
}

async fn create(
    State(app): State<Shared>,
    Merchant(caller): Merchant,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let body = wire::PromotionBody::read(&body).map_err(Problem::invalid)?;
    let id = promotion::create(&app, caller, body).await?;
    Ok(json(StatusCode::CREATED, &json!({ "id": id.get() })))
}

/// What `view` shows of a promotion.
async fn show(app: &Shared, merchant: MerchantId, of: Id, view: impl Fn(&Seen) -> Value) -> Result<Response, Problem> {
    let seen = promotion::find(app, merchant, id(of)?).await?;
    Ok(json(StatusCode::OK, &view(&seen)))
}

async fn find(State(app): State<Shared>, Merchant(caller): Merchant, of: Id) -> Result<Response, Problem> {
    show(&app, caller.merchant, of, |s| wire::whole(&s.promotion, s.read_only)).await
}

async fn review(State(app): State<Shared>, Merchant(caller): Merchant, of: Id) -> Result<Response, Problem> {
    show(&app, caller.merchant, of, |s| wire::review(&s.promotion.lacks(app.now(s.promotion.project)))).await
}

async fn subject(State(app): State<Shared>, Merchant(caller): Merchant, of: Id) -> Result<Response, Problem> {
    show(&app, caller.merchant, of, |s| wire::subject(&s.promotion)).await
}

async fn payment_systems(State(app): State<Shared>, Merchant(caller): Merchant, of: Id) -> Result<Response, Problem> {
    show(&app, caller.merchant, of, |s| wire::payment_systems_json(&s.promotion, |id| app.known_method(id))).await
}

async fn periods(State(app): State<Shared>, Merchant(caller): Merchant, of: Id) -> Result<Response, Problem> {
    show(&app, caller.merchant, of, |s| wire::periods_json(&s.promotion)).await
}

async fn rewards(State(app): State<Shared>, Merchant(caller): Merchant, of: Id) -> Result<Response, Problem> {
    show(&app, caller.merchant, of, |s| wire::rewards(&s.promotion)).await
}

async fn update(
    State(app): State<Shared>,
    Merchant(caller): Merchant,
    of: Id,
    JsonBody(body): JsonBody,
) -> Result<StatusCode, Problem> {
    let body = wire::PromotionBody::read(&body).map_err(Problem::invalid)?;
    promotion::update(&app, caller, id(of)?, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn delete(State(app): State<Shared>, Merchant(caller): Merchant, of: Id) -> Result<StatusCode, Problem> {
    promotion::delete(&app, caller.merchant, id(of)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn toggle(State(app): State<Shared>, Merchant(caller): Merchant, of: Id) -> Result<StatusCode, Problem> {
    promotion::toggle(&app, caller.merchant, id(of)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn set_subject(
    State(app): State<Shared>,
    Merchant(caller): Merchant,
    of: Id,
    JsonBody(body): JsonBody,
) -> Result<StatusCode, Problem> {
    let body = wire::SubjectBody::read(&body).map_err(Problem::invalid)?;
    promotion::set_subject(&app, caller.merchant, id(of)?, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn set_payment_systems(
    State(app): State<Shared>,
    Merchant(caller): Merchant,
    of: Id,
    JsonBody(body): JsonBody,
) -> Result<StatusCode, Problem> {
    let methods = wire::payment_systems(&body).map_err(Problem::invalid)?;
    promotion::set_payment_systems(&app, caller.merchant, id(of)?, methods).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn set_periods(
    State(app): State<Shared>,
    Merchant(caller): Merchant,
    of: Id,
    JsonBody(body): JsonBody,
) -> Result<StatusCode, Problem> {
    let periods = wire::periods(&body).map_err(Problem::invalid)?;
    promotion::set_periods(&app, caller.merchant, id(of)?, periods).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn set_rewards(
    State(app): State<Shared>,
    Merchant(caller): Merchant,
    of: Id,
    JsonBody(body): JsonBody,
) -> Result<StatusCode, Problem> {
    let body = wire::RewardsBody::read(&body).map_err(Problem::invalid)?;
    promotion::set_rewards(&app, caller.merchant, id(of)?, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn set_campaigns(
    State(app): State<Shared>,
    Merchant(caller): Merchant,
    of: Id,
    JsonBody(body): JsonBody,
) -> Result<StatusCode, Problem> {
    let campaigns = wire::campaigns(&body).map_err(Problem::invalid)?;
    promotion::set_campaigns(&app, caller.merchant, id(of)?, campaigns).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<PromotionError> for Problem {
    fn from(e: PromotionError) -> Self {
        match e {
            PromotionError::Store(e) => e.into(),
            PromotionError::NotYours => Problem::forbidden(),
            PromotionError::NotReady => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, NOT_READY),
            PromotionError::Faults(faults) => Problem::invalid(faults),
        }
    }
}
