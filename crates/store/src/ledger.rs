//! The journal and the balances it adds up to.

use crate::engine::Value;
use crate::{StoreError, Tx};
use coinslot_domain::id::{PaymentId, ProjectId};
use coinslot_domain::ledger::{Account, Entry, Unit};

statements! {
    POST = "INSERT INTO posting (project_id, entry_id, seq, kind, payment_id, debit, credit, currency, amount,
            booked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    POST_EIGHT = "INSERT /* OR FAIL */ INTO posting (project_id, entry_id, seq, kind, payment_id, debit, credit, currency, amount,
            booked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10),
            ($11, $12, $13, $14, $15, $16, $17, $18, $19, $20), ($21, $22, $23, $24, $25, $26, $27, $28, $29, $30),
            ($31, $32, $33, $34, $35, $36, $37, $38, $39, $40), ($41, $42, $43, $44, $45, $46, $47, $48, $49, $50),
            ($51, $52, $53, $54, $55, $56, $57, $58, $59, $60), ($61, $62, $63, $64, $65, $66, $67, $68, $69, $70),
            ($71, $72, $73, $74, $75, $76, $77, $78, $79, $80)";
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

/// A posting on its way into the journal.
#[derive(Clone, Copy)]
pub(crate) struct Written {
    project: i64,
    /// Its entry, and its place there.
    key: (i64, i64),
    kind: &'static str,
    payment: i64,
    debit: &'static str,
    credit: &'static str,
    unit: &'static str,
    amount: i64,
    at: i64,
}

impl Written {
    fn values(&self) -> [Value<'static>; 10] {
        let (entry, seq) = self.key;
        [
            self.project.into(),
            entry.into(),
            seq.into(),
            self.kind.into(),
            self.payment.into(),
            self.debit.into(),
            self.credit.into(),
            self.unit.into(),
            self.amount.into(),
            self.at.into(),
        ]
    }
}

/// Adds an entry and moves the balances it touches, together with what others
/// do that share its commit; but for the player's, which
/// [`crate::wallet::book`] moves.
pub fn append(tx: &mut Tx<'_>, entry: &Entry) -> Result<(), StoreError> {
    for (seq, p) in (1_i64..).zip(&entry.postings) {
        tx.post(Written {
            project: entry.project.get(),
            key: (entry.id.get(), seq),
            kind: entry.kind.name(),
            payment: entry.payment.map_or(0, PaymentId::get),
            debit: p.debit.name(),
            credit: p.credit.name(),
            unit: p.unit.name(),
            amount: p.amount,
            at: entry.at.0,
        });
    }
    for (account, unit, amount) in entry.movements() {
        if account == Account::Player {
            continue;
        }
        tx.add(MOVE, (entry.project.get(), account.name(), unit.name()), amount);
    }
    Ok(())
}

/// Puts postings into the journal: in its order and several at once, which costs
/// less than each by itself.
pub(crate) fn write(tx: &mut Tx<'_>, mut all: Vec<Written>) -> Result<(), StoreError> {
    all.sort_unstable_by_key(|posting| posting.key);
    let (eights, rest) = all.as_chunks::<8>();
    for eight in eights {
        tx.put(POST_EIGHT, eight.each_ref().map(Written::values).as_flattened())?;
    }
    rest.iter().try_for_each(|posting| tx.put(POST, &posting.values()))
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
