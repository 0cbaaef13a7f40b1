//! Refunds.

use super::{Log, at, eur, ours, payment_id, quote, theirs};
use coinslot_domain::id::{EntryId, ProjectId, RefundId};
use coinslot_domain::refund::{Refund, RefundState, split};
use coinslot_store::{StoreError, Tx, refund};

fn a_refund(project: ProjectId, n: i64) -> Refund {
    Refund {
        project,
        id: RefundId::new(n).unwrap(),
        payment: payment_id(700),
        state: RefundState::Pending,
        amount: eur(200),
        reason: "a child pressed the button".into(),
        partial: true,
        chargeback: n % 2 == 0,
        entry: EntryId::new(n).unwrap(),
    }
}

pub(crate) fn refunds(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let whole = quote(eur(1000));
    let first = a_refund(ours(), 701);
    let second = Refund { amount: eur(300), partial: false, reason: String::new(), ..a_refund(ours(), 702) };
    let third = a_refund(ours(), 703);
    call!(log, refund::insert(tx, &first, at(1)));
    call!(log, refund::insert(tx, &second, at(3)));
    call!(log, refund::insert(tx, &third, at(4)));
    call!(log, refund::insert(tx, &a_refund(theirs(), 701), at(2)));
    assert_eq!(call!(log, refund::find(tx, ours(), first.id)), Some(first.clone()));
    assert_eq!(call!(log, refund::find(tx, ours(), second.id)), Some(second.clone()));
    assert_eq!(call!(log, refund::find(tx, theirs(), second.id)), None, "one of another project");
    assert_eq!(call!(log, refund::booked(tx, ours(), first.payment)), Vec::<[i64; 4]>::new());

    let open = |n: i64, seen: i64| (ours(), RefundId::new(n).unwrap(), at(seen));
    let other = (theirs(), first.id, at(2));
    assert_eq!(call!(log, refund::open(tx, at(9), 9)), [open(701, 1), other, open(702, 3), open(703, 4)]);
    assert_eq!(call!(log, refund::open(tx, at(9), 2)), [open(701, 1), other]);
    assert_eq!(call!(log, refund::open(tx, at(1), 9)), [open(701, 1)]);
    assert_eq!(call!(log, refund::open_of(tx, ours(), at(9), 9)), [open(701, 1), open(702, 3), open(703, 4)]);
    assert!(!call!(log, refund::touch(tx, ours(), first.id, at(2), at(5))), "looked at meanwhile");
    assert!(call!(log, refund::touch(tx, ours(), first.id, at(1), at(5))));
    assert!(!call!(log, refund::touch(tx, ours(), first.id, at(1), at(5))), "only one may");
    assert!(!call!(log, refund::touch(tx, theirs(), second.id, at(3), at(5))));

    // The later one comes through first; it is told second all the same.
    let parts_of_second = split(&whole, &[], second.amount).unwrap();
    assert!(call!(log, refund::succeed(tx, &second, &parts_of_second, at(6))));
    assert!(!call!(log, refund::succeed(tx, &second, &parts_of_second, at(6))), "noted already");
    assert!(!call!(log, refund::fail(tx, &second, at(6))), "the money is gone");
    assert!(!call!(log, refund::touch(tx, ours(), second.id, at(6), at(7))), "nothing is open");
    let parts_of_first = split(&whole, &[parts_of_second.parts()], first.amount).unwrap();
    assert!(call!(log, refund::succeed(tx, &first, &parts_of_first, at(7))));
    let booked = call!(log, refund::booked(tx, ours(), first.payment));
    assert_eq!(booked, [parts_of_first.parts(), parts_of_second.parts()]);
    assert_eq!(call!(log, refund::booked(tx, theirs(), first.payment)), Vec::<[i64; 4]>::new());
    assert_eq!(call!(log, refund::booked(tx, ours(), payment_id(9))), Vec::<[i64; 4]>::new());

    assert!(call!(log, refund::fail(tx, &third, at(8))));
    assert!(!call!(log, refund::fail(tx, &third, at(8))), "noted already");
    assert!(!call!(log, refund::succeed(tx, &third, &parts_of_first, at(8))), "it failed");
    let elsewhere = Refund { project: ProjectId::new(9).unwrap(), ..first.clone() };
    assert!(!call!(log, refund::fail(tx, &elsewhere, at(8))));
    assert!(!call!(log, refund::succeed(tx, &elsewhere, &parts_of_first, at(8))));
    let states = [&first, &second, &third].map(|r| refund::find(tx, ours(), r.id));
    let states = states.into_iter().map(|r| Ok(r?.unwrap().state)).collect::<Result<Vec<_>, StoreError>>()?;
    log.note("refund::find", &states);
    assert_eq!(states, [RefundState::Succeeded, RefundState::Succeeded, RefundState::Failed]);
    assert_eq!(call!(log, refund::open(tx, at(99), 9)), [other], "the other project's is still open");
    Ok(())
}

pub(crate) fn twice(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    call!(log, refund::insert(tx, &a_refund(ours(), 701), at(9)));
    Ok(())
}
