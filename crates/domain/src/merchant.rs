//! Who sells: merchants, their projects and their API keys.

use crate::id::{MerchantId, ProjectId};
use crate::localized;
use crate::money::BasisPoints;
use crate::redirect::RedirectPolicy;
use crate::tax::TaxRule;
use crate::webhook::Optional;
use std::collections::HashSet;
use std::sync::LazyLock;

/// What an API key may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyScope {
    /// Everything of the merchant.
    Company,
    /// One project, and no call whose path names no project.
    Project(ProjectId),
}

/// Who makes a Merchant API call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The authenticated merchant.
    pub merchant: MerchantId,
    /// What the key may reach.
    pub scope: KeyScope,
}

impl Caller {
    /// Whether the key reaches `project` of this merchant.
    pub fn reaches(self, project: ProjectId) -> bool {
        match self.scope {
            KeyScope::Company => true,
            KeyScope::Project(own) => own == project,
        }
    }
}

/// What of each payment does not reach the merchant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Fees {
    /// The platform's share of each payment (`xsolla_fee` on the wire).
    pub platform: BasisPoints,
    /// The payment method's share (`payment_method_fee`).
    pub method: BasisPoints,
}

/// A game that sells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// `project_id` on the wire.
    pub id: ProjectId,
    /// Whose it is.
    pub merchant: MerchantId,
    /// Shown to the player.
    pub name: String,
    /// Live payments need an active project; sandbox payments do not.
    pub active: bool,
    /// Signs the webhooks. Readable, because the documented signature is a
    /// hash over body and secret.
    pub secret: String,
    /// Where webhooks go; none means the project is not told, for want of an
    /// address or because its owner switched them off.
    pub webhook_url: Option<String>,
    /// Fees of each payment.
    pub fees: Fees,
    /// Own tax rates, over the built-in ones.
    pub taxes: Vec<TaxRule>,
    /// Origins that may frame the payment page, as CSP sources; empty means
    /// any, as the documented widget expects.
    pub frame_ancestors: Vec<String>,
    /// Its languages; the first is its own.
    pub locales: Vec<String>,
    /// Where players go after a payment whose token does not say.
    pub return_url: Option<String>,
    /// Whether a token must carry the game's own id of the transaction.
    pub external_id_required: bool,
    /// When the payment page leads back, where a token does not say.
    pub redirect_policy: Option<RedirectPolicy>,
    /// Webhooks that its owner asked for.
    pub optional: Vec<Optional>,
    /// How the call is answered that makes an order's token.
    pub token_status: TokenStatus,
}

/// With which HTTP status the Store API answers the call that makes an order's
/// token: the published pages say both, the older ones 200.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TokenStatus {
    /// 200.
    #[default]
    Ok,
    /// 201.
    Created,
}

impl TokenStatus {
    /// Its number.
    pub fn number(self) -> u16 {
        match self {
            TokenStatus::Ok => 200,
            TokenStatus::Created => 201,
        }
    }

    /// The status of a number.
    pub fn of(number: i64) -> Option<Self> {
        [TokenStatus::Ok, TokenStatus::Created].into_iter().find(|s| i64::from(s.number()) == number)
    }
}

impl Project {
    /// Whether its owner asked for a webhook that not every project gets.
    pub fn wants(&self, webhook: Optional) -> bool {
        self.optional.contains(&webhook)
    }

    /// Its own language: for readers of whose languages a text has none.
    pub fn language(&self) -> &str {
        self.locales.first().map_or(localized::DEFAULT, String::as_str)
    }
}

/// Whether `code` is a country of ISO 3166-1 alpha-2, in upper case.
pub fn is_country(code: &str) -> bool {
    // Looking among all names is dear, and every token asks.
    static KNOWN: LazyLock<HashSet<[u8; 2]>> = LazyLock::new(|| {
        let all = celes::Country::get_countries();
        all.iter().filter_map(|country| country.alpha2.as_bytes().try_into().ok()).collect()
    });
    code.as_bytes().try_into().is_ok_and(|code: [u8; 2]| KNOWN.contains(&code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_is_known_and_nothing_else() {
        let letters = || b'A'..=b'Z';
        for code in letters().flat_map(|a| letters().map(move |b| [a, b])) {
            let code = std::str::from_utf8(&code).unwrap();
            assert_eq!(is_country(code), celes::Country::from_alpha2(code).is_ok(), "{code}");
        }
        for bad in ["", "D", "DEU", "de", "dE", "Ü"] {
            assert!(!is_country(bad), "{bad}");
        }
    }
}
