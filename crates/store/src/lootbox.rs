//! Lootboxes and their tables.

use crate::engine::{Row, Value};
use crate::{StoreError, Tx};
use coinslot_domain::id::{ItemId, ProjectId, SlotId};
use coinslot_domain::lootbox::{Class, Entry, Limit, Limited, Lootbox, Prize, Slot, Table};
use coinslot_domain::money::BasisPoints;

statements! {
    SAVE = "INSERT INTO lootbox (project_id, item_id, version, key_item_id, opening_price) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (project_id, item_id) DO UPDATE SET version = $3, key_item_id = $4, opening_price = $5";
    FIND = "SELECT version, key_item_id, opening_price FROM lootbox WHERE project_id = $1 AND item_id = $2";
    INSERT_SLOT = "INSERT INTO lootbox_slot (project_id, item_id, version, seq, slot_id, duplicate_percent,
            duplicate_value) VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (project_id, item_id, version, seq) DO NOTHING";
    SLOTS = "SELECT slot_id, duplicate_percent, duplicate_value FROM lootbox_slot
        WHERE project_id = $1 AND item_id = $2 AND version = $3 ORDER BY seq";
    INSERT_ENTRY = "INSERT INTO lootbox_entry (project_id, item_id, version, slot, seq, prize, prize_id, amount,
            class_value, rate) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (project_id, item_id, version, slot, seq) DO NOTHING";
    ENTRIES = "SELECT slot, prize, prize_id, amount, class_value, rate FROM lootbox_entry
        WHERE project_id = $1 AND item_id = $2 AND version = $3 ORDER BY slot, seq";
    INSERT_LIMIT = "INSERT INTO lootbox_limit (project_id, item_id, version, seq, prize, prize_id, class_value, most)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (project_id, item_id, version, seq) DO NOTHING";
    LIMITS = "SELECT prize, prize_id, class_value, most FROM lootbox_limit
        WHERE project_id = $1 AND item_id = $2 AND version = $3 ORDER BY seq";
    NEEDING = "SELECT i.sku FROM lootbox b JOIN item i ON i.project_id = $1 AND i.item_id = b.item_id
        WHERE b.project_id = $1 AND b.item_id <> $2 AND i.deleted = 0 AND i.kind = 'lootbox'
        AND (b.key_item_id = $2 OR EXISTS (SELECT 1 FROM lootbox_entry e WHERE e.project_id = $1
            AND e.item_id = b.item_id AND e.version = b.version AND e.prize = 'item' AND e.prize_id = $2))
        ORDER BY i.sku";
}

/// Keeps a lootbox. A table of a version that is there already stays as it is:
/// what is drawn from must not change behind the draws.
pub fn save(tx: &mut Tx<'_>, project: ProjectId, b: &Lootbox) -> Result<(), StoreError> {
    let (p, id, version) = (project.get(), b.item.get(), b.table.version);
    let key = b.key.map(ItemId::get);
    tx.execute(SAVE, &[p.into(), id.into(), version.into(), key.into(), b.opening_price.into()])?;
    for (slot, s) in (1_i64..).zip(&b.table.slots) {
        let values = [
            p.into(),
            id.into(),
            version.into(),
            slot.into(),
            s.id.get().into(),
            s.duplicate_percent.into(),
            s.duplicate_value.into(),
        ];
        tx.execute(INSERT_SLOT, &values)?;
        for (seq, entry) in (1_i64..).zip(&s.entries) {
            let [prize, prize_id, amount, class] = columns(&entry.prize);
            let (place, rate) = (seq.into(), entry.rate.0.into());
            let values =
                [p.into(), id.into(), version.into(), slot.into(), place, prize, prize_id, amount, class, rate];
            tx.execute(INSERT_ENTRY, &values)?;
        }
    }
    for (seq, limit) in (1_i64..).zip(&b.table.limits) {
        let (prize, prize_id, class) = match &limit.of {
            Limited::Item(item) => (ITEM, item.get(), None),
            Limited::Class(class) => (CLASS, class.kind, Some(class.value.as_str())),
        };
        let values = [
            p.into(),
            id.into(),
            version.into(),
            seq.into(),
            prize.into(),
            prize_id.into(),
            class.into(),
            limit.most.into(),
        ];
        tx.execute(INSERT_LIMIT, &values)?;
    }
    Ok(())
}

/// The names of prizes in the tables.
const ITEM: &str = "item";
const CURRENCY: &str = "currency";
const CLASS: &str = "class";

fn columns(prize: &Prize) -> [Value<'_>; 4] {
    match prize {
        Prize::Item(item, amount) => [ITEM.into(), item.get().into(), (*amount).into(), Value::Null],
        Prize::Currency(amount) => [CURRENCY.into(), Value::Null, (*amount).into(), Value::Null],
        Prize::Attribute(class) => [CLASS.into(), class.kind.into(), Value::Null, (&class.value).into()],
    }
}

/// A lootbox with the table that is drawn from now.
pub fn find(tx: &mut Tx<'_>, project: ProjectId, item: ItemId) -> Result<Option<Lootbox>, StoreError> {
    let Some(row) = tx.row(FIND, &[project.get().into(), item.get().into()])? else { return Ok(None) };
    let table = table(tx, project, item, row.int(0)?)?;
    Ok(Some(Lootbox { item, key: row.maybe_int(1)?.and_then(ItemId::new), opening_price: row.int(2)?, table }))
}

/// A table that is or was drawn from; one without slots never was.
pub fn table(tx: &mut Tx<'_>, project: ProjectId, item: ItemId, version: i64) -> Result<Table, StoreError> {
    let of = [project.get().into(), item.get().into(), version.into()];
    let mut slots: Vec<Slot> = Vec::new();
    for row in tx.rows(SLOTS, &of)? {
        slots.push(Slot {
            id: row.numbered(0, SlotId::new)?,
            entries: vec![],
            duplicate_percent: row.int(1)?,
            duplicate_value: row.int(2)?,
        });
    }
    for row in tx.rows(ENTRIES, &of)? {
        let slot = row.numbered(0, |n| usize::try_from(n - 1).ok().filter(|n| *n < slots.len()))?;
        slots[slot].entries.push(Entry { prize: prize(&row)?, rate: BasisPoints(row.int(5)?) });
    }
    let limits = tx.rows(LIMITS, &of)?;
    Ok(Table { version, slots, limits: limits.iter().map(limit).collect::<Result<_, _>>()? })
}

fn prize(row: &Row) -> Result<Prize, StoreError> {
    Ok(match row.text(1)?.as_str() {
        ITEM => Prize::Item(row.numbered(2, ItemId::new)?, row.int(3)?),
        CURRENCY => Prize::Currency(row.int(3)?),
        CLASS => Prize::Attribute(Class { kind: row.int(2)?, value: row.text(4)? }),
        other => return Err(StoreError::Corrupt(format!("a prize is {other:?}"))),
    })
}

fn limit(row: &Row) -> Result<Limit, StoreError> {
    let of = match row.text(0)?.as_str() {
        ITEM => Limited::Item(row.numbered(1, ItemId::new)?),
        CLASS => Limited::Class(Class { kind: row.int(1)?, value: row.text(2)? }),
        other => return Err(StoreError::Corrupt(format!("a limit is on {other:?}"))),
    };
    Ok(Limit { of, most: row.int(3)? })
}

/// The SKUs of lootboxes in the catalogue, other than the item itself, that need
/// an item, as a prize or as their key.
pub fn needing(tx: &mut Tx<'_>, project: ProjectId, item: ItemId) -> Result<Vec<String>, StoreError> {
    let rows = tx.rows(NEEDING, &[project.get().into(), item.get().into()])?;
    rows.iter().map(|row| row.text(0)).collect()
}
