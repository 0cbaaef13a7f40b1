//! The journal and the balances that come of it.

use super::{Log, an_entry, eur, ours, quote, theirs, yen};
use coinslot_domain::ledger::EntryKind;
use coinslot_domain::refund::split;
use coinslot_store::{StoreError, Tx, ledger};

fn balance(account: &str, currency: &str, amount: i64) -> ledger::Balance {
    (account.to_string(), currency.to_string(), amount)
}

pub(crate) fn journal(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    assert_eq!(call!(log, ledger::balances(tx, ours())), []);
    assert_eq!(call!(log, ledger::recount(tx, ours())), []);
    let b = quote(eur(1000));
    assert_eq!(b.parts(), [912, 100, 55, 33]);
    // 800 and 801 lie on different stripes, 800 and 816 on the same.
    for (entry, payment) in [(800, 800), (801, 801), (816, 802)] {
        call!(log, ledger::append(tx, &an_entry(ours(), entry, EntryKind::Capture, payment, &b)));
    }
    call!(log, ledger::append(tx, &an_entry(ours(), 803, EntryKind::Capture, 803, &quote(yen(1000)))));
    let balances = call!(log, ledger::balances(tx, ours()));
    let expected = [
        balance("gateway", "EUR", 3300),
        balance("gateway", "JPY", 1100),
        balance("merchant", "EUR", -3 * 912),
        balance("merchant", "JPY", -912),
        balance("method_fee", "EUR", -3 * 33),
        balance("method_fee", "JPY", -33),
        balance("platform_fee", "EUR", -3 * 55),
        balance("platform_fee", "JPY", -55),
        balance("tax", "EUR", -300),
        balance("tax", "JPY", -100),
    ];
    assert_eq!(balances, expected);
    assert_eq!(call!(log, ledger::recount(tx, ours())), expected, "the balances are what the journal adds up to");
    assert_eq!(call!(log, ledger::balances(tx, theirs())), [], "the books of another project");
    assert_eq!(call!(log, ledger::recount(tx, theirs())), []);
    Ok(())
}

pub(crate) fn entry_twice(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    call!(log, ledger::append(tx, &an_entry(ours(), 800, EntryKind::Capture, 800, &quote(eur(1000)))));
    Ok(())
}

pub(crate) fn goes_on(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let b = quote(eur(1000));
    call!(log, ledger::append(tx, &an_entry(theirs(), 850, EntryKind::Capture, 800, &b)));
    let part = split(&b, &[], eur(1)).unwrap();
    call!(log, ledger::append(tx, &an_entry(ours(), 804, EntryKind::Refund, 800, &part)));
    let rest = split(&b, &[part.parts()], eur(1099)).unwrap();
    call!(log, ledger::append(tx, &an_entry(ours(), 805, EntryKind::Refund, 800, &rest)));
    let balances = call!(log, ledger::balances(tx, ours()));
    assert_eq!(balances[0], balance("gateway", "EUR", 2200), "neither the refused entry nor theirs moved it");
    assert_eq!(call!(log, ledger::recount(tx, ours())), balances);

    let all = an_entry(theirs(), 851, EntryKind::Refund, 800, &b);
    call!(log, ledger::append(tx, &all));
    let balances = call!(log, ledger::balances(tx, theirs()));
    assert!(balances.len() == 5 && balances.iter().all(|b| b.2 == 0), "all is given back: {balances:?}");
    assert_eq!(call!(log, ledger::recount(tx, theirs())), balances);
    Ok(())
}
