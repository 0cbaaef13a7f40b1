//! Many at one time at what one player owns: nobody spends the last coin twice.

use coinslot_app::wallet;
use coinslot_domain::id::ProjectId;
use coinslot_tests::world::merchant_request;
use coinslot_tests::{Engine, World};
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
