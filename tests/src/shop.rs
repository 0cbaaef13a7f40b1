//! A catalogue for tests: things to own, and lootboxes to find them in.

use crate::World;
use coinslot_domain::id::{ItemId, ProjectId, SlotId};
use coinslot_domain::item::{Item, Kind};
use coinslot_domain::lootbox::{Class, Entry, Limit, Limited, Lootbox, Prize, Slot, Table};
use coinslot_domain::money::BasisPoints;
use coinslot_store::{StoreError, item, lootbox};

fn id(n: i64) -> ItemId {
    ItemId::new(n).unwrap()
}

fn prize(n: i64, rate: i64) -> Entry {
    Entry { prize: Prize::Item(id(n), 1), rate: BasisPoints(rate) }
}

fn coins(hundredths: i64, rate: i64) -> Entry {
    Entry { prize: Prize::Currency(hundredths), rate: BasisPoints(rate) }
}

fn slot(n: i64, entries: Vec<Entry>) -> Slot {
    Slot { id: SlotId::new(n).unwrap(), entries, duplicate_percent: 50, duplicate_value: 0 }
}

/// Puts into the demo project a sword (1), a crown that can be had once (2), a
/// pass for an hour (3) and a key (4); a box (5) that costs 3 coins to open, a
/// chest (6) that wants the key, a bag (7) that costs 3 coins and holds a sword,
/// and a sack (8) with a sword that a player finds five times. The odds of the
/// first two depend on the version of their tables.
pub async fn shop(world: &World, version: i64) {
    let of = |n: i64, sku: &str, kind| Item { kind, vc_price: Some(1000), ..Item::new(id(n), sku) };
    let items = [
        of(1, "sword", Kind::Consumable),
        of(2, "crown", Kind::Permanent),
        Item { expiration: Some(3600), ..of(3, "pass", Kind::Expiration) },
        of(4, "key", Kind::Consumable),
        of(5, "box", Kind::Lootbox),
        of(6, "chest", Kind::Lootbox),
        of(7, "bag", Kind::Lootbox),
        of(8, "sack", Kind::Lootbox),
    ];
    let class = Entry { prize: Prize::Attribute(Class { kind: 1, value: "rare".into() }), rate: BasisPoints(1000) };
    let limit = |n, most| Limit { of: Limited::Item(id(n)), most };
    let shift = version * 100;
    let boxes = [
        Lootbox {
            item: id(5),
            key: None,
            opening_price: 300,
            table: Table {
                version,
                slots: vec![
                    slot(1, vec![prize(1, 2000 + shift), prize(2, 5000 - shift), class, coins(500, 2000)]),
                    slot(2, vec![prize(1, 5000), prize(3, 5000)]),
                ],
                limits: vec![limit(1, 7), limit(3, 30)],
            },
        },
        Lootbox {
            item: id(6),
            key: Some(id(4)),
            opening_price: 0,
            table: Table { version, slots: vec![slot(3, vec![prize(2, 1), coins(100, 9999)])], limits: vec![] },
        },
        Lootbox {
            item: id(7),
            key: None,
            opening_price: 300,
            table: Table { version, slots: vec![slot(4, vec![prize(1, 10_000)])], limits: vec![] },
        },
        Lootbox {
            item: id(8),
            key: None,
            opening_price: 0,
            table: Table { version, slots: vec![slot(5, vec![prize(1, 10_000)])], limits: vec![limit(1, 5)] },
        },
    ];
    let project = ProjectId::new(coinslot_app::demo::PROJECT).unwrap();
    let made = world.app.store.write(move |tx| {
        for item in &items {
            item::save(tx, project, item)?;
        }
        boxes.iter().try_for_each(|b| lootbox::save(tx, project, b))
    });
    made.await.unwrap_or_else(|e: StoreError| panic!("{e}"));
}
