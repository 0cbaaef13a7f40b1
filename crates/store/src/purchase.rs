//! How many of each item a player bought, for limits.

use crate::{StoreError, Tx};
use coinslot_domain::id::{ItemId, ProjectId};
use std::collections::BTreeMap;

statements! {
    COUNT = "INSERT INTO bought (project_id, user_id, item_id, quantity) VALUES ($1, $2, $3, $4)
        ON CONFLICT (project_id, user_id, item_id) DO UPDATE SET quantity = bought.quantity + $4
        WHERE bought.quantity + $4 <= $5";
    UNCOUNT = "UPDATE bought SET quantity = quantity - $4
        WHERE project_id = $1 AND user_id = $2 AND item_id = $3 AND quantity >= $4";
    OF_PLAYER = "SELECT item_id, quantity FROM bought WHERE project_id = $1 AND user_id = $2 ORDER BY item_id";
}

/// Counts `quantity` more pieces of an item for a player, unless that exceeds
/// `limit`; whether it did not. The one place where of many purchases at one
/// time the last piece goes to one.
pub fn count(
    tx: &mut Tx<'_>,
    project: ProjectId,
    user: &str,
    item: ItemId,
    quantity: i64,
    limit: Option<i64>,
) -> Result<bool, StoreError> {
    let limit = limit.unwrap_or(i64::MAX);
    // The condition of the statement holds for a row that is there; a first row
    // is checked here.
    if quantity > limit {
        return Ok(false);
    }
    tx.changes_bought(project, user);
    let values = [project.get().into(), user.into(), item.get().into(), quantity.into(), limit.into()];
    Ok(tx.execute(COUNT, &values)? == 1)
}

/// Takes back what [`count`] counted.
pub fn uncount(tx: &mut Tx<'_>, project: ProjectId, user: &str, item: ItemId, quantity: i64) -> Result<(), StoreError> {
    tx.changes_bought(project, user);
    tx.execute(UNCOUNT, &[project.get().into(), user.into(), item.get().into(), quantity.into()]).map(drop)
}

/// How many of each item a player bought and did not give back.
pub fn of_player(tx: &mut Tx<'_>, project: ProjectId, user: &str) -> Result<BTreeMap<ItemId, i64>, StoreError> {
    let rows = tx.rows(OF_PLAYER, &[project.get().into(), user.into()])?;
    rows.iter().map(|r| Ok((r.numbered(0, ItemId::new)?, r.int(1)?))).collect()
}
