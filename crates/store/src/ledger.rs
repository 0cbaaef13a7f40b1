//! The journal and the balances it adds up to.

use crate::{StoreError, Tx};
use coinslot_domain::id::ProjectId;
use coinslot_domain::ledger::Entry;

statements! {
    POST = "INSERT INTO posting (project_id, entry_id, seq, kind, payment_id, debit, credit, currency, amount,
            booked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    MOVE = "INSERT INTO balance (project_id, account, currency, stripe, amount) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (project_id, account, currency, stripe) DO UPDATE SET amount = balance.amount + $5";
    BALANCES = "SELECT account, currency, CAST(SUM(amount) AS BIGINT) FROM balance
        WHERE project_id = $1 GROUP BY account, currency ORDER BY account, currency";
    DEBITS = "SELECT debit, currency, CAST(SUM(amount) AS BIGINT) FROM posting
        WHERE project_id = $1 GROUP BY debit, currency ORDER BY debit, currency";
    CREDITS = "SELECT credit, currency, CAST(SUM(amount) AS BIGINT) FROM posting
        WHERE project_id = $1 GROUP BY credit, currency ORDER BY credit, currency";
}

/// Stripes of a balance. Enough that eight writers rarely meet.
const STRIPES: i64 = 16;

/// Adds an entry and moves the balances it touches.
pub fn append(tx: &mut Tx<'_>, entry: &Entry) -> Result<(), StoreError> {
    for (seq, p) in (1_i64..).zip(&entry.postings) {
        let values = [
            entry.project.get().into(),
            entry.id.get().into(),
            seq.into(),
            entry.kind.name().into(),
            entry.payment.get().into(),
            p.debit.name().into(),
            p.credit.name().into(),
            p.amount.currency.code().into(),
            p.amount.minor.into(),
            entry.at.0.into(),
        ];
        tx.execute(POST, &values)?;
    }
    for (account, amount) in entry.movements() {
        let values = [
            entry.project.get().into(),
            account.name().into(),
            amount.currency.code().into(),
            (entry.payment.get() % STRIPES).into(),
            amount.minor.into(),
        ];
        tx.execute(MOVE, &values)?;
    }
    Ok(())
}

/// What an account holds in a currency, in minor units.
pub type Balance = (String, String, i64);

/// The balances of a project, by account and currency.
pub fn balances(tx: &mut Tx<'_>, project: ProjectId) -> Result<Vec<Balance>, StoreError> {
    read(tx, BALANCES, project)
}

/// The same, added up from the journal itself: what [`balances`] must equal.
pub fn recount(tx: &mut Tx<'_>, project: ProjectId) -> Result<Vec<Balance>, StoreError> {
    let mut sums = std::collections::BTreeMap::new();
    for (account, currency, amount) in read(tx, DEBITS, project)? {
        *sums.entry((account, currency)).or_insert(0) += amount;
    }
    for (account, currency, amount) in read(tx, CREDITS, project)? {
        *sums.entry((account, currency)).or_insert(0) -= amount;
    }
    Ok(sums.into_iter().map(|((account, currency), amount)| (account, currency, amount)).collect())
}

fn read(tx: &mut Tx<'_>, sql: &'static str, project: ProjectId) -> Result<Vec<Balance>, StoreError> {
    tx.rows(sql, &[project.get().into()])?.iter().map(|r| Ok((r.text(0)?, r.text(1)?, r.int(2)?))).collect()
}
