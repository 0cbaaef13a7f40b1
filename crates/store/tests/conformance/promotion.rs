//! Promotions.

use super::{Log, Step, acme, at, ours, theirs};
use coinslot_domain::id::{CampaignId, GameId, MerchantId, PackageId, PlanId, PromotionId};
use coinslot_domain::localized::Localized;
use coinslot_domain::promotion::{ItemDiscount, Period, Plans, Promotion, Rewards, Subject};
use coinslot_store::{StoreError, Tx, promotion};

pub(crate) const STEPS: &[Step] = &[
    Step::Write("promotions", promotions),
    Step::Refused("a period twice", period_twice),
    Step::Refused("a discount of nothing", discount_of_nothing),
    Step::Read("what was refused changed nothing", unchanged),
];

fn id(n: i64) -> PromotionId {
    PromotionId::new(n).unwrap()
}

fn plain(n: i64) -> Promotion {
    Promotion {
        id: id(n),
        project: ours(),
        technical_name: "sale".into(),
        name: Localized::of("en", "Sale"),
        description: Localized::default(),
        label: Localized::default(),
        enabled_since: None,
        ran: false,
        subject: Subject::default(),
        payment_systems: vec![],
        periods: vec![],
        rewards: Rewards::default(),
        campaigns: vec![],
    }
}

/// One with everything, in an order that is not that of any key.
fn whole(n: i64) -> Promotion {
    Promotion {
        label: Localized::of("en", "Cheap"),
        enabled_since: Some(at(1)),
        ran: true,
        subject: Subject {
            purchase: true,
            items: vec!["sword".into(), "axe".into()],
            packages: [2, 1].map(|n| PackageId::new(n).unwrap()).into(),
            plans: Plans::These([9, 8].map(|n| PlanId::new(n).unwrap()).into()),
            games: vec![GameId::new(4).unwrap()],
        },
        payment_systems: vec![1380, 24],
        periods: vec![Period { from: at(1), to: Some(at(2)) }, Period { from: at(3), to: None }],
        rewards: Rewards {
            purchase_discount: Some(10),
            bonus_percent: Some(20),
            bonus_amount: Some(3_000),
            item_discounts: vec![
                ItemDiscount { sku: "sword".into(), percent: 5, max_amount: None },
                ItemDiscount { sku: "axe".into(), percent: 100, max_amount: Some(3) },
            ],
            item_bonuses: vec![("sword".into(), 1), ("hat".into(), 2)],
            trial_days: Some(7),
        },
        campaigns: vec![CampaignId::new(6).unwrap()],
        ..plain(n)
    }
}

fn promotions(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let stranger = MerchantId::new(acme().get() + 1).unwrap();
    call!(log, promotion::save(tx, acme(), &plain(1), at(0)));
    call!(log, promotion::save(tx, acme(), &whole(2), at(0)));
    assert_eq!(call!(log, promotion::find(tx, ours(), id(1))), Some(plain(1)));
    assert_eq!(call!(log, promotion::find(tx, ours(), id(2))), Some(whole(2)));
    assert_eq!(call!(log, promotion::find(tx, theirs(), id(2))), None);
    assert_eq!(call!(log, promotion::of_project(tx, ours())), [plain(1), whole(2)]);
    assert_eq!(call!(log, promotion::of_project(tx, theirs())), []);
    assert_eq!(call!(log, promotion::project_of(tx, acme(), id(1))), Some(ours()));
    assert_eq!(call!(log, promotion::project_of(tx, stranger, id(1))), None);
    assert_eq!(call!(log, promotion::projects(tx, acme())), [ours()]);
    assert_eq!(call!(log, promotion::projects(tx, stranger)), []);

    // Saving replaces everything; all plans are not no plans.
    let mut all_plans = plain(2);
    all_plans.subject.plans = Plans::All;
    call!(log, promotion::save(tx, acme(), &all_plans, at(1)));
    assert_eq!(call!(log, promotion::find(tx, ours(), id(2))), Some(all_plans));

    // An item that is gone leaves nothing behind.
    call!(log, promotion::save(tx, acme(), &whole(2), at(0)));
    call!(log, promotion::forget_item(tx, ours(), "sword"));
    let left = call!(log, promotion::find(tx, ours(), id(2))).unwrap();
    assert_eq!(left.subject.items, ["axe"]);
    assert_eq!(left.rewards.item_discounts.len(), 1);
    assert_eq!(left.rewards.item_bonuses, [("hat".to_string(), 2)]);

    // To another project of the merchant's, and gone.
    let moved = Promotion { project: theirs(), ..plain(1) };
    call!(log, promotion::remove(tx, ours(), id(1)));
    call!(log, promotion::save(tx, acme(), &moved, at(2)));
    assert_eq!(call!(log, promotion::find(tx, ours(), id(1))), None);
    assert_eq!(call!(log, promotion::project_of(tx, acme(), id(1))), Some(theirs()));
    assert_eq!(call!(log, promotion::projects(tx, acme())), [ours(), theirs()]);
    call!(log, promotion::remove(tx, theirs(), id(1)));
    call!(log, promotion::delist(tx, acme(), id(1)));
    assert_eq!(call!(log, promotion::project_of(tx, acme(), id(1))), None);
    call!(log, promotion::save(tx, acme(), &whole(2), at(0)));
    Ok(())
}

fn period_twice(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let twice = vec![Period { from: at(1), to: None }; 2];
    call!(log, promotion::save(tx, acme(), &Promotion { periods: twice, ..plain(2) }, at(0)));
    Ok(())
}

fn discount_of_nothing(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let rewards = Rewards { purchase_discount: Some(0), ..Rewards::default() };
    call!(log, promotion::save(tx, acme(), &Promotion { rewards, ..plain(2) }, at(0)));
    Ok(())
}

fn unchanged(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    assert_eq!(call!(log, promotion::find(tx, ours(), id(2))), Some(whole(2)));
    Ok(())
}
