//! What makes PostgreSQL run a transaction again: conflicts, deadlocks, connections that die.

use super::{at_once, captured, client, eur, find, is_there, project, put, send};
use coinslot_domain::payment::Payment;
use coinslot_store::{Location, Store, Tx, payment};
use coinslot_testkit::postgres;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};

/// Ends every other connection to the database, and returns when they are
/// gone; how many.
async fn kill_all(client: &tokio_postgres::Client) -> i64 {
    // The second number is how many milliseconds to wait for each.
    let kill = "SELECT COUNT(*) FROM (SELECT pg_terminate_backend(pid, 60000) AS gone FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()) AS k WHERE gone";
    client.query_one(kill, &[]).await.unwrap().get(0)
}

fn serializable(url: &str) -> String {
    format!("{url}?options=-c%20default_transaction_isolation%3Dserializable")
}

#[tokio::test]
async fn conflicting_transactions_are_repeated() {
    let database = postgres::database();
    let url = serializable(database.url());
    let level: String = client(&url).await.query_one("SHOW transaction_isolation", &[]).await.unwrap().get(0);
    assert_eq!(level, "serializable");
    let store = Store::open(&Location::Postgres(url)).unwrap();
    let paid = captured(&store, 1).await;

    // One reads, another writes what was read, and then the first writes: under
    // this isolation the first must begin anew.
    let (has_read, is_read) = mpsc::channel();
    let (go, may_go) = mpsc::channel::<()>();
    let runs = Arc::new(AtomicUsize::new(0));
    let (counted, id) = (runs.clone(), paid.id);
    let slow = send(&store, move |tx| {
        let seen = payment::find(tx, project(), id)?.unwrap();
        if counted.fetch_add(1, Ordering::SeqCst) == 0 {
            has_read.send(()).unwrap();
            may_go.recv().unwrap();
        }
        payment::reserve(tx, &seen, eur(1))?;
        Ok(seen.reserved)
    });
    is_read.recv().unwrap();
    let of = paid.clone();
    assert!(store.write(move |tx| payment::reserve(tx, &of, eur(10))).await.unwrap());
    go.send(()).unwrap();
    assert_eq!(slow.answer().await, Ok(eur(10)), "only the last run counts");
    assert_eq!(runs.load(Ordering::SeqCst), 2);

    let id = paid.id;
    let all = at_once(&store, 30, move |tx, _| {
        let seen = payment::lock(tx, project(), id)?.unwrap();
        payment::reserve(tx, &seen, eur(1))
    })
    .await;
    let failed: Vec<_> = all.into_iter().filter(|r| *r != Ok(true)).collect();
    assert!(failed.is_empty(), "{failed:?}");
    assert_eq!(find(&store, paid.id).await.reserved, eur(41));
}

#[tokio::test]
async fn deadlocks_are_repeated() {
    let database = postgres::database();
    let store = Store::open(&Location::Postgres(database.url().into())).unwrap();
    let (one, two) = (captured(&store, 1).await, captured(&store, 2).await);
    // Each holds its first row when it asks for the other's.
    let (to_b, from_a) = mpsc::channel::<()>();
    let (to_a, from_b) = mpsc::channel::<()>();
    let crossing = |first: Payment, second: Payment, tell: mpsc::Sender<()>, wait: mpsc::Receiver<()>| {
        // Dropped after the first run, so that nobody waits in the second.
        let meeting = Mutex::new(Some((tell, wait)));
        move |tx: &mut Tx<'_>| {
            payment::reserve(tx, &first, eur(1))?;
            if let Some((tell, wait)) = meeting.lock().unwrap().take() {
                let _ = tell.send(());
                let _ = wait.recv();
            }
            Ok(payment::reserve(tx, &second, eur(1))?)
        }
    };
    let a = send(&store, crossing(one.clone(), two.clone(), to_b, from_b));
    let b = send(&store, crossing(two.clone(), one.clone(), to_a, from_a));
    assert_eq!((a.answer().await, b.answer().await), (Ok(true), Ok(true)));
    assert_eq!(find(&store, one.id).await.reserved, eur(2));
    assert_eq!(find(&store, two.id).await.reserved, eur(2));
}

#[tokio::test]
async fn a_killed_connection_is_replaced() {
    let database = postgres::database();
    let store = Store::open(&Location::Postgres(database.url().into())).unwrap();
    let client = client(database.url()).await;
    for round in 0..3 {
        let written = at_once(&store, 30, move |tx, i| put(tx, &format!("{round}-{i}"))).await;
        assert_eq!(written, vec![Ok(()); 30], "round {round}");
        assert!(kill_all(&client).await > 0);
        // A read meets the dead connections as well.
        assert!(is_there(&store, &format!("{round}-29")).await);
        let found = count_of_round(&store, round).await;
        assert_eq!(found, 30, "round {round}");
        assert!(kill_all(&client).await > 0);
    }
}

/// How many of a round's tokens are there, asked for at one time.
async fn count_of_round(store: &Store, round: i32) -> usize {
    let ask = |i: i32| {
        let store = store.clone();
        tokio::spawn(async move { is_there(&store, &format!("{round}-{i}")).await })
    };
    let mut found = 0;
    for task in (0..30).map(ask).collect::<Vec<_>>() {
        found += usize::from(task.await.unwrap());
    }
    found
}

#[tokio::test]
async fn a_transaction_whose_connection_dies_is_repeated() {
    let database = postgres::database();
    let store = Store::open(&Location::Postgres(database.url().into())).unwrap();
    let (has_begun, begun) = mpsc::channel();
    let (go, may_go) = mpsc::channel::<()>();
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = runs.clone();
    let sent = send(&store, move |tx| {
        let run = counted.fetch_add(1, Ordering::SeqCst);
        put(tx, &format!("run {run}"))?;
        if run == 0 {
            has_begun.send(()).unwrap();
            may_go.recv().unwrap();
        }
        put(tx, "done")?;
        Ok(run)
    });
    begun.recv().unwrap();
    assert!(kill_all(&client(database.url()).await).await > 0);
    go.send(()).unwrap();
    assert_eq!(sent.answer().await, Ok(1));
    assert_eq!(runs.load(Ordering::SeqCst), 2);
    assert!(!is_there(&store, "run 0").await, "what the dead connection did is undone");
    assert!(is_there(&store, "run 1").await && is_there(&store, "done").await);
}
