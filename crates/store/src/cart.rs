//! Carts.

use crate::{StoreError, Tx};
use coinslot_domain::cart::Cart;
use coinslot_domain::id::ProjectId;
use coinslot_domain::time::Time;

statements! {
    TOUCH = "INSERT INTO cart (project_id, user_id, cart_id, coupon, changed_at) VALUES ($1, $2, $3, NULL, $4)
        ON CONFLICT (project_id, user_id, cart_id) DO UPDATE SET changed_at = $4";
    FIND = "SELECT coupon FROM cart WHERE project_id = $1 AND user_id = $2 AND cart_id = $3";
    SET_COUPON = "UPDATE cart SET coupon = $4 WHERE project_id = $1 AND user_id = $2 AND cart_id = $3";
    LINES = "SELECT sku, quantity FROM cart_line WHERE project_id = $1 AND user_id = $2 AND cart_id = $3 ORDER BY seq";
    CLEAR = "DELETE FROM cart_line WHERE project_id = $1 AND user_id = $2 AND cart_id = $3";
    ADD_LINE = "INSERT INTO cart_line (project_id, user_id, cart_id, sku, seq, quantity)
        VALUES ($1, $2, $3, $4, $5, $6)";
    REMOVE = "DELETE FROM cart WHERE project_id = $1 AND user_id = $2 AND cart_id = $3";
    OLD = "SELECT user_id, cart_id FROM cart WHERE project_id = $1 AND changed_at < $2 ORDER BY changed_at LIMIT $3";
    PROJECTS = "SELECT DISTINCT project_id FROM cart WHERE changed_at < $1";
}

/// A cart; an empty one where there is none.
pub fn find(tx: &mut Tx<'_>, project: ProjectId, user: &str, name: &str) -> Result<Cart, StoreError> {
    Ok(known(tx, project, user, name)?.unwrap_or_else(|| Cart::empty(project, user, name)))
}

/// A cart that was used before.
pub fn known(tx: &mut Tx<'_>, project: ProjectId, user: &str, name: &str) -> Result<Option<Cart>, StoreError> {
    let key = [project.get().into(), user.into(), name.into()];
    let Some(row) = tx.row(FIND, &key)? else { return Ok(None) };
    let lines = tx.rows(LINES, &key)?;
    let lines = lines.iter().map(|r| Ok((r.text(0)?, r.int(1)?))).collect::<Result<_, StoreError>>()?;
    Ok(Some(Cart { coupon: row.maybe_text(0)?, lines, ..Cart::empty(project, user, name) }))
}

/// A cart that is to be changed: whoever changes it too waits until the
/// transaction ends.
pub fn hold(tx: &mut Tx<'_>, project: ProjectId, user: &str, name: &str, now: Time) -> Result<Cart, StoreError> {
    tx.execute(TOUCH, &[project.get().into(), user.into(), name.into(), now.0.into()])?;
    find(tx, project, user, name)
}

/// Writes a cart that is held as it is now.
pub fn save(tx: &mut Tx<'_>, cart: &Cart) -> Result<(), StoreError> {
    let key = [cart.project.get().into(), (&cart.user).into(), (&cart.name).into()];
    tx.execute(CLEAR, &key)?;
    let [project, user, name] = key;
    for (seq, (sku, quantity)) in (1_i64..).zip(&cart.lines) {
        let values = [project.clone(), user.clone(), name.clone(), sku.into(), seq.into(), (*quantity).into()];
        tx.execute(ADD_LINE, &values)?;
    }
    tx.execute(SET_COUPON, &[project, user, name, (&cart.coupon).into()]).map(drop)
}

/// Forgets a cart and what is in it.
pub fn remove(tx: &mut Tx<'_>, project: ProjectId, user: &str, name: &str) -> Result<(), StoreError> {
    let key = [project.get().into(), user.into(), name.into()];
    tx.execute(CLEAR, &key)?;
    tx.execute(REMOVE, &key).map(drop)
}

/// Projects that have carts which nobody changed since `before`.
pub fn projects_to_purge(tx: &mut Tx<'_>, before: Time) -> Result<Vec<ProjectId>, StoreError> {
    tx.rows(PROJECTS, &[before.0.into()])?.iter().map(|r| r.numbered(0, ProjectId::new)).collect()
}

/// Forgets at most `limit` carts that nobody changed since `before`; how many.
pub fn purge(tx: &mut Tx<'_>, project: ProjectId, before: Time, limit: i64) -> Result<u64, StoreError> {
    let old = tx.rows(OLD, &[project.get().into(), before.0.into(), limit.into()])?;
    for row in &old {
        remove(tx, project, &row.text(0)?, &row.text(1)?)?;
    }
    Ok(old.len() as u64)
}
