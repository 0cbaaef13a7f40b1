//! Saved ways to pay, and declines that tests ask for.

use crate::engine::Row;
use crate::{StoreError, Tx};
use coinslot_domain::account::Account;
use coinslot_domain::id::{AccountId, ProjectId};
use coinslot_domain::payment::Decline;
use coinslot_domain::time::Time;

statements! {
    SAVE = "INSERT INTO payment_account (project_id, account_id, user_id, kind, method, token, name, charges, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8)
        ON CONFLICT (project_id, user_id, kind, token) DO UPDATE SET name = $7
        RETURNING account_id";
    FIND = "SELECT account_id, user_id, kind, method, token, name FROM payment_account
        WHERE project_id = $1 AND account_id = $2";
    LOCK = "SELECT account_id, user_id, kind, method, token, name FROM payment_account
        WHERE project_id = $1 AND account_id = $2 FOR UPDATE";
    OF_USER = "SELECT account_id, user_id, kind, method, token, name FROM payment_account
        WHERE project_id = $1 AND user_id = $2 ORDER BY +account_id";
    DELETE = "DELETE FROM payment_account WHERE project_id = $1 AND account_id = $2";
    FORGET = "DELETE FROM scripted_decline WHERE project_id = $1 AND account_id = $2";
    COUNT = "UPDATE payment_account SET charges = charges + 1 WHERE project_id = $1 AND account_id = $2
        RETURNING charges";
    SCRIPT = "INSERT INTO scripted_decline (project_id, account_id, number, reason)
        SELECT a.project_id, a.account_id, a.charges + $3, $4 FROM payment_account a
            WHERE a.project_id = $1 AND a.account_id = $2
        ON CONFLICT (project_id, account_id, number) DO UPDATE SET reason = $4";
    SCRIPTED = "SELECT reason FROM scripted_decline WHERE project_id = $1 AND account_id = $2 AND number = $3";
}

/// Saves a way to pay; its id, which is an older one's if the player had the
/// same saved already.
pub fn save(tx: &mut Tx<'_>, a: &Account, now: Time) -> Result<AccountId, StoreError> {
    let values = [
        a.project.get().into(),
        a.id.get().into(),
        (&a.user).into(),
        (&a.kind).into(),
        a.method.into(),
        (&a.token).into(),
        (&a.name).into(),
        now.0.into(),
    ];
    let row = tx.row(SAVE, &values)?;
    row.ok_or_else(|| StoreError::Corrupt("a saved account has no id".into()))?.numbered(0, AccountId::new)
}

/// A saved way to pay.
pub fn find(tx: &mut Tx<'_>, project: ProjectId, id: AccountId) -> Result<Option<Account>, StoreError> {
    tx.row(FIND, &[project.get().into(), id.get().into()])?.map(|r| account(&r, project)).transpose()
}

/// A saved way to pay, held until the transaction ends.
pub fn lock(tx: &mut Tx<'_>, project: ProjectId, id: AccountId) -> Result<Option<Account>, StoreError> {
    tx.row(LOCK, &[project.get().into(), id.get().into()])?.map(|r| account(&r, project)).transpose()
}

/// A player's saved ways to pay, oldest first.
pub fn of_user(tx: &mut Tx<'_>, project: ProjectId, user: &str) -> Result<Vec<Account>, StoreError> {
    tx.rows(OF_USER, &[project.get().into(), user.into()])?.iter().map(|r| account(r, project)).collect()
}

/// Forgets a way to pay and what tests asked of it; `false` when it is gone.
pub fn delete(tx: &mut Tx<'_>, project: ProjectId, id: AccountId) -> Result<bool, StoreError> {
    let key = [project.get().into(), id.get().into()];
    tx.execute(FORGET, &key)?;
    Ok(tx.execute(DELETE, &key)? == 1)
}

/// Counts a charge, and says why it is to be declined, if a test asked for it.
pub fn count(tx: &mut Tx<'_>, project: ProjectId, id: AccountId) -> Result<Option<Decline>, StoreError> {
    let Some(row) = tx.row(COUNT, &[project.get().into(), id.get().into()])? else { return Ok(None) };
    let number = row.int(0)?;
    let scripted = tx.row(SCRIPTED, &[project.get().into(), id.get().into(), number.into()])?;
    scripted.map(|r| r.named(0, Decline::from_name)).transpose()
}

/// Has a charge to come declined: 1 for the next one.
pub fn script(
    tx: &mut Tx<'_>,
    project: ProjectId,
    id: AccountId,
    number: i64,
    reason: Decline,
) -> Result<(), StoreError> {
    let values = [project.get().into(), id.get().into(), number.into(), reason.name().into()];
    tx.execute(SCRIPT, &values).map(drop)
}

fn account(row: &Row, project: ProjectId) -> Result<Account, StoreError> {
    Ok(Account {
        project,
        id: row.numbered(0, AccountId::new)?,
        user: row.text(1)?,
        kind: row.text(2)?,
        method: row.int(3)?,
        token: row.text(4)?,
        name: row.text(5)?,
    })
}
