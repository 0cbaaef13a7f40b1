//! The Store API under many at one time: virtual currency is spent once, and no
//! line of a cart is lost. Buying the last of something is in `purchase_races`.
//!
//! `COINSLOT_BURSTS=2000` makes so many bursts of each kind on each engine.

use coinslot_tests::races::{AT_ONCE, ask, bursts, call};
use coinslot_tests::{Engine, World};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::task::JoinSet;

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
