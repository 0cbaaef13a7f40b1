//! Items, lootboxes among them.

use crate::App;
use crate::catalogue::{EditError, edit};
use coinslot_domain::id::{ConditionId, GroupId, ItemId, ProjectId, SlotId};
use coinslot_domain::item::{Item, Kind};
use coinslot_domain::lootbox::{Limited, Lootbox, Prize, Table};
pub use coinslot_store::item::Sold;
use coinslot_store::{StoreError, Tx, group, item, lootbox, promotion, virtual_currency};
use coinslot_wire::item::ItemBody;
use coinslot_wire::shape::Violation;
use coinslot_wire::virtual_currency::WHOLE;
use std::collections::{BTreeMap, BTreeSet};

/// What is told of one that is not there.
pub const NOT_FOUND: &str = "Virtual item with specified ID does not exist.";

/// Items of a project, by number: at most `limit`, from behind the first
/// `offset`.
pub async fn list(app: &App, project: ProjectId, sold: Sold, limit: i64, offset: i64) -> Result<Vec<Item>, StoreError> {
    app.store.read(move |tx| item::page(tx, project, sold, limit, offset)).await
}

/// An item of a project, with what is in it if it is a lootbox.
pub async fn find(app: &App, project: ProjectId, id: ItemId) -> Result<(Item, Option<Lootbox>), EditError> {
    app.store
        .read(move |tx| {
            let item = living(tx, project, id)?;
            let lootbox = if item.kind == Kind::Lootbox { lootbox::find(tx, project, id)? } else { None };
            Ok((item, lootbox))
        })
        .await
}

/// Numbers for what an item has and does not have numbers for yet.
struct Fresh {
    conditions: Vec<ConditionId>,
    slots: Vec<SlotId>,
}

async fn fresh(app: &App, body: &ItemBody) -> Result<Fresh, StoreError> {
    let mut fresh = Fresh { conditions: vec![], slots: vec![] };
    for _ in 0..body.conditions() {
        fresh.conditions.push(app.id(ConditionId::new).await?);
    }
    for _ in 0..body.lootbox.slots() {
        fresh.slots.push(app.id(SlotId::new).await?);
    }
    Ok(fresh)
}

/// Adds an item; its number.
pub async fn create(app: &App, project: ProjectId, body: ItemBody) -> Result<ItemId, EditError> {
    let id = app.id(ItemId::new).await?;
    let fresh = fresh(app, &body).await?;
    edit(app, project, move |tx| save(tx, project, Item::new(id, ""), &body, &fresh)).await?;
    Ok(id)
}

/// Changes an item.
pub async fn update(app: &App, project: ProjectId, id: ItemId, body: ItemBody) -> Result<(), EditError> {
    let fresh = fresh(app, &body).await?;
    edit(app, project, move |tx| {
        let old = living(tx, project, id)?;
        save(tx, project, old, &body, &fresh)?;
        if body.deleted { remove(tx, project, id, "deleted") } else { Ok(()) }
    })
    .await
}

/// Takes an item out of the catalogue. Players keep what they have of it.
pub async fn delete(app: &App, project: ProjectId, id: ItemId) -> Result<(), EditError> {
    edit(app, project, move |tx| {
        living(tx, project, id)?;
        remove(tx, project, id, "item_id")
    })
    .await
}

fn living(tx: &mut Tx<'_>, project: ProjectId, id: ItemId) -> Result<Item, EditError> {
    let item = item::find(tx, project, id)?;
    // Bundles are changed elsewhere.
    item.filter(|i| !i.deleted && i.kind != Kind::Bundle).ok_or(EditError::NotFound(NOT_FOUND))
}

/// Deletes an item that no lootbox needs; else `path` is at fault.
fn remove(tx: &mut Tx<'_>, project: ProjectId, id: ItemId, path: &str) -> Result<(), EditError> {
    let needing = lootbox::needing(tx, project, id)?;
    if !needing.is_empty() {
        let text = format!("The item cannot be deleted: it is a prize or the key of {}", needing.join(", "));
        return Err(EditError::Invalid(vec![Violation::new(path, text)]));
    }
    if let Some(item) = item::find(tx, project, id)? {
        promotion::forget_item(tx, project, &item.sku)?;
    }
    item::delete(tx, project, id)?;
    Ok(())
}

/// Makes of `old` what the body says, if all of it is sound.
fn save(tx: &mut Tx<'_>, project: ProjectId, old: Item, body: &ItemBody, fresh: &Fresh) -> Result<(), EditError> {
    let new = body.onto(old, &fresh.conditions);
    let mut faults = Vec::new();
    if item::id_of(tx, project, &new.sku)?.is_some_and(|other| other != new.id) {
        faults.push(Violation::new("sku", "A virtual item with this SKU already exists"));
    }
    if !new.default_currency_fits() {
        faults.push(Violation::new("default_currency", "must be one of the currencies of prices"));
    }
    let groups: BTreeSet<GroupId> = group::all(tx, project)?.into_iter().map(|g| g.id).collect();
    for (i, group) in new.groups.iter().enumerate() {
        if !groups.contains(group) {
            faults.push(Violation::new(format!("groups[{i}]"), format!("{group} is not a group of this project")));
        }
    }
    let lootbox = match new.kind {
        Kind::Lootbox => {
            let old = lootbox::find(tx, project, new.id)?;
            let bare = Lootbox { item: new.id, key: None, opening_price: 0, table: Table::default() };
            let new = body.lootbox.onto(old.unwrap_or(bare), &fresh.slots);
            faults.extend(faults_of(tx, project, &new, body)?);
            Some(new)
        }
        _ if body.lootbox.slots() > 0 => {
            faults.push(Violation::new("slots", "only an item of the type lootbox has slots"));
            None
        }
        _ => None,
    };
    if !faults.is_empty() {
        return Err(EditError::Invalid(faults));
    }
    item::save(tx, project, &new)?;
    if let Some(lootbox) = lootbox {
        lootbox::save(tx, project, &lootbox)?;
    }
    Ok(())
}

/// What is wrong with a lootbox.
fn faults_of(
    tx: &mut Tx<'_>,
    project: ProjectId,
    lootbox: &Lootbox,
    body: &ItemBody,
) -> Result<Vec<Violation>, StoreError> {
    const UNKNOWN: &str = "is not a virtual item of this project";
    let mut faults = Vec::new();
    let mut asked: BTreeMap<ItemId, bool> = BTreeMap::new();
    let mut unknown = |id: ItemId| match asked.get(&id) {
        Some(unknown) => Ok::<_, StoreError>(*unknown),
        None => {
            let unknown = !item::exists(tx, project, id)?;
            asked.insert(id, unknown);
            Ok(unknown)
        }
    };
    if let Some(key) = lootbox.key
        && unknown(key)?
    {
        faults.push(Violation::new("key_virtual_item_id", UNKNOWN));
    }
    if lootbox.table.slots.is_empty() {
        faults.push(Violation::new("slots", "must have at least one slot for a lootbox"));
    }
    for (i, fault) in lootbox.table.faults() {
        faults.push(Violation::new(format!("slots[{i}]"), fault.to_string()));
    }
    for (i, slot) in lootbox.table.slots.iter().enumerate() {
        let items = slot.entries.iter().filter_map(|e| match e.prize {
            Prize::Item(id, _) => Some(id),
            _ => None,
        });
        for (n, id) in items.enumerate() {
            if unknown(id)? {
                faults.push(Violation::new(format!("slots[{i}].value.virtual_items[{n}].id"), UNKNOWN));
            }
        }
    }
    let prizes = lootbox.table.limitable();
    let items = body.lootbox.limits().iter().filter(|l| matches!(l.of, Limited::Item(_)));
    for (n, limit) in items.enumerate() {
        if !prizes.contains(&limit.of) {
            faults.push(Violation::new(format!("limits.virtual_item[{n}].id"), "is not a prize of this lootbox"));
        }
    }
    let currency = virtual_currency::settings(tx, project)?;
    if !currency.fits(lootbox.opening_price) {
        faults.push(Violation::new("opening_price_vc", WHOLE));
    }
    for (i, slot) in lootbox.table.slots.iter().enumerate() {
        if !currency.fits(slot.duplicate_value) {
            faults.push(Violation::new(format!("slots[{i}].compensation_for_duplicate_value"), WHOLE));
        }
        let amounts = slot.entries.iter().filter_map(|e| match e.prize {
            Prize::Currency(amount) => Some(amount),
            _ => None,
        });
        for (n, amount) in amounts.enumerate() {
            if !currency.fits(amount) {
                let path = format!("slots[{i}].value.virtual_currency[{n}].amount");
                faults.push(Violation::new(path, WHOLE));
            }
        }
    }
    Ok(faults)
}
