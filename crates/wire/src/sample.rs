//! Webhooks about a purchase that never was, for trying a listener out.

use crate::gift::{self, FriendsQuery};
use crate::shop::webhook::{ORDER_CANCELED, ORDER_PAID, OrderNotice};
use crate::webhook::{self, PaymentNotice, RefundNotice};
use coinslot_domain::id::{AttemptId, ItemId, MerchantId, OrderId, PaymentId, ProjectId};
use coinslot_domain::merchant::Fees;
use coinslot_domain::money::{BasisPoints, Currency, Money};
use coinslot_domain::order::{Order, OrderState, Placed, Player};
use coinslot_domain::payment::{Breakdown, Notified, Payment, PaymentState};
use coinslot_domain::purchase::{Line, LineKind};
use coinslot_domain::refund::{CODE_CANCELLATION, split};
use coinslot_domain::tax::{Tax, TaxKind};
use coinslot_domain::time::Time;
use coinslot_domain::virtual_currency::HUNDREDTHS;
use coinslot_domain::webhook::Telling;
use serde_json::{Number, Value, json};

/// The types that there is a sample of: every published one that is about a
/// project or an order.
pub const KINDS: [&str; 26] = [
    "user_validation",
    "user_search",
    "friends_list",
    "payment",
    "refund",
    "partial_refund",
    "upgrade_refund",
    "ps_declined",
    "afs_reject",
    "afs_black_list",
    "dispute",
    "create_subscription",
    "update_subscription",
    "cancel_subscription",
    "non_renewal_subscription",
    "user_balance_operation",
    "payment_account_add",
    "payment_account_remove",
    "get_pincode",
    "redeem_key",
    "partner_side_catalog",
    "inventory_get",
    "inventory_pull",
    "inventory_push",
    ORDER_PAID,
    ORDER_CANCELED,
];

/// A webhook of a type, or nothing where there is no sample. `number` becomes
/// `transaction.id`: whoever sends it sees to it that no payment has it, for a
/// listener that keeps its books takes each number once. `telling` is how a game
/// is told of orders.
pub fn body(
    kind: &str,
    (project, merchant): (ProjectId, MerchantId),
    number: i64,
    telling: Telling,
    now: Time,
) -> Option<String> {
    let player = Player {
        id: "1234567".into(),
        name: Some("Nova".into()),
        email: Some("nova@example.com".into()),
        country: Some("US".into()),
        // An address that belongs to nobody.
        ip: Some("203.0.113.7".into()),
        ..Player::default()
    };
    match kind {
        "user_validation" => return Some(webhook::user_validation(project, merchant, &player)),
        gift::USER_SEARCH => return Some(gift::user_search(project, merchant, "nova@example.com")),
        gift::FRIENDS_LIST => return Some(friends().text()),
        _ => {}
    }
    let usd = Currency::from_code("USD")?;
    let tax = Tax { kind: TaxKind::SalesTax, rate: BasisPoints(888) };
    let fees = Fees { platform: BasisPoints(500), method: BasisPoints(290) };
    let breakdown = Breakdown::quote(Money::new(999, usd), tax, fees).ok()?;
    let order = Order {
        project,
        id: OrderId::new(number)?,
        state: OrderState::Paid,
        player,
        total: Money::new(999, usd),
        lines: vec![],
        description: Some("Chest of 1,200 gems".into()),
        external_id: Some("sample".into()),
        custom_parameters: None,
        placed: None,
        gift: None,
    };
    let payment = Payment {
        project,
        id: PaymentId::new(number)?,
        order: order.id,
        state: PaymentState::Captured,
        attempt: AttemptId::new(number)?,
        method: 1380,
        breakdown,
        refunded: Money::zero(usd),
        reserved: Money::zero(usd),
        // Listeners know a test by it, and grant nothing.
        dry_run: true,
        notified: Notified::Pending,
        created_at: now,
        paid_at: Some(now),
        decline: None,
        card: None,
    };
    let provider = number.to_string();
    let notice = PaymentNotice {
        project,
        merchant,
        order: &order,
        payment: &payment,
        method_name: "Credit/Debit Cards",
        method_order_id: &provider,
        coupon: None,
    };
    let because = |parts| RefundNotice { parts, code: CODE_CANCELLATION, reason: "A sample", author: "merchant" };
    match kind {
        "payment" => Some(webhook::payment(&notice, None)),
        "refund" => Some(webhook::refund(&notice, &because(&payment.breakdown))),
        ORDER_PAID | ORDER_CANCELED => {
            let canceled = kind == ORDER_CANCELED;
            let order = ordered(&order, canceled, now);
            let payment = PaymentNotice { order: &order, ..notice };
            let refund = canceled.then(|| because(&breakdown));
            let (payment, refund) = (Some(&payment), refund.as_ref());
            let told = OrderNotice { order: &order, telling, payment, refund, code: None };
            Some(super::shop::webhook::order(&told).1)
        }
        "partial_refund" => {
            let part = split(&payment.breakdown, &[], Money::new(500, usd))?;
            Some(webhook::partial_refund(&notice, &because(&part)))
        }
        _ => told(kind, project, merchant, number, now).map(|body| body.to_string()),
    }
}

/// The question for friends of a sample.
pub fn friends() -> FriendsQuery {
    FriendsQuery { user: "1234567".into(), query: "no".into(), offset: 0, limit: 20 }
}

/// What is published of types that this server sends on other occasions, or on
/// none. They are written out: a listener has to read the published bytes, from
/// whoever they come.
fn told(kind: &str, project: ProjectId, merchant: MerchantId, number: i64, now: Time) -> Option<Value> {
    let user = json!({
        "id": "1234567", "ip": "203.0.113.7", "name": "Nova", "email": "nova@example.com", "country": "US",
    });
    let named = json!({ "id": "1234567", "name": "Nova" });
    let at = now.rfc3339();
    let amount: Number = "9.99".parse().ok()?;
    let transaction = json!({ "id": number, "external_id": "sample", "dry_run": 1, "agreement": 1 });
    let subscription = json!({
        "plan_id": "sample_plan", "subscription_id": number, "product_id": "sample_product", "tags": ["sample"],
        "date_create": at, "date_next_charge": at,
    });
    let account = json!({
        "id": number.to_string(), "name": "Visa •••• 1111", "payment_method": "1380", "type": "card",
    });
    let with = |mut v: Value, more: Value| {
        if let (Some(v), Value::Object(more)) = (v.as_object_mut(), more) {
            v.extend(more);
        }
        v
    };
    let mut body = match kind {
        "ps_declined" => json!({
            "user": user,
            "transaction": { "id": number, "external_id": "sample", "dry_run": 1, "payment_method": 1380 },
            "refund_details": {
                "code": 8, "reason": "Cancellation by the PS request", "reason_detail": "Insufficient funds",
                "author": "payment provider",
            },
        }),
        "afs_reject" => json!({
            "user": user, "transaction": transaction,
            "refund_details": { "code": 4, "reason": "Potential fraud", "author": "sample" },
        }),
        "afs_black_list" => json!({
            "event": {
                "action": "adding", "reason": "fraud_activity", "parameter": "email",
                "parameter_value": "nova@example.com", "date_of_last_action": at,
                "transaction_id": number.to_string(), "project_id": project.get(),
            },
        }),
        "dispute" => json!({
            "action": "adding",
            "transaction": {
                "id": number, "external_id": "sample", "date_create": at,
                "total": { "currency": "USD", "amount": amount }, "payment_method": "credit_debit_card",
                "country_code": "US",
            },
            "user": { "id": "1234567", "email": "nova@example.com" },
            "dispute": { "incoming_date": at, "reason": "fraud", "type": "1st_time_chargeback", "status": "new" },
        }),
        "upgrade_refund" => json!({
            "purchase": {
                "pin_codes": [{
                    "purchase_type": "regular", "digital_content": "sample_game", "DRM": "steam", "currency": "USD",
                    "amount": "9.99", "transaction": { "id": number.to_string() },
                }],
            },
            "ownership": { "digital_content": null, "DRM": null },
        }),
        "create_subscription" => json!({
            "user": named, "subscription": with(subscription, json!({ "trial": { "value": 7, "type": "day" } })),
        }),
        "update_subscription" => json!({
            "user": named, "subscription": subscription,
        }),
        "cancel_subscription" => json!({
            "user": named, "subscription": with(subscription, json!({ "date_end": at })),
        }),
        "non_renewal_subscription" => json!({
            "user": with(named, json!({ "email": "nova@example.com" })),
            "subscription": with(subscription, json!({ "currency": "USD", "amount": amount })),
        }),
        "user_balance_operation" => json!({
            "operation_type": "payment", "id_operation": number,
            "user": { "id": "1234567", "name": "Nova", "email": "nova@example.com" },
            "virtual_currency_balance": { "old_value": "0", "new_value": "100", "diff": "100" },
            "transaction": { "id": number, "date": at },
        }),
        "payment_account_add" => json!({
            "user": user, "payment_account": with(account, json!({ "country": "US" })),
        }),
        "payment_account_remove" => json!({ "user": named, "payment_account": account }),
        "get_pincode" => json!({
            "user": named, "pin_code": { "digital_content": "sample_game", "DRM": "steam" },
        }),
        "redeem_key" => json!({
            "key": "SAMPLE-KEY-0001", "sku": "sample_game", "user_id": "1234567", "activation_date": at,
            "user_country": "US",
            "restriction": {
                "sku": "sample_region", "name": "Sample", "types": ["country"], "countries": ["US"], "servers": [],
                "locales": [],
            },
        }),
        "partner_side_catalog" => json!({
            "user": { "user_id": "1234567", "id": "1234567", "country": "US", "currency": "USD", "locale": "en" },
        }),
        "inventory_get" | "inventory_pull" | "inventory_push" => {
            let mut payload = json!({ "user": { "id": "1234567" }, "secondary_market": { "id": "sample" } });
            if kind != "inventory_get" {
                payload["items"] = json!([{ "sku": "sample_item", "instance_id": "1" }]);
            }
            json!({ "project_id": project.get(), "payload": payload })
        }
        _ => return None,
    };
    body["notification_type"] = kind.into();
    body["settings"] = json!({ "project_id": project.get(), "merchant_id": merchant.get() });
    Some(body)
}

/// The same as an order of the Store API: a bundle with a sword and gems in it.
fn ordered(order: &Order, canceled: bool, now: Time) -> Order {
    let zero = Money::zero(order.total.currency);
    let bundle = Line {
        kind: LineKind::Bundle,
        reference: Some(1),
        sku: "sample_bundle".into(),
        name: "Starter pack".into(),
        quantity: 1,
        detail: None,
        price: order.total,
        full_price: order.total,
        promotion: None,
        bundle: None,
    };
    let inside = Line { price: zero, full_price: zero, bundle: ItemId::new(1), ..bundle.clone() };
    let sword = Line { kind: LineKind::Item, sku: "sample_sword".into(), name: "Sword".into(), ..inside.clone() };
    let gems = Line {
        kind: LineKind::VirtualCurrency,
        reference: None,
        sku: String::new(),
        name: "Gems".into(),
        quantity: 1200 * HUNDREDTHS,
        ..inside
    };
    let placed = Placed { at: now, until: now, token_hash: None, dry_run: true, cart: None, coins: None };
    Order {
        state: if canceled { OrderState::Refunded } else { OrderState::Paid },
        lines: vec![bundle, sword, gems],
        description: None,
        placed: Some(placed),
        ..order.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinslot_domain::webhook::Version;

    fn sample(kind: &str) -> Option<String> {
        ordered(kind, Telling::default())
    }

    fn ordered(kind: &str, telling: Telling) -> Option<String> {
        let of = (ProjectId::new(18404)?, MerchantId::new(2340)?);
        body(kind, of, 77, telling, Time(1_411_576_696_000_000))
    }

    #[test]
    fn each_type_is_what_it_says() {
        for kind in KINDS {
            let value: Value = serde_json::from_str(&sample(kind).unwrap()).unwrap();
            assert_eq!(value["notification_type"], kind);
            if kind.starts_with("order_") {
                continue;
            }
            // A question that is a GET has parameters only.
            if kind != "friends_list" {
                assert_eq!(value["settings"]["project_id"], 18404, "{kind}");
            }
            if kind.ends_with("refund") && kind != "upgrade_refund" || kind == "payment" {
                assert_eq!(value["transaction"]["id"], 77, "{kind}");
                assert_eq!(value["transaction"]["dry_run"], 1, "{kind}");
                assert_eq!(value["user"]["id"], "1234567", "{kind}");
            }
            let refunds = ["refund", "partial_refund", "afs_reject", "ps_declined"].contains(&kind);
            assert_eq!(value.get("refund_details").is_some(), refunds, "{kind}");
        }
        let part: Value = serde_json::from_str(&sample("partial_refund").unwrap()).unwrap();
        assert_eq!(part["payment_details"]["payment"]["amount"].to_string(), "5");
        for kind in [ORDER_PAID, ORDER_CANCELED] {
            for (version, combined) in [(Version::One, false), (Version::Two, true)] {
                let value: Value =
                    serde_json::from_str(&ordered(kind, Telling { version, combined }).unwrap()).unwrap();
                assert_eq!((&value["order"]["id"], &value["order"]["mode"]), (&77.into(), &"sandbox".into()));
                assert_eq!(value["items"].as_array().map(Vec::len), Some(3));
                assert_eq!(value.get("billing").is_some(), combined, "{kind}");
                assert_eq!(value["items"][1].get("is_bundle_content").is_some(), version == Version::Two, "{kind}");
            }
        }
        assert_eq!(sample("order_shipped"), None);
        assert_eq!(sample(""), None);
    }
}
