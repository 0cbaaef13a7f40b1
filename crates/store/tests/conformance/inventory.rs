//! What players have.

use super::{Log, Step, at, ours, theirs};
use coinslot_domain::id::ItemId;
use coinslot_domain::item::{Item, Kind};
use coinslot_store::{StoreError, Tx, inventory};

pub(crate) const STEPS: &[Step] =
    &[Step::Write("what players have", holdings), Step::Read("what players have, from committed data", read_back)];

fn an_item(n: i64, kind: Kind) -> Item {
    Item { kind, expiration: Some(100), ..Item::new(ItemId::new(n).unwrap(), &format!("item-{n}")) }
}

fn holdings(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let (sword, crown, pass) =
        (an_item(71, Kind::Consumable), an_item(72, Kind::Permanent), an_item(73, Kind::Expiration));
    assert_eq!(call!(log, inventory::owned(tx, ours(), "kim", sword.id, at(0))), 0);
    assert!(!call!(log, inventory::take(tx, ours(), "kim", sword.id, 1, at(0))));
    assert_eq!(call!(log, inventory::grant(tx, ours(), "kim", &sword, 3, at(0))), 3, "a new player");
    assert_eq!(call!(log, inventory::give(tx, ours(), "kim", &sword, 2, at(0))), 2, "a player who is known");
    assert!(!call!(log, inventory::take(tx, ours(), "kim", sword.id, 6, at(0))));
    assert!(call!(log, inventory::take(tx, ours(), "kim", sword.id, 4, at(0))));
    assert_eq!(call!(log, inventory::owned(tx, ours(), "kim", sword.id, at(0))), 1);
    assert_eq!(call!(log, inventory::owned(tx, theirs(), "kim", sword.id, at(0))), 0);

    assert_eq!(call!(log, inventory::grant(tx, ours(), "kim", &crown, 2, at(0))), 1, "only once");
    assert_eq!(call!(log, inventory::grant(tx, ours(), "kim", &crown, 1, at(0))), 0);

    assert_eq!(call!(log, inventory::grant(tx, ours(), "kim", &pass, 1, at(0))), 1);
    assert_eq!(call!(log, inventory::grant(tx, ours(), "kim", &pass, 2, at(50))), 2, "until 300");
    assert_eq!(call!(log, inventory::owned(tx, ours(), "kim", pass.id, at(299))), 1);
    assert_eq!(call!(log, inventory::owned(tx, ours(), "kim", pass.id, at(300))), 0);
    assert!(!call!(log, inventory::take(tx, ours(), "kim", pass.id, 1, at(300))), "it is gone");
    assert!(call!(log, inventory::take(tx, ours(), "kim", pass.id, 1, at(299))));
    assert_eq!(call!(log, inventory::grant(tx, ours(), "kim", &pass, 1, at(10))), 1, "until 110");
    Ok(())
}

fn read_back(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let mut ids = |now, limit, offset| {
        let all = call!(log, inventory::list(tx, ours(), "kim", at(now), limit, offset));
        Ok::<_, StoreError>(all.iter().map(|h| (h.item.get(), h.amount, h.until)).collect::<Vec<_>>())
    };
    assert_eq!(ids(109, 9, 0)?, [(71, 1, None), (72, 1, None), (73, 1, Some(at(110)))]);
    assert_eq!(ids(110, 9, 0)?, [(71, 1, None), (72, 1, None)], "what expired is not there");
    assert_eq!(ids(0, 1, 1)?, [(72, 1, None)]);
    assert_eq!(call!(log, inventory::list(tx, theirs(), "kim", at(0), 9, 0)), []);
    Ok(())
}
