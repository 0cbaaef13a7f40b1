//! Thirty players want the last of something at one time: one gets it, and
//! nobody else is charged.
//!
//! `COINSLOT_BURSTS=2000` makes so many bursts of each kind on each engine.

use coinslot_tests::world::{merchant_request, pay_request};
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

/// Pays a token of each player for the same purchase, all at one time; how many
/// got it. The others are told so and not charged.
async fn burst(world: &Arc<World>, player: impl Fn(usize) -> String, purchase: &Value) -> usize {
    let mut tokens = Vec::new();
    for i in 0..AT_ONCE {
        let body = json!({
            "user": {"id": {"value": player(i)}, "email": {"value": "p@example.com"}},
            "settings": {"project_id": 18404, "mode": "sandbox"},
            "purchase": purchase,
        });
        tokens.push(world.token_of(&body.to_string()).await);
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
            let purchase = json!({"virtual_items": {"items": [{"sku": "one", "amount": 1}]}});
            assert_eq!(burst(&world, |_| player.clone(), &purchase).await, 1, "{engine:?} round {round}");
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
            let purchase = json!({"pin_codes": {"codes": [{"digital_content": "quest", "drm": "steam"}]}});
            let won = burst(&world, |i| format!("player-{round}-{i}"), &purchase).await;
            assert_eq!(won, 1, "{engine:?} round {round}");
        }
        let game = call(&world, "GET", &format!("/projects/18404/game_delivery/{id}"), Value::Null).await;
        let codes = &game["drm"][0]["codes"];
        assert_eq!((&codes["active"], &codes["used"]), (&json!(0), &json!(bursts())), "{engine:?}");
        world.check_books().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_last_use_of_a_coupon_goes_once() {
    for engine in Engine::BOTH {
        let world = Arc::new(World::new(engine).await);
        let item = json!({"sku": "hat", "name": {"en": "Hat"}, "prices": {"USD": 10}});
        call(&world, "POST", "/projects/18404/virtual_items/items", item).await;
        let promotion = json!({"technical_name": "half", "project_id": 18404, "name": {"en": "Half"}});
        let promotion = call(&world, "POST", "/merchants/2340/promotions", promotion).await["id"].clone();
        let of = |part: &str| format!("/merchants/2340/promotions/{promotion}/{part}");
        call(&world, "PUT", &of("rewards"), json!({"purchase": {"discount_percent": 50}})).await;
        call(&world, "PUT", &of("periods"), json!({"periods": [{"from": "2020-01-01"}]})).await;
        for round in 0..bursts() {
            let campaign = json!({
                "campaign_code": format!("C{round}"), "project_id": 18404, "campaign_names": {"en": "Half off"},
                "redeems_count": 1, "expiration_date": "2099-01-01",
            });
            let campaign = call(&world, "POST", "/merchants/2340/coupon_promotions", campaign).await["id"].clone();
            let code = json!({"coupon_code": format!("HALF{round}")});
            call(&world, "POST", &format!("/merchants/2340/coupon_promotions/{campaign}/coupons"), code).await;
            call(&world, "PUT", &of("coupons"), json!({"campaigns": [campaign]})).await;
            if round == 0 {
                call(&world, "PUT", &of("toggle"), json!([])).await;
            }
            let taken = world.gateway.taken();
            let purchase = json!({
                "virtual_items": {"items": [{"sku": "hat", "amount": 1}]},
                "coupon_code": {"value": format!("HALF{round}")},
            });
            let won = burst(&world, |i| format!("player-{round}-{i}"), &purchase).await;
            assert_eq!(won, 1, "{engine:?} round {round}");
            assert_eq!(world.gateway.taken() - taken, 500, "{engine:?}: at half the price");
        }
        world.check_books().await;
    }
}
