//! Codes that televisions show, and the second names of tokens that telephones
//! get for them.

use crate::{StoreError, Tx};
use coinslot_domain::id::ProjectId;
use coinslot_domain::time::Time;
use coinslot_domain::tv::Code;

statements! {
    ENTER = "INSERT INTO tv_directory (code_hash, project_id, expires_at) VALUES ($1, $2, $3)
        ON CONFLICT (code_hash) DO NOTHING";
    SUPERSEDE = "UPDATE tv_code SET expires_at = $3
        WHERE project_id = $1 AND token_hash = $2 AND opened_at IS NULL AND expires_at > $3";
    INSERT = "INSERT INTO tv_code (project_id, code_hash, token_hash, expires_at) VALUES ($1, $2, $3, $4)";
    PROJECT_OF = "SELECT project_id FROM tv_directory WHERE code_hash = $1";
    FIND = "SELECT code_hash, token_hash, expires_at, opened_at FROM tv_code
        WHERE project_id = $1 AND code_hash = $2";
    OPEN = "UPDATE tv_code SET opened_at = $3
        WHERE project_id = $1 AND code_hash = $2 AND opened_at IS NULL AND expires_at > $3";
    LINK = "INSERT INTO token_link (project_id, link_hash, token_hash, expires_at) VALUES ($1, $2, $3, $4)";
    LINKED = "SELECT token_hash FROM token_link WHERE project_id = $1 AND link_hash = $2";
    PURGE = "DELETE FROM tv_code WHERE project_id = $1 AND expires_at < $2";
    PURGE_DIRECTORY = "DELETE FROM tv_directory WHERE project_id = $1 AND expires_at < $2";
    PURGE_LINKS = "DELETE FROM token_link WHERE project_id = $1 AND expires_at < $2";
}

/// Keeps a code; those that the token had before and that nobody used expire
/// `now`. `false` when the code belongs to another token already.
pub fn insert(tx: &mut Tx<'_>, c: &Code, now: Time) -> Result<bool, StoreError> {
    let (project, hash, token) = (c.project.get(), c.hash.as_str(), c.token_hash.as_str());
    if tx.execute(ENTER, &[hash.into(), project.into(), c.expires_at.0.into()])? == 0 {
        return Ok(find(tx, c.project, hash)?.is_some_and(|known| known.token_hash == token));
    }
    tx.execute(SUPERSEDE, &[project.into(), token.into(), now.0.into()])?;
    tx.execute(INSERT, &[project.into(), hash.into(), token.into(), c.expires_at.0.into()])?;
    Ok(true)
}

/// The project that a code belongs to.
pub fn project_of(tx: &mut Tx<'_>, hash: &str) -> Result<Option<ProjectId>, StoreError> {
    tx.row(PROJECT_OF, &[hash.into()])?.map(|r| r.numbered(0, ProjectId::new)).transpose()
}

/// A code by its hash, used or expired as it may be.
pub fn find(tx: &mut Tx<'_>, project: ProjectId, hash: &str) -> Result<Option<Code>, StoreError> {
    let Some(row) = tx.row(FIND, &[project.get().into(), hash.into()])? else { return Ok(None) };
    Ok(Some(Code {
        project,
        hash: row.text(0)?,
        token_hash: row.text(1)?,
        expires_at: Time(row.int(2)?),
        opened_at: row.maybe_int(3)?.map(Time),
    }))
}

/// Uses a code: from now on `link` is a second name of its token, until then.
/// `false` when the code cannot be used, or not any more.
pub fn open(tx: &mut Tx<'_>, code: &Code, now: Time, link: &str, until: Time) -> Result<bool, StoreError> {
    let project = code.project.get();
    if tx.execute(OPEN, &[project.into(), (&code.hash).into(), now.0.into()])? == 0 {
        // Ours, of a run whose commit was not heard of.
        return Ok(linked(tx, code.project, link)?.as_ref() == Some(&code.token_hash));
    }
    tx.execute(LINK, &[project.into(), link.into(), (&code.token_hash).into(), until.0.into()])?;
    Ok(true)
}

/// The token that a second name stands for; both by their hashes.
pub fn linked(tx: &mut Tx<'_>, project: ProjectId, link: &str) -> Result<Option<String>, StoreError> {
    tx.row(LINKED, &[project.get().into(), link.into()])?.map(|r| r.text(0)).transpose()
}

/// Forgets what expired before `before`; how many rows.
pub fn purge(tx: &mut Tx<'_>, project: ProjectId, before: Time) -> Result<u64, StoreError> {
    let mut purged = 0;
    for statement in [PURGE, PURGE_DIRECTORY, PURGE_LINKS] {
        purged += tx.execute(statement, &[project.get().into(), before.0.into()])?;
    }
    Ok(purged)
}
