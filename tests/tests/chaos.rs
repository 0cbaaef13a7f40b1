//! Random calls against a gateway that hangs and loses answers, and a game that
//! fails or is silent.
//! After each step the books balance; in the end everything is settled.

use axum::body::Body;
use axum::http::Request;
use coinslot_domain::payment::{Notified, PaymentState};
use coinslot_domain::time::Span;
use coinslot_tests::world::{SeededRandom, answered, merchant_request, silence};
use coinslot_tests::{Engine, World};
use std::collections::BTreeMap;

const CARDS: [&str; 5] =
    ["4111111111111111", "4000000000000010", "4000000000000002", "4000000000000036", "4999999999999996"];

async fn life(engine: Engine, seed: u64, steps: usize) {
    let world = World::new(engine).await;
    let random = SeededRandom::new(seed);
    let pick = |n: u64| usize::try_from(random.number() % n).unwrap();
    let mut tokens: Vec<String> = vec![];
    for step in 0..steps {
        match pick(10) {
            0 | 1 => {
                let cents = 1 + pick(5_000);
                tokens.push(world.token(&format!("{}.{:02}", cents / 100, cents % 100), "USD").await);
            }
            2..=4 if !tokens.is_empty() => {
                let token = &tokens[pick(tokens.len() as u64)];
                world.gateway.hang_next(pick(5) == 0);
                tokio::select! {
                    reply = world.pay(token, CARDS[pick(5)]) => {
                        assert!(matches!(reply.status.as_u16(), 303 | 403 | 422 | 503), "{seed}: {}", reply.status);
                    }
                    // The player gives up and closes the page.
                    () = world.gateway.hanging.notified() => {}
                }
                world.gateway.hang_next(false);
            }
            5 if !tokens.is_empty() => {
                let token = &tokens[pick(tokens.len() as u64)];
                let answer = ["approve", "decline"][pick(2)];
                let form = format!("access_token={token}&password=coinslot&answer={answer}");
                let request = Request::post("/paystation2/3ds")
                    .header("content-type", "application/x-www-form-urlencoded")
                    .body(Body::from(form))
                    .unwrap();
                let reply = world.send(request).await;
                assert!(reply.status.as_u16() < 500, "{seed}: {}", reply.status);
            }
            6 => {
                let payments = world.payments().await;
                if !payments.is_empty() {
                    let payment = &payments[pick(payments.len() as u64)];
                    let (what, body) = if pick(2) == 0 {
                        ("refund", r#"{"description":"chaos"}"#.to_string())
                    } else {
                        let cents = 1 + pick(2_000);
                        let amount = format!("{}.{:02}", cents / 100, cents % 100);
                        ("partial_refund", format!(r#"{{"description":"chaos","refund_amount":{amount}}}"#))
                    };
                    let path = format!("/merchant/v2/merchants/2340/reports/transactions/{}/{what}", payment.id);
                    let reply = world.send(merchant_request("PUT", &path, &body)).await;
                    assert!(matches!(reply.status.as_u16(), 200 | 204 | 422), "{seed}: {}", reply.body);
                }
            }
            7 => world.gateway.lose_answers(1 + pick(2)),
            8 => world.game.answer_next(match pick(3) {
                0 => answered(500, "oops"),
                1 => answered(400, r#"{"error":{"code":"INVALID_USER","message":"no"}}"#),
                _ => silence(),
            }),
            _ => {
                world.advance(Span::seconds([1, 31, 400, 2_000][pick(4)]));
                world.run_due().await;
            }
        }
        world.check_books().await;
        // The ledger never claims more than was taken, nor gives back more
        // than went back.
        let (held, taken, back) = (world.held().await, world.gateway.taken(), world.gateway.given_back());
        assert!(held <= taken, "{engine:?} seed {seed} step {step}: {held} held, {taken} taken, {back} back");
    }
    settle(&world, engine, seed).await;
}

/// Lets everything come to rest, then checks that nothing was lost.
async fn settle(world: &World, engine: Engine, seed: u64) {
    world.gateway.lose_answers(0);
    for _ in 0..20 {
        world.advance(Span::hours(8));
        world.run_due().await;
    }
    world.check_books().await;
    let held = world.gateway.taken() - world.gateway.given_back();
    assert_eq!(world.held().await, held, "{engine:?} seed {seed}: the ledger and the provider disagree");
    let mut told: BTreeMap<String, (Vec<String>, u32)> = BTreeMap::new();
    for (request, answer) in world.game.take() {
        let id = request.headers.iter().find(|(n, _)| *n == "webhook-id").unwrap().1.clone();
        let entry = told.entry(id).or_default();
        entry.0.push(request.body);
        entry.1 += u32::from(answer.status.is_some_and(|s| s < 300));
    }
    for (id, (bodies, delivered)) in &told {
        assert!(bodies.windows(2).all(|w| w[0] == w[1]), "{engine:?} seed {seed}: {id} changed between attempts");
        assert!(*delivered <= 1, "{engine:?} seed {seed}: {id} was delivered {delivered} times");
    }
    for p in world.payments().await {
        assert!(
            !matches!(p.state, PaymentState::Pending | PaymentState::Challenged),
            "{engine:?} seed {seed}: payment {} is still open",
            p.id
        );
        assert_eq!(p.reserved, p.refunded, "{engine:?} seed {seed}: a refund of {} is still open", p.id);
        if p.state.was_captured() {
            assert_ne!(p.notified, Notified::Pending, "{engine:?} seed {seed}: nobody was told of {}", p.id);
            let name = format!(r#""id":{},"#, p.id);
            let payments = told.values().filter(|(b, _)| b[0].contains(r#""notification_type":"payment""#));
            let mine = payments.filter(|(b, _)| b[0].contains(&name)).count();
            assert_eq!(mine, 1, "{engine:?} seed {seed}: payment {} has {mine} events", p.id);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_survives_a_thousand_mishaps() {
    for seed in 1..=5 {
        life(Engine::Sqlite, seed, 200).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_survives_mishaps() {
    for seed in 11..=12 {
        life(Engine::Postgres, seed, 150).await;
    }
}
