//! The look at a database is not blind: whatever is taken out of a sound one is
//! missed.

use coinslot_durability::audit::examine;
use coinslot_durability::client::{Purchase, Script};
use coinslot_durability::outside::Outside;
use coinslot_durability::power::scratch;
use coinslot_durability::seed::Seeded;
use coinslot_durability::shop::{self, Shop};
use std::path::Path;

/// What is done to the database, one at a time.
const DAMAGE: [(&str, &str); 18] = [
    ("a token", "DELETE FROM token_page WHERE page_id = (SELECT page_id FROM token_page LIMIT 1)"),
    ("a payment", "DELETE FROM payment WHERE payment_id = (SELECT payment_id FROM payment WHERE state = 'captured')"),
    (
        "a capture",
        "UPDATE payment SET state = 'pending' WHERE payment_id =
        (SELECT payment_id FROM payment WHERE state = 'captured')",
    ),
    ("a state", "UPDATE payment SET state = 'captured' WHERE state = 'refunded'"),
    ("an order", "DELETE FROM orders WHERE order_id = (SELECT order_id FROM orders WHERE state = 'paid')"),
    (
        "an order's state",
        "UPDATE orders SET state = 'new' WHERE order_id =
        (SELECT order_id FROM orders WHERE state = 'paid')",
    ),
    ("an attempt", "DELETE FROM attempt WHERE attempt_id = (SELECT attempt_id FROM attempt WHERE state = 'succeeded')"),
    (
        "an attempt too many",
        "INSERT INTO attempt (project_id, attempt_id, payment_id, state, method, card_token,
        decline, created_at, updated_at) SELECT project_id, attempt_id + 500000, payment_id, state, method,
        card_token, decline, created_at, updated_at FROM attempt WHERE state = 'succeeded' LIMIT 1",
    ),
    ("an entry", "DELETE FROM posting WHERE entry_id = (SELECT entry_id FROM posting WHERE kind = 'capture')"),
    (
        "an amount",
        "UPDATE posting SET amount = amount + 1 WHERE seq = 1 AND entry_id = (SELECT MIN(entry_id) FROM posting)",
    ),
    ("a balance", "UPDATE balance SET amount = amount + 1 WHERE rowid = (SELECT MIN(rowid) FROM balance)"),
    ("an event", "DELETE FROM event WHERE event_id = (SELECT event_id FROM event WHERE kind = 'payment')"),
    (
        "an event too many",
        "INSERT INTO event (project_id, event_id, payment_id, seq, kind, body, created_at)
        SELECT project_id, event_id + 500000, payment_id, seq + 50, kind, body, created_at
        FROM event WHERE kind = 'payment' LIMIT 1",
    ),
    (
        "an event's bytes",
        "UPDATE event SET body = body || ' ' WHERE event_id = (SELECT event_id FROM event WHERE kind = 'payment');
        INSERT INTO outbox (project_id, payment_id, seq, event_id, attempts, attempts_before, due_at)
        SELECT project_id, payment_id, seq, event_id, 1, 1, created_at FROM event
        WHERE event_id = (SELECT event_id FROM event WHERE kind = 'payment')",
    ),
    (
        "a delivery",
        "INSERT INTO given_up (project_id, created_at, event_id) SELECT project_id, created_at, event_id
        FROM event WHERE kind = 'payment' LIMIT 1",
    ),
    ("a refund", "DELETE FROM refund WHERE refund_id = (SELECT refund_id FROM refund WHERE state = 'succeeded')"),
    ("a refund's entry", "DELETE FROM posting WHERE entry_id = (SELECT entry_id FROM posting WHERE kind = 'refund')"),
    ("a refunded amount", "UPDATE payment SET refunded = 0, reserved = 0 WHERE refunded > 0"),
];

#[test]
fn whatever_is_missing_is_missed() {
    let runtime = shop::single();
    let outside = Outside::new(&Seeded::new(1));
    let directory = scratch();
    let sound = directory.path().join("coinslot.db");
    let mut script = Script::new(Seeded::new(2));
    {
        let shop = Shop::open(&runtime, &outside, &sound, None).unwrap();
        for _ in 0..400 {
            assert!(script.step(&shop).is_ok());
        }
        shop.run_due().unwrap();
    }
    assert_eq!(script.surprises, [""; 0]);
    assert!(script.purchases.iter().filter(|p| p.paid.is_some() && p.refunded == 0).count() > 3);

    let looked = |name: &str, damage: Option<&str>| {
        let copy = directory.path().join(format!("{name}.db"));
        copy_of(&sound, &copy);
        if let Some(damage) = damage {
            let connection = rusqlite::Connection::open(&copy).unwrap();
            connection.execute_batch(damage).unwrap();
            assert!(connection.total_changes() > 0, "there was no {name} to damage");
        }
        let world = outside.fork();
        let purchases: &[Purchase] = &script.purchases;
        examine(&runtime, &world, world.receiver.clone(), &copy, purchases, true)
    };
    let findings = looked("nothing", None);
    assert!(findings.is_empty(), "{findings:#?}");
    for (name, damage) in DAMAGE {
        assert!(!looked(name, Some(damage)).is_empty(), "nobody missed {name}");
    }
}

/// A copy whole in one file, whoever still has the original open.
fn copy_of(from: &Path, to: &Path) {
    let connection = rusqlite::Connection::open(from).unwrap();
    connection.execute("VACUUM INTO ?1", [to.to_str().unwrap()]).unwrap();
}
