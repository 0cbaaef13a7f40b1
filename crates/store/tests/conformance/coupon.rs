//! Coupon promotions, coupons and their uses.

use super::{Log, Step, acme, at, ours, theirs};
use coinslot_domain::coupon::{Campaign, Coupon, SubscriptionCoupon, Uses};
use coinslot_domain::id::{CampaignId, CouponId, MerchantId, OperationId, OrderId};
use coinslot_domain::localized::Localized;
use coinslot_store::coupon::Redemption;
use coinslot_store::{StoreError, Tx, coupon};

pub(crate) const STEPS: &[Step] = &[
    Step::Write("coupon promotions", campaigns),
    Step::Write("coupons are used", redemptions),
    Step::Refused("more uses than the campaign has", too_many),
    Step::Refused("two coupons for one order", order_twice),
];

fn id(n: i64) -> CampaignId {
    CampaignId::new(n).unwrap()
}

fn campaign(n: i64, code: &str) -> Campaign {
    Campaign {
        id: id(n),
        project: ours(),
        code: code.into(),
        names: Localized::of("en", "Spring"),
        redeems: Some(3),
        redeems_of_coupon: Some(1),
        redeems_of_player: Some(2),
        expires_at: Some(at(100)),
        virtual_currency: 1_050,
        items: vec![("axe".into(), 1), ("sword".into(), 2)],
        subscription: SubscriptionCoupon { plan: Some(5), product: Some(6), trial_days: Some(7) },
        redeemed: 0,
    }
}

fn code(n: i64, campaign: i64, code: &str) -> Coupon {
    Coupon { id: CouponId::new(n).unwrap(), campaign: id(campaign), code: code.into() }
}

fn redemption(n: i64, user: &str, order: Option<i64>) -> Redemption<'_> {
    Redemption { id: OperationId::new(n).unwrap(), user, order: order.and_then(OrderId::new) }
}

fn campaigns(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let stranger = MerchantId::new(acme().get() + 1).unwrap();
    let spring = campaign(1, "spring");
    let bare = Campaign {
        redeems: None,
        redeems_of_coupon: None,
        redeems_of_player: None,
        expires_at: None,
        virtual_currency: 0,
        items: vec![],
        subscription: SubscriptionCoupon::default(),
        names: Localized::default(),
        ..campaign(2, "bare")
    };
    assert!(call!(log, coupon::insert(tx, acme(), &spring, at(0))));
    assert!(call!(log, coupon::insert(tx, acme(), &spring, at(0))), "once more changes nothing");
    assert!(call!(log, coupon::insert(tx, acme(), &bare, at(0))));
    assert!(!call!(log, coupon::insert(tx, acme(), &campaign(3, "spring"), at(0))));
    let elsewhere = Campaign { project: theirs(), ..campaign(4, "spring") };
    assert!(call!(log, coupon::insert(tx, stranger, &elsewhere, at(0))), "codes are unique to a merchant");
    assert_eq!(call!(log, coupon::find(tx, ours(), id(1))), Some(spring.clone()));
    assert_eq!(call!(log, coupon::find(tx, theirs(), id(1))), None);
    assert_eq!(call!(log, coupon::find(tx, ours(), id(3))), None);
    assert_eq!(call!(log, coupon::project_of(tx, acme(), id(1))), Some(ours()));
    assert_eq!(call!(log, coupon::project_of(tx, stranger, id(1))), None);
    assert_eq!(call!(log, coupon::listed(tx, acme(), None, None)), [spring.clone(), bare.clone()]);
    assert_eq!(call!(log, coupon::listed(tx, acme(), Some(ours()), Some("bare"))), [bare]);
    assert_eq!(call!(log, coupon::listed(tx, acme(), Some(theirs()), None)), []);

    assert!(call!(log, coupon::insert_coupon(tx, ours(), &code(11, 1, "EGG"), at(0))));
    assert!(call!(log, coupon::insert_coupon(tx, ours(), &code(12, 1, "egg"), at(0))), "the case counts");
    assert!(!call!(log, coupon::insert_coupon(tx, ours(), &code(13, 2, "EGG"), at(0))));
    assert!(call!(log, coupon::insert_coupon(tx, theirs(), &code(14, 4, "EGG"), at(0))));
    assert_eq!(call!(log, coupon::find_coupon(tx, ours(), "EGG")), Some(code(11, 1, "EGG")));
    assert_eq!(call!(log, coupon::find_coupon(tx, ours(), "Egg")), None);
    Ok(())
}

fn redemptions(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    let (upper, lower) = (code(11, 1, "EGG"), code(12, 1, "egg"));
    assert_eq!(call!(log, coupon::uses(tx, ours(), &upper, "u")), Uses::default());
    call!(log, coupon::redeem(tx, ours(), &upper, redemption(21, "u", None), at(1)));
    call!(log, coupon::redeem(tx, ours(), &lower, redemption(22, "u", Some(31)), at(1)));
    call!(log, coupon::redeem(tx, ours(), &lower, redemption(23, "v", Some(32)), at(1)));
    assert!(call!(log, coupon::is_redeemed(tx, ours(), OperationId::new(21).unwrap())));
    assert!(!call!(log, coupon::is_redeemed(tx, theirs(), OperationId::new(21).unwrap())));
    assert_eq!(call!(log, coupon::uses(tx, ours(), &lower, "u")), Uses { of_coupon: 1, of_campaign: 2 });
    assert_eq!(call!(log, coupon::uses(tx, ours(), &upper, "v")), Uses { of_coupon: 0, of_campaign: 1 });
    assert_eq!(call!(log, coupon::lock(tx, ours(), id(1))).unwrap().remaining(), Some(0));
    assert_eq!(call!(log, coupon::lock(tx, theirs(), id(1))), None);

    let order = OrderId::new(31).unwrap();
    let used = call!(log, coupon::of_order(tx, ours(), order)).unwrap();
    assert_eq!((used.campaign, used.code.as_str()), (id(1), "egg"));
    assert_eq!(call!(log, coupon::find(tx, ours(), id(1))).unwrap().code, used.campaign_code);
    assert_eq!(call!(log, coupon::of_order(tx, theirs(), order)), None);
    assert!(call!(log, coupon::give_back(tx, ours(), order)));
    assert!(!call!(log, coupon::give_back(tx, ours(), order)), "once");
    assert_eq!(call!(log, coupon::of_order(tx, ours(), order)), None);
    assert_eq!(call!(log, coupon::uses(tx, ours(), &lower, "u")), Uses { of_coupon: 0, of_campaign: 1 });
    assert_eq!(call!(log, coupon::lock(tx, ours(), id(1))).unwrap().remaining(), Some(1));
    Ok(())
}

fn too_many(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    for n in 41..43 {
        call!(log, coupon::redeem(tx, ours(), &code(11, 1, "EGG"), redemption(n, "w", None), at(2)));
    }
    Ok(())
}

fn order_twice(tx: &mut Tx<'_>, log: &mut Log) -> Result<(), StoreError> {
    call!(log, coupon::redeem(tx, ours(), &code(11, 1, "EGG"), redemption(44, "w", Some(32)), at(2)));
    Ok(())
}
