//! Saved ways to pay.

use super::{Log, Step, at, ours, theirs};
use coinslot_domain::account::Account;
use coinslot_domain::id::AccountId;
use coinslot_domain::payment::Decline;
use coinslot_store::{StoreError, Tx, account};

pub(crate) const STEPS: &[Step] = &[Step::Write("saved ways to pay", accounts)];

fn card(n: i64, user: &str, token: &str) -> Account {
    Account {
        project: ours(),
        id: AccountId::new(n).unwrap(),
        user: user.into(),
        method: 1380,
        kind: "card".into(),
        name: "Visa •••• 1111".into(),
        token: token.into(),
    }
}

fn accounts(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let (a, b) = (card(931, "ann", "t1"), card(932, "ann", "t2"));
    assert_eq!(call!(log, account::save(tx, &a, at(0))), a.id);
    assert_eq!(call!(log, account::save(tx, &b, at(1))), b.id);
    assert_eq!(call!(log, account::save(tx, &card(933, "ann", "t1"), at(2))), a.id, "it was saved already");
    assert_eq!(call!(log, account::save(tx, &card(934, "bob", "t1"), at(2))).get(), 934);
    assert_eq!(call!(log, account::of_user(tx, ours(), "ann")), [a.clone(), b.clone()]);
    assert_eq!(call!(log, account::of_user(tx, theirs(), "ann")), []);
    assert_eq!(call!(log, account::find(tx, ours(), a.id)), Some(a.clone()));
    assert_eq!(call!(log, account::lock(tx, ours(), b.id)), Some(b.clone()));

    assert_eq!(call!(log, account::count(tx, ours(), a.id)), None);
    call!(log, account::script(tx, ours(), a.id, 2, Decline::Refused));
    call!(log, account::script(tx, ours(), a.id, 2, Decline::InsufficientFunds));
    assert_eq!(call!(log, account::count(tx, ours(), a.id)), None, "the next one but one");
    assert_eq!(call!(log, account::count(tx, ours(), a.id)), Some(Decline::InsufficientFunds));
    assert_eq!(call!(log, account::count(tx, ours(), a.id)), None);

    assert!(call!(log, account::delete(tx, ours(), a.id)));
    assert!(!call!(log, account::delete(tx, ours(), a.id)));
    assert_eq!(call!(log, account::find(tx, ours(), a.id)), None);
    assert_eq!(call!(log, account::count(tx, ours(), a.id)), None);
    Ok(())
}
