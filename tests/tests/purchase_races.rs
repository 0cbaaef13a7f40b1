//! Thirty players want the last of something at one time: one gets it, and
//! nobody else is charged.
//!
//! `COINSLOT_BURSTS=2000` makes so many bursts of each kind on each engine.

use coinslot_tests::races::{Way, burst, bursts, call};
use coinslot_tests::{Engine, World};
use serde_json::{Value, json};
use std::sync::Arc;

/// Each way on each engine, where payments are taken at once and where they are
/// taken step by step.
async fn each(ways: [Way; 2]) -> Vec<(Engine, Way, Arc<World>)> {
    let mut all = Vec::new();
    for engine in Engine::BOTH {
        for way in ways.clone() {
            for at_once in [true, false] {
                let world = Arc::new(World::new(engine).await);
                if at_once {
                    world.gateway.answer_at_once();
                }
                all.push((engine, way.clone(), world));
            }
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_last_piece_of_a_limit_goes_once() {
    let token = Way::Token(json!({"virtual_items": {"items": [{"sku": "one", "amount": 1}]}}));
    for (engine, way, world) in each([token, Way::Cart("one")]).await {
        let item = json!({"sku": "one", "name": {"en": "One"}, "prices": {"USD": 1}, "purchase_limit": 1});
        call(&world, "POST", "/projects/18404/virtual_items/items", item).await;
        for round in 0..bursts() {
            let player = format!("player-{round}");
            assert_eq!(burst(&world, |_| player.clone(), &way).await, 1, "{engine:?} {way:?} round {round}");
            let path = format!("/projects/18404/users/{player}/virtual_items?limit=9&offset=0");
            let owned = call(&world, "GET", &path, Value::Null).await;
            assert_eq!(owned[0]["amount"], 1, "{engine:?} round {round}");
        }
        world.check_books().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_last_key_goes_once() {
    let token = Way::Token(json!({"pin_codes": {"codes": [{"digital_content": "quest", "drm": "steam"}]}}));
    for (engine, way, world) in each([token, Way::Cart("quest_steam")]).await {
        let game = json!({
            "sku": "quest", "name": {"en": "Quest"}, "default_currency": "USD", "obtain_code_from_db": true,
            "drm": [{"id": 1, "enabled": true, "prices": {"USD": 5}}],
        });
        let id = call(&world, "POST", "/projects/18404/game_delivery", game).await["id"].clone();
        for round in 0..bursts() {
            let keys = json!({"drm_id": 1, "keys": [format!("KEY-{round}")]});
            call(&world, "POST", &format!("/projects/18404/game_delivery/{id}/keys"), keys).await;
            let won = burst(&world, |i| format!("player-{round}-{i}"), &way).await;
            assert_eq!(won, 1, "{engine:?} {way:?} round {round}");
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
            let way = Way::Token(json!({
                "virtual_items": {"items": [{"sku": "hat", "amount": 1}]},
                "coupon_code": {"value": format!("HALF{round}")},
            }));
            let won = burst(&world, |i| format!("player-{round}-{i}"), &way).await;
            assert_eq!(won, 1, "{engine:?} round {round}");
            assert_eq!(world.gateway.taken() - taken, 500, "{engine:?}: at half the price");
        }
        world.check_books().await;
    }
}
