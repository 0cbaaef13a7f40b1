//! `redirect_policy`, as projects and tokens say it.

use crate::shape::{Field, MAX_INTEGER, Shape};
use coinslot_domain::redirect::{self, RedirectWhen};
use serde::Deserialize;
use serde_json::{Map, Value};

/// After which outcome the page leads back by itself.
pub const CONDITIONS: Field = Field::optional(
    "redirect_conditions",
    Shape::Enum(&["none", "successful", "successful_or_canceled", "any"]),
    "After which outcome the page leads back by itself.",
);
/// How long it waits.
pub const DELAY: Field =
    Field::optional("delay", Shape::Integer { min: 0, max: MAX_INTEGER }, "Seconds it waits before that.");
/// After which outcome there is a button.
pub const MANUAL: Field = Field::optional(
    "status_for_manual_redirection",
    Shape::Enum(&["none", "vc", "successful", "successful_or_canceled", "any"]),
    "After which outcome the page shows a button that leads back.",
);
/// What the button says.
pub const CAPTION: Field =
    Field::optional("redirect_button_caption", Shape::Text { min: 0, max: 255, rule: None }, "Text on that button.");

/// A policy that was found to be in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct RedirectPolicy {
    redirect_conditions: Option<String>,
    delay: Option<i64>,
    status_for_manual_redirection: Option<String>,
    redirect_button_caption: Option<String>,
}

impl RedirectPolicy {
    /// Reads what a shape let through.
    pub fn read(value: &Value) -> Option<Self> {
        Self::deserialize(value).ok()
    }

    /// What it means. A name that this version does not know is that of nothing.
    pub fn policy(&self) -> redirect::RedirectPolicy {
        let when = |name: &String| RedirectWhen::from_name(name).unwrap_or_default();
        redirect::RedirectPolicy {
            automatic: self.redirect_conditions.as_ref().map(when),
            delay: self.delay,
            manual: self.status_for_manual_redirection.as_ref().map(when),
            caption: self.redirect_button_caption.clone(),
        }
    }
}

/// A policy as it was said: what it leaves open is not there.
pub fn json(policy: &redirect::RedirectPolicy) -> Value {
    let when = |when: RedirectWhen| Value::from(when.name());
    let members = [
        (CONDITIONS.name, policy.automatic.map(when)),
        (DELAY.name, policy.delay.map(Value::from)),
        (MANUAL.name, policy.manual.map(when)),
        (CAPTION.name, policy.caption.as_deref().map(Value::from)),
    ];
    let said = members.into_iter().filter_map(|(name, value)| Some((name.to_string(), value?)));
    Value::Object(said.collect::<Map<_, _>>())
}
