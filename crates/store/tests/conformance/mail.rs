//! Letters to players.

use super::{Log, Step, at, ours, theirs};
use coinslot_domain::id::PaymentId;
use coinslot_domain::mail::MailState;
use coinslot_store::mail::Claimed;
use coinslot_store::{StoreError, Tx, mail};

pub(crate) const STEPS: &[Step] = &[Step::Write("letters", letters), Step::Write("languages of letters", languages)];

fn id(n: i64) -> PaymentId {
    PaymentId::new(n).unwrap()
}

fn claimed(n: i64, attempt: i64) -> Claimed {
    Claimed { payment: id(n), address: format!("{n}@example.com"), attempt }
}

fn letters(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    for (n, due) in [(901, 1), (902, 2), (903, 3)] {
        call!(log, mail::insert(tx, ours(), id(n), &format!("{n}@example.com"), at(due)));
    }
    call!(log, mail::insert(tx, ours(), id(901), "other@example.com", at(0)));
    call!(log, mail::insert(tx, theirs(), id(901), "theirs@example.com", at(9)));
    assert_eq!(call!(log, mail::projects_due(tx, at(0))), [], "the first letter of a payment is the one");
    assert_eq!(call!(log, mail::projects_due(tx, at(2))), [ours()]);
    assert_eq!(call!(log, mail::projects_due(tx, at(9))).len(), 2);

    assert_eq!(call!(log, mail::claim(tx, ours(), at(3), at(60), 2)), [claimed(901, 1), claimed(902, 1)]);
    assert_eq!(call!(log, mail::claim(tx, ours(), at(3), at(60), 2)), [claimed(903, 1)], "a claim is a lease");
    assert_eq!(call!(log, mail::claim(tx, ours(), at(60), at(90), 1)), [claimed(901, 2)], "that ends");
    assert!(!call!(log, mail::settle(tx, ours(), &claimed(901, 1), MailState::Sent, at(61), None)), "taken over");
    assert!(call!(log, mail::settle(tx, ours(), &claimed(901, 2), MailState::Sent, at(61), None)));
    assert!(!call!(log, mail::settle(tx, ours(), &claimed(901, 2), MailState::Sent, at(61), None)), "settled");
    assert!(call!(log, mail::settle(tx, ours(), &claimed(902, 1), MailState::Pending, at(70), Some("later"))));
    assert!(call!(log, mail::settle(tx, ours(), &claimed(903, 1), MailState::Failed, at(61), Some("never"))));
    assert_eq!(call!(log, mail::find(tx, ours(), id(901))), Some((MailState::Sent, 2, None)));
    assert_eq!(call!(log, mail::find(tx, ours(), id(902))), Some((MailState::Pending, 1, Some("later".into()))));
    assert_eq!(call!(log, mail::find(tx, ours(), id(904))), None);
    assert_eq!(call!(log, mail::claim(tx, ours(), at(70), at(90), 9)), [claimed(902, 2)], "tried again");
    assert_eq!(call!(log, mail::token_of(tx, ours(), id(904))), None);
    Ok(())
}

fn languages(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    call!(log, mail::choose_language(tx, ours(), "t1", "de", at(10)));
    call!(log, mail::choose_language(tx, ours(), "t1", "ar", at(10)));
    call!(log, mail::choose_language(tx, ours(), "t2", "fr", at(20)));
    assert_eq!(call!(log, mail::chosen_language(tx, ours(), "t1")), Some("ar".into()), "the last choice counts");
    assert_eq!(call!(log, mail::chosen_language(tx, theirs(), "t1")), None);
    assert_eq!(call!(log, mail::purge_languages(tx, ours(), at(20))), 1);
    assert_eq!(call!(log, mail::chosen_language(tx, ours(), "t1")), None);
    assert_eq!(call!(log, mail::chosen_language(tx, ours(), "t2")), Some("fr".into()));
    Ok(())
}
