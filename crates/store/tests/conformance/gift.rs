//! Who gets a gift, and where goods are sent.

use super::{Log, Step, at, ours, theirs};
use coinslot_domain::gift::Friend;
use coinslot_domain::id::OrderId;
use coinslot_domain::shipping::Address;
use coinslot_store::{StoreError, Tx, gift, shipping};

pub(crate) const STEPS: &[Step] =
    &[Step::Write("who gets a gift", choices), Step::Write("where goods are sent", addresses)];

fn choices(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let friend = |id: &str| Friend { id: id.into(), name: Some("Mira".into()), email: None };
    call!(log, gift::choose(tx, ours(), "t1", &friend("f1"), at(10)));
    call!(log, gift::choose(tx, ours(), "t1", &friend("f2"), at(10)));
    let bare = Friend { id: "f3".into(), name: None, email: Some("f3@example.com".into()) };
    call!(log, gift::choose(tx, ours(), "t2", &bare, at(20)));
    assert_eq!(call!(log, gift::chosen(tx, ours(), "t1")), Some(friend("f2")), "the last choice counts");
    assert_eq!(call!(log, gift::chosen(tx, ours(), "t2")), Some(bare));
    assert_eq!(call!(log, gift::chosen(tx, theirs(), "t1")), None);
    assert_eq!(call!(log, gift::purge(tx, theirs(), at(99))), 0);
    assert_eq!(call!(log, gift::purge(tx, ours(), at(20))), 1);
    assert_eq!(call!(log, gift::chosen(tx, ours(), "t1")), None);
    Ok(())
}

fn addresses(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let order = OrderId::new(9001).unwrap();
    let berlin = Address {
        name: "Ann".into(),
        street: "Am Hang 1".into(),
        city: "Berlin".into(),
        region: None,
        zip: Some("10115".into()),
        country: "DE".into(),
    };
    let moved = Address { city: "Bern".into(), region: Some("BE".into()), zip: None, ..berlin.clone() };
    assert!(!call!(log, shipping::attach(tx, ours(), "t1", order)), "no address");
    call!(log, shipping::keep(tx, ours(), "t1", &berlin, at(10)));
    call!(log, shipping::keep(tx, ours(), "t1", &moved, at(10)));
    call!(log, shipping::keep(tx, ours(), "t2", &berlin, at(10)));
    assert_eq!(call!(log, shipping::of_token(tx, ours(), "t1")), Some(moved.clone()));
    assert_eq!(call!(log, shipping::of_token(tx, theirs(), "t1")), None);
    assert!(call!(log, shipping::attach(tx, ours(), "t1", order)));
    assert!(!call!(log, shipping::attach(tx, theirs(), "t1", order)), "another project's");
    assert_eq!(call!(log, shipping::of_order(tx, ours(), order)), Some(moved.clone()));
    assert_eq!(call!(log, shipping::of_order(tx, theirs(), order)), None);
    assert_eq!(call!(log, shipping::purge(tx, ours(), at(99))), 1, "what an order has stays");
    assert_eq!(call!(log, shipping::of_token(tx, ours(), "t2")), None);
    assert_eq!(call!(log, shipping::of_order(tx, ours(), order)), Some(moved));
    Ok(())
}
