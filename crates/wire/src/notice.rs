//! Webhooks that a project has to ask for: what it is told beyond payments, and
//! what it is asked.

use crate::webhook::{Settings, User, bytes, settings, user};
use coinslot_domain::merchant::Project;
use coinslot_domain::order::{Order, Player};
use coinslot_domain::payment::{Decline, Payment};
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
