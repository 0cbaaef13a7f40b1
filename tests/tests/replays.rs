//! Sending events again: once for each wish, in order, and the payment follows.

use coinslot::event::{self as command, Again};
use coinslot_app::event::{self, Filter};
use coinslot_domain::id::{EventId, ProjectId};
use coinslot_domain::payment::StatusGroup;
use coinslot_domain::time::Span;
use coinslot_domain::webhook::EventState;
use coinslot_tests::world::{answered, merchant_request, silence};
use coinslot_tests::{Engine, World};
use serde_json::Value;
use std::sync::Arc;
use tokio::task::JoinSet;

const AT_ONCE: usize = 30;
const EVENTS: &str = "/merchant/v2/merchants/2340/projects/18404/webhooks/events";
const REPLAY: &str = "/merchant/v2/merchants/2340/projects/18404/webhooks/replay";

fn project() -> ProjectId {
    ProjectId::new(coinslot_app::demo::PROJECT).unwrap()
}

/// Buys something, and forgets what the game was asked; the payment's number.
async fn buy(world: &World) -> i64 {
    let token = world.token("10.00", "USD").await;
    world.pay(&token, "4111111111111111").await;
    world.game.take();
    world.payments().await[0].id.get()
}

/// The only event of a payment.
async fn event_of(world: &World, payment: i64) -> i64 {
    let path = format!("{EVENTS}?transaction_id={payment}&type=payment");
    let listed = world.send(merchant_request("GET", &path, "")).await.json();
    assert_eq!(listed["events"].as_array().unwrap().len(), 1, "{listed}");
    listed["events"][0]["id"].as_i64().unwrap()
}

/// `webhook-id` and body of what the game was told since the last call.
fn told(world: &World) -> Vec<(String, String)> {
    let id = |headers: &[(&str, String)]| headers.iter().find(|(n, _)| *n == "webhook-id").unwrap().1.clone();
    world.game.take().into_iter().map(|(request, _)| (id(&request.headers), request.body)).collect()
}

async fn replay_at_once(world: &Arc<World>, event: i64) {
    let mut running = JoinSet::new();
    for _ in 0..AT_ONCE {
        let world = world.clone();
        running.spawn(async move {
            let path = format!("{EVENTS}/{event}/replay");
            world.send(merchant_request("POST", &path, "")).await.status.as_u16()
        });
    }
    let statuses = running.join_all().await;
    assert!(statuses.iter().all(|s| *s == 202), "{statuses:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thirty_replays_of_one_event_deliver_it_once_more() {
    for engine in Engine::BOTH {
        let world = Arc::new(World::new(engine).await);
        let payment = buy(&world).await;
        let event = event_of(&world, payment).await;
        // Failed, acknowledged, and waiting for its next attempt.
        for answer in [answered(404, ""), answered(204, ""), answered(500, "")] {
            world.game.answer_next(answer);
            world.run_due().await;
            let before = told(&world);
            assert_eq!(before.len(), 1, "{engine:?}");
            replay_at_once(&world, event).await;
            world.run_due().await;
            assert_eq!(told(&world), before, "{engine:?}: the same bytes and the same id, once");
            replay_at_once(&world, event).await;
        }
        world.run_due().await;
        let whole = world.send(merchant_request("GET", &format!("{EVENTS}/{event}"), "")).await.json();
        let attempts: Vec<i64> =
            whole["deliveries"].as_array().unwrap().iter().map(|d| d["attempt"].as_i64().unwrap()).collect();
        assert_eq!(attempts, (1..=7).collect::<Vec<_>>(), "{engine:?}");
        assert_eq!(whole["status"], "delivered", "{engine:?}");
        world.check_books().await;
    }
}

/// While workers deliver, replays never make two attempts overlap or lose one.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn replays_while_it_is_delivered() {
    for engine in Engine::BOTH {
        let world = Arc::new(World::new(engine).await);
        let payment = buy(&world).await;
        let event = event_of(&world, payment).await;
        let mut running = JoinSet::new();
        for i in 0..AT_ONCE {
            let world = world.clone();
            running.spawn(async move {
                if i % 3 == 0 {
                    coinslot_app::webhook::deliver(&world.app, project()).await.unwrap();
                } else {
                    event::replay(&world.app, project(), EventId::new(event).unwrap()).await.unwrap();
                }
            });
        }
        running.join_all().await;
        world.run_due().await;
        let (event, deliveries) =
            event::find(&world.app, project(), EventId::new(event).unwrap()).await.unwrap().unwrap();
        assert_eq!(event.state, EventState::Delivered, "{engine:?}");
        assert_eq!(told(&world).len(), deliveries.len(), "{engine:?}: every request is recorded, and none twice");
        let attempts: Vec<i64> = deliveries.iter().map(|d| d.attempt).collect();
        assert_eq!(attempts, (1..=event.attempts).collect::<Vec<_>>(), "{engine:?}");
        assert_eq!(world.payment(payment).await.unwrap().group(), StatusGroup::Done, "{engine:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_payment_follows_its_event() {
    for engine in Engine::BOTH {
        let world = World::new(engine).await;
        let payment = buy(&world).await;
        let event = event_of(&world, payment).await;
        let group = async || world.payment(payment).await.unwrap().group();
        world.game.answer_next(answered(404, ""));
        world.run_due().await;
        assert_eq!(group().await, StatusGroup::Troubled, "{engine:?}");
        world.game.take();

        let path = format!("{EVENTS}/{event}/replay");
        let replay = async || world.send(merchant_request("POST", &path, "")).await.status;
        assert_eq!(replay().await, 202);
        assert_eq!(group().await, StatusGroup::Delivering, "{engine:?}");
        // Given up once more: fourteen attempts, over 72 hours.
        for attempt in 1..=14 {
            world.game.answer_next(silence());
            world.run_due().await;
            assert_eq!(world.game.take().len(), 1, "{engine:?}: attempt {attempt} of the fresh schedule");
            if attempt < 14 {
                assert_eq!(group().await, StatusGroup::Delivering, "{engine:?}");
            }
            world.advance(Span::hours(15));
        }
        assert_eq!(group().await, StatusGroup::Troubled, "{engine:?}");
        world.run_due().await;
        assert_eq!(world.game.take().len(), 0, "{engine:?}: given up");

        assert_eq!(replay().await, 202);
        world.run_due().await;
        assert_eq!(group().await, StatusGroup::Done, "{engine:?}");
        // A game that refuses what it acknowledged before still knows of it.
        assert_eq!(replay().await, 202);
        assert_eq!(group().await, StatusGroup::Done, "{engine:?}");
        world.game.answer_next(answered(404, ""));
        world.run_due().await;
        assert_eq!(group().await, StatusGroup::Done, "{engine:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_are_replayed_in_the_order_of_their_payment() {
    for engine in Engine::BOTH {
        let world = World::new(engine).await;
        // More than one batch holds, each with two events, all of which fail.
        let bought = 55;
        for _ in 0..bought {
            let payment = buy(&world).await;
            let path = format!("/merchant/v2/merchants/2340/reports/transactions/{payment}/refund");
            let refund = merchant_request("PUT", &path, r#"{"description":"all of it"}"#);
            assert_eq!(world.send(refund).await.status, 204);
        }
        for _ in 0..2 * bought {
            world.game.answer_next(answered(404, ""));
        }
        world.run_due().await;
        assert_eq!(world.game.take().len(), 2 * bought, "{engine:?}");

        let reply = world.send(merchant_request("POST", REPLAY, r#"{"status":"failed"}"#)).await;
        assert_eq!((reply.status.as_u16(), reply.body.as_str()), (202, r#"{"replayed":110}"#), "{engine:?}");
        world.run_due().await;
        let mut known = std::collections::BTreeMap::new();
        for (_, body) in told(&world) {
            let body: Value = serde_json::from_str(&body).unwrap();
            let kinds: &mut Vec<String> = known.entry(body["transaction"]["id"].to_string()).or_default();
            kinds.push(body["notification_type"].as_str().unwrap().into());
        }
        assert_eq!(known.len(), bought, "{engine:?}");
        assert!(known.values().all(|kinds| kinds == &["payment", "refund"]), "{engine:?}: {known:?}");
        let reply = world.send(merchant_request("POST", REPLAY, r#"{"status":"failed"}"#)).await;
        assert_eq!(reply.body, r#"{"replayed":0}"#, "{engine:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tail_shows_each_attempt_once() {
    for engine in Engine::BOTH {
        let world = World::new(engine).await;
        buy(&world).await;
        let mut tail = event::Tail::new(&world.app, project()).await.unwrap();
        let mut next = async || {
            let new = tail.next(&world.app).await.unwrap();
            new.into_iter().map(|l| (l.kind, l.delivery.attempt, l.delivery.status)).collect::<Vec<_>>()
        };
        assert_eq!(next().await, [], "{engine:?}: the question was settled before");
        world.game.answer_next(answered(500, ""));
        world.run_due().await;
        assert_eq!(next().await, [("payment".to_string(), 1, Some(500))], "{engine:?}");
        assert_eq!(next().await, [], "{engine:?}");
        world.advance(Span::minutes(1));
        world.run_due().await;
        assert_eq!(next().await, [("payment".to_string(), 2, Some(204))], "{engine:?}");
        world.advance(Span::minutes(2));
        assert_eq!(next().await, [], "{engine:?}");
    }
}

/// What `coinslot webhook` does, which needs no server.
#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_does_the_same() {
    for engine in Engine::BOTH {
        let world = World::new(engine).await;
        let app = &world.app;
        let payment = buy(&world).await;
        let id = EventId::new(event_of(&world, payment).await).unwrap();
        world.game.answer_next(answered(404, "no such route"));
        world.run_due().await;
        world.game.take();

        assert_eq!(command::project(app, project().get()).await.unwrap().id, project());
        for absent in [0, 5] {
            let why = command::project(app, absent).await.unwrap_err().to_string();
            assert!(why.contains(&format!("no project {absent}")), "{why}");
        }
        let failed = Filter { state: Some(EventState::Failed), ..Filter::default() };
        let listed = command::list(app, project(), failed, None, 20).await.unwrap();
        assert_eq!(listed.lines().count(), 2, "{engine:?}: {listed}");
        assert!(listed.contains(&format!("{id}   ")) && listed.ends_with(&format!("payment             {payment}\n")));
        let all = command::list(app, project(), Filter::default(), None, 1).await.unwrap();
        assert!(all.ends_with(&format!("There are older ones: --before {id}\n")), "{engine:?}: {all}");
        let older = command::list(app, project(), Filter::default(), Some(id), 1).await.unwrap();
        assert!(older.contains("user_validation") && !older.contains("older"), "{engine:?}: {older}");
        let question = EventId::new(5).unwrap();
        assert!(command::list(app, project(), Filter::default(), Some(question), 1).await.is_err());

        let shown = command::show(app, project(), id).await.unwrap();
        assert!(shown.contains("Status     404\n  Answer     no such route\n"), "{engine:?}: {shown}");
        assert!(command::show(app, project(), question).await.is_err());

        let one = command::replay(app, project(), Again::One(id)).await.unwrap();
        assert!(one.starts_with(&format!("Event {id} is sent again")), "{engine:?}: {one}");
        world.run_due().await;
        assert_eq!(told(&world).len(), 1, "{engine:?}");
        let none = command::replay(app, project(), Again::All { failed: true, since: None }).await.unwrap();
        assert_eq!(none, "No event fits, and none is sent.\n", "{engine:?}");
        let since = Some(coinslot_tests::world::START);
        let one = command::replay(app, project(), Again::All { failed: false, since }).await.unwrap();
        assert!(one.starts_with("1 event is sent again"), "{engine:?}: {one}");
        assert!(command::replay(app, project(), Again::One(question)).await.is_err());
        world.run_due().await;
        world.game.take();

        let demo = command::project(app, project().get()).await.unwrap();
        let test = async |kind: &str, body: Option<&str>| {
            command::test(app, demo.clone(), kind.into(), body.map(|b| b.as_bytes().to_vec()), (None, None)).await
        };
        let (text, acknowledged) = test("refund", None).await.unwrap();
        assert!(acknowledged && text.contains("Status     204"), "{engine:?}: {text}");
        world.game.answer_next(answered(400, ""));
        let (text, acknowledged) = test("new_kind", Some("{\"price\": 1.50}")).await.unwrap();
        assert!(!acknowledged && text.contains("Status     400"), "{engine:?}: {text}");
        assert_eq!(told(&world)[1].1, r#"{"notification_type":"new_kind","price":1.50}"#, "{engine:?}");
        for (kind, body, why) in [
            ("new_kind", None, "there are samples of user_validation"),
            ("new_kind", Some("{"), "--body: "),
            ("new_kind", Some("[1]"), "body: array value found"),
            ("", Some("{}"), "notification_type: "),
        ] {
            let said = test(kind, body).await.unwrap_err().to_string();
            assert!(said.contains(why), "{engine:?}: {said}");
        }
        assert_eq!(told(&world), [], "{engine:?}");
    }
}
