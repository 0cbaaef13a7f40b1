//! Letters to players that are to be sent.

use crate::{StoreError, Tx};
use coinslot_domain::id::{PaymentId, ProjectId};
use coinslot_domain::mail::MailState;
use coinslot_domain::time::Time;

statements! {
    INSERT = "INSERT INTO mail (project_id, payment_id, address, state, attempts, due_at)
        VALUES ($1, $2, $3, 'pending', 0, $4) ON CONFLICT (project_id, payment_id) DO NOTHING";
    PROJECTS = "SELECT p.project_id FROM project p WHERE EXISTS (SELECT 1 FROM mail m
        WHERE m.project_id = p.project_id AND m.state = 'pending' AND m.due_at <= $1) ORDER BY p.project_id";
    CLAIM = "UPDATE mail SET due_at = $3, attempts = attempts + 1 WHERE project_id = $1 AND payment_id IN
        (SELECT e.payment_id FROM mail e WHERE e.project_id = $1 AND e.state = 'pending' AND e.due_at <= $2
         ORDER BY e.due_at, e.payment_id LIMIT $4 FOR UPDATE OF e SKIP LOCKED)
        RETURNING payment_id, address, attempts";
    SETTLE = "UPDATE mail SET state = $4, due_at = $5, error = $6
        WHERE project_id = $1 AND payment_id = $2 AND attempts = $3 AND state = 'pending'";
    FIND = "SELECT state, attempts, error FROM mail WHERE project_id = $1 AND payment_id = $2";
    TOKEN_OF = "SELECT token_hash FROM payment WHERE project_id = $1 AND payment_id = $2";
    CHOOSE = "INSERT INTO mail_language (project_id, token_hash, spoken, expires_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (project_id, token_hash) DO UPDATE SET spoken = $3, expires_at = $4";
    CHOSEN = "SELECT spoken FROM mail_language WHERE project_id = $1 AND token_hash = $2";
    PURGE = "DELETE FROM mail_language WHERE project_id = $1 AND expires_at < $2";
}

/// A letter to send, claimed for one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// The payment it is about.
    pub payment: PaymentId,
    /// Where it goes.
    pub address: String,
    /// The number of this attempt, from 1.
    pub attempt: i64,
}

/// Puts a letter about a payment into the outbox. A payment has one: doing it
/// twice changes nothing.
pub fn insert(
    tx: &mut Tx<'_>,
    project: ProjectId,
    payment: PaymentId,
    address: &str,
    now: Time,
) -> Result<(), StoreError> {
    tx.execute(INSERT, &[project.get().into(), payment.get().into(), address.into(), now.0.into()]).map(drop)
}

/// Projects that have letters to send now.
pub fn projects_due(tx: &mut Tx<'_>, now: Time) -> Result<Vec<ProjectId>, StoreError> {
    tx.rows(PROJECTS, &[now.0.into()])?.iter().map(|r| r.numbered(0, ProjectId::new)).collect()
}

/// Takes letters that are due, for one attempt each; whoever does not settle
/// them until `until` is taken for dead.
pub fn claim(
    tx: &mut Tx<'_>,
    project: ProjectId,
    now: Time,
    until: Time,
    limit: i64,
) -> Result<Vec<Claimed>, StoreError> {
    crate::stop::once("a letter that nobody heard of having claimed is anyone's again at `until`");
    let rows = tx.rows(CLAIM, &[project.get().into(), now.0.into(), until.0.into(), limit.into()])?;
    let claimed = |r: &crate::engine::Row| {
        Ok(Claimed { payment: r.numbered(0, PaymentId::new)?, address: r.text(1)?, attempt: r.int(2)? })
    };
    let mut all: Vec<Claimed> = rows.iter().map(claimed).collect::<Result<_, StoreError>>()?;
    all.sort_by_key(|c| c.payment);
    Ok(all)
}

/// Notes what came of an attempt; `false` if another attempt was made since.
pub fn settle(
    tx: &mut Tx<'_>,
    project: ProjectId,
    claimed: &Claimed,
    state: MailState,
    due_at: Time,
    error: Option<&str>,
) -> Result<bool, StoreError> {
    let values = [
        project.get().into(),
        claimed.payment.get().into(),
        claimed.attempt.into(),
        state.name().into(),
        due_at.0.into(),
        error.into(),
    ];
    Ok(tx.execute(SETTLE, &values)? == 1)
}

/// Where the letter about a payment stands, after how many attempts, and what
/// was wrong with the last.
pub fn find(
    tx: &mut Tx<'_>,
    project: ProjectId,
    payment: PaymentId,
) -> Result<Option<(MailState, i64, Option<String>)>, StoreError> {
    let Some(row) = tx.row(FIND, &[project.get().into(), payment.get().into()])? else { return Ok(None) };
    Ok(Some((row.named(0, MailState::from_name)?, row.int(1)?, row.maybe_text(2)?)))
}

/// What a payment knows its token by.
pub fn token_of(tx: &mut Tx<'_>, project: ProjectId, payment: PaymentId) -> Result<Option<String>, StoreError> {
    tx.row(TOKEN_OF, &[project.get().into(), payment.get().into()])?.map(|r| r.text(0)).transpose()
}

/// Notes which language the player of a token chose, in place of the one before.
pub fn choose_language(
    tx: &mut Tx<'_>,
    project: ProjectId,
    token: &str,
    language: &str,
    until: Time,
) -> Result<(), StoreError> {
    tx.execute(CHOOSE, &[project.get().into(), token.into(), language.into(), until.0.into()]).map(drop)
}

/// Which language the player of a token chose, if any.
pub fn chosen_language(tx: &mut Tx<'_>, project: ProjectId, token: &str) -> Result<Option<String>, StoreError> {
    tx.row(CHOSEN, &[project.get().into(), token.into()])?.map(|r| r.text(0)).transpose()
}

/// Forgets choices whose tokens ended before then. How many.
pub fn purge_languages(tx: &mut Tx<'_>, project: ProjectId, before: Time) -> Result<u64, StoreError> {
    tx.execute(PURGE, &[project.get().into(), before.0.into()])
}
