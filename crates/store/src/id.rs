//! Blocks of ids.

use crate::{StoreError, Tx};

statements! {
    TAKE = "INSERT INTO id_block (name, next_id) VALUES ($1, $2)
            ON CONFLICT (name) DO UPDATE SET next_id = id_block.next_id + $3 RETURNING next_id";
}

/// The first id ever handed out. Clients are used to transaction ids of nine
/// digits.
const FIRST: i64 = 100_000_001;

/// What numbers are of: each kind counts for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Of all that clients know by a number.
    Id,
    /// Of pages of tokens, which clients do not see.
    TokenPage,
    /// Of transactions that nothing else tells from another; see
    /// [`crate::idempotency::is_first`].
    Run,
}

/// Takes `count` numbers of a kind that nobody else gets; the first of them.
pub fn take(tx: &mut Tx<'_>, kind: Kind, count: i64) -> Result<i64, StoreError> {
    crate::stop::once("numbers that nobody has heard of are gaps");
    let kind = match kind {
        Kind::Id => "id",
        Kind::TokenPage => "token_page",
        Kind::Run => "run",
    };
    let row = tx.row(TAKE, &[kind.into(), (FIRST + count).into(), count.into()])?;
    let next = row.ok_or_else(|| StoreError::Corrupt("no id block came back".into()))?.int(0)?;
    Ok(next - count)
}
