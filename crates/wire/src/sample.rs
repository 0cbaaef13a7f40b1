//! Webhooks about a purchase that never was, for trying a listener out.

use crate::webhook::{self, PaymentNotice, RefundNotice};
use coinslot_domain::id::{AttemptId, MerchantId, OrderId, PaymentId, ProjectId};
use coinslot_domain::merchant::Fees;
use coinslot_domain::money::{BasisPoints, Currency, Money};
use coinslot_domain::order::{Order, OrderState, Player};
use coinslot_domain::payment::{Breakdown, Notified, Payment, PaymentState};
use coinslot_domain::refund::{CODE_CANCELLATION, split};
use coinslot_domain::tax::{Tax, TaxKind};
use coinslot_domain::time::Time;

/// The types that there is a sample of.
pub const KINDS: [&str; 4] = ["user_validation", "payment", "refund", "partial_refund"];

/// A webhook of a type, or nothing where there is no sample. `number` becomes
/// `transaction.id`: whoever sends it sees to it that no payment has it, for a
/// listener that keeps its books takes each number once.
pub fn body(kind: &str, project: ProjectId, merchant: MerchantId, number: i64, now: Time) -> Option<String> {
    let player = Player {
        id: "1234567".into(),
        name: Some("Nova".into()),
        email: Some("nova@example.com".into()),
        country: Some("US".into()),
        // An address that belongs to nobody.
        ip: Some("203.0.113.7".into()),
        ..Player::default()
    };
    if kind == "user_validation" {
        return Some(webhook::user_validation(project, merchant, &player));
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
        "partial_refund" => {
            let part = split(&payment.breakdown, &[], Money::new(500, usd))?;
            Some(webhook::partial_refund(&notice, &because(&part)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn sample(kind: &str) -> Option<String> {
        body(kind, ProjectId::new(18404)?, MerchantId::new(2340)?, 77, Time(1_411_576_696_000_000))
    }

    #[test]
    fn each_type_is_what_it_says() {
        for kind in KINDS {
            let value: Value = serde_json::from_str(&sample(kind).unwrap()).unwrap();
            assert_eq!(value["notification_type"], kind);
            assert_eq!(value["settings"]["project_id"], 18404);
            assert_eq!(value["user"]["id"], "1234567");
            if kind != "user_validation" {
                assert_eq!(value["transaction"]["id"], 77, "{kind}");
                assert_eq!(value["transaction"]["dry_run"], 1, "{kind}");
            }
            assert_eq!(value.get("refund_details").is_some(), kind.ends_with("refund"), "{kind}");
        }
        let part: Value = serde_json::from_str(&sample("partial_refund").unwrap()).unwrap();
        assert_eq!(part["payment_details"]["payment"]["amount"].to_string(), "5");
        assert_eq!(sample("create_subscription"), None);
        assert_eq!(sample(""), None);
    }
}
