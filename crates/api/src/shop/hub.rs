//! The Distribution Hub: a partner brings players, orders what it sells to them,
//! and pushes the payment, or that it was given back.

use super::body::{ShopBody, json};
use super::caller::{From, Player as AsPlayer};
use super::cart::{BOTH, Own};
use super::fault::{
    self, INVALID_CART, INVALID_ITEM, IS_FREE, LIMIT, NO_CODE, NO_ORDER, NO_PLAYER, NO_PRICE, NOT_ACTIVE, OUTDATED,
    OWNED, Of, TOO_FEW, TOO_LITTLE, USED_UP,
};
use super::order::{ordering, single};
use super::{Fault, missing, refused};
use crate::body::{is_packed, whole};
use crate::limit::{Limits, TOO_OFTEN};
use crate::merchant::basic;
use crate::{Answer, AnswerBody, Auth, Route};
use axum::extract::{FromRequest, FromRequestParts, Path, Request, State};
use axum::http::{Method, StatusCode, request::Parts};
use axum::response::Response;
use axum::routing::{get, post};
use coinslot_app::hub::{self, CancelError, PushError, UserError};
use coinslot_app::order::OrderError;
use coinslot_app::{Shared, merchant};
use coinslot_domain::hub::{Partner, Refusal};
use coinslot_domain::id::{OrderId, PartnerId, ProjectId};
use coinslot_domain::merchant::Project;
use coinslot_domain::purchase::Refusal as SaleRefusal;
use coinslot_wire::hub as wire;
use coinslot_wire::shape;
use coinslot_wire::shop::order as of;
use serde_json::{Value, json};
use std::sync::Arc;

const USER: &str = r#"{
    "user": { "email": "email@example.com", "id": "1234567", "ip": "203.0.113.7", "country": "US" }
}"#;
const TOKEN: &str = r#"{ "token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3In0.c2lnbmF0dXJl" }"#;
const ORDER: &str = r#"{ "geotype": 100000001, "currency": "USD", "quantity": 1 }"#;
const MADE: &str = r#"{
    "order_id": 100000002,
    "billing_info": {
        "price": { "amount": 1480.45, "currency": "USD" },
        "indirect_taxes": [{ "name": "VAT", "amount": 246.74, "rate": 20 }],
        "direct_taxes": []
    }
}"#;
const SHOWN: &str = r#"{
    "order_id": 100000002, "status": "done",
    "content": {
        "price": { "amount": "9.98", "amount_without_discount": "9.98", "currency": "USD" },
        "virtual_price": null, "is_free": false,
        "items": [{
            "sku": "com.example.sword", "quantity": 2, "is_free": false,
            "price": { "amount": "4.99", "amount_without_discount": "4.99", "currency": "USD" }
        }]
    },
    "keys": [{ "name": "Quest", "drm": "Steam", "key": "AAAA-BBBB" }]
}"#;
const PAY: &str = r#"{
    "project_id": 18404,
    "payment": {
        "geotype_id": 100000001, "amount": 10, "currency": "USD", "ps_transaction_id": "ps_transaction_id"
    },
    "purchase": { "order_id": 1334430 },
    "user": { "id": "s.ivanov" }
}"#;
const PAID: &str = r#"{ "payment_id": 784998484 }"#;
const CANCEL: &str = r#"{ "payment_id": 784998479 }"#;

/// Said to who is no partner that may do this.
const DENIED: &str = "Access denied";
/// Said of a partner that is not there.
const NO_PARTNER: &str = "Distribution partner not found";
/// Said of a player whom the game does not know.
const NO_USER: &str = "Could not find the user";
/// Said when the game does not answer.
const NO_ANSWER: &str = "The game did not answer whether it knows the user";
/// Said of a payment that is not there.
const NO_PAYMENT: &str = "Payment not found";
const IS_PAID: &str = "The order is paid already";
const IS_CANCELED: &str = "The payment was cancelled";

/// The operations here.
pub fn routes() -> Vec<Route> {
    let in_project = |rest: &str| format!("/v2/project/{{project_id}}/distribution_hub/{rest}");
    let denied = |status| Answer {
        status,
        what: "Credentials are missing or wrong, or of a partner that may not do this.",
        body: AnswerBody::Fault(1024, DENIED),
    };
    let conflict =
        |code, what, text| Answer { status: StatusCode::CONFLICT, what, body: AnswerBody::Fault(code, text) };
    let order = |name, path: &str, summary, first: Answer, handler| Route {
        name,
        method: Method::POST,
        path: in_project(path),
        auth: Auth::Player,
        summary,
        query: None,
        body: Some(&wire::ORDER),
        example: Some(ORDER),
        answers: vec![
            Answer::json(StatusCode::OK, "The order, and what to charge for it.", &wire::MADE_ORDER, MADE),
            first,
            missing(1801, "There is no such partner.", NO_PARTNER),
            refused(1421, "Something in it costs nothing.", IS_FREE),
            refused(1424, "There are fewer keys of a game than ordered.", TOO_FEW),
            refused(1460, "The player may not buy as many.", LIMIT),
            refused(1468, "The player can have it once, and has it.", OWNED),
            refused(1700, "The project is not active, and the partner's money is real.", NOT_ACTIVE),
            refused(4054, "Not everything has a price in the currency that is asked for.", NO_PRICE),
            refused(9804, "The code was used as often as it can be.", USED_UP),
            refused(9810, "It is too late for the code.", OUTDATED),
            missing(9807, "There is no such code.", NO_CODE),
        ],
        handler,
    };
    let bad_request = || Answer {
        status: StatusCode::BAD_REQUEST,
        what: "The body is not JSON or has faults.",
        body: AnswerBody::Fault(1102, "Unprocessable Entity. The property `payment_id` is required"),
    };
    let of_cart = |(named, part): (bool, &str)| {
        let invalid = refused(1401, "Something in the cart cannot be sold so.", INVALID_CART);
        let name = if named { "hub_order_create_by_cart_id" } else { "hub_order_create" };
        order(name, &format!("payment/cart{part}"), "Order what is in a cart, to sell it", invalid, post(cart))
    };
    vec![
        Route {
            name: "hub_user_auth",
            method: Method::POST,
            path: in_project("user/auth"),
            auth: Auth::Partner,
            summary: "Ask the game whether it knows a player, for a token that fills carts and makes orders",
            query: None,
            body: Some(&wire::USER),
            example: Some(USER),
            answers: vec![
                Answer::json(StatusCode::OK, "The player's token.", &wire::TOKEN, TOKEN),
                denied(StatusCode::UNAUTHORIZED),
                missing(5008, "The game does not know the player.", NO_USER),
                Answer {
                    status: StatusCode::BAD_GATEWAY,
                    what: "The game did not answer.",
                    body: AnswerBody::Fault(1103, NO_ANSWER),
                },
            ],
            handler: post(user_auth),
        },
        of_cart(BOTH[0]),
        of_cart(BOTH[1]),
        order(
            "hub_order_create_with_item",
            "payment/item/{item_sku}",
            "Order one thing, to sell it",
            refused(1411, "It is not there, or cannot be sold so.", INVALID_ITEM),
            post(item),
        ),
        Route {
            name: "hub_order_get",
            method: Method::GET,
            path: in_project("order/{order_id}"),
            auth: Auth::Player,
            summary: "Show an order that a partner sells, and its keys once it is paid",
            query: None,
            body: None,
            example: None,
            answers: vec![
                Answer::json(StatusCode::OK, "The order.", &of::ORDER, SHOWN),
                missing(9001, "There is no such order, or it is another player's.", NO_ORDER),
            ],
            handler: get(find),
        },
        Route {
            name: "hub_pay",
            method: Method::POST,
            path: "/push-payments/pay".into(),
            auth: Auth::Partner,
            summary: "Say that a player was charged for an order, which is handed out",
            query: None,
            body: Some(&wire::PAY),
            example: Some(PAY),
            answers: vec![
                Answer::json(StatusCode::OK, "The payment; the same for the same transaction.", &wire::PAID, PAID),
                bad_request(),
                denied(StatusCode::FORBIDDEN),
                missing(9001, "There is no such order.", NO_ORDER),
                conflict(6001, "It is paid, by another transaction.", IS_PAID),
                conflict(6002, "It was paid, and that was cancelled.", IS_CANCELED),
                refused(1102, "Player, currency or amount are not the order's.", "The amount is not the order's"),
                refused(1411, "What was ordered is not sold any more.", INVALID_ITEM),
                refused(1424, "There are fewer keys of a game than ordered.", TOO_FEW),
                refused(1460, "The player may not buy as many.", LIMIT),
                refused(1468, "The player can have it once, and has it.", OWNED),
                refused(4054, "What was ordered has no price any more.", NO_PRICE),
                refused(5006, "The player has too little virtual currency.", TOO_LITTLE),
                refused(9804, "The code was used as often as it can be.", USED_UP),
                refused(9810, "It is too late for the code.", OUTDATED),
                missing(9807, "There is no such code any more.", NO_CODE),
            ],
            handler: post(pay),
        },
        Route {
            name: "hub_cancel",
            method: Method::POST,
            path: "/push-payments/cancel".into(),
            auth: Auth::Partner,
            summary: "Say that a payment did not come or was given back; what it paid is taken back",
            query: None,
            body: Some(&wire::CANCEL),
            example: Some(CANCEL),
            answers: vec![
                Answer::json(StatusCode::OK, "It is cancelled.", &wire::CANCELED, "{}"),
                bad_request(),
                denied(StatusCode::FORBIDDEN),
                missing(9001, "The partner has no such payment.", NO_PAYMENT),
                conflict(6002, "It was cancelled before.", IS_CANCELED),
            ],
            handler: post(cancel),
        },
    ]
}

/// The partner that calls.
async fn calling(parts: &Parts, app: &Shared, status: StatusCode) -> Result<Partner, Fault> {
    let denied = || Fault::new(status, 1024, DENIED);
    let (number, key) = basic(&parts.headers).ok_or_else(denied)?;
    let id = PartnerId::new(number).ok_or_else(denied)?;
    let partner = hub::authenticate(app, id, &key).await?.ok_or_else(denied)?;
    match parts.extensions.get::<Arc<Limits>>().map(|limits| limits.of_partner(id)) {
        Some(Err(seconds)) => Err(Fault::new(StatusCode::TOO_MANY_REQUESTS, 1000, TOO_OFTEN).after(seconds)),
        _ => Ok(partner),
    }
}

/// A partner, and the project of the path, for which it sells.
struct Seller(Arc<Project>, Partner);

impl FromRequestParts<Shared> for Seller {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Fault> {
        let partner = calling(parts, app, StatusCode::UNAUTHORIZED).await?;
        let denied = || Fault::new(StatusCode::UNAUTHORIZED, 1024, DENIED);
        let path = super::caller::project_in_path(parts, app).await;
        // A project that is not there looks like one for which it does not sell.
        let id: ProjectId = path.filter(|id| *id == partner.project).ok_or_else(denied)?;
        let project = merchant::anyones(app, id).await?.ok_or_else(denied)?;
        Ok(Seller(project, partner))
    }
}

/// A partner that pushes a payment. It is never asked for credentials: whoever
/// has none is denied.
struct Pusher(Partner);

impl FromRequestParts<Shared> for Pusher {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Fault> {
        calling(parts, app, StatusCode::FORBIDDEN).await.map(Pusher)
    }
}

/// What a partner pushes. What is wrong with it is a bad request.
struct Push(Value);

impl<S: Send + Sync> FromRequest<S> for Push {
    type Rejection = Fault;

    async fn from_request(request: Request, _: &S) -> Result<Self, Fault> {
        let is_packed = is_packed(request.headers());
        let bytes = whole(request.into_body()).await?;
        if is_packed && !bytes.is_empty() {
            let message = "The request body must not be compressed: no Content-Encoding is supported";
            return Err(Fault::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, 1000, message));
        }
        shape::parse(&bytes).map(Push).map_err(|e| Fault::new(StatusCode::BAD_REQUEST, 1102, e.to_string()))
    }
}

fn bad_request(violations: Vec<shape::Violation>) -> Fault {
    Fault::invalid(violations).with_status(StatusCode::BAD_REQUEST)
}

async fn user_auth(
    State(app): State<Shared>,
    Seller(project, partner): Seller,
    ShopBody(body): ShopBody,
) -> Result<Response, Fault> {
    let player = wire::user(&body).map_err(Fault::invalid)?;
    let token = hub::user_token(&app, &project, &partner, player).await.map_err(|e| match e {
        UserError::Unknown => Fault::new(StatusCode::NOT_FOUND, 5008, NO_USER),
        UserError::NoAnswer => Fault::new(StatusCode::BAD_GATEWAY, 1103, NO_ANSWER),
        UserError::Store(e) => e.into(),
    })?;
    Ok(json(&json!({ "token": token })))
}

/// The partner that a body names.
async fn named(app: &Shared, project: &Project, id: Option<PartnerId>) -> Result<Partner, Fault> {
    let absent = || Fault::new(StatusCode::NOT_FOUND, 1801, NO_PARTNER);
    hub::seller(app, project.id, id.ok_or_else(absent)?).await?.ok_or_else(absent)
}

async fn cart(State(app): State<Shared>, Own(whose): Own, ShopBody(body): ShopBody) -> Result<Response, Fault> {
    // A partner sells to whom it named.
    if whose.known.guest {
        return Err(Fault::no_player(NO_PLAYER));
    }
    let body = wire::OrderBody::read(&body).map_err(Fault::invalid)?;
    let partner = named(&app, &whose.project, body.partner).await?;
    let ordering = ordering(&app, &whose, body.body).await?;
    let made = hub::place(&app, &partner, ordering, body.coins).await.map_err(|e| fault::order(e, Of::Cart))?;
    Ok(json(&wire::made_order_json(made.order, made.price, made.parts.as_ref())))
}

async fn item(
    State(app): State<Shared>,
    AsPlayer(project, known): AsPlayer,
    from: From,
    Path((_, sku)): Path<(String, String)>,
    ShopBody(body): ShopBody,
) -> Result<Response, Fault> {
    let body = wire::OrderBody::read(&body).map_err(Fault::invalid)?;
    let partner = named(&app, &project, body.partner).await?;
    let ordering = single(project, &known, &from, &sku, (&of::OF_ITEM, body.body))?;
    let made = hub::place(&app, &partner, ordering, body.coins).await.map_err(|e| match e {
        OrderError::Refused(SaleRefusal::NotFound(_)) => Fault::refused(1411, INVALID_ITEM),
        e => fault::order(e, Of::Item(&sku)),
    })?;
    Ok(json(&wire::made_order_json(made.order, made.price, made.parts.as_ref())))
}

async fn find(
    State(app): State<Shared>,
    AsPlayer(project, known): AsPlayer,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let absent = || Fault::new(StatusCode::NOT_FOUND, 9001, NO_ORDER);
    let id: OrderId = id.parse().map_err(|()| absent())?;
    let (order, status, keys) = hub::find(&app, project.id, &known.player, id).await?.ok_or_else(absent)?;
    let mut shown = of::order(&order, status);
    if !keys.is_empty() {
        shown["keys"] =
            keys.iter().map(|k| json!({ "name": k.game, "drm": k.place, "key": k.code })).collect::<Vec<_>>().into();
    }
    Ok(json(&shown))
}

async fn pay(State(app): State<Shared>, Pusher(partner): Pusher, Push(body): Push) -> Result<Response, Fault> {
    let claim = wire::pay(&body).map_err(bad_request)?;
    let id = hub::pay(&app, &partner, claim).await.map_err(push_fault)?;
    Ok(json(&json!({ "payment_id": id.get() })))
}

fn push_fault(e: PushError) -> Fault {
    let conflict = |code, text| Fault::new(StatusCode::CONFLICT, code, text);
    let differs = |what: &str| Fault::refused(1102, format!("Unprocessable Entity. {what}"));
    match e {
        PushError::Denied => Fault::new(StatusCode::FORBIDDEN, 1024, DENIED),
        PushError::NoOrder => Fault::new(StatusCode::NOT_FOUND, 9001, NO_ORDER),
        PushError::Refused(Refusal::Paid) => conflict(6001, IS_PAID),
        PushError::Refused(Refusal::Canceled) => conflict(6002, IS_CANCELED),
        PushError::Refused(Refusal::Expired) => differs("The order has expired"),
        PushError::Refused(Refusal::User) => differs("The user is not the order's"),
        PushError::Refused(Refusal::Currency) => differs("The currency is not the order's"),
        PushError::Refused(Refusal::Amount) => differs("The amount is not the order's"),
        PushError::Refused(Refusal::Transaction) => differs("The ps_transaction_id is that of another order"),
        PushError::Sale(SaleRefusal::NoPrice(_)) => Fault::refused(4054, NO_PRICE),
        PushError::Sale(SaleRefusal::NotFound(_)) => Fault::refused(1411, INVALID_ITEM),
        PushError::Sale(why) => fault::order(OrderError::Refused(why), Of::Item("")),
        PushError::TooLittle => Fault::refused(5006, TOO_LITTLE),
        PushError::Disabled => fault::order(OrderError::Disabled, Of::Cart),
        PushError::Store(e) => e.into(),
    }
}

async fn cancel(State(app): State<Shared>, Pusher(partner): Pusher, Push(body): Push) -> Result<Response, Fault> {
    let absent = || Fault::new(StatusCode::NOT_FOUND, 9001, NO_PAYMENT);
    let id = wire::cancel(&body).map_err(bad_request)?.ok_or_else(absent)?;
    hub::cancel(&app, &partner, id).await.map_err(|e| match e {
        CancelError::NotFound => absent(),
        CancelError::Canceled => Fault::new(StatusCode::CONFLICT, 6002, IS_CANCELED),
        CancelError::Store(e) => e.into(),
    })?;
    Ok(json(&json!({})))
}
