//! Requests that name themselves.

use super::{Log, Step, at, ours};
use coinslot_domain::id::MerchantId;
use coinslot_domain::merchant::KeyScope;
use coinslot_store::idempotency::{Asked, Name, Step as Taken};
use coinslot_store::{StoreError, Tx, idempotency};

pub(crate) const STEPS: &[Step] = &[Step::Write("requests that name themselves", requests)];

fn requests(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let merchant = MerchantId::new(7).unwrap();
    let name = |key: &str| Name::new(merchant, KeyScope::Project(ours()), key.into());
    let last = |key: &str, run: &str, second: i64| Taken {
        name: name(key),
        asked: Asked { route: "POST /".into(), body_hash: "b".into() },
        run: run.into(),
        number: 0,
        drawn: "d".into(),
        at: at(second),
    };
    assert_eq!(call!(log, idempotency::find(tx, &name("a"))), None);
    assert!(call!(log, idempotency::answer(tx, &last("a", "r1", 1), "first")));
    assert!(call!(log, idempotency::answer(tx, &last("a", "r1", 1), "first")), "twice is once");
    assert!(!call!(log, idempotency::answer(tx, &last("a", "r2", 2), "second")), "the first stays");
    let found = call!(log, idempotency::find(tx, &name("a"))).unwrap();
    assert_eq!((found.answer.as_deref(), found.step, found.begun_at), (Some("first"), 0, at(1)));
    assert!(!call!(log, idempotency::take_over(tx, &name("a"), &found, "r2", at(3))), "it is answered");
    assert_eq!(call!(log, idempotency::find(tx, &Name { project: 0, ..name("a") })), None, "another scope");

    assert!(call!(log, idempotency::answer(tx, &last("b", "r3", 9), "late")));
    assert_eq!(call!(log, idempotency::projects_to_purge(tx, at(9))), [ours().get()]);
    call!(log, idempotency::forget(tx, &name("b"), at(9)));
    assert!(call!(log, idempotency::find(tx, &name("b"))).is_some(), "not old enough");
    assert_eq!(call!(log, idempotency::purge(tx, ours().get(), at(9), 10)), 1);
    call!(log, idempotency::forget(tx, &name("b"), at(10)));
    assert_eq!(call!(log, idempotency::find(tx, &name("b"))), None);

    assert!(call!(log, idempotency::is_first(tx, ours(), 1, at(1))));
    assert!(!call!(log, idempotency::is_first(tx, ours(), 1, at(2))), "it ran before");
    assert!(call!(log, idempotency::is_first(tx, ours(), 2, at(1))));
    assert_eq!(call!(log, idempotency::purge(tx, ours().get(), at(2), 10)), 2, "they go as requests do");
    Ok(())
}
