//! Openings of lootboxes.

use super::{Log, Step, at, ours, theirs};
use coinslot_domain::draw::{Draw, Outcome};
use coinslot_domain::id::{DrawId, ItemId, SlotId};
use coinslot_domain::lootbox::{Drawn, Entry, Prize, Slot, Table};
use coinslot_domain::money::BasisPoints;
use coinslot_store::draw::Seed;
use coinslot_store::{StoreError, Tx, draw};

pub(crate) const STEPS: &[Step] = &[
    Step::Write("openings", openings),
    Step::Refused("a player's opening twice", twice),
    Step::Read("openings, from committed data", read_back),
];

fn item(n: i64) -> ItemId {
    ItemId::new(n).unwrap()
}

fn table() -> Table {
    let entry = |prize| Entry { prize, rate: BasisPoints(5000) };
    let entries = vec![entry(Prize::Item(item(71), 2)), entry(Prize::Currency(100))];
    let slot =
        |n| Slot { id: SlotId::new(n).unwrap(), entries: entries.clone(), duplicate_percent: 0, duplicate_value: 0 };
    Table { version: 3, slots: vec![slot(1), slot(2), slot(3)], limits: vec![] }
}

fn a_draw(nonce: i64, outcomes: Vec<Outcome>) -> Draw {
    Draw {
        project: ours(),
        id: DrawId::new(2000 + nonce).unwrap(),
        user: "kim".into(),
        nonce,
        lootbox: item(75),
        version: 3,
        server_seed: "00ff".into(),
        client_seed: "Glück|1".into(),
        at: at(nonce),
        outcomes,
    }
}

fn first() -> Draw {
    a_draw(1, vec![Outcome::Prize(0), Outcome::Prize(1), Outcome::Nothing])
}

fn second() -> Draw {
    a_draw(2, vec![Outcome::Prize(0), Outcome::Duplicate(0, 50), Outcome::Nothing])
}

fn openings(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    assert_eq!(call!(log, draw::seed(tx, ours(), "kim")), None);
    for nonce in [1, 2] {
        let seed = Seed { server_seed: format!("{nonce:02x}"), nonce };
        call!(log, draw::set_seed(tx, ours(), "kim", &seed));
        assert_eq!(call!(log, draw::seed(tx, ours(), "kim")), Some(seed));
    }
    assert_eq!(call!(log, draw::seed(tx, theirs(), "kim")), None);
    call!(log, draw::insert(tx, &first(), &table()));
    call!(log, draw::insert(tx, &second(), &table()));
    call!(log, draw::insert(tx, &Draw { lootbox: item(76), ..a_draw(3, vec![Outcome::Prize(0)]) }, &table()));

    assert!(call!(log, draw::takes_items(tx, ours())), "unless the project said otherwise");
    call!(log, draw::set_takes_items(tx, ours(), false));
    assert!(!call!(log, draw::takes_items(tx, ours())));
    assert!(call!(log, draw::takes_items(tx, theirs())));
    Ok(())
}

fn twice(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    call!(log, draw::insert(tx, &Draw { id: DrawId::new(2999).unwrap(), ..second() }, &table()));
    Ok(())
}

fn read_back(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    assert_eq!(call!(log, draw::find(tx, ours(), second().id)), Some(second()));
    assert_eq!(call!(log, draw::find(tx, theirs(), second().id)), None);
    assert_eq!(call!(log, draw::list(tx, ours(), "kim", 2, 1)), [second(), first()], "newest first");
    assert_eq!(call!(log, draw::list(tx, theirs(), "kim", 9, 0)), []);
    // A duplicate was drawn, too.
    assert_eq!(call!(log, draw::drawn(tx, ours(), "kim", item(75), 9)), Drawn::from([(item(71), 3)]));
    assert_eq!(call!(log, draw::drawn(tx, ours(), "kim", item(75), 2)), Drawn::from([(item(71), 1)]), "before");
    assert_eq!(call!(log, draw::drawn(tx, ours(), "kim", item(75), 1)), Drawn::new());
    assert_eq!(call!(log, draw::drawn(tx, ours(), "kim", item(76), 9)), Drawn::from([(item(71), 1)]));
    Ok(())
}
