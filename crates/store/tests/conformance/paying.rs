//! Payments and the attempts to pay them.

use super::{Log, a_payment, acme, at, attempt_id, eur, ours, payment_id, quote, theirs, umbrella, yen};
use coinslot_domain::id::ProjectId;
use coinslot_domain::money::BasisPoints;
use coinslot_domain::payment::{AttemptState, Breakdown, Decline, Notified, Payment, PaymentEvent, PaymentState};
use coinslot_domain::tax::{Tax, TaxKind};
use coinslot_store::payment::{Attempt, News};
use coinslot_store::{StoreError, Tx, payment};

fn an_attempt(project: ProjectId, n: i64) -> Attempt {
    Attempt {
        project,
        id: attempt_id(n),
        payment: payment_id(600),
        state: AttemptState::Pending,
        method: 1380,
        card_token: None,
        keep: false,
    }
}

pub(crate) fn payments(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let first = a_payment(ours(), 500);
    let breakdown = Breakdown { tax_rule: Tax { kind: TaxKind::Vat, rate: BasisPoints(0) }, ..quote(yen(77)) };
    let second = Payment {
        card: None,
        dry_run: true,
        breakdown,
        refunded: yen(0),
        reserved: yen(0),
        notified: Notified::Pending,
        ..a_payment(ours(), 501)
    };
    assert!(call!(log, payment::insert(tx, &first, "token-500")));
    assert!(call!(log, payment::insert(tx, &second, "token-501")));
    assert!(!call!(log, payment::insert(tx, &a_payment(ours(), 502), "token-500")), "one payment per token");
    let foreign = a_payment(theirs(), 550);
    assert!(call!(log, payment::insert(tx, &foreign, "token-500")), "in each project");

    assert_eq!(call!(log, payment::find(tx, ours(), first.id)), Some(first.clone()));
    assert_eq!(call!(log, payment::lock(tx, ours(), second.id)), Some(second.clone()));
    assert_eq!(call!(log, payment::of_token(tx, ours(), "token-500")), Some(first.clone()));
    assert_eq!(call!(log, payment::find(tx, ours(), payment_id(502))), None, "what the token refused");
    assert_eq!(call!(log, payment::find(tx, theirs(), second.id)), None, "a payment of another project");
    assert_eq!(call!(log, payment::lock(tx, theirs(), second.id)), None);
    assert_eq!(call!(log, payment::of_token(tx, theirs(), "token-501")), None);
    assert_eq!(call!(log, payment::stand(tx, ours(), "token-500")), Some((first.id, first.stand())));
    assert_eq!(call!(log, payment::stand(tx, theirs(), "token-501")), None);
    assert_eq!(call!(log, payment::of_token(tx, theirs(), "token-500")), Some(foreign.clone()));

    assert_eq!(call!(log, payment::project_of(tx, acme(), second.id)), Some(ours()));
    assert_eq!(call!(log, payment::project_of(tx, umbrella(), second.id)), None, "a payment of another merchant");
    assert_eq!(call!(log, payment::project_of(tx, umbrella(), foreign.id)), Some(theirs()));
    assert_eq!(call!(log, payment::project_of(tx, acme(), payment_id(9))), None);

    assert_eq!(call!(log, payment::recent(tx, ours(), 9)), [second.clone(), first]);
    assert_eq!(call!(log, payment::recent(tx, ours(), 1)), [second]);
    assert_eq!(call!(log, payment::recent(tx, ProjectId::new(9).unwrap(), 9)), []);
    call!(log, payment::of_user(tx, ours(), "user \"1\"", 9));
    assert_eq!(call!(log, payment::of_user(tx, ours(), "nobody", 9)), []);
    Ok(())
}

pub(crate) fn wrong_sum(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let mut wrong = a_payment(ours(), 509);
    wrong.breakdown.payout = eur(wrong.breakdown.payout.minor + 1);
    call!(log, payment::insert(tx, &wrong, "token-509"));
    Ok(())
}

pub(crate) fn number_twice(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    // Only a token that is used up is a quiet no.
    call!(log, payment::insert(tx, &a_payment(ours(), 500), "token-another"));
    Ok(())
}

pub(crate) fn path(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let none = News::default();
    let new = a_payment(ours(), 510);
    assert!(call!(log, payment::insert(tx, &new, "token-510")));
    let elsewhere = Payment { project: theirs(), ..new.clone() };
    assert_eq!(call!(log, payment::advance(tx, elsewhere, PaymentEvent::Captured, none)), None);
    assert_eq!(call!(log, payment::advance(tx, new.clone(), PaymentEvent::Retried, none)), None, "not declined");
    assert_eq!(call!(log, payment::retry(tx, new.clone(), attempt_id(9), 1, None)), None, "not declined");

    let asked = call!(log, payment::advance(tx, new.clone(), PaymentEvent::ChallengeAsked, none)).unwrap();
    assert_eq!(asked.state, PaymentState::Challenged);
    let lost = call!(log, payment::advance(tx, new.clone(), PaymentEvent::Captured, none));
    assert_eq!(lost, None, "someone was faster");
    let answered = call!(log, payment::advance(tx, asked, PaymentEvent::ChallengeAnswered, none)).unwrap();
    assert_eq!(answered, new, "back where it was");
    let why = News { decline: Some(Decline::InsufficientFunds), ..none };
    let declined = call!(log, payment::advance(tx, answered, PaymentEvent::Declined, why)).unwrap();
    assert_eq!(declined.decline, Some(Decline::InsufficientFunds));
    assert_eq!(call!(log, payment::find(tx, ours(), new.id)), Some(declined.clone()));

    let card = Some("Mastercard ****4444".to_string());
    let again = call!(log, payment::retry(tx, declined.clone(), attempt_id(511), 1381, card.clone())).unwrap();
    let expected = Payment { attempt: attempt_id(511), method: 1381, card, ..new.clone() };
    assert_eq!(again, expected);
    assert_eq!(call!(log, payment::find(tx, ours(), new.id)), Some(expected));
    let lost = call!(log, payment::retry(tx, declined.clone(), attempt_id(512), 1, None));
    assert_eq!(lost, None, "someone was faster");
    // The first attempt's answer, heard late: the state fits, the attempt not.
    let lost = call!(log, payment::advance(tx, new.clone(), PaymentEvent::Captured, none));
    assert_eq!(lost, None, "the attempt is another");
    let declined_again = call!(log, payment::advance(tx, again, PaymentEvent::Declined, why)).unwrap();
    let lost = call!(log, payment::retry(tx, declined, attempt_id(513), 1, None));
    assert_eq!(lost, None, "the attempt is another");
    let third = call!(log, payment::retry(tx, declined_again, attempt_id(514), 1380, None)).unwrap();

    let taken = News { paid_at: Some(at(99)), notified: Some(Notified::Pending), ..none };
    let captured = call!(log, payment::advance(tx, third, PaymentEvent::Captured, taken)).unwrap();
    assert_eq!((captured.paid_at, captured.notified), (Some(at(99)), Notified::Pending));
    assert_eq!(call!(log, payment::find(tx, ours(), new.id)), Some(captured.clone()));
    let lost = call!(log, payment::advance(tx, captured.clone(), PaymentEvent::Captured, taken));
    assert_eq!(lost, None, "not twice");
    assert_eq!(call!(log, payment::advance(tx, captured.clone(), PaymentEvent::Declined, why)), None);

    call!(log, payment::set_notified(tx, ours(), new.id, Notified::Delivered));
    call!(log, payment::set_notified(tx, theirs(), new.id, Notified::Failed));
    let told = call!(log, payment::find(tx, ours(), new.id)).unwrap();
    assert_eq!(told, Payment { notified: Notified::Delivered, ..captured.clone() });
    call!(log, payment::set_notified(tx, ours(), new.id, Notified::Failed));
    let told = call!(log, payment::find(tx, ours(), new.id)).unwrap();
    assert_eq!(told.notified, Notified::Delivered, "what the game knows it cannot unlearn");
    Ok(())
}

pub(crate) fn given_back(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let new = a_payment(ours(), 520);
    assert!(call!(log, payment::insert(tx, &new, "token-520")));
    let paid = call!(log, payment::advance(tx, new, PaymentEvent::Captured, News::default())).unwrap();
    let whole = paid.breakdown.payment.minor;
    assert_eq!(whole, 1100);

    assert!(!call!(log, payment::reserve(tx, &paid, eur(whole + 1))), "more than there is");
    assert!(call!(log, payment::reserve(tx, &paid, eur(700))));
    assert!(!call!(log, payment::reserve(tx, &paid, eur(401))), "more than is left");
    assert!(call!(log, payment::reserve(tx, &paid, eur(400))), "all that is left");
    assert!(!call!(log, payment::reserve(tx, &paid, eur(1))), "nothing is left");
    let elsewhere = Payment { project: theirs(), ..paid.clone() };
    assert!(!call!(log, payment::reserve(tx, &elsewhere, eur(1))));
    assert!(!call!(log, payment::release(tx, &elsewhere, eur(1))));
    assert_eq!(call!(log, payment::refunded(tx, elsewhere, eur(1))), None);

    assert!(call!(log, payment::release(tx, &paid, eur(400))));
    assert!(!call!(log, payment::release(tx, &paid, eur(701))), "more than is reserved");
    assert_eq!(call!(log, payment::refunded(tx, paid.clone(), eur(701))), None, "not reserved");
    let part = call!(log, payment::refunded(tx, paid.clone(), eur(300))).unwrap();
    assert_eq!((part.state, part.refunded), (PaymentState::PartiallyRefunded, eur(300)));
    assert_eq!(call!(log, payment::refunded(tx, paid.clone(), eur(300))), None, "someone was faster");
    assert!(!call!(log, payment::release(tx, &paid, eur(401))), "what went back stays reserved");
    assert!(call!(log, payment::reserve(tx, &paid, eur(400))));

    let more = call!(log, payment::refunded(tx, part.clone(), eur(300))).unwrap();
    assert_eq!(more.refunded, eur(600));
    let stale = call!(log, payment::refunded(tx, part, eur(500)));
    assert_eq!(stale, None, "who counts from an old sum cannot tell whether all went back");
    let found = call!(log, payment::find(tx, ours(), paid.id)).unwrap();
    assert_eq!(found, Payment { reserved: eur(1100), ..more.clone() });
    let all = call!(log, payment::refunded(tx, more, eur(500))).unwrap();
    assert_eq!((all.state, all.refunded), (PaymentState::Refunded, eur(1100)));
    assert_eq!(call!(log, payment::refunded(tx, all.clone(), eur(1))), None, "the domain refuses");
    assert!(!call!(log, payment::release(tx, &all, eur(1))));
    let found = call!(log, payment::find(tx, ours(), paid.id)).unwrap();
    assert_eq!(found, Payment { reserved: eur(1100), ..all });
    Ok(())
}

pub(crate) fn attempts(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let with_card = Attempt { card_token: Some("card-1".into()), ..an_attempt(ours(), 601) };
    let challenged = Attempt { state: AttemptState::Challenged, ..an_attempt(ours(), 602) };
    call!(log, payment::insert_attempt(tx, &with_card, at(1)));
    call!(log, payment::insert_attempt(tx, &challenged, at(3)));
    call!(log, payment::insert_attempt(tx, &an_attempt(theirs(), 651), at(2)));
    assert_eq!(call!(log, payment::find_attempt(tx, ours(), with_card.id)), Some(with_card.clone()));
    assert_eq!(call!(log, payment::find_attempt(tx, ours(), challenged.id)), Some(challenged.clone()));
    assert_eq!(call!(log, payment::find_attempt(tx, theirs(), challenged.id)), None, "one of another project");
    assert_eq!(call!(log, payment::attempt_moved(tx, &challenged)), Some(at(3)));

    // Oldest first, of all projects, up to and with the time.
    let one = (ours(), with_card.id, at(1));
    let two = (theirs(), attempt_id(651), at(2));
    let three = (ours(), challenged.id, at(3));
    assert_eq!(call!(log, payment::open_attempts(tx, at(9), at(9), 9)), [one, two, three]);
    assert_eq!(call!(log, payment::open_attempts(tx, at(9), at(9), 2)), [one, two]);
    assert_eq!(call!(log, payment::open_attempts_of(tx, ours(), at(9), at(0), 9)), [one]);
    assert_eq!(call!(log, payment::open_attempts_of(tx, theirs(), at(9), at(9), 9)), [two]);
    assert_eq!(call!(log, payment::open_attempts(tx, at(1), at(1), 9)), [one]);
    assert_eq!(call!(log, payment::open_attempts(tx, at(0), at(0), 9)), []);
    assert_eq!(call!(log, payment::open_attempts(tx, at(9), at(0), 9)), [one, two], "players may take longer");
    assert_eq!(call!(log, payment::open_attempts(tx, at(0), at(9), 9)), [three]);

    assert!(!call!(log, payment::touch_attempt(tx, ours(), with_card.id, at(2), at(5))), "looked at meanwhile");
    assert!(!call!(log, payment::touch_attempt(tx, ours(), attempt_id(9), at(1), at(5))));
    assert!(call!(log, payment::touch_attempt(tx, ours(), with_card.id, at(1), at(5))));
    assert!(!call!(log, payment::touch_attempt(tx, ours(), with_card.id, at(1), at(5))), "only one may");
    assert!(call!(log, payment::touch_attempt(tx, ours(), challenged.id, at(3), at(6))));
    assert_eq!(call!(log, payment::open_attempts(tx, at(4), at(4), 9)), [two]);

    let why = Some(Decline::Refused);
    let elsewhere = Attempt { project: ProjectId::new(9).unwrap(), ..with_card.clone() };
    assert!(!call!(log, payment::advance_attempt(tx, &elsewhere, PaymentEvent::Captured, None, at(7))));
    assert!(!call!(log, payment::advance_attempt(tx, &with_card, PaymentEvent::PartlyRefunded, None, at(7))));
    assert!(call!(log, payment::advance_attempt(tx, &with_card, PaymentEvent::ChallengeAsked, None, at(7))));
    assert!(!call!(log, payment::advance_attempt(tx, &with_card, PaymentEvent::Captured, None, at(7))), "too late");
    assert!(call!(log, payment::advance_attempt(tx, &challenged, PaymentEvent::Declined, why, at(8))));
    let failed = call!(log, payment::find_attempt(tx, ours(), challenged.id)).unwrap();
    assert_eq!(failed.state, AttemptState::Failed);
    assert!(!call!(log, payment::advance_attempt(tx, &failed, PaymentEvent::Captured, None, at(9))), "final");
    assert!(!call!(log, payment::touch_attempt(tx, ours(), failed.id, at(8), at(9))), "nothing is open");
    let still = (ours(), with_card.id, at(7));
    assert_eq!(call!(log, payment::open_attempts(tx, at(99), at(99), 9)), [two, still]);
    Ok(())
}

pub(crate) fn attempt_twice(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    call!(log, payment::insert_attempt(tx, &an_attempt(ours(), 601), at(9)));
    Ok(())
}
