//! What the engines promise about transactions, whatever is in them.

#[path = "../common/mod.rs"]
mod common;
mod opening;
mod repeating;

use coinslot_domain::id::{AttemptId, EntryId, EventId, OrderId, PaymentId, ProjectId};
use coinslot_domain::ledger::{self as books, Entry, EntryKind};
use coinslot_domain::merchant::Fees;
use coinslot_domain::money::{BasisPoints, Currency, Money};
use coinslot_domain::payment::{Breakdown, Notified, Payment, PaymentEvent, PaymentState};
use coinslot_domain::tax::{Tax, TaxKind};
use coinslot_domain::time::{Span, Time};
use coinslot_domain::token::Place as DomainPlace;
use coinslot_domain::webhook::EventState;
use coinslot_store::payment::{Attempt, News};
use coinslot_store::{Location, Store, StoreError, Tx, cart, catalogue, id, ledger, payment, purchase, token, webhook};
use common::Place;
use std::collections::BTreeSet;
use std::path::Path;
use std::pin::Pin;
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};
use tokio_postgres::NoTls;

fn project() -> ProjectId {
    ProjectId::new(7).unwrap()
}

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::from_code("EUR").unwrap())
}

/// The smallest thing that can be kept.
fn put(tx: &mut Tx<'_>, hash: &str) -> Result<(), StoreError> {
    let text = String::new;
    let (body, hash) = (text(), hash.to_string());
    let stored = token::Stored { project: project(), hash, dry_run: false, body, expires_at: Time(2) };
    token::insert(tx, &stored, "", Time(1))
}

async fn is_there(store: &Store, hash: &str) -> bool {
    let hash = hash.to_string();
    store.read(move |tx| token::find(tx, project(), &hash)).await.unwrap().is_some()
}

fn a_payment(n: i64) -> Payment {
    let tax = Tax { kind: TaxKind::Vat, rate: BasisPoints(0) };
    Payment {
        project: project(),
        id: PaymentId::new(n).unwrap(),
        order: OrderId::new(n).unwrap(),
        state: PaymentState::Pending,
        attempt: AttemptId::new(n).unwrap(),
        method: 1380,
        breakdown: Breakdown::quote(eur(1000), tax, Fees::default()).unwrap(),
        refunded: eur(0),
        reserved: eur(0),
        dry_run: false,
        notified: Notified::NotNeeded,
        created_at: Time(1),
        paid_at: None,
        decline: None,
        card: None,
    }
}

/// A payment of 1000 whose money was taken.
async fn captured(store: &Store, n: i64) -> Payment {
    let run = move |tx: &mut Tx<'_>| {
        payment::insert(tx, &a_payment(n), &n.to_string())?;
        payment::advance(tx, a_payment(n), PaymentEvent::Captured, News::default())
    };
    store.write(run).await.unwrap().unwrap()
}

async fn find(store: &Store, id: PaymentId) -> Payment {
    store.read(move |tx| payment::find(tx, project(), id)).await.unwrap().unwrap()
}

/// Runs `f` as `n` writers at one time.
async fn at_once<T: Send + 'static>(
    store: &Store,
    n: i64,
    f: impl Fn(&mut Tx<'_>, i64) -> Result<T, StoreError> + Clone + Send + 'static,
) -> Vec<Result<T, StoreError>> {
    let tasks: Vec<_> = (0..n)
        .map(|i| {
            let (store, f) = (store.clone(), f.clone());
            tokio::spawn(async move { store.write(move |tx| f(tx, i)).await })
        })
        .collect();
    let mut all = Vec::new();
    for task in tasks {
        all.push(task.await.unwrap());
    }
    all
}

/// A transaction that was handed to the engine, and whose answer is not
/// awaited yet.
enum Sent<T> {
    Answered(T),
    Waiting(Pin<Box<dyn Future<Output = T>>>),
}

impl<T> Sent<T> {
    fn new(future: impl Future<Output = T> + 'static) -> Self {
        let mut future: Pin<Box<dyn Future<Output = T>>> = Box::pin(future);
        match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(answer) => Sent::Answered(answer),
            Poll::Pending => Sent::Waiting(future),
        }
    }

    async fn answer(self) -> T {
        match self {
            Sent::Answered(answer) => answer,
            Sent::Waiting(future) => future.await,
        }
    }
}

/// What a caller's own closure may return.
#[derive(Debug, PartialEq)]
enum Failure {
    Refused,
    Store(StoreError),
}

impl From<StoreError> for Failure {
    fn from(e: StoreError) -> Self {
        Failure::Store(e)
    }
}

fn send<T: Send + 'static>(
    store: &Store,
    f: impl Fn(&mut Tx<'_>) -> Result<T, Failure> + Send + 'static,
) -> Sent<Result<T, Failure>> {
    let store = store.clone();
    Sent::new(async move { store.write(f).await })
}

/// How many tokens a file shows to whoever looks at it from outside.
fn tokens_on_disk(path: &Path) -> i64 {
    let sql = "SELECT COUNT(*) FROM token";
    rusqlite::Connection::open(path).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
}

async fn client(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn execute(place: &Place, sql: &str) {
    match place.location() {
        Location::File(path) => {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap();
        }
        Location::Postgres(url) => client(&url).await.batch_execute(sql).await.unwrap(),
    }
}

#[tokio::test]
async fn each_closure_stands_for_itself() {
    for place in Place::both() {
        let store = place.open();
        // Holds SQLite's writer, so that all that follows is one group.
        let (entered, is_in) = mpsc::channel();
        let (go, may_go) = mpsc::channel::<()>();
        let blocker = send(&store, move |tx| {
            put(tx, "blocker")?;
            let _ = entered.send(());
            let _ = may_go.recv();
            Ok(())
        });
        is_in.recv().unwrap();

        let first = send(&store, |tx| Ok(put(tx, "first")?));
        let refused = send(&store, |tx| {
            put(tx, "refused")?;
            Err::<(), _>(Failure::Refused)
        });
        let panics = send(&store, |tx| -> Result<(), Failure> {
            put(tx, "panics")?;
            panic!("for the sake of the test");
        });
        let broken = send(&store, |tx| {
            put(tx, "broken")?;
            let nothing = Breakdown { payment: eur(0), ..a_payment(1).breakdown };
            Ok(payment::insert(tx, &Payment { breakdown: nothing, ..a_payment(1) }, "broken")?)
        });
        // The database said no, and the closure does not care.
        let careless = send(&store, |tx| {
            put(tx, "careless")?;
            let nothing = Breakdown { payment: eur(0), ..a_payment(1).breakdown };
            let _ = payment::insert(tx, &Payment { breakdown: nothing, ..a_payment(1) }, "careless");
            Ok(())
        });
        let location = place.location();
        let last = send(&store, move |tx| {
            put(tx, "last")?;
            Ok(match &location {
                Location::File(path) => Some(tokens_on_disk(path)),
                Location::Postgres(_) => None,
            })
        });
        go.send(()).unwrap();

        let name = place.name();
        assert_eq!(blocker.answer().await, Ok(()), "{name}");
        assert_eq!(first.answer().await, Ok(()), "{name}");
        assert_eq!(refused.answer().await, Err(Failure::Refused), "{name}: the closure's own error is handed on");
        let panicked = Failure::Store(StoreError::Panicked("for the sake of the test".into()));
        assert_eq!(panics.answer().await, Err(panicked), "{name}");
        let broken = broken.answer().await;
        assert!(matches!(broken, Err(Failure::Store(StoreError::Unavailable(_)))), "{name}: {broken:?}");
        let careless = careless.answer().await;
        assert!(matches!(careless, Err(Failure::Store(StoreError::Unavailable(_)))), "{name}: {careless:?}");
        let seen = last.answer().await.unwrap();
        if matches!(place, Place::Lite(_)) {
            assert_eq!(seen, Some(1), "only the blocker was committed: the rest is one group");
        }
        for (hash, kept) in [
            ("blocker", true),
            ("first", true),
            ("refused", false),
            ("panics", false),
            ("broken", false),
            ("careless", false),
            ("last", true),
        ] {
            assert_eq!(is_there(&store, hash).await, kept, "{name}: {hash}");
        }
    }
}

/// What is put off until the commit fails with whoever wanted it, too.
#[tokio::test]
async fn what_is_put_off_stands_for_itself() {
    for place in Place::both() {
        let (store, name) = (place.open(), place.name());
        let (entered, is_in) = mpsc::channel();
        let (go, may_go) = mpsc::channel::<()>();
        let blocker = send(&store, move |_| {
            let _ = entered.send(());
            let _ = may_go.recv();
            Ok(())
        });
        is_in.recv().unwrap();
        let entry = |n| Entry {
            project: a_payment(n).project,
            id: EntryId::new(n).unwrap(),
            kind: EntryKind::Capture,
            payment: Some(a_payment(n).id),
            at: Time(n),
            postings: books::capture(&a_payment(n).breakdown),
        };
        let posts = |hash: &'static str, entries: [i64; 2]| {
            let entries = entries.map(entry);
            send(&store, move |tx| {
                put(tx, hash)?;
                Ok(entries.iter().try_for_each(|entry| ledger::append(tx, entry))?)
            })
        };
        let sent = [posts("first", [1, 2]), posts("twice", [3, 3]), posts("last", [4, 5])];
        go.send(()).unwrap();
        assert_eq!(blocker.answer().await, Ok(()), "{name}");
        for (sent, good) in sent.into_iter().zip([true, false, true]) {
            let answer = sent.answer().await;
            match good {
                true => assert_eq!(answer, Ok(()), "{name}"),
                false => assert!(matches!(answer, Err(Failure::Store(StoreError::Unavailable(_)))), "{answer:?}"),
            }
        }
        for (hash, kept) in [("first", true), ("twice", false), ("last", true)] {
            assert_eq!(is_there(&store, hash).await, kept, "{name}: {hash}");
        }
        let project = a_payment(1).project;
        let books =
            store.read(move |tx| Ok::<_, StoreError>((ledger::balances(tx, project)?, ledger::recount(tx, project)?)));
        let (balances, recounted) = books.await.unwrap();
        let taken = a_payment(1).breakdown.payment;
        assert_eq!(balances[0], ("gateway".into(), taken.currency.code().into(), 4 * taken.minor), "{name}");
        assert_eq!(balances, recounted, "{name}");
    }
}

#[tokio::test]
async fn a_panic_ends_neither_writers_nor_readers() {
    for place in Place::both() {
        let (store, name) = (place.open(), place.name());
        // More than there are threads to lose.
        for i in 0..20 {
            let wrote = store.write(|_| -> Result<(), StoreError> { panic!("in a write") }).await;
            assert_eq!(wrote, Err(StoreError::Panicked("in a write".into())), "{name}");
            let read = store.read(move |_| -> Result<(), StoreError> { panic!("in read {i}") }).await;
            assert_eq!(read, Err(StoreError::Panicked(format!("in read {i}"))), "{name}");
        }
        store.write(|tx| put(tx, "after")).await.unwrap();
        assert!(is_there(&store, "after").await, "{name}");
    }
}

#[tokio::test]
async fn concurrent_writers_lose_nothing() {
    for place in Place::both() {
        let (store, name) = (place.open(), place.name());

        let paid = captured(&store, 1).await;
        let of = paid.clone();
        let all = at_once(&store, 30, move |tx, _| payment::reserve(tx, &of, eur(1))).await;
        assert!(all.into_iter().all(|r| r == Ok(true)), "{name}");
        assert_eq!(find(&store, paid.id).await.reserved, eur(30), "{name}");

        // 970 are left: nine times a hundred.
        let of = paid.clone();
        let all = at_once(&store, 30, move |tx, _| payment::reserve(tx, &of, eur(100))).await;
        assert_eq!(all.into_iter().filter(|r| *r == Ok(true)).count(), 9, "{name}");
        assert_eq!(find(&store, paid.id).await.reserved, eur(930), "{name}");

        // Only one may move a payment on.
        let all = at_once(&store, 30, |tx, _| {
            payment::insert(tx, &a_payment(2), "2")?;
            Ok(payment::advance(tx, a_payment(2), PaymentEvent::Captured, News::default())?.is_some())
        })
        .await;
        assert_eq!(all.into_iter().filter(|r| *r == Ok(true)).count(), 1, "{name}");

        let all = at_once(&store, 30, |tx, _| id::take(tx, id::Kind::Id, 3)).await;
        let ids: BTreeSet<i64> = all.into_iter().map(Result::unwrap).flat_map(|first| first..first + 3).collect();
        assert_eq!(ids.len(), 90, "{name}: an id twice");
    }
}

/// Runs `n` at one time, sharing transactions.
async fn together(
    store: &Store,
    n: i64,
    f: impl Fn(&mut Tx<'_>, i64) -> Result<bool, StoreError> + Clone + Send + 'static,
) -> Vec<Result<bool, StoreError>> {
    let run = |i| {
        let (store, f) = (store.clone(), f.clone());
        tokio::spawn(async move { store.write_together(move |tx| f(tx, i)).await })
    };
    let tasks: Vec<_> = (0..n).map(run).collect();
    let mut all = Vec::new();
    for task in tasks {
        all.push(task.await.unwrap());
    }
    all
}

#[tokio::test]
async fn those_who_share_a_transaction_have_their_own_answers() {
    for place in Place::both() {
        let (store, name) = (place.open(), place.name());
        // Each of its own, and some that refuse.
        let all = together(&store, 60, |tx, i| {
            let made = payment::insert(tx, &a_payment(100 + i), &format!("t{i}"))?;
            if i % 20 == 7 { Err(StoreError::Unavailable("no".into())) } else { Ok(made) }
        })
        .await;
        for (i, result) in (0_i64..).zip(&all) {
            let refused = i % 20 == 7;
            assert_eq!(result.is_err(), refused, "{name} {i}: {result:?}");
            assert!(refused || *result == Ok(true), "{name} {i}");
            let id = PaymentId::new(100 + i).unwrap();
            let found = store.read(move |tx| payment::find(tx, project(), id)).await.unwrap();
            assert_eq!(found.is_some(), !refused, "{name} {i}");
        }
        // All want the same: one gets it, and the others know.
        let all = together(&store, 30, |tx, i| {
            let ours = payment::insert(tx, &a_payment(200 + i), "the one")?;
            if !ours {
                assert!(payment::of_token(tx, project(), "the one")?.is_some());
            }
            Ok(ours)
        })
        .await;
        assert_eq!(all.iter().filter(|r| **r == Ok(true)).count(), 1, "{name}: {all:?}");
        let all = together(&store, 30, |tx, _| {
            Ok(payment::advance(tx, a_payment(100), PaymentEvent::Captured, News::default())?.is_some())
        })
        .await;
        assert_eq!(all.into_iter().filter(|r| *r == Ok(true)).count(), 1, "{name}");
        // What is read has what was written before it, in the same transaction.
        let all = together(&store, 30, |tx, i| {
            payment::insert(tx, &a_payment(300 + i), &format!("u{i}"))?;
            Ok(payment::of_token(tx, project(), &format!("u{i}"))?.is_some_and(|p| p.id.get() == 300 + i))
        })
        .await;
        assert!(all.iter().all(|r| *r == Ok(true)), "{name}: {all:?}");
        // Panics are one's own.
        let all = together(&store, 9, |tx, i| {
            payment::insert(tx, &a_payment(400 + i), &format!("v{i}"))?;
            assert_ne!(i, 4, "this one");
            Ok(true)
        })
        .await;
        assert_eq!(all.iter().filter(|r| r.is_err()).count(), 1, "{name}: {all:?}");
    }
}

#[tokio::test]
async fn read_and_conditional_write_lose_nothing() {
    for place in Place::both() {
        let (store, name) = (place.open(), place.name());
        let paid = captured(&store, 1).await;
        let of = paid.clone();
        store.write(move |tx| payment::reserve(tx, &of, eur(1000))).await.unwrap();
        // The last of the thirty makes it whole, and must be the one to see it.
        let tasks: Vec<_> = (0..30)
            .map(|i| {
                let (store, id) = (store.clone(), paid.id);
                let amount = if i == 0 { eur(1000 - 29 * 10) } else { eur(10) };
                tokio::spawn(async move {
                    loop {
                        let seen = find(&store, id).await;
                        let moved = store.write(move |tx| payment::refunded(tx, seen.clone(), amount)).await;
                        if let Some(payment) = moved.unwrap() {
                            break payment.state;
                        }
                    }
                })
            })
            .collect();
        let mut whole = 0;
        for task in tasks {
            whole += usize::from(task.await.unwrap() == PaymentState::Refunded);
        }
        assert_eq!(whole, 1, "{name}");
        let found = find(&store, paid.id).await;
        assert_eq!((found.refunded, found.state), (eur(1000), PaymentState::Refunded), "{name}");
    }
}

#[tokio::test]
async fn of_many_servers_one_may_send() {
    for place in Place::both() {
        let (store, name) = (place.open(), place.name());
        for (now, turn) in [(100, 1), (200, 2)] {
            let taken =
                at_once(&store, 8, move |tx, _| webhook::take(tx, project(), 0, Time(now), Time(now + 100))).await;
            let taken: Vec<i64> = taken.into_iter().filter_map(Result::unwrap).collect();
            assert_eq!(taken, [turn], "{name}");
        }
    }
}

#[tokio::test]
async fn many_who_sent_one_event_at_one_time_note_each_attempt() {
    for place in Place::both() {
        let (store, name) = (place.open(), place.name());
        let (event, payment) = (EventId::new(1).unwrap(), PaymentId::new(2).unwrap());
        let fill = move |tx: &mut Tx<'_>| webhook::insert(tx, project(), event, payment, "payment", "{}", Time(1));
        store.write(fill).await.unwrap();
        let settled = at_once(&store, 8, move |tx, n| {
            let seen = webhook::Due {
                project: project(),
                id: event,
                payment,
                seq: 1,
                kind: "payment".into(),
                body: String::new(),
                attempts: 0,
                attempts_before: 0,
                due_at: Time(1),
            };
            let delivery = webhook::Delivery {
                project: project(),
                event,
                attempt: 1,
                url: String::new(),
                signature: String::new(),
                sent_at: Time(n),
                took: Span(1),
                status: Some(204),
                answer: String::new(),
                error: None,
            };
            webhook::settle(tx, &seen, &delivery, EventState::Delivered, Time(1))
        })
        .await;
        assert_eq!(settled.into_iter().filter(|s| *s == Ok(true)).count(), 1, "{name}: it is told once");
        let attempts = store.read(move |tx| webhook::attempts_of(tx, project(), event)).await.unwrap();
        let numbers: Vec<i64> = attempts.iter().map(|d| d.attempt).collect();
        assert_eq!(numbers, (1..=8).collect::<Vec<_>>(), "{name}");
        let times: BTreeSet<i64> = attempts.iter().map(|d| d.sent_at.0).collect();
        assert_eq!(times.len(), 8, "{name}: each of them");
    }
}

#[tokio::test]
async fn reads_see_what_was_acknowledged() {
    for place in Place::both() {
        let store = place.open();
        let tasks: Vec<_> = (0..4)
            .map(|task| {
                let store = store.clone();
                tokio::spawn(async move {
                    for i in 0..20 {
                        let hash = format!("{task}-{i}");
                        let key = hash.clone();
                        store.write(move |tx| put(tx, &key)).await.unwrap();
                        assert!(is_there(&store, &hash).await, "{hash} was acknowledged and is not seen");
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    }
}

#[tokio::test]
async fn carts_of_earlier_versions_are_read() {
    for place in Place::both() {
        let (name, store) = (place.name(), place.open());
        execute(
            &place,
            "INSERT INTO cart (project_id, user_id, cart_id, coupon, changed_at) VALUES (7, 'p', 'c', 'SPRING', 1);
            INSERT INTO cart_line (project_id, user_id, cart_id, sku, seq, quantity)
                VALUES (7, 'p', 'c', 'a', 2, 5), (7, 'p', 'c', 'b', 1, 3)",
        )
        .await;
        let found = || store.read(|tx| cart::find(tx, project(), "p", "c"));
        let lines = |all: &[(&str, i64)]| all.iter().map(|(sku, n)| (sku.to_string(), *n)).collect::<Vec<_>>();
        let old = found().await.unwrap();
        assert_eq!((old.lines, old.coupon.as_deref()), (lines(&[("b", 3), ("a", 5)]), Some("SPRING")), "{name}");
        let change = |tx: &mut Tx<'_>| {
            let mut held = cart::hold(tx, project(), "p", "c", Time(2))?;
            held.put("b", 0);
            cart::save(tx, &held)
        };
        store.write(change).await.unwrap();
        assert_eq!(found().await.unwrap().lines, lines(&[("a", 5)]), "{name}");
        store.write(|tx| cart::remove(tx, project(), "p", "c")).await.unwrap();
        assert_eq!(store.read(|tx| cart::known(tx, project(), "p", "c")).await, Ok(None), "{name}");
        store.write(|tx| cart::hold(tx, project(), "p", "c", Time(3)).map(drop)).await.unwrap();
        assert_eq!(found().await.unwrap().lines, [], "{name}: nothing comes back");
    }
}

#[tokio::test]
async fn whoever_buys_has_a_new_epoch() {
    let item = coinslot_domain::id::ItemId::new(3).unwrap();
    for place in Place::both() {
        let (name, store) = (place.name(), place.open());
        let epochs = || ["p", "q"].map(|user| store.epoch_of_player(project(), user));
        let [p, q] = epochs();
        let count = |limit| store.write(move |tx| purchase::count(tx, project(), "p", item, 1, limit));
        assert_eq!(count(None).await, Ok(true), "{name}");
        let [p2, q2] = epochs();
        assert!(p2 != p && q2 == q, "{name}: only for the player");
        store.write(|tx| put(tx, "another")).await.unwrap();
        assert_eq!(epochs(), [p2, q], "{name}");
        store.write(move |tx| purchase::uncount(tx, project(), "p", item, 1)).await.unwrap();
        assert!(epochs()[0] != p2, "{name}: it was taken back");
        // One who refuses undoes nobody else's.
        let before = epochs()[1];
        let bought = move |tx: &mut Tx<'_>| purchase::count(tx, project(), "q", item, 1, None).map(drop);
        let refused = move |tx: &mut Tx<'_>| {
            purchase::count(tx, project(), "p", item, 1, None)?;
            Err::<(), _>(StoreError::Corrupt("refused".into()))
        };
        let (bought, refused) = tokio::join!(store.write(bought), store.write(refused));
        assert!(bought.is_ok() && refused.is_err() && epochs()[1] != before, "{name}");
    }
}

#[tokio::test]
async fn a_transaction_knows_the_version_that_it_made() {
    for place in Place::both() {
        let (name, store) = (place.name(), place.open());
        let made = store.write(|tx| {
            let before = catalogue::version_seen(tx, project())?;
            let made = catalogue::advance(tx, project())?;
            Ok::<_, StoreError>((before, made, catalogue::version_seen(tx, project())?))
        });
        assert_eq!(made.await, Ok((0, 1, 1)), "{name}");
        let refused = |tx: &mut Tx<'_>| {
            catalogue::advance(tx, project())?;
            Err::<(), _>(StoreError::Corrupt("refused".into()))
        };
        let seen = |tx: &mut Tx<'_>| catalogue::version_seen(tx, project());
        for _ in 0..20 {
            let (refused, first, second) = tokio::join!(store.write(refused), store.write(seen), store.write(seen));
            assert!(refused.is_err(), "{name}");
            assert_eq!((first, second), (Ok(1), Ok(1)), "{name}: what was undone is not seen");
        }
        store.write(|tx| catalogue::advance(tx, project())).await.unwrap();
        assert_eq!((store.write(seen).await, store.read(seen).await), (Ok(2), Ok(2)), "{name}");
    }
}

#[tokio::test]
async fn a_transaction_of_several_tables_is_whole_or_not_there() {
    for place in Place::both() {
        let store = place.open();
        let attempt = Attempt {
            project: project(),
            id: AttemptId::new(1).unwrap(),
            payment: PaymentId::new(1).unwrap(),
            state: coinslot_domain::payment::AttemptState::Pending,
            method: 1380,
            card_token: None,
            keep: false,
        };
        let known = attempt.clone();
        store.write(move |tx| payment::insert_attempt(tx, &known, Time(1))).await.unwrap();
        let run = move |tx: &mut Tx<'_>| {
            put(tx, "with the payment")?;
            payment::insert(tx, &a_payment(1), "with the payment")?;
            payment::insert_attempt(tx, &attempt, Time(2))
        };
        let answer = store.write(run).await;
        assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{}: {answer:?}", place.name());
        assert!(!is_there(&store, "with the payment").await, "{}", place.name());
        let found = store.read(|tx| payment::find(tx, project(), a_payment(1).id)).await;
        assert_eq!(found, Ok(None), "{}", place.name());
    }
}

#[tokio::test]
async fn pages_of_tokens_are_at_hand_once_they_are_committed() {
    let [lite, _] = Place::both();
    let store = lite.open();
    let token = |hash: &str| token::Stored {
        project: project(),
        hash: hash.into(),
        dry_run: true,
        body: format!("of {hash}"),
        expires_at: Time(2),
    };
    let refused = store.write(move |tx| {
        token::keep(tx, &token("a"), 5, false);
        token::keep(tx, &token("b"), 6, false);
        Err::<(), _>(StoreError::Overtaken)
    });
    assert_eq!(refused.await, Err(StoreError::Overtaken));
    let kept = store.write(move |tx| {
        token::keep(tx, &token("c"), 7, false);
        token::keep(tx, &token("d"), 8, false);
        token::keep(tx, &token("e"), 9, true);
        Ok::<_, StoreError>(token::keep(tx, &token("f"), 10, true))
    });
    kept.await.unwrap();
    let bodies = async || {
        let mut bodies = vec![];
        for (page, slot) in [(5, 0), (7, 0), (7, 1), (7, 2), (9, 0), (10, 0)] {
            let found = store.token(project(), DomainPlace { page, slot }, |token| token.hash != "f").await.unwrap();
            bodies.push(found.map(|token| token.body));
        }
        bodies
    };
    let of = |hash: &str| Some(format!("of {hash}"));
    // Who is not its finds nothing, and the others still do.
    assert_eq!(bodies().await, [None, of("c"), of("d"), None, of("e"), None]);
    let stored = store.read(|tx| token::page(tx, project(), 7)).await.unwrap().unwrap();
    assert!(stored.at(1).is_some_and(|token| (token.hash, token.body) == ("d", "of d")));
    let Location::File(path) = lite.location() else { unreachable!("the first is a file") };
    let forget = || rusqlite::Connection::open(&path).unwrap().execute("DELETE FROM token_page", []).unwrap();
    forget();
    assert_eq!(bodies().await, [None, of("c"), of("d"), None, of("e"), None], "from memory");
    // A page of one token may be an older one's, so it is not kept before somebody looks at it.
    let kept = store.write(move |tx| Ok::<_, StoreError>(token::keep(tx, &token("g"), 11, true)));
    kept.await.unwrap();
    forget();
    assert_eq!(store.token(project(), DomainPlace { page: 11, slot: 0 }, |_| true).await, Ok(None));
}

/// Whoever reads one token reads one page of the file.
#[tokio::test]
async fn a_page_of_tokens_fits_into_a_page_of_the_file() {
    let [place, _] = Place::both();
    let store = place.open();
    for body in [30, 150, 640, 1_900] {
        let kept = store.write(move |tx| {
            for number in 0..200 {
                let stored = token::Stored {
                    project: project(),
                    hash: "a".repeat(64),
                    dry_run: true,
                    body: "b".repeat(body),
                    expires_at: Time(i64::MAX),
                };
                token::keep(tx, &stored, (body as i64) * 1_000 + number, false);
            }
            Ok::<_, StoreError>(())
        });
        kept.await.unwrap();
    }
    let Location::File(path) = place.location() else { unreachable!("the first is a file") };
    let sql = "SELECT pagetype, COUNT(*) FROM dbstat WHERE name = 'token_page' GROUP BY pagetype";
    let file = rusqlite::Connection::open(path).unwrap();
    let mut statement = file.prepare(sql).unwrap();
    let kinds = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    let kinds = kinds.collect::<Result<std::collections::BTreeMap<String, i64>, _>>().unwrap();
    assert!(kinds["leaf"] > 100 && !kinds.contains_key("overflow"), "{kinds:?}");
}
