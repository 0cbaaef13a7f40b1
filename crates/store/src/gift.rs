//! Who gets a gift, as it is chosen before paying. What makes an order a gift
//! is kept with the order.

use crate::{StoreError, Tx};
use coinslot_domain::gift::Friend;
use coinslot_domain::id::ProjectId;
use coinslot_domain::time::Time;

statements! {
    CHOOSE = "INSERT INTO gift_choice (project_id, token_hash, friend_id, name, email, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (project_id, token_hash) DO UPDATE SET friend_id = $3, name = $4, email = $5, expires_at = $6";
    CHOSEN = "SELECT friend_id, name, email FROM gift_choice WHERE project_id = $1 AND token_hash = $2";
    PURGE = "DELETE FROM gift_choice WHERE project_id = $1 AND expires_at < $2";
}

/// Notes who gets what a token buys, in place of who was chosen before.
pub fn choose(tx: &mut Tx<'_>, project: ProjectId, token: &str, f: &Friend, until: Time) -> Result<(), StoreError> {
    let values =
        [project.get().into(), token.into(), (&f.id).into(), (&f.name).into(), (&f.email).into(), until.0.into()];
    tx.execute(CHOOSE, &values).map(drop)
}

/// Who gets what a token buys, if somebody was chosen.
pub fn chosen(tx: &mut Tx<'_>, project: ProjectId, token: &str) -> Result<Option<Friend>, StoreError> {
    let Some(row) = tx.row(CHOSEN, &[project.get().into(), token.into()])? else { return Ok(None) };
    Ok(Some(Friend { id: row.text(0)?, name: row.maybe_text(1)?, email: row.maybe_text(2)? }))
}

/// Forgets choices whose tokens ended before then. How many.
pub fn purge(tx: &mut Tx<'_>, project: ProjectId, before: Time) -> Result<u64, StoreError> {
    tx.execute(PURGE, &[project.get().into(), before.0.into()])
}
