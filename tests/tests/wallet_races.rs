//! Many at one time at what one player owns: nobody spends the last coin twice.

use coinslot_app::wallet;
use coinslot_domain::id::ProjectId;
use coinslot_tests::shop::shop;
use coinslot_tests::world::merchant_request;
use coinslot_tests::{Engine, World};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::task::JoinSet;

const AT_ONCE: usize = 30;
const USERS: &str = "/merchant/v2/projects/18404/users";

/// Sends one request as often as `AT_ONCE`, all at one time; the statuses.
async fn burst(world: &Arc<World>, path: &str, body: &str) -> Vec<u16> {
    let mut running = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (world, request) = (world.clone(), merchant_request("POST", path, body));
        running.spawn(async move { world.send(request).await.status.as_u16() });
    }
    running.join_all().await
}

fn count(statuses: &[u16], status: u16) -> usize {
    statuses.iter().filter(|s| **s == status).count()
}

async fn post(world: &World, path: &str, body: &str) -> serde_json::Value {
    let reply = world.send(merchant_request("POST", path, body)).await;
    assert!(reply.status.is_success(), "{path} {} {}", reply.status, reply.body);
    if reply.body.is_empty() { serde_json::Value::Null } else { reply.json() }
}

/// The balance of the one player, in hundredths, after a look at whether the
/// statement and the books add up to it.
async fn balance(world: &World) -> i64 {
    let project = ProjectId::new(coinslot_app::demo::PROJECT).unwrap();
    let player = wallet::find(&world.app, project, "p".into()).await.unwrap();
    let statement = wallet::statement(&world.app, project, "p".into()).await.unwrap();
    assert_eq!(statement.break_in_chain(), None);
    assert_eq!(statement.sum(), player.balance);
    world.check_books().await;
    player.balance
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thirty_registrations_register_once() {
    for engine in Engine::BOTH {
        let world = Arc::new(World::new(engine).await);
        let statuses = burst(&world, USERS, r#"{"user_id":"p"}"#).await;
        assert_eq!((count(&statuses, 204), count(&statuses, 422)), (1, AT_ONCE - 1), "{engine:?} {statuses:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thirty_withdrawals_take_what_is_there() {
    for engine in Engine::BOTH {
        let world = Arc::new(World::new(engine).await);
        let recharge = format!("{USERS}/p/recharge");
        post(&world, USERS, r#"{"user_id":"p"}"#).await;
        post(&world, &recharge, r#"{"amount":20}"#).await;
        // Six times three fit, and two are left.
        let statuses = burst(&world, &recharge, r#"{"amount":-3}"#).await;
        assert_eq!((count(&statuses, 200), count(&statuses, 422)), (6, AT_ONCE - 6), "{engine:?} {statuses:?}");
        assert_eq!(balance(&world).await, 200, "{engine:?}");
        // The last two coins.
        let statuses = burst(&world, &recharge, r#"{"amount":-2}"#).await;
        assert_eq!((count(&statuses, 200), count(&statuses, 422)), (1, AT_ONCE - 1), "{engine:?} {statuses:?}");
        assert_eq!(balance(&world).await, 0, "{engine:?}");
        let statuses = burst(&world, &recharge, r#"{"amount":2}"#).await;
        assert_eq!(count(&statuses, 200), AT_ONCE, "{engine:?} {statuses:?}");
        assert_eq!(balance(&world).await, 6000, "{engine:?}");
    }
}

/// A player with so many of these, and so many coins, in the shop of tests.
async fn owner(engine: Engine, things: &[(&str, i64)], coins: i64) -> Arc<World> {
    let world = Arc::new(World::new(engine).await);
    shop(&world, 1).await;
    post(&world, USERS, r#"{"user_id":"p"}"#).await;
    post(&world, &format!("{USERS}/p/recharge"), &format!(r#"{{"amount":{coins}}}"#)).await;
    let line = |(sku, n): &(&str, i64)| serde_json::json!({ "virtual_item": { "sku": sku }, "amount": n });
    let lines: Vec<_> = things.iter().map(line).collect();
    post(&world, &format!("{USERS}/p/virtual_items/add"), &serde_json::json!({ "virtual_items": lines }).to_string())
        .await;
    world
}

/// What the player has, by SKU.
async fn things(world: &World) -> BTreeMap<String, i64> {
    let path = format!("{USERS}/p/virtual_items?limit=100&offset=0");
    let all = world.send(merchant_request("GET", &path, "")).await.json();
    let one = |v: &serde_json::Value| (v["sku"].as_str().unwrap().to_string(), v["amount"].as_i64().unwrap());
    all.as_array().unwrap().iter().map(one).collect()
}

fn open(item: i64) -> String {
    format!("/merchant/v2/projects/18404/virtual_items/items/{item}/open")
}

const OPEN: &str = r#"{"user_id":"p"}"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thirty_removals_take_what_is_there() {
    for engine in Engine::BOTH {
        let world = owner(engine, &[("sword", 10), ("key", 1)], 1).await;
        let both = r#"{"virtual_items":[{"virtual_item":{"sku":"sword"},"amount":1},{"virtual_item":{"sku":"key"},"amount":1}]}"#;
        let statuses = burst(&world, &format!("{USERS}/p/virtual_items/remove"), both).await;
        assert_eq!((count(&statuses, 204), count(&statuses, 422)), (1, AT_ONCE - 1), "{engine:?} {statuses:?}");
        assert_eq!(things(&world).await, BTreeMap::from([("sword".to_string(), 9)]), "{engine:?}: all or none");
        let add = r#"{"virtual_items":[{"virtual_item":{"sku":"crown"},"amount":1},{"virtual_item":{"sku":"sword"},"amount":2}]}"#;
        let statuses = burst(&world, &format!("{USERS}/p/virtual_items/add"), add).await;
        assert_eq!(count(&statuses, 204), AT_ONCE, "{engine:?} {statuses:?}");
        let expected = [("crown".to_string(), 1), ("sword".to_string(), 9 + 2 * 30)];
        assert_eq!(things(&world).await, BTreeMap::from(expected), "{engine:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thirty_openings_of_one_box_open_it_once() {
    for engine in Engine::BOTH {
        // One box, one key, the price of one: each is lacking for the others.
        for (item, things_of, coins) in [
            (7, [("bag", 1), ("key", 9)], 900),
            (6, [("chest", 90), ("key", 1)], 900),
            (7, [("bag", 90), ("key", 9)], 5),
        ] {
            let world = owner(engine, &things_of, coins).await;
            let before = things(&world).await;
            let statuses = burst(&world, &open(item), OPEN).await;
            assert_eq!((count(&statuses, 200), count(&statuses, 422)), (1, AT_ONCE - 1), "{engine:?} {statuses:?}");
            let after = things(&world).await;
            let (sku, _) = things_of[0];
            assert_eq!(after.get(sku).copied().unwrap_or(0), before[sku] - 1, "{engine:?}");
            match item {
                7 => assert_eq!(after["sword"], 1, "{engine:?}"),
                _ => assert_eq!(after.get("key"), None, "{engine:?}"),
            }
            let price = if item == 7 { 300 } else { 0 };
            let won = if item == 7 { 0 } else { 100 };
            assert_eq!(balance(&world).await, coins * 100 - price + won, "{engine:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thirty_openings_keep_within_a_limit() {
    for engine in Engine::BOTH {
        let world = owner(engine, &[("sack", 30)], 1).await;
        let statuses = burst(&world, &open(8), OPEN).await;
        assert_eq!(count(&statuses, 200), AT_ONCE, "{engine:?} {statuses:?}");
        assert_eq!(things(&world).await, BTreeMap::from([("sword".to_string(), 5)]), "{engine:?}");
        balance(&world).await;
    }
}
