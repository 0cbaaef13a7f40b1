//! Subscription plans.

use super::{Log, Step, at, eur, ours, theirs};
use coinslot_domain::calendar::Period;
use coinslot_domain::id::{PlanId, ProductId, ProjectId};
use coinslot_domain::localized::Localized;
use coinslot_domain::plan::{Counters, Plan, Terms};
use coinslot_store::plan::Filter;
use coinslot_store::{StoreError, Tx, plan, product};

pub(crate) const STEPS: &[Step] = &[Step::Write("plans", plans)];

pub(crate) fn plan_id(n: i64) -> PlanId {
    PlanId::new(n).unwrap()
}

pub(crate) fn monthly(project: ProjectId, n: i64) -> Plan {
    Plan {
        project,
        id: plan_id(n),
        external_id: format!("plan-{n}"),
        name: Localized::of("en", "Gold"),
        description: Localized::default(),
        group: Some("g".into()),
        terms: Terms {
            period: Some(Period::months(1)),
            charge: eur(999),
            expiration: Some(Period::days(90)),
            trial: 14,
            grace: 3,
            retry: 1,
        },
        tags: vec!["one".into(), "two".into()],
        enabled: true,
        deleted_at: None,
    }
}

fn plans(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let (a, b) = (monthly(ours(), 901), monthly(ours(), 902));
    assert!(call!(log, plan::insert(tx, &a, at(0))));
    assert!(!call!(log, plan::insert(tx, &Plan { id: plan_id(903), ..a.clone() }, at(0))), "the name is taken");
    assert!(call!(log, plan::insert(tx, &monthly(theirs(), 901), at(0))), "but not elsewhere");
    let life =
        Plan { group: None, terms: Terms { period: None, expiration: None, ..b.terms }, tags: vec![], ..b.clone() };
    assert!(call!(log, plan::insert(tx, &life, at(1))));
    assert_eq!(call!(log, plan::find(tx, ours(), a.id)), Some(a.clone()));
    assert_eq!(call!(log, plan::named(tx, ours(), "plan-902")), Some(life.clone()));

    let all = Filter::default();
    assert_eq!(call!(log, plan::list(tx, ours(), &all, 0, 10)), [a.clone(), life.clone()]);
    assert_eq!(call!(log, plan::list(tx, ours(), &all, 1, 10)), std::slice::from_ref(&life));
    let of_group = Filter { group: Some("g".into()), ..Filter::default() };
    assert_eq!(call!(log, plan::list(tx, ours(), &of_group, 0, 10)), std::slice::from_ref(&a));
    let of_product = Filter { product: ProductId::new(911), ..Filter::default() };
    assert_eq!(call!(log, plan::list(tx, ours(), &of_product, 0, 10)), []);
    product::insert(tx, &super::product::product(911, "g"), at(0))?;
    assert_eq!(call!(log, plan::list(tx, ours(), &of_product, 0, 10)), std::slice::from_ref(&a));
    let named = Filter { external_id: Some("plan-902".into()), plan: Some(a.id), ..Filter::default() };
    assert_eq!(call!(log, plan::list(tx, ours(), &named, 0, 10)), [], "no plan is both");

    assert!(!call!(log, plan::update(tx, &Plan { external_id: "plan-902".into(), ..a.clone() })));
    let renamed = Plan { external_id: "silver".into(), name: Localized::of("de", "Silber"), ..a.clone() };
    assert!(call!(log, plan::update(tx, &renamed)));
    assert_eq!(call!(log, plan::find(tx, ours(), a.id)), Some(renamed));
    assert!(call!(log, plan::enable(tx, ours(), a.id, false)));
    assert!(!call!(log, plan::find(tx, ours(), a.id)).unwrap().is_sold());
    assert!(!call!(log, plan::enable(tx, ours(), plan_id(999), true)));

    assert!(call!(log, plan::delete(tx, ours(), a.id, at(5))));
    assert!(!call!(log, plan::delete(tx, ours(), a.id, at(6))), "it is gone");
    assert_eq!(call!(log, plan::find(tx, ours(), a.id)).unwrap().deleted_at, Some(at(5)), "but can be shown");
    assert_eq!(call!(log, plan::named(tx, ours(), "silver")), None);
    assert!(call!(log, plan::insert(tx, &Plan { external_id: "silver".into(), ..monthly(ours(), 904) }, at(7))));

    for (state, spread, by) in [("active", 1, 2), ("active", 2, 1), ("canceled", 1, 1), ("active", 17, -1)] {
        call!(log, plan::count(tx, ours(), b.id, state, spread, by));
    }
    let counters = call!(log, plan::counters(tx, ours(), b.id));
    assert_eq!(counters, Counters { active: 2, canceled: 1, ..Counters::default() });
    Ok(())
}
