//! Projects as their owners read and write them.

use crate::read::{Change, change, checked, text, texts, texts_json, truth};
use crate::redirect::{self, RedirectPolicy};
use crate::shape::{Field, Shape, TextRule, Unknown, Violation};
use coinslot_domain::id::ProjectId;
use coinslot_domain::localized::{Localized, is_locale};
use coinslot_domain::project::{COMPONENTS, Component, Settings};
use coinslot_domain::webhook::Optional;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

const NAMES: Shape = Shape::Texts { max: 255, required: true };
const MAYBE_TEXTS: Shape = Shape::OneOf(&[Shape::Texts { max: 4000, required: false }, Shape::Null]);
const MAYBE_URL: Shape = Shape::OneOf(&[Shape::Text { min: 1, max: 2000, rule: Some(TextRule::Url) }, Shape::Null]);
const MAYBE_FLAG: Shape = Shape::OneOf(&[Shape::Flag, Shape::Null]);

const COMPONENT: Shape = Shape::Object {
    fields: &[
        Field::optional("enabled", Shape::Flag, "Whether the part of the shop is switched on."),
        Field::optional(
            "custom_name",
            Shape::OneOf(&[Shape::Texts { max: 255, required: false }, Shape::Null]),
            "What the game calls it, by language.",
        ),
    ],
    unknown: Unknown::Ignore,
};

const fn component(name: &'static str) -> Field {
    const SHAPE: Shape = Shape::OneOf(&[Shape::Null, COMPONENT]);
    Field::optional(name, SHAPE, "A part of the shop.")
}

const ALL_COMPONENTS: Shape = Shape::Object {
    fields: &[
        component(COMPONENTS[0]),
        component(COMPONENTS[1]),
        component(COMPONENTS[2]),
        component(COMPONENTS[3]),
        component(COMPONENTS[4]),
        component(COMPONENTS[5]),
    ],
    unknown: Unknown::Ignore,
};

const REDIRECT_POLICY: Shape = Shape::Object {
    fields: &[redirect::CONDITIONS, redirect::DELAY, redirect::MANUAL, redirect::CAPTION],
    unknown: Unknown::Ignore,
};

const MAYBE_COMPONENTS: Shape = Shape::OneOf(&[ALL_COMPONENTS, Shape::Null]);

const OTHERS: [Field; 16] = [
    Field::optional("description", MAYBE_TEXTS, "What it is about, by language."),
    Field::optional(
        "descriptor",
        Shape::OneOf(&[Shape::Text { min: 0, max: 12, rule: None }, Shape::Null]),
        "What bank statements show.",
    ),
    Field::optional("url", MAYBE_URL, "The game's own site."),
    Field::optional("payment_url", MAYBE_URL, "Where webhooks go."),
    Field::optional(
        "key",
        Shape::OneOf(&[Shape::Text { min: 1, max: 255, rule: None }, Shape::Null]),
        "What webhooks are signed with; null makes a new one.",
    ),
    Field::optional("return_url", MAYBE_URL, "Where players go after a payment whose token does not say."),
    Field::optional(
        "redirect_policy",
        Shape::OneOf(&[REDIRECT_POLICY, Shape::Null]),
        "When the payment page leads back, for tokens that do not say; it is replaced as a whole.",
    ),
    Field::optional(
        "locale_list",
        Shape::OneOf(&[Shape::Array(&Shape::Text { min: 1, max: 12, rule: None }), Shape::Null]),
        "Its languages; the first is its own.",
    ),
    Field::optional("ipn_enabled", MAYBE_FLAG, "Whether webhooks are sent at all; true unless told otherwise."),
    Field::optional(
        "is_external_id_required",
        MAYBE_FLAG,
        "Whether a token must carry the game's own id of the transaction.",
    ),
    Field::optional("user_billing_enabled", MAYBE_FLAG, "Kept as it is sent."),
    Field::optional("show_user_in_paystation", MAYBE_FLAG, "Kept as it is sent."),
    Field::optional("user_public_id_enabled", MAYBE_FLAG, "Kept as it is sent."),
    Field::optional(
        "send_json_to_paystation",
        MAYBE_FLAG,
        "Whether the payment page opens with `access_data` that a browser sends, in place of a token.",
    ),
    Field::optional(
        "optional_webhooks",
        Shape::OneOf(&[Shape::Array(&Shape::Enum(&["ps_declined", "user_balance_operation"])), Shape::Null]),
        "Webhooks that are sent only to who asks for them.",
    ),
    Field::optional("components", MAYBE_COMPONENTS, "Parts of the shop."),
];

const fn with(name: Field) -> [Field; 17] {
    let mut all = [name; 17];
    let mut i = 0;
    while i < OTHERS.len() {
        all[i + 1] = OTHERS[i];
        i += 1;
    }
    all
}

const NAME: &str = "What it is called, by language.";

/// The body that makes a project.
pub static CREATE: Shape =
    Shape::Object { fields: &with(Field::required("name", NAMES, NAME)), unknown: Unknown::Ignore };

/// The body that changes one. What it leaves out stays, what is null goes back
/// to its default.
pub static UPDATE: Shape =
    Shape::Object { fields: &with(Field::optional("name", NAMES, NAME)), unknown: Unknown::Ignore };

/// A project in an answer.
pub static PROJECT: Shape = Shape::Object {
    fields: &[
        Field::required("id", Shape::Integer { min: 1, max: crate::shape::MAX_INTEGER }, "Its number."),
        Field::required("name", Shape::Map, "What it is called, by language."),
        Field::required("description", Shape::Map, "What it is about, by language."),
        Field::required("payment_url", Shape::Any, "Where webhooks go; null for nowhere."),
        Field::required("key", Shape::Text { min: 1, max: 255, rule: None }, "What webhooks are signed with."),
        Field::required("locale_list", Shape::Array(&Shape::Any), "Its languages; the first is its own."),
        Field::required("components", ALL_COMPONENTS, "Parts of the shop."),
        Field::required("enabled", Shape::Bool, "Whether it takes live payments; the sandbox always works."),
        Field::required("payments_available", Shape::Bool, "The same."),
    ],
    unknown: Unknown::Ignore,
};

/// Projects in an answer.
pub static PROJECTS: Shape = Shape::Array(&PROJECT);

/// What becomes of a component.
#[derive(Clone, Debug, Default)]
struct ComponentBody {
    enabled: Change<bool>,
    custom_name: Change<Localized>,
}

/// What an owner wants to change.
#[derive(Clone, Debug)]
pub struct ProjectBody {
    body: Value,
}

impl ProjectBody {
    /// Reads a body against [`CREATE`] or [`UPDATE`], or lists its faults.
    pub fn read(shape: &Shape, body: &Value) -> Result<Self, Vec<Violation>> {
        let mut faults = checked(shape, body).err().unwrap_or_default();
        for (i, locale) in body.get("locale_list").and_then(Value::as_array).into_iter().flatten().enumerate() {
            if locale.as_str().is_some_and(|l| !l.is_empty() && !is_locale(l)) {
                let text = "is not a language: write en, pt-BR or pt_BR";
                faults.push(Violation::new(format!("locale_list[{i}]"), text));
            }
        }
        // A browser may be sent to an app; a webhook goes by HTTP only.
        let url = body.get("payment_url").and_then(Value::as_str).unwrap_or("http://");
        let scheme = url.split_once("://").map_or("", |(scheme, _)| scheme).to_ascii_lowercase();
        if !matches!(scheme.as_str(), "http" | "https") && !faults.iter().any(|f| f.path == "payment_url") {
            faults.push(Violation::new("payment_url", "must begin with http:// or https://"));
        }
        if faults.is_empty() { Ok(ProjectBody { body: checked(shape, body)? }) } else { Err(faults) }
    }

    /// What `old` becomes; `fresh` is the secret of a project that is to have
    /// a new one.
    pub fn apply(&self, old: Settings, fresh: &str) -> Settings {
        let body = &self.body;
        let plain = Settings::default();
        let flag = |key: &str, old: bool, default: bool| change(body, key, truth).or(old, default);
        let line = |key: &str, old: Option<String>| change(body, key, text).or_none(old).filter(|t| !t.is_empty());
        let mut components = match change(body, "components", Value::as_object) {
            Change::Reset => plain.components.clone(),
            Change::Keep | Change::Set(_) => old.components,
        };
        for name in COMPONENTS {
            let Some(wanted) = body.get("components").and_then(|c| c.get(name)) else { continue };
            let wanted = match wanted {
                Value::Null => ComponentBody { enabled: Change::Reset, custom_name: Change::Reset },
                wanted => ComponentBody {
                    enabled: change(wanted, "enabled", truth),
                    custom_name: change(wanted, "custom_name", texts),
                },
            };
            let old = components.remove(name).unwrap_or_default();
            let custom_name = wanted.custom_name.or(old.custom_name, Default::default());
            components.insert(name, Component { enabled: wanted.enabled.or(old.enabled, false), custom_name });
        }
        let locales = change(body, "locale_list", |v| {
            let list: Vec<String> = v.as_array()?.iter().filter_map(text).collect();
            (!list.is_empty()).then_some(list)
        });
        Settings {
            names: change(body, "name", texts).or_none(Some(old.names.clone())).unwrap_or(old.names),
            descriptions: change(body, "description", texts).or(old.descriptions, plain.descriptions),
            descriptor: line("descriptor", old.descriptor),
            url: line("url", old.url),
            webhook_url: line("payment_url", old.webhook_url),
            secret: Some(change(body, "key", text).or(old.secret, String::new()))
                .filter(|s| !s.is_empty())
                .unwrap_or_else(|| fresh.to_string()),
            return_url: line("return_url", old.return_url),
            redirect_policy: change(body, "redirect_policy", |said| Some(RedirectPolicy::read(said)?.policy()))
                .or_none(old.redirect_policy)
                .filter(|policy| policy.says_something()),
            locales: locales.or(old.locales, plain.locales),
            ipn_enabled: flag("ipn_enabled", old.ipn_enabled, plain.ipn_enabled),
            external_id_required: flag("is_external_id_required", old.external_id_required, plain.external_id_required),
            user_billing: flag("user_billing_enabled", old.user_billing, plain.user_billing),
            show_user: flag("show_user_in_paystation", old.show_user, plain.show_user),
            user_public_id: flag("user_public_id_enabled", old.user_public_id, plain.user_public_id),
            send_json: flag("send_json_to_paystation", old.send_json, plain.send_json),
            optional: change(body, "optional_webhooks", |v| {
                let known = |v: &Value| Optional::from_name(v.as_str()?);
                let all: BTreeSet<Optional> = v.as_array()?.iter().filter_map(known).collect();
                Some(all.into_iter().collect())
            })
            .or(old.optional, plain.optional),
            components,
        }
    }
}

/// A project as its owner reads it.
pub fn view(id: ProjectId, active: bool, s: &Settings) -> Value {
    let component = |c: &Component| {
        // PHP writes an empty map so, and clients of the documented API expect it.
        let name = if c.custom_name.is_empty() { json!([]) } else { texts_json(&c.custom_name) };
        json!({ "enabled": c.enabled, "custom_name": name })
    };
    let components: Map<String, Value> =
        COMPONENTS.iter().filter_map(|n| Some((n.to_string(), component(s.components.get(n)?)))).collect();
    json!({
        "id": id.get(),
        "name": texts_json(&s.names),
        "description": texts_json(&s.descriptions),
        "descriptor": s.descriptor,
        "url": s.url,
        "payment_url": s.webhook_url,
        "key": s.secret,
        "return_url": s.return_url,
        "locale_list": s.locales,
        "ipn_enabled": s.ipn_enabled,
        "is_external_id_required": s.external_id_required,
        "user_billing_enabled": s.user_billing,
        "show_user_in_paystation": s.show_user,
        "user_public_id_enabled": s.user_public_id,
        "send_json_to_paystation": s.send_json,
        "redirect_policy": s.redirect_policy.as_ref().map(redirect::json),
        "optional_webhooks": s.optional.iter().map(|o| o.name()).collect::<Vec<_>>(),
        "components": components,
        "enabled": active,
        "payments_available": active,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(body: Value) -> Result<ProjectBody, Vec<String>> {
        ProjectBody::read(&CREATE, &body)
            .map_err(|f| f.into_iter().map(|f| format!("{}: {}", f.path, f.text)).collect())
    }

    #[test]
    fn every_fault_is_named() {
        assert_eq!(read(json!([])).unwrap_err(), ["name: is missing and it is required"]);
        let body = json!({
            "name": [], "descriptor": "thirteen char", "payment_url": "game://hook", "return_url": "javascript:1",
            "locale_list": ["en", "English"], "components": {"items": {"enabled": "maybe"}},
        });
        assert_eq!(
            read(body).unwrap_err(),
            [
                "name: must have a text in at least one language",
                "descriptor: must be at most 12 characters long",
                "return_url: Invalid URL format",
                "components.items.enabled: string value found, but a boolean is required",
                "locale_list[1]: is not a language: write en, pt-BR or pt_BR",
                "payment_url: must begin with http:// or https://",
            ]
        );
        let policy = json!({"redirect_conditions": "vc", "delay": -1, "redirect_button_caption": 5, "novelty": 1});
        assert_eq!(
            read(json!({"name": {"en": "Quest"}, "redirect_policy": policy})).unwrap_err(),
            [
                "redirect_policy.redirect_conditions: does not have a value in the enumeration \
                 [\"none\",\"successful\",\"successful_or_canceled\",\"any\"]",
                "redirect_policy.delay: must have a minimum value of 0",
                "redirect_policy.redirect_button_caption: integer value found, but a string is required",
            ]
        );
    }

    #[test]
    fn what_is_left_out_stays_and_null_resets() {
        let body = json!({
            "name": {"en": "Quest"}, "description": [], "key": "KEY", "ipn_enabled": 0, "url": "https://q.example",
            "components": {"items": {"enabled": true, "custom_name": []}, "coupons": {"custom_name": {"en": "C"}}},
        });
        let first = read(body).unwrap().apply(Settings::default(), "fresh");
        assert_eq!((first.name(), first.secret.as_str(), first.ipn_enabled), ("Quest", "KEY", false));
        assert!(first.components["items"].enabled && !first.components["coupons"].enabled);
        let change = |body: Value| ProjectBody::read(&UPDATE, &body).unwrap().apply(first.clone(), "fresh");
        assert_eq!(change(json!([])), first);
        let next =
            change(json!({"key": null, "url": null, "ipn_enabled": null, "locale_list": [], "components": null}));
        assert_eq!((next.secret.as_str(), next.url.as_deref(), next.ipn_enabled), ("fresh", None, true));
        assert_eq!(next.components, Settings::default().components);
        assert_eq!(next.locales, ["en"]);
        let asked = json!({"optional_webhooks": ["ps_declined", "user_balance_operation", "ps_declined"]});
        assert_eq!(change(asked).optional, Optional::ALL);
        assert_eq!(first.redirect_policy, None);
        let policy = json!({"redirect_conditions": "any", "delay": 5});
        let second = change(json!({"redirect_policy": policy}));
        assert_eq!(second.redirect_policy.as_ref().map(redirect::json), Some(policy));
        let change = |body: Value| ProjectBody::read(&UPDATE, &body).unwrap().apply(second.clone(), "fresh");
        assert_eq!(change(json!({})), second);
        let whole = json!({"status_for_manual_redirection": "vc", "redirect_button_caption": "Back"});
        let next = change(json!({"redirect_policy": whole}));
        assert_eq!(next.redirect_policy.as_ref().map(redirect::json), Some(whole));
        for none in [json!(null), json!({}), json!([]), json!({"novelty": 1})] {
            assert_eq!(change(json!({"redirect_policy": none})).redirect_policy, None);
        }
        let next = change(json!({"components": {"items": null}}));
        assert!(!next.components["items"].enabled && !next.components["coupons"].custom_name.is_empty());
    }
}
