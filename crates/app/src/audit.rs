//! Whether the books balance.

use crate::App;
use coinslot_domain::id::ProjectId;
use coinslot_store::{StoreError, ledger, wallet};
use std::collections::BTreeMap;

/// Why the books of a project do not balance; empty when they do: the balances
/// sum to zero in each currency and equal what the journal adds up to, and each
/// player holds what the player's operations add up to.
pub async fn books(app: &App, project: ProjectId) -> Result<Vec<String>, StoreError> {
    app.store
        .read(move |tx| {
            let balances = ledger::balances(tx, project)?;
            let recount = ledger::recount(tx, project)?;
            let mut faults = Vec::new();
            if balances != recount {
                faults.push(format!("balances {balances:?} differ from the journal's {recount:?}"));
            }
            let mut sums = BTreeMap::new();
            for (_, currency, amount) in &balances {
                *sums.entry(currency).or_insert(0) += amount;
            }
            let off = sums.into_iter().filter(|(_, sum)| *sum != 0);
            faults.extend(off.map(|(currency, sum)| format!("{currency} is off by {sum} minor units")));
            let off = wallet::off(tx, project)?.into_iter();
            faults.extend(off.map(|(user, has, sum)| format!("{user:?} has {has}, but operations add up to {sum}")));
            Ok(faults)
        })
        .await
}
