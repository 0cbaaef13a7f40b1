//! The Store API under many at one time: the last of something goes once, and
//! virtual currency is spent once.
//!
//! `COINSLOT_BURSTS=2000` makes so many bursts of each kind on each engine.

use axum::body::Body;
use axum::http::Request;
use coinslot_tests::world::{merchant_request, pay_request, player};
use coinslot_tests::{Engine, World};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::task::JoinSet;

const AT_ONCE: usize = 30;

fn bursts() -> usize {
    std::env::var("COINSLOT_BURSTS").ok().and_then(|n| n.parse().ok()).unwrap_or(2)
}

/// Calls the Merchant API below the demo project; the answer, a success.
async fn call(world: &World, method: &str, path: &str, body: Value) -> Value {
    let reply = world.send(merchant_request(method, &format!("/merchant/v2{path}"), &body.to_string())).await;
    assert!(reply.status.is_success(), "{method} {path}: {}", reply.body);
    if reply.body.is_empty() { Value::Null } else { reply.json() }
}

/// A player's call of the Store API.
fn ask(id: &str, method: &str, path: &str, body: &Value) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri(format!("/api/v2/project/18404/{path}"))
        .header("authorization", player(id))
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .unwrap()
}

/// Has each player order through a cart of its own, and then all pay at one
/// time; how many got it. The others are told so and not charged.
async fn burst(world: &Arc<World>, player: impl Fn(usize) -> String, sku: &str) -> usize {
    let mut tokens = Vec::new();
    for i in 0..AT_ONCE {
        let (id, cart) = (player(i), format!("cart-{i}"));
        let fill = json!({"items": [{"sku": sku, "quantity": 1}]});
        let filled = world.send(ask(&id, "PUT", &format!("cart/{cart}/fill"), &fill)).await;
        assert_eq!(filled.status, 200, "{}", filled.body);
        let made = world.send(ask(&id, "POST", &format!("payment/cart/{cart}"), &json!({"sandbox": true}))).await;
        assert_eq!(made.status, 200, "{}", made.body);
        tokens.push(made.json()["token"].as_str().unwrap().to_string());
    }
    let before = world.gateway.charges();
    let mut running = JoinSet::new();
    for token in tokens {
        let world = world.clone();
        running.spawn(async move { world.send(pay_request(&token, "4111111111111111")).await.status.as_u16() });
    }
    let statuses = running.join_all().await;
    assert!(statuses.iter().all(|s| matches!(s, 303 | 422)), "{statuses:?}");
    let won = statuses.iter().filter(|s| **s == 303).count();
    assert_eq!(world.gateway.charges() - before, won, "who did not get it is not charged");
    won
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_last_piece_of_a_limit_goes_once() {
    for engine in Engine::BOTH {
        let world = Arc::new(World::new(engine).await);
        let item = json!({"sku": "one", "name": {"en": "One"}, "prices": {"USD": 1}, "purchase_limit": 1});
        call(&world, "POST", "/projects/18404/virtual_items/items", item).await;
        for round in 0..bursts() {
            let player = format!("player-{round}");
            assert_eq!(burst(&world, |_| player.clone(), "one").await, 1, "{engine:?} round {round}");
            let path = format!("/projects/18404/users/{player}/virtual_items?limit=9&offset=0");
            let owned = call(&world, "GET", &path, Value::Null).await;
            assert_eq!(owned[0]["amount"], 1, "{engine:?} round {round}");
        }
        world.check_books().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_last_key_goes_once() {
    for engine in Engine::BOTH {
        let world = Arc::new(World::new(engine).await);
        let game = json!({
            "sku": "quest", "name": {"en": "Quest"}, "default_currency": "USD", "obtain_code_from_db": true,
            "drm": [{"id": 1, "enabled": true, "prices": {"USD": 5}}],
        });
        let id = call(&world, "POST", "/projects/18404/game_delivery", game).await["id"].clone();
        for round in 0..bursts() {
            let keys = json!({"drm_id": 1, "keys": [format!("KEY-{round}")]});
            call(&world, "POST", &format!("/projects/18404/game_delivery/{id}/keys"), keys).await;
            let won = burst(&world, |i| format!("player-{round}-{i}"), "quest_steam").await;
            assert_eq!(won, 1, "{engine:?} round {round}");
        }
        let game = call(&world, "GET", &format!("/projects/18404/game_delivery/{id}"), Value::Null).await;
        let codes = &game["drm"][0]["codes"];
        assert_eq!((&codes["active"], &codes["used"]), (&json!(0), &json!(bursts())), "{engine:?}");
        world.check_books().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn virtual_currency_is_spent_once() {
    for engine in Engine::BOTH {
        let world = Arc::new(World::new(engine).await);
        let item = json!({"sku": "hat", "name": {"en": "Hat"}, "virtual_currency_price": 50});
        call(&world, "POST", "/projects/18404/virtual_items/items", item).await;
        for round in 0..bursts() {
            let id = format!("player-{round}");
            call(&world, "POST", "/projects/18404/users", json!({"user_id": id})).await;
            call(&world, "POST", &format!("/projects/18404/users/{id}/recharge"), json!({"amount": 120})).await;
            let mut running = JoinSet::new();
            for _ in 0..AT_ONCE {
                let (world, id) = (world.clone(), id.clone());
                running.spawn(async move {
                    let request = ask(&id, "POST", "payment/item/hat/virtual/virtual_currency", &json!({}));
                    world.send(request).await.status.as_u16()
                });
            }
            let statuses = running.join_all().await;
            assert!(statuses.iter().all(|s| matches!(s, 200 | 422)), "{statuses:?}");
            let won = statuses.iter().filter(|s| **s == 200).count();
            assert_eq!(won, 2, "{engine:?}: two hats for a hundred of a hundred and twenty");
            let player = call(&world, "GET", &format!("/projects/18404/users/{id}"), Value::Null).await;
            assert_eq!(player["balance"], 20, "{engine:?}: {player}");
            let path = format!("/projects/18404/users/{id}/virtual_items?limit=9&offset=0");
            assert_eq!(call(&world, "GET", &path, Value::Null).await[0]["amount"], 2, "{engine:?}");
        }
        world.check_books().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_cart_that_many_fill_at_one_time_has_everything() {
    for engine in Engine::BOTH {
        let world = Arc::new(World::new(engine).await);
        for i in 0..AT_ONCE {
            let item = json!({"sku": format!("item-{i}"), "name": {"en": "Item"}, "prices": {"USD": 1}});
            call(&world, "POST", "/projects/18404/virtual_items/items", item).await;
        }
        let mut running = JoinSet::new();
        for i in 0..AT_ONCE {
            let world = world.clone();
            running.spawn(async move {
                let request = ask("p", "PUT", &format!("cart/item/item-{i}"), &json!({"quantity": i + 1}));
                world.send(request).await.status.as_u16()
            });
        }
        assert!(running.join_all().await.iter().all(|s| *s == 204));
        let cart = world.send(ask("p", "GET", "cart", &json!({}))).await.json();
        assert_eq!(cart["items"].as_array().unwrap().len(), AT_ONCE, "{engine:?}");
        assert_eq!(cart["price"]["amount"], "465.00", "{engine:?}");
    }
}
