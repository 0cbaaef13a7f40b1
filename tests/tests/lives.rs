//! Thirteen months of every shape of plan. `COINSLOT_GOLDEN=update` writes what
//! is; read it.

use coinslot_tests::Engine;
use coinslot_tests::lives::{lives, path};

// On one thread, so that what happens at one time happens in one order.
#[tokio::test]
async fn thirteen_months_of_every_plan() {
    let now = lives((Engine::Sqlite, false)).await;
    if std::env::var("COINSLOT_GOLDEN").is_ok_and(|v| v == "update") {
        std::fs::write(path(), &now).unwrap();
    }
    assert_eq!(now, std::fs::read_to_string(path()).unwrap());
    assert_eq!(lives((Engine::Postgres, false)).await, now, "on PostgreSQL");
}

// A gateway that has nobody to ask makes one transaction of what is two.
#[tokio::test]
async fn thirteen_months_that_are_charged_at_once() {
    let expected = std::fs::read_to_string(path()).unwrap();
    for engine in Engine::BOTH {
        assert_eq!(lives((engine, true)).await, expected, "{engine:?}");
    }
}
