//! Blocks of ids.

use crate::{StoreError, Tx};

statements! {
    TAKE = "INSERT INTO id_block (name, next_id) VALUES ($1, $2)
            ON CONFLICT (name) DO UPDATE SET next_id = id_block.next_id + $3 RETURNING next_id";
}

/// The first id ever handed out. Clients are used to transaction ids of nine
/// digits.
const FIRST: i64 = 100_000_001;

/// Takes `count` ids that nobody else gets; the first of them.
pub fn take(tx: &mut Tx<'_>, count: i64) -> Result<i64, StoreError> {
    take_of(tx, "id", count)
}

/// The same of numbers of another kind, which clients do not see.
pub(crate) fn take_of(tx: &mut Tx<'_>, kind: &str, count: i64) -> Result<i64, StoreError> {
    let row = tx.row(TAKE, &[kind.into(), (FIRST + count).into(), count.into()])?;
    let next = row.ok_or_else(|| StoreError::Corrupt("no id block came back".into()))?.int(0)?;
    Ok(next - count)
}
