//! What the owner of a project sets.

use crate::localized::Localized;
use crate::merchant::Project;
use crate::redirect::RedirectPolicy;
use crate::webhook::Optional;
use std::collections::BTreeMap;

/// Parts of the shop that a project may switch on and name, by their
/// documented keys.
pub const COMPONENTS: [&str; 6] =
    ["virtual_currency", "items", "simple_checkout", "subscriptions", "coupons", "game_delivery"];

/// A part of the shop.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Component {
    /// Whether it is switched on.
    pub enabled: bool,
    /// What the game calls it, where that differs.
    pub custom_name: Localized,
}

/// Everything that the owner of a project reads and writes at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What the project is called; never empty.
    pub names: Localized,
    /// What it is about.
    pub descriptions: Localized,
    /// What bank statements show, at most twelve characters.
    pub descriptor: Option<String>,
    /// The game's own site.
    pub url: Option<String>,
    /// Where webhooks go (`payment_url` on the wire).
    pub webhook_url: Option<String>,
    /// What webhooks are signed with (`key` on the wire).
    pub secret: String,
    /// Where players go after a payment whose token does not say.
    pub return_url: Option<String>,
    /// When the payment page leads players back, where their token does not say.
    pub redirect_policy: Option<RedirectPolicy>,
    /// Languages of the project; the first is its own. Never empty.
    pub locales: Vec<String>,
    /// Whether webhooks are sent at all.
    pub ipn_enabled: bool,
    /// Whether a token must carry the game's own id of the transaction.
    pub external_id_required: bool,
    /// The documented `user_billing_enabled`, kept for its reader.
    pub user_billing: bool,
    /// The documented `show_user_in_paystation`, kept for its reader.
    pub show_user: bool,
    /// The documented `user_public_id_enabled`, kept for its reader.
    pub user_public_id: bool,
    /// Whether the payment page opens with data that a browser sends in place
    /// of a token (the documented `send_json_to_paystation`).
    pub send_json: bool,
    /// Webhooks that it gets only because its owner asked for them.
    pub optional: Vec<Optional>,
    /// Parts of the shop, by a key of [`COMPONENTS`].
    pub components: BTreeMap<&'static str, Component>,
}

impl Default for Settings {
    /// What holds where a new project's owner says nothing.
    fn default() -> Self {
        Settings {
            names: Localized::default(),
            descriptions: Localized::default(),
            descriptor: None,
            url: None,
            webhook_url: None,
            secret: String::new(),
            return_url: None,
            redirect_policy: None,
            locales: vec![DEFAULT_LOCALE.into()],
            ipn_enabled: true,
            external_id_required: false,
            user_billing: false,
            show_user: true,
            user_public_id: false,
            send_json: false,
            optional: vec![],
            components: COMPONENTS.map(|name| (name, Component::default())).into(),
        }
    }
}

/// The language of a project that names none.
pub const DEFAULT_LOCALE: &str = "en";

impl Settings {
    /// The name in the project's own language, or the next best.
    pub fn name(&self) -> &str {
        self.names.pick(&self.locales, DEFAULT_LOCALE).unwrap_or_default()
    }
}

impl Project {
    /// The project's own language: the first of its list.
    pub fn default_locale(&self) -> &str {
        self.locales.first().map_or(DEFAULT_LOCALE, String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_that_of_the_own_language() {
        let names = [("en", "Quest"), ("ru", "Поход")].map(|(l, t)| (l.to_string(), t.to_string()));
        let mut settings = Settings { names: Localized(names.into()), ..Settings::default() };
        assert_eq!(settings.name(), "Quest");
        settings.locales = vec!["ru".into(), "en".into()];
        assert_eq!(settings.name(), "Поход");
        settings.locales = vec!["de".into()];
        assert_eq!(settings.name(), "Quest");
    }
}
