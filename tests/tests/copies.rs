//! What the Store API keeps in memory is never served once it is out of date: the players of tokens, what players
//! bought, orders that wait, and how things stand in carts.

use axum::body::Body;
use axum::http::Request;
use coinslot_app::demo;
use coinslot_app::player::sign;
use coinslot_domain::time::Span;
use coinslot_tests::races::call;
use coinslot_tests::world::{Reply, merchant_request, player};
use coinslot_tests::{Engine, World};
use serde_json::{Value, json};

const CARD: &str = "4111111111111111";

/// A call of the Store API with these credentials.
async fn shop(world: &World, bearer: &str, method: &str, path: &str, body: Value) -> Reply {
    let request = Request::builder().method(method).uri(format!("/api/v2/project/18404{path}"));
    let text = if body.is_null() { String::new() } else { body.to_string() };
    world.send(request.header("authorization", bearer).body(Body::from(text)).unwrap()).await
}

async fn item(world: &World, body: Value) -> Value {
    call(world, "POST", "/projects/18404/virtual_items/items", body).await["item_id"].clone()
}

/// How many of an item a player still can buy, as the list says.
async fn left(world: &World, user: &str, sku: &str) -> Value {
    let list = shop(world, &player(user), "GET", "/items/virtual_items", Value::Null).await.json();
    let found = list["items"].as_array().unwrap().iter().find(|i| i["sku"] == sku).unwrap().clone();
    found["limits"]["per_user"]["available"].clone()
}

fn lines(sku: &str, quantity: i64) -> Value {
    json!({"items": [{"sku": sku, "quantity": quantity}]})
}

/// Orders what is in a player's cart; the order's token.
async fn ordered(world: &World, bearer: &str) -> String {
    let made = shop(world, bearer, "POST", "/payment/cart", json!({"currency": "USD", "sandbox": true})).await;
    assert_eq!(made.status, 200, "{}", made.body);
    made.json()["token"].as_str().unwrap().to_string()
}

async fn pay(world: &World, token: &str) -> i64 {
    let before = world.gateway.taken();
    let reply = world.pay(token, CARD).await;
    assert_eq!(reply.status, 303, "{}", reply.body);
    world.gateway.taken() - before
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_holds_no_longer_than_it_says_nor_than_the_projects_key() {
    for engine in Engine::BOTH {
        let world = World::new(engine).await;
        item(&world, json!({"sku": "sword", "name": {"en": "Sword"}, "prices": {"USD": 5}})).await;
        let end = world.app.clock.now().unix_seconds() + 60;
        let claims = format!(r#"{{"sub":"p","exp":{end}}}"#);
        let bearer = |key: &str| format!("Bearer {}", sign(&claims, key).unwrap());
        let old = bearer(demo::SECRET);
        let status = async |bearer: &str| {
            let found = [
                shop(&world, bearer, "GET", "/items/virtual_items", Value::Null).await.status,
                shop(&world, bearer, "PUT", "/cart/fill", lines("sword", 1)).await.status,
            ];
            assert_eq!(found[0], found[1], "{engine:?}");
            found[0].as_u16()
        };
        assert_eq!((status(&old).await, status(&old).await), (200, 200), "{engine:?}");
        let project = call(&world, "GET", "/projects/18404", Value::Null).await;
        let mut changed = project.clone();
        changed["key"] = "another secret".into();
        call(&world, "PUT", "/projects/18404", changed).await;
        let new = bearer("another secret");
        assert_eq!((status(&old).await, status(&new).await), (401, 200), "{engine:?}: the key was changed");
        call(&world, "PUT", "/projects/18404", project).await;
        assert_eq!((status(&old).await, status(&new).await), (200, 401), "{engine:?}: and changed back");
        world.advance(Span::seconds(59));
        assert_eq!(status(&old).await, 200, "{engine:?}");
        world.advance(Span::seconds(1));
        assert_eq!(status(&old).await, 401, "{engine:?}: it has expired");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_disabled_orders_nothing() {
    for engine in Engine::BOTH {
        let world = World::new(engine).await;
        item(&world, json!({"sku": "sword", "name": {"en": "Sword"}, "prices": {"USD": 5}})).await;
        let users = "/projects/18404/users";
        call(&world, "POST", users, json!({"user_id": "p", "user_name": "P"})).await;
        let bearer = player("p");
        let server = json!({
            "sandbox": true, "user": {"id": {"value": "p"}, "country": {"value": "US"}}, "purchase": lines("sword", 1),
        });
        let tries = async || {
            let cart = shop(&world, &bearer, "PUT", "/cart/fill", lines("sword", 1)).await;
            assert_eq!(cart.status, 200, "{}", cart.body);
            let path = "/api/v3/project/18404/admin/payment/token";
            [
                world.send(merchant_request("POST", path, &server.to_string())).await,
                shop(&world, &bearer, "POST", "/payment/cart", json!({"sandbox": true})).await,
            ]
        };
        let statuses = |replies: [Reply; 2]| replies.map(|reply| reply.status.as_u16());
        assert_eq!(statuses(tries().await), [200, 200], "{engine:?}");
        let waiting = ordered(&world, &bearer).await;
        call(&world, "PUT", &format!("{users}/p"), json!({"enabled": false})).await;
        let refused = tries().await;
        assert!(refused[0].body.contains("The user is disabled"), "{engine:?}: {}", refused[0].body);
        assert_eq!(statuses(refused), [422, 422], "{engine:?}");
        let taken = world.gateway.taken();
        world.pay(&waiting, CARD).await;
        assert_eq!(world.gateway.taken(), taken, "{engine:?}: nor is anything paid");
        call(&world, "PUT", &format!("{users}/p"), json!({"enabled": true})).await;
        assert_eq!(statuses(tries().await), [200, 200], "{engine:?}");
        assert_eq!(pay(&world, &waiting).await, 500, "{engine:?}");
        world.check_books().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_are_each_players_own_and_of_now() {
    for engine in Engine::BOTH {
        let world = World::new(engine).await;
        let potion = json!({"sku": "potion", "name": {"en": "Potion"}, "prices": {"USD": 1}, "purchase_limit": 3});
        item(&world, potion).await;
        let both = async || [left(&world, "p", "potion").await, left(&world, "q", "potion").await];
        assert_eq!((both().await, both().await), ([json!(3), json!(3)], [json!(3), json!(3)]), "{engine:?}");
        let filled = shop(&world, &player("p"), "PUT", "/cart/fill", lines("potion", 2)).await;
        assert_eq!(filled.json()["items"][0]["limits"]["per_user"]["available"], 3, "{engine:?}");
        let token = ordered(&world, &player("p")).await;
        assert_eq!(both().await, [json!(3), json!(3)], "{engine:?}: it is not paid yet");
        pay(&world, &token).await;
        assert_eq!(both().await, [json!(1), json!(3)], "{engine:?}");
        let cart = shop(&world, &player("q"), "PUT", "/cart/fill", lines("potion", 1)).await.json();
        assert_eq!(cart["items"][0]["limits"]["per_user"]["available"], 3, "{engine:?}: what another player has");
        let cart = shop(&world, &player("p"), "PUT", "/cart/fill", lines("potion", 1)).await.json();
        assert_eq!(cart["items"][0]["limits"]["per_user"]["available"], 1, "{engine:?}");
        // A declined payment gives back what it had set aside.
        let token = ordered(&world, &player("p")).await;
        let reply = world.pay(&token, "4000000000000002").await;
        assert_eq!(reply.status, 303, "{}", reply.body);
        assert_eq!(both().await, [json!(1), json!(3)], "{engine:?}: it was declined");
        pay(&world, &token).await;
        assert_eq!(both().await, [json!(0), json!(3)], "{engine:?}");
        let paid = world.payments().await[0].id;
        let back = format!("/merchants/2340/reports/transactions/{paid}/refund");
        call(&world, "PUT", &back, json!({"description": "x"})).await;
        assert_eq!(both().await, [json!(1), json!(3)], "{engine:?}: it was given back");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn carts_and_orders_follow_the_catalogue() {
    for engine in Engine::BOTH {
        let world = World::new(engine).await;
        let body = |name: &str, price: i64, enabled: bool| {
            json!({"sku": "sword", "name": {"en": name, "de": "Schwert"}, "prices": {"USD": price, "EUR": 9},
                   "default_currency": "USD", "enabled": enabled})
        };
        let sword = item(&world, body("Sword", 5, true)).await;
        let edit = async |new: Value| {
            call(&world, "PUT", &format!("/projects/18404/virtual_items/items/{sword}"), new).await;
        };
        let bearer = player("p");
        let cart = async |query: &str| {
            let shown = shop(&world, &bearer, "GET", &format!("/cart?{query}"), Value::Null).await.json();
            let line = &shown["items"][0];
            (line["name"].clone(), line["price"]["amount"].clone(), line["can_be_bought"].clone())
        };
        let is = |name: &str, price: &str| (json!(name), json!(price), json!(true));
        let filled = shop(&world, &bearer, "PUT", "/cart/fill", lines("sword", 1)).await.json();
        assert_eq!(filled["items"][0]["name"], "Sword", "{engine:?}");
        assert_eq!(cart("country=US").await, is("Sword", "5.00"), "{engine:?}");
        assert_eq!(cart("country=DE").await, is("Sword", "9.00"), "{engine:?}: in another currency");
        assert_eq!(cart("country=US&locale=de").await, is("Schwert", "5.00"), "{engine:?}: in another language");
        let early = ordered(&world, &bearer).await;
        edit(body("Blade", 7, true)).await;
        assert_eq!(cart("country=US").await, is("Blade", "7.00"), "{engine:?}");
        let filled = shop(&world, &bearer, "PUT", "/cart/fill", lines("sword", 1)).await.json();
        assert_eq!(filled["items"][0]["name"], "Blade", "{engine:?}");
        let late = ordered(&world, &bearer).await;
        assert_eq!(pay(&world, &early).await, 500, "{engine:?}: an order keeps its prices");
        edit(body("Blade", 7, false)).await;
        let (_, price, sold) = cart("country=US").await;
        assert_eq!((price, sold), (Value::Null, json!(null)), "{engine:?}: the cart is empty, for it was paid");
        let filled = shop(&world, &bearer, "PUT", "/cart/fill", lines("sword", 1)).await.json();
        let line = &filled["items"][0];
        assert_eq!((&line["price"], &line["can_be_bought"]), (&Value::Null, &json!(false)), "{engine:?}");
        let taken = world.gateway.taken();
        world.pay(&late, CARD).await;
        assert_eq!(world.gateway.taken(), taken, "{engine:?}: what is not sold any more is not paid");
        edit(body("Blade", 7, true)).await;
        assert_eq!(pay(&world, &late).await, 700, "{engine:?}");
        // Paying twice with what is kept of an order takes once.
        world.pay(&late, CARD).await;
        assert_eq!(world.gateway.taken() - taken, 700, "{engine:?}");
        world.check_books().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_ordered_is_what_is_in_the_cart() {
    for engine in Engine::BOTH {
        let world = World::new(engine).await;
        for (sku, price) in [("sword", 5), ("shield", 70), ("helm", 900)] {
            item(&world, json!({"sku": sku, "name": {"en": sku}, "prices": {"USD": price}})).await;
        }
        let bearer = player("p");
        let fill = async |sku: &str| {
            let filled = shop(&world, &bearer, "PUT", "/cart/fill", lines(sku, 1)).await;
            assert_eq!(filled.status, 200, "{}", filled.body);
        };
        let beside = coinslot::server::router(&world.beside(), coinslot_tests::world::OPTIONS);
        let other = async |method: &str, path: &str, body: Value| {
            let request = Request::builder().method(method).uri(format!("/api/v2/project/18404{path}"));
            let request = request.header("authorization", &bearer).body(Body::from(body.to_string())).unwrap();
            let reply = coinslot_tests::world::send(beside.clone(), request).await;
            assert!(reply.status.is_success(), "{}", reply.body);
        };
        fill("sword").await;
        let first = ordered(&world, &bearer).await;
        let again = ordered(&world, &bearer).await;
        // Another server changes the cart that this one filled.
        fill("shield").await;
        other("PUT", "/cart/item/helm", json!({"quantity": 1})).await;
        let all = ordered(&world, &bearer).await;
        fill("shield").await;
        other("DELETE", "/cart/item/helm", json!({})).await;
        let two = ordered(&world, &bearer).await;
        // A payment takes what it paid for out of the cart.
        fill("shield").await;
        assert_eq!(pay(&world, &first).await, 500, "{engine:?}");
        let one = ordered(&world, &bearer).await;
        fill("sword").await;
        other("PUT", "/cart/clear", json!({})).await;
        let none = shop(&world, &bearer, "POST", "/payment/cart", json!({"sandbox": true})).await;
        assert_eq!(none.status, 422, "{engine:?}: {}", none.body);
        for (token, cents) in [(again, 500), (all, 97_500), (two, 7_500), (one, 7_000)] {
            assert_eq!(pay(&world, &token).await, cents, "{engine:?}");
        }
        world.check_books().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promotion_that_begins_or_ends_is_seen_in_carts() {
    for engine in Engine::BOTH {
        let world = World::new(engine).await;
        item(&world, json!({"sku": "sword", "name": {"en": "Sword"}, "prices": {"USD": 10}})).await;
        let promotion = json!({"technical_name": "half", "project_id": 18404, "name": {"en": "Half"}});
        let id = call(&world, "POST", "/merchants/2340/promotions", promotion).await["id"].clone();
        let of = |part: &str| format!("/merchants/2340/promotions/{id}/{part}");
        let now = world.app.clock.now();
        let time = |after: Span| (now + after).to_string();
        let period = json!({"periods": [{"from": time(Span::hours(1)), "to": time(Span::hours(2))}]});
        call(&world, "PUT", &of("subject"), json!({"purchase": true})).await;
        call(&world, "PUT", &of("periods"), period).await;
        call(&world, "PUT", &of("rewards"), json!({"purchase": {"discount_percent": 50}})).await;
        call(&world, "PUT", &of("toggle"), json!([])).await;
        let shown = async || {
            let cart = shop(&world, &player("p"), "PUT", "/cart/fill", lines("sword", 1)).await.json();
            let line = &cart["items"][0];
            (line["price"]["amount"].clone(), line["promotions"].as_array().unwrap().len())
        };
        assert_eq!(shown().await, (json!("10.00"), 0), "{engine:?}");
        world.advance(Span::hours(1));
        assert_eq!(shown().await, (json!("5.00"), 1), "{engine:?}: it has begun");
        world.advance(Span::hours(1));
        assert_eq!(shown().await, (json!("10.00"), 0), "{engine:?}: it has ended");
    }
}
