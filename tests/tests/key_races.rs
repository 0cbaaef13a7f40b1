//! Many who want one key at one time: one gets it.

use coinslot_domain::id::{GameId, KeyId, OrderId, ProjectId};
use coinslot_domain::time::Time;
use coinslot_store::key::{self, Shelf};
use coinslot_store::{Store, StoreError};
use coinslot_tests::world::merchant_request;
use coinslot_tests::{Engine, World};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::task::JoinSet;

const AT_ONCE: i64 = 30;

fn shelf() -> Shelf {
    Shelf { project: ProjectId::new(18404).unwrap(), game: GameId::new(1).unwrap(), drm: 1 }
}

fn order(n: i64) -> OrderId {
    OrderId::new(n).unwrap()
}

async fn stock(store: &Store, keys: i64) {
    let add = move |tx: &mut coinslot_store::Tx<'_>| {
        for n in 1..=keys {
            key::add(tx, shelf(), KeyId::new(n).unwrap(), &format!("KEY-{n}"), Time(0))?;
        }
        Ok::<_, StoreError>(())
    };
    store.write(add).await.unwrap();
}

/// An order that does not get all it wants must leave nothing set aside.
struct SoldOut;

impl From<StoreError> for SoldOut {
    fn from(e: StoreError) -> Self {
        panic!("{e}")
    }
}

/// Thirty orders at one time, each for so many keys; the orders that got them.
async fn rush(store: &Store, quantity: i64) -> Vec<i64> {
    let mut running = JoinSet::new();
    for n in 1..=AT_ONCE {
        let store = store.clone();
        running.spawn(async move {
            let reserve =
                move |tx: &mut coinslot_store::Tx<'_>| match key::reserve(tx, shelf(), order(n), quantity, Time(1))? {
                    true => Ok(()),
                    false => Err(SoldOut),
                };
            store.write(reserve).await.is_ok().then_some(n)
        });
    }
    running.join_all().await.into_iter().flatten().collect()
}

/// The keys of all orders, which must differ.
async fn handed_out(store: &Store, orders: &[i64]) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for n in orders.iter().copied() {
        let keys = store.write(move |tx| key::hand_out(tx, shelf().project, order(n), Time(2))).await;
        for key in keys.unwrap_or_else(|e: StoreError| panic!("{e}")) {
            assert!(all.insert(key.code), "a key was handed out twice");
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_last_key_goes_to_one_of_thirty() {
    for engine in Engine::BOTH {
        let world = World::new(engine).await;
        let store = &world.app.store;
        stock(store, 1).await;
        let lucky = rush(store, 1).await;
        assert_eq!(lucky.len(), 1, "{engine:?} {lucky:?}");
        assert_eq!(handed_out(store, &lucky).await.len(), 1);
        // It is gone for good, even if the money goes back.
        let buyer = lucky[0];
        let back = store.write(move |tx| key::take_back(tx, shelf().project, order(buyer), Time(3))).await;
        back.unwrap_or_else(|e: StoreError| panic!("{e}"));
        assert_eq!(rush(store, 1).await.iter().filter(|n| **n != buyer).count(), 0, "{engine:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn as_many_orders_succeed_as_there_are_keys() {
    for engine in Engine::BOTH {
        let world = World::new(engine).await;
        let store = &world.app.store;
        stock(store, 12).await;
        let mut lucky = BTreeSet::new();
        // Who was passed over because the rest was held by one that failed
        // itself may try again.
        while lucky.len() < 6 {
            lucky.extend(rush(store, 2).await);
        }
        let orders: Vec<i64> = lucky.into_iter().collect();
        assert_eq!(orders.len(), 6, "{engine:?}");
        assert_eq!(handed_out(store, &orders).await.len(), 12, "{engine:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thirty_uploads_of_one_list_store_each_key_once() {
    for engine in Engine::BOTH {
        let world = Arc::new(World::new(engine).await);
        let base = "/merchant/v2/projects/18404/game_delivery";
        let body = r#"{"sku":"quest","name":{"en":"Quest"},"drm":[{"id":1}]}"#;
        let id = world.send(merchant_request("POST", base, body)).await.json()["id"].as_i64().unwrap();
        let mut running = JoinSet::new();
        for _ in 0..AT_ONCE {
            let world = world.clone();
            running.spawn(async move {
                let keys = r#"{"drm_id":1,"keys":["A","B","C","A"]}"#;
                let reply = world.send(merchant_request("POST", &format!("{base}/{id}/keys"), keys)).await;
                assert_eq!(reply.status, 200, "{}", reply.body);
                let added = reply.json()["added"].as_i64().unwrap();
                assert_eq!(reply.json()["duplicates"].as_array().unwrap().len() as i64, 4 - added);
                added
            });
        }
        assert_eq!(running.join_all().await.into_iter().sum::<i64>(), 3, "{engine:?}");
        let game = world.send(merchant_request("GET", &format!("{base}/{id}"), "")).await.json();
        assert_eq!(game["drm"][0]["codes"], serde_json::json!({"total": 3, "active": 3, "used": 0}), "{engine:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thirty_games_of_one_sku_become_one() {
    for engine in Engine::BOTH {
        let world = Arc::new(World::new(engine).await);
        let mut running = JoinSet::new();
        for _ in 0..AT_ONCE {
            let world = world.clone();
            running.spawn(async move {
                let body = r#"{"sku":"quest","name":{"en":"Quest"}}"#;
                let path = "/merchant/v2/projects/18404/game_delivery";
                world.send(merchant_request("POST", path, body)).await.status.as_u16()
            });
        }
        let statuses = running.join_all().await;
        assert_eq!(statuses.iter().filter(|s| **s == 201).count(), 1, "{engine:?} {statuses:?}");
        assert_eq!(statuses.iter().filter(|s| **s == 422).count(), 29, "{engine:?} {statuses:?}");
    }
}
