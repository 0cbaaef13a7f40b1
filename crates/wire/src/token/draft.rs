//! What a game or a browser sent, on its way to become a token.

use super::{GUEST, TOKEN, body_price_fault, price_fault};
use crate::shape::{self, Violation};
use crate::{plain, read};
use serde_json::{Map, Value, json};

/// A body that was found to be in order and is about to become a token.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// All that was sent, as JSON text.
    text: String,
    project: i64,
    sandbox: bool,
    external_id: Option<String>,
    user: String,
    attributes: Option<Map<String, Value>>,
}

impl Draft {
    /// Takes a body, or lists its faults.
    pub fn read(body: Value) -> Result<Self, Vec<Violation>> {
        checked(body).map(Draft::of)
    }

    /// Takes a body as it came, if it is plain and has no fault: then this is
    /// the same as [`Draft::read`], and many times as fast.
    pub fn plain(body: &[u8]) -> Option<Self> {
        let mut draft = Draft::default();
        let (mut currency, mut amount, mut said) = (None, None, false);
        let text = plain::written(&TOKEN, body, |path, scalar| match path {
            ["user", "id", "value"] => draft.user = scalar.to_string(),
            ["user", "attributes", _, ..] => said = true,
            ["settings", "project_id"] => draft.project = scalar.parse().unwrap_or_default(),
            ["settings", "mode"] => draft.sandbox = scalar == "sandbox",
            ["settings", "external_id"] => draft.external_id = Some(scalar.to_string()),
            ["purchase", "checkout", "currency"] => currency = Some(scalar),
            ["purchase", "checkout", "amount"] => amount = Some(scalar),
            _ => {}
        })?;
        let price = currency.zip(amount).and_then(|(currency, amount)| price_fault(currency, amount));
        (price.is_none() && !said).then_some(Draft { text, ..draft })
    }

    /// Takes what a browser sends in place of a token: the same body, in which
    /// the player need not be named and is `guest` then. Left out is what only
    /// the game may say: prices of its own, what is known of the player, and
    /// plans, which are charged again later.
    ///
    /// # Errors
    /// The faults of the body, as [`Draft::read`] lists them.
    pub fn of_browser(mut body: Value, guest: &str) -> Result<Self, Vec<Violation>> {
        let Some(all) = body.as_object_mut() else { return Draft::read(body) };
        let user = all.entry("user").or_insert_with(|| json!({}));
        if let Some(user) = user.as_object_mut() {
            user.remove("attributes");
            let id = user.entry("id").or_insert_with(|| json!({}));
            if let Some(id) = id.as_object_mut()
                && id.get("value").is_none_or(Value::is_null)
            {
                id.insert("value".into(), guest.into());
            }
        }
        if let Some(purchase) = all.get_mut("purchase").and_then(Value::as_object_mut) {
            purchase.remove("checkout");
            purchase.remove("subscription");
            // Nobody has shown to be the player whose friends these would be.
            purchase.remove("gift");
        }
        let mut body = checked(body)?;
        if let Some(all) = body.as_object_mut() {
            all.insert(GUEST.into(), true.into());
        }
        Ok(Draft::of(body))
    }

    /// What a body says that was checked.
    fn of(mut body: Value) -> Self {
        // The same as its `Display`, and several times as fast.
        let text = serde_json::to_string(&body).unwrap_or_else(|_| body.to_string());
        let said = |part: &str, key: &str| body.get(part).and_then(|part| part.get(key));
        let project = said("settings", "project_id").and_then(Value::as_i64).unwrap_or_default();
        let sandbox = said("settings", "mode").and_then(Value::as_str) == Some("sandbox");
        let external_id = said("settings", "external_id").and_then(read::text);
        let user = said("user", "id").and_then(|id| read::text(id.get("value")?)).unwrap_or_default();
        let attributes = match body.get_mut("user").and_then(|user| user.get_mut("attributes")).map(Value::take) {
            Some(Value::Object(attributes)) if !attributes.is_empty() => Some(attributes),
            _ => None,
        };
        Draft { text, project, sandbox, external_id, user, attributes }
    }

    /// The game that sells.
    pub fn project_id(&self) -> i64 {
        self.project
    }

    /// Whether it is a test.
    pub fn sandbox(&self) -> bool {
        self.sandbox
    }

    /// The game's own transaction id.
    pub fn external_id(&self) -> Option<&str> {
        self.external_id.as_deref()
    }

    /// The game's own id of the player.
    pub fn user_id(&self) -> &str {
        &self.user
    }

    /// What the game says of the player, by which offers are chosen.
    pub fn attributes(&self) -> Option<&Map<String, Value>> {
        self.attributes.as_ref()
    }

    /// All that was sent, as JSON text: nothing the game said may be lost
    /// between token and webhook.
    pub fn to_stored(&self) -> &str {
        &self.text
    }

    /// The same, of a draft that is not needed any more.
    pub fn into_stored(self) -> String {
        self.text
    }
}

/// The body with each `[]` that stands for an empty object as `{}`, or its
/// faults.
fn checked(body: Value) -> Result<Value, Vec<Violation>> {
    let mut violations = shape::check(&TOKEN, &body);
    let body = shape::normalise(&TOKEN, body);
    violations.extend(body_price_fault(&body));
    if violations.is_empty() { Ok(body) } else { Err(violations) }
}
