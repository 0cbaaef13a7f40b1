//! Payment tokens, by their hash.

use crate::{StoreError, Tx};
use coinslot_domain::id::ProjectId;
use coinslot_domain::time::Time;

statements! {
    INSERT = "INSERT INTO token (project_id, token_hash, user_id, dry_run, body, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (project_id, token_hash) DO NOTHING";
    FIND = "SELECT body, dry_run, expires_at FROM token WHERE project_id = $1 AND token_hash = $2";
    PURGE = "DELETE FROM token WHERE project_id = $1 AND token_hash IN
        (SELECT t.token_hash FROM token t WHERE t.project_id = $1 AND t.expires_at < $2
         ORDER BY t.expires_at LIMIT $3)";
    PROJECTS = "SELECT p.project_id FROM project p WHERE EXISTS (SELECT 1 FROM token t
        WHERE t.project_id = p.project_id AND t.expires_at < $1)";
}

/// A token as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Where it belongs.
    pub project: ProjectId,
    /// SHA-256 of the token, in hex. The token itself is not stored.
    pub hash: String,
    /// Who pays with it.
    pub user_id: String,
    /// Whether it pays with play money.
    pub dry_run: bool,
    /// What the game asked for.
    pub body: String,
    /// When it was made.
    pub created_at: Time,
    /// From when on it opens nothing any more.
    pub expires_at: Time,
}

/// What the payment page needs of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What the game asked for.
    pub body: String,
    /// Whether it pays with play money.
    pub dry_run: bool,
    /// From when on it opens nothing any more.
    pub expires_at: Time,
}

/// Keeps a token.
pub fn insert(tx: &mut Tx<'_>, t: &Stored) -> Result<(), StoreError> {
    tx.execute(
        INSERT,
        &[
            t.project.get().into(),
            (&t.hash).into(),
            (&t.user_id).into(),
            t.dry_run.into(),
            (&t.body).into(),
            t.created_at.0.into(),
            t.expires_at.0.into(),
        ],
    )
    .map(drop)
}

/// A token by its hash, expired or not.
pub fn find(tx: &mut Tx<'_>, project: ProjectId, hash: &str) -> Result<Option<Found>, StoreError> {
    let Some(row) = tx.row(FIND, &[project.get().into(), hash.into()])? else { return Ok(None) };
    Ok(Some(Found { body: row.text(0)?, dry_run: row.flag(1)?, expires_at: Time(row.int(2)?) }))
}

/// Projects that have tokens which expired before `before`.
pub fn projects_to_purge(tx: &mut Tx<'_>, before: Time) -> Result<Vec<ProjectId>, StoreError> {
    tx.rows(PROJECTS, &[before.0.into()])?.iter().map(|r| r.numbered(0, ProjectId::new)).collect()
}

/// Forgets at most `limit` tokens that expired before `before`; how many.
pub fn purge(tx: &mut Tx<'_>, project: ProjectId, before: Time, limit: i64) -> Result<u64, StoreError> {
    tx.execute(PURGE, &[project.get().into(), before.0.into(), limit.into()])
}
