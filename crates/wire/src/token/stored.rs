//! The views of a stored body.

use super::{Checkout, Description, GUEST, Given, Purchase, Settings, Ui, User};
use crate::plain::ours::Reader;
use crate::redirect::RedirectPolicy;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

/// What [`super::TokenBody`] has at hand of a body, as serde reads it.
#[derive(Debug, Default, PartialEq, Deserialize)]
pub(super) struct Views<'a> {
    pub user: User,
    pub settings: Settings,
    #[serde(default)]
    pub purchase: Purchase,
    #[serde(default, borrow, deserialize_with = "text")]
    pub custom_parameters: Option<&'a str>,
    #[serde(rename = "asked by a browser")]
    pub guest: Option<IgnoredAny>,
    pub order_id: Option<i64>,
}

fn text<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<&'de str>, D::Error> {
    Ok(Option::<&RawValue>::deserialize(from)?.map(RawValue::get))
}

impl<'a> Views<'a> {
    /// Those of a body; `None` where it is none. With each payment its token's is
    /// read, so one that is written as nearly all are is read by hand, in a
    /// quarter of the time.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        Self::in_haste(text).or_else(|| serde_json::from_str(text).ok())
    }

    /// The same, if the body is written plainly.
    fn in_haste(text: &'a str) -> Option<Self> {
        let mut views = Views::default();
        let (mut user, mut project) = (false, false);
        let mut reader = Reader::new(text);
        reader.object(|r, key| {
            match key {
                "user" => {
                    user = true;
                    views.user = self::user(r)?;
                }
                "settings" => (views.settings, project) = settings(r)?,
                "purchase" => views.purchase = purchase(r)?,
                "custom_parameters" => views.custom_parameters = r.any()?,
                "order_id" => views.order_id = r.maybe_integer()?,
                GUEST => views.guest = seen(r)?,
                _ => drop(r.any()?),
            }
            Some(())
        })?;
        reader.end()?;
        // Without these it is no body; serde says so.
        (user && project).then_some(views)
    }
}

/// The player that the body of an order is made with.
pub(super) fn user_alone(text: &str) -> Option<User> {
    alone(text, user).or_else(|| serde_json::from_str(text).ok())
}

/// Its settings.
pub(super) fn settings_alone(text: &str) -> Option<Settings> {
    let in_haste = alone(text, settings).and_then(|(settings, project)| project.then_some(settings));
    in_haste.or_else(|| serde_json::from_str(text).ok())
}

fn alone<'a, T>(text: &'a str, read: impl FnOnce(&mut Reader<'a>) -> Option<T>) -> Option<T> {
    let mut reader = Reader::new(text);
    let value = read(&mut reader)?;
    reader.end()?;
    Some(value)
}

/// Whether a value says anything.
fn seen(r: &mut Reader<'_>) -> Option<Option<IgnoredAny>> {
    Some(r.any()?.map(|_| IgnoredAny))
}

fn given(r: &mut Reader<'_>) -> Option<Given> {
    let mut given = Given::default();
    r.object(|r, key| {
        match key {
            "value" => given.value = r.maybe_string()?,
            "hidden" => given.hidden = r.maybe_truth()?,
            "allow_modify" => given.allow_modify = r.maybe_truth()?,
            _ => drop(r.any()?),
        }
        Some(())
    })?;
    Some(given)
}

fn user(r: &mut Reader<'_>) -> Option<User> {
    let mut user = User::default();
    r.object(|r, key| {
        match key {
            "id" => user.id = given(r)?,
            "name" => user.name = given(r)?,
            "email" => user.email = given(r)?,
            "phone" => user.phone = given(r)?,
            "country" => user.country = given(r)?,
            "attributes" => user.attributes = seen(r)?,
            _ => drop(r.any()?),
        }
        Some(())
    })?;
    Some(user)
}

/// The settings, and whether they name a project.
fn settings(r: &mut Reader<'_>) -> Option<(Settings, bool)> {
    let mut settings = Settings::default();
    let mut project = false;
    r.object(|r, key| {
        match key {
            "project_id" => {
                project = true;
                settings.project_id = r.integer()?;
            }
            "external_id" => settings.external_id = r.maybe_string()?,
            "language" => settings.language = r.maybe_string()?,
            "return_url" => settings.return_url = r.maybe_string()?,
            "currency" => settings.currency = r.maybe_string()?,
            "mode" => settings.mode = r.maybe_string()?,
            "payment_method" => settings.payment_method = r.maybe_integer()?,
            "payment_widget" => settings.payment_widget = r.maybe_string()?,
            "redirect_policy" => {
                let said = r.any()?.map(serde_json::from_str::<RedirectPolicy>);
                settings.redirect_policy = said.transpose().ok()?;
            }
            "ui" => settings.ui = ui(r)?,
            "shipping_enabled" => settings.shipping_enabled = seen(r)?,
            _ => drop(r.any()?),
        }
        Some(())
    })?;
    Some((settings, project))
}

fn ui(r: &mut Reader<'_>) -> Option<Ui> {
    let mut ui = Ui::default();
    r.object(|r, key| {
        match key {
            "size" => ui.size = r.maybe_string()?,
            "theme" => ui.theme = r.maybe_string()?,
            "mode" => ui.mode = seen(r)?,
            "mobile" => ui.mobile = seen(r)?,
            _ => drop(r.any()?),
        }
        Some(())
    })?;
    Some(ui)
}

fn purchase(r: &mut Reader<'_>) -> Option<Purchase> {
    let mut purchase = Purchase::default();
    r.object(|r, key| {
        match key {
            "checkout" => purchase.checkout = Some(checkout(r)?),
            "description" => purchase.description = description(r)?,
            "virtual_currency" => purchase.virtual_currency = seen(r)?,
            "virtual_items" => purchase.virtual_items = seen(r)?,
            "subscription" => purchase.subscription = seen(r)?,
            "pin_codes" => purchase.pin_codes = seen(r)?,
            "gift" => purchase.gift = seen(r)?,
            "coupon_code" => purchase.coupon_code = seen(r)?,
            // Those of an order, which has its own way.
            "items" => return None,
            _ => drop(r.any()?),
        }
        Some(())
    })?;
    Some(purchase)
}

fn checkout(r: &mut Reader<'_>) -> Option<Checkout> {
    let (mut currency, mut amount) = (None, None);
    r.object(|r, key| {
        match key {
            "currency" => currency = Some(r.string()?),
            // How exponents are written is not ours to say.
            "amount" => amount = Some(r.number().filter(|digits| !digits.contains(['e', 'E']))?),
            _ => drop(r.any()?),
        }
        Some(())
    })?;
    Some(Checkout { currency: currency?.to_string(), amount: amount?.to_string() })
}

fn description(r: &mut Reader<'_>) -> Option<Description> {
    let mut description = Description::default();
    r.object(|r, key| {
        match key {
            "value" => description.value = r.maybe_string()?,
            _ => drop(r.any()?),
        }
        Some(())
    })?;
    Some(description)
}

/// The player of a stored body: the game's own id, and the address if there is
/// one.
pub fn contact(text: &str) -> Option<(String, Option<String>)> {
    #[derive(Deserialize)]
    struct Body {
        user: Contact,
    }
    #[derive(Deserialize)]
    struct Contact {
        id: Given,
        #[serde(default)]
        email: Given,
    }
    let in_haste = || {
        let (mut id, mut email) = (None, Given::default());
        let mut reader = Reader::new(text);
        reader.object(|r, key| match key {
            "user" => r.object(|r, key| {
                match key {
                    "id" => id = Some(given(r)?),
                    "email" => email = given(r)?,
                    _ => drop(r.any()?),
                }
                Some(())
            }),
            _ => r.any().map(drop),
        })?;
        reader.end()?;
        Some(Contact { id: id?, email })
    };
    let Contact { id, email } = match in_haste() {
        Some(user) => user,
        None => serde_json::from_str::<Body>(text).ok()?.user,
    };
    Some((id.value.unwrap_or_default(), email.value.filter(|v| !v.is_empty())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plain::scribble::scribbled;
    use crate::token::{Draft, TOKEN, TokenBody};
    use proptest::prelude::*;

    fn slowly(text: &str) -> Option<Views<'_>> {
        serde_json::from_str(text).ok()
    }

    #[test]
    fn a_plain_body_is_read_by_hand() {
        let text = concat!(
            r#"{"asked by a browser":true,"custom_parameters":{"a":"\"}","b":[{}]},"order_id":7,"purchase":{"#,
            r#""checkout":{"amount":19.990,"currency":"USD"},"description":{"value":"Über"},"gift":null,"#,
            r#""subscription":{"plan_id":"a"}},"settings":{"external_id":"e","later":[1],"mode":"sandbox","#,
            r#""payment_method":1380,"project_id":18404,"redirect_policy":{"delay":3,"redirect_conditions":"any"},"#,
            r#""shipping_enabled":true,"ui":{"mode":"user_account","size":"small","theme":null}},"#,
            r#""user":{"attributes":{"a":1},"country":{"allow_modify":true,"value":"DE"},"id":{"value":"u"}}}"#,
        );
        let views = Views::in_haste(text).expect("it is written as we do it");
        assert_eq!(Some(&views), slowly(text).as_ref());
        assert_eq!(views.custom_parameters, Some(r#"{"a":"\"}","b":[{}]}"#));
        assert_eq!(views.settings.redirect_policy.map(|p| p.policy().delay), Some(Some(3)));
        assert!(views.purchase.gift.is_none() && views.purchase.subscription.is_some() && views.guest.is_some());
        assert_eq!(contact(text), Some(("u".into(), None)));
    }

    #[test]
    fn a_part_is_read_by_itself() {
        let user = user_alone(r#"{"email":{"value":"a@b.c"},"id":{"value":"u"}}"#).unwrap();
        assert_eq!((user.id.value.as_deref(), user.email.value.as_deref()), (Some("u"), Some("a@b.c")));
        assert_eq!(user_alone(r#"{"id":{"value":"\u0075"}}"#).unwrap().id.value.as_deref(), Some("u"), "not plain");
        assert_eq!(settings_alone(r#"{"currency":"EUR","project_id":9}"#).unwrap().project_id, 9);
        for text in ["", "{", r#"{"project_id":1}x"#, r#"{"currency":"EUR"}"#] {
            assert_eq!(settings_alone(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_not_plain_is_left_to_others() {
        let user = r#""user":{"id":{"value":"u"}}"#;
        for text in [
            format!(r#"{{"settings":{{"project_id":1}},{user}}} "#),
            format!(r#"{{"settings":{{"project_id": 1}},{user}}}"#),
            format!(r#"{{"settings":{{"mode":"\u0041","project_id":1}},{user}}}"#),
            format!(r#"{{"purchase":{{"items":[{{"quantity":1,"sku":"a"}}]}},"settings":{{"project_id":1}},{user}}}"#),
            format!(
                r#"{{"purchase":{{"checkout":{{"amount":1e2,"currency":"USD"}}}},"settings":{{"project_id":1}},{user}}}"#
            ),
        ] {
            assert!(Views::in_haste(&text).is_none(), "{text}");
            assert_eq!(Views::read(&text), slowly(&text));
            assert!(slowly(&text).is_some());
            assert_eq!(contact(&text), Some(("u".into(), None)));
        }
        for text in ["", "{}", "[]", "x", r#"{"user":{"id":{}}}"#, r#"{"settings":{"project_id":1}}"#] {
            assert_eq!((Views::read(text), slowly(text)), (None, None), "{text}");
        }
        for text in ["", "{}", r#"{"user":{}}"#] {
            assert_eq!(contact(text), None, "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn haste_makes_no_difference(body in scribbled(&TOKEN)) {
            let body = serde_json::from_slice(&body).ok().and_then(|body| Draft::read(body).ok());
            if let Some(text) = body.map(Draft::into_stored) {
                prop_assert_eq!(Views::read(&text), slowly(&text));
                let parts: std::collections::BTreeMap<String, &RawValue> = serde_json::from_str(&text).unwrap();
                let (user, settings) = (parts["user"].get(), parts["settings"].get());
                prop_assert_eq!(user_alone(user), serde_json::from_str(user).ok());
                prop_assert_eq!(settings_alone(settings), serde_json::from_str(settings).ok());
                let player = TokenBody::from_stored(&text).map(|body| body.player());
                prop_assert_eq!(contact(&text), player.map(|player| (player.id, player.email)));
            }
        }
    }
}
