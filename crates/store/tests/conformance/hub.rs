//! The Distribution Hub.

use super::{Log, Step, an_order, at, ours, payment_id, theirs};
use coinslot_domain::hub::{Partner, Pushed, Sale};
use coinslot_domain::id::{OrderId, PartnerId, RefundId};
use coinslot_domain::money::BasisPoints;
use coinslot_domain::order::{Coins, Order, OrderEvent, Player};
use coinslot_domain::tax::{Tax, TaxKind};
use coinslot_domain::webhook::{Telling, Version};
use coinslot_store::{StoreError, Tx, hub, order, webhook};

pub(crate) const STEPS: &[Step] = &[
    Step::Write("partners", partners),
    Step::Write("what partners sell", sales),
    Step::Refused("a sale twice", sale_twice),
    Step::Write("what partners paid", payments),
    Step::Refused("one payment for two orders", payment_twice),
    Step::Write("what partners cancel", cancellations),
    Step::Write("what partners say of a player", said),
    Step::Write("how a game is told of orders", telling),
];

fn partner(n: i64) -> Partner {
    let id = PartnerId::new(n).unwrap();
    Partner { project: ours(), id, name: format!("Partner {n}"), sandbox: n % 2 == 0, enabled: true }
}

fn order_id(n: i64) -> OrderId {
    OrderId::new(n).unwrap()
}

fn partners(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let (a, b) = (partner(4001), partner(4002));
    let foreign = Partner { project: theirs(), ..partner(4003) };
    for (p, key) in [(&a, "key a"), (&b, "key b"), (&foreign, "key c")] {
        call!(log, hub::insert(tx, p, key, at(1)));
    }
    call!(log, hub::insert(tx, &Partner { name: "again".into(), ..a.clone() }, "key d", at(2)));
    assert_eq!(call!(log, hub::list(tx, ours())), [a.clone(), b.clone()]);
    assert_eq!(call!(log, hub::find(tx, ours(), a.id)), Some(a.clone()), "the first stays");
    assert_eq!(call!(log, hub::find(tx, ours(), foreign.id)), None, "of another project");
    assert_eq!(call!(log, hub::by_key(tx, a.id, "key a")), Some(a.clone()));
    assert_eq!(call!(log, hub::by_key(tx, foreign.id, "key c")), Some(foreign.clone()), "whatever its project");
    for (id, key) in [(a.id, "key b"), (a.id, "key d"), (b.id, "key a"), (a.id, "")] {
        assert_eq!(call!(log, hub::by_key(tx, id, key)), None);
    }
    assert!(call!(log, hub::set_key(tx, ours(), a.id, "key e")));
    assert!(!call!(log, hub::set_key(tx, theirs(), a.id, "key f")));
    assert_eq!(call!(log, hub::by_key(tx, a.id, "key a")), None);
    assert_eq!(call!(log, hub::by_key(tx, a.id, "key e")), Some(a.clone()));
    let changed = Partner { name: "Киоск".into(), enabled: false, ..a.clone() };
    call!(log, hub::update(tx, &Partner { project: theirs(), ..changed.clone() }));
    assert_eq!(call!(log, hub::find(tx, ours(), a.id)), Some(a));
    call!(log, hub::update(tx, &changed));
    assert_eq!(call!(log, hub::find(tx, ours(), changed.id)), Some(changed));
    Ok(())
}

fn sale(n: i64) -> Sale {
    let tax = Tax { kind: TaxKind::SalesTax, rate: BasisPoints(888) };
    Sale { order: order_id(n), partner: partner(4001).id, tax, body: r#"{"user":{}}"#.into(), coins: vec![] }
}

fn sales(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    assert_eq!(call!(log, hub::sale(tx, ours(), order_id(4101))), None);
    call!(log, hub::insert_sale(tx, ours(), &sale(4101)));
    assert_eq!(call!(log, hub::sale(tx, ours(), order_id(4101))), Some(sale(4101)));
    assert_eq!(call!(log, hub::sale(tx, theirs(), order_id(4101))), None);
    let prices = [(5_000, 6_050), (0, 0)].map(|(price, full_price)| Coins { price, full_price });
    let for_coins = Sale { coins: prices.to_vec(), ..sale(4103) };
    call!(log, hub::insert_sale(tx, ours(), &for_coins));
    assert_eq!(call!(log, hub::sale(tx, ours(), order_id(4103))), Some(for_coins));
    Ok(())
}

fn sale_twice(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    call!(log, hub::insert_sale(tx, ours(), &sale(4101)));
    Ok(())
}

fn pushed(order: i64, payment: i64, transaction: Option<&str>) -> Pushed {
    Pushed {
        order: order_id(order),
        payment: payment_id(payment),
        partner: partner(4001).id,
        transaction: transaction.map(str::to_string),
        account: None,
    }
}

fn payments(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let (a, b) = (partner(4001).id, partner(4002).id);
    let (first, second) = (order_id(4101), order_id(4102));
    assert_eq!(call!(log, hub::claim(tx, ours(), a, "t1", first)), first);
    assert_eq!(call!(log, hub::claim(tx, ours(), a, "t1", first)), first, "the same again");
    assert_eq!(call!(log, hub::claim(tx, ours(), a, "t1", second)), first, "it is taken");
    assert_eq!(call!(log, hub::claim(tx, ours(), b, "t1", second)), second, "another partner's");
    assert_eq!(call!(log, hub::claim(tx, theirs(), a, "t1", second)), second);

    let paid = pushed(4101, 4201, Some("t1"));
    assert_eq!(call!(log, hub::pushed(tx, ours(), first)), None);
    assert!(call!(log, hub::push(tx, ours(), &paid, at(3))));
    assert!(!call!(log, hub::push(tx, ours(), &pushed(4101, 4202, None), at(4))));
    assert_eq!(call!(log, hub::pushed(tx, ours(), first)), Some(paid.clone()));
    assert_eq!(call!(log, hub::pushed_as(tx, ours(), paid.payment)), Some(paid.clone()));
    assert_eq!(call!(log, hub::pushed_as(tx, ours(), payment_id(4202))), None);
    assert_eq!(call!(log, hub::pushed_as(tx, theirs(), paid.payment)), None);
    let bare = Pushed { account: Some("acc".into()), ..pushed(4102, 4202, None) };
    assert!(call!(log, hub::push(tx, ours(), &bare, at(5))));
    assert_eq!(call!(log, hub::pushed(tx, ours(), second)), Some(bare));
    Ok(())
}

fn payment_twice(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    call!(log, hub::push(tx, ours(), &pushed(4103, 4201, None), at(6)));
    Ok(())
}

fn cancellations(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let [by, other] = [4301, 4302].map(|n| RefundId::new(n).unwrap());
    assert!(!call!(log, hub::cancel(tx, theirs(), payment_id(4201), by)));
    assert!(call!(log, hub::cancel(tx, ours(), payment_id(4201), by)));
    assert!(call!(log, hub::cancel(tx, ours(), payment_id(4201), by)), "run again");
    assert!(!call!(log, hub::cancel(tx, ours(), payment_id(4201), other)));
    assert!(!call!(log, hub::cancel(tx, ours(), payment_id(4299), by)), "there is none");
    Ok(())
}

fn said(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let made = an_order(ours(), 4101);
    call!(log, order::insert(tx, &made, None, at(1)));
    let player = Player { email: Some("p@example.com".into()), phone: Some("123".into()), ..made.player.clone() };
    let told = Order { player, external_id: Some("ext".into()), ..made };
    call!(log, hub::set_said(tx, &told));
    call!(log, order::set_payment(tx, &told, payment_id(4101)));
    assert_eq!(call!(log, order::find(tx, ours(), told.id)), Some(told.clone()));
    let paid = call!(log, order::advance(tx, told, OrderEvent::Paid)).unwrap();
    let silent =
        Order { player: Player { email: None, phone: None, ..paid.player.clone() }, external_id: None, ..paid.clone() };
    call!(log, hub::set_said(tx, &silent));
    assert_eq!(call!(log, order::find(tx, ours(), paid.id)), Some(paid), "what is paid stays as it is");
    Ok(())
}

fn telling(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    assert_eq!(call!(log, webhook::telling(tx, ours())), Telling::default());
    for (version, combined) in [(Version::Two, true), (Version::One, true), (Version::Two, false)] {
        call!(log, webhook::set_telling(tx, ours(), Telling { version, combined }));
        assert_eq!(call!(log, webhook::telling(tx, ours())), Telling { version, combined });
    }
    assert_eq!(call!(log, webhook::telling(tx, theirs())), Telling::default());
    Ok(())
}
