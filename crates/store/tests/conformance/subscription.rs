//! Subscriptions and their charges.

use super::plan::{monthly, plan_id};
use super::{Log, Step, at, ours, theirs};
use coinslot_domain::calendar::Zone;
use coinslot_domain::id::{AccountId, PaymentId, ProductId, ProjectId, SubscriptionId};
use coinslot_domain::plan::{Counters, Terms};
use coinslot_domain::subscription::{State, Subscription};
use coinslot_domain::time::{Span, Time};
use coinslot_store::subscription::Charge;
use coinslot_store::{StoreError, Tx, plan, subscription};

pub(crate) const STEPS: &[Step] = &[
    Step::Write("subscriptions", subscriptions),
    Step::Write("subscriptions that are due", due),
    Step::Write("charges of subscriptions", charges),
];

fn id(n: i64) -> SubscriptionId {
    SubscriptionId::new(n).unwrap()
}

fn begun(project: ProjectId, n: i64, user: &str) -> Subscription {
    let terms = Terms { trial: 0, ..monthly(project, 950).terms };
    let blank = Subscription {
        project,
        id: id(n),
        user: user.into(),
        name: Some("Ann".into()),
        email: None,
        country: Some("DE".into()),
        custom_parameters: Some("{}".into()),
        plan: plan_id(950),
        product: ProductId::new(951),
        state: State::New,
        terms,
        anchor: at(0),
        cycle: 0,
        charges: 0,
        tries: 0,
        next_charge: None,
        due_at: None,
        last_charge: None,
        expires_at: None,
        ended_at: None,
        frozen_at: None,
        account: AccountId::new(952),
        dry_run: true,
        created_at: at(0),
    };
    blank.begin(at(n), &Zone::UTC).unwrap()
}

const EVER: (Time, Time) = (Time(i64::MIN), Time(i64::MAX));

fn subscriptions(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let (a, b) = (begun(ours(), 961, "ann"), begun(ours(), 962, "bob"));
    assert!(call!(log, subscription::insert(tx, &a, Some("hash"))));
    assert!(!call!(log, subscription::insert(tx, &begun(ours(), 963, "ann"), Some("hash"))), "once for a token");
    assert!(call!(log, subscription::insert(tx, &b, None)));
    assert!(call!(log, subscription::insert(tx, &begun(ours(), 964, "bob"), None)), "many without one");
    assert!(call!(log, subscription::insert(tx, &begun(theirs(), 961, "ann"), Some("hash"))));
    assert_eq!(call!(log, subscription::find(tx, ours(), a.id)), Some(a.clone()));
    assert_eq!(call!(log, subscription::lock(tx, ours(), a.id)), Some(a.clone()));
    assert_eq!(call!(log, subscription::of_token(tx, ours(), "hash")), Some(a.clone()));
    assert_eq!(call!(log, subscription::of_token(tx, ours(), "other")), None);
    assert_eq!(call!(log, subscription::token_of(tx, ours(), a.id)), Some("hash".into()));
    assert_eq!(call!(log, subscription::token_of(tx, ours(), id(99))), None);

    let of = |list: Vec<Subscription>| list.into_iter().map(|s| s.id.get()).collect::<Vec<_>>();
    assert_eq!(of(call!(log, subscription::list(tx, ours(), None, EVER, 0, 9))), [961, 962, 964]);
    assert_eq!(of(call!(log, subscription::list(tx, ours(), None, EVER, 961, 1))), [962]);
    assert_eq!(of(call!(log, subscription::list(tx, ours(), Some("bob"), EVER, 0, 9))), [962, 964]);
    assert_eq!(of(call!(log, subscription::list(tx, ours(), Some("bob"), (at(963), at(970)), 0, 9))), [964]);
    let account = AccountId::new(952).unwrap();
    assert_eq!(call!(log, subscription::of_account(tx, ours(), "bob", account)), [id(962), id(964)]);
    assert_eq!(call!(log, subscription::of_account(tx, ours(), "cid", account)), []);

    let active = |n| Counters { active: n, ..Counters::default() };
    assert_eq!(plan::counters(tx, ours(), plan_id(950))?, active(3));
    let frozen = a.clone().put(State::Frozen, at(970), &Zone::UTC).unwrap();
    assert!(call!(log, subscription::update(tx, &a, &frozen)));
    assert!(!call!(log, subscription::update(tx, &a, &frozen)), "it is not what it was");
    assert_eq!(subscription::find(tx, ours(), a.id)?, Some(frozen.clone()));
    assert_eq!(plan::counters(tx, ours(), plan_id(950))?, Counters { frozen: 1, ..active(2) });
    let ended = frozen.clone().ended(State::Expired, at(971));
    assert!(call!(log, subscription::update(tx, &frozen, &ended)));
    assert_eq!(plan::counters(tx, ours(), plan_id(950))?, Counters { expired: 1, ..active(2) });
    Ok(())
}

fn due(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let first = begun(ours(), 962, "bob").next_charge.unwrap();
    assert_eq!(call!(log, subscription::next_due(tx, ours(), at(0))), Some(first));
    assert_eq!(call!(log, subscription::next_due(tx, ours(), first)), Some(first + Span::seconds(2)));
    assert_eq!(call!(log, subscription::projects_due(tx, first - Span::seconds(2))), []);
    assert_eq!(call!(log, subscription::projects_due(tx, first)), [ours(), theirs()]);
    let until = first + Span::seconds(60);
    assert_eq!(call!(log, subscription::claim(tx, ours(), first, until, 9)), [id(962)]);
    assert_eq!(call!(log, subscription::claim(tx, ours(), first, until, 9)), [], "it is taken");
    assert_eq!(call!(log, subscription::claim(tx, ours(), until, until + Span::seconds(60), 1)), [id(964)]);
    call!(log, subscription::lease(tx, ours(), id(964), until));
    assert_eq!(call!(log, subscription::claim(tx, ours(), until, until + Span::seconds(60), 9)), [id(962), id(964)]);
    // One that is over has no date, and gets none.
    call!(log, subscription::lease(tx, ours(), id(961), until));
    assert_eq!(subscription::find(tx, ours(), id(961))?.unwrap().due_at, None);
    Ok(())
}

fn charges(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let s = begun(ours(), 962, "bob");
    let mut known = [0; 2];
    for (slot, n) in known.iter_mut().zip([981, 982]) {
        let payment = super::paid_payment(tx, ours(), n)?;
        let charge = Charge { payment, subscription: s.id, number: n - 980, charged_for: at(n) };
        assert!(call!(log, subscription::insert_charge(tx, &s, &charge, at(n))));
        *slot = payment.get();
    }
    let again = Charge { payment: PaymentId::new(983).unwrap(), subscription: s.id, number: 2, charged_for: at(0) };
    assert!(!call!(log, subscription::insert_charge(tx, &s, &again, at(9))), "a period is charged once");
    let first = PaymentId::new(known[0]).unwrap();
    let charge = call!(log, subscription::charge_of_payment(tx, ours(), first)).unwrap();
    assert_eq!((charge.subscription, charge.number), (s.id, 1));
    assert_eq!(call!(log, subscription::charge_of_payment(tx, theirs(), first)), None);
    assert_eq!(call!(log, subscription::last_paid(tx, ours(), s.id)), PaymentId::new(known[1]));
    assert_eq!(call!(log, subscription::last_paid(tx, ours(), id(961))), None);
    let of = |list: Vec<subscription::Charged>| list.into_iter().map(|c| c.charge.payment.get()).collect::<Vec<_>>();
    assert_eq!(of(call!(log, subscription::charges(tx, ours(), None, None, 0, 9))), known);
    assert_eq!(of(call!(log, subscription::charges(tx, ours(), Some("bob"), Some(s.id), known[0], 9))), known[1..]);
    assert_eq!(of(call!(log, subscription::charges(tx, ours(), Some("ann"), None, 0, 9))), [0; 0]);
    assert_eq!(of(call!(log, subscription::charges(tx, ours(), None, Some(id(961)), 0, 9))), [0; 0]);
    Ok(())
}
