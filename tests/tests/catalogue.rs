//! The catalogue: what many changes at one time leave behind, and what those
//! who read its copies see.

use coinslot_app::{catalogue, demo};
use coinslot_domain::attribute::Value;
use coinslot_domain::id::{GroupId, ProjectId};
use coinslot_domain::time::Span;
use coinslot_store::StoreError;
use coinslot_tests::world::merchant_request;
use coinslot_tests::{Engine, World};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::task::JoinSet;

const ITEMS: &str = "/merchant/v2/projects/18404/virtual_items/items";
const GROUPS: &str = "/merchant/v2/projects/18404/virtual_items/groups";

fn project() -> ProjectId {
    ProjectId::new(demo::PROJECT).unwrap()
}

/// Sends a request; the status, and the number that came back.
async fn send(world: &World, method: &str, path: &str, body: serde_json::Value) -> (u16, i64) {
    let reply = world.send(merchant_request(method, path, &body.to_string())).await;
    let answer: serde_json::Value = serde_json::from_str(&reply.body).unwrap_or_default();
    let number = ["item_id", "group_id", "id"].iter().find_map(|key| answer[key].as_i64());
    (reply.status.as_u16(), number.unwrap_or(0))
}

/// Sends requests all at one time; the statuses.
async fn burst(world: &Arc<World>, requests: Vec<(&'static str, String, serde_json::Value)>) -> Vec<u16> {
    let mut running = JoinSet::new();
    for (method, path, body) in requests {
        let world = world.clone();
        running.spawn(async move { send(&world, method, &path, body).await.0 });
    }
    running.join_all().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_thirty_items_with_one_sku_one_is_made() {
    for engine in Engine::BOTH {
        let world = Arc::new(World::new(engine).await);
        for round in 1..=2 {
            let body = json!({"sku": "one", "name": {"en": "One"}, "prices": {"USD": 1}});
            let statuses = burst(&world, (0..30).map(|_| ("POST", ITEMS.to_string(), body.clone())).collect()).await;
            assert_eq!(statuses.iter().filter(|s| **s == 201).count(), 1, "{engine:?} {round} {statuses:?}");
            assert!(statuses.iter().all(|s| matches!(s, 201 | 422)), "{engine:?} {statuses:?}");
            let all = world.send(merchant_request("GET", ITEMS, "")).await.json();
            assert_eq!(all.as_array().unwrap().len(), 1, "{engine:?}");
            // Once it is deleted, the SKU is free for one again.
            let path = format!("{ITEMS}/{}", all[0]["id"]);
            assert_eq!(send(&world, "DELETE", &path, json!([])).await.0, 204);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn groups_that_move_at_one_time_stay_a_tree() {
    for engine in Engine::BOTH {
        let world = Arc::new(World::new(engine).await);
        let mut ids = Vec::new();
        for n in 0..5 {
            let (status, id) = send(&world, "POST", GROUPS, json!({"name": {"en": n.to_string()}})).await;
            assert_eq!(status, 201);
            ids.push(id);
        }
        // Each into each other: any two of these make a cycle.
        let moves = ids.iter().flat_map(|child| ids.iter().filter(move |p| *p != child).map(move |p| (*child, *p)));
        let moves = moves.map(|(child, parent)| ("PUT", format!("{GROUPS}/{child}"), json!({"parent_id": parent})));
        let statuses = burst(&world, moves.collect()).await;
        assert!(statuses.iter().all(|s| matches!(s, 204 | 422)), "{engine:?} {statuses:?}");
        assert!(statuses.contains(&204) && statuses.contains(&422), "{engine:?} {statuses:?}");
        let all = world.send(merchant_request("GET", GROUPS, "")).await.json();
        let parents: BTreeMap<i64, Option<i64>> =
            all.as_array().unwrap().iter().map(|g| (g["id"].as_i64().unwrap(), g["parent_id"].as_i64())).collect();
        for id in &ids {
            let way: Vec<i64> = std::iter::successors(Some(*id), |id| parents[id]).take(6).collect();
            assert!(way.len() <= 5, "{engine:?}: {way:?} goes round in {parents:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_lootbox_is_left_with_a_prize_that_is_gone() {
    for engine in Engine::BOTH {
        let world = Arc::new(World::new(engine).await);
        let (_, prize) = send(&world, "POST", ITEMS, json!({"sku": "prize", "name": {"en": "Prize"}})).await;
        let slots = json!([{"value": {"virtual_item": {"id": prize, "amount": 1, "drop_rate": 100}}}]);
        let requests = (0..20).map(|n| match n % 2 {
            0 => {
                let sku = format!("box-{n}");
                let body = json!({"sku": sku, "name": {"en": "Box"}, "item_type": "lootbox", "slots": slots});
                ("POST", ITEMS.to_string(), body)
            }
            _ => ("DELETE", format!("{ITEMS}/{prize}"), json!([])),
        });
        let statuses = burst(&world, requests.collect()).await;
        assert!(statuses.iter().all(|s| matches!(s, 201 | 204 | 404 | 422)), "{engine:?} {statuses:?}");
        let made = statuses.iter().filter(|s| **s == 201).count();
        let there = send(&world, "GET", &format!("{ITEMS}/{prize}"), json!([])).await.0 == 200;
        assert_eq!(there, made > 0, "{engine:?} {statuses:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_changed_the_catalogue_sees_it_changed() {
    for engine in Engine::BOTH {
        let world = Arc::new(World::new(engine).await);
        let mut running = JoinSet::new();
        for n in 0..30 {
            let world = world.clone();
            running.spawn(async move {
                let sku = format!("item-{n}");
                let body = json!({"sku": sku, "name": {"en": "Item"}});
                assert_eq!(send(&world, "POST", ITEMS, body).await.0, 201);
                // The clock stands still: what is seen is seen without waiting.
                let all = catalogue::current(&world.app, project()).await.unwrap();
                assert!(all.item(&sku).is_some(), "{sku} is not in version {}", all.version);
            });
        }
        running.join_all().await;
        assert_eq!(catalogue::current(&world.app, project()).await.unwrap().items.len(), 30, "{engine:?}");
    }
}

#[tokio::test]
async fn another_server_sees_a_change_within_a_second() {
    for engine in Engine::BOTH {
        let world = World::new(engine).await;
        let beside = world.beside();
        let seen = async |app| catalogue::current(app, project()).await.unwrap();
        assert_eq!(seen(&beside).await.version, 0);
        let (_, group) = send(&world, "POST", GROUPS, json!({"name": {"en": "Arms"}})).await;
        for sku in ["a", "b"] {
            let body = json!({"sku": sku, "name": {"en": sku}, "groups": [group], "prices": {"USD": "0.99"}});
            assert_eq!(send(&world, "POST", ITEMS, body).await.0, 201);
        }
        let sort = json!({"group_id": group, "virtual_items": ["b"]});
        send(&world, "PUT", "/merchant/v2/projects/18404/virtual_items/sort", sort).await;
        let packets = json!({"packets": {"USD": [{"sku": "p", "amount": 5, "price": 1}]}});
        send(&world, "PUT", "/merchant/v2/projects/18404/virtual_currency", packets).await;
        let attribute = json!({"key": "level", "type": "int", "name": {"en": "Level"}});
        send(&world, "POST", "/merchant/v2/projects/18404/user_attributes", attribute).await;

        world.advance(Span::seconds(1));
        let group = GroupId::new(group).unwrap();
        for app in [&world.app, &beside] {
            let all = seen(app).await;
            assert_eq!(all.in_group(group).map(|i| i.sku.as_str()).collect::<Vec<_>>(), ["b", "a"], "{engine:?}");
            assert!(all.package_by_sku("p").is_some() && all.attributes.contains_key("level"));
            // What did not change is not read again.
            world.advance(Span::seconds(5));
            assert!(Arc::ptr_eq(&all, &seen(app).await), "{engine:?}");
        }
        assert_eq!(seen(&beside).await, seen(&world.app).await);
    }
}

#[tokio::test]
async fn a_token_tells_what_the_project_wants_to_know() {
    let world = World::new(Engine::Sqlite).await;
    let attribute = json!({"key": "level", "type": "int", "name": {"en": "Level"}});
    send(&world, "POST", "/merchant/v2/projects/18404/user_attributes", attribute).await;
    let token = |attributes: serde_json::Value| {
        let body = json!({
            "user": {"id": {"value": "nova"}, "attributes": attributes},
            "settings": {"project_id": 18404, "mode": "sandbox"}
        });
        body.to_string()
    };
    let known = async || {
        let read = world.app.store.read(|tx| coinslot_store::attribute::values_of(tx, project(), "nova")).await;
        read.unwrap_or_else(|e: StoreError| panic!("{e}")).into_iter().collect::<Vec<_>>()
    };
    world.token_of(&token(json!({"level": 7, "shoe_size": 44}))).await;
    assert_eq!(known().await, [("level".to_string(), Value::Int(7))]);
    world.token_of(&token(json!({}))).await;
    assert_eq!(known().await, [("level".to_string(), Value::Int(7))], "what is not said stays");
    world.token_of(&token(json!({"level": 8}))).await;
    assert_eq!(known().await, [("level".to_string(), Value::Int(8))]);
}

#[tokio::test]
async fn a_body_with_faults_without_end_gets_an_answer_with_one() {
    let world = World::new(Engine::Sqlite).await;
    let (_, group) = send(&world, "POST", GROUPS, json!({"name": {"en": "Arms"}})).await;
    let (numbers, skus): (Vec<i64>, Vec<String>) = (1..10_000).map(|n| (n, format!("sku-{n}"))).unzip();
    let prizes: Vec<_> = numbers.iter().map(|n| json!({"id": n, "amount": 1, "drop_rate": 0})).collect();
    let slots = json!([{"value": {"virtual_items": prizes}}]);
    let sort = "/merchant/v2/projects/18404/virtual_items/sort";
    for (method, path, body) in [
        ("POST", ITEMS, json!({"sku": "a", "name": {"en": "A"}, "groups": numbers})),
        ("POST", ITEMS, json!({"sku": "a", "name": {"en": "A"}, "item_type": "lootbox", "slots": slots})),
        ("PUT", sort, json!({"group_id": group, "virtual_items": skus})),
    ] {
        let reply = world.send(merchant_request(method, path, &body.to_string())).await;
        assert_eq!(reply.status, 422);
        let answer = reply.json();
        assert_eq!(answer["extended_message"]["property_errors"].as_object().unwrap().len(), 256);
    }
}
