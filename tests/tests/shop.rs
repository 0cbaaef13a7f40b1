//! The shop of the demo game is made with the published API, once, and whole.

use coinslot::server;
use coinslot_app::demo::OFFERS;
use coinslot_domain::money::{Currency, Money};
use coinslot_tests::world::merchant_request;
use coinslot_tests::{Engine, World};
use serde_json::Value;
use std::collections::BTreeSet;

async fn get(world: &World, path: &str) -> Value {
    let reply = world.send(merchant_request("GET", &format!("/merchant/v2/projects/18404{path}"), "")).await;
    assert_eq!(reply.status, 200, "{path}: {}", reply.body);
    reply.json()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_shop_is_whole() {
    for engine in Engine::BOTH {
        let world = World::new(engine).await;
        let options = coinslot_tests::world::OPTIONS;
        let router = server::router(&world.app, options);
        coinslot::shop::fill(&router, "http://127.0.0.1:8080").await.unwrap();
        // A second start adds nothing.
        coinslot::shop::fill(&router, "http://127.0.0.1:8080").await.unwrap();

        let items = get(&world, "/virtual_items/items").await;
        assert_eq!(list(&items).len(), 58, "{engine:?}");
        let player = "user_id=1234567&currency=EUR&language=ru";
        let mut pictures = BTreeSet::new();
        let groups = get(&world, "/virtual_items/groups").await;
        let mut shown = 0;
        for group in list(&groups) {
            let of = get(&world, &format!("/storefront/virtual_items/items?{player}&group_id={}", group["id"])).await;
            shown += list(&of["items"]).len();
            pictures.extend(list(&of["items"]).iter().map(|i| i["image_url"].as_str().unwrap().to_string()));
        }
        assert!(shown > 50, "{engine:?}: {shown}");
        let packages = get(&world, "/storefront/virtual_currency?user_id=1&currency=USD&language=en").await;
        assert_eq!(list(&packages["packages"]).len(), 6);
        pictures.extend(list(&packages["packages"]).iter().map(|p| p["image"].as_str().unwrap().to_string()));
        for picture in &pictures {
            let path = picture.strip_prefix("//127.0.0.1:8080").unwrap();
            let request = axum::http::Request::get(path).body(axum::body::Body::empty()).unwrap();
            let reply = world.send(request).await;
            assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, "image/svg+xml"), "{picture}");
        }
        let plans = get(&world, &format!("/storefront/subscriptions?{player}")).await;
        assert_eq!(list(&plans["packages"]).len(), 3);

        // What the player has: gems bought, given and redeemed, and a ship.
        let user = get(&world, "/users/1234567").await;
        assert_eq!(user["balance"], 1600, "{engine:?}");
        let owned = get(&world, "/users/1234567/virtual_items?limit=99&offset=0").await;
        let skus: BTreeSet<&str> = list(&owned).iter().map(|i| i["sku"].as_str().unwrap()).collect();
        assert_eq!(skus, ["crate_key", "crate_star", "hull_kestrel"].into(), "{engine:?}");
        world.check_books().await;
    }
}

/// Sends a form of the demo page, and reads the answer.
async fn form(world: &World, path: &str, body: String) -> Value {
    let request = axum::http::Request::post(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept", "application/json")
        .body(axum::body::Body::from(body));
    world.send(request.unwrap()).await.json()
}

async fn gems(world: &World) -> i64 {
    let state = axum::http::Request::get("/demo/state").body(axum::body::Body::empty()).unwrap();
    world.send(state).await.json()["gems"].as_i64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_game_shows_what_the_player_has() {
    for engine in Engine::BOTH {
        let world = World::new(engine).await;
        assert_eq!(gems(&world).await, 0, "a player whom nobody knows yet");
        let router = server::router(&world.app, coinslot_tests::world::OPTIONS);
        coinslot::shop::fill(&router, "http://127.0.0.1:8080").await.unwrap();
        world.run_due().await;
        let had = gems(&world).await;
        assert_eq!(had, 1600);

        for (index, country) in [(0, "US"), (1, "DE"), (2, "JP")] {
            let offer = OFFERS[index];
            let token = form(&world, "/demo/buy", format!("offer={index}&country={country}")).await;
            let paid =
                world.pay(token["token"].as_str().unwrap_or_else(|| panic!("{token}")), "4111111111111111").await;
            assert_eq!(paid.status, 303, "{}", paid.body);
            world.run_due().await;
            assert_eq!(gems(&world).await, had + offer.gems + offer.bonus, "{}", offer.name);
            // It costs what the button says, wherever the player is.
            let payment = world.payments().await.remove(0);
            let price = Money::new(offer.cents, Currency::from_code("USD").unwrap());
            assert_eq!(payment.breakdown.total(), price, "{}", offer.name);
            let refund = form(&world, "/demo/refund", format!("transaction_id={}", payment.id)).await;
            assert_eq!(refund, serde_json::json!({}));
            world.run_due().await;
            assert_eq!(gems(&world).await, had);
        }
        world.check_books().await;
    }
}
