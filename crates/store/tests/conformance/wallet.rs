//! Players and their virtual currency.

use super::{Log, Step, at, eur, ours, payment_id, theirs};
use coinslot_domain::id::{CouponId, OperationId};
use coinslot_domain::payment::Notified;
use coinslot_domain::time::Time;
use coinslot_domain::wallet::{MOST, Operation, OperationKind, OperationStatus, Player};
use coinslot_store::wallet::Filter;
use coinslot_store::{StoreError, Tx, ledger, payment, wallet};

pub(crate) const STEPS: &[Step] = &[
    Step::Write("players", players),
    Step::Read("searching players", search),
    Step::Write("operations", operations),
    Step::Refused("an operation's number twice in another wallet", number_twice),
    Step::Read("wallets, from committed data", read_back),
];

fn operation(user: &str, n: i64, amount: i64) -> Operation {
    Operation::internal(ours(), user, OperationId::new(n).unwrap(), amount, at(n))
}

fn players(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let ann = Player {
        name: Some("Änn_100%".into()),
        email: Some("Ann@Example.com".into()),
        ..Player::new(ours(), "ann", at(2))
    };
    assert!(call!(log, wallet::insert(tx, &ann)));
    assert!(!call!(log, wallet::insert(tx, &Player::new(ours(), "ann", at(3)))), "the id is taken");
    assert!(call!(log, wallet::insert(tx, &Player::new(theirs(), "ann", at(3)))), "but not there");
    call!(log, wallet::register(tx, &Player::new(ours(), "ann", at(3))));
    call!(log, wallet::register(tx, &Player::new(theirs(), "cid", at(3))));
    assert!(!call!(log, wallet::insert(tx, &Player::new(theirs(), "cid", at(4)))), "the id is taken");
    assert_eq!(call!(log, wallet::find(tx, ours(), "ann")), Some(ann.clone()));
    assert_eq!(call!(log, wallet::find(tx, ours(), "Ann")), None);
    assert_eq!(call!(log, wallet::ensure(tx, ours(), "ann", at(9))), ann, "she is there");
    assert_eq!(call!(log, wallet::ensure(tx, ours(), "bob", at(1))), Player::new(ours(), "bob", at(1)));

    let bob = Player { custom: Some("x".into()), enabled: false, ..Player::new(ours(), "bob", at(1)) };
    call!(log, wallet::update(tx, &bob));
    assert_eq!(call!(log, wallet::lock(tx, ours(), "bob")), Some(bob));
    assert_eq!(call!(log, wallet::disabled(tx, ours(), 9)), ["bob"]);
    assert_eq!(call!(log, wallet::disabled(tx, ours(), 0)), [""; 0]);
    assert_eq!(call!(log, wallet::disabled(tx, theirs(), 9)), [""; 0]);
    assert_eq!(call!(log, wallet::lock(tx, theirs(), "bob")), None);
    Ok(())
}

fn search(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let mut found = |requisites: &str, email: &str, limit, offset| {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_string());
        let filter = Filter { requisites: some(requisites), email: some(email) };
        let (total, page) = call!(log, wallet::list(tx, ours(), &filter, limit, offset));
        Ok::<_, StoreError>((total, page.into_iter().map(|p| p.user).collect::<Vec<_>>()))
    };
    assert_eq!(found("", "", 9, 0)?, (2, vec!["bob".into(), "ann".into()]), "in the order of registration");
    assert_eq!(found("", "", 1, 1)?, (2, vec!["ann".into()]));
    assert_eq!(found("bob", "", 9, 0)?, (1, vec!["bob".into()]));
    assert_eq!(found("BOB", "", 9, 0)?, (0, vec![]), "an id is exact");
    assert_eq!(found("äNN_1", "", 9, 0)?, (1, vec!["ann".into()]), "a name is not");
    assert_eq!(found("0%", "", 9, 0)?, (1, vec!["ann".into()]));
    assert_eq!(found("%n", "", 9, 0)?, (0, vec![]), "wildcards are letters");
    assert_eq!(found("a__", "", 9, 0)?, (0, vec![]));
    assert_eq!(found("!", "", 9, 0)?, (0, vec![]));
    assert_eq!(found("", "ANN@example.COM", 9, 0)?, (1, vec!["ann".into()]));
    assert_eq!(found("", "ann@example", 9, 0)?, (0, vec![]));
    Ok(())
}

fn operations(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    assert_eq!(call!(log, wallet::book(tx, &operation("ann", 1001, 500))), Some(500));
    assert_eq!(call!(log, wallet::book(tx, &operation("ann", 1001, 500))), Some(500), "booked already");
    assert_eq!(call!(log, wallet::booked(tx, &operation("ann", 1001, 500))), Some(500));
    assert_eq!(call!(log, wallet::booked(tx, &operation("ann", 1002, 500))), None);
    assert_eq!(call!(log, wallet::book(tx, &operation("ann", 1002, -501))), None, "less than nothing");
    assert_eq!(call!(log, wallet::book(tx, &operation("ann", 1002, MOST))), None, "more than anybody");
    assert_eq!(call!(log, wallet::book(tx, &operation("nobody", 1002, 1))), None);
    assert_eq!(call!(log, wallet::book(tx, &operation("ann", 1003, -500))), Some(0));
    let coupon = Operation {
        kind: OperationKind::Coupon,
        status: OperationStatus::Failed,
        coupon: Some((CouponId::new(12).unwrap(), "CODE".into())),
        ..operation("ann", 1004, 0)
    };
    assert_eq!(call!(log, wallet::book(tx, &coupon)), Some(0));
    call!(log, payment::set_notified(tx, ours(), payment_id(520), Notified::Delivered));
    let bought = Operation {
        kind: OperationKind::Payment,
        payment: Some(payment_id(520)),
        paid: Some(eur(1000)),
        comment: Some("100 gems".into()),
        ..operation("ann", 1005, 100)
    };
    assert_eq!(call!(log, wallet::book(tx, &bought)), Some(100));
    let undone = Operation { kind: OperationKind::Cancellation, ..operation("ann", 1006, -40) };
    assert_eq!(call!(log, wallet::book(tx, &undone)), Some(60));
    assert_eq!(call!(log, wallet::book(tx, &operation("bob", 1007, MOST))), Some(MOST), "the most there is");

    let virtual_ones = |balances: Vec<ledger::Balance>| {
        let of = |(account, unit, n): ledger::Balance| (unit == "virtual").then_some((account, n));
        balances.into_iter().filter_map(of).collect::<Vec<_>>()
    };
    let expected = [("issued", -560 - MOST), ("player", 60 + MOST), ("spent", 500)].map(|(a, n)| (a.to_string(), n));
    let balances = call!(log, ledger::balances(tx, ours()));
    assert_eq!(call!(log, ledger::recount(tx, ours())), balances);
    assert_eq!(virtual_ones(balances), expected);
    Ok(())
}

fn number_twice(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    call!(log, wallet::book(tx, &Operation { project: theirs(), ..operation("ann", 1008, 1) }));
    // A number is one project's own; that of a money entry is taken.
    call!(log, wallet::book(tx, &operation("ann", 800, 1)));
    Ok(())
}

fn read_back(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let all = call!(log, wallet::operations(tx, ours(), "ann", Time(i64::MIN), Time(i64::MAX), None));
    let seen: Vec<_> = all.iter().map(|(o, left)| (o.id.get(), o.amount, *left, o.status)).collect();
    let (done, failed, told) = (OperationStatus::Completed, OperationStatus::Failed, OperationStatus::Notified);
    let expected = [
        (1006, -40, 60, done),
        (1005, 100, 100, told),
        (1004, 0, 0, failed),
        (1003, -500, 0, done),
        (1001, 500, 500, done),
    ];
    assert_eq!(seen, expected, "newest first");
    assert_eq!(all[1].0.paid, Some(eur(1000)));
    assert_eq!(all[2].0.coupon, Some((CouponId::new(12).unwrap(), "CODE".into())));

    let mut ids = |from, to, kind| {
        let all = call!(log, wallet::operations(tx, ours(), "ann", at(from), at(to), kind));
        Ok::<_, StoreError>(all.iter().map(|(o, _)| o.id.get()).collect::<Vec<_>>())
    };
    assert_eq!(ids(1003, 1005, None)?, [1004, 1003], "until, exclusive");
    assert_eq!(ids(0, 9999, Some(OperationKind::Coupon))?, [1004]);
    assert_eq!(call!(log, wallet::operations(tx, theirs(), "ann", at(0), at(9999), None)), []);
    assert_eq!(call!(log, wallet::off(tx, ours())), []);
    assert_eq!(call!(log, wallet::off(tx, theirs())), []);
    Ok(())
}
