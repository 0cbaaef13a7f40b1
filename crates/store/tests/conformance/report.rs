//! Finding payments, and what was booked.

use super::{Log, Step, a_payment, an_entry, an_order, at, eur, ours, quote, theirs};
use coinslot_domain::id::{EntryId, OrderId, PaymentId, ProjectId, RefundId};
use coinslot_domain::ledger::EntryKind;
use coinslot_domain::order::{Order, Player};
use coinslot_domain::payment::{Payment, PaymentEvent, PaymentState};
use coinslot_domain::refund::{Refund, RefundState};
use coinslot_domain::report::Range;
use coinslot_store::payment::News;
use coinslot_store::report::{Bookings, Wanted};
use coinslot_store::{StoreError, Tx, ledger, order, payment, refund, report};

pub(crate) const STEPS: &[Step] =
    &[Step::Write("payments are found", searches), Step::Write("what was booked", bookings)];

/// A payment that began at that second, of a player with that number.
fn begun(tx: &mut Tx<'_>, n: i64, dry_run: bool, player: &str) -> Result<Payment, StoreError> {
    let order = Order {
        id: OrderId::new(n + 1000).unwrap(),
        player: Player {
            id: player.into(),
            name: Some(format!("name {player}")),
            email: Some(format!("{player}@example.com")),
            phone: Some(format!("+{player}")),
            ..Player::default()
        },
        external_id: Some(format!("ext {n}")),
        custom_parameters: Some(format!("{{\"n\":{n}}}")),
        ..an_order(ours(), n)
    };
    let payment = Payment { dry_run, ..a_payment(ours(), n) };
    order::insert(tx, &order, (n % 2 == 0).then_some(payment.id), at(n))?;
    assert!(payment::insert(tx, &payment, &format!("hash {n}"))?);
    if n % 2 > 0 {
        order::set_payment(tx, &order, payment.id)?;
    }
    Ok(payment)
}

fn searches(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    for (n, dry_run, player) in [(5001, false, "5"), (5002, true, "5"), (5003, false, "6"), (5004, false, "5")] {
        begun(tx, n, dry_run, player)?;
    }
    let here = Range { from: at(5001), until: at(5005) };
    let any = Wanted::default();
    let place = |n: i64| (at(n), n);
    let all = [5001, 5002, 5003, 5004].map(place);
    assert_eq!(call!(log, report::search(tx, ours(), &any, here, None, 9)), all);
    assert_eq!(call!(log, report::search(tx, ours(), &any, here, None, 2)), all[..2]);
    assert_eq!(call!(log, report::search(tx, ours(), &any, here, Some(all[1]), 9)), all[2..], "behind a place");
    let later = Range { from: at(5003), until: at(5004) };
    assert_eq!(call!(log, report::search(tx, ours(), &any, later, None, 9)), all[2..3]);
    assert_eq!(call!(log, report::search(tx, ours(), &any, later, Some(place(1)), 9)), all[2..3]);
    let five = |wanted: Wanted| Wanted { dry_run: Some(false), ..wanted };
    for wanted in [
        Wanted { user_id: "5".into(), ..any.clone() },
        Wanted { email: "5@example.com".into(), ..any.clone() },
        Wanted { phone: "+5".into(), ..any.clone() },
        Wanted { user_name: "name 5".into(), ..any.clone() },
    ] {
        assert_eq!(call!(log, report::search(tx, ours(), &wanted, here, None, 9)).len(), 3, "{wanted:?}");
        assert_eq!(call!(log, report::search(tx, ours(), &five(wanted), here, None, 9)), [all[0], all[3]]);
    }
    for wanted in [
        Wanted { id: PaymentId::new(5003), ..any.clone() },
        Wanted { external_id: "ext 5003".into(), ..any.clone() },
        Wanted { custom: "{\"n\":5003}".into(), ..any.clone() },
        Wanted { states: Some(vec!["pending"]), user_id: "6".into(), awaiting_refund: Some(false), ..any.clone() },
    ] {
        assert_eq!(call!(log, report::search(tx, ours(), &wanted, Range::ALL, None, 9)), all[2..3], "{wanted:?}");
        assert_eq!(call!(log, report::search(tx, theirs(), &wanted, Range::ALL, None, 9)), []);
    }
    for none in [
        Wanted { states: Some(vec![]), ..any.clone() },
        Wanted { states: Some(vec!["captured"]), ..any.clone() },
        Wanted { awaiting_refund: Some(true), ..any.clone() },
    ] {
        assert_eq!(call!(log, report::search(tx, ours(), &none, here, None, 9)), [], "{none:?}");
    }
    Ok(())
}

fn bookings(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let parts = quote(eur(1000));
    for n in [5001, 5002] {
        let payment = payment::find(tx, ours(), PaymentId::new(n).unwrap())?.unwrap();
        let payment = payment::advance(tx, payment, PaymentEvent::Captured, News::default())?.unwrap();
        ledger::append(tx, &an_entry(ours(), n, EntryKind::Capture, n, &parts))?;
        assert!(payment::reserve(tx, &payment, payment.breakdown.payment)?);
        let given = Refund {
            project: ours(),
            id: RefundId::new(n + 4000).unwrap(),
            payment: payment.id,
            state: RefundState::Pending,
            amount: payment.breakdown.payment,
            reason: format!("because {n}"),
            partial: n == 5002,
            chargeback: n == 5001,
            entry: EntryId::new(n + 4000).unwrap(),
        };
        refund::insert(tx, &given, at(n))?;
        assert_eq!(call!(log, report::reason(tx, ours(), payment.id)), None, "under way");
        assert!(refund::succeed(tx, &given, &parts, at(n))?);
        let called_back = call!(log, payment::charged_back(tx, payment.clone(), given.amount)).unwrap();
        assert_eq!((called_back.state, called_back.refunded), (PaymentState::ChargedBack, given.amount));
        assert_eq!(call!(log, payment::charged_back(tx, payment, given.amount)), None, "once");
        let kind = if given.chargeback { EntryKind::Chargeback } else { EntryKind::Refund };
        ledger::append(tx, &an_entry(ours(), n + 4000, kind, n, &parts))?;
        assert_eq!(call!(log, report::reason(tx, ours(), called_back.id)), Some(given.reason));
    }
    let here = Range { from: at(5001), until: at(9003) };
    let sandbox = Bookings { dry_run: true, ..Bookings::default() };
    let all = call!(log, report::booked(tx, ours(), &sandbox, here, None, 9));
    assert_eq!(all.iter().map(|b| b.place.1).collect::<Vec<_>>(), [5001, 5002, 9001, 9002]);
    assert_eq!(all.iter().map(|b| b.partial).collect::<Vec<_>>(), [false, false, false, true]);
    assert_eq!(call!(log, report::booked(tx, ours(), &sandbox, here, Some(all[1].place), 1)), all[2..3]);
    let live = Bookings::default();
    assert_eq!(call!(log, report::booked(tx, ours(), &live, here, None, 9)).len(), 2);
    let dollars = Bookings { currency: "USD".into(), ..sandbox.clone() };
    assert_eq!(call!(log, report::booked(tx, ours(), &dollars, here, None, 9)), []);
    for (kind, found) in [("capture:0", 5001), ("chargeback:0", 9001), ("refund:1", 9002)] {
        let which = Bookings { kinds: Some(vec![kind.into()]), ..sandbox.clone() };
        assert_eq!(call!(log, report::booked(tx, ours(), &which, here, None, 9))[0].place.1, found);
    }
    let none = Bookings { kinds: Some(vec![]), ..sandbox.clone() };
    assert_eq!(call!(log, report::booked(tx, ours(), &none, here, None, 9)), []);
    assert_eq!(call!(log, report::totals(tx, ours(), &none, here)), []);

    let captures = Bookings { kinds: Some(vec!["capture:0".into()]), ..sandbox.clone() };
    let moved = call!(log, report::totals(tx, ours(), &captures, here));
    assert_eq!(moved.iter().map(|m| m.amount).sum::<i64>(), 2200);
    assert_eq!(moved.iter().map(|m| m.captures).sum::<i64>(), 2);
    let moved = call!(log, report::totals(tx, ours(), &sandbox, here));
    let net = |m: &report::Moved| if m.debit == "gateway" { m.amount } else { -m.amount };
    assert_eq!(moved.iter().map(net).sum::<i64>(), 0, "all of it went back");
    let moved = call!(log, report::parts(tx, ours(), EntryId::new(5001).unwrap()));
    assert_eq!(moved.iter().map(|(.., amount)| amount).sum::<i64>(), 1100);
    assert!(call!(log, report::first(tx, ours())).unwrap() <= at(5001));
    assert_eq!(call!(log, report::first(tx, ProjectId::new(999).unwrap())), None);
    assert!(call!(log, report::currencies(tx, ours())).contains(&"EUR".to_string()));
    Ok(())
}
