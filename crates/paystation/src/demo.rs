//! The demo shop of `coinslot dev`: a small game with a Buy button, and beside
//! it everything its server is told. It uses the widget as any game would.

use crate::http::{self, Refused, Visit};
use crate::locale::{LOCALES, Locale};
use askama::Template;
use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use coinslot_app::Shared;
use coinslot_app::demo;
use coinslot_app::gift;
use coinslot_app::port::Caught;
use http_body_util::{BodyExt, Limited};
use serde_json::{Value, json};

type Answer = Result<Response, Refused>;

/// The demo shop. Only a development server has it: whoever can open it can
/// give the demo project's payments back.
pub fn demo_router(app: Shared) -> Router {
    Router::new()
        .route("/", get(async || Redirect::to("/demo")))
        .route("/demo", get(shop))
        .route("/demo/buy", post(buy))
        .route("/demo/state", get(state))
        .route("/demo/webhooks", get(webhooks))
        .route(demo::WEBHOOK_PATH, post(receive).get(friends))
        .route("/demo/refund", post(refund))
        .route("/demo/mail", get(mail))
        .route("/demo/mail.json", get(mail_json))
        .route("/demo/art/{file}", get(art))
        .with_state(app)
}

struct OfferView {
    index: usize,
    name: &'static str,
    gems: String,
    bonus: i64,
    price: String,
    best: bool,
}

#[derive(Template)]
#[template(path = "demo.html")]
struct DemoPage<'a> {
    offers: Vec<OfferView>,
    languages: &'static [Locale],
    public_url: &'a str,
    merchant: i64,
    project: i64,
    key: &'static str,
    secret: &'static str,
    player: &'static str,
}

fn thousands(n: i64) -> String {
    if n >= 1000 { format!("{},{:03}", n / 1000, n % 1000) } else { n.to_string() }
}

/// `GET /demo`
async fn shop(State(app): State<Shared>) -> Response {
    let offer = |(index, o): (usize, &demo::Offer)| OfferView {
        index,
        name: o.name,
        gems: thousands(o.gems),
        bonus: o.bonus,
        price: format!("${}.{:02}", o.cents / 100, o.cents % 100),
        best: index == 1,
    };
    let page = DemoPage {
        offers: demo::OFFERS.iter().enumerate().map(offer).collect(),
        languages: LOCALES,
        public_url: &app.public_url,
        merchant: demo::MERCHANT,
        project: demo::PROJECT,
        key: demo::API_KEY,
        secret: demo::SECRET,
        player: demo::PLAYER,
    };
    // The shop shows the payment page in a frame.
    let policy = [&http::policy(&["'none'".into()]), "; frame-src 'self'"].concat();
    http::page(StatusCode::OK, &policy, page.render())
}

/// `POST /demo/buy`
async fn buy(State(app): State<Shared>, request: Request) -> Answer {
    let visit = Visit::of_form(request).await?;
    let offer = visit.params.get("offer").and_then(|o| o.parse().ok()).unwrap_or_default();
    let language = visit.params.get("language").unwrap_or("en");
    let token = demo::buy(&app, offer, language, visit.params.get("theme"), visit.params.get("country")).await;
    Ok(match token {
        Ok(token) if visit.wants_json => http::json(StatusCode::OK, &json!({"token": token})),
        Ok(token) => http::see_other(&http::link(crate::pages::ENTRY, &[("access_token", &token)])),
        Err(e) => http::json(StatusCode::UNPROCESSABLE_ENTITY, &json!({"error": e})),
    })
}

/// `GET /demo/state`
async fn state(State(app): State<Shared>) -> Response {
    match demo::gems(&app).await {
        Ok(gems) => http::json(StatusCode::OK, &json!({"gems": gems})),
        Err(e) => failed(&e.to_string()),
    }
}

/// `GET /demo/webhooks?after=…`: what was sent from a moment on, in
/// microseconds. Listed twice is fine, the page knows them by number.
async fn webhooks(State(app): State<Shared>, request: Request) -> Response {
    let visit = Visit::of_query(&request);
    let after: i64 = visit.params.get("after").and_then(|a| a.parse().ok()).unwrap_or_default();
    let exchanges = match demo::exchanges(&app).await {
        Ok(exchanges) => exchanges,
        Err(e) => return failed(&e.to_string()),
    };
    let list: Vec<Value> = exchanges.into_iter().filter(|e| e.at.0 >= after).map(exchange).collect();
    http::json(StatusCode::OK, &json!({"exchanges": list}))
}

fn exchange(e: demo::Exchange) -> Value {
    json!({
        "id": e.id,
        "at": e.at.0,
        "time": e.at.rfc3339(),
        "notification": e.notification,
        "attempt": e.attempt,
        "status": e.status,
        "error": e.error,
        "took_ms": e.took_ms,
        "request": e.request,
        "answer": e.answer,
        "signature": e.signature,
    })
}

/// `POST /demo/webhook`: the game's own server, which is told what happens.
async fn receive(request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let signature = parts.headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
    let body = match Limited::new(body, 1 << 20).collect().await {
        Ok(body) => body.to_bytes(),
        Err(_) => return http::plain(StatusCode::BAD_REQUEST, "The webhook did not arrive whole"),
    };
    let (status, answer) = demo::receive(signature, &body);
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, "application/json")], answer).into_response()
}

/// `GET /demo/webhook`: the same, which is asked for friends of the player.
async fn friends(request: Request) -> Response {
    match gift::answer_friends(request.uri().query().unwrap_or_default(), demo::SECRET) {
        Some((status, answer)) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, [(header::CONTENT_TYPE, "application/json")], answer).into_response()
        }
        None => http::plain(StatusCode::METHOD_NOT_ALLOWED, "Webhooks are sent with POST"),
    }
}

/// `POST /demo/refund`
async fn refund(State(app): State<Shared>, request: Request) -> Answer {
    let visit = Visit::of_form(request).await?;
    let transaction = visit.params.get("transaction_id").and_then(|t| t.parse().ok()).unwrap_or_default();
    let amount = visit.params.get("amount").map(str::to_string);
    Ok(match demo::refund(&app, transaction, amount).await {
        Ok(()) => http::json(StatusCode::OK, &json!({})),
        Err(e) => http::json(StatusCode::UNPROCESSABLE_ENTITY, &json!({"error": e})),
    })
}

/// `GET /demo/art/{file}`: a picture of the shop. Games show them on their own
/// pages, so any page may.
async fn art(Path(file): Path<String>) -> Response {
    match crate::art::picture(&file) {
        Some(picture) => {
            let headers = [
                (header::CONTENT_TYPE, "image/svg+xml"),
                (header::CACHE_CONTROL, "public, max-age=86400"),
                (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            ];
            (headers, picture).into_response()
        }
        None => http::plain(StatusCode::NOT_FOUND, "There is no such picture"),
    }
}

#[derive(Template)]
#[template(path = "mail.html")]
struct MailPage {
    caught: Vec<Caught>,
}

fn caught(app: &Shared) -> Option<Vec<Caught>> {
    app.post.as_ref().and_then(|post| post.caught())
}

/// `GET /demo/mail`: letters that were caught.
async fn mail(State(app): State<Shared>) -> Response {
    let Some(caught) = caught(&app) else {
        return http::plain(StatusCode::NOT_FOUND, "This server sends its mail, and keeps none of it to look at");
    };
    http::page(StatusCode::OK, &http::policy(&["'none'".into()]), MailPage { caught }.render())
}

/// `GET /demo/mail.json`: the same for tests, the newest first.
async fn mail_json(State(app): State<Shared>) -> Response {
    let letter = |c: Caught| json!({"to": c.to, "subject": c.subject, "text": c.text});
    let letters: Vec<Value> = caught(&app).unwrap_or_default().into_iter().map(letter).collect();
    http::json(StatusCode::OK, &json!({"letters": letters}))
}

fn failed(error: &str) -> Response {
    http::json(StatusCode::SERVICE_UNAVAILABLE, &json!({"error": error}))
}
