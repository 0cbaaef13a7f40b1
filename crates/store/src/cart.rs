//! Carts.

use crate::engine::Row;
use crate::{StoreError, Tx};
use coinslot_domain::cart::Cart;
use coinslot_domain::id::ProjectId;
use coinslot_domain::time::{Span, Time};
use std::fmt::Write as _;

statements! {
    TOUCH = "INSERT INTO cart (project_id, user_id, cart_id, coupon, lines, changed_at)
        VALUES ($1, $2, $3, NULL, '', $4) ON CONFLICT (project_id, user_id, cart_id) DO NOTHING";
    AGE = "UPDATE cart SET changed_at = $4 WHERE project_id = $1 AND user_id = $2 AND cart_id = $3";
    FIND = "SELECT coupon, lines FROM cart WHERE project_id = $1 AND user_id = $2 AND cart_id = $3";
    HOLD = "SELECT coupon, lines, changed_at FROM cart
        WHERE project_id = $1 AND user_id = $2 AND cart_id = $3 FOR UPDATE";
    SAVE = "UPDATE cart SET coupon = $4, lines = $5 WHERE project_id = $1 AND user_id = $2 AND cart_id = $3";
    EMPTY = "UPDATE cart SET coupon = NULL, lines = '' WHERE project_id = $1 AND user_id = $2 AND cart_id = $3
        AND lines = $4";
    LINES = "SELECT sku, quantity FROM cart_line WHERE project_id = $1 AND user_id = $2 AND cart_id = $3 ORDER BY seq";
    CLEAR = "DELETE FROM cart_line WHERE project_id = $1 AND user_id = $2 AND cart_id = $3";
    REMOVE = "DELETE FROM cart WHERE project_id = $1 AND user_id = $2 AND cart_id = $3";
    OLD = "SELECT user_id, cart_id FROM cart WHERE project_id = $1 AND changed_at < $2 ORDER BY changed_at LIMIT $3";
    PROJECTS = "SELECT DISTINCT project_id FROM cart WHERE changed_at < $1";
}

/// A cart may have been changed so much later than its row says. Noting each
/// change would move the row in the index by age, for who forgets carts after
/// months.
pub const NOTED: Span = Span::hours(1);

/// A cart; an empty one where there is none.
pub fn find(tx: &mut Tx<'_>, project: ProjectId, user: &str, name: &str) -> Result<Cart, StoreError> {
    Ok(known(tx, project, user, name)?.unwrap_or_else(|| Cart::empty(project, user, name)))
}

/// A cart that was used before.
pub fn known(tx: &mut Tx<'_>, project: ProjectId, user: &str, name: &str) -> Result<Option<Cart>, StoreError> {
    let key = [project.get().into(), user.into(), name.into()];
    tx.row(FIND, &key)?.map(|row| cart(tx, &row, (project, user, name))).transpose()
}

/// A cart that is to be changed: whoever changes it too waits until the
/// transaction ends.
pub fn hold(tx: &mut Tx<'_>, project: ProjectId, user: &str, name: &str, now: Time) -> Result<Cart, StoreError> {
    if let Some(held) = hold_known(tx, project, user, name, now)? {
        return Ok(held);
    }
    let values = [project.get().into(), user.into(), name.into(), now.0.into()];
    if tx.execute(TOUCH, &values)? == 1 {
        return Ok(Cart::empty(project, user, name));
    }
    // Somebody else made it at the same time.
    let held = hold_known(tx, project, user, name, now)?;
    held.ok_or_else(|| StoreError::Corrupt("a cart vanished".into()))
}

/// The same of a cart that was used before.
pub fn hold_known(
    tx: &mut Tx<'_>,
    project: ProjectId,
    user: &str,
    name: &str,
    now: Time,
) -> Result<Option<Cart>, StoreError> {
    let key = [project.get().into(), user.into(), name.into()];
    let Some(row) = tx.row(HOLD, &key)? else { return Ok(None) };
    if now - Time(row.int(2)?) >= NOTED {
        let [project, user, name] = key;
        tx.execute(AGE, &[project, user, name, now.0.into()])?;
    }
    cart(tx, &row, (project, user, name)).map(Some)
}

fn cart(tx: &mut Tx<'_>, row: &Row, (project, user, name): (ProjectId, &str, &str)) -> Result<Cart, StoreError> {
    let lines = match row.maybe_str(1)? {
        Some(text) => read(text).ok_or_else(|| StoreError::Corrupt("a cart cannot be read".into()))?,
        None => {
            let rows = tx.rows(LINES, &[project.get().into(), user.into(), name.into()])?;
            rows.iter().map(|r| Ok((r.text(0)?, r.int(1)?))).collect::<Result<_, StoreError>>()?
        }
    };
    Ok(Cart { coupon: row.maybe_text(0)?, lines, ..Cart::empty(project, user, name) })
}

/// Lines as a cart has them in its row.
fn read(mut text: &str) -> Option<Vec<(String, i64)>> {
    let mut lines = Vec::new();
    while !text.is_empty() {
        let (quantity, rest) = text.split_once(' ')?;
        let (bytes, rest) = rest.split_once(' ')?;
        let bytes = bytes.parse().ok()?;
        lines.push((rest.get(..bytes)?.to_string(), quantity.parse().ok()?));
        text = rest.get(bytes..)?.strip_prefix(' ')?;
    }
    Some(lines)
}

/// Lines as they stand in a cart's row.
fn written(lines: &[(String, i64)]) -> String {
    let mut text = String::new();
    for (sku, quantity) in lines {
        // Writing to a string does not fail.
        let _ = write!(text, "{quantity} {} {sku} ", sku.len());
    }
    text
}

/// Writes a cart that is held as it is now.
///
/// # Errors
/// A line of nothing is refused.
pub fn save(tx: &mut Tx<'_>, cart: &Cart) -> Result<(), StoreError> {
    if cart.lines.iter().any(|(_, quantity)| *quantity < 1) {
        return Err(StoreError::Corrupt("a cart has a line of nothing".into()));
    }
    let [project, user, name] = [cart.project.get().into(), (&cart.user).into(), (&cart.name).into()];
    tx.execute(SAVE, &[project, user, name, (&cart.coupon).into(), written(&cart.lines).into()]).map(drop)
}

/// Takes everything out of a cart that has just these lines, in this order, and
/// its code; whether it has.
pub fn empty(
    tx: &mut Tx<'_>,
    project: ProjectId,
    user: &str,
    name: &str,
    lines: &[(String, i64)],
) -> Result<bool, StoreError> {
    let values = [project.get().into(), user.into(), name.into(), written(lines).into()];
    Ok(tx.execute(EMPTY, &values)? == 1)
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

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn what_is_no_cart_is_not_read() {
        let one = |sku: &str, n| Some(vec![(sku.to_string(), n)]);
        assert_eq!((read(""), read("2 3 a b "), read("1 6 меч ")), (Some(vec![]), one("a b", 2), one("меч", 1)));
        for bad in
            [" ", "2", "2 1", "2 1 a", "2 2 a ", "x 1 a ", "2 x a ", "2 1 ab ", "2 1 меч ", "2 99999999999999999999 a "]
        {
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }
}
