//! Two servers and their webhooks: one sends at one time, whoever dies is
//! replaced, and what was asked for meanwhile is done.

use coinslot_app::port::{Answered, Game, Later, Outgoing};
use coinslot_app::{App, Parts, Shared, event, webhook};
use coinslot_domain::id::{EventId, ProjectId};
use coinslot_domain::time::Span;
use coinslot_domain::webhook::EventState;
use coinslot_tests::world::{answered, merchant_request, silence};
use coinslot_tests::{Engine, World};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::JoinSet;

fn project() -> ProjectId {
    ProjectId::new(coinslot_app::demo::PROJECT).unwrap()
}

/// A request that waits for its answer.
type Asked = (Outgoing, oneshot::Sender<Answered>);

/// A game that answers when the test does.
struct SlowGame(mpsc::UnboundedSender<Asked>);

impl Game for SlowGame {
    fn post(&self, request: Outgoing) -> Later<'_, Answered> {
        let (answer, answered) = oneshot::channel();
        self.0.send((request, answer)).unwrap();
        Box::pin(async move { answered.await.unwrap_or_else(|_| silence()) })
    }

    fn get(&self, request: Outgoing) -> Later<'_, Answered> {
        self.post(request)
    }
}

/// Another server on the database of a world, whose game is slow.
fn slow(world: &World) -> (Shared, Arc<Mutex<mpsc::UnboundedReceiver<Asked>>>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let app = App::new(Parts {
        store: world.app.store.clone(),
        clock: world.clock.clone(),
        random: world.app.random.clone(),
        gateway: world.gateway.clone(),
        game: Arc::new(SlowGame(sender)),
        post: None,
        public_url: world.app.public_url.clone(),
        sandbox_url: None,
    });
    (app, Arc::new(Mutex::new(receiver)))
}

async fn next(asked: &Arc<Mutex<mpsc::UnboundedReceiver<Asked>>>) -> Asked {
    asked.lock().await.recv().await.unwrap()
}

fn id_of(request: &Outgoing) -> EventId {
    let (_, id) = request.headers.iter().find(|(name, _)| *name == "webhook-id").unwrap();
    EventId::new(id.strip_prefix("evt_").unwrap().parse().unwrap()).unwrap()
}

/// Buys something, and forgets what the game was asked; the payment's number.
async fn buy(world: &World) -> i64 {
    let token = world.token("10.00", "USD").await;
    world.pay(&token, "4111111111111111").await;
    world.game.take();
    world.payments().await[0].id.get()
}

async fn refund(world: &World, payment: i64) {
    let path = format!("/merchant/v2/merchants/2340/reports/transactions/{payment}/refund");
    let refund = merchant_request("PUT", &path, r#"{"description":"all of it"}"#);
    assert_eq!(world.send(refund).await.status, 204);
}

/// Where an event stands, and the statuses of its attempts.
async fn stands(world: &World, id: EventId) -> (EventState, Vec<(i64, Option<u16>)>) {
    let (event, deliveries) = event::find(&world.app, project(), id).await.unwrap().unwrap();
    assert_eq!(event.attempts, deliveries.len() as i64);
    (event.state, deliveries.into_iter().map(|d| (d.attempt, d.status)).collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_servers_send_each_event_once_and_in_order() {
    for engine in Engine::BOTH {
        let world = Arc::new(World::new(engine).await);
        for n in 0..60 {
            let payment = buy(&world).await;
            if n % 2 == 0 {
                refund(&world, payment).await;
            }
        }
        let mut running = JoinSet::new();
        for _ in 0..4 {
            let app = world.beside();
            running.spawn(async move {
                for _ in 0..20 {
                    webhook::deliver(&app, project()).await.unwrap();
                }
            });
        }
        running.join_all().await;
        world.run_due().await;
        let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (request, _) in world.game.take() {
            let body: serde_json::Value = serde_json::from_str(&request.body).unwrap();
            let kind = body["notification_type"].as_str().unwrap().to_string();
            told.entry(body["transaction"]["id"].to_string()).or_default().push(kind);
        }
        assert_eq!(told.len(), 60, "{engine:?}");
        let (two, one) = told.values().partition::<Vec<_>, _>(|kinds| kinds.len() == 2);
        assert!(two.len() == 30 && two.iter().all(|kinds| **kinds == ["payment", "refund"]), "{engine:?}: {two:?}");
        assert!(one.iter().all(|kinds| **kinds == ["payment"]), "{engine:?}: {one:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_dies_while_it_sends_is_replaced() {
    for engine in Engine::BOTH {
        let world = World::new(engine).await;
        let payment = buy(&world).await;
        refund(&world, payment).await;
        let (dying, asked) = slow(&world);
        let sending = {
            let dying = dying.clone();
            tokio::spawn(async move { webhook::deliver(&dying, project()).await })
        };
        let (request, _answer) = next(&asked).await;
        let id = id_of(&request);
        assert_eq!(webhook::deliver(&world.app, project()).await, Ok(0), "{engine:?}: the other one sends");
        sending.abort();
        assert!(sending.await.unwrap_err().is_cancelled());
        assert_eq!(webhook::deliver(&world.app, project()).await, Ok(0), "{engine:?}: nobody knows that it died");
        assert_eq!(stands(&world, id).await, (EventState::Pending, vec![]), "{engine:?}");

        world.advance(Span::seconds(19));
        assert_eq!(webhook::deliver(&world.app, project()).await, Ok(0), "{engine:?}: it may still be sending");
        world.advance(Span::seconds(1));
        world.run_due().await;
        let told: Vec<EventId> = world.game.take().iter().map(|(request, _)| id_of(request)).collect();
        assert_eq!((told.len(), told[0]), (2, id), "{engine:?}: the payment, then the refund");
        assert_eq!(stands(&world, id).await, (EventState::Delivered, vec![(1, Some(204))]), "{engine:?}");
    }
}

/// A request that was cut off in this server is made again by it, without waiting.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_does_not_wait_for_itself() {
    let world = World::new(Engine::Sqlite).await;
    buy(&world).await;
    let (app, asked) = slow(&world);
    let first = {
        let app = app.clone();
        tokio::spawn(async move { webhook::deliver(&app, project()).await })
    };
    let (request, _answer) = next(&asked).await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    let again = tokio::spawn(async move { webhook::deliver(&app, project()).await });
    let (second, answer) = next(&asked).await;
    assert_eq!(id_of(&second), id_of(&request));
    answer.send(answered(204, "")).unwrap();
    assert_eq!(again.await.unwrap(), Ok(1));
    // And a server that begins anew on the file does not wait for the one before.
    buy(&world).await;
    let (dying, asked) = slow(&world);
    let sending = tokio::spawn(async move { webhook::deliver(&dying, project()).await });
    let _unanswered = next(&asked).await;
    sending.abort();
    assert!(sending.await.unwrap_err().is_cancelled());
    let fresh = world.beside();
    assert_eq!(webhook::deliver(&fresh, project()).await, Ok(0));
    webhook::begin(&fresh).await.unwrap();
    assert_eq!(webhook::deliver(&fresh, project()).await, Ok(1));
}

/// One that was away for longer than it may has its answer noted, and nothing
/// else of it counts.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_answer_that_comes_after_another_server_sent_is_noted() {
    for engine in Engine::BOTH {
        let world = World::new(engine).await;
        let payment = buy(&world).await;
        let (late, asked) = slow(&world);
        let sending = tokio::spawn(async move { webhook::deliver(&late, project()).await });
        let (request, answer) = next(&asked).await;
        let id = id_of(&request);
        world.advance(Span::seconds(20));
        world.run_due().await;
        assert_eq!(stands(&world, id).await, (EventState::Delivered, vec![(1, Some(204))]), "{engine:?}");
        answer.send(answered(404, "")).unwrap();
        assert_eq!(sending.await.unwrap(), Ok(1), "{engine:?}");
        let both = vec![(1, Some(204)), (2, Some(404))];
        assert_eq!(stands(&world, id).await, (EventState::Delivered, both), "{engine:?}");
        let group = world.payment(payment).await.unwrap().group();
        assert_eq!(group, coinslot_domain::payment::StatusGroup::Done, "{engine:?}");
        world.run_due().await;
        // The right to send is not lost with one that came back late.
        buy(&world).await;
        world.run_due().await;
        assert_eq!(world.game.take().len(), 1, "{engine:?}");
    }
}

/// What waited for its turn meanwhile was sent by the other one.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_that_comes_back_late_sends_nothing_more() {
    for engine in Engine::BOTH {
        let world = World::new(engine).await;
        for _ in 0..70 {
            buy(&world).await;
        }
        let (late, asked) = slow(&world);
        let sending = tokio::spawn(async move { webhook::deliver(&late, project()).await });
        let mut answers = Vec::new();
        for _ in 0..64 {
            answers.push(next(&asked).await.1);
        }
        world.advance(Span::seconds(20));
        world.run_due().await;
        assert_eq!(world.game.take().len(), 70, "{engine:?}");
        for answer in answers {
            answer.send(answered(204, "")).unwrap();
        }
        assert_eq!(sending.await.unwrap(), Ok(64), "{engine:?}");
        assert!(asked.lock().await.recv().await.is_none(), "{engine:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_replayed_while_it_is_sent_is_sent_again_only_if_it_fails() {
    for engine in Engine::BOTH {
        for (status, times) in [(204, 1), (404, 2), (500, 2)] {
            let world = World::new(engine).await;
            buy(&world).await;
            let (app, asked) = slow(&world);
            let sending = {
                let app = app.clone();
                tokio::spawn(async move { webhook::deliver(&app, project()).await })
            };
            let (request, answer) = next(&asked).await;
            let id = id_of(&request);
            event::replay(&app, project(), id).await.unwrap();
            answer.send(answered(status, "")).unwrap();
            assert_eq!(sending.await.unwrap(), Ok(1), "{engine:?} {status}");
            world.run_due().await;
            assert_eq!(world.game.take().len(), times - 1, "{engine:?} {status}");
            let (state, attempts) = stands(&world, id).await;
            assert_eq!((state, attempts.len()), (EventState::Delivered, times), "{engine:?} {status}");
            assert_eq!(attempts[0], (1, Some(status)), "{engine:?}");
        }
    }
}

/// What follows an event of its payment waits until that is settled, and others
/// do not.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_that_hangs_holds_up_its_own_payment_only() {
    for engine in Engine::BOTH {
        let world = World::new(engine).await;
        let hanging = buy(&world).await;
        refund(&world, hanging).await;
        for _ in 0..200 {
            buy(&world).await;
        }
        let (app, asked) = slow(&world);
        let sending = tokio::spawn(async move { webhook::deliver(&app, project()).await });
        let (first, unanswered) = next(&asked).await;
        for _ in 0..200 {
            let (request, answer) = next(&asked).await;
            assert!(request.body.contains(r#""notification_type":"payment""#), "{engine:?}");
            assert_ne!(id_of(&request), id_of(&first), "{engine:?}: not twice");
            answer.send(answered(204, "")).unwrap();
        }
        // It looks for more meanwhile, and finds what was bought now.
        buy(&world).await;
        let (_, answer) = next(&asked).await;
        answer.send(answered(204, "")).unwrap();
        unanswered.send(answered(204, "")).unwrap();
        assert_eq!(sending.await.unwrap(), Ok(202), "{engine:?}");
        world.run_due().await;
        let told = world.game.take();
        assert_eq!(told.len(), 1, "{engine:?}");
        assert!(told[0].0.body.contains(r#""notification_type":"refund""#), "{engine:?}");
    }
}
