//! Virtual currency: settings and packages.

use super::Project;
use crate::body::{JsonBody, json};
use crate::{Answer, AnswerBody, Auth, Problem, Route};
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};
use coinslot_app::{Shared, virtual_currency};
use coinslot_wire::shape::Violation;
use coinslot_wire::virtual_currency::{SETTINGS, SettingsBody, UPDATE};

const EXAMPLE: &str = r#"{
    "vc_name": { "en": "Golden Coins" }, "base": { "USD": 0.04, "EUR": 0.03 }, "default_currency": "USD",
    "min": 0, "max": 0, "is_currency_discrete": true, "allow_user_sum": true,
    "packets": { "USD": [{
        "sku": "coins_100", "amount": 100, "price": 10, "image_url": null, "description": { "en": "Pouch" },
        "label": { "en": "New" }, "bonus": 5, "advertisement_type": "recommended", "enabled": true
    }] }
}"#;
const SHOWN: &str = r#"{
    "id": 18404, "vc_name": { "en": "Golden Coins" }, "base": { "USD": 0.04, "EUR": 0.03 }, "default_currency": "USD",
    "min": 0, "max": 0, "is_currency_discrete": true, "allow_user_sum": true,
    "packets": { "USD": [{
        "id": 100000001, "sku": "coins_100", "amount": 100, "price": 10, "image_url": null,
        "description": { "en": "Pouch" }, "label": { "en": "New" }, "bonus": 5, "advertisement_type": "recommended",
        "enabled": true
    }] },
    "type": "packets"
}"#;

/// The operations here.
pub fn routes() -> Vec<Route> {
    let path = || "/projects/{project_id}/virtual_currency".to_string();
    vec![
        Route {
            name: "virtual_currency_get",
            method: Method::GET,
            path: path(),
            auth: Auth::Merchant,
            summary: "Show the virtual currency and its packages",
            query: None,
            body: None,
            example: None,
            answers: vec![Answer::json(StatusCode::OK, "The settings.", &SETTINGS, SHOWN)],
            handler: get(find),
        },
        Route {
            name: "virtual_currency_update",
            method: Method::PUT,
            path: path(),
            auth: Auth::Merchant,
            summary: "Change the virtual currency and its packages",
            query: None,
            body: Some(&UPDATE),
            example: Some(EXAMPLE),
            answers: vec![
                Answer::empty(StatusCode::NO_CONTENT, "It is changed."),
                Answer {
                    status: StatusCode::UNPROCESSABLE_ENTITY,
                    what: "Two packages have one SKU, or parts of a unit where there are only whole ones.",
                    body: AnswerBody::Faults(vec![Violation::new(
                        "packets.USD[0].sku",
                        "A package with this SKU already exists",
                    )]),
                },
            ],
            handler: put(update),
        },
    ]
}

async fn find(State(app): State<Shared>, Project(_, project): Project) -> Result<Response, Problem> {
    let (settings, packages) = virtual_currency::find(&app, project.id).await?;
    Ok(json(StatusCode::OK, &coinslot_wire::virtual_currency::json(project.id.get(), &settings, &packages)))
}

async fn update(
    State(app): State<Shared>,
    Project(_, project): Project,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let body = SettingsBody::read(&body).map_err(Problem::invalid)?;
    virtual_currency::update(&app, project.id, body).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
