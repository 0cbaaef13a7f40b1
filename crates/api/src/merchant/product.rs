//! Subscription products.

use super::Project;
use crate::body::{JsonBody, json, query};
use crate::{Answer, Auth, Problem, Route};
use axum::extract::{Path, RawQuery, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use coinslot_app::Shared;
use coinslot_app::product::{self, ProductError};
use coinslot_domain::id::ProductId;
use coinslot_wire::product::{
    BODY, CREATED, LIST, ListQuery, PRODUCT, PRODUCTS, ProductBody, listed_json, product_json,
};
use serde_json::{Value, json};

const BODY_EXAMPLE: &str = r#"{ "name": "Demo Product", "group_id": "USA Products" }"#;
const EXAMPLE: &str = r#"{ "id": "64", "name": "Demo Product", "group_id": "USA Products" }"#;
const LISTED: &str = r#"[{ "id": 64, "group_id": "USA Products", "name": "Demo Product" }]"#;

fn no_product() -> Answer {
    let message = "Product with specified ID does not exist.";
    Answer::error(StatusCode::NOT_FOUND, "The project has no such product.", message)
}

/// The operations here.
pub fn routes() -> Vec<Route> {
    let path = |rest: &str| format!("/projects/{{project_id}}/subscriptions/products{rest}");
    let remove = |name, path, summary| Route {
        name,
        method: Method::DELETE,
        path,
        auth: Auth::Merchant,
        summary,
        query: None,
        body: None,
        example: None,
        answers: vec![
            Answer::empty(StatusCode::NO_CONTENT, "It is gone; its plans and their subscriptions stay."),
            no_product(),
        ],
        handler: delete(self::remove),
    };
    vec![
        Route {
            name: "product_create",
            method: Method::POST,
            path: path(""),
            auth: Auth::Merchant,
            summary: "Make a subscription product",
            query: None,
            body: Some(&BODY),
            example: Some(BODY_EXAMPLE),
            answers: vec![Answer::json(
                StatusCode::CREATED,
                "The product's id.",
                &CREATED,
                r#"{ "product_id": "64" }"#,
            )],
            handler: post(create),
        },
        Route {
            name: "product_list",
            method: Method::GET,
            path: path(""),
            auth: Auth::Merchant,
            summary: "List subscription products",
            query: Some(&LIST),
            body: None,
            example: None,
            answers: vec![Answer::json(StatusCode::OK, "Products, in the order of their ids.", &PRODUCTS, LISTED)],
            handler: get(list),
        },
        Route {
            name: "product_update",
            method: Method::PUT,
            path: path("/{product_id}"),
            auth: Auth::Merchant,
            summary: "Change a subscription product",
            query: None,
            body: Some(&BODY),
            example: Some(BODY_EXAMPLE),
            answers: vec![Answer::json(StatusCode::OK, "The product as it is now.", &PRODUCT, EXAMPLE), no_product()],
            handler: put(update),
        },
        remove("product_delete", path("/{product_id}"), "Delete a subscription product"),
        remove(
            "product_delete_older",
            path("/{product_id}/delete"),
            "Delete a subscription product, at the path that older clients know",
        ),
    ]
}

async fn create(
    State(app): State<Shared>,
    Project(_, project): Project,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let body = ProductBody::read(&body).map_err(Problem::invalid)?;
    let id = product::create(&app, project.id, body).await?;
    Ok(json(StatusCode::CREATED, &json!({ "product_id": id.to_string() })))
}

async fn list(State(app): State<Shared>, Project(_, project): Project, raw: RawQuery) -> Result<Response, Problem> {
    let wanted = ListQuery::read(&query(&LIST, &raw)?);
    let products: Value = product::list(&app, project.id, wanted).await?.iter().map(listed_json).collect();
    Ok(json(StatusCode::OK, &products))
}

async fn update(
    State(app): State<Shared>,
    Project(_, project): Project,
    Path((_, id)): Path<(String, String)>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let body = ProductBody::read(&body).map_err(Problem::invalid)?;
    let product = product::update(&app, project.id, product_id(&id)?, body).await?;
    Ok(json(StatusCode::OK, &product_json(&product)))
}

async fn remove(
    State(app): State<Shared>,
    Project(_, project): Project,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    product::delete(&app, project.id, product_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn product_id(text: &str) -> Result<ProductId, ProductError> {
    text.parse().map_err(|()| ProductError::NotFound)
}

impl From<ProductError> for Problem {
    fn from(e: ProductError) -> Self {
        match e {
            ProductError::Store(e) => e.into(),
            ProductError::NotFound => Problem::not_found(e.to_string()),
        }
    }
}
