//! What players have.

use crate::engine::Row;
use crate::{StoreError, Tx, wallet};
use coinslot_domain::id::{ItemId, LIMIT, ProjectId};
use coinslot_domain::inventory::Holding;
use coinslot_domain::item::Item;
use coinslot_domain::time::Time;

statements! {
    FIND = "SELECT amount, expires_at FROM inventory WHERE project_id = $1 AND user_id = $2 AND item_id = $3";
    HOLD = "SELECT amount, expires_at FROM inventory
        WHERE project_id = $1 AND user_id = $2 AND item_id = $3 FOR UPDATE";
    SET = "INSERT INTO inventory (project_id, user_id, item_id, amount, expires_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (project_id, user_id, item_id) DO UPDATE SET amount = $4, expires_at = $5";
    TAKE = "UPDATE inventory SET amount = amount - $4 WHERE project_id = $1 AND user_id = $2 AND item_id = $3
        AND amount >= $4 AND (expires_at IS NULL OR expires_at > $5)";
    ADD = "INSERT INTO inventory (project_id, user_id, item_id, amount, expires_at) VALUES ($1, $2, $3, $4, NULL)
        ON CONFLICT (project_id, user_id, item_id) DO UPDATE SET amount = inventory.amount + $4
        WHERE inventory.expires_at IS NULL AND inventory.amount + $4 <= $5";
    LIST = "SELECT item_id, amount, expires_at FROM inventory
        WHERE project_id = $1 AND user_id = $2 AND amount > 0 AND (expires_at IS NULL OR expires_at > $3)
        ORDER BY item_id LIMIT $4 OFFSET $5";
}

/// The most of an item that anybody has.
const MOST: i64 = LIMIT - 1;

/// Gives a player, who is registered if need be, so many of an item; how many
/// more the player has now: less than `quantity` of what can be had only once.
/// Of what lasts for a time, all are added to its time.
pub fn grant(
    tx: &mut Tx<'_>,
    project: ProjectId,
    user: &str,
    item: &Item,
    quantity: i64,
    now: Time,
) -> Result<i64, StoreError> {
    wallet::ensure(tx, project, user, now)?;
    give(tx, project, user, item, quantity, now)
}

/// The same for a player who is registered for certain, and held unless the item
/// adds up.
pub fn give(
    tx: &mut Tx<'_>,
    project: ProjectId,
    user: &str,
    item: &Item,
    quantity: i64,
    now: Time,
) -> Result<i64, StoreError> {
    if item.adds_up() && (1..=MOST).contains(&quantity) {
        let values = [project.get().into(), user.into(), item.id.get().into(), quantity.into(), MOST.into()];
        if tx.execute(ADD, &values)? == 1 {
            return Ok(quantity);
        }
    }
    // Held, so that nobody takes of it what is written back here.
    let had = find(tx, HOLD, project, user, item.id)?;
    let has = had.granted(item, quantity, now);
    let values =
        [project.get().into(), user.into(), item.id.get().into(), has.amount.into(), has.until.map(|t| t.0).into()];
    tx.execute(SET, &values)?;
    Ok(if item.lasts().is_some() { quantity } else { has.amount - had.owned(now) })
}

/// Takes so many of an item away from a player; `false`, and nothing is taken,
/// when the player has fewer.
pub fn take(
    tx: &mut Tx<'_>,
    project: ProjectId,
    user: &str,
    item: ItemId,
    quantity: i64,
    now: Time,
) -> Result<bool, StoreError> {
    let values = [project.get().into(), user.into(), item.get().into(), quantity.into(), now.0.into()];
    Ok(tx.execute(TAKE, &values)? == 1)
}

/// How many of an item a player has.
pub fn owned(tx: &mut Tx<'_>, project: ProjectId, user: &str, item: ItemId, now: Time) -> Result<i64, StoreError> {
    Ok(find(tx, FIND, project, user, item)?.owned(now))
}

fn find(
    tx: &mut Tx<'_>,
    sql: &'static str,
    project: ProjectId,
    user: &str,
    item: ItemId,
) -> Result<Holding, StoreError> {
    let row = tx.row(sql, &[project.get().into(), user.into(), item.get().into()])?;
    let held = |r: Row| Ok(Holding { item, amount: r.int(0)?, until: r.maybe_int(1)?.map(Time) });
    row.map_or_else(|| Ok(Holding::none(item)), held)
}

/// What a player has at `now`, by the items' numbers: `limit` of them after the
/// first `offset`.
pub fn list(
    tx: &mut Tx<'_>,
    project: ProjectId,
    user: &str,
    now: Time,
    limit: i64,
    offset: i64,
) -> Result<Vec<Holding>, StoreError> {
    let values = [project.get().into(), user.into(), now.0.into(), limit.into(), offset.into()];
    let held = |r: &Row| {
        Ok(Holding { item: r.numbered(0, ItemId::new)?, amount: r.int(1)?, until: r.maybe_int(2)?.map(Time) })
    };
    tx.rows(LIST, &values)?.iter().map(held).collect()
}
