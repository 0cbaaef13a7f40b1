//! The journal and the balances it adds up to.

use crate::{StoreError, Tx};
use coinslot_domain::id::{PaymentId, ProjectId};
use coinslot_domain::ledger::{Account, Entry, Unit};

statements! {
    POST = "INSERT INTO posting (project_id, entry_id, seq, kind, payment_id, debit, credit, currency, amount,
            booked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    MOVE = "INSERT INTO balance (project_id, account, currency, stripe, amount) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (project_id, account, currency, stripe) DO UPDATE SET amount = balance.amount + $5";
    BALANCES = "SELECT account, currency, CAST(SUM(amount) AS BIGINT) FROM balance
        WHERE project_id = $1 GROUP BY account, currency ORDER BY account, currency";
    HELD = "SELECT CAST(COALESCE(SUM(balance), 0) AS BIGINT) FROM player WHERE project_id = $1";
    DEBITS = "SELECT debit, currency, CAST(SUM(amount) AS BIGINT) FROM posting
        WHERE project_id = $1 GROUP BY debit, currency ORDER BY debit, currency";
    CREDITS = "SELECT credit, currency, CAST(SUM(amount) AS BIGINT) FROM posting
        WHERE project_id = $1 GROUP BY credit, currency ORDER BY credit, currency";
}

/// Adds an entry and moves the balances it touches, together with what others
/// move that share its commit; but for the player's,
/// which [`crate::wallet::book`] moves.
pub fn append(tx: &mut Tx<'_>, entry: &Entry) -> Result<(), StoreError> {
    for (seq, p) in (1_i64..).zip(&entry.postings) {
        let values = [
            entry.project.get().into(),
            entry.id.get().into(),
            seq.into(),
            entry.kind.name().into(),
            entry.payment.map_or(0, PaymentId::get).into(),
            p.debit.name().into(),
            p.credit.name().into(),
            p.unit.name().into(),
            p.amount.into(),
            entry.at.0.into(),
        ];
        tx.put(POST, &values)?;
    }
    for (account, unit, amount) in entry.movements() {
        if account == Account::Player {
            continue;
        }
        tx.add(MOVE, (entry.project.get(), account.name(), unit.name()), amount);
    }
    Ok(())
}

/// What an account holds, in minor units of a currency or hundredths of the
/// virtual one.
pub type Balance = (String, String, i64);

/// The balances of a project, by account and currency; those of all players
/// as one.
pub fn balances(tx: &mut Tx<'_>, project: ProjectId) -> Result<Vec<Balance>, StoreError> {
    let mut balances = read(tx, BALANCES, project)?;
    let unit = Unit::Virtual.name();
    if balances.iter().any(|(_, counted, _)| counted == unit) {
        let held = tx.row(HELD, &[project.get().into()])?.map_or(Ok(0), |r| r.int(0))?;
        balances.push((Account::Player.name().into(), unit.into(), held));
        balances.sort();
    }
    Ok(balances)
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
