//! Many use coupons at one time: none is used more often than it may be, and
//! what is used is given once.

use coinslot_tests::world::merchant_request;
use coinslot_tests::{Engine, World};
use std::sync::Arc;
use tokio::task::JoinSet;

const AT_ONCE: usize = 30;
const CAMPAIGNS: &str = "/merchant/v2/merchants/2340/coupon_promotions";

async fn ok(world: &World, method: &str, path: &str, body: &str) -> serde_json::Value {
    let reply = world.send(merchant_request(method, path, body)).await;
    assert!(reply.status.is_success(), "{method} {path}: {}", reply.body);
    serde_json::from_str(&reply.body).unwrap_or_default()
}

/// A coupon promotion that gives five units, with these limits and codes.
async fn campaign(world: &World, limits: &str, codes: &[&str]) {
    let body =
        format!(r#"{{"campaign_code":"{}","project_id":18404,"virtual_currency_amount":5{limits}}}"#, codes.concat());
    let id = ok(world, "POST", CAMPAIGNS, &body).await["id"].as_i64().unwrap();
    for code in codes {
        ok(world, "POST", &format!("{CAMPAIGNS}/{id}/coupons"), &format!(r#"{{"coupon_code":"{code}"}}"#)).await;
    }
}

/// Uses coupons, all at one time: the codes and players that `who` names; the
/// statuses.
async fn burst(world: &Arc<World>, who: impl Fn(usize) -> (String, String)) -> Vec<u16> {
    let mut running = JoinSet::new();
    for i in 0..AT_ONCE {
        let (code, user) = who(i);
        let path = format!("/merchant/v2/projects/18404/coupons/{code}/redeem");
        let (world, request) = (world.clone(), merchant_request("POST", &path, &format!(r#"{{"user_id":"{user}"}}"#)));
        running.spawn(async move { world.send(request).await.status.as_u16() });
    }
    running.join_all().await
}

/// What a player holds, and how many attempts are noted: those that were
/// refused, too.
async fn wallet(world: &World, user: &str) -> (i64, usize) {
    let path = format!("/merchant/v2/projects/18404/users/{user}");
    let balance = ok(world, "GET", &path, "").await["balance"].as_i64().unwrap();
    let path = format!("{path}/transactions?datetime_from=2000-01-01&datetime_to=2100-01-01&transaction_type=coupon");
    (balance, ok(world, "GET", &path, "").await.as_array().unwrap().len())
}

fn succeeded(statuses: &[u16]) -> usize {
    assert!(statuses.iter().all(|s| matches!(s, 200 | 422)), "{statuses:?}");
    statuses.iter().filter(|s| **s == 200).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_last_use_goes_to_one_of_thirty() {
    for engine in Engine::BOTH {
        let world = Arc::new(World::new(engine).await);
        campaign(&world, r#","redeems_count":1"#, &["last"]).await;
        let statuses = burst(&world, |i| ("last".into(), format!("player-{i}"))).await;
        assert_eq!(succeeded(&statuses), 1, "{engine:?} {statuses:?}");
        let mut held = 0;
        for i in 0..AT_ONCE {
            let (balance, attempts) = wallet(&world, &format!("player-{i}")).await;
            held += balance;
            assert_eq!(attempts, 1, "{engine:?}");
        }
        assert_eq!(held, 5, "{engine:?}");
        let coupon = ok(&world, "GET", "/merchant/v2/projects/18404/coupons/last", "").await;
        assert_eq!(coupon["redeems_count_remain"], 0, "{engine:?}");
        world.check_books().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_player_uses_a_coupon_as_often_as_allowed() {
    for engine in Engine::BOTH {
        let world = Arc::new(World::new(engine).await);
        campaign(&world, r#","redeems_count_for_user":2"#, &["mine"]).await;
        let statuses = burst(&world, |_| ("mine".into(), "player".into())).await;
        assert_eq!(succeeded(&statuses), 2, "{engine:?} {statuses:?}");
        assert_eq!(wallet(&world, "player").await, (10, AT_ONCE), "{engine:?}");
        world.check_books().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_player_uses_all_coupons_of_a_promotion_as_often_as_allowed() {
    for engine in Engine::BOTH {
        let world = Arc::new(World::new(engine).await);
        campaign(&world, r#","campaign_redeems_count_for_user":3,"redeems_count":100"#, &["a", "b", "c"]).await;
        let code = |i: usize| ["a", "b", "c"][i % 3].to_string();
        // Two players, fifteen tries each.
        let statuses = burst(&world, |i| (code(i / 2), format!("player-{}", i % 2))).await;
        assert_eq!(succeeded(&statuses), 6, "{engine:?} {statuses:?}");
        for user in ["player-0", "player-1"] {
            assert_eq!(wallet(&world, user).await, (15, AT_ONCE / 2), "{engine:?}");
        }
        let coupon = ok(&world, "GET", "/merchant/v2/projects/18404/coupons/a", "").await;
        assert_eq!(coupon["redeems_count_remain"], 94, "{engine:?}");
        world.check_books().await;
    }
}
