//! A request with an `Idempotency-Key` is done once: whoever sends it how often
//! and however it ends.

use axum::body::Body;
use axum::http::Request;
use coinslot::server;
use coinslot_app::idempotency::{self, Begun, Run};
use coinslot_app::refund::give_back;
use coinslot_app::{App, Parts, Shared, token};
use coinslot_domain::id::{MerchantId, ProjectId};
use coinslot_domain::merchant::{Caller, KeyScope};
use coinslot_domain::time::Span;
use coinslot_store::Store;
use coinslot_tests::world::{OPTIONS, PROJECT_KEY, Reply, SeededRandom, checkout_body, merchant_request, send};
use coinslot_tests::{Engine, World};
use coinslot_wire::shape;
use coinslot_wire::token::Draft;
use std::sync::Arc;
use tokio::task::JoinSet;
use tower::ServiceExt;

const TOKEN: &str = "/merchant/v2/merchants/2340/token";
const AT_ONCE: usize = 30;

fn keyed(mut request: Request<Body>, key: &str) -> Request<Body> {
    request.headers_mut().insert("idempotency-key", key.parse().unwrap());
    request
}

fn token_request(key: &str, amount: &str) -> Request<Body> {
    keyed(merchant_request("POST", TOKEN, &checkout_body(amount, "USD")), key)
}

fn with_project_key(mut request: Request<Body>) -> Request<Body> {
    assert_eq!(PROJECT_KEY, "project_api_key");
    request.headers_mut().insert("authorization", "Basic MjM0MDpwcm9qZWN0X2FwaV9rZXk=".parse().unwrap());
    request
}

/// The same server after it died: another process on the same database.
fn reborn(world: &World, seed: u64) -> Shared {
    App::new(Parts {
        store: Store::open(world.location()).unwrap(),
        clock: world.clock.clone(),
        random: Arc::new(SeededRandom::new(seed)),
        gateway: world.gateway.clone(),
        game: world.game.clone(),
        post: None,
        public_url: "http://coinslot.example".into(),
        sandbox_url: None,
    })
}

async fn captured(world: &World, amount: &str) -> String {
    let token = world.token(amount, "USD").await;
    world.pay(&token, "4111111111111111").await;
    world.payments().await.remove(0).id.to_string()
}

fn refund_path(payment: &str) -> String {
    format!("/merchant/v2/merchants/2340/reports/transactions/{payment}/partial_refund")
}

const PART: &str = r#"{"description":"again","refund_amount":1}"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thirty_at_once_with_one_key_have_one_effect() {
    for engine in Engine::BOTH {
        let world = Arc::new(World::new(engine).await);
        let payment = captured(&world, "100.00").await;
        for round in 0..4 {
            let key = format!("burst {round}");
            let mut running = JoinSet::new();
            for _ in 0..AT_ONCE {
                let (world, request) =
                    (world.clone(), keyed(merchant_request("PUT", &refund_path(&payment), PART), &key));
                running.spawn(async move { world.send(request).await });
            }
            let replies = running.join_all().await;
            let first = replies.iter().filter(|r| r.status == 204 && r.header("idempotent-replayed").is_empty());
            assert_eq!(first.count(), 1, "{engine:?} {replies:?}");
            for reply in &replies {
                let waits = reply.status == 409 && reply.header("retry-after") == "1";
                assert!(reply.status == 204 || waits, "{engine:?} {reply:?}");
            }
            assert_eq!(world.gateway.given_back(), 100 * (round + 1), "{engine:?}");
        }
        world.check_books().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_servers_on_one_database_do_it_once() {
    let world = World::new(Engine::Postgres).await;
    let payment = captured(&world, "100.00").await;
    let servers = [2, 3, 4].map(|seed| server::router(&reborn(&world, seed), OPTIONS));
    for round in 0..8 {
        let mut running = JoinSet::new();
        for i in 0..AT_ONCE {
            let request = keyed(merchant_request("PUT", &refund_path(&payment), PART), &format!("many {round}"));
            running.spawn(send(servers[i % servers.len()].clone(), request));
        }
        let replies = running.join_all().await;
        let first = replies.iter().filter(|r| r.status == 204 && r.header("idempotent-replayed").is_empty());
        assert_eq!(first.count(), 1, "{replies:?}");
        assert!(replies.iter().all(|r| r.status == 204 || r.status == 409), "{replies:?}");
        assert_eq!(world.gateway.given_back(), 100 * (round + 1));
    }
    world.check_books().await;
}

fn demo() -> Caller {
    Caller { merchant: MerchantId::new(2340).unwrap(), scope: KeyScope::Company }
}

/// Begins a request of the demo merchant; what becomes of it is the caller's
/// affair. `None` when it is not to be carried out.
async fn begin(app: &Shared, route: &str, key: &str, body: &str) -> Option<Arc<Run>> {
    let asked = idempotency::Request { caller: demo(), api_key: "demo_api_key", key, route, body: body.as_bytes() };
    match idempotency::begin(app, asked).await.unwrap() {
        Begun::Run(run) => Some(run),
        Begun::Answered(_) | Begun::Refused(_) => None,
    }
}

/// Gives a part of a payment back as the handler does, up to its answer, which
/// nobody keeps or sees.
async fn refund_and_crash(app: &Shared, payment: &str, key: &str, amount: &str, body: &str) -> bool {
    let Some(run) = begin(app, &format!("PUT {}", refund_path(payment)), key, body).await else { return false };
    let (id, amount, reason) = (payment.parse().unwrap(), Some(amount.to_string()), "again".to_string());
    run.serve(give_back(app, demo().merchant, id, amount, reason)).await.unwrap();
    assert!(run.changed() && !run.is_lost());
    true
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_effect_and_answer_loses_neither() {
    for engine in Engine::BOTH {
        let world = World::new(engine).await;
        let body = checkout_body("9.99", "USD");
        let read = Draft::read(shape::parse(body.as_bytes()).unwrap()).unwrap();
        let run = begin(&world.app, &format!("POST {TOKEN}"), "crash", &body).await.unwrap();
        let made = run.serve(token::create(&world.app, demo(), read)).await.unwrap();
        assert!(run.changed());
        drop(run);

        let other = server::router(&reborn(&world, 99), OPTIONS);
        let early = send(other.clone(), token_request("crash", "9.99")).await;
        assert_eq!(early.status, 409, "{engine:?}: the first server may still be at it: {early:?}");
        world.advance(Span::seconds(91));
        let again = send(other.clone(), token_request("crash", "9.99")).await;
        assert_eq!(again.json()["token"], made.as_str(), "{engine:?}: the very token");
        assert_eq!(again.header("idempotent-replayed"), "", "it was made again, not kept");
        // The one that died, were it to come back, knows it too.
        for router in [other, world.router.clone()] {
            let replayed = send(router, token_request("crash", "9.99")).await;
            assert_eq!((&replayed.body, replayed.header("idempotent-replayed")), (&again.body, "true"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_cut_off_at_the_gateway_goes_on_and_gives_back_once() {
    for engine in Engine::BOTH {
        let world = World::new(engine).await;
        let payment = captured(&world, "10.00").await;
        // The provider does it, and its answer is lost with the server.
        world.gateway.lose_answers(1);
        assert!(refund_and_crash(&world.app, &payment, "cut", "1", PART).await);
        assert_eq!(world.gateway.given_back(), 100);
        world.advance(Span::seconds(91));
        let other = server::router(&reborn(&world, 5), OPTIONS);
        let ask = || keyed(merchant_request("PUT", &refund_path(&payment), PART), "cut");
        let done = send(other.clone(), ask()).await;
        assert_eq!(done.status, 204, "{engine:?} {done:?}");
        let replayed = send(other, ask()).await;
        assert_eq!((replayed.status.as_u16(), replayed.header("idempotent-replayed")), (204, "true"));
        world.run_due().await;
        assert_eq!(world.gateway.given_back(), 100, "{engine:?}");
        assert_eq!(world.held().await, 900, "{engine:?}");
        world.check_books().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_hangs_up_finds_the_answer_later() {
    let world = World::new(Engine::Sqlite).await;
    let request = token_request("hangs up", "9.99");
    // Polled once, then dropped: what it sent to the database may still happen.
    let mut call = Box::pin(world.router.clone().oneshot(request));
    let _ = std::future::poll_fn(|cx| std::task::Poll::Ready(call.as_mut().poll(cx).is_ready())).await;
    drop(call);
    let mut last = world.send(token_request("hangs up", "9.99")).await;
    while last.status == 409 {
        last = world.send(token_request("hangs up", "9.99")).await;
    }
    assert_eq!(last.status, 200);
    assert_eq!(world.send(token_request("hangs up", "9.99")).await.body, last.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_projects_and_of_the_company_are_apart() {
    let world = World::new(Engine::Sqlite).await;
    let path = "/merchant/v2/merchants/2340/projects/18404/webhooks/test";
    let body = r#"{"notification_type":"payment"}"#;
    let ask = || keyed(merchant_request("POST", path, body), "one key");
    let company = world.send(ask()).await;
    assert_eq!(company.status, 200, "{}", company.body);
    let project = world.send(with_project_key(ask())).await;
    assert_eq!((project.status.as_u16(), project.header("idempotent-replayed")), (200, ""));
    for again in [world.send(ask()).await, world.send(with_project_key(ask())).await] {
        assert_eq!(again.header("idempotent-replayed"), "true");
    }
    assert_eq!(world.game.take().len(), 2, "each was sent once");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_does_not_tell_a_kept_token() {
    let world = World::new(Engine::Sqlite).await;
    let token = world.send(token_request("order 17", "9.99")).await.json()["token"].as_str().unwrap().to_string();
    for entry in std::fs::read_dir(world.directory()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains(&token) && !text.contains("order 17"));
    }
    assert_eq!(world.send(token_request("order 17", "9.99")).await.json()["token"], token.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_api_key_of_the_merchant_cannot_read_the_answer_nor_repeat_the_effect() {
    let world = World::new(Engine::Sqlite).await;
    let first = world.send(token_request("rotated", "9.99")).await;
    let now = world.app.clock.now();
    let added = world
        .app
        .store
        .write(move |tx| coinslot_store::merchant::insert_key(tx, demo(), &coinslot_app::hash("new_key"), now));
    added.await.unwrap_or_else(|e: coinslot_app::StoreError| panic!("{e}"));
    let mut request = token_request("rotated", "9.99");
    // 2340:new_key
    request.headers_mut().insert("authorization", "Basic MjM0MDpuZXdfa2V5".parse().unwrap());
    let second = world.send(request).await;
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (200, 409), "{}", second.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_for_the_servers_fault_is_not_kept() {
    let world = World::new(Engine::Sqlite).await;
    let payment = captured(&world, "10.00").await;
    let ask = || keyed(merchant_request("PUT", &refund_path(&payment), PART), "lost");
    // 200 "registered": nothing is certain, and that is what is kept, although
    // the refund goes through later.
    world.gateway.lose_answers(1);
    assert_eq!(world.send(ask()).await.status, 200);
    world.advance(Span::seconds(31));
    world.run_due().await;
    let again = world.send(ask()).await;
    assert_eq!((again.status.as_u16(), again.header("idempotent-replayed")), (200, "true"));
    assert_eq!(world.gateway.given_back(), 100);
}

/// A step of a random history.
#[derive(Clone, Copy, Debug)]
enum Act {
    Send { key: u64, amount: u64 },
    Crash { key: u64, amount: u64 },
    Reboot,
    Wait,
}

fn act(random: &SeededRandom) -> Act {
    let (key, amount) = (random.number() % 4, 1 + random.number() % 2);
    match random.number() % 8 {
        0..=3 => Act::Send { key, amount },
        4 | 5 => Act::Crash { key, amount },
        6 => Act::Reboot,
        _ => Act::Wait,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn any_history_of_retries_has_each_effect_once() {
    for seed in 0..6 {
        let engine = Engine::BOTH[usize::from(seed % 3 == 0)];
        let world = World::new(engine).await;
        let payment = captured(&world, "100.00").await;
        let random = SeededRandom::new(seed);
        let body = |amount: u64| format!(r#"{{"description":"history","refund_amount":{amount}}}"#);
        let request = |amount: u64| merchant_request("PUT", &refund_path(&payment), &body(amount));
        let (mut app, mut router) = (world.app.clone(), world.router.clone());
        // What each key was first used for.
        let mut model: [Option<u64>; 4] = [None; 4];
        for turn in 0..60 {
            let act = act(&random);
            let mut note = |key: u64, amount: u64| *model[key as usize].get_or_insert(amount) == amount;
            match act {
                Act::Send { key, amount } => {
                    let fits = note(key, amount);
                    let Reply { status, .. } = send(router.clone(), keyed(request(amount), &key.to_string())).await;
                    let expected = if fits { &[204, 409][..] } else { &[409] };
                    assert!(expected.contains(&status.as_u16()), "seed {seed}, turn {turn}: {act:?} {status}");
                }
                Act::Crash { key, amount } => {
                    let (key_text, amount_text) = (key.to_string(), amount.to_string());
                    if refund_and_crash(&app, &payment, &key_text, &amount_text, &body(amount)).await {
                        assert!(note(key, amount), "seed {seed}, turn {turn}: {act:?}");
                    }
                }
                Act::Reboot => {
                    app = reborn(&world, 1000 * seed + turn);
                    router = server::router(&app, OPTIONS);
                }
                Act::Wait => world.advance(Span::seconds(91)),
            }
            let expected: u64 = model.iter().flatten().map(|amount| 100 * amount).sum();
            assert_eq!(world.gateway.given_back() as u64, expected, "seed {seed}, turn {turn}: {act:?}");
        }
        let project = ProjectId::new(18404).unwrap();
        assert_eq!(coinslot_app::audit::books(&world.app, project).await.unwrap(), Vec::<String>::new());
        assert_eq!(world.held().await as u64 + world.gateway.given_back() as u64, 10_000, "seed {seed}");
    }
}
