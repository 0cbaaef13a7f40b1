//! Webhooks that a project has to ask for: what it is told beyond payments, and
//! what it is asked.

use crate::webhook::{Settings, User, bytes, settings, user};
use coinslot_domain::decimal::Decimal;
use coinslot_domain::merchant::Project;
use coinslot_domain::order::{Order, Player};
use coinslot_domain::payment::{Decline, Payment};
use coinslot_domain::wallet::{self, Operation, OperationKind};
use serde::Serialize;
use serde_json::Value;

/// The documented code of a refusal by the payment provider.
const CODE_BY_PROVIDER: i64 = 8;

#[derive(Serialize)]
struct Declined<'a> {
    notification_type: &'static str,
    settings: Settings,
    user: User<'a>,
    transaction: Transaction<'a>,
    refund_details: Details,
}

#[derive(Serialize)]
struct Transaction<'a> {
    id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<&'a str>,
    payment_method: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    dry_run: Option<u8>,
}

#[derive(Serialize)]
struct Details {
    code: i64,
    reason: &'static str,
    reason_detail: &'static str,
    author: &'static str,
}

/// Tells the game that a payment was tried and not taken.
pub fn ps_declined(project: &Project, order: &Order, payment: &Payment, why: Decline) -> String {
    bytes(&Declined {
        notification_type: "ps_declined",
        settings: settings(project.id, project.merchant),
        user: user(&order.player),
        transaction: Transaction {
            id: payment.id.get(),
            external_id: order.external_id.as_deref(),
            payment_method: payment.method,
            dry_run: payment.dry_run.then_some(1),
        },
        refund_details: Details {
            code: CODE_BY_PROVIDER,
            reason: "Cancellation by the PS request",
            reason_detail: match why {
                Decline::InsufficientFunds => "Insufficient funds",
                Decline::NotAuthenticated => "Not confirmed by the player",
                Decline::Expired => "No confirmation in time",
                Decline::Refused => "Refused by the bank",
            },
            author: "payment provider",
        },
    })
}

#[derive(Serialize)]
struct GetPincode<'a> {
    notification_type: &'static str,
    settings: Settings,
    user: Named<'a>,
    pin_code: PinCode<'a>,
}

#[derive(Serialize)]
struct Named<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
}

#[derive(Serialize)]
struct PinCode<'a> {
    digital_content: &'a str,
    /// In capitals here, and here only.
    #[serde(rename = "DRM")]
    drm: &'a str,
}

/// Asks the game for a key of what a player paid for.
pub fn get_pincode(project: &Project, player: &Player, sku: &str, drm: &str) -> String {
    bytes(&GetPincode {
        notification_type: "get_pincode",
        settings: settings(project.id, project.merchant),
        user: Named { id: &player.id, name: player.name.as_deref() },
        pin_code: PinCode { digital_content: sku, drm },
    })
}

/// A change of a player's virtual currency, with what else there is to say.
pub struct BalanceNotice<'a> {
    /// What was booked.
    pub operation: &'a Operation,
    /// The balance that it left, in hundredths.
    pub balance: i64,
    /// The player.
    pub player: &'a wallet::Player,
    /// SKUs that it paid for, gave or took back, with how many.
    pub things: &'a [(String, i64)],
    /// The code of the campaign that its coupon belongs to.
    pub campaign: Option<&'a str>,
}

#[derive(Serialize)]
struct BalanceOperation<'a> {
    notification_type: &'static str,
    settings: Settings,
    operation_type: &'static str,
    id_operation: i64,
    user: Holder<'a>,
    virtual_currency_balance: Moved,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction: Option<Dated>,
    #[serde(skip_serializing_if = "Option::is_none")]
    items_operation_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    items: Vec<Thing<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coupon: Option<Coupon<'a>>,
}

#[derive(Serialize)]
struct Holder<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
}

/// Decimal text, as published.
#[derive(Serialize)]
struct Moved {
    old_value: String,
    new_value: String,
    diff: String,
}

#[derive(Serialize)]
struct Dated {
    id: i64,
    date: String,
}

#[derive(Serialize)]
struct Thing<'a> {
    sku: &'a str,
    amount: i64,
}

#[derive(Serialize)]
struct Coupon<'a> {
    coupon_code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    campaign_code: Option<&'a str>,
}

/// Tells the game that a player's virtual currency changed, or that a coupon
/// was redeemed that gave something else.
pub fn user_balance_operation(project: &Project, notice: &BalanceNotice<'_>) -> String {
    let BalanceNotice { operation, balance, player, things, campaign } = *notice;
    let text = |hundredths| Decimal::from_units(hundredths, 100).map(|d| d.to_string()).unwrap_or_default();
    let items: Vec<_> = things.iter().map(|(sku, amount)| Thing { sku, amount: *amount }).collect();
    let dated = matches!(operation.kind, OperationKind::Payment | OperationKind::Cancellation);
    let way = if operation.kind == OperationKind::Cancellation { "remove" } else { "add" };
    bytes(&BalanceOperation {
        notification_type: "user_balance_operation",
        settings: settings(project.id, project.merchant),
        operation_type: operation.kind.name(),
        id_operation: operation.id.get(),
        user: Holder { id: &player.user, name: player.name.as_deref(), email: player.email.as_deref() },
        virtual_currency_balance: Moved {
            old_value: text(balance - operation.amount),
            new_value: text(balance),
            diff: text(operation.amount),
        },
        transaction: operation.payment.filter(|_| dated).map(|id| Dated { id: id.get(), date: operation.at.rfc3339() }),
        items_operation_type: (!items.is_empty()).then_some(way),
        items,
        coupon: operation.coupon.as_ref().map(|(_, code)| Coupon { coupon_code: code, campaign_code: campaign }),
    })
}

/// The longest key that is taken from a game's answer, in characters.
const LONGEST_KEY: usize = 255;

/// The key in the game's answer to [`get_pincode`].
pub fn pin_code(answer: &str) -> Option<String> {
    let answer: Value = serde_json::from_str(answer).ok()?;
    let code = answer.get("pin_code")?.as_str()?.trim();
    let fits = (1..=LONGEST_KEY).contains(&code.chars().count()) && !code.chars().any(char::is_control);
    fits.then(|| code.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_answers() {
        assert_eq!(pin_code(r#"{"pin_code":" AAAA-BBBB "}"#).as_deref(), Some("AAAA-BBBB"));
        let long = format!(r#"{{"pin_code":"{}"}}"#, "A".repeat(LONGEST_KEY + 1));
        for none in ["", "{}", r#"{"pin_code":""}"#, r#"{"pin_code":5}"#, r#"{"pin_code":"a\nb"}"#, &long] {
            assert_eq!(pin_code(none), None, "{none}");
        }
    }
}
