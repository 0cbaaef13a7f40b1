//! Many at one time: one wins, the books balance, nothing happens twice.

use coinslot_domain::payment::PaymentState;
use coinslot_tests::world::merchant_request;
use coinslot_tests::{Engine, World};
use std::sync::Arc;
use tokio::task::JoinSet;

const AT_ONCE: usize = 30;

/// Sends the requests that `make` makes, all at one time; the statuses.
async fn burst<F>(world: &Arc<World>, make: F) -> Vec<u16>
where
    F: Fn(usize) -> axum::http::Request<axum::body::Body>,
{
    let mut running = JoinSet::new();
    for i in 0..AT_ONCE {
        let (world, request) = (world.clone(), make(i));
        running.spawn(async move { world.send(request).await.status.as_u16() });
    }
    running.join_all().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thirty_pays_of_one_token_charge_once() {
    for engine in Engine::BOTH {
        let world = Arc::new(World::new(engine).await);
        for card in ["4111111111111111", "4000000000000010"] {
            let before = world.gateway.charges();
            let token = world.token("9.99", "USD").await;
            let statuses = burst(&world, |_| coinslot_tests::world::pay_request(&token, card)).await;
            assert!(statuses.iter().all(|s| *s == 303), "{engine:?} {statuses:?}");
            if card == "4000000000000010" {
                let challenge = |_| {
                    let form = format!("access_token={token}&password=coinslot&answer=approve");
                    axum::http::Request::post("/paystation2/3ds")
                        .header("content-type", "application/x-www-form-urlencoded")
                        .body(axum::body::Body::from(form))
                        .unwrap()
                };
                let statuses = burst(&world, challenge).await;
                assert!(statuses.iter().all(|s| *s == 303), "{engine:?} {statuses:?}");
            }
            assert_eq!(world.gateway.charges() - before, 1, "{engine:?} {card}");
        }
        assert_eq!(world.payments().await.len(), 2, "{engine:?}");
        assert_eq!(world.gateway.taken(), 1998, "{engine:?}");
        assert_eq!(world.held().await, 1998, "{engine:?}");
        world.check_books().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thirty_pays_that_are_taken_at_once_are_one() {
    for engine in Engine::BOTH {
        let world = Arc::new(World::new(engine).await);
        world.gateway.answer_at_once();
        // The second was declined before, and is tried again by all of them.
        for declined in [false, true] {
            let token = world.token("9.99", "USD").await;
            if declined {
                world.pay(&token, "4000000000000002").await;
            }
            let statuses = burst(&world, |_| coinslot_tests::world::pay_request(&token, "4111111111111111")).await;
            assert!(statuses.iter().all(|s| *s == 303), "{engine:?} {statuses:?}");
        }
        let payments = world.payments().await;
        assert_eq!(payments.len(), 2, "{engine:?}");
        assert!(payments.iter().all(|p| p.state == PaymentState::Captured), "{engine:?} {payments:?}");
        assert_eq!(world.held().await, 1998, "{engine:?}");
        world.run_due().await;
        let told: Vec<String> = world.game.take().into_iter().map(|(request, _)| request.body).collect();
        assert_eq!(told.iter().filter(|b| b.contains(r#""notification_type":"payment""#)).count(), 2, "{engine:?}");
        world.check_books().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thirty_partial_refunds_never_give_back_too_much() {
    for engine in Engine::BOTH {
        let world = Arc::new(World::new(engine).await);
        let token = world.token("10.00", "USD").await;
        world.pay(&token, "4111111111111111").await;
        let payment = world.payments().await.remove(0);
        let path = format!("/merchant/v2/merchants/2340/reports/transactions/{}/partial_refund", payment.id);
        // 30 times 0.71 is more than 10.00: fourteen fit.
        let body = r#"{"description":"race","refund_amount":0.71}"#;
        let statuses = burst(&world, |_| merchant_request("PUT", &path, body)).await;
        assert_eq!(statuses.iter().filter(|s| **s == 204).count(), 14, "{engine:?} {statuses:?}");
        assert!(statuses.iter().all(|s| matches!(s, 204 | 422)), "{engine:?} {statuses:?}");
        assert_eq!(world.gateway.given_back(), 14 * 71, "{engine:?}");
        assert_eq!(world.payment(payment.id.get()).await.unwrap().refunded.minor, 14 * 71, "{engine:?}");
        assert_eq!(world.held().await, 1000 - 14 * 71, "{engine:?}");
        world.check_books().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thirty_full_refunds_give_back_once() {
    for engine in Engine::BOTH {
        let world = Arc::new(World::new(engine).await);
        let token = world.token("10.00", "USD").await;
        world.pay(&token, "4111111111111111").await;
        let payment = world.payments().await.remove(0);
        let path = format!("/merchant/v2/merchants/2340/reports/transactions/{}/refund", payment.id);
        let statuses = burst(&world, |_| merchant_request("PUT", &path, r#"{"description":"race"}"#)).await;
        assert_eq!(statuses.iter().filter(|s| **s == 204).count(), 1, "{engine:?} {statuses:?}");
        assert_eq!(world.gateway.given_back(), 1000, "{engine:?}");
        assert_eq!(world.held().await, 0, "{engine:?}");
        world.run_due().await;
        let told: Vec<String> = world.game.take().into_iter().map(|(request, _)| request.body).collect();
        assert_eq!(told.iter().filter(|b| b.contains(r#""notification_type":"refund""#)).count(), 1, "{engine:?}");
        world.check_books().await;
    }
}
