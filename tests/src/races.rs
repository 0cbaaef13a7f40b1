//! What tests of races have in common: how many, and how they buy.

use crate::World;
use crate::world::{merchant_request, pay_request, player};
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::task::JoinSet;

/// How many want something at one time.
pub const AT_ONCE: usize = 30;

/// How many times they do: `COINSLOT_BURSTS`, or a few.
pub fn bursts() -> usize {
    std::env::var("COINSLOT_BURSTS").ok().and_then(|n| n.parse().ok()).unwrap_or(2)
}

/// Calls the Merchant API; the answer, a success.
pub async fn call(world: &World, method: &str, path: &str, body: Value) -> Value {
    let reply = world.send(merchant_request(method, &format!("/merchant/v2{path}"), &body.to_string())).await;
    assert!(reply.status.is_success(), "{method} {path}: {}", reply.body);
    if reply.body.is_empty() { Value::Null } else { reply.json() }
}

/// A player's call of the Store API.
pub fn ask(id: &str, method: &str, path: &str, body: &Value) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri(format!("/api/v2/project/18404/{path}"))
        .header("authorization", player(id))
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .unwrap()
}

/// How players come to a token that pays.
#[derive(Clone, Debug)]
pub enum Way {
    /// The game asks for it, with this `purchase`.
    Token(Value),
    /// Each orders one of this SKU through a cart of its own.
    Cart(&'static str),
}

impl Way {
    async fn token(&self, world: &World, id: &str, i: usize) -> String {
        match self {
            Way::Token(purchase) => {
                let body = json!({
                    "user": {"id": {"value": id}, "email": {"value": "p@example.com"}},
                    "settings": {"project_id": 18404, "mode": "sandbox"},
                    "purchase": purchase,
                });
                world.token_of(&body.to_string()).await
            }
            Way::Cart(sku) => {
                let fill = json!({"items": [{"sku": sku, "quantity": 1}]});
                let filled = world.send(ask(id, "PUT", &format!("cart/cart-{i}/fill"), &fill)).await;
                assert_eq!(filled.status, 200, "{}", filled.body);
                let path = format!("payment/cart/cart-{i}");
                let made = world.send(ask(id, "POST", &path, &json!({"sandbox": true}))).await;
                assert_eq!(made.status, 200, "{}", made.body);
                made.json()["token"].as_str().unwrap().to_string()
            }
        }
    }
}

/// Pays for the same thing as each of the players, all at one time; how many
/// got it. The others are told so and not charged.
pub async fn burst(world: &Arc<World>, player: impl Fn(usize) -> String, way: &Way) -> usize {
    let mut tokens = Vec::new();
    for i in 0..AT_ONCE {
        tokens.push(way.token(world, &player(i), i).await);
    }
    let before = captured(world).await;
    let mut running = JoinSet::new();
    for token in tokens {
        let world = world.clone();
        running.spawn(async move { world.send(pay_request(&token, "4111111111111111")).await.status.as_u16() });
    }
    let statuses = running.join_all().await;
    assert!(statuses.iter().all(|s| matches!(s, 303 | 422)), "{statuses:?}");
    let won = statuses.iter().filter(|s| **s == 303).count();
    assert_eq!(captured(world).await - before, won, "who did not get it is not charged");
    won
}

/// How many payments took money. What the provider knows of it is the same, if
/// it is asked at all.
async fn captured(world: &World) -> usize {
    let captured = world.payments().await.iter().filter(|p| p.state.was_captured()).count();
    if !world.gateway.answers_at_once() {
        assert_eq!(world.gateway.charges(), captured, "what was taken is what is noted");
    }
    captured
}
